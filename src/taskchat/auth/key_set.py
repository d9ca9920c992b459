"""An outside issuer's published keys, kept and looked up by the name that a token gives.

- A key that is known is used at once, however old the set is; it never waits for a fetch.
- A set over ten minutes old is fetched anew beside its next use, so a key that the issuer has taken
  away counts no more after that. While the issuer is down the last good set stays.
- A name that is not known makes one fetch, shared by all who wait for it, and not more than one in
  five seconds, whoever asks: tokens with made-up names cannot make us a nuisance to the issuer.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from taskchat.auth.claims import RefusedError
from taskchat.auth.key_fetcher import FetchFailedError
from taskchat.auth.published_keys import ALGORITHMS, PublishedKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskchat.auth.claims import UnprovenToken, VerificationKey
    from taskchat.auth.key_fetcher import KeyFetcher

log = structlog.get_logger()

REFRESH_AFTER_S = 600
MIN_BETWEEN_FETCHES_S = 5


class KeySet:
    """The keys of one issuer; `close()` it in the loop in which it was used."""

    def __init__(self, fetcher: KeyFetcher, now: Callable[[], float] = time.monotonic) -> None:
        """Nothing is fetched before the first token.

        Args:
            fetcher: where the keys come from.
            now: a clock in seconds that never goes back.
        """
        self._fetcher = fetcher
        self._now = now
        self._known = PublishedKeys()
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, token: UnprovenToken) -> VerificationKey:
        """The key that a token says it is signed with.

        Raises:
            RefusedError: its algorithm is none of ours, or there is no such key for it.
        """
        algorithm = token.algorithm
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise RefusedError("wrong_algorithm")
        found = self._known.fitting(algorithm, token.key_id)
        if not found:
            await self._fetched()
            found = self._known.fitting(algorithm, token.key_id)
        elif self._is_old():
            self._begin_fetch()
        # One name for two keys, or no name and several: nobody can say which is meant.
        if len(found) != 1:
            raise RefusedError("unknown_key")
        return found[0]

    async def has_keys(self) -> bool:
        """Whether tokens can be checked: by a set that was read once, else by one that can be now."""
        if not self._known.keys:
            await self._fetched()
        return bool(self._known.keys)

    async def read(self) -> PublishedKeys:
        """The keys that the issuer publishes now, for `taskchat doctor`; nothing is kept.

        Raises:
            FetchFailedError: it cannot be read.
        """
        return await self._fetcher.fetch()

    async def close(self) -> None:
        """End what is under way and let go of the connections."""
        if self._fetching is not None:
            self._fetching.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetching
        await self._fetcher.close()

    def _is_old(self) -> bool:
        return self._read_at is None or self._now() - self._read_at >= REFRESH_AFTER_S

    async def _fetched(self) -> None:
        """Wait for the fetch that is under way, or for a new one where it is time for one."""
        self._begin_fetch()
        if self._fetching is not None:
            # Who asked may leave; the others still wait for the same fetch.
            await asyncio.shield(self._fetching)

    def _begin_fetch(self) -> None:
        if self._fetching is not None:
            return
        now_s = self._now()
        if self._tried_at is not None and now_s - self._tried_at < MIN_BETWEEN_FETCHES_S:
            return
        self._tried_at = now_s
        self._fetching = asyncio.create_task(self._fetch(now_s), name="key set")

    async def _fetch(self, began_s: float) -> None:
        try:
            self._known = await self._fetcher.fetch()
        except FetchFailedError as error:
            log.warning("key_set.failed", reason=str(error), kept=len(self._known.keys))
        else:
            self._read_at = began_s
            log.info(
                "key_set.fetched", keys=len(self._known.keys), ignored=list(self._known.ignored)
            )
        finally:
            self._fetching = None
