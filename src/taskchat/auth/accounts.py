"""Local accounts: signing up and in, passwords, and what the commands do with them."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from taskchat.auth import account_rows as rows
from taskchat.auth.account_texts import (
    checked_name,
    checked_password,
    login_name,
    may_be_password,
    new_login_name,
)
from taskchat.auth.claims import is_storable
from taskchat.auth.local_issuer import LocalIssuer
from taskchat.auth.passwords import Passwords
from taskchat.auth.sessions import Sessions, SignIn, own_session
from taskchat.auth.signing_key import signing_key
from taskchat.db.database import ConflictError, Database, Transaction
from taskchat.db.opening import opened
from taskchat.errors import (
    EmailTakenError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    SignInFailedError,
    SignUpClosedError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from taskchat.auth.account_rows import Account
    from taskchat.auth.principal import Principal
    from taskchat.ids import UserId
    from taskchat.settings import Settings

log = structlog.get_logger()

LOCAL_PERSON = "me@localhost"
"""The login name of whoever works at this machine without an account. Nobody can sign up with it,
since no address ends so; it has no password until `taskchat user password` gives it one."""
MAX_TOKEN_DAYS = 3650
NO_ACCOUNT = "There is no account with this address."
NOBODY = "There is no account with this address, and no user with this id."


class Accounts:
    """The use cases; each opens transactions of its own and commits them."""

    def __init__(  # noqa: PLR0913  parts, not parameters
        self,
        db: Database,
        issuer: LocalIssuer,
        *,
        sign_up_open: bool,
        passwords: Passwords | None = None,
        forget: Callable[[UserId], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Join the parts.

        Args:
            db: where users and sessions are.
            issuer: signs the tokens.
            sign_up_open: whether anybody may make an account.
            passwords: hashes and checks; None for one of the usual strength.
            forget: told whose tokens must be checked anew (`TokenVerifier.forget`); the commands
                remember none.
            now: the clock, in seconds of the epoch.
        """
        self.sessions = Sessions(db, issuer, forget, now)
        self.sign_up_open = sign_up_open
        self._db = db
        self._passwords = passwords or Passwords()

    async def sign_up(self, email: str, password: str, name: str | None = None) -> SignIn:
        """Make an account and begin its first session, in one transaction.

        Raises:
            SignUpClosedError: the operator makes the accounts here.
            InvalidInputError: the e-mail, password or name cannot be.
            EmailTakenError: there is an account with this address.
        """
        if not self.sign_up_open:
            raise SignUpClosedError
        login, name = new_login_name(email), checked_name(name)
        checked_password(password)
        if await self._find(login) is not None:
            raise EmailTakenError  # and spares the work of a hash
        password_hash = await self._passwords.hash(password)

        async def make(tx: Transaction) -> Account:
            return await rows.insert_local(tx, login, name, password_hash)

        try:
            return await self.sessions.begin(make)
        except ConflictError as error:
            raise EmailTakenError from error

    async def sign_in(self, email: str, password: str) -> SignIn:
        """Begin a session of an account.

        Raises:
            SignInFailedError: unknown address or wrong password, by the same path of work.
        """
        account = await self._find(login_name(email))
        stored = await self._proven_hash(account, password)
        outdated = self._passwords.is_outdated(stored)
        fresh = await self._passwords.hash(password) if outdated else stored

        async def still_fits(tx: Transaction) -> Account:
            # Since the hash was read the password may have been changed, which ended all sessions:
            # the old one must not begin another.
            locked = None
            if account is not None:
                await tx.act_for(account.user)
                locked = await rows.lock(tx, account.user)
            if locked is None or locked.password_hash != stored:
                raise SignInFailedError
            if fresh != stored:
                await rows.set_password_hash(tx, locked.user, fresh)
            return locked

        return await self.sessions.begin(still_fits)

    async def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Set another password and end every session of the user, this one too.

        Raises:
            NotAllowedError: the account is another issuer's.
            InvalidInputError: the new password cannot be.
            SignInFailedError: `current` is wrong.
        """
        own_session(principal)
        checked_password(new, "new")
        stored = await self._proven_hash(await self._with_subject(principal.subject), current)
        fresh = await self._passwords.hash(new)

        async def replace(tx: Transaction) -> None:
            locked = await rows.lock(tx, principal.user)
            if locked is None or locked.password_hash != stored:
                raise SignInFailedError
            await rows.set_password_hash(tx, principal.user, fresh)

        await self.sessions.end_all(principal.user, replace)

    async def check_password(self, principal: Principal, password: str) -> None:
        """Require that whoever asks knows the account's password.

        Raises:
            SignInFailedError: it is wrong, or the account has none.
        """
        await self._proven_hash(await self._with_subject(principal.subject), password)

    # ---- for the commands: whoever can run them owns the database ----

    async def add_user(self, email: str, password: str | None, name: str | None = None) -> Account:
        """Make an account, also where sign-up is closed; without a password nobody signs in to it.

        Raises:
            InvalidInputError: the e-mail, password or name cannot be.
            EmailTakenError: there is an account with this address.
        """
        login, name = new_login_name(email), checked_name(name)
        password_hash = None
        if password is not None:
            password_hash = await self._passwords.hash(checked_password(password))

        async def work(tx: Transaction) -> Account:
            return await rows.insert_local(tx, login, name, password_hash)

        try:
            return await self._db.transaction(work)
        except ConflictError as error:
            raise EmailTakenError from error

    async def set_password(self, email: str, new: str) -> None:
        """Give an account another password and end its sessions.

        Raises:
            NotFoundError: there is no account with this address.
            InvalidInputError: the password cannot be.
        """
        fresh = await self._passwords.hash(checked_password(new))
        account = await self.account(email)

        async def replace(tx: Transaction) -> None:
            await rows.set_password_hash(tx, account.user, fresh)

        await self.sessions.end_all(account.user, replace)

    async def token_for(self, email: str, days: int) -> SignIn:
        """A token of a session of its own, for scripts.

        Raises:
            NotFoundError: there is no account with this address.
            InvalidInputError: `days` is out of range.
        """
        if not 1 <= days <= MAX_TOKEN_DAYS:
            raise InvalidInputError(FieldError("days", f"must be 1 to {MAX_TOKEN_DAYS}"))

        async def find(tx: Transaction) -> Account:
            return _found(await rows.find_local(tx, login_name(email)))

        return await self.sessions.begin(find, timedelta(days=days))

    async def account(self, email: str) -> Account:
        """The local account with this address.

        Raises:
            NotFoundError: there is none.
        """
        return _found(await self._find(login_name(email)))

    async def local_user(self) -> Account:
        """Who works here without saying so: the only user, else a local one that is made."""

        async def work(tx: Transaction) -> list[Account]:
            return await rows.first_two(tx)

        found = await self._db.read(work)
        return found[0] if len(found) == 1 else await self._local_person()

    async def link_code(self) -> str:
        """The code of a sign-in link for the local person: `/auth/link?code=...`."""
        account = await self.local_user()
        return self.sessions.link_code(account if account.is_local else await self._local_person())

    async def _local_person(self) -> Account:
        async def work(tx: Transaction) -> Account:
            found = await rows.find_local(tx, LOCAL_PERSON)
            return found or await rows.insert_local(tx, LOCAL_PERSON, None, None)

        try:
            return await self._db.transaction(work)
        except ConflictError:  # another process was first
            return await self._db.transaction(work)

    async def _find(self, login: str) -> Account | None:
        async def work(tx: Transaction) -> Account | None:
            return await rows.find_local(tx, login)

        return await self._db.read(work)

    async def _with_subject(self, subject: str) -> Account | None:
        return await self._db.read(lambda tx: rows.find_with_subject(tx, subject))

    async def _proven_hash(self, account: Account | None, password: str) -> str:
        """The account's hash, once the password fits it; no account takes the same work."""
        stored = None if account is None else account.password_hash
        fits = may_be_password(password) and await self._passwords.verify(stored, password)
        if stored is None or not fits:
            log.info("sign_in.refused")
            raise SignInFailedError
        return stored


async def find_person(db: Database, name: str) -> Account:
    """Whoever has that address, or that id: users of an outside issuer have no address of ours.

    Raises:
        NotFoundError: there is none.
    """

    async def work(tx: Transaction) -> Account | None:
        found = await rows.find_local(tx, login_name(name))
        return found or (await rows.find_with_subject(tx, name) if is_storable(name) else None)

    found = await db.read(work)
    if found is None:
        raise NotFoundError(NOBODY)
    return found


def _found(account: Account | None) -> Account:
    if account is None:
        raise NotFoundError(NO_ACCOUNT)
    return account


@asynccontextmanager
async def running_accounts(settings: Settings) -> AsyncGenerator[Accounts]:
    """The accounts alone, for commands: whoever can run them owns the database."""
    async with opened(settings) as db:
        yield Accounts(db, await local_issuer(settings, db), sign_up_open=True)


async def local_issuer(settings: Settings, db: Database) -> LocalIssuer:
    """Our own issuer, with the key that all copies share."""
    given = settings.signing_key
    secret = None if given is None else given.get_secret_value()
    return LocalIssuer(await signing_key(db, settings.data_dir.expanduser(), secret))
