"""Opens the database that an address names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.db.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from taskchat.db.database import Database
    from taskchat.db.urls import DatabaseUrl


async def open_database(url: DatabaseUrl) -> Database:
    """Open a database; it may be behind (see `db/migrate.py`).

    Raises:
        DatabaseError: a server cannot be reached, or refuses us.
    """
    if url.path is not None:
        url.path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(url.path)
    from taskchat.db.postgres import open_postgres

    return await open_postgres(url.dsn)
