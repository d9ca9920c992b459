"""Opens the database that the settings name, at the schema this version needs."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.db.migrate import prepare, unreachable
from taskchat.db.sqlite import SqliteDatabase
from taskchat.db.urls import parse_database_url
from taskchat.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from taskchat.db.database import Database
    from taskchat.db.urls import DatabaseUrl
    from taskchat.settings import Settings


async def open_database(url: DatabaseUrl) -> Database:
    """Open a database; it may be behind (see `opened`).

    Raises:
        DatabaseError: a server cannot be reached, or refuses us; a directory cannot be made.
    """
    if url.path is not None:
        try:
            url.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError from error
        return SqliteDatabase(url.path)
    from taskchat.db.postgres import open_postgres

    return await open_postgres(url.dsn, pooled=url.pooled)


def served_database(settings: Settings) -> DatabaseUrl:
    """The database that the settings name.

    Raises:
        StartError: its address is none.
    """
    url = parse_database_url(settings.database)
    return replace(url, pooled=url.path is None and settings.pooler == "transaction")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Database]:
    """The database, at the schema this version needs.

    Raises:
        StartError: it cannot be reached, or is a server's and behind.
    """
    url = served_database(settings)
    async with AsyncExitStack() as stack:
        try:
            db = await open_database(url)
            stack.push_async_callback(db.close)
            await prepare(db, url)
        except DatabaseError:
            raise unreachable(url) from None
        yield db
