"""How often people may try to sign in or up: by address and by account, counted by all copies.

The attempts that were admitted are rows; an attempt is refused while as many as the limit lie
within the window before it. What was refused is not counted, so that whoever goes on trying does
not push the end of the wait away from the account's owner.
"""

from __future__ import annotations

import math
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from taskchat.addresses import household
from taskchat.errors import DatabaseError, TooManyRequestsError
from taskchat.measures import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.db.database import Database, Transaction
    from taskchat.rates import Rate

log = structlog.get_logger()

SWEPT_AT_ONCE = 1000
"""How many old rows one attempt deletes at most."""
LONGEST_WINDOW_S = 3600
"""Of any rate that can be set."""
TEXT = "Too many sign-ins; wait a moment and try again."


class SignInLimits:
    """Admits attempts; each is one transaction of its own, which it commits."""

    def __init__(self, db: Database, rate: Rate | None) -> None:
        """Join the parts; without a rate everything is admitted."""
        self._db = db
        self._rate = rate

    async def admit(self, address: str, account: str) -> None:
        """Count an attempt, of an address and on an account.

        Where the attempts cannot be counted, it is admitted: a limit must lock nobody out.

        Args:
            address: the client's.
            account: the login name as it is looked for; there need be no such account.

        Raises:
            TooManyRequestsError: one of the two has had its share.
        """
        rate = self._rate
        if rate is None:
            return
        # In one order everywhere, so that two attempts never wait for each other.
        buckets = sorted((_bucket("address", household(address)), _bucket("account", account)))

        async def work(tx: Transaction) -> TooManyRequestsError | None:
            return await self._count(tx, rate, buckets)

        try:
            refused = await self._db.transaction(work)
        except DatabaseError as error:
            metrics.limiter_failed()
            log.error("limiter.failed", kind=type(error).__name__)
            return
        if refused is not None:
            log.info("sign_in.limited")
            raise refused

    async def sweep(self) -> int:
        """Delete what counts no more, of everybody, though nobody signs in; says how much."""

        async def work(tx: Transaction) -> int:
            return await _delete_old(tx, LONGEST_WINDOW_S)

        deleted = 0
        while piece := await self._db.transaction(work):
            deleted += piece
        return deleted

    async def _count(
        self, tx: Transaction, rate: Rate, buckets: Sequence[str]
    ) -> TooManyRequestsError | None:
        # On SQLite there is one writer.
        if self._db.dialect == "postgres":
            for bucket in buckets:
                await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", bucket)
        await _delete_old(tx, rate.window_s)
        waits_s = [wait_s for each in buckets if (wait_s := await _wait_s(tx, rate, each))]
        if waits_s:
            return TooManyRequestsError(
                limit=rate.limit, reset_s=max(1, math.ceil(max(waits_s))), text=TEXT
            )
        await tx.execute_many(
            "INSERT INTO sign_in_attempts (bucket, made_at) VALUES ($1, epoch_now())",
            [(bucket,) for bucket in buckets],
        )
        return None


async def _delete_old(tx: Transaction, window_s: float) -> int:
    return await tx.execute(
        "DELETE FROM sign_in_attempts WHERE id IN (SELECT id FROM sign_in_attempts"
        " WHERE made_at < epoch_now() - $1 ORDER BY made_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        float(window_s),
        SWEPT_AT_ONCE,
    )


async def _wait_s(tx: Transaction, rate: Rate, bucket: str) -> float | None:
    """How long until a full bucket has room again, or None where it has room."""
    row = await tx.fetchrow(
        "SELECT made_at + $2 - epoch_now() AS wait_s FROM sign_in_attempts WHERE bucket = $1"
        " AND made_at > epoch_now() - $2 ORDER BY made_at DESC LIMIT 1 OFFSET $3",
        bucket,
        float(rate.window_s),
        rate.limit - 1,
    )
    return None if row is None else row["wait_s"]


def _bucket(kind: str, name: str) -> str:
    """The name of a count: a hash, so that the table holds nobody's address."""
    return sha256(f"{kind} {name}".encode(errors="surrogatepass")).hexdigest()
