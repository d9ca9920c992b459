"""Open, tell and close on Postgres: one function of `migrations/functions/` each, so one round trip.

So is an act that needs to read nothing. On SQLite `journal_statements.py`, `journal_events.py` and
`journal_steps.py` do the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from taskchat.chat.journal_statements import json_text
from taskchat.db.database import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal_events import EventBatch
    from taskchat.chat.journal_statements import OpenTerms
    from taskchat.chat.records import Ending, OwnedTurn, Step, TurnRequest, Usage
    from taskchat.db.postgres import PostgresDatabase
    from taskchat.tasks.new_tasks import NewTasks


@dataclass(frozen=True, slots=True)
class Act:
    """An act that is known before it is stored."""

    turn: OwnedTurn
    usage: Usage
    lease_s: float | None
    """The lease begins anew; None: it stays as it is."""
    steps: Sequence[Step]
    added: NewTasks
    events: Sequence[TurnEvent]


async def open_turn(
    db: PostgresDatabase, request: TurnRequest, terms: OpenTerms
) -> Mapping[str, Any]:
    """Do what `journal_statements.open_turn` does; gives the same outcome."""
    has_uid = isinstance(request.conversation, UUID)
    rate = terms.limits.window
    row = await db.call(
        "SELECT turn_open_4($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
        " $17, $18, $19, $20, $21, $22, $23, $24) AS opening",
        terms.again,
        request.uid,
        request.user,
        None if has_uid else request.conversation,
        request.conversation if has_uid else request.new_conversation_uid,
        request.conversation is None,
        request.title,
        request.message_uid,
        request.content,
        json_text(request.metadata),
        request.key,
        request.digest,
        request.ticket,
        terms.waited,
        request.time_zone,
        request.streamed,
        terms.lease_s,
        terms.ticket_s,
        terms.window.messages,
        terms.window.tokens,
        None if rate is None else rate.limit,
        None if rate is None else rate.window_s,
        terms.limits.at_once,
        terms.limits.tokens_per_day,
    )
    return cast("Mapping[str, Any]", as_json(None if row is None else row["opening"]))


async def act(db: PostgresDatabase, act: Act, *, again: bool) -> bool:
    """Write an act down under the fence; says whether it holds."""
    row = await db.call(
        "SELECT turn_act_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS acted",
        again,
        act.turn.id,
        act.turn.epoch,
        act.turn.user,
        act.usage.input_tokens,
        act.usage.output_tokens,
        act.usage.requests,
        act.lease_s,
        act.steps[0].idx,
        # Bodies as texts within: what has no place in a text of Postgres' (NUL, as an escape) may
        # stand in its JSON, and would be refused where that is taken apart.
        json.dumps([{"idx": s.idx, "kind": s.kind, "body": json.dumps(s.body)} for s in act.steps]),
        act.added.as_json(),
        json.dumps([{"id": e.id, "name": e.name, "body": json.dumps(e.data)} for e in act.events])
        if act.events
        else None,
    )
    return row is not None and row["acted"]


async def tell(db: PostgresDatabase, batches: Sequence[EventBatch]) -> Sequence[bool]:
    """Write down what several turns tell, under the fence of each; says whether they hold."""
    turns = [batch.turn for batch in batches]
    events = [event for batch in batches for event in batch.events]
    row = await db.call(
        "SELECT turns_tell_1($1, $2, $3, $4, $5, $6, $7, $8) AS told",
        [batch.again for batch in batches],
        [turn.id for turn in turns],
        [turn.epoch for turn in turns],
        [turn.user for turn in turns],
        [len(batch.events) for batch in batches],
        [event.id for event in events],
        [event.name for event in events],
        [json.dumps(event.data) for event in events],
    )
    return [] if row is None else row["told"]


async def close_turn(
    db: PostgresDatabase, turn: OwnedTurn, ending: Ending, uid: UUID
) -> Mapping[str, Any]:
    """Do what `journal_statements.close_turn` does; gives the same outcome."""
    row = await db.call(
        "SELECT turn_close_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " AS closing",
        turn.id,
        turn.epoch,
        turn.user,
        turn.conversation_id,
        ending.status,
        ending.error_code,
        ending.retryable,
        uid,
        ending.content,
        json_text(ending.tool_calls),
        json_text(ending.tool_results),
        json_text(ending.metadata),
        ending.usage.input_tokens,
        ending.usage.output_tokens,
        ending.usage.requests,
    )
    return cast("Mapping[str, Any]", as_json(None if row is None else row["closing"]))
