"""Tokens made to get in: each is refused with nothing more said than that it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import jwt
import pytest
from structlog.testing import capture_logs

from taskchat.errors import NotAuthenticatedError, TokenExpiredError, TokenInvalidError
from tests.auth.conftest import SHARED_SECRET, SIGNING_KEY, Clock, Identity, raw_token

GOOD_HEADER = {"alg": "HS256", "typ": "JWT"}


def _claims(clock: Clock, **changes: object) -> str:
    return json.dumps({"sub": "outside-1", "exp": clock.now_s + 600, **changes})


def _segment(token: str, index: int, text: str) -> str:
    parts = token.split(".")
    parts[index] = text
    return ".".join(parts)


Make = Callable[[Identity], str]
HEADERS: dict[str, dict[str, object]] = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "no alg": {"typ": "JWT"},
    "alg null": {"alg": None},
    "alg a list": {"alg": ["HS256"]},
    "alg another hash": {"alg": "HS512"},
    "alg of a key pair": {"alg": "RS256"},
    "alg unknown": {"alg": "XY1"},
    "other typ": {"alg": "HS256", "typ": "better-auth.session-cache+jwt"},
    "typ null": {"alg": "HS256", "typ": None},
    "typ a number": {"alg": "HS256", "typ": 7},
    "kid a number": {**GOOD_HEADER, "kid": 7},
    "jku": {**GOOD_HEADER, "jku": "https://evil.example.com/keys"},
    "x5u": {**GOOD_HEADER, "x5u": "https://evil.example.com/cert"},
    "jwk": {**GOOD_HEADER, "jwk": {"kty": "oct", "k": "AAAA"}},
    "crit": {**GOOD_HEADER, "crit": ["exp"], "exp": 1},
    "crit empty": {**GOOD_HEADER, "crit": []},
    "crit b64": {**GOOD_HEADER, "crit": ["b64"], "b64": True},
    "b64 false": {**GOOD_HEADER, "crit": ["b64"], "b64": False},
}
CLAIMS: dict[str, dict[str, object]] = {
    "sub empty": {"sub": ""},
    "sub a number": {"sub": 7},
    "sub a bool": {"sub": True},
    "sub null": {"sub": None, "user_id": "second"},
    "sub a list": {"sub": ["a"]},
    "sub too long": {"sub": "x" * 256},
    "sub with NUL": {"sub": "a\x00b"},
    "sub half a character": {"sub": "a\ud800"},
    "nbf to come": {"nbf": 4_000_000_000},
    "nbf no number": {"nbf": "now"},
    "exp null": {"exp": None},
    "exp text": {"exp": "4000000000"},
    "exp a bool": {"exp": True},
    "exp infinite": {"exp": float("inf")},
    "exp not a number": {"exp": float("nan")},
    "exp a list": {"exp": [4_000_000_000]},
    "our issuer": {"iss": "taskchat", "aud": "taskchat"},
}
PAYLOADS = {
    "not JSON": "{",
    "a list": "[]",
    "text": '"sub"',
    "null": "null",
    "empty": "",
    "sub twice": '{"sub": "a", "sub": "b", "exp": 4000000000}',
    "exp twice": '{"sub": "a", "exp": 1, "exp": 4000000000}',
    "twice within": '{"sub": "a", "exp": 4000000000, "x": {"y": 1, "y": 2}}',
    "no subject": '{"exp": 4000000000}',
    "no exp": '{"sub": "a"}',
    "endless number": '{"sub": "a", "exp": ' + "9" * 5000 + "}",
    "deep": '{"sub": "a", "exp": 4000000000, "x": ' + "[" * 2900 + "]" * 2900 + "}",
}
BROKEN: dict[str, Make] = {
    "empty": lambda _: "",
    "white space": lambda _: "   ",
    "a word": lambda _: "hello",
    "two parts": lambda i: ".".join(i.outside_token().split(".")[:2]),
    "four parts": lambda i: i.outside_token() + ".x",
    "no signature": lambda i: _segment(i.outside_token(), 2, ""),
    "other signature": lambda i: _segment(i.outside_token(), 2, "AAAA"),
    "junk header": lambda i: _segment(i.outside_token(), 0, "!!!!"),
    "junk payload": lambda i: _segment(i.outside_token(), 1, "!!!!"),
    "junk signature": lambda i: _segment(i.outside_token(), 2, "!!!!"),
    "header no object": lambda i: _segment(i.outside_token(), 0, "W10"),
    "header no JSON": lambda i: _segment(i.outside_token(), 0, "AAAA"),
    "alg none, unsigned": lambda _: jwt.encode({"sub": "a", "exp": 4e9}, "", algorithm="none"),
    "other letters": lambda i: i.outside_token() + "\u00fc",
    "half a character": lambda i: i.outside_token() + "\ud800",
    "NUL": lambda i: i.outside_token() + "\x00",
    "line": lambda i: i.outside_token() + "\n",
    "payload no UTF-8": lambda _: jwt.PyJWS().encode(b'{"sub": "\xff"}', SHARED_SECRET),
    "payload UTF-16": lambda i: jwt.PyJWS().encode(
        _claims(i.clock).encode("utf-16"), SHARED_SECRET
    ),
    "huge": lambda i: i.outside_token(x="y" * 8192),
    "very huge": lambda i: i.outside_token() + "A" * 1_000_000,
    "another secret": lambda i: jwt.encode({"sub": "a", "exp": 4e9}, "w" * 32),
    "our key, no issuer": lambda i: jwt.encode({"sub": "a", "exp": 4e9}, SIGNING_KEY),
    "another's key, our issuer": lambda i: jwt.encode(
        {"sub": "a", "exp": 4e9, "iss": "taskchat", "aud": "taskchat"}, SHARED_SECRET
    ),
    "our key, no audience": lambda i: jwt.encode(
        {"sub": "a", "exp": 4e9, "iss": "taskchat"}, SIGNING_KEY
    ),
    "our key, a link's audience": lambda i: jwt.encode(
        {"sub": "a", "exp": 4e9, "iss": "taskchat", "aud": "taskchat-link"}, SIGNING_KEY
    ),
}


async def refused(identity: Identity, token: str) -> str:
    """The reason in the log, once it is sure that nothing else came of the token."""
    with capture_logs() as logs, pytest.raises(TokenInvalidError) as caught:
        await identity.tokens.verify(token)
    assert caught.value.message == "token invalid"
    assert caught.value.__cause__ is None
    (event,) = logs
    assert set(event) == {"event", "reason", "log_level"}
    assert event["event"] == "token.refused"
    assert await identity.users() == 0
    return event["reason"]


@pytest.mark.parametrize("name", HEADERS)
async def test_a_header_that_asks_for_more_is_refused(identity: Identity, name: str) -> None:
    reason = await refused(identity, raw_token(HEADERS[name], _claims(identity.clock)))

    assert reason in {"wrong_algorithm", "wrong_type", "forbidden_header", "not_a_token"}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_claim_that_cannot_be_is_refused(identity: Identity, name: str) -> None:
    token = raw_token(GOOD_HEADER, _claims(identity.clock, **CLAIMS[name]))

    reason = await refused(identity, token)

    about = {"sub": "subject_malformed", "exp": "no_expiry", "nbf": "not_yet_valid"}
    assert reason == about.get(name.split()[0], "wrong_signature")


@pytest.mark.parametrize("name", PAYLOADS)
async def test_a_payload_that_is_none_is_refused(identity: Identity, name: str) -> None:
    await refused(identity, raw_token(GOOD_HEADER, PAYLOADS[name]))


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_token_is_refused(identity: Identity, name: str) -> None:
    await refused(identity, BROKEN[name](identity))


async def test_the_log_says_why_in_one_word(identity: Identity) -> None:
    header = {"alg": "HS256", "jku": "https://evil.example.com/keys"}

    assert await refused(identity, raw_token(header, "{}")) == "forbidden_header"
    assert await refused(identity, identity.outside_token(exp=None)) == "no_expiry"
    assert await refused(identity, BROKEN["another secret"](identity)) == "wrong_signature"


@pytest.mark.parametrize("kid", ["../../etc/passwd", "https://evil.example.com", "' OR 1=1", ""])
async def test_a_key_id_that_is_a_path_is_only_a_name(identity: Identity, kid: str) -> None:
    token = raw_token({**GOOD_HEADER, "kid": kid}, _claims(identity.clock))

    assert (await identity.tokens.verify(token)).subject == "outside-1"


async def test_a_token_without_a_type_is_a_token(identity: Identity) -> None:
    token = raw_token({"alg": "HS256"}, _claims(identity.clock))

    assert (await identity.tokens.verify(token)).subject == "outside-1"


@pytest.mark.parametrize("claims", [{"exp": -29}, {"nbf": 30}, {"exp": -29.5}])
async def test_clocks_may_differ_by_half_a_minute(
    identity: Identity, claims: dict[str, float]
) -> None:
    moved = {name: identity.clock.now_s + offset for name, offset in claims.items()}

    await identity.tokens.verify(identity.outside_token(**moved))


async def test_a_token_beyond_the_leeway_is_expired_or_too_early(identity: Identity) -> None:
    now_s = identity.clock.now_s

    with pytest.raises(TokenExpiredError, match=r"^token expired$"):
        await identity.tokens.verify(identity.outside_token(exp=now_s - 30))
    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(identity.outside_token(nbf=now_s + 31))


async def test_only_a_good_signature_learns_that_it_is_expired(identity: Identity) -> None:
    with pytest.raises(NotAuthenticatedError) as caught:
        await identity.tokens.verify(jwt.encode({"sub": "a", "exp": 1}, "w" * 32))

    assert isinstance(caught.value, TokenInvalidError)
