"""`taskchat serve` as its operator meets it: real processes, real sockets, real signals."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from glob import glob
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from taskchat.db import migrate
from taskchat.db.urls import DatabaseUrl
from tests.chat import tool_servers
from tests.chat.tool_servers.notes import Mailbox, processes_with
from tests.model.stub_provider import StubProvider
from tests.processes import (
    PATIENCE_S,
    WORKERS_ARE_FOUND,
    TaskchatServer,
    environment,
    paused,
    run_command,
    workers_of,
)

ACCOUNT = {"email": "ann@example.com", "password": "correct horse"}
SECRET = "hunter2-is-a-secret"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[TaskchatServer]:
    """A server on SQLite that nobody stops; its users do not meet."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, folder / "taskchat.db")
    with TaskchatServer(environment(folder)) as server:
        yield server


@pytest.fixture
async def empty_postgres(postgres_server: str) -> AsyncIterator[str]:
    """The address of a database in which there is nothing."""
    name = f"empty_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_server)
    await connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of ours at which nobody answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def _refusal(env: Mapping[str, str], *options: str, command: str = "serve") -> str:
    """The one line by which a command says that it cannot do what it is told."""
    port = ("--port", "0") if command == "serve" and "--port" not in options else ()
    status, out, err = await run_command(command, *port, *options, env=env)
    assert (status, out) == (1, ""), err
    assert err.startswith("taskchat: "), err
    assert err.count("\n") == 1, err
    return err.removeprefix("taskchat: ").rstrip("\n")


@asynccontextmanager
async def _client(
    server: TaskchatServer, token: str | None = None
) -> AsyncGenerator[httpx2.AsyncClient]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=server.address, headers=headers, timeout=PATIENCE_S
    ) as client:
        yield client


async def _sign_up(server: TaskchatServer, email: str = "ann@example.com") -> tuple[str, str]:
    async with _client(server) as client:
        answer = await client.post("/auth/sign-up", json=ACCOUNT | {"email": email})
    assert answer.status_code == 201, answer.text
    return answer.json()["user"]["id"], answer.json()["token"]


# ---- what does not start ----


async def test_a_taken_port_is_named_together_with_the_next_free_one(
    server: TaskchatServer, tmp_path: Path
) -> None:
    port = httpx2.URL(server.address).port
    assert port is not None

    said = await _refusal(environment(tmp_path), "--port", str(port))

    found = re.fullmatch(r"Port (\d+) is taken; port (\d+) is free: add --port (\d+)\.", said)
    assert found is not None, said
    assert int(found[1]) == port
    assert int(found[2]) > port
    assert found[2] == found[3]


async def test_of_two_servers_that_take_one_port_at_once_one_serves(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        shutil.copy(sqlite_template, folder / "taskchat.db")
    servers = [TaskchatServer(environment(folder), "--port", port) for folder in folders]

    outcomes = await asyncio.gather(
        *(asyncio.to_thread(server.start) for server in servers), return_exceptions=True
    )
    for server in servers:
        server.kill()

    assert sorted(isinstance(outcome, AssertionError) for outcome in outcomes) == [False, True]
    assert sum(f"Port {port} is taken" in server.log for server in servers) == 1


async def test_an_address_of_another_machine_is_refused_as_such(tmp_path: Path) -> None:
    # RFC 5737: addresses for documentation, which no machine has.
    said = await _refusal(environment(tmp_path), "--host", "192.0.2.1")

    assert said == "--host 192.0.2.1 is not an address of this machine."


async def test_a_second_server_on_one_file_is_told_the_address_of_the_first(
    server: TaskchatServer,
) -> None:
    said = await _refusal(server.env)

    assert said == (
        f"The database is in use by the server at {server.address}; use it there, or stop it."
    )


async def test_several_workers_on_sqlite_are_refused(tmp_path: Path) -> None:
    said = await _refusal(environment(tmp_path), "--workers", "2")

    assert said == "--workers needs Postgres: one process at a time serves an SQLite file."


async def test_a_file_of_tool_servers_that_cannot_be_used_ends_the_start(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text('{"mcpServers": {"notes": {"url": "${NOTES}"}}}', encoding="utf-8")

    said = await _refusal(environment(tmp_path, TASKCHAT_MCP_SERVERS=str(path)))

    assert said == (
        "TASKCHAT_MCP_SERVERS cannot be used: “notes” names the variable NOTES, which is not set."
    )


async def test_a_tool_server_that_hangs_stops_neither_the_start_nor_a_turn_nor_the_end(
    tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    script = Path(tool_servers.__file__).with_name("old_server.py")
    entry = {"command": sys.executable, "args": [str(script), "hangs", str(tmp_path)]}
    path = Mailbox(tmp_path).write_file(old=entry)
    async with StubProvider() as stub:
        stub.says("No milk today.")
        env = environment(
            tmp_path,
            TASKCHAT_MCP_SERVERS=str(path),
            **stub.settings,
        )
        async with TaskchatServer(env) as server:
            user, token = await _sign_up(server)
            async with _client(server, token) as client:
                answer = await client.post(f"/api/{user}/chat", json={"message": "add milk"})
            status = await server.terminate()

    assert answer.json()["response"] == "No milk today."
    assert status == 0
    assert processes_with(str(tmp_path)) == []


async def test_the_built_in_assistant_alone_starts_no_tool_server(
    tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    path = Mailbox(tmp_path).write_file()

    async with TaskchatServer(environment(tmp_path, TASKCHAT_MCP_SERVERS=str(path))) as server:
        user, token = await _sign_up(server)
        async with _client(server, token) as client:
            answer = await client.post(f"/api/{user}/chat", json={"message": "add milk"})
        processes = processes_with(f"mailer.py\0{tmp_path}")

    assert answer.json()["tool_calls"] == ["add_task"]
    assert processes == []
    assert "so those of TASKCHAT_MCP_SERVERS are not started." in server.out


async def test_a_server_database_out_of_reach_is_named_without_its_password(
    tmp_path: Path, dead_port: int
) -> None:
    # The second password should have been quoted: what reads addresses stops at its "#".
    plain, odd = SECRET, f"{SECRET}#{SECRET}"
    addresses = [f"postgresql://me:{secret}@127.0.0.1:{dead_port}/tasks" for secret in (plain, odd)]

    said = await asyncio.gather(
        _refusal(environment(tmp_path, addresses[0])),
        _refusal(environment(tmp_path, addresses[1]), command="migrate"),
    )

    for sentence in said:
        assert sentence.startswith("DATABASE_URL (postgresql://"), sentence
        assert "check that the database is there" in sentence
        assert SECRET not in sentence


async def test_a_server_database_that_is_behind_waits_for_its_operator(
    tmp_path: Path, empty_postgres: str
) -> None:
    env = environment(tmp_path, empty_postgres)

    said = await _refusal(env)
    async with TaskchatServer(env, "--migrate") as server, _client(server) as client:
        health = await client.get("/health")

    assert said == "The database is behind this version; run `taskchat migrate` first."
    assert health.json() == {"status": "healthy", "database": "postgres"}
    assert "The database is at revision" in server.out


async def test_a_database_of_a_newer_version_is_left_alone(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = tmp_path / "taskchat.db"
    shutil.copy(sqlite_template, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    said = await _refusal(environment(tmp_path))

    assert said.startswith("The database is at revision 9999, made by a newer Taskchat")


# ---- what starts ----


async def test_an_embedded_database_is_copied_before_it_is_migrated(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = tmp_path / "taskchat.db"
    shutil.copy(sqlite_template, file)
    migrate.downgrade(DatabaseUrl(path=file), "0001")

    async with TaskchatServer(environment(tmp_path)) as server, _client(server) as client:
        health = await client.get("/health")

    (copy,) = (Path(path) for path in glob(f"{file}.before-*"))
    assert health.status_code == 200
    assert (_revision(copy), _revision(file)) == ("0001", migrate.latest_revision())
    assert '"event": "database.copied"' in server.log


def _revision(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


async def test_after_a_stop_and_a_start_everything_is_still_there(tmp_path: Path) -> None:
    env = environment(tmp_path)

    async with TaskchatServer(env) as server:
        user, token = await _sign_up(server)
        async with _client(server, token) as client:
            created = await client.post(
                f"/api/{user}/chat", json={"message": "Create a task to buy milk"}
            )
        assert await server.terminate() == 0
    async with TaskchatServer(env) as server, _client(server, token) as client:
        completed = await client.post(
            f"/api/{user}/chat",
            json={
                "message": "Mark it as complete",
                "conversation_id": created.json()["conversation_id"],
            },
        )
        tasks = await client.get(f"/api/{user}/tasks")
        signed_in = await client.post("/auth/sign-in", json=ACCOUNT)

    assert (created.status_code, created.json()["tool_calls"]) == (200, ["add_task"])
    assert (completed.status_code, completed.json()["tool_calls"][-1]) == (200, "complete_task")
    assert [(task["title"].lower(), task["completed"]) for task in tasks.json()] == [
        ("buy milk", True)
    ]
    assert signed_in.status_code == 200
    assert "Traceback" not in server.log


async def test_a_server_that_is_told_to_stop_ends_well(
    sqlite_template: Path, tmp_path: Path
) -> None:
    async def stop(number: signal.Signals) -> tuple[int, str]:
        folder = tmp_path / number.name
        folder.mkdir()
        shutil.copy(sqlite_template, folder / "taskchat.db")
        async with TaskchatServer(environment(folder)) as server:
            server.send_signal(number)
            return await server.wait(), server.log

    outcomes = await asyncio.gather(stop(signal.SIGTERM), stop(signal.SIGINT))

    assert outcomes == [(0, ""), (0, "")]


async def test_the_printed_link_signs_in_once(server: TaskchatServer) -> None:
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
        first = await client.get(server.link)
        client.cookies.clear()
        second = await client.get(server.link)

    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert first.headers["set-cookie"].startswith("taskchat=")
    assert (second.status_code, second.headers.get("set-cookie")) == (401, None)


async def test_mcp_serves_whoever_has_a_bearer_token_and_nobody_else(
    server: TaskchatServer,
) -> None:
    _, token = await _sign_up(server, "mcp@example.com")

    async with _client(server) as client:
        nobody = await client.post("/mcp", json={})
    async with (
        _client(server, token) as http,
        Client(streamable_http_client(f"{server.address}/mcp", http_client=http)) as client,
    ):
        added = await client.call_tool("add_task", {"title": "Buy milk"})

    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"].startswith("Bearer resource_metadata=")
    assert added.structured_content == {"task_id": 1, "status": "created", "title": "Buy milk"}


@pytest.mark.skipif(not WORKERS_ARE_FOUND, reason="finds workers in /proc")
@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_what_one_worker_has_stored_another_knows(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    async with TaskchatServer(environment(tmp_path, database_url), "--workers", "2") as server:
        one, other = await workers_of(server.pid, 2)
        # Their parent, too, which kills a worker that is silent for some seconds.
        with paused(server.pid):
            with paused(one):
                user, token = await _sign_up(server)
            with paused(other):
                async with _client(server, token) as client:
                    said = await client.post(f"/api/{user}/chat", json={"message": "buy milk"})
            with paused(one):
                async with _client(server, token) as client:
                    tasks = await client.get(f"/api/{user}/tasks")
        status = await server.terminate()

    assert said.status_code == 200
    assert [task["title"] for task in tasks.json()] == ["Buy milk"]
    assert status == 0
    # The workers' logs are set up like their parent's: on standard error, nothing elsewhere.
    assert '"event": "turn.ended"' in server.log
    assert [line.partition(" ")[0] for line in server.out.splitlines()] == [
        "Taskchat",
        "Sign",
        "The",
    ]
