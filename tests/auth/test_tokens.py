"""Whose tokens count: good ones, their sessions, and what is remembered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import jwt
import pytest

from taskchat.auth.issuers import TokenRules
from taskchat.auth.local_issuer import LOCAL_ISSUER
from taskchat.auth.page import Page
from taskchat.auth.tokens import TokenVerifier
from taskchat.db.database import Database, Dialect, Guard, Transaction, Work
from taskchat.errors import StartError, TokenExpiredError, TokenInvalidError
from taskchat.ids import UserId
from taskchat.measures.pool_use import PoolUse
from tests.auth.conftest import PASSWORD, SHARED_SECRET, SIGNING_KEY, Identity, count

T = TypeVar("T")
ISSUER = "https://auth.example.com"


def with_issuer(identity: Identity, audience: str | None = None) -> TokenVerifier:
    rules = TokenRules(SHARED_SECRET, ISSUER, audience)
    return TokenVerifier(identity.db, rules, identity.issuer, identity.page, identity.clock)


async def test_a_token_of_ours_names_its_user_and_session(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)

    principal = await identity.tokens.verify(begun.token)

    assert principal.user == begun.user.user
    assert principal.subject == begun.user.subject
    assert principal.issuer == LOCAL_ISSUER
    assert principal.session is not None


async def test_a_token_of_ours_has_the_claims_of_the_contract(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)

    claims = jwt.decode(begun.token, options={"verify_signature": False})

    assert claims["iss"] == claims["aud"] == "taskchat"
    assert claims["sub"] == begun.user.subject
    assert claims["jti"] == claims["sid"]
    assert claims["exp"] - claims["iat"] == 7 * 24 * 3600
    assert jwt.get_unverified_header(begun.token) == {"alg": "HS256", "typ": "JWT"}


async def test_an_outside_user_is_made_at_the_first_token_and_known_afterwards(
    identity: Identity, everything: Database
) -> None:
    first = await identity.tokens.verify(identity.outside_token())
    again = await identity.tokens.verify(identity.outside_token(iat=1))

    assert first == again
    assert (first.issuer, first.subject, first.session) == ("shared-secret", "outside-1", None)
    assert await count(everything, "users") == 1


async def test_twenty_first_tokens_at_once_make_one_user(
    identity: Identity, everything: Database
) -> None:
    tokens = [identity.outside_token(iat=n) for n in range(20)]

    principals = await asyncio.gather(*(identity.tokens.verify(token) for token in tokens))

    assert len({principal.user for principal in principals}) == 1
    assert await count(everything, "users") == 1


@pytest.mark.parametrize("claim", ["sub", "user_id", "userId", "id"])
async def test_the_subject_is_the_first_claim_that_is_present(
    identity: Identity, claim: str
) -> None:
    order = ["sub", "user_id", "userId", "id"]
    later = dict.fromkeys(order[order.index(claim) + 1 :], "another")
    claims = {"sub": None, **later, claim: "x" * 255}

    principal = await identity.tokens.verify(identity.outside_token(**claims))

    assert principal.subject == "x" * 255


async def test_the_profile_is_taken_from_the_first_token_where_it_fits(
    identity: Identity, everything: Database
) -> None:
    await identity.tokens.verify(identity.outside_token(name="Anna", email="a@example.com"))
    await identity.tokens.verify(identity.outside_token(sub="2", name="x" * 201, email=["no"]))
    await identity.tokens.verify(identity.outside_token(sub="3", name="a\x00b", email="\ud800"))

    async def work(tx: Transaction) -> list[tuple[str | None, str | None]]:
        rows = await tx.fetch("SELECT name, email FROM users ORDER BY id")
        return [(row["name"], row["email"]) for row in rows]

    assert await everything.read(work) == [("Anna", "a@example.com"), (None, None), (None, None)]


async def test_an_outside_email_never_leads_to_a_local_account(identity: Identity) -> None:
    local = await identity.accounts.sign_up("anna@example.com", PASSWORD)

    outside = await identity.tokens.verify(identity.outside_token(email="anna@example.com"))

    assert outside.user != local.user.user
    assert (await identity.accounts.sign_in("anna@example.com", PASSWORD)).user == local.user


async def test_the_id_of_another_issuers_user_is_refused(identity: Identity) -> None:
    local = await identity.accounts.sign_up("anna@example.com", PASSWORD)

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(identity.outside_token(sub=local.user.subject))

    await identity.tokens.verify(identity.outside_token(sub="shared"))
    with pytest.raises(TokenInvalidError):
        await with_issuer(identity, "any").verify(identity.outside_token(sub="shared"))


async def test_a_configured_issuer_owns_the_users_of_the_shared_secret(identity: Identity) -> None:
    tokens = with_issuer(identity)

    named = await tokens.verify(identity.outside_token(iss=ISSUER, aud=ISSUER))
    unnamed = await tokens.verify(identity.outside_token(aud=["other", ISSUER]))

    assert named == unnamed
    assert named.issuer == ISSUER


@pytest.mark.parametrize("aud", [None, "https://other.example.com", [], 7, [["x"]], {}])
async def test_a_configured_issuer_must_have_meant_us(identity: Identity, aud: object) -> None:
    with pytest.raises(TokenInvalidError):
        await with_issuer(identity).verify(identity.outside_token(iss=ISSUER, aud=aud))

    await with_issuer(identity, "any").verify(identity.outside_token(iss=ISSUER, aud=aud))


@pytest.mark.parametrize("iss", [ISSUER, "shared-secret", "", 7, [ISSUER], True])
async def test_an_issuer_that_is_not_configured_is_refused(identity: Identity, iss: object) -> None:
    payload = {"sub": "1", "exp": identity.clock.now_s + 60, "iss": iss}
    token = jwt.PyJWS().encode(_json(payload), SHARED_SECRET)

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(token)


async def test_a_null_issuer_is_refused(identity: Identity) -> None:
    payload = {"sub": "1", "exp": identity.clock.now_s + 60, "iss": None}

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(jwt.PyJWS().encode(_json(payload), SHARED_SECRET))


async def test_without_a_shared_secret_no_outside_token_counts(identity: Identity) -> None:
    tokens = Identity(identity.db, identity.clock, rules=TokenRules()).tokens

    with pytest.raises(TokenInvalidError):
        await tokens.verify(identity.outside_token())


async def test_without_local_accounts_no_token_of_ours_counts(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    tokens = TokenVerifier(identity.db, identity.rules, None, identity.page, identity.clock)

    with pytest.raises(TokenInvalidError):
        await tokens.verify(begun.token)


@pytest.mark.parametrize(
    ("rules", "setting"),
    [
        (TokenRules(shared_secret="x" * 31), "BETTER_AUTH_SECRET"),
        (TokenRules(issuer="taskchat"), "TASKCHAT_JWT_ISSUER"),
    ],
)
def test_unsafe_rules_do_not_start(rules: TokenRules, setting: str) -> None:
    database: Database = None  # pyright: ignore[reportAssignmentType]  never asked

    with pytest.raises(StartError, match=setting):
        TokenVerifier(database, rules, None, Page("http://localhost:8000"))


# ---- sessions ----


async def test_a_token_whose_session_has_ended_or_never_was_is_refused(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    now = datetime.fromtimestamp(identity.clock.now_s, UTC)
    in_an_hour = now + timedelta(hours=1)
    stray = identity.issuer.token(begun.user.subject, uuid4(), now, in_an_hour)
    claims = jwt.decode(begun.token, options={"verify_signature": False})
    foreign = jwt.encode({**claims, "sub": "someone else"}, SIGNING_KEY)
    nameless = jwt.encode({**claims, "sid": 7}, SIGNING_KEY)
    await identity.accounts.sessions.end(await identity.tokens.verify(begun.token))

    for token in (begun.token, stray, foreign, nameless):
        with pytest.raises(TokenInvalidError):
            await identity.tokens.verify(token)


async def test_a_session_that_is_over_ends_a_token_that_says_otherwise(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    claims = jwt.decode(begun.token, options={"verify_signature": False})
    longer = jwt.encode({**claims, "exp": claims["exp"] + 10_000}, SIGNING_KEY)

    identity.clock.pass_(7 * 24 * 3600 + 31)

    with pytest.raises(TokenExpiredError):
        await identity.tokens.verify(longer)


async def test_signing_out_is_seen_at_once_here_and_in_a_minute_elsewhere(
    identity: Identity,
) -> None:
    elsewhere = Identity(identity.db, identity.clock)
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    principal = await identity.tokens.verify(begun.token)
    await elsewhere.tokens.verify(begun.token)

    await identity.accounts.sessions.end(principal)

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(begun.token)
    identity.clock.pass_(59)
    assert await elsewhere.tokens.verify(begun.token) == principal
    identity.clock.pass_(1)
    with pytest.raises(TokenInvalidError):
        await elsewhere.tokens.verify(begun.token)


async def test_signing_out_while_a_check_is_under_way_leaves_nothing_remembered(
    identity: Identity,
) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    principal = await identity.tokens.verify(begun.token)
    slow = Slow(identity.db)
    tokens = TokenVerifier(slow, identity.rules, identity.issuer, identity.page, identity.clock)

    checking = asyncio.create_task(tokens.verify(begun.token))
    await slow.read_done.wait()
    await identity.accounts.sessions.end(principal)
    tokens.forget(principal.user)
    slow.go_on.set()
    await checking

    with pytest.raises(TokenInvalidError):
        await tokens.verify(begun.token)


# ---- what is remembered ----


async def test_a_token_that_is_remembered_costs_no_look_up(identity: Identity) -> None:
    token = identity.outside_token()
    first = await identity.tokens.verify(token)
    await identity.db.close()

    assert await identity.tokens.verify(token) is first


async def test_a_token_that_expires_while_it_is_remembered_is_checked_again(
    identity: Identity,
) -> None:
    token = identity.outside_token(exp=identity.clock.now_s + 20)
    await identity.tokens.verify(token)

    identity.clock.pass_(20 + 29)
    await identity.tokens.verify(token)  # the leeway

    identity.clock.pass_(1)
    with pytest.raises(TokenExpiredError):
        await identity.tokens.verify(token)


async def test_the_zone_of_the_profile_comes_with_the_principal_and_is_forgotten_on_demand(
    identity: Identity,
) -> None:
    token = identity.outside_token()
    principal = await identity.tokens.verify(token)

    async def move(tx: Transaction) -> None:
        await tx.execute("UPDATE users SET time_zone = 'Europe/Paris'")

    await identity.db.transaction(move, user=principal.user)
    assert (await identity.tokens.verify(token)).time_zone is None
    identity.tokens.forget(principal.user)

    assert await identity.tokens.verify(token) == replace(principal, time_zone="Europe/Paris")


async def test_forgetting_one_user_keeps_the_others(identity: Identity) -> None:
    one = await identity.tokens.verify(identity.outside_token(sub="1"))
    token = identity.outside_token(sub="2")
    two = await identity.tokens.verify(token)

    identity.tokens.forget(one.user)

    assert await identity.tokens.verify(token) is two


async def test_the_memory_is_bounded(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskchat.auth.tokens.MAX_REMEMBERED", 3)

    for n in range(5):
        await identity.tokens.verify(identity.outside_token(iat=n))

    assert len(identity.tokens._remembered) == 3  # pyright: ignore[reportPrivateUsage]


class Slow:
    """A database that holds back its first answer to a read."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect: Dialect = db.dialect
        self.read_done = asyncio.Event()
        self.go_on = asyncio.Event()

    async def read(self, work: Work[T], *, user: UserId | None = None) -> T:
        found = await self._db.read(work, user=user)
        self.read_done.set()
        await self.go_on.wait()
        return found

    async def transaction(
        self, work: Work[T], *, user: UserId | None = None, guard: Guard | None = None
    ) -> T:
        return await self._db.transaction(work, user=user, guard=guard)

    async def scrub(self) -> bool:
        return await self._db.scrub()

    def use(self) -> PoolUse:
        return self._db.use()

    async def close(self) -> None:
        await self._db.close()


def _json(claims: Mapping[str, object]) -> bytes:
    return json.dumps(claims).encode()
