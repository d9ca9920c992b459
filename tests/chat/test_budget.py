"""How many tokens of the model one user may use in a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskchat.chat.budget import Budget
from taskchat.chat.journal import Journal
from taskchat.chat.limits import Limits
from taskchat.chat.records import Usage
from taskchat.chat.turn import Turns
from taskchat.db.database import Transaction
from taskchat.errors import ModelError, TokenBudgetSpentError, TooManyRequestsError
from taskchat.rates import Rate
from tests.chat.conftest import TOOLSET, ChatDriver, never
from tests.chat.test_conversations import WatchedDatabase
from tests.chat.test_usage import MeteredModel
from tests.conftest import make_user
from tests.processes import until

pytestmark = pytest.mark.usefixtures("within_a_day")

A_TURN = 120
"""The tokens of one plain answer."""


def limited(chat: ChatDriver, tokens: int | None = A_TURN, **limits: Any) -> ChatDriver:
    """Another copy of the server, with a budget."""
    copy = replace(chat, model=MeteredModel())
    copy.journal = Journal(
        chat.db, lease_s=12, window=chat.window, limits=Limits(tokens_per_day=tokens, **limits)
    )
    copy.turns = Turns(copy.journal, TOOLSET, copy.model, copy.limits)
    return copy


async def midnight(chat: ChatDriver) -> datetime:
    """When this day began, by the database's clock."""
    (row,) = await chat.rows("SELECT epoch_now() AS now_s")
    now = datetime.fromtimestamp(row["now_s"], UTC)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


async def make_it_yesterday(chat: ChatDriver) -> None:
    """Let all turns so far have been accepted in the last moment of yesterday."""
    last = await midnight(chat) - timedelta(microseconds=1)
    await chat.execute("UPDATE turns SET created_at = $1", last)


async def say(chat: ChatDriver, message: str = "hello", **fields: Any) -> str:
    """Begin a conversation; gives how its turn ended."""
    answer = await chat.turns.send(chat.request(message, conversation=None, **fields), never)
    return answer.record.status


async def test_a_turn_after_the_last_token_is_refused_by_every_copy(chat: ChatDriver) -> None:
    copies = [limited(chat, 2 * A_TURN) for _ in range(2)]
    for copy in copies:
        assert await say(copy) == "completed"

    for copy in copies:
        with pytest.raises(TokenBudgetSpentError) as caught:
            await say(copy)

        error, tomorrow = caught.value, await midnight(chat) + timedelta(days=1)
        assert (error.limit, error.remaining) == (2 * A_TURN, 0)
        assert 1 <= error.reset_s <= 86_400
        left = tomorrow - datetime.now(UTC)
        assert error.reset_s == pytest.approx(left.total_seconds(), abs=60)
        assert f"{tomorrow:%Y-%m-%d} 00:00 UTC" in error.message
    assert len(await chat.rows("SELECT id FROM messages")) == 4


async def test_a_turn_that_begins_with_a_token_left_goes_on_to_its_end(chat: ChatDriver) -> None:
    copy = limited(chat, 1)
    copy.model.calls("add_task", title="Buy milk").calls("list_tasks").says("Added.")

    assert await say(copy) == "completed"
    assert await chat.tasks() == ["Buy milk"]


async def test_a_turn_of_yesterday_costs_nothing_today(chat: ChatDriver) -> None:
    copy = limited(chat)
    await say(copy)
    day = await midnight(chat)

    await chat.execute("UPDATE turns SET created_at = $1", day)
    with pytest.raises(TokenBudgetSpentError):
        await say(copy)

    await make_it_yesterday(chat)
    assert await say(copy) == "completed"


async def test_another_users_tokens_are_another_matter(chat: ChatDriver) -> None:
    copy = limited(chat)
    await say(copy)
    other = replace(copy, user=await make_user(chat.everything))
    other.journal, other.turns = copy.journal, copy.turns

    assert await say(other) == "completed"
    assert (await Budget(chat.db, None).today(other.user)).usage == Usage(100, 20, 1)
    for each in (copy, other):
        with pytest.raises(TokenBudgetSpentError):
            await say(each)


async def test_turns_of_deleted_conversations_count(chat: ChatDriver) -> None:
    copy = limited(chat)
    await say(copy)
    await chat.execute("UPDATE conversations SET deleted_at = clock_timestamp()")

    with pytest.raises(TokenBudgetSpentError):
        await say(copy)
    assert (await Budget(chat.db, None).today(chat.user)).usage == Usage(100, 20, 1)


async def test_what_a_running_turn_has_used_counts_at_once(chat: ChatDriver) -> None:
    copy = limited(chat)
    copy.model.calls("add_task", title="Buy milk").hangs()
    running = asyncio.create_task(say(copy))
    await copy.model.reached.wait()

    with pytest.raises(TokenBudgetSpentError):
        await say(copy)
    running.cancel()


async def test_a_replay_is_given_though_all_is_spent(chat: ChatDriver) -> None:
    copy = limited(chat)
    await say(copy, key="k")

    again = await copy.turns.send(copy.request("hello", key="k", conversation=None), never)

    assert again.replayed
    assert len(copy.model.asked) == 1


async def test_a_refused_request_does_not_use_up_its_key(chat: ChatDriver) -> None:
    copy = limited(chat)
    await say(copy)
    with pytest.raises(TokenBudgetSpentError):
        await say(copy, key="k")
    await make_it_yesterday(chat)

    assert await say(copy, "something else", key="k") == "completed"


async def failed_and_spent(chat: ChatDriver) -> ChatDriver:
    """A copy on which a turn has failed that could go on, but for the budget."""
    copy = limited(chat)
    copy.model.calls("add_task", title="Buy milk").fails(ModelError(retryable=True))
    assert await say(copy, key="k") == "failed"
    return copy


async def test_a_failed_turn_does_not_go_on_when_all_is_spent_and_does_when_it_is_not(
    chat: ChatDriver,
) -> None:
    copy = await failed_and_spent(chat)
    failed = await chat.record()

    with pytest.raises(TokenBudgetSpentError):
        await say(copy, key="k")
    with pytest.raises(TokenBudgetSpentError):
        await copy.turns.retry(chat.user, failed.uid)

    assert await chat.record() == failed
    await make_it_yesterday(chat)
    assert await say(copy, key="k") == "completed"
    assert (await chat.record()).usage == Usage(200, 40, 2)


async def test_a_failed_turn_that_may_not_go_on_is_told_as_it_ended(chat: ChatDriver) -> None:
    copy = await failed_and_spent(chat)
    failed = await chat.record()
    await chat.turns.send(chat.request("more", conversation=failed.conversation_id), never)

    assert await say(copy, key="k") == "failed"
    assert (await copy.turns.retry(chat.user, failed.uid)).attempt == 1


async def test_it_is_refused_before_it_stands_in_line(chat: ChatDriver) -> None:
    copy = limited(chat)
    copy.model.calls("add_task", title="Buy milk").hangs()
    running = asyncio.create_task(copy.send("buy milk"))
    await copy.model.reached.wait()
    conversation = (await chat.record()).conversation_id

    with pytest.raises(TokenBudgetSpentError):
        await copy.turns.send(copy.request("more", conversation=conversation), never)
    assert await chat.rows("SELECT id FROM waiters") == []
    running.cancel()


async def test_a_message_that_waited_is_refused_when_the_one_before_it_spends_all(
    chat: ChatDriver,
) -> None:
    copy = limited(chat)
    answered = asyncio.Event()
    copy.model.hangs(until=answered)
    first = asyncio.create_task(copy.send("first"))
    await copy.model.reached.wait()
    conversation = (await chat.record()).conversation_id
    second = asyncio.create_task(
        copy.turns.send(copy.request("second", conversation=conversation), never)
    )
    await chat.until_waiting(1)

    answered.set()

    assert (await first).record.status == "completed"
    with pytest.raises(TokenBudgetSpentError):
        await second
    assert await chat.rows("SELECT id FROM waiters") == []


async def test_turns_that_run_at_once_may_overshoot_and_none_comes_after_them(
    chat: ChatDriver,
) -> None:
    copies = [limited(chat) for _ in range(2)]
    answered = asyncio.Event()
    for copy in copies:
        for _ in range(5):
            copy.model.hangs(until=answered)
    running = [asyncio.create_task(say(copies[number % 2])) for number in range(10)]
    await until(lambda: sum(len(copy.model.asked) for copy in copies) == 10)
    answered.set()
    assert await asyncio.gather(*running) == ["completed"] * 10

    late = await asyncio.gather(*(say(copies[n % 2]) for n in range(10)), return_exceptions=True)

    assert [type(each) for each in late] == [TokenBudgetSpentError] * 10
    assert len(await chat.rows("SELECT id FROM turns")) == 10


async def test_a_limit_of_turns_is_told_first_since_it_passes_sooner(chat: ChatDriver) -> None:
    copy = limited(chat, rate=Rate(1, 60))
    await say(copy)

    with pytest.raises(TooManyRequestsError) as caught:
        await say(copy)

    assert caught.value.code == "RATE_LIMITED"


async def test_a_day_adds_up_all_of_a_users_turns(chat: ChatDriver) -> None:
    budget, copy = Budget(chat.db, None), limited(chat, None)
    assert (await budget.today(chat.user)).usage == Usage()
    copy.model.calls("add_task", title="Buy milk").says("Added.").says("Hello.")
    await say(copy)
    await say(copy)

    day = await budget.today(chat.user)

    assert day.usage == Usage(300, 60, 3)
    assert (day.begins_at, day.resets_at) == (
        await midnight(chat),
        await midnight(chat) + timedelta(days=1),
    )


@pytest.mark.parametrize("database_kind", ["sqlite"])  # on Postgres it is one call in any case
async def test_without_a_budget_opening_sends_no_statement_more(chat: ChatDriver) -> None:
    db = WatchedDatabase(chat.db)
    sums: dict[int | None, int] = {}
    for tokens in (None, 10**6):
        db.statements.clear()
        await say(limited(replace(chat, db=db), tokens))
        sums[tokens] = len([sql for sql, _ in db.statements if "sum(" in sql or "now_s" in sql])

    assert sums == {None: 0, 10**6: 2}


async def test_the_turns_of_a_day_are_found_on_their_index(chat: ChatDriver) -> None:
    db = WatchedDatabase(chat.db)
    await Budget(db, None).today(chat.user)  # pyright: ignore[reportArgumentType]
    sql, args = db.statements[-1]
    explain = "EXPLAIN " if chat.db.dialect == "postgres" else "EXPLAIN QUERY PLAN "

    async def plan(tx: Transaction) -> str:
        if tx.dialect == "postgres":  # a table with few rows is read whole
            await tx.fetch("SELECT set_config('enable_seqscan', 'off', true)")
        rows: Any = await tx.fetch(explain + sql, *args)
        return "\n".join(" ".join(map(str, dict(row).values())) for row in rows)

    assert "turns_created" in await chat.everything.transaction(plan)
