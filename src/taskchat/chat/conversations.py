"""All SQL on conversations that is not part of a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.ids import ConversationId, UserId

if TYPE_CHECKING:
    from taskchat.db.database import Transaction


async def latest_conversation(tx: Transaction, user: UserId) -> ConversationId | None:
    """The conversation that the user began last, or None."""
    row = await tx.fetchrow(
        "SELECT id FROM conversations WHERE user_id = $1 AND deleted_at IS NULL"
        " ORDER BY created_at DESC, id DESC LIMIT 1",
        user,
    )
    return None if row is None else ConversationId(row["id"])
