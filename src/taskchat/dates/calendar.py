"""Counting in days, weeks and months, as people do on a calendar. A week begins on Monday."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Unit = Literal["week", "weekend", "month", "quarter", "year"]

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def month_days(year: int, month: int) -> int:
    """How many days a month has."""
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last where it is shorter.

    Raises:
        ValueError: it is beyond the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_days(year, month + 1)))


def next_date(month: int, day: int, today: date) -> date | None:
    """The next day of that date, today included; None where no year has it."""
    # 29 February is eight years away at most (1896 to 1904, 2096 to 2104).
    for year in range(today.year, today.year + 9):
        if (found := date_of(year, month, day)) is not None and found >= today:
            return found
    return None


def date_of(year: int, month: int, day: int) -> date | None:
    """That date, or None where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_day_of_month(number: int, today: date) -> date | None:
    """The next day with that number, today included; months that are too short are left out."""
    for months in range(3):
        month = add_months(today.replace(day=1), months)
        found = date_of(month.year, month.month, number)
        if found is not None and found >= today:
            return found
    return None


def weekday_of_month(first: date, weekday: int, place: int) -> date | None:
    """The first (1) to fifth Monday (0) to Sunday of the month that begins at `first`; -1: the last.

    None where the month has no such day.
    """
    if place < 0:
        last = end_of("month", first)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))
    return found if found.month == first.month else None


def start_of_next(unit: Unit, today: date) -> date:
    """The first day of the next one; a weekend begins on Saturday."""
    if unit == "weekend":
        return start_of_next("week", today) + timedelta(days=5)
    if unit == "week":
        return today + timedelta(days=7 - today.weekday())
    months = {"month": 1, "quarter": 3 - (today.month - 1) % 3, "year": 13 - today.month}[unit]
    return add_months(today.replace(day=1), months)


def end_of(unit: Unit, today: date) -> date:
    """The last day of the one that `today` is in; of a week the Friday, once that is over Sunday."""
    if unit == "week" and today.weekday() <= 4:
        return today + timedelta(days=4 - today.weekday())
    if unit in {"week", "weekend"}:
        return today + timedelta(days=6 - today.weekday())
    return start_of_next(unit, today) - timedelta(days=1)
