"""What is done now and then, on every copy: erases that broke off are gone on with, what is old goes.

That is events, keys, attempts to sign in, and what people deleted once they cannot restore it.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from taskchat.auth.sign_in_limits import SignInLimits
    from taskchat.chat.journal import Journal
    from taskchat.people.erasing import Erasing
    from taskchat.people.retention import Retention

log = structlog.get_logger()

FINISH_S = 15
"""How often, and after how long without its end, another copy's erase is gone on with."""
PURGE_S = 3600


class Upkeep:
    """One background job a process."""

    def __init__(
        self, journal: Journal, sign_ins: SignInLimits, erasing: Erasing, retention: Retention
    ) -> None:
        self._journal = journal
        self._sign_ins = sign_ins
        self._erasing = erasing
        self._retention = retention

    async def keep(self) -> None:
        """Look, until cancelled; a database that is away is tried again the next time."""
        await self._do(lambda: self._erasing.finish(timedelta(0)))
        # Copies need not do it together.
        left_s = PURGE_S * random.random()  # noqa: S311
        while True:
            await asyncio.sleep(FINISH_S)
            await self._do(lambda: self._erasing.finish(timedelta(seconds=FINISH_S)))
            left_s -= FINISH_S
            if left_s <= 0:
                left_s = PURGE_S
                await self.purge()

    async def purge(self) -> None:
        """Forget what is old; one that fails keeps no other from it."""
        await self._do(self._journal.purge_events)
        await self._do(self._journal.purge_keys)
        await self._do(self._sign_ins.sweep)
        await self._do(self._retention.purge)

    async def _do(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  the edge of the job: without it nothing is purged
            log.error("upkeep.failed", kind=type(error).__name__)
