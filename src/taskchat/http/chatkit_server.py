"""ChatKit's server over our turns. Imports its SDK: `chatkit.py` loads it at the first request.

A message is a turn like any other: it is opened, and so stored, before the SDK sees it; what the
SDK then runs only listens. A request that is refused is refused before its stream begins.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from chatkit.server import ChatKitServer, NonStreamingResult, StreamingResult
from chatkit.types import (
    ChatKitReq,
    ErrorEvent,
    NoticeEvent,
    StreamOptions,
    StreamOptionsEvent,
    SyncCustomActionResponse,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
    ThreadsSyncCustomActionReq,
    UserMessageInput,
    is_streaming_req,
)
from fastapi import Response
from typing_extensions import override

from taskchat.errors import (
    AppError,
    FieldError,
    InvalidInputError,
    MessageNotFoundError,
)
from taskchat.http.chat import turn_headers
from taskchat.http.chatkit_events import Shown
from taskchat.http.chatkit_items import conversation_of, item_id, turn_of
from taskchat.http.chatkit_requests import read_request, turn_asked_for
from taskchat.http.chatkit_store import Caller, ConversationStore
from taskchat.http.deps import parts_of
from taskchat.http.sse import LiveStream, with_signs_of_life

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping
    from uuid import UUID

    from chatkit.actions import Action
    from chatkit.types import ThreadMetadata, ThreadStreamEvent, UserMessageItem, WidgetItem
    from fastapi import Request

    from taskchat.auth.principal import Principal
    from taskchat.chat.records import TurnRequest
    from taskchat.parts import Parts

log = structlog.get_logger()

# With LOG_LEVEL set it would write its lines itself, with the texts of exceptions; through the
# root logger they become events without words (`logs.py`).
logging.getLogger("chatkit").handlers.clear()
logging.getLogger("chatkit").setLevel(logging.NOTSET)

REPLAYED = (
    "This was answered already, and nothing is done twice. Send the message again to have it done"
    " anew."
)


async def answer(request: Request, user: Principal, body: bytes) -> Response:
    """Answer one request of the protocol as the user of its token.

    Raises:
        AppError: the request is refused; of a message nothing is stored.
    """
    asked = read_request(body)
    parts = parts_of(request)
    server = TaskchatServer(parts)
    caller = Caller(user.user)
    if isinstance(asked, ThreadsCustomActionReq | ThreadsSyncCustomActionReq):
        await _stop(parts, asked, caller)
    if not is_streaming_req(asked):
        result = await server.process(asked.model_dump_json(), caller)
        assert isinstance(result, NonStreamingResult)  # noqa: S101  by the type of the request
        return Response(result.json, media_type="application/json")
    turn = turn_asked_for(request, user, asked)
    parts.streams.enter(user.user)
    leave = partial(parts.streams.leave, user.user)
    try:
        headers = await _begin(request, asked, turn, caller)
        stream = await server.process(asked.model_dump_json(), caller)
        assert isinstance(stream, StreamingResult)  # noqa: S101  by the type of the request
        lines = aiter(stream)
        # What is refused by now is refused with its status.
        first = await anext(lines, None)
        if first is None:
            raise MessageNotFoundError
    except BaseException:
        leave()
        raise
    return LiveStream(_joined(first, lines), headers, leave)


class TaskchatServer(ChatKitServer[Caller]):
    """Threads, items and replies of whoever the `Caller` is."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(ConversationStore(parts.conversations))
        self._turns = parts.turns

    @override
    async def respond(
        self,
        thread: ThreadMetadata,
        input_user_message: UserMessageItem | None,
        context: Caller,
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """What the request's turn tells, to its end."""
        turn = context.turn
        assert turn is not None  # noqa: S101  `_begin` has begun or found it
        if thread.title is None:  # the SDK has just made it up; the turn has given it its title
            begun = await self.store.load_thread(thread.id, context)
            thread.title, thread.created_at = begun.title, begun.created_at
        shown = Shown(turn)
        try:
            async with aclosing(with_signs_of_life(self._turns.follow(turn))) as events:
                async for event in events:
                    if event is None:
                        # Something of the protocol that changes nothing, for proxies to see.
                        yield StreamOptionsEvent(
                            stream_options=self.get_stream_options(thread, context)
                        )
                        continue
                    for told in shown.tell(event):
                        yield told
        except AppError as error:
            log.info("stream.cut", error_code=error.code)
            yield ErrorEvent(message=error.message, allow_retry=True)
            return
        for told in shown.end():
            yield told
        if context.replayed:
            yield NoticeEvent(level="info", message=REPLAYED)

    @override
    async def _build_user_message_item(
        self,
        input: UserMessageInput,
        thread: ThreadMetadata,
        context: Caller,
    ) -> UserMessageItem:
        """As the SDK makes it, and with the time at which it was stored; its own has no zone."""
        item = await super()._build_user_message_item(input, thread, context)
        assert context.turn is not None  # noqa: S101  `_begin` has begun it
        return item.model_copy(update={"created_at": context.turn.created_at})

    @override
    async def action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: Caller,
    ) -> AsyncGenerator[ThreadStreamEvent]:
        """Nothing more: the reply was stopped, and its own stream tells that."""
        for nothing in ():
            yield nothing

    @override
    async def sync_action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: Caller,
    ) -> SyncCustomActionResponse:
        """Nothing more, likewise."""
        return SyncCustomActionResponse()

    @override
    def get_stream_options(self, thread: ThreadMetadata, context: Caller) -> StreamOptions:
        """No stop button of the element's own: it only hangs up, which stops no turn here."""
        return StreamOptions(allow_cancel=False)

    @override
    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[Any], context: Caller
    ) -> None:
        """Nothing: a client that leaves changes nothing."""


async def _begin(
    request: Request, asked: ChatKitReq, turn: TurnRequest | None, caller: Caller
) -> Mapping[str, str]:
    """Begin or find the turn that the request is about; gives the headers that tell of it."""
    parts = parts_of(request)
    if turn is not None:
        caller.turn, replayed = await parts.turns.begin(turn, request.is_disconnected)
        return turn_headers(caller.turn.uid, replayed=replayed)
    if isinstance(asked, ThreadsRetryAfterItemReq):
        await _retry(parts, asked, caller)
        assert caller.turn is not None  # noqa: S101  just found
        return turn_headers(caller.turn.uid, replayed=caller.replayed)
    return {}


async def _retry(parts: Parts, asked: ThreadsRetryAfterItemReq, caller: Caller) -> None:
    """Let a turn that failed go on, or join one that runs; one that went well is told again."""
    conversation = conversation_of(asked.params.thread_id)
    turn = turn_of(asked.params.item_id)
    if asked.params.item_id != item_id("user", turn):
        hint = "must be what the user said"
        raise InvalidInputError(FieldError("params.item_id", hint))
    await ConversationStore(parts.conversations).load_item(
        asked.params.thread_id, asked.params.item_id, caller
    )
    if await _newest_turn(parts, caller, conversation) != turn:
        hint = "must be the last thing that the user said in its thread"
        raise InvalidInputError(FieldError("params.item_id", hint))
    record = await parts.turns.retry(caller.user, turn)
    caller.turn, caller.replayed = record, record.status == "completed"


async def _stop(
    parts: Parts, asked: ThreadsCustomActionReq | ThreadsSyncCustomActionReq, caller: Caller
) -> None:
    """Stop the running reply of a thread; without one nothing happens."""
    conversation = conversation_of(asked.params.thread_id)
    turn = await _newest_turn(parts, caller, conversation)
    if turn is not None:
        await parts.turns.cancel(caller.user, turn)


async def _newest_turn(parts: Parts, caller: Caller, conversation: UUID) -> UUID | None:
    newest = await parts.conversations.messages(
        caller.user, conversation, limit=1, offset=0, before=None
    )
    return newest.rows[0].turn_uid if newest.rows else None


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for line in rest:
        yield line
