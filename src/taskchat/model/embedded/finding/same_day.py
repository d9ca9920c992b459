"""The day that another task has: "move the rent to the same day as the dentist"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import LocalDue
from taskchat.model.embedded.finding.targets import best
from taskchat.model.embedded.requests import Act, Add, Changes, Offer, Talk
from taskchat.model.embedded.wording.dates import END

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Request

_SAME_DAY = re.compile(
    r"\s+(?:(?:on|for|to|due|by)\s+)*the\s+same\s+(?:day|date)\s+as\s+(?P<other>(?:the\s+|my\s+)?[\w' \ue000-\uf8ff-]+?)(?:\s+(?:please|too|as\s+well))*[\s.!]*$",
    re.IGNORECASE,
)
# "Add the second interview for the same day at 15:00": that of the task in mind.
_ADDED = re.compile(
    r"(?P<add>\W*(?:(?:and|also|then|please|can\s+you|could\s+you)\s+)*(?:add|create|enter)\s+(?!(?:it|that|this|them)\b).*?)\s+(?:for|on)\s+(?:the|that)\s+same\s+(?:day|date)"
    r"(?P<at>\s*,?\s+at\s+\d{1,2}(?::\d\d)?(?:\s*[ap]m)?)?(?:\s+(?:please|too|as\s+well))*[\s.!]*",
    re.IGNORECASE,
)
_SAME = r"the\s+same\s+(?:due\s+)?(?:date|deadline|day)"
_LIKE = rf"(?:\s+(?:as|like)\s+(?P<other>\S.*?))?{END}"
# "Use the same date for the gym", "give the hotel the same date (as the train)".
_WISHES = [
    re.compile(rf"^\W*(?:please\s+)?(?:use|take|set|put|apply|keep)\s+{_SAME}\s+(?:for|on|to)\s+(?P<what>\S.*?){_LIKE}", re.IGNORECASE),
    re.compile(rf"^\W*(?:please\s+)?give\s+(?P<what>\S.*?)\s+{_SAME}{_LIKE}", re.IGNORECASE),
    re.compile(rf"^\W*(?:please\s+)?(?:make|set|move|put|schedule|do)\s+(?P<what>(?:(?:the|my|it|that|task|number)\b.*?|[\ue000-\uf8ff]))\s+(?:due\s+)?(?:on|for|to)\s+{_SAME}{_LIKE}", re.IGNORECASE),
    re.compile(rf"^\W*and\s+(?P<what>(?:the|my)\s+[\w' -]+?)\s+(?:to|for|on)\s+{_SAME}{_LIKE}", re.IGNORECASE),
    re.compile(rf"^\W*(?P<what>(?!(?:that|it|this)\b)[^,;]+?)\s+(?:is|are|should\s+be|needs\s+to\s+be|goes)\s+(?:due\s+)?(?:on\s+)?{_SAME}{_LIKE}", re.IGNORECASE),
]  # fmt: skip
_IN_MIND = re.compile(
    r"it|that|this|that\s+one|the\s+(?:last|other)\s+(?:one|task)|before", re.IGNORECASE
)


def cut_same_day(text: str) -> tuple[str, str]:
    """The text without the task whose day is meant, and the words for that task; "" where none is."""
    for wish in _WISHES:
        found = wish.match(text)
        if found is not None:
            return f"move {found['what']} to", found["other"] or "it"
    added = _ADDED.fullmatch(text)
    if added is not None:
        return f"{added['add']}{added['at'] or ''}", "it"
    found = _SAME_DAY.search(text)
    return (text[: found.start()], found["other"]) if found else (text, "")


def with_day_of(request: Request, other: str) -> Request:
    """The request with the day of another task in the place of the date that it holds."""
    match request:
        case Add():
            return _add_of(request, other)
        case Offer():
            return Offer(_add_of(request.add, other))
        case Act(verb="update", changes=Changes(due=LocalDue()), otherwise=otherwise):
            changes = replace(request.changes, due=None, keeps_day=False, day_of=other)
            meant = with_day_of(otherwise, other) if otherwise else None
            is_meant = isinstance(meant, Add | Offer | Talk | Act)
            return replace(request, changes=changes, otherwise=meant if is_meant else None)
        case _:
            return request


def _add_of(add: Add, other: str) -> Add:
    return replace(add, due=add.due if add.due and add.due.at else None, day_of=other)


def settle_day(
    request: Request, tasks: Sequence[SeenTask], memory: Memory, now: datetime
) -> Request:
    """The request with the date that the day of another task comes to, where one is meant."""
    match request:
        case Add(day_of=other) if other:
            day = _day_of(other, tasks, memory, now)
            at = request.due.at if request.due else None
            due = replace(day, at=at) if day else None
            return replace(request, due=due, day_of="") if due else Talk("no_day")
        case Act(otherwise=Add(day_of=other) as add) if other:
            meant = settle_day(add, tasks, memory, now)
            settled = replace(request, otherwise=meant if isinstance(meant, Add | Talk) else None)
            return settle_day(settled, tasks, memory, now)
        case Act(changes=Changes(day_of=other)) if other:
            meant = {match.task.id for match in best(request.target.words, tasks)}
            others = [task for task in tasks if task.id not in meant]
            day = _day_of(other, others, memory, now)
            changes = replace(request.changes, due=day, day_of="")
            return replace(request, changes=changes) if day else Talk("no_day")
        case _:
            return request


def _day_of(
    words: str, tasks: Sequence[SeenTask], memory: Memory, now: datetime
) -> LocalDue | None:
    """The day on which the one task is due that the words mean; None where there is no such day."""
    if _IN_MIND.fullmatch(words.strip()):
        fitting = _last_dated(tasks, memory)
    else:
        fitting = [match.task for match in best(words, tasks)]
    due_at = fitting[0].due_at if len(fitting) == 1 else None
    return LocalDue(due_at.astimezone(now.tzinfo).date()) if due_at else None


def _last_dated(tasks: Sequence[SeenTask], memory: Memory) -> list[SeenTask]:
    """The tasks with a date that are in mind, else those that were changed last."""
    dated = {task.id: task for task in tasks if task.due_at is not None}
    found = [dated[one] for one in memory.focus if one in dated]
    for turn in () if found else reversed(memory.turns):
        found = [dated[one.task_id] for one in turn.effects if one.task_id in dated]
        if found:
            break
    return list(dict.fromkeys(found))
