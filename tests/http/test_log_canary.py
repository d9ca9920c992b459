"""A word that people send, in any place of any request, is found nowhere in what a server tells:

its log and all else that it writes, its metrics, and its traces.

The routes come from the app's own description, so that a new one is under test at once.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from taskchat.app import create_app
from taskchat.db.database import Database, Transaction
from taskchat.settings import Settings
from tests.http.canary_requests import (
    ACCOUNT,
    BREAKS,
    CANARY,
    Operation,
    operations,
    requests,
)
from tests.http.conftest import Person
from tests.log_capture import logs_of_a_server
from tests.measures.collector import Collector
from tests.scripted_model import ScriptedModel

HEADERS = {
    "User-Agent": CANARY,
    "Referer": f"https://example.com/{CANARY}",
    "Accept-Language": CANARY,
    "Last-Event-ID": CANARY,
    "X-Forwarded-For": CANARY,
    "X-Request-Id": f"/{CANARY}/",  # one that is well formed is meant to be logged
    f"X-{CANARY}": CANARY,
}


@dataclass
class Canary:
    """A server at work on a socket, and somebody who has an account there."""

    app: FastAPI
    client: httpx2.AsyncClient
    model: ScriptedModel
    person: Person
    values: dict[str, str]

    async def send(self, operation: Operation, **more: Any) -> httpx2.Response:
        """The operation with what exists, where `more` says nothing else."""
        values = {**self.values, **more.pop("values", {})}
        headers = {**HEADERS, **self.person.auth, **more.pop("headers", {})}
        path = operation.path.format_map(values)
        return await self.client.request(operation.method, path, headers=headers, **more)


@pytest.fixture
async def breaking(everything: Database) -> None:
    """Let the database fail as it does at a broken rule: in its words stands what was written."""
    columns = {"tasks": "title", "messages": "content"}

    async def sqlite(tx: Transaction) -> None:
        for table, column in columns.items():
            await tx.execute(
                f"CREATE TRIGGER {table}_break BEFORE INSERT ON {table}"
                f" WHEN NEW.{column} = '{BREAKS}'"
                f" BEGIN SELECT RAISE(ABORT, 'refused: {BREAKS}'); END"
            )

    async def postgres(tx: Transaction) -> None:
        # Not by a constraint: where row-level security holds, Postgres keeps the row to itself.
        for table, column in columns.items():
            await tx.fetch(
                f"CREATE FUNCTION {table}_break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF NEW.{column} = '{BREAKS}' THEN RAISE EXCEPTION 'refused: %', NEW.{column}"
                f" USING ERRCODE = '23514', DETAIL = NEW.{column}; END IF; RETURN NEW; END $$"
            )
            await tx.fetch(
                f"CREATE TRIGGER {table}_break BEFORE INSERT ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {table}_break()"
            )

    await everything.transaction(sqlite if everything.dialect == "sqlite" else postgres)


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with Collector() as collector:
        yield collector


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncGenerator[Canary]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        model = ScriptedModel()
        app = create_app(settings, address, model)
        _add_crashes(app)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        job = asyncio.create_task(server.serve(sockets=[listening]))
        async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
            answer = await client.post("/auth/sign-up", json=ACCOUNT, headers=HEADERS)
            client.cookies.clear()
            body = answer.json()
            person = Person(client, body["user"]["id"], body["token"])
            yield Canary(app, client, model, person, await _made(model, person))
        server.should_exit = True
        await job


def _add_crashes(app: FastAPI) -> None:
    """Faults of ours: before an answer began, and in the middle of one."""

    async def crash(word: str) -> None:
        raise RuntimeError(word)

    async def cut(word: str) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"so far"
            raise RuntimeError(word)

        return StreamingResponse(pieces())

    app.add_api_route("/crash/{word}", crash, include_in_schema=False)
    app.add_api_route("/cut/{word}", cut, include_in_schema=False)


async def _made(model: ScriptedModel, person: Person) -> dict[str, str]:
    """Something that every route can be asked for: a task, and a conversation with a message."""
    model.calls("add_task", title=CANARY, description=CANARY, due_at=CANARY)
    model.calls("add_task", title=CANARY, description=CANARY).calls(CANARY, word=CANARY)
    model.says(CANARY)
    answer = await person.say(CANARY, {**HEADERS, "Idempotency-Key": CANARY})
    assert answer.status_code == 200, answer.text
    return {
        "user_id": person.id,
        "task_id": "1",
        "conversation_id": answer.json()["conversation_uid"],
        "turn_id": answer.headers["turn-id"],
        "message_id": str(uuid4()),
    }


async def _tools(canary: Canary) -> None:
    """The tools as programs call them, and what else can be sent there."""
    headers = {
        **HEADERS,
        **canary.person.auth,
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    del headers["Last-Event-ID"]
    calls: list[dict[str, Any]] = [
        {"name": "add_task", "arguments": {"title": CANARY, "description": CANARY}},
        {"name": "add_task", "arguments": {"title": BREAKS}},
        {"name": "add_task", "arguments": {"title": CANARY, "due_at": CANARY}},
        {"name": "add_task", "arguments": {CANARY: CANARY}},
        {"name": "add_task", "arguments": CANARY},
        {"name": "list_tasks", "arguments": {"q": CANARY}},
        {"name": "list_tasks", "arguments": {"status": CANARY}},
        {"name": "update_task", "arguments": {"task_id": CANARY}},
        {"name": CANARY, "arguments": {}},
    ]
    methods = [("tools/call", call) for call in calls] + [(CANARY, {CANARY: CANARY})]
    for method, params in methods:
        told = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        await canary.client.post("/mcp", json=told, headers=headers)
    for body in (CANARY.encode(), json.dumps({CANARY: CANARY}).encode(), b"[" * 5000):
        await canary.client.post("/mcp", content=body, headers=headers)
    for extra in ({"Origin": f"https://{CANARY}"}, {"MCP-Protocol-Version": CANARY}):
        await canary.client.post("/mcp", json={}, headers={**headers, **extra})


async def _turns(canary: Canary) -> None:
    """Turns that end badly; each with words in its failure."""
    for error in (RuntimeError(CANARY), ValueError(CANARY), TimeoutError(CANARY)):
        canary.model.fails(error)
        await canary.person.say(CANARY)
    canary.model.calls("add_task", title=BREAKS).says(CANARY)
    await canary.person.say(CANARY)
    canary.model.says(BREAKS)
    await canary.person.say(CANARY)
    await canary.person.say(BREAKS)


async def _others(canary: Canary) -> None:
    for path in (f"/{CANARY}", f"/api/v1/{CANARY}", f"/docs/{CANARY}", f"/crash/{CANARY}"):
        for method in ("GET", "POST", "OPTIONS", CANARY.upper()):
            await canary.client.request(method, f"{path}?{CANARY}={CANARY}", headers=HEADERS)
    with pytest.raises(httpx2.RemoteProtocolError):
        await canary.client.get(f"/cut/{CANARY}", headers=HEADERS)
    await _malformed(canary, f"GET /{CANARY} {CANARY}\r\n{CANARY}\r\n\r\n")
    await _malformed(canary, f"POST / HTTP/1.1\r\nContent-Length: {CANARY}\r\n\r\n")
    await _malformed(
        canary, f"GET /{CANARY} HTTP/1.1\r\nUpgrade: {CANARY}\r\nConnection: upgrade\r\n\r\n"
    )


async def _malformed(canary: Canary, request: str) -> None:
    url = canary.client.base_url
    reading, writing = await asyncio.open_connection(url.host, url.port)
    writing.write(request.encode())
    assert (await reading.readline()).startswith(b"HTTP/1.1 4")
    writing.close()


@pytest.mark.usefixtures("breaking")
async def test_no_word_that_people_send_is_found_in_what_the_server_tells(
    settings: Settings, tmp_path: Path, collector: Collector
) -> None:
    # Many sign-ins come from one address here; and a turn that cannot be ended is soon let go of.
    settings = settings.model_copy(
        update={"auth_rate_limit": "off", "lease_s": 2, "otel_endpoint": collector.url}
    )
    with logs_of_a_server(tmp_path) as written:
        async with _serving(settings) as canary:
            await _tools(canary)
            await _turns(canary)
            await _others(canary)
            for operation in operations(canary.app):
                for request in requests(operation):
                    await canary.send(operation, **request)
            token = canary.person.token
            measures = (await canary.client.get("/metrics")).text
        text = written()

    lines = [json.loads(line) for line in text.splitlines()]
    found = [line for line in lines if CANARY.lower() in json.dumps(line).lower()]
    assert found == []
    assert token not in text
    assert token.rpartition(".")[2] not in text
    assert ACCOUNT["password"] not in text
    told = [measures.encode(), *collector.raw]
    assert not any(
        word.lower().encode() in each.lower()
        for word in (CANARY, token.rpartition(".")[2], ACCOUNT["password"])
        for each in told
    )
    assert "taskchat_turns_total{" in measures
    assert {"POST /api/{user_id}/chat", "turn", "step", "execute_tool unknown"} <= {
        span.name for span in collector.spans
    }
    # It was not silent: every route was reached, in good and in bad cases, and all was logged.
    served = [line for line in lines if line["event"] == "request.served"]
    assert {each.path for each in operations(canary.app)} <= {line["route"] for line in served}
    assert {200, 201, 204, 400, 401, 404, 405, 413, 415, 500} <= {line["status"] for line in served}
    assert {
        "request.crashed",
        "database.failed",
        "token.refused",
        "library.warned",
    } <= {line["event"] for line in lines}
    assert UUID(served[0]["request_id"])
