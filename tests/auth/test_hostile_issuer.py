"""Tokens made to get in where a key set is trusted; and what its good tokens are worth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from taskchat.auth.issuers import TokenRules
from taskchat.auth.key_fetcher import KeyFetcher
from taskchat.auth.key_set import MIN_BETWEEN_FETCHES_S, REFRESH_AFTER_S, KeySet
from taskchat.auth.tokens import TokenVerifier
from taskchat.db.database import Database
from taskchat.errors import StartError, TokenExpiredError, TokenInvalidError
from tests.auth.conftest import PASSWORD, SHARED_SECRET, Clock, Identity
from tests.auth.outside_issuer import ALGORITHMS, OutsideIssuer, jwk_of, make_key, signed

if TYPE_CHECKING:
    from taskchat.auth.principal import Principal


@dataclass
class Trusting:
    """A copy of the server that trusts one issuer by its key set."""

    issuer: OutsideIssuer
    identity: Identity
    keys: KeySet

    async def verify(self, raw: str) -> Principal:
        return await self.identity.tokens.verify(raw)

    async def reason(self, raw: str) -> str:
        """Why a token is refused, by the log; the caller is told nothing of it."""
        with capture_logs() as logs, pytest.raises(TokenInvalidError) as caught:
            await self.verify(raw)
        assert caught.value.message == "token invalid"
        assert caught.value.__cause__ is None
        (event,) = [each for each in logs if each["event"] != "key_set.fetched"]
        assert set(event) == {"event", "reason", "log_level"}
        assert await self.identity.users() == 0
        return event["reason"]

    def under(self, rules: TokenRules) -> TokenVerifier:
        """The same with other rules."""
        identity = self.identity
        return TokenVerifier(identity.db, rules, identity.issuer, identity.page, identity.clock)

    def rules(self, audience: str | None = None, secret: str | None = None) -> TokenRules:
        return TokenRules(secret, self.issuer.url, audience, self.keys)


@pytest.fixture
async def issuer() -> AsyncIterator[OutsideIssuer]:
    async with OutsideIssuer() as running:
        for name, algorithm in zip(("k1", "k2", "k3"), ALGORITHMS, strict=True):
            running.adds(name, algorithm)
        yield running


@pytest.fixture
async def trusting(
    issuer: OutsideIssuer, database: Database, everything: Database, clock: Clock
) -> AsyncIterator[Trusting]:
    keys = KeySet(KeyFetcher(issuer.jwks_url), clock)
    rules = TokenRules(issuer=issuer.url, key_set=keys)
    yield Trusting(issuer, Identity(database, clock, rules=rules, everything=everything), keys)
    await keys.close()


# ---- tokens made to get in ----

Make = Callable[[OutsideIssuer], str]


def _hs256(issuer: OutsideIssuer, secret: bytes, key_id: str) -> str:
    """What a careless server takes: a token signed with the public key as if it were a secret."""
    return signed(secret, "HS256", {"kid": key_id}, issuer.claims())


def _public(issuer: OutsideIssuer, key_id: str, encoding: Encoding) -> bytes:
    key, _ = issuer.keys[key_id]
    return key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def _public_jwk(issuer: OutsideIssuer, key_id: str) -> bytes:
    key, algorithm = issuer.keys[key_id]
    return json.dumps(jwk_of(key, algorithm, kid=key_id)).encode()


def _unsigned(issuer: OutsideIssuer, header: Mapping[str, object]) -> str:
    body = jwt.encode(issuer.claims(), "", algorithm="none", headers=dict(header))
    return body.rpartition(".")[0] + "."


def _payload(issuer: OutsideIssuer, text: str) -> str:
    key, algorithm = issuer.keys["k1"]
    return signed(key, algorithm, {"kid": "k1"}, text.replace("ISS", issuer.url).encode())


GOOD = '"iss": "ISS", "aud": "ISS", "exp": 4000000000'
PUBLIC: dict[str, Callable[[OutsideIssuer, str], bytes]] = {
    "PEM": lambda i, key_id: _public(i, key_id, Encoding.PEM),
    "stripped PEM": lambda i, key_id: _public(i, key_id, Encoding.PEM).strip(),
    "DER": lambda i, key_id: _public(i, key_id, Encoding.DER),
    "JWK": _public_jwk,
}
KEYS: dict[str, Make] = {
    "alg none": lambda i: _unsigned(i, {"kid": "k1"}),
    "alg none, no kid": lambda i: _unsigned(i, {}),
    "alg said to be none": lambda i: i.token("k1", {"alg": "none"}),
    "no alg": lambda i: i.token("k1", {"alg": ()}),
    "alg null": lambda i: i.token("k1", {"alg": None}),
    "alg a list": lambda i: i.token("k1", {"alg": ["EdDSA"]}),
    "alg in small letters": lambda i: i.token("k1", {"alg": "eddsa"}),
    "alg of another key type": lambda i: i.token("k1", {"alg": "RS256"}),
    "kid of another key type": lambda i: i.token("k1", {"kid": "k2"}),
    "RSA, another hash": lambda i: i.token("k3", {"alg": "RS512"}),
    "RSA, another padding": lambda i: i.token("k3", {"alg": "PS256"}),
    "HS256 with nothing": lambda i: _hs256(i, b"", "k1"),
    "HS256 with our shared secret": lambda i: _hs256(i, SHARED_SECRET.encode(), "k1"),
    "a stranger's key": lambda i: signed(make_key("EdDSA"), "EdDSA", {"kid": "k1"}, i.claims()),
    "a stranger's key of its own": lambda i: signed(
        make_key("EdDSA"), "EdDSA", {"kid": "k9"}, i.claims()
    ),
    "a stranger's key, no kid": lambda i: signed(make_key("EdDSA"), "EdDSA", {}, i.claims()),
    "kid a path": lambda i: i.token("k1", {"kid": "../../../../dev/null"}),
    "kid an address": lambda i: i.token("k1", {"kid": f"{i.url}/other/keys"}),
    "kid SQL": lambda i: i.token("k1", {"kid": "k1' OR '1'='1"}),
    "kid empty": lambda i: i.token("k1", {"kid": ""}),
    "kid with NUL": lambda i: i.token("k1", {"kid": "k1\x00"}),
    "kid half a character": lambda i: i.token("k1", {"kid": "\ud800"}),
    "kid a number": lambda i: i.token("k1", {"kid": 1}),
    "kid null": lambda i: i.token("k1", {"kid": None}),
    "kid a list": lambda i: i.token("k1", {"kid": ["k1"]}),
}
HEADERS: dict[str, dict[str, object]] = {
    "jku": {"jku": "https://evil.example.com/keys"},
    "jku null": {"jku": None},
    "x5u": {"x5u": "https://evil.example.com/certificate"},
    "jwk": {"jwk": jwk_of(make_key("EdDSA"), "EdDSA")},
    "crit": {"crit": ["exp"], "exp": 4_000_000_000},
    "crit b64": {"crit": ["b64"], "b64": True},
    "crit empty": {"crit": []},
    "typ of a session cache": {"typ": "better-auth.session-cache+jwt"},
    "typ of an access token": {"typ": "at+jwt"},
    "typ empty": {"typ": ""},
    "typ null": {"typ": None},
    "typ a list": {"typ": ["JWT"]},
}
CLAIMS: dict[str, tuple[dict[str, object], str]] = {
    "wrong iss": ({"iss": "https://evil.example.com"}, "unknown_issuer"),
    "iss with a slash": ({"iss": "SLASH"}, "unknown_issuer"),
    "iss in capitals": ({"iss": "CAPITALS"}, "unknown_issuer"),
    "iss a list": ({"iss": ["SAME"]}, "unknown_issuer"),
    "iss of our own": ({"iss": "taskchat", "aud": "taskchat"}, "wrong_algorithm"),
    "no iss": ({"iss": None}, "unknown_issuer"),
    "wrong aud": ({"aud": "https://other.example.com"}, "wrong_audience"),
    "aud a list of others": ({"aud": ["https://other.example.com", 7]}, "wrong_audience"),
    "aud an empty list": ({"aud": []}, "wrong_audience"),
    "no aud": ({"aud": None}, "wrong_audience"),
    "not yet valid": ({"nbf": 4_000_000_000}, "not_yet_valid"),
    "nbf text": ({"nbf": "0"}, "not_yet_valid"),
    "no exp": ({"exp": None}, "no_expiry"),
    "exp text": ({"exp": "4000000000"}, "no_expiry"),
    "exp a bool": ({"exp": True}, "no_expiry"),
    "exp infinite": ({"exp": float("inf")}, "no_expiry"),
    "no sub": ({"sub": None}, "no_subject"),
    "sub empty": ({"sub": ""}, "subject_malformed"),
    "sub a number": ({"sub": 7}, "subject_malformed"),
    "sub a list": ({"sub": ["a"]}, "subject_malformed"),
    "sub too long": ({"sub": "x" * 256}, "subject_malformed"),
    "sub with NUL": ({"sub": "a\x00b"}, "subject_malformed"),
    "huge": ({"x": "y" * 8192}, "too_long"),
}
PAYLOADS = {
    "not JSON": "{",
    "a list": "[]",
    "empty": "",
    "sub twice": f'{{"sub": "a", "sub": "b", {GOOD}}}',
    "exp twice": f'{{"sub": "a", "exp": 1, {GOOD}}}',
    "iss twice": f'{{"sub": "a", "iss": "other", {GOOD}}}',
    "sub null and id": f'{{"sub": null, "id": "a", {GOOD}}}',
    "iss null": '{"sub": "a", "iss": null, "aud": "ISS", "exp": 4000000000}',
    "deep": f'{{"sub": "a", "x": {"[" * 2500}{"]" * 2500}, {GOOD}}}',
}
BROKEN: dict[str, Make] = {
    "no signature": lambda i: i.token().rpartition(".")[0] + ".",
    "another signature": lambda i: i.token().rpartition(".")[0] + "." + "A" * 86,
    "half a signature": lambda i: i.token()[:-43],
    "another's signature": lambda i: (
        i.token().rpartition(".")[0] + "." + i.token(sub="b").rpartition(".")[2]
    ),
    "two parts": lambda i: i.token().rpartition(".")[0],
    "four parts": lambda i: i.token() + ".x",
    "other letters": lambda i: i.token() + "ü",
    "very huge": lambda i: i.token() + "A" * 1_000_000,
}


@pytest.mark.parametrize("name", KEYS)
async def test_a_key_that_is_not_the_issuers_proves_nothing(trusting: Trusting, name: str) -> None:
    reason = await trusting.reason(KEYS[name](trusting.issuer))

    assert reason in {"wrong_algorithm", "wrong_signature", "unknown_key", "not_a_token"}


@pytest.mark.parametrize("form", PUBLIC)
@pytest.mark.parametrize("key_id", ["k1", "k2", "k3"])
async def test_a_public_key_is_no_secret(trusting: Trusting, key_id: str, form: str) -> None:
    public = PUBLIC[form](trusting.issuer, key_id)

    assert await trusting.reason(_hs256(trusting.issuer, public, key_id)) == "wrong_algorithm"

    # Nor where a shared secret makes HS256 something that is done.
    beside = trusting.under(trusting.rules(secret=SHARED_SECRET))
    for claims in (trusting.issuer.claims(), trusting.issuer.claims(iss=None)):
        with pytest.raises(TokenInvalidError):
            await beside.verify(signed(public, "HS256", {"kid": key_id}, claims))


@pytest.mark.parametrize("name", HEADERS)
async def test_a_header_that_asks_for_more_is_refused_under_a_good_signature(
    trusting: Trusting, name: str
) -> None:
    reason = await trusting.reason(trusting.issuer.token("k1", HEADERS[name]))

    assert reason in {"wrong_type", "forbidden_header", "not_a_token"}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_claim_that_cannot_be_is_refused_under_a_good_signature(
    trusting: Trusting, name: str
) -> None:
    claims, reason = CLAIMS[name]
    url = trusting.issuer.url
    text = json.dumps(claims)
    for word, meant in {"SLASH": f"{url}/", "CAPITALS": url.upper(), "SAME": url}.items():
        text = text.replace(word, meant)

    assert await trusting.reason(trusting.issuer.token(**json.loads(text))) == reason


@pytest.mark.parametrize("name", PAYLOADS)
async def test_a_payload_that_is_none_is_refused_under_a_good_signature(
    trusting: Trusting, name: str
) -> None:
    reason = await trusting.reason(_payload(trusting.issuer, PAYLOADS[name]))

    assert reason in {
        "claims_unreadable",
        "claim_twice",
        "not_a_token",
        "subject_malformed",
        "unknown_issuer",
    }


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_token_is_refused(trusting: Trusting, name: str) -> None:
    reason = await trusting.reason(BROKEN[name](trusting.issuer))

    assert reason in {"wrong_signature", "not_a_token", "too_long"}


async def test_an_expired_token_is_told_to_be(trusting: Trusting) -> None:
    now_s = trusting.identity.clock.now_s

    with pytest.raises(TokenExpiredError, match=r"^token expired$"):
        await trusting.verify(trusting.issuer.token(exp=now_s - 30))
    await trusting.verify(trusting.issuer.token(exp=now_s - 29))


async def test_an_issuer_that_cannot_be_reached_proves_nothing(trusting: Trusting) -> None:
    token = trusting.issuer.token()
    await trusting.issuer.stop()

    with capture_logs() as logs, pytest.raises(TokenInvalidError):
        await trusting.verify(token)
    await trusting.issuer.start()

    assert [each["event"] for each in logs] == ["key_set.failed", "token.refused"]


# ---- what good tokens are worth ----


@pytest.mark.parametrize("key_id", ["k1", "k2", "k3"])
@pytest.mark.parametrize("header", [{}, {"typ": "JWT"}, {"typ": "jwt"}])
async def test_a_good_token_names_its_user(
    trusting: Trusting, key_id: str, header: dict[str, object]
) -> None:
    principal = await trusting.verify(trusting.issuer.token(key_id, header))

    assert principal.subject == "outside-1"
    assert principal.issuer == trusting.issuer.url
    assert principal.session is None


@pytest.mark.parametrize("others", [[], ["https://other.example.com"]])
async def test_an_audience_may_be_one_of_several(trusting: Trusting, others: list[str]) -> None:
    token = trusting.issuer.token(aud=[*others, trusting.issuer.url])

    assert (await trusting.verify(token)).subject == "outside-1"


async def test_another_audience_is_asked_for_where_it_is_set(trusting: Trusting) -> None:
    tokens = trusting.under(trusting.rules(audience="tasks"))

    await tokens.verify(trusting.issuer.token(aud="tasks"))
    with pytest.raises(TokenInvalidError):
        await tokens.verify(trusting.issuer.token())


async def test_any_audience_must_be_written(trusting: Trusting) -> None:
    tokens = trusting.under(trusting.rules(audience="any"))

    await tokens.verify(trusting.issuer.token(aud="https://other.example.com"))
    await tokens.verify(trusting.issuer.token(aud=None))


async def test_twenty_first_tokens_at_once_make_one_user(trusting: Trusting) -> None:
    raw = [trusting.issuer.token(iat=n) for n in range(20)]

    principals = await asyncio.gather(*(trusting.verify(each) for each in raw))

    assert len({principal.user for principal in principals}) == 1
    assert await trusting.identity.users() == 1
    assert trusting.issuer.fetches == 1


async def test_the_id_of_another_issuers_user_is_refused(trusting: Trusting) -> None:
    local = await trusting.identity.accounts.sign_up("anna@example.com", PASSWORD)
    other = Identity(trusting.identity.db, trusting.identity.clock)
    await other.tokens.verify(other.outside_token(sub="shared"))

    for subject in (local.user.subject, "shared"):
        with pytest.raises(TokenInvalidError):
            await trusting.verify(trusting.issuer.token(sub=subject))

    await trusting.verify(trusting.issuer.token(sub="mine"))
    with pytest.raises(TokenInvalidError):
        await other.tokens.verify(other.outside_token(sub="mine"))
    assert await trusting.identity.users() == 3


async def test_an_outside_email_never_leads_to_a_local_account(trusting: Trusting) -> None:
    local = await trusting.identity.accounts.sign_up("anna@example.com", PASSWORD)

    outside = await trusting.verify(trusting.issuer.token(email="anna@example.com"))

    assert outside.user != local.user.user


async def test_beside_a_shared_secret_each_key_proves_its_own_tokens(trusting: Trusting) -> None:
    tokens = trusting.under(trusting.rules(secret=SHARED_SECRET))
    url = trusting.issuer.url
    identity = trusting.identity

    by_key_set = await tokens.verify(trusting.issuer.token())
    by_secret = await tokens.verify(identity.outside_token(aud=url))

    assert by_key_set == by_secret  # one issuer, one user
    with pytest.raises(TokenInvalidError):  # names the issuer, and is not signed with its keys
        await tokens.verify(identity.outside_token(iss=url, aud=url))
    with pytest.raises(TokenInvalidError):  # names none, and is not signed with the secret
        await tokens.verify(trusting.issuer.token(iss=None))


async def test_a_token_of_ours_is_not_the_issuers_and_counts_beside_it(trusting: Trusting) -> None:
    begun = await trusting.identity.accounts.sign_up("anna@example.com", PASSWORD)

    assert (await trusting.verify(begun.token)).user == begun.user.user
    assert trusting.issuer.fetches == 0


async def test_a_key_that_is_gone_proves_nothing_once_it_is_forgotten(trusting: Trusting) -> None:
    old = trusting.issuer.token("k1")
    await trusting.verify(old)
    trusting.issuer.removes("k1")
    trusting.identity.clock.pass_(REFRESH_AFTER_S)
    await trusting.verify(trusting.issuer.token("k2"))
    stray = signed(make_key("EdDSA"), "EdDSA", {"kid": "k9"}, trusting.issuer.claims())
    trusting.identity.clock.pass_(MIN_BETWEEN_FETCHES_S)
    with pytest.raises(TokenInvalidError):  # waits for a fetch, after which k1 is gone
        await trusting.verify(stray)

    with pytest.raises(TokenInvalidError):
        await trusting.verify(old)


def test_a_key_set_without_an_issuer_does_not_start(clock: Clock) -> None:
    keys = KeySet(KeyFetcher("https://auth.example.com/keys"), clock)
    database: Database = None  # pyright: ignore[reportAssignmentType]  never asked

    with pytest.raises(StartError, match="TASKCHAT_JWT_ISSUER"):
        Identity(database, clock, rules=TokenRules(key_set=keys))
