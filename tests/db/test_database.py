"""What both databases promise alike."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

import taskchat.auth.tables
import taskchat.chat.tables
import taskchat.tasks.tables
from taskchat.db import migrate
from taskchat.db.database import ConflictError, Database, Transaction, as_time
from taskchat.db.urls import DatabaseUrl
from tests.conftest import make_user

TABLES = (taskchat.auth.tables, taskchat.chat.tables, taskchat.tasks.tables)


async def _subjects(db: Database) -> list[str]:
    async def work(tx: Transaction) -> list[str]:
        return [row["subject"] for row in await tx.fetch("SELECT subject FROM users ORDER BY id")]

    return await db.read(work)


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        await tx.execute(
            "INSERT INTO users (issuer, subject, created_at, updated_at)"
            " VALUES ('test', 'lost', clock_timestamp(), clock_timestamp())"
        )
        message = "no"
        raise LookupError(message)

    with pytest.raises(LookupError):
        await database.transaction(work)

    assert await _subjects(database) == []


async def test_a_unique_violation_is_a_conflict_and_others_go_on(database: Database) -> None:
    results = await asyncio.gather(
        *(make_user(database, subject) for subject in ("a", "b", "a", "c")), return_exceptions=True
    )

    assert sum(isinstance(result, ConflictError) for result in results) == 1
    assert sorted(await _subjects(database)) == ["a", "b", "c"]


async def test_concurrent_updates_are_all_counted(database: Database) -> None:
    user = await make_user(database)

    async def count(tx: Transaction) -> None:
        await tx.execute("UPDATE users SET last_task_id = last_task_id + 1 WHERE id = $1", user)

    await asyncio.gather(*(database.transaction(count) for _ in range(200)))

    async def read(tx: Transaction) -> int:
        row = await tx.fetchrow("SELECT last_task_id FROM users WHERE id = $1", user)
        assert row is not None
        return row["last_task_id"]

    assert await database.read(read) == 200


async def test_times_come_back_in_utc_with_microseconds(database: Database) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)

    async def work(tx: Transaction) -> datetime:
        row = await tx.fetchrow(
            "INSERT INTO users (issuer, subject, created_at, updated_at)"
            " VALUES ('t', 't', $1, $1) RETURNING created_at",
            moment,
        )
        assert row is not None
        return as_time(row["created_at"])

    assert await database.transaction(work) == moment


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


def test_the_tables_are_what_the_migrations_make(database_url: DatabaseUrl) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    differences: list[object] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences.extend(compare_metadata(context, SQLModel.metadata))

    migrate.with_connection(database_url, compare)

    assert differences == []


def test_every_migration_can_be_undone_and_done_again(database_url: DatabaseUrl) -> None:
    migrate.downgrade(database_url, "base")
    migrate.upgrade(database_url)


async def test_a_database_knows_its_revision(database: Database) -> None:
    assert await migrate.current_revision(database) == migrate.latest_revision()
