"""Two users of two issuers: on every route, with every id of the other, nothing is told or touched."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from taskchat.db.urls import DatabaseUrl
from tests.http.conftest import SECRET, Person, Server, running_server, settings_for

BODIES: Mapping[str, Any] = {
    "title": "Taken over",
    "message": "What is on my list?",
    "completed": True,
    "name": "Somebody else",
}


@pytest.fixture
async def server(database_url: DatabaseUrl, tmp_path: Path) -> AsyncIterator[Server]:
    """Local accounts, and an issuer that shares a secret."""
    settings = settings_for(database_url, tmp_path, auth="both", jwt_secret=SECRET)
    async with running_server(settings) as running:
        yield running


def _outsider(server: Server) -> Person:
    token = jwt.encode({"sub": "outside-user", "exp": time.time() + 600}, SECRET, "HS256")
    return Person(server.client, "outside-user", token)


async def _fill(server: Server, person: Person, word: str) -> dict[str, str]:
    """Leave something of that person under every kind of id; gives the ids by their names."""
    server.model.calls("add_task", title=f"task of {word}").says(f"answer to {word}")
    conversation = await person.begin(f"message of {word}", title=f"title of {word}")
    page = await person.data("GET", f"conversations/{conversation}/messages")
    (task,) = await person.tasks()
    return {
        "user_id": person.id,
        "conversation_id": conversation,
        "message_id": page["messages"][0]["id"],
        "turn_id": page["messages"][0]["turn_id"],
        "task_id": str(task["id"]),
    }


async def _everything_of(person: Person, ids: Mapping[str, str]) -> str:
    conversation = await person.data("GET", f"conversations/{ids['conversation_id']}")
    messages = await person.data("GET", f"conversations/{ids['conversation_id']}/messages")
    turn = await person.data("GET", f"turns/{ids['turn_id']}")
    return json.dumps([conversation, messages, turn, await person.tasks()])


async def _meddle(server: Server, person: Person, ids: Mapping[str, str], word: str) -> int:
    """Ask every route for the other's ids with one's own token; gives how many there were."""
    described = (await server.client.get("/openapi.json")).json()
    asked = 0
    for template, methods in described["paths"].items():
        path = template
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        if path == template:  # it names nobody's row
            continue
        for method, operation in methods.items():
            schema: dict[str, Any] = (
                operation.get("requestBody", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema", {})
            )
            body = {
                name: value
                for name, value in BODIES.items()
                if name in schema.get("properties", ())
            }
            answer = await server.client.request(
                method.upper(), path, json=body if schema else None, headers=person.auth
            )
            assert answer.status_code in {403, 404}, (method, path, answer.text)
            assert word not in answer.text, (method, path)
            asked += 1
    for path, body in (
        ("/api/chat", {"conversation_id": ids["conversation_id"]}),
        (f"/api/{person.id}/chat", {"conversation_id": ids["conversation_id"]}),
        (f"/api/{person.id}/chat", {"conversation_id": 1}),
        (f"/api/{person.id}/chat", {"conversation_id": 2}),
    ):
        answer = await person.post(path, {"message": "What did we say?", **body})
        # One's own first conversation has one of these numbers; what it tells is one's own.
        assert answer.status_code in {200, 404}
        assert word not in answer.text
    return asked


async def test_nothing_of_one_issuers_user_leaks_to_anothers(server: Server) -> None:
    local, outside = await server.sign_up(), _outsider(server)
    locals_ids = await _fill(server, local, "Lokalrunde")
    outside_ids = await _fill(server, outside, "Auswärtsspiel")
    before = [await _everything_of(local, locals_ids), await _everything_of(outside, outside_ids)]

    asked = await _meddle(server, outside, locals_ids, "Lokalrunde")
    asked += await _meddle(server, local, outside_ids, "Auswärtsspiel")

    assert asked >= 36
    after = [await _everything_of(local, locals_ids), await _everything_of(outside, outside_ids)]
    assert [json.loads(each)[3] for each in after] == [json.loads(each)[3] for each in before]
    assert "Taken over" not in "".join(after)
    for seen in server.model.asked:
        words = str(seen)
        assert not ("Lokalrunde" in words and "Auswärtsspiel" in words)
