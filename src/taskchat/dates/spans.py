"""The words that tell a date or a time: a pattern for each kind.

What they mean is read by `days`, `durations` and `times`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from taskchat.dates import days, durations, times
from taskchat.dates.calendar import MONTHS, WEEKDAYS
from taskchat.dates.numbers import NUMBER_WORDS, PLACE_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskchat.dates.told import Told

    Reading = Callable[[re.Match[str], datetime], Told | None]


@dataclass(frozen=True, slots=True)
class Span:
    """Where in a text a date or a time is told, and which."""

    start: int
    end: int
    told: Told


def find_spans(text: str, now: datetime, *, alone: bool = False) -> list[Span]:
    """The spans of a text that tell a date or a time, in order, none within another.

    Args:
        text: a sentence, or words that are to tell nothing but a date.
        now: an aware time in the user's zone.
        alone: the latter; then words count that mean something else in a sentence ("morning").
    """
    return list(_find(text, now.isoformat(), now.tzinfo, alone=alone))


# A sentence is asked about several times. The zone is in the key: the same moment is another day there.
@lru_cache(maxsize=256)
def _find(text: str, clock: str, zone: tzinfo | None, *, alone: bool) -> tuple[Span, ...]:
    now = datetime.fromisoformat(clock).astimezone(zone)
    taken: list[Span] = []
    for pattern, read in (*_PATTERNS, *_PATTERNS_ALONE) if alone else _PATTERNS:
        for match in pattern.finditer(text):
            inside = any(match.start() < s.end and s.start < match.end() for s in taken)
            if inside or _is_no_date(text, match):
                continue
            told = read(match, now)
            if told is None:
                continue
            if told.day == now.date() and read in _COME_AGAIN:
                tomorrow = read(match, now + timedelta(days=1))
                told = replace(told, again=tomorrow.day if tomorrow else None)
            taken.append(Span(*match.span(), told))
    return tuple(sorted(taken, key=lambda span: span.start))


def without_spans(text: str, now: datetime) -> str:
    """The text with a blank in the place of each date or time; as it is where it tells none."""
    for span in reversed(find_spans(text, now)):
        text = f"{text[: span.start]} {text[span.end :]}"
    return text


def _is_no_date(text: str, match: re.Match[str]) -> bool:
    # "tonight's game" names a game, "every friday" a habit, "not today" any other day.
    return bool(
        re.match(r"['\u2019]s?\b", text[match.end() :])
        or re.search(
            r"\b(?:(?:every|each|last|per)\s+(?:other\s+)?|\(not\s+)$", text[: match.start()], re.I
        )
    )


# ---- what the patterns are made of ----

# Counted, so that a text of nothing else takes no time in the square of its length.
_LEAD = (
    r"(?:(?:due|by|on|for|at|from|before|until|till|starting|around|about|no later than)\s+){0,4}"
)
_END_OF = r"(?:(?:the\s+)?end\s+of\s+)?"
_MONTH = r"(?P<month>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS) + r"|sept)\.?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_DAY = r"(?P<weekday>mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?P<day_end>day)?s?"
# "Friday, 27 November": where the two do not agree, the date goes before the day.
_DAY_BESIDE = r"(?:(?:(?:next|this|coming)\s+)?(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?(?:the\s+)?"
# As a word only in "the first of june" or at an end: "june first", but not "in may first call".
_NTH = (
    r"(?P<day>\d{1,2}|(?:" + "|".join(PLACE_WORDS).replace("-", r"[-\s]") + ")"
    r"(?=\s+of\b|\s*(?:$|[.,;!?)]|at\b)))(?:st|nd|rd|th)?"
)
_COUNT = r"\d{1,4}(?:\.\d)?|(?:a\s+)?couple(?:\s+of)?|(?:a\s+)?few|" + "|".join(
    word for word in NUMBER_WORDS if word not in {"zero", "couple", "few"}
)
_UNIT = (
    r"(?P<unit>min(?:ute)?s?|h(?:(?:ou)?rs?)?|days?|w(?:ee)?ks?|fortnights?|months?|y(?:ea)?rs?)"
)
_AMOUNT = (
    r"(?P<count>(?:a\s+)?half(?:\s+an?)?|(?:a\s+)?quarter\s+of\s+an|three\s+quarters\s+of\s+an"
    rf"|{_COUNT})\s*{_UNIT}(?P<half>\s+and\s+a\s+half)?"
    r"(?:(?:(?<=[\d\s]h)|(?<=hr)|(?<=hrs)|(?<=hour)|(?<=hours))(?:,?\s+|\s*and\s+)?"
    r"(?P<minutes>\d{1,2})\s*min(?:ute)?s?)?\b"
)
_CLOCK_WORD = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MERIDIEM = r"(?P<meridiem>[ap]\.?\s?m\b\.?)"
# A bare hour is only a time where nothing countable follows it ("look at 5 houses").
_HOUR_END = (
    r"(?=\s*(?:$|[.,;!?)]|(?:on|this|to|and|today|tomorrow|tonight|in|next|by|for|with|please|"
    r"instead|so|because|from|sharp|at)\b|" + "|".join(WEEKDAYS) + r"))"
)
# "Fast for 16h" is no time: it stands behind a day, a comma or such a word.
_AT_CLOCK = (
    r"(?<=day\s)|(?<=row\s)|(?<=,\s)|\b(?:for\s+)?(?:at|by|until|till|before|around|from)\s+"
)
_PART = r"(?P<part>morning|afternoon|evening|night|noon|lunchtime)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# Longer readings first: a span that is taken is not read again.
_PATTERNS: list[tuple[re.Pattern[str], Reading]] = [
    (
        _pattern(
            rf"\b{_LEAD}{_DAY_BESIDE}(?P<year>\d{{4}})(?P<dash>[-/])(?P<month>\d\d)(?P=dash)"
            r"(?P<day>\d\d)\b"
        ),
        days.read_date,
    ),
    (
        _pattern(rf"\b{_LEAD}{_DAY_BESIDE}{_MONTH}\s+(?:the\s+)?{_NTH}{_YEAR}(?![\w:]|\.\d)"),
        days.read_date,
    ),
    (
        _pattern(rf"\b{_LEAD}{_DAY_BESIDE}{_NTH}\s+(?:of\s+)?{_MONTH}{_YEAR}(?![\w:])"),
        days.read_date,
    ),
    (
        _pattern(
            rf"\b{_LEAD}{_DAY_BESIDE}(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})"
            r"(?:/(?P<year>\d{4}|\d\d))?(?![\w/])"
        ),
        days.read_numbers,
    ),
    (
        _pattern(
            rf"\b{_LEAD}{_DAY_BESIDE}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}})\b"
        ),
        days.read_date,
    ),
    (
        _pattern(
            rf"\b(?:due\s+)?(?:in|within)\s+(?:the\s+next\s+|about\s+|around\s+)?{_AMOUNT}"
            r"(?:['\u2019]?s?['\u2019]?\s+time\b)?"
        ),
        durations.read_ahead,
    ),
    (_pattern(rf"\b{_LEAD}{_AMOUNT}\s+from\s+(?:now|today)\b"), durations.read_ahead),
    (
        _pattern(
            rf"\b{_LEAD}(?P<count>{_COUNT})\s+(?P<unit>days?|weeks?)\s+(?:from|after)\s+"
            r"(?P<base>today|tomorrow)\b"
        ),
        durations.read_from_day,
    ),
    (
        _pattern(
            r"(?<!\bfor\s)\b(?:(?:due|by|on|from|before|until|till)\s+)?(?P<count>an?|one|two|three|four|\d)\s+(?P<unit>weeks?|fortnights?)\s+"
            r"(?P<base>today|tomorrow)\b"
        ),
        durations.read_from_day,
    ),
    (_pattern(rf"\b{_LEAD}{_DAY}\s+week\b(?=\s*(?:$|[.,;!?)]))"), days.read_weekday_week),
    (
        _pattern(
            rf"\b{_LEAD}{_END_OF}(?:(?:later|sometime)\s+)?(?P<near>(?:the\s+)?day\s+after"
            r"\s+tomorrow|tom+or+ows?|tmrw|tmr|2moro|today|tonight|tonite"
            r"|this\s+(?:morning|afternoon|evening))\b"
        ),
        days.read_near,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?:the\s+)?(?P<place>first|1st|second|2nd|third|3rd|fourth|4th|last)\s+"
            rf"{_DAY}\s+(?:of|in)\s+(?:(?P<next_month>next\s+month)|(?:the|this)\s+month"
            rf"|{_MONTH}{_YEAR})\b"
        ),
        days.read_weekday_of_month,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?P<next_before>next\s+month\s+(?:on\s+)?)?{_DAY_BESIDE}(?<=the\s)"
            r"(?P<nth>\d{1,2})(?:st|nd|rd|th)"
            r"(?:\s+of\s+(?:(?:the|this)\s+month|(?P<of_next>next\s+month)))?\b"
            r"(?!\s+\w*(?:one|task|item))"
        ),
        days.read_day_of_month,
    ),
    (
        # "By the thirtieth"; "the third" is more often a place in a list.
        _pattern(
            r"\b(?:by|on|until|till|before|due)\s+the\s+(?P<nth>"
            + "|".join(word.replace("-", r"[-\s]") for word, place in PLACE_WORDS.items() if place > 10)
            + r")(?P<of_next>)(?P<next_before>)\b(?=\s*(?:$|[.,;!?)]|at\b|please\b|instead\b))"
        ),
        days.read_day_of_month,
    ),
    (
        _pattern(
            r"\b(?P<weeks>(?:an?|one|two|three|four|\d)\s+weeks?\s+(?:from\s+|on\s+)?)?"
            rf"(?P<lead>(?:{_LEAD})?){_END_OF}(?P<later>next\s+week\s+(?:on\s+)?)?"
            rf"(?P<which>(?:this\s+coming|coming|upcoming|next|this)\s+)?\b{_DAY}\b"
            r"(?P<at>(?=\.?,?\s+(?:at\s+)?\d{1,2}(?::\d\d\b|\s*[ap]m\b)|\.?,?\s+at\s+(?:\d|noon)))?"
            r"(?:(?P<later_end>\s+(?:of\s+)?next\s+week)|(?P<this_end>\s+this)\s+week)?"
        ),
        days.read_weekday,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?:eod|(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?:(?:business|working|work)"
            r"\s+)?day|close\s+of\s+(?:business|play))\b"
        ),
        times.read_end_of_day,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?:(?:the\s+)?(?:end|last\s+day)\s+of\s+(?:(?:the|this)\s+"
            r"|(?P<end_next>next\s+))?(?P<period>weekend|week|month|quarter|year)"
            r"|(?P<short>eo[wmqy]))\b"
        ),
        days.read_end,
    ),
    (
        _pattern(rf"\b{_LEAD}(?:the\s+)?(?:end|last\s+day)\s+of\s+{_MONTH}{_YEAR}(?![\w:])"),
        days.read_end_of_month,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?:the\s+)?(?:start|beginning|first\s+day|first|1st)\s+of\s+(?:the|next)\s+"
            r"(?P<period>week|month|quarter|year)\b"
        ),
        days.read_start,
    ),
    (
        _pattern(rf"\b{_LEAD}(?:the\s+)?(?P<period>week|weekend|month)\s+after\s+next\b"),
        days.read_after_next,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?:(?:later|sometime|over|during)\s+)?"
            r"(?P<which>next|this|(?:(?<=by\s)|(?<=for\s))the"
            r"|(?:(?<=on\s)|(?<=at\s)|(?<=over\s)|(?<=until\s)|(?<=during\s)|(?<=before\s))the(?=\s+weekend))\s+"
            r"(?P<period>weekend|week|month|quarter|year)\b"
        ),
        days.read_period,
    ),
    (
        _pattern(
            rf"\b{_LEAD}(?P<share>half(?:\s+past)?|(?:a\s+)?quarter\s+(?:past|to))\s+"
            rf"(?P<hour>\d{{1,2}}|{_CLOCK_WORD})\b"
        ),
        times.read_spoken_time,
    ),
    (
        # "Pages 5 to 10" and "chapters five to seven" are no times.
        _pattern(
            rf"\b(?:{_LEAD}(?P<share>(?:five|ten|twenty(?:[-\s]five)?|\d{{1,2}}(?=\s+min))\s+(?:minutes?\s+|mins?\s+)?past|\d{{1,2}}\s+min(?:ute)?s?\s+to)"
            r"|(?:at|by|until|till|before|around)\s+(?:about\s+)?(?P<told>(?:five|ten|twenty(?:[-\s]five)?|\d{1,2})\s+(?:minutes?\s+)?(?:to|past)))\s+"
            rf"(?P<hour>\d{{1,2}}|{_CLOCK_WORD})\b(?![\s:.]*\d){_HOUR_END}"
        ),
        times.read_spoken_minutes,
    ),
    (
        _pattern(
            rf"(?:{_AT_CLOCK})(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)\s*(?:hours|hrs|h)(?P<meridiem>)\b"
        ),
        times.read_time,
    ),
    (
        _pattern(
            rf"(?:{_AT_CLOCK})(?:(?P<hour>1[3-9]|2[0-3])h(?P<minute>[0-5]\d)?|(?P<early>0?\d|1[0-2])h(?P<past>[0-5]\d))\b"
        ),
        times.read_hour_mark,
    ),
    (
        _pattern(
            rf"(?:\b{_LEAD}|@\s*)\b(?P<hour>\d{{1,2}}"
            rf"|{_CLOCK_WORD})(?:[:.](?P<minute>\d\d))?\s*{_MERIDIEM}"
        ),
        times.read_time,
    ),
    (
        _pattern(
            rf"(?:\b{_LEAD}|@\s*)\b(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?P<meridiem>)"
            r"(?:\s*o'?clock|\s+sharp)?(?![\w.:])"
        ),
        times.read_time,
    ),
    (
        _pattern(
            rf"(?:\b(?:at|around|by|until|till|before)\s+(?:about\s+|around\s+)?|@\s*)"
            rf"(?P<hour>\d{{1,2}}|{_CLOCK_WORD})(?P<minute>)(?P<meridiem>)"
            rf"(?:\s*o'?clock\b|\s+sharp\b|(?<=\bday\sat\s\d)|(?<=\bnight\sat\s\d)|(?<=\brow\sat\s\d)"
            rf"|{_HOUR_END})"
        ),
        times.read_time,
    ),
    (
        _pattern(
            rf"\b(?P<hour>\d{{1,2}}|{_CLOCK_WORD})(?P<minute>)(?P<meridiem>)"
            r"(?=\s+(?:in\s+the\s+(?:morning|afternoon|evening)|at\s+night)\b)"
        ),
        times.read_time,
    ),
    (
        _pattern(rf"\b{_LEAD}(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?(?P<meridiem>)ish\b"),
        times.read_time,
    ),
    (
        _pattern(
            r"\b(?:by|before|until|till|on|due)\s+(?P<holiday>christmas(?:\s+(?:day|eve))?"
            r"|new\s+year'?s\s+(?:day|eve)|halloween|valentine'?s\s+day)(?=\s*(?:$|[.,;!?)]|at\b|please\b))"
        ),
        days.read_holiday,
    ),
    (
        _pattern(r"\b(?P<hour>\d{1,2})(?P<minute>)(?P<meridiem>)\s*o'?clock\b"),
        times.read_time,
    ),
    (_pattern(rf"\b{_LEAD}(?:12\s+)?(?P<named>noon|midday|midnight)\b"), times.read_named_time),
    (_pattern(rf"\b(?:in\s+the\s+|at\s+|this\s+){_PART}\b"), times.read_part),
    (_pattern(rf"(?:(?<=day\s)|(?<=row\s)){_PART}\b"), times.read_part),
]  # fmt: skip

# In a sentence these words may be anything: "morning coffee", "yesterday's paper", "sun cream".
_PATTERNS_ALONE: list[tuple[re.Pattern[str], Reading]] = [
    (_pattern(r"\b(?P<before>the\s+day\s+before\s+)?yesterday\b"), days.read_yesterday),
    (_pattern(rf"\b{_AMOUNT}\s+ago\b"), durations.read_ago),
    (_pattern(rf"\b{_LEAD}(?P<last>last\s+)?{_DAY}\b"), days.read_short_weekday),
    (_pattern(rf"\b{_LEAD}(?P<which>)(?P<period>weekend)\b"), days.read_period),
    (_pattern(r"\bcob\b"), times.read_end_of_day),
    (
        _pattern(rf"\b{_LEAD}(?P<nth>\d{{1,2}})(?:st|nd|rd|th)(?P<of_next>)(?P<next_before>)\b"),
        days.read_day_of_month,
    ),
    (_pattern(rf"\b{_PART}\b"), times.read_part),
]  # fmt: skip

# Names of days that come again; "today" does not, nor what is counted from it.
_COME_AGAIN: frozenset[Reading] = frozenset(
    {
        days.read_weekday,
        days.read_short_weekday,
        days.read_weekday_of_month,
        days.read_date,
        days.read_numbers,
        days.read_day_of_month,
        days.read_period,
        days.read_end,
        days.read_end_of_month,
    }
)
