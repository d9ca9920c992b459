"""A date that opens a wish: "on friday I need to …" is read as "I need to … on friday"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import find_spans
from taskchat.model.embedded.words import ERRAND_VERBS

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
