"""A chat turn from top to bottom: open, think, act, close.

    send    a request comes in: open the turn (or find it, or wait for its place), then listen
    run     the turn's own background job: think and act until there is an answer, then close

A request is only one listener of a turn: it may leave, and the turn goes on. What must survive is
in the journal before anyone is told of it; nothing here is needed to finish a turn elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
)
from pydantic_ai.models import ModelRequestParameters

from taskchat.chat import receipts
from taskchat.chat.context import messages_for, read_response, tool_return, write_response
from taskchat.chat.endings import added_up, calls_in, results_of, text_in
from taskchat.chat.records import (
    Busy,
    Ending,
    Known,
    Opened,
    OwnedTurn,
    Step,
    TurnLostError,
    TurnRecord,
    TurnRequest,
)
from taskchat.chat.texts import storable, tool_name
from taskchat.chat.waiting import WaitingLine, woken
from taskchat.errors import (
    AgentTimeoutError,
    ConversationBusyError,
    DatabaseError,
    InternalError,
    MaxIterationsError,
    StoppingError,
    TurnFailedError,
    TurnInterruptedError,
    TurnNotFoundError,
)

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic_ai.models import Model

    from taskchat.chat.journal import Journal, StepDraft
    from taskchat.chat.toolset import Toolset
    from taskchat.db.database import Transaction
    from taskchat.ids import ConversationId, TurnId, UserId

log = structlog.get_logger()

WAIT_S = 30
"""How long a message waits for its conversation (contract, promise 6)."""
LISTEN_POLL_S = (0.25, 1.0)
"""How often a turn that runs elsewhere is looked at: at first, and at last."""

IsGone = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What one attempt of a turn may use."""

    timeout_s: float = 30
    iterations: int = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """An ended turn, and whether it had ended before it was asked for (again)."""

    record: TurnRecord
    replayed: bool = False


class Turns:
    """Takes requests and runs their turns. Holds only what runs here at this moment."""

    def __init__(
        self, journal: Journal, toolset: Toolset, model: Model, limits: TurnLimits
    ) -> None:
        self._journal = journal
        self._toolset = toolset
        self._model = model
        self._limits = limits
        self._line = WaitingLine()
        self._jobs: dict[TurnId, _Job] = {}
        self._stopping = False

    # ---- a request ----

    async def send(self, request: TurnRequest, is_gone: IsGone) -> Answer:
        """Store a message, have it answered, and give the turn's end.

        Args:
            request: the message and where it goes.
            is_gone: whether the client has left; asked only while nothing is accepted yet.

        Raises:
            ConversationNotFoundError, KeyReusedError, ConversationBusyError: nothing was stored.
            StoppingError: this copy takes no new turns, or has let go of this one to end.
        """
        self._check_stopping()
        opening = await self._open(request, is_gone)
        if isinstance(opening, Opened):
            return Answer(await self._listen(self.start(opening.turn)))
        return await self._attach(opening.record)

    async def _attach(self, record: TurnRecord) -> Answer:
        """Join a turn that exists: go on with it where it may, else listen, else tell its end."""
        if record.status == "failed" and record.retryable:
            turn = await self._journal.continue_turn(record)
            if turn is not None:
                return Answer(await self._listen(self.start(turn)))
            # It may not go on, or another request was quicker: see how it stands now.
            record = await self._journal.read(record.user, record.id) or record
        if record.status == "running":
            return Answer(await self._listen(record))
        return Answer(record, replayed=True)

    async def _open(self, request: TurnRequest, is_gone: IsGone) -> Opened | Known:
        """Open the turn, or wait in order of arrival until the conversation is free."""
        opening = await self._journal.open(request)
        if not isinstance(opening, Busy):
            return opening
        give_up = time.monotonic() + WAIT_S
        conversation = opening.conversation_id
        with self._line.place(conversation) as place:
            try:
                while isinstance(opening, Busy):
                    if time.monotonic() > give_up or await is_gone():
                        raise ConversationBusyError(retry_after_s=5)
                    await woken(place)
                    self._check_stopping()
                    opening = await self._journal.open(request, waited=True)
                return opening
            finally:
                if not isinstance(opening, Opened):  # that one has dropped its ticket
                    await self._leave_line(request, conversation)

    async def _leave_line(self, request: TurnRequest, conversation: ConversationId) -> None:
        """Make way for whoever stands behind."""
        with suppress(DatabaseError):  # a ticket that is not dropped runs out
            await self._journal.drop_ticket(request)
        # The wake that brought this one here may have been the only one.
        self._line.wake(conversation)

    async def _listen(self, turn: OwnedTurn | TurnRecord) -> TurnRecord:
        """Wait for a turn's end, here or on another copy. Who stops listening changes nothing."""
        pause_s, longest_s = LISTEN_POLL_S
        while True:
            if (job := self._jobs.get(turn.id)) is not None:
                # Awaited itself, a job that is cancelled would cancel its listeners.
                await asyncio.wait([job.task])
                if not job.task.cancelled() and (record := job.task.result()) is not None:
                    return record
            self._check_stopping()
            # Also of a conversation that was deleted meanwhile: that is how this turn has ended.
            record = await self._journal.read(turn.user, turn.id, deleted_too=True)
            if record is None:
                raise TurnNotFoundError
            if record.status != "running":
                return record
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, longest_s)

    async def find(self, user: UserId, uid: UUID) -> TurnRecord:
        """A turn of that user as it stands.

        Raises:
            TurnNotFoundError: there is none, or its conversation was deleted.
        """
        record = await self._journal.read(user, uid)
        if record is None:
            raise TurnNotFoundError
        return record

    # ---- the turn's own job ----

    def start(self, turn: OwnedTurn) -> OwnedTurn:
        """Run a turn in a job of its own, beside whoever waits for it."""
        if (older := self._jobs.get(turn.id)) is not None:
            older.task.cancel()  # its epoch is over: nothing that it does would be taken
        task = asyncio.create_task(self._run_job(turn), name=f"turn {turn.id}")
        self._jobs[turn.id] = _Job(turn, task)
        # Not in the job itself: one that is cancelled before it begins never comes to its end.
        task.add_done_callback(partial(self._job_ended, turn))
        return turn

    async def _run_job(self, turn: OwnedTurn) -> TurnRecord | None:
        """Run the turn; None where it was lost, and its end is another copy's."""
        try:
            return await self.run(turn)
        except TurnLostError:
            log.info("turn.lost", turn_id=str(turn.uid), epoch=turn.epoch)
            return None

    def _job_ended(self, turn: OwnedTurn, task: asyncio.Task[TurnRecord | None]) -> None:
        job = self._jobs.get(turn.id)
        if job is not None and job.task is task:
            del self._jobs[turn.id]
        self._line.wake(turn.conversation_id)
        # Asked for in any case: asyncio prints the whole error where nobody did.
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn.left_running", turn_id=str(turn.uid), kind=type(error).__name__)

    async def run(self, turn: OwnedTurn) -> TurnRecord:
        """Think and act until there is an answer, then close; every failure has its named end.

        Raises:
            TurnLostError: another copy owns the turn.
            DatabaseError: the end could not be stored; a take-over will end the turn.
        """
        progress = _Progress(turn)
        started = time.monotonic()
        try:
            progress.begin()
            if turn.given_up:
                raise TurnInterruptedError
            text = await self._think_and_act(progress, started + self._limits.timeout_s)
            ending = progress.completed(text)
        except TurnFailedError as error:
            ending = progress.failed(error)
        except (TurnLostError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  the edge of the job: nothing may leave it running
            log.error("turn.crashed", turn_id=str(turn.uid), kind=type(error).__name__)
            ending = progress.failed(InternalError())
        record = await self._journal.close(turn, ending)
        log.info(
            "turn.ended",
            turn_id=str(turn.uid),
            status=record.status,
            error_code=record.error_code,
            attempt=turn.attempt,
            history=len(turn.history),
            requests=record.usage.requests,
            tool_calls=len(ending.tool_calls or ()),
            ms=round((time.monotonic() - started) * 1000),
        )
        return record

    async def _think_and_act(self, progress: _Progress, deadline: float) -> str:
        """Ask the model, do what it calls for, and ask again, until it answers in words."""
        parameters = ModelRequestParameters(function_tools=await self._toolset.definitions())
        for _ in range(self._limits.iterations):
            response = await self._think(progress, parameters, deadline)
            if not calls_in(response):
                return progress.answer(response)
            await self._act(progress, response)
        raise MaxIterationsError

    async def _think(
        self, progress: _Progress, parameters: ModelRequestParameters, deadline: float
    ) -> ModelResponse:
        """One request to the model. No transaction is open, and only this is under the limit."""
        left_s = deadline - time.monotonic()
        try:
            async with asyncio.timeout(max(left_s, 0)):
                response = await self._model.request(progress.messages, None, parameters)
        except TimeoutError:
            raise AgentTimeoutError(retryable=True) from None
        return _ours(response, progress.turn, len(progress.steps))

    async def _act(self, progress: _Progress, response: ModelResponse) -> None:
        """Do the calls of one answer and write down the answer with them: all of it, or nothing."""

        async def work(tx: Transaction) -> Sequence[StepDraft]:
            effects: list[StepDraft] = [
                ("effect", await self._toolset.call(tx, progress.turn, call))
                for call in calls_in(response)
            ]
            return [("response", write_response(response)), *effects]

        progress.add(await self._journal.act(progress.turn, len(progress.steps), work))

    # ---- this copy ----

    @property
    def running(self) -> Sequence[OwnedTurn]:
        """The turns that run here now."""
        return [job.turn for job in self._jobs.values()]

    @property
    def stopping(self) -> bool:
        """Whether this copy takes no more turns."""
        return self._stopping

    def abandon(self, turn: OwnedTurn) -> None:
        """Stop working on a turn that this copy has lost."""
        job = self._jobs.get(turn.id)
        if job is not None and job.turn.epoch == turn.epoch:
            job.task.cancel()

    def let_go(self, turn: TurnId, conversation: ConversationId) -> None:
        """Stop working on a turn that was ended from outside; who listens to it reads that end.

        On another copy the owner finds out at its next write or renewal.
        """
        if (job := self._jobs.get(turn)) is not None:
            job.task.cancel()
        self._line.wake(conversation)

    async def stop(self, grace_s: float) -> None:
        """Take no more requests, give the running turns a moment, then let go of them.

        What is let go of stays running in the journal and is taken over.
        """
        self._stopping = True
        give_up = time.monotonic() + grace_s
        # Again and again: a message that was just being accepted becomes a job meanwhile.
        while tasks := [job.task for job in self._jobs.values()]:
            _, late = await asyncio.wait(tasks, timeout=max(give_up - time.monotonic(), 0))
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _check_stopping(self) -> None:
        if self._stopping:
            raise StoppingError(retry_after_s=1)


@dataclass(frozen=True, slots=True)
class _Job:
    turn: OwnedTurn
    task: asyncio.Task[TurnRecord | None]


class _Progress:
    """How far a turn is: its steps, and the messages that the model reads next."""

    def __init__(self, turn: OwnedTurn) -> None:
        self.turn = turn
        self.steps: list[Step] = list(turn.steps)
        self.messages: list[ModelMessage] = []
        self._responses: list[ModelResponse] = []

    def begin(self) -> None:
        """Read what is stored. A step of its own, since even a turn that is unreadable must end."""
        self.messages = messages_for(self.turn)
        self._responses = [read_response(s.body) for s in self.steps if s.kind == "response"]

    def add(self, steps: Sequence[Step]) -> None:
        """What was just written down; the model is shown the results at its next request."""
        self.steps.extend(steps)
        request = cast("ModelRequest", self.messages[-1])
        response = read_response(steps[0].body)
        self._responses.append(response)
        self.messages.append(response)
        returns = [tool_return(s.body["name"], s.body["id"], s.body) for s in steps[1:]]
        self.messages.append(ModelRequest(parts=returns, instructions=request.instructions))

    def answer(self, response: ModelResponse) -> str:
        """The reply: all that the model said in this turn, or else what its tools gave back."""
        self._responses.append(response)
        said = "\n\n".join(text for text in map(text_in, self._responses) if text)
        return said or receipts.answer_from(self._results())

    def completed(self, text: str) -> Ending:
        """The turn ends with its answer."""
        return self._ending(Ending("completed", text))

    def failed(self, error: TurnFailedError) -> Ending:
        """The turn ends early; it has a reply only if there is something done to tell of."""
        done = receipts.describe(self._results())
        return self._ending(
            Ending(
                "failed",
                f"{done} {receipts.STOPPED_EARLY}" if done else None,
                error_code=error.code,
                retryable=error.retryable,
            )
        )

    def _ending(self, ending: Ending) -> Ending:
        return added_up(ending, self._responses, self._results())

    def _results(self) -> list[Mapping[str, Any]]:
        return results_of(self.steps)


def _ours(response: ModelResponse, turn: OwnedTurn, idx: int) -> ModelResponse:
    """The model's answer with call ids of our own, and nothing that a later request would choke on.

    Ids must be unique over the whole conversation (Anthropic refuses a repeated one), and models
    count theirs from 1 in every answer. Names that a model made up are refused by OpenAI in the
    history (letters, digits, _ and -, 64 at most), text with NUL by Postgres.
    """
    number = idx
    parts: list[Any] = []
    for part in response.parts:
        if isinstance(part, ToolCallPart):
            number += 1
            name = tool_name(part.tool_name)
            call_id = f"call_{turn.id}_{number}"
            parts.append(replace(part, tool_name=name, tool_call_id=call_id))
        elif isinstance(part, TextPart):
            parts.append(replace(part, content=storable(part.content)))
        else:
            parts.append(part)
    return replace(response, parts=parts)
