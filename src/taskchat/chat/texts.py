"""Text as it is stored and shown: what a database can keep, and calls in the field's own form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_ai.messages import ToolCallPart

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """A model's text without what Postgres refuses (NUL) or UTF-8 cannot write (surrogates)."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def tool_call_json(call: ToolCallPart) -> Mapping[str, Any]:
    """A call in the chat-completions form; arguments that were no JSON object become `{}`."""
    return {
        "id": call.tool_call_id,
        "type": "function",
        "function": {"name": call.tool_name, "arguments": _arguments(call)},
    }


def _arguments(call: ToolCallPart) -> str:
    if not isinstance(call.args, str):
        return json.dumps(call.args or {}, ensure_ascii=False)
    try:
        parsed = json.loads(call.args or "{}")
    except ValueError:
        return "{}"
    return storable(call.args) if isinstance(parsed, dict) and call.args else "{}"
