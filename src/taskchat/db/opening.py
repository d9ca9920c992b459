"""Opens the database that an address names."""

from __future__ import annotations

from taskchat.db.database import Database
from taskchat.db.sqlite import SqliteDatabase
from taskchat.db.urls import DatabaseUrl


async def open_database(url: DatabaseUrl) -> Database:
    """Open a database; it may be behind (see `db/migrate.py`).

    Raises:
        DatabaseError: a server cannot be reached, or refuses us.
    """
    if url.path is not None:
        url.path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(url.path)
    from taskchat.db.postgres import open_postgres  # noqa: PLC0415  asyncpg only where it is used

    return await open_postgres(url.dsn)
