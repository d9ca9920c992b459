"""What a turn is known to have used of the model, whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic_ai import models
from pydantic_ai.messages import ModelResponse, ToolCallPart
from pydantic_ai.usage import RequestUsage

from taskchat.chat.records import MOST_TOKENS, OwnedTurn, Usage
from taskchat.chat.toolset import Toolset
from taskchat.chat.turn import Turns
from taskchat.db.database import Transaction
from taskchat.errors import ModelError
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.tasks.new_tasks import NewTasks
from tests.chat.conftest import TOOLSET, ChatDriver, never
from tests.model.stub_provider import StubProvider
from tests.scripted_model import ScriptedModel

FAILURE = ModelError(retryable=True)


class MeteredModel(ScriptedModel):
    """Each of its plain answers takes 100 tokens in and 20 out, as those of the stub provider."""

    answer_costs = RequestUsage(input_tokens=100, output_tokens=20)

    async def request(self, *args: Any, **kwargs: Any) -> ModelResponse:
        return replace(await super().request(*args, **kwargs), usage=self.answer_costs)


@pytest.fixture
def chat(chat: ChatDriver) -> ChatDriver:
    return replace(chat, model=MeteredModel())


def another_copy(chat: ChatDriver) -> ChatDriver:
    return replace(chat, model=MeteredModel())


async def kill(chat: ChatDriver) -> None:
    """Stop what runs on that copy, as if its process had died a while ago."""
    running = chat.turns.running
    for turn in running:
        chat.turns.abandon(turn)
    await chat.until_idle()
    await chat.execute("UPDATE turns SET lease_until = 0 WHERE status = 'running'")


async def act_and_hang(chat: ChatDriver) -> asyncio.Task[Any]:
    """Have a turn do something and then wait for a second answer that does not come."""
    chat.model.calls("add_task", title="Buy milk").hangs()
    sending = asyncio.create_task(chat.turns.send(chat.request("buy milk", key="k"), never))
    await chat.model.reached.wait()
    return sending


def break_off(model: ScriptedModel) -> None:
    """Script a streamed attempt that fails: its answer breaks off as often as it is asked for."""
    for _ in range(3):
        model.streams("Half of the", FAILURE)


async def test_every_answer_of_a_turn_counts(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").calls("list_tasks").says("Added.")

    record = (await chat.send("buy milk")).record

    assert record.usage == Usage(300, 60, 3)
    assert (await chat.record()).usage == record.usage


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    async with StubProvider() as stub:
        yield stub


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
async def test_plain_and_streamed_turns_count_what_their_provider_tells(
    chat: ChatDriver, stub: StubProvider, streamed: bool
) -> None:
    stub.calls(("add_task", {"title": "Buy milk"})).says("Added.")
    with models.override_allow_model_requests(True):
        async with ChatCompletionsModel("stub", base_url=stub.base_url) as model:
            turns = Turns(chat.journal, TOOLSET, model, chat.limits)

            answer = await turns.send(chat.request("buy milk", streamed=streamed), never)

    assert answer.record.usage == Usage(200, 40, 2)


async def test_an_attempt_that_fails_keeps_what_it_has_used_and_the_next_adds_to_it(
    chat: ChatDriver,
) -> None:
    chat.model.calls("add_task", title="Buy milk").fails(FAILURE)
    failed = (await chat.send("buy milk", key="k")).record
    chat.model.calls("list_tasks").fails(FAILURE).says("Added.")
    again = chat.request("buy milk", key="k", conversation=None)
    second = (await chat.turns.send(again, never)).record

    third = (await chat.turns.send(again, never)).record

    assert (failed.usage, second.usage) == (Usage(100, 20, 1), Usage(200, 40, 2))
    assert (third.attempt, third.usage) == (3, Usage(300, 60, 3))
    assert await chat.tasks() == ["Buy milk"]


async def test_an_answer_that_broke_off_counts_in_the_next_attempt_too(chat: ChatDriver) -> None:
    break_off(chat.model)
    failed = (await chat.send("hello", key="k", streamed=True)).record
    chat.model.says("Hello.")

    ended = (await chat.send("hello", key="k", streamed=True, conversation=None)).record

    assert (failed.status, failed.usage.requests) == ("failed", 3)
    assert failed.usage.output_tokens > 0
    assert (ended.status, ended.attempt, ended.usage.requests) == ("completed", 2, 4)
    assert ended.usage.output_tokens > failed.usage.output_tokens


async def test_a_request_without_an_answer_counts_for_nothing(chat: ChatDriver) -> None:
    chat.model.fails(FAILURE)

    assert (await chat.send("hello")).record.usage == Usage()


async def test_a_turn_that_runs_tells_what_it_has_used_so_far(chat: ChatDriver) -> None:
    sending = await act_and_hang(chat)

    assert (await chat.record()).usage == Usage(100, 20, 1)
    sending.cancel()


async def test_a_turn_that_is_cancelled_keeps_what_it_has_used(chat: ChatDriver) -> None:
    sending = await act_and_hang(chat)

    cancelled = await chat.turns.cancel(chat.user, (await chat.record()).uid)

    assert (cancelled.status, cancelled.usage) == ("cancelled", Usage(100, 20, 1))
    await asyncio.gather(sending, return_exceptions=True)


async def test_who_takes_a_turn_over_counts_on(chat: ChatDriver) -> None:
    sending = await act_and_hang(chat)
    sending.cancel()
    await kill(chat)
    other = another_copy(chat)
    other.model.says("Added.")

    await other.recovery.take_over()
    await other.until_idle()

    record = await chat.record()
    assert (record.status, record.usage) == ("completed", Usage(200, 40, 2))


async def test_who_takes_over_a_later_attempt_counts_the_earlier_ones_as_well(
    chat: ChatDriver,
) -> None:
    break_off(chat.model)
    before = (await chat.send("buy milk", key="k", streamed=True)).record.usage
    chat.model.calls("add_task", title="Buy milk").hangs()
    again = chat.request("buy milk", key="k", streamed=True, conversation=None)
    sending = asyncio.create_task(chat.turns.send(again, never))
    await chat.model.reached.wait()
    so_far = (await chat.record()).usage
    sending.cancel()
    await kill(chat)
    other = another_copy(chat)
    other.model.says("Added.")

    await other.recovery.take_over()
    await other.until_idle()

    record = await chat.record()
    assert (before.requests, so_far.requests) == (3, 4)
    assert (record.status, record.attempt, record.usage.requests) == ("completed", 2, 5)
    assert record.usage.input_tokens > so_far.input_tokens > before.input_tokens


class BrokenToolset(Toolset):
    """A fault of ours."""

    async def call(
        self, tx: Transaction | None, turn: OwnedTurn, call: ToolCallPart, new: NewTasks
    ) -> dict[str, Any]:
        raise RuntimeError


async def test_an_answer_that_we_could_not_act_on_counts(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk")
    turns = Turns(chat.journal, BrokenToolset(), chat.model, chat.limits)

    record = (await turns.send(chat.request("buy milk"), never)).record

    assert (record.error_code, record.usage) == ("INTERNAL_ERROR", Usage(100, 20, 1))


async def test_numbers_that_no_column_holds_end_no_turn(chat: ChatDriver) -> None:
    model = MeteredModel()
    model.answer_costs = RequestUsage(input_tokens=10**30, output_tokens=-5)
    chat = replace(chat, model=model)
    chat.model.calls("add_task", title="Buy milk").says("Added.")

    record = (await chat.send("buy milk")).record

    assert (record.status, record.usage) == ("completed", Usage(MOST_TOKENS, 0, 2))
