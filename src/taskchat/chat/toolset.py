"""The tools as a turn sees them: definitions for the model, and who answers a call.

Calls of our own tools are made inside the turn's transaction; those on further tool servers are begun
in it, and made after it.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from pydantic_ai.tools import ToolDefinition

from taskchat.chat.doubt import begun
from taskchat.tasks.caller import ToolCaller, acting_for
from taskchat.tasks.mcp_library import LOADING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcp.server import MCPServer
    from pydantic_ai.messages import ToolCallPart

    from taskchat.chat.records import OwnedTurn, StepDraft
    from taskchat.chat.tool_servers.connection import KnownTool
    from taskchat.chat.tool_servers.outcomes import Outcome
    from taskchat.chat.tool_servers.servers import ToolServers
    from taskchat.db.database import Transaction
    from taskchat.tasks.new_tasks import NewTasks


class Toolset:
    """The six task tools of the one MCP server object, called in process, and those of others."""

    def __init__(self, elsewhere: ToolServers | None = None) -> None:
        """Nothing is loaded yet.

        Args:
            elsewhere: further tool servers.
        """
        self._elsewhere = elsewhere
        self._server: MCPServer | None = None
        self._definitions: list[ToolDefinition] = []
        self._loading = asyncio.Lock()

    async def definitions(self) -> list[ToolDefinition]:
        """What the model may call; loads the MCP library at the first turn, beside the loop."""
        if self._server is None:
            async with self._loading:
                if self._server is None:
                    await asyncio.to_thread(self._load)
        if self._elsewhere is None:
            return self._definitions
        return [*self._definitions, *await self._elsewhere.definitions()]

    def _load(self) -> None:
        with LOADING:
            from taskchat.tasks import tools

        server = tools.make_tool_server()
        self._definitions = [
            ToolDefinition(name=name, description=description, parameters_json_schema=schema)
            for name, description, schema in tools.definitions(server)
        ]
        self._server = server

    async def call(
        self, tx: Transaction | None, turn: OwnedTurn, call: ToolCallPart, new: NewTasks
    ) -> Mapping[str, Any]:
        """Make one call as the turn's user, and give back what its step keeps.

        Args:
            tx: the act's; None where the call only adds a task, which is then noted.
            turn: for whom, and when and where they asked.
            call: which tool, with what.
            new: ids for tasks that are added, and where they are noted.

        A tool's own failure is a result like any other; a failure of the database is raised, since
        it undoes the transaction. This runs inside a transaction, so it awaits nothing else.
        """
        from taskchat.tasks.tools import call as call_tool

        assert self._server is not None  # noqa: S101  a model only calls what it was told of
        caller = ToolCaller(turn.user, ZoneInfo(turn.time_zone), turn.created_at, tx=tx, new=new)
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

    async def begins(self, calls: Sequence[ToolCallPart]) -> Mapping[str, StepDraft]:
        """The steps with which calls on further servers begin, by call id.

        One that cannot be made is none: its step is already its result.
        """
        if self._elsewhere is None:
            return {}
        found = await self._elsewhere.look_up(call.tool_name for call in calls)
        return {
            call.tool_call_id: _beginning(call, found[call.tool_name])
            for call in calls
            if call.tool_name in found
        }

    async def call_elsewhere(self, call: ToolCallPart, limit_s: float) -> Outcome | None:
        """Make a call that was begun; None where it is not known whether it was carried out."""
        assert self._elsewhere is not None  # noqa: S101  it was begun
        arguments = cast("dict[str, Any]", arguments_of(call))
        return await self._elsewhere.call(call.tool_name, arguments, limit_s)


def _beginning(call: ToolCallPart, tool: KnownTool | str) -> StepDraft:
    if isinstance(tool, str):
        refusal = tool
    elif not isinstance(arguments_of(call), dict):
        refusal = f"Give the arguments of {call.tool_name} as a JSON object."
    else:
        return "begun", begun(call.tool_call_id, call.tool_name, only_reads=tool.only_reads)
    named = {"id": call.tool_call_id, "name": call.tool_name}
    return "effect", {**named, "ok": False, "result": refusal}


def arguments_of(call: ToolCallPart) -> object:
    """The arguments a model gave: a value of any kind, since models write what they like."""
    if not isinstance(call.args, str):
        return call.args or {}
    try:
        return json.loads(call.args or "{}")
    except (ValueError, RecursionError):
        return call.args
