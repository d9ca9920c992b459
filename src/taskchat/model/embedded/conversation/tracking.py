"""What is known of a task after the turns so far, without reading the list again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation.history import Effect, SeenTask, read_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import Step, Turn


def task_after(turns: Sequence[Turn], task_id: int, now: datetime) -> SeenTask | None:
    """A task as the turns left it: as it was last listed or created, and what was changed since.

    `now` gives the zone of the due dates in the calls. None where it was never seen.
    """
    since: list[Step] = []
    for turn in reversed(turns):
        since += [step for step in reversed(turn.steps) if _is_about(step, task_id)]
        task = turn.listed.find(task_id) if turn.listed else None
        if task is not None or (since and _creates(since[-1])):
            # The list was read before the turn changed anything.
            return _replay(task, since[::-1], now)
    return None


def _is_about(step: Step, task_id: int) -> bool:
    return isinstance(step.result, Effect) and step.result.task_id == task_id


def _creates(step: Step) -> bool:
    return isinstance(step.result, Effect) and step.result.status == "created"


def _replay(task: SeenTask | None, steps: Sequence[Step], now: datetime) -> SeenTask | None:
    for step in steps:
        effect = step.result
        if not isinstance(effect, Effect):
            continue
        if effect.status == "created":
            task = SeenTask(effect.task_id, effect.title)
        if task is None:
            return None
        if effect.status in {"completed", "reopened"}:
            task = task._replace(completed=effect.status == "completed")
        elif effect.status in {"created", "updated"}:
            task = _with_fields(task._replace(title=effect.title), step.arguments, now)
    return task


def _with_fields(task: SeenTask, arguments: dict[str, object], now: datetime) -> SeenTask:
    priority, due, note = (arguments.get(name) for name in ("priority", "due_at", "description"))
    if isinstance(priority, str):
        task = task._replace(priority=None if priority == "none" else priority)
    if isinstance(note, str):
        task = task._replace(description=note or None)
    if due == "none":
        return task._replace(due_at=None, all_day=False)
    at = read_time(due, now) if isinstance(due, str) else None
    return task._replace(due_at=at, all_day="T" not in str(due)) if at else task
