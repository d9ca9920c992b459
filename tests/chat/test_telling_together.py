"""Events of several turns are written down together, and none of them suffers from another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from taskchat.chat.events import TurnEvent
from taskchat.chat.journal_events import EventBatch
from taskchat.chat.records import Opened, OwnedTurn, TurnLostError
from taskchat.db.database import Transaction, as_json
from taskchat.errors import DatabaseError
from tests.chat.conftest import ChatDriver
from tests.conftest import make_user
from tests.processes import PATIENCE_S

WORD = "word"


def _delta(number: int = 2, text: str = WORD) -> TurnEvent:
    return TurnEvent(number, "message.delta", {"text": text})


async def _opened(chat: ChatDriver, count: int) -> Sequence[OwnedTurn]:
    """So many streamed turns, each of somebody else."""
    turns: list[OwnedTurn] = []
    for _ in range(count):
        other = replace(chat, user=await make_user(chat.everything))
        opening = await chat.journal.open(other.request("hello", streamed=True))
        assert isinstance(opening, Opened)
        turns.append(opening.turn)
    return turns


async def _told(chat: ChatDriver) -> list[tuple[int, int, int, str]]:
    """Turn, user, number and text of every event."""
    rows = await chat.rows(
        "SELECT turn_id, user_id, id, body FROM turn_events ORDER BY turn_id, id"
    )
    return [
        (row["turn_id"], row["user_id"], row["id"], as_json(row["body"])["text"]) for row in rows
    ]


async def test_each_persons_events_are_kept_as_theirs_in_order(chat: ChatDriver) -> None:
    turns = await _opened(chat, 3)
    said = [
        (turn, [f"{turn.id}: {word}" for word in range(size)])
        for turn, size in zip(turns, (2, 3, 1), strict=True)
    ]

    await asyncio.gather(
        *(
            chat.journal.tell(turn, [_delta(number, text) for number, text in enumerate(texts, 2)])
            for turn, texts in reversed(said)
        )
    )

    assert await _told(chat) == [
        (turn.id, turn.user, number, text)
        for turn, texts in said
        for number, text in enumerate(texts, 2)
    ]


async def test_many_that_tell_at_once_are_few_transactions_with_rows_locked_in_order(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = await _opened(chat, 20)
    written: list[list[int]] = []
    once = chat.journal._tell_once  # pyright: ignore[reportPrivateUsage]

    async def counted(batches: Sequence[EventBatch]) -> Sequence[bool]:
        written.append([batch.turn.id for batch in batches])
        return await once(batches)

    monkeypatch.setattr(chat.journal._events, "_write", counted)  # pyright: ignore[reportPrivateUsage]

    telling = (chat.journal.tell(turn, [_delta(text=f"{turn.id}")]) for turn in reversed(turns))
    await asyncio.gather(*telling)

    assert len(written) <= 2
    assert [sorted(ids) for ids in written] == written
    assert await _told(chat) == [(turn.id, turn.user, 2, f"{turn.id}") for turn in turns]


async def test_only_who_lost_the_turn_is_refused(chat: ChatDriver) -> None:
    first, lost, last = turns = await _opened(chat, 3)
    await chat.execute("UPDATE turns SET epoch = epoch + 1 WHERE id = $1", lost.id)

    outcomes = await asyncio.gather(
        *(chat.journal.tell(turn, [_delta()]) for turn in turns), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), TurnLostError, type(None)]
    assert await _told(chat) == [(turn.id, turn.user, 2, WORD) for turn in (first, last)]


async def test_what_cannot_be_written_stops_nobody_else(chat: ChatDriver) -> None:
    first, broken, last = await _opened(chat, 3)
    await chat.journal.tell(broken, [_delta()])

    outcomes = await asyncio.gather(
        chat.journal.tell(first, [_delta()]),
        chat.journal.tell(broken, [_delta(3), _delta(3)]),  # one number twice
        chat.journal.tell(last, [_delta()]),
        return_exceptions=True,
    )

    assert outcomes[0] is outcomes[2] is None
    assert isinstance(outcomes[1], Exception)
    assert await _told(chat) == [(turn.id, turn.user, 2, WORD) for turn in (first, broken, last)]


async def test_nobody_waits_for_a_turn_that_is_locked(chat: ChatDriver) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("its writers come one after the other")
    first, locked, last = await _opened(chat, 3)
    is_locked, free = asyncio.Event(), asyncio.Event()

    async def lock(tx: Transaction) -> None:
        await tx.fetch("SELECT 1 FROM turns WHERE id = $1 FOR UPDATE", locked.id)
        is_locked.set()
        await free.wait()

    locking = asyncio.create_task(chat.everything.transaction(lock))
    await is_locked.wait()
    waits = asyncio.create_task(chat.journal.tell(locked, [_delta()]))

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(chat.journal.tell(turn, [_delta()]) for turn in (first, last)))

    assert not locking.done()
    free.set()
    await locking
    await asyncio.gather(waits, return_exceptions=True)  # it may have waited too long
    assert {first.id, last.id} <= {turn for turn, *_ in await _told(chat)}


async def test_what_is_taken_back_before_it_is_written_is_not(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, stopped, last = await _opened(chat, 3)
    is_writing, go_on = asyncio.Event(), asyncio.Event()
    once = chat.journal._tell_once  # pyright: ignore[reportPrivateUsage]

    async def held(batches: Sequence[EventBatch]) -> Sequence[bool]:
        is_writing.set()
        await go_on.wait()
        return await once(batches)

    monkeypatch.setattr(chat.journal._events, "_write", held)  # pyright: ignore[reportPrivateUsage]
    early = asyncio.create_task(chat.journal.tell(first, [_delta()]))
    await is_writing.wait()
    late = [asyncio.create_task(chat.journal.tell(turn, [_delta()])) for turn in (stopped, last)]
    await asyncio.sleep(0)  # both wait in line now

    late[0].cancel()
    await asyncio.gather(late[0], return_exceptions=True)
    go_on.set()
    await asyncio.gather(early, late[1])

    assert await _told(chat) == [(turn.id, turn.user, 2, WORD) for turn in (first, last)]


async def test_a_database_that_takes_nothing_is_told_to_all(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = await _opened(chat, 3)

    async def broken(_: Sequence[EventBatch]) -> Sequence[bool]:
        raise DatabaseError

    monkeypatch.setattr(chat.journal._events, "_write", broken)  # pyright: ignore[reportPrivateUsage]

    outcomes = await asyncio.gather(
        *(chat.journal.tell(turn, [_delta()]) for turn in turns), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [DatabaseError] * 3
