"""Importing an export: all of it, or nothing and a sentence that says why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taskchat.errors import ImportRefusedError
from taskchat.ids import UserId
from taskchat.people.erasing import Erasing
from taskchat.people.export_json import json_of
from taskchat.people.importing import import_into, read_export
from tests.chat.conftest import ChatDriver
from tests.conftest import make_user
from tests.people.long_life import live, rows_of


async def exported(chat: ChatDriver, user: UserId | None = None) -> dict[str, Any]:
    return json.loads("".join([piece async for piece in json_of(chat.db, user or chat.user)]))


def told(file: dict[str, Any]) -> dict[str, Any]:
    """What a file says, without what belongs to one account or is not imported."""
    return {
        "tasks": file["tasks"],
        "last_task_id": file["profile"]["last_task_id"],
        "usage": file["usage"],
        "conversations": [
            {
                **conversation,
                "number": 0,
                "turns": [
                    {**turn, "steps": [], "retryable": False} for turn in conversation["turns"]
                ],
            }
            for conversation in file["conversations"]
        ],
    }


async def put(chat: ChatDriver, user: UserId, file: object) -> dict[str, int]:
    return dict(await import_into(chat.db, user, read_export(json.dumps(file).encode())))


async def test_ten_thousand_messages_come_back_as_they_were(chat: ChatDriver) -> None:
    stranger = await make_user(chat.everything)
    await live(chat.everything, {chat.user: "Annas"}, 10_000)
    await live(chat.everything, {stranger: "Berts"}, 400)
    before = await exported(chat)
    strangers = await exported(chat, stranger)
    await Erasing(chat.db).erase(chat.user)
    again = await make_user(chat.everything)

    counts = await put(chat, again, before)

    assert counts == {"tasks": 100, "conversations": 25, "messages": 10_000, "turns": 5000}
    assert told(await exported(chat, again)) == told(before)
    assert told(await exported(chat, stranger)) == told(strangers)


async def test_where_the_original_still_is_the_copy_has_ids_of_its_own(chat: ChatDriver) -> None:
    await _talked(chat)
    before = await exported(chat)
    other = await make_user(chat.everything)

    await put(chat, other, before)

    copy = await exported(chat, other)
    ids = [{each["id"] for each in file["conversations"]} for file in (before, copy)]
    assert ids[0].isdisjoint(ids[1])
    assert await exported(chat) | {"exported_at": ""} == before | {"exported_at": ""}
    words = [
        [each["content"] for each in file["conversations"][0]["messages"]]
        for file in (before, copy)
    ]
    assert words[0] == words[1]


async def test_a_conversation_goes_on_where_it_stopped(chat: ChatDriver) -> None:
    await _talked(chat)
    file = await exported(chat)
    other = ChatDriver(chat.db, chat.everything, await make_user(chat.everything))
    await put(chat, other.user, file)
    (row,) = await chat.rows("SELECT id FROM conversations WHERE user_id = $1", other.user)
    other.conversation = row["id"]

    other.model.calls("complete_task", task_id=1).says("Done.")
    await other.send("it is done")
    other.model.calls("add_task", title="Bread").says("Added.")
    await other.send("add bread")

    assert len(other.model.asked[0]) > 3  # it was given what was said before
    assert [seq for seq, _, _ in await other.messages()] == [*range(1, 9)]
    rows = await chat.rows(
        "SELECT id, completed FROM tasks WHERE user_id = $1 ORDER BY id", other.user
    )
    assert [(row["id"], bool(row["completed"])) for row in rows] == [(1, True), (2, False)]


async def test_a_turn_that_ran_has_been_interrupted(chat: ChatDriver) -> None:
    await chat.journal.open(chat.request("hello", streamed=True))
    file = await exported(chat)
    other = await make_user(chat.everything)

    await put(chat, other, file)

    (conversation,) = (await exported(chat, other))["conversations"]
    (turn,) = conversation["turns"]
    assert (turn["status"], turn["error_code"]) == ("failed", "TURN_INTERRUPTED")


async def test_an_account_with_tasks_takes_no_others(chat: ChatDriver) -> None:
    await _talked(chat)
    file = await exported(chat)
    before = await rows_of(chat.everything, chat.user)

    with pytest.raises(ImportRefusedError, match="has had tasks already"):
        await put(chat, chat.user, file)

    assert await rows_of(chat.everything, chat.user) == before


async def _talked(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Milk").says("Added.").says("Hello.")
    await chat.send("buy milk")
    await chat.send("hello")


DROPPED, DOUBLED = object(), object()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ("format", "other", 'no export of Taskchat\'s: "format" is not'),
        ("version", 2, "reads exports of version 1"),
        ("more", 1, "at more: Extra inputs are not permitted"),
        ("\x1b[2J", 1, r"at \\x1b\[2J: Extra inputs"),
        ("tasks", DROPPED, "at tasks: Field required"),
        ("tasks.0.title", "", r"at tasks\.0\.title: String should have at least 1 character"),
        ("tasks.0.title", "a\x00", "must not contain NUL"),
        ("tasks.0.all_day", True, r"at tasks\.0\.all_day: needs a due_at"),
        ("tasks.0.created_at", "yesterday", r"at tasks\.0\.created_at: "),
        ("tasks.0.created_at", "0001-01-01T00:00:00+14:00", "no time that can be told in UTC"),
        ("tasks", DOUBLED, "at tasks: the id 1 stands twice"),
        ("profile.last_task_id", 0, "a task has a greater id"),
        ("conversations.0.messages.0.role", "system", r"at conversations\.0\.messages\.0\.role"),
        ("conversations.0.messages.0.seq", 9, "is not its place by its turn"),
        ("conversations.0.last_seq", 1, "beyond last_seq"),
        ("conversations.0.turns", [], "there is no such turn"),
        ("conversations.0.turns.1.user_seq", 1, "two have one place"),
        ("conversations.0.messages.1.tool_results", None, "not one result for each call"),
        ("conversations", DOUBLED, "stands twice"),
    ],
)
async def test_what_is_not_understood_is_refused_with_a_sentence(
    chat: ChatDriver, place: str, value: object, sentence: str
) -> None:
    await _talked(chat)
    file = await exported(chat)
    *way, name = place.split(".")
    found: Any = file
    for part in way:
        found = found[int(part) if part.isdecimal() else part]
    if value is DROPPED:
        del found[name]
    elif value is DOUBLED:
        found[name] += found[name]
    else:
        found[name] = value

    with pytest.raises(ImportRefusedError, match=sentence):
        read_export(json.dumps(file).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"7", b"[" * 100_000])
def test_what_is_no_whole_json_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(ImportRefusedError, match="This is no"):
        read_export(content)


async def test_an_import_that_fails_leaves_nothing(chat: ChatDriver) -> None:
    await _talked(chat)
    file = await exported(chat)
    other = await make_user(chat.everything)
    before = await rows_of(chat.everything, other)
    # The database refuses the very last row that is written.
    understood = read_export(json.dumps(file).encode())
    understood.conversations[-1].messages[-1].content = "half \ud800"

    with pytest.raises(Exception):  # noqa: B017, PT011  each database has its own
        await import_into(chat.db, other, understood)

    assert await rows_of(chat.everything, other) == before
