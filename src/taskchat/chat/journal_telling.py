"""What running turns tell, written down for several of them in one transaction.

Streams keep one pace (`pace.py`), so the turns of a copy tell at the same moments. What comes while a
write is on its way waits for the next one.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taskchat.db.database import ConnectionLostError, DeadlockError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from taskchat.chat.journal_events import EventBatch

    WriteDown = Callable[[Sequence[EventBatch]], Awaitable[Sequence[bool]]]
    """Writes events down under the fences of their turns; says of each whether it holds."""


class EventWriter:
    """Gathers what turns tell while an earlier write is on its way."""

    def __init__(self, write: WriteDown) -> None:
        """Write by `write`: all of these or, where it raises, none."""
        self._write = write
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._apart: set[asyncio.Task[None]] = set()

    async def write(self, batch: EventBatch) -> bool:
        """Write down what one turn tells; says whether its fence holds.

        Raises:
            DatabaseError: it was not written, or nobody knows (`ConnectionLostError`).
        """
        waiting = _Waiting(batch)
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            # Without a context: what is logged there belongs to no single turn.
            self._writing = asyncio.create_task(self._write_all(), context=Context())
        return await waiting.outcome

    async def _write_all(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            # Whoever waits no more was told to stop; its turn ends without these events.
            waiting = [each for each in waiting if not each.outcome.done()]
            # By ascending turn, as everywhere where rows are locked.
            waiting.sort(key=lambda each: each.batch.turn.id)
            if waiting:
                await self._write_down(waiting)

    async def _write_down(self, waiting: Sequence[_Waiting]) -> None:
        try:
            outcomes = await self._write([each.batch for each in waiting])
            told = [*zip(waiting, outcomes, strict=True)]
        except Exception as error:  # noqa: BLE001  it belongs to those who wait
            if len(waiting) == 1 or isinstance(error, ConnectionLostError | DeadlockError):
                for each in waiting:
                    each.fail(error)
                return
            # One of them was refused, or its turn is locked: the others shall not suffer from it.
            for each in waiting:
                task = asyncio.create_task(self._write_down([each]), context=Context())
                self._apart.add(task)
                task.add_done_callback(self._apart.discard)
        else:
            for each, outcome in told:
                each.settle(outcome)


@dataclass(frozen=True, slots=True)
class _Waiting:
    batch: EventBatch
    outcome: asyncio.Future[bool] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, is_written: bool) -> None:
        if not self.outcome.done():
            self.outcome.set_result(is_written)

    def fail(self, error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)
