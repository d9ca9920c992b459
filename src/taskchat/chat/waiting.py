"""Waits for a conversation's turn to end, in this process or, by polling, in another.

These are hints only: the order of waiting requests is that of their tickets in the database.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskchat.ids import ConversationId

POLL_S = 1.0
"""Each look also renews the ticket, which lives for 3 s."""


class WaitingLine:
    """Who waits in this process for which conversation, first come first."""

    def __init__(self) -> None:
        self._lines: dict[ConversationId, deque[asyncio.Event]] = {}

    @contextmanager
    def place(self, conversation: ConversationId) -> Generator[asyncio.Event]:
        """A place at the end of the line; its event is set when it is worth looking again."""
        line = self._lines.setdefault(conversation, deque())
        event = asyncio.Event()
        line.append(event)
        try:
            yield event
        finally:
            line.remove(event)
            if not line:
                self._lines.pop(conversation, None)
            elif event.is_set():
                line[0].set()  # what was meant for one that has left goes to the next

    def wake(self, conversation: ConversationId) -> None:
        """A turn has ended: the first of the line may look."""
        if line := self._lines.get(conversation):
            line[0].set()


async def woken(event: asyncio.Event) -> None:
    """Return when the event is set, or when it is time to look anyway."""
    try:
        async with asyncio.timeout(POLL_S):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
