"""The durable turn: every write that a turn makes, and what keeps each of them honest.

The rules are `docs/turn-protocol.md`; this is their order of work:

    open      lock the conversation; key; is one running?; counter + 1; turn; message; history
    act       fence; the effects; the steps that record them; of a streamed turn its events, too
    begin     the same with calls elsewhere, which are made after it; it also renews the lease
    result    fence; what a call elsewhere came to, in place of its begun step
    tell      fence; events of a streamed turn (what several turns tell at once, together)
    close     lock the conversation; fence; reply; counters
    continue  lock the conversation; a turn that failed retryably runs again, next attempt
    cancel    lock the conversation, then the turn; reply from its steps, and a higher epoch
    offer     a turn that this copy has stopped working on: others take it at once
    renew     the leases of all turns this copy runs; watch only looks whether they still are
    claim     turns whose owner is silent, with a higher epoch

*Fence* is `status = 'running' AND epoch = mine`, of this user, in the statement that writes or in a row lock held
until the commit. Whoever raises the epoch owns the turn. Lock order: conversation, turn, tasks.

Here stands what is one transaction, and that it is sent again where its answer was lost; what is in
it stands beside: `journal_steps.py`, `journal_events.py`, `journal_continue.py`, `journal_cancel.py`,
`journal_leases.py`, `journal_reads.py`. Open and close are one function each on Postgres, so one
round trip (`journal_functions.py`); on SQLite the same statements run in the writer's thread
(`journal_statements.py`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from taskchat.chat import (
    journal_cancel,
    journal_continue,
    journal_events,
    journal_functions,
    journal_keys,
    journal_leases,
    journal_reads,
    journal_statements,
    journal_steps,
)
from taskchat.chat.journal_telling import EventWriter
from taskchat.chat.limits import Limits
from taskchat.chat.records import Busy, Claim, Known, Opened, TurnLostError
from taskchat.db.database import ConflictError, GuardError, ParentGoneError, settled
from taskchat.db.postgres import PostgresDatabase
from taskchat.errors import (
    ConversationNotFoundError,
    DatabaseError,
    KeyReusedError,
    NotAuthenticatedError,
)
from taskchat.ids import ConversationId, TurnId, new_uid
from taskchat.measures import metrics
from taskchat.tasks.counting import take_ids

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from uuid import UUID

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.journal_steps import Ahead, Effects, Tell
    from taskchat.chat.records import (
        Ending,
        Opening,
        OwnedTurn,
        Step,
        TurnRecord,
        TurnRequest,
        Usage,
    )
    from taskchat.chat.window import Window
    from taskchat.db.database import Database, Guard, Transaction, Work
    from taskchat.ids import TaskId, UserId

T = TypeVar("T")

NO_LIMITS = Limits()
KEY_LIFE = timedelta(hours=24)
"""How long an `Idempotency-Key` names its turn."""
PURGED_AT_ONCE = 1000

TICKET_S = 3
"""How long a waiting request keeps its place without a sign of life."""
OPEN_TRIES = 5
"""A unique violation in open is not an error: equal keys met, and one of them was first."""


class Journal:
    """Writes turns down. Holds no turn itself."""

    def __init__(
        self, db: Database, *, lease_s: float, window: Window, limits: Limits = NO_LIMITS
    ) -> None:
        """Keep turns in `db`.

        Args:
            db: where conversations and tasks are, too.
            lease_s: after how long a silent owner loses its turn (`TASKCHAT_LEASE_S`).
            window: which earlier messages a turn thinks with (`TASKCHAT_HISTORY`).
            limits: what one user may have (`TASKCHAT_RATE_LIMIT`, `TASKCHAT_TURNS_AT_ONCE`,
                `TASKCHAT_TOKENS_PER_DAY`).
        """
        self._db = db
        self.lease_s = lease_s
        """After how many seconds a silent owner loses its turn."""
        self._window = window
        self._limits = limits
        self._events = EventWriter(self._tell_once)

    async def open(self, request: TurnRequest, *, waited: bool = False) -> Opening:
        """Accept a request: after this the message is stored, whatever happens.

        Args:
            request: what to store, and by which names.
            waited: it was busy before and holds a ticket.

        Raises:
            ConversationNotFoundError: there is no such conversation of this user.
            KeyReusedError: its key names a turn with another content.
            NotAuthenticatedError: the user was erased meanwhile.
            TooManyRequestsError: a limit of the user is reached.
            DatabaseError: nothing is known to be stored; if it was, a take-over ends it.
        """
        for conflicts in range(OPEN_TRIES):
            # What was in the way may be this very turn, committed by a try whose answer was lost.
            met = conflicts > 0
            try:
                found = await settled(
                    lambda again, met=met: self._open_once(
                        request, again=again or met, waited=waited
                    )
                )
            except ConflictError:
                continue
            except ParentGoneError:  # of whom a token was remembered a moment ago
                raise NotAuthenticatedError from None
            return await self._read_opening(request, found)
        raise DatabaseError

    async def _open_once(
        self, request: TurnRequest, *, again: bool, waited: bool
    ) -> Mapping[str, Any]:
        terms = journal_statements.OpenTerms(
            again, waited, self.lease_s, TICKET_S, self._window, self._limits
        )
        if isinstance(self._db, PostgresDatabase):
            return await journal_functions.open_turn(self._db, request, terms)
        return await self._db.transaction(
            lambda tx: journal_statements.open_turn(tx, request, terms), user=request.user
        )

    async def _read_opening(self, request: TurnRequest, found: Mapping[str, Any]) -> Opening:
        match found["outcome"]:
            case "opened":
                return Opened(journal_reads.opened_turn(request, found))
            case "mine" if found["epoch"] == 1:
                claim = Claim(TurnId(found["turn_id"]), request.user, 1)
                with suppress(TurnLostError):
                    return Opened(await self.load(claim))
                return await self._known(request, claim.turn)
            case "mine" | "same":
                return await self._known(request, TurnId(found["turn_id"]))
            case "limited":
                raise self._limits.refusal(found)
            case "busy":
                return Busy(ConversationId(found["conversation_id"]))
            case "reused":
                raise KeyReusedError
            case _:
                raise ConversationNotFoundError

    async def _known(self, request: TurnRequest, turn: TurnId) -> Known:
        record = await self.read(request.user, turn)
        if record is None:
            raise ConversationNotFoundError
        return Known(record)

    async def drop_ticket(self, request: TurnRequest) -> None:
        """Stop waiting: whoever stands behind moves up."""
        await self._db.transaction(
            lambda tx: tx.execute("DELETE FROM waiters WHERE uid = $1", request.ticket),
            user=request.user,
        )

    async def act(  # noqa: PLR0913  all that is written
        self,
        turn: OwnedTurn,
        idx: int,
        work: Effects,
        usage: Usage,
        tell: Tell = lambda _: (),
        ahead: Ahead | None = None,
    ) -> Sequence[Step]:
        """Do effects and write down the steps that record them, in one transaction.

        Args:
            turn: whose steps they are.
            idx: of the first step.
            work: does the effects inside the transaction and says what to record.
            usage: what the turn has used so far; who takes it over counts on from there.
            tell: the events of a streamed turn that are stored with these steps.
            ahead: the same as `work`, if it reads nothing; on Postgres all is then one round trip.

        Raises:
            TurnLostError: the turn has another owner; nothing was done.
        """
        return await self._write_steps(turn, idx, work, tell, ahead, usage, None)

    async def take_task_ids(self, user: UserId, count: int) -> Sequence[TaskId]:
        """Ids for the tasks that an act is about to add; see `tasks/counting.py`."""
        return await settled(lambda _: take_ids(self._db, user, count))

    async def begin(  # noqa: PLR0913  the same
        self,
        turn: OwnedTurn,
        idx: int,
        work: Effects,
        usage: Usage,
        tell: Tell = lambda _: (),
        ahead: Ahead | None = None,
    ) -> Sequence[Step]:
        """The same where calls on further servers are among the steps: after this they may be made.

        The lease begins anew, so nobody takes the turn over while that is being done.
        """
        return await self._write_steps(turn, idx, work, tell, ahead, usage, self.lease_s)

    async def _write_steps(  # noqa: PLR0913  the same
        self,
        turn: OwnedTurn,
        idx: int,
        work: Effects,
        tell: Tell,
        ahead: Ahead | None,
        usage: Usage,
        lease_s: float | None,
    ) -> Sequence[Step]:
        if ahead is not None and isinstance(db := self._db, PostgresDatabase):
            steps = journal_steps.numbered(idx, await ahead.effects())
            act = journal_functions.Act(turn, usage, lease_s, steps, ahead.added, tell(steps))
            if not await settled(lambda again: journal_functions.act(db, act, again=again)):
                raise TurnLostError
            return steps

        async def write(tx: Transaction, again: bool) -> Sequence[Step]:
            return await journal_steps.write(tx, turn, idx, work, tell, again=again)

        guard = journal_leases.owning(turn, usage, lease_s)
        try:
            return await self._settled(turn.user, write, guard)
        except GuardError:
            raise TurnLostError from None

    async def result(self, turn: OwnedTurn, step: Step, tell: Tell = lambda _: ()) -> None:
        """Write down what a call on a further server came to, in place of its begun step.

        Args:
            turn: whose step it is.
            step: the same one, of the kind `effect`, or `in_doubt` where it is not known.
            tell: the events of a streamed turn that are stored with it.

        Raises:
            TurnLostError: the turn has another owner, for whom the call is in doubt.
        """

        async def write(tx: Transaction, again: bool) -> None:
            if not await journal_leases.fence(tx, turn):
                raise TurnLostError
            await journal_steps.settle(tx, turn, step, tell, again=again)

        await self._settled(turn.user, write)

    async def tell(self, turn: OwnedTurn, events: Sequence[TurnEvent]) -> None:
        """Write down events of a streamed turn; after this they may be shown.

        Raises:
            TurnLostError: the turn has another owner; nothing was written.
        """

        def once(again: bool) -> Awaitable[bool]:
            return self._events.write(journal_events.EventBatch(turn, events, again))

        if not await settled(once):
            raise TurnLostError

    async def _tell_once(self, batches: Sequence[journal_events.EventBatch]) -> Sequence[bool]:
        if isinstance(self._db, PostgresDatabase):
            return await journal_functions.tell(self._db, batches)

        async def work(tx: Transaction) -> Sequence[bool]:
            return [await journal_events.tell(tx, batch) for batch in batches]

        return await self._db.transaction(work)

    async def story(
        self, user: UserId, turn: TurnId, last_id: int
    ) -> tuple[TurnRecord, Sequence[TurnEvent]] | None:
        """How a turn stands and what it has told after that number; None where there is none."""
        return await self._db.read(
            lambda tx: journal_events.story(tx, user, turn, last_id), user=user
        )

    async def close(self, turn: OwnedTurn, ending: Ending) -> TurnRecord:
        """End the turn: status, reply and counters at once.

        Raises:
            TurnLostError: another owner ends it, or has.
        """
        uid = new_uid()
        closed = await settled(lambda _: self._close_once(turn, ending, uid))
        if not closed["closed"]:
            # If the answer of our own commit was lost, the end that stands there is ours.
            record = await self.read(turn.user, turn.id)
            if record is None or record.status == "running" or record.epoch != turn.epoch:
                raise TurnLostError
            return record
        return journal_reads.closed_turn(turn, ending, closed)

    async def _close_once(self, turn: OwnedTurn, ending: Ending, uid: UUID) -> Mapping[str, Any]:
        if isinstance(self._db, PostgresDatabase):
            return await journal_functions.close_turn(self._db, turn, ending, uid)
        return await self._db.transaction(
            lambda tx: journal_statements.close_turn(tx, turn, ending, uid), user=turn.user
        )

    async def continue_turn(self, record: TurnRecord) -> OwnedTurn | None:
        """Go on with a turn that failed retryably; None where that may not be any more.

        Raises:
            TokenBudgetSpentError: it might, but its user's tokens of the day are spent.
        """
        claim = await self._db.transaction(
            lambda tx: journal_continue.continue_turn(tx, record, self.lease_s, self._limits),
            user=record.user,
        )
        with suppress(TurnLostError):
            return None if claim is None else await self.load(claim)
        return None

    async def cancel(self, user: UserId, uid: UUID) -> TurnRecord | None:
        """End a running turn because its user wants that, and give it as it then stands.

        One that has ended stays as it is; None where there is none. It may be repeated.
        """

        async def write(tx: Transaction, again: bool) -> tuple[TurnRecord | None, bool]:
            record = await journal_reads.record(tx, user, uid)
            return (
                (None, False) if record is None else await journal_cancel.cancel(tx, user, record)
            )

        record, was_running = await self._settled(user, write)
        if was_running:
            metrics.turn_cancelled()
        return record

    async def offer(self, turn: OwnedTurn) -> None:
        """Let any copy have a turn at once. Only after its job here has stopped."""
        await self._settled(turn.user, lambda tx, _: journal_leases.offer(tx, turn))

    async def renew(self, turns: Sequence[OwnedTurn]) -> Sequence[OwnedTurn]:
        """Keep the leases of turns this copy runs; those that are lost come back."""
        return await self._db.transaction(lambda tx: journal_leases.renew(tx, turns, self.lease_s))

    async def watch(self, turns: Sequence[OwnedTurn]) -> Sequence[OwnedTurn]:
        """Those of the turns this copy runs that are another's by now, or were ended elsewhere."""
        if self._db.dialect == "sqlite":
            return ()  # one process serves the file, and it knows what it ended
        return await self._db.read(lambda tx: journal_leases.watch(tx, turns))

    async def disown_all(self) -> None:
        """End every lease: the only process that runs turns here has just been started."""
        await self._db.transaction(journal_leases.end_all)

    async def claim(self) -> Sequence[Claim]:
        """Take over some turns whose owner is silent or has offered them."""
        return await self._db.transaction(lambda tx: journal_leases.claim(tx, self.lease_s))

    async def load(self, claim: Claim) -> OwnedTurn:
        """Everything that is needed to go on with a turn that this copy owns."""
        turn = await self._db.read(
            lambda tx: journal_reads.owned_turn(tx, claim.turn, claim.epoch, self._window),
            user=claim.user,
        )
        if turn is None:
            raise TurnLostError
        return replace(turn, given_up=claim.given_up)

    async def read(
        self, user: UserId, turn: TurnId | UUID, *, deleted_too: bool = False
    ) -> TurnRecord | None:
        """A turn as it stands, with its reply; those of deleted conversations only if asked for."""
        return await self._db.read(
            lambda tx: journal_reads.record(tx, user, turn, deleted_too=deleted_too), user=user
        )

    async def purge_events(self) -> int:
        """Drop what was told of turns that ended a day ago, of all users; says how much."""
        before = datetime.now(UTC) - journal_events.KEPT
        return await self._in_batches(lambda tx: journal_events.purge(tx, before, PURGED_AT_ONCE))

    async def purge_keys(self) -> int:
        """Forget the keys of turns that are a day old, of all users; says how many."""
        before = datetime.now(UTC) - KEY_LIFE
        return await self._in_batches(lambda tx: journal_keys.purge(tx, before, PURGED_AT_ONCE))

    async def _in_batches(self, batch: Work[int]) -> int:
        """Small ones, between which others write."""
        done = 0
        while changed := await self._db.transaction(batch):
            done += changed
            if changed < PURGED_AT_ONCE:
                break
        return done

    async def _settled(
        self,
        user: UserId,
        write: Callable[[Transaction, bool], Awaitable[T]],
        guard: Guard | None = None,
    ) -> T:
        """A transaction that is sent until it is known to be done; it is told whether it is again."""
        return await settled(
            lambda again: self._db.transaction(lambda tx: write(tx, again), user=user, guard=guard)
        )
