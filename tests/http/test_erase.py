"""`DELETE /api/v1/users/me`: the account is gone, and nothing brings it back."""

from __future__ import annotations

import asyncio
import time

import httpx2
import jwt
import pytest
from pydantic import SecretStr

from taskchat.db.database import Database, Transaction
from taskchat.ids import UserId
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS, SECRET, Person, Server, running_server
from tests.people.long_life import rows_of

ME = "/api/v1/users/me"
PASSWORD = "correct horse"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"auth": "both", "jwt_secret": SecretStr(SECRET)})


def outside(server: Server, issued_s: float | None = None, **claims: object) -> Person:
    """Someone of another issuer; the token was issued then, or does not say when."""
    whole: dict[str, object] = {"sub": "outside-1", "exp": int(time.time()) + 600, **claims}
    if issued_s is not None:
        whole["iat"] = int(issued_s)
    return Person(server.client, str(whole["sub"]), jwt.encode(whole, SECRET))


async def erase(
    person: Person, body: object = None, headers: dict[str, str] | None = None
) -> httpx2.Response:
    headers = person.auth if headers is None else headers
    return await person.client.request("DELETE", ME, json=body, headers=headers)


async def me(person: Person) -> int:
    return (await person.client.get(ME, headers=person.auth)).status_code


async def the_user(everything: Database, subject: str) -> UserId:
    async def work(tx: Transaction) -> UserId:
        row = await tx.fetchrow("SELECT id FROM users WHERE subject = $1", subject)
        assert row is not None
        return UserId(row["id"])

    return await everything.read(work)


async def test_with_a_bearer_everything_goes_and_the_token_is_refused_at_once(
    server: Server, everything: Database
) -> None:
    anna, bert = await server.sign_up("anna@example.com"), await server.sign_up("bert@example.com")
    server.model.calls("add_task", title="Milk").says("Added.").says("Hello.")
    await anna.say("remember milk")
    await bert.say("hello")
    user = await the_user(everything, anna.id)
    bert_has = await rows_of(everything, await the_user(everything, bert.id))

    answer = await erase(anna)

    assert (answer.status_code, answer.content) == (204, b"")
    tasks = f"/api/{anna.id}/tasks"  # which would be there, and empty
    assert (await anna.client.get(tasks, headers=anna.auth)).status_code == 401
    assert await me(anna) == 401
    assert await rows_of(everything, user) == {}
    assert await rows_of(everything, await the_user(everything, bert.id)) == bert_has
    assert await me(bert) == 200


async def test_the_address_is_free_for_somebody_new(server: Server) -> None:
    anna = await server.sign_up("anna@example.com")
    await erase(anna)

    wrong = await server.client.post(
        "/auth/sign-in", json={"email": "anna@example.com", "password": PASSWORD}
    )
    again = await server.sign_up("anna@example.com")

    assert wrong.status_code == 401
    assert again.id != anna.id
    assert await again.tasks() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 400),
        ({}, 400),
        ({"password": None}, 400),
        ({"password": PASSWORD, "more": 1}, 400),
        ({"password": "wrong horse"}, 401),
        ({"password": PASSWORD}, 204),
    ],
)
async def test_a_cookie_has_to_send_the_password(server: Server, body: object, status: int) -> None:
    anna = await server.sign_up()
    headers = {"Cookie": f"taskchat={anna.token}", "Origin": ADDRESS}

    answer = await erase(anna, body, headers)

    assert answer.status_code == status, answer.text
    assert await me(anna) == (401 if status == 204 else 200)
    if status == 204:
        assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_a_cookie_beside_another_kind_of_authorization_is_still_a_cookie(
    server: Server,
) -> None:
    anna = await server.sign_up()
    headers = {"Cookie": f"taskchat={anna.token}", "Origin": ADDRESS, "Authorization": "Basic eA=="}

    assert (await erase(anna, None, headers)).status_code == 400
    assert await me(anna) == 200


async def test_a_cookie_without_our_origin_erases_nobody(server: Server) -> None:
    anna = await server.sign_up()

    answer = await erase(anna, {"password": PASSWORD}, {"Cookie": f"taskchat={anna.token}"})

    assert answer.status_code == 403
    assert await me(anna) == 200


async def test_a_bearer_that_sends_a_wrong_password_erases_nobody(server: Server) -> None:
    anna = await server.sign_up()

    assert (await erase(anna, {"password": "wrong horse"})).status_code == 401
    assert await me(anna) == 200


async def test_passwords_cannot_be_tried_without_end(settings: Settings) -> None:
    async with running_server(
        settings.model_copy(update={"auth_rate_limit": "3/minute"})
    ) as server:
        anna = await server.sign_up()
        tries = [(await erase(anna, {"password": "wrong horse"})).status_code for _ in range(3)]

    assert tries == [401, 401, 429]


async def test_an_outside_user_does_not_come_back_by_a_token_from_before(server: Server) -> None:
    now_s = time.time()
    anna, undated = outside(server, now_s - 60), outside(server)
    fresh = outside(server, now_s - 59, sid="another")
    assert (await me(anna), await me(undated)) == (200, 200)

    assert (await erase(anna)).status_code == 204

    assert [await me(each) for each in (anna, undated, fresh)] == [401, 401, 401]


async def test_an_outside_user_begins_anew_by_a_token_from_after(server: Server) -> None:
    anna = outside(server, time.time() - 60)
    await anna.post(f"/api/{anna.id}/tasks", {"title": "Milk"})
    await erase(anna)

    # Issued later than their clock and ours may differ.
    again = outside(server, time.time() + 35)

    assert await me(again) == 200
    assert await again.tasks() == []
    assert await me(anna) == 401  # nor does the old token count for the new user


async def test_a_tombstone_holds_nobodys_name(server: Server, everything: Database) -> None:
    anna = outside(server, email="anna@example.com", sub="anna-subject")
    await me(anna)
    bert = await server.sign_up()
    await erase(anna)
    await erase(bert)

    async def work(tx: Transaction) -> list[str]:
        return [str(dict(row)) for row in await tx.fetch("SELECT * FROM tombstones")]  # pyright: ignore[reportCallIssue, reportArgumentType]

    (left,) = await everything.read(work)  # a token of ours needs none: its session is gone
    assert "anna" not in left


async def test_a_running_turn_is_ended_and_who_waits_for_it_is_told(
    server: Server, everything: Database
) -> None:
    anna = await server.sign_up()
    user = await the_user(everything, anna.id)
    server.model.hangs()
    waiting = asyncio.create_task(anna.say("hello"))
    await server.model.was_asked.wait()

    assert (await erase(anna)).status_code == 204

    assert (await waiting).status_code in (404, 409)
    assert await rows_of(everything, user) == {}


async def test_a_copy_that_still_remembers_the_token_writes_nothing(
    server: Server, settings: Settings, everything: Database
) -> None:
    if everything.dialect == "sqlite":
        pytest.skip("one server at a time serves an SQLite file")
    anna = await server.sign_up()
    user = await the_user(everything, anna.id)
    async with running_server(settings) as other:
        there = Person(other.client, anna.id, anna.token)
        conversation = await there.begin()
        await erase(anna)

        statuses = [
            (await there.say("hello")).status_code,
            (await there.post(f"/api/{anna.id}/tasks", {"title": "Milk"})).status_code,
            (await there.v1("POST", "conversations", {})).status_code,
            (
                await there.v1(
                    "POST", f"conversations/{conversation}/messages", {"message": "hello"}
                )
            ).status_code,
            (await there.client.patch(ME, json={"name": "A"}, headers=there.auth)).status_code,
        ]

    assert statuses == [401, 401, 401, 404, 401]
    assert await rows_of(everything, user) == {}


async def test_a_turn_that_runs_on_another_copy_is_ended_there(
    server: Server, settings: Settings, everything: Database
) -> None:
    if everything.dialect == "sqlite":
        pytest.skip("one server at a time serves an SQLite file")
    anna = await server.sign_up()
    user = await the_user(everything, anna.id)
    async with running_server(settings) as other:
        other.model.hangs()
        there = Person(other.client, anna.id, anna.token)
        waiting = asyncio.create_task(there.say("hello"))
        await other.model.was_asked.wait()

        await erase(anna)

        assert (await waiting).status_code == 404
        assert other.parts.turns.running == []
    assert await rows_of(everything, user) == {}
