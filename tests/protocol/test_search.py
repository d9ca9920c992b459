"""The protocol holds in the model, and each guard is needed: `docs/turn-protocol.md`, section 7.

The whole search (`python -m tests.protocol`) takes minutes. Here are its smaller scenarios, every
fault of the others alone, and for each guard the smallest scenario that finds it missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.protocol.guards import GUARDS
from tests.protocol.model import Scenario
from tests.protocol.scenarios import ONE, SCENARIOS, TWO, Turns
from tests.protocol.search import explore
from tests.protocol.states import Budget

SMALL = list(SCENARIOS)[:5]
FAILURES = SCENARIOS["two keys; two model failures"]
CONTINUED = SCENARIOS["one key; two failures, pause, cancel, continue"]
LOST = SCENARIOS["one key twice; failure, lost answer, continue"]
QUEUE = SCENARIOS["three messages queue in one conversation"]
CRASH = Scenario(TWO, "AB", Budget(crash=1))
DELETE = Scenario(TWO, "AB", Budget(pause=1, delete=1))
ELSEWHERE = Scenario({"A": (0, ("elsewhere",))}, "A", Budget(crash=1))
PAUSED_ELSEWHERE = replace(ELSEWHERE, budget=Budget(pause=1))
CANCELLED_ELSEWHERE = replace(ELSEWHERE, budget=Budget(cancel=1))
HAND_OVER = Scenario(ONE, "A", Budget(term=1))

NOT_THE_OWNER = "write by an owner that had lost the turn"
TWICE = "an effect happened twice"
NO_RESULT = "an ended turn has a call without result"
STUCK = "stuck: nothing can end it"
DISORDER = "seq is not 1..n"
NO_FAULT = "a turn was taken over though nothing had failed"
FOUND: dict[str, tuple[Scenario, str]] = {
    "act_epoch": (CONTINUED, NOT_THE_OWNER),
    "act_same_stmt": (CONTINUED, NOT_THE_OWNER),
    "close_epoch": (CONTINUED, NOT_THE_OWNER),
    "close_same_stmt": (CONTINUED, NOT_THE_OWNER),
    "effect_with_step": (CONTINUED, "an effect without its step"),
    "step_first": (CONTINUED, "a step says done, its effect is missing"),
    "step_unique": (LOST, TWICE),
    "running_unique": (FAILURES, "two running turns in one conversation"),
    "key_unique": (LOST, "one key, two turns"),
    "key_same_tx": (FAILURES, STUCK),
    "seq_lock": (FAILURES, DISORDER),
    "history_check": (FAILURES, "the model was given a history with a hole"),
    "takeover_epoch": (CONTINUED, NOT_THE_OWNER),
    "takeover_atomic": (CONTINUED, NOT_THE_OWNER),
    "cancel_fence": (CONTINUED, NOT_THE_OWNER),
    "db_clock": (FAILURES, NO_FAULT),
    "db_clock_slow": (CRASH, STUCK),
    "close_one_tx": (CONTINUED, DISORDER),
    "continue_last": (FAILURES, DISORDER),
    "continue_epoch": (LOST, NOT_THE_OWNER),
    "continue_rows": (FAILURES, DISORDER),
    "open_uid": (LOST, "one key, two turns"),
    "ticket_expiry": (CRASH, STUCK),
    "ticket_order": (QUEUE, "a message overtook an older one that waits"),
    "delete_ends": (DELETE, NO_FAULT),
    "begin_first": (ELSEWHERE, TWICE),
    "result_epoch": (PAUSED_ELSEWHERE, NOT_THE_OWNER),
    "takeover_doubts": (ELSEWHERE, NO_RESULT),
    "cancel_doubts": (CANCELLED_ELSEWHERE, NO_RESULT),
    "recover": (CRASH, STUCK),
    "offer_free": (HAND_OVER, NO_FAULT),
}


def _one_fault_each() -> Iterator[Scenario]:
    """The larger scenarios, each of their faults alone."""
    for name in list(SCENARIOS)[len(SMALL) :]:
        scenario = SCENARIOS[name]
        for fault, times in scenario.budget._asdict().items():
            if times:
                yield replace(scenario, budget=Budget(**{fault: 1}), tries=min(scenario.tries, 2))


@pytest.mark.parametrize("name", SMALL)
def test_no_order_of_events_breaks_a_promise(name: str) -> None:
    found = explore(Turns(SCENARIOS[name]))

    assert found.violation is None, found.history
    assert found.states > 2000


def test_no_fault_alone_breaks_a_promise_in_any_scenario() -> None:
    scenarios: list[Scenario] = []
    for scenario in _one_fault_each():
        if scenario not in scenarios:
            scenarios.append(scenario)

    for scenario in scenarios:
        found = explore(Turns(scenario))
        assert found.violation is None, (scenario, found.history)
    assert len(scenarios) == 24


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_some_order_of_events_breaks_one(guard: str) -> None:
    scenario, violation = FOUND[guard]

    found = explore(Turns(scenario, frozenset({guard})))

    assert found.violation == violation
    assert found.history
