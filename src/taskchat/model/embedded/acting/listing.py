"""Answers to questions about the list, in words and numbered lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.finding.choosing import choose
from taskchat.model.embedded.finding.due_ones import is_due
from taskchat.model.embedded.finding.targets import exact, rank
from taskchat.model.embedded.requests import DueIn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Look

_STATE = {"all": "", "pending": "pending ", "completed": "completed "}


def answer_look(look: Look, tasks: Sequence[SeenTask], memory: Memory, now: datetime) -> str:
    """The answer to a question about the list; `tasks` are all that the list tool returned."""
    pointed = _tell_pointed(look, tasks, memory, now)
    if pointed:
        return pointed
    if look.is_soonest or look.is_undated:
        return _tell_by_date(tasks, look, now)
    fitting = [task for task in tasks if _has_status(task, look)]
    if look.target.words:
        likely = [match for match in rank(look.target.words, fitting) if match.is_likely]
        named = [match.task for match in exact(likely)]
        if named:
            return _tell_named(named, now)
        if look.is_guess:
            return replies.TALK["off_topic"]
        if look.asks_one:
            return replies.nothing_about(look.target.words)
    if look.counts:
        return _count(tasks, look)
    narrowed = [task for task in fitting if _is_wanted(task, look, now)]
    if _is_narrow(look) and look.status != "completed":  # when a task was done is not told
        return _tell_narrow(narrowed, fitting, look, now)
    return _tell_all(fitting, look, now)


def _tell_pointed(look: Look, tasks: Sequence[SeenTask], memory: Memory, now: datetime) -> str:
    """The tasks that a question points at, by number, place or "that"; "" where it does not."""
    if look.target.numbers or look.target.ordinals:
        chosen = choose(look.target, "update", tasks, memory)
        if chosen.tasks:
            opening = "Here it is:" if len(chosen.tasks) == 1 else "Here they are:"
            return _lines(opening, chosen.tasks, now) + _note_of(chosen.tasks)
        return replies.tell_missing(chosen.missing)
    if look.of_focus and len(memory.focus) == 1:
        spoken_of = [task for task in tasks if task.id in memory.focus]
        if spoken_of:
            return _tell_named(spoken_of, now)
    return ""


def _tell_by_date(tasks: Sequence[SeenTask], look: Look, now: datetime) -> str:
    """What is due next, or what is due at no time."""
    pending = [task for task in tasks if not task.completed]
    dated = [task for task in pending if task.due_at is not None]
    if look.is_undated:
        rest = [task for task in pending if task.due_at is None]
        said = f"You have {_plural(len(rest), 'pending task')} without a due date"
        return _lines(f"{said}:", rest, now) if rest else f"{said}."
    if not dated:
        return "None of your pending tasks has a due date."
    first = min(task.due_at for task in dated if task.due_at)
    return _lines("This is due next:", [task for task in dated if task.due_at == first], now)


def _has_status(task: SeenTask, look: Look) -> bool:
    return look.status == "all" or task.completed == (look.status == "completed")


def _is_narrow(look: Look) -> bool:
    return look.first is not None or look.is_overdue or look.priority is not None


def _is_wanted(task: SeenTask, look: Look, now: datetime) -> bool:
    if look.priority is not None and task.priority != look.priority:
        return False
    if look.first is None and not look.is_overdue:
        return True
    return is_due(task, DueIn(look.first, look.last, look.is_overdue), now)


def _tell_named(named: Sequence[SeenTask], now: datetime) -> str:
    if len(named) == 1:
        task = named[0]
        state = "It is completed." if task.completed else "It is still open."
        return _lines("I found this:", named, now) + f"\n{state}" + _note_of(named)
    return _lines(f"I found {len(named)} tasks:", named, now)


def _note_of(tasks: Sequence[SeenTask]) -> str:
    """The note of the one task that was asked for, on a line of its own."""
    note = tasks[0].description if len(tasks) == 1 else None
    return f"\nIts note: {' '.join(note.split())}" if note else ""


def _tell_narrow(
    narrowed: Sequence[SeenTask], fitting: Sequence[SeenTask], look: Look, now: datetime
) -> str:
    kind = _kind(look, now)
    if narrowed:
        return _lines(f"You have {_plural(len(narrowed), 'task')} {kind}:", narrowed, now)
    rest = [task for task in fitting if not task.completed]
    if not rest:
        return f"You have no tasks {kind}."
    return _lines(f"You have no tasks {kind}. What is pending:", rest, now)


def _kind(look: Look, now: datetime) -> str:
    if look.is_overdue:
        return "that are overdue"
    if look.priority is not None:
        return f"of {look.priority} priority"
    if look.first is not None and look.first == look.last:
        return f"due {replies.tell_day(look.first, now)}"
    assert look.first is not None  # noqa: S101  (narrow looks are overdue, by priority or by day)
    assert look.last is not None  # noqa: S101
    return f"due {replies.tell_day(look.first, now)} to {replies.tell_day(look.last, now)}"


def _tell_all(fitting: Sequence[SeenTask], look: Look, now: datetime) -> str:
    if not fitting:
        return {
            "all": "Your list is empty. Tell me what to add!",
            "pending": "Nothing is pending. Well done!",
            "completed": "You have not completed any tasks yet.",
        }[look.status]
    return _lines(f"You have {_plural(len(fitting), _STATE[look.status] + 'task')}:", fitting, now)


def _count(tasks: Sequence[SeenTask], look: Look) -> str:
    done = sum(task.completed for task in tasks)
    if look.status == "completed":
        return f"You have {_plural(done, 'completed task')}."
    said = f"You have {_plural(len(tasks) - done, 'pending task')}"
    return f"{said} and {done} completed." if done else f"{said}."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _lines(opening: str, tasks: Sequence[SeenTask], now: datetime) -> str:
    return f"{opening}\n{replies.show_tasks(tasks, now)}"
