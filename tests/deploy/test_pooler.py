"""Behind pgbouncer, where a session is nobody's: each transaction may be on another connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from taskchat.db import migrate
from taskchat.db.database import Transaction
from taskchat.db.postgres import PostgresDatabase, open_postgres
from taskchat.errors import DatabaseError
from tests.conftest import make_user
from tests.deploy.doors import Pgbouncer
from tests.faults.databases import Postgres
from tests.processes import environment, run_command

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def pgbouncer(postgres: Postgres, open_folder: Path) -> AsyncIterator[Pgbouncer]:
    """A pooler with so few connections that clients share them."""
    pgbouncer = postgres.pooler(open_folder / "pgbouncer")
    pgbouncer.change("default_pool_size = 40", "default_pool_size = 2")
    await pgbouncer.start()
    yield pgbouncer
    await pgbouncer.end()


@pytest_asyncio.fixture(loop_scope="module")
async def database(pgbouncer: Pgbouncer) -> AsyncIterator[PostgresDatabase]:
    """What serves through it."""
    database = await open_postgres(pgbouncer.url, pooled=True)
    yield database
    await database.close()


async def test_statements_of_many_clients_do_not_meet(database: PostgresDatabase) -> None:
    async def add(tx: Transaction, number: int) -> int:
        row = await tx.fetchrow(f"SELECT $1::int + {number} AS twice", number)
        assert row is not None
        return row["twice"]

    async def call(number: int) -> int:
        row = await database.call(f"SELECT $1::int + {number} AS twice", number)
        assert row is not None
        return row["twice"]

    added = await asyncio.gather(
        *(database.transaction(lambda tx, n=n: add(tx, n)) for n in range(200)),
        *(call(n) for n in range(200)),
    )

    assert added == [*range(0, 400, 2), *range(0, 400, 2)]


async def test_a_transaction_has_the_limits_of_a_session_and_leaves_none_behind(
    database: PostgresDatabase, pgbouncer: Pgbouncer, postgres: Postgres
) -> None:
    names = (
        "idle_in_transaction_session_timeout",
        "statement_timeout",
        "lock_timeout",
        "synchronous_commit",
        "transaction_isolation",
    )
    select = ", ".join(f"current_setting('{name}') AS {name}" for name in names)
    role = "ALTER ROLE service SET default_transaction_isolation = 'repeatable read'"
    await postgres.execute(role)
    await pgbouncer.restart()

    inside = await database.call(f"SELECT {select}")
    user = await make_user(database)

    async def whose(tx: Transaction) -> str:
        row = await tx.fetchrow("SELECT current_setting('taskchat.uid', true) AS uid")
        assert row is not None
        return row["uid"] or ""

    mine = await database.transaction(whose, user=user)
    nobodys = {await database.transaction(whose) for _ in range(6)}
    await postgres.execute("ALTER ROLE service RESET default_transaction_isolation")

    assert inside is not None
    assert [inside[name] for name in names] == ["5s", "10s", "5s", "on", "read committed"]
    assert mine == str(user)
    assert nobodys == {""}


async def test_a_client_that_stands_still_in_a_transaction_loses_it(
    database: PostgresDatabase,
) -> None:
    async def standing_still(tx: Transaction) -> None:
        await tx.execute("SELECT 1")
        await asyncio.sleep(5.5)
        await tx.execute("SELECT 1")

    with pytest.raises(DatabaseError):
        await database.transaction(standing_still)


@pytest.mark.parametrize("swallows", [False, True])
async def test_a_pooler_that_nobody_named_ends_the_start(
    postgres: Postgres, open_folder: Path, *, swallows: bool
) -> None:
    pgbouncer = postgres.pooler(open_folder / "pgbouncer")
    if swallows:
        names = (
            "idle_in_transaction_session_timeout, statement_timeout, lock_timeout,"
            " default_transaction_isolation, synchronous_commit"
        )
        pooling = "pool_mode = transaction"
        pgbouncer.change(pooling, f"{pooling}\nignore_startup_parameters = {names}")
    await pgbouncer.start()
    env = environment(open_folder, pgbouncer.url)

    refused = await run_command("serve", "--port", "0", env=env)
    examined = await run_command("doctor", env=env | {"TASKCHAT_POOLER": "transaction"})
    await pgbouncer.end()

    assert refused.status == 1
    assert refused.err == (
        "taskchat: DATABASE_URL leads to a connection pooler; set TASKCHAT_POOLER=transaction,"
        " or name the server itself.\n"
    )
    assert examined.status == 0, examined.out


async def test_migrations_go_through_a_pooler_too(postgres: Postgres, open_folder: Path) -> None:
    pgbouncer = postgres.pooler(open_folder / "pgbouncer", "owner")
    await pgbouncer.start()
    await asyncio.to_thread(migrate.downgrade, postgres.owner, "base")
    through = {"TASKCHAT_POOLER": "transaction", "TASKCHAT_MIGRATION_URL": pgbouncer.url}
    env = environment(open_folder, postgres.url) | through

    # The second process gets the connection that the first one has used.
    said = [(await run_command("migrate", env=env)) for _ in range(2)]
    await pgbouncer.end()

    done = f"The database is at revision {migrate.latest_revision()}.\n"
    assert [each.out for each in said] == [done, done], said[1].err
