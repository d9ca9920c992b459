"""Who owns a turn: leases, epochs, and what a copy that lost its turn can still do (nothing)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic_ai.messages import ToolCallPart

from taskchat.chat.events import TurnEvent
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.records import (
    Busy,
    Claim,
    Ending,
    Known,
    Opened,
    OwnedTurn,
    StepDraft,
    TurnLostError,
)
from taskchat.chat.toolset import Toolset
from taskchat.db.database import (
    ConnectionLostError,
    Database,
    Transaction,
    Work,
    as_json,
    as_time,
)
from taskchat.errors import ConversationBusyError, StoppingError
from taskchat.ids import TaskId
from taskchat.measures import metrics
from taskchat.tasks.new_tasks import NewTasks, NotedTask
from tests.chat.conftest import ChatDriver, never
from tests.conftest import PassTime
from tests.measures.scrape import read
from tests.processes import PATIENCE_S

BLOCKED = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
"""Who waits for a lock in the test's own database."""


async def _opened(chat: ChatDriver, message: str = "hello") -> OwnedTurn:
    opening = await chat.journal.open(chat.request(message))
    assert isinstance(opening, Opened)
    chat.conversation = opening.turn.conversation_id
    return opening.turn


async def _expire(chat: ChatDriver) -> None:
    await chat.execute("UPDATE turns SET lease_until = epoch_now() - 1 WHERE status = 'running'")


async def _keeping(copy: ChatDriver) -> asyncio.Task[None]:
    """The recovery job of that copy, begun."""
    keeping = asyncio.create_task(copy.recovery.keep())
    await asyncio.sleep(0)
    return keeping


EFFECT: StepDraft = ("effect", {"id": "c", "name": "add_task", "ok": True, "result": {}})


async def _add(tx: Transaction) -> list[StepDraft]:
    await tx.execute(
        "INSERT INTO tasks (user_id, id, title, created_at, updated_at)"
        " SELECT id, 1, 'Effect', clock_timestamp(), clock_timestamp() FROM users"
    )
    return [EFFECT]


def _ahead() -> Ahead:
    """The same, noted before it is stored."""
    added = NewTasks([TaskId(1)])

    async def effects() -> Sequence[StepDraft]:
        added.note(NotedTask("Effect"))
        return [EFFECT]

    return Ahead(effects, added)


either_way = pytest.mark.parametrize("ahead", [lambda: None, _ahead], ids=["in it", "ahead"])
"""Effects that are done inside the transaction, and such as are known before it."""


async def test_a_running_turn_with_a_lease_is_nobody_elses(chat: ChatDriver) -> None:
    await _opened(chat)

    assert await chat.journal.claim() == []


async def test_a_turn_whose_lease_is_over_is_taken_over_with_a_higher_epoch(
    chat: ChatDriver,
) -> None:
    turn = await _opened(chat)
    await _expire(chat)

    (claim,) = await chat.journal.claim()

    assert (claim.turn, claim.epoch) == (turn.id, turn.epoch + 1)
    assert await chat.journal.claim() == []


async def test_a_lease_that_ends_too_far_ahead_is_over(chat: ChatDriver) -> None:
    await _opened(chat)
    await chat.execute("UPDATE turns SET lease_until = epoch_now() + 3600")

    assert len(await chat.journal.claim()) == 1


async def test_many_claimers_never_take_one_turn_twice(chat: ChatDriver) -> None:
    for number in range(20):
        chat.conversation = None
        await _opened(chat, f"turn {number}")
    await _expire(chat)

    claims = await asyncio.gather(*(chat.journal.claim() for _ in range(10)))

    taken = [claim.turn for each in claims for claim in each]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 20


@either_way
async def test_an_owner_that_lost_its_turn_cannot_act(
    chat: ChatDriver, ahead: Callable[[], Ahead | None]
) -> None:
    turn = await _opened(chat)
    await _expire(chat)
    await chat.journal.claim()

    with pytest.raises(TurnLostError):
        await chat.journal.act(turn, 0, _add, turn.usage, ahead=ahead())
    assert await chat.tasks() == []


async def test_an_owner_that_lost_its_turn_cannot_close(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    await _expire(chat)
    await chat.journal.claim()

    with pytest.raises(TurnLostError):
        await chat.journal.close(turn, Ending("completed", "too late"))
    assert await chat.messages() == [(1, "user", "hello")]


async def test_an_owner_that_lost_its_turn_cannot_tell(chat: ChatDriver) -> None:
    opening = await chat.journal.open(chat.request("hello", streamed=True))
    assert isinstance(opening, Opened)
    await _expire(chat)
    await chat.journal.claim()

    with pytest.raises(TurnLostError):
        await chat.journal.tell(opening.turn, [TurnEvent(2, "message.delta", {"text": "late"})])
    assert await chat.rows("SELECT id FROM turn_events WHERE turn_id = $1", opening.turn.id) == []


async def test_an_owner_stops_asking_the_model_soon_after_another_copy_has_cancelled_its_turn(
    chat: ChatDriver,
) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("one process serves the file")
    owner = chat.another_copy(lease_s=60)
    owner.model.hangs()
    keeping = asyncio.create_task(owner.recovery.keep())
    sending = asyncio.create_task(owner.send("hello"))
    await owner.model.reached.wait()

    await chat.turns.cancel(chat.user, (await chat.record()).uid)

    async with asyncio.timeout(15):  # the first renewal, which tells it too, is made after 20
        while owner.turns.running:  # noqa: ASYNC110  there is nothing to wait for but that
            await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, sending, return_exceptions=True)


@either_way
async def test_an_ended_turn_takes_no_more_steps(
    chat: ChatDriver, ahead: Callable[[], Ahead | None]
) -> None:
    turn = await _opened(chat)
    await chat.journal.close(turn, Ending("completed", "bye"))

    with pytest.raises(TurnLostError):
        await chat.journal.act(turn, 0, _add, turn.usage, ahead=ahead())
    assert await chat.tasks() == []


async def test_an_effect_whose_step_cannot_be_stored_is_undone(chat: ChatDriver) -> None:
    turn = await _opened(chat)

    async def work(tx: Transaction) -> list[StepDraft]:
        await _add(tx)
        message = "between effect and step"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        await chat.journal.act(turn, 0, work, turn.usage)
    assert await chat.tasks() == []
    assert await chat.rows("SELECT idx FROM steps") == []


async def test_renewing_keeps_a_turn_and_names_those_that_are_lost(chat: ChatDriver) -> None:
    kept = await _opened(chat)
    chat.conversation = None
    lost = await _opened(chat)
    await _expire(chat)
    claims = await chat.journal.claim()
    mine = next(claim for claim in claims if claim.turn == kept.id)
    owned = await chat.journal.load(mine)

    assert await chat.journal.renew([owned, lost]) == [lost]
    assert await chat.journal.claim() == []


async def test_an_orphan_goes_on_from_its_steps(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").hangs()
    await chat.send_and_leave("buy milk")
    await chat.model.reached.wait()
    await chat.turns.stop(0)  # the server is gone between the effect and the reply
    other = chat.another_copy()
    await _expire(chat)
    other.model.says("It is on your list.")
    before = read(metrics.exposition().decode())

    assert await other.recovery.take_over() == 1
    await other.until_idle()

    counted = read(metrics.exposition().decode()).since(before)
    assert counted.get("taskchat_takeovers_total") == 1
    record = await other.record()
    assert (record.status, record.epoch) == ("completed", 2)
    assert record.reply is not None
    assert record.reply.content == "It is on your list."
    assert await chat.tasks() == ["Buy milk"]
    assert len(other.model.asked) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_running_turn_is_an_orphan_when_the_only_server_starts(
    chat: ChatDriver,
) -> None:
    for number in range(10):
        chat.conversation = None
        await _opened(chat, f"turn {number}")
    other = chat.another_copy()

    assert await other.recovery.take_over_all() == 10
    await other.until_idle()

    rows = await chat.rows("SELECT DISTINCT status FROM turns")
    assert [row["status"] for row in rows] == ["completed"]


async def test_a_turn_that_kills_its_servers_is_given_up(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    for _ in range(3):
        await _expire(chat)
        (claim,) = await chat.journal.claim()
        assert not claim.given_up
    await _expire(chat)

    await chat.recovery.take_over()
    await chat.until_idle()

    record = await chat.journal.read(chat.user, turn.id)
    assert record is not None
    assert (record.status, record.error_code, record.retryable) == (
        "failed",
        "TURN_INTERRUPTED",
        False,
    )
    assert chat.model.asked == []


async def test_a_turn_that_was_handed_over_is_taken_at_once_and_not_counted(
    chat: ChatDriver,
) -> None:
    await _opened(chat)
    await chat.execute("UPDATE turns SET offered = $1", True)

    assert len(await chat.journal.claim()) == 1
    (row,) = await chat.rows("SELECT takeovers, offered FROM turns")
    assert (row["takeovers"], bool(row["offered"])) == (0, False)


async def test_a_listener_on_another_copy_hears_of_the_end(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    other = chat.another_copy()
    request = chat.request("hello", key="k", conversation=None)
    await chat.execute("UPDATE turns SET idempotency_key = 'k', request_hash = $1", request.digest)

    listening = asyncio.create_task(other.turns.send(request, never))
    await asyncio.sleep(0.05)
    await chat.journal.close(turn, Ending("completed", "bye"))
    answer = await asyncio.wait_for(listening, PATIENCE_S)

    assert answer.record.reply is not None
    assert answer.record.reply.content == "bye"
    assert other.model.asked == []


async def test_the_recovery_job_renews_the_leases_of_its_copy(
    chat: ChatDriver, pass_time: PassTime
) -> None:
    chat.model.hangs()
    await chat.send_and_leave("slow")
    (row,) = await chat.rows("SELECT lease_until FROM turns")

    keeping = await _keeping(chat)
    pass_time(chat.lease_s / 3)
    await chat.until_found(1, "SELECT id FROM turns WHERE lease_until > $1", row["lease_until"])
    keeping.cancel()


async def test_the_recovery_job_drops_a_turn_that_was_lost(
    chat: ChatDriver, pass_time: PassTime
) -> None:
    chat.model.hangs()
    await chat.send_and_leave("slow")
    # Another copy has it, for longer than this test takes.
    await chat.execute("UPDATE turns SET epoch = epoch + 1, lease_until = epoch_now() + 60")

    keeping = await _keeping(chat)
    pass_time(chat.lease_s / 3)
    await chat.until_idle()
    keeping.cancel()

    assert chat.turns.running == []
    assert (await chat.record()).status == "running"


async def test_who_listens_to_a_turn_that_this_copy_loses_hears_of_its_end(
    chat: ChatDriver,
) -> None:
    chat.model.hangs()
    listening = asyncio.create_task(chat.turns.send(chat.request("hello"), never))
    await chat.model.reached.wait()
    await _expire(chat)
    (claim,) = await chat.journal.claim()

    chat.turns.abandon(chat.turns.running[0])
    await chat.journal.close(await chat.journal.load(claim), Ending("completed", "From afar."))
    answer = await asyncio.wait_for(listening, PATIENCE_S)

    assert answer.record.reply is not None
    assert answer.record.reply.content == "From afar."


async def test_a_turn_taken_over_by_its_own_copy_runs_there_once(chat: ChatDriver) -> None:
    chat.model.hangs().says("At the second try.")
    listening = asyncio.create_task(chat.turns.send(chat.request("hello"), never))
    await chat.model.reached.wait()
    (older,) = [task for task in asyncio.all_tasks() if task.get_name().startswith("turn ")]
    await _expire(chat)  # as after a pause of the whole process

    assert await chat.recovery.take_over() == 1
    answer = await asyncio.wait_for(listening, PATIENCE_S)

    assert older.cancelled()
    assert answer.record.reply is not None
    assert answer.record.reply.content == "At the second try."


async def test_a_turn_whose_past_cannot_be_read_still_ends(chat: ChatDriver) -> None:
    await _opened(chat)
    await chat.execute("UPDATE turns SET time_zone = 'Mars/Olympus'")
    await _expire(chat)

    await chat.recovery.take_over()
    await chat.until_idle()

    record = await chat.record()
    assert (record.status, record.error_code) == ("failed", "INTERNAL_ERROR")


async def test_the_recovery_job_outlives_a_fault_of_ours(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch, pass_time: PassTime
) -> None:
    copy = chat.another_copy()
    copy.model.hangs()
    claim = copy.journal.claim
    faults = iter([RuntimeError])

    async def claims_but_once() -> object:
        for fault in faults:
            raise fault
        return await claim()

    monkeypatch.setattr(copy.journal, "claim", claims_but_once)
    turn = await _opened(chat)
    await _expire(chat)

    keeping = await _keeping(copy)
    async with asyncio.timeout(PATIENCE_S * 100):  # of which most passes at once
        while not copy.model.reached.is_set():
            pass_time(copy.lease_s / 3)
            await asyncio.sleep(0.05)
    keeping.cancel()
    await copy.turns.stop(0)

    assert (await chat.record()).epoch == turn.epoch + 1


async def test_a_copy_that_stops_tells_who_listens_to_come_back(chat: ChatDriver) -> None:
    chat.model.hangs()
    listening = asyncio.create_task(chat.turns.send(chat.request("hello"), never))
    await chat.model.reached.wait()

    await chat.turns.stop(0)

    with pytest.raises(StoppingError):
        await asyncio.wait_for(listening, PATIENCE_S)
    assert (await chat.record()).status == "running"


async def test_a_copy_that_stops_takes_nothing_over(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    await _expire(chat)
    copy = chat.another_copy(lease_s=0.3)
    await copy.turns.stop(0)

    keeping = asyncio.create_task(copy.recovery.keep())
    await asyncio.sleep(0.3)
    keeping.cancel()

    assert (await chat.record()).epoch == turn.epoch


async def test_a_message_that_waits_is_not_accepted_by_a_copy_that_stops(
    chat: ChatDriver,
) -> None:
    answered = asyncio.Event()
    chat.model.hangs(until=answered)
    first = asyncio.create_task(chat.send("first"))
    await chat.model.reached.wait()
    chat.conversation = (await chat.record()).conversation_id
    second = asyncio.create_task(chat.send("second"))
    await chat.until_waiting(1)

    stopping = asyncio.create_task(chat.turns.stop(5))
    await asyncio.sleep(0)
    answered.set()
    await stopping

    assert (await first).record.status == "completed"
    with pytest.raises(StoppingError):
        await second
    assert len(await chat.messages()) == 2
    assert await chat.rows("SELECT id FROM waiters") == []


# ---- waiting ----


async def test_who_finds_its_key_taken_while_it_waits_leaves_its_place(chat: ChatDriver) -> None:
    answered = asyncio.Event()
    chat.model.hangs(until=answered)
    first = asyncio.create_task(chat.send("first"))
    await chat.model.reached.wait()
    chat.conversation = (await chat.record()).conversation_id
    same = [asyncio.create_task(chat.send("second", key="k")) for _ in range(3)]
    await chat.until_waiting(3)

    answered.set()
    await asyncio.gather(first, *same)

    assert await chat.rows("SELECT id FROM waiters") == []
    assert len(await chat.messages()) == 4


async def test_an_older_ticket_goes_first_also_across_copies(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    first, second = chat.request("first"), chat.request("second")
    assert isinstance(await chat.journal.open(first), Busy)
    assert isinstance(await chat.journal.open(second), Busy)
    await chat.journal.close(turn, Ending("completed", "bye"))

    assert isinstance(await chat.journal.open(second, waited=True), Busy)
    assert isinstance(await chat.journal.open(chat.request("third")), Busy)
    assert isinstance(await chat.journal.open(first, waited=True), Opened)


async def test_a_ticket_without_a_sign_of_life_blocks_nobody(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    assert isinstance(await chat.journal.open(chat.request("dead")), Busy)
    await chat.journal.close(turn, Ending("completed", "bye"))
    await chat.execute("UPDATE waiters SET seen_until = epoch_now() - 1")

    assert isinstance(await chat.journal.open(chat.request("alive")), Opened)


async def test_a_ticket_that_ends_too_far_ahead_blocks_nobody(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    assert isinstance(await chat.journal.open(chat.request("dead")), Busy)
    await chat.journal.close(turn, Ending("completed", "bye"))
    await chat.execute("UPDATE waiters SET seen_until = epoch_now() + 3600")
    alive = chat.request("alive")

    assert isinstance(await chat.journal.open(alive, waited=True), Opened)
    assert await chat.rows("SELECT id FROM waiters") == []


async def test_a_client_that_leaves_while_it_waits_leaves_nothing(chat: ChatDriver) -> None:
    await _opened(chat)

    async def gone() -> bool:
        return True

    with pytest.raises(ConversationBusyError):
        await chat.turns.send(chat.request("too slow"), gone)
    assert await chat.rows("SELECT id FROM waiters") == []
    assert await chat.messages() == [(1, "user", "hello")]


async def test_who_waits_too_long_is_told_when_to_come_back(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskchat.chat.turn.WAIT_S", 0.2)
    await _opened(chat)

    with pytest.raises(ConversationBusyError) as caught:
        await chat.send("too slow")

    assert caught.value.retry_after_s is not None
    assert await chat.rows("SELECT id FROM waiters") == []


async def test_who_leaves_the_line_wakes_the_next(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskchat.chat.waiting.POLL_S", 60)
    answered = asyncio.Event()
    chat.model.hangs(until=answered)
    sent: list[asyncio.Task[object]] = [asyncio.create_task(chat.send("first"))]
    await chat.model.reached.wait()
    chat.conversation = (await chat.record()).conversation_id
    for message, key in (("second", "k"), ("second", "k"), ("third", None)):
        sent.append(asyncio.create_task(chat.send(message, key=key)))
        await chat.until_waiting(len(sent) - 1)

    answered.set()
    await asyncio.wait_for(asyncio.gather(*sent), PATIENCE_S)

    assert len(await chat.messages()) == 6


# ---- lost answers ----


class LosingDatabase:
    """Commits, and loses the answer of the next transaction that is named."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect = db.dialect
        self.losing = 0

    async def transaction(self, work: Work[object], **options: object) -> object:
        result = await self._db.transaction(work, **options)  # pyright: ignore[reportArgumentType]
        return self._lose(result)

    async def call(self, sql: str, *args: object) -> object:
        db: Any = self._db
        return self._lose(await db.call(sql, *args))

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)

    def _lose(self, result: object) -> object:
        if self.losing:
            self.losing -= 1
            raise ConnectionLostError
        return result


@pytest.fixture
def losing(chat: ChatDriver, monkeypatch: pytest.MonkeyPatch) -> LosingDatabase:
    """The chat's database, with a connection that breaks after commits."""
    from taskchat.chat import journal

    db = LosingDatabase(chat.db)
    if chat.db.dialect == "postgres":
        monkeypatch.setattr(journal, "PostgresDatabase", LosingDatabase)
    chat.journal._db = db  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    return db


async def test_an_open_whose_answer_was_lost_is_found_again(
    chat: ChatDriver, losing: LosingDatabase
) -> None:
    losing.losing = 1

    opening = await chat.journal.open(chat.request("hello"))

    assert isinstance(opening, Opened)
    assert opening.turn.epoch == 1
    assert len(await chat.rows("SELECT id FROM turns")) == 1
    assert len(await chat.rows("SELECT id FROM messages")) == 1


async def test_an_open_that_was_taken_over_meanwhile_is_only_listened_to(
    chat: ChatDriver, losing: LosingDatabase
) -> None:
    request = chat.request("hello")
    await chat.journal.open(request)
    await _expire(chat)
    await chat.journal.claim()
    losing.losing = 1

    opening = await chat.journal.open(request)

    assert isinstance(opening, Known)


async def test_an_open_sent_again_waits_for_the_one_that_still_runs(chat: ChatDriver) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("its answers do not get lost")
    await chat.send("begin")
    request = chat.request("hello")
    is_locked, free = asyncio.Event(), asyncio.Event()

    async def lock(tx: Transaction) -> None:
        await tx.fetch("SELECT id FROM conversations FOR NO KEY UPDATE")
        is_locked.set()
        await free.wait()

    locking = asyncio.create_task(chat.db.transaction(lock, user=chat.user))
    await is_locked.wait()
    sent: list[asyncio.Task[Mapping[str, Any]]] = []
    for again in (False, True):
        once = chat.journal._open_once(request, again=again, waited=False)  # pyright: ignore[reportPrivateUsage]
        sent.append(asyncio.create_task(once))
        await chat.until_found(len(sent), BLOCKED)

    free.set()
    first, second = await asyncio.gather(*sent)
    await locking

    assert (first["outcome"], second["outcome"]) == ("opened", "mine")
    assert second["turn_id"] == first["turn_id"]


@either_way
async def test_an_effect_whose_answer_was_lost_is_not_done_again(
    chat: ChatDriver, losing: LosingDatabase, ahead: Callable[[], Ahead | None]
) -> None:
    turn = await _opened(chat)
    losing.losing = 1

    steps = await chat.journal.act(turn, 0, _add, turn.usage, ahead=ahead())

    assert len(steps) == 1
    assert await chat.tasks() == ["Effect"]


async def test_a_close_whose_answer_was_lost_is_known_as_ours(
    chat: ChatDriver, losing: LosingDatabase
) -> None:
    turn = await _opened(chat)
    losing.losing = 1

    record = await chat.journal.close(turn, Ending("completed", "bye"))

    assert record.status == "completed"
    assert record.reply is not None
    assert record.reply.content == "bye"
    assert len(await chat.messages()) == 2


async def test_an_open_taken_over_before_it_was_found_again_is_only_listened_to(
    chat: ChatDriver, losing: LosingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = chat.request("hello")
    load = chat.journal.load

    async def too_late(claim: Claim) -> OwnedTurn:
        await _expire(chat)
        await chat.journal.claim()
        return await load(claim)

    monkeypatch.setattr(chat.journal, "load", too_late)
    losing.losing = 1

    opening = await chat.journal.open(request)

    assert isinstance(opening, Known)


# ---- what stands in the way of an act ----


class MeddledToolset(Toolset):
    """The tools, and something that happens once, right after the first call."""

    def __init__(self, happens: Callable[[Transaction], Awaitable[object]]) -> None:
        super().__init__()
        self._happens = iter([happens])

    async def call(
        self, tx: Transaction | None, turn: OwnedTurn, call: ToolCallPart, new: NewTasks
    ) -> Mapping[str, Any]:
        result = await super().call(tx, turn, call, new)
        for happens in self._happens:
            assert tx is not None
            await happens(tx)
        return result


async def test_an_act_whose_connection_breaks_before_its_end_is_done_once(
    chat: ChatDriver,
) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("there is no connection to break")

    async def break_connection(tx: Transaction) -> None:
        (row,) = await tx.fetch("SELECT pg_backend_pid() AS pid")
        await chat.execute(f"SELECT pg_terminate_backend({row['pid']})")

    chat.turns._agent._toolset = MeddledToolset(break_connection)  # pyright: ignore[reportPrivateUsage]
    chat.model.calls_all(
        ("add_task", {"title": "One"}), ("add_task", {"title": "Two"}), ("list_tasks", {})
    )

    record = (await chat.send("one and two")).record

    assert record.status == "completed"
    assert await chat.tasks() == ["One", "Two"]


async def test_two_turns_that_wait_for_each_others_tasks_are_both_done(chat: ChatDriver) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("its writers come one after the other")
    chat.model.calls_all(("add_task", {"title": "One"}), ("add_task", {"title": "Two"}))
    await chat.send("one and two")
    copies = (chat.another_copy(), chat.another_copy())
    waiting = asyncio.Event()

    async def meet(_: Transaction) -> None:
        if all(copy.model.asked for copy in copies):
            waiting.set()
        await waiting.wait()
        await asyncio.sleep(0.05)

    for copy, order in zip(copies, ((1, 2), (2, 1)), strict=True):
        copy.turns._agent._toolset = MeddledToolset(meet)  # pyright: ignore[reportPrivateUsage]
        copy.model.calls_all(*(("complete_task", {"task_id": number}) for number in order))

    answers = await asyncio.gather(*(copy.send("done both") for copy in copies))

    assert [answer.record.status for answer in answers] == ["completed", "completed"]


async def test_a_turn_that_adds_does_not_wait_for_another_of_the_same_user(
    chat: ChatDriver,
) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("its writers come one after the other")
    slow, quick = chat.another_copy(), chat.another_copy()
    added, go_on = asyncio.Event(), asyncio.Event()

    async def pause(_: Transaction) -> None:
        added.set()
        await go_on.wait()

    slow.turns._agent._toolset = MeddledToolset(pause)  # pyright: ignore[reportPrivateUsage]
    slow.model.calls_all(("add_task", {"title": "Slow"}), ("list_tasks", {}))
    quick.model.calls("add_task", title="Quick")
    waiting = asyncio.create_task(slow.send("slow"))
    await added.wait()

    async with asyncio.timeout(PATIENCE_S):
        record = (await quick.send("quick")).record

    go_on.set()
    assert record.status == "completed"
    assert (await waiting).record.status == "completed"
    assert await chat.tasks() == ["Slow", "Quick"]


# ---- what an act stores ----


async def test_a_task_is_stored_as_the_model_gave_it(chat: ChatDriver) -> None:
    given = {
        "title": 'Buy "milk" \\ cheese\n\U0001f9c0',
        "description": "Two litres",
        "priority": "high",
        "due_at": "2031-03-04T17:30",
    }
    chat.model.calls_all(
        ("add_task", given), ("add_task", {"title": "Bare", "due_at": "2031-03-04"})
    )

    await chat.send("add both")

    first, bare = await chat.rows(
        "SELECT id, title, description, priority, due_at, all_day, completed FROM tasks ORDER BY id"
    )
    assert (first["id"], bare["id"]) == (1, 2)
    assert {name: first[name] for name in ("title", "description", "priority")} == {
        name: given[name] for name in ("title", "description", "priority")
    }
    assert as_time(first["due_at"]) == datetime(2031, 3, 4, 17, 30, tzinfo=UTC)
    assert (bool(first["all_day"]), bool(first["completed"])) == (False, False)
    assert (bare["description"], bare["priority"], bool(bare["all_day"])) == (None, None, True)


async def test_an_answer_that_adds_and_lists_sees_what_it_has_added(chat: ChatDriver) -> None:
    chat.model.calls_all(("add_task", {"title": "One"}), ("list_tasks", {}))

    await chat.send("one, and show me")

    (row,) = await chat.rows("SELECT body FROM steps WHERE idx = 2")
    (listed,) = as_json(row["body"])["result"]
    assert (listed["id"], listed["title"]) == (1, "One")


async def test_a_step_keeps_what_no_text_of_the_database_may_hold(chat: ChatDriver) -> None:
    turn = await _opened(chat)
    body = {"id": "c", "name": "mail_read", "ok": True, "result": "NUL \0 and half \ud83e"}

    async def effects() -> Sequence[StepDraft]:
        return [("effect", body)]

    async def work(_: Transaction) -> Sequence[StepDraft]:
        return await effects()

    await chat.journal.act(turn, 0, work, turn.usage, ahead=Ahead(effects, NewTasks()))

    (row,) = await chat.rows("SELECT body FROM steps")
    assert as_json(row["body"]) == body
