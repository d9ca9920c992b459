"""The protocol as a machine: from a state, all that can happen next, and what must never be so.

Atomic is one database transaction. Open is two actions, `look` (its snapshot) and `write` (under the
row lock, unique indexes seen at once): the weakest reading of one READ COMMITTED statement. Time is
abstract: a lease may run out whenever its owner is not renewing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.protocol.states import (
    FINAL,
    Budget,
    Client,
    Conversation,
    Job,
    Message,
    State,
    Status,
    Turn,
    Work,
    put,
)

MOST_TAKEOVERS = 3
COPIES = (0, 1)
Step = tuple[str, State]


class ViolationError(Exception):
    """A promise that does not hold."""


@dataclass(frozen=True)
class Scenario:
    """Who sends what, and how much may go wrong."""

    keys: Mapping[str, tuple[int, Sequence[Work]]]
    """Each key's conversation, and what its turn does."""
    clients: str
    """The key that each client sends."""
    budget: Budget = field(default_factory=Budget)
    tries: int = 2
    conversations: int = 1


class Model:
    """One scenario with some guards off."""

    def __init__(self, scenario: Scenario, off: frozenset[str] = frozenset()) -> None:
        self.scenario = scenario
        self._off = off

    def has(self, guard: str) -> bool:
        """Whether that guard is on."""
        return guard not in self._off

    def work(self, turn: Turn) -> Sequence[Work]:
        """What a turn does."""
        return self.scenario.keys[turn.key][1]

    def start(self) -> State:
        """Nothing has happened."""
        number = self.scenario.conversations
        return State(
            turns=(),
            conversations=(Conversation(),) * number,
            messages=((),) * number,
            tickets=((),) * number,
            copies=("up", "up"),
            jobs=(),
            requests=(),
            clients=(Client("new", self.scenario.tries),) * len(self.scenario.clients),
            budget=self.scenario.budget,
        )

    # ---- what several transitions are made of ----

    def is_fenced_in(self, turn: Turn, job: Job, guard: str) -> bool:
        """Whether the database lets that job write."""
        is_running = turn.status == "running" or not self.has("cancel_fence")
        return is_running and (turn.epoch == job.epoch or not self.has(guard))

    @staticmethod
    def check_owner(turn: Turn, job: Job) -> None:
        """Nobody may write who has lost the turn.

        Raises:
            ViolationError: the database has just let somebody.
        """
        if job.owner != turn.owner or turn.status != "running":
            message = "write by an owner that had lost the turn"
            raise ViolationError(message)

    @staticmethod
    def end(state: State, number: int, turn: Turn, status: Status) -> State:
        """Status, reply and counter at once; the partial reply of an earlier attempt is replaced.

        Raises:
            ViolationError: it had ended for good.
        """
        if turn.status in FINAL:
            message = "an ended turn changed its end"
            raise ViolationError(message)
        ended = state.with_turn(number, turn._replace(status=status))
        if status != "completed" and not turn.steps:
            return ended
        place, seq = turn.conversation, turn.user_seq + 1
        messages = state.messages[place]
        if turn.attempt > 1:
            messages = tuple(m for m in messages if (m.turn, m.role) != (number, "assistant"))
        reply = Message(seq, "assistant", number, status)
        conversation = state.conversations[place]
        counted = conversation._replace(last_seq=max(conversation.last_seq, seq))
        return ended._replace(
            messages=put(state.messages, place, (*messages, reply)),
            conversations=put(state.conversations, place, counted),
        )

    # ---- what must never be so ----

    def check(self, state: State) -> None:
        """Look at one state.

        Raises:
            ViolationError: which promise is broken.
        """
        for fault in (*self._turn_faults(state), *_conversation_faults(state)):
            raise ViolationError(fault)

    def _turn_faults(self, state: State) -> Iterator[str]:
        if len({turn.key for turn in state.turns}) < len(state.turns):
            yield "one key, two turns"
        for turn in state.turns:
            work, is_running = self.work(turn), turn.status == "running"
            for step, kind in enumerate(work):
                times = turn.effects[step] if step < len(turn.effects) else 0
                mark = turn.steps[step] if step < len(turn.steps) else None
                if times > 1:
                    yield "an effect happened twice"
                if mark == "done" and times != 1 and not is_running:
                    yield "a step says done, its effect is missing"
                if kind == "task" and mark is None and times and not is_running:
                    yield "an effect without its step"
            if len(turn.steps) > len(work):
                yield "a step was stored twice"
            if turn.status in FINAL and "begun" in turn.steps:
                yield "an ended turn has a call without result"

    @staticmethod
    def is_settled(state: State) -> bool:
        """Whether all turns have ended and all requests are answered."""
        return (
            all(turn.status != "running" for turn in state.turns)
            and not state.requests
            and not any(state.tickets)
            and all(client.at == "done" or not client.tries for client in state.clients)
        )


def _conversation_faults(state: State) -> Iterator[str]:
    for place, messages in enumerate(state.messages):
        running = [
            turn for turn in state.turns if turn.conversation == place and turn.status == "running"
        ]
        if len(running) > 1:
            yield "two running turns in one conversation"
        if sorted(m.seq for m in messages) != list(range(1, len(messages) + 1)):
            yield "seq is not 1..n"
        for m in messages:
            if m.seq != state.turns[m.turn].user_seq + (m.role == "assistant"):
                yield "a reply does not stand after its question"
