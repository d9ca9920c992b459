"""The form of an export, version 1: what `exporting.py` writes and `importing.py` reads.

A field that is not here is refused, so a file of a later version is not half understood. Times are
RFC 3339 in UTC. What was deleted and not purged yet is in it, with `deleted_at`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from taskchat.auth.claims import is_storable

FORMAT: Literal["taskchat-export"] = "taskchat-export"
VERSION: Literal[1] = 1
_LARGEST = 2**31 - 1


def _storable(text: str) -> str:
    if not is_storable(text):
        message = "must not contain NUL or half a character"
        raise ValueError(message)
    return text


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = "is no time that can be told in UTC"
        raise ValueError(message) from None


Text = Annotated[str, AfterValidator(_storable)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Count = Annotated[int, Field(ge=0, le=_LARGEST)]
Place = Annotated[int, Field(ge=1, le=_LARGEST)]
Metadata = dict[str, Any] | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ExportedProfile(_Part):
    """Who it is. A password is no part of it, nor its hash."""

    id: Text
    issuer: Text
    email: Text | None
    name: Annotated[str, Field(max_length=200), AfterValidator(_storable)] | None
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(_storable)] | None
    last_task_id: Annotated[Count, Field(description="The last number that a task was given.")]
    created_at: Moment


class ExportedTask(_Part):
    """A task as the API tells it, and when it was deleted."""

    id: Place
    title: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
    description: Annotated[str, Field(max_length=1000), AfterValidator(_storable)] | None
    completed: bool
    priority: Literal["low", "medium", "high"] | None
    due_at: Moment | None
    all_day: bool
    created_at: Moment
    updated_at: Moment
    completed_at: Moment | None
    deleted_at: Moment | None


class ExportedSession(_Part):
    """A sign-in, without what it could be used by."""

    created_at: Moment
    expires_at: Moment
    ended_at: Moment | None


class _Function(_Part):
    name: Text
    arguments: Text


class ExportedCall(_Part):
    """A tool call, in the chat-completions form."""

    id: Text
    type: Literal["function"]
    function: _Function


class ExportedResult(_Part):
    """What a tool call came to."""

    name: Text
    ok: bool
    result: Any
    in_doubt: bool = False


class ExportedMessage(_Part):
    """A message as the API tells it, its place, and when it was deleted."""

    id: UUID
    seq: Annotated[Place, Field(description="Its place in the conversation.")]
    turn_id: UUID
    role: Literal["user", "assistant"]
    content: Text
    tool_calls: list[ExportedCall] | None
    tool_results: dict[str, ExportedResult] | None
    metadata: Metadata
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None


class ExportedStep(_Part):
    """One thing that a turn has done: an answer of the model, or a tool call with its result."""

    kind: Literal["response", "effect", "begun", "in_doubt"]
    body: dict[str, Any]
    created_at: Moment


class ExportedUsage(_Part):
    """What the model has used."""

    input_tokens: Count
    output_tokens: Count
    requests: Count


class ExportedTurn(_Part):
    """A turn as the API tells it, and what it did."""

    id: UUID
    user_seq: Annotated[Place, Field(description="The place of its question.")]
    status: Literal["running", "completed", "failed", "cancelled"]
    attempt: Place
    error_code: Annotated[str, Field(max_length=64), AfterValidator(_storable)] | None
    retryable: bool
    began_conversation: bool
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(_storable)]
    usage: ExportedUsage
    created_at: Moment
    finished_at: Moment | None
    steps: list[ExportedStep]


class ExportedConversation(_Part):
    """A conversation with its messages and turns, oldest first."""

    id: UUID
    number: Annotated[int, Field(description="Its name on `POST /api/{user_id}/chat`.")]
    title: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_storable)]
    auto_title: bool
    metadata: Metadata
    summary: Text | None
    summary_seq: Count
    last_seq: Annotated[Count, Field(description="The last place that a message was given.")]
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    messages: list[ExportedMessage]
    turns: list[ExportedTurn]


class ExportedDay(ExportedUsage):
    """What the turns of one UTC day have used."""

    day: date


class ExportFile(_Part):
    """All that is stored of a person, in one file."""

    format: Literal["taskchat-export"]
    version: Literal[1]
    exported_at: Moment
    profile: ExportedProfile
    sessions: list[ExportedSession]
    tasks: list[ExportedTask]
    conversations: list[ExportedConversation]
    usage: list[ExportedDay]
