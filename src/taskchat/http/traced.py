"""Requests as spans; wrapped around the app only where traces are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from taskchat.addresses import is_within, read_address, read_networks
from taskchat.http.hosts import OPEN_PATHS
from taskchat.http.middleware import route_template
from taskchat.measures.metrics import known_method
from taskchat.measures.traces import told_by

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from taskchat.measures.traces import Parent, Traces
    from taskchat.parts import Parts

UNTRACED = OPEN_PATHS | {"/metrics"}
"""They come every few seconds, and tell nothing."""


class TracedRequests:
    """Begins a span for each request, and lets the log say which; the job of its turn inherits both."""

    def __init__(self, app: ASGIApp, trusted_proxies: str) -> None:
        """Wrap the app.

        Args:
            app: what answers.
            trusted_proxies: whose word about a request's own parent counts: anybody else could have
                everything traced.
        """
        self._app = app
        self._trusted = read_networks(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        traces = _traces_of(scope)
        if traces is None or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method = known_method(scope["method"])
        status: int | None = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        attributes = {"http.request.method": method}
        with traces.span(method, attributes, "server", self._parent(scope)) as span:
            structlog.contextvars.bind_contextvars(trace_id=span.trace_id)
            try:
                await self._app(scope, receive, sending)
            finally:
                if (route := route_template(scope)) is not None:
                    span.name(f"{method} {route}")
                    span.note({"http.route": route})
                if status is not None:
                    span.note({"http.response.status_code": status})
                    if status >= 500:
                        span.fail(str(status))

    def _parent(self, scope: Scope) -> Parent | None:
        peer = read_address(scope["client"][0]) if scope["client"] else None
        if peer is None or not is_within(peer, self._trusted):
            return None
        return told_by(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        )


def _traces_of(scope: Scope) -> Traces | None:
    if scope["type"] != "http":
        return None
    parts: Parts = scope["app"].state.parts
    return parts.traces
