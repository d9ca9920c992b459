"""One further tool server: its session, which is kept open, its tools, and when to try it again.

A session lives in a job of its own, shared by all turns. Whatever becomes of the server (it does not
start, hangs, babbles, dies), the job ends and says why; the next turn that wants its tools begins
another one, after a pause that grows while that fails.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from contextvars import Context
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import structlog

from taskchat.chat.tool_servers.file import CommandServer
from taskchat.logs import failure
from taskchat.tasks.mcp_library import LOADING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcp.client import Client
    from mcp_types import Tool
    from pydantic_ai.tools import ToolDefinition

    from taskchat.chat.tool_servers.file import ToolServer
    from taskchat.chat.tool_servers.session import Watched

log = structlog.get_logger()

CONNECT_S = 30
"""How long a server may take to start, agree on a protocol and tell its tools: some are downloaded."""
PATIENCE_S = 3
"""How long a turn waits for one that is just being connected."""
STEADY_S = 60
"""A session that held so long is forgiven its end: the next one is begun at once."""
LONGEST_PAUSE_S = 60
MOST_TOOLS = 100
"""Providers take 128 tools or so in a request, all servers and our own together."""
CLOSE_S = 10
"""More than the end of a child process takes that does not want to."""


class NotConnectedError(Exception):
    """The server cannot be asked now, so nothing was asked of it."""


@dataclass(frozen=True, slots=True)
class KnownTool:
    """A tool as the server calls it, and as the model is told of it."""

    name: str
    only_reads: bool
    """The server says so; believed only where it makes us say less, never do more."""
    definition: ToolDefinition


class Connection:
    """The way to one server, whether or not it is there at this moment."""

    def __init__(self, server: ToolServer) -> None:
        """Nothing is connected yet."""
        self.server = server
        self.tools: Mapping[str, KnownTool] = {}
        """By the names that models use; empty while the server is not connected."""
        self.trouble = "it was not tried yet"
        """Why it is not connected, in words for the operator."""
        self._client: Client | None = None
        self._job: asyncio.Task[None] | None = None
        self._began_at = 0.0
        self._settled = asyncio.Event()
        self._calls = 0
        self._failures = 0
        self._retry_at = 0.0
        self._is_closed = False

    @property
    def is_up(self) -> bool:
        """Whether it can be asked now."""
        return self._client is not None

    @property
    def is_idle(self) -> bool:
        """Whether no call is under way, which the end of the session would leave in doubt."""
        return self._calls == 0

    def begin(self) -> None:
        """Begin to connect, unless that is done, under way, or too soon after the last failure."""
        may_try = time.monotonic() >= self._retry_at and not self._is_closed
        if self._job is None and may_try:
            self._began_at = time.monotonic()
            self._settled.clear()
            # An empty context: nothing of the turn that came first is kept or passed on.
            self._job = asyncio.create_task(self._live(), context=Context())
            self._job.add_done_callback(self._ended)

    async def ready(self, patience_s: float = PATIENCE_S) -> bool:
        """Begin to connect where that is needed; says whether it is connected.

        However many ask, one attempt is waited for so long in all: a server that hangs holds up the
        turns of its first moments only.
        """
        self.begin()
        if self._job is not None and not self._settled.is_set():
            left_s = self._began_at + patience_s - time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), max(left_s, 0))
        return self.is_up

    async def call(self, tool: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401  the library's union
        """Call a tool by the server's own name for it, once.

        Raises:
            NotConnectedError: nothing was sent.
            ConnectionResetError: the connection ended; the call may have been carried out.
            Exception: what the MCP library raises; `outcomes.py` puts it into words.
        """
        client, job = self._client, self._job
        if client is None or job is None:
            raise NotConnectedError
        # Not client.call_tool(), which sends a call again where its headers were refused.
        calling = asyncio.create_task(
            client.session.call_tool(tool, arguments, allow_input_required=True)
        )
        self._calls += 1
        try:
            await asyncio.wait([calling, job], return_when=asyncio.FIRST_COMPLETED)
            if calling.done():
                return calling.result()
            raise ConnectionResetError
        finally:
            self._calls -= 1
            # Not waited for: to tell a server that hangs takes the library up to five seconds.
            calling.cancel()
            calling.add_done_callback(_forget)

    def end(self, trouble: str) -> None:
        """Let go of a session that is of no more use; the next one begins when it is needed."""
        if self._job is not None:
            self.trouble = trouble
            self._client, self.tools = None, {}
            self._job.cancel()

    async def close(self) -> None:
        """End the session and, where it is one, the child process."""
        self._is_closed = True
        self.end("it was closed")
        if self._job is not None:
            await asyncio.wait([self._job], timeout=CLOSE_S)

    # ---- the job ----

    async def _live(self) -> None:
        """Connect, tell the tools, and stay until the session ends."""
        limit = asyncio.get_running_loop().call_later(
            CONNECT_S, self.end, f"it did not answer within {CONNECT_S} s"
        )
        async with AsyncExitStack() as stack:
            stack.callback(limit.cancel)
            watched = await self._watched()
            client = await stack.enter_async_context(watched.client)
            self._learn(await watched.tools())
            limit.cancel()
            stack.callback(self._lose)
            self._client, self.trouble = client, ""
            self._settled.set()
            log.info("tool_server.connected", server=self.server.name, tools=len(self.tools))
            async for tools in watched.changes():
                self._learn(tools)
            self.trouble = watched.trouble

    async def _watched(self) -> Watched:
        """Loads the library at the first connection, beside the loop: it costs a second of CPU."""

        def load() -> None:
            with LOADING:
                # And what a call needs: nothing of it is loaded in the loop.
                for name in ("outcomes", "session", "stdio"):
                    import_module(f"taskchat.chat.tool_servers.{name}")

        await asyncio.to_thread(load)
        from taskchat.chat.tool_servers.http import address
        from taskchat.chat.tool_servers.session import Watched
        from taskchat.chat.tool_servers.stdio import child_process

        if isinstance(self.server, CommandServer):
            return Watched(child_process(self.server))
        return Watched(address(self.server))

    def _learn(self, tools: Sequence[Tool]) -> None:
        from taskchat.chat.tool_servers.words import definition

        known: dict[str, KnownTool] = {}
        for tool in tools:
            told = definition(self.server.name, tool) if len(known) < MOST_TOOLS else None
            if told is not None:
                hints = tool.annotations
                only_reads = hints is not None and hints.read_only_hint is True
                known[told.name] = KnownTool(tool.name, only_reads, told)
        if len(known) < len(tools):
            left_out = len(tools) - len(known)
            log.warning("tool_server.tools_left_out", server=self.server.name, tools=left_out)
        self.tools = known

    def _lose(self) -> None:
        self._client, self.tools = None, {}

    def _ended(self, job: asyncio.Task[None]) -> None:
        self._job = None
        self._lose()
        now = time.monotonic()
        has_held = now - self._began_at > STEADY_S
        self._failures = 0 if has_held else self._failures + 1
        pause_s = 0 if has_held else min(2 ** (self._failures - 1), LONGEST_PAUSE_S)
        self._retry_at = now + pause_s
        error = None if job.cancelled() else job.exception()
        if error is not None:
            self.trouble = _why(error)
        self._settled.set()
        if not self._is_closed:
            why = {} if error is None else failure(_innermost(error))
            log.warning("tool_server.lost", server=self.server.name, pause_s=pause_s, **why)


def _forget(calling: asyncio.Task[Any]) -> None:
    """Take note of how a call ended that nobody waits for any more."""
    if not calling.cancelled():
        calling.exception()


def _innermost(error: BaseException) -> BaseException:
    """The first of a group of errors, as the library's task groups raise them."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def _why(error: BaseException) -> str:
    """What an operator can do something about, without the words of anybody else."""
    cause = _innermost(error)
    if isinstance(cause, FileNotFoundError):
        return "its command or folder was not found"
    if isinstance(cause, PermissionError):
        return "its command may not be run"
    if type(cause).__name__ in ("MCPError", "ValidationError"):  # the library is not imported here
        return "it does not answer as an MCP server; see its command, or its address and headers"
    return f"it could not be spoken to ({type(cause).__name__})"
