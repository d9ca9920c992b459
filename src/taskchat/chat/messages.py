"""All SQL on messages that is not part of a turn, inside a transaction of someone else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskchat.chat.paging import Page, read_cursor, write_cursor
from taskchat.db.database import Argument, Row, Transaction, as_json, as_time, as_uuid
from taskchat.errors import ConversationBusyError, MessageNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from taskchat.chat.conversations import Conversation
    from taskchat.chat.records import Role
    from taskchat.ids import UserId

BUSY_RETRY_S = 5
"""When to try again to delete a message of a turn that runs."""
LAST_SEQ = 2**31 - 1
"""No message comes after that place."""

_SELECT = (
    "SELECT m.uid, m.seq, t.uid AS turn_uid, m.role, m.content, m.tool_calls, m.tool_results,"
    " m.metadata, m.created_at FROM messages m JOIN turns t ON t.id = m.turn_id"
    " WHERE m.user_id = $1 AND m.conversation_id = $2 AND m.deleted_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation."""

    uid: UUID
    conversation_uid: UUID
    turn_uid: UUID
    role: Role
    content: str
    tool_calls: Sequence[Mapping[str, Any]] | None
    """In the chat-completions form."""
    tool_results: Mapping[str, Mapping[str, Any]] | None
    """By call id: name, ok, result."""
    metadata: Mapping[str, Any] | None
    created_at: datetime


class MessageList:
    """The messages of one user's conversation, in one open transaction; deleted ones are gone."""

    def __init__(self, tx: Transaction, user: UserId, conversation: Conversation) -> None:
        self._tx = tx
        self._user = user
        self._conversation = conversation

    async def page(
        self, *, limit: int, offset: int = 0, before: str | None = None
    ) -> Page[Message]:
        """A page of the list, newest first, in one statement; the total is the conversation's own.

        Raises:
            InvalidInputError: `before` is no cursor of a list of messages.
        """
        place = LAST_SEQ if before is None else read_cursor(before, "seq", LAST_SEQ)[0]
        rows = await self._tx.fetch(
            f"{_SELECT} AND m.seq < $3 ORDER BY m.seq DESC LIMIT $4 OFFSET $5",
            self._user,
            self._conversation.id,
            place,
            limit + 1,
            offset,
        )
        found = [self._message(row) for row in rows[:limit]]
        after = write_cursor("seq", rows[limit - 1]["seq"]) if len(rows) > limit else None
        return Page(found, self._conversation.message_count, after)

    async def beside(
        self, seq: int, *, newest_first: bool, limit: int
    ) -> Sequence[tuple[int, Message]]:
        """The messages from a place on and the one that stands there, each with its place."""
        order = "m.seq <= $3 ORDER BY m.seq DESC" if newest_first else "m.seq >= $3 ORDER BY m.seq"
        rows = await self._tx.fetch(
            f"{_SELECT} AND {order} LIMIT $4", self._user, self._conversation.id, seq, limit
        )
        return [(row["seq"], self._message(row)) for row in rows]

    async def of_turn(self, turn: UUID) -> Sequence[Message]:
        """The question of a turn and its reply, as far as they are there."""
        rows = await self._tx.fetch(
            f"{_SELECT} AND t.uid = $3 ORDER BY m.seq", self._user, self._conversation.id, turn
        )
        return [self._message(row) for row in rows]

    async def delete(self, uid: UUID) -> None:
        """Hide a message of a conversation that is locked, and keep the conversation's counts right.

        A failed turn that could have gone on cannot any more: it would think with the question
        that its user has just deleted, or write anew the reply.

        Raises:
            MessageNotFoundError: there is none.
            ConversationBusyError: it is of the running turn.
        """
        mine: tuple[Argument, ...] = (self._user, self._conversation.id)
        row = await self._tx.fetchrow(
            "SELECT m.id, m.turn_id, t.status FROM messages m JOIN turns t ON t.id = m.turn_id"
            " WHERE m.user_id = $1 AND m.conversation_id = $2 AND m.uid = $3"
            "  AND m.deleted_at IS NULL",
            *mine,
            uid,
        )
        if row is None:
            raise MessageNotFoundError
        if row["status"] == "running":
            raise ConversationBusyError(retry_after_s=BUSY_RETRY_S)
        await self._tx.execute(
            "UPDATE turns SET retryable = false"
            " WHERE user_id = $1 AND conversation_id = $2 AND id = $3 AND retryable",
            *mine,
            row["turn_id"],
        )
        await self._tx.execute(
            "UPDATE messages SET deleted_at = clock_timestamp()"
            " WHERE user_id = $1 AND conversation_id = $2 AND id = $3",
            *mine,
            row["id"],
        )
        await self._tx.execute(
            # What a summary has of it cannot be told: so it is made anew from what is left.
            "UPDATE conversations SET message_count = message_count - 1, summary = NULL,"
            " summary_seq = 0, updated_at = clock_timestamp(), last_message_at = (SELECT created_at FROM messages"
            "  WHERE user_id = $1 AND conversation_id = $2 AND deleted_at IS NULL"
            "  ORDER BY seq DESC LIMIT 1)"
            " WHERE user_id = $1 AND id = $2",
            *mine,
        )

    async def is_deleted(self, uid: UUID) -> bool:
        """Whether the message was there and was deleted."""
        row = await self._tx.fetchrow(
            "SELECT 1 FROM messages"
            " WHERE user_id = $1 AND conversation_id = $2 AND uid = $3 AND deleted_at IS NOT NULL",
            self._user,
            self._conversation.id,
            uid,
        )
        return row is not None

    def _message(self, row: Row) -> Message:
        return Message(
            uid=as_uuid(row["uid"]),
            conversation_uid=self._conversation.uid,
            turn_uid=as_uuid(row["turn_uid"]),
            role=row["role"],
            content=row["content"],
            tool_calls=as_json(row["tool_calls"]),
            tool_results=as_json(row["tool_results"]),
            metadata=as_json(row["metadata"]),
            created_at=as_time(row["created_at"]),
        )
