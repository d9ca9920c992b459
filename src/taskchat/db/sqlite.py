"""SQLite: one writer thread that commits in groups, and a few readers.

With `synchronous=FULL` every commit waits for the disk, so that a power cut loses nothing. The
transactions that arrive while one commit waits are done together in the next: 100 turns at once
share their waits. All writes happen on one thread, so "database is locked" cannot come from within
the process, and the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar, cast

import structlog

from taskchat.db.database import (
    Argument,
    ConflictError,
    Dialect,
    Guard,
    GuardError,
    ParentGoneError,
    Row,
    Transaction,
    Work,
)
from taskchat.db.sqlite_file import connect, copies_aside, write_anew
from taskchat.error_border import ErrorBorder
from taskchat.errors import DatabaseError
from taskchat.measures.pool_use import PoolUse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence
    from pathlib import Path

    from taskchat.ids import UserId

log = structlog.get_logger()
T = TypeVar("T")

GROUP_LIMIT = 128
"""How many transactions share a commit at most; bounds what one failing commit undoes."""
READERS = 4


class SqliteDatabase:
    """A `Database` on one file."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._scrubs: list[_Job] = []
        self._writer = threading.Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._writer.start()
        self._local = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._closed = False

    async def transaction(
        self, work: Work[T], *, user: UserId | None = None, guard: Guard | None = None
    ) -> T:
        """See `Database.transaction`; here the answer comes after the group's commit."""
        del user  # one file, one process: the queries' own filters are the isolation
        if self._closed:
            raise DatabaseError
        if guard is not None:
            work = _guarded(work, guard)
        job = _Job(cast("Work[object]", work), asyncio.get_running_loop())
        self._jobs.put(job)
        # A caller that is cancelled does not undo the transaction: it is done, or it is not.
        return cast("T", await job.done)

    async def read(self, work: Work[T], *, user: UserId | None = None) -> T:
        """See `Database.read`."""
        del user
        if self._closed:
            raise DatabaseError
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def scrub(self) -> bool:
        """See `Database.scrub`. Who writes waits for it: some seconds for each gigabyte."""
        asked = _Job(_nothing, asyncio.get_running_loop())
        self._scrubs.append(asked)
        # The writer looks for it after each group, so one without work wakes it.
        _, is_clean = await asyncio.gather(self.transaction(_nothing), asked.done)
        if not is_clean:
            return False
        for copy in copies_aside(self._path):
            copy.unlink(missing_ok=True)
        return True

    def use(self) -> PoolUse:
        """See `Database.use`."""
        return PoolUse(queued=self._jobs.qsize())

    async def close(self) -> None:
        """Do what is queued, fold the log into the file and end the threads."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._reading:
            connection.close()

    # ---- the readers' threads ----

    def _read(self, work: Work[T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        with _telling_errors:
            if connection is None:
                connection = connect(self._path)
                connection.execute("PRAGMA query_only=ON")
                self._local.connection = connection
                self._reading.append(connection)
            connection.execute("BEGIN")
            try:
                return _drive(work(_SqliteTransaction(connection)))
            finally:
                connection.execute("ROLLBACK")

    # ---- the writer's thread ----

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        while (job := self._jobs.get()) is not None:
            group = [job, *self._waiting()]
            try:
                with _telling_errors:
                    connection = connection or connect(self._path)
                    _commit_group(connection, group)
            except BaseException as error:  # noqa: BLE001  the writer must outlive any failure
                for job in group:
                    job.result, job.error = None, error
                if connection is not None and connection.in_transaction:
                    connection.close()  # even undoing failed: the next group begins on a new one
                    connection = None
            _tell(group)
            if self._scrubs:
                self._scrub()
        if connection is not None:
            connection.close()

    def _scrub(self) -> None:
        """Write the file anew, once for all who have asked for it by now."""
        asked: list[_Job] = []
        while self._scrubs:
            asked.append(self._scrubs.pop())
        try:
            with _telling_errors, closing(connect(self._path)) as connection:
                is_clean = write_anew(connection)
            for job in asked:
                job.result = is_clean
        except BaseException as error:  # noqa: BLE001  as above
            for job in asked:
                job.error = error
        _tell(asked)

    def _waiting(self) -> Iterable[_Job]:
        """The jobs that came while the last group was written; the end of the queue stays in it."""
        for _ in range(GROUP_LIMIT - 1):
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            yield job


@dataclass(eq=False)
class _Job:
    work: Work[object]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[object] = field(init=False)
    result: object = None
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.done = self.loop.create_future()

    def tell(self) -> None:
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


def _guarded(work: Work[T], guard: Guard) -> Work[T]:
    async def guarded(tx: Transaction) -> T:
        if not await tx.execute(guard.sql, *guard.numbers):
            raise GuardError
        return await work(tx)

    return guarded


async def _nothing(_: Transaction) -> None:
    """Is a whole transaction: the writer wakes for it."""


def _commit_group(connection: sqlite3.Connection, group: Sequence[_Job]) -> None:
    """Do each job in a savepoint of its own, so that one that fails takes no other with it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for job in group:
            connection.execute("SAVEPOINT job")
            try:
                job.result = _drive(job.work(_SqliteTransaction(connection)))
            except BaseException as error:
                job.error = error
                if not connection.in_transaction:
                    raise  # the database itself gave up (disk full): nothing of the group stands
                connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _tell(group: Sequence[_Job]) -> None:
    """Wake the event loop once for a whole group; one that is closed has nobody who waits."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in group:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell_all, jobs)


def _tell_all(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.tell()


def _drive(work: Awaitable[T]) -> T:
    """Run a coroutine that never waits to its end, on this thread."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    steps.close()
    message = "a transaction may await its database and nothing else"
    raise RuntimeError(message)


class _SqliteTransaction(Transaction):
    """Tells errors at each statement: a tool that runs inside must know ours from its own."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def act_for(self, user: UserId) -> None:
        """Nothing: the queries' own filters are the isolation here."""

    async def execute(self, sql: str, *args: Argument) -> int:
        return self._run(sql, args).rowcount

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Argument]]) -> None:
        with _telling_errors:
            self._connection.executemany(_to_sqlite(sql), rows)

    async def fetch(self, sql: str, *args: Argument) -> Sequence[Row]:
        return self._run(sql, args).fetchall()

    async def fetchrow(self, sql: str, *args: Argument) -> Row | None:
        # All rows are taken: one that is left behind keeps the statement, and so the commit, open.
        return next(iter(self._run(sql, args).fetchall()), None)

    def _run(self, sql: str, args: Sequence[Argument]) -> sqlite3.Cursor:
        with _telling_errors:
            return self._connection.execute(_to_sqlite(sql), args)


@lru_cache(maxsize=512)
def _to_sqlite(sql: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", re.sub(r" FOR (NO KEY )?UPDATE( SKIP LOCKED)?", "", sql))


def _translate(error: BaseException) -> None:
    """Turn the driver's errors into ours; their text may hold content and is not passed on."""
    if not isinstance(error, sqlite3.Error):
        return
    name = getattr(error, "sqlite_errorname", "unknown")
    if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        raise ConflictError from error
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        raise ParentGoneError from error
    log.error("database.failed", kind=name)
    raise DatabaseError from error


_telling_errors = ErrorBorder(_translate)
