"""Who sends what in a search, and what may go wrong; smallest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.protocol.faults import client_steps, copy_steps, delete_steps, lease_steps
from tests.protocol.model import Model, Scenario, Step
from tests.protocol.owner import owner_steps
from tests.protocol.requests import request_steps
from tests.protocol.search import Found, explore
from tests.protocol.states import Budget, State, Work

TASK: Sequence[Work] = ("task",)
TWO: Mapping[str, tuple[int, Sequence[Work]]] = {"A": (0, TASK), "B": (0, ())}
"""Two messages to one conversation: one that does something, one that does not."""
ONE: Mapping[str, tuple[int, Sequence[Work]]] = {"A": (0, TASK)}
ONE_LONG: Mapping[str, tuple[int, Sequence[Work]]] = {"A": (0, ("task", "task"))}

SCENARIOS: Mapping[str, Scenario] = {
    "two keys; two model failures": Scenario(TWO, "AB", Budget(fail=2)),
    "one key; two failures, pause, cancel, continue": Scenario(
        ONE_LONG, "A", Budget(fail=2, pause=1, cancel=1), tries=3
    ),
    "one key twice; failure, lost answer, continue": Scenario(ONE, "AA", Budget(fail=1, lost=1)),
    "poison: five crashes": Scenario(ONE, "A", Budget(crash=5, term=1)),
    "three messages queue in one conversation": Scenario(
        {"A": (0, ()), "B": (0, ()), "D": (0, ())}, "ABD", Budget(leave=1), tries=1
    ),
    "two conversations; crash, lost answer": Scenario(
        {"A": (0, TASK), "B": (1, ())}, "AB", Budget(crash=1, lost=1), conversations=2
    ),
    "two keys; delete, pause, lost answer": Scenario(TWO, "AB", Budget(pause=1, delete=1, lost=1)),
    "two keys; model failure, crash, continue": Scenario(
        TWO, "AB", Budget(crash=1, fail=1), tries=3
    ),
    "two keys, one conversation; crash, pause": Scenario(TWO, "AB", Budget(crash=1, pause=1)),
    "one key; two crashes, pause, two lost answers, cancel": Scenario(
        ONE_LONG, "A", Budget(crash=2, pause=1, lost=2, cancel=1), tries=3
    ),
    "two keys; hand-over, crash": Scenario(TWO, "AB", Budget(crash=1, term=1)),
    "one key twice; crash, pause, lost answer": Scenario(
        ONE, "AA", Budget(crash=1, pause=1, lost=1)
    ),
    "call on another server; crash, pause, cancel": Scenario(
        {"A": (0, ("elsewhere", "task"))}, "AA", Budget(crash=1, pause=1, cancel=1)
    ),
    "two calls in one answer; model failure, crash, pause, lost answer": Scenario(
        {"A": (0, ("elsewhere", "elsewhere"))}, "A", Budget(fail=1, crash=1, pause=1, lost=1), 3
    ),
    "two keys; client leaves, cancel, crash": Scenario(
        TWO, "AB", Budget(crash=1, leave=1, cancel=1)
    ),
}


class Turns(Model):
    """The model with all that can happen in it."""

    def next_steps(self, state: State) -> Iterator[Step]:
        """From everyone who takes part."""
        yield from owner_steps(self, state)
        yield from request_steps(self, state)
        yield from client_steps(self, state)
        yield from copy_steps(self, state)
        yield from lease_steps(self, state)
        yield from delete_steps(self, state)


def search(name: str, without: str | None = None) -> Found:
    """Go through a scenario, perhaps without a guard."""
    off = frozenset[str]() if without is None else frozenset({without})
    return explore(Turns(SCENARIOS[name], off))
