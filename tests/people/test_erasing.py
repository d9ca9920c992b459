"""Erasing a person: all of it, and nothing of anybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from taskchat.auth import account_rows
from taskchat.auth.tables import User
from taskchat.chat.endings import cancelled
from taskchat.chat.events import TurnEvent
from taskchat.chat.records import Busy, Ending, Opened, OwnedTurn, StepDraft, TurnLostError
from taskchat.chat.tables import Turn
from taskchat.db import migrate
from taskchat.db.database import Database, Transaction
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import (
    ConversationNotFoundError,
    DatabaseError,
    NotAuthenticatedError,
    TurnNotFoundError,
)
from taskchat.people.erasing import OWNED, Erasing
from taskchat.tasks.tables import Task
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user
from tests.people.long_life import live, rows_of
from tests.people.meddled import Meddled


async def test_ten_thousand_messages_are_erased_and_counted(
    database: Database, everything: Database
) -> None:
    anna, bert = await make_user(everything), await make_user(everything)
    await live(everything, {anna: "Annas"}, 10_000)
    await live(everything, {bert: "Berts"}, 400)
    before = await rows_of(everything, bert)

    removed = await Erasing(database).erase(anna)

    assert removed == {
        "conversations": 25,
        "messages": 10_000,
        "turns": 5000,
        "steps": 10_000,
        "turn_events": 5000,
        "tasks": 100,
    }
    assert await rows_of(everything, anna) == {}
    assert await rows_of(everything, bert) == before


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nothing_of_an_erased_person_is_left_in_the_files(
    database: Database, database_url: DatabaseUrl
) -> None:
    assert database_url.path is not None
    anna, bert = await make_user(database, "Annas subject"), await make_user(database)
    # In short conversations, so that they share pages.
    await live(database, {anna: "Annas", bert: "Berts"}, 10_000, per_conversation=20)
    copy = migrate.copy_aside(database_url.path)
    assert copy is not None
    assert traces(copy) > 10_000

    await Erasing(database).erase(anna)

    assert traces(database_url.path) == 0
    assert [
        path.name for path in database_url.path.parent.glob("taskchat.db*") if traces(path)
    ] == []
    assert not copy.exists()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nothing_is_left_in_a_log_that_is_longer_than_what_stays(
    database: Database, database_url: DatabaseUrl
) -> None:
    assert database_url.path is not None
    anna = await make_user(database)
    await live(database, {anna: "Annas"}, 2000, per_conversation=2000)
    log = database_url.path.with_name("taskchat.db-wal")
    assert traces(log) > 2000

    await Erasing(database).erase(anna)

    assert traces(database_url.path) + traces(log) == 0


def traces(path: Path, mark: bytes = b"Annas") -> int:
    """How often the mark is found in a file's bytes."""
    return path.read_bytes().count(mark) if path.exists() else 0


async def test_what_another_copy_accepts_meanwhile_is_erased_in_another_round(
    chat: ChatDriver,
) -> None:
    chat.model.says("Hello.")
    await chat.send("hello")
    slipped: list[Opened] = []

    async def meddle() -> None:
        if not slipped and await rows_of(chat.everything, chat.user) == {"users": 1}:
            opening = await chat.journal.open(chat.request("one more", conversation=None))
            assert isinstance(opening, Opened)
            slipped.append(opening)

    removed = await Erasing(Meddled(chat.db, meddle)).erase(chat.user)

    assert len(slipped) == 1
    assert removed == {"conversations": 2, "turns": 2, "messages": 3}
    assert await rows_of(chat.everything, chat.user) == {}


async def test_whoever_runs_a_turn_of_an_erased_person_has_lost_it(chat: ChatDriver) -> None:
    opening = await chat.journal.open(chat.request("hello", streamed=True))
    assert isinstance(opening, Opened)
    turn = opening.turn
    ended: list[tuple[int, int]] = []

    erasing = Erasing(chat.db, let_go=lambda turn, conversation: ended.append((turn, conversation)))
    await erasing.erase(chat.user)

    async def nothing(_: Transaction) -> Sequence[StepDraft]:
        return [("response", {"text": "late"})]

    assert ended == [(turn.id, turn.conversation_id)]
    late = TurnEvent(2, "message.delta", {"text": "late"})
    for write in (
        chat.journal.act(turn, 0, nothing, turn.usage),
        chat.journal.tell(turn, [late]),
        chat.journal.close(turn, cancelled(turn)),
    ):
        with pytest.raises(TurnLostError):
            await write
    assert await chat.journal.renew([turn]) == [turn]
    assert await chat.recovery.take_over_all() == 0
    assert await rows_of(chat.everything, chat.user) == {}


async def _next_with_the_same_number(chat: ChatDriver, turn: OwnedTurn) -> ChatDriver:
    """Somebody else, whose turn has the number of one that was erased."""
    other = replace(chat, user=await make_user(chat.everything))
    other.turns, other.conversation = chat.turns, None
    other.model.hangs()
    running, _ = await chat.turns.begin(other.request("mine", streamed=True), never)
    assert running.id == turn.id
    other.conversation = running.conversation_id
    return other


async def test_an_erased_turn_is_not_the_next_one_of_its_number(chat: ChatDriver) -> None:
    if chat.db.dialect == "postgres":
        pytest.skip("it gives no number away again")
    opening = await chat.journal.open(chat.request("hello", streamed=True))
    assert isinstance(opening, Opened)
    turn = opening.turn
    await Erasing(chat.db).erase(chat.user)
    other = await _next_with_the_same_number(chat, turn)

    async def nothing(_: Transaction) -> Sequence[StepDraft]:
        return [("response", {"text": "late"})]

    for write in (
        chat.journal.act(turn, 0, nothing, turn.usage),
        chat.journal.tell(turn, [TurnEvent(2, "message.delta", {"text": "late"})]),
        chat.journal.close(turn, Ending("completed", None)),
    ):
        with pytest.raises(TurnLostError):
            await write
    await chat.journal.offer(turn)
    assert await chat.rows("SELECT turn_id FROM turn_events UNION SELECT turn_id FROM steps") == []
    rows = await chat.rows("SELECT user_id, status, offered FROM turns")
    assert rows == [{"user_id": other.user, "status": "running", "offered": 0}]
    assert await chat.journal.renew([turn]) == [turn]


async def test_whoever_listens_to_an_erased_turn_never_hears_the_next_one_of_its_number(
    chat: ChatDriver,
) -> None:
    if chat.db.dialect == "postgres":
        pytest.skip("it gives no number away again")
    opening = await chat.journal.open(chat.request("hello", streamed=True))
    assert isinstance(opening, Opened)
    turn = opening.turn
    await Erasing(chat.db, let_go=chat.turns.let_go).erase(chat.user)
    await _next_with_the_same_number(chat, turn)

    with pytest.raises(TurnNotFoundError):
        await anext(chat.turns.follow(turn))


async def test_an_erased_person_is_answered_no_more(chat: ChatDriver) -> None:
    chat.model.hangs()
    await chat.send_and_leave("hello")
    (running,) = chat.turns.running
    chat.conversation = running.conversation_id
    assert isinstance(await chat.journal.open(chat.request("and this?")), Busy)  # it has a ticket

    await Erasing(chat.db, let_go=chat.turns.let_go).erase(chat.user)

    with pytest.raises(ConversationNotFoundError):
        await chat.journal.open(chat.request("and this?"), waited=True)
    with pytest.raises(NotAuthenticatedError):
        await chat.journal.open(chat.request("then anew", conversation=None))
    assert await rows_of(chat.everything, chat.user) == {}


async def test_an_erase_that_broke_off_is_gone_on_with_once_it_is_quiet(
    chat: ChatDriver,
) -> None:
    chat.model.says("Hello.")
    await chat.send("hello")
    await chat.db.transaction(lambda tx: account_rows.begin_erasing(tx, chat.user), user=chat.user)
    erasing = Erasing(chat.db)

    assert await erasing.erase(chat.user) is None  # nobody is found any more
    assert await erasing.finish(timedelta(minutes=1)) is None
    assert await erasing.finish(timedelta(0)) == {"conversations": 1, "turns": 1, "messages": 2}
    assert await rows_of(chat.everything, chat.user) == {}
    assert await erasing.finish(timedelta(0)) is None


async def test_a_file_that_cannot_be_written_anew_is_tried_again(chat: ChatDriver) -> None:
    chat.model.says("Hello.")
    await chat.send("hello")

    class Full(Meddled):
        async def scrub(self) -> bool:
            raise DatabaseError

    async def nothing() -> None:
        return

    removed = await Erasing(Full(chat.db, nothing)).erase(chat.user)

    assert removed == {"conversations": 1, "turns": 1, "messages": 2}
    assert await rows_of(chat.everything, chat.user) == {"users": 1}
    assert await Erasing(chat.db).finish(timedelta(0)) == {}
    assert await rows_of(chat.everything, chat.user) == {}


async def test_who_is_being_erased_is_not_the_only_user(chat: ChatDriver) -> None:
    other = await make_user(chat.everything)

    await chat.db.transaction(lambda tx: account_rows.begin_erasing(tx, chat.user), user=chat.user)

    found = await chat.db.read(account_rows.first_two)
    assert [account.user for account in found] == [other]


async def test_two_copies_at_one_erase_do_no_harm(chat: ChatDriver) -> None:
    await live(chat.everything, {chat.user: "Annas"}, 2000, per_conversation=600)
    await chat.db.transaction(lambda tx: account_rows.begin_erasing(tx, chat.user), user=chat.user)

    both = await asyncio.gather(*(Erasing(chat.db).finish(timedelta(0)) for _ in range(2)))

    assert sum((each or {}).get("messages", 0) for each in both) == 2000
    assert await rows_of(chat.everything, chat.user) == {}


def test_every_table_that_refers_to_a_user_is_erased() -> None:
    (metadata,) = {module.metadata for module in (User, Turn, Task)}
    referring = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }

    assert referring == set(OWNED)
