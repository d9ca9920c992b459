"""Server-sent events on the three surfaces, and the routes of a turn."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from taskchat.errors import ModelError
from taskchat.http import sse
from taskchat.settings import Settings
from tests.http.conftest import Person, Server, running_server
from tests.processes import until

EVENTS = {"Accept": "text/event-stream"}
Event = tuple[int, str, Any]


def events_of(answer: httpx2.Response) -> list[Event]:
    """The events of a whole stream, as (id, name, data)."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    events: list[Event] = []
    for block in answer.text.split("\n\n")[:-1]:
        if block.startswith(":"):
            continue
        number, name, data = (line.partition(": ") for line in block.split("\n"))
        assert (number[0], name[0], data[0]) == ("id", "event", "data")
        events.append((int(number[2]), name[2], json.loads(data[2])))
    return events


def text_of(events: list[Event]) -> str:
    """What the events show of the reply."""
    text = ""
    for _, name, data in events:
        text = data["text"] if name == "turn.resumed" else text
        text += data["text"] if name == "message.delta" else ""
    return text


async def _path(person: Person, surface: str) -> str:
    if surface == "c":
        return f"/api/v1/chat/conversations/{await person.begin()}/messages"
    return {"a": f"/api/{person.id}/chat", "b": "/api/chat"}[surface]


async def _follow(
    person: Person, turn: str, headers: dict[str, str] | None = None
) -> httpx2.Response:
    raw = {name: value.encode("latin-1") for name, value in (headers or {}).items()}
    return await person.v1("GET", f"turns/{turn}/events", headers=raw)  # pyright: ignore[reportArgumentType]  httpx takes both


@pytest.mark.parametrize("surface", ["a", "b", "c"])
async def test_the_events_of_a_turn_are_the_same_on_every_surface(
    server: Server, surface: str
) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").streams("Added ", "it, \u2028ok\n\nyes.")

    answer = await person.post(await _path(person, surface), {"message": "milk"}, EVENTS)
    events = events_of(answer)

    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    names = [name for _, name, _ in events]
    assert names[:3] == ["turn.started", "tool.called", "tool.returned"]
    assert names[-1] == "turn.completed"
    started, message = events[0][2], events[-1][2]["message"]
    assert started == {
        "turn_id": answer.headers["turn-id"],
        "conversation_id": message["conversation_id"],
        "attempt": 1,
    }
    assert text_of(events) == message["content"] == "Added it, \u2028ok\n\nyes."
    assert answer.headers["cache-control"] == "no-store"
    assert "idempotency-replayed" not in answer.headers
    stored = await person.data("GET", f"conversations/{message['conversation_id']}/messages")
    assert stored["messages"][0] == message


@pytest.mark.parametrize(
    ("accept", "is_stream"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; q=0.9, */*", True),
        ("text/event-stream, application/json", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
async def test_who_asks_for_events_and_not_for_json_gets_events(
    server: Server, accept: str, is_stream: bool
) -> None:
    person = await server.sign_up()

    answer = await person.say("hi", {"Accept": accept})

    assert answer.headers["content-type"].startswith("text/event-stream") == is_stream


async def test_a_refused_request_is_refused_before_the_stream(server: Server) -> None:
    person = await server.sign_up()
    path = f"conversations/{uuid4()}/messages"

    for answer, status in [
        (await person.say("", EVENTS), 400),
        (await person.say("hi", EVENTS, conversation_id=99), 404),
        (await person.v1("POST", path, {"message": "hi"}, EVENTS), 404),
        (await server.client.post("/api/chat", json={"message": "hi"}, headers=EVENTS), 401),
    ]:
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"


async def test_a_key_replays_the_stream_or_the_answer_whichever_is_asked_for(
    server: Server,
) -> None:
    person = await server.sign_up()
    server.model.streams("Hel", "lo")
    key = {"Idempotency-Key": "one"}

    first = await person.say("hi", {**EVENTS, **key})
    again = await person.say("hi", {**EVENTS, **key})
    plain = await person.say("hi", key)

    assert events_of(again) == events_of(first)
    for replay in (again, plain):
        assert replay.headers["idempotency-replayed"] == "true"
        assert replay.headers["turn-id"] == first.headers["turn-id"]
    assert plain.json()["response"] == "Hello"
    assert len(server.model.asked) == 1


async def test_a_key_joins_a_stream_that_runs(server: Server) -> None:
    person = await server.sign_up()
    go_on = asyncio.Event()
    server.model.streams("Hel", go_on, "lo")
    key = {"Idempotency-Key": "one"}

    first = asyncio.create_task(person.say("hi", {**EVENTS, **key}))
    await server.model.reached.wait()
    second = asyncio.create_task(person.say("hi", {**EVENTS, **key}))
    plain = asyncio.create_task(person.say("hi", key))
    await until(lambda: server.parts.streams._open.total() == 2)  # pyright: ignore[reportPrivateUsage]
    go_on.set()

    assert events_of(await second) == events_of(await first)
    assert (await plain).json()["response"] == "Hello"
    assert "idempotency-replayed" not in (await second).headers
    assert len(server.model.asked) == 1


async def test_a_plain_turn_can_be_streamed_again_by_its_key(server: Server) -> None:
    person = await server.sign_up()
    server.model.says("Hello")
    key = {"Idempotency-Key": "one"}

    first = await person.say("hi", key)
    events = events_of(await person.say("hi", {**EVENTS, **key}))

    assert [name for _, name, _ in events] == ["turn.started", "message.delta", "turn.completed"]
    assert text_of(events) == first.json()["response"]


async def test_events_after_a_number_are_those_that_follow(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").streams("Add", "ed")
    answer = await person.say("milk", EVENTS)
    events, turn = events_of(answer), answer.headers["turn-id"]

    assert events_of(await _follow(person, turn)) == events
    for last in range(len(events) + 2):
        rest = await _follow(person, turn, {"Last-Event-ID": str(last)})
        assert rest.headers["turn-id"] == turn
        assert events_of(rest) == events[last:]


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "9" * 11, "4294967296", "²"])
async def test_a_last_event_that_is_no_number_is_400(server: Server, last: str) -> None:
    person = await server.sign_up()
    turn = (await person.say("hi")).headers["turn-id"]

    answer = await _follow(person, turn, {"Last-Event-ID": last})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "Last-Event-ID"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry")]
)
async def test_another_users_turn_is_not_there(server: Server, method: str, path: str) -> None:
    person = await server.sign_up()
    turn = (await person.say("hi")).headers["turn-id"]
    other = await server.sign_up("other@example.com")

    for asking, uid in [(other, turn), (person, uuid4())]:
        answer = await asking.v1(method, f"turns/{uid}{path}")
        assert answer.status_code == 404
        assert answer.json()["error"]["error_code"] == "TURN_NOT_FOUND"


async def test_a_running_turn_is_stopped(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").streams("Well, ", asyncio.Event())
    asking = asyncio.create_task(person.say("milk", EVENTS))
    await server.model.reached.wait()
    (running,) = server.parts.turns.running

    stopped = await person.data("POST", f"turns/{running.uid}/cancel")
    events = events_of(await asking)

    assert (stopped["status"], stopped["error_code"]) == ("cancelled", None)
    assert stopped["finished_at"] is not None
    assert events[-1][1] == "turn.cancelled"
    assert text_of(events) == events[-1][2]["message"]["content"]
    assert [task["title"] for task in await person.tasks()] == ["Buy milk"]
    assert await person.data("POST", f"turns/{running.uid}/cancel") == stopped


async def test_who_waits_for_a_stopped_turn_without_a_stream_gets_409(server: Server) -> None:
    person = await server.sign_up()
    server.model.hangs()
    asking = asyncio.create_task(person.say("milk"))
    await server.model.reached.wait()
    (running,) = server.parts.turns.running

    await person.data("POST", f"turns/{running.uid}/cancel")

    assert (await asking).status_code == 409


async def test_a_stop_that_takes_long_is_202(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await server.sign_up()
    server.model.hangs()
    asking = asyncio.create_task(person.say("milk"))
    await server.model.reached.wait()
    turns = server.parts.turns
    (running,) = turns.running
    may_end = asyncio.Event()
    cancel = turns.cancel

    async def slowly(*args: Any) -> Any:
        await may_end.wait()
        return await cancel(*args)

    monkeypatch.setattr("taskchat.http.turns.CANCEL_WAIT_S", 0.05)
    monkeypatch.setattr(type(turns), "cancel", lambda _self, *args: slowly(*args))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    answer = await person.v1("POST", f"turns/{running.uid}/cancel")
    assert answer.status_code == 202
    assert answer.json()["data"]["status"] == "running"
    may_end.set()
    assert (await asking).status_code == 409


async def test_a_turn_that_failed_is_resumed(server: Server) -> None:
    person = await server.sign_up()
    server.model.calls("add_task", title="Buy milk").fails(ModelError(retryable=True)).says("Here.")
    failed = await person.say("milk", EVENTS)
    turn = failed.headers["turn-id"]
    assert events_of(failed)[-1][1] == "turn.failed"
    assert events_of(failed)[-1][2]["retryable"] is True

    resumed = await person.data("POST", f"turns/{turn}/retry")
    events = events_of(await _follow(person, turn))

    assert (resumed["status"], resumed["attempt"]) == ("running", 2)
    assert [name for _, name, _ in events].count("turn.failed") == 1
    assert events[-1][1] == "turn.completed"
    assert text_of(events) == events[-1][2]["message"]["content"] == "Here."
    assert len(await person.tasks()) == 1
    ended = await person.data("GET", f"turns/{turn}")
    assert await person.data("POST", f"turns/{turn}/retry") == ended


async def test_a_silent_stream_gives_a_sign_of_life(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "SIGN_OF_LIFE_S", 0.01)
    person = await server.sign_up()
    go_on = asyncio.Event()
    server.model.hangs(go_on)
    asking = asyncio.create_task(person.say("milk", EVENTS))
    await server.model.reached.wait()
    for _ in range(6):  # however late the loop is, in each round there is time for one
        await asyncio.sleep(0.03)
    go_on.set()

    answer = await asking

    assert answer.text.count(": still here\n\n") >= 2
    assert events_of(answer)[-1][1] == "turn.completed"


async def test_streams_over_the_limit_are_429_and_closed_ones_make_room(
    settings: Settings,
) -> None:
    one = settings.model_copy(update={"turns_at_once": "1"})
    async with running_server(one) as server:
        person = await server.sign_up()
        go_on = asyncio.Event()
        server.model.hangs(go_on)
        first = asyncio.create_task(person.say("hi", EVENTS))
        await server.model.reached.wait()
        (running,) = server.parts.turns.running
        turn = str(running.uid)
        others = {asyncio.create_task(_follow(person, turn)) for _ in range(2)}
        # Whichever comes third is refused.
        ended, others = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        refused, second = ended.pop().result(), others.pop()

        assert refused.status_code == 429
        assert refused.headers["retry-after"]
        assert refused.headers["x-ratelimit-limit"] == "2"
        assert refused.json()["error"]["error_code"] == "RATE_LIMITED"
        go_on.set()
        assert events_of(await first) == events_of(await second)
        assert (await _follow(person, turn)).status_code == 200
