"""Makes the server: the parts at work, and the edge around them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI

from taskchat.errors import StartError
from taskchat.http import (
    accounts,
    chat,
    chat_v1,
    chatkit,
    docs,
    errors,
    health,
    mcp,
    metrics,
    openapi,
    page,
    tasks,
    turns,
    users,
    widget,
)
from taskchat.http.cors import Cors
from taskchat.http.hosts import HostCheck
from taskchat.http.middleware import RequestEdge
from taskchat.http.security_headers import usual_headers
from taskchat.parts import STOP_GRACE_S, running
from taskchat.stopping import at_stop_signal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pydantic_ai.models import Model

    from taskchat.settings import Settings


log = structlog.get_logger()


def create_app(
    settings: Settings, address: str, model: Model | None = None, *, everywhere: bool = False
) -> FastAPI:
    """The server as an ASGI app.

    Args:
        settings: as they were read.
        address: where people reach it, `http://127.0.0.1:8000`.
        model: in place of the one that `TASKCHAT_MODEL` names.
        everywhere: it listens on all addresses of the machine, and `address` is one of them.
    """
    if everywhere and settings.sign_up is None:
        # The address is this machine's, and anybody on the network can reach it.
        settings = settings.model_copy(update={"sign_up": "closed"})

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        try:
            async with running(settings, address, model) as parts:
                app.state.parts = parts
                with at_stop_signal(lambda: parts.turns.begin_to_stop(STOP_GRACE_S)):
                    async with mcp.serving(app):
                        yield
        except StartError as error:  # uvicorn passes on that it failed, and not why
            log.error("start.refused", reason=str(error))
            raise

    app = FastAPI(
        title="Taskchat",
        description="A to-do list that is kept by talking; every chat turn is a durable"
        " transaction.",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    errors.install(app)
    # Their routes themselves: an included router matches a path twice, at the cost of 90 calls a turn.
    for part in (chat, chat_v1, turns, chatkit, tasks, users, health, metrics, page, widget, docs):
        app.router.routes.extend(part.router.routes)
    if settings.local_accounts:
        app.router.routes.extend(accounts.router.routes)
    mcp.install(app, settings, address)
    openapi.install(app)
    if settings.otel_endpoint is not None:
        from taskchat.http.traced import TracedRequests

        app.add_middleware(TracedRequests, trusted_proxies=settings.trusted_proxies or "")
    app.add_middleware(
        RequestEdge,
        hosts=HostCheck(address, settings.public_url, everywhere=everywhere),
        cors=Cors(settings.cors_allowed),
        usual_headers=usual_headers(settings.public_url or address),
    )
    return app
