"""Local accounts: one address is one account, and a session ends when its owner says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import jwt
import pytest
from structlog.testing import capture_logs

from taskchat.auth.accounts import LOCAL_PERSON, Accounts
from taskchat.auth.passwords import Passwords
from taskchat.db.database import Database
from taskchat.errors import (
    AppError,
    EmailTakenError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    SignInFailedError,
    SignUpClosedError,
    TokenInvalidError,
)
from tests.auth.conftest import PASSWORD, Identity, count

T = TypeVar("T")
EMAIL = "anna@example.com"
DAY_S = 24 * 3600


class CountingPasswords(Passwords):
    """Counts the work it is asked for."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_kib=8)
        self.hashed = 0
        self.verified: list[bool] = []

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return await super().hash(password)

    async def verify(self, stored: str | None, password: str) -> bool:
        self.verified.append(stored is not None)
        return await super().verify(stored, password)


async def outcome(work: Awaitable[T]) -> T | type[AppError]:
    try:
        return await work
    except AppError as error:
        return type(error)


async def test_an_account_is_made_and_signed_in_to(identity: Identity) -> None:
    made = await identity.accounts.sign_up(EMAIL, PASSWORD, "  Anna ")
    again = await identity.accounts.sign_in(EMAIL, PASSWORD)

    assert (made.user.email, made.user.name) == (EMAIL, "Anna")
    assert again.user == made.user
    assert again.token != made.token
    assert made.expires_at.timestamp() == identity.clock.now_s + 7 * DAY_S
    assert PASSWORD not in (made.user.password_hash or "")


async def test_capitals_and_spaces_make_no_other_account(identity: Identity) -> None:
    made = await identity.accounts.sign_up(" Anna@Example.COM ", PASSWORD)

    assert made.user.email == EMAIL
    for email in (EMAIL, "ANNA@EXAMPLE.COM", " anna@example.com\n"):
        assert (await identity.accounts.sign_in(email, PASSWORD)).user == made.user
        with pytest.raises(EmailTakenError):
            await identity.accounts.sign_up(email, PASSWORD)


async def test_twenty_sign_ups_at_once_with_one_address_make_one_account(
    identity: Identity, everything: Database
) -> None:
    results = await asyncio.gather(
        *(outcome(identity.accounts.sign_up(EMAIL, PASSWORD)) for _ in range(20))
    )

    assert results.count(EmailTakenError) == 19
    assert await count(everything, "users") == 1
    assert await count(everything, "sessions") == 1


async def test_sign_up_can_be_closed_while_the_operator_adds_accounts(identity: Identity) -> None:
    closed = Identity(identity.db, identity.clock, sign_up_open=False)

    with pytest.raises(SignUpClosedError):
        await closed.accounts.sign_up(EMAIL, PASSWORD)
    added = await closed.accounts.add_user(EMAIL, PASSWORD)

    assert (await closed.accounts.sign_in(EMAIL, PASSWORD)).user == added
    with pytest.raises(EmailTakenError):
        await closed.accounts.add_user(EMAIL, None)


@pytest.mark.parametrize(
    ("field", "email", "password", "name"),
    [
        ("email", "", PASSWORD, None),
        ("email", "anna", PASSWORD, None),
        ("email", "anna@", PASSWORD, None),
        ("email", "anna@example", PASSWORD, None),
        ("email", "an na@example.com", PASSWORD, None),
        ("email", "anna@example.com\x00", PASSWORD, None),
        ("email", "an\ud800na@example.com", PASSWORD, None),
        ("email", "a@" + "b" * 250 + ".com", PASSWORD, None),
        ("email", LOCAL_PERSON, PASSWORD, None),
        ("password", EMAIL, "", None),
        ("password", EMAIL, "1234567", None),
        ("password", EMAIL, "x" * 129, None),
        ("password", EMAIL, "x" * 9_999, None),
        ("password", EMAIL, "correct\x00horse", None),
        ("password", EMAIL, "correct\ud800horse", None),
        ("name", EMAIL, PASSWORD, "x" * 201),
        ("name", EMAIL, PASSWORD, "An\x00na"),
        ("name", EMAIL, PASSWORD, "An\udfffna"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_before_any_work(  # noqa: PLR0913  fixtures
    identity: Identity,
    everything: Database,
    field: str,
    email: str,
    password: str,
    name: str | None,
) -> None:
    passwords = CountingPasswords()
    accounts = Accounts(identity.db, identity.issuer, sign_up_open=True, passwords=passwords)

    with pytest.raises(InvalidInputError) as caught:
        await accounts.sign_up(email, password, name)

    assert [error.field for error in caught.value.errors] == [field]
    assert password not in str(caught.value) or not password
    assert passwords.hashed == 0
    assert await count(everything, "users") == 0


async def test_a_folded_address_that_grows_too_long_is_refused(identity: Identity) -> None:
    email = "ß" * 32 + "@" + ".".join(["ß" * 20] * 7) + ".com"

    with pytest.raises(InvalidInputError):
        await identity.accounts.sign_up(email, PASSWORD)


@pytest.mark.parametrize("password", ["12345678", "x" * 128, "пароль-пароль", "        "])
async def test_any_password_of_8_to_128_characters_is_taken(
    identity: Identity, password: str
) -> None:
    await identity.accounts.sign_up(EMAIL, password)

    assert (await identity.accounts.sign_in(EMAIL, password)).user.email == EMAIL


async def test_unknown_address_and_wrong_password_are_the_same_error_after_the_same_work(
    identity: Identity,
) -> None:
    passwords = CountingPasswords()
    accounts = Accounts(identity.db, identity.issuer, sign_up_open=True, passwords=passwords)
    await accounts.sign_up(EMAIL, PASSWORD)
    await accounts.add_user("bare@example.com", None)

    errors: list[str] = []
    with capture_logs() as logs:
        for email, password in (
            (EMAIL, "wrong horse"),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
            ("\x00", PASSWORD),
            ("\ud800", PASSWORD),
            ("bare@example.com", PASSWORD),
        ):
            with pytest.raises(SignInFailedError) as caught:
                await accounts.sign_in(email, password)
            errors.append(caught.value.message)

    assert passwords.verified == [True, False, False, False, False, False]
    assert len(set(errors)) == 1
    assert all(log == {"event": "sign_in.refused", "log_level": "info"} for log in logs)


async def test_a_password_that_nobody_can_have_costs_no_hash(identity: Identity) -> None:
    passwords = CountingPasswords()
    accounts = Accounts(identity.db, identity.issuer, sign_up_open=True, passwords=passwords)
    await accounts.sign_up(EMAIL, PASSWORD)

    for email in (EMAIL, "nobody@example.com"):
        for password in ("x" * 9_999, "correct\ud800horse"):
            with pytest.raises(SignInFailedError):
                await accounts.sign_in(email, password)

    assert passwords.verified == []


async def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    identity: Identity,
) -> None:
    stronger = Passwords(time_cost=2, memory_kib=16)
    old = await identity.accounts.sign_up(EMAIL, PASSWORD)
    accounts = Accounts(identity.db, identity.issuer, sign_up_open=True, passwords=stronger)

    await accounts.sign_in(EMAIL, PASSWORD)

    stored = (await accounts.account(EMAIL)).password_hash
    assert stored != old.user.password_hash
    assert "m=16,t=2" in (stored or "")
    await accounts.sign_in(EMAIL, PASSWORD)
    assert (await accounts.account(EMAIL)).password_hash == stored


async def test_signing_out_ends_one_session_and_no_other(identity: Identity) -> None:
    first = await identity.accounts.sign_up(EMAIL, PASSWORD)
    second = await identity.accounts.sign_in(EMAIL, PASSWORD)

    await identity.accounts.sessions.end(await identity.tokens.verify(first.token))

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(first.token)
    await identity.tokens.verify(second.token)


async def test_a_new_password_ends_every_session(identity: Identity) -> None:
    first = await identity.accounts.sign_up(EMAIL, PASSWORD)
    second = await identity.accounts.sign_in(EMAIL, PASSWORD)
    other = await identity.accounts.sign_up("ben@example.com", PASSWORD)
    principal = await identity.tokens.verify(first.token)
    await identity.tokens.verify(second.token)

    await identity.accounts.change_password(principal, PASSWORD, "another horse")

    for token in (first.token, second.token):
        with pytest.raises(TokenInvalidError):
            await identity.tokens.verify(token)
    await identity.tokens.verify(other.token)
    with pytest.raises(SignInFailedError):
        await identity.accounts.sign_in(EMAIL, PASSWORD)
    await identity.accounts.sign_in(EMAIL, "another horse")


async def test_a_wrong_current_password_changes_nothing(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    principal = await identity.tokens.verify(begun.token)

    for current in ("wrong horse", "", "x" * 9_999):
        with pytest.raises(SignInFailedError):
            await identity.accounts.change_password(principal, current, "another horse")
    with pytest.raises(InvalidInputError, match="new"):
        await identity.accounts.change_password(principal, PASSWORD, "short")

    await identity.tokens.verify(begun.token)
    await identity.accounts.sign_in(EMAIL, PASSWORD)


async def test_two_changes_of_one_password_at_once_are_one(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    principal = await identity.tokens.verify(begun.token)

    results = await asyncio.gather(
        *(
            outcome(identity.accounts.change_password(principal, PASSWORD, f"another horse {n}"))
            for n in range(5)
        )
    )

    assert results.count(None) == 1
    assert results.count(SignInFailedError) == 4


async def test_a_sign_in_that_is_overtaken_by_a_password_change_begins_nothing(
    identity: Identity, everything: Database
) -> None:
    class Overtaken(Passwords):
        async def verify(self, stored: str | None, password: str) -> bool:
            fits = await super().verify(stored, password)
            await identity.accounts.set_password(EMAIL, "another horse")
            return fits

    await identity.accounts.sign_up(EMAIL, PASSWORD)
    accounts = Accounts(
        identity.db,
        identity.issuer,
        sign_up_open=True,
        passwords=Overtaken(time_cost=1, memory_kib=8),
    )

    with pytest.raises(SignInFailedError):
        await accounts.sign_in(EMAIL, PASSWORD)

    assert await count(everything, "sessions") == 1


async def test_an_outside_user_can_neither_sign_out_nor_change_a_password_here(
    identity: Identity,
) -> None:
    principal = await identity.tokens.verify(identity.outside_token())

    with pytest.raises(NotAllowedError):
        await identity.accounts.sessions.end(principal)
    with pytest.raises(NotAllowedError):
        await identity.accounts.change_password(principal, PASSWORD, PASSWORD)
    assert await identity.accounts.sessions.renew(principal) is None


# ---- the commands ----


async def test_the_operator_sets_a_password_which_ends_the_sessions(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    await identity.tokens.verify(begun.token)

    await identity.accounts.set_password("ANNA@example.com", "another horse")

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(begun.token)
    await identity.accounts.sign_in(EMAIL, "another horse")
    with pytest.raises(NotFoundError):
        await identity.accounts.set_password("nobody@example.com", "another horse")


async def test_a_token_for_scripts_lasts_as_long_as_asked(identity: Identity) -> None:
    await identity.accounts.add_user(EMAIL, None)

    made = await identity.accounts.token_for(EMAIL, 90)

    claims = jwt.decode(made.token, options={"verify_signature": False})
    assert claims["exp"] - identity.clock.now_s == 90 * DAY_S
    assert (await identity.tokens.verify(made.token)).subject == made.user.subject
    identity.clock.pass_(90 * DAY_S - 1)
    await identity.tokens.verify(made.token)
    for days in (0, -1, 100_000):
        with pytest.raises(InvalidInputError):
            await identity.accounts.token_for(EMAIL, days)
    with pytest.raises(NotFoundError):
        await identity.accounts.token_for("nobody@example.com", 1)


async def test_the_local_person_is_the_only_user_else_one_that_is_made(identity: Identity) -> None:
    made = await asyncio.gather(*(identity.accounts.local_user() for _ in range(5)))

    assert {user.email for user in made} == {LOCAL_PERSON}
    assert len(set(made)) == 1
    await identity.accounts.sign_up(EMAIL, PASSWORD)
    assert await identity.accounts.local_user() == made[0]


async def test_the_only_account_is_the_local_persons(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)

    assert await identity.accounts.local_user() == begun.user
    await identity.accounts.sign_up("ben@example.com", PASSWORD)
    assert (await identity.accounts.local_user()).email == LOCAL_PERSON


async def test_nobody_signs_in_as_the_local_person_until_a_password_is_set(
    identity: Identity,
) -> None:
    await identity.accounts.local_user()

    for password in ("", PASSWORD):
        with pytest.raises(SignInFailedError):
            await identity.accounts.sign_in(LOCAL_PERSON, password)
    await identity.accounts.set_password(LOCAL_PERSON, PASSWORD)

    await identity.accounts.sign_in(LOCAL_PERSON, PASSWORD)


# ---- sign-in links and sliding ----


async def test_a_sign_in_link_works_once(identity: Identity) -> None:
    code = await identity.accounts.link_code()
    elsewhere = Identity(identity.db, identity.clock)

    results = await asyncio.gather(
        *(
            outcome(copy.accounts.sessions.begin_by_link(code))
            for copy in (identity, elsewhere)
            for _ in range(5)
        )
    )

    begun = [result for result in results if not isinstance(result, type)]
    assert len(begun) == 1
    assert begun[0].user.email == LOCAL_PERSON
    assert (await identity.tokens.verify(begun[0].token)).user == begun[0].user.user


async def test_a_sign_in_link_is_over_after_ten_minutes(identity: Identity) -> None:
    code = await identity.accounts.link_code()

    identity.clock.pass_(10 * 60 + 30)

    with pytest.raises(SignInFailedError):
        await identity.accounts.sessions.begin_by_link(code)


async def test_a_link_code_is_no_token_and_a_token_no_link_code(identity: Identity) -> None:
    code = await identity.accounts.link_code()
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)

    with pytest.raises(TokenInvalidError):
        await identity.tokens.verify(code)
    for wrong in (begun.token, "", "x", identity.outside_token()):
        with pytest.raises(SignInFailedError):
            await identity.accounts.sessions.begin_by_link(wrong)


async def test_a_link_is_for_a_local_account_even_where_the_only_user_is_none(
    identity: Identity,
) -> None:
    await identity.tokens.verify(identity.outside_token())

    begun = await identity.accounts.sessions.begin_by_link(await identity.accounts.link_code())

    assert begun.user.email == LOCAL_PERSON


async def test_a_session_slides_once_a_day_and_keeps_its_name(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    principal = await identity.tokens.verify(begun.token)
    sessions = identity.accounts.sessions

    identity.clock.pass_(DAY_S - 1)
    assert await sessions.renew(principal) is None
    identity.clock.pass_(2)
    renewed = await sessions.renew(principal)
    assert await sessions.renew(principal) is None

    assert renewed is not None
    assert renewed.expires_at.timestamp() == identity.clock.now_s + 7 * DAY_S
    assert await identity.tokens.verify(renewed.token) == principal
    identity.clock.pass_(6 * DAY_S + 100)
    await identity.tokens.verify(renewed.token)


async def test_the_log_tells_that_a_session_began_and_whose(identity: Identity) -> None:
    await identity.accounts.sign_up(EMAIL, PASSWORD)

    with capture_logs() as logs:
        begun = await identity.accounts.sign_in(EMAIL, PASSWORD)

    assert logs == [{"event": "session.begun", "log_level": "info", "user_id": begun.user.user}]


async def test_a_session_slides_for_ninety_days_and_no_longer(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    principal = await identity.tokens.verify(begun.token)
    ends_s = began_s = identity.clock.now_s

    for _ in range(100):
        identity.clock.pass_(1.5 * DAY_S)
        renewed = await identity.accounts.sessions.renew(principal)
        ends_s = renewed.expires_at.timestamp() if renewed else ends_s

    assert 80 * DAY_S < ends_s - began_s <= 90 * DAY_S


async def test_a_session_that_is_over_or_lasts_longer_does_not_slide(identity: Identity) -> None:
    begun = await identity.accounts.sign_up(EMAIL, PASSWORD)
    long = await identity.accounts.token_for(EMAIL, 90)
    ended = await identity.tokens.verify(begun.token)
    lasting = await identity.tokens.verify(long.token)
    await identity.accounts.sessions.end(ended)
    identity.clock.pass_(2 * DAY_S)

    assert await identity.accounts.sessions.renew(ended) is None
    assert await identity.accounts.sessions.renew(lasting) is None
