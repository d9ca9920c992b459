"""What the people of a run saw, and what the tables hold after it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Outcome = Literal["completed", "failed", "cancelled", "deleted", "unanswered"]


class Asked(NamedTuple):
    """One time that a copy asked the model."""

    turn: str
    epoch: int
    idx: int
    """The number that the answer's step would get."""


@dataclass
class Sent:
    """One message of one person, over all the requests that it took."""

    person: str
    key: str
    text: str
    surface: str
    streamed: bool = False
    doomed: bool = False
    """Its conversation is deleted meanwhile."""
    conversation: str = ""
    """The UUID, once a server has told it; empty before."""
    turn: str = ""
    """The UUID, once a server has told it: from then on it is accepted."""
    outcome: Outcome = "unanswered"
    bodies: list[str] = field(default_factory=list[str])
    """Of each 200 for its key that was no stream; they must be equal."""
    reply: str | None = None
    """The words that the client shows at the end."""
    told: str | None = None
    """Of a stream: the content of the message at its end."""
    events: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Of a stream: the numbers and names, in the order they came."""
    tries: list[tuple[float, int, int | str]] = field(
        default_factory=list[tuple[float, int, int | str]]
    )
    """When, which copy was asked, and what it answered: a status, or the kind of the failure."""
    faults: list[str] = field(default_factory=list[str])
    """What no server may do, and one did."""

    def tried(self, copy: int, answer: int | str) -> None:
        """Note an answer, or its failure."""
        self.tries.append((round(time.time(), 2), copy, answer))

    @property
    def accepted(self) -> bool:
        """Whether a server said so."""
        return bool(self.turn)


@dataclass(frozen=True)
class Tables:
    """Rows by table, each in the order of its key."""

    turns: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    turn_events: list[dict[str, Any]]


@dataclass
class Run:
    """All of it."""

    sent: list[Sent] = field(default_factory=list[Sent])
    read: list[tuple[str, int, list[str]]] = field(default_factory=list[tuple[str, int, list[str]]])
    """Conversation, copy, and the messages' UUIDs in the order that copy gave them."""
    stuck: int = 0
    """Turns that still ran a minute after the last fault."""
    deleted: list[str] = field(default_factory=list[str])
    """Conversations that a server said it has deleted."""
    erased: list[str] = field(default_factory=list[str])
    """People, by their ids, of whom a server said that all is deleted, or knew no more."""
    people: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Issuer and id of whoever is in the tables at the end."""
    asked: list[Asked] = field(default_factory=list[Asked])
    """What the model was asked for, in the order of each copy."""
    clock_is_steady: bool = True
    """Whether the times in the tables are those of one clock that nobody has set."""
    crashed: list[str] = field(default_factory=list[str])
    """What the copies logged of errors that nothing of ours expects."""
    model_refused: list[str] = field(default_factory=list[str])
    """Why the model's server refused what it was given, each time."""
    mailed: list[str] = field(default_factory=list[str])
    """What the further tool server has really sent, in order."""
    owners_were_hurt: bool = True
    """Whether a fault could make a copy lose its turns."""
