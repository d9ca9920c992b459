"""Which messages a model is given, and what a conversation of any length costs."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from pydantic_ai.messages import ToolCallPart, ToolReturnPart

from taskchat.chat.window import Window
from taskchat.db.database import Transaction
from taskchat.db.postgres import PostgresDatabase
from taskchat.db.sqlite import SqliteDatabase
from taskchat.errors import ContextTooLongError
from tests.chat.conftest import ChatDriver
from tests.chat.long_conversations import lengthen
from tests.scripted_model import texts


def said(chat: ChatDriver) -> list[str]:
    """The words of the newest request to the model."""
    return [text for _, text in texts(chat.model.asked[-1])]


async def test_the_newest_twenty_messages_are_given_oldest_first(chat: ChatDriver) -> None:
    await chat.send("hello")
    await lengthen(chat, 100)

    await chat.send("and now?")

    assert said(chat) == [*(f"Message {number}." for number in range(81, 101)), "and now?"]


async def test_full_gives_all_messages_that_fit_the_tokens(chat: ChatDriver) -> None:
    full = chat.another_copy(window=Window.within(8000))
    await full.send("hello")
    await lengthen(full, 100)

    await full.send("and now?")

    assert said(full) == [
        "hello",
        "Done.",
        *(f"Message {number}." for number in range(3, 101)),
        "and now?",
    ]


async def test_full_leaves_out_the_oldest_that_do_not_fit(chat: ChatDriver) -> None:
    full = chat.another_copy(window=Window.within(1000))
    await full.send("hello")
    await lengthen(full, 2000, "x" * 366 + "{:04}")

    await full.send("and now?")

    # 8 + 370 / 4 tokens each: ten of them.
    given = said(full)
    assert [text[-4:] for text in given] == [*(str(seq) for seq in range(1991, 2001)), "now?"]


async def test_what_tools_gave_back_counts_as_tokens_and_stays_with_its_call(
    chat: ChatDriver,
) -> None:
    full = chat.another_copy(window=Window.within(400))
    for number in range(3):
        full.model.calls("add_task", title=f"{number}" * 100, description="y" * 300).says("Added.")
        await full.send("add")

    await full.send("and now?")

    parts = [part for message in full.model.asked[-1] for part in message.parts]
    calls = [part.tool_call_id for part in parts if isinstance(part, ToolCallPart)]
    returns = [part.tool_call_id for part in parts if isinstance(part, ToolReturnPart)]
    assert calls == returns
    assert len(calls) == 1


async def test_a_turn_taken_over_is_given_the_same_messages(chat: ChatDriver) -> None:
    full = chat.another_copy(window=Window.within(1000))
    await full.send("hello")
    await lengthen(full, 300, "x" * 366 + "{:04}")
    full.model.hangs()
    sending = asyncio.create_task(full.send("and now?"))
    await full.model.reached.wait()
    await chat.execute("UPDATE turns SET lease_until = 0")
    other = full.another_copy()

    await other.recovery.take_over()
    _ = [event async for event in other.turns.follow(await other.record())]

    assert texts(other.model.asked[0]) == texts(full.model.asked[-1])
    await full.turns.stop(0)
    await asyncio.gather(sending, return_exceptions=True)


async def test_a_model_that_was_given_too_much_is_asked_once_more_with_the_newest(
    chat: ChatDriver,
) -> None:
    await chat.send("hello")
    await lengthen(chat, 100)
    chat.model.fails(ContextTooLongError()).says("Here.")

    assert await chat.reply("and now?") == "Here."

    assert said(chat) == [*(f"Message {number}." for number in range(97, 101)), "and now?"]


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_the_turn_has_done_stays_when_the_window_gets_smaller(
    chat: ChatDriver, streamed: bool
) -> None:
    await chat.send("hello")
    await lengthen(chat, 100)
    chat.model.calls("add_task", title="Buy milk").fails(ContextTooLongError()).says("Added.")

    assert await chat.reply("add milk", streamed=streamed) == "Added."

    assert await chat.tasks() == ["Buy milk"]
    parts = [part for message in chat.model.asked[-1] for part in message.parts]
    assert sum(isinstance(part, ToolReturnPart) for part in parts) == 1


async def test_a_turn_that_is_too_long_once_more_is_not_asked_again_with_the_same(
    chat: ChatDriver,
) -> None:
    await chat.send("hello")
    await lengthen(chat, 100)
    too_long = ContextTooLongError()
    chat.model.fails(too_long).calls("list_tasks").fails(too_long).says("Not asked for.")

    record = (await chat.send("and now?")).record

    assert (record.status, record.retryable) == ("failed", False)
    assert len(chat.model.asked) == 4


async def test_a_question_that_is_too_long_by_itself_fails_for_good(chat: ChatDriver) -> None:
    await chat.send("hello")
    chat.model.fails(ContextTooLongError()).fails(ContextTooLongError())

    record = (await chat.send("x" * 9_000)).record

    assert (record.status, record.error_code, record.retryable) == ("failed", "MODEL_ERROR", False)
    assert len(chat.model.asked) == 3


async def test_a_turn_costs_the_same_after_2000_messages_as_after_20(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: Counter[str] = Counter()
    for owner in (Transaction, PostgresDatabase, SqliteDatabase):
        _count_calls(owner, counted, monkeypatch)
    costs: list[tuple[dict[str, int], int]] = []
    for length in (22, 2000):
        chat.conversation = None
        await chat.send("hello")
        await lengthen(chat, length, "Message {:04}.")
        chat.model.calls("list_tasks").says("You have none.")
        counted.clear()

        await chat.send("what is on my list?")

        chars = sum(len(text) for asked in chat.model.asked[-2:] for _, text in texts(asked))
        costs.append((dict(counted), chars))

    assert costs[0][0]
    assert costs[1] == costs[0]


def _count_calls(owner: Any, counted: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for subclass in (owner, *owner.__subclasses__()):
        own: dict[str, Any] = {**vars(subclass)}
        for name in ("fetch", "fetchrow", "execute", "execute_many", "call"):
            if name in own:
                monkeypatch.setattr(subclass, name, _counting(own[name], name, counted))


def _counting(method: Any, name: str, counted: Counter[str]) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        counted[name] += 1
        return method(*args, **kwargs)

    return call
