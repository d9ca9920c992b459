"""Ends a running turn from outside: because its user wants that, or deletes the conversation.

Whoever does it holds the conversation's lock. The epoch is raised, so the owner's next write finds
that the turn is lost; steps are read after the turn's lock, so an act that commits meanwhile is told
of in the reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.chat import journal_events, journal_leases, journal_reads, journal_statements
from taskchat.chat.endings import cancelled
from taskchat.chat.events import numbered, returned
from taskchat.chat.journal_events import completing
from taskchat.chat.window import Window
from taskchat.ids import TurnId, UserId, new_uid

if TYPE_CHECKING:
    from taskchat.chat.records import TurnRecord
    from taskchat.db.database import Transaction
    from taskchat.ids import ConversationId


async def cancel_running(
    tx: Transaction, user: UserId, conversation: ConversationId
) -> TurnId | None:
    """End the turn that runs in a conversation that is locked; says which, None where none runs."""
    running = await tx.fetchrow(
        "SELECT id, epoch FROM turns"
        " WHERE user_id = $1 AND conversation_id = $2 AND status = 'running' FOR NO KEY UPDATE",
        user,
        conversation,
    )
    if running is None:
        return None
    await journal_leases.doubt(tx, TurnId(running["id"]))
    turn = await journal_reads.owned_turn(tx, TurnId(running["id"]), running["epoch"], Window(0))
    assert turn is not None  # noqa: S101  its row is locked
    ending = cancelled(turn)
    if turn.streamed and ending.content is not None:
        results = [returned(step) for step in turn.steps if step.body.get("id") in turn.unreturned]
        events = numbered(results, turn.last_event_id + 1)
        number = turn.last_event_id + 1 + len(events)
        events.append(completing(number, turn.shown, ending.content, turn.attempt))
        await journal_events.insert(tx, user, turn.id, events)
    await journal_statements.close_turn(tx, turn, ending, new_uid())
    await tx.execute("UPDATE turns SET epoch = epoch + 1 WHERE id = $1", turn.id)
    return turn.id


async def cancel(
    tx: Transaction, user: UserId, record: TurnRecord
) -> tuple[TurnRecord | None, bool]:
    """End one turn; gives it as it then stands, and whether it ran until now."""
    await tx.fetchrow(
        "SELECT id FROM conversations WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE",
        user,
        record.conversation_id,
    )
    # A turn that was just read may have ended, and another may run there by now.
    locked = await journal_reads.record(tx, user, record.id)
    if locked is None or locked.status != "running":
        return locked, False
    await cancel_running(tx, user, record.conversation_id)
    return await journal_reads.record(tx, user, record.id), True
