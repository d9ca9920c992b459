"""A task list in memory and the turn loop around the embedded model, for tests and for scoring.

Each chat turn sees what the real service gives a model: the earlier turns flattened (prompt, all
calls, all returns, text), the current one round by round, and the clock line in the instructions.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters

from taskchat.model.clock_line import clock_line
from taskchat.model.embedded.model import EmbeddedModel

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ROUNDS = 6
HISTORY_MESSAGES = 20


@dataclass
class PlayTask:
    id: int
    title: str
    description: str | None = None
    completed: bool = False
    priority: str | None = None
    due_at: str | None = None
    all_day: bool = False
    created_at: str = "2026-01-01T00:00:00Z"
    updated_at: str = "2026-01-01T00:00:00Z"
    completed_at: str | None = None
    is_deleted: bool = False


class ToolFailedError(Exception):
    pass


class Playground:
    """One user, one conversation, one list."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now
        self.reset([])

    def reset(self, initial: list[dict[str, object]]) -> None:
        self._tasks: dict[int, PlayTask] = {}
        self._ids = itertools.count(1)
        self._turns: list[list[ModelMessage]] = []
        self.calls: list[ToolCallPart] = []
        for one in initial:
            task = PlayTask(next(self._ids), str(one["title"]), completed=bool(one["completed"]))
            self._tasks[task.id] = task

    @classmethod
    def of_titles(cls, titles: Iterable[str], now: datetime) -> Playground:
        """One whose list has these tasks, those behind "[x]" completed."""
        play = cls(now)
        play.reset([{"title": t.removeprefix("[x] "), "completed": t[0] == "["} for t in titles])
        return play

    @property
    def now(self) -> datetime:
        return self._now or datetime.now(ZoneInfo("UTC"))

    def tasks(self) -> list[dict[str, object]]:
        return [
            {"id": t.id, "title": t.title, "completed": t.completed, "due": self._local_due(t),
             "priority": t.priority, "description": t.description}
            for t in self._tasks.values()
            if not t.is_deleted
        ]  # fmt: skip

    def chat(self, text: str) -> tuple[str, list[str]]:
        return asyncio.run(self.talk(text))

    async def talk(self, text: str) -> tuple[str, list[str]]:
        model, instructions = EmbeddedModel(), f"Keep the list.\n{clock_line(self.now)}"
        current: list[ModelMessage] = [
            ModelRequest([UserPromptPart(text)], instructions=instructions)
        ]
        calls: list[ToolCallPart] = []
        returns: list[ToolReturnPart] = []
        for _ in range(MAX_ROUNDS):
            history = [m for turn in self._turns for m in turn][-HISTORY_MESSAGES:]
            answer = await model.request([*history, *current], None, ModelRequestParameters())
            wanted = [part for part in answer.parts if isinstance(part, ToolCallPart)]
            if not wanted:
                reply = "".join(part.content for part in answer.parts if isinstance(part, TextPart))
                self._keep(text, calls, returns, reply)
                return reply, [call.tool_name for call in calls]
            made = [self._run(call) for call in wanted]
            calls += wanted
            returns += made
            current += [answer, ModelRequest(made, instructions=instructions)]
        raise AssertionError(f"no reply after {MAX_ROUNDS} rounds: {text}")

    def _keep(
        self, text: str, calls: list[ToolCallPart], returns: list[ToolReturnPart], reply: str
    ) -> None:
        turn: list[ModelMessage] = [ModelRequest([UserPromptPart(text)])]
        if calls:
            # The engine keeps the ids of calls apart between turns.
            number = len(self._turns)
            for part in (*calls, *returns):
                part.tool_call_id = f"t{number}_{part.tool_call_id}"
            turn += [ModelResponse(list(calls)), ModelRequest(list(returns))]
        self._turns.append([*turn, ModelResponse([TextPart(reply)])])
        self.calls, self.returns = calls, returns

    def _run(self, call: ToolCallPart) -> ToolReturnPart:
        try:
            content = getattr(self, call.tool_name)(**call.args_as_dict())
        except (ToolFailedError, TypeError, AttributeError) as error:
            return ToolReturnPart(call.tool_name, str(error), call.tool_call_id, outcome="failed")
        return ToolReturnPart(call.tool_name, content, call.tool_call_id)

    # --- The tools. ---

    def add_task(
        self,
        title: str,
        description: str | None = None,
        priority: str | None = None,
        due_at: str | None = None,
    ) -> dict[str, object]:
        task = PlayTask(next(self._ids), _title(title), description, priority=priority)
        self._set_due(task, due_at)
        self._tasks[task.id] = task
        return _told(task, "created")

    def list_tasks(self, status: str = "all", q: str | None = None, limit: int = 50) -> object:
        found = [
            task
            for task in self._tasks.values()
            if not task.is_deleted
            and (status == "all" or task.completed == (status == "completed"))
            and (q is None or q.lower() in task.title.lower())
        ]
        rows = [{k: v for k, v in asdict(task).items() if k != "is_deleted"} for task in found]
        if len(rows) > limit:
            return {"tasks": rows[:limit], "note": f"{limit} of {len(rows)} tasks"}
        return rows

    def complete_task(self, task_id: int, completed: bool = True) -> dict[str, object]:
        task = self._task(task_id)
        task.completed = completed
        return _told(task, "completed" if completed else "reopened")

    def update_task(
        self,
        task_id: int,
        title: str | None = None,
        description: str | None = None,
        priority: str | None = None,
        due_at: str | None = None,
    ) -> dict[str, object]:
        task = self._task(task_id)
        if title is not None:
            task.title = _title(title)
        if description is not None:
            task.description = description or None
        task.priority = None if priority == "none" else priority or task.priority
        self._set_due(task, due_at)
        return _told(task, "updated")

    def delete_task(self, task_id: int) -> dict[str, object]:
        task = self._task(task_id)
        task.is_deleted = True
        return _told(task, "deleted")

    def restore_task(self, task_id: int) -> dict[str, object]:
        task = self._tasks.get(task_id)
        if task is None or not task.is_deleted:
            raise ToolFailedError(f"there is no deleted task {task_id}")
        task.is_deleted = False
        return _told(task, "restored")

    def _task(self, task_id: int) -> PlayTask:
        task = self._tasks.get(task_id)
        if task is None or task.is_deleted:
            raise ToolFailedError(f"there is no task {task_id}")
        return task

    def _set_due(self, task: PlayTask, due_at: str | None) -> None:
        if due_at is None:
            return
        if due_at == "none":
            task.due_at, task.all_day = None, False
            return
        local = datetime.fromisoformat(due_at).replace(tzinfo=self.now.tzinfo)
        task.due_at = local.astimezone(UTC).isoformat().replace("+00:00", "Z")
        task.all_day = "T" not in due_at

    def _local_due(self, task: PlayTask) -> str | None:
        if task.due_at is None:
            return None
        local = datetime.fromisoformat(task.due_at).astimezone(self.now.tzinfo)
        return f"{local:%Y-%m-%d}" if task.all_day else f"{local:%Y-%m-%dT%H:%M}"


def _title(title: str) -> str:
    if not 1 <= len(title.strip()) <= 200:
        raise ToolFailedError("a title has 1 to 200 characters")
    return title.strip()


def _told(task: PlayTask, status: str) -> dict[str, object]:
    return {"task_id": task.id, "status": status, "title": task.title}


def make() -> Playground:
    """A playground whose clock is the real one, as score scripts want it."""
    return Playground()


def in_days(days: int) -> timedelta:
    return timedelta(days=days)
