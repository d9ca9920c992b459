"""Requirements that hold for many routes or tables at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

import taskchat.auth.tables
import taskchat.chat.tables
import taskchat.tasks.tables
from taskchat import errors
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import AppError, ModelError
from taskchat.http.errors import STATUS, STATUS_V1
from tests.http.conftest import Person, Server, running_server, settings_for

DESCRIBED_IN = (taskchat.auth.tables, taskchat.chat.tables, taskchat.tasks.tables)
PUBLIC = {
    ("post", "/auth/sign-up"),
    ("post", "/auth/sign-in"),
    ("get", "/auth/link"),
    ("get", "/health"),
    ("get", "/ready"),
}


async def test_all_but_the_public_routes_ask_for_a_token(server: Server) -> None:  # R19, R61, R62
    described: Any = (await server.client.get("/openapi.json")).json()["paths"]
    operations = {(method, path) for path, methods in described.items() for method in methods}
    assert operations > PUBLIC

    statuses = {
        # As people come, through a proxy: what is on this machine may read the metrics.
        (method, path): (
            await server.client.request(method, path, headers={"X-Forwarded-For": "192.0.2.1"})
        ).status_code
        for method, path in operations
    }

    assert {operation for operation, status in statuses.items() if status != 401} == PUBLIC
    for path in ("/docs", "/openapi.json", "/health", "/"):
        assert (await server.client.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/api/v1", {}, 404),
        ("GET", "/api/v1/nothing", {}, 404),
        ("PUT", "/api/v1/chat/conversations", {}, 405),
        ("GET", "/api/v1/chat/conversations", {"headers": {"Authorization": "Bearer x"}}, 401),
        ("GET", "/api/v1/users/me", {"headers": {"Authorization": "Bearer x"}}, 401),
        ("GET", "/api/v1/chat/conversations?limit=0", {}, 400),
        ("GET", "/api/v1/chat/turns/7", {}, 400),
        ("PATCH", "/api/v1/users/me", {"json": {"email": "x"}}, 400),
        ("POST", "/api/v1/chat/conversations", {"content": b"x"}, 415),
        ("POST", "/api/v1/chat/conversations", {"json": {"title": "x" * 1024 * 1024}}, 413),
        ("GET", "/api/v1/chat/conversations", {"headers": {"Host": "evil.example"}}, 400),
    ],
)
async def test_every_failure_under_v1_is_in_the_envelope(  # R16, R126
    server: Server, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    person = await server.sign_up()
    request: dict[str, Any] = {**sent, "headers": {**person.auth, **sent.get("headers", {})}}

    answer = await server.client.request(method, path, **request)

    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (set(body), body["data"]) == ({"data", "error"}, None)
    assert set(body["error"]) == {"error_code", "error_message", "status_code", "details"}
    assert body["error"]["status_code"] == status


def _below(kind: type[AppError]) -> set[type[AppError]]:
    return {kind}.union(*map(_below, kind.__subclasses__()))


@pytest.mark.parametrize("table", [STATUS, STATUS_V1])
def test_every_failure_has_a_status_in_both_tables(  # R51
    table: dict[type[AppError], int],
) -> None:
    known = {kind for kind in _below(AppError) - {AppError} if kind.__module__ == errors.__name__}

    left_to_chance = {kind for kind in known if not set(kind.__mro__) & (set(table) - {AppError})}

    assert left_to_chance == set()


@pytest.mark.parametrize(
    ("surface", "longest"), [("a", 10_000), ("b", 5_000), ("c", 5_000)], ids=["a", "b", "c"]
)
async def test_the_longest_message_is_stored_whole_and_one_more_is_refused(  # R118, C5
    server: Server, surface: str, longest: int
) -> None:
    person = await server.sign_up()
    path = await _path_of(surface, person)

    taken = await person.post(path, {"message": "é" * longest})
    refused = await person.post(path, {"message": "é" * (longest + 1)})

    assert (taken.status_code, refused.status_code) == (200, 400)
    (listed,) = (await person.data("GET", "conversations"))["conversations"]
    page = await person.data("GET", f"conversations/{listed['id']}/messages")
    assert [each["content"] for each in page["messages"][1:]] == ["é" * longest]


async def _path_of(surface: str, person: Person) -> str:
    if surface == "c":
        return f"/api/v1/chat/conversations/{await person.begin()}/messages"
    return f"/api/{person.id}/chat" if surface == "a" else "/api/chat"


async def test_the_line_of_a_turn_has_its_history_time_and_error_code(
    server: Server,
) -> None:  # R95
    person = await server.sign_up()
    uid = await person.begin("hello")
    server.model.fails(ModelError())

    with structlog.testing.capture_logs() as logged:
        answer = await person.v1("POST", f"conversations/{uid}/messages", {"message": "again"})

    (ended,) = [event for event in logged if event["event"] == "turn.ended"]
    assert ended["turn_id"] == answer.headers["turn-id"]
    assert (ended["history"], ended["error_code"], ended["status"]) == (2, "MODEL_ERROR", "failed")
    assert ended["ms"] >= 0


def test_the_indices_that_the_designs_ask_for_are_there() -> None:  # R72
    there = {
        (table.name, tuple(column.name for column in index.columns))
        for table in SQLModel.metadata.tables.values()
        for index in table.indexes
    }

    assert there >= {
        ("conversations", ("user_id", "created_at")),
        ("conversations", ("user_id", "deleted_at")),
        ("messages", ("conversation_id", "created_at")),
        ("messages", ("user_id", "created_at")),
        ("messages", ("conversation_id", "deleted_at")),
    }


@pytest.mark.parametrize("module", DESCRIBED_IN, ids=lambda module: cast("str", module.__name__))
def test_every_owned_table_points_to_its_user_and_says_when(module: object) -> None:  # R73
    tables = [
        table
        for table in SQLModel.metadata.tables.values()
        if "user_id" in table.columns and table.name in vars_of(module)
    ]

    assert tables
    for table in tables:
        targets = {
            element.target_fullname
            for constraint in table.constraints
            if isinstance(constraint, ForeignKeyConstraint)
            for element in constraint.elements
        }
        assert "users.id" in targets, table.name
        assert {"created_at", "seen_until"} & set(table.columns.keys()), table.name


def vars_of(module: object) -> set[str]:
    """The tables that a module describes."""
    return {
        name for each in vars(module).values() if (name := getattr(each, "__tablename__", None))
    }


async def test_too_many_turns_are_429_in_the_form_of_each_surface(  # R46
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    async with running_server(
        settings_for(database_url, tmp_path, rate_limit="1/minute")
    ) as server:
        person = await server.sign_up()
        path = await _path_of("c", person)
        assert (await person.say("hello")).status_code == 200

        a, b = await person.say("more"), await person.post("/api/chat", {"message": "more"})
        c = await person.post(path, {"message": "more"})

    for answer in (a, b, c):
        assert answer.status_code == 429
        assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == (
            "1",
            "0",
        )
        assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60
    assert isinstance(a.json()["detail"], str)
    assert isinstance(b.json()["detail"], str)
    assert c.json()["error"]["error_code"] == "RATE_LIMITED"
    assert c.json()["error"]["details"] == {"retry_after": int(c.headers["retry-after"])}
