"""All SQL on accounts and their sessions: functions of a given transaction; none commits.

On Postgres the service's role sees the rows of one user at a time, and here it is not known yet who
that is: what finds or adds a user asks a function of the tables' owner (migration 0005).
"""

# ruff: noqa: S608  SQL is put together from constants of this file only
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.auth.local_issuer import LOCAL_ISSUER
from taskchat.auth.tombstones import set_tombstone
from taskchat.db.database import ConflictError
from taskchat.ids import UserId, new_uid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from taskchat.db.database import Row, Transaction

ERASED_ISSUER = "taskchat-erased"
"""Of a user who is being erased: nobody finds the row by what it was called before."""
_COLUMNS = "id, issuer, subject, email, name, password_hash, time_zone"
_INSERT = (
    "INSERT INTO users (issuer, subject, email, name, password_hash, created_at, updated_at)"
    " VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())"
    f" ON CONFLICT DO NOTHING RETURNING {_COLUMNS}"
)


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
    time_zone: str | None

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
    added = await _insert(tx, LOCAL_ISSUER, str(new_uid()), email, name, password_hash)
    if added is None:
        raise ConflictError
    return added


async def insert_outside(
    tx: Transaction, issuer: str, subject: str, email: str | None, name: str | None
) -> Account | None:
    """Add the user of an outside issuer; None where somebody has that subject already."""
    return await _insert(tx, issuer, subject, email, name, None)


async def _insert(tx: Transaction, *values: str | None) -> Account | None:
    sql = f"SELECT {_COLUMNS} FROM user_add_1($1, $2, $3, $4, $5)"
    return _found(await tx.fetchrow(sql if tx.dialect == "postgres" else _INSERT, *values))


async def find_local(tx: Transaction, email: str) -> Account | None:
    """The local account with that login name."""
    source = _source(tx, "user_with_login_1($1)", f"issuer = '{LOCAL_ISSUER}' AND email = $1")
    return _found(await tx.fetchrow(f"SELECT {_COLUMNS} FROM {source}", email))


async def lock(tx: Transaction, user: UserId) -> Account | None:
    """The row of the user the transaction acts for; nobody else changes it before the end."""
    return _found(
        await tx.fetchrow(f"SELECT {_COLUMNS} FROM users WHERE id = $1 FOR NO KEY UPDATE", user)
    )


async def find_with_subject(tx: Transaction, subject: str) -> Account | None:
    """The user whose id the world knows as `subject`."""
    source = _source(tx, "user_with_subject_1($1)", "subject = $1")
    return _found(await tx.fetchrow(f"SELECT {_COLUMNS} FROM {source}", subject))


async def first_two(tx: Transaction) -> list[Account]:
    """The oldest users of any issuer: enough to know whether there is exactly one."""
    source = "users_oldest_2(2)"
    if tx.dialect == "sqlite":
        source = f"users WHERE issuer <> '{ERASED_ISSUER}' ORDER BY id LIMIT 2"
    return [_account(row) for row in await tx.fetch(f"SELECT {_COLUMNS} FROM {source}")]


async def find_session(tx: Transaction, uid: UUID) -> Row | None:
    """A session's `expires_at` and `ended_at`, with `id`, `issuer`, ... of the user it is of."""
    columns = "id, issuer, subject, time_zone, expires_at, ended_at"
    source = (
        "session_user_1($1)"
        if tx.dialect == "postgres"
        else "sessions JOIN users ON users.id = sessions.user_id WHERE sessions.uid = $1"
    )
    return await tx.fetchrow(f"SELECT {columns} FROM {source}", uid)


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
    tx: Transaction, uid: UUID, if_begun: datetime, if_before: datetime, expires_at: datetime
) -> bool:
    """Let a session last longer that began after `if_begun` and ends before `if_before`.

    One that is over stays so.
    """
    changed = await tx.execute(
        "UPDATE sessions SET expires_at = $4"
        " WHERE uid = $1 AND ended_at IS NULL AND created_at > $2 AND expires_at < $3",
        uid,
        if_begun,
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


async def begin_erasing(tx: Transaction, user: UserId) -> int | None:
    """Take a user's name, password and sessions away; nobody signs in to what is left.

    Gives how many sessions there were, or None where there is no such user. Its tokens count no more:
    those of our own for want of a session, those of an outside issuer for want of the subject, under
    which nobody is found. The row itself stays until all that refers to it is deleted.
    """
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM users WHERE id = $1 AND issuer <> $2 FOR UPDATE",
        user,
        ERASED_ISSUER,
    )
    if row is None:
        return None
    account = _account(row)
    if not account.is_local:  # a token of ours is worth what its session is
        await set_tombstone(tx, account.issuer, account.subject)
    await tx.execute(
        "UPDATE users SET issuer = $2, subject = $3, email = NULL, name = NULL,"
        " password_hash = NULL, time_zone = NULL, updated_at = clock_timestamp() WHERE id = $1",
        user,
        ERASED_ISSUER,
        str(new_uid()),
    )
    return await tx.execute("DELETE FROM sessions WHERE user_id = $1", user)


async def being_erased(tx: Transaction, before: datetime) -> list[UserId]:
    """Those whose erasing began before, and was not finished."""
    if tx.dialect == "postgres":
        found = await tx.fetch("SELECT users_being_erased_1($1) AS id", before)
    else:
        found = await tx.fetch(
            "SELECT id FROM users WHERE issuer = $1 AND updated_at < $2 ORDER BY id",
            ERASED_ISSUER,
            before,
        )
    return [UserId(row["id"]) for row in found]


def _source(tx: Transaction, function: str, condition: str) -> str:
    """Where users are found: behind the owner's function, or in the table itself."""
    return function if tx.dialect == "postgres" else f"users WHERE {condition}"


def _found(row: Row | None) -> Account | None:
    return None if row is None else _account(row)


def _account(row: Row) -> Account:
    return Account(
        UserId(row["id"]),
        row["issuer"],
        row["subject"],
        row["email"],
        row["name"],
        row["password_hash"],
        row["time_zone"],
    )
