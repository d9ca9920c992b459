"""A long conversation is remembered in short, by the model that answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic_ai.messages import ModelResponse
from pydantic_ai.usage import RequestUsage

from taskchat.chat.context import NOTED, SUMMARY
from taskchat.chat.conversation_service import ConversationService
from taskchat.chat.records import MOST_TOKENS
from taskchat.chat.summaries import Summaries
from taskchat.chat.turn import Turns
from taskchat.chat.window import Window
from taskchat.db.database import as_uuid
from taskchat.errors import ModelError
from taskchat.model.embedded.model import EmbeddedModel
from tests.chat.conftest import TOOLSET, ChatDriver
from tests.chat.long_conversations import lengthen
from tests.chat.test_usage import MeteredModel
from tests.scripted_model import ScriptedModel, texts

WINDOW = Window(8)


@pytest.fixture
async def long(chat: ChatDriver) -> AsyncIterator[ChatDriver]:
    """A chat that remembers, with a small window."""
    driver = chat.another_copy(window=WINDOW)
    driver.turns = Turns(
        driver.journal,
        TOOLSET,
        driver.model,
        driver.limits,
        Summaries(chat.db, driver.model, WINDOW),
    )
    yield driver
    await driver.turns.stop(0)


async def summed_up() -> None:
    """Wait for what runs beside the conversation."""
    jobs = [job for job in asyncio.all_tasks() if job.get_name().startswith("summary")]
    await asyncio.gather(*jobs)


async def talk(chat: ChatDriver, *messages: str) -> None:
    """Say all of it; after each turn whatever is to be summed up is."""
    for message in messages:
        await chat.send(message)
        await summed_up()


async def stored(chat: ChatDriver) -> tuple[str | None, int]:
    """The summary and how far it reaches."""
    rows = await chat.rows(
        "SELECT summary, summary_seq FROM conversations WHERE id = $1", chat.conversation
    )
    return rows[0]["summary"], rows[0]["summary_seq"]


async def test_a_short_conversation_is_not_summed_up(long: ChatDriver) -> None:
    await talk(long, "one", "two", "three")

    assert await stored(long) == (None, 0)
    assert len(long.model.asked) == 3


async def test_what_will_fall_out_of_the_window_is_summed_up_before_it_does(
    long: ChatDriver,
) -> None:
    for _ in range(5):
        long.model.says("Hm.")
    long.model.says("Anna likes rye bread.")

    await talk(long, "my name is Anna", "two", "three", "four", "five")

    summary, through = await stored(long)
    assert summary == "Anna likes rye bread."
    assert through == 7
    asked = texts(long.model.asked[-1])[0][1]
    assert "Person: my name is Anna" in asked
    assert "Person: five" not in asked


async def test_the_model_reads_the_summary_before_the_window_and_nothing_is_missing(
    long: ChatDriver,
) -> None:
    for _ in range(5):
        long.model.says("Hm.")
    long.model.says("Anna likes rye bread.")
    await talk(long, "my name is Anna", "two", "three", "four", "five")

    await talk(long, "six")

    given = texts(long.model.asked[5 + 1])
    assert given[:3] == [
        ("user", f"{SUMMARY}\nAnna likes rye bread."),
        ("assistant", NOTED),
        ("user", "two"),
    ]


async def test_the_next_summary_is_made_of_the_last_and_what_came_since(long: ChatDriver) -> None:
    await talk(long, *(f"message {number}" for number in range(12)))

    asked = [texts(each)[0][1] for each in long.model.asked]
    requests = [text for text in asked if text.startswith("The memory so far")]
    assert len(requests) > 1
    said = [line for text in requests for line in text.splitlines() if line.startswith("Person:")]
    assert said == [f"Person: message {number}" for number in range(len(said))]
    assert all("Done." in text.split("What was said")[0] for text in requests[1:])


async def test_a_long_conversation_without_a_summary_gets_one_of_its_newest_part(
    long: ChatDriver,
) -> None:
    await long.send("hello")
    await lengthen(long, 2000)

    await talk(long, "and now?")

    asked = texts(long.model.asked[-1])[0][1]
    assert asked.count("Message") == 60
    assert await stored(long) == ("Done.", 1999)


async def test_a_failing_model_loses_no_reply_and_is_asked_again_after_the_next_turn(
    long: ChatDriver,
) -> None:
    await long.send("hello")
    await lengthen(long, 20)
    long.model.says("Hm.").fails(ModelError())
    await talk(long, "one")
    assert await stored(long) == (None, 0)

    long.model.says("Hm.").says("A greeting.")
    await talk(long, "two")

    assert (await stored(long))[0] == "A greeting."


async def test_an_empty_answer_keeps_the_memory_and_is_not_asked_for_again(
    long: ChatDriver,
) -> None:
    await long.send("hello")
    await lengthen(long, 20)
    long.model.says("Hm.").says("A greeting.")
    await talk(long, "one")
    await lengthen(long, 40)
    long.model.says("Hm.").says("  ")

    await talk(long, "two", "three")

    assert (await stored(long))[0] == "A greeting."
    assert len(long.model.asked) == 6


async def test_deleting_a_message_forgets_what_was_noted_of_it(long: ChatDriver) -> None:
    await long.send("my pin is 1234")
    await lengthen(long, 20)
    long.model.says("Hm.").says("The pin is 1234.")
    await talk(long, "one")
    rows = await long.rows(
        "SELECT m.uid, c.uid AS conversation FROM messages m JOIN conversations c"
        " ON c.id = m.conversation_id WHERE m.conversation_id = $1 AND m.seq = 1",
        long.conversation,
    )

    await ConversationService(long.db, long.turns).delete_message(
        long.user, as_uuid(rows[0]["conversation"]), as_uuid(rows[0]["uid"])
    )

    assert await stored(long) == (None, 0)
    await talk(long, "two")
    assert "1234" not in texts(long.model.asked[-1])[0][1]


async def test_a_summary_of_something_that_was_just_deleted_is_not_kept(long: ChatDriver) -> None:
    await long.send("my pin is 1234")
    await lengthen(long, 20)
    go_on = asyncio.Event()
    long.model.says("Hm.").hangs(go_on)
    await long.send("one")
    await long.model.reached.wait()

    await long.execute(
        "UPDATE messages SET deleted_at = clock_timestamp() WHERE conversation_id = $1 AND seq = 12",
        long.conversation,
    )
    go_on.set()
    await summed_up()

    assert await stored(long) == (None, 0)


async def test_what_a_summary_uses_is_counted_with_its_turn(long: ChatDriver) -> None:
    await long.send("hello")
    await lengthen(long, 20)

    record = (await long.send("one")).record
    await summed_up()

    counted = (await long.record()).usage
    assert counted.requests == record.usage.requests + 1
    assert counted.input_tokens > record.usage.input_tokens
    assert counted.output_tokens > record.usage.output_tokens


class CountedAssistant(EmbeddedModel):
    """The built-in assistant, and how often it was asked."""

    asked = 0

    async def request(self, *args: Any, **kwargs: Any) -> ModelResponse:
        self.asked += 1
        return await super().request(*args, **kwargs)


class LastOfAChain(ScriptedModel):
    """A chain whose other models are down: the built-in assistant answers in their place."""

    async def request(self, *args: Any, **kwargs: Any) -> ModelResponse:
        return replace(await super().request(*args, **kwargs), model_name="embedded")


@pytest.mark.parametrize(("kind", "requests"), [(CountedAssistant, 2), (LastOfAChain, 3)])
async def test_the_built_in_assistant_sums_nothing_up(
    chat: ChatDriver, kind: type[CountedAssistant | LastOfAChain], requests: int
) -> None:
    model = kind()
    chat.turns = Turns(
        chat.journal, TOOLSET, model, chat.limits, Summaries(chat.db, model, chat.window)
    )
    await chat.send("hello")
    await lengthen(chat, 100)

    await talk(chat, "hello")

    assert await stored(chat) == (None, 0)
    asked = model.asked if isinstance(model.asked, int) else len(model.asked)
    assert asked == requests  # alone it is not even asked; of a chain, nobody knows who answers
    await chat.turns.stop(0)


async def test_impossible_figures_of_a_server_do_not_keep_a_summary_from_being_kept(
    chat: ChatDriver,
) -> None:
    model = MeteredModel()
    model.answer_costs = RequestUsage(input_tokens=10**30, output_tokens=-5)
    chat.turns = Turns(
        chat.journal, TOOLSET, model, chat.limits, Summaries(chat.db, model, chat.window)
    )
    await chat.send("hello")
    await lengthen(chat, 40)

    await talk(chat, "one")

    assert (await stored(chat))[0] == "Done."
    assert (await chat.record()).usage.input_tokens == MOST_TOKENS
    await chat.turns.stop(0)
