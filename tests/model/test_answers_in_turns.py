"""What a turn makes of odd answers, with every kind of model behind its own wire."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from taskchat.app import create_app
from taskchat.db.urls import DatabaseUrl
from tests.http.conftest import ADDRESS, Person, settings_for
from tests.http.edge_app import person_of
from tests.model.conftest import ServedKind, model_of
from tests.model.scripted_server import ScriptedServer
from tests.stream_client import EVENTS, Reply


@pytest.fixture
async def person(
    kind: ServedKind,
    server: ScriptedServer,
    allow_requests: None,
    tmp_path: Path,
    sqlite_template: Path,
) -> AsyncIterator[Person]:
    """Someone with an account, whose assistant is that kind of model."""
    file = tmp_path / "taskchat.db"
    shutil.copy(sqlite_template, file)
    settings = settings_for(DatabaseUrl(path=file), tmp_path)
    app = create_app(settings, ADDRESS, model_of(kind, server, patience_s=15))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as client,
    ):
        yield await person_of(client)


async def said_to(person: Person, words: str, *, streamed: bool) -> str:
    """The reply to words, of a turn that completed."""
    if not streamed:
        answer = await person.say(words)
        assert answer.status_code == 200, answer.text
        return answer.json()["response"]
    return (await events_of(person, words)).text


async def events_of(person: Person, words: str) -> Reply:
    reply = Reply()
    path, body = f"/api/{person.id}/chat", {"message": words}
    headers = {**EVENTS, **person.auth}
    async with person.client.stream("POST", path, json=body, headers=headers) as response:
        await reply.read(response)
    assert reply.names[-1] == "turn.completed", reply.events
    assert reply.text == reply.message["content"]
    return reply


async def test_several_calls_of_one_answer_are_all_done(
    server: ScriptedServer, person: Person, streamed: bool
) -> None:
    server.calls(("add_task", {"title": "Milk"}), ("add_task", {"title": "Eggs"}), text="Both.")
    server.says("Milk and eggs are on your list.")

    reply = await said_to(person, "milk and eggs", streamed=streamed)

    assert reply == "Both.\n\nMilk and eggs are on your list."
    assert [task["title"] for task in await person.tasks()] == ["Milk", "Eggs"]
    assert server.faults == []


async def test_calls_that_cannot_be_done_are_told_to_the_model_which_then_does_better(
    server: ScriptedServer, person: Person, streamed: bool
) -> None:
    server.calls(("no_such_tool", {}), ("add_task", {"titel": "Milk"}))
    # Of Gemini's malformed calls nobody is told: the same answer is asked for again.
    server.calls(("add_task", '{"title": "Mi'))
    server.calls(("add_task", {"title": "Milk"})).says("Milk is on your list.")

    reply = await said_to(person, "milk", streamed=streamed)

    assert reply == "Milk is on your list."
    assert [task["title"] for task in await person.tasks()] == ["Milk"]
    assert server.faults == []


@pytest.mark.parametrize("how", ["refuses", "is empty"])
async def test_an_answer_without_words_still_has_a_reply(
    how: str, server: ScriptedServer, person: Person, streamed: bool
) -> None:
    if how == "refuses":
        server.refuses()
    else:
        server.says("")
    server.says("Hello.")

    assert await said_to(person, "something odd", streamed=streamed)
    # What it has said in its place spoils nothing for the next turn.
    assert await said_to(person, "hello", streamed=streamed)
    assert server.faults == []


async def test_a_moment_s_overload_is_not_seen_by_the_person(
    server: ScriptedServer, person: Person, streamed: bool
) -> None:
    server.overloads().limits(1).says("Hello.")

    assert await said_to(person, "hello", streamed=streamed) == "Hello."


async def test_a_stream_that_is_cut_is_told_anew(server: ScriptedServer, person: Person) -> None:
    server.breaks_off("One two three four five six.").says("Six.")

    reply = await events_of(person, "count")

    assert "turn.resumed" in reply.names
    assert reply.text == "Six."


async def test_a_key_that_is_refused_ends_the_turn_at_once(
    server: ScriptedServer, person: Person
) -> None:
    server.fails(401)

    answer = await person.say("hello")

    assert answer.status_code == 503
    assert len(server.requests) == 1
