"""A real Better Auth server signs people in, and its tokens count here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import jwt
import pytest

from taskchat.administration import examine
from taskchat.auth.issuers import TokenRules
from taskchat.auth.key_fetcher import KeyFetcher
from taskchat.auth.key_set import MIN_BETWEEN_FETCHES_S, REFRESH_AFTER_S, KeySet
from taskchat.db.database import Database
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import TokenInvalidError
from tests.auth.better_auth.issuer import BetterAuth
from tests.auth.conftest import Clock, Identity
from tests.http.conftest import Person, Server, running_server, settings_for


@pytest.fixture(scope="module")
def better_auth() -> Iterator[BetterAuth]:
    with BetterAuth() as running:
        yield running


@pytest.fixture
async def server(
    better_auth: BetterAuth, database_url: DatabaseUrl, tmp_path: Path
) -> AsyncIterator[Server]:
    settings = settings_for(
        database_url, tmp_path, jwks_url=better_auth.jwks_url, jwt_issuer=better_auth.url
    )
    async with running_server(settings) as running:
        yield running


async def test_who_signs_up_there_talks_here(better_auth: BetterAuth, server: Server) -> None:
    there = better_auth.sign_up()
    here = Person(server.client, there.id, there.token())
    server.model.calls("add_task", title="Buy milk").says("Added.")

    answer = await here.say("remember milk")

    assert answer.status_code == 200, answer.text
    assert answer.json()["response"] == "Added."
    assert [task["title"] for task in await here.tasks()] == ["Buy milk"]
    me = (await server.client.get("/api/v1/users/me", headers=here.auth)).json()["data"]
    assert (me["id"], me["email"], me["name"]) == (there.id, there.email, "Anna")


async def test_two_people_there_are_two_people_here(
    better_auth: BetterAuth, server: Server
) -> None:
    first = better_auth.sign_up()
    second = better_auth.sign_up()
    one = Person(server.client, first.id, first.token())
    other = Person(server.client, second.id, second.token())

    await one.post(f"/api/{one.id}/tasks", {"title": "Mine"})

    assert await other.tasks() == []
    answer = await server.client.get(f"/api/{one.id}/tasks", headers=other.auth)
    assert answer.status_code == 403


async def test_its_tokens_are_as_we_know_them(better_auth: BetterAuth) -> None:
    there = better_auth.sign_up()
    raw = there.token()

    header = jwt.get_unverified_header(raw)
    claims = jwt.decode(raw, options={"verify_signature": False})

    assert set(header) == {"alg", "kid"}
    assert header["alg"] == "EdDSA"
    assert claims["iss"] == claims["aud"] == better_auth.url
    assert claims["sub"] == claims["id"] == there.id
    assert claims["exp"] - claims["iat"] == 900


async def test_its_session_cache_is_no_token(better_auth: BetterAuth, server: Server) -> None:
    there = better_auth.sign_up()
    cached = there.session_cache()
    assert jwt.get_unverified_header(cached)["typ"] == "better-auth.session-cache+jwt"

    answer = await Person(server.client, there.id, cached).say("hello")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "token invalid"}


async def test_its_keys_rotate_and_the_old_ones_go(database: Database, clock: Clock) -> None:
    with BetterAuth() as issuer:
        keys = KeySet(KeyFetcher(issuer.jwks_url), clock)
        rules = TokenRules(issuer=issuer.url, key_set=keys)
        tokens = Identity(database, clock, rules=rules).tokens
        there = issuer.sign_up()
        old = there.token()
        user = await tokens.verify(old)

        issuer.retire_keys()
        new = there.token()
        clock.pass_(MIN_BETWEEN_FETCHES_S)
        assert _key_id(new) != _key_id(old)
        assert await tokens.verify(new) == user
        clock.pass_(61)  # nothing is remembered
        assert await tokens.verify(old) == user

        issuer.forget_retired_keys()
        newest = there.token()
        clock.pass_(REFRESH_AFTER_S)
        assert await tokens.verify(newest) == user
        for gone in (old, new):
            with pytest.raises(TokenInvalidError):
                await tokens.verify(gone)
        await keys.close()


@pytest.mark.parametrize("key_pair", [{"alg": "ES256"}, {"alg": "RS256", "modulusLength": 2048}])
async def test_its_other_kinds_of_key_count_too(
    database: Database, clock: Clock, key_pair: dict[str, object]
) -> None:
    with BetterAuth(key_pair) as issuer:
        keys = KeySet(KeyFetcher(issuer.jwks_url), clock)
        rules = TokenRules(issuer=issuer.url, key_set=keys)
        there = issuer.sign_up()
        raw = there.token()

        principal = await Identity(database, clock, rules=rules).tokens.verify(raw)

        assert jwt.get_unverified_header(raw)["alg"] == key_pair["alg"]
        assert principal.subject == there.id
        await keys.close()


async def test_a_doctor_counts_its_keys(
    better_auth: BetterAuth, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    settings = settings_for(
        database_url, tmp_path, jwks_url=better_auth.jwks_url, jwt_issuer=better_auth.url
    )

    (found,) = [each for each in await examine(settings) if each.name == "issuer"]

    assert (found.ok, found.text) == (True, "outside tokens by key set (1 key)")


def _key_id(raw: str) -> object:
    return jwt.get_unverified_header(raw)["kid"]
