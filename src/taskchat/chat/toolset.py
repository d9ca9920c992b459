"""The tools as a turn sees them: definitions for the model, calls inside the turn's transaction."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic_ai.tools import ToolDefinition

from taskchat.tasks.caller import ToolCaller, acting_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.server import MCPServer
    from pydantic_ai.messages import ToolCallPart

    from taskchat.chat.records import OwnedTurn
    from taskchat.db.database import Transaction


class Toolset:
    """The six task tools of the one MCP server object, called in process."""

    def __init__(self) -> None:
        self._server: MCPServer | None = None
        self._definitions: list[ToolDefinition] = []
        self._loading = asyncio.Lock()

    async def definitions(self) -> list[ToolDefinition]:
        """What the model may call; loads the MCP library at the first turn, beside the loop."""
        if self._server is None:
            async with self._loading:
                if self._server is None:
                    await asyncio.to_thread(self._load)
        return self._definitions

    def _load(self) -> None:
        from taskchat.tasks import tools

        server = tools.make_tool_server()
        self._definitions = [
            ToolDefinition(name=name, description=description, parameters_json_schema=schema)
            for name, description, schema in tools.definitions(server)
        ]
        self._server = server

    async def call(self, tx: Transaction, turn: OwnedTurn, call: ToolCallPart) -> Mapping[str, Any]:
        """Make one call as the turn's user, and give back what its step keeps.

        A tool's own failure is a result like any other; a failure of the database is raised, since
        it undoes the transaction. This runs inside a transaction, so it awaits nothing else.
        """
        from taskchat.tasks.tools import call as call_tool

        assert self._server is not None  # noqa: S101  a model only calls what it was told of
        caller = ToolCaller(turn.user, ZoneInfo(turn.time_zone), turn.created_at, tx=tx)
        with acting_for(caller):
            outcome = await call_tool(self._server, call.tool_name, arguments_of(call))
        result: dict[str, Any] = {
            "id": call.tool_call_id,
            "name": call.tool_name,
            "ok": outcome.ok,
            "result": outcome.result,
        }
        if outcome.note is not None:
            result["note"] = outcome.note
        return result


def arguments_of(call: ToolCallPart) -> object:
    """The arguments a model gave: a value of any kind, since models write what they like."""
    if not isinstance(call.args, str):
        return call.args or {}
    try:
        return json.loads(call.args or "{}")
    except (ValueError, RecursionError):
        return call.args
