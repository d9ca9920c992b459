"""Lets the pages of the origins in `CORS_ORIGINS` use the API, by a bearer token and never a cookie.

Access-Control-Allow-Credentials is never sent, so a browser neither sends our cookie with such a
request nor keeps one from its answer: what such a page may do, it does by a token. `/auth/*` is
therefore open to these origins like the rest (the token of a sign-in is in the body). `/mcp` is not:
the MCP specification has its server check the Origin, and admits no page but ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    RawHeaders = tuple[tuple[bytes, bytes], ...]

EXPOSED = (
    "Turn-Id, Idempotency-Replayed, Retry-After, X-Request-Id, X-Total-Count,"
    " X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
)
ADMITTED = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Time-Zone, X-Request-Id"
METHODS = "GET, POST, PUT, PATCH, DELETE"
REMEMBERED_S = 600
CLOSED_PATHS = frozenset({"/mcp"})

_VARY = (b"vary", b"Origin")


class Cors:
    """The headers by which a browser is told that a page may read an answer."""

    def __init__(self, origins: Iterable[str]) -> None:
        """Write down what each origin is told; none is told anything where there are none."""
        self._shared: Mapping[bytes, RawHeaders] = {
            origin.encode(): (
                _VARY,
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", EXPOSED.encode()),
            )
            for origin in origins
        }
        # A cache must not give the answer for one origin to another.
        self._others: RawHeaders = (_VARY,) if self._shared else ()

    def headers_for(self, path: str, origin: bytes | None) -> RawHeaders:
        """What is added to an answer, whatever its status."""
        if not self._shared or path in CLOSED_PATHS:
            return ()
        return self._shared.get(origin, self._others) if origin is not None else self._others

    def answers_preflight(self, method: str, path: str, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a browser asks beforehand if a page of a listed origin may send its request."""
        return (
            method == "OPTIONS"
            and b"access-control-request-method" in headers
            and headers.get(b"origin") in self._shared
            and path not in CLOSED_PATHS
        )


PREFLIGHT_HEADERS: RawHeaders = (
    (b"access-control-allow-methods", METHODS.encode()),
    (b"access-control-allow-headers", ADMITTED.encode()),
    (b"access-control-max-age", str(REMEMBERED_S).encode()),
)
