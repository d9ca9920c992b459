"""Column types that mean the same on both databases. Only migrations and their tests load this."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, Double, Index, Integer, Uuid, text
from sqlalchemy.types import CHAR, JSON, TypeEngine

# SQLite counts rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
Key: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
# Plain JSON, not JSONB: what is stored comes back in the same bytes, so a replayed answer is equal.
Json = JSON()
Time = DateTime(timezone=True)
# SQLite keeps the 36 characters that people see elsewhere.
Uid = Uuid(as_uuid=True).with_variant(CHAR(36), "sqlite")
Seconds: TypeEngine[float] = Double()


def gone(name: str) -> Index:
    """An index of the rows that were soft-deleted, by when: what a purge looks for."""
    where = text("deleted_at IS NOT NULL")
    return Index(name, "deleted_at", postgresql_where=where, sqlite_where=where)
