"""One face for both databases: a transaction is a function of the connection.

    async def rename(tx: Transaction) -> None:
        await tx.execute("UPDATE conversations SET title = $2 WHERE id = $1", id, title)

    await db.transaction(rename)

The function may await its transaction and nothing else: on SQLite it runs in the writer's thread,
where a wait for anything else is refused. So no transaction is ever held across a call of a model.

SQL is written once, in the words both databases know: `$1` for parameters, `clock_timestamp()` and
`epoch_now()` for the database's clock, `FOR NO KEY UPDATE` where a row is locked (on SQLite the
writer's lock is that lock). Where the two differ beyond this, the statement stands twice, at its
place of use.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from uuid import UUID

from taskchat.errors import DatabaseError

if TYPE_CHECKING:
    from taskchat.ids import UserId
    from taskchat.measures.pool_use import PoolUse

Dialect = Literal["sqlite", "postgres"]
Argument = str | int | float | bool | datetime | UUID | Sequence[int] | Sequence[str] | None
"""A sequence is an array, which only Postgres has."""
T = TypeVar("T")

RESEND_S = 10
"""How long a write whose answer was lost is sent again."""


class ConflictError(Exception):
    """A unique index refused the write; the transaction is undone."""


class ConnectionLostError(DatabaseError):
    """The connection broke: whether the transaction was committed is not known."""


class ParentGoneError(DatabaseError):
    """A row was to be written that refers to one which is not there (any more); nothing was."""


class DeadlockError(DatabaseError):
    """Two transactions waited for each other; this one was undone, and may be done again."""


class GuardError(Exception):
    """The guard of a transaction changed no row; nothing was done."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A statement that a transaction begins with, and that has to change a row.

    Its parameters are numbers only: on Postgres they are written into the statement, so that it
    goes with the BEGIN in one round trip.
    """

    sql: str
    numbers: Sequence[float]


class Row(Protocol):
    """A row, read by column name. Values are the driver's; see the `as_…` readers below."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401  a driver's value has no type
        """The value of a column, as the driver gives it."""
        ...


class Transaction(Protocol):
    """What can be done inside one transaction. Nothing is committed before the function returns."""

    dialect: Dialect
    """Which database it is, for the few statements that differ."""

    async def act_for(self, user: UserId) -> None:
        """From here on see and change that user's rows, where the database enforces that.

        For transactions that find out who asks; others name the user when they begin.
        """
        ...

    async def execute(self, sql: str, *args: Argument) -> int:
        """Run a statement and say how many rows it changed."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Argument]]) -> None:
        """Run a statement once for each row of arguments."""
        ...

    async def fetch(self, sql: str, *args: Argument) -> Sequence[Row]:
        """All rows of a query, or of a statement with RETURNING."""
        ...

    async def fetchrow(self, sql: str, *args: Argument) -> Row | None:
        """The first row, or None."""
        ...


Work = Callable[[Transaction], Awaitable[T]]


class Database(Protocol):
    """A database that is open."""

    @property
    def dialect(self) -> Dialect:
        """Which of the two it is, for the few statements that differ."""
        ...

    async def transaction(
        self, work: Work[T], *, user: UserId | None = None, guard: Guard | None = None
    ) -> T:
        """Run `work` in a transaction and commit it; undo it where `work` raises.

        Args:
            work: awaits its transaction and nothing else.
            user: whose rows may be seen, where the database enforces that; None for work that is
                no user's.
            guard: what has to change a row before `work` may begin.

        Raises:
            GuardError: it changed none.
            ConflictError: a unique index refused a write.
            ParentGoneError: a foreign key did.
            DatabaseError: the database failed; nothing was committed.
            ConnectionLostError: it may have been committed.
            DeadlockError: nothing was committed, and it is worth another try.
        """
        ...

    async def read(self, work: Work[T], *, user: UserId | None = None) -> T:
        """Run `work` on one snapshot, beside the writers; it must not write."""
        ...

    async def scrub(self) -> bool:
        """Leave nothing in the database's own files of what was deleted; says whether that is so.

        On SQLite the file is written anew, its log emptied into it, and the copies that were made
        before migrations are deleted: all of that is in them. On Postgres there is nothing to do from
        here; its vacuum makes way in time.
        """
        ...

    def use(self) -> PoolUse:
        """How busy its connections are at this moment."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of every connection."""
        ...


async def settled(attempt: Callable[[bool], Awaitable[T]]) -> T:
    """Send a write until it is known to be done; `attempt` is told whether it is sent again."""
    give_up = time.monotonic() + RESEND_S
    again = False
    while True:
        try:
            return await attempt(again)
        except (ConnectionLostError, DeadlockError):
            if time.monotonic() > give_up:
                raise
            again = True
            await asyncio.sleep(0.2)


def as_time(value: datetime | str) -> datetime:
    """A column's time as an aware UTC datetime; SQLite keeps it as text."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def as_optional_time(value: datetime | str | None) -> datetime | None:
    """The same for a column that may be null."""
    return None if value is None else as_time(value)


def as_uuid(value: UUID | str) -> UUID:
    """A column's UUID; SQLite keeps it as text."""
    return value if isinstance(value, UUID) else UUID(value)


def as_json(value: str | None) -> Any:  # noqa: ANN401  the caller knows what it stored
    """A column's JSON value; both drivers hand it over as text."""
    return None if value is None else json.loads(value)
