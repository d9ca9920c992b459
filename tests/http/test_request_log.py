"""The line that the log has for each request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from taskchat.settings import Settings
from tests.http.conftest import Person
from tests.http.edge_app import edge_app, person_of
from tests.http.small_app import client_of


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


@pytest.fixture
async def person(client: httpx2.AsyncClient) -> Person:
    return await person_of(client)


async def _served(client: httpx2.AsyncClient, method: str, path: str, **more: Any) -> Any:
    merge = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merge]) as logged:
        await client.request(method, path, **more)
    return next(event for event in logged if event["event"] == "request.served")


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/api/anna/tasks", "/api/{user_id}/tasks"),
        ("GET", "/api/anna/tasks/7?q=secret", "/api/{user_id}/tasks/{task_id}"),
        ("POST", "/mcp", "/mcp"),
        ("GET", "/openapi.json", "/openapi.json"),
        ("DELETE", "/api/anna/chat", "/api/{user_id}/chat"),
        ("GET", "/secret/path", None),
        ("OPTIONS", "/api/anna/tasks/secret/x/y", None),
    ],
)
async def test_the_line_of_a_request_has_its_route_and_never_its_path(
    client: httpx2.AsyncClient, method: str, path: str, route: str | None
) -> None:
    line = await _served(client, method, path)

    assert line["route"] == route


async def test_the_line_of_a_request_has_sizes_ids_and_the_user(person: Person) -> None:
    line = await _served(
        person.client,
        "POST",
        f"/api/{person.id}/tasks",
        json={"title": "x"},
        headers={**person.auth, "X-Request-Id": "abc-1"},
    )

    assert line["request_bytes"] == len('{"title":"x"}')
    assert line["response_bytes"] > 100
    assert (line["request_id"], line["status"]) == ("abc-1", 201)
    assert isinstance(line["user_id"], int)
    assert line["ms"] >= 0


async def test_the_line_of_a_request_has_nothing_of_an_earlier_one(
    client: httpx2.AsyncClient,
) -> None:
    with structlog.contextvars.bound_contextvars(user_id=99, turn_id="of another"):
        line = await _served(client, "GET", "/health")

    assert not {"user_id", "turn_id"} & set(line)


async def test_the_line_of_a_turn_has_its_id(person: Person) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await person.say("hi")

    line = next(event for event in logged if event["event"] == "request.served")
    assert line["turn_id"] == answer.headers["turn-id"]


async def test_a_crash_is_500_and_its_line_says_where_and_not_what(
    client: httpx2.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await client.get("/api/crash")

    crashed = next(event for event in logged if event["event"] == "request.crashed")
    assert (answer.status_code, crashed["kind"]) == (500, "RuntimeError")
    assert "secret" not in answer.text + str(logged)
    assert crashed["where"].startswith("taskchat/http/middleware.py:")
    assert crashed["raised"].startswith("http/edge_app.py:")
    assert crashed["raised"].endswith(":crash")
