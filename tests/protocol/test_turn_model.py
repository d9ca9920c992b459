"""The protocol holds in the model, and each guard is needed: `docs/turn-protocol.md`.

The whole search (`python -m tests.protocol.turn_model`) takes minutes; here are its smaller scenarios,
and for each guard the scenario that finds it missing soonest.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.turn_model import AB, GUARDS, SCENARIOS, Model, explore

FAILURES = "two keys; two model failures"
CONTINUED = "one key; two failures, pause, cancel, continue"
LOST = "one key twice; failure, lost answer, continue"
FOUND_BY = {
    **dict.fromkeys(
        (
            "act_epoch",
            "act_same_stmt",
            "close_epoch",
            "close_same_stmt",
            "effect_with_step",
            "step_first",
            "takeover_epoch",
            "takeover_atomic",
            "cancel_fence",
            "close_one_tx",
        ),
        CONTINUED,
    ),
    **dict.fromkeys(
        (
            "running_unique",
            "key_same_tx",
            "seq_lock",
            "history_check",
            "db_clock",
            "continue_last",
            "continue_rows",
        ),
        FAILURES,
    ),
    **dict.fromkeys(
        ("step_unique", "key_unique", "db_clock_slow", "continue_epoch", "open_uid", "recover"),
        LOST,
    ),
    "ticket_expiry": "two keys; crash",
    "ticket_order": "three messages queue in one conversation",
    "delete_ends": "two keys; delete, pause, lost answer",
    "begin_first": "call on another server; crash, pause, cancel",
    "offer_free": "poison: five crashes",
}
SMALLER: dict[str, dict[str, Any]] = {
    "two keys; crash": {"keys": AB, "clients": "AB", "crash": 1, "tries": 2}
}
QUICK = (FAILURES, CONTINUED, LOST, "poison: five crashes")


@pytest.mark.parametrize("name", QUICK)
def test_no_order_of_events_breaks_a_promise(name: str) -> None:
    states, _, violation, history = explore(Model(**SCENARIOS[name]))

    assert violation is None, history
    assert states > 1000


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_some_order_of_events_does(guard: str) -> None:
    _, _, violation, history = explore(Model(off={guard}, **(SCENARIOS | SMALLER)[FOUND_BY[guard]]))

    assert violation not in (None, "LIMIT")
    assert history
