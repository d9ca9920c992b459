"""What people do with their conversations, a transaction each; the turns are `chat/turn.py`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from taskchat.chat.conversations import (
    Conversation,
    ConversationList,
    ConversationQuery,
    belongs_to_someone,
)
from taskchat.chat.journal_cancel import cancel_running
from taskchat.chat.messages import Message, MessageList
from taskchat.db.database import settled
from taskchat.errors import ConversationNotFoundError, MessageNotFoundError
from taskchat.measures import metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Any
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from taskchat.chat.paging import Page
    from taskchat.chat.turn import Turns
    from taskchat.db.database import Database, Transaction
    from taskchat.ids import ConversationId, TurnId, UserId

T = TypeVar("T")


class ConversationService:
    """Makes, shows, renames, deletes and restores the conversations of whoever asks.

    Every method but `is_anothers` sees the rows of its user only: a deleted conversation, another
    user's, and one that never was are all `ConversationNotFoundError`.
    """

    def __init__(self, db: Database, turns: Turns) -> None:
        self._db = db
        self._turns = turns

    async def create(
        self,
        user: UserId,
        title: str | None,
        metadata: Mapping[str, Any] | None,
        zone: ZoneInfo,
    ) -> Conversation:
        """Begin a conversation; without a title it is `Chat {datetime}` until its first message."""
        called = title or f"Chat {datetime.now(zone):%Y-%m-%d %H:%M}"
        return await self._write(
            user,
            lambda rows: rows.add(called, auto_title=title is None, metadata=metadata),
        )

    async def get(self, user: UserId, uid: UUID) -> Conversation:
        """One conversation."""
        return await self._read(user, lambda rows: rows.get(uid))

    async def page(self, user: UserId, query: ConversationQuery) -> Page[Conversation]:
        """A page of the user's conversations."""
        return await self._read(user, lambda rows: rows.page(query))

    async def rename(self, user: UserId, uid: UUID, title: str) -> Conversation:
        """Give a conversation another title."""
        return await self._write(user, lambda rows: rows.rename(uid, title))

    async def restore(self, user: UserId, uid: UUID) -> Conversation:
        """Bring a deleted conversation back, with the messages that went with it."""
        return await self._write(user, lambda rows: rows.restore(uid))

    async def delete(self, user: UserId, uid: UUID) -> None:
        """Hide a conversation with its messages, and end its running turn as cancelled."""

        async def work(tx: Transaction, again: bool) -> tuple[TurnId, ConversationId] | None:
            rows = ConversationList(tx, user)
            try:
                conversation = await rows.lock(uid)
            except ConversationNotFoundError:
                if again and await rows.knows(uid):
                    return None  # the lost answer was that of a commit
                raise
            turn = await cancel_running(tx, user, conversation.id)
            await rows.delete(conversation)
            return None if turn is None else (turn, conversation.id)

        ended = await settled(
            lambda again: self._db.transaction(lambda tx: work(tx, again), user=user)
        )
        if ended is not None:
            metrics.turn_cancelled()
            self._turns.let_go(*ended)

    async def messages(
        self, user: UserId, uid: UUID, *, limit: int, offset: int, before: str | None
    ) -> Page[Message]:
        """A page of a conversation's messages, newest first."""
        return await self._read_messages(
            user, uid, lambda rows: rows.page(limit=limit, offset=offset, before=before)
        )

    async def messages_beside(
        self, user: UserId, uid: UUID, seq: int, *, newest_first: bool, limit: int
    ) -> Sequence[tuple[int, Message]]:
        """Some messages of a conversation from a place on, each with its place."""
        return await self._read_messages(
            user, uid, lambda rows: rows.beside(seq, newest_first=newest_first, limit=limit)
        )

    async def messages_of_turn(self, user: UserId, uid: UUID, turn: UUID) -> Sequence[Message]:
        """What a turn of that conversation has left there; empty where it is not one of its."""
        return await self._read_messages(user, uid, lambda rows: rows.of_turn(turn))

    async def delete_message(self, user: UserId, uid: UUID, message: UUID) -> None:
        """Hide a message, also from the model.

        Raises:
            MessageNotFoundError: there is none in this conversation.
            ConversationBusyError: it is of the running turn.
        """

        async def work(tx: Transaction, again: bool) -> None:
            rows = MessageList(tx, user, await ConversationList(tx, user).lock(uid))
            try:
                await rows.delete(message)
            except MessageNotFoundError:
                if not (again and await rows.is_deleted(message)):
                    raise

        await settled(lambda again: self._db.transaction(lambda tx: work(tx, again), user=user))

    async def is_anothers(self, user: UserId, uid: UUID) -> bool:
        """Whether a conversation that this user was not shown is there, and another user's."""
        if not await self._db.read(lambda tx: belongs_to_someone(tx, self._db.dialect, uid)):
            return False
        # One's own that was restored since is not another's.
        return not await self._read(user, lambda rows: rows.knows(uid))

    async def _read(self, user: UserId, work: Callable[[ConversationList], Awaitable[T]]) -> T:
        return await self._db.read(lambda tx: work(ConversationList(tx, user)), user=user)

    async def _read_messages(
        self, user: UserId, uid: UUID, work: Callable[[MessageList], Awaitable[T]]
    ) -> T:
        async def reading(tx: Transaction) -> T:
            conversation = await ConversationList(tx, user).get(uid)
            return await work(MessageList(tx, user, conversation))

        return await self._db.read(reading, user=user)

    async def _write(self, user: UserId, work: Callable[[ConversationList], Awaitable[T]]) -> T:
        return await self._db.transaction(lambda tx: work(ConversationList(tx, user)), user=user)
