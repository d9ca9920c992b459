"""The routes under test in a small app: real database, errors and routes; tokens are known texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import httpx2
from fastapi import FastAPI

from taskchat.auth.principal import Principal
from taskchat.db.database import Database
from taskchat.errors import NotAuthenticatedError, TokenExpiredError, TokenInvalidError
from taskchat.http import errors, openapi
from taskchat.ids import UserId


@dataclass
class KnownTokens:
    """`Bearer NAME` is the user of that name; the cookie `session=NAME` as well."""

    people: dict[str, Principal]

    async def principal_of(self, headers: Mapping[str, str], method: str) -> Principal:
        kind, _, name = headers.get("authorization", "").partition(" ")
        if kind != "Bearer":
            name = headers.get("cookie", "").removeprefix("session=")
        if not name:
            raise NotAuthenticatedError
        if name == "expired":
            raise TokenExpiredError
        if name not in self.people:
            raise TokenInvalidError
        return self.people[name]


def small_app(db: Database, people: dict[str, UserId], zones: Mapping[str, str] = {}) -> FastAPI:
    """An app without routes in which these people have tokens."""
    app = FastAPI(redirect_slashes=False)
    errors.install(app)
    openapi.install(app)
    known = {
        name: Principal(user, name, "test", time_zone=zones.get(name))
        for name, user in people.items()
    }
    app.state.parts = SimpleNamespace(db=db, tokens=KnownTokens(known))
    return app


def client_of(app: FastAPI, token: str | None, **headers: str) -> httpx2.AsyncClient:
    """A client that calls the app in this process, with this token."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000", headers=headers
    )
