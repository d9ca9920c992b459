"""Keeps the leases of this copy's turns, and takes over turns whose server is gone.

Also notices what was ended elsewhere.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

import structlog

from taskchat.chat.journal_leases import CLAIM_LIMIT
from taskchat.chat.records import TurnLostError
from taskchat.measures import metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from taskchat.chat.journal import Journal
    from taskchat.chat.records import OwnedTurn
    from taskchat.chat.turn import Turns

log = structlog.get_logger()


WATCH_S = 0.5
"""How soon a copy notices that a turn of its own was cancelled elsewhere."""


class Recovery:
    """One background job a process: renews every third of a lease, looks for orphans every fourth.

    The figures are those of `docs/turn-protocol.md`, section 2.
    """

    def __init__(self, turns: Turns, journal: Journal, lease_s: float) -> None:
        self._turns = turns
        self._journal = journal
        self._lease_s = lease_s

    async def take_over_all(self) -> int:
        """Take over every running turn: an embedded database's only server has been started."""
        await self._journal.disown_all()
        return await self.take_over()

    async def take_over(self) -> int:
        """Take over orphaned turns until there are none, and run them; says how many."""
        taken = 0
        while True:
            claims = await self._journal.claim()
            for claim in claims:
                try:
                    turn = await self._journal.load(claim)
                except TurnLostError:
                    continue
                metrics.turn_taken_over()
                log.info("turn.taken_over", turn_id=str(turn.uid), epoch=turn.epoch)
                self._turns.start(turn)
                taken += 1
            if len(claims) < CLAIM_LIMIT:
                return taken

    async def keep(self) -> None:
        """Renew and look, until cancelled; a database that is away is waited for."""
        renewed = looked = time.monotonic()
        while True:
            await asyncio.sleep(min(self._lease_s / 12, WATCH_S))
            now = time.monotonic()
            try:
                if now - renewed >= self._lease_s / 3:
                    await self._give_up(self._journal.renew)
                    renewed = now
                else:
                    await self._give_up(self._journal.watch)
                wait_s = self._lease_s / 4 * random.uniform(0.8, 1.2)  # noqa: S311
                if now - looked >= wait_s and not self._turns.stopping:
                    looked = now
                    await self.take_over()
            except Exception as error:  # noqa: BLE001  the edge of the job: without it nothing is renewed
                log.error("recovery.failed", kind=type(error).__name__)
                if now - renewed > self._lease_s:
                    self._abandon_all()

    async def _give_up(
        self, lost: Callable[[Sequence[OwnedTurn]], Awaitable[Sequence[OwnedTurn]]]
    ) -> None:
        """Stop working on the turns that are not this copy's any more."""
        if running := self._turns.running:
            for turn in await lost(running):
                self._turns.abandon(turn)

    def _abandon_all(self) -> None:
        """Without a renewal for a whole lease, others own these turns."""
        for turn in self._turns.running:
            self._turns.abandon(turn)
