"""What came of a call on a further tool server, as far as anybody can know.

A call is made once. Where its answer is lost, it may or may not have been carried out; only what is
certain is called an answer or a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    CallToolResult,
    InputRequiredResult,
)

from taskchat.chat.tool_servers.connection import NotConnectedError
from taskchat.chat.tool_servers.http import UNREACHABLE
from taskchat.chat.tool_servers.words import not_reached, plain, read_result

if TYPE_CHECKING:
    from taskchat.chat.tool_servers.connection import Connection

REFUSAL_CHARS = 500
_REFUSALS = frozenset({INVALID_PARAMS, METHOD_NOT_FOUND})
"""The server has looked at the call and not begun it. Any other error may come from halfway."""
_NOT_SENT = frozenset({UNREACHABLE, INVALID_REQUEST})
"""Nobody was reached, or nobody who knows the session (HTTP 404) or the way (a redirect)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a call."""

    ok: bool
    result: Any
    """A value of JSON, or a sentence that says what to try next."""


async def outcome_of_call(
    connection: Connection, tool: str, arguments: dict[str, Any]
) -> Outcome | None:
    """Make a call and say what came of it; None where that is not known.

    Args:
        connection: to the server.
        tool: by the server's own name.
        arguments: what the model gave.
    """
    name = connection.server.name
    try:
        result = await connection.call(tool, arguments)
    except NotConnectedError:
        return Outcome(False, not_reached(name))
    except MCPError as error:
        if error.code in _NOT_SENT:
            # A session that is forgotten is of no more use to anybody; whom this call did not reach,
            # may still answer those of others.
            if error.code != UNREACHABLE or connection.is_idle:
                connection.end("it was not reachable, or has forgotten the session")
            return Outcome(False, not_reached(name))
        if error.code in _REFUSALS:
            said = plain(error.message)[:REFUSAL_CHARS]
            return Outcome(False, f"The tool server {name} refused the call: {said}")
        return None
    except Exception:  # noqa: BLE001  the edge to other people's programs: their answer is unreadable
        return None
    if isinstance(result, InputRequiredResult):
        text = f"The tool server {name} asks for more than this call may give it. Do without it."
        return Outcome(False, text)
    if not isinstance(result, CallToolResult):
        return None
    return Outcome(not result.is_error, read_result(result))
