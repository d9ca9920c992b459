"""Streams that are left, cut and taken up again: real servers, and every word once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from taskchat.db.urls import DatabaseUrl
from tests.faults.test_kill import sign_up
from tests.model.stub_provider import Rule, StubProvider, chunk
from tests.processes import TaskchatServer, environment, until
from tests.stream_client import Reply

WORDS = " ".join(f"word{number}" for number in range(40))
TELLS = Rule("tell", says=WORDS, pause_s=0.05)
ADDS = Rule("add ", calls=[("add_task", {"title": "{rest}"})], says=WORDS, pause_s=0.05)


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A model that speaks slowly."""
    async with StubProvider(rules=[TELLS, ADDS]) as stub:
        yield stub


@pytest.fixture
def env(stub: StubProvider, database_url: DatabaseUrl, tmp_path: Path) -> Mapping[str, str]:
    """What every server of a test runs with."""
    return environment(
        tmp_path,
        database_url,
        **stub.settings,
        TASKCHAT_LEASE_S="2",
    )


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_reply_that_is_read_at_many_copies_has_every_word_once(
    env: Mapping[str, str],
) -> None:
    reply = Reply()
    async with TaskchatServer(env) as first, TaskchatServer(env) as second:
        person = await sign_up(first)
        async with person.client(first) as here, person.client(second) as there:
            await reply.send(here, "/api/chat", {"message": "tell"}, "k", lambda it: it.last_id > 2)
            at = [there, here] * 20
            for client in at:
                if not reply.has_ended:
                    before = reply.last_id
                    await reply.follow(client, lambda it, n=before: it.last_id > n)
            late = Reply(turn=reply.turn)
            await late.follow(there)

    assert "turn.resumed" not in reply.names
    assert reply.text == reply.message["content"] == WORDS
    assert late.events == reply.events


async def test_a_reply_whose_server_is_killed_goes_on_at_another(
    env: Mapping[str, str], stub: StubProvider, database_kind: str
) -> None:
    stub.rules = [replace(ADDS, hold_s=60)]
    reply = Reply()
    doomed = TaskchatServer(env).start()
    person = await sign_up(doomed)
    async with person.client(doomed) as client:
        await reply.send(
            client, "/api/chat", {"message": "add milk"}, "k", lambda it: "word9" in it.text
        )
    async with AsyncExitStack() as stack:
        if database_kind == "sqlite":  # one server at a time holds the file
            doomed.kill()
        stub.rules = [ADDS]
        other = await stack.enter_async_context(TaskchatServer(env))
        doomed.kill()
        client = await stack.enter_async_context(person.client(other))
        await reply.follow(client)
        late = Reply(turn=reply.turn)
        await late.follow(client)
        tasks = await person.tasks(other)

    assert reply.names.count("turn.resumed") == 1
    assert reply.text == reply.message["content"] == WORDS
    assert late.events == reply.events
    assert tasks == ["milk"]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_stream_of_another_copys_turn_ends_at_once_when_its_server_stops(
    env: Mapping[str, str], stub: StubProvider
) -> None:
    may_end = asyncio.Event()
    words = [chunk({"content": word}) for word in WORDS.partition(" word20")]
    stub.streams(words[0], may_end, *words[1:], chunk({}, "stop"))
    async with TaskchatServer(env) as owner, TaskchatServer(env) as listener:
        person = await sign_up(owner)
        async with person.client(owner) as here, person.client(listener) as there:
            begun = Reply()
            await begun.send(here, "/api/chat", {"message": "tell"}, "k", lambda it: it.last_id > 1)
            reply = Reply(turn=begun.turn)
            reading = asyncio.create_task(reply.follow(there))
            await until(lambda: reply.last_id > 1)
            listener.send_signal(signal.SIGTERM)
            await reading
            assert not reply.has_ended
            assert await listener.wait() == 0
            may_end.set()
            await reply.follow(here)

    assert reply.text == reply.message["content"] == WORDS


async def test_a_turn_is_stopped_while_it_speaks(
    env: Mapping[str, str], stub: StubProvider
) -> None:
    stub.rules = [Rule(says=WORDS, hold_s=60)]
    reply = Reply()
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with person.client(server) as client:
            await reply.send(
                client, "/api/chat", {"message": "x"}, "k", lambda it: "word9" in it.text
            )
            answer = await client.post(f"/api/v1/chat/turns/{reply.turn}/cancel")
            await reply.follow(client)
        await until(lambda: stub.open_connections == 0)  # aiohttp's server has no event for it

    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "cancelled")
    assert reply.names[-1] == "turn.cancelled"
    assert reply.text == reply.message["content"]
    assert "word9" in reply.text


async def test_a_model_that_is_cut_off_is_asked_again_and_then_the_turn_waits_to_be_resumed(
    env: Mapping[str, str], stub: StubProvider
) -> None:
    for _ in range(4):
        stub.streams(chunk({"content": "Half a "}), cut=True)
    reply = Reply()
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with person.client(server) as client:
            await reply.send(client, "/api/chat", {"message": "tell"}, "k")
            assert reply.names[-1] == "turn.failed"
            assert reply.events[-1].data["retryable"] is True
            assert reply.text == reply.message["content"]
            assert reply.text.startswith("Half a")
            asked = len(stub.requests)
            answer = await client.post(f"/api/v1/chat/turns/{reply.turn}/retry")
            await reply.follow(client)

    assert asked == 3
    assert answer.json()["data"]["attempt"] == 2
    assert reply.text == reply.message["content"] == WORDS
