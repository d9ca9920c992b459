"""The floor's client of a model: kept connections, a request written by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from benchmarks.wire import HttpReader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

_LAST_CHUNK = b"0\r\n\r\n"


class Model:
    """A chat-completions server, asked without waiting for a place: each call has a connection."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._head = f"POST {parts.path}/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        self._head += "Content-Type: application/json\r\nContent-Length: "
        self._free: list[_Connection] = []

    async def ask(self, body: bytes) -> bytes:
        """Send a request and give the body of its answer.

        Raises:
            ConnectionError: the connection was lost.
        """
        connection = await self._send(body)
        connection.answer = asyncio.get_running_loop().create_future()
        answer = await connection.answer
        self._free.append(connection)
        return answer

    async def stream(self, body: bytes) -> AsyncGenerator[bytes]:
        """Send a request for a stream and give its events' data as they come."""
        connection = await self._send(body)
        received = connection.received = asyncio.Queue()
        data = b""
        while not data.endswith(_LAST_CHUNK):
            data = await received.get()
            for line in data.split(b"\n"):
                if line.startswith(b"data: {"):
                    yield line[6:]
        connection.received = None
        self._free.append(connection)

    async def _send(self, body: bytes) -> _Connection:
        loop = asyncio.get_running_loop()
        connection = self._free.pop() if self._free else None
        if connection is None or connection.transport is None:
            _, connection = await loop.create_connection(_Connection, self._host, self._port)
        assert connection.transport is not None
        connection.transport.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        return connection


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.WriteTransport | None = None
        self.answer: asyncio.Future[bytes] | None = None
        self.received: asyncio.Queue[bytes] | None = None
        self._reader = HttpReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        if self.received is not None:
            self.received.put_nowait(data)
            return
        for _, body in self._reader.feed(data):
            if self.answer is not None and not self.answer.done():
                self.answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(exc or ConnectionError())
