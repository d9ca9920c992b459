"""Reads a due date that somebody has put into one field, in an exact form or in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.due import FORMATS, is_exact, read_due
from taskchat.dates.sentences import find_due, tells_repeat

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.dates.due import Due

FORMATS_OR_WORDS = (
    f"{FORMATS}, or plain words: tomorrow, next friday 5pm, in 2 hours, 3 May at noon, end of month"
)
"""What can be read, for whoever sent something else."""

MAX_CHARS = 100
"""No date is longer, and the time that patterns take grows with the text."""


def read_due_words(text: str, now: datetime) -> Due:
    """When a task is due, from an exact form (`read_due`) or from words that tell nothing else.

    Words are never read in part: of "friday or saturday" nothing is taken.

    Args:
        text: as somebody wrote it.
        now: when it was said, an aware time in the user's zone. Its minute counts, no seconds.

    Raises:
        ValueError: it cannot be read, or there is no such day; the text tells what to send.
    """
    zone = now.tzinfo
    assert zone is not None  # noqa: S101  aware
    text = text.strip()
    if is_exact(text):
        return read_due(text, zone)
    if tells_repeat(text) or _PLURAL.search(text):
        message = "a task has one date and cannot repeat; send the first one"
        raise ValueError(message)
    found = None
    if len(text) <= MAX_CHARS:
        found = find_due(text, now, alone=True)
    if found is None or not _FILLING.fullmatch(found.rest):
        message = f"send {FORMATS_OR_WORDS}"
        raise ValueError(message)
    return read_due(found.due.as_argument(), zone)


_PLURAL = re.compile(r"\b[a-z]+days\b", re.IGNORECASE)  # "on fridays"

# What may stand beside a date and changes nothing about it.
_FILLING = re.compile(
    r"(?:[\s,.;:()-]|\b(?:due|by|on|at|in|is|the|date|deadline|please|local|time)\b)*",
    re.IGNORECASE,
)
