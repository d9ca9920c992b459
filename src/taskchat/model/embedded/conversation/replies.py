"""All the words the assistant says; nothing is claimed here that is not in a tool's answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from taskchat.dates.sentences import LocalDue
    from taskchat.model.embedded.conversation.history import Effect, SeenTask
    from taskchat.model.embedded.requests import Add, Topic, Verb

MAX_SHOWN = 50
_MAX_TITLE_CHARS = 120

TALK: dict[Topic, str] = {
    "greeting": "Hello! I keep your to-do list. Tell me what to add, or ask “what's pending?”.",
    "thanks": "You're welcome!",
    "bye": "All right. Your list is here whenever you need it.",
    "fine": "Good. Tell me when there is something to add or to change.",
    "who": (
        "I'm Taskchat's built-in assistant: a set of rules, not an AI model. I keep your to-do list, "
        "and that is all I do."
    ),
    "help": (
        "I keep your to-do list. For example:\n"
        "- “Add a task to buy milk on Friday”\n"
        "- “What's pending?” or “What have I completed?”\n"
        "- “Mark buy milk as complete” or “reopen it”\n"
        "- “Move buy milk to tomorrow at 5pm” or “rename it to buy oat milk”\n"
        "- “Delete the meeting task”, “undo that”\n"
        "I'm the built-in assistant (rules, not an AI model), so plain sentences work best."
    ),
    "off_topic": (
        "I can't help with that: I only keep your to-do list. I can add, show, complete, change or "
        "delete tasks."
    ),
    "nothing": "Tell me what to add to your list, or ask what is on it.",
    "no_question": "There is nothing waiting for an answer. What would you like to do with your list?",
    "left_alone": "All right, I changed nothing.",
    "cancelled": "All right, I left everything as it is.",
    "too_long": (
        "That is too long for me to be sure what you want, so I changed nothing. Could you tell me in "
        "a sentence or two?"
    ),
    "silent": "",
    "nothing_else": "All right.",
    "no_undo": "There is nothing here that I can take back.",
    "no_repeats": "I keep one date for a task and can't repeat it, so I changed nothing.",
    "what_to_add": "What should the task say?",
    "no_day": "I found no date there that I could take, so I changed nothing.",
    "repeat_please": (
        "I'm not sure what you mean, so I changed nothing. Could you say it another way, for example "
        "“add …”, “complete …” or “delete …”?"
    ),
}
CHAT = frozenset(TALK[topic] for topic in ("thanks", "fine"))
"""Replies to mere thanks or "ok": what was spoken of before is spoken of still, and a question is dropped."""

NO_REMINDERS = "I keep the date, but I don't send reminders yet."
SEVERAL_FIT = "It could be one of these:"
THIS_ONE = "You mean this one:"
ALL_OF_THESE = "That means all of these:"
TITLE_CUT = "That was long for a title: the full text is in its description."
LIST_FAILED = "I couldn't read your list just now. Please try again in a moment."
NO_REPEATS = "I can't repeat tasks yet, so it is on your list once."
_DONE_WORDS = {
    "created": "Added",
    "completed": "Marked as complete:",
    "reopened": "Reopened",
    "updated": "Updated",
    "deleted": "Deleted",
    "restored": "Restored",
}


def quote(title: str) -> str:
    """A title in quotation marks, on one line and not too long for a sentence."""
    words = " ".join(title.split()).replace("“", "'").replace("”", "'")
    if len(words) > _MAX_TITLE_CHARS:
        words = words[: _MAX_TITLE_CHARS - 1] + "…"
    return f"“{words}”"


def and_join(parts: Sequence[str]) -> str:
    """The parts as English lists them."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def tell_effects(effects: Iterable[tuple[Effect, str]]) -> str:
    """What was done, by kind; each effect comes with the detail to tell about it, or ""."""
    by_status: dict[str, list[str]] = {}
    for effect, detail in effects:
        by_status.setdefault(effect.status, []).append(f"{quote(effect.title)}{detail}")
    told = [f"{_opening(status)} {and_join(names)}." for status, names in by_status.items()]
    return " ".join(told)


def _opening(status: str) -> str:
    return _DONE_WORDS.get(status, f"{status.capitalize()}:")


def tell_failures(reasons: Sequence[tuple[str, str]]) -> str:
    """What could not be done: pairs of a title and the tool's reason."""
    return " ".join(f"I couldn't {what}: {reason.strip().rstrip('.')}." for what, reason in reasons)


_NOT_FOUND = "I couldn't find "
_NOTHING_ABOUT = "I found nothing about "


def nothing_about(name: str) -> str:
    """That no task is about what was asked."""
    return f"{_NOTHING_ABOUT}{quote(name)} on your list."


def tell_missing(names: Sequence[str]) -> str:
    """That nothing on the list is what was named."""
    return f"{_NOT_FOUND}{and_join(names)} on your list, so I left that alone."


def was_unheard(reply: str) -> bool:
    """Whether a reply tells that the message before it was not understood, or only left something alone."""
    return reply in {
        TALK["repeat_please"],
        TALK["off_topic"],
        TALK["left_alone"],
    } or reply.startswith(_NOT_FOUND)


def read_missing(reply: str) -> str:
    """The one name that a reply told as not being on the list, or ""."""
    found = re.match(rf"(?:{_NOT_FOUND}|{_NOTHING_ABOUT})“([^”]+)” on your list", reply)
    return found[1] if found else ""


def tell_day(day: date, now: datetime) -> str:
    """A day as people say it, with the year only where it is not this one."""
    ahead = (day - now.date()).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if ahead in near:
        return near[ahead]
    said = f"{day:%A} {day.day} {day:%B}"
    return said if day.year == now.year else f"{said} {day.year}"


def tell_due(due: LocalDue, now: datetime) -> str:
    """A due date within a sentence."""
    day = tell_day(due.day, now)
    return day if due.at is None else f"{day} at {due.at:%H:%M}"


def tell_added(add: Add, now: datetime) -> str:
    """What is told about a new task after its title."""
    parts = [f"due {tell_due(add.due, now)}"] if add.due else []
    if add.priority:
        parts.append(f"{add.priority} priority")
    return f" ({', '.join(parts)})" if parts else ""


def show_tasks(tasks: Sequence[SeenTask], now: datetime, most: int = MAX_SHOWN) -> str:
    """The tasks as numbered lines; the numbers are what "task 3" means afterwards."""
    lines = [
        f"{number}. {_show_task(task, now)}" for number, task in enumerate(tasks[:most], start=1)
    ]
    if len(tasks) > most:
        lines.append(f"… and {len(tasks) - most} more")
    return "\n".join(lines)


def _show_task(task: SeenTask, now: datetime) -> str:
    title = " ".join(task.title.split())
    marks = [f"due {_show_due(task, now)}"] if task.due_at else []
    if task.priority:
        marks.append(f"{task.priority} priority")
    if task.completed:
        marks.append("completed")
    return f"{title} ({', '.join(marks)})" if marks else title


def _show_due(task: SeenTask, now: datetime) -> str:
    assert task.due_at is not None  # noqa: S101  (only called for tasks with a date)
    local = task.due_at.astimezone(now.tzinfo)
    day = tell_day(local.date(), now)
    return day if task.all_day else f"{day} at {local:%H:%M}"


def nothing_to(verb: Verb, *, is_empty: bool) -> str:
    """What is said where the list holds nothing that an act could be done to."""
    if verb == "complete":
        return "There is no open task on your list."
    if verb == "reopen":
        return "There is no completed task on your list."
    if not is_empty:
        return "There is no such task on your list, so I changed nothing."
    return "Your list is empty, so there is nothing to change."
