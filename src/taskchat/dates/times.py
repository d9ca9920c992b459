"""Reads the time of day: "5pm", "half past four", "noon", "in the morning"."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, cast

from taskchat.dates.numbers import NUMBER_WORDS
from taskchat.dates.told import Part, Told

if TYPE_CHECKING:
    import re


def read_time(match: re.Match[str], _now: datetime) -> Told | None:
    """A time by the clock: "5pm", "17:00", "at 5"."""
    hour = _read_hour(match["hour"])
    minute = int(match["minute"] or 0)
    meridiem = (match["meridiem"] or "").lower()
    if hour > 23 or minute > 59 or (meridiem and not 0 < hour <= 12):
        return None
    if meridiem:
        hour = hour % 12 + (12 if meridiem.startswith("p") else 0)
    is_open = not meridiem and 0 < hour <= 12 and not match["hour"].startswith("0")
    return Told(at=time(hour, minute), is_open_hour=is_open)


def read_spoken_time(match: re.Match[str], _now: datetime) -> Told | None:
    """A time in words: "half past four", "quarter to 5"."""
    share = match["share"].lower()
    return _beside(match["hour"], share, 30 if "half" in share else 15)


def read_spoken_minutes(match: re.Match[str], _now: datetime) -> Told | None:
    """The same in minutes: "twenty past two", "at ten to nine"."""
    share = (match["share"] or match["told"]).lower()
    return _beside(match["hour"], share, _read_minutes(share))


def _beside(hour_word: str, share: str, minutes: int) -> Told | None:
    """The time so many minutes past an hour, or before it."""
    hour = _read_hour(hour_word)
    if share.endswith("to"):
        hour, minutes = hour - 1 or 12, 60 - minutes
    if not 0 < hour <= 12 or minutes > 59:
        return None
    return Told(at=time(hour, minutes), is_open_hour=True)


def _read_minutes(share: str) -> int:
    """The minutes of "twenty-five past"."""
    words = share.replace("-", " ").split()
    return sum(int(word) if word.isdecimal() else NUMBER_WORDS.get(word, 0) for word in words[:2])


def read_hour_mark(match: re.Match[str], _now: datetime) -> Told:
    """A time with an h: "16h", "9h30"."""
    hour, minute = match["hour"] or match["early"], match["minute"] or match["past"]
    return Told(at=time(int(hour), int(minute or 0)))


def _read_hour(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBER_WORDS[word.lower()]


def read_named_time(match: re.Match[str], _now: datetime) -> Told:
    """Twelve o'clock: "noon", and "midnight", at which its day ends."""
    if match["named"].lower() == "midnight":
        return Told(at=time(0, 0), ends_day=True)
    return Told(at=time(12, 0))


def read_part(match: re.Match[str], _now: datetime) -> Told:
    """A part of the day: "in the morning"."""
    return Told(part=cast("Part", match["part"].lower()))


def read_end_of_day(_match: re.Match[str], _now: datetime) -> Told:
    """Some time of the day, whichever day is told: "eod"."""
    return Told(part="day")
