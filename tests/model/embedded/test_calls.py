"""What takes an act back says exactly how things were."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from taskchat.model.embedded.acting.calls import call_back
from taskchat.model.embedded.conversation.history import Effect, SeenTask

NOW = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("hour_utc", "due_at"), [(0, "2026-10-25T02:30"), (1, "2026-10-25T02:30+01:00")]
)
def test_a_due_date_that_is_put_back_keeps_which_of_two_hours_it_was(
    hour_utc: int, due_at: str
) -> None:
    was = SeenTask(7, "Wind the clock", due_at=datetime(2026, 10, 25, hour_utc, 30, tzinfo=UTC))

    call = call_back(Effect(7, "updated", "Wind the clock"), was, NOW)

    assert call is not None
    assert call.arguments["due_at"] == due_at
