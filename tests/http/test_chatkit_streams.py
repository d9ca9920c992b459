"""ChatKit's streams on a real socket: left, cut off, taken up again; and nothing of them in a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx2
import pytest

from taskchat.db.urls import DatabaseUrl
from tests.faults.test_kill import sign_up
from tests.http.chatkit_client import Front, events_in, message, names, shown, thread_in, words
from tests.http.conftest import Person
from tests.model.stub_provider import Rule, StubProvider
from tests.processes import TaskchatServer, environment

WORDS = " ".join(f"canary7word{number}" for number in range(40))
TELLS = Rule("canary7 tell", says=WORDS, pause_s=0.05)


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A model that speaks slowly."""
    async with StubProvider(rules=[TELLS]) as stub:
        yield stub


@pytest.fixture
def env(stub: StubProvider, database_url: DatabaseUrl, tmp_path: Path) -> Mapping[str, str]:
    """What every server of a test runs with; the SDK reads LOG_LEVEL by itself."""
    return environment(
        tmp_path,
        database_url,
        **stub.settings,
        TASKCHAT_LEASE_S="2",
        LOG_LEVEL="debug",
    )


async def _hear(client: httpx2.AsyncClient, headers: dict[str, str], until: str) -> str:
    """Say something, and leave when `until` was heard, or at the end."""
    body = {"type": "threads.create", "params": {"input": message("canary7 tell")}}
    heard = ""
    async with client.stream("POST", "/chatkit", json=body, headers=headers) as answer:
        assert answer.status_code == 200
        async for text in answer.aiter_text():
            heard += text
            if until in heard:
                break
    return heard[: heard.rindex("\n\n") + 2]


async def _ended(front: Front, thread: str) -> str:
    """The reply of a thread, once it is there."""
    async with asyncio.timeout(60):
        while len(items := (await front.items(thread, order="asc")).data) < 2:  # noqa: ASYNC110  another process can set no event of ours
            await asyncio.sleep(0.1)
    return words(items[1])


async def test_a_client_that_leaves_stops_nothing(env: Mapping[str, str]) -> None:
    async with (
        TaskchatServer(env) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=60) as client,
    ):
        person = await sign_up(server)
        front = Front(Person(client, person.id, person.token))

        heard = await _hear(client, front.person.auth, "canary7word3")
        thread = (await front.threads()).data[0].id

        assert "canary7word39" not in heard
        assert await _ended(front, thread) == WORDS
        log = server.log
    assert "canary7" not in log
    assert "Received request op" not in log


async def test_a_retry_at_the_next_server_finds_a_reply_whose_server_died(
    env: Mapping[str, str],
) -> None:
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with httpx2.AsyncClient(base_url=server.address, timeout=60) as client:
            front = Front(Person(client, person.id, person.token))
            heard = events_in(await _hear(client, front.person.auth, "canary7word3"))
        server.kill()
        await server.wait()
    async with (
        TaskchatServer(env) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=60) as client,
    ):
        front = Front(Person(client, person.id, person.token))
        question = next(iter(shown(heard)))

        events = await front.retry(thread_in(heard).id, question)

        assert "error" not in names(events)
        assert [words(item) for item in shown(events).values()] == [WORDS]
        assert await _ended(front, thread_in(heard).id) == WORDS
        assert "canary7" not in server.log
