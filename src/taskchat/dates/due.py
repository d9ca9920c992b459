"""When a task is due, and the exact forms that say it.

2026-11-27                  the whole day, in the zone of whoever asks
2026-11-27T17:00            five in the afternoon there
2026-11-27T17:00:00+01:00   that instant (RFC 3339)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

FORMATS = "a day (2026-11-27), a local time (2026-11-27T17:00) or RFC 3339 (2026-11-27T16:00:00Z)"
"""What can be read, for whoever sent something else."""

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Years that every zone and both databases can hold, with a day to spare on either side."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|z|[+-]\d{2}:\d{2})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due. An all-day one is due at the local midnight that begins its day."""

    at: datetime
    """In UTC."""
    all_day: bool = False


def is_exact(text: str) -> bool:
    """Whether a text has one of the three forms above, be there such a day or not."""
    return bool(_DAY.fullmatch(text) or _TIME.fullmatch(text))


def read_due(text: str, zone: tzinfo) -> Due:
    """When a task is due, from one of the three forms above.

    Around a change of the clocks some local times happen twice and some never. The first of two is
    meant; one that is skipped is read by the clock before the change: 02:30 is then shown as 03:30,
    and a day that has no midnight begins at its first moment.

    Raises:
        ValueError: it is none of the forms, or no such day exists; the text tells what to send.
    """
    text = text.strip()
    if not is_exact(text):
        message = f"send {FORMATS}"
        raise ValueError(message)
    try:
        local = datetime.fromisoformat(text.upper())
    except ValueError:
        message = f"there is no such day or time; send {FORMATS}"
        raise ValueError(message) from None
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        message = f"the year must be between {FIRST_YEAR} and {LAST_YEAR}"
        raise ValueError(message)
    moment = local if local.tzinfo is not None else local.replace(tzinfo=zone, fold=0)
    return Due(moment.astimezone(UTC), all_day=_DAY.fullmatch(text) is not None)
