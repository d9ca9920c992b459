"""Reads how long it is until something is due: "in 2 weeks".

The patterns are in `spans`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from taskchat.dates.calendar import add_months
from taskchat.dates.numbers import NUMBER_WORDS
from taskchat.dates.told import Told, at_moment


def read_ahead(match: re.Match[str], now: datetime) -> Told | None:
    """Days by the calendar, hours and minutes as they pass: "in 2 weeks", "in half an hour"."""
    return _read_away(match, now, 1)


def read_ago(match: re.Match[str], now: datetime) -> Told | None:
    """The same, back: "2 weeks ago"."""
    return _read_away(match, now, -1)


def read_from_day(match: re.Match[str], now: datetime) -> Told | None:
    """So many days from another one: "two days from tomorrow"."""
    days = {"d": 1, "w": 7, "f": 14}[match["unit"][0].lower()]
    ahead = round(read_count(match["count"]) * days) + (match["base"].lower() != "today")
    return Told(day=now.date() + timedelta(days=ahead))


def _read_away(match: re.Match[str], now: datetime, sign: int) -> Told | None:
    unit = match["unit"].lower()
    amount = read_count(match["count"]) + (0.5 if match["half"] else 0)
    if unit.startswith("d") and amount == 0.5:
        unit, amount = "hours", 12
    try:
        if unit.startswith(("h", "min")):
            minutes = amount * (60 if unit.startswith("h") else 1) + int(match["minutes"] or 0)
            moment = now.astimezone(UTC) + timedelta(minutes=sign * minutes)
            return at_moment(moment, now) if minutes else None
        if unit.startswith(("mo", "y")):
            months, rest = divmod(amount * (12 if unit.startswith("y") else 1), 1)
            day = add_months(now.date(), sign * int(months))
            return Told(day=day + timedelta(days=sign * round(rest * 30)))
        days = {"d": 1, "w": 7, "f": 14}[unit[0]]
        return Told(day=now.date() + timedelta(days=sign * round(amount * days)))
    except (ValueError, OverflowError):  # beyond all calendars
        return None


def read_count(words: str) -> float:
    """The value of "2", "three", "a couple of" or "half an"."""
    words = re.sub(r"\s+", " ", words.lower())
    for share, value in (("three quarters", 0.75), ("quarter", 0.25), ("half", 0.5)):
        if share in words:
            return value
    word = words.removesuffix(" of").split()[-1]
    return float(word) if word[0].isdecimal() else NUMBER_WORDS[word]
