"""What a turn tells its listeners: typed events, numbered from 1, and the text they add up to.

    turn.started, then message.delta / tool.called / tool.returned, then one end for each attempt
    turn.resumed   first in a new attempt, and when an answer is asked for again: replaces what was
                   shown of this reply

The first event and the last end are not stored: they follow from the turn's own row. Of a turn that
nobody asked for as a stream nothing is stored; `plain_story` makes its events from steps and reply.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from taskchat.chat.context import read_response
from taskchat.chat.endings import calls_in
from taskchat.chat.texts import call_arguments, tool_call_json
from taskchat.errors import turn_failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic_ai.messages import ToolCallPart

    from taskchat.chat.records import OwnedTurn, Step, TurnRecord

EventName = Literal[
    "turn.started",
    "message.delta",
    "tool.called",
    "tool.returned",
    "turn.resumed",
    "turn.completed",
    "turn.failed",
    "turn.cancelled",
]
STARTED_ID = 1
PLAIN_ATTEMPT_IDS = 100_000
"""How far apart the attempts of a plain turn are numbered: their events are made anew each time,
and must have the same numbers whoever makes them, whenever."""


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One event; `data` is JSON."""

    id: int
    name: EventName
    data: Mapping[str, Any]


def started(turn: OwnedTurn | TurnRecord) -> TurnEvent:
    """The first event of a turn."""
    names = {"turn_id": str(turn.uid), "conversation_id": str(turn.conversation_uid)}
    return TurnEvent(STARTED_ID, "turn.started", {**names, "attempt": 1})


def ended(record: TurnRecord, event_id: int) -> TurnEvent:
    """The end of a turn's last attempt."""
    data: dict[str, Any] = {}
    name: EventName = "turn.completed"
    if record.status == "failed":
        name = "turn.failed"
        failure = turn_failure(record.error_code, retryable=record.retryable)
        data = {
            "error_code": record.error_code,
            "error_message": failure.message,
            "retryable": record.retryable,
        }
    elif record.status == "cancelled":
        name = "turn.cancelled"
    if record.reply is not None:
        data["message"] = _message(record)
    return TurnEvent(event_id, name, data)


def called_and_returned(
    calls: Sequence[ToolCallPart], steps: Sequence[Step]
) -> Iterator[tuple[EventName, Mapping[str, Any]]]:
    """Two events for each call among the steps; one that is still on its way has only the first."""
    arguments = {call.tool_call_id: call_arguments(tool_call_json(call)) for call in calls}
    for step in steps:
        if step.kind != "response":
            name, call_id = step.body["name"], step.body["id"]
            called = {"id": call_id, "name": name, "arguments": arguments.get(call_id, {})}
            yield "tool.called", called
            if step.kind != "begun":
                yield returned(step)


def returned(step: Step) -> tuple[EventName, Mapping[str, Any]]:
    """What is told of a call once it has come to something, or is in doubt."""
    return "tool.returned", {key: step.body[key] for key in ("id", "name", "ok", "result")}


def unreturned(events: Iterable[TurnEvent]) -> Sequence[str]:
    """The ids of calls that were told of, and not what they came to."""
    waiting: dict[str, None] = {}
    for event in events:
        if event.name == "tool.called":
            waiting[event.data["id"]] = None
        elif event.name == "tool.returned":
            waiting.pop(event.data["id"], None)
    return [*waiting]


def numbered(events: Iterable[tuple[EventName, Mapping[str, Any]]], first: int) -> list[TurnEvent]:
    """The same events with their numbers."""
    return [TurnEvent(number, name, data) for number, (name, data) in enumerate(events, first)]


def plain_story(record: TurnRecord, steps: Sequence[Step]) -> list[TurnEvent]:
    """The events of a turn that stores none, as far as it has come in its last attempt."""
    first = STARTED_ID + (record.attempt - 1) * PLAIN_ATTEMPT_IDS
    beginning = started(record)
    if record.attempt > 1:
        resumed = {"attempt": record.attempt, "text": ""}
        beginning = TurnEvent(first, "turn.resumed", resumed)
    calls = [
        call
        for step in steps
        if step.kind == "response"
        for call in calls_in(read_response(step.body))
    ]
    story = [beginning]
    if record.status == "running":
        # Made anew each time: behind a call on its way nothing has its number yet.
        return story + numbered(called_and_returned(calls, _up_to_begun(steps)), first + 1)
    steps = [replace(step, kind="in_doubt") if step.kind == "begun" else step for step in steps]
    story += numbered(called_and_returned(calls, steps), first + 1)
    if record.reply is not None:
        text = {"text": record.reply.content}
        story.append(TurnEvent(first + len(story), "message.delta", text))
    story.append(ended(record, first + len(story)))
    return story


def _up_to_begun(steps: Sequence[Step]) -> Sequence[Step]:
    first = next((step.idx for step in steps if step.kind == "begun"), len(steps))
    return steps[: first + 1]


class Said:
    """The text of a reply while it comes: what is shown so far is always how its end will begin.

    A reply is all that the model said in its turn: the answers without the white space around them,
    an empty line between two. So white space is held back until words follow it.
    """

    def __init__(self, shown: str = "") -> None:
        self.shown: str = shown
        self._held: str = ""
        self._is_new = True

    def begin_answer(self) -> None:
        """The model begins another answer."""
        self._held, self._is_new = "", True

    def add(self, text: str) -> str:
        """Take a piece of the answer; gives what is to be shown of it now."""
        if self._is_new:
            text = text.lstrip()
            if not text:
                return ""
            self._held = "\n\n" if self.shown else ""
            self._is_new = False
        whole = self._held + text
        words = whole.rstrip()
        if not words:
            self._held = whole
            return ""
        self._held = whole[len(words) :]
        self.shown += words
        return words


def text_of(events: Iterable[TurnEvent], text: str = "") -> str:
    """What is shown of the reply after these events, where `text` was shown before them."""
    for event in events:
        if event.name == "turn.resumed":
            text = event.data["text"]
        elif event.name == "message.delta":
            text += event.data["text"]
    return text


def _message(record: TurnRecord) -> dict[str, Any]:
    reply = record.reply
    assert reply is not None  # noqa: S101  asked for only where there is one
    return {
        "id": str(reply.uid),
        "conversation_id": str(record.conversation_uid),
        "role": "assistant",
        "content": reply.content,
        "tool_calls": reply.tool_calls,
        "tool_results": reply.tool_results,
        "metadata": reply.metadata,
        "turn_id": str(record.uid),
        "created_at": _moment(reply.created_at),
    }


def _moment(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
