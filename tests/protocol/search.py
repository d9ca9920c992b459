"""Goes through every state that can be reached, breadth first, so that a fault's history is short."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.protocol.faults import client_steps, copy_steps, delete_steps, lease_steps
from tests.protocol.model import Model, Step, ViolationError
from tests.protocol.owner import owner_steps
from tests.protocol.requests import request_steps
from tests.protocol.states import State


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


def next_steps(model: Model, state: State) -> Iterator[Step]:
    """All that can happen next."""
    yield from owner_steps(model, state)
    yield from request_steps(model, state)
    yield from client_steps(model, state)
    yield from copy_steps(model, state)
    yield from lease_steps(model, state)
    yield from delete_steps(model, state)


def explore(model: Model, *, within_s: float = 3600) -> Found:
    """Look at every state, and whether each can still come to a good end, faults included or not.

    Raises:
        SearchTooLongError: it took longer.
    """
    give_up = time.monotonic() + within_s
    first = model.start()
    came_from: dict[State, tuple[State, str] | None] = {first: None}
    befores: dict[State, list[State]] = {first: []}
    todo = deque([first])
    transitions = 0
    while todo:
        state = todo.popleft()
        try:
            model.check(state)
            steps = list(next_steps(model, state))
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
    for state in _stuck(model, befores):
        history = _history(came_from, state)
        return Found(len(came_from), transitions, "stuck: nothing can end it", history)
    return Found(len(came_from), transitions)


def _stuck(model: Model, befores: dict[State, list[State]]) -> Iterator[State]:
    """The states from which no way leads to one where everything is settled."""
    reached = [state for state in befores if model.is_settled(state)]
    can_end = set(reached)
    while reached:
        for before in befores[reached.pop()]:
            if before not in can_end:
                can_end.add(before)
                reached.append(before)
    return (state for state in befores if state not in can_end)


def _history(came_from: dict[State, tuple[State, str] | None], state: State) -> Sequence[str]:
    steps: list[str] = []
    while (arrived := came_from[state]) is not None:
        state, label = arrived
        steps.append(label)
    return steps[::-1]
