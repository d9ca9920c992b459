"""What the words of a date tell: a day, a time on it, or a part of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from typing import Literal

Part = Literal["morning", "noon", "lunchtime", "afternoon", "evening", "night", "day"]


@dataclass(frozen=True, slots=True)
class Told:
    """What one span of words tells; what it leaves open is None."""

    day: date | None = None
    again: date | None = None
    """The day that a name means tomorrow, where `day` is today: "this friday" at nine, said at noon."""
    at: time | None = None
    is_open_hour: bool = False
    """An hour that may be morning or evening ("at 7") until the part of the day is known."""
    ends_day: bool = False
    """It is the midnight at which the day ends."""
    part: Part | None = None
    """ "day" names no hour: some time of it."""


def at_moment(moment: datetime, now: datetime) -> Told:
    """The local day and time of a moment, to the minute; its offset is kept where it is needed."""
    local = moment.astimezone(now.tzinfo)
    offset = second_offset(local)
    return Told(day=local.date(), at=time(local.hour, local.minute, tzinfo=offset))


def second_offset(local: datetime) -> timezone | None:
    """The clock of a local time that comes twice and is the second of the two, else None."""
    offset = local.utcoffset()
    return timezone(offset) if local.fold and offset is not None else None
