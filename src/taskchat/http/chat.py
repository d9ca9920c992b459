"""Surfaces A and B: `POST /api/{user_id}/chat` and `POST /api/chat`, one message in, one answer out.

How a request becomes a turn and a turn's end an answer is said here for every surface.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from taskchat.chat.records import Reply, TurnRecord, TurnRequest
from taskchat.chat.texts import call_arguments, check_message
from taskchat.chat.turn import Answer
from taskchat.errors import (
    FieldError,
    InvalidInputError,
    MessageNotFoundError,
    NotAllowedError,
    NotFoundError,
    turn_failure,
)
from taskchat.http.chat_v1_shapes import InDoubt
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.direct_route import DirectRoute
from taskchat.http.envelope import data_response
from taskchat.http.errors import failure_response, is_v1
from taskchat.http.refusals import refusals
from taskchat.http.requests import Body, PathUserId, Text, read_json, takes, zone_of
from taskchat.http.sse import DESCRIBED, EventStream, wants_events
from taskchat.ids import ConversationId

if TYPE_CHECKING:
    from taskchat.auth.principal import Principal

router = APIRouter(tags=["chat"], route_class=DirectRoute)

MAX_CHARS = 10_000
PLAIN_MAX_CHARS = 5_000

NOT_ANSWERED = (
    "The assistant is not available, and the message is kept; or this server is stopping."
)
TOLD: dict[str, Any] = {
    "content": DESCRIBED,
    "headers": {
        "Turn-Id": {
            "description": "Names the turn.",
            "schema": {"type": "string", "format": "uuid"},
        },
        "Idempotency-Replayed": {
            "description": "`true` where the turn had ended before this request came.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
}
_VISIBLE = r"^[^\u0000]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000]*$"
"""Something to see, and no NUL."""
MESSAGE_HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Names this turn for 24 hours: sent again, the message is not answered twice.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    },
    {
        "name": "Time-Zone",
        "in": "header",
        "required": False,
        "description": "The IANA zone in which `tomorrow` is meant; else the profile's, else UTC.",
        "schema": {"type": "string", "examples": ["Europe/Paris"]},
    },
]


def takes_message(model: type[BaseModel], max_chars: int) -> dict[str, Any]:
    """What OpenAPI shows of an operation that takes a message: its body and its headers."""
    described = takes(model)
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    # `check_message` counts, for all surfaces alike; this tells of it beforehand.
    text = {"type": "string", "minLength": 1, "maxLength": max_chars, "pattern": _VISIBLE}
    if "content" in schema["properties"]:
        as_object = {
            "type": "object",
            "properties": {
                "content": text | {"description": "The words."},
                "role": {"enum": ["user"], "description": "Only users write here."},
            },
            "required": ["content"],
            "additionalProperties": False,
        }
        null = {"type": "null"}
        _retype(schema["properties"]["message"], {"anyOf": [text, as_object, null]})
        _retype(schema["properties"]["content"], {"anyOf": [text, null]})
        schema["oneOf"] = [
            {"required": [name], "properties": {name: {"type": ["string", "object"]}, other: null}}
            for name, other in (("message", "content"), ("content", "message"))
        ]
    else:
        _retype(schema["properties"]["message"], text)
    return described | {"parameters": MESSAGE_HEADERS}


def _retype(field: dict[str, Any], schema: dict[str, Any]) -> None:
    """Say of a field what is asked for, more exactly than its type does."""
    for name in ("type", "anyOf", "default"):
        field.pop(name, None)
    field |= schema


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


class MessageBody(Body):
    """A message, by one of the names that clients give it."""

    message: Annotated[
        Text | None,
        BeforeValidator(_words),
        Field(
            description="What the user says; also taken as an object with `content` and, if"
            " anything, `role: user`.",
            examples=["Create a task to buy milk"],
        ),
    ] = None
    content: Annotated[
        Text | None, Field(description="Another name for `message`; send one of them.")
    ] = None

    @model_validator(mode="after")
    def _one_message(self) -> MessageBody:
        if self.message is not None and self.content is not None:
            message = "send either message or content, not both"
            raise ValueError(message)
        return self

    @property
    def text(self) -> str:
        """The message, by whichever name it came; empty where there was none."""
        return self.message or self.content or ""


class ChatBody(MessageBody):
    """What a client of surface A sends: a message, and the conversation it belongs to."""

    conversation_id: Annotated[
        Annotated[int, Field(gt=0, lt=2**63)] | UUID | None,
        BeforeValidator(_conversation),
        Field(description="Continues that conversation; absent or null begins a new one."),
    ] = None


class PlainChatBody(MessageBody):
    """What a client of surface B sends."""

    conversation_id: Annotated[
        UUID | None,
        Field(description="Continues that conversation; absent or null begins a new one."),
    ] = None


class ChatReply(BaseModel):
    """The assistant's answer."""

    conversation_id: Annotated[int, Field(description="The conversation's number.", examples=[1])]
    conversation_uid: Annotated[UUID, Field(description="The same conversation for `/api/v1`.")]
    response: Annotated[str, Field(description="The assistant's words; never empty.")]
    tool_calls: Annotated[
        list[str], Field(description="The tools used, in order.", examples=[["add_task"]])
    ]


class ToolUse(BaseModel):
    """One use of a tool."""

    name: Annotated[str, Field(description="The tool.", examples=["add_task"])]
    arguments: Annotated[
        dict[str, Any], Field(description="What it was given.", examples=[{"title": "Buy milk"}])
    ]
    ok: Annotated[bool, Field(description="Whether it did what was asked.")]
    result: Annotated[
        Any,
        Field(
            description="What it gave back; where `ok` is false, why not, in words.",
            examples=[{"task_id": 1, "status": "created", "title": "Buy milk"}],
        ),
    ]
    in_doubt: InDoubt = False


class PlainChatReply(BaseModel):
    """The assistant's message."""

    conversation_id: Annotated[UUID, Field(description="Send it with the next message.")]
    message_id: Annotated[UUID, Field(description="Names this message in `/api/v1/chat`.")]
    role: Annotated[Literal["assistant"], Field(description="Who says it.")] = "assistant"
    content: Annotated[str, Field(description="The assistant's words; never empty.")]
    tool_calls: Annotated[list[ToolUse], Field(description="The tools used, in order.")]
    created_at: Annotated[datetime, Field(description="When it was written, in UTC.")]


@router.post(
    "/api/{user_id}/chat",
    response_model=ChatReply,
    summary="Send a message and get the answer",
    openapi_extra=takes_message(ChatBody, MAX_CHARS),
    responses={200: TOLD}
    | refusals(
        "401 403 404 409 413 415 422 429 500 503",
        _403="The path names another user, or a cookie came without our own `Origin`.",
        _503=NOT_ANSWERED,
    ),
)
async def send_message(user_id: PathUserId, request: Request, user: CurrentUser) -> Response:
    """One message of the user, answered when the turn has ended."""
    if user_id == "v1":  # no user's path: these are the routes of `/api/v1` that do not exist
        raise NotFoundError
    if user_id != user.subject:
        raise NotAllowedError
    body = await read_json(request, ChatBody)
    given = body.conversation_id
    conversation = ConversationId(given) if isinstance(given, int) else given
    turn = turn_request(request, user, body.text, MAX_CHARS, conversation)
    return await answer(request, turn, _numbered_reply)


@router.post(
    "/api/chat",
    response_model=PlainChatReply,
    summary="Send a message and get the answer with its tool calls",
    openapi_extra=takes_message(PlainChatBody, PLAIN_MAX_CHARS),
    responses={200: TOLD} | refusals("401 403 404 409 413 415 422 429 500 503", _503=NOT_ANSWERED),
)
async def send_plain_message(request: Request, user: CurrentUser) -> Response:
    """One message of the token's user, answered when the turn has ended."""
    body = await read_json(request, PlainChatBody)
    turn = turn_request(request, user, body.text, PLAIN_MAX_CHARS, body.conversation_id)
    return await answer(request, turn, _plain_reply)


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
    return TurnRequest(
        user=user.user,
        content=message,
        conversation=conversation,
        key=key_of(request),
        time_zone=zone_of(request, user).key,
    )


def key_of(request: Request) -> str | None:
    """The name that the client gives to the turn.

    Raises:
        InvalidInputError: it is too long, or no printable ASCII.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        hint = "must have 1 to 255 printable ASCII characters"
        raise InvalidInputError(FieldError("Idempotency-Key", hint))
    return key


async def answer(
    request: Request, turn: TurnRequest, show: Callable[[TurnRecord, Reply], BaseModel]
) -> Response:
    """Have a message answered: by events if the client asks for them, else as `show` has it.

    Raises:
        AppError: the request is refused, and nothing of it is stored.
    """
    parts = parts_of(request)
    if not wants_events(request):
        return render(request, await parts.turns.send(turn, request.is_disconnected), show)
    parts.streams.enter(turn.user)
    try:
        begun, replayed = await parts.turns.begin(
            replace(turn, streamed=True), request.is_disconnected
        )
    except BaseException:
        parts.streams.leave(turn.user)
        raise
    return EventStream(
        parts.turns.follow(begun),
        turn_headers(begun.uid, replayed=replayed),
        partial(parts.streams.leave, turn.user),
    )


def turn_headers(turn: UUID, *, replayed: bool) -> dict[str, str]:
    """What every answer of a turn carries."""
    headers = {"Turn-Id": str(turn)}
    return headers | {"Idempotency-Replayed": "true"} if replayed else headers


def render(
    request: Request, answer: Answer, show: Callable[[TurnRecord, Reply], BaseModel]
) -> Response:
    """The end of a turn in the form of a surface: its reply as `show` has it, or its failure."""
    record = answer.record
    headers = turn_headers(record.uid, replayed=answer.replayed)
    if record.status == "completed" and record.reply is not None:
        body = show(record, record.reply)
        if is_v1(request.url.path):
            return data_response(body, headers=headers)
        return Response(body.model_dump_json(), headers=headers, media_type="application/json")
    failure = (
        MessageNotFoundError()  # it is told again, and its user has deleted the answer since
        if record.status == "completed"
        else turn_failure(record.error_code, retryable=record.retryable)
    )
    return failure_response(request.url.path, failure, headers)


def _numbered_reply(record: TurnRecord, reply: Reply) -> ChatReply:
    return ChatReply(
        conversation_id=record.conversation_id,
        conversation_uid=record.conversation_uid,
        response=reply.content,
        tool_calls=[call["function"]["name"] for call in reply.tool_calls or ()],
    )


def _plain_reply(record: TurnRecord, reply: Reply) -> PlainChatReply:
    results = reply.tool_results or {}
    return PlainChatReply(
        conversation_id=record.conversation_uid,
        message_id=reply.uid,
        content=reply.content,
        tool_calls=[
            ToolUse(
                name=call["function"]["name"],
                arguments=call_arguments(call),
                ok=results[call["id"]]["ok"],
                result=results[call["id"]]["result"],
                in_doubt=results[call["id"]].get("in_doubt", False),
            )
            for call in reply.tool_calls or ()
        ],
        created_at=reply.created_at,
    )
