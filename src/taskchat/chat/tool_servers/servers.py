"""All further tool servers together: which tools there are now, and whose a call is.

One session a server for all users, as this service: nothing of the user who asks is passed on, but
the arguments that their model gives.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from taskchat.chat.tool_servers.connection import CONNECT_S, Connection
from taskchat.chat.tool_servers.words import not_reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_ai.tools import ToolDefinition

    from taskchat.chat.tool_servers.connection import KnownTool
    from taskchat.chat.tool_servers.file import ToolServer
    from taskchat.chat.tool_servers.outcomes import Outcome

SILENT_CALLS = 2
"""A server that lets so many calls in a row run out of time is begun anew: it may hang."""


class ToolServers:
    """Keeps the connections. Every method may be called at any time, whatever the servers do."""

    def __init__(self, servers: Sequence[ToolServer]) -> None:
        """Nothing is connected yet."""
        self._connections = {server.name: Connection(server) for server in servers}
        self._silent = dict.fromkeys(self._connections, 0)

    def begin(self) -> None:
        """Begin to connect, beside whatever else is done."""
        for connection in self._connections.values():
            connection.begin()

    async def definitions(self) -> Sequence[ToolDefinition]:
        """The tools of the servers that are connected now, or within a moment."""
        await self._ready(self._connections)
        return [
            tool.definition
            for connection in self._connections.values()
            for tool in connection.tools.values()
        ]

    def server_of(self, tool: str) -> str | None:
        """The server whose tool that would be; None where it is none of theirs."""
        names = (name for name in self._connections if tool.startswith(f"{name}_"))
        return next(names, None)  # the file's names leave no choice

    async def look_up(self, tools: Iterable[str]) -> Mapping[str, KnownTool | str]:
        """The tools of these names, or why they cannot be called: a sentence for the model."""
        servers = {tool: name for tool in tools if (name := self.server_of(tool)) is not None}
        await self._ready(set(servers.values()))
        return {tool: self._found(tool, name) for tool, name in servers.items()}

    def _found(self, tool: str, server: str) -> KnownTool | str:
        connection = self._connections[server]
        if not connection.is_up:
            return not_reached(server)
        if tool in connection.tools:
            return connection.tools[tool]
        known = ", ".join(connection.tools) or "none"
        return f"There is no tool {tool}. The tools of {server} are: {known[:1000]}."

    async def call(self, tool: str, arguments: dict[str, Any], limit_s: float) -> Outcome | None:
        """Call a tool, once; gives None where it is not known whether it was carried out.

        Args:
            tool: by the name that the model used.
            arguments: an object of JSON.
            limit_s: what is left of the turn's time, seconds; the server's own limit counts, too.
        """
        from taskchat.chat.tool_servers.outcomes import Outcome, outcome_of_call

        server = self.server_of(tool)
        assert server is not None  # noqa: S101  `look_up` found it
        connection = self._connections[server]
        known = connection.tools.get(tool)
        if known is None:  # gone since then
            return Outcome(False, not_reached(server))
        if limit_s <= 0:
            return Outcome(False, "There was no time left, so nothing was done.")
        try:
            async with asyncio.timeout(min(limit_s, connection.server.timeout_s)):
                outcome = await outcome_of_call(connection, known.name, arguments)
        except TimeoutError:
            self._silent[server] += 1
            if self._silent[server] >= SILENT_CALLS:
                self._silent[server] = 0
                connection.end("it answered no call in time")
            return None
        self._silent[server] = 0
        return outcome

    async def examine(self) -> Mapping[str, str | int]:
        """Connect to all of them; of each how many tools it has, or what is wrong with it."""
        await self._ready(self._connections, CONNECT_S + 5)
        return {
            name: len(connection.tools) if connection.is_up else connection.trouble
            for name, connection in self._connections.items()
        }

    async def close(self) -> None:
        """End all sessions and child processes."""
        closing = [connection.close() for connection in self._connections.values()]
        await asyncio.gather(*closing)

    async def _ready(self, names: Iterable[str], patience_s: float | None = None) -> None:
        wanted = [self._connections[name] for name in names]
        asking = [c.ready() if patience_s is None else c.ready(patience_s) for c in wanted]
        await asyncio.gather(*asking)
