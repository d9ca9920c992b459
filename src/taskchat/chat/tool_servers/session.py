"""A session with a further tool server, watched: its end, its news, and that it does not flood us."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from mcp.client import Client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types import Implementation, PaginatedRequestParams, ToolListChangedNotification
from pydantic import ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from mcp.client._transport import ReadStream, TransportStreams
    from mcp.client.session import IncomingMessage
    from mcp.shared.message import SessionMessage
    from mcp_types import Tool

MOST_PAGES = 10
LIST_S = 10
MESSAGES_PER_S = 1_000
"""A server that sends more is let go of: each of its messages costs all users time."""
LISTEN_PAUSE_S = 30
"""Proxies cut streams that are silent."""


class Watched:
    """A client that tells what becomes of its session. Enter `client`, then use the rest."""

    def __init__(self, streams: AbstractAsyncContextManager[TransportStreams]) -> None:
        """Nothing is connected yet."""
        self.trouble = ""
        """Why the session has ended, in words for the operator."""
        self._news = asyncio.Event()
        self._has_changed = False
        self.client = Client(
            self._watching(streams),
            client_info=Implementation(name="taskchat", version=version("taskchat")),
            message_handler=self._hear,
            cache=None,
        )

    async def tools(self) -> Sequence[Tool]:
        """All tools, as the server lists them.

        Raises:
            MCPError: the server does not list them.
        """
        found: list[Tool] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self.client.session.list_tools(
                params=None if cursor is None else PaginatedRequestParams(cursor=cursor)
            )
            found += page.tools
            cursor = page.next_cursor
            if cursor is None:
                break
        return found

    async def changes(self) -> AsyncGenerator[Sequence[Tool]]:
        """The tools each time that they have changed, until the session ends."""
        listening = asyncio.create_task(self._listen())
        try:
            while not self.trouble:
                await self._news.wait()
                self._news.clear()
                if self._has_changed and not self.trouble:
                    self._has_changed = False
                    # One that is busy may still answer the calls that are under way.
                    with suppress(MCPError, ValidationError, TimeoutError):
                        async with asyncio.timeout(LIST_S):
                            tools = await self.tools()
                        yield tools
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        """Ask for news of the tools, where the protocol is one in which that has to be asked for."""
        offered = self.client.server_capabilities.tools
        if offered is None or not offered.list_changed:
            return
        while True:
            with suppress(SubscriptionLost, TimeoutError, MCPError):
                try:
                    async with self.client.listen(tools_list_changed=True) as news:
                        async for _ in news:
                            self._tools_changed()
                except ListenNotSupportedError:
                    return  # an older protocol, which sends them unasked
            await asyncio.sleep(LISTEN_PAUSE_S)
            self._tools_changed()  # or may have, meanwhile

    async def _hear(self, message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._tools_changed()

    def _tools_changed(self) -> None:
        self._has_changed = True
        self._news.set()

    def _has_ended(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        self._news.set()

    @asynccontextmanager
    async def _watching(
        self, streams: AbstractAsyncContextManager[TransportStreams]
    ) -> AsyncGenerator[TransportStreams]:
        async with streams as (incoming, outgoing):
            yield _WatchedStream(incoming, self._has_ended), outgoing


class _WatchedStream:
    """What the server sends, counted; its end is told."""

    def __init__(
        self, stream: ReadStream[SessionMessage | Exception], has_ended: Callable[[str], None]
    ) -> None:
        self._stream = stream
        self._has_ended = has_ended
        self._second = 0.0
        self._heard = 0

    async def receive(self) -> SessionMessage | Exception:
        return await self.__anext__()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        now = time.monotonic()
        if now - self._second > 1:
            self._second, self._heard = now, 0
        self._heard += 1
        if self._heard > MESSAGES_PER_S:
            self._has_ended("it sent more than anybody could read")
            raise StopAsyncIteration
        try:
            return await self._stream.__anext__()
        except BaseException:
            self._has_ended("it ended the connection")
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        return await self._stream.__aexit__(exc_type, exc_val, exc_tb)
