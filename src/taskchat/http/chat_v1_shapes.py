"""The bodies, queries and answers of `/api/v1/chat`."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from taskchat.chat import conversations, messages
from taskchat.chat.conversations import ConversationQuery, Sort
from taskchat.chat.paging import LARGEST_OFFSET, Page
from taskchat.chat.records import Reply, Role, Status, TurnRecord
from taskchat.chat.texts import is_blank
from taskchat.dates.due import read_due
from taskchat.errors import FieldError, InvalidInputError
from taskchat.http.requests import Body, Text

TITLE_CHARS = 255
METADATA_BYTES = 8 * 1024
SEARCH_CHARS = 200

# A `+` that was not written as %2B comes as a space.
_LOST_PLUS = re.compile(r"(\d\d[Tt][\d:.]+) (\d\d:\d\d)$", re.ASCII)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_MICROSECOND = timedelta(microseconds=1)


def _visible(text: str) -> str:
    if is_blank(text):
        message = "must contain something that can be seen"
        raise ValueError(message)
    return text


def _small(value: dict[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        message = "must hold JSON values only"
        raise ValueError(message) from None
    if _NUL.search(text):
        message = "must not contain the NUL character"
        raise ValueError(message)
    if len(text.encode()) > METADATA_BYTES:
        message = f"must have at most {METADATA_BYTES} bytes as JSON"
        raise ValueError(message)
    return value


Title = Annotated[
    Text,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS),
    AfterValidator(_visible),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TITLE_CHARS, "pattern": r"\S"}),
]
Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_small),
    Field(examples=[{"source": "widget"}]),
]
_METADATA = Field(description="Anything; it is kept as it is, at most 8 KiB as JSON.")
KeptMetadata = Annotated[dict[str, Any] | None, Field(description="As it was given, or null.")]
ToolName = Annotated[str, Field(description="The tool.", examples=["add_task"])]
Written = Annotated[datetime, Field(description="When it was made, in UTC.")]


class NewConversation(Body):
    """What a conversation begins with."""

    title: Annotated[
        Title | None,
        Field(description="Without one, the first message gives it.", examples=["Groceries"]),
    ] = None
    metadata: Annotated[Metadata | None, _METADATA] = None


class ConversationChanges(Body):
    """What is to be different."""

    title: Annotated[Title, Field(description="What it is called.", examples=["Groceries"])]


class NewMessage(Body):
    """What the user says."""

    message: Annotated[
        Text, Field(description="The words.", examples=["Create a task to buy milk"])
    ]
    metadata: Annotated[Metadata | None, _METADATA] = None


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 20
    offset: Annotated[
        int, Field(ge=0, le=LARGEST_OFFSET, description="How many of the first to leave out.")
    ] = 0
    before: Annotated[
        Text | None,
        Field(
            max_length=100,
            description="`next` of an earlier page: goes on there, whatever was added since.",
        ),
    ] = None


class ListQuery(PageQuery):
    """Which conversations."""

    q: Annotated[
        Text | None,
        Field(
            max_length=SEARCH_CHARS,
            description="What a title or a message contains; upper and lower case are equal.",
        ),
    ] = None
    since: Annotated[
        Text | None,
        Field(
            alias="from",
            max_length=40,
            description="Created (sorted by `updated`: changed) at this time or later: RFC 3339, or"
            " a date in the request's `Time-Zone`.",
            examples=["2026-11-01"],
        ),
    ] = None
    until: Annotated[
        Text | None,
        Field(
            alias="to",
            max_length=40,
            description="The same at this time or earlier; a date means its whole day.",
            examples=["2026-11-30T12:00:00Z"],
        ),
    ] = None
    sort: Annotated[Sort, Field(description="What the newest is the newest by.")] = "created"

    def query(self, zone: ZoneInfo) -> ConversationQuery:
        """The same for the database.

        Args:
            zone: where a date begins and ends.

        Raises:
            InvalidInputError: `from` or `to` is no time.
        """
        return ConversationQuery(
            q=(self.q or "").strip(),
            since=None if self.since is None else _moment("from", self.since, zone),
            until=None if self.until is None else _moment("to", self.until, zone, after=True),
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
            before=self.before,
        )


def _moment(field: str, text: str, zone: ZoneInfo, *, after: bool = False) -> datetime:
    """When a time or date begins, or the first moment after it."""
    text = _LOST_PLUS.sub(r"\1+\2", text.strip())
    try:
        due = read_due(text, zone)
        if not after:
            return due.at
        if due.all_day:
            return read_due(str(date.fromisoformat(text) + timedelta(days=1)), zone).at
    except ValueError as error:
        raise InvalidInputError(FieldError(field, str(error))) from None
    return due.at + _MICROSECOND


class Conversation(BaseModel):
    """A thread of messages."""

    id: Annotated[UUID, Field(description="Names the conversation.")]
    user_id: Annotated[str, Field(description="Whose it is: the subject of the token.")]
    title: Annotated[
        str,
        Field(description="Given, or made of its beginning.", examples=["Chat 2026-11-27 17:05"]),
    ]
    metadata: KeptMetadata
    message_count: Annotated[int, Field(description="How many are not deleted.", examples=[2])]
    last_message_at: Annotated[
        datetime | None, Field(description="When its last message was written; null without one.")
    ]
    created_at: Written
    updated_at: Annotated[
        datetime, Field(description="When a message came or went, or its title was changed.")
    ]

    @classmethod
    def of(cls, row: conversations.Conversation, user_id: str) -> Conversation:
        """A conversation as the world sees it."""
        return cls(
            id=row.uid,
            user_id=user_id,
            title=row.title,
            metadata=None if row.metadata is None else dict(row.metadata),
            message_count=row.message_count,
            last_message_at=row.last_message_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class _PageAnswer(BaseModel):
    total: Annotated[int, Field(description="How many the whole list has.", examples=[1])]
    limit: Annotated[int, Field(description="As it was asked for.", examples=[20])]
    offset: Annotated[int, Field(description="As it was asked for.", examples=[0])]
    next: Annotated[
        str | None, Field(description="Send it as `before` for what comes after; null at the end.")
    ]


class ConversationPage(_PageAnswer):
    """Some conversations, newest first."""

    conversations: Annotated[list[Conversation], Field(description="Newest first.")]

    @classmethod
    def of(
        cls, page: Page[conversations.Conversation], query: PageQuery, user_id: str
    ) -> ConversationPage:
        """A page as the world sees it."""
        return cls(
            conversations=[Conversation.of(row, user_id) for row in page.rows],
            total=page.total,
            limit=query.limit,
            offset=query.offset,
            next=page.next,
        )


class CalledFunction(BaseModel):
    """What was called."""

    name: ToolName
    arguments: Annotated[
        str, Field(description="JSON text, as the model wrote it.", examples=['{"title": "Milk"}'])
    ]


class ToolCall(BaseModel):
    """A call in the form of the chat-completions API."""

    id: Annotated[
        str, Field(description="Names the call in `tool_results`.", examples=["call_7_1"])
    ]
    type: Annotated[Literal["function"], Field(description="The only kind there is.")] = "function"
    function: CalledFunction


InDoubt = Annotated[
    bool,
    Field(
        description="Only there where it is true: whether it was done is not known.",
        exclude_if=lambda in_doubt: not in_doubt,
    ),
]


class ToolResult(BaseModel):
    """What a call gave back."""

    name: ToolName
    ok: Annotated[bool, Field(description="Whether it did what was asked.")]
    result: Annotated[Any, Field(description="Where `ok` is false: why not, in words.")]
    in_doubt: InDoubt = False


class Message(BaseModel):
    """One entry of a conversation."""

    id: Annotated[UUID, Field(description="Names the message.")]
    conversation_id: Annotated[UUID, Field(description="Where it is.")]
    role: Annotated[Role, Field(description="Who says it.")]
    content: Annotated[str, Field(description="The words.")]
    tool_calls: Annotated[list[ToolCall] | None, Field(description="In order; null without one.")]
    tool_results: Annotated[
        dict[str, ToolResult] | None, Field(description="By call id; null without one.")
    ]
    metadata: KeptMetadata
    turn_id: Annotated[UUID, Field(description="The turn that it belongs to.")]
    created_at: Written

    @classmethod
    def of(cls, row: messages.Message) -> Message:
        """A message as the world sees it."""
        return cls(
            id=row.uid,
            conversation_id=row.conversation_uid,
            role=row.role,
            content=row.content,
            tool_calls=None
            if row.tool_calls is None
            else [ToolCall.model_validate(call) for call in row.tool_calls],
            tool_results=None
            if row.tool_results is None
            else {name: ToolResult.model_validate(got) for name, got in row.tool_results.items()},
            metadata=None if row.metadata is None else dict(row.metadata),
            turn_id=row.turn_uid,
            created_at=row.created_at,
        )

    @classmethod
    def reply(cls, record: TurnRecord, reply: Reply) -> Message:
        """The assistant's message that a turn has ended with."""
        return cls.of(
            messages.Message(
                uid=reply.uid,
                conversation_uid=record.conversation_uid,
                turn_uid=record.uid,
                role="assistant",
                content=reply.content,
                tool_calls=reply.tool_calls,
                tool_results=reply.tool_results,
                metadata=reply.metadata,
                created_at=reply.created_at,
            )
        )


class MessagePage(_PageAnswer):
    """Some messages, newest first."""

    messages: Annotated[list[Message], Field(description="Newest first.")]

    @classmethod
    def of(cls, page: Page[messages.Message], query: PageQuery) -> MessagePage:
        """A page as the world sees it."""
        return cls(
            messages=[Message.of(row) for row in page.rows],
            total=page.total,
            limit=query.limit,
            offset=query.offset,
            next=page.next,
        )


class TurnUsage(BaseModel):
    """What the model has used, over all attempts; so far, while the turn runs."""

    input_tokens: Annotated[int, Field(description="Tokens that it was given.")]
    output_tokens: Annotated[int, Field(description="Tokens that it wrote.")]
    requests: Annotated[int, Field(description="How often it answered.")]


class Turn(BaseModel):
    """One user message and everything done to answer it."""

    id: Annotated[UUID, Field(description="Names the turn: `Turn-Id` of its answers.")]
    conversation_id: Annotated[UUID, Field(description="Where its messages are.")]
    status: Annotated[Status, Field(description="Whether it runs, or how it ended.")]
    attempt: Annotated[int, Field(description="Counts from 1.", examples=[1])]
    error_code: Annotated[
        str | None, Field(description="Why it failed; else null.", examples=["MODEL_ERROR"])
    ]
    retryable: Annotated[bool, Field(description="Whether a failed one may go on.")]
    usage: TurnUsage
    created_at: Written
    finished_at: Annotated[datetime | None, Field(description="When it ended; null while it runs.")]

    @classmethod
    def of(cls, record: TurnRecord) -> Turn:
        """A turn as the world sees it."""
        return cls(
            id=record.uid,
            conversation_id=record.conversation_uid,
            status=record.status,
            attempt=record.attempt,
            error_code=record.error_code,
            retryable=record.retryable,
            usage=TurnUsage(
                input_tokens=record.usage.input_tokens,
                output_tokens=record.usage.output_tokens,
                requests=record.usage.requests,
            ),
            created_at=record.created_at,
            finished_at=record.finished_at,
        )
