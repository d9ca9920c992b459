"""The conversation as the rules read it: turns with their steps, parsed once from the messages.

Everything that pydantic-ai types loosely (arguments, tool returns) becomes a frozen value here;
the other files of this package never see a message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

from pydantic_ai.messages import (
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from taskchat.model.clock_line import read_clock_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_ai.messages import ModelMessage


class SeenTask(NamedTuple):
    """A task as a tool showed it; `due_at` is aware, None where the task has no date."""

    id: int
    title: str
    completed: bool = False
    priority: str | None = None
    due_at: datetime | None = None
    all_day: bool = False
    description: str | None = None


class Listed:
    """What list_tasks returned. Its rows are read when they are asked for: a history holds many."""

    def __init__(self, content: object) -> None:
        self._content = content

    @cached_property
    def tasks(self) -> tuple[SeenTask, ...]:
        """The tasks, in the order of the tool."""
        return tuple(_read_task(row) for row in self._rows)

    @cached_property
    def by_title(self) -> dict[str, list[int]]:
        """The ids of the tasks of each title."""
        found: dict[str, list[int]] = {}
        for task_id, title in self.titles:
            found.setdefault(title, []).append(task_id)
        return found

    @cached_property
    def titles(self) -> list[tuple[int, str]]:
        """The id and the title of each task, without reading more."""
        return [(int(str(row.get("id"))), str(row.get("title"))) for row in self._rows]

    @property
    def is_cut(self) -> bool:
        """Whether the list holds more than was returned."""
        read = self._read
        return isinstance(read, dict) and "note" in cast("dict[str, object]", read)

    def find(self, task_id: int) -> SeenTask | None:
        """One task by its id, or None."""
        row = self._by_id.get(task_id)
        return None if row is None else _read_task(row)

    @cached_property
    def _by_id(self) -> dict[object, dict[str, object]]:
        return {row.get("id"): row for row in self._rows}

    @cached_property
    def _read(self) -> object:
        return _unpack(self._content)

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        rows = self._read
        if isinstance(rows, dict):
            rows = cast("dict[str, object]", rows).get("tasks")
        if not isinstance(rows, list):
            return []
        return [
            cast("dict[str, object]", row)
            for row in cast("list[object]", rows)
            if isinstance(row, dict)
        ]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a writing tool says that it did."""

    task_id: int
    status: str
    title: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that did not work, in the tool's own words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call with what came back; a call without a return counts as failed."""

    tool: str
    arguments: dict[str, object]
    result: Listed | Effect | Failure


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the user and all that answered it; `reply` is empty while it runs."""

    text: str
    steps: tuple[Step, ...] = ()
    reply: str = ""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the turn changed, in order."""
        return tuple(step.result for step in self.steps if isinstance(step.result, Effect))

    @property
    def listed(self) -> Listed | None:
        """The last list that the turn read, or None."""
        lists = [step.result for step in self.steps if isinstance(step.result, Listed)]
        return lists[-1] if lists else None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The earlier turns (oldest first), the turn that is to be answered, and the user's clock."""

    earlier: tuple[Turn, ...]
    current: Turn
    now: datetime


def read_conversation(messages: Sequence[ModelMessage]) -> Conversation:
    """Parse a message history; its last user prompt opens the current turn."""
    turns = [_read_turn(part) for part in _parts_by_turn(messages)]
    current = turns.pop() if turns else Turn("")
    return Conversation(tuple(turns), current, _read_clock(messages))


def read_time(text: str, now: datetime | None = None) -> datetime | None:
    """An ISO date or time, in the zone of `now` (else UTC) where it names none; None for others."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=now.tzinfo if now else UTC)


_Part = UserPromptPart | ToolCallPart | ToolReturnPart | TextPart
_READ_PARTS = (UserPromptPart, ToolCallPart, ToolReturnPart, TextPart)


def _parts_by_turn(messages: Sequence[ModelMessage]) -> list[list[_Part]]:
    turns: list[list[_Part]] = []
    for message in messages:
        for part in message.parts:
            if not isinstance(part, _READ_PARTS):
                continue
            if isinstance(part, UserPromptPart) or not turns:
                turns.append([])
            turns[-1].append(part)
    return turns


def _read_turn(parts: list[_Part]) -> Turn:
    calls = {part.tool_call_id: part for part in parts if isinstance(part, ToolCallPart)}
    results: dict[str, Listed | Effect | Failure] = {}
    for part in parts:
        if isinstance(part, ToolReturnPart):
            results[part.tool_call_id] = _read_result(part)
    lost = Failure("it was not answered")
    steps = [
        Step(call.tool_name, call.args_as_dict(), results.get(call_id, lost))
        for call_id, call in calls.items()
    ]
    texts = [_prompt_text(part) for part in parts if isinstance(part, UserPromptPart)]
    replies = [part.content for part in parts if isinstance(part, TextPart)]
    return Turn("\n".join(texts), tuple(steps), "\n".join(replies))


def _prompt_text(part: UserPromptPart) -> str:
    if isinstance(part.content, str):
        return part.content
    return " ".join(item for item in part.content if isinstance(item, str))


def _read_result(part: ToolReturnPart) -> Listed | Effect | Failure:
    raw = cast("object", part.content)
    if part.outcome == "success" and _is_list(raw):
        return Listed(raw)
    content: object = _unpack(raw)
    if part.outcome != "success" or isinstance(content, str):
        return Failure(str(content))
    if isinstance(content, dict):
        fields = cast("dict[str, object]", content)
        if isinstance(fields.get("tasks"), list):
            return Listed(fields)
        if isinstance(fields.get("task_id"), int):
            return Effect(
                cast("int", fields["task_id"]), str(fields.get("status")), str(fields.get("title"))
            )
    return Failure("the answer could not be read")


def _is_list(content: object) -> bool:
    return isinstance(content, list) or (isinstance(content, str) and content.startswith("["))


def _unpack(content: object) -> object:
    # A return that went through MCP or a database may arrive as the JSON text of the value.
    if isinstance(content, str) and content[:1] in {"{", "["}:
        try:
            return cast("object", json.loads(content))
        except ValueError:
            return content
    return content


def _read_task(fields: dict[str, object]) -> SeenTask:
    # By place and without conversions: a long list has 500 of these.
    task_id, due, priority, note = map(fields.get, ("id", "due_at", "priority", "description"))
    return SeenTask(
        task_id if isinstance(task_id, int) else int(str(task_id)),
        str(fields.get("title")),
        bool(fields.get("completed")),
        str(priority) if priority else None,
        read_time(due) if isinstance(due, str) else None,
        bool(fields.get("all_day")),
        str(note) if note else None,
    )


def _read_clock(messages: Sequence[ModelMessage]) -> datetime:
    for message in reversed(messages):
        if isinstance(message, ModelResponse):
            continue
        clock = read_clock_line(message.instructions or "")
        if clock is not None:
            return clock
    return datetime.now(UTC)
