"""The words that tell a date or a time, one pattern and one reading for each kind.

`dateparser` reads only those that name a calendar date ("june 10", "9/17"), and is imported when the
first one comes: the import and its first use take 0.2 s. Its `search_dates` is not used, since it
invents dates out of ordinary words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from taskchat.model.embedded.words import NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Span:
    """Where a date or a time is told, and which: a day, a time on it, or a part of the day."""

    start: int
    end: int
    day: date | None = None
    at: time | None = None
    # An hour that may be morning or evening ("at 7") until the part of the day is known.
    is_open_hour: bool = False
    part: str | None = None


_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_DAYS = _WEEKDAYS.split()
_MONTHS = "january february march april may june july august september october november december"
_MONTH = r"(?:" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS.split()) + r"|sept)\.?"
_DAY = r"(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?P<day_end>day)?s?"
_COUNT = r"\d{1,3}|(?:a\s+)?couple(?:\s+of)?|(?:a\s+)?few|" + "|".join(
    word for word in NUMBER_WORDS if word not in {"zero", "couple", "few"}
)
_UNIT = r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?)"
_LEAD = r"(?:(?:due|by|on|for|at|from|before|until|till|starting|around|about|no later than)\s+)*"
_CLOCK_WORD = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MERIDIEM = r"(?P<meridiem>[ap]\.?\s?m\b\.?)"
# A bare hour is only a time where nothing countable follows it ("look at 5 houses").
_HOUR_END = (
    r"(?=\s*(?:$|[.,;!?)]|(?:on|this|to|and|today|tomorrow|tonight|in|next|by|for|with|please|"
    r"instead|so|because|from|sharp|at)\b|" + "|".join(_DAYS) + r"))"
)
_PART = r"(?P<part>morning|afternoon|evening|night|noon|lunchtime)"


def find_spans(text: str, now: datetime) -> list[Span]:
    """The spans of a text that tell a date or a time, in order, none within another."""
    taken: list[Span] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            inside = any(match.start() < s.end and s.start < match.end() for s in taken)
            if inside or _is_no_date(text, match):
                continue
            span = read(match, now)
            if span is not None:
                taken.append(span)
    return sorted(taken, key=lambda span: span.start)


def _is_no_date(text: str, match: re.Match[str]) -> bool:
    # "tonight's game" names a game, "every friday" a habit.
    return bool(
        re.match(r"['\u2019]s?\b", text[match.end() :])
        or re.search(r"\b(?:every|each|last|per)\s+(?:other\s+)?$", text[: match.start()], re.I)
    )


def _read_ahead(match: re.Match[str], now: datetime) -> Span | None:
    unit, count = match["unit"].lower(), _read_count(match["count"])
    half = 0.5 if match["half"] else 0.0
    amount = 0.5 if match["count"].lower().startswith("half") else count + half
    if unit[0] == "h" or unit.startswith("min"):
        minutes = amount * (60 if unit[0] == "h" else 1)
        # Through UTC: half an hour is half an hour on the night the clocks change too.
        then = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
        return Span(*match.span(), day=then.date(), at=then.time().replace(second=0))
    if unit.startswith(("month", "year")):
        months = round(amount * (12 if unit.startswith("year") else 1))
        return Span(*match.span(), day=_add_months(now.date(), months))
    days = round(amount * (7 if unit.startswith("week") else 1))
    return Span(*match.span(), day=now.date() + timedelta(days=days))


def _read_count(words: str) -> float:
    words = words.lower()
    for word in reversed(words.replace(" of", "").split()):
        if word.isdecimal():
            return int(word)
        if word in NUMBER_WORDS:
            return NUMBER_WORDS[word]
    return 1


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _month_days(year, month + 1)))


def _month_days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _read_near(match: re.Match[str], now: datetime) -> Span:
    words = match["near"].lower()
    ahead = 2 if "after" in words else 1 if words[:2] in {"to", "tm"} and "tod" not in words else 0
    part: str | None = None
    if words.startswith(("tonight", "tonite")):
        ahead, part = 0, "night"
    elif words.startswith("this"):
        ahead, part = 0, words.split()[-1]
    return Span(*match.span(), day=now.date() + timedelta(days=ahead), part=part)


def _read_weekday(match: re.Match[str], now: datetime) -> Span | None:
    which = (match["which"] or "").lower()
    name = match["weekday"].lower()
    is_short = match["day_end"] is None
    # "sat", "sun" and "wed" are words of their own unless something says that a day is meant.
    if is_short and not (which or match["lead"]):
        return None
    index = next(i for i, day in enumerate(_DAYS) if day.startswith(name[:3]))
    ahead = (index - now.weekday() - 1) % 7 + 1
    if "next" in which or match["later"] or match["later_end"]:
        ahead = 7 - now.weekday() + index
    elif which.strip() == "this" and ahead == 7:
        ahead = 0
    if match["weeks"]:
        ahead += 7
    return Span(*match.span(), day=now.date() + timedelta(days=ahead))


def _read_period(match: re.Match[str], now: datetime) -> Span:
    today, is_next = now.date(), match["period_which"].lower() == "next"
    unit = match["period"].lower()
    if unit == "weekend":
        ahead = (5 - today.weekday()) % 7 if today.weekday() < 6 else 0
        day = today + timedelta(days=ahead + (7 if is_next else 0))
    elif unit == "week":
        day = today + timedelta(days=(7 if is_next else 6) - today.weekday())
    elif unit == "month":
        day = _add_months(today.replace(day=1), 1) if is_next else _end_of("month", today)
    else:
        day = date(today.year + 1, 1, 1) if is_next else _end_of("year", today)
    return Span(*match.span(), day=day)


def _end_of(unit: str, today: date) -> date:
    if unit == "week":
        return today + timedelta(days=(4 if today.weekday() <= 4 else 6) - today.weekday())
    if unit == "month":
        return today.replace(day=_month_days(today.year, today.month))
    return date(today.year, 12, 31) if unit == "year" else today


def _read_end(match: re.Match[str], now: datetime) -> Span:
    unit = match["end_unit"] or {"d": "day", "w": "week", "m": "month"}[match["short"][-1].lower()]
    unit, today = unit.lower(), now.date()
    if match["end_next"]:
        today = _add_months(today.replace(day=1), 1) if unit == "month" else today
        today = today + timedelta(days=7 - today.weekday()) if unit == "week" else today
        today = date(today.year + 1, 1, 1) if unit == "year" else today
    return Span(*match.span(), day=_end_of(unit, today))


def _read_day_of_month(match: re.Match[str], now: datetime) -> Span | None:
    number, today = int(match["nth"]), now.date()
    first = today.replace(day=1)
    if match["nth_next"] or number <= today.day - (1 if number == today.day else 0):
        first = _add_months(first, 1)
    for months in range(3):
        month = _add_months(first, months)
        if number <= _month_days(month.year, month.month):
            return Span(*match.span(), day=month.replace(day=number))
    return None


def _read_calendar(match: re.Match[str], now: datetime) -> Span | None:
    day = _parse_calendar(match["calendar"], now.date())
    return None if day is None else Span(*match.span(), day=day)


@lru_cache(maxsize=512)
def _parse_calendar(words: str, today: date) -> date | None:
    import dateparser

    base = datetime.combine(today, time(12))
    read = dateparser.parse(
        words,
        languages=["en"],
        settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future"},
    )
    if read is None:
        return None
    # Without a year it takes today's own date for the one of next year.
    is_today = (read.month, read.day) == (today.month, today.day)
    return today if is_today and not re.search(r"\d{4}", words) else read.date()


def _read_time(match: re.Match[str], _now: datetime) -> Span | None:
    hour = _read_hour(match["hour"])
    minute = int(match["minute"] or 0)
    meridiem = (match["meridiem"] or "").lower()
    if hour > 23 or minute > 59 or (meridiem and not 0 < hour <= 12):
        return None
    if meridiem:
        hour = hour % 12 + (12 if meridiem.startswith("p") else 0)
    is_open = not meridiem and 0 < hour <= 12 and not match["hour"].startswith("0")
    return Span(*match.span(), at=time(hour, minute), is_open_hour=is_open)


def _read_spoken_time(match: re.Match[str], _now: datetime) -> Span | None:
    hour, share = _read_hour(match["hour"]), match["share"].lower()
    minutes = 30 if "half" in share else 15
    if share.endswith("to"):
        hour, minutes = hour - 1 or 12, 60 - minutes
    if not 0 < hour <= 12:
        return None
    return Span(*match.span(), at=time(hour, minutes), is_open_hour=True)


def _read_hour(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBER_WORDS[word.lower()]


def _read_named_time(match: re.Match[str], now: datetime) -> Span:
    if match["named"].lower() == "midnight":
        day = now.date() + timedelta(days=1)
        return Span(*match.span(), day=day, at=time(0, 0))
    return Span(*match.span(), at=time(12, 0))


def _read_part(match: re.Match[str], _now: datetime) -> Span:
    return Span(*match.span(), part=match["part"].lower())


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# Longer readings first: a span that is taken is not read again.
_PATTERNS: list[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Span | None]]] = [
    (_compile(rf"\b{_LEAD}(?P<calendar>\d{{4}}-\d\d-\d\d)\b"), _read_calendar),
    (
        _compile(
            rf"\b{_LEAD}(?:the\s+)?(?P<calendar>{_MONTH}\s+\d{{1,2}}(?:st|nd|rd"
            rf"|th)?(?:,?\s+20\d\d)?"
            rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+20\d\d)?)(?![\w:])"
        ),
        _read_calendar,
    ),
    (_compile(rf"\b{_LEAD}(?P<calendar>\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)(?![\w/])"), _read_calendar),
    (
        _compile(
            rf"\b(?:due\s+)?(?:in|within)\s+(?:about\s+|around\s+)?(?P<count>half\s+an?|{_COUNT})"
            rf"\s*{_UNIT}(?P<half>\s+and\s+a\s+half)?(?:\s+time)?\b"
        ),
        _read_ahead,
    ),
    (
        _compile(
            rf"\b(?P<count>half\s+an?|{_COUNT})\s+{_UNIT}(?P<half>\s+and\s+a\s+half)?\s+from\s+"
            r"(?:now|today)\b"
        ),
        _read_ahead,
    ),
    (
        _compile(
            rf"\b{_LEAD}(?P<near>(?:the\s+)?day\s+after\s+tomorrow|tom+or+ows?|tmrw|tmr|2moro|today"
            r"|tonight|tonite|this\s+(?:morning|afternoon|evening))\b"
        ),
        _read_near,
    ),
    (
        _compile(
            rf"\b(?P<weeks>a\s+week\s+(?:from\s+"
            rf"|on\s+)?)?(?P<lead>(?:{_LEAD})?)(?P<later>next\s+week\s+(?:on\s+)?)?"
            rf"(?P<which>(?:this\s+coming|coming|upcoming|next|this)\s+)?\b{_DAY}\b"
            r"(?P<later_end>\s+(?:of\s+)?next\s+week)?"
        ),
        _read_weekday,
    ),
    (
        _compile(
            rf"\b{_LEAD}(?:(?:the\s+)?end\s+of\s+(?:(?:the|this)\s+|(?P<end_next>next\s+))?"
            r"(?P<end_unit>day|week|month|year)|(?P<short>eo[dwm]))\b"
        ),
        _read_end,
    ),
    (
        _compile(
            rf"\b{_LEAD}(?:later\s+|sometime\s+)?(?P<period_which>next|this|the)\s+"
            r"(?P<period>weekend|week|month|year)\b"
        ),
        _read_period,
    ),
    (
        _compile(
            rf"\b{_LEAD}the\s+(?P<nth>\d{{1,2}})(?:st|nd|rd|th)"
            r"(?:\s+of\s+(?:(?:the|this)\s+month|(?P<nth_next>next\s+month)))?\b(?!\s+\w*(?:one"
            r"|task|item))"
        ),
        _read_day_of_month,
    ),
    (
        _compile(
            rf"\b{_LEAD}(?P<share>half\s+past|(?:a\s+)?quarter\s+(?:past|to))\s+"
            rf"(?P<hour>\d{{1,2}}|{_CLOCK_WORD})\b"
        ),
        _read_spoken_time,
    ),
    (
        _compile(
            rf"(?:\b{_LEAD}|@\s*)\b(?P<hour>\d{{1,2}}"
            rf"|{_CLOCK_WORD})(?::(?P<minute>\d\d))?\s*{_MERIDIEM}"
        ),
        _read_time,
    ),
    (
        _compile(
            rf"(?:\b{_LEAD}|@\s*)\b(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?P<meridiem>)"
            r"(?:\s*o'?clock)?(?![\w.:])"
        ),
        _read_time,
    ),
    (
        _compile(
            rf"(?:\b(?:at|around|by|until|till|before)\s+(?:about\s+|around\s+)?|@\s*)"
            rf"(?P<hour>\d{{1,2}}|{_CLOCK_WORD})(?P<minute>)(?P<meridiem>)"
            rf"(?:\s*o'?clock\b|(?<=\bday\sat\s\d)|(?<=\bnight\sat\s\d)|(?<=\brow\sat\s\d)"
            rf"|{_HOUR_END})"
        ),
        _read_time,
    ),
    (_compile(r"\b(?P<hour>\d{1,2})(?P<minute>)(?P<meridiem>)\s*o'?clock\b"), _read_time),
    (_compile(rf"\b{_LEAD}(?:12\s+)?(?P<named>noon|midday|midnight)\b"), _read_named_time),
    (_compile(rf"\b(?:in\s+the\s+|at\s+|this\s+){_PART}\b"), _read_part),
    (_compile(rf"(?:(?<=day\s)|(?<=row\s)){_PART}\b"), _read_part),
]  # fmt: skip
