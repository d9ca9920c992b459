"""Makes the calls of an answer that go to further tool servers; each is made once at most.

    begin     the answer, the effects on our tasks, and a step `begun` for each call elsewhere: one
              transaction, which also renews the lease (`agent.py` writes it)
    call      all of them at once, while no transaction is open
    result    each replaces its `begun` under the fence, in a transaction of its own

A server that dies in between leaves `begun`; whoever takes over makes it `in_doubt` and goes on.
"""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from typing import TYPE_CHECKING

from taskchat.chat.endings import calls_in
from taskchat.chat.events import returned
from taskchat.chat.records import Step, TurnLostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_ai.messages import ModelResponse

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal import Journal
    from taskchat.chat.progress import Progress
    from taskchat.chat.toolset import Toolset


async def finish_calls(
    journal: Journal,
    toolset: Toolset,
    progress: Progress,
    response: ModelResponse,
    deadline: float,
) -> None:
    """Make the calls of this answer that were begun, and write down what they came to.

    Args:
        journal: where the steps are.
        toolset: knows the servers.
        progress: of the turn; its begun steps are settled.
        response: the answer that calls.
        deadline: of the turn, by the monotonic clock; a call that runs out of it is in doubt.

    Raises:
        TurnLostError: the turn has another owner. What was begun is in doubt, and it knows.
        DatabaseError: a result could not be stored; a take-over will go on.
    """
    calls = {call.tool_call_id: call for call in calls_in(response)}
    begun = [step for step in progress.steps if step.kind == "begun"]

    async def call(step: Step) -> Step:
        wanted = calls[step.body["id"]]
        outcome = await toolset.call_elsewhere(wanted, deadline - time.monotonic())
        if outcome is None:
            return Step(step.idx, "in_doubt", step.body)
        named = {"id": step.body["id"], "name": step.body["name"]}
        return Step(step.idx, "effect", {**named, "ok": outcome.ok, "result": outcome.result})

    # An empty context: whose turn this is, is nobody else's business.
    jobs = [asyncio.create_task(call(step), context=Context()) for step in begun]
    try:
        for done in asyncio.as_completed(jobs):
            await _store(journal, progress, await done)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def still_ours(journal: Journal, progress: Progress, renewed_at: float) -> None:
    """Return as long after a renewal as calls may be begun, or after another one.

    A copy that was paused since then may have lost the turn without knowing.

    Args:
        journal: whose leases they are.
        progress: of the turn.
        renewed_at: when the last renewal was begun, by the monotonic clock.

    Raises:
        TurnLostError: it has.
    """
    while time.monotonic() - renewed_at > journal.lease_s / 2:
        renewed_at = time.monotonic()
        if await journal.renew([progress.turn]):
            raise TurnLostError


async def _store(journal: Journal, progress: Progress, step: Step) -> None:
    telling = progress.telling

    def tell(steps: Sequence[Step]) -> Sequence[TurnEvent]:
        return telling.numbers(map(returned, steps))

    await telling.settle()
    await journal.result(progress.turn, step, tell)
    telling.publish(tell([step]))
    progress.settle(step)
