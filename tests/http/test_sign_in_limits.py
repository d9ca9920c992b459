"""How often people may try to sign in: by address and by account, the same on every copy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from taskchat.auth.sign_in_limits import SignInLimits
from taskchat.db.database import Database, Transaction
from taskchat.errors import TooManyRequestsError
from taskchat.http import accounts, errors
from taskchat.rates import Rate
from tests.auth.conftest import PASSWORD, Clock, Identity, count

RATE = Rate(3, 60)
ADDRESS = "http://127.0.0.1:8000"
WRONG = {"email": "anna@example.com", "password": "wrong horse"}


@asynccontextmanager
async def copy_of(
    identity: Identity, rate: Rate | None = RATE, address: str = "192.0.2.1", proxies: str = ""
) -> AsyncGenerator[httpx2.AsyncClient]:
    """One copy of the server, called from one address."""
    app = FastAPI()
    errors.install(app)
    app.include_router(accounts.router)
    app.state.parts = SimpleNamespace(
        accounts=identity.accounts,
        sign_ins=SignInLimits(identity.db, rate),
        tokens=identity.tokens,
        settings=SimpleNamespace(trusted_proxies=proxies),
    )
    transport = httpx2.ASGITransport(app=app, client=(address, 5000))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


async def sign_in(
    client: httpx2.AsyncClient, email: str = "anna@example.com", **headers: str
) -> httpx2.Response:
    return await client.post("/auth/sign-in", json={**WRONG, "email": email}, headers=headers)


async def statuses(client: httpx2.AsyncClient, times: int, email: str = "") -> list[int]:
    """What so many sign-ins get; without an e-mail each is on an account of its own."""
    answers = [await sign_in(client, email or f"{n}@example.com") for n in range(times)]
    return [answer.status_code for answer in answers]


async def make_older(db: Database, seconds: float) -> None:
    """As if the attempts so far had been made earlier."""

    async def work(tx: Transaction) -> None:
        await tx.execute("UPDATE sign_in_attempts SET made_at = made_at - $1", seconds)

    await db.transaction(work)


@pytest.fixture
def identity(database: Database) -> Identity:
    return Identity(database, Clock())


async def test_an_account_is_tried_so_often_and_not_once_more(identity: Identity) -> None:
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]
    found: list[int] = []

    for address in addresses:
        async with copy_of(identity, address=address) as client:
            found.append((await sign_in(client)).status_code)

    assert found == [401, 401, 401, 429]


async def test_an_address_tries_so_often_and_not_once_more(identity: Identity) -> None:
    async with copy_of(identity) as client, copy_of(identity, address="192.0.2.2") as other:
        assert await statuses(client, 4) == [401, 401, 401, 429]
        assert await statuses(other, 1) == [401]


async def test_the_refusal_says_how_long_to_wait(identity: Identity) -> None:
    async with copy_of(identity) as client:
        await statuses(client, 3)
        await make_older(identity.db, 20)

        refused = await sign_in(client)

    assert refused.status_code == 429
    assert refused.json() == {"detail": "Too many sign-ins; wait a moment and try again."}
    assert refused.headers["retry-after"] == refused.headers["x-ratelimit-reset"]
    assert 35 <= int(refused.headers["retry-after"]) <= 40
    assert refused.headers["x-ratelimit-limit"] == "3"
    assert refused.headers["x-ratelimit-remaining"] == "0"


async def test_the_copies_count_together(identity: Identity) -> None:
    elsewhere = Identity(identity.db, identity.clock)

    async with copy_of(identity) as one, copy_of(elsewhere) as other:
        found = [(await sign_in(client)).status_code for client in (one, other, one, other)]

    assert found == [401, 401, 401, 429]


async def test_of_attempts_at_once_no_more_are_admitted(identity: Identity) -> None:
    async with copy_of(identity, Rate(5, 60)) as client:
        answers = await asyncio.gather(*(sign_in(client) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15


async def test_after_the_window_there_is_room_again(identity: Identity) -> None:
    async with copy_of(identity) as client:
        await statuses(client, 3)
        await make_older(identity.db, 60)

        assert await statuses(client, 4) == [401, 401, 401, 429]


async def test_what_was_refused_does_not_lengthen_the_wait(identity: Identity) -> None:
    async with copy_of(identity) as client:
        await statuses(client, 3)
        await make_older(identity.db, 50)
        assert await statuses(client, 5) == [429] * 5
        await make_older(identity.db, 10)

        assert await statuses(client, 1) == [401]


async def test_old_attempts_are_deleted_as_one_goes(identity: Identity) -> None:
    async with copy_of(identity) as client:
        await statuses(client, 3)
        await make_older(identity.db, 61)
        await statuses(client, 1)

    assert await count(identity.db, "sign_in_attempts") == 2  # one address and one account


async def test_sign_ups_and_good_sign_ins_count_too(identity: Identity) -> None:
    good = {"email": "anna@example.com", "password": PASSWORD}

    async with copy_of(identity) as client:
        paths = ["sign-up", "sign-in", "sign-in", "sign-in", "sign-up"]
        answers = [await client.post(f"/auth/{path}", json=good) for path in paths]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 429, 429]


async def test_an_account_is_one_however_its_address_is_written(identity: Identity) -> None:
    async with copy_of(identity, Rate(1, 60)) as one:
        assert await statuses(one, 1, "anna@example.com") == [401]

    async with copy_of(identity, Rate(1, 60), "192.0.2.2") as other:
        assert await statuses(other, 1, " ANNA@Example.COM ") == [429]


async def test_the_present_password_cannot_be_guessed_either(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    bearer = {"Authorization": f"Bearer {begun.token}"}
    body = {"current": "wrong horse", "new": "another horse"}

    async with copy_of(identity) as client:
        found = [
            (await client.post("/auth/password", json=body, headers=bearer)).status_code
            for _ in range(4)
        ]

    assert found == [401, 401, 401, 429]


async def test_a_bad_body_is_refused_before_it_is_counted(identity: Identity) -> None:
    async with copy_of(identity) as client:
        for _ in range(4):
            assert (await client.post("/auth/sign-in", json={})).status_code == 400

    assert await count(identity.db, "sign_in_attempts") == 0


async def test_an_ipv6_customer_is_one_address(identity: Identity) -> None:
    found: list[int] = []

    for n in range(4):
        async with copy_of(identity, address=f"2001:db8:1:2:{n}::1") as client:
            found += [(await sign_in(client, f"{n}@example.com")).status_code]

    assert found == [401, 401, 401, 429]


async def test_behind_a_trusted_proxy_the_clients_are_told_apart(identity: Identity) -> None:
    async with copy_of(identity, address="10.0.0.7", proxies="10.0.0.0/8") as client:
        found = [
            (await sign_in(client, f"{n}@example.com", **{"X-Forwarded-For": f"192.0.2.{n}"}))
            for n in range(6)
        ]
        forged = [
            await sign_in(client, f"f{n}@example.com", **{"X-Forwarded-For": f"9.9.9.{n}, 8.8.8.8"})
            for n in range(4)
        ]

    assert [answer.status_code for answer in found] == [401] * 6
    assert [answer.status_code for answer in forged] == [401, 401, 401, 429]


async def test_what_a_client_says_of_itself_does_not_count(identity: Identity) -> None:
    async with copy_of(identity) as client:
        found = [
            await sign_in(client, f"{n}@example.com", **{"X-Forwarded-For": f"198.51.100.{n}"})
            for n in range(4)
        ]

    assert [answer.status_code for answer in found] == [401, 401, 401, 429]


async def test_without_a_limit_nothing_is_counted(identity: Identity) -> None:
    async with copy_of(identity, None) as client:
        assert await statuses(client, 5) == [401] * 5

    assert await count(identity.db, "sign_in_attempts") == 0


async def test_where_attempts_cannot_be_counted_they_are_admitted(database: Database) -> None:
    async def break_(tx: Transaction) -> None:
        await tx.execute("ALTER TABLE sign_in_attempts RENAME TO away")

    limits = SignInLimits(database, RATE)
    if database.dialect == "postgres":
        await database.close()  # the service's role may not change tables
    else:
        await database.transaction(break_)

    with capture_logs() as logs:
        for _ in range(4):
            await limits.admit("192.0.2.1", "anna@example.com")

    failed = [each for each in logs if each["event"] == "limiter.failed"]
    assert len(failed) == 4
    assert all(each["log_level"] == "error" for each in failed)


async def test_neither_addresses_nor_accounts_are_kept(database: Database) -> None:
    await SignInLimits(database, RATE).admit("192.0.2.1", "anna@example.com")

    async def buckets(tx: Transaction) -> list[str]:
        return [row["bucket"] for row in await tx.fetch("SELECT bucket FROM sign_in_attempts")]

    found = await database.read(buckets)
    assert len(set(found)) == 2
    assert all(len(bucket) == 64 and "192" not in bucket[:3] for bucket in found)


async def test_waiting_for_one_is_not_waiting_for_the_other(database: Database) -> None:
    limits = SignInLimits(database, Rate(1, 60))
    await limits.admit("192.0.2.1", "anna@example.com")

    with pytest.raises(TooManyRequestsError):
        await limits.admit("192.0.2.1", "bert@example.com")
    with pytest.raises(TooManyRequestsError):
        await limits.admit("192.0.2.2", "anna@example.com")
    await limits.admit("192.0.2.2", "bert@example.com")  # neither was counted above


async def test_the_longer_of_two_waits_is_told(database: Database) -> None:
    limits = SignInLimits(database, Rate(1, 60))
    await limits.admit("192.0.2.1", "anna@example.com")
    await make_older(database, 30)
    await limits.admit("192.0.2.2", "bert@example.com")

    with pytest.raises(TooManyRequestsError) as by_account:
        await limits.admit("192.0.2.1", "bert@example.com")
    with pytest.raises(TooManyRequestsError) as by_address:
        await limits.admit("192.0.2.2", "anna@example.com")

    assert by_account.value.reset_s > 50
    assert by_address.value.reset_s > 50


async def test_a_limit_that_was_lowered_counts_what_was_admitted_before(
    database: Database,
) -> None:
    for _ in range(2):
        await make_older(database, 30)
        await SignInLimits(database, Rate(3, 60)).admit("192.0.2.1", "anna@example.com")

    with pytest.raises(TooManyRequestsError) as refused:
        await SignInLimits(database, Rate(1, 60)).admit("192.0.2.1", "anna@example.com")

    assert refused.value.reset_s > 50


async def test_openapi_tells_the_refusal_and_its_headers() -> None:
    app = FastAPI()
    app.include_router(accounts.router)

    paths: dict[str, Any] = app.openapi()["paths"]

    limits = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    for route in ("sign-up", "sign-in", "password"):
        told = paths[f"/auth/{route}"]["post"]["responses"]["429"]
        assert set(told["headers"]) == {"Retry-After", *limits}
