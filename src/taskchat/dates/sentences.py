"""When a sentence says that something is due: finds the words that tell it, and joins them.

The spans are found by patterns (`spans`); here they become one day, and the time on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from taskchat.dates.spans import Span, find_spans
from taskchat.dates.told import second_offset

if TYPE_CHECKING:
    from taskchat.dates.told import Told


@dataclass(frozen=True, slots=True)
class LocalDue:
    """A day in the user's zone, and the time on it; without one it is due all day."""

    day: date
    at: time | None = None
    """It has an offset where that time comes twice on the day and the second is meant."""

    def as_argument(self) -> str:
        """The exact form (`due`)."""
        if self.at is None:
            return self.day.isoformat()
        return f"{self.day.isoformat()}T{self.at.isoformat(timespec='minutes')}"


@dataclass(frozen=True, slots=True)
class FoundDue:
    """A due date, and the text that is left without the words that told it."""

    due: LocalDue
    rest: str


def find_due(text: str, now: datetime, *, alone: bool = False) -> FoundDue | None:
    """Find the date and time that `text` tells, relative to `now` (aware, the user's zone).

    A weekday is the next one after today, "next friday" the one of next week; a time without a
    day is its next occurrence. Repeating dates ("every friday") are not dates here. `alone`: the
    text is to be a date and nothing else.
    """
    spans = _compatible(find_spans(text, now, alone=alone))
    due = _join([span.told for span in spans], now)
    return None if due is None else FoundDue(due, _without(text, spans))


def tells_repeat(text: str) -> bool:
    """Whether a repeating date is asked for, which a task cannot hold."""
    return bool(_REPEAT.search(text))


_REPEAT = re.compile(r"\b(?:every|each)\s+\w+|\b(?:daily|weekly|monthly|yearly|annually)\b", re.I)


def _compatible(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        told = span.told
        clashes = any(
            (told.day and other.told.day and not _is_said_twice(span, other))
            or (told.at and other.told.at)
            or (told.part and other.told.part)
            for other in kept
        )
        if not clashes:
            kept.append(span)
    return kept


def _is_said_twice(span: Span, before: Span) -> bool:
    """Whether two spans side by side tell one day: "wednesday next week, the 13th"."""
    is_beside = span.start - before.end == len(", ")
    return is_beside and span.told.day == before.told.day


_PART_HOURS = {"morning": 9, "noon": 12, "lunchtime": 12, "afternoon": 15, "evening": 18,
               "night": 20}  # fmt: skip


def _join(told: list[Told], now: datetime) -> LocalDue | None:
    named = next((one for one in told if one.day), None)
    clock = next((one for one in told if one.at), None)
    part = next((one.part for one in told if one.part), None)
    if clock is not None and clock.at is not None:
        return _at_clock(clock, clock.at, named, part, now)
    if part in _PART_HOURS:
        return _in_part(time(_PART_HOURS[part]), named, now)
    if named is not None:
        return LocalDue(named.day or now.date())
    return LocalDue(now.date()) if part else None


def _in_part(at: time, named: Told | None, now: datetime) -> LocalDue:
    """A part of a day; of today, when its hour has passed, the rest of the day."""
    if named is None or named.day is None:
        return _next(at, now)
    if named.day == now.date() and at <= now.time():
        return LocalDue(named.again, at) if named.again else LocalDue(named.day)
    return LocalDue(named.day, at)


def _at_clock(
    clock: Told, at: time, named: Told | None, part: str | None, now: datetime
) -> LocalDue:
    if clock.day is not None:
        return LocalDue(clock.day, at)
    day = named.day if named else None
    if clock.ends_day:
        return LocalDue((day or now.date()) + timedelta(days=1), at)
    if clock.is_open_hour:
        at = _settle_hour(at, day, part, now)
    if day is None:
        return _next(at, now)
    if part == "night" and at.hour < 5:  # "tonight at 1" is after midnight
        return LocalDue(day + timedelta(days=1), at)
    ahead = _ahead(day, at, now)
    if ahead is None and named is not None and named.again is not None:
        return LocalDue(named.again, at)
    return LocalDue(day, ahead or at)


def _next(at: time, now: datetime) -> LocalDue:
    """The next moment at which the user's clock shows that time."""
    today = now.date()
    ahead = _ahead(today, at, now)
    return LocalDue(today, ahead) if ahead else LocalDue(today + timedelta(days=1), at)


def _ahead(day: date, at: time, now: datetime) -> time | None:
    """That time of a day if it is yet to come, the second one where it comes twice; else None."""
    first = datetime.combine(day, at, now.tzinfo)
    second = first.replace(fold=1)
    # Compared in UTC: two local times of one zone are compared by their digits alone.
    if first.astimezone(UTC) <= now < second.astimezone(UTC):
        return at.replace(tzinfo=second_offset(second))
    return at if (day, at) > (now.date(), now.time()) else None


def _settle_hour(at: time, day: date | None, part: str | None, now: datetime) -> time:
    """Morning or evening, where the words leave it open."""
    late = at.replace(hour=(at.hour + 12) % 24) if at.hour < 12 else at
    if part == "morning":
        return at
    if part == "night" and (at.hour == 12 or at.hour < 5):
        return at.replace(hour=at.hour % 12)
    if part is not None and part != "day":
        return at if part == "noon" and at.hour >= 6 else late
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
