"""What is known of the tasks after each call that changed one, without reading the list again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.history import Effect, SeenTask, read_time

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.history import Step


def after_step(step: Step, known: dict[int, SeenTask], now: datetime) -> None:
    """Bring `known` up to date with a step that worked; `now` gives the zone of its due date."""
    effect = step.result
    if not isinstance(effect, Effect):
        return
    task = known.get(effect.task_id)
    if effect.status == "created":
        task = SeenTask(effect.task_id, effect.title)
    if task is None:
        return
    if effect.status in {"completed", "reopened"}:
        task = replace(task, completed=effect.status == "completed")
    elif effect.status in {"created", "updated"}:
        task = _with_fields(replace(task, title=effect.title), step.arguments, now)
    known[effect.task_id] = task


def _with_fields(task: SeenTask, arguments: dict[str, object], now: datetime) -> SeenTask:
    priority, due, note = (arguments.get(name) for name in ("priority", "due_at", "description"))
    if isinstance(priority, str):
        task = replace(task, priority=None if priority == "none" else priority)
    if isinstance(note, str):
        task = replace(task, description=note or None)
    if due == "none":
        return replace(task, due_at=None, all_day=False)
    at = read_time(due, now) if isinstance(due, str) else None
    return replace(task, due_at=at, all_day="T" not in str(due)) if at else task
