"""What people deleted is purged once it is old enough, and what they did not is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskchat.chat.conversation_service import ConversationService
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import ConversationNotFoundError
from taskchat.people import removing
from taskchat.people.retention import Retention
from taskchat.tasks.service import TaskList
from tests.chat.conftest import ChatDriver
from tests.conftest import make_user
from tests.people.long_life import live, rows_of

LONG_AGO = datetime.now(UTC) - timedelta(days=31)
MONTH = timedelta(days=30)


async def purge(chat: ChatDriver) -> dict[str, int]:
    return dict(await Retention(chat.db, MONTH).purge())


async def delete_long_ago(chat: ChatDriver, table: str, condition: str) -> None:
    await chat.execute(
        f"UPDATE {table} SET deleted_at = $1 WHERE user_id = $2 AND {condition}",  # noqa: S608
        LONG_AGO,
        chat.user,
    )


async def test_what_was_deleted_long_ago_is_purged_and_the_rest_stays(chat: ChatDriver) -> None:
    stranger = await make_user(chat.everything)
    await live(chat.everything, {chat.user: "Annas", stranger: "Berts"}, 1200)
    await chat.execute("UPDATE tasks SET deleted_at = NULL")
    strangers = await rows_of(chat.everything, stranger)
    (doomed, *_) = await chat.rows(
        "SELECT id FROM conversations WHERE user_id = $1 ORDER BY id", chat.user
    )
    await delete_long_ago(chat, "messages", f"conversation_id = {doomed['id']}")
    await delete_long_ago(chat, "conversations", f"id = {doomed['id']}")
    await delete_long_ago(chat, "tasks", "id <= 30")
    # What was deleted just now can still be restored.
    await chat.execute(
        "UPDATE tasks SET deleted_at = clock_timestamp() WHERE user_id = $1 AND id = 40", chat.user
    )

    removed = await purge(chat)

    assert removed == {
        "conversations": 1,
        "messages": 400,
        "turns": 200,
        "steps": 400,
        "turn_events": 200,
        "tasks": 30,
    }
    left = await rows_of(chat.everything, chat.user)
    assert (left["conversations"], left["messages"], left["tasks"]) == (2, 800, 70)
    assert await rows_of(chat.everything, stranger) == strangers
    assert (
        await chat.db.transaction(lambda tx: TaskList(tx, chat.user).restore(40), user=chat.user)
    ).id
    assert await purge(chat) == {}


async def test_without_a_number_of_days_nothing_is_purged(chat: ChatDriver) -> None:
    chat.model.says("Hello.")
    await chat.send("hello")
    await delete_long_ago(chat, "conversations", "true")

    assert await Retention(chat.db, None).purge() == {}
    assert (await rows_of(chat.everything, chat.user))["conversations"] == 1


async def test_a_purged_message_leaves_no_word_of_its_turn(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Secret").says("Added the secret.").says("And hello.")
    await chat.send("add a secret", streamed=True)
    await chat.reply("hello")
    first = (await chat.rows("SELECT id FROM turns ORDER BY id"))[0]["id"]
    await delete_long_ago(chat, "messages", f"turn_id = {first}")
    await chat.execute("UPDATE turns SET finished_at = $1", LONG_AGO)
    numbers = await _event_numbers(chat, first)

    removed = await purge(chat)

    assert removed == {"messages": 2}
    assert "ecret" not in str(await chat.rows("SELECT content FROM messages"))
    assert "ecret" not in str(await chat.rows("SELECT body FROM steps"))
    assert "ecret" not in str(await chat.rows("SELECT body FROM turn_events"))
    assert await _event_numbers(chat, first) == numbers
    assert await chat.tasks() == ["Secret"]  # a thing of its own
    assert [content for _, _, content in await chat.messages()] == ["hello", "And hello."]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_was_purged_is_overwritten_in_the_file(
    chat: ChatDriver, database_url: DatabaseUrl
) -> None:
    assert database_url.path is not None
    for text in ("a secret of mine", "something else"):
        chat.conversation = None
        chat.model.says("I see.")
        await chat.send(text)
    await delete_long_ago(chat, "conversations", "title LIKE 'a secret%'")
    assert await purge(chat) == {"conversations": 1, "messages": 2, "turns": 1}

    await chat.db.close()
    await chat.everything.close()  # the last one folds the log into the file

    content = database_url.path.read_bytes()
    assert b"something else" in content
    assert b"a secret of mine" not in content


async def _event_numbers(chat: ChatDriver, turn: Any) -> list[int]:
    """The numbers of the events that are told of a turn now."""
    told = await chat.journal.story(chat.user, turn, 0)
    assert told is not None
    return [event.id for event in told[1]]


async def test_a_conversation_that_is_purged_in_part_cannot_be_restored(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "TURNS_AT_ONCE", 1)
    chat.model.says("One.").says("Two.")
    await chat.send("one")
    await chat.send("two")
    ((conversation),) = await chat.rows("SELECT uid FROM conversations")
    await delete_long_ago(chat, "conversations", "true")
    await delete_long_ago(chat, "messages", "true")
    piece = Retention(chat.db, MONTH)._piece  # pyright: ignore[reportPrivateUsage]  a crash after it

    await piece(chat.user, datetime.now(UTC) - MONTH)

    assert (await rows_of(chat.everything, chat.user))["turns"] == 1
    service = ConversationService(chat.db, chat.turns)
    with pytest.raises(ConversationNotFoundError):
        await service.restore(chat.user, conversation["uid"])
    assert await purge(chat) == {"messages": 2, "turns": 1, "conversations": 1}


async def test_old_keys_are_forgotten_and_those_of_today_are_kept(chat: ChatDriver) -> None:
    chat.model.says("One.").says("Two.")
    await chat.send("one", key="old")
    await chat.execute("UPDATE turns SET created_at = $1", LONG_AGO)
    await chat.send("two", key="new")

    assert await chat.journal.purge_keys() == 1

    rows = await chat.rows("SELECT idempotency_key AS key FROM turns ORDER BY id")
    assert [row["key"] for row in rows] == [None, "new"]


async def test_a_running_turn_keeps_its_key_however_old_it_is(chat: ChatDriver) -> None:
    await chat.journal.open(chat.request("hello", key="old"))
    await chat.execute("UPDATE turns SET created_at = $1", LONG_AGO)

    assert await chat.journal.purge_keys() == 0


async def test_many_events_go_in_batches(chat: ChatDriver) -> None:
    await live(chat.everything, {chat.user: "Annas"}, 3000)
    await chat.execute(
        "INSERT INTO turn_events (turn_id, id, user_id, name, body, created_at)"
        " SELECT turn_id, 3, user_id, name, body, created_at FROM turn_events"
    )

    assert await chat.journal.purge_events() == 1500
    rows = await chat.rows("SELECT DISTINCT id FROM turn_events")
    assert [row["id"] for row in rows] == [3]
