"""Surface B on the wire, and what it shares with the other two: one engine."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from taskchat.errors import AgentTimeoutError, MaxIterationsError, ModelError
from tests.http.conftest import Person, Server
from tests.scripted_model import texts


async def _say(person: Person, message: object, **fields: Any) -> Any:
    answer = await person.post("/api/chat", {"message": message, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_asks_for_a_token(server: Server) -> None:
    answer = await server.client.post("/api/chat", json={"message": "hi"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json() == {"detail": "not authenticated"}


BAD_BODIES: list[tuple[Any, str]] = [
    ({}, "message"),
    ({"message": ""}, "message"),
    ({"message": " \u200b\n"}, "message"),
    ({"message": "a\x00b"}, "message"),
    ({"message": 7}, "message"),
    ({"message": "x" * 5_001}, "message"),
    ({"message": {"content": "hi", "role": "system"}}, "message.role"),
    ({"message": "hi", "content": "hi"}, "body"),
    ({"message": "hi", "user_id": "me"}, "user_id"),
    ({"message": "hi", "metadata": {}}, "metadata"),
    ({"message": "hi", "conversation_id": 0}, "conversation_id"),
    ({"message": "hi", "conversation_id": 1}, "conversation_id"),
    ({"message": "hi", "conversation_id": -1}, "conversation_id"),
    ({"message": "hi", "conversation_id": 2**63}, "conversation_id"),
    ({"message": "hi", "conversation_id": "12"}, "conversation_id"),
    ({"message": "hi", "conversation_id": ""}, "conversation_id"),
    ({"message": "hi", "conversation_id": True}, "conversation_id"),
    ({"message": "hi", "conversation_id": ["x"]}, "conversation_id"),
    (["hi"], "body"),
]


async def test_bad_input_is_400_and_stores_nothing(server: Server) -> None:  # T6, T7, T14
    person = await server.sign_up()

    for body, field in BAD_BODIES:
        answer = await person.post("/api/chat", body)

        assert answer.status_code == 400, answer.text
        assert field in {each["field"] for each in answer.json()["detail"]}, body
    assert (await person.data("GET", "conversations"))["total"] == 0


async def test_another_content_type_is_415(server: Server) -> None:
    person = await server.sign_up()

    answer = await server.client.post(
        "/api/chat", content=b"{}", headers={**person.auth, "Content-Type": "text/plain"}
    )

    assert answer.status_code == 415


async def test_a_message_is_answered_with_what_its_tools_did(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").calls("complete_task", task_id=9).says("Ok.")

    answer = await person.post("/api/chat", {"message": "buy milk", "conversation_id": None})

    body = answer.json()
    assert set(body) == {
        "conversation_id",
        "message_id",
        "role",
        "content",
        "tool_calls",
        "created_at",
    }
    assert UUID(body["conversation_id"]).version == UUID(body["message_id"]).version == 7
    assert (body["role"], body["content"]) == ("assistant", "Ok.")
    added, completed = body["tool_calls"]
    assert added == {
        "name": "add_task",
        "arguments": {"title": "Buy milk"},
        "ok": True,
        "result": {"task_id": 1, "status": "created", "title": "Buy milk"},
    }
    assert (completed["ok"], completed["arguments"]) == (False, {"task_id": 9})
    assert isinstance(completed["result"], str)
    assert body["created_at"].endswith("Z")
    assert UUID(answer.headers["turn-id"]).version == 7


@pytest.mark.parametrize("name", ["message", "content", "object"])
async def test_the_message_may_come_by_other_names(server: Server, name: str) -> None:
    person = await server.sign_up()
    body = {
        "message": {"message": "hi"},
        "content": {"content": "hi"},
        "object": {"message": {"content": "hi", "role": "user"}},
    }[name]

    assert (await person.post("/api/chat", body)).status_code == 200


async def test_a_message_of_five_thousand_characters_is_kept_whole(server: Server) -> None:
    person = await server.sign_up()

    body = await _say(person, "😀" * 5_000)

    page = await person.data("GET", f"conversations/{body['conversation_id']}/messages")
    assert page["messages"][-1]["content"] == "😀" * 5_000


@pytest.mark.parametrize(
    "arguments",
    [
        '{"title": NaN}',
        '{"title": 1e999}',
        '{"title": "\\ud800"}',
        '{"\\udfff": ["\\u0000", {"a": "\\ud800"}]}',
        "not json",
        "[1]",
    ],
)
async def test_arguments_that_no_reader_takes_do_no_harm(server: Server, arguments: str) -> None:
    person = await server.sign_up()
    call = ToolCallPart("add_task", arguments, tool_call_id="c")
    server.model.answers(ModelResponse(parts=[call, TextPart("Hm.")]))

    body = await _say(person, "hello")

    assert isinstance(body["tool_calls"][0]["arguments"], dict)
    page = await person.data("GET", f"conversations/{body['conversation_id']}/messages")
    assert page["messages"][0]["tool_calls"][0]["function"]["name"] == "add_task"


async def test_a_foreign_and_a_missing_conversation_have_the_same_bytes(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    mine = await anna.begin("secret")

    foreign = await ben.post("/api/chat", {"message": "hi", "conversation_id": mine})
    missing = await ben.post("/api/chat", {"message": "hi", "conversation_id": str(uuid4())})

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert (await anna.data("GET", f"conversations/{mine}"))["message_count"] == 2


@pytest.mark.parametrize("error", [ModelError(), MaxIterationsError(), AgentTimeoutError()])
async def test_a_turn_that_fails_is_503(server: Server, error: Exception) -> None:
    person = await server.sign_up()
    server.model.fails(error)

    answer = await person.post("/api/chat", {"message": "hello"})

    assert answer.status_code == 503
    assert "kept" in answer.json()["detail"]
    assert "turn-id" in answer.headers


# ---- one engine ----


async def test_a_conversation_goes_on_through_any_surface(server: Server) -> None:
    person = await server.sign_up()
    begun = (await person.say("one")).json()
    uid = begun["conversation_uid"]

    await _say(person, "two", conversation_id=uid)
    await person.data("POST", f"conversations/{uid}/messages", {"message": "three"})
    await person.say("four", conversation_id=begun["conversation_id"])

    said = [text for role, text in texts(server.model.asked[-1]) if role == "user"]
    assert said == ["one", "two", "three", "four"]
    page = await person.data("GET", f"conversations/{uid}/messages")
    assert [each["content"] for each in page["messages"] if each["role"] == "user"] == [
        "four",
        "three",
        "two",
        "one",
    ]


@pytest.mark.parametrize("first", ["a", "b", "c"])
async def test_a_key_names_one_turn_on_every_surface(server: Server, first: str) -> None:
    person = await server.sign_up()
    begun = (await person.say("hello")).json()
    uid = begun["conversation_uid"]
    key = {"Idempotency-Key": "k"}
    surfaces = {
        "a": lambda: person.say("more", key, conversation_id=begun["conversation_id"]),
        "b": lambda: person.post("/api/chat", {"message": "more", "conversation_id": uid}, key),
        "c": lambda: person.v1("POST", f"conversations/{uid}/messages", {"message": "more"}, key),
    }
    server.model.calls("add_task", title="Once").says("Added.")

    told = await surfaces[first]()
    others = await asyncio.gather(*(ask() for ask in surfaces.values()))

    assert {each.status_code for each in (told, *others)} == {200}
    assert {each.headers["turn-id"] for each in others} == {told.headers["turn-id"]}
    assert {each.headers["idempotency-replayed"] for each in others} == {"true"}
    a, b, c = (each.json() for each in others)
    assert a["response"] == b["content"] == c["data"]["content"] == "Added."
    assert a["tool_calls"] == [b["tool_calls"][0]["name"]] == ["add_task"]
    assert b["message_id"] == c["data"]["id"]
    assert len(await person.tasks()) == 1


async def test_a_key_with_other_metadata_is_422(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("hello")
    key = {"Idempotency-Key": "k"}
    await person.post("/api/chat", {"message": "more", "conversation_id": uid}, key)

    answer = await person.v1(
        "POST", f"conversations/{uid}/messages", {"message": "more", "metadata": {"a": 1}}, key
    )

    assert answer.status_code == 422
    assert answer.json()["error"]["error_code"] == "IDEMPOTENCY_KEY_REUSED"
