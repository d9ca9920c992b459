"""What both databases promise alike."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

import taskchat.auth.tables
import taskchat.chat.tables
import taskchat.tasks.tables
from taskchat.db import migrate
from taskchat.db.database import (
    ConflictError,
    ConnectionLostError,
    Database,
    Guard,
    GuardError,
    Transaction,
    as_time,
)
from taskchat.db.postgres import AT_HAND_S, POOL_SIZE, PostgresDatabase
from taskchat.db.sqlite import SqliteDatabase
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import DatabaseError, StartError
from taskchat.ids import UserId
from tests.conftest import PassTime, make_user
from tests.processes import PATIENCE_S

TABLES = (taskchat.auth.tables, taskchat.chat.tables, taskchat.tasks.tables)


async def _subjects(db: Database) -> list[str]:
    async def work(tx: Transaction) -> list[str]:
        return [row["subject"] for row in await tx.fetch("SELECT subject FROM users ORDER BY id")]

    return await db.read(work)


async def test_a_transaction_that_raises_leaves_nothing(everything: Database) -> None:
    async def work(tx: Transaction) -> None:
        await tx.execute(
            "INSERT INTO users (issuer, subject, created_at, updated_at)"
            " VALUES ('test', 'lost', clock_timestamp(), clock_timestamp())"
        )
        message = "no"
        raise LookupError(message)

    with pytest.raises(LookupError):
        await everything.transaction(work)

    assert await _subjects(everything) == []


async def test_a_unique_violation_is_a_conflict_and_others_go_on(
    database: Database, everything: Database
) -> None:
    results = await asyncio.gather(
        *(make_user(database, subject) for subject in ("a", "b", "a", "c")), return_exceptions=True
    )

    assert sum(isinstance(result, ConflictError) for result in results) == 1
    assert sorted(await _subjects(everything)) == ["a", "b", "c"]


async def test_concurrent_updates_are_all_counted(database: Database) -> None:
    user = await make_user(database)

    async def count(tx: Transaction) -> None:
        await tx.execute("UPDATE users SET last_task_id = last_task_id + 1 WHERE id = $1", user)

    await asyncio.gather(*(database.transaction(count, user=user) for _ in range(200)))

    async def read(tx: Transaction) -> int:
        row = await tx.fetchrow("SELECT last_task_id FROM users WHERE id = $1", user)
        assert row is not None
        return row["last_task_id"]

    assert await database.read(read, user=user) == 200


async def test_what_follows_a_guard_is_done_only_where_it_changed_a_row(
    database: Database,
) -> None:
    user = await make_user(database, "a")
    other = await make_user(database, "b")

    async def guarded(asked: UserId, expected: float) -> Sequence[int]:
        guard = Guard(
            "UPDATE users SET last_task_id = last_task_id + $3"
            " WHERE id = $1 AND last_task_id < $2 AND -1 = $4",
            (asked, expected, 1, -1),
        )
        return await database.transaction(work, user=user, guard=guard)

    async def work(tx: Transaction) -> Sequence[int]:
        await tx.execute("UPDATE users SET last_task_id = last_task_id + 10 WHERE id = $1", user)
        row = await tx.fetchrow("SELECT last_task_id FROM users WHERE id = $1", user)
        return [] if row is None else [row["last_task_id"]]

    assert await guarded(user, 0.5) == [11]
    with pytest.raises(GuardError):
        await guarded(user, 0.5)
    if database.dialect == "postgres":  # the guard, too, is only of that user
        with pytest.raises(GuardError):
            await guarded(other, 0.5)
    assert await guarded(user, 11.5) == [22]


async def test_times_come_back_in_utc_with_microseconds(everything: Database) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)

    async def work(tx: Transaction) -> datetime:
        row = await tx.fetchrow(
            "INSERT INTO users (issuer, subject, created_at, updated_at)"
            " VALUES ('t', 't', $1, $1) RETURNING created_at",
            moment,
        )
        assert row is not None
        return as_time(row["created_at"])

    assert await everything.transaction(work) == moment


async def test_a_reader_cannot_write_into_the_embedded_database(database: Database) -> None:
    if database.dialect == "postgres":
        pytest.skip("roles see to it there")

    async def work(tx: Transaction) -> None:
        await tx.execute("DELETE FROM users")

    with pytest.raises(Exception, match="database"):
        await database.read(work)


async def test_the_embedded_writer_refuses_to_wait_for_anything_else(database: Database) -> None:
    if database.dialect == "postgres":
        pytest.skip("a rule of the writer's thread")

    async def work(_: Transaction) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing else"):
        await database.transaction(work)
    assert await _subjects(database) == []


async def test_the_embedded_writer_recovers_when_even_undoing_fails(
    database_url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_url.path is None:
        pytest.skip("a pool replaces broken connections")
    broken = iter(["COMMIT", "ROLLBACK"])

    class FailingConnection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if sql in ("COMMIT", "ROLLBACK") and next(broken, None) == sql:
                raise sqlite3.OperationalError
            return super().execute(sql, *args)

    connect = partial(sqlite3.connect, factory=FailingConnection)
    monkeypatch.setattr("taskchat.db.sqlite_file.sqlite3.connect", connect)
    database = SqliteDatabase(database_url.path)

    with pytest.raises(DatabaseError):
        await make_user(database, "lost")
    await make_user(database, "kept")

    assert await _subjects(database) == ["kept"]
    await database.close()


async def test_scrubs_that_are_asked_for_together_write_the_file_anew_once(
    database_url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_url.path is None:
        pytest.skip("there is nothing to scrub")
    said: list[str] = []

    class Telling(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            said.append(sql)
            return super().execute(sql, *args)

    connect = partial(sqlite3.connect, factory=Telling)
    monkeypatch.setattr("taskchat.db.sqlite_file.sqlite3.connect", connect)
    database = SqliteDatabase(database_url.path)
    go_on = threading.Event()

    async def wait(_: Transaction) -> None:
        go_on.wait()

    busy = asyncio.create_task(database.transaction(wait))
    scrubs = [asyncio.create_task(database.scrub()) for _ in range(5)]
    await asyncio.sleep(0)
    go_on.set()

    assert await asyncio.gather(*scrubs) == [True] * 5
    await busy
    assert said.count("VACUUM") == 1
    await database.close()


async def test_who_is_cancelled_leaves_no_transaction_behind(database: Database) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))

    for passes in range(40):
        leaving = asyncio.create_task(make_user(database))
        for _ in range(passes):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)

    assert complaints == []
    await make_user(database)


async def test_a_statement_that_was_left_costs_no_connection(database: Database) -> None:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("its statements are not left midway")
    for passes in range(POOL_SIZE + 5):
        leaving = asyncio.create_task(database.call("SELECT pg_sleep(0.2)"))
        for _ in range(passes):
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)

        row = await database.call("SELECT 1 AS one")

        assert row is not None
        assert row["one"] == 1


async def test_who_is_cancelled_while_undoing_costs_no_connection(database: Database) -> None:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("its statements are not left midway")
    for _ in range(POOL_SIZE + 1):
        begun = asyncio.Event()

        async def work(tx: Transaction, begun: asyncio.Event = begun) -> None:
            begun.set()
            await tx.fetch("SELECT pg_sleep(5)")

        leaving = asyncio.create_task(database.transaction(work))
        await begun.wait()
        for _ in range(3):
            await asyncio.sleep(0)
            leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)

    async with asyncio.timeout(PATIENCE_S):
        assert await database.call("SELECT 1 AS one")


async def test_a_connection_that_the_server_closed_is_not_used_again(
    database: Database, everything: Database
) -> None:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("there is no connection to close")
    pids = "SELECT pg_backend_pid() AS pid, pg_sleep(0.05)"
    rows = await asyncio.gather(*(database.call(pids) for _ in range(3)))
    for row in rows:
        assert row is not None
        await everything.transaction(
            lambda tx, pid=row["pid"]: tx.fetchrow(f"SELECT pg_terminate_backend({pid})")
        )
    # What the server has said must have come before anybody asks again.
    await asyncio.sleep(0.2)

    assert await asyncio.gather(*(database.call("SELECT 1 AS one") for _ in range(3)))


async def test_connections_of_a_busy_moment_go_back_to_the_pool(
    database: Database, pass_time: PassTime
) -> None:
    if not isinstance(database, PostgresDatabase):
        pytest.skip("there is one writer")
    await asyncio.gather(*(database.call("SELECT pg_sleep(0.05)") for _ in range(5)))
    pool = database._pool  # pyright: ignore[reportPrivateUsage]
    assert pool.get_idle_size() < 5

    pass_time(AT_HAND_S + 1)
    await database.call("SELECT 1")

    assert pool.get_idle_size() == pool.get_size() - 1


async def test_a_closed_database_refuses_at_once(database: Database) -> None:
    await database.close()

    with pytest.raises(DatabaseError) as caught:
        await make_user(database)
    assert not isinstance(caught.value, ConnectionLostError)  # nobody is to try again


def test_the_tables_are_what_the_migrations_make(database_url: DatabaseUrl) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    differences: list[object] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences.extend(compare_metadata(context, SQLModel.metadata))

    migrate.with_connection(database_url, compare)

    assert differences == []


def test_every_migration_can_be_undone_and_done_again(owner_url: DatabaseUrl) -> None:
    migrate.downgrade(owner_url, "base")
    migrate.upgrade(owner_url)


async def test_a_database_knows_its_revision(database: Database) -> None:
    assert await migrate.current_revision(database) == migrate.latest_revision()


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_migration_gives_way_to_who_holds_a_table_and_can_be_done_again(
    owner_url: DatabaseUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TRIES", 2)  # not a whole minute of them
    await asyncio.to_thread(migrate.downgrade, owner_url, "0004")
    holder = await asyncpg.connect(owner_url.dsn)
    await holder.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")

    with pytest.raises(StartError, match="in use by a long transaction"):
        await asyncio.to_thread(migrate.upgrade, owner_url)
    await holder.execute("COMMIT")
    await asyncio.to_thread(migrate.upgrade, owner_url)
    found = await holder.fetchval("SELECT version_num FROM alembic_version")
    await holder.close()

    assert found == migrate.latest_revision()


def test_the_oldest_version_that_is_served_is_one_that_there_is() -> None:
    folder = Path(migrate.__file__).parent.parent / "migrations" / "versions"

    assert [*folder.glob(f"{migrate.OLDEST_SERVED}_*.py")] != []


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_all_that_the_oldest_version_served_uses_is_still_there(
    owner_url: DatabaseUrl,
) -> None:
    await asyncio.to_thread(migrate.downgrade, owner_url, migrate.OLDEST_SERVED)
    old = await _uses(owner_url)
    await asyncio.to_thread(migrate.upgrade, owner_url)
    new = await _uses(owner_url)
    tables = {table for kind, table, *_ in old if kind == "column"}
    added = [each for each in new - old if each[0] == "column" and each[1] in tables]

    assert len(old) > 80
    assert old - new == set()
    # Older copies do not fill what came later.
    assert [each for each in added if each[-1] == "must be given"] == []


async def _uses(url: DatabaseUrl) -> set[tuple[str, ...]]:
    """Columns with their types, and functions with their arguments and answers."""
    connection = await asyncpg.connect(url.dsn)
    rows = await connection.fetch(
        "SELECT 'column', table_name, column_name, data_type,"
        " CASE WHEN is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"
        " THEN 'must be given' ELSE 'may be left out' END"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid),"
        " pg_get_function_result(oid), '' FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace"
    )
    await connection.close()
    return {tuple(row) for row in rows}
