"""A reply that claims what was not done goes back to the model once, and is marked if it must be."""

from __future__ import annotations

import asyncio

from pydantic_ai.messages import ModelRequest, UserPromptPart

from taskchat.chat.context import CORRECTION
from taskchat.chat.events import text_of
from taskchat.errors import ModelError
from tests.chat.conftest import ChatDriver
from tests.scripted_model import texts

LIE = "I've added “Buy milk” to your list."


async def events(chat: ChatDriver, message: str) -> list[tuple[str, dict[str, object]]]:
    turn, _ = await chat.turns.begin(chat.request(message, streamed=True), never)
    chat.conversation = turn.conversation_id
    return [(event.name, dict(event.data)) async for event in chat.turns.follow(turn)]


async def never() -> bool:
    return False


async def test_a_false_claim_goes_back_and_the_model_may_do_it_then(chat: ChatDriver) -> None:
    chat.model.says(LIE).calls("add_task", title="Buy milk").says("Now I have added “Buy milk”.")

    answer = await chat.send("add milk")

    assert await chat.tasks() == ["Buy milk"]
    reply = answer.record.reply
    assert reply is not None
    assert reply.content == "Now I have added “Buy milk”."
    assert reply.metadata is None
    note = chat.model.asked[1][-1]
    assert isinstance(note, ModelRequest)
    assert [p.content for p in note.parts if isinstance(p, UserPromptPart)] == [CORRECTION]
    assert answer.record.usage.requests == 3


async def test_a_model_that_takes_its_claim_back_is_believed(chat: ChatDriver) -> None:
    chat.model.says(LIE).says("Nothing was added. Shall I add it?")

    record = (await chat.send("add milk")).record

    assert record.reply is not None
    assert record.reply.content == "Nothing was added. Shall I add it?"
    assert record.reply.metadata is None


async def test_a_claim_that_is_repeated_is_marked_as_unconfirmed(chat: ChatDriver) -> None:
    chat.model.says(LIE).says(LIE)

    record = (await chat.send("add milk")).record

    assert record.reply is not None
    assert record.reply.content == LIE
    assert record.reply.metadata == {"unconfirmed": True}
    assert len(chat.model.asked) == 2
    stored = await chat.record()
    assert stored.reply == record.reply


async def test_a_model_that_fails_when_asked_again_leaves_its_claim_unconfirmed(
    chat: ChatDriver,
) -> None:
    chat.model.says(LIE).fails(ModelError(retryable=True))

    record = (await chat.send("add milk")).record

    assert record.status == "completed"
    assert record.reply is not None
    assert record.reply.content == LIE
    assert record.reply.metadata == {"unconfirmed": True}
    assert record.usage.requests == 1


async def test_a_stream_replaces_what_was_shown_of_a_false_claim(chat: ChatDriver) -> None:
    chat.model.calls("list_tasks").says(LIE).says("Nothing was added.")

    told = await events(chat, "add milk")

    names = [name for name, _ in told]
    assert names.count("turn.resumed") == 1
    resumed = next(data for name, data in told if name == "turn.resumed")
    assert resumed == {"attempt": 1, "text": ""}
    message = told[-1][1]["message"]
    assert isinstance(message, dict)
    assert message["content"] == "Nothing was added."


async def test_what_a_stream_shows_of_an_unconfirmed_claim_is_the_reply(chat: ChatDriver) -> None:
    chat.model.says(LIE).fails(ModelError())
    turn, _ = await chat.turns.begin(chat.request("add milk", streamed=True), never)

    told = [event async for event in chat.turns.follow(turn)]

    assert text_of(told) == LIE
    assert told[-1].data["message"]["metadata"] == {"unconfirmed": True}


async def test_a_turn_taken_over_in_its_correction_asks_for_that_answer_only(
    chat: ChatDriver,
) -> None:
    chat.model.says(LIE).hangs()
    await chat.send_and_leave("add milk")
    await chat.model.reached.wait()
    other = chat.another_copy()
    other.model.says("Nothing was added.")
    await chat.execute("UPDATE turns SET lease_until = 0")

    await other.recovery.take_over()
    running = await other.record()
    _ = [event async for event in other.turns.follow(running)]

    record = await other.record()
    assert record.status == "completed"
    assert record.reply is not None
    assert record.reply.content == "Nothing was added."
    assert len(other.model.asked) == 1
    assert texts(other.model.asked[0])[-2:] == [("assistant", LIE), ("user", CORRECTION)]
    assert record.usage.requests == 2


async def test_a_turn_cancelled_in_its_correction_says_nothing_false(chat: ChatDriver) -> None:
    chat.model.says(LIE).hangs()
    sending = asyncio.create_task(chat.send("add milk"))
    await chat.model.reached.wait()
    running = await chat.record()

    await chat.turns.cancel(chat.user, running.uid)
    await sending

    record = await chat.record()
    assert record.status == "cancelled"
    assert record.reply is not None
    assert LIE not in record.reply.content


async def test_the_next_turn_reads_nothing_of_a_correction(chat: ChatDriver) -> None:
    chat.model.says(LIE).says("Nothing was added.").says("Hello.")
    await chat.send("add milk")

    await chat.send("hi")

    said = [
        part.content
        for message in chat.model.asked[-1]
        for part in message.parts
        if isinstance(part, UserPromptPart)
    ]
    assert said == ["add milk", "hi"]
