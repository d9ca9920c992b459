"""The embedded database's file: opened with our settings, and written anew once people are erased."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from glob import escape
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from pathlib import Path

BUSY_TIMEOUT_S = 10
"""How long to wait for another process (`taskchat tasks` beside the server) to let go."""
_EMPTYING_TRIES = 3


def connect(path: Path) -> sqlite3.Connection:
    """A connection with our settings; made here for the server, the migrations and the tests."""
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.create_function("clock_timestamp", 0, lambda: _time_text(datetime.now(UTC)))
    connection.create_function("epoch_now", 0, lambda: datetime.now(UTC).timestamp())
    # Postgres knows these two for every alphabet; SQLite's own lower() knows ASCII.
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("strpos", 2, _strpos, deterministic=True)
    # What is deleted is overwritten, so that nobody finds it in the file (see `write_anew`).
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def write_anew(connection: sqlite3.Connection) -> bool:
    """Write the whole file anew and empty its log into it; says whether that is done.

    What is deleted is overwritten (`secure_delete`), but for copies of cells that are left in the
    gaps of index pages when those are split: of 10,000 messages one or two.
    """
    connection.execute("VACUUM")
    for _ in range(_EMPTYING_TRIES):  # each waits for those who read
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return True
    return False


def copies_aside(path: Path) -> list[Path]:
    """The copies of a database that were made before it was migrated (`migrate.copy_aside`)."""
    return sorted(path.parent.glob(f"{escape(path.name)}.before-*"))


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _strpos(text: str | None, part: str | None) -> int | None:
    return None if text is None or part is None else text.find(part) + 1


def _time_text(moment: datetime) -> str:
    """UTC with microseconds: text that sorts as time, in SQLAlchemy's own form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


sqlite3.register_adapter(datetime, _time_text)
sqlite3.register_adapter(UUID, str)
