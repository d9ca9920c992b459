"""The stored events of streamed turns: written under the turn's fence, read by anyone in order.

Numbers are the owner's: only it writes, so the next one is one more than the last it knows. The
first event (1) and the last end are not rows; see `events.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from taskchat.chat import journal_leases, journal_reads
from taskchat.chat.events import STARTED_ID, TurnEvent, ended, plain_story, started

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.chat.records import OwnedTurn, TurnRecord
    from taskchat.db.database import Transaction
    from taskchat.ids import TurnId, UserId

KEPT = timedelta(hours=24)
"""How long after its end a turn's events are told; then only the end is."""


async def insert(tx: Transaction, user: UserId, turn: TurnId, events: Sequence[TurnEvent]) -> None:
    """Write events down. Whoever calls holds the turn's row."""
    await tx.execute_many(
        "INSERT INTO turn_events (turn_id, id, user_id, name, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, clock_timestamp())",
        [(turn, event.id, user, event.name, json.dumps(event.data)) for event in events],
    )


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events that a turn tells together; `again` if they may have been written down before."""

    turn: OwnedTurn
    events: Sequence[TurnEvent]
    again: bool = False


async def tell(tx: Transaction, batch: EventBatch) -> bool:
    """Do what `turn_tell_1` does: write events down under the fence; says whether it holds."""
    turn, events = batch.turn, batch.events
    if not await journal_leases.fence(tx, turn):
        return False
    if batch.again and await newest_id(tx, turn.user, turn.id) >= events[0].id:
        return True  # the lost answer was that of a commit
    await insert(tx, turn.user, turn.id, events)
    return True


async def story(
    tx: Transaction, user: UserId, turn: TurnId, last_id: int
) -> tuple[TurnRecord, Sequence[TurnEvent]] | None:
    """How a turn stands and what it has told after that number; None where there is none."""
    # The turn first: what it told before it ended is then there, too. If it goes on between two
    # looks, the end that was seen first is not its last.
    while True:
        record = await journal_reads.record(tx, user, turn, deleted_too=True)
        if record is None:
            return None
        told = await _told(tx, record, last_id)
        if record.status == "running" or await journal_reads.is_last_end(tx, record):
            return record, told


async def _told(tx: Transaction, record: TurnRecord, last_id: int) -> Sequence[TurnEvent]:
    """All there is to tell of a turn after that number, its end included where it has ended."""
    if not record.streamed:
        told = plain_story(record, await journal_reads.steps(tx, record.id))
    else:
        told = await journal_reads.events_told(tx, record.user, record.id, last_id)
        newest = told[-1].id if told else await newest_id(tx, record.user, record.id)
        if last_id < STARTED_ID:
            told.insert(0, started(record))
        if record.status != "running":
            told.append(ended(record, newest + 1))
    is_old = record.finished_at is not None and datetime.now(UTC) - record.finished_at > KEPT
    if record.status != "running" and (is_old or record.reply_deleted):
        told = told[-1:]
    return [event for event in told if event.id > last_id]


async def newest_id(tx: Transaction, user: UserId, turn: TurnId) -> int:
    """The number of the last event that was given out, but for an end."""
    row = await tx.fetchrow(
        "SELECT max(id) AS id FROM turn_events WHERE user_id = $1 AND turn_id = $2", user, turn
    )
    return STARTED_ID if row is None or row["id"] is None else row["id"]


def completing(number: int, shown: str, content: str, attempt: int) -> TurnEvent:
    """The event after which `content` is shown."""
    if content.startswith(shown):
        return TurnEvent(number, "message.delta", {"text": content[len(shown) :]})
    return TurnEvent(number, "turn.resumed", {"attempt": attempt, "text": content})


async def keep_end(tx: Transaction, record: TurnRecord) -> None:
    """Write down the end of an attempt that is not the last any more."""
    number = await newest_id(tx, record.user, record.id)
    await insert(tx, record.user, record.id, [ended(record, number + 1)])


async def purge(tx: Transaction, before: datetime, limit: int) -> int:
    """Drop some of what was told of turns that ended before; says how much.

    The last row of a turn stays, since the number of its end follows from it.
    """
    if tx.dialect == "postgres":
        return len(await tx.fetch("SELECT turn_events_purge_2($1, $2)", before, limit))
    return await tx.execute(
        "DELETE FROM turn_events WHERE (turn_id, id) IN (SELECT e.turn_id, e.id"
        " FROM turn_events e JOIN turns t ON t.id = e.turn_id"
        " WHERE t.status <> 'running' AND t.finished_at < $1 AND e.id <"
        " (SELECT max(later.id) FROM turn_events later WHERE later.turn_id = e.turn_id) LIMIT $2)",
        before,
        limit,
    )
