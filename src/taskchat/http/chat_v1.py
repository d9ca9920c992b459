"""Surface C, `/api/v1/chat`: conversations and their messages, every answer in the envelope."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from taskchat.auth.principal import Principal
from taskchat.chat.conversation_service import ConversationService
from taskchat.errors import (
    ConversationNotFoundError,
    ForeignConversationError,
    InvalidInputError,
    InvalidMessageError,
)
from taskchat.http.chat import TOLD, answer, takes_message, turn_request
from taskchat.http.chat_v1_shapes import (
    Conversation,
    ConversationChanges,
    ConversationPage,
    ListQuery,
    Message,
    MessagePage,
    NewConversation,
    NewMessage,
    PageQuery,
)
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.envelope import Envelope, data_response
from taskchat.http.refusals import v1_refusals
from taskchat.http.requests import read_json, takes, zone_of

router = APIRouter(prefix="/api/v1/chat", tags=["conversations"])

MAX_CHARS = 5_000

_FOREIGN = "The conversation is another user's; or a cookie came without our own `Origin`."
_FOREIGN_READ = "The conversation is another user's."
_OF_RUNNING_TURN = "The message is of the running turn; try again after `Retry-After` seconds."
_NO_MESSAGE = "There is no such conversation of this user, or no such message in it."
_NOT_ANSWERED = (
    "The database failed; or the assistant gave no answer (`MODEL_ERROR`, `MAX_ITERATIONS`,"
    " `TURN_INTERRUPTED`), and the message is kept."
)

ConversationUid = Annotated[UUID, Path(description="`id` of a conversation.")]
MessageUid = Annotated[UUID, Path(description="`id` of a message.")]


@router.post(
    "/conversations",
    status_code=201,
    summary="Begin a conversation",
    response_model=Envelope[Conversation],
    openapi_extra={"requestBody": takes(NewConversation)["requestBody"] | {"required": False}},
    responses=v1_refusals("400 401 403 413 415 500"),
)
async def create_conversation(request: Request, user: CurrentUser) -> Response:
    """Make an empty conversation; without a title it is `Chat {datetime}` until its first message."""
    body = await read_json(request, NewConversation) if await request.body() else NewConversation()
    made = await _service(request).create(
        user.user, body.title, body.metadata, zone_of(request, user)
    )
    return data_response(Conversation.of(made, user.subject), 201)


@router.get(
    "/conversations",
    summary="List conversations",
    response_model=Envelope[ConversationPage],
    responses=v1_refusals("400 401 500"),
)
async def list_conversations(
    request: Request, user: CurrentUser, query: Annotated[ListQuery, Query()]
) -> Response:
    """A page of your conversations, newest first: by `offset`, or by the cursor of the last page."""
    page = await _service(request).page(user.user, query.query(zone_of(request, user)))
    return data_response(ConversationPage.of(page, query, user.subject))


@router.get(
    "/conversations/{conversation_id}",
    summary="Read a conversation",
    response_model=Envelope[Conversation],
    responses=v1_refusals("400 401 403 404 500", _403=_FOREIGN_READ),
)
async def get_conversation(
    conversation_id: ConversationUid, request: Request, user: CurrentUser
) -> Response:
    """One conversation, with how many messages it has and when the last one came."""
    async with _telling_foreign(request, user, conversation_id):
        found = await _service(request).get(user.user, conversation_id)
    return data_response(Conversation.of(found, user.subject))


@router.patch(
    "/conversations/{conversation_id}",
    summary="Rename a conversation",
    response_model=Envelope[Conversation],
    openapi_extra=takes(ConversationChanges),
    responses=v1_refusals("400 401 403 404 413 415 500", _403=_FOREIGN),
)
async def rename_conversation(
    conversation_id: ConversationUid, request: Request, user: CurrentUser
) -> Response:
    """Give a conversation another title, which no message changes any more."""
    body = await read_json(request, ConversationChanges)
    async with _telling_foreign(request, user, conversation_id):
        renamed = await _service(request).rename(user.user, conversation_id, body.title)
    return data_response(Conversation.of(renamed, user.subject))


@router.delete(
    "/conversations/{conversation_id}",
    status_code=204,
    summary="Delete a conversation",
    response_class=Response,
    responses=v1_refusals("400 401 403 404 500", _403=_FOREIGN),
)
async def delete_conversation(
    conversation_id: ConversationUid, request: Request, user: CurrentUser
) -> Response:
    """Hide a conversation with its messages, and stop its running turn; it can be restored."""
    async with _telling_foreign(request, user, conversation_id):
        await _service(request).delete(user.user, conversation_id)
    return Response(status_code=204)


@router.post(
    "/conversations/{conversation_id}/restore",
    summary="Restore a conversation",
    response_model=Envelope[Conversation],
    responses=v1_refusals("400 401 403 404 500", _403=_FOREIGN),
)
async def restore_conversation(
    conversation_id: ConversationUid, request: Request, user: CurrentUser
) -> Response:
    """Bring a deleted conversation back, with the messages that went with it."""
    async with _telling_foreign(request, user, conversation_id):
        restored = await _service(request).restore(user.user, conversation_id)
    return data_response(Conversation.of(restored, user.subject))


@router.post(
    "/conversations/{conversation_id}/messages",
    summary="Send a message and get the answer",
    response_model=Envelope[Message],
    openapi_extra=takes_message(NewMessage, MAX_CHARS),
    responses={200: TOLD}
    | v1_refusals(
        "400 401 403 404 409 413 415 422 429 500 503 504", _403=_FOREIGN, _500=_NOT_ANSWERED
    ),
)
async def send_message(
    conversation_id: ConversationUid, request: Request, user: CurrentUser
) -> Response:
    """One message of the user, answered by the assistant's when the turn has ended."""
    body = await _read_message(request)
    turn = turn_request(request, user, body.message, MAX_CHARS, conversation_id)
    async with _telling_foreign(request, user, conversation_id):
        return await answer(request, replace(turn, metadata=body.metadata), Message.reply)


@router.get(
    "/conversations/{conversation_id}/messages",
    summary="List messages",
    response_model=Envelope[MessagePage],
    responses=v1_refusals("400 401 403 404 500", _403=_FOREIGN_READ),
)
async def list_messages(
    conversation_id: ConversationUid,
    request: Request,
    user: CurrentUser,
    query: Annotated[PageQuery, Query()],
) -> Response:
    """A page of a conversation's messages, newest first."""
    async with _telling_foreign(request, user, conversation_id):
        page = await _service(request).messages(
            user.user,
            conversation_id,
            limit=query.limit,
            offset=query.offset,
            before=query.before,
        )
    return data_response(MessagePage.of(page, query))


@router.delete(
    "/conversations/{conversation_id}/messages/{message_id}",
    status_code=204,
    summary="Delete a message",
    response_class=Response,
    responses=v1_refusals(
        "400 401 403 404 409 500", _403=_FOREIGN, _404=_NO_MESSAGE, _409=_OF_RUNNING_TURN
    ),
)
async def delete_message(
    conversation_id: ConversationUid, message_id: MessageUid, request: Request, user: CurrentUser
) -> Response:
    """Hide a message from you and from the model."""
    async with _telling_foreign(request, user, conversation_id):
        await _service(request).delete_message(user.user, conversation_id, message_id)
    return Response(status_code=204)


def _service(request: Request) -> ConversationService:
    return parts_of(request).conversations


async def _read_message(request: Request) -> NewMessage:
    try:
        return await read_json(request, NewMessage)
    except InvalidInputError as error:
        if any(each.field == "message" for each in error.errors):
            raise InvalidMessageError(*error.errors) from None
        raise


@asynccontextmanager
async def _telling_foreign(request: Request, user: Principal, uid: UUID) -> AsyncGenerator[None]:
    """Say of another user's conversation that it is one, which only this surface does.

    The second look is made after nothing was found: what is the caller's own costs no more.
    """
    try:
        yield
    except ConversationNotFoundError:
        if await _service(request).is_anothers(user.user, uid):
            raise ForeignConversationError from None
        raise
