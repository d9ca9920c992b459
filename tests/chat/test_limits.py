"""How many turns one user may open, and have running: the same on every copy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from taskchat.chat.journal import Journal
from taskchat.chat.limits import Limits
from taskchat.chat.window import Window
from taskchat.errors import TooManyRequestsError
from taskchat.rates import Rate
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user
from tests.processes import until


def _limited(chat: ChatDriver, **limits: object) -> ChatDriver:
    """Another copy of the server, with limits."""
    copy = chat.another_copy()
    journal = Journal(chat.db, lease_s=12, window=Window(), limits=Limits(**limits))  # pyright: ignore[reportArgumentType]
    copy.journal = journal
    copy.turns._journal = journal  # pyright: ignore[reportPrivateUsage]
    return copy


async def test_the_turn_after_the_last_allowed_one_is_refused(chat: ChatDriver) -> None:
    copies = [_limited(chat, rate=Rate(3, 60)) for _ in range(2)]
    for number in range(3):
        await copies[number % 2].send(f"message {number}")

    with pytest.raises(TooManyRequestsError) as caught:
        await copies[0].send("one too many")

    assert (caught.value.limit, caught.value.remaining) == (3, 0)
    assert 1 <= caught.value.reset_s <= 60
    assert len(await chat.rows("SELECT id FROM turns")) == 3


async def test_there_is_room_again_when_the_window_has_passed(chat: ChatDriver) -> None:
    limited = _limited(chat, rate=Rate(1, 60))
    await limited.send("first")
    earlier = (await limited.record()).created_at - timedelta(seconds=61)
    await chat.execute("UPDATE turns SET created_at = $1", earlier)

    assert (await limited.send("second")).record.status == "completed"


async def test_another_user_has_a_limit_of_their_own(chat: ChatDriver) -> None:
    limited = _limited(chat, rate=Rate(1, 60))
    await limited.send("mine")
    other = replace(limited, user=await make_user(chat.everything))
    other.journal, other.turns = limited.journal, limited.turns

    assert (await other.send("theirs")).record.status == "completed"


async def test_a_replay_costs_no_quota(chat: ChatDriver) -> None:
    limited = _limited(chat, rate=Rate(1, 60))
    await limited.send("hello", key="k")

    again = await limited.turns.send(limited.request("hello", key="k", conversation=None), never)

    assert again.replayed


async def test_a_large_limit_reads_a_bounded_number_of_turns() -> None:
    window = Limits(rate=Rate(10_000_000, 60)).window

    assert window is not None
    assert window.limit <= 1000
    assert window.limit / window.window_s == pytest.approx(10_000_000 / 60)


async def test_turns_over_the_number_at_once_are_refused(chat: ChatDriver) -> None:
    limited = _limited(chat, at_once=2)
    answered = asyncio.Event()
    for _ in range(2):
        limited.model.hangs(until=answered)
    running = [
        asyncio.create_task(limited.turns.send(limited.request("slow", conversation=None), never))
        for _ in range(2)
    ]
    await until(lambda: len(limited.model.asked) == 2)

    with pytest.raises(TooManyRequestsError):
        await limited.send("third")

    answered.set()
    await asyncio.gather(*running)
    assert (await limited.send("fourth")).record.status == "completed"


async def test_messages_that_wait_for_their_conversation_do_not_run(chat: ChatDriver) -> None:
    limited = _limited(chat, at_once=2)
    await limited.send("begin")

    answers = await asyncio.gather(*(limited.send(f"message {n}") for n in range(10)))

    assert {answer.record.status for answer in answers} == {"completed"}
