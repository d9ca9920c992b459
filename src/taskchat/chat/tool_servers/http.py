"""A further tool server over streamable HTTP, with answers of limited size."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CONNECTION_CLOSED

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from mcp.client._transport import TransportStreams

    from taskchat.chat.tool_servers.file import HttpServer

ANSWER_BYTES = 4 * 1024 * 1024
"""The longest body that is read; events of a stream have a limit of their own, 1 MiB each."""
CONNECT_S = 5.0
GOODBYE_S = 2.0
UNREACHABLE = -32_099
"""Our own code, beside those of JSON-RPC: no connection came about, so nothing was asked for."""


@asynccontextmanager
async def address(server: HttpServer) -> AsyncGenerator[TransportStreams]:
    """Speak to the server at its address; redirects are followed within its origin only."""
    # Calls have time limits of their own; a stream of news may be silent for ever.
    timeout = httpx2.Timeout(CONNECT_S, read=None)
    async with (
        httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", **server.headers},
            timeout=timeout,
            transport=_Bounded(),
            trust_env=False,
        ) as client,
        streamable_http_client(server.url, http_client=client) as streams,
    ):
        yield streams


class _Bounded(httpx2.AsyncHTTPTransport):
    """Reads no endless body, and answers itself where nobody does."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE":  # says goodbye; who does not answer is not waited for
            request.extensions["timeout"] = dict.fromkeys(request.extensions["timeout"], GOODBYE_S)
        try:
            response = await super().handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return _failure(UNREACHABLE)
        except httpx2.TransportError:
            return _failure(CONNECTION_CLOSED)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()  # a few bytes could be blown up to any number
            return httpx2.Response(502)
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101  an async client
            response.stream = _BoundedBody(response.stream)
        return response


def _failure(code: int) -> httpx2.Response:
    """An answer in the place of none.

    Passed on, the error would end the session, and with it the calls of everybody else; and nobody
    could tell whether something was sent.
    """
    error = {"code": code, "message": "the connection failed"}
    return httpx2.Response(503, json={"jsonrpc": "2.0", "id": None, "error": error})


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for part in self._body:
                read += len(part)
                if read > ANSWER_BYTES:
                    message = "the answer is too long"
                    raise httpx2.StreamError(message)
                yield part
        except httpx2.TransportError as error:
            # Of this kind it ends its own request only.
            message = "the answer was cut off"
            raise httpx2.StreamError(message) from error

    async def aclose(self) -> None:
        await self._body.aclose()
