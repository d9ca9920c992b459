"""Forgets `Idempotency-Key`s that are over: work across users."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.db.database import Transaction


async def purge(tx: Transaction, before: datetime, limit: int) -> int:
    """Take some of the keys from turns that were accepted before and have ended; says how many.

    As open does with the key that it is asked for: a turn that still runs keeps its own.
    """
    if tx.dialect == "postgres":
        return len(await tx.fetch("SELECT turn_keys_purge_1($1, $2)", before, limit))
    return await tx.execute(
        "UPDATE turns SET idempotency_key = NULL WHERE id IN (SELECT id FROM turns"
        " WHERE idempotency_key IS NOT NULL AND status <> 'running' AND created_at < $1"
        " ORDER BY id LIMIT $2)",
        before,
        limit,
    )
