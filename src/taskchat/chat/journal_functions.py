"""Open, tell and close on Postgres: one function of `migrations/functions/` each, so one round trip.

On SQLite `journal_statements.py` and `journal_events.py` do the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from taskchat.chat.journal_statements import json_text
from taskchat.db.database import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal_statements import OpenTerms
    from taskchat.chat.records import Ending, OwnedTurn, TurnRequest
    from taskchat.db.postgres import PostgresDatabase


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


async def tell(
    db: PostgresDatabase, turn: OwnedTurn, events: Sequence[TurnEvent], *, again: bool
) -> bool:
    """Write events down under the fence; says whether it holds."""
    row = await db.call(
        "SELECT turn_tell_1($1, $2, $3, $4, $5, $6, $7) AS told",
        again,
        turn.id,
        turn.epoch,
        turn.user,
        [event.id for event in events],
        [event.name for event in events],
        [json.dumps(event.data) for event in events],
    )
    return row is not None and row["told"]


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
