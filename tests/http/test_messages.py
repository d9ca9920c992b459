"""Messages and turns on surface C."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from taskchat.errors import AgentTimeoutError, MaxIterationsError, ModelError
from tests.http.conftest import Person, Server
from tests.scripted_model import texts

KEYS = {
    "id",
    "conversation_id",
    "role",
    "content",
    "tool_calls",
    "tool_results",
    "metadata",
    "turn_id",
    "created_at",
}


async def _send(person: Person, uid: str, message: str, **fields: Any) -> Any:
    return await person.data(
        "POST", f"conversations/{uid}/messages", {"message": message, **fields}
    )


async def _messages(person: Person, uid: str, query: str = "") -> list[Any]:
    return (await person.data("GET", f"conversations/{uid}/messages{query}"))["messages"]


# ---- send ----


BAD_BODIES: list[tuple[Any, str, str]] = [
    ({}, "INVALID_MESSAGE", "message"),
    ({"message": None}, "INVALID_MESSAGE", "message"),
    ({"message": ""}, "INVALID_MESSAGE", "message"),
    ({"message": " \t\u200b"}, "INVALID_MESSAGE", "message"),
    ({"message": "a\x00b"}, "INVALID_MESSAGE", "message"),
    ({"message": 7}, "INVALID_MESSAGE", "message"),
    ({"message": {"content": "hi"}}, "INVALID_MESSAGE", "message"),
    ({"message": "x" * 5_001}, "INVALID_MESSAGE", "message"),
    ({"message": "hi", "content": "hi"}, "INVALID_REQUEST", "content"),
    ({"message": "hi", "role": "system"}, "INVALID_REQUEST", "role"),
    ({"message": "hi", "metadata": [1]}, "INVALID_REQUEST", "metadata"),
    ({"message": "hi", "metadata": {"a": "x" * 9_000}}, "INVALID_REQUEST", "metadata"),
    ({"message": "hi", "conversation_id": None}, "INVALID_REQUEST", "conversation_id"),
    ("hi", "INVALID_REQUEST", "body"),
]


async def test_bad_input_is_400_and_stores_nothing(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()

    for body, code, field in BAD_BODIES:
        answer = await person.v1("POST", f"conversations/{uid}/messages", body)

        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert error["error_code"] == code, body
        assert field in {each["field"] for each in error["details"]["fields"]}, body
    assert await _messages(person, uid) == []


async def test_a_message_is_answered_by_the_assistants(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    server.model.calls("add_task", title="Buy milk").calls("list_tasks").says("Added.")

    answer = await person.v1(
        "POST", f"conversations/{uid}/messages", {"message": "buy milk", "metadata": {"a": 1}}
    )

    assert answer.status_code == 200
    reply = answer.json()["data"]
    assert set(reply) == KEYS
    assert (reply["conversation_id"], reply["role"], reply["content"]) == (
        uid,
        "assistant",
        "Added.",
    )
    assert reply["turn_id"] == answer.headers["turn-id"]
    first, second = reply["tool_calls"]
    assert first["type"] == "function"
    assert first["function"] == {"name": "add_task", "arguments": '{"title": "Buy milk"}'}
    assert reply["tool_results"][first["id"]] == {
        "name": "add_task",
        "ok": True,
        "result": {"task_id": 1, "status": "created", "title": "Buy milk"},
    }
    assert set(reply["tool_results"][second["id"]]) == {"name", "ok", "result"}
    listed, question = await _messages(person, uid)
    assert listed == reply
    assert set(question) == KEYS
    assert (question["role"], question["content"]) == ("user", "buy milk")
    assert (question["tool_calls"], question["tool_results"]) == (None, None)
    assert question["metadata"] == {"a": 1}
    assert question["turn_id"] == reply["turn_id"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ModelError(retryable=True), 500, "MODEL_ERROR"),
        (MaxIterationsError(), 500, "MAX_ITERATIONS"),
        (AgentTimeoutError(retryable=True), 504, "AGENT_TIMEOUT"),
        (ZeroDivisionError("the secret"), 500, "INTERNAL_ERROR"),
    ],
)
async def test_a_turn_that_fails_has_its_code_and_its_question_is_kept(
    server: Server, error: Exception, status: int, code: str
) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    server.model.fails(error)

    answer = await person.v1("POST", f"conversations/{uid}/messages", {"message": "hello"})

    assert answer.status_code == status
    assert answer.json()["error"]["error_code"] == code
    assert "secret" not in answer.text
    assert [each["content"] for each in await _messages(person, uid)] == ["hello"]
    turn = await person.data("GET", f"turns/{answer.headers['turn-id']}")
    assert (turn["status"], turn["error_code"]) == ("failed", code)
    assert turn["retryable"] == getattr(error, "retryable", False)


async def test_a_conversation_that_is_busy_too_long_is_409(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskchat.chat.turn.WAIT_S", 0)
    person = await server.sign_up()
    uid = await person.begin()
    server.model.hangs()
    path = f"conversations/{uid}/messages"
    first = asyncio.create_task(person.v1("POST", path, {"message": "one"}))
    await server.model.reached.wait()

    answer = await person.v1("POST", path, {"message": "two"})

    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["error_code"] == "CONVERSATION_BUSY"
    assert error["details"] == {"retry_after": int(answer.headers["retry-after"])}
    await person.v1("DELETE", f"conversations/{uid}")
    await first


async def test_a_replay_is_the_same_message(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    path, key = f"conversations/{uid}/messages", {"Idempotency-Key": "k"}
    server.model.calls("add_task", title="Once").says("Added.")

    first = await person.v1("POST", path, {"message": "once"}, key)
    again = await person.v1("POST", path, {"message": "once"}, key)

    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await _messages(person, uid)) == 2


# ---- list ----


async def test_messages_are_listed_newest_first_in_pages(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("one")
    for text in ("two", "three"):
        await _send(person, uid, text)

    page = await person.data("GET", f"conversations/{uid}/messages?limit=2&offset=1")

    assert [each["content"] for each in page["messages"]] == ["three", "Done."]
    assert (page["total"], page["limit"], page["offset"]) == (6, 2, 1)
    assert page["next"] is not None
    beyond = await person.data("GET", f"conversations/{uid}/messages?offset=6")
    assert (beyond["messages"], beyond["total"], beyond["next"]) == ([], 6, None)


BAD_QUERIES = [
    "limit=0",
    "limit=101",
    "offset=-1",
    "before=nonsense",
    "before=c2VxOjI5OTk5OTk5OTk5OTk",  # seq:2999999999999
    "q=x",
    "after=x",
]


async def test_a_bad_query_is_400(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()

    for query in BAD_QUERIES:
        answer = await person.v1("GET", f"conversations/{uid}/messages?{query}")

        assert answer.status_code == 400, query
        assert answer.json()["error"]["details"]["fields"][0]["field"] == query.partition("=")[0]


async def test_cursors_stay_where_they_are_while_messages_come(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("0")
    for number in range(1, 4):
        await _send(person, uid, str(number))
    seen: list[str] = []

    page = await person.data("GET", f"conversations/{uid}/messages?limit=3")
    while True:
        seen += [each["content"] for each in page["messages"]]
        if page["next"] is None:
            break
        await _send(person, uid, "newer")
        page = await person.data(
            "GET", f"conversations/{uid}/messages?limit=3&before={page['next']}"
        )

    assert [text for text in seen if text != "Done."] == ["3", "2", "1", "0"]
    assert len(seen) == 8


# ---- delete ----


async def test_a_deleted_message_is_gone_from_the_list_and_from_the_models_history(
    server: Server,
) -> None:
    person = await server.sign_up()
    uid = await person.begin("the secret")
    await _send(person, uid, "two")
    question = (await _messages(person, uid))[-1]

    answer = await person.v1("DELETE", f"conversations/{uid}/messages/{question['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    page = await person.data("GET", f"conversations/{uid}/messages")
    assert [each["content"] for each in page["messages"]] == ["Done.", "two", "Done."]
    assert page["total"] == 3
    again = await person.v1("DELETE", f"conversations/{uid}/messages/{question['id']}")
    assert (again.status_code, again.json()["error"]["error_code"]) == (404, "MESSAGE_NOT_FOUND")
    await _send(person, uid, "three")
    assert "the secret" not in str(texts(server.model.asked[-1]))
    assert "two" in str(texts(server.model.asked[-1]))


async def test_deleting_the_last_messages_takes_the_counts_back(server: Server) -> None:  # T9
    person = await server.sign_up()
    uid = await person.begin("one")
    await _send(person, uid, "two")
    messages = await _messages(person, uid)

    for left in range(3, -1, -1):
        await person.v1("DELETE", f"conversations/{uid}/messages/{messages[3 - left]['id']}")

        told = await person.data("GET", f"conversations/{uid}")
        newest = messages[4 - left]["created_at"] if left else None
        assert (told["message_count"], told["last_message_at"]) == (left, newest)
    await _send(person, uid, "again")
    assert (await person.data("GET", f"conversations/{uid}"))["message_count"] == 2


async def test_deleting_an_old_message_leaves_the_time_of_the_last(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("one")
    before = await person.data("GET", f"conversations/{uid}")
    question = (await _messages(person, uid))[-1]

    await person.v1("DELETE", f"conversations/{uid}/messages/{question['id']}")

    after = await person.data("GET", f"conversations/{uid}")
    assert after["last_message_at"] == before["last_message_at"]
    assert after["updated_at"] > before["updated_at"]


async def test_a_message_of_the_running_turn_cannot_be_deleted(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("before")
    old = (await _messages(person, uid))[0]
    end = asyncio.Event()
    server.model.hangs(until=end)
    path = f"conversations/{uid}/messages"
    waiting = asyncio.create_task(person.v1("POST", path, {"message": "hi"}))
    await server.model.reached.wait()
    question = (await _messages(person, uid))[0]

    busy = await person.v1("DELETE", f"{path}/{question['id']}")
    other = await person.v1("DELETE", f"{path}/{old['id']}")
    end.set()

    assert (busy.status_code, busy.json()["error"]["error_code"]) == (409, "CONVERSATION_BUSY")
    assert int(busy.headers["retry-after"]) > 0
    assert other.status_code == 204
    assert (await waiting).status_code == 200
    assert (await person.v1("DELETE", f"{path}/{question['id']}")).status_code == 204
    assert (await person.data("GET", f"conversations/{uid}"))["message_count"] == 2


async def test_a_message_is_found_in_its_own_conversation_only(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    one, other, his = await anna.begin("one"), await anna.begin("two"), await ben.begin("three")
    message = (await _messages(anna, one))[0]["id"]

    for person, uid, known in ((anna, other, message), (ben, his, message), (anna, one, uuid4())):
        answer = await person.v1("DELETE", f"conversations/{uid}/messages/{known}")
        assert answer.status_code == 404
        assert answer.json()["error"]["error_code"] == "MESSAGE_NOT_FOUND"
    assert len(await _messages(anna, one)) == 2


async def test_a_failed_turn_whose_message_was_deleted_does_not_go_on(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    path, key = f"conversations/{uid}/messages", {"Idempotency-Key": "k"}
    server.model.calls("add_task", title="Once").fails(ModelError(retryable=True))
    failed = await person.v1("POST", path, {"message": "once"}, key)
    reply, _ = await _messages(person, uid)
    await person.v1("DELETE", f"{path}/{reply['id']}")

    again = await person.v1("POST", path, {"message": "once"}, key)

    assert failed.status_code == again.status_code == 500
    assert again.headers["idempotency-replayed"] == "true"
    assert not (await person.data("GET", f"turns/{again.headers['turn-id']}"))["retryable"]
    assert [each["content"] for each in await _messages(person, uid)] == ["once"]


async def test_a_reply_that_was_deleted_is_not_told_again(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    path, key = f"conversations/{uid}/messages", {"Idempotency-Key": "k"}
    await person.v1("POST", path, {"message": "once"}, key)
    await person.v1("DELETE", f"{path}/{(await _messages(person, uid))[0]['id']}")

    on_c = await person.v1("POST", path, {"message": "once"}, key)
    on_b = await person.post("/api/chat", {"message": "once", "conversation_id": uid}, key)

    assert (on_c.status_code, on_c.json()["error"]["error_code"]) == (404, "MESSAGE_NOT_FOUND")
    assert (on_b.status_code, on_b.json()) == (404, {"detail": "message not found"})


# ---- turns ----


async def test_a_turn_tells_how_it_ended_and_what_it_used(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("hello")
    turn_id = (await _messages(person, uid))[0]["turn_id"]

    turn = await person.data("GET", f"turns/{turn_id}")

    assert set(turn) == {
        "id",
        "conversation_id",
        "status",
        "attempt",
        "error_code",
        "retryable",
        "usage",
        "created_at",
        "finished_at",
    }
    assert UUID(turn["id"]) == UUID(turn_id)
    assert (turn["conversation_id"], turn["status"], turn["attempt"]) == (uid, "completed", 1)
    assert set(turn["usage"]) == {"input_tokens", "output_tokens", "requests"}
    assert turn["usage"]["requests"] == 1
    assert turn["finished_at"] >= turn["created_at"]


async def test_a_turn_of_another_user_and_a_missing_one_have_the_same_bytes(
    server: Server,
) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    uid = await anna.begin("hello")
    turn = (await _messages(anna, uid))[0]["turn_id"]

    foreign, missing = await ben.v1("GET", f"turns/{turn}"), await ben.v1("GET", f"turns/{uuid4()}")

    assert foreign.status_code == 404
    assert foreign.json()["error"]["error_code"] == "TURN_NOT_FOUND"
    assert foreign.content == missing.content


async def test_a_turn_that_runs_says_so(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    end = asyncio.Event()
    server.model.hangs(until=end)
    waiting = asyncio.create_task(
        person.v1("POST", f"conversations/{uid}/messages", {"message": "hi"})
    )
    await server.model.reached.wait()
    turn_id = (await _messages(person, uid))[0]["turn_id"]

    turn = await person.data("GET", f"turns/{turn_id}")
    end.set()
    await waiting

    assert (turn["status"], turn["finished_at"], turn["error_code"]) == ("running", None, None)
