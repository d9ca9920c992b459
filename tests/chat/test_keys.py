"""One `Idempotency-Key` names one turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from taskchat.chat.records import TurnRequest
from taskchat.errors import ConversationNotFoundError, KeyReusedError, ModelError
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user


async def test_a_key_sent_many_times_at_once_is_one_turn(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").says("Added.")

    answers = await asyncio.gather(
        *(chat.turns.send(chat.request("buy milk", key="k"), never) for _ in range(20))
    )

    assert len({(a.record.id, a.record.reply and a.record.reply.uid) for a in answers}) == 1
    assert await chat.tasks() == ["Buy milk"]
    assert len(await chat.rows("SELECT id FROM turns")) == 1
    assert len(await chat.rows("SELECT id FROM conversations")) == 1


async def test_a_key_on_an_existing_conversation_is_one_turn_too(chat: ChatDriver) -> None:
    await chat.send("begin")
    chat.model.calls("add_task", title="Buy milk").says("Added.")

    await asyncio.gather(
        *(chat.turns.send(chat.request("buy milk", key="k"), never) for _ in range(20))
    )

    assert await chat.tasks() == ["Buy milk"]
    assert len(await chat.messages()) == 4


async def test_an_ended_turn_is_replayed_and_the_model_is_not_asked(chat: ChatDriver) -> None:
    first = await chat.send("hello", key="k")
    again = await chat.turns.send(chat.request("hello", key="k", conversation=None), never)

    assert again.replayed
    assert again.record == first.record
    assert len(chat.model.asked) == 1


@pytest.mark.parametrize(
    "change", [{"content": "other"}, {"metadata": {"a": 1}}, {"conversation": "given"}]
)
async def test_a_key_with_another_request_is_refused(
    chat: ChatDriver, change: dict[str, object]
) -> None:
    first = await chat.send("hello", key="k")
    if "conversation" in change:
        change = {"conversation": first.record.conversation_id}
    request = replace(chat.request("hello", key="k", conversation=None), **change)

    with pytest.raises(KeyReusedError):
        await chat.turns.send(request, never)
    assert len(await chat.rows("SELECT id FROM turns")) == 1


async def test_a_conversation_may_be_named_by_number_or_uuid(chat: ChatDriver) -> None:
    begun = await chat.send("begin")
    by_number = await chat.send("hello", key="k")
    by_uuid = await chat.send("hello", key="k", conversation=begun.record.conversation_uid)

    assert by_uuid.replayed
    assert by_uuid.record.id == by_number.record.id


async def test_two_users_may_use_the_same_key(chat: ChatDriver) -> None:
    await chat.send("hello", key="k")
    other = replace(chat, user=await make_user(chat.db))

    answer = await other.send("something else", key="k")

    assert not answer.replayed


async def test_a_refused_request_does_not_use_up_its_key(chat: ChatDriver) -> None:
    with pytest.raises(ConversationNotFoundError):
        await chat.send("hello", key="k", conversation=12345)

    assert not (await chat.send("something else", key="k")).replayed


async def test_a_turn_that_failed_retryably_goes_on_from_its_last_step(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").fails(ModelError(retryable=True))
    failed = (await chat.send("buy milk", key="k")).record
    chat.model.says("It is on your list.")

    answer = await chat.turns.send(chat.request("buy milk", key="k", conversation=None), never)

    assert failed.status == "failed"
    assert answer.record.id == failed.id
    assert (answer.record.status, answer.record.attempt) == ("completed", 2)
    assert await chat.tasks() == ["Buy milk"]
    assert await chat.messages() == [
        (1, "user", "buy milk"),
        (2, "assistant", "It is on your list."),
    ]
    (row,) = await chat.rows("SELECT message_count, last_seq FROM conversations")
    assert (row["message_count"], row["last_seq"]) == (2, 2)
    # The answer that called the tool was stored, and is not asked for again.
    assert len(chat.model.asked) == 3


async def test_a_failure_that_may_not_go_on_is_replayed(chat: ChatDriver) -> None:
    chat.model.fails(ModelError(retryable=False))
    await chat.send("hello", key="k")

    answer = await chat.turns.send(chat.request("hello", key="k", conversation=None), never)

    assert answer.replayed
    assert answer.record.error_code == "MODEL_ERROR"
    assert len(chat.model.asked) == 1


async def test_a_failed_turn_that_is_not_the_last_is_replayed(chat: ChatDriver) -> None:
    chat.model.fails(ModelError(retryable=True))
    await chat.send("hello", key="k")
    await chat.send("something else")

    answer = await chat.turns.send(chat.request("hello", key="k", conversation=None), never)

    assert answer.replayed
    assert answer.record.status == "failed"


async def test_a_failed_turn_followed_by_an_unanswered_one_is_not_the_last(
    chat: ChatDriver,
) -> None:
    chat.model.fails(ModelError(retryable=True)).fails(ModelError(retryable=True))
    await chat.send("hello", key="k")
    await chat.send("something else")

    answer = await chat.turns.send(chat.request("hello", key="k", conversation=None), never)

    assert answer.replayed


async def test_many_retries_at_once_are_one_attempt(chat: ChatDriver) -> None:
    chat.model.fails(ModelError(retryable=True))
    await chat.send("hello", key="k")
    again = chat.request("hello", key="k", conversation=None)

    answers = await asyncio.gather(
        *(chat.turns.send(replace(again), never) for _ in range(10)), return_exceptions=True
    )

    assert {a.record.attempt for a in answers if not isinstance(a, BaseException)} == {2}
    assert len(await chat.messages()) == 2


async def test_a_key_is_free_again_after_a_day(chat: ChatDriver) -> None:
    await chat.send("hello", key="k")
    yesterday = (await chat.record()).created_at.replace(year=2020)
    await chat.execute("UPDATE turns SET created_at = $1", yesterday)

    answer = await chat.send("something else", key="k", conversation=None)

    assert not answer.replayed


async def test_a_key_of_a_deleted_conversation_finds_nothing(chat: ChatDriver) -> None:
    await chat.send("hello", key="k")
    await chat.execute("UPDATE conversations SET deleted_at = clock_timestamp()")

    with pytest.raises(ConversationNotFoundError):
        await chat.turns.send(chat.request("hello", key="k", conversation=None), never)


async def test_requests_that_agree_have_one_digest_whatever_the_order(chat: ChatDriver) -> None:
    one = TurnRequest(chat.user, "hi", metadata={"a": 1, "b": 2})
    two = TurnRequest(chat.user, "hi", metadata={"b": 2, "a": 1})

    assert one.digest == two.digest
    assert one.digest != TurnRequest(chat.user, "hi").digest
