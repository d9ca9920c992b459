"""The day that another task has: "move the rent to the same day as the dentist"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import LocalDue
from taskchat.model.embedded.requests import Act, Add, Changes, Offer, Talk
from taskchat.model.embedded.targets import best

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.history import SeenTask
    from taskchat.model.embedded.requests import Request

_SAME_DAY = re.compile(
    r"\s+(?:(?:on|for|to|due|by)\s+)*the\s+same\s+(?:day|date)\s+as\s+(?P<other>(?:the\s+|my\s+)?[\w' \ue000-\uf8ff-]+?)(?:\s+(?:please|too|as\s+well))*[\s.!]*$",
    re.IGNORECASE,
)


def cut_same_day(text: str) -> tuple[str, str]:
    """The text without the task whose day is meant, and the words for that task; "" where none is."""
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
    return replace(add, due=None, day_of=other)


def settle_day(request: Request, tasks: Sequence[SeenTask], now: datetime) -> Request:
    """The request with the date that the day of another task comes to, where one is meant."""
    match request:
        case Add(day_of=other) if other:
            day = _day_of(other, tasks, now)
            return replace(request, due=day, day_of="") if day else Talk("no_day")
        case Act(changes=Changes(day_of=other)) if other:
            day = _day_of(other, tasks, now)
            changes = replace(request.changes, due=day, day_of="")
            return replace(request, changes=changes) if day else Talk("no_day")
        case _:
            return request


def _day_of(words: str, tasks: Sequence[SeenTask], now: datetime) -> LocalDue | None:
    """The day on which the one task is due that the words mean; None where there is no such day."""
    fitting = [match.task for match in best(words, tasks)]
    due_at = fitting[0].due_at if len(fitting) == 1 else None
    return LocalDue(due_at.astimezone(now.tzinfo).date()) if due_at else None
