"""The headers that every answer carries, whichever route and status it is of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.app import create_app
from taskchat.http.security_headers import PAGE_POLICY, page_policy
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS, Person
from tests.http.edge_app import edge_app, person_of
from tests.http.small_app import client_of

PAGES = ("/", "/docs")


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


def _operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield method.upper(), path.format_map(_Anything())


class _Anything(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "7"


def _check_headers(answer: httpx2.Response, path: str) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["x-request-id"]
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(_policy(answer).split("; "))
    assert "unsafe" not in _policy(answer)
    assert "//" not in _policy(answer)
    if path.startswith(("/api", "/auth", "/health")):
        assert headers["cache-control"] == "no-store"


def _policy(answer: httpx2.Response) -> str:
    return answer.headers["content-security-policy"]


async def test_every_route_answers_with_the_headers_of_the_edge(
    app: FastAPI, person: Person
) -> None:
    for token in (None, person.token, "nonsense"):
        async with client_of(app, token) as client:
            for method, path in _operations(app):
                answer = await client.request(method, path, json={})
                _check_headers(answer, path)


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/", None, 200),
        ("GET", "/docs", None, 200),
        ("GET", "/docs/start.js", None, 200),
        ("GET", "/openapi.json", None, 200),
        ("GET", "/.well-known/oauth-protected-resource", None, 200),
        ("POST", "/mcp", None, 401),
        ("GET", "/nowhere", None, 404),
        ("POST", "/", None, 405),
        ("GET", "/", "evil.example", 400),
        ("GET", "/api/crash", None, 500),
    ],
)
async def test_so_does_everything_else(
    client: httpx2.AsyncClient, method: str, path: str, host: str | None, status: int
) -> None:
    answer = await client.request(method, path, headers={} if host is None else {"Host": host})

    assert answer.status_code == status
    _check_headers(answer, path)


async def test_pages_have_a_policy_that_lets_our_own_files_in(client: httpx2.AsyncClient) -> None:
    assert _policy(await client.get("/docs")) == PAGE_POLICY
    assert _policy(await client.get("/")) == page_policy(None)
    assert page_policy(None).startswith(PAGE_POLICY)


@pytest.mark.parametrize(
    ("public", "told"), [("https://tasks.example.com", True), ("http://tasks.example.com", False)]
)
async def test_browsers_are_told_to_stay_with_https_where_people_come_by_it(
    settings: Settings, public: str, told: bool
) -> None:
    app = create_app(settings.model_copy(update={"public_url": public}), ADDRESS)

    async with client_of(app, None) as client:
        answer = await client.get("/openapi.json")

    assert ("strict-transport-security" in answer.headers) is told


async def test_a_route_may_choose_a_stricter_header_of_its_own(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/api/quiet")

    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
