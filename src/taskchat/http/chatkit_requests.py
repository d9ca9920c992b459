"""Reads ChatKit's requests, and refuses what is not done here. Imports its SDK: loaded late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatkit.types import (
    ChatKitReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
    UserMessageInput,
    UserMessageTextContent,
)
from pydantic import TypeAdapter, ValidationError

from taskchat.errors import FieldError, InvalidInputError
from taskchat.http.chat import PLAIN_MAX_CHARS, turn_request
from taskchat.http.chat_v1_shapes import ConversationChanges
from taskchat.http.chatkit_items import conversation_of
from taskchat.http.requests import field_errors

if TYPE_CHECKING:
    from fastapi import Request

    from taskchat.auth.principal import Principal
    from taskchat.chat.records import TurnRequest

STOP = "turn.cancel"
"""The type of the custom action that stops the reply of a thread."""
_UNSUPPORTED = {
    "threads.add_client_tool_output": "no tool runs in the client",
    "threads.add_structured_input": "no form is ever asked for",
    "items.feedback": "feedback is not kept here",
    "attachments.create": "attachments are not supported here",
    "attachments.delete": "attachments are not supported here",
    "input.transcribe": "dictation is not supported here",
}
_requests: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)


def read_request(body: bytes) -> ChatKitReq:
    """The request, as far as it is one that we answer.

    Raises:
        InvalidInputError: it is none of the protocol, or asks for what is not done here.
    """
    try:
        asked = _requests.validate_json(body)
    except ValidationError as error:
        raise InvalidInputError(*_problems(error)) from None
    if (why := _UNSUPPORTED.get(asked.type)) is not None:
        raise InvalidInputError(FieldError("type", f"{asked.type} is refused: {why}"))
    if isinstance(asked, ThreadsCustomActionReq | ThreadsSyncCustomActionReq):
        if asked.params.action.type != STOP:
            hint = f"is no action of this server; {STOP} stops a reply"
            raise InvalidInputError(FieldError("params.action.type", hint))
    elif isinstance(asked, ThreadsUpdateReq):
        try:
            asked.params.title = ConversationChanges(title=asked.params.title).title
        except ValidationError as error:
            raise InvalidInputError(*field_errors(error, "title")) from None
    return asked


def _problems(error: ValidationError) -> list[FieldError]:
    """What is wrong with it; where pydantic would list every operation, in fewer words."""
    if error.errors(include_input=False)[0]["type"].startswith("union_tag"):
        return [FieldError("type", "is no operation of the protocol")]
    return field_errors(error, "body")


def turn_asked_for(request: Request, user: Principal, asked: ChatKitReq) -> TurnRequest | None:
    """The turn that a message asks for; None where the request brings no message.

    Raises:
        InvalidInputError: the message, or a header, cannot be used.
    """
    if not isinstance(asked, ThreadsCreateReq | ThreadsAddUserMessageReq):
        return None
    said = asked.params.input
    where = "params.input"
    if said.attachments:
        raise InvalidInputError(FieldError(f"{where}.attachments", "are not supported here"))
    if said.inference_options.model or said.inference_options.tool_choice:
        hint = "must be empty: neither models nor tools can be chosen here"
        raise InvalidInputError(FieldError(f"{where}.inference_options", hint))
    conversation = None
    if isinstance(asked, ThreadsAddUserMessageReq):
        conversation = conversation_of(asked.params.thread_id)
    turn = turn_request(request, user, _text(said), PLAIN_MAX_CHARS, conversation)
    return replace(turn, streamed=True)


def _text(said: UserMessageInput) -> str:
    """A message as one text: what it quotes first, as Markdown does; tags as the SDK writes them."""
    words = "".join(
        part.text if isinstance(part, UserMessageTextContent) else f"@{part.text}"
        for part in said.content
    )
    if not said.quoted_text:
        return words
    return "\n".join(f"> {line}" for line in said.quoted_text.splitlines()) + f"\n\n{words}"
