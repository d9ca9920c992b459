"""What answers a turn: think, act, think again, until there is an answer; then close.

Runs in the turn's own job (`turn.py`), under the turn's limits. Nothing is kept here between two turns.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from pydantic_ai.models import ModelRequestParameters

from taskchat.chat import delete_guard
from taskchat.chat.calls_elsewhere import finish_calls, still_ours
from taskchat.chat.context import write_response
from taskchat.chat.endings import calls_in
from taskchat.chat.events import called_and_returned
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.progress import Progress, ours, text_of_event
from taskchat.chat.records import TurnLostError
from taskchat.errors import (
    AgentTimeoutError,
    ContextTooLongError,
    DatabaseError,
    InternalError,
    MaxIterationsError,
    ModelError,
    TurnFailedError,
    TurnInterruptedError,
)
from taskchat.measures import metrics
from taskchat.tasks.new_tasks import NewTasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal import Journal
    from taskchat.chat.records import OwnedTurn, Step, StepDraft, TurnRecord
    from taskchat.chat.telling import Telling
    from taskchat.chat.toolset import Toolset
    from taskchat.db.database import Transaction

log = structlog.get_logger()

ADD = "add_task"
ANSWER_PAUSES_S = (0.2, 1)
"""An answer that breaks off is asked for again after these."""


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What one attempt of a turn may use."""

    timeout_s: float = 30
    iterations: int = 15


class Agent:
    """The model and the tools, and how far they may go in one attempt."""

    def __init__(
        self, journal: Journal, toolset: Toolset, model: Model, limits: TurnLimits
    ) -> None:
        self._journal = journal
        self._toolset = toolset
        self._model = model
        self._limits = limits

    async def run(self, turn: OwnedTurn, telling: Telling) -> TurnRecord:
        """Think and act until there is an answer, then close; every failure has its named end.

        Raises:
            TurnLostError: another copy owns the turn.
            DatabaseError: something could not be stored; a take-over will go on.
        """
        progress = Progress(turn, telling)
        started = time.monotonic()
        try:
            progress.begin()
            if turn.given_up:
                raise TurnInterruptedError
            answer = await self._think_and_act(progress, started + self._limits.timeout_s)
            ending = progress.completed(answer)
        except TurnFailedError as error:
            ending = progress.failed(error)
        except (TurnLostError, DatabaseError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  the edge of the job: nothing may leave it running
            log.error("turn.crashed", turn_id=str(turn.uid), kind=type(error).__name__)
            ending = progress.failed(InternalError())
        await telling.finish(ending.content)
        record = await self._journal.close(turn, ending)
        seconds = time.monotonic() - started
        metrics.turn_ended(record.status, record.error_code, seconds)
        log.info(
            "turn.ended",
            turn_id=str(turn.uid),
            status=record.status,
            error_code=record.error_code,
            attempt=turn.attempt,
            history=len(turn.history),
            requests=record.usage.requests,
            tool_calls=len(ending.tool_calls or ()),
            ms=round(seconds * 1000),
        )
        return record

    async def _think_and_act(self, progress: Progress, deadline: float) -> ModelResponse:
        """Ask the model, do what it calls for, and ask again, until it answers in words.

        An answer that claims what nothing has done goes back to the model, once.
        """
        parameters = ModelRequestParameters(function_tools=await self._toolset.definitions())
        for _ in range(self._limits.iterations):
            response = await self._think(progress, parameters, deadline)
            if not calls_in(response) and not progress.must_be_mended(response):
                return response
            await self._act(progress, response, deadline)
            if not calls_in(response):
                progress.telling.resume(progress.said(), always=False)
        raise MaxIterationsError

    async def _think(
        self, progress: Progress, parameters: ModelRequestParameters, deadline: float
    ) -> ModelResponse:
        """One request to the model. No transaction is open, and only this is under the limit."""
        left_s = deadline - time.monotonic()
        ask = self._ask_streaming if progress.turn.streamed else self._ask
        try:
            async with asyncio.timeout(max(left_s, 0)):
                try:
                    response = await ask(progress, parameters)
                except ContextTooLongError:
                    if not progress.shorten():
                        raise
                    response = await ask(progress, parameters)
        except TimeoutError:
            raise AgentTimeoutError(retryable=True) from None
        progress.count(response.usage)
        return ours(response, progress.turn, len(progress.steps))

    async def _ask(self, progress: Progress, parameters: ModelRequestParameters) -> ModelResponse:
        return await self._model.request(progress.messages, None, parameters)

    async def _ask_streaming(
        self, progress: Progress, parameters: ModelRequestParameters
    ) -> ModelResponse:
        """The same, telling the answer while it comes; one that breaks off is asked for again."""
        telling = progress.telling
        has_begun = False
        for pause_s in (*ANSWER_PAUSES_S, None):
            telling.begin_answer()
            try:
                request = self._model.request_stream(progress.messages, None, parameters)
                async with request as stream:
                    has_begun = True
                    try:
                        async for event in stream:
                            telling.say(text_of_event(event))
                    except BaseException:
                        if stream.usage.has_values():  # some tell it with their first words
                            progress.count(stream.usage)
                        raise
                    return stream.get()
            except ModelError as error:
                if not (error.retryable and has_begun) or pause_s is None:
                    raise
                telling.resume(progress.said(), always=False)
                await asyncio.sleep(pause_s)
        raise AssertionError

    async def _act(self, progress: Progress, response: ModelResponse, deadline: float) -> None:
        """Do the calls of an answer and write it down with them: all of it, or nothing.

        Calls on further servers are only begun with it, and made when that is committed.
        """
        calls = calls_in(response)
        elsewhere = await self._toolset.begins(calls)
        held = delete_guard.held_back(progress.turn, progress.steps, calls)
        known = {**held, **elsewhere}
        made = [call.tool_name for call in calls if call.tool_call_id not in known]
        taken = await self._journal.take_task_ids(progress.turn.user, made.count(ADD))

        async def do(tx: Transaction | None, new: NewTasks) -> Sequence[StepDraft]:
            effects: list[StepDraft] = [
                known.get(call.tool_call_id)
                or ("effect", await self._toolset.call(tx, progress.turn, call, new))
                for call in calls
            ]
            return [("response", write_response(response)), *effects]

        telling = progress.telling

        def tell(steps: Sequence[Step]) -> Sequence[TurnEvent]:
            return telling.numbers(called_and_returned(calls, steps))

        await telling.settle()
        renewed_at = time.monotonic()
        idx = len(progress.steps)
        write = self._journal.begin if elsewhere else self._journal.act
        noted = NewTasks(taken)
        steps = await write(
            progress.turn,
            idx,
            lambda tx: do(tx, NewTasks(taken)),
            progress.usage,
            tell,
            # With an id for each call that is made here, none of them has anything to read.
            Ahead(lambda: do(None, noted), noted) if len(taken) == len(made) else None,
        )
        telling.publish(tell(steps))
        progress.add(response, steps)
        if elsewhere:
            await still_ours(self._journal, progress, renewed_at)
            await finish_calls(self._journal, self._toolset, progress, response, deadline)
