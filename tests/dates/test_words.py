"""What the words of a date mean, in each zone and on both sides of each change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from taskchat.dates.due import Due, read_due
from taskchat.dates.telling import tell_local
from taskchat.dates.words import read_due_words
from tests.dates import table
from tests.dates.table import Said

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 5, 5, 12, 0, tzinfo=PARIS)


@pytest.mark.parametrize("said", [*table.plain(), *table.alone(), *table.changes()], ids=str)
def test_words_mean_that_day_and_time_there(said: Said) -> None:
    now = said.now.astimezone(ZoneInfo(said.zone))

    assert read_due_words(said.words, now) == said.due


def test_the_seconds_of_the_moment_do_not_count() -> None:
    now = NOON.replace(second=59, microsecond=999_999)

    due = read_due_words("in 1 minute", now)

    assert due == Due(datetime(2026, 5, 5, 10, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said_at", "words", "due"),
    [
        ("12:00", "at 7", "05T19:00"),
        ("20:00", "at 7", "06T07:00"),
        ("20:00", "at 3", "06T15:00"),
        ("01:00", "at 3", "05T15:00"),
        ("20:30", "tonight", "05"),
        ("17:00", "at 5pm", "06T17:00"),
    ],
)
def test_a_time_of_today_is_one_to_come(said_at: str, words: str, due: str) -> None:
    now = datetime.fromisoformat(f"2026-05-05T{said_at}").replace(tzinfo=PARIS)

    assert read_due_words(words, now) == read_due(f"2026-05-{due}", PARIS)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27",
        "2026-11-27T17:00",
        "2026-11-27T16:00:00Z",
        " Tomorrow ",
        "TOMORROW.",
        "due: tomorrow",
        "by tomorrow, please",
        "5 pm local time",
    ],
)
def test_exact_forms_and_small_talk_around_words_are_read(text: str) -> None:
    assert read_due_words(text, NOON)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "not tomorrow",
        "buy milk tomorrow",
        "friday or saturday",
        "tomorrow, friday",
        "from monday to friday",
        "after friday",
        "5",
        "2 hours",
        "5-6pm",
        "tomorrow 25:00",
        "5pm CET",
        "17:00 UTC",
        "31 june",
        "the 32nd",
        "13/13",
        "in june",
        "half past 20",
        "february 30",
        "2026/02/30",
        "2026-W48-5",
        "2026-11-27T17",
        "2026-11-27T17:00:00+0100",
        "demain",
        "in 0 minutes",
        "in 9999 years",
        "9999 years ago",
        "in 2 days 30 min",
        "tomorrow's",
        "tomorrow\x00",
        "tomorrow" + " " * 100 + "5pm",
        "by " * 40_000,
    ],
)
def test_what_is_no_one_date_is_refused_with_what_to_send(text: str) -> None:
    with pytest.raises(ValueError, match=r"send a day .*2026-11-27T17:00.* next friday 5pm"):
        read_due_words(text, NOON)


@pytest.mark.parametrize("text", ["every friday", "daily at 9", "each monday", "on fridays"])
def test_a_repeat_is_refused_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="cannot repeat"):
        read_due_words(text, NOON)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-11-27T24:01"])
def test_an_exact_day_that_does_not_exist_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="no such day"):
        read_due_words(text, NOON)


@pytest.mark.parametrize(
    ("due", "told"),
    [
        (Due(datetime(2026, 11, 26, 23, tzinfo=UTC), True), "Friday 2026-11-27"),
        (Due(datetime(2026, 11, 27, 16, tzinfo=UTC)), "Friday 2026-11-27 17:00"),
    ],
)
def test_what_a_model_is_told_of_a_date_can_be_sent_back(due: Due, told: str) -> None:
    assert tell_local(due, PARIS) == told
    assert read_due_words(told, NOON + timedelta(days=400)) == due
