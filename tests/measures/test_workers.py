"""Several workers are one server: whoever of them is scraped tells of all."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx2
import pytest

from taskchat.db.urls import DatabaseUrl
from tests.measures.scrape import Scrape, scrape
from tests.processes import (
    PATIENCE_S,
    WORKERS_ARE_FOUND,
    TaskchatServer,
    environment,
    paused,
    workers_of,
)

POOL = 20


async def _fresh(server: TaskchatServer) -> Scrape:
    """By a connection of its own, which any worker may take."""
    async with httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
        return await scrape(client)


async def _say(server: TaskchatServer, user: str, token: str) -> None:
    async with httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
        said = await client.post(
            f"/api/{user}/chat",
            json={"message": "buy milk"},
            headers={"Authorization": f"Bearer {token}"},
        )
    assert said.status_code == 200, said.text


def _folders(folder: Path) -> list[Path]:
    return [*folder.glob("taskchat-metrics-*")]


@pytest.mark.skipif(not WORKERS_ARE_FOUND, reason="finds workers in /proc")
@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_workers_add_up_and_what_one_has_counted_outlives_it(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    env = environment(tmp_path, database_url, TMPDIR=str(tmp_path), TASKCHAT_SIGN_UP="open")
    async with TaskchatServer(env, "--workers", "2") as server:
        one, other = await workers_of(server.pid, 2)
        async with httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
            account = {"email": "ann@example.com", "password": "correct horse"}
            body = (await client.post("/auth/sign-up", json=account)).json()
        user, token = body["user"]["id"], body["token"]
        # Their parent, too, which kills a worker that is silent for some seconds.
        with paused(server.pid):
            with paused(one):
                await _say(server, user, token)
            with paused(other):
                await _say(server, user, token)
                by_one = await _fresh(server)
            with paused(one):
                by_other = await _fresh(server)
        # The parent gets its answers first: for one from a dead worker it would wait half a minute.
        await _fresh(server)
        await asyncio.sleep(1)
        os.kill(other, signal.SIGKILL)
        while other in (now := await workers_of(server.pid, 2)):
            pass
        # By the new one, which so has told what it does.
        with paused(server.pid), paused(one):
            after = await _fresh(server)
        made = len(_folders(tmp_path))
        status = await server.terminate()

    for found in (by_one, by_other, after):
        assert found.get("taskchat_turns_total", status="completed", model="embedded") == 2
        assert found.get("taskchat_turn_seconds_count", status="completed") == 2
    assert by_one.get("taskchat_database_connections_max") == 2 * POOL
    assert after.get("taskchat_database_connections_max") == 2 * POOL
    assert now != [one, other]
    assert (status, made, _folders(tmp_path)) == (0, 1, [])


async def test_a_variable_of_somebody_elses_does_not_stop_a_server(tmp_path: Path) -> None:
    env = environment(tmp_path, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "nowhere"))
    async with TaskchatServer(env) as server:
        found = await _fresh(server)

    assert found.get("taskchat_turns_in_flight") == 0
    assert not (tmp_path / "nowhere").exists()
