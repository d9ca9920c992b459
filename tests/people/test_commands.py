"""`taskchat export`, `import` and `erase`, and a server that is killed in the middle of an erase."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx2

from taskchat.auth.account_rows import ERASED_ISSUER
from taskchat.db.database import Database, Transaction
from taskchat.db.urls import DatabaseUrl
from taskchat.ids import UserId
from tests.people.long_life import live, rows_of
from tests.processes import PATIENCE_S, TaskchatServer, environment, run_command, until

ANNA = "anna@example.com"
PASSWORD = "correct horse"


async def user_of(everything: Database, email: str) -> UserId:
    async def work(tx: Transaction) -> UserId:
        row = await tx.fetchrow("SELECT id FROM users WHERE email = $1", email)
        assert row is not None
        return UserId(row["id"])

    return await everything.read(work)


async def test_a_person_is_exported_erased_and_imported_by_commands(
    database_url: DatabaseUrl, everything: Database, tmp_path: Path
) -> None:
    env = environment(tmp_path, database_url)
    await run_command("user", "add", ANNA, env=env, stdin=PASSWORD)
    anna = await user_of(everything, ANNA)
    await live(everything, {anna: "Annas"}, 40)

    exported = await run_command("export", ANNA, env=env)
    text = await run_command("export", ANNA, "--text", env=env)
    erased = await run_command("erase", ANNA, env=env)
    again = await run_command("erase", ANNA, env=env)
    await run_command("user", "add", "bert@example.com", env=env, stdin=PASSWORD)
    file = tmp_path / "anna.json"
    file.write_text(exported.out, encoding="utf-8")
    imported = await run_command("import", str(file), "--user", "bert@example.com", env=env)
    twice = await run_command(
        "import", "-", "--user", "bert@example.com", env=env, stdin=exported.out
    )

    assert len(json.loads(exported.out)["conversations"][0]["messages"]) == 40
    assert "You: Annas 0 user 1" in text.out
    assert (erased.status, erased.err) == (0, "")
    assert erased.out == (
        "Erased anna@example.com: 1 conversations, 40 messages, 40 steps, 100 tasks,"
        " 20 turn events, 20 turns.\n"
    )
    assert await rows_of(everything, anna) == {}
    assert again.status == 1
    assert again.err == (
        "taskchat: There is no account with this address, and no user with this id.\n"
    )
    assert imported.out == (
        "Imported into bert@example.com: 1 conversations, 40 messages, 100 tasks, 20 turns.\n"
    )
    assert twice.status == 1
    assert "has had tasks already" in twice.err


async def test_a_terminal_obeys_nothing_that_stands_in_an_export(
    database_url: DatabaseUrl, everything: Database, tmp_path: Path
) -> None:
    hostile = "\x1b[2J\x9b31m\x7f\u202ecilam \u05d7\u05dc\u05d1"
    env = environment(tmp_path, database_url)
    await run_command("user", "add", ANNA, env=env, stdin=PASSWORD)
    await live(everything, {await user_of(everything, ANNA): hostile}, 2)

    exported = await run_command("export", ANNA, env=env)
    text = await run_command("export", ANNA, "--text", env=env)

    for said in (exported.out, text.out):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
        assert "cilam \u05d7\u05dc\u05d1" in said
    assert json.loads(exported.out)["tasks"][0]["title"] == f"{hostile} task 1"


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    env = environment(tmp_path)

    said = await run_command("import", "nowhere.json", "--user", ANNA, env=env)

    assert (said.status, said.err) == (
        1,
        "taskchat: nowhere.json cannot be read: No such file or directory.\n",
    )


async def test_an_erase_whose_server_is_killed_is_done_whole(
    database_url: DatabaseUrl, everything: Database, tmp_path: Path
) -> None:
    env = environment(tmp_path, database_url, TASKCHAT_LOG_FORMAT="json")
    async with TaskchatServer(env) as server, httpx2.AsyncClient(base_url=server.address) as client:
        account = {"email": ANNA, "password": PASSWORD}
        signed_up = (await client.post("/auth/sign-up", json=account)).json()
        anna = await user_of(everything, ANNA)
        await live(everything, {anna: "Annas"}, 10_000)
        headers = {"Authorization": f"Bearer {signed_up['token']}"}
        erasing = asyncio.create_task(client.delete("/api/v1/users/me", headers=headers))
        # It is marked, and part of it is gone.
        await _until_messages(everything, anna, fewer_than=9000)
        server.kill()
        await asyncio.gather(erasing, return_exceptions=True)
    half = await rows_of(everything, anna)
    assert half["messages"] > 0

    async with TaskchatServer(env) as server, httpx2.AsyncClient(base_url=server.address) as client:
        refused = await client.get("/api/v1/users/me", headers=headers)
        await until(lambda: "user.erased" in server.log)
        assert await server.terminate() == 0
        told = [json.loads(line) for line in server.log.splitlines() if "user.erased" in line]

    assert refused.status_code == 401
    assert [line["messages"] for line in told] == [half["messages"]]
    assert not any(word in server.log for word in (ANNA, "Annas"))
    assert await rows_of(everything, anna) == {}
    assert await _marked(everything) == 0
    assert traces_of("Annas", database_url) == 0


def traces_of(mark: str, url: DatabaseUrl) -> int:
    """How often it is found in the files of an embedded database."""
    if url.path is None:
        return 0
    files = url.path.parent.glob(f"{url.path.name}*")
    return sum(file.read_bytes().count(mark.encode()) for file in files)


async def _until_messages(everything: Database, user: UserId, fewer_than: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await rows_of(everything, user)).get("messages", 0) >= fewer_than:  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # it happens in another process


async def _marked(everything: Database) -> int:
    async def work(tx: Transaction) -> int:
        return len(await tx.fetch("SELECT id FROM users WHERE issuer = $1", ERASED_ISSUER))

    return await everything.read(work)
