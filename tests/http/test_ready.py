"""`GET /ready`: whether a copy should be sent requests, and why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from taskchat.db.database import Database, Transaction
from taskchat.db.migrate import latest_revision
from taskchat.db.urls import DatabaseUrl
from tests.auth.outside_issuer import OutsideIssuer
from tests.http.conftest import Server, running_server, settings_for


async def _ready(server: Server) -> tuple[int, dict[str, Any]]:
    answer = await server.client.get("/ready")
    return answer.status_code, answer.json()


async def test_a_copy_that_serves_is_ready(server: Server, database_kind: str) -> None:
    assert await _ready(server) == (
        200,
        {"status": "ready", "database": database_kind, "migrations": "current", "issuer": "none"},
    )


async def test_a_copy_without_its_database_is_not(server: Server) -> None:
    await server.parts.db.close()

    assert await _ready(server) == (
        503,
        {"status": "not ready", "database": "down", "issuer": "none"},
    )


@pytest.mark.parametrize(("step", "status", "migrations"), [(-1, 503, "behind"), (1, 200, "newer")])
async def test_a_copy_is_ready_at_its_own_migration_and_at_what_comes_after(
    server: Server, everything: Database, step: int, status: int, migrations: str
) -> None:
    async def move(tx: Transaction) -> None:
        number = f"{int(latest_revision()) + step:04}"
        await tx.execute("UPDATE alembic_version SET version_num = $1", number)

    await everything.transaction(move)

    found, told = await _ready(server)
    assert (found, told["migrations"]) == (status, migrations)


async def test_a_copy_that_stops_is_not_ready_while_its_last_turn_runs(server: Server) -> None:
    person = await server.sign_up()
    go_on = asyncio.Event()
    server.model.hangs(go_on)
    saying = asyncio.create_task(person.say("hello"))
    await server.model.reached.wait()

    server.parts.turns.begin_to_stop(20)
    status, told = await _ready(server)
    go_on.set()

    assert (status, told["status"]) == (503, "stopping")
    assert (await saying).status_code == 200


@pytest.fixture
async def issuer() -> AsyncIterator[OutsideIssuer]:
    async with OutsideIssuer() as issuer:
        yield issuer


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_copy_knows_its_issuer_once_there_is_a_key_and_ever_after(
    database_url: DatabaseUrl, tmp_path: Path, issuer: OutsideIssuer
) -> None:
    issuer.adds("k1")
    settings = settings_for(database_url, tmp_path, jwks_url=issuer.jwks_url, jwt_issuer=issuer.url)
    async with running_server(settings) as server:
        first = await _ready(server)
        issuer.answers(b"gone", 500)
        later = await _ready(server)

    assert first == later
    assert (first[0], first[1]["issuer"]) == (200, "known")
    assert issuer.fetches == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_copy_whose_issuer_has_never_answered_is_not_ready(
    database_url: DatabaseUrl, tmp_path: Path, issuer: OutsideIssuer
) -> None:
    issuer.answers(b"gone", 500)
    settings = settings_for(database_url, tmp_path, jwks_url=issuer.jwks_url, jwt_issuer=issuer.url)
    async with running_server(settings) as server:
        found = [await _ready(server) for _ in range(3)]

    assert [(status, told["issuer"]) for status, told in found] == [(503, "unknown")] * 3


async def test_probes_need_no_name_and_no_token(server: Server) -> None:
    answer = await server.client.get("/ready", headers={"Host": "10.1.2.3:8000"})

    assert answer.status_code == 200
