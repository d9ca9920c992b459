"""The floor's client of a model: kept connections, a request written by hand."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import urlsplit

from benchmarks.wire import HttpReader


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
        loop = asyncio.get_running_loop()
        connection = self._free.pop() if self._free else None
        if connection is None or connection.transport is None:
            _, connection = await loop.create_connection(_Connection, self._host, self._port)
        transport = connection.transport
        assert transport is not None
        connection.answer = loop.create_future()
        transport.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        answer = await connection.answer
        self._free.append(connection)
        return answer


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.WriteTransport | None = None
        self.answer: asyncio.Future[bytes] | None = None
        self._reader = HttpReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        for _, body in self._reader.feed(data):
            if self.answer is not None and not self.answer.done():
                self.answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(exc or ConnectionError())
