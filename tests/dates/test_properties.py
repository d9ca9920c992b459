"""Words mean, in any zone and at any moment, what a rule that only counts days and minutes says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from taskchat.dates.due import Due, read_due
from taskchat.dates.sentences import find_due
from taskchat.dates.words import read_due_words

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]  # fmt: skip

steady = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
"""The same examples every time, on a busy machine too."""

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
# Before 1973 some offsets have seconds.
MOMENTS = st.integers(0, 80 * 365 * 24 * 60).map(
    lambda minutes: datetime(1980, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@st.composite
def clocks(draw: st.DrawFn) -> datetime:
    """The local time of somebody somewhere, often close to a change of the clocks there."""
    zone, moment = draw(ZONES), draw(MOMENTS)
    changes = [
        hour
        for hour in (moment + timedelta(hours=n) for n in range(0, 24 * 366, 24))
        if hour.astimezone(zone).utcoffset()
        != (hour + timedelta(hours=24)).astimezone(zone).utcoffset()
    ]
    if changes and draw(st.booleans()):
        moment = draw(st.sampled_from(changes)) + timedelta(minutes=draw(st.integers(0, 24 * 60)))
    return moment.astimezone(zone)


def days_from(now: datetime) -> Iterator[date]:
    """Today, and every day after it."""
    day = now.date()
    while True:
        yield day
        day += timedelta(days=1)


def minutes_from(now: datetime) -> Iterator[datetime]:
    """The local time of every minute to come, of two days."""
    moment = now.astimezone(UTC)
    for _ in range(2 * 24 * 60):
        moment += timedelta(minutes=1)
        yield moment.astimezone(now.tzinfo)


def all_day(day: date, now: datetime) -> Due:
    """The first moment of a day, found by going through its minutes."""
    assert now.tzinfo is not None
    moment = datetime.combine(day, time(), UTC) - timedelta(hours=30)
    while moment.astimezone(now.tzinfo).date() < day:
        moment += timedelta(minutes=15)
    while moment.astimezone(now.tzinfo).date() >= day:
        moment -= timedelta(minutes=1)
    return Due(moment + timedelta(minutes=1), True)


@steady
@given(clocks(), st.sampled_from(range(7)))
def test_a_weekday_is_the_next_day_of_that_name(now: datetime, index: int) -> None:
    coming = next(day for day in days_from(now) if day > now.date() and day.weekday() == index)

    assert read_due_words(DAYS[index], now) == all_day(coming, now)


@steady
@given(clocks(), st.sampled_from(range(7)))
def test_a_next_weekday_is_the_one_of_the_week_that_begins_next_monday(
    now: datetime, index: int
) -> None:
    monday = next(day for day in days_from(now) if day > now.date() and day.weekday() == 0)

    assert read_due_words(f"next {DAYS[index]}", now) == all_day(
        monday + timedelta(days=index), now
    )


@steady
@given(clocks(), st.integers(0, 999), st.sampled_from([("day", 1), ("week", 7)]))
def test_days_and_weeks_are_counted_on_the_calendar(
    now: datetime, count: int, unit: tuple[str, int]
) -> None:
    name, days = unit

    assert read_due_words(f"in {count} {name}s", now) == all_day(
        now.date() + timedelta(days=count * days), now
    )


@steady
@given(clocks(), st.integers(1, 9999), st.sampled_from([("minute", 1), ("hour", 60)]))
def test_minutes_and_hours_pass_whatever_the_clocks_do(
    now: datetime, count: int, unit: tuple[str, int]
) -> None:
    name, minutes = unit

    assert read_due_words(f"in {count} {name}s", now) == Due(
        now.astimezone(UTC) + timedelta(minutes=count * minutes)
    )


@steady
@given(clocks())
def test_the_end_of_the_month_is_the_day_before_another_month_begins(now: datetime) -> None:
    last = next(
        day for day in days_from(now) if (day + timedelta(days=1)).month != now.date().month
    )

    assert read_due_words("end of the month", now) == all_day(last, now)


@steady
@given(clocks(), st.integers(1, 31))
def test_a_number_is_the_next_day_that_has_it(now: datetime, number: int) -> None:
    coming = next(day for day in days_from(now) if day.day == number)

    assert read_due_words(f"on the {number}th", now) == all_day(coming, now)


@steady
@given(clocks(), st.dates(date(2000, 1, 1), date(2000, 12, 31)))
def test_a_date_without_a_year_is_the_next_one(now: datetime, any_year: date) -> None:
    coming = next(
        day for day in days_from(now) if (day.month, day.day) == (any_year.month, any_year.day)
    )

    said = f"{any_year.day} {MONTHS[any_year.month - 1]}"

    assert read_due_words(said, now) == all_day(coming, now)


@steady
@given(clocks(), st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_the_next_moment_at_which_the_clock_shows_it(
    now: datetime, hour: int, minute: int
) -> None:
    shown = [local for local in minutes_from(now) if (local.hour, local.minute) == (hour, minute)]
    tomorrow = now.date() + timedelta(days=1)
    # What is skipped in between has a rule of its own.
    assume(shown and shown[0].date() <= tomorrow and exists(now, hour, minute))

    said = f"{hour % 12 or 12}:{minute:02}{'pm' if hour >= 12 else 'am'}"

    assert read_due_words(said, now) == Due(shown[0].astimezone(UTC))


def exists(now: datetime, hour: int, minute: int) -> bool:
    """Whether the clocks there show that time today and tomorrow."""
    days = (now.date(), now.date() + timedelta(days=1))
    times = [datetime.combine(day, time(hour, minute), now.tzinfo) for day in days]
    return all(local.astimezone(UTC).astimezone(now.tzinfo) == local for local in times)


PIECES = """
    a an the in on at by of next this last end start day week weekend month year today tomorrow
    tonight friday monday mon sun may june 3 3rd 31st 12 5pm 17:00 2:30am noon midnight morning
    evening half past quarter to hour hours minutes days weeks from now ago yesterday eod eom every
    first second 9/17 29/2 2026-02-30 2026 , . 's
    """
NAMES = """
    friday|this monday|next sunday|on the 3rd|the 31st|3 may|2/29|this weekend|this week|end of month|
    eow|end of june|the last friday of the month|the first monday of june|next month|in 2 days
    """
TIMES = "|at 5pm|at 2:30am|17:00|noon|midnight|in the morning|in the evening|at 9|half past four"
WORDS = st.one_of(
    st.lists(st.sampled_from(PIECES.split()), min_size=1, max_size=7).map(" ".join),
    st.builds(
        "{} {}".format, st.sampled_from(NAMES.split("|")), st.sampled_from(TIMES.split("|"))
    ).map(str.strip),
)


@steady
@given(clocks(), WORDS)
def test_whatever_is_read_is_not_over_unless_it_was_said_to_be(now: datetime, said: str) -> None:
    assume(not re.search(r"ago|yesterday|^last (fri|mon|sun)|2026", said))
    # Today stays today, also late on it.
    assume(not re.search(r"today|tonight|this (morning|evening)", said))
    try:
        due = read_due_words(said, now)
    except ValueError:
        return

    if due.all_day:
        assert due.at.astimezone(now.tzinfo).date() >= now.date()
    else:
        assert due.at > now


@steady
@given(clocks(), st.one_of(WORDS, st.text(max_size=120)))
def test_any_text_is_read_or_refused(now: datetime, said: str) -> None:
    try:
        due = read_due_words(said, now)
    except ValueError:
        return

    assert due.at.tzinfo is UTC


@steady
@given(clocks(), WORDS)
def test_what_a_sentence_tells_can_be_sent_to_a_tool(now: datetime, said: str) -> None:
    found = find_due(f"call mom {said}", now)

    if found is not None and found.due.day.year < 9999:
        assert read_due(found.due.as_argument(), now.tzinfo or UTC).all_day == (not found.due.at)
