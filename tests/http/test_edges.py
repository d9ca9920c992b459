"""The edge that every request passes: sizes, and the order of refusals."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.http.middleware import MAX_BODY_BYTES
from taskchat.settings import Settings
from tests.http.conftest import Person, Server
from tests.http.edge_app import edge_app, person_of
from tests.http.small_app import client_of
from tests.processes import PATIENCE_S, TaskchatServer, environment


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


async def _ask(
    app: FastAPI, *headers: tuple[bytes, bytes], version: str = "1.1", body: bytes = b""
) -> tuple[int, dict[str, Any]]:
    """A request as no client library would make it, with these headers and no others."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(_scope(*headers, version=version), receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def _scope(
    *headers: tuple[bytes, bytes], version: str = "1.1", path: str = "/api/me/chat"
) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": version,
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8000),
    }


# ---- sizes ----


async def test_two_hosts_are_refused(app: FastAPI) -> None:
    status, body = await _ask(app, (b"host", b"127.0.0.1:8000"), (b"host", b"evil.example"))

    assert (status, body["detail"][0]["field"]) == (400, "Host")


@pytest.mark.parametrize("length", [b"abc", b"-1", b"+5", b"5, 5", b"", b"0x10", b"\xb2"])
async def test_a_size_that_is_no_number_is_400(app: FastAPI, length: bytes) -> None:
    status, body = await _ask(app, (b"host", b"127.0.0.1:8000"), (b"content-length", length))

    assert (status, body["detail"][0]["field"]) == (400, "Content-Length")


async def test_two_sizes_are_400(app: FastAPI) -> None:
    lengths = ((b"content-length", b"5"), (b"content-length", b"6"))

    status, body = await _ask(app, (b"host", b"127.0.0.1:8000"), *lengths)

    assert (status, body["detail"][0]["field"]) == (400, "Content-Length")


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1).encode(), b"9" * 5000])
async def test_a_size_over_the_limit_is_413(app: FastAPI, length: bytes) -> None:
    status, _ = await _ask(app, (b"host", b"127.0.0.1:8000"), (b"content-length", length))

    assert status == 413


async def test_a_body_without_a_size_is_limited_in_later_versions_of_http_as_well(
    app: FastAPI,
) -> None:
    large = b" " * (MAX_BODY_BYTES + 1)

    status, _ = await _ask(app, (b"host", b"127.0.0.1:8000"), version="2", body=large)

    assert status == 413


async def test_a_body_in_pieces_reaches_the_route_whole(person: Person) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"title": ', b'"Buy ', b'milk"}'):
            yield piece

    answer = await person.client.post(
        f"/api/{person.id}/tasks",
        content=pieces(),
        headers={**person.auth, "Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["title"]) == (201, "Buy milk")


# ---- the order of refusals ----

FAULTS = ("size", "host", "token", "user", "type", "body", "missing")
STATUS = {
    "size": 413,
    "host": 400,
    "token": 401,
    "user": 403,
    "type": 415,
    "body": 400,
    "missing": 404,
}


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("first", range(len(FAULTS)))
@pytest.mark.parametrize("surface", ["chat", "task"])
async def test_of_several_faults_the_first_in_the_contracts_order_is_told(
    person: Person, surface: str, first: int, chunked: bool
) -> None:
    faults = FAULTS[first:]
    user = "someone-else" if "user" in faults else person.id
    method, path, body = "POST", f"/api/{user}/chat", {"message": "hi", "conversation_id": 999}
    if surface == "task":
        method, path, body = "PATCH", f"/api/{user}/tasks/999", {"title": "Buy milk"}
    raw = json.dumps(body | ({"colour": "red"} if "body" in faults else {})).encode()
    if "size" in faults:
        raw += b" " * MAX_BODY_BYTES

    async def pieces() -> AsyncIterator[bytes]:
        yield raw

    answer = await person.client.request(
        method,
        path,
        content=pieces() if chunked else raw,
        headers={
            "Host": "evil.example" if "host" in faults else "127.0.0.1:8000",
            "Authorization": f"Bearer {'nonsense' if 'token' in faults else person.token}",
            "Content-Type": "text/plain" if "type" in faults else "application/json",
        },
    )

    assert answer.status_code == STATUS[faults[0]], answer.text
    assert ("Host" in answer.text) is (faults[0] == "host")


@pytest.mark.parametrize(
    "header", [(b"content-length", b"70000"), (b"transfer-encoding", b"chunked")]
)
async def test_a_large_body_that_stops_in_its_middle_is_not_waited_for(
    app: FastAPI, header: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskchat.http.middleware.BODY_WAIT_S", 0.05)
    pieces = iter([{"type": "http.request", "body": b"{", "more_body": True}])
    usual = ((b"host", b"127.0.0.1:8000"), (b"content-type", b"application/json"))
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        for piece in pieces:
            return piece
        return await asyncio.Event().wait()  # the client has stopped and stays

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(PATIENCE_S):
        await app(_scope(*usual, header, path="/auth/sign-in"), receive, send)

    assert sent[0]["status"] == 400
    assert "did not come within" in sent[1]["body"].decode()


# ---- on a real socket ----


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[TaskchatServer]:
    folder = tmp_path_factory.mktemp("edges")
    shutil.copy(sqlite_template, folder / "taskchat.db")
    with TaskchatServer(environment(folder)) as server:
        yield server


async def _raw(server: TaskchatServer, head: bytes, body: bytes = b"") -> bytes:
    """Send all of it, whatever is answered meanwhile, and give the status line."""
    url = httpx2.URL(server.address)
    reading, writing = await asyncio.open_connection(url.host, url.port)
    try:
        async with asyncio.timeout(60):
            writing.write(b"POST /api/me/chat HTTP/1.1\r\nHost: localhost:%d\r\n" % (url.port or 0))
            writing.write(head + b"\r\n\r\n")
            for start in range(0, len(body), 65536):
                writing.write(body[start : start + 65536])
                await writing.drain()
            return (await reading.readline()).strip()
    finally:
        writing.close()


async def test_a_client_that_first_sends_all_of_a_large_body_sees_that_it_was_too_large(
    served: TaskchatServer,
) -> None:
    body = b"x" * (16 * MAX_BODY_BYTES)

    status = await _raw(served, b"Content-Length: %d" % len(body), body)

    assert status.startswith(b"HTTP/1.1 413")


async def test_a_large_body_in_pieces_is_refused_before_its_end_and_before_its_token(
    served: TaskchatServer,
) -> None:
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"

    status = await _raw(served, b"Transfer-Encoding: chunked", piece * 40)

    assert status.startswith(b"HTTP/1.1 413")


async def test_a_client_that_asks_first_is_not_told_to_go_on(served: TaskchatServer) -> None:
    head = b"Content-Length: 9000000\r\nExpect: 100-continue"

    assert (await _raw(served, head)).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", [b"abc", b"-1", b"1e3", b"99999999999999999999999"])
async def test_a_malformed_size_is_400_on_the_wire(served: TaskchatServer, length: bytes) -> None:
    assert (await _raw(served, b"Content-Length: " + length)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("path", ["/", "/widget.js", "/health", "/ready"])
def test_a_monitor_may_ask_for_the_head_of_what_everybody_may_read(
    served: TaskchatServer, path: str
) -> None:
    with httpx2.Client(base_url=served.address) as client:
        whole, head = client.get(path), client.head(path)

        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length"):
            assert head.headers[name] == whole.headers[name]
        assert client.get("/health").json()["status"] == "healthy"  # on the same connection


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/me/tasks", "GET, POST"),
        ("/api/me/tasks/1", "GET, PUT, PATCH, DELETE"),
        ("/api/v1/users/me", "GET, PATCH, DELETE"),
        ("/api/v1/chat/conversations", "GET, POST"),
        ("/api/chat", "POST"),
        ("/health", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_there_is_told_all_that_are(
    server: Server, path: str, methods: str
) -> None:
    answer = await server.client.request("TRACE", path)

    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
