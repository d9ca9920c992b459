"""Text as it is stored and shown: what a database can keep, and calls in the field's own form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from unicodedata import category

from taskchat.errors import FieldError, InvalidMessageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_ai.messages import ToolCallPart

# Unicode's class of what a reader cannot see: zero-width characters, marks of direction, tags.
_INVISIBLE = "Cf"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNNAMEABLE = re.compile("[^A-Za-z0-9_-]")


def check_message(text: str, max_chars: int) -> None:
    """Refuse what is no message: nothing that a reader sees, too much, or what cannot be stored.

    Raises:
        InvalidMessageError: which of these it is.
    """
    hint = None
    if is_blank(text):
        hint = "must not be empty"
    elif len(text) > max_chars:
        hint = f"must have at most {max_chars} characters; this one has {len(text)}"
    elif _UNSTORABLE.search(text):
        hint = "must not contain NUL or half a character"
    if hint is not None:
        raise InvalidMessageError(FieldError("message", hint))


def storable(text: str) -> str:
    """A model's text without what Postgres refuses (NUL) or UTF-8 cannot write (surrogates)."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def tool_name(name: str) -> str:
    """A name that a model called for, as every provider takes it back."""
    return _UNNAMEABLE.sub("_", name)[:64] or "unnamed"


def tool_call_json(call: ToolCallPart) -> Mapping[str, Any]:
    """A call in the chat-completions form; arguments that were no JSON object become `{}`."""
    return {
        "id": call.tool_call_id,
        "type": "function",
        "function": {"name": call.tool_name, "arguments": _arguments(call)},
    }


def call_arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a stored call as an object; what no JSON reader takes is replaced."""

    def readable(value: Any) -> Any:  # noqa: ANN401  any value of JSON
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, list):
            return [readable(each) for each in cast("list[Any]", value)]
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {storable(name): readable(each) for name, each in items}
        return value

    # Models write NaN, which Python reads and JSON does not have.
    return readable(json.loads(call["function"]["arguments"], parse_constant=lambda _: None))


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of it."""
    return all(char.isspace() or category(char) == _INVISIBLE for char in text)


def _arguments(call: ToolCallPart) -> str:
    if not isinstance(call.args, str):
        return json.dumps(call.args or {}, ensure_ascii=False)
    try:
        parsed = json.loads(call.args or "{}")
    except ValueError:
        return "{}"
    return storable(call.args) if isinstance(parsed, dict) and call.args else "{}"
