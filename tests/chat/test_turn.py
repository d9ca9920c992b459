"""What a turn does from the message to its end."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from pydantic_ai.messages import (
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)

from taskchat.chat.agent import TurnLimits
from taskchat.chat.context import STAND_IN
from taskchat.chat.toolset import Toolset
from taskchat.errors import ConversationNotFoundError, ModelError, StoppingError
from taskchat.ids import new_uid
from tests.chat.conftest import ChatDriver, never
from tests.chat.provider_rules import anthropic_faults, gemini_faults, openai_faults
from tests.conftest import PassTime, make_user
from tests.scripted_model import texts


async def test_a_plain_turn_stores_question_and_reply(chat: ChatDriver) -> None:
    chat.model.says("Hello!")

    answer = await chat.send("  hi  ")

    assert await chat.messages() == [(1, "user", "  hi  "), (2, "assistant", "Hello!")]
    assert answer.record.status == "completed"
    assert not answer.replayed


async def test_a_tool_call_changes_the_list_and_is_on_the_reply(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").says("Added.")

    answer = await chat.send("buy milk")

    assert await chat.tasks() == ["Buy milk"]
    reply = answer.record.reply
    assert reply is not None
    assert reply.content == "Added."
    (call,) = list(reply.tool_calls or ())
    assert call["function"]["name"] == "add_task"
    assert reply.tool_results == {
        call["id"]: {
            "name": "add_task",
            "ok": True,
            "result": {"task_id": 1, "status": "created", "title": "Buy milk"},
        }
    }


async def test_several_calls_of_one_answer_are_done_in_order(chat: ChatDriver) -> None:
    chat.model.calls_all(
        ("add_task", {"title": "One"}), ("add_task", {"title": "Two"}), ("list_tasks", {})
    ).says("Both are on your list.")

    await chat.send("one and two")

    assert await chat.tasks() == ["One", "Two"]
    returns = [
        part
        for message in chat.model.asked[-1]
        if isinstance(message, ModelRequest)
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    ]
    assert [part.tool_name for part in returns] == ["add_task", "add_task", "list_tasks"]


async def test_call_ids_are_unique_over_a_conversation(chat: ChatDriver) -> None:
    for title in ("One", "Two"):
        chat.model.calls_all(("add_task", {"title": title}), ("list_tasks", {})).says("Done.")
        await chat.send(f"add {title}")

    rows = await chat.rows("SELECT body FROM steps WHERE kind = 'effect'")
    ids = [row["body"] for row in rows]
    assert len(ids) == 4
    assert len({body[: body.index(",")] for body in ids}) == 4


async def test_the_model_reads_the_current_message_once(chat: ChatDriver) -> None:  # T1
    await chat.send("first")
    await chat.send("second")

    assert texts(chat.model.asked[-1]) == [
        ("user", "first"),
        ("assistant", "Done."),
        ("user", "second"),
    ]


async def test_the_model_reads_the_newest_messages_oldest_first(chat: ChatDriver) -> None:  # T2
    for number in range(15):
        await chat.send(f"message {number}")

    said = [text for role, text in texts(chat.model.asked[-1]) if role == "user"]

    assert said == [f"message {number}" for number in range(4, 15)]


async def test_equal_times_do_not_reorder_messages(chat: ChatDriver) -> None:  # T3
    await chat.send("one")
    await chat.send("two")
    await chat.execute("UPDATE messages SET created_at = $1", (await chat.record()).created_at)

    await chat.send("three")

    assert [role for role, _ in texts(chat.model.asked[-1])] == [
        "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip


async def test_another_users_conversation_is_missing_like_any_other(chat: ChatDriver) -> None:  # T4
    await chat.send("mine")
    stranger = replace(chat, user=await make_user(chat.db))

    for conversation in (chat.conversation, 987654321, new_uid()):
        with pytest.raises(ConversationNotFoundError):
            await stranger.send("theirs", conversation=conversation)


async def test_a_deleted_conversation_is_missing(chat: ChatDriver) -> None:  # T5
    await chat.send("hello")
    await chat.execute("UPDATE conversations SET deleted_at = clock_timestamp()")

    with pytest.raises(ConversationNotFoundError):
        await chat.send("again")


async def test_the_reply_is_not_counted_twice_and_last_activity_moves(chat: ChatDriver) -> None:
    await chat.send("one")
    await chat.send("two")

    (row,) = await chat.rows("SELECT last_seq, message_count, last_message_at FROM conversations")
    assert (row["last_seq"], row["message_count"]) == (4, 4)
    assert row["last_message_at"] is not None


async def test_a_user_id_from_the_model_is_refused_and_told(chat: ChatDriver) -> None:  # T11
    other = await make_user(chat.db)
    chat.model.calls("add_task", title="Theirs", user_id=other).says("I could not.")

    answer = await chat.send("add it to someone else's list")

    assert await chat.tasks() == []
    assert await chat.rows("SELECT 1 AS found FROM tasks") == []
    assert answer.record.reply is not None
    (result,) = (answer.record.reply.tool_results or {}).values()
    assert result["ok"] is False
    assert "user_id" in result["result"]


async def test_an_empty_answer_after_tools_says_what_was_done(chat: ChatDriver) -> None:  # T12
    chat.model.calls("add_task", title="Buy milk").says("")

    assert await chat.reply("buy milk") == "Added “Buy milk”."


async def test_an_answer_without_anything_is_still_not_empty(chat: ChatDriver) -> None:  # T12
    chat.model.answers(ModelResponse(parts=[]))

    assert await chat.reply("?") != ""


async def test_a_turn_that_loses_its_client_still_ends_with_its_reply(  # T13
    chat: ChatDriver,
) -> None:
    answered = asyncio.Event()
    chat.model.calls("add_task", title="Buy milk").hangs(until=answered)

    await chat.send_and_leave("remember milk")
    answered.set()
    await chat.until_idle()

    assert await chat.tasks() == ["Buy milk"]
    record = await chat.record()
    assert record.status == "completed"
    assert record.reply is not None
    assert record.reply.content == "At last."


async def test_an_unknown_tool_and_bad_arguments_are_told_to_the_model(chat: ChatDriver) -> None:
    chat.model.calls_all(
        ("fly_to_the_moon", {}), ("add_task", "{not json"), ("complete_task", {"task_id": 7})
    ).says("None of that worked.")

    answer = await chat.send("do things")

    reply = answer.record.reply
    assert reply is not None
    assert [result["ok"] for result in (reply.tool_results or {}).values()] == [False] * 3
    assert answer.record.status == "completed"


async def test_text_that_no_database_can_store_is_mended(chat: ChatDriver) -> None:
    chat.model.says("a\x00b\ud800c")

    assert await chat.reply("hi") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("name", ["", "a\x00b", "a\ud800b", "functions.add task", "x" * 99])
async def test_a_name_that_no_provider_takes_back_is_mended(chat: ChatDriver, name: str) -> None:
    chat.model.calls(name).says("")
    await chat.send("hi")

    await chat.send("next")

    calls = [
        part for m in chat.model.asked[-1] for part in m.parts if part.part_kind == "tool-call"
    ]
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,64}", call.tool_name) for call in calls)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        '{"title": "\\ud800"}',
        '{"title": "a\x00b"}',
        '{"title": NaN}',
        {"title": float("nan")},
        "{not json",
        "NaN",
        '{"a":' * 5000,
        '{"a":' * 900 + "1" + "}" * 900,
    ],
)
async def test_arguments_that_are_no_json_do_not_spoil_what_is_asked_next(
    chat: ChatDriver, arguments: object
) -> None:
    chat.model.calls_all(("add_task", arguments)).says("Sorry.")
    record = (await chat.send("hi")).record

    await chat.send("next")

    assert record.status == "completed"
    for asked in chat.model.asked:
        assert [*openai_faults(asked), *anthropic_faults(asked), *gemini_faults(asked)] == []


@pytest.mark.parametrize("words", ["", " \n", "Let me see."])
async def test_words_that_anthropic_refuses_beside_calls_do_not_spoil_what_is_asked_next(
    chat: ChatDriver, words: str
) -> None:
    chat.model.answers(ModelResponse(parts=[*_call("list_tasks"), TextPart(words)]))

    await chat.send("what's pending?")

    assert anthropic_faults(chat.model.asked[-1]) == []


async def test_a_reply_whose_question_was_deleted_answers_no_other(chat: ChatDriver) -> None:
    chat.model.fails(ModelError()).says("About cats.").says("About dogs.")
    for question in ("Birds?", "Cats?", "Dogs?"):
        await chat.send(question)
    await chat.execute(
        "UPDATE messages SET deleted_at = clock_timestamp() WHERE content = $1", "Cats?"
    )

    await chat.send("Next?")

    assert texts(chat.model.asked[-1]) == [
        ("user", "Birds?"), ("assistant", STAND_IN),
        ("user", "Dogs?"), ("assistant", "About dogs."),
        ("user", "Next?"),
    ]  # fmt: skip


async def test_the_model_reads_no_white_space_around_earlier_messages(chat: ChatDriver) -> None:
    await chat.send("  first\n")
    await chat.send("second")

    assert texts(chat.model.asked[-1])[0] == ("user", "first")


async def test_words_before_and_after_tools_are_all_in_the_reply(chat: ChatDriver) -> None:
    chat.model.answers(
        replace(
            ModelResponse(parts=[TextPart("Let me look.")]),
            parts=[TextPart("Let me look."), *_call("list_tasks")],
        )
    ).says("Nothing there.")

    assert await chat.reply("what's pending?") == "Let me look.\n\nNothing there."


def _call(name: str) -> list[ToolCallPart]:
    return [ToolCallPart(name, {}, tool_call_id="x")]


@pytest.mark.parametrize("retryable", [True, False])
async def test_a_model_that_fails_ends_the_turn_and_keeps_the_message(
    chat: ChatDriver, retryable: bool
) -> None:
    chat.model.fails(ModelError(retryable=retryable))

    record = (await chat.send("hello")).record

    assert (record.status, record.error_code) == ("failed", "MODEL_ERROR")
    assert record.retryable is retryable
    assert await chat.messages() == [(1, "user", "hello")]


async def test_a_crash_of_ours_ends_the_turn_too(chat: ChatDriver) -> None:
    chat.model.fails(ZeroDivisionError("secret"))

    record = (await chat.send("hello")).record

    assert (record.status, record.error_code, record.retryable) == (
        "failed",
        "INTERNAL_ERROR",
        False,
    )


async def test_a_slow_model_ends_the_turn_in_time(chat: ChatDriver, pass_time: PassTime) -> None:
    chat.model.calls("add_task", title="Buy milk").hangs()
    sending = asyncio.create_task(chat.send("buy milk"))
    await chat.model.reached.wait()

    pass_time(chat.limits.timeout_s)
    record = (await sending).record

    assert (record.status, record.error_code, record.retryable) == ("failed", "AGENT_TIMEOUT", True)
    assert record.reply is not None
    assert record.reply.content.startswith("Added “Buy milk”.")


async def test_a_model_that_never_stops_calling_is_stopped(chat: ChatDriver) -> None:
    limited = chat.another_copy(limits=TurnLimits(iterations=3))
    for _ in range(5):
        limited.model.calls("list_tasks")

    record = (await limited.send("loop")).record

    assert (record.status, record.error_code, record.retryable) == (
        "failed",
        "MAX_ITERATIONS",
        False,
    )
    assert len(limited.model.asked) == 3


async def test_a_failed_turn_leaves_the_next_one_a_well_formed_history(chat: ChatDriver) -> None:
    chat.model.fails(ModelError())
    await chat.send("lost")

    await chat.send("next")

    roles = [role for role, _ in texts(chat.model.asked[-1])]
    assert roles == ["user", "assistant", "user"]


async def test_earlier_calls_come_with_their_results(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").says("Added.")
    await chat.send("buy milk")

    await chat.send("mark it as complete")

    request = chat.model.asked[-1]
    calls = [part for m in request for part in m.parts if part.part_kind == "tool-call"]
    returns = [part for m in request for part in m.parts if part.part_kind == "tool-return"]
    assert [c.tool_call_id for c in calls] == [r.tool_call_id for r in returns]
    assert len(calls) == 1


async def test_messages_to_one_conversation_are_answered_one_after_the_other(
    chat: ChatDriver,
) -> None:
    await chat.send("begin")

    answers = await asyncio.gather(*(chat.send(f"message {n}") for n in range(20)))

    assert {answer.record.status for answer in answers} == {"completed"}
    stored = await chat.messages()
    assert [seq for seq, _, _ in stored] == list(range(1, 43))
    assert [role for _, role, _ in stored] == ["user", "assistant"] * 21
    said = [content for _, role, content in stored if role == "user"][1:]
    assert sorted(said) == sorted(f"message {n}" for n in range(20))
    assert await chat.rows("SELECT id FROM waiters") == []


async def test_a_hundred_conversations_at_once_all_end_well(chat: ChatDriver) -> None:
    answers = await asyncio.gather(
        *(chat.turns.send(chat.request(f"hello {n}", conversation=None), never) for n in range(100))
    )

    assert {answer.record.status for answer in answers} == {"completed"}
    assert len({answer.record.conversation_id for answer in answers}) == 100


async def test_the_tools_are_loaded_once_however_many_turns_begin() -> None:
    toolset = Toolset()

    found = await asyncio.gather(*(toolset.definitions() for _ in range(20)))

    assert all(each is found[0] for each in found)


async def test_a_copy_that_stops_takes_no_new_turn(chat: ChatDriver) -> None:
    await chat.turns.stop(0)

    with pytest.raises(StoppingError):
        await chat.send("hello")
    assert await chat.rows("SELECT id FROM turns") == []


async def test_the_title_is_the_first_message_in_sixty_characters(chat: ChatDriver) -> None:
    await chat.send("word " * 40)
    await chat.send("another")

    (row,) = await chat.rows("SELECT title FROM conversations")
    assert len(row["title"]) <= 60
    assert row["title"].startswith("word word")
