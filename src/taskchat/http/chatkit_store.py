"""ChatKit's `Store` over our conversations. Imports its SDK: only ever loaded late.

Every method goes by the user of the token, so another user's thread is not found. What a turn says
is stored by the turn itself, before it is told: when the SDK hands over an item of the request's own
turn there is nothing left to do, and any other item is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from chatkit.store import Store, StoreItemType
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata
from typing_extensions import override

from taskchat.chat.conversations import ConversationQuery
from taskchat.chat.messages import LAST_SEQ
from taskchat.chat.paging import read_cursor, write_cursor
from taskchat.errors import (
    ConversationNotFoundError,
    FieldError,
    InvalidInputError,
    MessageNotFoundError,
)
from taskchat.http.chatkit_items import conversation_of, item_id, items_of, turn_of
from taskchat.ids import new_uid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.chat.conversation_service import ConversationService
    from taskchat.chat.conversations import Conversation
    from taskchat.chat.messages import Message
    from taskchat.chat.records import OwnedTurn, TurnRecord
    from taskchat.ids import UserId

MOST_ROWS = 100
_ITEMS_PER_MESSAGE = 2


@dataclass(slots=True)
class Caller:
    """Who asks, by the token and nothing else, and the turn that the request is about."""

    user: UserId
    turn: OwnedTurn | TurnRecord | None = None
    replayed: bool = False
    """Whether it was asked to try again what had gone well."""


class ConversationStore(Store[Caller]):
    """Threads are conversations; items are messages, and the tool calls of a reply."""

    def __init__(self, conversations: ConversationService) -> None:
        self._conversations = conversations

    @override
    def generate_thread_id(self, context: Caller) -> str:
        """The conversation of the request's turn, which there is already."""
        return str(context.turn.conversation_uid if context.turn else new_uid())

    @override
    def generate_item_id(
        self, item_type: StoreItemType, thread: ThreadMetadata, context: Caller
    ) -> str:
        """The question of the request's turn, likewise."""
        return item_id("user", context.turn.uid if context.turn else new_uid())

    @override
    async def load_thread(self, thread_id: str, context: Caller) -> ThreadMetadata:
        """A conversation."""
        conversation = conversation_of(thread_id)
        return _thread(await self._conversations.get(context.user, conversation))

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Caller) -> None:
        """Give a conversation its new title; nothing else of a thread is kept."""
        conversation = await self._conversations.get(context.user, conversation_of(thread.id))
        if thread.title is not None and thread.title != conversation.title:
            await self._conversations.rename(context.user, conversation.uid, thread.title)

    @override
    async def delete_thread(self, thread_id: str, context: Caller) -> None:
        """Hide a conversation, as our own route does: `restore` there brings it back."""
        await self._conversations.delete(context.user, conversation_of(thread_id))

    @override
    async def load_threads(
        self, limit: int, after: str | None, order: str, context: Caller
    ) -> Page[ThreadMetadata]:
        """Conversations, by when something last happened in them."""
        query = ConversationQuery(
            sort="updated", oldest_first=order == "asc", limit=_admitted(limit), before=after
        )
        try:
            page = await self._conversations.page(context.user, query)
        except InvalidInputError:
            raise _not_of_this_list() from None
        threads = [_thread(each) for each in page.rows]
        return Page(data=threads, has_more=page.next is not None, after=page.next)

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Caller
    ) -> Page[ThreadItem]:
        """What was said and done; `after` is the number of the last item that was shown."""
        newest_first = order == "desc"
        limit = _admitted(limit)
        last = None if after is None else _number_in(after)
        start = LAST_SEQ if newest_first else 0
        messages = await self._conversations.messages_beside(
            context.user,
            conversation_of(thread_id),
            start if last is None else last // _ITEMS_PER_MESSAGE,
            newest_first=newest_first,
            # The first may be shown already, and one more tells whether there are more.
            limit=limit + 2,
        )
        numbered = [each for seq, message in messages for each in _numbered(seq, message)]
        if newest_first:
            numbered.sort(key=_number, reverse=True)
        rest = [
            (number, item)
            for number, item in numbered
            if last is None or (number < last if newest_first else number > last)
        ]
        more = len(rest) > limit
        shown = rest[:limit]
        return Page(
            data=[item for _, item in shown],
            has_more=more,
            after=write_cursor("item", shown[-1][0]) if more else None,
        )

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Caller) -> ThreadItem:
        """One of these."""
        messages = await self._conversations.messages_of_turn(
            context.user, conversation_of(thread_id), turn_of(item_id)
        )
        for message in messages:
            for item in items_of(message):
                if item.id == item_id:
                    return item
        raise MessageNotFoundError

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        """Nothing: it is stored."""
        _check_turn(thread_id, item.id, context)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Caller) -> None:
        """Nothing: it is stored."""
        _check_turn(thread_id, item.id, context)

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Caller) -> None:
        """Nothing: what is left of a turn is for its next attempt to say."""
        _check_turn(thread_id, item_id, context)

    @override
    async def save_attachment(self, attachment: Attachment, context: Caller) -> None:
        """There are none."""
        _no_attachments()

    @override
    async def load_attachment(self, attachment_id: str, context: Caller) -> Attachment:
        """There are none."""
        _no_attachments()

    @override
    async def delete_attachment(self, attachment_id: str, context: Caller) -> None:
        """There are none."""
        _no_attachments()


def _thread(conversation: Conversation) -> ThreadMetadata:
    return ThreadMetadata(
        id=str(conversation.uid), title=conversation.title, created_at=conversation.created_at
    )


def _number(numbered: tuple[int, ThreadItem]) -> int:
    return numbered[0]


def _check_turn(thread: str, item: str, caller: Caller) -> None:
    turn = caller.turn
    if turn is None or conversation_of(thread) != turn.conversation_uid:
        raise ConversationNotFoundError
    if turn_of(item) != turn.uid:
        raise MessageNotFoundError


def _admitted(limit: int) -> int:
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidInputError(FieldError("params.limit", f"must be from 1 to {MOST_ROWS}"))
    return limit


def _numbered(seq: int, message: Message) -> Sequence[tuple[int, ThreadItem]]:
    """A message's items with their numbers: its words have the second of its two."""
    items = items_of(message)
    first = _ITEMS_PER_MESSAGE * (seq + 1) - len(items)
    return [*enumerate(items, first)]


def _number_in(after: str) -> int:
    try:
        return read_cursor(after, "item", _ITEMS_PER_MESSAGE * (LAST_SEQ + 1) - 1)[0]
    except InvalidInputError:
        raise _not_of_this_list() from None


def _not_of_this_list() -> InvalidInputError:
    hint = "is not of this list; send `after` of its last page"
    return InvalidInputError(FieldError("params.after", hint))


def _no_attachments() -> NoReturn:
    raise InvalidInputError(FieldError("attachments", "are not supported here"))
