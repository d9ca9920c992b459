"""When a sentence says that something is due: finds the words that tell a date and reads them.

The spans are found by our own patterns (`date_spans`); here they are joined to one due date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

from taskchat.model.embedded.date_spans import Span, find_spans

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A day in the user's zone, and the time on it; without one it is due all day."""

    day: date
    at: time | None = None

    def as_argument(self) -> str:
        """The form that the tools take."""
        if self.at is None:
            return self.day.isoformat()
        return f"{self.day.isoformat()}T{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class FoundDue:
    """A due date, and the text that is left without the words that told it."""

    due: Due
    rest: str


_PART_HOURS = {"morning": 9, "noon": 12, "lunchtime": 12, "afternoon": 15, "evening": 18,
               "night": 20}  # fmt: skip


def find_due(text: str, now: datetime) -> FoundDue | None:
    """Find the date and time that `text` tells, relative to `now` (aware, the user's zone).

    A weekday is the next one after today, "next friday" the one of next week; a time without a
    day is its next occurrence. Repeating dates ("every friday") are not dates here.
    """
    spans = _compatible(find_spans(text, now))
    if not spans:
        return None
    due = _join(spans, now)
    return None if due is None else FoundDue(due, _without(text, spans))


def is_only_due(text: str, now: datetime) -> bool:
    """Whether nothing but a date is said."""
    found = find_due(text, now)
    return found is not None and not re.search(r"\w", found.rest)


def tells_repeat(text: str) -> bool:
    """Whether a repeating date is asked for, which a task cannot hold."""
    return bool(_REPEAT.search(text))


_REPEAT = re.compile(r"\b(?:every|each)\s+\w+|\b(?:daily|weekly|monthly|yearly|annually)\b", re.I)


def _compatible(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        clashes = any(
            (span.day and other.day) or (span.at and other.at) or (span.part and other.part)
            for other in kept
        )
        if not clashes:
            kept.append(span)
    # A part of the day alone ("morning coffee") only counts beside a day, or said as a time.
    return kept


def _join(spans: list[Span], now: datetime) -> Due | None:
    day = next((span.day for span in spans if span.day), None)
    clock = next((span for span in spans if span.at), None)
    part = next((span.part for span in spans if span.part), None)
    if clock is None and part is None:
        return Due(day) if day else None
    if clock is None or clock.at is None:
        at = time(_PART_HOURS[part or "noon"])
    elif clock.is_open_hour:
        at = _settle_hour(clock.at, day, part, now)
    else:
        at = clock.at
    if day is None:
        is_past = at <= now.time()
        day = now.date() + timedelta(days=1 if is_past else 0)
    elif clock is None and day == now.date() and at <= now.time():
        return Due(day)
    return Due(day, at)


def _settle_hour(at: time, day: date | None, part: str | None, now: datetime) -> time:
    late = at.replace(hour=(at.hour + 12) % 24) if at.hour < 12 else at
    if part is not None:
        return at if part in {"morning", "noon"} and at.hour >= 6 else late
    if day is None or day == now.date():
        ahead = [choice for choice in (at, late) if choice > now.time()]
        if ahead:
            # "at 3" said at one in the night still means the afternoon.
            return ahead[0] if ahead[0].hour >= 6 else late
    return late if at.hour < 7 else at


def _without(text: str, spans: list[Span]) -> str:
    for span in reversed(spans):
        text = f"{text[: span.start]} {text[span.end :]}"
    return re.sub(r"\s+([,.;!?])", r"\1", re.sub(r"\s{2,}", " ", text)).strip(" ,;:-")
