"""A clock that jumps from event to event, and what one may have to wait for on the way.

A process is a generator that yields its waits, one after the other:

    def customer() -> Process:
        yield clock.pause(2.0)          # two seconds
        yield desk.use(0.5)             # half a second of one of the desk's servers
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator
from itertools import count

Resume = Callable[[], None]
Wait = Callable[[Resume], None]
"""Begins a wait; what it is given is called when the wait is over."""
Process = Generator[Wait]


class Clock:
    """Time, in seconds; it passes in `run` only."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Resume]] = []
        self._numbers = count()  # events of one moment come in the order in which they were made

    def start(self, process: Process) -> None:
        """Let a process begin now."""

        def resume() -> None:
            if (wait := next(process, None)) is not None:
                wait(resume)

        self.after(0, resume)

    def after(self, delay_s: float, then: Resume) -> None:
        """Call something later."""
        heapq.heappush(self._events, (self.now + delay_s, next(self._numbers), then))

    def pause(self, delay_s: float) -> Wait:
        """That much time."""
        return lambda resume: self.after(delay_s, resume)

    def run(self, until_s: float) -> None:
        """Let time pass up to that moment."""
        while self._events and self._events[0][0] <= until_s:
            self.now, _, then = heapq.heappop(self._events)
            then()
        self.now = until_s


class Pool:
    """So many of a thing, lent in order of arrival."""

    def __init__(self, clock: Clock, size: int) -> None:
        self._clock = clock
        self._free = size
        self._waiting: deque[Resume] = deque()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def take(self) -> Wait:
        """One of them; whoever took it gives it back."""

        def wait(resume: Resume) -> None:
            if self._free:
                self._free -= 1
                self._clock.after(0, resume)
            else:
                self._waiting.append(resume)

        return wait

    def give(self) -> None:
        """Give one back: to the first in line."""
        if self._waiting:
            self._clock.after(0, self._waiting.popleft())
        else:
            self._free += 1


class Station:
    """So many servers and one line, in order of arrival."""

    def __init__(self, clock: Clock, servers: int) -> None:
        self._clock = clock
        self._idle = servers
        self._line: deque[tuple[float, Resume]] = deque()
        self.servers = servers
        self.busy_s = 0.0
        """The work that was begun so far, of all servers."""

    def use(self, work_s: float) -> Wait:
        """So much of one server's time, once one is free."""

        def wait(resume: Resume) -> None:
            if self._idle:
                self._idle -= 1
                self._serve(work_s, resume)
            else:
                self._line.append((work_s, resume))

        return wait

    def _serve(self, work_s: float, resume: Resume) -> None:
        self.busy_s += work_s

        def done() -> None:
            if self._line:
                self._serve(*self._line.popleft())
            else:
                self._idle += 1
            resume()

        self._clock.after(work_s, done)


class Disk:
    """A log that is flushed for all who wait when the flush begins: commits in groups."""

    def __init__(self, clock: Clock, flush_s: float) -> None:
        self._clock = clock
        self._flush_s = flush_s
        self._waiting: list[Resume] = []
        self._flushes = False
        self.flushes = 0

    def commit(self) -> Wait:
        """The next flush that begins from now on."""

        def wait(resume: Resume) -> None:
            self._waiting.append(resume)
            if not self._flushes:
                self._flush()

        return wait

    def _flush(self) -> None:
        served, self._waiting = self._waiting, []
        self._flushes = True
        self.flushes += 1

        def done() -> None:
            self._flushes = False
            if self._waiting:
                self._flush()
            for resume in served:
                resume()

        self._clock.after(self._flush_s, done)
