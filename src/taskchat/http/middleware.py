"""What every request passes, as plain ASGI: id, size, Host, CORS, headers, and its line in the log.

(Starlette's BaseHTTPMiddleware costs 0.4 ms a request; this costs 0.02, half of it the log's line.)
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from taskchat.errors import (
    AppError,
    BodyTooLargeError,
    FieldError,
    InternalError,
    InvalidInputError,
)
from taskchat.http.cors import PREFLIGHT_HEADERS
from taskchat.http.errors import failure_response
from taskchat.http.hosts import OPEN_PATHS, host_refusal
from taskchat.ids import new_uid
from taskchat.logs import failure
from taskchat.measures import metrics

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from taskchat.http.cors import Cors
    from taskchat.http.hosts import HostCheck

    RawHeaders = tuple[tuple[bytes, bytes], ...]

log = structlog.get_logger()

MAX_BODY_BYTES = 1024 * 1024
SMALL_BODY_BYTES = 64 * 1024
"""uvicorn reads about as much by itself; to hold a connection with less is to hold a connection."""
BODY_WAIT_S = 30
"""How long a larger body may take to come: what has come of it is kept, for clients that nobody knows
yet, too, and whoever stops in its middle would have it kept for ever."""
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_ONCE = (b"host", b"content-length")


class RequestEdge:
    """Wraps the app; see the module."""

    def __init__(
        self, app: ASGIApp, hosts: HostCheck, cors: Cors, usual_headers: RawHeaders
    ) -> None:
        """Join the parts of the edge.

        Args:
            app: what answers.
            hosts: which names are ours.
            cors: which origins' pages may read answers.
            usual_headers: for every answer that has no such header of its own.
        """
        self._app = app
        self._hosts = hosts
        self._cors = cors
        self._usual_headers = usual_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._usual_headers)
        # asyncio may start a request in the context of an earlier one of its connection
        # (https://github.com/python/cpython/issues/140947).
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id.decode())
        try:
            await self._serve(exchange, receive)
        except ClientDisconnect:
            pass  # while its body was read: there is nobody to tell
        except Exception as error:  # the last place where it can be told without its text
            log.error("request.crashed", **failure(error))
            if exchange.status is not None:
                raise  # an answer that is cut off must not look whole: the server ends it
            await exchange.refuse(InternalError())
        finally:
            exchange.log()
            structlog.contextvars.clear_contextvars()

    async def _serve(self, exchange: _Exchange, receive: Receive) -> None:
        scope, headers = exchange.scope, exchange.headers
        path: str = scope["path"]
        exchange.cors_headers = self._cors.headers_for(path, headers.get(b"origin"))
        try:
            receive = await _within_limit(exchange, receive)
            if path not in OPEN_PATHS and not self._hosts.admits(headers.get(b"host")):
                raise host_refusal()
        except AppError as error:
            await exchange.refuse(error)
            return
        if self._cors.answers_preflight(scope["method"], path, headers):
            exchange.cors_headers += PREFLIGHT_HEADERS
            await Response(status_code=204)(scope, receive, exchange.send)
        else:
            await self._app(scope, receive, exchange.send)


class _Exchange:
    """One request and what became of it."""

    __slots__ = (
        "_started",
        "_told",
        "_turn_id",
        "_usual_headers",
        "cors_headers",
        "headers",
        "request_bytes",
        "request_id",
        "response_bytes",
        "scope",
        "status",
    )

    def __init__(self, scope: Scope, send: Send, usual_headers: RawHeaders) -> None:
        self._started = time.perf_counter()
        self._told = send
        self._usual_headers = usual_headers
        self._turn_id: bytes | None = None
        self.scope = scope
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.cors_headers: RawHeaders = ()
        self.request_bytes = self.response_bytes = 0
        self.status: int | None = None
        asked = self.headers.get(b"x-request-id", b"")
        self.request_id = asked if _REQUEST_ID.fullmatch(asked) else new_uid().hex.encode()

    async def send(self, message: Message) -> None:
        """Pass a message on, with the headers of every answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own: list[tuple[bytes, bytes]] = [*message.get("headers", ())]
            present = dict(own)
            self._turn_id = present.get(b"turn-id")
            own.extend(header for header in self._usual_headers if header[0] not in present)
            own.append((b"x-request-id", self.request_id))
            own.extend(self.cors_headers)
            message["headers"] = own
        else:
            self.response_bytes += len(message.get("body", b""))
        await self._told(message)

    async def refuse(self, error: AppError) -> None:
        """Answer with a failure, in the form of the path's surface."""
        await failure_response(self.scope["path"], error)(self.scope, _nothing, self.send)

    def log(self) -> None:
        """Count this request and write its line."""
        method, route = self.scope["method"], route_template(self.scope)
        metrics.request_served(method, route, self.status)
        event: dict[str, Any] = {
            "method": method,
            "route": route,
            "status": self.status,
            "ms": round((time.perf_counter() - self._started) * 1000, 1),
            "request_bytes": self.request_bytes,
            "response_bytes": self.response_bytes,
        }
        if self._turn_id is not None:
            event["turn_id"] = self._turn_id.decode()
        log.info("request.served", **event)


def route_template(scope: Scope) -> str | None:
    """The path as it is in the docs, `/api/{user_id}/tasks`: the real one holds people's ids.

    None where no route was found. Below a mount the template begins after the mount's own path,
    which is known only with its values filled in.
    """
    # A router's own routes do not know the prefix by which it was included; this does.
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path", None)


async def _within_limit(exchange: _Exchange, receive: Receive) -> Receive:
    """How to read the body, which is not over the limit.

    One that comes in pieces without saying how many is read here, since a size is refused before
    a missing token is.

    Raises:
        BodyTooLargeError: it is. What is left of it is not read: the server throws it away, which
            lets a client that sends first and listens then see the answer.
        InvalidInputError: its size, or the Host, cannot be understood; or a large one does not come.
    """
    headers = exchange.headers
    if len(headers) != len(exchange.scope["headers"]):
        _refuse_repeated(exchange.scope)
    announced = headers.get(b"content-length")
    if announced is not None:
        if not _LENGTH.fullmatch(announced):
            if announced.isdigit():
                raise BodyTooLargeError
            raise InvalidInputError(FieldError("Content-Length", "must be a number of bytes"))
        exchange.request_bytes = int(announced)
        if exchange.request_bytes > MAX_BODY_BYTES:
            raise BodyTooLargeError
        return receive if exchange.request_bytes <= SMALL_BODY_BYTES else _in_time(receive)
    # RFC 9112 section 6.3: with neither header, a request of HTTP/1 has no body.
    if b"transfer-encoding" not in headers and exchange.scope["http_version"].startswith("1"):
        return receive
    return await _read_ahead(exchange, _in_time(receive))


def _refuse_repeated(scope: Scope) -> None:
    """Refuse two Hosts or sizes: of two readers each might believe another one."""
    names = [name for name, _ in scope["headers"]]
    for name in _ONCE:
        if names.count(name) > 1:
            raise InvalidInputError(FieldError(name.decode().title(), "must be sent once"))


def _in_time(receive: Receive) -> Receive:
    """How to read a body, all of which must come within `BODY_WAIT_S`.

    Reading raises `InvalidInputError` where it does not.
    """
    until = asyncio.get_running_loop().time() + BODY_WAIT_S
    is_whole = False

    async def receiving() -> Message:
        nonlocal is_whole
        if is_whole:  # what is waited for now is that the client leaves
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            hint = f"did not come within {BODY_WAIT_S} seconds"
            raise InvalidInputError(FieldError("body", hint)) from None
        is_whole = not message.get("more_body", False)
        return message

    return receiving


async def _read_ahead(exchange: _Exchange, receive: Receive) -> Receive:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        exchange.request_bytes = len(body)
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError
    unread: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def receiving() -> Message:
        return unread.pop() if unread else await receive()

    return receiving


async def _nothing() -> Message:
    """Stands in for the rest of a request that is refused unread."""
    return {"type": "http.disconnect"}
