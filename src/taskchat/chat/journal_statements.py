"""Open and close, statement by statement, for the embedded database.

On Postgres `journal_functions.py` has the same work done in one round trip each; the tests run both. SQLite's writer lock is held from the first statement on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from taskchat.chat import budget, journal_reads
from taskchat.chat.journal_leases import MINE
from taskchat.db.database import Row, Transaction, as_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskchat.chat.limits import Limits
    from taskchat.chat.records import Ending, OwnedTurn, TurnRequest
    from taskchat.chat.window import Window

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class OpenTerms:
    """The conditions of an open: seconds, and which earlier messages are wanted."""

    again: bool
    waited: bool
    lease_s: float
    ticket_s: float
    window: Window
    limits: Limits


def json_text(value: object) -> str | None:
    """A value as a JSON column takes it."""
    return None if value is None else json.dumps(value)


async def open_turn(tx: Transaction, request: TurnRequest, terms: OpenTerms) -> Mapping[str, Any]:
    """Do what `turn_open_4` does; gives the same outcome."""
    if terms.again:
        mine = await tx.fetchrow(
            "SELECT id, epoch FROM turns WHERE uid = $1 AND user_id = $2", request.uid, request.user
        )
        if mine is not None:
            return {"outcome": "mine", "turn_id": mine["id"], "epoch": mine["epoch"]}
    conversation = await _lock_conversation(tx, request)
    if conversation is None and request.conversation is not None:
        return {"outcome": "missing"}
    if request.key is not None:
        known = await _look_up_key(tx, request, conversation)
        if known is not None:
            return known
    if (limited := await _over_limit(tx, request, terms.limits)) is not None:
        return limited
    if conversation is not None and await _is_busy(tx, request, conversation["id"]):
        await tx.execute(
            "INSERT INTO waiters (uid, user_id, conversation_id, seen_until)"
            " VALUES ($1, $2, $3, epoch_now() + $4)"
            " ON CONFLICT (uid) DO UPDATE SET seen_until = excluded.seen_until",
            request.ticket,
            request.user,
            conversation["id"],
            terms.ticket_s,
        )
        return {"outcome": "busy", "conversation_id": conversation["id"]}
    return await _store(tx, request, terms, conversation)


async def _lock_conversation(tx: Transaction, request: TurnRequest) -> Row | None:
    if request.conversation is None:
        return None
    column = "uid" if isinstance(request.conversation, UUID) else "id"
    return await tx.fetchrow(
        "SELECT id, uid FROM conversations"  # noqa: S608  one of two names of ours
        f" WHERE {column} = $1 AND user_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
        request.conversation,
        request.user,
    )


async def _look_up_key(
    tx: Transaction, request: TurnRequest, conversation: Row | None
) -> Mapping[str, Any] | None:
    turn = await tx.fetchrow(
        "SELECT turns.id, turns.status, turns.request_hash, turns.began_conversation,"
        " turns.conversation_id, conversations.deleted_at,"
        " epoch_now() - unixepoch(turns.created_at) AS age_s"
        " FROM turns JOIN conversations ON conversations.id = turns.conversation_id"
        " WHERE turns.user_id = $1 AND turns.idempotency_key = $2",
        request.user,
        request.key,
    )
    if turn is None:
        return None
    if turn["status"] != "running" and turn["age_s"] > _DAY_S:
        await tx.execute("UPDATE turns SET idempotency_key = NULL WHERE id = $1", turn["id"])
        return None
    elsewhere = conversation is not None and turn["conversation_id"] != conversation["id"]
    began = bool(turn["began_conversation"])
    if turn["request_hash"] != request.digest or began != (conversation is None) or elsewhere:
        return {"outcome": "reused"}
    if turn["deleted_at"] is not None:
        return {"outcome": "missing"}
    return {"outcome": "same", "turn_id": turn["id"]}


async def _over_limit(
    tx: Transaction, request: TurnRequest, limits: Limits
) -> Mapping[str, Any] | None:
    if (rate := limits.window) is not None:
        # The age of the n-th newest turn tells whether there is room: no counter, nothing to write.
        since = datetime.now(UTC) - timedelta(seconds=rate.window_s)
        row = await tx.fetchrow(
            "SELECT $3 - (epoch_now() - unixepoch(created_at)) AS room_s FROM turns"
            " WHERE user_id = $1 AND created_at > $2"
            " ORDER BY created_at DESC LIMIT 1 OFFSET $4",
            request.user,
            since,
            rate.window_s,
            rate.limit - 1,
        )
        if row is not None:
            return {"outcome": "limited", "by": "rate", "room_s": row["room_s"]}
    if limits.at_once is not None:
        # The index of running turns holds only those that run now, of all users.
        row = await tx.fetchrow(
            "SELECT count(*) AS running FROM turns INDEXED BY turns_running"
            " WHERE status = 'running' AND user_id = $1",
            request.user,
        )
        if row is not None and row["running"] >= limits.at_once:
            return {"outcome": "limited", "by": "at_once", "room_s": 1}
    if limits.tokens_per_day is not None:
        return await budget.spent(tx, request.user, limits.tokens_per_day)
    return None


async def _is_busy(tx: Transaction, request: TurnRequest, conversation_id: int) -> bool:
    running = await tx.fetchrow(
        "SELECT id FROM turns WHERE conversation_id = $1 AND status = 'running'", conversation_id
    )
    if running is not None:
        return True
    # As with leases: a ticket that ends too far ahead is of a clock that has been set back since.
    older = await tx.fetchrow(
        "SELECT id FROM waiters WHERE conversation_id = $1"
        " AND seen_until BETWEEN epoch_now() AND epoch_now() + 60"
        " AND uid <> $2 AND id < coalesce("
        "  (SELECT id FROM waiters WHERE uid = $2), 9223372036854775807) LIMIT 1",
        conversation_id,
        request.ticket,
    )
    return older is not None


async def _store(
    tx: Transaction, request: TurnRequest, terms: OpenTerms, conversation: Row | None
) -> Mapping[str, Any]:
    if conversation is None:
        counted = await tx.fetchrow(
            "INSERT INTO conversations (uid, user_id, title, last_seq, message_count,"
            " last_message_at, created_at, updated_at) SELECT $1, $2, $3, 1, 1, now, now, now"
            " FROM (SELECT clock_timestamp() AS now)"
            " RETURNING id, uid, last_seq, updated_at, summary, summary_seq",
            request.new_conversation_uid,
            request.user,
            request.title,
        )
        history: list[tuple[object, ...]] = []
    else:
        counted = await tx.fetchrow(
            "UPDATE conversations SET last_seq = last_seq + 1, message_count = message_count + 1,"
            " last_message_at = clock.now, updated_at = clock.now,"
            " title = CASE WHEN auto_title THEN $2 ELSE title END, auto_title = false"
            " FROM (SELECT clock_timestamp() AS now) AS clock"
            " WHERE id = $1 RETURNING id, uid, last_seq, updated_at, summary, summary_seq",
            conversation["id"],
            request.title,
        )
        history = await journal_reads.history(tx, conversation["id"], terms.window)
    assert counted is not None  # noqa: S101  inserted, or found under the lock
    now: str = counted["updated_at"]
    turn = await tx.fetchrow(
        "INSERT INTO turns (uid, user_id, conversation_id, status, lease_until, streamed,"
        " idempotency_key, request_hash, began_conversation, user_seq, time_zone, created_at)"
        " VALUES ($1, $2, $3, 'running', epoch_now() + $4, $5, $6, $7, $8, $9, $10, $11)"
        " RETURNING id",
        request.uid,
        request.user,
        counted["id"],
        terms.lease_s,
        request.streamed,
        request.key,
        request.digest,
        conversation is None,
        counted["last_seq"],
        request.time_zone,
        now,
    )
    assert turn is not None  # noqa: S101  inserted
    await tx.execute(
        "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
        " metadata, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'user', $6, $7, $8, $8)",
        request.message_uid,
        counted["id"],
        request.user,
        turn["id"],
        counted["last_seq"],
        request.content,
        json_text(request.metadata),
        now,
    )
    if terms.waited:
        # Ours, and those that a process which died has left.
        await tx.execute(
            "DELETE FROM waiters WHERE conversation_id = $1"
            " AND (uid = $2 OR seen_until NOT BETWEEN epoch_now() AND epoch_now() + 60)",
            counted["id"],
            request.ticket,
        )
    return {
        "outcome": "opened",
        "turn_id": turn["id"],
        "conversation_id": counted["id"],
        "conversation_uid": counted["uid"],
        "created_at": as_time(now).timestamp(),
        "history": history,
        "summary": counted["summary"],
        "summary_seq": counted["summary_seq"],
    }


async def close_turn(
    tx: Transaction, turn: OwnedTurn, ending: Ending, uid: UUID
) -> Mapping[str, Any]:
    """Do what `turn_close_1` does; gives the same outcome.

    In words of both databases: `journal_cancel.py` ends a turn with it inside its own transaction.
    """
    ended = await tx.fetchrow(
        "UPDATE turns SET status = $4, error_code = $5, retryable = $6, input_tokens = $7,"  # noqa: S608
        " output_tokens = $8, requests = $9, finished_at = clock_timestamp()"
        f" WHERE {MINE} RETURNING user_seq, finished_at",
        turn.id,
        turn.epoch,
        turn.user,
        ending.status,
        ending.error_code,
        ending.retryable,
        ending.usage.input_tokens,
        ending.usage.output_tokens,
        ending.usage.requests,
    )
    if ended is None:
        return {"closed": False}
    if ending.content is None:
        return {"closed": True, "finished_at": as_time(ended["finished_at"]).timestamp()}
    now: str = ended["finished_at"]
    message = await tx.fetchrow(
        "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
        " tool_calls, tool_results, metadata, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, 'assistant', $6, $7, $8, $9, $10, $10)"
        " ON CONFLICT (conversation_id, seq) DO UPDATE SET content = excluded.content,"
        " tool_calls = excluded.tool_calls, tool_results = excluded.tool_results,"
        " metadata = excluded.metadata, updated_at = excluded.updated_at WHERE messages.turn_id = $4"
        " RETURNING uid, created_at",
        uid,
        turn.conversation_id,
        turn.user,
        turn.id,
        ended["user_seq"] + 1,
        ending.content,
        json_text(ending.tool_calls),
        json_text(ending.tool_results),
        json_text(ending.metadata),
        now,
    )
    assert message is not None  # noqa: S101  its place belongs to this turn alone
    await tx.execute(
        "UPDATE conversations SET last_seq = CASE WHEN last_seq < $2 THEN $2 ELSE last_seq END,"
        " message_count = message_count + $3, last_message_at = $4, updated_at = $4 WHERE id = $1",
        turn.conversation_id,
        ended["user_seq"] + 1,
        int(message["created_at"] == now),
        now,
    )
    return {
        "closed": True,
        "finished_at": as_time(now).timestamp(),
        "message_uid": message["uid"],
        "created_at": as_time(message["created_at"]).timestamp(),
    }
