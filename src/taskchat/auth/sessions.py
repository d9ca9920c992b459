"""Sign-ins: how a session begins, lasts and ends. A local token is worth what its session is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from taskchat.auth import account_rows as rows
from taskchat.auth.claims import RefusedError
from taskchat.auth.local_issuer import SESSION_LIFE, LocalIssuer, to_moment
from taskchat.db.database import ConflictError, Database, Transaction, Work
from taskchat.errors import NotAllowedError, SignInFailedError
from taskchat.ids import UserId, new_uid

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from taskchat.auth.account_rows import Account
    from taskchat.auth.principal import Principal

log = structlog.get_logger()

RENEW_AFTER = timedelta(days=1)
LONGEST_SESSION = timedelta(days=90)
"""A session slides no further than this from its beginning: whoever has stolen a cookie cannot keep it
alive for ever."""
FOREIGN = "This account is kept elsewhere; sign out and change the password there."
LINK_FAILED = "This sign-in link was used already, or is too old."


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session that has just begun, or was prolonged."""

    user: Account
    token: str
    expires_at: datetime


class Sessions:
    """Begins and ends them; each method opens one transaction of its own and commits it."""

    def __init__(
        self,
        db: Database,
        issuer: LocalIssuer,
        forget: Callable[[UserId], None],
        now: Callable[[], float],
    ) -> None:
        self._db = db
        self._issuer = issuer
        self._forget = forget
        self._now = now

    async def begin(self, find: Work[Account], life: timedelta = SESSION_LIFE) -> SignIn:
        """Begin a session of the account that `find` gives, in the transaction that finds it.

        Raises:
            AppError: what `find` raises.
        """
        uid = new_uid()
        return await self._begin(find, uid, life)

    async def begin_by_link(self, code: str) -> SignIn:
        """Begin the session that a sign-in link's code is for.

        Raises:
            SignInFailedError: it is not one of ours, too old, or was used.
        """
        try:
            subject, uid = self._issuer.read_link_code(code, self._now())
        except RefusedError as error:
            log.info("sign_in_link.refused", reason=error.reason)
            raise SignInFailedError(LINK_FAILED) from None

        async def find(tx: Transaction) -> Account:
            account = await rows.find_with_subject(tx, subject)
            if account is None or not account.is_local:
                raise SignInFailedError(LINK_FAILED)
            return account

        try:
            # The session's uid is taken by the first use; the second is a conflict.
            return await self._begin(find, uid, SESSION_LIFE)
        except ConflictError:
            log.info("sign_in_link.refused", reason="used")
            raise SignInFailedError(LINK_FAILED) from None

    def link_code(self, account: Account) -> str:
        """A code that signs this account in: once, within ten minutes, on any copy."""
        return self._issuer.link_code(account.subject, new_uid(), to_moment(self._now()))

    async def renew(self, principal: Principal) -> SignIn | None:
        """Prolong a session whose week began over a day ago, with a new token.

        Gives None where there is nothing to do: it is younger, longer, over, another issuer's, or began
        so long ago that it is to end.
        """
        uid = principal.session
        if uid is None:
            return None
        now = to_moment(self._now())
        ends_at = now + SESSION_LIFE

        async def work(tx: Transaction) -> Account | None:
            begun_since = ends_at - LONGEST_SESSION
            if not await rows.extend_session(tx, uid, begun_since, ends_at - RENEW_AFTER, ends_at):
                return None
            return await rows.find_with_subject(tx, principal.subject)

        account = await self._db.transaction(work, user=principal.user)
        return None if account is None else self._sign_in(account, uid, now, ends_at)

    async def end(self, principal: Principal) -> None:
        """End the session of the principal's token: here at once, on other copies in a minute.

        Raises:
            NotAllowedError: the token is another issuer's, who alone can end it.
        """
        uid = own_session(principal)

        async def work(tx: Transaction) -> None:
            await rows.end_session(tx, principal.user, uid, to_moment(self._now()))

        await self._db.transaction(work, user=principal.user)
        self._forget(principal.user)

    async def end_all(self, user: UserId, change: Work[None]) -> None:
        """Make a change to an account that ends all its sessions, in one transaction.

        Raises:
            AppError: what `change` raises.
        """

        async def work(tx: Transaction) -> None:
            await change(tx)
            await rows.end_sessions(tx, user, to_moment(self._now()))

        await self._db.transaction(work, user=user)
        self._forget(user)

    async def _begin(self, find: Work[Account], uid: UUID, life: timedelta) -> SignIn:
        now = to_moment(self._now())

        async def work(tx: Transaction) -> Account:
            account = await find(tx)
            await tx.act_for(account.user)
            await rows.insert_session(tx, uid, account.user, now, now + life)
            return account

        account = await self._db.transaction(work)
        log.info("session.begun", user_id=account.user)
        return self._sign_in(account, uid, now, now + life)

    def _sign_in(self, account: Account, uid: UUID, now: datetime, ends_at: datetime) -> SignIn:
        return SignIn(account, self._issuer.token(account.subject, uid, now, ends_at), ends_at)


def own_session(principal: Principal) -> UUID:
    """The session of a local user's token.

    Raises:
        NotAllowedError: the token is another issuer's, who alone can end it.
    """
    if principal.session is None:
        raise NotAllowedError(FOREIGN)
    return principal.session
