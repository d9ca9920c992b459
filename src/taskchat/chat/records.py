"""What a turn is made of, as values: the request, the turn we own, its steps, its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from taskchat.ids import ConversationId, TurnId, UserId, new_uid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

Status = Literal["running", "completed", "failed", "cancelled"]
StepKind = Literal["response", "effect", "begun", "in_doubt"]
Role = Literal["user", "assistant"]

MOST_TOKENS = 2**31 - 1
"""What a turn's columns hold."""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """A message that asks for a turn. Its names are made here, before anything is stored.

    So when the answer of the database is lost, the same request asks again by the same names.
    """

    user: UserId
    content: str
    conversation: ConversationId | UUID | None = None
    """An existing one by its number or its UUID; None begins a new one."""
    metadata: Mapping[str, Any] | None = None
    key: str | None = None
    """The `Idempotency-Key`."""
    time_zone: str = "UTC"
    streamed: bool = False
    uid: UUID = field(default_factory=new_uid)
    message_uid: UUID = field(default_factory=new_uid)
    new_conversation_uid: UUID = field(default_factory=new_uid)
    ticket: UUID = field(default_factory=new_uid)
    """Names this request among those that wait for the conversation."""

    @property
    def digest(self) -> str:
        """What two requests with one key must agree on, besides the conversation."""
        said = json.dumps([self.content, self.metadata], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def title(self) -> str:
        """How a conversation that begins with this message is called: 60 characters of it."""
        words = " ".join(self.content.split())
        return words if len(words) <= 60 else words[:59].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """An earlier message, as the model is to know it."""

    role: Role
    content: str
    tool_calls: Sequence[Mapping[str, Any]] | None = None
    tool_results: Mapping[str, Mapping[str, Any]] | None = None
    seq: int = 0
    """Its place in the conversation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a turn has done; `idx` counts from 0.

    A `response` holds one answer of the model; an `effect` one tool call and its result. A call on a
    further tool server is `begun` before it is made; what it came to replaces that, or it is
    `in_doubt`.
    """

    idx: int
    kind: StepKind
    body: Mapping[str, Any]


StepDraft = tuple[StepKind, Mapping[str, Any]]
"""A step that has no number yet."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model is known to have used for a turn, over all its attempts."""

    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0

    def and_an_answer(self, input_tokens: int, output_tokens: int) -> Usage:
        """The same with one more answer.

        Its numbers are the server's own, so they may be anything; what no column holds is cut.
        """
        return Usage(
            min(self.input_tokens + max(input_tokens, 0), MOST_TOKENS),
            min(self.output_tokens + max(output_tokens, 0), MOST_TOKENS),
            self.requests + 1,
        )


@dataclass(frozen=True, slots=True)
class OwnedTurn:
    """A running turn of which this copy is the owner, as long as nobody raises its epoch."""

    id: TurnId
    uid: UUID
    user: UserId
    conversation_id: ConversationId
    conversation_uid: UUID
    epoch: int
    attempt: int
    question: str
    time_zone: str
    created_at: datetime
    history: Sequence[HistoryMessage] = ()
    """The newest messages before the question, oldest first."""
    summary: str = ""
    """What the conversation said before those, in short."""
    summary_seq: int = 0
    """Up to which message the summary reaches."""
    steps: Sequence[Step] = ()
    """What earlier owners or attempts have done; it is used, never repeated."""
    given_up: bool = False
    """It was taken over too often: only its end is left to write."""
    streamed: bool = False
    """It was asked for as a stream, so its events are stored."""
    last_event_id: int = 1
    """The number of the last event that was told; 1 is the turn's start."""
    shown: str = ""
    """What the events so far show of the reply."""
    unreturned: Sequence[str] = ()
    """The ids of calls that the events tell of, and not what they came to."""
    replied: str | None = None
    """The reply that an earlier attempt has left; it stays where this one comes to nothing."""
    usage: Usage = Usage()
    """What earlier owners and attempts are known to have used."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt of a turn ends; `content` None leaves the question without a reply."""

    status: Status
    content: str | None
    tool_calls: Sequence[Mapping[str, Any]] | None = None
    """In the chat-completions form: id, type, function with name and arguments as JSON text."""
    tool_results: Mapping[str, Mapping[str, Any]] | None = None
    """By call id: name, ok, result; `in_doubt` where that is not known."""
    metadata: Mapping[str, Any] | None = None
    """Of the reply."""
    usage: Usage = Usage()
    error_code: str | None = None
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The assistant's message."""

    uid: UUID
    content: str
    tool_calls: Sequence[Mapping[str, Any]] | None
    tool_results: Mapping[str, Mapping[str, Any]] | None
    metadata: Mapping[str, Any] | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn as it is stored."""

    id: TurnId
    uid: UUID
    user: UserId
    conversation_id: ConversationId
    conversation_uid: UUID
    status: Status
    epoch: int
    attempt: int
    error_code: str | None
    retryable: bool
    usage: Usage
    created_at: datetime
    finished_at: datetime | None
    reply: Reply | None
    streamed: bool = False
    reply_deleted: bool = False
    """Its user has deleted the reply, so nothing of it is told any more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The request was accepted: its message is stored, and the turn is ours to run."""

    turn: OwnedTurn


@dataclass(frozen=True, slots=True)
class Known:
    """The key names a turn that exists already."""

    record: TurnRecord


@dataclass(frozen=True, slots=True)
class Busy:
    """The conversation has a running turn, or older messages wait for it. Nothing is stored."""

    conversation_id: ConversationId


Opening = Opened | Known | Busy


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that this copy has just made its own, by raising its epoch, and not read yet."""

    turn: TurnId
    user: UserId
    epoch: int
    given_up: bool = False
    """It was taken over too often: only its end is left to write."""


class TurnLostError(Exception):
    """Another copy owns the turn now, or it has ended: stop, and write nothing more."""
