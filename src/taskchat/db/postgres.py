"""Postgres: asyncpg's pool, READ COMMITTED, and limits that free the locks of a stuck copy.

Behind a transaction pooler (pgbouncer, Neon's pooled address) a session is nobody's: each transaction
may run on another connection of the pooler's. So nothing is prepared ahead, and the settings of a
session become those of each transaction, in the text of its BEGIN.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import structlog

from taskchat.db.database import (
    Argument,
    ConflictError,
    ConnectionLostError,
    DeadlockError,
    Dialect,
    Guard,
    GuardError,
    ParentGoneError,
    Row,
    Transaction,
    Work,
)
from taskchat.error_border import ErrorBorder
from taskchat.errors import DatabaseError, StartError
from taskchat.measures.pool_use import PoolUse

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    _Connection = PoolConnectionProxy[Record]

    from taskchat.ids import UserId

log = structlog.get_logger()
T = TypeVar("T")

_PARAMETER = re.compile(r"\$(\d+)")

POOL_SIZE = 20
CONNECT_TIMEOUT_S = 5
AT_HAND_S = 30
"""How long a connection that nobody takes is kept at hand."""
STATEMENTS_KEPT = 100
"""Prepared statements of a connection; asyncpg's own default."""
LIMITS = {
    # A copy that is paused inside a transaction keeps its row locks; after this it has lost them,
    # and another copy can take its turns.
    "idle_in_transaction_session_timeout": "5s",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "synchronous_commit": "on",
}
SESSION_SETTINGS = {
    **LIMITS,
    # Each statement must see what was committed while it waited for a lock; a server whose default
    # is REPEATABLE READ would break that.
    "default_transaction_isolation": "read committed",
    "application_name": "taskchat",
}
_POOLED_BEGIN = "; ".join(
    [
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        *(f"SET LOCAL {name} = '{value}'" for name, value in LIMITS.items()),
    ]
)


class PostgresDatabase:
    """A `Database` on a server; made by `open_postgres`."""

    dialect: Dialect = "postgres"

    def __init__(self, pool: Pool[Record], *, pooled: bool = False) -> None:
        self._pool = pool
        self._at_hand: list[tuple[_Connection, float]] = []
        self._in_line = 0
        self._pooled = pooled
        self._begin = _POOLED_BEGIN if pooled else "BEGIN"

    async def transaction(
        self, work: Work[T], *, user: UserId | None = None, guard: Guard | None = None
    ) -> T:
        """See `Database.transaction`."""
        connection = await self._take()
        try:
            with _telling_errors:
                tag = await connection.execute(_beginning(self._begin, user, guard))
                if guard is not None and not _rows_in(tag):
                    raise GuardError
                result = await work(_PostgresTransaction(connection))
                await connection.execute("COMMIT")
        except BaseException:
            try:
                await _roll_back(connection)
            finally:
                await self._release(connection)
            raise
        await self._give_back(connection)
        return result

    async def read(self, work: Work[T], *, user: UserId | None = None) -> T:
        """See `Database.read`; every statement has a snapshot of its own here."""
        return await self.transaction(work, user=user)

    async def call(self, sql: str, *args: Argument) -> Row | None:
        """One statement that is a transaction of its own: one round trip, four behind a pooler."""
        if self._pooled:
            # Alone it would have none of the limits, which only a transaction can bring along.
            return await self.transaction(lambda tx: tx.fetchrow(sql, *args))
        connection = await self._take()
        try:
            with _telling_errors:
                row = cast("Row | None", await connection.fetchrow(sql, *args))
        except BaseException:
            await self._release(connection)
            raise
        await self._give_back(connection)
        return row

    async def scrub(self) -> bool:
        """See `Database.scrub`."""
        return True

    def use(self) -> PoolUse:
        """See `Database.use`."""
        idle = self._pool.get_idle_size() + len(self._at_hand)
        return PoolUse(self._pool.get_size() - idle, idle, self._pool.get_max_size())

    async def close(self) -> None:
        """Wait for the connections in use, then close them all."""
        while self._at_hand:
            await self._release(self._at_hand.pop()[0])
        await self._pool.close()

    # asyncpg's pool wraps a connection anew for each loan and takes it back in a task of its own, a
    # tenth of a turn's time. One whose work went well is kept at hand for the next, as it is.

    async def _take(self) -> _Connection:
        while self._at_hand:
            connection, _ = self._at_hand.pop()
            if _is_open(connection):
                return connection
            await self._release(connection)
        if self._pool.is_closing():
            raise DatabaseError
        self._in_line += 1
        try:
            with _telling_errors:
                return await self._pool.acquire()
        finally:
            self._in_line -= 1

    async def _give_back(self, connection: _Connection) -> None:
        if self._in_line or not _is_open(connection) or self._pool.is_closing():
            await self._release(connection)
            return
        now = time.monotonic()
        self._at_hand.append((connection, now))
        # Those that a busy moment has left go back to the pool, which closes them in time.
        while self._at_hand[0][1] < now - AT_HAND_S:
            await self._release(self._at_hand.pop(0)[0])

    async def _release(self, connection: _Connection) -> None:
        with _telling_errors:
            await self._pool.release(connection)


async def open_postgres(dsn: str, *, pooled: bool = False) -> PostgresDatabase:
    """Connect to a server.

    Args:
        dsn: its address.
        pooled: there is a transaction pooler at it (`TASKCHAT_POOLER`).

    Raises:
        DatabaseError: it cannot be reached, or refuses us.
        StartError: there is a pooler at it, and nobody said so.
    """
    import asyncpg

    try:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=POOL_SIZE,
            timeout=CONNECT_TIMEOUT_S,
            # Nothing here sets session state (user ids are set for one transaction), so the reset
            # query that asyncpg sends at every release would be a wasted round trip.
            reset=_keep,
            server_settings={} if pooled else SESSION_SETTINGS,
            statement_cache_size=0 if pooled else STATEMENTS_KEPT,
        )
    # Not logged: whoever opens says it in words. A ValueError is an address that cannot be read.
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        # pgbouncer's word for settings that it cannot give to the connections it shares out.
        if not pooled and "unsupported startup parameter" in str(error):
            raise _unsaid_pooler() from None
        raise DatabaseError from error
    db = PostgresDatabase(pool, pooled=pooled)
    if not pooled:
        await _refuse_silent_pooler(db)
    return db


async def _refuse_silent_pooler(db: PostgresDatabase) -> None:
    """Refuse a pooler that swallows our settings (`ignore_startup_parameters`) without a word.

    Without them a copy that stands still keeps its locks, and nobody can take its turns.
    """
    name = "idle_in_transaction_session_timeout"
    try:
        row = await db.call("SELECT current_setting($1) AS value", name)
    except BaseException:
        await db.close()
        raise
    if row is None or row["value"] != LIMITS[name]:
        await db.close()
        raise _unsaid_pooler()


def _unsaid_pooler() -> StartError:
    return StartError(
        "DATABASE_URL leads to a connection pooler; set TASKCHAT_POOLER=transaction, or name the"
        " server itself."
    )


async def _keep(_: object) -> None:
    """Leave a released connection as it is."""


def _is_open(connection: _Connection) -> bool:
    import asyncpg

    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False  # the server has closed it, and the pool knows already


def _beginning(begin: str, user: UserId | None, guard: Guard | None) -> str:
    # One round trip: a text without parameters may hold several statements. What is written into
    # them are numbers of ours, so nothing needs quoting.
    statements = [begin]
    if user is not None:
        statements.append(f"SET LOCAL taskchat.uid = '{user:d}'")
    if guard is not None:
        written = [repr(number) for number in guard.numbers]
        statements.append(_PARAMETER.sub(lambda found: written[int(found[1]) - 1], guard.sql))
    return "; ".join(statements)


def _rows_in(tag: str) -> int:
    """The number at the end of a command tag: "UPDATE 3", "INSERT 0 1"."""
    return int(tag.rsplit(" ", 1)[-1])


async def _roll_back(connection: _Connection) -> None:
    # Also where no transaction seems to be open: the answer to a BEGIN that was cancelled is still
    # on its way.
    with _ignoring_errors():
        if not connection.is_closed():
            await connection.execute("ROLLBACK")


class _PostgresTransaction(Transaction):
    """Tells errors at each statement: a tool that runs inside must know ours from its own."""

    dialect: Dialect = "postgres"

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def act_for(self, user: UserId) -> None:
        await self.execute("SELECT set_config('taskchat.uid', $1, true)", str(user))

    async def execute(self, sql: str, *args: Argument) -> int:
        with _telling_errors:
            return _rows_in(await self._connection.execute(sql, *args))

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Argument]]) -> None:
        with _telling_errors:
            await self._connection.executemany(sql, rows)

    async def fetch(self, sql: str, *args: Argument) -> Sequence[Row]:
        with _telling_errors:
            return cast("Sequence[Row]", await self._connection.fetch(sql, *args))

    async def fetchrow(self, sql: str, *args: Argument) -> Row | None:
        with _telling_errors:
            return cast("Row | None", await self._connection.fetchrow(sql, *args))


def _translate(error: BaseException) -> None:
    """Turn the driver's errors into ours; their DETAIL holds content and is not passed on."""
    import asyncpg

    if isinstance(error, asyncpg.UniqueViolationError):
        raise ConflictError from error
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        raise ParentGoneError from error
    if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
        log.warning("database.deadlock", kind=type(error).__name__)
        raise DeadlockError from error
    if isinstance(
        error,
        asyncpg.PostgresConnectionError
        | asyncpg.AdminShutdownError
        | asyncpg.CannotConnectNowError
        | asyncpg.CrashShutdownError
        | asyncpg.InterfaceError
        | asyncpg.InternalClientError
        | OSError
        | TimeoutError,
    ):
        log.error("database.failed", kind=type(error).__name__)
        raise ConnectionLostError from error
    if isinstance(error, asyncpg.PostgresError):
        log.error("database.failed", kind=type(error).__name__)
        raise DatabaseError from error


_telling_errors = ErrorBorder(_translate)


@contextmanager
def _ignoring_errors() -> Generator[None]:
    import asyncpg

    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        log.warning("database.rollback_failed", kind=type(error).__name__)
