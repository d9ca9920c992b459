"""What every request passes, as plain ASGI: its id, its size, its headers, and its line in the log.

(Starlette's BaseHTTPMiddleware costs 0.4 ms a request, measured; this is one function.)
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import structlog

from taskchat.errors import BodyTooLargeError
from taskchat.http.errors import failure_response
from taskchat.ids import new_uid

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

MAX_BODY_BYTES = 1024 * 1024
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")


class RequestEdge:
    """Wraps the app; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.extend((*_HEADERS, (b"x-request-id", request_id)))
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
            await send(message)

        try:
            if _announced_size(scope) > MAX_BODY_BYTES:
                refusal = failure_response(scope["path"], BodyTooLargeError())
                await refusal(scope, receive, sending)
            else:
                await self._app(scope, _limited(receive), sending)
        finally:
            route = scope.get("route")
            log.info(
                "request.served",
                method=scope["method"],
                # The template, not the path: paths hold ids of people.
                route=getattr(route, "path", None),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            structlog.contextvars.clear_contextvars()


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value
    return new_uid().hex.encode()


def _announced_size(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _limited(receive: Receive) -> Receive:
    """The same for a body that comes in pieces without saying how many."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise BodyTooLargeError
        return message

    return receiving
