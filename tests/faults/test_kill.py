"""`kill -9` at the worst moments of a turn: a real server dies, another one is started."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from taskchat.db.database import Database, Transaction
from taskchat.db.urls import DatabaseUrl
from tests.model.stub_provider import Rule, StubProvider
from tests.processes import PATIENCE_S, TaskchatServer, environment, until

ADDS = Rule("add ", calls=[("add_task", {"title": "{rest}"})], says="I added {rest}.", hold_s=60)
TELLS = Rule("tell ", says="Once upon a time: {rest}.", hold_s=60)


@dataclass
class Person:
    """Someone with an account, who knows no server by its address."""

    id: str
    token: str

    async def say(
        self, server: TaskchatServer, message: str, key: str, **fields: Any
    ) -> httpx2.Response:
        """Send a message and wait for the answer."""
        async with self.client(server) as client:
            return await client.post(
                f"/api/{self.id}/chat",
                json={"message": message, **fields},
                headers={"Idempotency-Key": key},
            )

    async def tasks(self, server: TaskchatServer) -> list[str]:
        """The titles on the list."""
        async with self.client(server) as client:
            listed = await client.get(f"/api/{self.id}/tasks")
        return [task["title"] for task in listed.json()]

    def client(self, server: TaskchatServer) -> httpx2.AsyncClient:
        """Talks to that server with the person's token."""
        return httpx2.AsyncClient(
            base_url=server.address,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE_S,
        )


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """The model: it lives on when the server dies."""
    async with StubProvider() as stub:
        yield stub


@pytest.fixture
def env(stub: StubProvider, database_url: DatabaseUrl, tmp_path: Path) -> Mapping[str, str]:
    """What every server of a test runs with."""
    return environment(
        tmp_path,
        database_url,
        **stub.settings,
        # On SQLite nobody waits for the end of a lease: the only server has just been started.
        TASKCHAT_LEASE_S="60" if database_url.path is not None else "2",
        # One person has twenty turns in flight here.
        TASKCHAT_TURNS_AT_ONCE="off",
    )


async def sign_up(server: TaskchatServer) -> Person:
    """Make an account."""
    account = {"email": "ann@example.com", "password": "correct horse"}
    async with httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
        body = (await client.post("/auth/sign-up", json=account)).json()
    return Person(body["user"]["id"], body["token"])


@asynccontextmanager
async def _unanswered(
    server: TaskchatServer, person: Person, *messages: str
) -> AsyncGenerator[None]:
    """Requests that wait for their answers while the block runs, and never get them."""
    waiting = [asyncio.create_task(person.say(server, said, f"key of {said}")) for said in messages]
    try:
        yield
    finally:
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, httpx2.TransportError) for answer in answers), answers


async def rows(everything: Database, sql: str) -> list[tuple[Any, ...]]:
    """What the tables hold."""

    async def work(tx: Transaction) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await tx.fetch(sql)]  # pyright: ignore[reportArgumentType]  rows are sequences

    return await everything.read(work)


async def all_ended(everything: Database) -> None:
    """Wait until no turn runs, without asking any server."""
    async with asyncio.timeout(PATIENCE_S):
        # No event of ours can be set by another process.
        while await rows(everything, "SELECT id FROM turns WHERE status = 'running'"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_request_repeated_after_a_kill_between_effect_and_reply_has_one_task_and_one_reply(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    stub.calls(("add_task", {"title": "Buy milk"})).hangs()
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with _unanswered(server, person, "remember milk"):
            await until(lambda: len(stub.requests) == 2)
            server.kill()

    stub.says("Added.")
    async with TaskchatServer(env) as server:
        again = await person.say(server, "remember milk", "key of remember milk")
        once_more = await person.say(server, "remember milk", "key of remember milk")
        titles = await person.tasks(server)

    assert (again.status_code, again.json()["response"]) == (200, "Added.")
    assert again.json()["tool_calls"] == ["add_task"]
    assert (once_more.content, once_more.headers["Idempotency-Replayed"]) == (again.content, "true")
    assert titles == ["Buy milk"]
    assert await rows(everything, "SELECT status, attempt FROM turns") == [("completed", 1)]
    assert await rows(everything, "SELECT role, content FROM messages ORDER BY seq") == [
        ("user", "remember milk"),
        ("assistant", "Added."),
    ]
    assert (len(stub.requests), stub.faults) == (3, [])


async def test_a_turn_killed_before_the_model_answered_ends_by_itself_after_a_restart(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    stub.hangs()
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with _unanswered(server, person, "hello"):
            await until(lambda: len(stub.requests) == 1)
            server.kill()

    stub.says("Good morning.")
    async with TaskchatServer(env):
        await all_ended(everything)

    assert await rows(everything, "SELECT status, takeovers FROM turns") == [("completed", 1)]
    assert await rows(everything, "SELECT role, content FROM messages ORDER BY seq") == [
        ("user", "hello"),
        ("assistant", "Good morning."),
    ]


async def test_a_kill_with_twenty_turns_in_flight_leaves_each_with_its_one_reply(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    stub.rules = [ADDS, TELLS]
    adds = [f"add thing {number}" for number in range(15)]
    tells = [f"tell tale {number}" for number in range(5)]
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        async with _unanswered(server, person, *adds, *tells):
            await until(lambda: len(stub.requests) == 2 * len(adds) + len(tells))
            server.kill()

    stub.rules = [Rule("add ", ADDS.calls, ADDS.says), Rule("tell ", says=TELLS.says)]
    async with TaskchatServer(env) as server:
        await all_ended(everything)
        requests = len(stub.requests)
        answers = await asyncio.gather(
            *(person.say(server, said, f"key of {said}") for said in adds + tells)
        )
        titles = await person.tasks(server)

    assert [answer.json()["response"] for answer in answers] == [
        *(f"I added thing {number}." for number in range(15)),
        *(f"Once upon a time: tale {number}." for number in range(5)),
    ]
    assert sorted(titles) == sorted(f"thing {number}" for number in range(15))
    # Each turn asked once more, and no tool call a second time.
    assert requests == 2 * len(adds) + len(tells) + 20
    assert len(stub.requests) == requests
    ended = await rows(
        everything,
        "SELECT turns.status, (SELECT count(*) FROM messages WHERE turn_id = turns.id) FROM turns",
    )
    assert ended == [("completed", 2)] * 20


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_server_told_to_stop_first_answers_those_who_wait(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    thought = asyncio.Event()
    stub.hangs(until=thought)
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        waiting = asyncio.create_task(person.say(server, "hello", "key"))
        await until(lambda: len(stub.requests) == 1)
        server.send_signal(signal.SIGTERM)
        await _refuses_connections(server)
        thought.set()
        answer = await waiting
        status = await server.wait()

    assert (answer.status_code, answer.json()["response"]) == (200, "At last.")
    assert status == 0
    assert "Traceback" not in server.log
    assert await rows(everything, "SELECT status, takeovers FROM turns") == [("completed", 0)]


async def _refuses_connections(server: TaskchatServer) -> None:
    address = httpx2.URL(server.address)
    assert address.port is not None
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(address.host, address.port)
            except OSError:
                return
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_server_told_to_stop_refuses_the_message_that_waits_for_its_conversation(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    thought = asyncio.Event()
    stub.says("Hello.").hangs(until=thought)
    async with TaskchatServer(env) as server:
        person = await sign_up(server)
        number = (await person.say(server, "hello", "1")).json()["conversation_id"]
        first = asyncio.create_task(person.say(server, "first", "2", conversation_id=number))
        await until(lambda: len(stub.requests) == 2)
        second = asyncio.create_task(person.say(server, "second", "3", conversation_id=number))
        while not await rows(everything, "SELECT id FROM waiters"):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.01)
        server.send_signal(signal.SIGTERM)
        refused = await second
        thought.set()
        answered = await first
        status = await server.wait()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert (answered.status_code, answered.json()["response"]) == (200, "At last.")
    assert status == 0
    assert await rows(everything, "SELECT count(*) FROM turns") == [(2,)]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_another_copy_ends_the_twenty_turns_of_one_that_was_killed(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    stub.rules = [ADDS, TELLS]
    adds = [f"add thing {number}" for number in range(15)]
    tells = [f"tell tale {number}" for number in range(5)]
    async with TaskchatServer(env) as doomed, TaskchatServer(env) as other:
        person = await sign_up(doomed)
        async with _unanswered(doomed, person, *adds, *tells):
            await until(lambda: len(stub.requests) == 2 * len(adds) + len(tells))
            stub.rules = [Rule("add ", ADDS.calls, ADDS.says), Rule("tell ", says=TELLS.says)]
            doomed.kill()
            await all_ended(everything)  # and nobody asks again
        titles = await person.tasks(other)

    assert sorted(titles) == sorted(f"thing {number}" for number in range(15))
    replies = await rows(everything, "SELECT content FROM messages WHERE role = 'assistant'")
    assert sorted(replies) == sorted(
        [
            *((f"I added thing {number}.",) for number in range(15)),
            *((f"Once upon a time: tale {number}.",) for number in range(5)),
        ]
    )
    ended = await rows(everything, "SELECT status, takeovers, attempt FROM turns")
    assert ended == [("completed", 1, 1)] * 20


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_copy_that_was_paused_beyond_its_lease_writes_nothing(
    env: Mapping[str, str], stub: StubProvider, everything: Database
) -> None:
    thought = asyncio.Event()
    stub.hangs(until=thought)
    async with TaskchatServer(env) as paused:
        person = await sign_up(paused)
        waiting = asyncio.create_task(person.say(paused, "hello", "key"))
        await until(lambda: len(stub.requests) == 1)
        paused.send_signal(signal.SIGSTOP)
        stub.says("I was quicker.")
        async with TaskchatServer(env):
            await all_ended(everything)
            thought.set()
            paused.send_signal(signal.SIGCONT)
            answer = await waiting

    assert (answer.status_code, answer.json()["response"]) == (200, "I was quicker.")
    assert await rows(everything, "SELECT content FROM messages ORDER BY seq") == [
        ("hello",),
        ("I was quicker.",),
    ]
    assert await rows(everything, "SELECT status, epoch, takeovers FROM turns") == [
        ("completed", 2, 1)
    ]
