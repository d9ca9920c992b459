"""Goes through every state that can be reached, breadth first, so that a fault's history is short."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tests.protocol.model import ViolationError

S = TypeVar("S")


class Machine(Protocol[S]):
    """What can be searched; states are values that can be looked up."""

    def start(self) -> S:
        """The first state."""
        ...

    def next_steps(self, state: S, /) -> Iterator[tuple[str, S]]:
        """All that can happen next.

        Raises:
            ViolationError: something just happened that must not.
        """
        ...

    def check(self, state: S, /) -> None:
        """Look at one state.

        Raises:
            ViolationError: which promise is broken.
        """
        ...

    def is_settled(self, state: S, /) -> bool:
        """Whether it is a good end."""
        ...


class SearchTooLongError(Exception):
    """There are more states than there is time for."""


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    states: int
    transitions: int
    violation: str | None = None
    history: Sequence[str] = ()
    """The shortest way to the violation."""


def explore(machine: Machine[S], *, within_s: float = 3600) -> Found:
    """Look at every state, and whether each can still come to a good end, faults included or not.

    Raises:
        SearchTooLongError: it took longer.
    """
    give_up = time.monotonic() + within_s
    first = machine.start()
    came_from: dict[S, tuple[S, str] | None] = {first: None}
    befores: dict[S, list[S]] = {first: []}
    todo = deque([first])
    transitions = 0
    while todo:
        state = todo.popleft()
        try:
            machine.check(state)
            steps = list(machine.next_steps(state))
        except ViolationError as violation:
            history = _history(came_from, state)
            return Found(len(came_from), transitions, str(violation), history)
        for label, following in steps:
            transitions += 1
            if following not in came_from:
                came_from[following] = (state, label)
                befores[following] = []
                todo.append(following)
            befores[following].append(state)
        if time.monotonic() > give_up:
            raise SearchTooLongError
    for state in _stuck(machine, befores):
        history = _history(came_from, state)
        return Found(len(came_from), transitions, "stuck: nothing can end it", history)
    return Found(len(came_from), transitions)


def _stuck(machine: Machine[S], befores: dict[S, list[S]]) -> Iterator[S]:
    """The states from which no way leads to one where everything is settled."""
    reached = [state for state in befores if machine.is_settled(state)]
    can_end = set(reached)
    while reached:
        for before in befores[reached.pop()]:
            if before not in can_end:
                can_end.add(before)
                reached.append(before)
    return (state for state in befores if state not in can_end)


def _history(came_from: dict[S, tuple[S, str] | None], state: S) -> Sequence[str]:
    steps: list[str] = []
    while (arrived := came_from[state]) is not None:
        state, label = arrived
        steps.append(label)
    return steps[::-1]
