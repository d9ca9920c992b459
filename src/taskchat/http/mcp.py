"""`POST /mcp`: the task tools over streamable HTTP, for whoever has a bearer token.

Stateless: each request stands alone, so any copy can answer it. The MCP library is imported at the
first request (0.5 s of CPU), in a thread, so that the server starts fast and goes on answering.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from contextvars import Context
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.requests import Request

from taskchat.errors import AppError, NotAuthenticatedError
from taskchat.http.deps import known, parts_of
from taskchat.http.errors import failure_response
from taskchat.http.requests import zone_of
from taskchat.http.routes import NamedRoute
from taskchat.tasks.caller import ToolCaller, acting_for
from taskchat.tasks.mcp_library import LOADING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fastapi import FastAPI, Response
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.types import Receive, Scope, Send

    from taskchat.auth.principal import Principal
    from taskchat.settings import Settings

PATH = "/mcp"
METADATA_PATH = "/.well-known/oauth-protected-resource"
MAX_BODY_BYTES = 1024 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def install(app: FastAPI, settings: Settings, address: str) -> None:
    """Put `/mcp` and its metadata (RFC 9728 section 3.1, with and without our path) into the app.

    Args:
        app: its `state.parts` are there when requests come; `serving` is around that time.
        settings: our public address, and the outside issuer.
        address: where this process listens, `http://127.0.0.1:8000`.
    """
    endpoint = McpEndpoint(settings.public_url or address, address, settings.jwt_issuer)
    app.state.mcp = endpoint
    app.router.routes.append(NamedRoute(PATH, endpoint))
    for path in (METADATA_PATH, METADATA_PATH + PATH):
        app.router.routes.append(NamedRoute(path, endpoint.metadata, methods=["GET"]))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[None]:
    """While this is open the app may serve `/mcp`; afterwards nothing of it runs on."""
    try:
        yield
    finally:
        await cast("McpEndpoint", app.state.mcp).close()


class McpEndpoint:
    """The ASGI app behind `/mcp`; what the MCP library runs, runs in a task of its own."""

    def __init__(self, public_url: str, address: str, issuer: str | None = None) -> None:
        """Nothing is loaded or begun yet.

        Args:
            public_url: our address as people see it, `https://tasks.example.org`.
            address: where we listen; loopback names with its port are our address, too.
            issuer: the outside issuer whose tokens count here.
        """
        self._public_url = public_url.rstrip("/")
        self._address = address
        self._issuer = issuer
        self._loading = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._job: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as the user of its token."""
        request = Request(scope, receive)
        try:
            principal = await _bearer_of(request)
            zone = zone_of(request, principal)
            if request.method != "POST":
                # No stream to listen on and no session to end: there is nothing else to ask for.
                refusal = JSONResponse({"detail": "method not allowed"}, 405, {"Allow": "POST"})
                return await refusal(scope, receive, send)
            manager = await self._started()
        except AppError as error:
            return await self._refusal(error)(scope, receive, send)
        # The library's tasks for this request inherit the context, and so the caller.
        with acting_for(ToolCaller(principal.user, zone, db=parts_of(request).db)):
            return await manager.handle_request(scope, receive, send)

    async def metadata(self, _: Request) -> Response:
        """What a client needs to know to get a token (RFC 9728 section 2)."""
        document: dict[str, object] = {
            "resource": self._public_url + PATH,
            "resource_name": "Taskchat",
            "bearer_methods_supported": ["header"],
        }
        # An issuer by a mere name (a shared secret's) is nowhere to get a token from.
        if self._issuer is not None and self._issuer.startswith(("http://", "https://")):
            document["authorization_servers"] = [self._issuer]
        return JSONResponse(document)

    async def close(self) -> None:
        """End what runs, if anything was begun."""
        if self._job is not None:
            self._ending.set()
            await self._job
            self._manager, self._job, self._ending = None, None, asyncio.Event()

    async def _started(self) -> StreamableHTTPSessionManager:
        async with self._loading:
            if self._manager is None:
                manager = await asyncio.to_thread(self._load)
                started = asyncio.Event()
                # A task of its own, since a task group must be left by the task that entered it; an
                # empty context, so that it does not keep the first caller's.
                self._job = asyncio.create_task(self._run(manager, started), context=Context())
                await started.wait()
                self._manager = manager
            return self._manager

    def _load(self) -> StreamableHTTPSessionManager:
        with LOADING:
            from taskchat.tasks.tools import make_tool_server

            server = make_tool_server()
            server.streamable_http_app(
                streamable_http_path=PATH,
                json_response=True,
                stateless_http=True,
                max_request_body_size=MAX_BODY_BYTES,
                transport_security=self._transport_security(),
            )
            return server.session_manager

    async def _run(self, manager: StreamableHTTPSessionManager, started: asyncio.Event) -> None:
        async with manager.run():
            started.set()
            await self._ending.wait()

    def _transport_security(self) -> TransportSecuritySettings:
        """Which Host and Origin are ours: a page of elsewhere may not reach a server of this net."""
        from mcp.server.transport_security import TransportSecuritySettings

        public = urlsplit(self._public_url)
        usual = 80 if public.scheme == "http" else 443
        hosts = [public.netloc]
        if public.port is None:
            hosts.append(f"{public.netloc}:{usual}")
        local = [f"{name}:{urlsplit(self._address).port or 80}" for name in LOOPBACK]
        return TransportSecuritySettings(
            allowed_hosts=hosts + local,
            allowed_origins=[f"{public.scheme}://{host}" for host in hosts]
            + [f"http://{host}" for host in local],
        )

    def _refusal(self, error: AppError) -> Response:
        response = failure_response("/mcp", error)
        if isinstance(error, NotAuthenticatedError):
            # RFC 9728 section 5.1; RFC 6750 section 3.1 has no error code where no token came.
            came = "" if type(error) is NotAuthenticatedError else 'error="invalid_token", '
            metadata = f'resource_metadata="{self._public_url}{METADATA_PATH}{PATH}"'
            response.headers["WWW-Authenticate"] = f"Bearer {came}{metadata}"
        return response


async def _bearer_of(request: Request) -> Principal:
    """The user whose bearer token came with the request; a cookie does not count here.

    Raises:
        NotAuthenticatedError: there is none, or it does not count.
    """
    bearer = request.headers.get("authorization")
    if bearer is None:
        raise NotAuthenticatedError
    only = Headers({"authorization": bearer})
    return known(await parts_of(request).tokens.principal_of(only, request.method))
