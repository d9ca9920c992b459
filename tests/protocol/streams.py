"""The events of one streamed turn as a machine of its own: stored, then shown, then read anywhere.

Two copies, one of which owns the turn; a listener reads one event after the other, each time at any
copy. What it has seen under a number must be what everybody sees there, and the words that it has
added up must in the end be the reply. Event 1 and the last end are no rows, so rows begin at 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tests.protocol.model import COPIES, ViolationError
from tests.protocol.states import put

STREAM_GUARDS = {
    "store_first": "an event is stored before it is shown",
    "fence": "the epoch in the WHERE of tell",
    "resume_first": "a new owner tells first what still stands",
    "keep_end": "continue stores the end that was told",
}
WORDS = 2
"""How many an answer has."""
END = "end"
RESUMED = "resumed"


class Owner(NamedTuple):
    """A copy that believes the turn to be its own."""

    copy: int
    epoch: int
    first: int
    """How many events there were when it began; those it knows from the rows only."""
    told: tuple[str, ...] = ()
    """What it has shown since."""
    said: int = 0
    pending: str = ""
    """An event between its two halves, storing and showing."""


class Stream(NamedTuple):
    """The turn's row and events, its owners, and what the listener has seen."""

    rows: tuple[str, ...] = ()
    status: Literal["running", "completed", "failed"] = "running"
    epoch: int = 1
    owners: tuple[Owner, ...] = (Owner(0, 1, 0),)
    copies: tuple[Literal["up", "paused", "down"], ...] = ("up", "up")
    seen: tuple[str, ...] = ()
    crash: int = 0
    pause: int = 0
    fail: int = 0

    def with_owner(self, old: Owner, *new: Owner) -> Stream:
        """The same with another one in its place."""
        kept = tuple(owner for owner in self.owners if owner != old)
        return self._replace(owners=tuple(sorted((*kept, *new))))

    @property
    def end(self) -> str:
        """The end of the attempt that is over, as it is told."""
        return f"{END} of {self.epoch}"


Happening = tuple[str, Stream]


@dataclass(frozen=True)
class Streams:
    """So many faults, with some guards off."""

    crash: int = 1
    pause: int = 1
    fail: int = 1
    off: frozenset[str] = frozenset()

    def start(self) -> Stream:
        """The turn was opened by the first copy."""
        return Stream(crash=self.crash, pause=self.pause, fail=self.fail)

    def next_steps(self, stream: Stream) -> Iterator[Happening]:
        """All that can happen next."""
        for owner in stream.owners:
            if stream.copies[owner.copy] == "up":
                yield from self._tell(stream, owner)
        for copy in COPIES:
            yield from _copy(stream, copy)
            if stream.copies[copy] == "up":
                yield from self._take(stream, copy)
                yield from _read(stream, copy)

    def _tell(self, stream: Stream, owner: Owner) -> Iterator[Happening]:
        """Store an event and show it; when all is said, close."""
        is_fenced_in = (stream.status, stream.epoch) == ("running", owner.epoch)
        if owner.pending:
            yield self._second_half(stream, owner, is_fenced_in=is_fenced_in)
            return
        if not is_fenced_in and "fence" not in self.off:
            yield f"{owner.copy} is fenced off", stream.with_owner(owner)
            return
        must_resume = owner.epoch > 1 and not owner.told and "resume_first" not in self.off
        if owner.said == WORDS or (stream.fail and owner.told):
            if not is_fenced_in:
                yield f"{owner.copy} cannot close", stream.with_owner(owner)
            elif owner.said == WORDS:
                yield f"{owner.copy} closes", stream._replace(status="completed").with_owner(owner)
            else:
                failed = stream._replace(status="failed", fail=stream.fail - 1)
                yield f"{owner.copy} fails", failed.with_owner(owner)
        if owner.said == WORDS:
            return
        event = RESUMED if must_resume else "word"
        half = owner._replace(
            pending=f"{event} {owner.said} of {owner.epoch}", said=owner.said + (not must_resume)
        )
        if "store_first" in self.off:
            shown = half._replace(told=(*half.told, half.pending))
            yield f"{owner.copy} shows {half.pending}", stream.with_owner(owner, shown)
        elif len(stream.rows) == owner.first + len(owner.told):
            _check_owner(is_fenced_in=is_fenced_in)
            stored = stream._replace(rows=(*stream.rows, half.pending))
            yield f"{owner.copy} stores {half.pending}", stored.with_owner(owner, half)
        else:
            yield f"{owner.copy} finds its number taken", stream.with_owner(owner)

    def _second_half(self, stream: Stream, owner: Owner, *, is_fenced_in: bool) -> Happening:
        done = owner._replace(pending="")
        if "store_first" not in self.off:
            shown = done._replace(told=(*done.told, owner.pending))
            return f"{owner.copy} shows {owner.pending}", stream.with_owner(owner, shown)
        if not is_fenced_in:
            return f"{owner.copy} is fenced off", stream.with_owner(owner)
        stored = stream._replace(rows=(*stream.rows, owner.pending))
        return f"{owner.copy} stores {owner.pending}", stored.with_owner(owner, done)

    def _take(self, stream: Stream, copy: int) -> Iterator[Happening]:
        """Take over from a silent owner, or continue what failed."""
        rows, label = stream.rows, f"{copy} takes over"
        if stream.status == "failed":
            label = f"{copy} continues"
            if "keep_end" not in self.off:
                rows = (*rows, stream.end)
        elif stream.status == "completed" or any(
            owner.epoch == stream.epoch and stream.copies[owner.copy] == "up"
            for owner in stream.owners
        ):
            return
        taken = stream._replace(rows=rows, status="running", epoch=stream.epoch + 1)
        owner = Owner(copy, taken.epoch, len(rows))
        yield label, taken._replace(owners=tuple(sorted((*taken.owners, owner))))

    def check(self, stream: Stream) -> None:
        """Look at one state.

        Raises:
            ViolationError: the listener has lost or doubled something.
        """
        for mine, everybodys in zip(stream.seen, stream.rows, strict=False):
            if mine != everybodys:
                message = "an event was lost or doubled"
                raise ViolationError(message)
        if stream.status == "completed" and _text(stream.rows) != [
            f"word {number} of {stream.epoch}" for number in range(WORDS)
        ]:
            message = "the words do not add up to the reply"
            raise ViolationError(message)

    @staticmethod
    def is_settled(stream: Stream) -> bool:
        """Whether the turn has ended and the listener knows all of it."""
        return stream.status == "completed" and stream.seen == (*stream.rows, stream.end)


def _check_owner(*, is_fenced_in: bool) -> None:
    if not is_fenced_in:
        message = "write by an owner that had lost the turn"
        raise ViolationError(message)


def _copy(stream: Stream, copy: int) -> Iterator[Happening]:
    at = stream.copies[copy]
    if at == "up" and stream.crash:
        down = stream._replace(copies=put(stream.copies, copy, "down"), crash=stream.crash - 1)
        owners = tuple(owner for owner in stream.owners if owner.copy != copy)
        yield f"crash {copy}", down._replace(owners=owners)
    if at == "up" and stream.pause:
        paused = stream._replace(copies=put(stream.copies, copy, "paused"))
        yield f"pause {copy}", paused._replace(pause=stream.pause - 1)
    if at != "up":
        yield f"{copy} is back", stream._replace(copies=put(stream.copies, copy, "up"))


def _read(stream: Stream, copy: int) -> Iterator[Happening]:
    """The listener asks that copy for the next event."""
    number = len(stream.seen)
    here = [owner for owner in stream.owners if owner.copy == copy]
    told = stream.rows if stream.status == "running" else (*stream.rows, stream.end)
    for owner in here:
        if number >= owner.first:
            told = (*stream.rows[: owner.first], *owner.told)
    if number < len(told):
        yield f"the listener reads at {copy}", stream._replace(seen=(*stream.seen, told[number]))


def _text(rows: tuple[str, ...]) -> list[str]:
    words: list[str] = []
    for row in rows:
        if row.startswith(RESUMED):
            words = []
        elif row.startswith("word"):
            words.append(row)
    return words
