"""The guards of a turn, each broken on purpose: the harness must then find something.

`python -m tests.faults --break GUARD` runs with one of them. What is in SQL is broken in the database,
what is in Python in every copy.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskchat import migrations
from taskchat.chat import journal_events, journal_leases
from taskchat.chat.journal import Journal
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.records import (
    Ending,
    Opened,
    Opening,
    OwnedTurn,
    Step,
    StepDraft,
    TurnRequest,
    Usage,
)
from taskchat.chat.toolset import Toolset
from taskchat.db import database
from taskchat.db.database import Transaction, settled
from taskchat.db.postgres import PostgresDatabase
from taskchat.ids import new_uid
from tests.faults.points import POINTS

if TYPE_CHECKING:
    from pydantic_ai.messages import ToolCallPart

    from tests.faults.copy import Harm


@dataclass(frozen=True)
class Guard:
    """One that can be broken."""

    broken: str
    """What is wrong then."""
    faults: Sequence[str]
    """What it guards against: with these it must be noticed."""
    points: Sequence[str] = POINTS


GUARDS: Mapping[str, Guard] = {
    "epoch": Guard(
        "writes ask neither whose the turn is nor whether it runs",
        ["stop_at"],
        ["think.after", "act.before", "tell.before", "close.before"],
    ),
    "step": Guard(
        "an effect commits before the step that records it", ["kill_at"], ["act.between"]
    ),
    "reply": Guard(
        "a turn ends in one transaction, its reply comes in another", ["kill_at"], ["close.between"]
    ),
    "key": Guard("the key is stored after the turn", ["kill_at"], ["open.between"]),
    "begin": Guard(
        "a call on another server is made before it is written down",
        ["kill_at"],
        ["begin.between"],
    ),
    "clock": Guard("leases are compared with the clock of the copy", ["clock", "mood"]),
}
FUNCTIONS = Path(migrations.__file__).parent / "functions"


def broken_sql(guard: str) -> Sequence[str]:
    """Statements that break it in the database, for the owner of the tables."""
    if guard == "epoch":
        return [
            _changed("turn_close_1", " AND status = 'running' AND epoch = p_epoch", ""),
            _changed("turn_act_1", " AND status = 'running' AND epoch = p_epoch", ""),
            _changed("turn_tell_1", " AND epoch = p_epoch AND status = 'running'", ""),
        ]
    if guard == "clock":
        # Every function that looks at a lease asks this one for the time.
        return [
            "CREATE OR REPLACE FUNCTION epoch_now() RETURNS double precision LANGUAGE sql VOLATILE"
            " AS $$ SELECT extract(epoch FROM clock_timestamp())::double precision"
            " + coalesce(nullif(current_setting('harm.clock', true), ''), '0')::double precision $$"
        ]
    return []


def _changed(function: str, guard: str, instead: str) -> str:
    text = (FUNCTIONS / f"{function}.sql").read_text(encoding="utf-8")
    assert guard in text, function
    return text.replace(guard, instead).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def break_in_python(guard: str, harm: Harm) -> None:
    """Break it in this process."""
    assert guard in GUARDS, guard
    if guard == "epoch":
        _fence_nothing()
    elif guard == "step":
        _effect_before_step(harm)
    elif guard == "reply":
        _end_before_reply(harm)
    elif guard == "key":
        _turn_before_key(harm)
    elif guard == "begin":
        _call_before_begin(harm)
    else:
        _clock_of_the_copy(harm)


def _fence_nothing() -> None:
    owning = journal_leases.owning

    def of_anyone(turn: OwnedTurn, usage: Usage, lease_s: float | None = None) -> database.Guard:
        guard = owning(turn, usage, lease_s)
        return replace(guard, sql=guard.sql.partition(" AND ")[0])

    async def fence(tx: Transaction, turn: OwnedTurn) -> bool:
        return True

    journal_leases.owning = of_anyone
    journal_leases.fence = fence


def _effect_before_step(harm: Harm) -> None:
    async def act(  # noqa: PLR0913  as the one in whose place it is
        self: Journal,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Any]],
        usage: Usage,
        tell: Callable[[Sequence[Step]], Any] = lambda _: (),
        ahead: Ahead | None = None,
    ) -> Sequence[Step]:
        db: PostgresDatabase = self._db  # pyright: ignore[reportPrivateUsage, reportAssignmentType]
        drafts = await db.transaction(work, user=turn.user)
        harm.at("act.between")
        steps = [Step(idx + n, kind, body) for n, (kind, body) in enumerate(drafts)]

        async def record(tx: Transaction) -> None:
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

        await db.transaction(record, user=turn.user)
        return steps

    Journal.act = act


def _end_before_reply(harm: Harm) -> None:
    close_once = Journal._close_once  # pyright: ignore[reportPrivateUsage]

    async def close(self: Journal, turn: OwnedTurn, ending: Ending, uid: Any) -> Any:
        ended = await close_once(self, turn, replace(ending, content=None), uid)
        harm.at("close.between")
        if ended["closed"] and ending.content is not None:

            async def reply(tx: Transaction) -> Any:
                return await tx.fetchrow(
                    "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role,"
                    " content, tool_calls, tool_results, created_at, updated_at)"
                    " SELECT $1, conversation_id, user_id, id, user_seq + 1, 'assistant', $2, $3,"
                    " $4, clock_timestamp(), clock_timestamp() FROM turns WHERE id = $5"
                    " ON CONFLICT (conversation_id, seq) DO UPDATE SET content = excluded.content"
                    " RETURNING uid, extract(epoch FROM created_at) AS created_at, conversation_id",
                    new_uid(),
                    ending.content,
                    json.dumps(ending.tool_calls),
                    json.dumps(ending.tool_results),
                    turn.id,
                )

            row = await self._db.transaction(reply, user=turn.user)  # pyright: ignore[reportPrivateUsage]

            async def count(tx: Transaction) -> None:
                await tx.execute(
                    "UPDATE conversations SET last_seq = last_seq + 1,"
                    " message_count = message_count + 1 WHERE id = $1",
                    row["conversation_id"],
                )

            await self._db.transaction(count, user=turn.user)  # pyright: ignore[reportPrivateUsage]
            return {**ended, "message_uid": str(row["uid"]), "created_at": float(row["created_at"])}
        return ended

    Journal._close_once = close  # pyright: ignore[reportPrivateUsage]


def _turn_before_key(harm: Harm) -> None:
    opened = Journal.open

    async def open_(self: Journal, request: TurnRequest, *, waited: bool = False) -> Opening:
        async def known(tx: Transaction) -> Any:
            return await tx.fetchrow(
                "SELECT id FROM turns WHERE user_id = $1 AND idempotency_key = $2",
                request.user,
                request.key,
            )

        if await self._db.read(known, user=request.user) is not None:  # pyright: ignore[reportPrivateUsage]
            return await opened(self, request, waited=waited)
        opening = await opened(self, replace(request, key=None), waited=waited)
        harm.at("open.between")
        if isinstance(opening, Opened):
            turn = opening.turn

            async def name(tx: Transaction) -> None:
                await tx.execute(
                    "UPDATE turns SET idempotency_key = $2 WHERE id = $1", turn.id, request.key
                )

            await settled(lambda _: self._db.transaction(name, user=request.user))  # pyright: ignore[reportPrivateUsage]
        return opening

    Journal.open = open_


def _call_before_begin(harm: Harm) -> None:
    begins = Toolset.begins

    async def called(self: Toolset, calls: Sequence[ToolCallPart]) -> Mapping[str, StepDraft]:
        beginnings = dict(await begins(self, calls))
        for call in calls:
            kind, body = beginnings.get(call.tool_call_id, ("effect", {}))
            if kind == "begun" and (outcome := await self.call_elsewhere(call, 5)) is not None:
                named = {"id": body["id"], "name": body["name"]}
                result = {**named, "ok": outcome.ok, "result": outcome.result}
                beginnings[call.tool_call_id] = ("effect", result)
                harm.at("begin.between")
        return beginnings

    Toolset.begins = called


def _clock_of_the_copy(harm: Harm) -> None:
    """Let every session of this copy know how far its clock is off; `epoch_now` adds that."""
    for name in ("transaction", "call", "read"):
        method = getattr(PostgresDatabase, name)

        def hooked_of(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def hooked(self: PostgresDatabase, *args: Any, **kwargs: Any) -> Any:
                await _tell_the_pool(self, harm.clock_s)
                return await method(self, *args, **kwargs)

            return hooked

        setattr(PostgresDatabase, name, hooked_of(method))


_TOLD: dict[int, float] = {}
"""By pool: how far its sessions think that the clock is off."""


async def _tell_the_pool(db: PostgresDatabase, clock_s: float) -> None:
    pool: Any = db._pool  # pyright: ignore[reportPrivateUsage]
    if _TOLD.get(id(pool), 0.0) == clock_s:
        return
    _TOLD[id(pool)] = clock_s
    settings: dict[str, str] = pool._connect_kwargs.setdefault("server_settings", {})
    settings["harm.clock"] = str(clock_s)
    while db._at_hand:  # pyright: ignore[reportPrivateUsage]
        await pool.release(db._at_hand.pop()[0])  # pyright: ignore[reportPrivateUsage]
    await pool.expire_connections()
