"""What is said where and when, and what is due then: worked out by hand, with offsets written down.

Nothing here asks a library for a zone. The offsets and changes of the clocks are those of the tz
database (release 2026a).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from taskchat.dates.due import Due


@dataclass(frozen=True)
class Said:
    zone: str
    now: datetime
    words: str
    due: Due

    def __str__(self) -> str:
        return f"{self.zone} {self.now.isoformat()} {self.words}"


# Noon on Tuesday 5 May 2026 in six zones. None of them changes its clocks before October.
OFFSETS = {
    "UTC": "+00:00",
    "Europe/Berlin": "+02:00",
    "America/New_York": "-04:00",
    "Asia/Kolkata": "+05:30",
    "Australia/Lord_Howe": "+10:30",
    "America/Sao_Paulo": "-03:00",
}
NOON = "2026-05-05T12:00"

PLAIN = {
    # Days
    "today": "2026-05-05",
    "tomorrow": "2026-05-06",
    "day after tomorrow": "2026-05-07",
    "friday": "2026-05-08",
    "tuesday": "2026-05-12",
    "this tuesday": "2026-05-05",
    "next friday": "2026-05-15",
    "friday next week": "2026-05-15",
    "tues": "2026-05-12",
    "thurs": "2026-05-07",
    "weds": "2026-05-06",
    "thurs 5pm": "2026-05-07T17:00",
    "tomorrow, 7 in the evening": "2026-05-06T19:00",
    "monday at 9ish": "2026-05-11T09:00",
    "this weekend": "2026-05-09",
    "next weekend": "2026-05-16",
    "over the weekend": "2026-05-09",
    "next week": "2026-05-11",
    "next month": "2026-06-01",
    "end of the week": "2026-05-08",
    "end of month": "2026-05-31",
    "end of next month": "2026-06-30",
    "end of june": "2026-06-30",
    "the first monday of next month": "2026-06-01",
    "the first friday of june 2026": "2026-06-05",
    "the last friday of the month": "2026-05-29",
    "the week after next": "2026-05-18",
    "the start of next month": "2026-06-01",
    "eod": "2026-05-05",
    "eod friday": "2026-05-08",
    "on the 3rd": "2026-06-03",
    "on the 5th": "2026-05-05",
    "on the 31st": "2026-05-31",
    "3 May": "2027-05-03",
    "3 June": "2026-06-03",
    "June 3rd": "2026-06-03",
    "friday, 5 june 2026": "2026-06-05",
    "6/3": "2026-06-03",
    "17/6": "2026-06-17",
    "6/17/26": "2026-06-17",
    "the 3rd of next month": "2026-06-03",
    "17.06.2026": "2026-06-17",
    "2026-06-17": "2026-06-17",
    "in 2 days": "2026-05-07",
    "in 2 weeks": "2026-05-19",
    "in a fortnight": "2026-05-19",
    "in a month": "2026-06-05",
    "in a couple of days": "2026-05-07",
    "in a month and a half": "2026-06-20",
    "a week from friday": "2026-05-15",
    "two weeks from today": "2026-05-19",
    "2 days after tomorrow": "2026-05-08",
    # Days and times
    "next friday 5pm": "2026-05-15T17:00",
    "tomorrow at 17:00": "2026-05-06T17:00",
    "monday morning": "2026-05-11T09:00",
    "tonight": "2026-05-05T20:00",
    "tonight at 8": "2026-05-05T20:00",
    "tonight at 1": "2026-05-06T01:00",
    "this afternoon": "2026-05-05T15:00",
    "tomorrow at noon": "2026-05-06T12:00",
    "friday at midnight": "2026-05-09T00:00",
    "end of month at 5pm": "2026-05-31T17:00",
    "this tuesday at 9am": "2026-05-12T09:00",
    "on the 5th at 9am": "2026-06-05T09:00",
    # Times alone: the next moment at which the clock shows them
    "at 5pm": "2026-05-05T17:00",
    "at 9am": "2026-05-06T09:00",
    "noon": "2026-05-06T12:00",
    "midnight": "2026-05-06T00:00",
    "half past four": "2026-05-05T16:30",
    "quarter to 5": "2026-05-05T16:45",
    "at ten to nine": "2026-05-05T20:50",
    "twenty past two": "2026-05-05T14:20",
    "25 minutes past four": "2026-05-05T16:25",
    "at 16h": "2026-05-05T16:00",
    "at 9h30": "2026-05-06T09:30",
    "tomorrow 1500 hours": "2026-05-06T15:00",
    # So much time from now
    "in half an hour": "2026-05-05T12:30",
    "in an hour and a half": "2026-05-05T13:30",
    "in 90 minutes": "2026-05-05T13:30",
    "in a quarter of an hour": "2026-05-05T12:15",
    "in 1 hour 20 minutes": "2026-05-05T13:20",
    "in half a day": "2026-05-06T00:00",
    "in 24 hours": "2026-05-06T12:00",
    "within the next three hours": "2026-05-05T15:00",
    # Days told by another
    "a week today": "2026-05-12",
    "a week tomorrow": "2026-05-13",
    "friday week": "2026-05-15",
    "by the thirtieth": "2026-05-30",
    "wednesday next week, the 13th": "2026-05-13",
}

# Words that are read where a date stands alone, but not in a sentence, where they may be anything.
ALONE = {
    "yesterday": "2026-05-04",
    "last friday": "2026-05-01",
    "2 days ago": "2026-05-03",
    "3 hours ago": "2026-05-05T09:00",
    "fri": "2026-05-08",
    "fri 17:00": "2026-05-08T17:00",
    "morning": "2026-05-06T09:00",
    "weekend": "2026-05-09",
    "the date is tomorrow": "2026-05-06",
    "Friday 2026-05-08 17:00": "2026-05-08T17:00",
}

# zone | said at | words | due, in UTC (with "all day" where it is)
CHANGES = """
# Berlin goes to 03:00 at 02:00 on 29 March 2026, and back to 02:00 at 03:00 on 25 October.
Europe/Berlin | 2026-03-28T12:00+01:00 | tomorrow            | 2026-03-28T23:00Z all day
Europe/Berlin | 2026-03-28T12:00+01:00 | tomorrow at 2:30am  | 2026-03-29T01:30Z
Europe/Berlin | 2026-03-28T12:00+01:00 | tomorrow 5pm        | 2026-03-29T15:00Z
Europe/Berlin | 2026-03-28T12:00+01:00 | in 24 hours         | 2026-03-29T11:00Z
Europe/Berlin | 2026-03-28T12:00+01:00 | in 2 days at noon   | 2026-03-30T10:00Z
Europe/Berlin | 2026-03-28T12:00+01:00 | monday              | 2026-03-29T22:00Z all day
Europe/Berlin | 2026-03-29T01:45+01:00 | in half an hour     | 2026-03-29T01:15Z
Europe/Berlin | 2026-03-29T01:45+01:00 | at 2:30am           | 2026-03-29T01:30Z
Europe/Berlin | 2026-03-29T01:45+01:00 | noon                | 2026-03-29T10:00Z
Europe/Berlin | 2026-03-29T03:10+02:00 | at 2:30am           | 2026-03-30T00:30Z
Europe/Berlin | 2026-10-24T12:00+02:00 | tomorrow            | 2026-10-24T22:00Z all day
Europe/Berlin | 2026-10-24T12:00+02:00 | tomorrow at 2:30am  | 2026-10-25T00:30Z
Europe/Berlin | 2026-10-24T12:00+02:00 | tomorrow 5pm        | 2026-10-25T16:00Z
Europe/Berlin | 2026-10-24T12:00+02:00 | in 24 hours         | 2026-10-25T10:00Z
Europe/Berlin | 2026-10-24T12:00+02:00 | monday              | 2026-10-25T23:00Z all day
Europe/Berlin | 2026-10-25T01:45+02:00 | at 2:30am           | 2026-10-25T00:30Z
Europe/Berlin | 2026-10-25T02:45+02:00 | in half an hour     | 2026-10-25T01:15Z
Europe/Berlin | 2026-10-25T02:45+02:00 | in an hour          | 2026-10-25T01:45Z
Europe/Berlin | 2026-10-25T02:45+02:00 | at 2:50am           | 2026-10-25T00:50Z
Europe/Berlin | 2026-10-25T02:45+02:00 | at 2:30am           | 2026-10-25T01:30Z
Europe/Berlin | 2026-10-25T02:45+02:00 | today at 2:30am     | 2026-10-25T01:30Z
Europe/Berlin | 2026-10-25T02:15+01:00 | in half an hour     | 2026-10-25T01:45Z
Europe/Berlin | 2026-10-25T02:15+01:00 | at 2:30am           | 2026-10-25T01:30Z
Europe/Berlin | 2026-10-25T02:15+01:00 | at 2:05am           | 2026-10-26T01:05Z
Europe/Berlin | 2026-10-25T02:15+01:00 | today               | 2026-10-24T22:00Z all day

# The same date each year, in the winter's offset.
Europe/Berlin | 2026-05-05T12:00+02:00 | by christmas             | 2026-12-24T23:00Z all day
Europe/Berlin | 2026-05-05T12:00+02:00 | on christmas eve at 10am | 2026-12-24T09:00Z
Europe/Berlin | 2026-12-30T12:00+01:00 | before new year's day    | 2026-12-31T23:00Z all day
Europe/Berlin | 2026-05-05T12:00+02:00 | by valentine's day       | 2027-02-13T23:00Z all day

# New York goes to 03:00 at 02:00 on 8 March 2026, and back to 01:00 at 02:00 on 1 November.
America/New_York | 2026-03-07T12:00-05:00 | tomorrow           | 2026-03-08T05:00Z all day
America/New_York | 2026-03-07T12:00-05:00 | tomorrow at 2:30am | 2026-03-08T07:30Z
America/New_York | 2026-03-07T12:00-05:00 | tomorrow 5pm       | 2026-03-08T21:00Z
America/New_York | 2026-03-07T12:00-05:00 | in 24 hours        | 2026-03-08T17:00Z
America/New_York | 2026-03-07T12:00-05:00 | monday             | 2026-03-09T04:00Z all day
America/New_York | 2026-03-08T01:45-05:00 | in half an hour    | 2026-03-08T07:15Z
America/New_York | 2026-03-08T01:45-05:00 | noon               | 2026-03-08T16:00Z
America/New_York | 2026-10-31T12:00-04:00 | tomorrow           | 2026-11-01T04:00Z all day
America/New_York | 2026-10-31T12:00-04:00 | tomorrow at 1:30am | 2026-11-01T05:30Z
America/New_York | 2026-10-31T12:00-04:00 | tomorrow 5pm       | 2026-11-01T22:00Z
America/New_York | 2026-10-31T12:00-04:00 | in 24 hours        | 2026-11-01T16:00Z
America/New_York | 2026-10-31T12:00-04:00 | monday             | 2026-11-02T05:00Z all day
America/New_York | 2026-11-01T01:45-04:00 | in half an hour    | 2026-11-01T06:15Z
America/New_York | 2026-11-01T01:45-04:00 | at 1:30am          | 2026-11-01T06:30Z
America/New_York | 2026-11-01T01:15-05:00 | at 1:10am          | 2026-11-02T06:10Z

# Lord Howe goes by half an hour: back to 01:30 at 02:00 on 5 April 2026, to 02:30 at 02:00 on 4 October.
Australia/Lord_Howe | 2026-04-04T12:00+11:00 | tomorrow           | 2026-04-04T13:00Z all day
Australia/Lord_Howe | 2026-04-04T12:00+11:00 | tomorrow at 1:45am | 2026-04-04T14:45Z
Australia/Lord_Howe | 2026-04-04T12:00+11:00 | tomorrow 5pm       | 2026-04-05T06:30Z
Australia/Lord_Howe | 2026-04-04T12:00+11:00 | in 24 hours        | 2026-04-05T01:00Z
Australia/Lord_Howe | 2026-04-04T12:00+11:00 | monday             | 2026-04-05T13:30Z all day
Australia/Lord_Howe | 2026-04-05T01:50+11:00 | in half an hour    | 2026-04-04T15:20Z
Australia/Lord_Howe | 2026-04-05T01:50+11:00 | at 1:45am          | 2026-04-04T15:15Z
Australia/Lord_Howe | 2026-10-03T12:00+10:30 | tomorrow           | 2026-10-03T13:30Z all day
Australia/Lord_Howe | 2026-10-03T12:00+10:30 | tomorrow at 2:15am | 2026-10-03T15:45Z
Australia/Lord_Howe | 2026-10-03T12:00+10:30 | tomorrow 5pm       | 2026-10-04T06:00Z
Australia/Lord_Howe | 2026-10-03T12:00+10:30 | in 24 hours        | 2026-10-04T01:30Z
Australia/Lord_Howe | 2026-10-04T01:45+10:30 | in half an hour    | 2026-10-03T15:45Z

# São Paulo had no midnight on 4 November 2018, and went back to 23:00 at the end of 16 February 2019.
America/Sao_Paulo | 2018-11-03T12:00-03:00 | tomorrow            | 2018-11-04T03:00Z all day
America/Sao_Paulo | 2018-11-03T12:00-03:00 | tomorrow at 12:30am | 2018-11-04T03:30Z
America/Sao_Paulo | 2018-11-03T12:00-03:00 | midnight            | 2018-11-04T03:00Z
America/Sao_Paulo | 2018-11-03T12:00-03:00 | tomorrow 5pm        | 2018-11-04T19:00Z
America/Sao_Paulo | 2018-11-03T12:00-03:00 | in 24 hours         | 2018-11-04T15:00Z
America/Sao_Paulo | 2018-11-03T12:00-03:00 | monday              | 2018-11-05T02:00Z all day
America/Sao_Paulo | 2019-02-16T12:00-02:00 | tomorrow            | 2019-02-17T03:00Z all day
America/Sao_Paulo | 2019-02-16T12:00-02:00 | tonight at 11:30pm  | 2019-02-17T01:30Z
America/Sao_Paulo | 2019-02-16T12:00-02:00 | in 24 hours         | 2019-02-17T14:00Z
America/Sao_Paulo | 2019-02-16T23:45-02:00 | in half an hour     | 2019-02-17T02:15Z
America/Sao_Paulo | 2019-02-16T23:45-02:00 | at 11:30pm          | 2019-02-17T02:30Z

# Kolkata and UTC never change, whoever else does.
Asia/Kolkata | 2026-03-29T01:45+05:30 | in half an hour | 2026-03-28T20:45Z
Asia/Kolkata | 2026-10-25T02:45+05:30 | at 2:30am       | 2026-10-25T21:00Z
Asia/Kolkata | 2026-10-25T02:45+05:30 | tomorrow        | 2026-10-25T18:30Z all day
UTC          | 2026-03-29T01:45+00:00 | in half an hour | 2026-03-29T02:15Z
UTC          | 2026-10-25T02:45+00:00 | at 2:30am       | 2026-10-26T02:30Z
UTC          | 2026-10-25T02:45+00:00 | tomorrow        | 2026-10-26T00:00Z all day

# Samoa had no 30 December 2011.
Pacific/Apia | 2011-12-29T12:00-10:00 | tomorrow       | 2011-12-30T10:00Z all day
Pacific/Apia | 2011-12-29T12:00-10:00 | in 24 hours    | 2011-12-30T22:00Z
"""


def plain() -> list[Said]:
    """Every plain word in every zone."""
    return _everywhere(PLAIN)


def alone() -> list[Said]:
    """The same for the words that count only where they stand alone."""
    return _everywhere(ALONE)


def changes() -> list[Said]:
    """What is said around a change of the clocks."""
    return [_change(line) for line in CHANGES.splitlines() if line and not line.startswith("#")]


def _everywhere(words: dict[str, str]) -> list[Said]:
    return [
        Said(zone, _time(NOON + offset), said, _due(due, offset))
        for zone, offset in OFFSETS.items()
        for said, due in words.items()
    ]


def _due(local: str, offset: str) -> Due:
    is_day = "T" not in local
    moment = _time((f"{local}T00:00" if is_day else local) + offset)
    return Due(moment.astimezone(UTC), is_day)


def _change(line: str) -> Said:
    zone, now, words, due = (part.strip() for part in line.split("|"))
    at = _time(due.removesuffix(" all day"))
    return Said(zone, _time(now), words, Due(at, due.endswith("all day")))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
