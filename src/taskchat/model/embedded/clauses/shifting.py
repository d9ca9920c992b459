"""Wishes to move the date that a task has: "push the rent back by a day", "make it an hour later"."""

from __future__ import annotations

import re
from datetime import timedelta

from taskchat.model.embedded.english.words import read_number, word_set
from taskchat.model.embedded.requests import Changes
from taskchat.model.embedded.wording.dates import DATE

_SHIFTS = re.compile(
    r"^\W*(?:please\s+)?(?P<verb>postpone|push|move|delay|shift|bump|put|defer|bring|pull|make|set|extend|reschedule)\s+(?P<target>\S.*?)\s+"
    r"(?:(?P<way>back|forwards?|off|out|up|on|earlier|later|ahead)\s+)?(?:(?:for|by)\s+)?(?P<count>half\s+an|an?|one|another|two|three|four|five|six|seven|ten|\d{1,3})\s+(?:more\s+)?(?P<unit>minutes?|mins?|hours?|days?|weeks?)(?:\s+(?P<end>later|earlier|back|forwards?|sooner|out|off))?\W*$",
    re.IGNORECASE,
)
_EARLIER = word_set("forward forwards earlier sooner ahead up")


def read_shift(clause: str) -> tuple[str, Changes] | None:
    """The words that name a task and by how many days its date is moved; None for another wish."""
    found = _SHIFTS.match(clause)
    if found is None:
        return None
    ways = {(found["way"] or "").lower(), (found["end"] or "").lower()} - {""}
    is_told = ways or re.search(r"\bby\b|\bfor\b", clause[found.end("target") :], re.IGNORECASE)
    is_plain = found["verb"].lower() in _LATER
    if not (is_told or is_plain) or (found["verb"].lower() in _NEED_WAY and not ways):
        return None
    count = 0.5 if found["count"].lower().startswith("half") else read_number(found["count"]) or 1
    shift = count * next(each for unit, each in _UNITS.items() if found["unit"].startswith(unit))
    is_earlier = bool(ways & _EARLIER) or found["verb"].lower() in {"bring", "pull"}
    target = _DATE_OF.sub("", found["target"]).strip() or "it"
    return target, Changes(shift=-shift if is_earlier else shift)


_UNITS = {
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
# "The deadline (of the report)" is no name of a task.
_DATE_OF = re.compile(
    rf"^(?:the|its|that)\s+{DATE}(?:\s+(?:of|for)\b)?|(?:'s)?\s+{DATE}$", re.IGNORECASE
)
_LATER = word_set("postpone delay defer extend")
_NEED_WAY = word_set("make set put")
