"""The durable turn: every write that a turn makes, and what keeps each of them honest.

The rules are `docs/turn-protocol.md`; this is their order of work:

    open      lock the conversation; key; is one running?; counter + 1; turn; message; history
    act       fence; the effects; the steps that record them; of a streamed turn its events, too
    begin     the same with calls elsewhere, which are made after it; it also renews the lease
    result    fence; what a call elsewhere came to, in place of its begun step
    tell      fence; events of a streamed turn
    close     lock the conversation; fence; reply; counters
    continue  lock the conversation; a turn that failed retryably runs again, next attempt
    cancel    lock the conversation, then the turn; reply from its steps, and a higher epoch
    offer     a turn that this copy has stopped working on: others take it at once
    renew     the leases of all turns this copy runs; watch only looks whether they still are
    claim     turns whose owner is silent, with a higher epoch

*Fence* is `status = 'running' AND epoch = mine`, in the statement that writes or in a row lock held
until the commit. Whoever raises the epoch owns the turn. On Postgres open and close are one
function each, so one round trip; on SQLite the same statements run in the writer's thread
(`journal_steps.py`). Lock order: conversation, turn, tasks.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from taskchat.chat import (
    budget,
    journal_cancel,
    journal_events,
    journal_keys,
    journal_leases,
    journal_reads,
    journal_steps,
)
from taskchat.chat.journal_steps import Limits
from taskchat.chat.records import (
    Busy,
    Ending,
    HistoryMessage,
    Known,
    Opened,
    Opening,
    OwnedTurn,
    Reply,
    Step,
    StepDraft,
    TurnLostError,
    TurnRecord,
    TurnRequest,
    Usage,
)
from taskchat.db.database import (
    ConflictError,
    ConnectionLostError,
    Database,
    DeadlockError,
    ParentGoneError,
    Transaction,
    as_json,
    as_uuid,
)
from taskchat.db.postgres import PostgresDatabase
from taskchat.errors import (
    ConversationNotFoundError,
    DatabaseError,
    KeyReusedError,
    NotAuthenticatedError,
    TokenBudgetSpentError,
    TooManyRequestsError,
)
from taskchat.ids import ConversationId, TurnId, UserId, new_uid

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.window import Window
    from taskchat.db.database import Work

T = TypeVar("T")

NO_LIMITS = Limits()
KEY_LIFE = timedelta(hours=24)
"""How long an `Idempotency-Key` names its turn."""
PURGED_AT_ONCE = 1000

TICKET_S = 3
"""How long a waiting request keeps its place without a sign of life."""
OPEN_TRIES = 5
"""A unique violation in open is not an error: equal keys met, and one of them was first."""
RESEND_S = 10
"""How long a write whose answer was lost is sent again."""
TAKEOVERS = 3
"""A turn that was taken over this often and falls silent once more is given up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that this copy has just taken over."""

    turn: TurnId
    user: UserId
    epoch: int
    given_up: bool


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
        terms = journal_steps.OpenTerms(
            again, waited, self.lease_s, TICKET_S, self._window, self._limits
        )
        if isinstance(self._db, PostgresDatabase):
            row = await self._db.call(
                "SELECT turn_open_3($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
                " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) AS opening",
                again,
                request.uid,
                request.user,
                None if isinstance(request.conversation, UUID) else request.conversation,
                request.conversation
                if isinstance(request.conversation, UUID)
                else request.new_conversation_uid,
                request.conversation is None,
                request.title,
                request.message_uid,
                request.content,
                None if request.metadata is None else json.dumps(request.metadata),
                request.key,
                request.digest,
                request.ticket,
                waited,
                request.time_zone,
                request.streamed,
                self.lease_s,
                TICKET_S,
                self._window.messages,
                self._window.tokens,
                None if (window := self._limits.window) is None else window.limit,
                None if window is None else window.window_s,
                self._limits.at_once,
                self._limits.tokens_per_day,
            )
            return cast("Mapping[str, Any]", as_json(None if row is None else row["opening"]))
        return await self._db.transaction(
            lambda tx: journal_steps.open_turn(tx, request, terms), user=request.user
        )

    async def _read_opening(self, request: TurnRequest, found: Mapping[str, Any]) -> Opening:
        match found["outcome"]:
            case "opened":
                return Opened(_opened(request, found))
            case "mine" if found["epoch"] == 1:
                claim = Claim(TurnId(found["turn_id"]), request.user, 1, given_up=False)
                with suppress(TurnLostError):
                    return Opened(await self.load(claim))
                return await self._known(request, claim.turn)
            case "mine" | "same":
                return await self._known(request, TurnId(found["turn_id"]))
            case "limited":
                raise self._refusal(found)
            case "busy":
                return Busy(ConversationId(found["conversation_id"]))
            case "reused":
                raise KeyReusedError
            case _:
                raise ConversationNotFoundError

    def _refusal(self, found: Mapping[str, Any]) -> TooManyRequestsError:
        """Which limit is reached, and when there is room again."""
        reset_s = max(1, math.ceil(found["room_s"]))
        if found["by"] == "rate" and self._limits.rate is not None:
            return TooManyRequestsError(limit=self._limits.rate.limit, reset_s=reset_s)
        if found["by"] == "tokens":
            return TokenBudgetSpentError(
                limit=self._limits.tokens_per_day or 0,
                reset_s=reset_s,
                resets_at=journal_reads.moment(found["resets_at"]),
            )
        return TooManyRequestsError(
            limit=self._limits.at_once or 0,
            reset_s=reset_s,
            text="Too many of your messages are being answered at once; wait for one to end.",
        )

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

    async def act(
        self,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Sequence[StepDraft]]],
        tell: Callable[[Sequence[Step]], Sequence[TurnEvent]] = lambda _: (),
        usage: Usage | None = None,
    ) -> Sequence[Step]:
        """Do effects and write down the steps that record them, in one transaction.

        Args:
            turn: whose steps they are.
            idx: of the first step.
            work: does the effects inside the transaction and says what to record.
            tell: the events of a streamed turn that are stored with these steps.
            usage: what the turn has used so far; who takes it over counts on from there. None leaves
                it as it stands.

        Raises:
            TurnLostError: the turn has another owner; nothing was done.
        """
        return await self._act(
            turn, idx, work, tell, lambda tx: journal_leases.fence(tx, turn, usage)
        )

    async def begin(
        self,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Sequence[StepDraft]]],
        tell: Callable[[Sequence[Step]], Sequence[TurnEvent]] = lambda _: (),
        usage: Usage | None = None,
    ) -> Sequence[Step]:
        """The same where calls on further servers are among the steps: after this they may be made.

        The lease begins anew, so nobody takes the turn over while that is being done.
        """

        async def fence(tx: Transaction) -> bool:
            is_ours = await journal_leases.renewing_fence(tx, turn, self.lease_s)
            return is_ours and await journal_leases.fence(tx, turn, usage)

        return await self._act(turn, idx, work, tell, fence)

    async def _act(
        self,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Sequence[StepDraft]]],
        tell: Callable[[Sequence[Step]], Sequence[TurnEvent]],
        fence: Callable[[Transaction], Awaitable[bool]],
    ) -> Sequence[Step]:
        async def attempt(again: bool) -> Sequence[Step]:
            return await self._db.transaction(lambda tx: transaction(tx, again), user=turn.user)

        async def transaction(tx: Transaction, again: bool) -> Sequence[Step]:
            if not await fence(tx):
                raise TurnLostError
            if again and (stored := await journal_reads.steps(tx, turn.id, from_idx=idx)):
                return stored  # the lost answer was that of a commit
            drafts = await work(tx)
            steps = [Step(idx + n, kind, body) for n, (kind, body) in enumerate(drafts)]
            await tx.execute_many(
                "INSERT INTO steps (turn_id, idx, user_id, kind, epoch, body, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())",
                [
                    (turn.id, step.idx, turn.user, step.kind, turn.epoch, json.dumps(step.body))
                    for step in steps
                ],
            )
            if events := tell(steps):
                await journal_events.insert(tx, turn.user, turn.id, events)
            return steps

        return await settled(attempt)

    async def result(
        self,
        turn: OwnedTurn,
        step: Step,
        tell: Callable[[Sequence[Step]], Sequence[TurnEvent]] = lambda _: (),
    ) -> None:
        """Write down what a call on a further server came to, in place of its begun step.

        Args:
            turn: whose step it is.
            step: the same one, of the kind `effect`, or `in_doubt` where it is not known.
            tell: the events of a streamed turn that are stored with it.

        Raises:
            TurnLostError: the turn has another owner, for whom the call is in doubt.
        """

        async def transaction(tx: Transaction, again: bool) -> None:
            if not await journal_leases.fence(tx, turn):
                raise TurnLostError
            stored = await tx.execute(
                "UPDATE steps SET kind = $3, body = $4"
                " WHERE turn_id = $1 AND idx = $2 AND kind = 'begun'",
                turn.id,
                step.idx,
                step.kind,
                json.dumps(step.body),
            )
            if not stored and again:
                return  # the lost answer was that of a commit
            if events := tell([step]):
                await journal_events.insert(tx, turn.user, turn.id, events)

        async def attempt(again: bool) -> None:
            await self._db.transaction(lambda tx: transaction(tx, again), user=turn.user)

        await settled(attempt)

    async def tell(self, turn: OwnedTurn, events: Sequence[TurnEvent]) -> None:
        """Write down events of a streamed turn; after this they may be shown.

        Raises:
            TurnLostError: the turn has another owner; nothing was written.
        """
        if not await settled(lambda again: self._tell_once(turn, events, again=again)):
            raise TurnLostError

    async def _tell_once(
        self, turn: OwnedTurn, events: Sequence[TurnEvent], *, again: bool
    ) -> bool:
        if isinstance(self._db, PostgresDatabase):
            row = await self._db.call(
                "SELECT turn_tell_1($1, $2, $3, $4, $5, $6, $7) AS told",
                again,
                turn.id,
                turn.epoch,
                turn.user,
                [event.id for event in events],
                [event.name for event in events],
                [json.dumps(event.data) for event in events],
            )
            return row is not None and row["told"]
        return await self._db.transaction(
            lambda tx: journal_events.tell(tx, turn, events, again=again), user=turn.user
        )

    async def story(
        self, user: UserId, turn: TurnId, last_id: int
    ) -> tuple[TurnRecord, Sequence[TurnEvent]] | None:
        """How a turn stands and what it has told after that number; None where there is none."""

        async def work(tx: Transaction) -> tuple[TurnRecord, Sequence[TurnEvent]] | None:
            # The turn first: what it told before it ended is then there, too. If it goes on between
            # two looks, the end that was seen first is not its last.
            while True:
                record = await journal_reads.record(tx, user, turn, deleted_too=True)
                if record is None:
                    return None
                told = await journal_events.story(tx, record, last_id)
                if record.status == "running" or await journal_reads.is_last_end(tx, record):
                    return record, told

        return await self._db.read(work, user=user)

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
        reply = None
        if ending.content is not None:
            reply = Reply(
                as_uuid(closed["message_uid"]),
                ending.content,
                ending.tool_calls,
                ending.tool_results,
                ending.metadata,
                journal_reads.moment(closed["created_at"]),
            )
        return TurnRecord(
            turn.id,
            turn.uid,
            turn.user,
            turn.conversation_id,
            turn.conversation_uid,
            ending.status,
            turn.epoch,
            turn.attempt,
            ending.error_code,
            ending.retryable,
            ending.usage,
            turn.created_at,
            journal_reads.moment(closed["finished_at"]),
            reply,
            turn.streamed,
        )

    async def _close_once(self, turn: OwnedTurn, ending: Ending, uid: UUID) -> Mapping[str, Any]:
        if isinstance(self._db, PostgresDatabase):
            row = await self._db.call(
                "SELECT turn_close_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
                " $15) AS closing",
                turn.id,
                turn.epoch,
                turn.user,
                turn.conversation_id,
                ending.status,
                ending.error_code,
                ending.retryable,
                uid,
                ending.content,
                journal_steps.json_text(ending.tool_calls),
                journal_steps.json_text(ending.tool_results),
                journal_steps.json_text(ending.metadata),
                ending.usage.input_tokens,
                ending.usage.output_tokens,
                ending.usage.requests,
            )
            return cast("Mapping[str, Any]", as_json(None if row is None else row["closing"]))
        return await self._db.transaction(
            lambda tx: journal_steps.close_turn(tx, turn, ending, uid), user=turn.user
        )

    async def continue_turn(self, record: TurnRecord) -> OwnedTurn | None:
        """Go on with a turn that failed retryably; None where that may not be any more.

        Raises:
            TokenBudgetSpentError: it might, but its user's tokens of the day are spent.
        """

        async def work(tx: Transaction) -> Claim | None:
            conversation = await tx.fetchrow(
                "SELECT id FROM conversations WHERE user_id = $1 AND id = $2"
                " AND deleted_at IS NULL FOR NO KEY UPDATE",
                record.user,
                record.conversation_id,
            )
            if conversation is None:
                return None  # deleted a moment ago
            # What the caller knows may be an earlier attempt's end.
            ended = await journal_reads.record(tx, record.user, record.id)
            # To compare user_seq with last_seq would not do: a failed turn without a reply that is
            # followed by a question looks like the last one.
            row = await tx.fetchrow(
                "UPDATE turns SET status = 'running', epoch = epoch + 1, attempt = attempt + 1,"
                " lease_until = epoch_now() + $2, offered = false, error_code = NULL,"
                " retryable = false, finished_at = NULL"
                " WHERE id = $1 AND status = 'failed' AND retryable AND NOT EXISTS"
                " (SELECT 1 FROM messages WHERE messages.conversation_id = turns.conversation_id"
                "  AND messages.seq > turns.user_seq AND messages.turn_id <> turns.id)"
                " RETURNING epoch",
                record.id,
                self.lease_s,
            )
            if row is None or ended is None:
                return None
            # Last, so that what may not go on anyway is told as it ended.
            most = self._limits.tokens_per_day
            if most is not None and (found := await budget.spent(tx, record.user, most)):
                raise self._refusal(found)
            await journal_leases.doubt(tx, record.id)
            if ended.streamed:
                await journal_events.keep_end(tx, ended)
            return Claim(record.id, record.user, row["epoch"], given_up=False)

        claim = await self._db.transaction(work, user=record.user)
        with suppress(TurnLostError):
            return None if claim is None else await self.load(claim)
        return None

    async def renew(self, turns: Sequence[OwnedTurn]) -> Sequence[OwnedTurn]:
        """Keep the leases of turns this copy runs; those that are lost come back."""
        kept = await self._db.transaction(lambda tx: journal_leases.renew(tx, turns, self.lease_s))
        return [turn for turn in turns if turn.id not in kept]

    async def watch(self, turns: Sequence[OwnedTurn]) -> Sequence[OwnedTurn]:
        """Those of the turns this copy runs that are another's by now, or were ended elsewhere."""
        if self._db.dialect == "sqlite":
            return ()  # one process serves the file, and it knows what it ended
        kept = await self._db.read(lambda tx: journal_leases.watch(tx, turns))
        return [turn for turn in turns if turn.id not in kept]

    async def offer(self, turn: OwnedTurn) -> None:
        """Let any copy have a turn at once. Only after its job here has stopped."""
        await settled(
            lambda _: self._db.transaction(
                lambda tx: tx.execute(
                    "UPDATE turns SET offered = true"
                    " WHERE id = $1 AND epoch = $2 AND status = 'running'",
                    turn.id,
                    turn.epoch,
                ),
                user=turn.user,
            )
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

    async def disown_all(self) -> None:
        """End every lease: the only process that runs turns here has just been started."""
        await self._db.transaction(
            lambda tx: tx.execute("UPDATE turns SET lease_until = 0 WHERE status = 'running'")
        )

    async def claim(self) -> Sequence[Claim]:
        """Take over some turns whose owner is silent or has offered them."""
        rows = await self._db.transaction(lambda tx: journal_leases.claim(tx, self.lease_s))
        return [
            Claim(
                TurnId(row["id"]),
                UserId(row["user_id"]),
                row["epoch"],
                row["takeovers"] > TAKEOVERS,
            )
            for row in rows
        ]

    async def load(self, claim: Claim) -> OwnedTurn:
        """Everything that is needed to go on with a turn that this copy owns."""
        turn = await self._db.read(
            lambda tx: journal_reads.owned_turn(tx, claim.turn, claim.epoch, self._window),
            user=claim.user,
        )
        if turn is None:
            raise TurnLostError
        return replace(turn, given_up=claim.given_up)

    async def cancel(self, user: UserId, uid: UUID) -> TurnRecord | None:
        """End a running turn because its user wants that, and give it as it then stands.

        One that has ended stays as it is; None where there is none. It may be repeated.
        """

        async def work(tx: Transaction) -> TurnRecord | None:
            record = await journal_reads.record(tx, user, uid)
            return None if record is None else await journal_cancel.cancel(tx, user, record)

        return await settled(lambda _: self._db.transaction(work, user=user))

    async def read(
        self, user: UserId, turn: TurnId | UUID, *, deleted_too: bool = False
    ) -> TurnRecord | None:
        """A turn as it stands, with its reply; those of deleted conversations only if asked for."""
        return await self._db.read(
            lambda tx: journal_reads.record(tx, user, turn, deleted_too=deleted_too), user=user
        )


async def settled(attempt: Callable[[bool], Awaitable[T]]) -> T:
    """Send a write until it is known to be done; `attempt` is told whether it is sent again."""
    give_up = time.monotonic() + RESEND_S
    again = False
    while True:
        try:
            return await attempt(again)
        except (ConnectionLostError, DeadlockError):
            if time.monotonic() > give_up:
                raise
            again = True
            await asyncio.sleep(0.2)


def _opened(request: TurnRequest, found: Mapping[str, Any]) -> OwnedTurn:
    return OwnedTurn(
        id=TurnId(found["turn_id"]),
        uid=request.uid,
        user=request.user,
        conversation_id=ConversationId(found["conversation_id"]),
        conversation_uid=as_uuid(found["conversation_uid"]),
        epoch=1,
        attempt=1,
        question=request.content,
        time_zone=request.time_zone,
        created_at=journal_reads.moment(found["created_at"]),
        history=[HistoryMessage(*entry) for entry in found["history"]],
        summary=found["summary"] or "",
        summary_seq=found["summary_seq"],
        streamed=request.streamed,
    )
