"""A date that opens a wish: "on friday I need to …" is read as "I need to … on friday"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import find_spans
from taskchat.model.embedded.english.words import ERRAND_VERBS

if TYPE_CHECKING:
    from datetime import datetime

_HOUR = re.compile(r"\s*(?:,\s*)?at\s+\d{1,2}(?::\d\d)?(?=\s+[a-z])", re.IGNORECASE)
_WISH = re.compile(
    rf"[\s,:;-]*(?:(?:i|we)\b|please\b|pls\b|add\b|remind\b|need\b|have\s+to\b|gotta\b|must\b"
    rf"|(?:{'|'.join(sorted(ERRAND_VERBS))})\b)",
    re.IGNORECASE,
)


def put_date_last(text: str, now: datetime) -> str:
    """The text with a date at its front moved behind the wish that follows it."""
    end = 0
    for span in find_spans(text, now):
        if text[end : span.start].strip(" ,"):
            break
        end = span.end
    if not end:
        return text
    hour = _HOUR.match(text, end)
    end = hour.end() if hour else end
    wish = _WISH.match(text, end)
    if wish is None and not text[end:].lstrip().startswith(":"):
        return text
    rest = text[end:].lstrip(" ,:;-").rstrip(" .!")
    return f"{rest} {text[:end].strip(' ,')}"


def refine_date(text: str, now: datetime) -> str:
    """The text with the vaguer of two dates left out: "by the end of May, the 31st"."""
    head, comma, tail = text.rpartition(",")
    if not comma:
        return text
    late = find_spans(tail, now)
    early = find_spans(head, now)
    is_date = len(late) == 1 and not _WORD.search(
        _AROUND.sub("", tail[: late[0].start] + tail[late[0].end :])
    )
    if not is_date or len(early) != 1 or not (late[0].told.day and early[0].told.day):
        return text
    kept = head[: early[0].start] + head[early[0].end :]
    return f"{_LEANS.sub('', kept.strip())} on {tail[late[0].start : late[0].end]}"


_WORD = re.compile(r"\w")
_AROUND = re.compile(
    r"\b(?:on|by|the|so|that's|i\.e|namely|meaning|is|fine|works|ok|okay|good|best|latest|at|let's|say|maybe|make|it|would|be)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(r"(?:\s+(?:by|on|to|for|until|in))+$", re.IGNORECASE)
