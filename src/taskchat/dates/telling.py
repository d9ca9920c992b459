"""Tells a due date to those who cannot reckon with zones: language models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from taskchat.dates.due import Due


def tell_local(due: Due, zone: tzinfo) -> str:
    """The weekday, day and time there: "Friday 2026-11-27 17:00"; all day without the time.

    `read_due_words` reads it back, to the minute.
    """
    local = due.at.astimezone(zone)
    return f"{local:%A %Y-%m-%d}" if due.all_day else f"{local:%A %Y-%m-%d %H:%M}"
