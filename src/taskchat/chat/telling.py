"""How the owner of a streamed turn tells of it: gather for a beat, store, and only then show.

No listener, not even in this process, gets an event before its commit. Else a copy that dies has
shown an event that the next owner numbers anew, and a client that resumes loses or doubles text.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from taskchat import pace
from taskchat.chat.events import Said, numbered, text_of
from taskchat.chat.journal_events import completing
from taskchat.chat.texts import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from taskchat.chat.events import EventName, TurnEvent
    from taskchat.chat.journal import Journal
    from taskchat.chat.records import OwnedTurn


class Told:
    """The committed events of a turn that runs here, for listeners of this process."""

    def __init__(self, first_id: int) -> None:
        self.first_id = first_id
        self._events: list[TurnEvent] = []
        self._changed = asyncio.Event()

    def publish(self, events: Sequence[TurnEvent]) -> None:
        """Give events that are committed to whoever listens."""
        self._events.extend(events)
        self.wake()

    def wake(self) -> None:
        """Let listeners look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def after(self, last_id: int) -> Sequence[TurnEvent] | None:
        """What was told after that number; None where that is not known here any more."""
        if last_id + 1 < self.first_id:
            return None
        return self._events[last_id + 1 - self.first_id :]

    async def changed(self, timeout_s: float) -> None:
        """Return when there may be more, or after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()


class Telling:
    """The owner's side. One that tells nothing (a plain turn) is `Telling` of a turn not streamed."""

    def __init__(self, journal: Journal, turn: OwnedTurn) -> None:
        self._journal = journal
        self._turn = turn
        self._next_id = turn.last_event_id + 1
        self._said = Said(turn.shown)
        self._stored = turn.shown
        self._pending: list[tuple[EventName, Mapping[str, Any]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._flushed_in = 0
        self._hurry = asyncio.Event()
        self.told = Told(self._next_id)

    @property
    def is_on(self) -> bool:
        """Whether somebody asked for this turn as a stream."""
        return self._turn.streamed

    def resume(self, text: str, *, always: bool) -> None:
        """Begin again with `text`: a new attempt, or an answer that is asked for again."""
        if not self.is_on or not (always or self._said.shown != text):
            return
        self._said = Said(text)
        self._pending.append(("turn.resumed", {"attempt": self._turn.attempt, "text": text}))
        self._flush_soon()

    def tell(self, events: Iterable[tuple[EventName, Mapping[str, Any]]]) -> None:
        """Tell these soon."""
        if self.is_on and (told := [*events]):
            self._pending.extend(told)
            self._flush_soon()

    def begin_answer(self) -> None:
        """The model begins another answer."""
        self._said.begin_answer()

    def say(self, text: str) -> None:
        """Tell a piece of the answer.

        Raises:
            TurnLostError: an earlier piece could not be stored, since the turn is another's.
        """
        if words := self._said.add(storable(text)):
            if self._pending and self._pending[-1][0] == "message.delta":
                words = self._pending.pop()[1]["text"] + words
            self._pending.append(("message.delta", {"text": words}))
            self._flush_soon()

    @property
    def shown(self) -> str:
        """What is, or is about to be, shown of the reply."""
        return self._said.shown

    async def finish(self, content: str | None) -> None:
        """Let the events show the whole reply, before its turn is closed."""
        if not self.is_on:
            return
        await self.settle()
        # Not what was said: words whose write failed were never shown to anyone.
        if (whole := content or "") != self._stored:
            event = completing(self._next_id, self._stored, whole, self._turn.attempt)
            await self._store([event])
            self._said = Said(whole)

    async def settle(self) -> None:
        """Store and show what is still gathered.

        Raises:
            TurnLostError: the turn is another's.
        """
        if (flusher := self._flusher) is not None:
            self._hurry.set()
            await asyncio.wait([flusher])
            self._flusher = None
            flusher.result()
        await self._flush()

    def numbers(self, events: Iterable[tuple[EventName, Mapping[str, Any]]]) -> Sequence[TurnEvent]:
        """Events that are stored with something else; `publish` shows them after that commit."""
        return numbered(events, self._next_id) if self.is_on else ()

    def publish(self, events: Sequence[TurnEvent]) -> None:
        """Show what is committed."""
        self._next_id += len(events)
        self.told.publish(events)

    def close(self) -> None:
        """Tell no more."""
        if self._flusher is not None:
            self._flusher.cancel()
            self._flusher = None
        self.told.wake()

    def _flush_soon(self) -> None:
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush_in_time())
        elif self._flusher.done():
            flusher, self._flusher = self._flusher, None
            flusher.result()
            self._flush_soon()

    async def _flush_in_time(self) -> None:
        self._hurry.clear()
        while self._pending:
            if self._flushed_in == pace.beat():
                with suppress(TimeoutError):
                    async with asyncio.timeout(pace.until_next_beat()):
                        await self._hurry.wait()
            await self._flush()

    async def _flush(self) -> None:
        if pending := self._pending:
            self._pending = []
            await self._store(self.numbers(pending))

    async def _store(self, events: Sequence[TurnEvent]) -> None:
        self._flushed_in = pace.beat()
        await self._journal.tell(self._turn, events)
        self._stored = text_of(events, self._stored)
        self.publish(events)
