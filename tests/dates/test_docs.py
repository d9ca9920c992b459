"""What `docs/dates.md` says of words is what they mean."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from taskchat.dates.due import read_due
from taskchat.dates.telling import tell_local
from taskchat.dates.words import read_due_words

PAGE = (Path(__file__).parents[2] / "docs" / "dates.md").read_text(encoding="utf-8")
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 5, 12, tzinfo=BERLIN)

MEANINGS = re.findall(r"^\| `([^`]+)` \| (\w+day .+?) \|$", PAGE, re.MULTILINE)
CHANGES = re.findall(r"^\| (\w+/\w+) \| (.+?) \| `(.+?)` \| (.+?) \|$", PAGE, re.MULTILINE)
REFUSED = re.findall(r"`([^`]+)`", PAGE.split("what to send instead:")[1].split("\n\n")[0])


def test_there_is_something_to_check() -> None:
    assert (len(MEANINGS), len(CHANGES), len(REFUSED)) == (56, 8, 7)


@pytest.mark.parametrize(("words", "due"), MEANINGS)
def test_documented_words_mean_what_stands_beside_them(words: str, due: str) -> None:
    assert tell_local(read_due_words(words, NOON), BERLIN) == due


@pytest.mark.parametrize(("zone", "now", "words", "due"), CHANGES)
def test_a_documented_change_of_clocks_is_as_it_stands(
    zone: str, now: str, words: str, due: str
) -> None:
    said_at = datetime.fromisoformat(now).astimezone(ZoneInfo(zone))

    assert read_due_words(words, said_at).at == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize("words", REFUSED)
def test_documented_refusals_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="send"):
        read_due_words(words, NOON)


@pytest.mark.parametrize("words", [words for words, _ in MEANINGS])
def test_rest_takes_no_words(words: str) -> None:
    with pytest.raises(ValueError, match="send a day"):
        read_due(words, BERLIN)
