"""What a due text means in a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from taskchat.dates.due import Due, read_due

PARIS = ZoneInfo("Europe/Paris")


def test_a_day_is_all_day_from_local_midnight() -> None:
    assert read_due("2026-11-27", PARIS) == Due(datetime(2026, 11, 26, 23, tzinfo=UTC), True)


def test_a_day_in_utc_begins_at_midnight_utc() -> None:
    assert read_due(" 2026-11-27 ", UTC) == Due(datetime(2026, 11, 27, tzinfo=UTC), True)


@pytest.mark.parametrize(
    "text", ["2026-11-27T17:00", "2026-11-27 17:00", "2026-11-27T17:00:00.000", "2026-11-27t17:00"]
)
def test_a_local_time_is_read_in_the_zone(text: str) -> None:
    assert read_due(text, PARIS) == Due(datetime(2026, 11, 27, 16, tzinfo=UTC))


@pytest.mark.parametrize("text", ["2026-11-27T17:00:00Z", "2026-11-27T18:00+01:00"])
def test_a_time_with_an_offset_is_that_instant(text: str) -> None:
    assert read_due(text, PARIS) == Due(datetime(2026, 11, 27, 17, tzinfo=UTC))


def test_an_instant_keeps_its_microseconds_and_drops_finer_parts() -> None:
    due = read_due("2026-11-27T17:00:00.123456789Z", UTC)

    assert due.at == datetime(2026, 11, 27, 17, 0, 0, 123456, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_read_by_the_clock_before_the_change() -> None:
    due = read_due("2026-03-29T02:30", PARIS)

    assert due.at.astimezone(PARIS).strftime("%H:%M") == "03:30"


def test_a_time_that_happens_twice_is_the_first_of_the_two() -> None:
    due = read_due("2026-10-25T02:30", PARIS)

    assert due.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_without_a_midnight_begins_at_its_first_moment() -> None:
    santiago = ZoneInfo("America/Santiago")

    due = read_due("2026-09-06", santiago)

    assert due.at.astimezone(santiago).isoformat() == "2026-09-06T01:00:00-03:00"


def test_a_fixed_offset_is_a_zone_too() -> None:
    due = read_due("2026-11-27", timezone(timedelta(hours=-5)))

    assert due.at == datetime(2026, 11, 27, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "20261127",
        "2026-W48-5",
        "27/11/2026",
        "2026-11-27T17",
        "2026-11-27T17:00:00+0100",
        "2026-11-27T17:00:00+01:00:30",
        "2026-11-27T17:00Zjunk",
        "2026-11-27\x00",
        "\uff12\uff10\uff12\uff16-11-27",
        "1" * 5000,
    ],
)
def test_anything_else_is_refused_with_the_formats(text: str) -> None:
    with pytest.raises(ValueError, match=r"2026-11-27T17:00"):
        read_due(text, PARIS)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "2026-11-27T24:01", "2026-11-27T12:00+25:00"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no such day"):
        read_due(text, PARIS)


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "9999-12-31T23:59:59Z"])
def test_a_year_that_not_every_zone_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="between 1900 and 9998"):
        read_due(text, PARIS)


@pytest.mark.parametrize("text", ["1900-01-01", "9998-12-31T23:59:59-23:59"])
def test_the_outermost_years_are_read(text: str) -> None:
    assert read_due(text, PARIS).at.tzinfo is UTC
