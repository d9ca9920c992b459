"""Text as it is stored and shown: what a database can keep, and calls in the field's own form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast
from unicodedata import category

from taskchat.errors import FieldError, InvalidMessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def tool_arguments(args: str | Mapping[str, Any] | None) -> str:
    """The arguments that a model gave, as text that every provider takes back.

    A JSON object stays one, without NaN (which Python reads and JSON does not have), NUL and half a
    character. Other text stays what it is, so that the model reads what it did wrong.
    """
    text = args or "{}"
    value = _object_of(text)
    if value is None:
        return storable(text) if isinstance(text, str) else "{}"
    return json.dumps(value, ensure_ascii=False)


def tool_call_json(call: ToolCallPart) -> Mapping[str, Any]:
    """A call in the chat-completions form; arguments that were no JSON object become `{}`."""
    return {
        "id": call.tool_call_id,
        "type": "function",
        "function": {"name": call.tool_name, "arguments": _arguments(call)},
    }


def call_arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a stored call as an object; what no JSON reader takes is replaced."""
    return _object_of(call["function"]["arguments"]) or {}


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of it."""
    return all(char.isspace() or category(char) == _INVISIBLE for char in text)


def _arguments(call: ToolCallPart) -> str:
    value = _object_of(call.args or "{}")
    return "{}" if value is None else json.dumps(value, ensure_ascii=False)


def _object_of(args: str | Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON object in it, mended; None where there is none, or one too deep to be read."""
    try:
        text = args if isinstance(args, str) else json.dumps(args)
        value = mended(json.loads(text, parse_constant=lambda _: None), storable)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def mended(value: Any, mend: Callable[[str], str]) -> Any:  # noqa: ANN401  any value of JSON
    """A value of JSON with each of its texts mended, the names in it, too."""
    if isinstance(value, str):
        return mend(value)
    if isinstance(value, list):
        return [mended(each, mend) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {mend(name): mended(each, mend) for name, each in items}
    return value
