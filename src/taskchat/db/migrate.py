"""Brings a database to the schema this version needs, by Alembic.

Alembic and SQLAlchemy are loaded only when there is something to do: a server that starts on a
current database never pays for them.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from taskchat.db.database import ConflictError, Database, Transaction
from taskchat.db.sqlite_file import connect
from taskchat.errors import DatabaseError, StartError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.config import Config
    from sqlalchemy import Connection

    from taskchat.db.urls import DatabaseUrl

log = structlog.get_logger()

_MIGRATIONS = Path(__file__).parent.parent / "migrations"

OLDEST_SERVED = "0009"
"""The oldest version whose servers may run on this schema, beside ours or after a way back.

Revisions add (expand); one that takes away what older servers use (contract) raises this to itself.
"""
_SERVES = "serves versions from "
"""How `upgrade` writes that down at the database, for versions that do not know this one."""

LOCK_TIMEOUT = "1s"
"""How long a change of a table may wait for those who use it: everybody else waits behind it."""
LOCK_TRIES = 30
LOCK_PAUSE_S = 1
"""After which it is tried again; meanwhile turns go on."""
_IN_THE_WAY = frozenset({"55P03", "40P01"})
"""Postgres: lock_not_available, deadlock_detected."""


class _TableInUseError(DatabaseError):
    """A table that is to be changed is in use for too long; its revision is undone."""


def latest_revision() -> str:
    """The revision this version needs; files are named by it (`0001_first_tables.py`)."""
    return max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


async def current_revision(db: Database) -> str | None:
    """The revision the database has, or None where nothing was ever migrated."""

    async def work(tx: Transaction) -> str | None:
        sqlite = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        postgres = "SELECT 1 FROM pg_class WHERE oid = to_regclass('alembic_version')"
        if await tx.fetchrow(sqlite if db.dialect == "sqlite" else postgres) is None:
            return None
        row = await tx.fetchrow("SELECT version_num FROM alembic_version")
        return None if row is None else row["version_num"]

    return await db.read(work)


async def prepare(db: Database, url: DatabaseUrl) -> None:
    """Make sure that the schema is the one this version needs.

    An embedded database is migrated here, after it was copied; a server's is left to its operator.

    Raises:
        StartError: it is a server's and behind, or it was made by a newer version.
        DatabaseError: it does not answer.
    """
    revision, latest = await current_revision(db), latest_revision()
    if revision == latest:
        return
    if await is_newer(db):
        log.warning("database.newer", revision=revision)
        return
    if url.path is None:
        message = "The database is behind this version; run `taskchat migrate` first."
        raise StartError(message)
    if revision is not None:
        log.info("database.copied", copy=str(copy_aside(url.path)))
    await asyncio.to_thread(upgrade, url)


async def is_newer(db: Database) -> bool:
    """Whether a newer version has made the schema, and this one may be served by it, too.

    Raises:
        StartError: it may not.
    """
    revision, latest = await current_revision(db), latest_revision()
    if revision is None or revision <= latest:
        return False
    oldest = await _oldest_served(db)
    if oldest is None or oldest > latest:
        message = (
            f"The database is at revision {revision}, made by a newer Taskchat; this version"
            f" knows {latest}. Start the newer one."
        )
        raise StartError(message)
    return True


async def _oldest_served(db: Database) -> str | None:
    """What the newest version that migrated said of older ones; None on SQLite, which has one server."""
    if db.dialect == "sqlite":
        return None

    async def work(tx: Transaction) -> str | None:
        row = await tx.fetchrow(
            "SELECT obj_description(to_regclass('alembic_version'), 'pg_class') AS told"
        )
        return None if row is None else row["told"]

    told = await db.read(work) or ""
    return told.removeprefix(_SERVES) if told.startswith(_SERVES) else None


def unreachable(url: DatabaseUrl, setting: str = "DATABASE_URL") -> StartError:
    """Why a command cannot start without its database."""
    if url.path is not None:
        return StartError(
            f"DATABASE_URL ({url.shown}, by default in TASKCHAT_DATA_DIR) cannot be used; check that"
            " it is a database of Taskchat's, or nothing yet, in a directory that may be written to."
        )
    return StartError(
        f"{setting} ({url.shown}) cannot be used; check that the database is there, that it runs,"
        " and that the name and password are right."
    )


def upgrade(url: DatabaseUrl, revision: str = "head", *, service: str | None = None) -> None:
    """Migrate up to `revision`. Blocks; call it in a thread from async code.

    Args:
        url: by the tables' owner.
        revision: `head` is the newest.
        service: the role that serves, where it is another than the owner: it is given the right to
            read and write rows, which row-level security narrows to one user's.

    Raises:
        StartError: something else holds a table for too long.
        DatabaseError: the server cannot be reached, or refuses us.
    """
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            _run(url, lambda config: _command().upgrade(config, revision))
            break
        except _TableInUseError:  # each revision is a transaction: those before it are done
            if not tries_left:
                raise _in_use() from None
            time.sleep(LOCK_PAUSE_S)
    if url.path is None and revision == "head":
        with_connection(url, _say_whom_it_serves)
    if service is not None:
        with_connection(url, lambda connection: _grant(connection, service))


def _say_whom_it_serves(connection: Connection) -> None:
    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_SERVES}{OLDEST_SERVED}'")
    connection.commit()


def _in_use() -> StartError:
    return StartError(
        "A table that is to be changed is in use by a long transaction, such as a backup or a report;"
        " nothing is half done: run this again when that has ended."
    )


def _grant(connection: Connection, service: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    schema = quote(str(connection.exec_driver_sql("SELECT current_schema()").scalar_one()))
    for rights in (
        f"USAGE ON SCHEMA {schema}",
        f"SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}",
        f"USAGE ON ALL SEQUENCES IN SCHEMA {schema}",
        f"EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema}",
    ):
        connection.exec_driver_sql(f"GRANT {rights} TO {quote(service)}")
    connection.exec_driver_sql(
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quote(service)}"
    )
    connection.commit()


def downgrade(url: DatabaseUrl, revision: str) -> None:
    """Migrate down to `revision`, or to nothing for `base`."""
    _run(url, lambda config: _command().downgrade(config, revision))


def copy_aside(path: Path) -> Path | None:
    """Copy an embedded database before it is migrated; None where there is no file yet.

    The copy is made through SQLite itself, so that what is still in the log is in it.
    """
    if not path.exists():
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.before-{latest_revision()}-{stamp}")
    source, target = connect(path), connect(copy)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.close()
        target.close()
    shutil.copymode(path, copy)
    return copy


def _command():  # noqa: ANN202  a module
    from alembic import command

    return command


def _run(url: DatabaseUrl, action: Callable[[Config], None]) -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))

    def migrate(connection: Connection) -> None:
        config.attributes["connection"] = connection
        action(config)
        connection.commit()

    with_connection(url, migrate)


def with_connection(url: DatabaseUrl, action: Callable[[Connection], None]) -> None:
    """Give `action` an SQLAlchemy connection to the database; also used to compare schemas."""
    if url.path is not None:
        _with_sqlite(url.path, action)
    else:
        asyncio.run(_with_postgres(url.dsn, action))


def _with_sqlite(path: Path, action: Callable[[Connection], None]) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine("sqlite://", creator=lambda: connect(path))
    try:
        with engine.connect() as connection:
            action(connection)
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise DatabaseError from error
    finally:
        engine.dispose()


async def _with_postgres(dsn: str, action: Callable[[Connection], None]) -> None:
    import asyncpg
    from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine

    async def dial() -> asyncpg.Connection:
        try:
            connection = await asyncpg.connect(dsn, statement_cache_size=0)
        except ValueError as error:  # the address cannot be read
            raise DatabaseError from error
        await connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        return connection

    driver = PGDialect_asyncpg.import_dbapi()
    engine = create_async_engine(
        "postgresql+asyncpg://",
        # Neither keeps prepared statements: a transaction pooler may stand in between.
        creator=lambda: driver.connect(  # pyright: ignore[reportUnknownMemberType]  takes anything
            async_creator_fn=dial, prepared_statement_cache_size=0
        ),
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(action)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _IN_THE_WAY:
            raise _TableInUseError from error
        raise DatabaseError from error
    except (OSError, asyncpg.PostgresError, SQLAlchemyError, ConflictError) as error:
        raise DatabaseError from error
    finally:
        await engine.dispose()
