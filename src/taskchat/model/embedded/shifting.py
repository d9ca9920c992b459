"""Wishes to move the date that a task has: "push the rent back by a day", "make it a week later"."""

from __future__ import annotations

import re

from taskchat.model.embedded.requests import Changes
from taskchat.model.embedded.words import read_number, word_set

_SHIFTS = re.compile(
    r"^\W*(?:please\s+)?(?P<verb>postpone|push|move|delay|shift|bump|put|defer|bring|pull|make|set|extend|reschedule)\s+(?P<target>\S.*?)\s+"
    r"(?:(?P<way>back|forwards?|off|out|up|on|earlier|later|ahead)\s+)?(?:(?:for|by)\s+)?(?P<count>an?|one|another|two|three|four|five|six|seven|ten|\d{1,3})\s+(?:more\s+)?(?P<unit>days?|weeks?)(?:\s+(?P<end>later|earlier|back|forwards?|sooner|out|off))?\W*$",
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
    days = (read_number(found["count"]) or 1) * (7 if found["unit"].startswith("week") else 1)
    is_earlier = bool(ways & _EARLIER) or found["verb"].lower() in {"bring", "pull"}
    return found["target"], Changes(shifted_days=-days if is_earlier else days)


_LATER = word_set("postpone delay defer extend")
_NEED_WAY = word_set("make set put")
