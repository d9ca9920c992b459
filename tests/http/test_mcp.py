"""`/mcp` as an MCP client, a bare client and another site's page see it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from taskchat.app import create_app
from taskchat.db.database import Database
from taskchat.db.urls import DatabaseUrl
from taskchat.http import mcp
from taskchat.settings import load_settings
from tests.conftest import make_user
from tests.http.small_app import client_of, small_app
from tests.processes import PATIENCE_S

Mode = Literal["auto", "legacy"]
ADDRESS = "http://127.0.0.1:8000"
PUBLIC = "https://tasks.example.org"
METADATA = f"{PUBLIC}/.well-known/oauth-protected-resource/mcp"
LIST: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "list_tasks", "arguments": {}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
async def app(database: Database) -> AsyncIterator[FastAPI]:
    people = {name: await make_user(database, name) for name in ("ann", "bob")}
    app = small_app(database, people, zones={"bob": "Europe/Paris"})
    settings = load_settings(public_url=PUBLIC, jwt_issuer="https://issuer.example.org")
    mcp.install(app, settings, ADDRESS)
    async with mcp.serving(app):
        yield app


@asynccontextmanager
async def _mcp_client(app: FastAPI, token: str, mode: Mode) -> AsyncGenerator[Client]:
    async with client_of(app, token) as http:
        transport = streamable_http_client(f"{ADDRESS}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def _text(result: CallToolResult) -> str:
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


# ---- who may ----


@pytest.mark.parametrize("headers", [{}, {"Cookie": "session=ann"}])
async def test_without_a_bearer_token_the_answer_tells_where_to_get_one(
    app: FastAPI, headers: dict[str, str]
) -> None:
    async with client_of(app, None, **headers) as client:
        answer = await client.post("/mcp", json=LIST)

    assert (answer.status_code, answer.json()) == (401, {"detail": "not authenticated"})
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{METADATA}"'


@pytest.mark.parametrize("token", ["expired", "wrong"])
async def test_a_token_that_does_not_count_is_refused_as_such(app: FastAPI, token: str) -> None:
    async with client_of(app, token, Cookie="session=ann") as client:
        answer = await client.post("/mcp", json=LIST)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f'Bearer error="invalid_token", resource_metadata="{METADATA}"'
    )


async def test_a_cookie_does_not_stand_in_for_another_kind_of_authorization(app: FastAPI) -> None:
    headers = {"Authorization": "Basic YW5uOg==", "Cookie": "session=ann"}

    async with client_of(app, None, **headers) as client:
        assert (await client.post("/mcp", json=LIST)).status_code == 401


@pytest.mark.parametrize("path", ["", "/mcp"])
async def test_the_metadata_names_the_resource_and_the_issuer(app: FastAPI, path: str) -> None:
    async with client_of(app, None) as client:
        answer = await client.get(f"/.well-known/oauth-protected-resource{path}")

    assert answer.json() == {
        "resource": f"{PUBLIC}/mcp",
        "resource_name": "Taskchat",
        "bearer_methods_supported": ["header"],
        "authorization_servers": ["https://issuer.example.org"],
    }


@pytest.mark.parametrize("issuer", [None, "my-shared-secret"])
async def test_the_metadata_names_no_issuer_that_has_no_address(
    database: Database, issuer: str | None
) -> None:
    app = small_app(database, {})
    mcp.install(app, load_settings(jwt_issuer=issuer), ADDRESS)

    async with client_of(app, None) as client:
        document = (await client.get("/.well-known/oauth-protected-resource")).json()

    assert document["resource"] == f"{ADDRESS}/mcp"
    assert "authorization_servers" not in document


# ---- what is malformed ----


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("tasks.example.org", 200),
        ("tasks.example.org:443", 200),
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("localhost:9000", 421),
        ("evil.example.com", 421),
        ("tasks.example.org.evil.com", 421),
        ("127.0.0.1", 421),
    ],
)
async def test_only_our_own_names_are_served(app: FastAPI, host: str, status: int) -> None:
    async with client_of(app, "ann", **ACCEPT, Host=host) as client:
        answer = await client.post("/mcp", json=LIST)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (PUBLIC, 200),
        ("http://localhost:8000", 200),
        ("http://localhost:9000", 403),
        ("https://evil.example.com", 403),
        ("null", 403),
    ],
)
async def test_a_page_of_another_origin_is_refused(app: FastAPI, origin: str, status: int) -> None:
    async with client_of(app, "ann", **ACCEPT, Origin=origin) as client:
        answer = await client.post("/mcp", json=LIST)

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_there_is_nothing_but_post(app: FastAPI, method: str) -> None:
    async with client_of(app, "ann", Accept="text/event-stream") as client:
        answer = await client.request(method, "/mcp")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_zone_that_is_none_is_refused(app: FastAPI) -> None:
    headers = ACCEPT | {"Time-Zone": "Mars/Olympus"}

    async with client_of(app, "ann", **headers) as client:
        answer = await client.post("/mcp", json=LIST)

    assert (answer.status_code, answer.json()["detail"][0]["field"]) == (400, "Time-Zone")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff"])
async def test_a_body_that_is_no_message_is_refused(app: FastAPI, body: bytes) -> None:
    headers = ACCEPT | {"Content-Type": "application/json"}

    async with client_of(app, "ann", **headers) as client:
        answer = await client.post("/mcp", content=body)

    assert answer.status_code == 400


async def test_a_body_over_one_mebibyte_is_refused(app: FastAPI) -> None:
    headers = ACCEPT | {"Content-Type": "application/json"}

    async with client_of(app, "ann", **headers) as client:
        answer = await client.post("/mcp", content=b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413


# ---- what is good ----


async def test_a_single_post_is_answered_as_json(app: FastAPI) -> None:
    async with client_of(app, "ann", **ACCEPT) as client:
        answer = await client.post("/mcp", json=LIST)

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["structuredContent"] == {"result": []}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_keeps_the_list_of_its_token_s_user(app: FastAPI, mode: Mode) -> None:
    async with _mcp_client(app, "ann", mode) as ann, _mcp_client(app, "bob", mode) as bob:
        tools = await ann.list_tools()
        added = await ann.call_tool("add_task", {"title": "Buy milk", "due_at": "2026-11-27"})
        await bob.call_tool("add_task", {"title": "his", "due_at": "2026-11-27"})
        hers = await ann.call_tool("list_tasks", {})
        his = await bob.call_tool("list_tasks", {})

    assert len(tools.tools) == 6
    assert added.structured_content == {
        "task_id": 1,
        "status": "created",
        "title": "Buy milk",
        "due": "Friday 2026-11-27",
    }
    assert [
        (task["title"], task["due_at"])
        for result in (hers, his)
        for task in json.loads(_text(result))
    ] == [("Buy milk", "2026-11-27T00:00:00Z"), ("his", "2026-11-26T23:00:00Z")]


async def test_a_header_names_the_zone(app: FastAPI) -> None:
    add = {"name": "add_task", "arguments": {"title": "a", "due_at": "2026-11-27"}}
    headers = ACCEPT | {"Time-Zone": "America/New_York"}

    async with client_of(app, "bob", **headers) as client:
        await client.post("/mcp", json=LIST | {"params": add})
        answer = await client.post("/mcp", json=LIST)

    (task,) = answer.json()["result"]["structuredContent"]["result"]
    assert task["due_at"] == "2026-11-27T05:00:00Z"


async def test_words_for_a_date_count_from_the_call_in_the_zone_of_the_request(
    app: FastAPI,
) -> None:
    zone = ZoneInfo("Pacific/Apia")
    add = {"name": "add_task", "arguments": {"title": "a", "due_at": "in 26 hours"}}

    before = datetime.now(UTC).replace(second=0, microsecond=0)
    async with client_of(app, "bob", **ACCEPT | {"Time-Zone": zone.key}) as client:
        answer = await client.post("/mcp", json=LIST | {"params": add})
    after = datetime.now(UTC)

    told = answer.json()["result"]["structuredContent"]["due"]
    due = datetime.strptime(told, "%A %Y-%m-%d %H:%M").replace(tzinfo=zone)
    assert before + timedelta(hours=26) <= due <= after + timedelta(hours=26)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_tool_s_failure_tells_what_to_try_next(app: FastAPI, mode: Mode) -> None:
    async with _mcp_client(app, "ann", mode) as client:
        missing = await client.call_tool("delete_task", {"task_id": 1})
        foreign = await client.call_tool("add_task", {"title": "a", "user_id": 2})
        unknown = await client.call_tool("drop_tables", {})

    assert missing.is_error
    assert _text(missing) == "There is no task 1. Call list_tasks to see the tasks and their ids."
    assert "'user_id' is not one of its arguments" in _text(foreign)
    assert "The tools are add_task" in _text(unknown)


async def test_many_calls_of_two_users_at_once_do_not_mix(app: FastAPI) -> None:
    async def add(name: str, n: int) -> None:
        call = {"name": "add_task", "arguments": {"title": f"{name} {n}"}}
        async with client_of(app, name, **ACCEPT) as client:
            answer = await client.post("/mcp", json=LIST | {"params": call})
            assert answer.status_code == 200

    await asyncio.gather(*(add(name, n) for n in range(20) for name in ("ann", "bob")))

    for name in ("ann", "bob"):
        async with client_of(app, name, **ACCEPT) as client:
            answer = await client.post("/mcp", json=LIST)
        titles = [task["title"] for task in answer.json()["result"]["structuredContent"]["result"]]
        assert sorted(titles) == sorted(f"{name} {n}" for n in range(20))


async def test_nothing_of_it_runs_on_after_the_end(app: FastAPI) -> None:
    before = asyncio.all_tasks()

    async with client_of(app, "ann", **ACCEPT) as client:
        await client.post("/mcp", json=LIST)
        async with mcp.serving(app):
            during = asyncio.all_tasks() - before

    assert during
    assert asyncio.all_tasks() == before


def test_the_mcp_library_is_not_imported_before_it_is_used() -> None:
    code = "import sys, taskchat.app, taskchat.http.mcp; print('mcp' in sys.modules)"

    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


async def test_the_whole_server_serves_a_real_client_over_a_socket(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = load_settings(
        database_url=database_url.dsn or f"sqlite:///{database_url.path}", data_dir=tmp_path
    )
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, address), log_config=None, lifespan="on")
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))

    account = {"email": "ann@example.org", "password": "correct horse"}
    async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE_S) as http:
        signed_up = await http.post("/auth/sign-up", json=account)
        http.headers["Authorization"] = f"Bearer {signed_up.json()['token']}"
        http.cookies.clear()
        transport = streamable_http_client(f"{address}/mcp", http_client=http)
        async with Client(transport) as client:
            added = await client.call_tool("add_task", {"title": "Buy milk"})
        tasks = await http.get(f"/api/{signed_up.json()['user']['id']}/tasks")
    server.should_exit = True
    await serving

    assert added.structured_content == {"task_id": 1, "status": "created", "title": "Buy milk"}
    assert [task["title"] for task in tasks.json()] == ["Buy milk"]
