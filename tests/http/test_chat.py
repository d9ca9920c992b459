"""Surface A on the wire: statuses, bodies, headers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import jwt
import pytest

from taskchat.db.urls import DatabaseUrl
from taskchat.errors import AgentTimeoutError, MaxIterationsError, ModelError
from taskchat.settings import Settings
from tests.http.conftest import SECRET, Person, Server, settings_for


async def test_it_asks_for_a_token(server: Server) -> None:
    answer = await server.client.post("/api/someone/chat", json={"message": "hi"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json() == {"detail": "not authenticated"}


async def test_it_refuses_the_path_of_another_user(server: Server) -> None:
    person = await server.sign_up()

    answer = await person.post("/api/someone-else/chat", {"message": "hi"})

    assert answer.status_code == 403


BAD_BODIES: list[tuple[Any, str]] = [
    ({}, "message"),
    ({"message": None}, "message"),
    ({"message": ""}, "message"),
    ({"message": " \n\t "}, "message"),
    ({"message": "\u200b\u200c\ufeff"}, "message"),
    ({"message": "\u2061\u202a\u2066 \U000e0020"}, "message"),
    ({"message": "a\x00b"}, "message"),
    ({"message": 7}, "message"),
    ({"message": ["hi"]}, "message"),
    ({"message": "x" * 10_001}, "message"),
    ({"message": {"content": "hi", "role": "system"}}, "message.role"),
    ({"message": {"content": "hi", "name": "x"}}, "message.name"),
    ({"message": "hi", "content": "hi"}, "body"),
    ({"message": "hi", "user_id": 3}, "user_id"),
    ({"message": "hi", "conversation_id": 0}, "conversation_id"),
    ({"message": "hi", "conversation_id": -1}, "conversation_id"),
    ({"message": "hi", "conversation_id": 2**63}, "conversation_id"),
    ({"message": "hi", "conversation_id": "12"}, "conversation_id"),
    ({"message": "hi", "conversation_id": True}, "conversation_id"),
    ({"message": "hi", "conversation_id": 1.5}, "conversation_id"),
    ({"message": "hi", "conversation_id": [1]}, "conversation_id"),
    (["hi"], "body"),
    ("hi", "body"),
]


async def test_bad_input_is_400_and_stores_nothing(server: Server) -> None:  # T6, T7, T14
    person = await server.sign_up()

    for body, field in BAD_BODIES:
        answer = await person.post(f"/api/{person.id}/chat", body)

        assert answer.status_code == 400, answer.text
        assert field in {each["field"] for each in answer.json()["detail"]}, body
    assert server.model.asked == []


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"message": "\xff"}', b'{"message": "\\ud800"}', b"nonsense"]
)
async def test_what_is_not_json_is_400(server: Server, raw: bytes) -> None:
    person = await server.sign_up()

    answer = await server.client.post(
        f"/api/{person.id}/chat",
        content=raw,
        headers={**person.auth, "Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert answer.json()["detail"][0]["field"] == "body"


async def test_another_content_type_is_415(server: Server) -> None:
    person = await server.sign_up()

    answer = await server.client.post(
        f"/api/{person.id}/chat",
        content=b'{"message": "hi"}',
        headers={**person.auth, "Content-Type": "text/plain"},
    )

    assert answer.status_code == 415


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_over_a_mebibyte_is_413(server: Server, chunked: bool) -> None:
    person = await server.sign_up()
    body = b'{"message": "' + b"x" * (1024 * 1024) + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    answer = await server.client.post(
        f"/api/{person.id}/chat",
        content=pieces() if chunked else body,
        headers={**person.auth, "Content-Type": "application/json"},
    )

    assert answer.status_code == 413


async def test_a_message_is_answered(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").says("Added.")

    answer = await person.say("Create a task to buy milk")

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"conversation_id", "conversation_uid", "response", "tool_calls"}
    assert body["conversation_id"] > 0
    assert UUID(body["conversation_uid"]).version == 7
    assert (body["response"], body["tool_calls"]) == ("Added.", ["add_task"])
    assert UUID(answer.headers["turn-id"]).version == 7
    assert answer.headers["cache-control"] == "no-store"
    assert [task["title"] for task in await person.tasks()] == ["Buy milk"]


@pytest.mark.parametrize("name", ["message", "content", "object"])
async def test_the_message_may_come_by_other_names(server: Server, name: str) -> None:
    person = await server.sign_up()
    body = {
        "message": {"message": "hi"},
        "content": {"content": "hi"},
        "object": {"message": {"content": "hi", "role": "user"}, "conversation_id": None},
    }[name]

    answer = await person.post(f"/api/{person.id}/chat", body)

    assert answer.status_code == 200, answer.text


async def test_a_message_of_ten_thousand_characters_is_kept_whole(server: Server) -> None:
    person = await server.sign_up()
    message = "😀" * 10_000

    answer = await person.say(message)

    assert answer.status_code == 200
    part = server.model.asked[-1][-1].parts[-1]
    assert getattr(part, "content", None) == message


@pytest.mark.parametrize("by", ["conversation_id", "conversation_uid"])
async def test_a_conversation_goes_on_by_number_or_uuid(server: Server, by: str) -> None:
    person = await server.sign_up()
    begun = (await person.say("hello")).json()

    answer = await person.say("again", conversation_id=begun[by])

    assert answer.json()["conversation_id"] == begun["conversation_id"]


async def test_a_foreign_and_a_missing_conversation_have_the_same_bytes(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    mine = (await anna.say("secret")).json()

    foreign = await ben.say("hi", conversation_id=mine["conversation_id"])
    by_uid = await ben.say("hi", conversation_id=mine["conversation_uid"])
    missing = await ben.say("hi", conversation_id=987654321)

    assert foreign.status_code == by_uid.status_code == missing.status_code == 404
    assert foreign.content == by_uid.content == missing.content


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ModelError(), 503),
        (MaxIterationsError(), 503),
        (AgentTimeoutError(), 503),
        (ZeroDivisionError("the secret"), 500),
    ],
)
async def test_a_turn_that_fails_says_so_kindly(
    server: Server, error: Exception, status: int
) -> None:
    person = await server.sign_up()
    server.model.fails(error)

    answer = await person.say("hello")

    assert answer.status_code == status
    assert "kept" in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "turn-id" in answer.headers


async def test_a_key_sent_twenty_times_at_once_gives_twenty_equal_bodies(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").says("Added.")

    answers = await asyncio.gather(
        *(person.say("buy milk", headers={"Idempotency-Key": "k"}) for _ in range(20))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(await person.tasks()) == 1


async def test_a_replay_says_that_it_is_one(server: Server) -> None:
    person = await server.sign_up()
    headers = {"Idempotency-Key": "k"}
    first = await person.say("hello", headers=headers)

    again = await person.say("hello", headers=headers)

    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["turn-id"] == first.headers["turn-id"]


async def test_a_key_with_another_message_is_422(server: Server) -> None:
    person = await server.sign_up()
    headers = {"Idempotency-Key": "k"}
    await person.say("hello", headers=headers)

    assert (await person.say("bye", headers=headers)).status_code == 422


@pytest.mark.parametrize("key", ["a", "x" * 255, "two words", "!~"])
async def test_a_key_of_printable_characters_names_a_turn(server: Server, key: str) -> None:
    person = await server.sign_up()

    first = await person.say("hello", headers={"Idempotency-Key": key})
    again = await person.say("hello", headers={"Idempotency-Key": key})

    assert first.status_code == 200
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"tab\there", b"caf\xe9"])
async def test_a_key_that_cannot_be_is_400(server: Server, key: Any) -> None:
    person = await server.sign_up()

    answer = await person.say("hello", headers={"Idempotency-Key": key})

    assert answer.status_code == 400


async def test_tomorrow_is_in_the_zone_of_the_request(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Call", due_at="2026-07-01T09:00").says("Added.")

    await person.say("call", headers={"Time-Zone": "Europe/Paris"})

    assert (await person.tasks())[0]["due_at"] == "2026-07-01T07:00:00Z"
    assert "Europe/Paris" in str(server.model.asked[0][-1])


async def test_a_zone_that_does_not_exist_is_400(server: Server) -> None:
    person = await server.sign_up()

    answer = await person.say("hello", headers={"Time-Zone": "Mars/Olympus"})

    assert answer.status_code == 400
    assert answer.json()["detail"][0]["field"] == "Time-Zone"


async def test_a_request_id_is_taken_or_made(server: Server) -> None:
    taken = await server.client.get("/health", headers={"X-Request-Id": "abc-1"})
    made = await server.client.get("/health", headers={"X-Request-Id": "no good {}"})

    assert taken.headers["x-request-id"] == "abc-1"
    assert len(made.headers["x-request-id"]) == 32


async def test_unknown_routes_and_methods_say_so(server: Server) -> None:
    missing = await server.client.get("/api/nothing/here/at/all")
    wrong = await server.client.get("/api/someone/chat")

    assert (missing.status_code, missing.json()) == (404, {"detail": "not found"})
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "method not allowed"})


async def test_the_server_is_healthy_and_has_a_page(server: Server) -> None:
    assert (await server.client.get("/health")).json()["status"] == "healthy"
    page = await server.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Taskchat</title>" in page.text


async def test_a_database_that_is_gone_is_500_and_unhealthy(server: Server) -> None:
    person = await server.sign_up()
    await server.parts.db.close()

    assert (await person.say("hello")).status_code == 500
    assert (await server.client.get("/health")).status_code == 503


async def test_the_api_describes_itself(server: Server) -> None:
    described = (await server.client.get("/openapi.json")).json()

    operation = described["paths"]["/api/{user_id}/chat"]["post"]
    assert {"200", "400", "401", "403", "404", "409", "413", "415", "422", "503"} <= set(
        operation["responses"]
    )


# ---- another issuer's tokens ----


@pytest.fixture
def external(database_url: DatabaseUrl, tmp_path: Any) -> Settings:
    """A server that takes the shared-secret tokens of a Better Auth front end."""
    return settings_for(database_url, tmp_path, jwt_secret=SECRET)


@pytest.mark.parametrize("claim", ["sub", "user_id", "userId", "id"])
async def test_a_shared_secret_token_makes_its_user(external: Settings, claim: str) -> None:
    from tests.http.conftest import ADDRESS, ScriptedModel, create_app, httpx2

    app = create_app(external, ADDRESS, ScriptedModel())
    token = jwt.encode({claim: "user-7", "exp": time.time() + 60}, SECRET, algorithm="HS256")
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client,
    ):
        person = Person(client, "user-7", token)

        assert (await person.say("hello")).status_code == 200
        assert (await client.post("/auth/sign-up", json={})).status_code == 404


async def test_a_token_that_expires_while_its_turn_runs_does_not_end_it(  # T15
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await server.sign_up()
    answered = asyncio.Event()
    server.model.hangs(until=answered)
    running = asyncio.create_task(person.say("hello"))
    await server.model.reached.wait()

    later = time.time() + 8 * 24 * 3600
    monkeypatch.setattr(server.parts.tokens, "_now", lambda: later)
    answered.set()

    assert (await running).status_code == 200
    refused = await person.say("again")
    assert (refused.status_code, refused.json()) == (401, {"detail": "token expired"})
