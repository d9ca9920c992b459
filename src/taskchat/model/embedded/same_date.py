"""Wishes to give a task the date that another one has: "give the hotel the same date as the train"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.sentences import LocalDue
from taskchat.model.embedded.requests import Changes
from taskchat.model.embedded.targets import best

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.history import SeenTask
    from taskchat.model.embedded.memory import Memory

_SAME = re.compile(
    r"^\W*(?:please\s+)?set\s+(?P<target>\S.*?)\s+to\s+(?:have\s+)?the\s+same\s+(?:due\s+)?(?:date|deadline|day)(?:\s+(?:as|like)(?:\s+(?P<like>\S.*?))?)?(?:\s+(?:please|too|as\s+well))*\W*$",
    re.IGNORECASE,
)
_POINTS = re.compile(r"(?:it|that|this|that\s+one|the\s+(?:last|other)\s+(?:one|task)|before)", re.I)


def read_same_date(clause: str) -> tuple[str, Changes] | None:
    """The words that name a task, and whose date it is to have; None for another wish."""
    found = _SAME.match(clause)
    if found is None:
        return None
    like = found["like"] or ""
    return found["target"], Changes(same_due="" if _POINTS.fullmatch(like) else like)


def find_same_date(
    words: str, tasks: Sequence[SeenTask], memory: Memory, now: datetime, but: Sequence[int]
) -> LocalDue | None:
    """The date of the task that these words name, else of the one spoken of before; None without one.

    `but` are the tasks that are to have it.
    """
    if words:
        named = [match.task for match in best(words, tasks)]
    else:
        named = _last_spoken_of([task for task in tasks if task.id not in but], memory)
    dated = [task for task in named if task.due_at is not None]
    if len(dated) != 1 or dated[0].due_at is None:
        return None
    due = dated[0].due_at.astimezone(now.tzinfo)
    return LocalDue(due.date(), None if dated[0].all_day else due.time())


def _last_spoken_of(tasks: Sequence[SeenTask], memory: Memory) -> list[SeenTask]:
    """The tasks with a date that were changed last, or are in mind."""
    dated = {task.id: task for task in tasks if task.due_at is not None}
    found = [dated[one] for one in memory.focus if one in dated]
    for turn in () if found else reversed(memory.turns):
        found = [dated[one.task_id] for one in turn.effects if one.task_id in dated]
        if found:
            break
    return list(dict.fromkeys(found))
