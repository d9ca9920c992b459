"""`GET /metrics`: what is counted, who may read it, and that nobody is named in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pydantic_ai import models
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.usage import RequestUsage

from taskchat.db.database import Database, Row, Transaction
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import ModelError
from taskchat.parts import Parts
from tests.http.conftest import Server, running_server, settings_for
from tests.measures.scrape import Scrape, scrape
from tests.model.stub_provider import DEFAULT_RULES, StubProvider

EVENTS = {"Accept": "text/event-stream"}
HELD = 3
"""Connections."""
TOKEN = "a token that Prometheus has"


@pytest.fixture
async def before(server: Server) -> Scrape:
    """What earlier tests of this process have counted."""
    return await scrape(server.client)


async def test_a_turn_is_counted_and_timed_by_how_it_ended_and_by_its_model(
    server: Server, before: Scrape
) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").says("Added.")

    assert (await person.say("buy milk")).status_code == 200

    found = (await scrape(server.client)).since(before)
    model = server.model.model_name
    assert found.get("taskchat_turns_total") == 1
    assert found.get("taskchat_turns_total", status="completed", model=model) == 1
    assert found.get("taskchat_turn_seconds_count", status="completed") == 1
    assert found.get("taskchat_turn_seconds_sum") > 0
    assert found.get("taskchat_model_seconds_count", model=model) == 2
    assert found.get("taskchat_turn_failures_total") == 0


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "stream"])
async def test_tokens_are_counted_as_the_models_server_tells_them(
    server: Server, before: Scrape, headers: dict[str, str]
) -> None:
    person = await server.sign_up()
    usage = RequestUsage(input_tokens=40, output_tokens=3)
    if not headers:
        server.model.answers(ModelResponse(parts=[TextPart("Hello.")], usage=usage))

    assert (await person.say("hello", headers)).status_code == 200

    found = (await scrape(server.client)).since(before)
    read = found.get("taskchat_model_tokens_total", direction="input")
    written = found.get("taskchat_model_tokens_total", direction="output")
    # pydantic-ai's scripted model makes up a usage where it is told of none.
    assert read >= 40
    assert written > 0


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "stream"])
async def test_failures_are_counted_by_the_code_that_people_are_told(
    server: Server, before: Scrape, headers: dict[str, str]
) -> None:
    person = await server.sign_up()
    server.model.fails(ModelError("no", retryable=False))

    await person.say("hello", headers)

    found = (await scrape(server.client)).since(before)
    model = server.model.model_name
    assert found.get("taskchat_turns_total", status="failed", model=model) == 1
    assert found.get("taskchat_turn_seconds_count", status="failed") == 1
    assert found.get("taskchat_turn_failures_total", error_code="MODEL_ERROR") == 1
    assert found.get("taskchat_model_failures_total", model=model, retryable="false") == 1
    assert found.get("taskchat_model_seconds_count") == 0


async def test_a_stopped_turn_is_counted_once_however_often_it_is_stopped(
    server: Server, before: Scrape
) -> None:
    person = await server.sign_up()
    server.model.hangs()
    conversation = await person.begin()
    path = f"conversations/{conversation}/messages"
    saying = asyncio.create_task(person.v1("POST", path, {"message": "hello"}))
    await server.model.reached.wait()
    (turn,) = server.parts.turns.running

    running = (await scrape(server.client)).since(before)
    for _ in range(2):
        await person.v1("POST", f"turns/{turn.uid}/cancel")
    await saying

    found = (await scrape(server.client)).since(before)
    assert running.get("taskchat_turns_in_flight") == 1
    assert found.get("taskchat_turns_in_flight") == 0
    assert found.get("taskchat_turns_total", status="cancelled") == 1
    assert found.get("taskchat_turns_total") == 1


async def test_a_turn_whose_conversation_is_deleted_is_a_stopped_one(
    server: Server, before: Scrape
) -> None:
    person = await server.sign_up()
    server.model.hangs()
    conversation = await person.begin()
    path = f"conversations/{conversation}/messages"
    saying = asyncio.create_task(person.v1("POST", path, {"message": "hello"}))
    await server.model.reached.wait()

    await person.v1("DELETE", f"conversations/{conversation}")
    await saying

    found = (await scrape(server.client)).since(before)
    assert found.get("taskchat_turns_total", status="cancelled") == 1


async def test_a_message_that_had_to_wait_is_timed_and_one_that_had_not_is_not(
    server: Server, before: Scrape
) -> None:
    person = await server.sign_up()
    go_on = asyncio.Event()
    server.model.hangs(go_on)
    path = f"conversations/{await person.begin()}/messages"
    first = asyncio.create_task(person.v1("POST", path, {"message": "one"}))
    await server.model.reached.wait()
    second = asyncio.create_task(person.v1("POST", path, {"message": "two"}))

    await _until_somebody_waits(server.parts)
    go_on.set()
    await asyncio.gather(first, second)

    found = (await scrape(server.client)).since(before)
    assert found.get("taskchat_turn_wait_seconds_count") == 1
    assert found.get("taskchat_turns_total", status="completed") == 2


async def _until_somebody_waits(parts: Parts) -> None:
    (turn,) = parts.turns.running

    async def waiter(tx: Transaction) -> Row | None:
        return await tx.fetchrow("SELECT id FROM waiters")

    async with asyncio.timeout(30):
        while await parts.db.read(waiter, user=turn.user) is None:  # noqa: ASYNC110  no event is set
            await asyncio.sleep(0.01)


async def test_requests_are_counted_by_the_template_of_their_path(
    server: Server, before: Scrape
) -> None:
    person = await server.sign_up()
    await person.tasks()
    await server.client.get("/nothing/here")
    await server.client.request("SING", "/health")

    found = (await scrape(server.client)).since(before)
    tasks = {"method": "GET", "route": "/api/{user_id}/tasks", "status": "200"}
    assert found.get("taskchat_requests_total", **tasks) == 1
    assert found.get("taskchat_requests_total", route="unknown", status="404") == 1
    assert found.get("taskchat_requests_total", method="unknown", status="405") == 1


async def test_the_pool_of_connections_is_told(server: Server, database_kind: str) -> None:
    go_on = asyncio.Event()
    all_hold = asyncio.Barrier(HELD + 1)

    async def hold(tx: Transaction) -> None:
        await all_hold.wait()
        await go_on.wait()

    if database_kind == "sqlite":  # there is no pool, and nothing waits
        found = await scrape(server.client)
        assert found.get("taskchat_database_connections_max") == 0
        assert found.get("taskchat_database_queue") == 0
        return
    holding = [asyncio.create_task(server.parts.db.transaction(hold)) for _ in range(HELD)]
    await all_hold.wait()
    held = await scrape(server.client)
    go_on.set()
    await asyncio.gather(*holding)
    free = await scrape(server.client)

    # The server looks after lost turns meanwhile, and may have one more for that at any moment.
    assert held.get("taskchat_database_connections", state="used") in {HELD, HELD + 1}
    assert free.get("taskchat_database_connections", state="used") in {0, 1}
    assert free.get("taskchat_database_connections", state="idle") >= 1
    assert free.get("taskchat_database_connections_max") == 20


async def test_a_limit_that_cannot_be_counted_is(
    server: Server, before: Scrape, everything: Database
) -> None:
    async def drop(tx: Transaction) -> None:
        await tx.fetch("DROP TABLE sign_in_attempts")

    await everything.transaction(drop)
    await server.client.post("/auth/sign-in", json={"email": "a@example.com", "password": "x" * 9})

    found = (await scrape(server.client)).since(before)
    assert found.get("taskchat_limiter_failures_total") == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_each_model_of_a_chain_counts_under_the_name_that_the_settings_have(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    async with StubProvider(rules=DEFAULT_RULES) as down, StubProvider(rules=DEFAULT_RULES) as up:
        for _ in range(2):
            down.sends("no", status=500)
        settings = settings_for(
            database_url,
            tmp_path,
            model="openai:first,openai:second",
            model_base_url=f"{down.base_url},{up.base_url}",
        )
        with models.override_allow_model_requests(True):
            async with running_server(settings, named=True) as server:
                before = await scrape(server.client)
                person = await server.sign_up()
                assert (await person.say("hello")).status_code == 200
                found = (await scrape(server.client)).since(before)

    assert found.get("taskchat_model_failures_total", model="first", retryable="true") == 2
    assert found.get("taskchat_model_seconds_count", model="second") == 1
    assert found.get("taskchat_model_seconds_count") == 1
    assert found.get("taskchat_model_tokens_total", model="second", direction="input") > 0
    assert found.get("taskchat_turns_total", model="second", status="completed") == 1


# ---- who may read it ----


@pytest.fixture
async def guarded(database_url: DatabaseUrl, tmp_path: Path) -> AsyncIterator[Server]:
    settings = settings_for(database_url, tmp_path, metrics_token=TOKEN)
    async with running_server(settings) as running:
        yield running


def _from(server: Server, address: str) -> httpx2.AsyncClient:
    """A client at another address."""
    transport = server.client._transport  # pyright: ignore[reportPrivateUsage]
    assert isinstance(transport, httpx2.ASGITransport)
    there = httpx2.ASGITransport(app=transport.app, client=(address, 4711))
    return httpx2.AsyncClient(transport=there, base_url=server.client.base_url)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=192.0.2.1"},
        {"X-Real-IP": "192.0.2.1"},
        {"Via": "1.1 proxy"},
    ],
)
async def test_who_comes_through_a_proxy_is_not_on_this_machine(
    server: Server, headers: dict[str, str]
) -> None:
    answer = await server.client.get("/metrics", headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"detail": "not authenticated"})
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_proxy_that_tells_nothing_of_itself_is_known_by_the_host(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    settings = settings_for(database_url, tmp_path, public_url="https://tasks.example.com")
    async with running_server(settings) as server:
        named = await server.client.get("/metrics", headers={"Host": "tasks.example.com"})
        direct = await server.client.get("/metrics")

    assert (named.status_code, direct.status_code) == (401, 200)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_another_machine_needs_the_token(guarded: Server) -> None:
    async with _from(guarded, "192.0.2.1") as client:
        none = await client.get("/metrics")
        wrong = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}s"})
        right = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (none.status_code, wrong.status_code, right.status_code) == (401, 401, 200)
    assert wrong.json() == {"detail": "token invalid"}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_without_a_token_in_the_settings_no_token_counts(server: Server) -> None:
    person = await server.sign_up()
    async with _from(server, "192.0.2.1") as client:
        answers = [
            await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
            for token in ("", "None", person.token)
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("host", ["10.1.2.3:8000", "taskchat-1:8000"])
async def test_a_copy_is_scraped_by_the_address_that_it_has_inside(
    database_url: DatabaseUrl, tmp_path: Path, host: str
) -> None:
    settings = settings_for(
        database_url, tmp_path, public_url="https://tasks.example.com", metrics_token=TOKEN
    )
    async with running_server(settings) as server, _from(server, "10.9.9.9") as client:
        with_it = {"Authorization": f"Bearer {TOKEN}", "Host": host}
        scraped = await client.get("/metrics", headers=with_it)
        nobody = await client.get("/metrics", headers={"Host": host})
        # Another site's name that was made to point here, from this very machine.
        rebound = await server.client.get("/metrics", headers={"Host": host})

    assert (scraped.status_code, nobody.status_code, rebound.status_code) == (200, 401, 401)
