"""Purges what people deleted once it is old enough: from then on nothing restores it.

Which users have something to purge is looked for across all of them, on Postgres by a function of the
tables' owner that tells ids alone; the rows are deleted as the user whose they are. Every copy may do
it at once: rows that another one holds or has deleted are no loss.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from taskchat.chat.conversations import BEING_PURGED
from taskchat.chat.journal import settled
from taskchat.ids import ConversationId, TurnId, UserId
from taskchat.people.removing import ROWS_AT_ONCE, Removed, forget_how, remove_turns

if TYPE_CHECKING:
    from datetime import timedelta

    from taskchat.db.database import Database, Transaction

log = structlog.get_logger()

USERS_AT_ONCE = 100


class Retention:
    """Purges; each piece is a transaction of its own, which it commits."""

    def __init__(self, db: Database, keep_for: timedelta | None) -> None:
        """Join the parts.

        Args:
            db: where everything is.
            keep_for: how long what was deleted can be restored (`TASKCHAT_RETENTION_DAYS`); None keeps
                it for ever.
        """
        self._db = db
        self._keep_for = keep_for

    async def purge(self) -> Removed:
        """Delete for good what was deleted so long ago, of all users; says how much."""
        removed = Removed()
        if self._keep_for is None:
            return removed
        before = datetime.now(UTC) - self._keep_for
        has_more = True
        while has_more:
            has_more = False
            for user in await self._db.read(lambda tx: _users(tx, before)):
                while piece := await self._piece(user, before):
                    removed += piece
                    has_more = True
        if removed:
            log.info("deleted.purged", **removed)
        return removed

    async def _piece(self, user: UserId, before: datetime) -> Removed:
        async def work(tx: Transaction) -> Removed:
            return (
                await _conversations(tx, user, before)
                or await _messages(tx, user, before)
                or await _tasks(tx, user, before)
            )

        return await settled(lambda _: self._db.transaction(work, user=user))


async def _users(tx: Transaction, before: datetime) -> list[UserId]:
    if tx.dialect == "postgres":
        sql = "SELECT users_with_deleted_1($1, $2) AS user_id"
    else:
        sql = " UNION ".join(
            f"SELECT user_id FROM (SELECT user_id FROM {table} WHERE deleted_at < $1 LIMIT $2)"  # noqa: S608
            for table in ("tasks", "conversations", "messages")
        )
    return [UserId(row["user_id"]) for row in await tx.fetch(sql, before, USERS_AT_ONCE)]


async def _conversations(tx: Transaction, user: UserId, before: datetime) -> Removed:
    """The oldest turns of one conversation. What is left of it cannot be restored from here on."""
    row = await tx.fetchrow(
        "SELECT id FROM conversations WHERE user_id = $1 AND deleted_at < $2"
        " ORDER BY id LIMIT 1 FOR UPDATE",
        user,
        before,
    )
    if row is None:
        return Removed()
    conversation = ConversationId(row["id"])
    removed, is_gone = await remove_turns(tx, user, conversation)
    if not is_gone:
        await tx.execute(
            "UPDATE conversations SET deleted_at = $3 WHERE user_id = $1 AND id = $2",
            user,
            conversation,
            BEING_PURGED,
        )
    return removed


async def _messages(tx: Transaction, user: UserId, before: datetime) -> Removed:
    """Messages that were deleted one by one, with what their turns did to come to them."""
    rows = await tx.fetch(
        "SELECT m.id, m.turn_id FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        " WHERE m.user_id = $1 AND m.deleted_at < $2"
        " AND (c.deleted_at IS NULL OR c.deleted_at >= $2) ORDER BY m.id LIMIT $3",
        user,
        before,
        ROWS_AT_ONCE,
    )
    await forget_how(tx, user, [TurnId(row["turn_id"]) for row in rows])
    await tx.execute_many(
        "DELETE FROM messages WHERE user_id = $1 AND id = $2", [(user, row["id"]) for row in rows]
    )
    return +Removed(messages=len(rows))


async def _tasks(tx: Transaction, user: UserId, before: datetime) -> Removed:
    tasks = await tx.execute(
        # Asked for twice: one that is restored at this moment stays.
        "DELETE FROM tasks WHERE user_id = $1 AND deleted_at < $2 AND id IN"
        " (SELECT id FROM tasks WHERE user_id = $1 AND deleted_at < $2 ORDER BY id LIMIT $3)",
        user,
        before,
        ROWS_AT_ONCE,
    )
    return +Removed(tasks=tasks)
