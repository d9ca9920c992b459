"""What browsers are told about pages of other sites: the listed ones may use the API."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.app import create_app
from taskchat.http import cors
from taskchat.http.middleware import MAX_BODY_BYTES
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS
from tests.http.edge_app import FRIEND, edge_app
from tests.http.small_app import client_of

STRANGER = "https://evil.example.com"


@pytest.fixture
def database_kind() -> str:
    """What the edge does has nothing to do with the database."""
    return "sqlite"


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with edge_app(settings) as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app, None) as client:
        yield client


async def test_a_preflight_of_a_listed_origin_needs_no_token(client: httpx2.AsyncClient) -> None:
    answer = await client.options(
        "/api/someone/chat",
        headers={
            "Origin": FRIEND,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert answer.headers["vary"] == "Origin"
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
    }
    assert set(answer.headers["access-control-allow-headers"].split(", ")) >= {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "Last-Event-ID",
        "Time-Zone",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/api/someone/tasks", 401),
        ("GET", "/api/v1/users/me", 401),
        ("POST", "/auth/sign-in", 415),
        ("GET", "/nowhere", 404),
        ("PUT", "/health", 405),
        ("GET", "/api/crash", 500),
    ],
)
async def test_a_page_of_a_listed_origin_may_read_every_answer(
    app: FastAPI, method: str, path: str, status: int
) -> None:
    async with client_of(app, None, Origin=FRIEND) as client:
        answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert answer.headers["access-control-expose-headers"] == cors.EXPOSED
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_it_may_also_read_that_its_body_was_too_large(app: FastAPI) -> None:
    async with client_of(app, None, Origin=FRIEND) as client:
        answer = await client.post("/api/me/chat", content=b" " * (MAX_BODY_BYTES + 1))

    assert answer.status_code == 413
    assert answer.headers["access-control-allow-origin"] == FRIEND


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize(
    "origin", [STRANGER, "null", f"{FRIEND}.evil.example", FRIEND.upper(), "http://127.0.0.1:8000"]
)
async def test_other_origins_are_told_nothing(
    client: httpx2.AsyncClient, origin: str, method: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    answer = await client.request(method, "/api/someone/tasks", headers=asked)

    assert answer.status_code == {"GET": 401, "OPTIONS": 405}[method]
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["vary"] == "Origin"


async def test_mcp_is_no_page_of_elsewheres(client: httpx2.AsyncClient) -> None:
    asked = {"Origin": FRIEND, "Access-Control-Request-Method": "POST"}

    answer = await client.options("/mcp", headers=asked)

    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_without_origins_nothing_varies(settings: Settings) -> None:
    async with client_of(create_app(settings, ADDRESS), None, Origin=FRIEND) as client:
        answer = await client.get("/openapi.json")

    assert "vary" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control-")]
