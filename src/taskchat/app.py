"""Builds the parts and joins them; the only place that knows all of them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from fastapi import FastAPI

from taskchat.auth.accounts import Accounts
from taskchat.auth.issuers import TokenRules
from taskchat.auth.local_issuer import LocalIssuer
from taskchat.auth.page import Page
from taskchat.auth.signing_key import signing_key
from taskchat.auth.tokens import TokenVerifier
from taskchat.chat.journal import Journal
from taskchat.chat.recovery import Recovery
from taskchat.chat.toolset import Toolset
from taskchat.chat.turn import TurnLimits, Turns
from taskchat.db.opening import open_database
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import parse_database_url
from taskchat.http import accounts, chat, errors, health, home, mcp, tasks
from taskchat.http.deps import Parts
from taskchat.http.middleware import RequestEdge
from taskchat.model.providers import make_model

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pydantic_ai.models import Model

    from taskchat.db.database import Database
    from taskchat.settings import Settings

STOP_GRACE_S = 25


def create_app(settings: Settings, address: str, model: Model | None = None) -> FastAPI:
    """The server as an ASGI app.

    Args:
        settings: as they were read.
        address: where people reach it, `http://127.0.0.1:8000`.
        model: in place of the one that `TASKCHAT_MODEL` names.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with running(settings, address, model) as parts:
            app.state.parts = parts
            async with mcp.serving(app):
                yield

    app = FastAPI(
        title="Taskchat",
        description="A to-do list that is kept by talking; every chat turn is a durable"
        " transaction.",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    errors.install(app)
    for part in (chat, tasks, health, home):
        app.include_router(part.router)
    if settings.local_accounts:
        app.include_router(accounts.router)
    mcp.install(app)
    app.add_middleware(RequestEdge)
    return app


@asynccontextmanager
async def running(
    settings: Settings, address: str, model: Model | None = None
) -> AsyncGenerator[Parts]:
    """The parts at work: database open, orphaned turns taken over, leases kept.

    Args:
        settings: as they were read.
        address: where this process serves; empty for a command that serves nobody.
        model: in place of the one that `TASKCHAT_MODEL` names.

    Raises:
        StartError: another process holds the embedded database, or a setting cannot be used.
        DatabaseError: the database cannot be reached.
    """

    url = parse_database_url(settings.database)
    lock = None if url.path is None else ServerLock(url.path)
    if lock is not None:
        lock.acquire(address)
    model = model or named_model(settings)
    db = await open_database(url)
    try:
        parts, recovery = await _join(settings, settings.public_url or address, db, model)
        await recovery.take_over(everything=db.dialect == "sqlite")
        keeping = asyncio.create_task(recovery.keep(), name="recovery")
        try:
            yield parts
        finally:
            await parts.turns.stop(STOP_GRACE_S)
            await _end(keeping)
    finally:
        async with model:
            pass  # leaving it closes its connections
        await db.close()
        if lock is not None:
            lock.release()


def named_model(settings: Settings) -> Model:
    """The model that the settings name.

    Raises:
        StartError: there is none of that name, or its key is missing.
    """
    return make_model(settings.model, base_url=settings.model_base_url, api_key=settings.api_key)


async def _join(
    settings: Settings, address: str, db: Database, model: Model
) -> tuple[Parts, Recovery]:
    given = settings.signing_key
    key = await signing_key(
        db, settings.data_dir.expanduser(), None if given is None else given.get_secret_value()
    )
    issuer = LocalIssuer(key)
    secret = settings.jwt_secret
    rules = TokenRules(
        shared_secret=None if secret is None else secret.get_secret_value(),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )
    tokens = TokenVerifier(db, rules, issuer if settings.local_accounts else None, Page(address))
    people = Accounts(
        db, issuer, sign_up_open=settings.sign_up_is_open(address), forget=tokens.forget
    )
    journal = Journal(db, lease_s=settings.lease_s, history=settings.history)
    limits = TurnLimits(settings.agent_timeout_s, settings.agent_max_iterations)
    turns = Turns(journal, Toolset(), model, limits)
    return Parts(settings, db, people, tokens, turns), Recovery(turns, journal, settings.lease_s)


async def _end(job: asyncio.Task[None]) -> None:

    job.cancel()
    with suppress(asyncio.CancelledError):
        await job
