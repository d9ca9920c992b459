"""Finds the user that a proven token is about, and makes an outside issuer's at first sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.auth import account_rows as rows
from taskchat.auth.claims import LEEWAY_S, RefusedError, is_storable, session_of
from taskchat.auth.local_issuer import LOCAL_ISSUER
from taskchat.auth.tombstones import refuse_erased
from taskchat.db.database import Database, Row, Transaction, as_time
from taskchat.ids import UserId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from taskchat.auth.account_rows import Account

_MAX_EMAIL_CHARS = 254
_MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of the user a token is about."""

    user: UserId
    subject: str
    issuer: str
    time_zone: str | None
    session: UUID | None = None


async def identity_of_session(
    db: Database, subject: str, claims: Mapping[str, object], now_s: float
) -> Identity:
    """The local user whose session the token belongs to; reads one row.

    Raises:
        RefusedError: the session is unknown, over, or another user's.
        DatabaseError: the database failed.
    """
    session = session_of(claims)

    async def work(tx: Transaction) -> Row | None:
        return await rows.find_session(tx, session)

    row = await db.read(work)
    if row is None or row["subject"] != subject or row["issuer"] != LOCAL_ISSUER:
        raise RefusedError("session_unknown")
    if row["ended_at"] is not None:
        raise RefusedError("session_ended")
    if as_time(row["expires_at"]).timestamp() + LEEWAY_S <= now_s:
        raise RefusedError("expired")
    return Identity(UserId(row["id"]), subject, LOCAL_ISSUER, row["time_zone"], session)


async def identity_of_subject(
    db: Database, issuer: str, subject: str, claims: Mapping[str, object]
) -> Identity:
    """An outside issuer's user, made at the first token. Commits a row then.

    Name and e-mail are taken from that token for the profile; nothing is ever found by them.

    Raises:
        RefusedError: the subject is the id of another issuer's user, or the token is from before
            its user was erased.
        DatabaseError: the database failed.
    """

    async def find(tx: Transaction) -> Account | None:
        await refuse_erased(tx, issuer, subject, claims)
        return await rows.find_with_subject(tx, subject)

    async def make(tx: Transaction) -> Account | None:
        email = _text_in(claims, "email", _MAX_EMAIL_CHARS)
        name = _text_in(claims, "name", _MAX_NAME_CHARS)
        made = await rows.insert_outside(tx, issuer, subject, email, name)
        # Of two first tokens at once one inserts, and the other then sees that row. The tombstone is
        # looked for once more: an erase that was under way is over when the insert has gone through.
        found = await find(tx)
        return made or found

    account = await db.read(find) or await db.transaction(make)
    if account is None or account.issuer != issuer:
        raise RefusedError("subject_of_another_issuer")
    return Identity(account.user, subject, issuer, account.time_zone)


def _text_in(claims: Mapping[str, object], name: str, max_chars: int) -> str | None:
    value = claims.get(name)
    if isinstance(value, str) and 0 < len(value) <= max_chars and is_storable(value):
        return value
    return None
