"""Lets a turn that failed retryably run again, as the next attempt of whoever asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.chat import budget, journal_events, journal_leases, journal_reads
from taskchat.chat.records import Claim

if TYPE_CHECKING:
    from taskchat.chat.limits import Limits
    from taskchat.chat.records import TurnRecord
    from taskchat.db.database import Transaction


async def continue_turn(
    tx: Transaction, record: TurnRecord, lease_s: float, limits: Limits
) -> Claim | None:
    """Take the turn; None where it may not go on any more.

    Raises:
        TokenBudgetSpentError: it might, but its user's tokens of the day are spent.
    """
    conversation = await tx.fetchrow(
        "SELECT id FROM conversations WHERE user_id = $1 AND id = $2"
        " AND deleted_at IS NULL FOR NO KEY UPDATE",
        record.user,
        record.conversation_id,
    )
    if conversation is None:
        return None  # deleted a moment ago
    # What the caller knows may be an earlier attempt's end.
    ended = await journal_reads.record(tx, record.user, record.id)
    # To compare user_seq with last_seq would not do: a failed turn without a reply that is followed
    # by a question looks like the last one.
    row = await tx.fetchrow(
        "UPDATE turns SET status = 'running', epoch = epoch + 1, attempt = attempt + 1,"
        " lease_until = epoch_now() + $2, offered = false, error_code = NULL,"
        " retryable = false, finished_at = NULL"
        " WHERE id = $1 AND status = 'failed' AND retryable AND NOT EXISTS"
        " (SELECT 1 FROM messages WHERE messages.conversation_id = turns.conversation_id"
        "  AND messages.seq > turns.user_seq AND messages.turn_id <> turns.id)"
        " RETURNING epoch",
        record.id,
        lease_s,
    )
    if row is None or ended is None:
        return None
    # Last, so that what may not go on anyway is told as it ended.
    most = limits.tokens_per_day
    if most is not None and (found := await budget.spent(tx, record.user, most)):
        raise limits.refusal(found)
    await journal_leases.doubt(tx, record.id)
    if ended.streamed:
        await journal_events.keep_end(tx, ended)
    return Claim(record.id, record.user, row["epoch"])
