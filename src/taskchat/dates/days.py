"""Reads the names of days, weeks and months: "next friday", "3 May", "the end of the month".

Each function reads a match of one pattern of `spans`, relative to the user's own clock, and gives
None where it tells no date.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import cast

from taskchat.dates.calendar import (
    MONTHS,
    WEEKDAYS,
    Unit,
    add_months,
    date_of,
    end_of,
    next_date,
    next_day_of_month,
    start_of_next,
    weekday_of_month,
)
from taskchat.dates.durations import read_count
from taskchat.dates.numbers import PLACE_WORDS
from taskchat.dates.told import Part, Told

# ---- days by their names ----


def read_near(match: re.Match[str], now: datetime) -> Told:
    """A day beside today: "tomorrow", "tonight", "this evening"."""
    words = match["near"].lower()
    ahead = 2 if "after" in words else 1 if words[:2] in {"to", "tm", "2m"} else 0
    part: Part | None = None
    if words.startswith(("tonight", "tonite")):
        ahead, part = 0, "night"
    elif words.startswith(("today", "this")):
        ahead = 0
        part = cast("Part", words.split()[-1]) if words.startswith("this") else None
    return Told(day=now.date() + timedelta(days=ahead), part=part)


def read_yesterday(match: re.Match[str], now: datetime) -> Told:
    """A day that is over: "yesterday", "the day before yesterday"."""
    return Told(day=now.date() - timedelta(days=2 if match["before"] else 1))


def read_weekday(match: re.Match[str], now: datetime) -> Told | None:
    """The next day of that name after today: "friday". "next friday" is the one of next week."""
    which = (match["which"] or match["this_end"] or "").lower()
    # "sat", "sun" and "wed" are words of their own unless something says that a day is meant.
    is_word = match["day_end"] is None and match["weekday"].lower() in _WORDS
    is_told = match["at"] is not None or which or match["lead"]
    if is_word and not is_told and not _moves_to(match):
        return None
    index = _weekday(match["weekday"])
    today = now.date()
    ahead = _days_to(index, today)
    if "next" in which or match["later"] or match["later_end"]:
        ahead = 7 - today.weekday() + index
    elif which.strip() == "this" and ahead == 7:
        ahead = 0
    if match["weeks"]:
        ahead += 7 * round(read_count(match["weeks"].split()[0]))
    return Told(day=today + timedelta(days=ahead))


def read_weekday_week(match: re.Match[str], now: datetime) -> Told:
    """The day of that name a week after the next one: "friday week"."""
    today = now.date()
    return Told(day=today + timedelta(days=_days_to(_weekday(match["weekday"]), today) + 7))


_WORDS = {"mon", "sat", "sun", "wed"}
_MOVES = re.compile(
    r"\b(?:make|move|push|change|put|set|shift|switch)\s+(?:it|that|this|them)(?:\s+to)?\s+$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s*(?:$|[.,;!?)]|(?:please|instead|then|now)\b)", re.IGNORECASE)


def _moves_to(match: re.Match[str]) -> bool:
    """Whether a word is what something is moved to: "make that sat"."""
    said, start, end = match.string, match.start(), match.end()
    return bool(_MOVES.search(said, 0, start) and _ENDS.match(said, end))


def read_holiday(match: re.Match[str], now: datetime) -> Told:
    """The next day of a name that is the same date each year: "christmas eve"."""
    name = match["holiday"].lower().replace("'", "")
    month, day = next(found for start, found in _HOLIDAYS.items() if name.startswith(start))
    this_year = date(now.year, month, day)
    return Told(day=this_year if this_year >= now.date() else date(now.year + 1, month, day))


_HOLIDAYS = {
    "christmas eve": (12, 24), "christmas": (12, 25), "new years eve": (12, 31),
    "new years day": (1, 1), "halloween": (10, 31), "valentines day": (2, 14),
}  # fmt: skip


def read_short_weekday(match: re.Match[str], now: datetime) -> Told:
    """The same in short, "fri", and the latest before today, "last friday"."""
    today, index = now.date(), _weekday(match["weekday"])
    ahead = _days_to(index, today)
    if match["last"]:
        ahead = -((today.weekday() - index - 1) % 7 + 1)
    return Told(day=today + timedelta(days=ahead))


def _weekday(name: str) -> int:
    return next(i for i, day in enumerate(WEEKDAYS) if day.startswith(name.lower()[:3]))


def _days_to(weekday: int, today: date) -> int:
    """From 1 to 7: a day of today's own name is the one in a week."""
    return (weekday - today.weekday() - 1) % 7 + 1


def read_weekday_of_month(match: re.Match[str], now: datetime) -> Told | None:
    """A weekday by its place: "the first monday of next month", "the last friday of june"."""
    today, index = now.date(), _weekday(match["weekday"])
    place = _PLACES[match["place"].lower()]
    if match["next_month"]:
        months = [start_of_next("month", today)]
    elif match["month"]:
        first = date(int(match["year"] or today.year), _month(match["month"]), 1)
        months = [first] if match["year"] else [first, add_months(first, 12)]
    else:
        first = today.replace(day=1)
        months = [first, add_months(first, 1)]
    found = [weekday_of_month(month, index, place) for month in months]
    return next((Told(day=day) for day in found if day is not None and day >= today), None)


_PLACES = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": -1,
}  # fmt: skip


# ---- days by the calendar ----


def read_date(match: re.Match[str], now: datetime) -> Told | None:
    """A date, "2026-05-03"; without a year ("3 May") the next one, today included."""
    month = match["month"]
    number = int(month) if month.isdecimal() else _month(month)
    return _dated(match["year"], number, _day_number(match["day"]), now.date())


def _day_number(word: str) -> int:
    return int(word) if word.isdecimal() else PLACE_WORDS[re.sub(r"\s+", "-", word.lower())]


def read_numbers(match: re.Match[str], now: datetime) -> Told | None:
    """A date in numbers: "9/17". The month is first, unless there is no such month ("17/9")."""
    first, second, today = int(match["first"]), int(match["second"]), now.date()
    return _dated(match["year"], first, second, today) or _dated(
        match["year"], second, first, today
    )


def _dated(year: str | None, month: int, day: int, today: date) -> Told | None:
    if year:
        found = date_of(int(year) + (2000 if len(year) == 2 else 0), month, day)
        return None if found is None else Told(day=found)
    found = next_date(month, day, today)
    return None if found is None else Told(day=found)


def _month(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, start=1) if month[:3] == name.lower()[:3])


def read_day_of_month(match: re.Match[str], now: datetime) -> Told | None:
    """The next day of that number, today included: "the 3rd"."""
    number, today = _day_number(match["nth"]), now.date()
    if match["of_next"] or match["next_before"]:
        today = start_of_next("month", today)
    day = next_day_of_month(number, today)
    return None if day is None else Told(day=day)


# ---- weeks, months and years ----


def read_period(match: re.Match[str], now: datetime) -> Told:
    """The first day of what is next ("next week"), the last of "this week"; a weekend's Saturday."""
    today, unit = now.date(), _unit(match["period"])
    is_next = (match["which"] or "this").lower() == "next"
    if is_next:
        return Told(day=start_of_next(unit, today))
    if unit != "weekend":
        return Told(day=end_of("weekend" if unit == "week" else unit, today))
    return Told(day=today + timedelta(days=max(5 - today.weekday(), 0)))


def read_start(match: re.Match[str], now: datetime) -> Told:
    """The first day of the next one: "the start of the month"."""
    return Told(day=start_of_next(_unit(match["period"]), now.date()))


def read_after_next(match: re.Match[str], now: datetime) -> Told:
    """The first day of the one after that: "the week after next"."""
    unit = _unit(match["period"])
    return Told(day=start_of_next(unit, start_of_next(unit, now.date())))


def read_end(match: re.Match[str], now: datetime) -> Told:
    """Its last day, of a week the Friday: "the end of next month", "eow"."""
    unit = _unit(match["period"] or match["short"][-1])
    today = now.date()
    return Told(day=end_of(unit, start_of_next(unit, today) if match["end_next"] else today))


def read_end_of_month(match: re.Match[str], now: datetime) -> Told:
    """The last day of a month by name, of this year or the next: "the end of june"."""
    today, month = now.date(), _month(match["month"])
    year = int(match["year"] or today.year)
    day = end_of("month", date(year, month, 1))
    if not match["year"] and day < today:
        day = end_of("month", date(year + 1, month, 1))
    return Told(day=day)


def _unit(word: str) -> Unit:
    units: dict[str, Unit] = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
    return "weekend" if word.lower().startswith("weeke") else units[word[0].lower()]
