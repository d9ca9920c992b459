"""A chat turn from top to bottom: open, run, listen.

    send    a request comes in: open the turn (or find it, or wait for its place), then listen
    run     the turn's own background job: `agent.py` thinks and acts until there is an answer, then
            closes

A request is only one listener of a turn: it may leave, and the turn goes on. What must survive is
in the journal before anyone is told of it; nothing here is needed to finish a turn elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from taskchat.chat.agent import Agent
from taskchat.chat.events import STARTED_ID, started
from taskchat.chat.records import (
    Busy,
    Known,
    Opened,
    OwnedTurn,
    TurnLostError,
    TurnRecord,
    TurnRequest,
)
from taskchat.chat.telling import Telling
from taskchat.chat.waiting import WaitingLine, woken
from taskchat.errors import (
    ConversationBusyError,
    DatabaseError,
    StoppingError,
    TurnNotFoundError,
)
from taskchat.measures import metrics

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic_ai.models import Model

    from taskchat.chat.agent import TurnLimits
    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal import Journal
    from taskchat.chat.summaries import Summaries
    from taskchat.chat.toolset import Toolset
    from taskchat.ids import ConversationId, TurnId, UserId

log = structlog.get_logger()

WAIT_S = 30
"""How long a message waits for its conversation (contract, promise 6)."""
LISTEN_POLL_S = (0.25, 1.0)
"""How often a turn that runs elsewhere is looked at: at first, and at last."""

FOLLOW_POLL_S = (0.15, 1.0)
"""The same for who follows what a turn tells: while something comes, and at last."""

IsGone = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An ended turn, and whether it had ended before it was asked for (again)."""

    record: TurnRecord
    replayed: bool = False


class Turns:
    """Takes requests and runs their turns. Holds only what runs here at this moment."""

    def __init__(  # noqa: PLR0913  the parts of a turn, and what makes its agent of them
        self,
        journal: Journal,
        toolset: Toolset,
        model: Model,
        limits: TurnLimits,
        summaries: Summaries | None = None,
        make_agent: Callable[[Journal, Toolset, Model, TurnLimits], Agent] = Agent,
    ) -> None:
        self._journal = journal
        self._agent = make_agent(journal, toolset, model, limits)
        self._summaries = summaries
        self._line = WaitingLine()
        self._jobs: dict[tuple[UserId, TurnId], _Job] = {}
        """By the user, too: the id of an erased turn may be somebody else's next."""
        self._stopping = False
        self._stop_by = 0.0
        self._ending: asyncio.Task[None] | None = None

    # ---- a request ----

    async def send(self, request: TurnRequest, is_gone: IsGone) -> Answer:
        """Store a message, have it answered, and give the turn's end.

        Raises:
            AppError: as `begin`; `StoppingError` also where this copy has let go of the turn to end.
        """
        turn, replayed = await self.begin(request, is_gone)
        return Answer(await self._listen(turn), replayed)

    async def begin(
        self, request: TurnRequest, is_gone: IsGone
    ) -> tuple[OwnedTurn | TurnRecord, bool]:
        """Store a message and have its turn run; gives it, and whether it had ended before.

        Args:
            request: the message and where it goes.
            is_gone: whether the client has left; asked only while nothing is accepted yet.

        Raises:
            ConversationNotFoundError, KeyReusedError, ConversationBusyError: nothing was stored.
            TooManyRequestsError: nothing was stored; a turn that might go on stays as it was.
            StoppingError: this copy takes no new turns.
        """
        self._check_stopping()
        opening = await self._open(request, is_gone)
        if isinstance(opening, Opened):
            return self.start(opening.turn), False
        turn = await self._go_on(opening.record)
        return turn, isinstance(turn, TurnRecord) and turn.status != "running"

    async def _go_on(self, record: TurnRecord) -> OwnedTurn | TurnRecord:
        """Continue a turn that exists where it may; else see how it stands."""
        if not _may_go_on(record):
            return record
        if (turn := await self._journal.continue_turn(record)) is not None:
            return self.start(turn)
        # It may not go on, or another request was quicker.
        return await self._journal.read(record.user, record.id) or record

    async def retry(self, user: UserId, uid: UUID) -> TurnRecord:
        """Let a turn that failed retryably run again, where it may; gives it as it then stands.

        Raises:
            TurnNotFoundError: there is none, or its conversation was deleted.
            TokenBudgetSpentError: it might go on, but for the tokens of its user's day.
            StoppingError: this copy takes no new turns.
        """
        self._check_stopping()
        record = await self.find(user, uid)
        turn = await self._journal.continue_turn(record) if _may_go_on(record) else None
        try:
            # Before it runs: a quick attempt would have ended by the time it is read.
            return await self.find(user, uid)
        finally:
            if turn is not None:
                self.start(turn)

    async def cancel(self, user: UserId, uid: UUID) -> TurnRecord:
        """End a running turn, wherever it runs; gives it as it then stands.

        Raises:
            TurnNotFoundError: there is none, or its conversation was deleted.
        """
        record = await self._journal.cancel(user, uid)
        if record is None:
            raise TurnNotFoundError
        if record.status == "cancelled":  # one that failed may run again by now
            self.let_go(record.id, record.conversation_id)
        return record

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
                metrics.message_waited(time.monotonic() - give_up + WAIT_S)
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
        while isinstance(turn, OwnedTurn) or turn.status == "running":
            if (job := self._jobs.get((turn.user, turn.id))) is not None:
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
        return turn

    async def follow(
        self, turn: OwnedTurn | TurnRecord, last_id: int = 0
    ) -> AsyncGenerator[TurnEvent]:
        """What a turn tells after that number, to the end of its last attempt, on any copy.

        It ends without an end where this copy stops: whoever listens goes on at another one.

        Raises:
            DatabaseError: the turn runs elsewhere and cannot be read; go on after the last number.
        """
        shortest_s, longest_s = FOLLOW_POLL_S
        pause_s = shortest_s
        while True:
            job = self._jobs.get((turn.user, turn.id))
            told = None
            if job is not None and job.turn.streamed:
                if last_id < STARTED_ID and job.turn.attempt == 1:
                    yield started(job.turn)
                    last_id = STARTED_ID
                told = job.telling.told.after(last_id)
            is_here = told is not None
            is_over = False
            if told is None:
                record, told = await self._story(turn, last_id)
                is_over = record.status != "running" or (self._stopping and job is None)
            for event in told:
                yield event
                last_id = event.id
            if is_over:
                return
            if told:
                pause_s = shortest_s
            if not is_here:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 1.5, longest_s)
            elif not told and job is not None:
                await job.telling.told.changed(longest_s)

    async def _story(
        self, turn: OwnedTurn | TurnRecord, last_id: int
    ) -> tuple[TurnRecord, Sequence[TurnEvent]]:
        story = await self._journal.story(turn.user, turn.id, last_id)
        if story is None:  # erased meanwhile
            raise TurnNotFoundError
        return story

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
        if (older := self._jobs.get((turn.user, turn.id))) is not None:
            older.task.cancel()  # its epoch is over: nothing that it does would be taken
        telling = Telling(self._journal, turn)
        task = asyncio.create_task(self._run_job(turn, telling), name=f"turn {turn.id}")
        self._jobs[turn.user, turn.id] = _Job(turn, task, telling)
        # Not in the job itself: one that is cancelled before it begins never comes to its end.
        task.add_done_callback(partial(self._job_ended, turn, telling))
        return turn

    async def _run_job(self, turn: OwnedTurn, telling: Telling) -> TurnRecord | None:
        """Run the turn; None where it was lost, and its end is another copy's."""
        try:
            record = await self._agent.run(turn, telling)
        except TurnLostError:
            log.info("turn.lost", turn_id=str(turn.uid), epoch=turn.epoch)
            return None
        if self._summaries is not None and record.status == "completed" and not self._stopping:
            self._summaries.after(turn)
        return record

    def _job_ended(
        self, turn: OwnedTurn, telling: Telling, task: asyncio.Task[TurnRecord | None]
    ) -> None:
        job = self._jobs.get((turn.user, turn.id))
        if job is not None and job.task is task:
            del self._jobs[turn.user, turn.id]
        telling.close()
        self._line.wake(turn.conversation_id)
        # Asked for in any case: asyncio prints the whole error where nobody did.
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn.left_running", turn_id=str(turn.uid), kind=type(error).__name__)

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
        job = self._jobs.get((turn.user, turn.id))
        if job is not None and job.turn.epoch == turn.epoch:
            job.task.cancel()

    def let_go(self, turn: TurnId, conversation: ConversationId) -> None:
        """Stop working on a turn that was ended from outside; who listens to it reads that end.

        On another copy the owner finds out at its next write or renewal.
        """
        for job in self._jobs.values():
            if (job.turn.id, job.turn.conversation_id) == (turn, conversation):
                job.task.cancel()
        self._line.wake(conversation)

    def begin_to_stop(self, grace_s: float) -> None:
        """Take no more requests, and give the running turns a moment."""
        if not self._stopping:
            self._stopping = True
            self._stop_by = time.monotonic() + grace_s
            self._ending = asyncio.create_task(self._end_jobs())

    async def stop(self, grace_s: float) -> None:
        """The same; returns when nothing runs here any more."""
        self.begin_to_stop(grace_s)
        if self._ending is not None:
            await self._ending
        await self._end_jobs()
        if self._summaries is not None:
            await self._summaries.stop()

    async def _end_jobs(self) -> None:
        """Wait for the jobs, and hand over what is late: another copy takes it at once."""
        # Again and again: a message that was just being accepted becomes a job meanwhile.
        while jobs := [*self._jobs.values()]:
            tasks = [job.task for job in jobs]
            _, late = await asyncio.wait(tasks, timeout=max(self._stop_by - time.monotonic(), 0))
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for job in jobs:
                if job.task in late:
                    with suppress(DatabaseError):  # its lease runs out
                        await self._journal.offer(job.turn)

    def _check_stopping(self) -> None:
        if self._stopping:
            raise StoppingError(retry_after_s=1)


def _may_go_on(record: TurnRecord) -> bool:
    """Whether to ask the journal at all; it alone knows whether the conversation has gone on."""
    return record.status == "failed" and record.retryable


@dataclass(frozen=True, slots=True)
class _Job:
    turn: OwnedTurn
    task: asyncio.Task[TurnRecord | None]
    telling: Telling
