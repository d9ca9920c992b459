"""`/api/v1/users/me/usage`, and the budget of a day on every surface; the model is a stub's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic_ai import models

from taskchat.db.database import Database
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.settings import Settings
from tests.http.conftest import Person, Server, running_server
from tests.model.stub_provider import DEFAULT_RULES, StubProvider

pytestmark = pytest.mark.usefixtures("within_a_day")

USAGE = "/api/v1/users/me/usage"
BUDGET = 250
"""Two plain answers of the stub leave some of it, three do not."""
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"tokens_per_day": BUDGET})


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Server]:
    async with (
        StubProvider(rules=DEFAULT_RULES) as stub,
        ChatCompletionsModel("stub", base_url=stub.base_url) as model,
        running_server(settings, model) as server,
    ):
        with models.override_allow_model_requests(True):
            yield server


async def usage(person: Person) -> dict[str, Any]:
    answer = await person.client.get(USAGE, headers=person.auth)
    assert answer.status_code == 200, answer.text
    assert answer.json()["error"] is None
    return answer.json()["data"]


async def spend(person: Person) -> None:
    """Say something until nothing is left."""
    while (used := await usage(person))["input_tokens"] + used["output_tokens"] < BUDGET:
        assert (await person.say("hello")).status_code == 200


async def test_a_day_begins_with_nothing_used(server: Server) -> None:
    anna = await server.sign_up()

    told = await usage(anna)

    assert list(told) == [
        "day",
        "input_tokens",
        "output_tokens",
        "requests",
        "limit",
        "resets_at",
    ]
    now = datetime.now(UTC)
    assert told == {
        "day": f"{now:%Y-%m-%d}",
        "input_tokens": 0,
        "output_tokens": 0,
        "requests": 0,
        "limit": BUDGET,
        "resets_at": f"{now + timedelta(days=1):%Y-%m-%d}T00:00:00Z",
    }


async def test_turns_of_all_surfaces_streamed_or_not_are_added_up(server: Server) -> None:
    anna = await server.sign_up()
    uid = await anna.begin()
    path = f"/api/v1/chat/conversations/{uid}/messages"

    a = await anna.say("add milk")
    used = await usage(anna)
    c = await anna.post(path, {"message": "hello"}, EVENTS)

    assert (a.status_code, c.status_code) == (200, 200)
    assert (used["input_tokens"], used["output_tokens"], used["requests"]) == (200, 40, 2)
    used = await usage(anna)
    assert (used["input_tokens"], used["output_tokens"], used["requests"]) == (300, 60, 3)
    turns = [await anna.data("GET", f"turns/{each.headers['turn-id']}") for each in (a, c)]
    assert [turn["usage"] for turn in turns] == [
        {"input_tokens": 200, "output_tokens": 40, "requests": 2},
        {"input_tokens": 100, "output_tokens": 20, "requests": 1},
    ]


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["plain", "streamed"])
@pytest.mark.parametrize("surface", ["a", "b", "c"])
async def test_a_day_that_is_spent_is_429_in_the_form_of_each_surface(
    server: Server, surface: str, headers: dict[str, str]
) -> None:
    anna = await server.sign_up()
    uid = await anna.begin()
    await spend(anna)
    path = {
        "a": f"/api/{anna.id}/chat",
        "b": "/api/chat",
        "c": f"/api/v1/chat/conversations/{uid}/messages",
    }[surface]

    answer = await anna.post(path, {"message": "more"}, headers)

    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/json"
    wait_s = int(answer.headers["retry-after"])
    tomorrow = datetime.fromisoformat((await usage(anna))["resets_at"])
    assert wait_s == pytest.approx((tomorrow - datetime.now(UTC)).total_seconds(), abs=60)
    limits = [answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
    assert limits == [str(BUDGET), "0", str(wait_s)]
    text = _text_of(answer, surface, wait_s)
    assert f"{tomorrow:%Y-%m-%d} 00:00 UTC" in text
    assert (await anna.data("GET", f"conversations/{uid}/messages"))["total"] == 0


def _text_of(answer: httpx2.Response, surface: str, wait_s: int) -> str:
    if surface != "c":
        assert list(answer.json()) == ["detail"]
        return answer.json()["detail"]
    error = answer.json()["error"]
    assert answer.json()["data"] is None
    assert (error["error_code"], error["status_code"]) == ("TOKEN_BUDGET_SPENT", 429)
    assert error["details"] == {"retry_after": wait_s}
    return error["error_message"]


async def test_the_key_is_looked_at_before_the_budget_and_a_missing_conversation_too(
    server: Server,
) -> None:
    anna = await server.sign_up()
    key = {"Idempotency-Key": "k"}
    first = await anna.say("hello", key)
    await spend(anna)

    again, reused = await anna.say("hello", key), await anna.say("other", key)
    missing = await anna.say("more", conversation_id=12345)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert (reused.status_code, missing.status_code) == (422, 404)


async def test_a_failed_turn_waits_for_tomorrow_too(server: Server, everything: Database) -> None:
    anna = await server.sign_up()
    uid = await anna.begin("hello")
    newest = (await anna.data("GET", f"conversations/{uid}/messages"))["messages"][0]
    turn = newest["turn_id"]
    await everything.transaction(
        lambda tx: tx.execute("UPDATE turns SET status = 'failed', retryable = true")
    )
    await spend(anna)

    refused = await anna.v1("POST", f"turns/{turn}/retry")

    assert refused.status_code == 429
    assert refused.json()["error"]["error_code"] == "TOKEN_BUDGET_SPENT"
    assert (await anna.data("GET", f"turns/{turn}"))["attempt"] == 1


async def test_what_one_user_spends_is_another_users_neither_to_see_nor_to_miss(
    server: Server,
) -> None:
    anna, bert = await server.sign_up("anna@example.com"), await server.sign_up("b@example.com")
    await spend(anna)

    assert (await usage(bert))["requests"] == 0
    assert (await bert.say("hello")).status_code == 200
    assert (await usage(anna))["requests"] == 3
    assert (await anna.say("hello")).status_code == 429


async def test_nobody_has_used_nothing(server: Server) -> None:
    answer = await server.client.get(USAGE)

    assert answer.status_code == 401
    assert answer.json()["error"]["error_code"] == "UNAUTHORIZED"


async def test_without_a_budget_use_is_told_and_never_refused(settings: Settings) -> None:
    async with running_server(settings.model_copy(update={"tokens_per_day": None})) as server:
        anna = await server.sign_up()
        await spend(anna)

        assert (await anna.say("hello")).status_code == 200
        told = await usage(anna)

    assert told["limit"] is None
    assert told["input_tokens"] + told["output_tokens"] > BUDGET
