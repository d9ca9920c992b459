"""Makes and checks password hashes (argon2id), a few at a time and never on the event loop."""

from __future__ import annotations

import asyncio
import unicodedata
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from argon2 import PasswordHasher

log = structlog.get_logger()
T = TypeVar("T")

TIME_COST = 2
MEMORY_KIB = 19 * 1024
PARALLELISM = 1
"""OWASP's Password Storage Cheat Sheet, first choice for argon2id; 30 ms a check, measured."""
AT_ONCE = 2
"""How many hashes are computed together. A storm of sign-ins waits; the chat goes on."""
MIN_CHARS = 8
MAX_CHARS = 128
"""Longer ones are refused before any work is done for them."""


class Passwords:
    """Hashes passwords in threads of its own.

    The threads, not a semaphore, are the limit: a client that leaves frees its place in a
    semaphore while its hash is still being computed.
    """

    def __init__(
        self,
        *,
        time_cost: int = TIME_COST,
        memory_kib: int = MEMORY_KIB,
        at_once: int = AT_ONCE,
    ) -> None:
        self._time_cost = time_cost
        self._memory_kib = memory_kib
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="password")

    async def hash(self, password: str) -> str:
        """The text to store for a password, with its salt and parameters."""
        return await self._run(lambda: self._hasher.hash(_canonical(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Say whether `password` is the one that was stored.

        Args:
            stored: what `hash` gave; None where there is nothing to compare with. That takes the
                same work, so that nobody can tell known addresses from unknown ones by the clock.
            password: as the person typed it.
        """
        if stored is None:
            await self._run(lambda: self._matches(self._nobody, password))
            return False
        return await self._run(lambda: self._matches(stored, password))

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash that matched was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(stored, _canonical(password))
        except VerificationError:
            return False
        except InvalidHashError:
            log.error("password.hash_unreadable")
            return False

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher(
            time_cost=self._time_cost, memory_cost=self._memory_kib, parallelism=PARALLELISM
        )

    @cached_property
    def _nobody(self) -> str:
        """A hash of today's parameters that no password has: it is not computed, only written."""
        salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
        cost = f"m={self._memory_kib},t={self._time_cost},p={PARALLELISM}"
        return f"$argon2id$v=19${cost}${salt}${digest}"

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _canonical(password: str) -> str:
    """One form for what looks the same: keyboards differ in how they send an accent.

    Source: RFC 8265 section 4.2.2 (NFC, and no other change).
    """
    return unicodedata.normalize("NFC", password)
