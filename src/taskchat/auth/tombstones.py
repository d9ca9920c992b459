"""Keeps out the tokens of those who were erased: a hash of who it was, and when.

An outside user is made at the first good token, so an old one would bring an erased person back. A
token that was issued after the erase makes somebody new, since then the person has come again.

The hash is a plain one. A key would have to be kept as long as the tombstones, in the same database,
so whoever reads one could read the other; and were it lost or changed, every old token would count
again. Subjects are random ids at most issuers, which nobody guesses; where one is an address, who has
this table can ask it about a certain address, and learns that its holder was erased.
"""

from __future__ import annotations

import json
import math
from hashlib import sha256
from typing import TYPE_CHECKING

from taskchat.auth.claims import LEEWAY_S, RefusedError
from taskchat.db.database import as_time

if TYPE_CHECKING:
    from taskchat.auth.claims import Claims
    from taskchat.db.database import Transaction


async def set_tombstone(tx: Transaction, issuer: str, subject: str) -> None:
    """Remember that this identity was erased now; the latest time counts."""
    await tx.execute(
        "INSERT INTO tombstones (identity_hash, erased_at) VALUES ($1, clock_timestamp())"
        " ON CONFLICT (identity_hash) DO UPDATE SET erased_at = excluded.erased_at",
        _hash(issuer, subject),
    )


async def refuse_erased(tx: Transaction, issuer: str, subject: str, claims: Claims) -> None:
    """Require that the token was issued after its user was erased, if that ever happened.

    One that does not say when it was issued counts as old. Their clock and ours may differ by the
    usual leeway, so who comes back at once has to wait for half a minute.

    Raises:
        RefusedError: it is of before.
    """
    row = await tx.fetchrow(
        "SELECT erased_at FROM tombstones WHERE identity_hash = $1", _hash(issuer, subject)
    )
    if row is None:
        return
    issued_s = claims.get("iat")
    if isinstance(issued_s, bool) or not isinstance(issued_s, int | float):
        raise RefusedError("erased")
    if not (
        math.isfinite(issued_s) and issued_s > as_time(row["erased_at"]).timestamp() + LEEWAY_S
    ):
        raise RefusedError("erased")


def _hash(issuer: str, subject: str) -> str:
    return sha256(json.dumps([issuer, subject]).encode()).hexdigest()
