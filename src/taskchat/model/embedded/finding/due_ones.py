"""Tasks that are meant by when they are due: "move everything due today", "the overdue ones"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from taskchat.dates.sentences import find_due
from taskchat.dates.spans import find_spans, without_spans
from taskchat.model.embedded.clauses.looking import WINDOW, window_of
from taskchat.model.embedded.requests import Act, DueIn

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.requests import Request

_ONES = r"(?:tasks?|items?|ones?|things?|stuff|to-?\s?dos?|todos?|reminders?)"
_WHICH = rf"(?:everything|anything|whatever|(?:all|any|every)(?:\s+of)?(?:\s+(?:the|my|our))?(?:\s+(?:open|pending))?\s+{_ONES}|(?:the|my|those|these|that|both)\s+(?:two\s+|three\s+)?{_ONES})"
_DUE = re.compile(
    rf"\b(?P<which>{_WHICH})\s+(?:(?:that|which)(?:'s|\s+(?:is|are))\s+)?(?:due\s+(?:(?:on|by|for)\s+)?(?=\w)|(?=overdue\b|late\b|past\s+due\b))",
    re.IGNORECASE,
)
# "Delete the one for friday", where no new date can be meant.
_FOR = re.compile(rf"\b(?P<which>the\s+{_ONES})\s+(?:for|on|by)\s+(?=\w)", re.IGNORECASE)
_OVERDUE = re.compile(r"(?:overdue|late|past\s+due)\b", re.IGNORECASE)
_OVERDUE_FIRST = re.compile(
    rf"\b(?P<which>(?:(?:all|every|any)(?:\s+of)?(?:\s+(?:the|my))?|the|my|both))\s+(?:overdue|late|past-due)\s+(?P<ones>{_ONES})\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\W*(?:please\s+|can\s+you\s+|could\s+you\s+)?(?:delete|remove|erase|cancel|clear|complete|finish|mark|tick|check|cross|move|push|postpone|shift|reschedule|set|make|change|give|put|delay|defer|bump|reopen)\b"
    r"|\W*(?:i|we)(?:'ve|\s+have)?\s+(?:(?:just|already|now|finally)\s+)?(?:done|did|finished|completed)\s",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\W*(?:please\s+|can\s+you\s+|could\s+you\s+)?(?:move|push|postpone|shift|reschedule|set|make|change|give|put|delay|defer|bump)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?!(?:please|too|now|then|thanks|instead|as|well|for|me)\b)\w", re.IGNORECASE
)


# "Today's tasks".
_DAYS_OWN = re.compile(
    rf"\b(?:(?:all|everything|any)\s+(?:of\s+)?)?(?:the\s+|my\s+)?(?P<day>today|tomorrow|(?:this\s+)?\w+day)'s\s+(?:\w+\s+)?{_ONES}\b",
    re.IGNORECASE,
)


class Ones(NamedTuple):
    """An order without the words that say when the tasks are due, and when that is."""

    text: str
    due: DueIn | None


def cut_due_ones(text: str, now: datetime) -> Ones:
    """Take out of an order when the tasks are due that it means."""
    if not _ORDERS.match(text):
        return _cut_stated(text, now)
    text = _DAYS_OWN.sub(r"everything due \g<day>", text)
    first = _OVERDUE_FIRST.search(text)
    if first is not None:
        rest = f"{text[: first.start()]}{first['which']} {first['ones']}{text[first.end() :]}"
        return Ones(rest, DueIn(is_overdue=True))
    found = _DUE.search(text) or (None if _CHANGES.match(text) else _FOR.search(text))
    if found is None:
        return Ones(text, None)
    before, after = text[: found.start()] + found["which"], text[found.end() :]
    overdue, window = _OVERDUE.match(after), WINDOW.match(after)
    if overdue is not None:
        return Ones(before + after[overdue.end() :], DueIn(is_overdue=True))
    if window is not None:
        return Ones(before + after[window.end() :], DueIn(*window_of(window, now.date())))
    spans = find_spans(after, now)
    due = find_due(after[: spans[0].end], now) if spans and spans[0].start == 0 else None
    # "Make the last one due friday" tells a new date, and of no task when it is due.
    if due is None:
        return Ones(text, None)
    is_change = _CHANGES.match(text) and not _MORE.search(without_spans(after, now))
    if is_change:
        return Ones(text, None)
    return Ones(before + after[spans[0].end :], DueIn(due.due.day, due.due.day))


def _cut_stated(text: str, now: datetime) -> Ones:
    """What is told of the one that is due then: "the one for tomorrow is done"."""
    found = _STATED.match(text)
    spans = find_spans(found["rest"], now) if found else []
    if found is None or not spans or spans[0].start:
        return Ones(text, None)
    when, after = found["rest"][: spans[0].end], found["rest"][spans[0].end :]
    due = find_due(when, now) if _IS.match(after) else None
    if due is None:
        return Ones(text, None)
    return Ones(found["which"] + after, DueIn(due.due.day, due.due.day))


_STATED = re.compile(
    rf"^\W*(?P<which>the\s+{_ONES}|everything(?=\s+(?:that's\s+|that\s+is\s+)?due\b)|all(?:\s+of)?\s+(?:the|my)\s+{_ONES})\s+(?:(?:that's|which\s+is|that\s+is)\s+)?(?:due\s+)?(?:for\s+|on\s+|by\s+)?(?P<rest>\w.*)$",
    re.IGNORECASE,
)
_IS = re.compile(r"(?:\s+(?:is|are|was|can|has|should|needs)|'s)\b", re.IGNORECASE)


def of_those(request: Request, due: DueIn) -> Request:
    """The act, on those tasks only that are due then."""
    if not isinstance(request, Act):
        return request
    return replace(request, target=replace(request.target, due=due), otherwise=None)


def is_due(task: SeenTask, due: DueIn, now: datetime) -> bool:
    """Whether a task is due in these days, or overdue; what is done is neither."""
    if task.due_at is None or task.completed:
        return False
    local = task.due_at.astimezone(now.tzinfo)
    if due.is_overdue:
        return local.date() < now.date() if task.all_day else local < now
    return due.first is not None and due.first <= local.date() <= (due.last or due.first)
