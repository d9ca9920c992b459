"""HTTP/1.1 to one server, over connections that are kept: half of what aiohttp takes for a request.

A turn asks its model once or more, and aiohttp's client was a fifth of a turn. This one knows POST, and
nothing of proxies, redirects, cookies or packed bodies; where one of these is needed, `openai_chat.py`
asks by aiohttp. What is on the wire is read by llhttp, as in uvicorn.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Self, cast

import aiohappyeyeballs
import httptools
from multidict import CIMultiDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from yarl import URL

KEPT_S = 15
"""How long a connection that nobody uses is kept, as aiohttp does."""
MAX_HEAD_BYTES = 1 << 16
MAX_WAITING_BYTES = 1 << 18
"""How much of a body is taken before the first of it is read."""
NEXT_ADDRESS_S = 0.25
"""How long one address of a server is tried alone (RFC 8305 section 5)."""


class UnreachableError(OSError):
    """No connection to the server could be made."""


class NotAnsweredError(ConnectionError):
    """The connection was closed before an answer began: a kept one, as a rule, that was just given up."""


class DirectClient:
    """Posts to one address; each request has a connection to itself.

    Call `close()` in the loop in which it was used.
    """

    def __init__(self, url: URL, headers: Mapping[str, str], *, connect_timeout_s: float) -> None:
        """Nothing is connected yet.

        Raises:
            ValueError: a header would break the head of a request.
        """
        lines = {"Host": url.host_port_subcomponent or "", **headers, "Accept-Encoding": "identity"}
        if any(mark in value for value in lines.values() for mark in "\r\n\0"):
            message = "a header holds the end of a line"
            raise ValueError(message)
        fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._head = f"POST {url.raw_path_qs} HTTP/1.1\r\n{fields}Content-Length: ".encode()
        self._host, self._port = url.raw_host or "", url.port or 80
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._connect_timeout_s = connect_timeout_s
        self._kept: list[tuple[_Connection, float]] = []
        self._open: set[_Connection] = set()

    async def post(self, body: bytes) -> DirectAnswer:
        """Send a request; the head of its answer has come. Cancelling drops the connection.

        Raises:
            UnreachableError: nothing was sent.
            NotAnsweredError: the connection was closed before an answer began.
            ConnectionError: it was lost later, or brought what is no HTTP.
            TimeoutError: no connection was made in time.
        """
        connection = self._take() or await self._connect()
        answer = connection.send(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        try:
            await answer.begun()
        except BaseException:
            connection.drop()
            raise
        return answer

    def close(self) -> None:
        """Drop every connection."""
        for connection in [*self._open]:
            connection.drop()

    def _take(self) -> _Connection | None:
        """The one that was used last; the oldest run out."""
        now = asyncio.get_running_loop().time()
        while self._kept:
            connection, since = self._kept.pop()
            if connection in self._open:
                if now - since < KEPT_S:
                    return connection
                connection.drop()
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._connect_timeout_s):
            try:
                found = await loop.getaddrinfo(self._host, self._port, type=1)
                sock = await aiohappyeyeballs.start_connection(  # pyright: ignore[reportUnknownMemberType]  addresses of any family
                    found, happy_eyeballs_delay=NEXT_ADDRESS_S, interleave=1
                )
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._keep, self._open),
                    sock=sock,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
            except TimeoutError:
                raise
            except OSError as error:
                raise UnreachableError from error
        return connection

    def _keep(self, connection: _Connection) -> None:
        now = asyncio.get_running_loop().time()
        self._kept.append((connection, now))
        while self._kept[0][1] < now - KEPT_S:
            self._kept.pop(0)[0].drop()


class DirectAnswer:
    """One answer while it comes, in the words of aiohttp's."""

    def __init__(self, connection: _Connection) -> None:
        """Nothing of it has come."""
        self._connection = connection
        self._fields: list[tuple[bytes, bytes]] = []
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._changed: asyncio.Future[None] | None = None
        self._error: BaseException | None = None
        self._has_begun = False
        self._is_whole = False
        self.status = 0

    @property
    def headers(self) -> CIMultiDict[str]:
        """Those of the head."""
        return CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in self._fields
        )

    @property
    def content(self) -> Self:
        """Where the body is read: here."""
        return self

    async def readany(self) -> bytes:
        """What has come of the body; empty at its end.

        Raises:
            ConnectionError: it breaks off.
        """
        while not (self._waiting or self._is_whole):
            await self._change()
        found = b"".join(self._waiting)
        self._waiting.clear()
        if self._bytes > MAX_WAITING_BYTES:
            self._connection.go_on()
        self._bytes = 0
        return found

    async def gather(self, seconds: float) -> None:
        """Let more come before it is read: it waits in the socket, so nothing wakes up for it."""
        if not self._is_whole:
            self._connection.pause()
            try:
                await asyncio.sleep(seconds)
            finally:
                self._connection.go_on()

    async def begun(self) -> None:
        """Return when the head has come."""
        while not self._has_begun:
            await self._change()

    def close(self) -> None:
        """Want no more of it."""
        if not self._is_whole:
            self._connection.drop()

    async def __aenter__(self) -> Self:
        """The body is read inside."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """A connection whose answer was not read to its end cannot be used again."""
        self.close()

    async def _change(self) -> None:
        if self._error is not None:
            raise self._error
        self._changed = asyncio.get_running_loop().create_future()
        await self._changed

    # ---- what its connection tells it ----

    def head(self, status: int, fields: list[tuple[bytes, bytes]]) -> None:
        """The head has come."""
        self.status, self._fields, self._has_begun = status, fields, True
        self._tell()

    def more(self, data: bytes) -> bool:
        """Some of the body has come; says whether there is room for more."""
        self._waiting.append(data)
        self._bytes += len(data)
        self._tell()
        return self._bytes <= MAX_WAITING_BYTES

    def end(self) -> None:
        """All of it has come."""
        self._is_whole = True
        self._tell()

    def fail(self, error: Exception) -> None:
        """No more will come, though it is not whole."""
        self._error = error
        self._tell()

    def _tell(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)


class _Connection(asyncio.Protocol):
    """One connection, and whose answer comes on it. The callbacks `on_…` are llhttp's."""

    def __init__(self, keep: Callable[[_Connection], None], is_open: set[_Connection]) -> None:
        self._keep = keep
        self._is_open = is_open
        self._parser = httptools.HttpResponseParser(self)
        self._answer: DirectAnswer | None = None
        self._fields: list[tuple[bytes, bytes]] = []
        self._field_bytes = 0
        self._unread_bytes = 0
        self._is_silent = True
        self._ends_with_connection = False

    def send(self, request: bytes) -> DirectAnswer:
        """Send a request; gives its answer, of which nothing has come."""
        self._answer = answer = DirectAnswer(self)
        self._field_bytes, self._is_silent, self._ends_with_connection = 0, True, False
        self._transport.write(request)
        return answer

    def pause(self) -> None:
        """Take nothing in."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Take in again what comes."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def drop(self) -> None:
        """Use it no more."""
        self._is_open.discard(self)
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._is_open.add(self)

    def data_received(self, data: bytes) -> None:
        self._is_silent = False
        self._unread_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._break()
        else:
            if self._unread_bytes > MAX_HEAD_BYTES:  # a line without end
                self._break()

    def _break(self) -> None:
        self._fail(ConnectionError())
        self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_open.discard(self)
        if self._ends_with_connection and exc is None:
            self.on_message_complete()
        self._fail(NotAnsweredError() if self._is_silent else ConnectionError())

    def _fail(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.fail(error)

    def on_message_begin(self) -> None:
        if self._answer is None:  # it would pass for the next one
            message = "an answer that nobody asked for"
            raise ValueError(message)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unread_bytes = 0
        self._field_bytes += len(name) + len(value)
        if self._field_bytes > MAX_HEAD_BYTES:
            message = "a head without end"
            raise ValueError(message)
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        fields, self._fields = self._fields, []
        if status < 200 or self._answer is None:  # such a head goes before another
            return
        named = {name.lower() for name, _ in fields}
        self._ends_with_connection = not named & {b"content-length", b"transfer-encoding"}
        self._answer.head(status, fields)

    def on_body(self, body: bytes) -> None:
        self._unread_bytes = 0
        if self._answer is not None and not self._answer.more(body):
            self.pause()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            return
        is_kept = self._parser.should_keep_alive() and not self._transport.is_closing()
        self._unread_bytes = 0
        self._fields.clear()
        answer, self._answer = self._answer, None
        if answer is None:
            return
        answer.end()
        if is_kept:
            self.go_on()
            self._keep(self)
        else:
            self.drop()
