"""All SQL on accounts and their sessions: functions of a given transaction; none commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.auth.local_issuer import LOCAL_ISSUER
from taskchat.ids import UserId, new_uid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from taskchat.db.database import Row, Transaction

_SELECT = "SELECT id, issuer, subject, email, name, password_hash FROM users"


@dataclass(frozen=True, slots=True)
class Account:
    """A user, with what signing in needs to know."""

    user: UserId
    issuer: str
    subject: str
    """The id that the world sees."""
    email: str | None
    name: str | None
    password_hash: str | None

    @property
    def is_local(self) -> bool:
        """Whether it may sign in here."""
        return self.issuer == LOCAL_ISSUER


async def insert_local(
    tx: Transaction, email: str, name: str | None, password_hash: str | None
) -> Account:
    """Add a local account.

    Raises:
        ConflictError: the e-mail is another one's.
    """
    row = await tx.fetchrow(
        "INSERT INTO users (issuer, subject, email, name, password_hash, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())"
        " RETURNING id, issuer, subject, email, name, password_hash",
        LOCAL_ISSUER,
        str(new_uid()),
        email,
        name,
        password_hash,
    )
    assert row is not None  # noqa: S101  RETURNING gives the row that was written
    return _account(row)


async def find_local(tx: Transaction, email: str) -> Account | None:
    """The local account with that login name."""
    row = await tx.fetchrow(
        f"{_SELECT} WHERE issuer = $1 AND email = $2",
        LOCAL_ISSUER,
        email,
    )
    return None if row is None else _account(row)


async def lock(tx: Transaction, user: UserId) -> Account | None:
    """A user's row, which nobody else changes before the transaction ends."""
    row = await tx.fetchrow(
        f"{_SELECT} WHERE id = $1 FOR NO KEY UPDATE",
        user,
    )
    return None if row is None else _account(row)


async def find_with_subject(tx: Transaction, subject: str) -> Account | None:
    """The user whose id the world knows as `subject`."""
    row = await tx.fetchrow(
        f"{_SELECT} WHERE subject = $1",
        subject,
    )
    return None if row is None else _account(row)


async def first_two(tx: Transaction) -> list[Account]:
    """The oldest users of any issuer: enough to know whether there is exactly one."""
    rows = await tx.fetch(f"{_SELECT} ORDER BY id LIMIT 2")
    return [_account(row) for row in rows]


async def set_password_hash(tx: Transaction, user: UserId, password_hash: str) -> None:
    """Replace the stored hash."""
    await tx.execute(
        "UPDATE users SET password_hash = $2, updated_at = clock_timestamp() WHERE id = $1",
        user,
        password_hash,
    )


async def insert_session(
    tx: Transaction, uid: UUID, user: UserId, began_at: datetime, expires_at: datetime
) -> None:
    """Begin a session.

    Raises:
        ConflictError: that one was begun already.
    """
    await tx.execute(
        "INSERT INTO sessions (uid, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        uid,
        user,
        began_at,
        expires_at,
    )


async def extend_session(
    tx: Transaction, uid: UUID, if_before: datetime, expires_at: datetime
) -> bool:
    """Let a session that ends before `if_before` last longer; one that is over stays so."""
    changed = await tx.execute(
        "UPDATE sessions SET expires_at = $3"
        " WHERE uid = $1 AND ended_at IS NULL AND expires_at < $2",
        uid,
        if_before,
        expires_at,
    )
    return changed > 0


async def end_session(tx: Transaction, user: UserId, uid: UUID, now: datetime) -> None:
    """End one session of a user."""
    await tx.execute(
        "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND uid = $2 AND ended_at IS NULL",
        user,
        uid,
        now,
    )


async def end_sessions(tx: Transaction, user: UserId, now: datetime) -> None:
    """End all of them."""
    await tx.execute(
        "UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL", user, now
    )


def _account(row: Row) -> Account:
    return Account(
        UserId(row["id"]),
        row["issuer"],
        row["subject"],
        row["email"],
        row["name"],
        row["password_hash"],
    )
