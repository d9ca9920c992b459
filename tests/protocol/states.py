"""One state of the model: the database, two copies of the server, and their clients.

Everything is a tuple, so that a state can be looked up; a change makes another state.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")

Status = Literal["running", "completed", "failed", "given up", "cancelled"]
"""`failed` may be continued, `given up` is failed for good."""
FINAL = frozenset[str]({"completed", "given up", "cancelled"})
Outcome = Status | Literal["not found", "busy"]
Lease = Literal["held", "over", "offered"]
Work = Literal["task", "elsewhere"]
"""What a turn does: a task of ours, or a call on another server."""
StepMark = Literal["done", "begun", "in doubt"]


class Turn(NamedTuple):
    """A row of `turns` with its steps."""

    key: str
    conversation: int
    user_seq: int
    status: Status = "running"
    epoch: int = 1
    lease: Lease = "held"
    attempt: int = 1
    takeovers: int = 0
    steps: tuple[StepMark, ...] = ()
    effects: tuple[int, ...] = ()
    """How often each thing has really been done, which no server can see."""
    owner: int = 0
    """Raised by every change of owner, whatever the guards do; no server can see it either."""

    def doubted(self) -> Turn:
        """The same for another owner: calls begun by the last one may or may not have been made."""
        if "begun" not in self.steps:
            return self
        steps = tuple("in doubt" if mark == "begun" else mark for mark in self.steps)
        return self._replace(steps=steps)

    def marked(self, step: int, mark: StepMark) -> Turn:
        """The same with that step as it now stands."""
        return self._replace(steps=(*self.steps[:step], mark, *self.steps[step + 1 :]))

    def done(self, step: int) -> Turn:
        """The same after this thing was done once more."""
        effects = self.effects + (0,) * (step + 1 - len(self.effects))
        return self._replace(effects=put(effects, step, effects[step] + 1))


class Message(NamedTuple):
    """A row of `messages`; the question of a turn has no outcome."""

    seq: int
    role: Literal["user", "assistant"]
    turn: int
    outcome: Status | None = None


class Conversation(NamedTuple):
    """A row of `conversations`."""

    last_seq: int = 0
    is_deleted: bool = False


class Job(NamedTuple):
    """A turn's job in a copy: what that copy believes."""

    copy: int
    turn: int
    epoch: int
    at: str
    """`go`, or where it stands between two writes that belong together."""
    step: int
    history: int
    """How many earlier messages the model was given."""
    owner: int


class Seen(NamedTuple):
    """What an open saw in its snapshot."""

    turn: int
    """That of its key; -1 where there is none, -2 where the key is reserved."""
    status: str
    epoch: int
    is_busy: bool
    last_seq: int
    messages: int


class Request(NamedTuple):
    """A request that a copy works on."""

    client: int
    """-1: it has left."""
    copy: int
    key: str
    at: Literal["look", "write", "queue", "listen", "anew"] = "look"
    seen: Seen | None = None
    turn: int = -1
    """The one it listens to."""

    def from_the_start(self) -> Request:
        """The same, about to look again; one whose client has left is about to end."""
        return Request(self.client, self.copy, self.key if self.client >= 0 else "")

    def left(self) -> Request:
        """The same after its client has gone."""
        return self._replace(client=-1, key="" if self.at == "look" else self.key)

    def waits(self) -> Request:
        """The same with a ticket."""
        return Request(self.client, self.copy, self.key, "queue")

    def listens(self, turn: int) -> Request:
        """The same, waiting for the end of a turn."""
        return Request(self.client, self.copy, self.key, "listen", turn=turn)


class Ticket(NamedTuple):
    """A row of `waiters`."""

    client: int
    copy: int


class Client(NamedTuple):
    """Who sends a message until it is answered."""

    at: Literal["new", "waits", "again", "done"]
    tries: int
    answer: tuple[int, str] | None = None
    """The final answer it was given: of which turn, and which end."""


class Budget(NamedTuple):
    """How often each thing may still go wrong."""

    crash: int = 0
    pause: int = 0
    lost: int = 0
    """Commits whose answer does not arrive."""
    fail: int = 0
    cancel: int = 0
    leave: int = 0
    delete: int = 0
    term: int = 0
    """Hand-overs."""


class State(NamedTuple):
    """All of it."""

    turns: tuple[Turn, ...]
    conversations: tuple[Conversation, ...]
    messages: tuple[tuple[Message, ...], ...]
    """Of each conversation."""
    tickets: tuple[tuple[Ticket, ...], ...]
    copies: tuple[Literal["up", "paused", "down"], ...]
    jobs: tuple[Job, ...]
    requests: tuple[Request, ...]
    clients: tuple[Client, ...]
    budget: Budget
    reserved: tuple[str, ...] = ()
    """Keys that were stored before their turn, where that guard is off."""

    def spending(self, *, lost: int = 0) -> State:
        """The same with less that may still go wrong."""
        return self._replace(budget=self.budget._replace(lost=self.budget.lost - lost))

    def with_turn(self, number: int, turn: Turn) -> State:
        """The same with that turn changed."""
        return self._replace(turns=put(self.turns, number, turn))

    def with_job(self, old: Job | None, *new: Job) -> State:
        """The same with other jobs in place of one."""
        kept = (job for job in self.jobs if job != old)
        return self._replace(jobs=tuple(sorted((*kept, *new))))

    def with_request(self, old: Request, *new: Request) -> State:
        """The same with other requests in place of one."""
        kept = (request for request in self.requests if request != old)
        return self._replace(requests=ordered((*kept, *new)))

    def is_running(self, conversation: int) -> bool:
        """Whether a turn runs there."""
        return any(
            turn.conversation == conversation and turn.status == "running" for turn in self.turns
        )


def ordered(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """Requests in an order of their own: states that differ in it only are one."""
    return tuple(sorted(requests, key=lambda each: (*each[:4], each.seen or (), each.turn)))


def put(items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    """The same with another item at that place."""
    return (*items[:place], item, *items[place + 1 :])
