"""The one line of the instructions that tells a model what time it is for the user.

Written by `chat/instructions.py`, read back by the embedded model, which has no clock of its
own: a turn that is retried an hour later still means the same "tomorrow".
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_LINE = re.compile(
    r"It is \w+, (\d{4}-\d\d-\d\d \d\d:\d\d) \(UTC([+-]\d\d:\d\d)\), in the time zone (\S+)\."
)


def clock_line(now: datetime) -> str:
    """The sentence for `now`, an aware time whose `tzinfo` is a `ZoneInfo`."""
    offset = f"{now:%z}"
    # With the offset: in autumn an hour comes twice, and models reckon from times in UTC.
    return (
        f"It is {now:%A}, {now:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]}),"
        f" in the time zone {now.tzinfo}."
    )


def read_clock_line(instructions: str) -> datetime | None:
    """The user's local time that the instructions tell, or None where they tell none."""
    found = _LINE.search(instructions)
    if found is None:
        return None
    told, offset, zone = found.groups()
    return datetime.fromisoformat(told + offset).astimezone(ZoneInfo(zone))
