"""An outside issuer's key set: what is fetched, when, and which keys of it count."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from taskchat.auth.claims import RefusedError, check_signature, read_token
from taskchat.auth.key_fetcher import MAX_BYTES, FetchFailedError, KeyFetcher
from taskchat.auth.key_set import MIN_BETWEEN_FETCHES_S, REFRESH_AFTER_S, KeySet
from tests.auth.conftest import Clock
from tests.auth.outside_issuer import ALGORITHMS, Jwk, OutsideIssuer, jwk_of, make_key, signed


@dataclass
class Reader:
    """A key set that reads one issuer, with the clock in the test's hand."""

    issuer: OutsideIssuer
    clock: Clock
    keys: KeySet

    async def knows(self, raw: str) -> bool:
        """Whether the token is found to be signed with a key of the set."""
        token = read_token(raw)
        try:
            check_signature(token, await self.keys.find(token))
        except RefusedError:
            return False
        return True

    async def knows_key(self, key_id: str) -> bool:
        return await self.knows(self.issuer.token(key_id))

    async def fetch_ended(self) -> None:
        """Wait for the fetch that goes on beside the test."""
        while any(task.get_name() == "key set" for task in asyncio.all_tasks()):
            await asyncio.gather(
                *(task for task in asyncio.all_tasks() if task.get_name() == "key set")
            )


@pytest.fixture
async def issuer() -> AsyncIterator[OutsideIssuer]:
    async with OutsideIssuer().adds("k1") as running:
        yield running


@pytest.fixture
async def reader(issuer: OutsideIssuer, clock: Clock) -> AsyncIterator[Reader]:
    keys = KeySet(KeyFetcher(issuer.jwks_url), clock)
    yield Reader(issuer, clock, keys)
    await keys.close()


# ---- when it is fetched ----


async def test_nothing_is_fetched_before_the_first_token(reader: Reader) -> None:
    assert reader.issuer.fetches == 0

    assert await reader.knows_key("k1")

    assert reader.issuer.fetches == 1


async def test_a_key_that_is_known_costs_no_fetch(reader: Reader) -> None:
    for _ in range(3):
        assert await reader.knows_key("k1")
        reader.clock.pass_(REFRESH_AFTER_S / 4)

    assert reader.issuer.fetches == 1


async def test_a_new_key_is_fetched_when_its_first_token_comes(reader: Reader) -> None:
    await reader.knows_key("k1")
    reader.issuer.adds("k2")
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)

    assert await reader.knows_key("k2")
    assert await reader.knows_key("k1")

    assert reader.issuer.fetches == 2


async def test_made_up_key_ids_fetch_at_most_every_five_seconds(reader: Reader) -> None:
    await reader.knows_key("k1")
    stray = make_key("EdDSA")

    for n in range(10):
        assert not await reader.knows(signed(stray, "EdDSA", {"kid": f"made up {n}"}, {}))
        reader.clock.pass_(1)

    assert reader.issuer.fetches == 2


async def test_tokens_with_unknown_keys_share_one_fetch(reader: Reader) -> None:
    reader.issuer.gate.clear()

    asking = [asyncio.create_task(reader.knows_key("k1")) for _ in range(20)]
    await reader.issuer.asked.wait()
    reader.issuer.gate.set()

    assert await asyncio.gather(*asking) == [True] * 20
    assert reader.issuer.fetches == 1


async def test_who_leaves_does_not_end_the_fetch_of_the_others(reader: Reader) -> None:
    reader.issuer.gate.clear()
    leaving = asyncio.create_task(reader.knows_key("k1"))
    staying = asyncio.create_task(reader.knows_key("k1"))
    await reader.issuer.asked.wait()

    leaving.cancel()
    await asyncio.wait([leaving])
    reader.issuer.gate.set()

    assert await staying
    assert reader.issuer.fetches == 1


async def test_a_known_key_never_waits_for_a_fetch(reader: Reader) -> None:
    await reader.knows_key("k1")
    reader.issuer.asked.clear()
    reader.issuer.gate.clear()
    reader.clock.pass_(REFRESH_AFTER_S)
    stray = signed(make_key("EdDSA"), "EdDSA", {"kid": "unknown"}, {})
    waiting = asyncio.create_task(reader.knows(stray))
    await reader.issuer.asked.wait()

    assert await reader.knows_key("k1")  # would hang if it waited: the answer comes below

    assert not waiting.done()
    reader.issuer.gate.set()
    assert not await waiting


async def test_an_old_set_is_fetched_anew_beside_its_use(reader: Reader) -> None:
    await reader.knows_key("k1")
    reader.issuer.adds("k2")
    reader.clock.pass_(REFRESH_AFTER_S)

    assert await reader.knows_key("k1")
    await reader.fetch_ended()

    assert reader.issuer.fetches == 2
    assert await reader.knows_key("k2")
    assert reader.issuer.fetches == 2


async def test_old_and_new_key_stand_side_by_side_until_the_old_one_goes(reader: Reader) -> None:
    old = reader.issuer.token("k1")
    assert await reader.knows(old)
    reader.issuer.adds("k2")
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)
    assert await reader.knows_key("k2")
    assert await reader.knows(old)

    reader.issuer.removes("k1")
    reader.clock.pass_(REFRESH_AFTER_S)
    assert await reader.knows_key("k2")
    await reader.fetch_ended()

    assert not await reader.knows(old)
    assert await reader.knows_key("k2")


async def test_closing_ends_the_fetch_that_is_under_way(reader: Reader) -> None:
    reader.issuer.gate.clear()
    asking = asyncio.create_task(reader.knows_key("k1"))
    await reader.issuer.asked.wait()

    await reader.keys.close()

    with pytest.raises(asyncio.CancelledError):
        await asking


# ---- while the issuer fails ----

FAILURES: dict[str, Callable[[OutsideIssuer], None]] = {
    "a redirect": lambda i: i.answers(b"", 302, location="/elsewhere"),
    "a lasting redirect": lambda i: i.answers(b"", 308, location=f"{i.url}/elsewhere"),
    "an error": lambda i: i.answers(b'{"keys": []}', 500),
    "nothing there": lambda i: i.answers(b'{"keys": []}', 404),
    "no content": lambda i: i.answers(b"", 204),
    "too large": lambda i: i.answers(b'{"keys": [], "x": "' + b"y" * MAX_BYTES + b'"}'),
    "no JSON": lambda i: i.answers(b"<html>"),
    "no UTF-8": lambda i: i.answers(b'{"keys": ["\xff"]}'),
    "too deep": lambda i: i.answers(b"[" * 50_000),
    "a list": lambda i: i.answers(b"[]"),
    "null": lambda i: i.answers(b"null"),
    "no keys": lambda i: i.answers(b"{}"),
    "keys no list": lambda i: i.answers(b'{"keys": {}}'),
    "packed": lambda i: i.answers(gzip.compress(b'{"keys": []}'), content_encoding="gzip"),
    "cut off": lambda i: i.hangs_up(),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_the_last_good_keys_stay_while_the_issuer_fails(reader: Reader, failure: str) -> None:
    await reader.knows_key("k1")
    reader.issuer.adds("k2")
    FAILURES[failure](reader.issuer)
    reader.clock.pass_(REFRESH_AFTER_S)

    with capture_logs() as logs:
        assert not await reader.knows_key("k2")

    assert await reader.knows_key("k1")
    assert [(each["event"], each["kept"]) for each in logs] == [("key_set.failed", 1)]
    reader.issuer.reply = None
    assert not await reader.knows_key("k2")  # not so soon
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)
    assert await reader.knows_key("k2")


async def test_the_last_good_keys_stay_while_the_issuer_is_down(reader: Reader) -> None:
    await reader.knows_key("k1")
    reader.issuer.adds("k2")
    await reader.issuer.stop()
    reader.clock.pass_(REFRESH_AFTER_S)

    assert not await reader.knows_key("k2")
    assert await reader.knows_key("k1")

    await reader.issuer.start()
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)
    assert await reader.knows_key("k2")


async def test_an_issuer_that_is_down_at_first_is_asked_again(reader: Reader) -> None:
    await reader.issuer.stop()
    assert not await reader.knows_key("k1")

    await reader.issuer.start()
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)

    assert await reader.knows_key("k1")


async def test_a_slow_issuer_is_waited_for_no_longer_than_the_limit(issuer: OutsideIssuer) -> None:
    issuer.gate.clear()
    fetcher = KeyFetcher(issuer.jwks_url, timeout_s=0.02)

    with pytest.raises(FetchFailedError, match=r"^it took over 0.02 s$"):
        await fetcher.fetch()

    await fetcher.close()


async def test_a_redirect_is_told_and_not_followed(issuer: OutsideIssuer) -> None:
    issuer.answers(b"", 307, location="/elsewhere")  # where nobody may ask
    fetcher = KeyFetcher(issuer.jwks_url)

    with pytest.raises(FetchFailedError, match="redirects"):
        await fetcher.fetch()

    await fetcher.close()
    assert issuer.fetches == 1


async def test_64_kib_are_taken_and_no_byte_more(issuer: OutsideIssuer) -> None:
    body = json.dumps({"keys": issuer.published()}).encode()
    fetcher = KeyFetcher(issuer.jwks_url)

    issuer.answers(body.ljust(MAX_BYTES))
    assert len((await fetcher.fetch()).keys) == 1
    issuer.answers(body.ljust(MAX_BYTES + 1))
    with pytest.raises(FetchFailedError, match="64 KiB"):
        await fetcher.fetch()

    await fetcher.close()


# ---- which key counts ----


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_each_kind_of_key_proves_its_own_tokens(reader: Reader, algorithm: str) -> None:
    reader.issuer.adds("mine", algorithm)

    assert await reader.knows_key("mine")
    assert not await reader.knows(signed(make_key("EdDSA"), "EdDSA", {"kid": "mine"}, {}))


@pytest.mark.parametrize("fields", [{"alg": None}, {"use": "sig"}, {"key_ops": ["verify"]}])
async def test_what_a_key_need_not_say_it_may_say(reader: Reader, fields: Jwk) -> None:
    key, algorithm = reader.issuer.keys["k1"]
    reader.issuer.entries = [jwk_of(key, algorithm, kid="k1", **fields)]

    assert await reader.knows_key("k1")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "PS256", "ES384", "ES256K"])
async def test_an_algorithm_of_no_key_fetches_nothing(reader: Reader, algorithm: str) -> None:
    token = read_token(reader.issuer.token("k1", {"alg": algorithm}))

    with pytest.raises(RefusedError) as refused:
        await reader.keys.find(token)

    assert refused.value.reason == "wrong_algorithm"
    assert reader.issuer.fetches == 0


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_a_key_is_not_used_for_the_algorithm_of_another_type(
    reader: Reader, algorithm: str
) -> None:
    reader.issuer.adds("k2", algorithm)
    key, _ = reader.issuer.keys["k2"]

    assert await reader.knows(signed(key, algorithm, {"kid": "k2"}, {}))
    assert not await reader.knows(signed(key, algorithm, {"kid": "k1"}, {}))


async def test_a_token_without_key_id_needs_a_set_with_one_fitting_key(reader: Reader) -> None:
    reader.issuer.adds("k2", "ES256")
    nameless = reader.issuer.token("k1", {"kid": ()})
    assert await reader.knows(nameless)
    assert await reader.knows(reader.issuer.token("k2", {"kid": ()}))

    reader.issuer.adds("k3")
    reader.clock.pass_(MIN_BETWEEN_FETCHES_S)
    assert await reader.knows_key("k3")

    assert not await reader.knows(nameless)
    assert await reader.knows_key("k1")


async def test_a_key_without_a_name_is_for_tokens_without_one(reader: Reader) -> None:
    key, algorithm = reader.issuer.keys["k1"]
    reader.issuer.entries = [jwk_of(key, algorithm)]

    assert await reader.knows(reader.issuer.token("k1", {"kid": ()}))
    assert not await reader.knows_key("k1")


UNUSABLE: dict[str, object] = {
    "null": None,
    "text": "key",
    "empty": {},
    "kid a number": jwk_of(make_key("EdDSA"), "EdDSA", kid=7),
    "no type": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", kty=None),
    "unknown type": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", kty="AKP"),
    "unknown curve": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", crv="Ed448"),
    "curve a list": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", crv=["Ed25519"]),
    "a secret": {"kty": "oct", "kid": "k1", "alg": "HS256", "k": "AAAA"},
    "for encryption": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", use="enc"),
    "use null": {**jwk_of(make_key("EdDSA"), "EdDSA", kid="x"), "use": None},
    "to sign with": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", key_ops=["sign"]),
    "operations no list": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", key_ops="verify"),
    "private": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", d="AAAA"),
    "another algorithm": {**jwk_of(make_key("EdDSA"), "EdDSA", kid="x"), "alg": "ES256"},
    "alg HS256": {**jwk_of(make_key("RS256"), "RS256", kid="x"), "alg": "HS256"},
    "alg PS256": {**jwk_of(make_key("RS256"), "RS256", kid="x"), "alg": "PS256"},
    "no x": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", x=None),
    "x a number": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", x=7),
    "x too short": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", x="AAAA"),
    "x no base64": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", x="A"),
    "x half a character": jwk_of(make_key("EdDSA"), "EdDSA", kid="x", x="\ud800"),
    "not on the curve": jwk_of(make_key("ES256"), "ES256", kid="x", y="AAAA"),
    "short RSA": jwk_of(make_key("RS256"), "RS256", kid="x", n="-" * 171),
    "huge RSA": jwk_of(make_key("RS256"), "RS256", kid="x", n="-" * 1400),
    "RSA, even exponent": jwk_of(make_key("RS256"), "RS256", kid="x", e="Ag"),
    "RSA, no exponent": jwk_of(make_key("RS256"), "RS256", kid="x", e=""),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_key_that_cannot_be_used_does_not_spoil_the_others(
    reader: Reader, name: str
) -> None:
    reader.issuer.entries = [UNUSABLE[name], *reader.issuer.published()]

    with capture_logs() as logs:
        assert await reader.knows_key("k1")

    assert [(each["event"], each["keys"], len(each["ignored"])) for each in logs] == [
        ("key_set.fetched", 1, 1)
    ]


async def test_two_keys_of_one_name_are_nobodys_and_the_others_stay(reader: Reader) -> None:
    reader.issuer.adds("k2")
    rival = jwk_of(make_key("EdDSA"), "EdDSA", kid="k2")
    reader.issuer.entries = [*reader.issuer.published(), rival]

    assert not await reader.knows_key("k2")
    assert await reader.knows_key("k1")


async def test_keys_of_two_types_may_share_a_name(reader: Reader) -> None:
    reader.issuer.adds("k2", "ES256")
    key, _ = reader.issuer.keys["k2"]
    reader.issuer.entries = [*reader.issuer.published(), jwk_of(key, "ES256", kid="k1")]

    assert await reader.knows_key("k1")
    assert await reader.knows(signed(key, "ES256", {"kid": "k1"}, {}))


async def test_a_key_that_stands_twice_is_one_key(reader: Reader) -> None:
    reader.issuer.entries = [*reader.issuer.published(), *reader.issuer.published()]

    assert await reader.knows_key("k1")
    assert await reader.knows(reader.issuer.token("k1", {"kid": ()}))


async def test_a_set_without_keys_takes_the_old_ones_away(reader: Reader) -> None:
    await reader.knows_key("k1")
    reader.issuer.entries = []
    reader.clock.pass_(REFRESH_AFTER_S)
    await reader.knows_key("k1")
    await reader.fetch_ended()

    assert not await reader.knows_key("k1")
