"""`GET /api/v1/users/me/export`: one's own data, as a file."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from taskchat.people.export_file import ExportFile
from tests.http.conftest import Person, Server

EXPORT = "/api/v1/users/me/export"


async def export(person: Person, **query: Any) -> httpx2.Response:
    return await person.client.get(EXPORT, params=query, headers=person.auth)


async def test_everything_of_ones_own_is_one_json_file(server: Server) -> None:
    anna, bert = await server.sign_up("anna@example.com"), await server.sign_up("bert@example.com")
    server.model.calls("add_task", title="Milk").says("Added milk.").says("Berts answer.")
    await anna.say("buy milk")
    await bert.say("Berts question")

    answer = await export(anna)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert 'filename="taskchat-export-' in answer.headers["content-disposition"]
    file = ExportFile.model_validate_json(answer.content)
    assert (file.profile.id, file.profile.email) == (anna.id, "anna@example.com")
    assert [task.title for task in file.tasks] == ["Milk"]
    (conversation,) = file.conversations
    assert [message.content for message in conversation.messages] == ["buy milk", "Added milk."]
    assert len(file.sessions) == 1
    assert "Berts" not in answer.text
    assert anna.token not in answer.text
    assert "argon2" not in answer.text


async def test_it_can_be_had_for_reading(server: Server) -> None:
    anna = await server.sign_up()
    server.model.says("Hello.")
    await anna.say("good morning")

    answer = await export(anna, format="text")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].endswith('.txt"')
    assert "You: good morning" in answer.text


async def test_another_format_is_refused(server: Server) -> None:
    anna = await server.sign_up()

    answer = await export(anna, format="xml")

    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["details"]["fields"][0]["field"] == "format"


async def test_nobody_is_exported_without_a_token(server: Server) -> None:
    assert (await server.client.get(EXPORT)).status_code == 401
