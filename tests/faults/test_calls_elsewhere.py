"""`kill -9` and SIGSTOP between the begin and the result of a call on a further tool server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from taskchat.chat.doubt import IN_DOUBT
from taskchat.db.database import Database, as_json
from taskchat.db.urls import DatabaseUrl
from tests.chat.tool_servers.notes import Mailbox, processes_with
from tests.faults.test_kill import all_ended, rows, sign_up
from tests.model.stub_provider import StubProvider
from tests.processes import TaskchatServer, environment, until

DOUBT = (
    "No answer came from “mail_send_slowly”, so I do not know whether that was done. Please check."
)


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """The model: it lives on when the server dies."""
    async with StubProvider() as stub:
        yield stub


@pytest.fixture
def mail(tmp_path: Path) -> Mailbox:
    """What is sent."""
    folder = tmp_path / "mail"
    folder.mkdir()
    return Mailbox(folder)


@pytest.fixture
def env(
    stub: StubProvider, mail: Mailbox, database_url: DatabaseUrl, tmp_path: Path
) -> Mapping[str, str]:
    """What every server of a test runs with."""
    return environment(
        tmp_path,
        database_url,
        **stub.settings,
        TASKCHAT_LEASE_S="60" if database_url.path is not None else "2",
        TASKCHAT_MCP_SERVERS=str(mail.write_file()),
    )


async def _connected(server: TaskchatServer) -> None:
    """Wait for the mail server: a turn that comes before it goes on without."""
    await until(lambda: "tool_server.connected" in server.log)


async def _steps(everything: Database) -> list[tuple[str, Any]]:
    found = await rows(everything, "SELECT kind, body FROM steps ORDER BY idx")
    return [(kind, as_json(body).get("result")) for kind, body in found]


async def test_a_call_cut_off_by_a_kill_is_not_repeated_and_its_doubt_is_told(
    env: Mapping[str, str], stub: StubProvider, mail: Mailbox, everything: Database
) -> None:
    stub.calls(("mail_send_slowly", {"text": "a"}), ("add_task", {"title": "Buy milk"}))
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        await _connected(server)
        waiting = asyncio.create_task(person.say(server, "mail and milk", "key"))
        await mail.until_sent(1)
        server.kill()
        with suppress(httpx2.TransportError):
            await waiting

    stub.says("I added milk.")
    async with TaskchatServer(env) as server:
        answer = await person.say(server, "mail and milk", "key")
        titles = await person.tasks(server)
        uid, key = answer.json()["conversation_uid"], {"Idempotency-Key": "key"}
        async with person.client(server) as client:
            body = {"message": "mail and milk"}
            on_b = (await client.post("/api/chat", json=body, headers=key)).json()
            page = await client.get(f"/api/v1/chat/conversations/{uid}/messages?limit=1")

    assert answer.status_code == 200, (answer.text, server.log)
    assert (answer.status_code, answer.json()["response"]) == (200, f"I added milk.\n\n{DOUBT}")
    assert answer.json()["tool_calls"] == ["mail_send_slowly", "add_task"]
    assert titles == ["Buy milk"]
    assert mail.sent == ["a"]
    kinds = [kind for kind, _ in await _steps(everything)]
    assert kinds == ["response", "in_doubt", "effect"]
    told = [each["content"] for each in stub.requests[1].messages if each["role"] == "tool"]
    assert IN_DOUBT in str(told[0])
    assert stub.faults == []
    # On every surface, and only of what is in doubt.
    (reply,) = page.json()["data"]["messages"]
    for results in (on_b["tool_calls"], [*reply["tool_results"].values()]):
        assert [each.get("in_doubt") for each in results] == [True, None]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_another_copy_goes_on_and_a_late_result_of_a_paused_one_is_refused(
    env: Mapping[str, str], stub: StubProvider, mail: Mailbox, everything: Database
) -> None:
    stub.calls(("mail_send_slowly", {"text": "a"}))
    async with TaskchatServer(env) as paused:
        person = await sign_up(paused)
        await _connected(paused)
        waiting = asyncio.create_task(person.say(paused, "mail them", "key"))
        await mail.until_sent(1)
        paused.send_signal(signal.SIGSTOP)
        stub.says("I was quicker.")
        async with TaskchatServer(env):
            await all_ended(everything)
            mail.let_go()
            paused.send_signal(signal.SIGCONT)
            answer = await waiting

    assert answer.status_code == 200, (answer.text, paused.log)
    assert answer.json()["response"] == f"I was quicker.\n\n{DOUBT}"
    # The result came, and nobody may write it down any more.
    assert [kind for kind, _ in await _steps(everything)] == ["response", "in_doubt"]
    assert mail.sent == ["a"]
    assert await rows(everything, "SELECT status, epoch FROM turns") == [("completed", 2)]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_server_told_to_stop_finishes_its_calls_and_leaves_no_process(
    env: Mapping[str, str], stub: StubProvider, mail: Mailbox, everything: Database
) -> None:
    stub.calls(("mail_send_slowly", {"text": "a"})).says("Sent.")
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        await _connected(server)
        waiting = asyncio.create_task(person.say(server, "mail them", "key"))
        await mail.until_sent(1)
        server.send_signal(signal.SIGTERM)
        mail.let_go()
        answer = await waiting
        status = await server.wait()

    assert answer.status_code == 200, (answer.text, server.log)
    assert (answer.json()["response"], status) == ("Sent.", 0)
    assert processes_with(str(mail.folder)) == []
    assert "Traceback" not in server.log


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_killed_server_leaves_no_process_of_another_either(
    env: Mapping[str, str], mail: Mailbox
) -> None:
    async with TaskchatServer(env) as server:
        await until(lambda: len(processes_with(str(mail.folder))) == 1)
        server.kill()

    # Its input has ended.
    await until(lambda: processes_with(str(mail.folder)) == [])
