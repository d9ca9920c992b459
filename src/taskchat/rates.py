"""Limits of so many per time, as settings write them: `30/minute`."""

from __future__ import annotations

import re
from dataclasses import dataclass

OFF = "off"
MAX_LIMIT = 1_000_000_000
_FORM = re.compile(r"([1-9][0-9]*)\s*/\s*(second|minute|hour)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` in any `window_s` seconds."""

    limit: int
    window_s: float


def parse_rate(text: str) -> Rate | None:
    """A rate such as `30/minute`; None for `off`.

    Raises:
        ValueError: it is neither; the text says what it may be.
    """
    plain = text.strip().lower()
    if plain == OFF:
        return None
    found = _FORM.fullmatch(plain)
    if found is None or len(found[1]) > len(str(MAX_LIMIT)) or int(found[1]) > MAX_LIMIT:
        message = (
            f"it must be a number from 1 to {MAX_LIMIT} and second, minute or hour, such as"
            " 30/minute, or off"
        )
        raise ValueError(message)
    return Rate(int(found[1]), _SECONDS[found[2]])
