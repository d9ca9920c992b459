"""The steps of a turn, written with the effects that they record. Whoever calls holds the fence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.chat import journal_events, journal_reads
from taskchat.chat.records import Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.records import OwnedTurn, StepDraft
    from taskchat.db.database import Transaction
    from taskchat.tasks.new_tasks import NewTasks

    Effects = Callable[[Transaction], Awaitable[Sequence[StepDraft]]]
    """Does effects inside the transaction, and says what to record of them."""
    Tell = Callable[[Sequence[Step]], Sequence[TurnEvent]]
    """The events of a streamed turn that are stored with these steps."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The same effects without a transaction: of those that read nothing, all is known before."""

    effects: Callable[[], Awaitable[Sequence[StepDraft]]]
    """Says what to record, and notes the tasks that are to be stored with it."""
    added: NewTasks
    """Where it notes them."""


async def write(  # noqa: PLR0913  all that is written
    tx: Transaction, turn: OwnedTurn, idx: int, effects: Effects, tell: Tell, *, again: bool
) -> Sequence[Step]:
    """Do effects and write their steps down, the first at `idx`; gives them as they are stored."""
    if again and (stored := await journal_reads.steps(tx, turn.id, from_idx=idx)):
        return stored  # the lost answer was that of a commit
    steps = numbered(idx, await effects(tx))
    await tx.execute_many(
        "INSERT INTO steps (turn_id, idx, user_id, kind, epoch, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())",
        [
            (turn.id, step.idx, turn.user, step.kind, turn.epoch, json.dumps(step.body))
            for step in steps
        ],
    )
    await _tell(tx, turn, steps, tell)
    return steps


def numbered(idx: int, drafts: Sequence[StepDraft]) -> Sequence[Step]:
    """Steps that follow each other, the first at `idx`."""
    return [Step(idx + n, kind, body) for n, (kind, body) in enumerate(drafts)]


async def settle(tx: Transaction, turn: OwnedTurn, step: Step, tell: Tell, *, again: bool) -> None:
    """Write down what a call came to, in place of its begun step."""
    stored = await tx.execute(
        "UPDATE steps SET kind = $3, body = $4 WHERE turn_id = $1 AND idx = $2 AND kind = 'begun'",
        turn.id,
        step.idx,
        step.kind,
        json.dumps(step.body),
    )
    if stored or not again:  # else the lost answer was that of a commit
        await _tell(tx, turn, [step], tell)


async def _tell(tx: Transaction, turn: OwnedTurn, steps: Sequence[Step], tell: Tell) -> None:
    if events := tell(steps):
        await journal_events.insert(tx, turn.user, turn.id, events)
