"""Reads turns back: the record of one, or all that is needed to go on with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from taskchat.chat.events import STARTED_ID, TurnEvent, text_of, unreturned
from taskchat.chat.records import (
    HistoryMessage,
    OwnedTurn,
    Reply,
    Step,
    TurnRecord,
    Usage,
)
from taskchat.chat.window import CHARS_PER_TOKEN, MESSAGE_TOKENS, Window
from taskchat.db.database import Row, Transaction, as_json, as_optional_time, as_time, as_uuid
from taskchat.ids import ConversationId, TurnId, UserId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskchat.chat.records import Ending, TurnRequest


def moment(epoch_s: float) -> datetime:
    """A time that came as seconds; exact to the microsecond for some 200 years."""
    return datetime.fromtimestamp(epoch_s, UTC)


async def history(
    tx: Transaction, conversation: int, window: Window, *, before_seq: int | None = None
) -> list[tuple[object, ...]]:
    """The newest messages (role, content, tool calls, tool results, seq), oldest first.

    A reply comes only directly after its question: without it, it would pass for the answer to an
    earlier question that has none.
    """
    rows = await tx.fetch(
        "SELECT seq, role, content, tool_calls, tool_results"
        " FROM (SELECT newest.*, sum(tokens) OVER (ORDER BY seq DESC) AS total"
        "  FROM (SELECT seq, role, content, tool_calls, tool_results,"
        "    CASE WHEN $4 = 0 THEN 0 ELSE $5 + (length(content)"
        "     + coalesce(length(CAST(tool_calls AS TEXT)), 0)"
        "     + coalesce(length(CAST(tool_results AS TEXT)), 0)) / $6 END AS tokens"
        "   FROM messages WHERE conversation_id = $1 AND deleted_at IS NULL AND seq < $2"
        "   ORDER BY seq DESC LIMIT $3) AS newest) AS added_up"
        " WHERE total <= $4 ORDER BY seq",
        conversation,
        # Before the question itself is stored, everything is earlier.
        2**31 - 1 if before_seq is None else before_seq,
        window.messages,
        window.tokens or 0,
        MESSAGE_TOKENS,
        CHARS_PER_TOKEN,
    )
    places = {row["seq"] for row in rows}
    return [
        (
            row["role"],
            row["content"],
            as_json(row["tool_calls"]),
            as_json(row["tool_results"]),
            row["seq"],
        )
        for row in rows
        if row["role"] == "user" or row["seq"] - 1 in places
    ]


async def steps(tx: Transaction, turn: TurnId, *, from_idx: int = 0) -> Sequence[Step]:
    """What the turn has done, in order."""
    rows = await tx.fetch(
        "SELECT idx, kind, body FROM steps WHERE turn_id = $1 AND idx >= $2 ORDER BY idx",
        turn,
        from_idx,
    )
    return [Step(row["idx"], row["kind"], as_json(row["body"])) for row in rows]


async def events_told(
    tx: Transaction, user: UserId, turn: TurnId, after_id: int = 0
) -> list[TurnEvent]:
    """The stored events of a streamed turn after that number, in order."""
    rows = await tx.fetch(
        "SELECT id, name, body FROM turn_events"
        " WHERE user_id = $1 AND turn_id = $2 AND id > $3 ORDER BY id",
        user,
        turn,
        after_id,
    )
    return [TurnEvent(row["id"], row["name"], as_json(row["body"])) for row in rows]


async def owned_turn(tx: Transaction, turn: TurnId, epoch: int, window: Window) -> OwnedTurn | None:
    """A running turn at that epoch; None where it has another owner or has ended."""
    row = await tx.fetchrow(
        "SELECT t.id, t.uid, t.user_id, t.conversation_id, c.uid AS conversation_uid, t.epoch,"
        " t.attempt, t.user_seq, t.time_zone, t.created_at, t.streamed, t.input_tokens,"
        " t.output_tokens, t.requests, c.summary, c.summary_seq, m.content,"
        " r.content AS replied"
        " FROM turns t JOIN conversations c ON c.id = t.conversation_id"
        " JOIN messages m ON m.conversation_id = t.conversation_id AND m.seq = t.user_seq"
        " LEFT JOIN messages r ON r.conversation_id = t.conversation_id"
        "  AND r.seq = t.user_seq + 1 AND r.turn_id = t.id"
        " WHERE t.id = $1 AND t.epoch = $2 AND t.status = 'running'",
        turn,
        epoch,
    )
    if row is None:
        return None
    earlier = await history(tx, row["conversation_id"], window, before_seq=row["user_seq"])
    user, streamed = UserId(row["user_id"]), bool(row["streamed"])
    told = await events_told(tx, user, turn) if streamed else ()
    return OwnedTurn(
        id=turn,
        uid=as_uuid(row["uid"]),
        user=user,
        conversation_id=ConversationId(row["conversation_id"]),
        conversation_uid=as_uuid(row["conversation_uid"]),
        epoch=row["epoch"],
        attempt=row["attempt"],
        question=row["content"],
        time_zone=row["time_zone"],
        created_at=as_time(row["created_at"]),
        history=[HistoryMessage(*cast("tuple[Any, ...]", entry)) for entry in earlier],
        summary=row["summary"] or "",
        summary_seq=row["summary_seq"],
        steps=await steps(tx, turn),
        streamed=streamed,
        last_event_id=told[-1].id if told else STARTED_ID,
        shown=text_of(told),
        unreturned=unreturned(told),
        replied=row["replied"],
        usage=Usage(row["input_tokens"], row["output_tokens"], row["requests"]),
    )


def opened_turn(request: TurnRequest, found: Mapping[str, Any]) -> OwnedTurn:
    """The turn that an open has just made, from its outcome."""
    return OwnedTurn(
        id=TurnId(found["turn_id"]),
        uid=request.uid,
        user=request.user,
        conversation_id=ConversationId(found["conversation_id"]),
        conversation_uid=as_uuid(found["conversation_uid"]),
        epoch=1,
        attempt=1,
        question=request.content,
        time_zone=request.time_zone,
        created_at=moment(found["created_at"]),
        history=[HistoryMessage(*entry) for entry in found["history"]],
        summary=found["summary"] or "",
        summary_seq=found["summary_seq"],
        streamed=request.streamed,
    )


def closed_turn(turn: OwnedTurn, ending: Ending, closed: Mapping[str, Any]) -> TurnRecord:
    """The turn that a close has just ended, from its outcome."""
    reply = None
    if ending.content is not None:
        reply = Reply(
            uid=as_uuid(closed["message_uid"]),
            content=ending.content,
            tool_calls=ending.tool_calls,
            tool_results=ending.tool_results,
            metadata=ending.metadata,
            created_at=moment(closed["created_at"]),
        )
    return TurnRecord(
        id=turn.id,
        uid=turn.uid,
        user=turn.user,
        conversation_id=turn.conversation_id,
        conversation_uid=turn.conversation_uid,
        status=ending.status,
        epoch=turn.epoch,
        attempt=turn.attempt,
        error_code=ending.error_code,
        retryable=ending.retryable,
        usage=ending.usage,
        created_at=turn.created_at,
        finished_at=moment(closed["finished_at"]),
        reply=reply,
        streamed=turn.streamed,
    )


async def is_last_end(tx: Transaction, ended: TurnRecord) -> bool:
    """Whether a turn that was read as ended has not gone on since."""
    row = await tx.fetchrow(
        "SELECT attempt FROM turns WHERE user_id = $1 AND id = $2", ended.user, ended.id
    )
    return row is None or row["attempt"] == ended.attempt


async def record(
    tx: Transaction, user: UserId, turn: TurnId | UUID, *, deleted_too: bool = False
) -> TurnRecord | None:
    """A turn of that user as it stands, by its number or its UUID.

    None where there is none, or (but for `deleted_too`) its conversation was deleted.
    """
    column = "uid" if isinstance(turn, UUID) else "id"  # one of two names of ours
    row = await tx.fetchrow(
        "SELECT t.id, t.uid, t.conversation_id, c.uid AS conversation_uid, t.status, t.epoch,"  # noqa: S608
        " t.attempt, t.error_code, t.retryable, t.input_tokens, t.output_tokens, t.requests,"
        " t.created_at, t.finished_at, t.streamed, m.uid AS message_uid, m.content, m.tool_calls,"
        " m.tool_results, m.metadata, m.created_at AS answered_at, m.deleted_at"
        " FROM turns t JOIN conversations c ON c.id = t.conversation_id"
        " LEFT JOIN messages m ON m.conversation_id = t.conversation_id AND m.seq = t.user_seq + 1"
        "  AND m.turn_id = t.id"
        f" WHERE t.user_id = $1 AND t.{column} = $2 AND (c.deleted_at IS NULL OR $3)",
        user,
        turn,
        deleted_too,
    )
    if row is None:
        return None
    return TurnRecord(
        id=TurnId(row["id"]),
        uid=as_uuid(row["uid"]),
        user=user,
        conversation_id=ConversationId(row["conversation_id"]),
        conversation_uid=as_uuid(row["conversation_uid"]),
        status=row["status"],
        epoch=row["epoch"],
        attempt=row["attempt"],
        error_code=row["error_code"],
        retryable=bool(row["retryable"]),
        usage=Usage(row["input_tokens"], row["output_tokens"], row["requests"]),
        created_at=as_time(row["created_at"]),
        finished_at=as_optional_time(row["finished_at"]),
        reply=_reply(row),
        streamed=bool(row["streamed"]),
        reply_deleted=row["deleted_at"] is not None,
    )


def _reply(row: Row) -> Reply | None:
    if row["message_uid"] is None or row["deleted_at"] is not None:
        return None
    return Reply(
        uid=as_uuid(row["message_uid"]),
        content=row["content"],
        tool_calls=cast("Sequence[Mapping[str, Any]] | None", as_json(row["tool_calls"])),
        tool_results=as_json(row["tool_results"]),
        metadata=as_json(row["metadata"]),
        created_at=as_time(row["answered_at"]),
    )
