"""The other commands, as processes: a person at a terminal, a script, an MCP client."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from taskchat.db.urls import DatabaseUrl
from tests.chat.tool_servers.notes import Mailbox, processes_with
from tests.model.conftest import SERVERS, ServedKind
from tests.model.stub_provider import StubProvider
from tests.processes import PATIENCE_S, TASKCHAT, TaskchatServer, environment, run_command, until

PASSWORD = "correct horse"


@pytest.fixture
def env(tmp_path: Path, sqlite_template: Path) -> dict[str, str]:
    """A home with a migrated and empty database."""
    return _home(tmp_path, sqlite_template)


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[TaskchatServer]:
    """A server that holds the database of its own home."""
    with TaskchatServer(_home(tmp_path_factory.mktemp("served"), sqlite_template)) as server:
        yield server


def _home(folder: Path, template: Path) -> dict[str, str]:
    shutil.copy(template, folder / "taskchat.db")
    return environment(folder)


def _list(env: dict[str, str]) -> list[tuple[str, bool]]:
    """The titles of a home's database, and whether they are done."""
    with closing(sqlite3.connect(Path(env["HOME"], "taskchat.db"))) as connection:
        rows = connection.execute("SELECT title, completed FROM tasks ORDER BY id").fetchall()
    return [(title, bool(completed)) for title, completed in rows]


async def _do(*args: str, env: dict[str, str], stdin: str = "") -> str:
    """What a command that succeeds says."""
    status, out, err = await run_command(*args, env=env, stdin=stdin)
    assert (status, err) == (0, ""), err
    return out


async def _refusal(*args: str, env: dict[str, str], stdin: str | bytes = "") -> str:
    """The one sentence of a command that fails."""
    status, _, err = await run_command(*args, env=env, stdin=stdin)
    assert status == 1, err
    assert err.startswith("taskchat: "), err
    assert err.count("\n") == 1, err
    return err.removeprefix("taskchat: ").rstrip("\n")


# ---- chat and tasks ----


async def test_a_message_is_answered_with_no_account_and_no_setting_up(tmp_path: Path) -> None:
    env = environment(tmp_path)

    said = await _do("chat", "buy milk friday", env=env)
    tasks = await _do("tasks", env=env)

    assert re.search("milk.*friday", said, re.IGNORECASE)
    assert "Buy milk" in tasks


async def test_a_dialogue_knows_what_was_said_and_goes_on_after_what_cannot_be_taken(
    env: dict[str, str],
) -> None:
    said = await _do("chat", env=env, stdin="add call mom\n\u200b\nmark it as done\n")

    assert "message: must not be empty" in said
    assert _list(env) == [("Call mom", True)]


async def test_a_message_that_cannot_be_taken_is_refused(env: dict[str, str]) -> None:
    said = await asyncio.gather(
        *(_refusal("chat", message, env=env) for message in ("\u200b", 10_001 * "a", "a\udcff"))
    )

    assert said == [
        "message: must not be empty",
        "message: must have at most 10000 characters; this one has 10001",
        "message: must not contain NUL or half a character",
    ]


async def test_a_terminal_obeys_nothing_that_stands_in_a_title(env: dict[str, str]) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07a\x9b31m\r\u202ecilam\n9 \u2713 forged [b]:smile:[/b] \u05d7\u05dc\u05d1"
    await _do("chat", "add buy milk", env=env)
    with closing(sqlite3.connect(Path(env["HOME"], "taskchat.db"))) as connection:
        connection.execute("UPDATE tasks SET title = ?", (hostile,))
        connection.commit()

    listed = await _do("tasks", env=env)
    told = await _do("chat", "what's pending?", env=env)

    for said in (listed, told):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said), said
        assert "[b]:smile:[/b] \u05d7\u05dc\u05d1" in said
    assert "9 \u2713 forged" not in [line.strip() for line in listed.splitlines()]
    assert len(listed.splitlines()) == 2


async def test_chats_at_once_on_one_file_wait_for_each_other(env: dict[str, str]) -> None:
    messages = ("add call mom", "add call dad")

    await asyncio.gather(*(_do("chat", message, env=env) for message in messages))

    assert sorted(_list(env)) == [("Call dad", False), ("Call mom", False)]


async def test_a_chat_goes_through_the_server_that_holds_the_database(
    served: TaskchatServer,
) -> None:
    said = await _do("chat", env=served.env, stdin="add call mom\nmark it as done\n")

    assert "Call mom" in said
    assert ("Call mom", True) in _list(served.env)
    assert '"route": "/api/{user_id}/chat", "status": 200' in served.log


async def test_a_conversation_begun_through_a_server_goes_on_without_it(
    env: dict[str, str],
) -> None:
    async with TaskchatServer(env) as server:
        await _do("chat", "add call mom", env=env)
        await server.terminate()
    await _do("chat", "-c", "mark it as done", env=env)

    assert _list(env) == [("Call mom", True)]


async def test_a_server_that_holds_the_database_and_is_silent_is_named(
    env: dict[str, str],
) -> None:
    async with StubProvider() as stub:
        stub.hangs()
        slow = env | stub.settings
        async with TaskchatServer(slow) as server:
            waiting = asyncio.create_task(_refusal("chat", "hello", env=env))
            await until(lambda: bool(stub.requests))
            server.kill()
            said = await waiting

    assert said == (
        f"The server at {server.address} holds the database and does not answer; try again in a"
        " moment."
    )


async def test_an_empty_list_says_how_to_begin(env: dict[str, str]) -> None:
    said = await _do("tasks", env=env)

    assert said == 'Nothing there. `taskchat chat "buy milk friday"` adds a task.\n'


async def test_a_failing_model_is_told_in_one_sentence(env: dict[str, str]) -> None:
    async with StubProvider() as stub:
        stub.fails(401)
        status, _, err = await run_command("chat", "hello", env=env | stub.settings)

    assert status == 1
    assert err.splitlines()[-1] == (
        "taskchat: The assistant is not available right now. Your message is kept; try again"
        " shortly."
    )
    assert "secret words" not in err
    assert "Traceback" not in err


# ---- accounts ----


async def test_an_account_made_by_hand_signs_in_with_the_password_it_has_last(
    served: TaskchatServer,
) -> None:
    made = await _do("user", "add", "ann@example.com", env=served.env, stdin=f"{PASSWORD}\n")
    changed = await _do(
        "user", "password", "ann@example.com", env=served.env, stdin="another horse\n"
    )
    async with httpx2.AsyncClient(base_url=served.address, timeout=PATIENCE_S) as client:
        statuses = [
            (await client.post("/auth/sign-in", json=_credentials(password))).status_code
            for password in (PASSWORD, "another horse")
        ]

    assert made == "Made an account for ann@example.com.\n"
    assert changed == "Changed the password of ann@example.com; its sessions have ended.\n"
    assert statuses == [401, 200]


async def test_a_printed_token_is_a_bearer_token(served: TaskchatServer) -> None:
    user = await _sign_up(served, "bob@example.com")

    token = (await _do("token", "bob@example.com", "--days", "2", env=served.env)).strip()
    async with httpx2.AsyncClient(base_url=served.address, timeout=PATIENCE_S) as client:
        listed = await client.get(
            f"/api/{user}/tasks", headers={"Authorization": f"Bearer {token}"}
        )

    assert (listed.status_code, listed.json()) == (200, [])


async def test_each_account_has_a_list_of_its_own(served: TaskchatServer) -> None:
    await _sign_up(served, "eve@example.com")

    await _do("chat", "add feed the snake", "--user", "eve@example.com", env=served.env)
    hers, mine = await asyncio.gather(
        _do("tasks", "--user", "eve@example.com", env=served.env), _do("tasks", env=served.env)
    )

    assert "Feed the snake" in hers
    assert "Feed the snake" not in mine


async def test_an_unknown_user_is_told_as_such(env: dict[str, str]) -> None:
    commands = (("token",), ("user", "password"), ("tasks", "--user"), ("chat", "hi", "--user"))

    said = await asyncio.gather(
        *(_refusal(*each, "ann@example.com", env=env, stdin=f"{PASSWORD}\n") for each in commands)
    )

    assert set(said) == {"There is no account with this address."}


async def test_an_account_that_cannot_be_made_is_refused(served: TaskchatServer) -> None:
    await _sign_up(served, "cid@example.com")

    taken, short, odd, bad = await asyncio.gather(
        _refusal("user", "add", "cid@example.com", env=served.env, stdin=f"{PASSWORD}\n"),
        _refusal("user", "add", "dan@example.com", env=served.env, stdin=""),
        _refusal("user", "add", "no address", env=served.env, stdin=f"{PASSWORD}\n"),
        _refusal("user", "add", "dan@example.com", env=served.env, stdin=b"correct \xff horse\n"),
    )

    assert taken == "There is an account with this address already; sign in instead."
    assert short == "password: must have 8 to 128 characters"
    assert odd == "email: is not an e-mail address"
    assert bad == "password: must not contain NUL or half a character"


async def _sign_up(server: TaskchatServer, email: str) -> str:
    """Make an account and give its id."""
    async with httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
        answer = await client.post("/auth/sign-up", json=_credentials(PASSWORD, email))
    return answer.json()["user"]["id"]


def _credentials(password: str, email: str = "ann@example.com") -> dict[str, str]:
    return {"email": email, "password": password}


# ---- mcp ----


async def test_an_mcp_client_keeps_the_list_over_standard_streams(
    env: dict[str, str], tmp_path: Path
) -> None:
    parameters = StdioServerParameters(
        command=str(TASKCHAT), args=["mcp"], env=dict(env), cwd=tmp_path
    )

    with (tmp_path / "errors.txt").open("w+", encoding="utf-8") as errors:
        async with Client(stdio_client(parameters, errlog=errors)) as client:
            tools = await client.list_tools()
            added = await client.call_tool("add_task", {"title": "Buy milk"})
        errors.seek(0)
        complaints = errors.read()

    assert {"add_task", "list_tasks"} <= {tool.name for tool in tools.tools}
    assert added.structured_content == {"task_id": 1, "status": "created", "title": "Buy milk"}
    assert _list(env) == [("Buy milk", False)]
    assert complaints == ""


async def test_nothing_but_the_protocol_reaches_an_mcp_client(env: dict[str, str]) -> None:
    call = {"name": "delete_task", "arguments": {"task_id": 9}}
    requests = [
        {"id": 1, "method": "initialize", "params": _CLIENT},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    ]
    lines = "".join(json.dumps({"jsonrpc": "2.0", **each}) + "\n" for each in requests)

    out = await _do("mcp", env=env | {"TASKCHAT_LOG_LEVEL": "debug"}, stdin=lines)

    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["jsonrpc"] for answer in answers] == ["2.0"] * len(answers)
    assert answers[0]["id"] == 1


_CLIENT = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


# ---- settings and doctor ----


async def test_settings_are_shown_without_secrets(tmp_path: Path) -> None:
    secret = "hunter2-" + 32 * "x"
    env = environment(
        tmp_path,
        f"postgresql://me:{secret}@db.example.org/tasks",
        TASKCHAT_MIGRATION_URL=f"postgresql://owner:{secret}@db.example.org/tasks",
        BETTER_AUTH_SECRET=secret,
        TASKCHAT_SIGNING_KEY=secret,
        TASKCHAT_MODEL_API_KEY=secret,
        OPENAI_API_KEY=secret,
    )

    shown = await _do("settings", env=env)

    assert "hunter2" not in shown
    assert "DATABASE_URL=postgresql://me:***@db.example.org/tasks\n" in shown
    assert "TASKCHAT_MIGRATION_URL=postgresql://owner:***@db.example.org/tasks\n" in shown
    assert "BETTER_AUTH_SECRET=(set)\n" in shown


async def test_a_doctor_finds_a_fresh_home_in_order(tmp_path: Path) -> None:
    said = await _do("doctor", env=environment(tmp_path))

    assert [line.split(":")[0] for line in said.splitlines()] == [
        "ok    database",
        "ok    migrations",
        "ok    issuer",
        "ok    model",
        "ok    clock",
    ]


@pytest.mark.parametrize("database_kind", ["postgres"])
@pytest.mark.parametrize(
    ("role", "warning"),
    [
        ("service", None),
        ("owner", "the role owner owns the tables and could lift their policies"),
        ("postgres", "row-level security does not bind the role postgres"),
    ],
)
async def test_a_doctor_warns_of_a_role_that_row_level_security_does_not_bind(
    database_url: DatabaseUrl, tmp_path: Path, role: str, warning: str | None
) -> None:
    address = database_url.dsn.replace("//service:", f"//{role}:")

    said = await _do("doctor", env=environment(tmp_path, address))

    (line,) = [line for line in said.splitlines() if line.startswith("ok    database")]
    assert (warning or "answers") in line
    assert ("WARNING" in line) == (warning is not None)


async def test_a_doctor_tells_that_the_model_does_not_answer(env: dict[str, str]) -> None:
    async with StubProvider() as stub:
        dead = stub.base_url
    model = {"TASKCHAT_MODEL": "openai:stub", "TASKCHAT_MODEL_BASE_URL": dead}

    status, out, err = await run_command("doctor", env=env | model)

    assert (status, err) == (1, "")
    failed = [line for line in out.splitlines() if line.startswith("FAIL")]
    assert failed == [
        "FAIL  model: The model's server does not answer: check TASKCHAT_MODEL_BASE_URL and that"
        " the server runs."
    ]


@pytest.mark.parametrize("kind", sorted(SERVERS))
async def test_a_doctor_looks_at_the_model_of_every_kind(
    kind: ServedKind, env: dict[str, str]
) -> None:
    async with SERVERS[kind]() as server:
        model = {"TASKCHAT_MODEL": f"{kind}:stub,embedded"}
        model["TASKCHAT_MODEL_BASE_URL"] = server.base_url
        good = await _do("doctor", env=env | model)
        server.fails(401)
        status, out, _ = await run_command("doctor", env=env | model)

    assert f"ok    model: {kind}:stub,embedded answers" in good.splitlines()
    (failed,) = [line for line in out.splitlines() if line.startswith("FAIL")]
    assert status == 1
    assert failed.startswith("FAIL  model: stub: The model's server refuses the key")


async def test_a_doctor_looks_at_the_rest_when_the_database_does_not_answer(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path, "postgresql://me:hunter2@127.0.0.1:1/tasks")

    status, out, err = await run_command("doctor", env=env)

    assert (status, err) == (1, "")
    assert out.splitlines()[0].startswith("FAIL  database: DATABASE_URL (postgresql://me:***@")
    assert "ok    model: embedded answers" in out.splitlines()
    assert "hunter2" not in out


async def test_a_doctor_has_a_line_for_each_further_tool_server(tmp_path: Path) -> None:
    mail = Mailbox(tmp_path)
    servers = {"mail": mail.entry(), "gone": {"command": "/no/such", "env": {"A": "hunter2"}}}
    path = mail.write_file(**servers)

    status, out, err = await run_command(
        "doctor", env=environment(tmp_path, TASKCHAT_MCP_SERVERS=str(path))
    )

    assert status == 1
    assert out.splitlines()[-2:] == [
        "ok    tool server mail: 6 tools",
        "FAIL  tool server gone: its command or folder was not found",
    ]
    assert "hunter2" not in out + err
    assert processes_with(str(tmp_path)) == []


async def test_a_doctor_tells_that_the_file_of_tool_servers_cannot_be_used(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path, TASKCHAT_MCP_SERVERS=str(tmp_path / "none.json"))

    status, out, _ = await run_command("doctor", env=env)

    assert status == 1
    assert out.splitlines()[-1] == (
        "FAIL  tool servers: TASKCHAT_MCP_SERVERS cannot be used: there is no file"
        f" {tmp_path / 'none.json'} that can be read."
    )


# ---- what is not understood ----


async def test_a_database_in_use_is_not_migrated(served: TaskchatServer) -> None:
    said = await _refusal("migrate", env=served.env)

    assert said == (
        f"The database is in use by the server at {served.address}; use it there, or stop it."
    )


async def test_an_unknown_status_is_refused(env: dict[str, str]) -> None:
    said = await _refusal("tasks", "--status", "late", env=env)

    assert said == "--status: must be all, pending or completed"


async def test_help_names_the_commands(tmp_path: Path) -> None:
    out = await _do("--help", env=environment(tmp_path))

    for command in ("serve", "migrate", "chat", "tasks", "mcp", "user", "token", "doctor"):
        assert re.search(rf"\b{command}\b", out)
