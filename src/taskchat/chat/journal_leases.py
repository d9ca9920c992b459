"""Who owns which running turn: renewing, looking, claiming; work across users.

On Postgres functions of the tables' owner do it (`migrations/functions/`), since the service's role
sees the rows of one user at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.chat.records import Claim
from taskchat.db.database import Guard
from taskchat.ids import TurnId, UserId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.chat.records import OwnedTurn, Usage
    from taskchat.db.database import Row, Transaction

CLAIM_LIMIT = 8
MINE = "id = $1 AND epoch = $2 AND user_id = $3 AND status = 'running'"
"""The fence. With the user, since SQLite gives the id of an erased turn away again, and never a user's."""
TAKEOVERS = 3
"""A turn that was taken over this often and falls silent once more is given up."""


def owning(turn: OwnedTurn, usage: Usage, lease_s: float | None = None) -> Guard:
    """What a transaction of the turn's owner begins with; the turn stays its own until the commit.

    Args:
        turn: whose owner the caller takes itself for.
        usage: what the turn has used so far, to be written down with what follows.
        lease_s: lets the lease begin anew, for what is to be done outside of the database.
    """
    lease = "" if lease_s is None else ", lease_until = epoch_now() + $7"
    return Guard(
        f"UPDATE turns SET input_tokens = $4, output_tokens = $5, requests = $6{lease}"  # noqa: S608
        f" WHERE {MINE}",
        (
            turn.id,
            turn.epoch,
            turn.user,
            usage.input_tokens,
            usage.output_tokens,
            usage.requests,
            *(() if lease_s is None else (lease_s,)),
        ),
    )


async def fence(tx: Transaction, turn: OwnedTurn) -> bool:
    """Whether the turn is the caller's, which it stays until the transaction ends."""
    owned = await tx.fetchrow(
        f"SELECT id FROM turns WHERE {MINE} FOR NO KEY UPDATE",  # noqa: S608
        turn.id,
        turn.epoch,
        turn.user,
    )
    return owned is not None


async def renew(tx: Transaction, turns: Sequence[OwnedTurn], lease_s: float) -> Sequence[OwnedTurn]:
    """Set the leases of those turns that are still the caller's; gives the others."""
    ordered = sorted(turns, key=lambda each: each.id)
    if tx.dialect == "postgres":
        kept = await tx.fetch("SELECT turn_renew_1($1, $2, $3) AS id", *_held(ordered), lease_s)
        return _without(turns, kept)
    renewing = f"UPDATE turns SET lease_until = epoch_now() + $4 WHERE {MINE}"  # noqa: S608
    return [
        turn
        for turn in ordered
        if not await tx.execute(renewing, turn.id, turn.epoch, turn.user, lease_s)
    ]


async def watch(tx: Transaction, turns: Sequence[OwnedTurn]) -> Sequence[OwnedTurn]:
    """Those of the turns that are not the caller's any more, on Postgres. Writes nothing."""
    return _without(turns, await tx.fetch("SELECT turn_watch_1($1, $2) AS id", *_held(turns)))


async def offer(tx: Transaction, turn: OwnedTurn) -> None:
    """Let others take the turn over at once, if it is the caller's."""
    await tx.execute(
        f"UPDATE turns SET offered = true WHERE {MINE}",  # noqa: S608
        turn.id,
        turn.epoch,
        turn.user,
    )


async def end_all(tx: Transaction) -> None:
    """End every lease, whoever holds it."""
    await tx.execute("UPDATE turns SET lease_until = 0 WHERE status = 'running'")


async def claim(tx: Transaction, lease_s: float) -> Sequence[Claim]:
    """Take over some turns whose owner is silent or has offered them."""
    return [
        Claim(TurnId(row["id"]), UserId(row["user_id"]), row["epoch"], row["takeovers"] > TAKEOVERS)
        for row in await _claim(tx, lease_s)
    ]


async def _claim(tx: Transaction, lease_s: float) -> Sequence[Row]:
    if tx.dialect == "postgres":
        return await tx.fetch("SELECT * FROM turn_claim_2($1, $2)", CLAIM_LIMIT, lease_s)
    # A lease that ends too far ahead was set by a clock that has been set back since.
    lost = await tx.fetch(
        "UPDATE turns SET epoch = epoch + 1, lease_until = epoch_now() + $2,"
        " takeovers = takeovers + CASE WHEN offered THEN 0 ELSE 1 END, offered = false"
        " WHERE id IN (SELECT id FROM turns WHERE status = 'running' AND (offered OR"
        "  lease_until NOT BETWEEN epoch_now() AND epoch_now() + 60) ORDER BY id LIMIT $1)"
        " RETURNING id, user_id, epoch, takeovers",
        CLAIM_LIMIT,
        lease_s,
    )
    for row in lost:
        await doubt(tx, TurnId(row["id"]))
    return lost


async def doubt(tx: Transaction, turn: TurnId) -> None:
    """Calls on other servers that were begun by the last owner may or may not have been made."""
    await tx.execute(
        "UPDATE steps SET kind = 'in_doubt' WHERE turn_id = $1 AND kind = 'begun'", turn
    )


def _held(turns: Sequence[OwnedTurn]) -> tuple[list[int], list[int]]:
    return [turn.id for turn in turns], [turn.epoch for turn in turns]


def _without(turns: Sequence[OwnedTurn], kept: Sequence[Row]) -> Sequence[OwnedTurn]:
    ids = {row["id"] for row in kept}
    return [turn for turn in turns if turn.id not in ids]
