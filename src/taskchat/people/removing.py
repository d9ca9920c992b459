"""Deletes for good, in small pieces: what erase and purge have in common.

Each function works inside a transaction of someone else, as the user whose rows go: row-level security
holds here, too. A turn goes with its messages, steps and events, oldest turn first, so that no piece
holds its locks for long, however long the conversation is; the conversation goes with its last turn.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskchat.db.database import Transaction
    from taskchat.ids import ConversationId, TurnId, UserId

Removed = Counter[str]
"""How many rows went, by table."""

TURNS_AT_ONCE = 250
ROWS_AT_ONCE = 1000
_OF_A_TURN = ("turn_events", "steps", "messages")
# The oldest turns of a conversation are those up to the last of them.
_OLDEST = "SELECT id FROM turns WHERE user_id = $1 AND conversation_id = $2 AND id <= $3"


async def remove_turns(
    tx: Transaction, user: UserId, conversation: ConversationId
) -> tuple[Removed, bool]:
    """Delete the oldest turns of a conversation that is locked, and it with the last; says whether.

    None of its turns runs.
    """
    last = await tx.fetchrow(
        "SELECT max(id) AS id, count(*) AS turns FROM (SELECT id FROM turns"
        " WHERE user_id = $1 AND conversation_id = $2 ORDER BY id LIMIT $3) AS oldest",
        user,
        conversation,
        TURNS_AT_ONCE,
    )
    removed = Removed()
    if last is not None and last["id"] is not None:
        for table in _OF_A_TURN:
            removed[table] += await tx.execute(
                f"DELETE FROM {table} WHERE user_id = $1 AND turn_id IN ({_OLDEST})",  # noqa: S608
                user,
                conversation,
                last["id"],
            )
        removed["turns"] += await tx.execute(
            "DELETE FROM turns WHERE user_id = $1 AND conversation_id = $2 AND id <= $3",
            user,
            conversation,
            last["id"],
        )
        if last["turns"] == TURNS_AT_ONCE:
            return removed, False
    await tx.execute(
        "DELETE FROM waiters WHERE user_id = $1 AND conversation_id = $2", user, conversation
    )
    removed["conversations"] += await tx.execute(
        "DELETE FROM conversations WHERE user_id = $1 AND id = $2", user, conversation
    )
    return removed, True


async def forget_how(tx: Transaction, user: UserId, turns: list[TurnId]) -> None:
    """Delete what a turn did on its way to a message that is gone; both say what the message said.

    The last event keeps its number, from which that of the turn's end follows.
    """
    rows = [(user, turn) for turn in turns]
    await tx.execute_many("DELETE FROM steps WHERE user_id = $1 AND turn_id = $2", rows)
    await tx.execute_many(
        "UPDATE turn_events SET body = '{}' WHERE user_id = $1 AND turn_id = $2", rows
    )
