"""An export: all that is stored of a person, in a form that is written down, and nothing of others."""

from __future__ import annotations

import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from taskchat.errors import NotAuthenticatedError
from taskchat.ids import UserId
from taskchat.people import exporting
from taskchat.people.export_file import ExportFile
from taskchat.people.export_json import json_of
from taskchat.people.export_text import text_of
from tests.chat.conftest import ChatDriver
from tests.conftest import make_user
from tests.people.long_life import live


async def export(chat: ChatDriver, user: UserId | None = None) -> dict[str, Any]:
    """The file, held against its form."""
    written = "".join([piece async for piece in json_of(chat.db, user or chat.user)])
    ExportFile.model_validate_json(written)
    return json.loads(written)


async def text(chat: ChatDriver) -> str:
    return "".join([piece async for piece in text_of(chat.db, chat.user)])


async def test_ten_thousand_messages_are_exported_without_being_held(chat: ChatDriver) -> None:
    stranger = await make_user(chat.everything)
    await live(chat.everything, {chat.user: "Annas"}, 10_000)
    await live(chat.everything, {stranger: "Berts"}, 400)

    chars = 0
    tracemalloc.start()
    async for piece in json_of(chat.db, chat.user):
        chars += len(piece)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    found = await export(chat)

    assert most < chars / 4
    messages = [each for part in found["conversations"] for each in part["messages"]]
    assert len(messages) == 10_000
    assert sum(len(part["turns"]) for part in found["conversations"]) == 5000
    assert (
        sum(len(turn["steps"]) for part in found["conversations"] for turn in part["turns"])
        == 10_000
    )
    assert len(found["tasks"]) == 100
    assert sum(day["input_tokens"] for day in found["usage"]) == 50_000
    assert "Berts" not in json.dumps(found)


async def test_pages_are_joined_without_a_gap(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 3)
    monkeypatch.setattr(exporting, "TURNS_PAGE", 2)
    await live(chat.everything, {chat.user: "Annas"}, 40, per_conversation=10)

    found = await export(chat)

    assert [task["id"] for task in found["tasks"]] == [*range(1, 101)]
    for conversation in found["conversations"]:
        assert [message["seq"] for message in conversation["messages"]] == [*range(1, 11)]
        assert [turn["user_seq"] for turn in conversation["turns"]] == [1, 3, 5, 7, 9]
        assert [len(turn["steps"]) for turn in conversation["turns"]] == [2] * 5


async def test_a_turn_is_told_with_its_calls_and_what_it_used(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Milk").says("Added milk.")
    answer = await chat.send("buy milk", streamed=True)

    (conversation,) = (await export(chat))["conversations"]

    question, reply = conversation["messages"]
    assert (question["role"], question["content"]) == ("user", "buy milk")
    (call,) = reply["tool_calls"]
    assert reply["tool_results"][call["id"]]["result"]["title"] == "Milk"
    (turn,) = conversation["turns"]
    assert turn["id"] == question["turn_id"] == reply["turn_id"] == str(answer.record.uid)
    assert [step["kind"] for step in turn["steps"]] == ["response", "effect"]
    assert turn["usage"]["requests"] == 2


async def test_what_was_deleted_is_in_it_until_it_is_purged(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Milk").says("Added.").calls("delete_task", task_id=1)
    chat.model.says("Deleted.")
    await chat.send("buy milk")
    await chat.send("delete task 1")
    await chat.execute("UPDATE conversations SET deleted_at = clock_timestamp()")

    found = await export(chat)

    assert found["tasks"][0]["deleted_at"] is not None
    assert found["conversations"][0]["deleted_at"] is not None
    assert len(found["conversations"][0]["messages"]) == 4


def test_each_field_of_the_form_is_told_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs/export.md").read_text(encoding="utf-8")
    schema = ExportFile.model_json_schema()
    fields = {name for part in (schema, *schema["$defs"].values()) for name in part["properties"]}

    assert {name for name in fields if not re.search(rf"`(\w+\[\]\.)?{name}`", page)} == set()


async def test_someone_with_nothing_has_a_whole_file_too(chat: ChatDriver) -> None:
    found = await export(chat)

    assert (found["format"], found["version"]) == ("taskchat-export", 1)
    assert [found[name] for name in ("sessions", "tasks", "conversations", "usage")] == [[]] * 4


async def test_nobody_is_exported_who_is_not_there(chat: ChatDriver) -> None:
    with pytest.raises(NotAuthenticatedError):
        await export(chat, UserId(999_999))


async def test_the_text_can_be_read(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Milk", due_at="2026-12-24").says("Added milk.")
    chat.model.fails(ValueError("no"))
    await chat.send("buy milk")
    await chat.send("and\nbread")
    await chat.execute("UPDATE users SET name = 'Anna', time_zone = 'Europe/Paris'")
    await chat.execute("UPDATE turns SET created_at = '2026-01-01 23:30:00+00:00'")

    written = await text(chat)

    assert "name: Anna" in written
    assert "[ ] 1. Milk (due 2026-12-24" in written
    assert "You: buy milk" in written
    assert "Assistant: Added milk." in written
    assert 'add_task {"title": "Milk"' in written
    assert "and\n    bread" in written
    assert "The turn of 2026-01-02 00:30 was failed" in written
    assert "2026-01-01: " in written  # days are UTC's


async def test_a_zone_that_is_not_known_any_more_is_told_in_utc(chat: ChatDriver) -> None:
    await chat.execute("UPDATE users SET time_zone = 'Mars/Olympus'")

    assert "(UTC)" in await text(chat)
