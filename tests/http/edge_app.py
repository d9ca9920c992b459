"""The whole app with what a test of its edge needs: a friendly origin, and a route that crashes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI, Response

from taskchat.app import create_app
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS, Person
from tests.scripted_model import ScriptedModel

FRIEND = "https://app.example.com"


@asynccontextmanager
async def edge_app(settings: Settings) -> AsyncGenerator[FastAPI]:
    """The app at work, with two routes more than it has; `FRIEND` is in `CORS_ORIGINS`."""
    settings = settings.model_copy(update={"cors_origins": FRIEND})
    app = create_app(settings, ADDRESS, ScriptedModel())

    async def crash() -> None:
        message = "secret of the database"
        raise RuntimeError(message)

    async def quiet() -> Response:
        return Response(headers={"Referrer-Policy": "no-referrer"})

    app.add_api_route("/api/crash", crash)
    app.add_api_route("/api/quiet", quiet)
    async with app.router.lifespan_context(app):
        yield app


async def person_of(client: httpx2.AsyncClient) -> Person:
    """Someone with an account."""
    account = {"email": "me@example.com", "password": "correct horse"}
    body = (await client.post("/auth/sign-up", json=account)).json()
    client.cookies.clear()
    return Person(client, body["user"]["id"], body["token"])
