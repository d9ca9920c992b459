"""Due dates as people tell them, read in the user's own zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from taskchat.dates.sentences import find_due

# A Tuesday at noon.
NOON = datetime(2026, 5, 5, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("said", "due", "rest"),
    [
        ("buy milk friday", "2026-05-08", "buy milk"),
        ("buy milk on tuesday", "2026-05-12", "buy milk"),
        ("call Bob tomorrow 5pm", "2026-05-06T17:00", "call Bob"),
        ("dentist next wednesday at 2:30pm", "2026-05-13T14:30", "dentist"),
        ("call mom on 9/17 for her birthday", "2026-09-17", "call mom for her birthday"),
        ("trip on 17/9", "2026-09-17", "trip"),
        ("in half an hour take the pizza out", "2026-05-05T12:30", "take the pizza out"),
        ("check email in an hour and a half", "2026-05-05T13:30", "check email"),
        ("call Ann tonight at 8", "2026-05-05T20:00", "call Ann"),
        ("submit by end of month", "2026-05-31", "submit"),
        ("submit by the end of next month", "2026-06-30", "submit"),
        ("walk the dog at 4 this afternoon", "2026-05-05T16:00", "walk the dog"),
        ("pick Dina up at 7", "2026-05-05T19:00", "pick Dina up"),
        ("pick Dina up tomorrow at 7", "2026-05-06T07:00", "pick Dina up"),
        ("meet at quarter to 5", "2026-05-05T16:45", "meet"),
        ("visit the museum next week on thursday", "2026-05-14", "visit the museum"),
        ("plan in a week", "2026-05-12", "plan"),
        ("a week from friday clean", "2026-05-15", "clean"),
        ("rest this weekend", "2026-05-09", "rest"),
        ("pay on the 28th", "2026-05-28", "pay"),
        ("pay on the 3rd", "2026-06-03", "pay"),
        ("party june 10 at 9 am", "2026-06-10T09:00", "party"),
        ("party 10th of march 2027", "2027-03-10", "party"),
        ("party on 5 may", "2026-05-05", "party"),
        ("report 2026-07-01", "2026-07-01", "report"),
        ("call at 9 am", "2026-05-06T09:00", "call"),
        ("the day after tomorrow rest", "2026-05-07", "rest"),
        ("brunch sunday at noon", "2026-05-10T12:00", "brunch"),
        (
            "apply sunscreen before lunch at 12:30",
            "2026-05-05T12:30",
            "apply sunscreen before lunch",
        ),
    ],
)
def test_a_date_is_found_and_taken_out_of_the_text(said: str, due: str, rest: str) -> None:
    found = find_due(said, NOON)

    assert found is not None
    assert (found.due.as_argument(), found.rest) == (due, rest)


@pytest.mark.parametrize(
    "said",
    [
        "buy 5 apples",
        "look at 5 houses",
        "watch tonight's game",
        "read the monday's paper review",
        "go to the store every friday",
        "may I go",
        "march on",
        "sun cream",
        "version 2.5",
        "at 45",
        "25:70",
    ],
)
def test_words_that_only_look_like_dates_are_left_alone(said: str) -> None:
    assert find_due(said, NOON) is None


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        # The clocks go forward at 2:00 and back at 3:00 in these nights.
        ("2026-03-29T01:45", "Europe/Berlin", "2026-03-29T03:15"),
        ("2026-03-08T01:45", "America/New_York", "2026-03-08T03:15"),
        ("2026-07-01T23:45", "Asia/Kolkata", "2026-07-02T00:15"),
        ("2026-12-31T23:45", "Pacific/Auckland", "2027-01-01T00:15"),
        ("2026-06-01T10:00", "UTC", "2026-06-01T10:30"),
        ("2026-06-01T10:00", "America/Los_Angeles", "2026-06-01T10:30"),
    ],
)
def test_half_an_hour_is_half_an_hour_on_every_clock(now: str, zone: str, due: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))

    found = find_due("in half an hour", local)

    assert found is not None
    assert found.due.as_argument() == due


@pytest.mark.parametrize(
    "said",
    [
        "read pages 5 to 10",
        "study chapters five to seven",
        "beat Ben 10 to 2",
        "invite five to ten people",
        "fast for 16h",
        "log 1200 hours of flying",
        "mark the twelfth as done",
    ],
)
def test_ranges_scores_and_lengths_are_no_times(said: str) -> None:
    assert find_due(said, NOON) is None
