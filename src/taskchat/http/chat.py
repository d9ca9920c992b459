"""Surface A: `POST /api/{user_id}/chat`, one message in, one answer out."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from taskchat.chat.records import TurnRequest
from taskchat.chat.texts import check_message
from taskchat.chat.turn import Answer
from taskchat.errors import (
    FieldError,
    InvalidInputError,
    NotAllowedError,
    turn_failure,
)
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.errors import failure_response
from taskchat.http.requests import Body, Text, read_json, takes, zone_of
from taskchat.ids import ConversationId

if TYPE_CHECKING:
    from taskchat.auth.principal import Principal

router = APIRouter(tags=["chat"])

MAX_CHARS = 10_000


class MessageObject(Body):
    """The message as clients of the chat-completions kind send it."""

    content: Text
    role: Literal["user"] = "user"


def _words(value: object) -> object:
    """The text of a message that may have come as an object."""
    return MessageObject.model_validate(value).content if isinstance(value, dict) else value


def _conversation(value: object) -> object:
    if isinstance(value, str):
        with suppress(ValueError):
            return UUID(value)
    if value is None or (type(value) is int and 0 < value < 2**63):
        return value
    message = "must be a positive integer or a UUID"
    raise ValueError(message)


class ChatBody(Body):
    """What a client sends: a message, and the conversation it belongs to."""

    message: Annotated[
        Text | None,
        BeforeValidator(_words),
        Field(
            description=f"What the user says, 1 to {MAX_CHARS:,} characters; also taken as an"
            " object with `content` and, if anything, `role: user`.",
            examples=["Create a task to buy milk"],
        ),
    ] = None
    content: Annotated[
        Text | None, Field(description="Another name for `message`; send one of them.")
    ] = None
    conversation_id: Annotated[
        int | UUID | None,
        BeforeValidator(_conversation),
        Field(description="Continues that conversation; absent or null begins a new one."),
    ] = None

    @model_validator(mode="after")
    def _one_message(self) -> ChatBody:
        if self.message is not None and self.content is not None:
            message = "send either message or content, not both"
            raise ValueError(message)
        return self

    @property
    def text(self) -> str:
        """The message, by whichever name it came; empty where there was none."""
        return self.message or self.content or ""


class ChatReply(BaseModel):
    """The assistant's answer."""

    conversation_id: Annotated[int, Field(description="The conversation's number.", examples=[1])]
    conversation_uid: Annotated[UUID, Field(description="The same conversation for `/api/v1`.")]
    response: Annotated[str, Field(description="The assistant's words; never empty.")]
    tool_calls: Annotated[
        list[str], Field(description="The tools used, in order.", examples=[["add_task"]])
    ]


@router.post(
    "/api/{user_id}/chat",
    response_model=ChatReply,
    summary="Send a message and get the answer",
    openapi_extra=takes(ChatBody),
    responses={
        400: {"description": "The message or the conversation id is not valid."},
        401: {"description": "No token, or one that does not count."},
        403: {"description": "The path names another user."},
        404: {"description": "There is no such conversation."},
        409: {"description": "The conversation is busy; try again after `Retry-After` seconds."},
        413: {"description": "The body is over 1 MiB."},
        415: {"description": "The body is not JSON."},
        422: {"description": "The `Idempotency-Key` was used with another message."},
        500: {"description": "The database failed."},
        503: {"description": "The assistant is not available; the message is kept."},
    },
)
async def send_message(user_id: str, request: Request, user: CurrentUser) -> Response:
    """One message of the user, answered when the turn has ended."""
    if user_id != user.subject:
        raise NotAllowedError
    body = await read_json(request, ChatBody)
    given = body.conversation_id
    conversation = ConversationId(given) if isinstance(given, int) else given
    turn = turn_request(request, user, body.text, MAX_CHARS, conversation)
    answer = await parts_of(request).turns.send(turn, request.is_disconnected)
    return _render(request, answer)


def turn_request(
    request: Request,
    user: Principal,
    message: str,
    max_chars: int,
    conversation: ConversationId | UUID | None,
) -> TurnRequest:
    """The turn that a request asks for, on any surface.

    Raises:
        InvalidMessageError: the message is empty to a reader's eye, or too long.
        InvalidInputError: a header cannot be used.
    """
    check_message(message, max_chars)
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isprintable()):
        hint = "must have 1 to 255 printable characters"
        raise InvalidInputError(FieldError("Idempotency-Key", hint))
    return TurnRequest(
        user=user.user,
        content=message,
        conversation=conversation,
        key=key,
        time_zone=zone_of(request, user).key,
    )


def turn_headers(answer: Answer) -> dict[str, str]:
    """The headers that tell which turn an answer is of, and whether it is told again."""
    headers = {"Turn-Id": str(answer.record.uid)}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return headers


def _render(request: Request, answer: Answer) -> Response:
    record = answer.record
    headers = turn_headers(answer)
    if record.status != "completed" or record.reply is None:
        failure = turn_failure(record.error_code, retryable=record.retryable)
        return failure_response(request.url.path, failure, headers)
    reply = ChatReply(
        conversation_id=record.conversation_id,
        conversation_uid=record.conversation_uid,
        response=record.reply.content,
        tool_calls=[call["function"]["name"] for call in record.reply.tool_calls or ()],
    )
    return Response(reply.model_dump_json(), headers=headers, media_type="application/json")
