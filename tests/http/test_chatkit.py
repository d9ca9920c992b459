"""`POST /chatkit`: what a ChatKit front end is told, each answer read by the SDK's own types."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import pytest
from chatkit.types import (
    ErrorEvent,
    NoticeEvent,
    StreamOptionsEvent,
    ThreadItem,
    ThreadItemDoneEvent,
)

from taskchat.chat.events import TurnEvent
from taskchat.errors import ModelError, StoppingError
from taskchat.http import sse
from taskchat.http.chatkit_events import Shown
from taskchat.http.chatkit_items import turn_of
from taskchat.http.chatkit_server import REPLAYED
from tests.http.chatkit_client import (
    Front,
    error_in,
    events_in,
    lines,
    message,
    names,
    shown,
    thread_in,
    user_of,
    words,
)
from tests.http.conftest import Server


async def front_of(server: Server, email: str = "me@example.com") -> Front:
    """Somebody's front end."""
    return Front(await server.sign_up(email))


async def test_a_message_begins_a_thread_and_its_reply_streams(server: Server) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Buy milk").streams("Added ", "it.")

    events = await front.create("remember the milk")

    # Deltas may come together, so one after the other counts once.
    assert [name for name, _ in groupby(names(events))] == [
        "thread.created",
        "thread.item.done",
        "stream_options",
        "thread.item.added",
        "thread.updated",
        "workflow.task.updated",
        "thread.item.added",
        "assistant_message.content_part.added",
        "assistant_message.content_part.text_delta",
        "thread.item.done",
    ]
    question, work, reply = shown(events).values()
    assert words(question) == "remember the milk"
    assert lines(work) == ["Added “Buy milk”."]
    assert words(reply) == "Added it."
    assert [task["title"] for task in await front.person.tasks()] == ["Buy milk"]


async def test_what_streamed_is_what_the_thread_has_afterwards(server: Server) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Buy milk").says("Added it.").says("You're welcome.")
    events = await front.create("remember the milk")
    thread = thread_in(events)

    later = await front.add(thread.id, "thanks")

    kept = await front.thread(thread.id)
    assert kept.items.data == [*shown(events).values(), *shown(later).values()]
    assert (kept.title, kept.created_at) == (thread.title, thread.created_at)


async def test_threads_and_items_are_the_conversations_of_the_other_routes(
    server: Server,
) -> None:
    front = await front_of(server)
    server.model.says("Hello.")
    answer = await front.ask("threads.create", input=message("hi"))
    thread = thread_in(events_in(answer.text))

    conversation = await front.person.data("GET", f"conversations/{thread.id}")
    stored = await front.person.data("GET", f"conversations/{thread.id}/messages")

    turn = answer.headers["turn-id"]
    assert conversation["title"] == thread.title == "hi"
    assert [each["content"] for each in stored["messages"]] == ["Hello.", "hi"]
    assert {each["turn_id"] for each in stored["messages"]} == {turn}
    assert [*shown(events_in(answer.text))] == [f"user_{turn}", f"reply_{turn}"]


async def test_times_are_in_utc(server: Server) -> None:
    front = await front_of(server)

    events = await front.create("hi")

    times = [thread_in(events).created_at, *(item.created_at for item in shown(events).values())]
    assert [time.utcoffset() for time in times] == [timedelta(0)] * 3


async def test_a_key_replays_its_thread_and_reply(server: Server) -> None:
    front = await front_of(server)
    server.model.streams("Hel", "lo")
    key = {"Idempotency-Key": "one"}

    first = await front.ask("threads.create", key, input=message("hi"))
    again = await front.ask("threads.create", key, input=message("hi"))
    other = await front.ask("threads.create", key, input=message("ho"))

    assert shown(events_in(again.text)) == shown(events_in(first.text))
    assert thread_in(events_in(again.text)).id == thread_in(events_in(first.text)).id
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert other.status_code == 422
    assert len(server.model.asked) == 1
    assert len((await front.threads()).data) == 1


async def test_several_calls_are_lines_of_one_item(server: Server) -> None:
    front = await front_of(server)
    server.model.calls_all(
        ("add_task", {"title": "Milk"}), ("complete_task", {"task_id": 99}), ("list_tasks", {})
    ).says("So.")

    events = await front.create("do much")
    _, work, _ = shown(events).values()

    assert lines(work) == ["Added “Milk”.", "complete_task", "list_tasks"]
    assert work.model_dump()["workflow"]["tasks"][1]["content"]
    assert (await front.items(thread_in(events).id, order="asc")).data[1] == work


async def test_a_turn_that_failed_says_so_and_goes_on_at_a_retry(server: Server) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Milk").fails(ModelError(retryable=True)).says("Here.")

    failed = await front.create("milk")
    thread = thread_in(failed).id
    question = next(iter(shown(failed)))
    assert error_in(failed).message == ModelError.text
    assert error_in(failed).allow_retry
    retried = await front.retry(thread, question)

    assert "error" not in names(retried)
    items = (await front.items(thread, order="asc")).data
    assert [item.type for item in items] == ["user_message", "workflow", "assistant_message"]
    assert words(items[-1]) == "Here."
    assert items[1:] == [*shown(retried).values()]
    assert len(await front.person.tasks()) == 1


async def test_a_turn_that_cannot_go_on_is_not_to_be_retried(server: Server) -> None:
    front = await front_of(server)
    server.model.streams("Well, ", ModelError(retryable=False))

    failed = await front.create("milk")
    retried = await front.retry(thread_in(failed).id, next(iter(shown(failed))))

    for events in (failed, retried):
        assert error_in(events).message == ModelError.text
        assert not error_in(events).allow_retry
    stored = (await front.items(thread_in(failed).id, order="asc")).data
    assert [*shown(failed).values()] == stored
    assert len(server.model.asked) == 1


async def test_an_answer_that_went_well_is_told_again_and_not_done_twice(server: Server) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Milk").says("Added.")
    events = await front.create("milk")
    question, *answer = shown(events).values()

    again = await front.retry(thread_in(events).id, question.id)

    assert [*shown(again).values()] == answer
    assert again[-1] == NoticeEvent(level="info", message=REPLAYED)
    assert len(await front.person.tasks()) == 1


async def test_only_the_last_question_of_a_thread_is_retried(server: Server) -> None:
    front = await front_of(server)
    first = await front.create("one")
    thread = thread_in(first).id
    question, reply = shown(first)
    last = shown(await front.add(thread, "two"))

    for item in (question, reply, [*last][1]):
        answer = await front.ask("threads.retry_after_item", thread_id=thread, item_id=item)
        assert answer.status_code == 400
        assert answer.json()["detail"][0]["field"] == "params.item_id"
    assert len((await front.items(thread)).data) == 4


async def test_an_answer_begun_anew_replaces_what_was_shown(server: Server) -> None:
    front = await front_of(server)
    server.model.streams("Half of", ModelError(retryable=True)).streams("The ", "whole.")

    events = await front.create("hi")

    assert "thread.item.replaced" in names(events)
    assert [words(item) for item in shown(events).values()] == ["hi", "The whole."]


async def test_a_retry_joins_a_reply_that_runs(server: Server) -> None:
    front = await front_of(server)
    go_on = asyncio.Event()
    server.model.streams("Hel", go_on, "lo")
    begun = asyncio.create_task(front.create("hi"))
    await server.model.reached.wait()
    (turn,) = server.parts.turns.running

    joined = asyncio.create_task(front.retry(str(turn.conversation_uid), f"user_{turn.uid}"))
    await asyncio.sleep(0.2)
    go_on.set()

    assert [words(item) for item in shown(await joined).values()] == ["Hello"]
    assert [words(item) for item in shown(await begun).values()] == ["hi", "Hello"]
    assert len(server.model.asked) == 1


async def test_a_stream_that_is_cut_off_by_a_stop_asks_for_a_retry(server: Server) -> None:
    front = await front_of(server)
    server.model.streams("Well, ", asyncio.Event())
    begun = asyncio.create_task(front.create("hi"))
    await server.model.reached.wait()

    server.parts.turns.begin_to_stop(0)

    error = error_in(await begun)
    assert (error.message, error.allow_retry) == (StoppingError.text, True)


async def test_the_end_of_an_earlier_attempt_is_not_that_of_the_next(server: Server) -> None:
    front = await front_of(server)
    question = next(iter(shown(await front.create("hi"))))
    user = await user_of(server, front)
    told = Shown(await server.parts.turns.find(user, turn_of(question)))
    failure = {"error_code": "MODEL_ERROR", "error_message": "No.", "retryable": True}

    for event in (
        TurnEvent(1, "turn.failed", failure),
        TurnEvent(2, "turn.resumed", {"attempt": 2, "text": ""}),
    ):
        assert [*told.tell(event)] == []

    (end,) = told.end()
    assert isinstance(end, ErrorEvent)
    assert end.message == StoppingError.text


@pytest.mark.parametrize("operation", ["threads.custom_action", "threads.sync_custom_action"])
async def test_a_reply_is_stopped_by_an_action(server: Server, operation: str) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Milk").streams("Well, ", asyncio.Event())
    begun = asyncio.create_task(front.create("milk"))
    await server.model.reached.wait()
    (turn,) = server.parts.turns.running
    thread = str(turn.conversation_uid)

    stop: dict[str, Any] = {"thread_id": thread, "action": {"type": "turn.cancel", "payload": {}}}
    stopped = await front.ask(operation, None, **stop)

    events = await begun
    assert stopped.status_code == 200
    assert names(events)[-1] == "notice"
    assert [*shown(events).values()] == (await front.items(thread, order="asc")).data
    turn_now = await front.person.data("GET", f"turns/{turn.uid}")
    assert turn_now["status"] == "cancelled"
    assert (await front.ask(operation, None, **stop)).status_code == 200


async def test_no_stop_button_is_offered_that_would_stop_nothing(server: Server) -> None:
    front = await front_of(server)

    events = await front.create("hi")

    (options,) = [event for event in events if isinstance(event, StreamOptionsEvent)]
    assert not options.stream_options.allow_cancel


async def test_a_silent_reply_gives_a_sign_of_life(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "SIGN_OF_LIFE_S", 0.05)
    front = await front_of(server)
    go_on = asyncio.Event()
    server.model.hangs(go_on)
    begun = asyncio.create_task(front.create("hi"))
    await server.model.reached.wait()
    await asyncio.sleep(0.3)
    go_on.set()

    events = await begun

    assert names(events).count("stream_options") >= 3
    assert isinstance(events[-1], ThreadItemDoneEvent)


async def test_a_message_waits_for_the_one_before(server: Server) -> None:
    front = await front_of(server)
    go_on = asyncio.Event()
    server.model.hangs(go_on).says("Second.")
    first = asyncio.create_task(front.create("one"))
    await server.model.reached.wait()
    (turn,) = server.parts.turns.running

    second = asyncio.create_task(front.add(str(turn.conversation_uid), "two"))
    await asyncio.sleep(0.2)
    assert not second.done()
    go_on.set()

    await first
    assert [words(item) for item in shown(await second).values()] == ["two", "Second."]


async def test_a_busy_conversation_is_409(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskchat.chat.turn.WAIT_S", 0)
    front = await front_of(server)
    go_on = asyncio.Event()
    server.model.hangs(go_on)
    first = asyncio.create_task(front.create("one"))
    await server.model.reached.wait()
    (turn,) = server.parts.turns.running

    answer = await front.ask(
        "threads.add_user_message", input=message("two"), thread_id=str(turn.conversation_uid)
    )
    go_on.set()

    assert answer.status_code == 409
    assert answer.headers["retry-after"]
    assert len(shown(await first)) == 2


async def test_a_quotation_and_tags_are_part_of_what_is_said(server: Server) -> None:
    front = await front_of(server)
    said: list[dict[str, Any]] = [
        {"type": "input_text", "text": "delete "},
        {"type": "input_tag", "id": "7", "text": "Buy milk", "data": {}},
    ]

    events = await front.create("", content=said, quoted_text="Added it.\nYes.")

    items = (await front.items(thread_in(events).id, order="asc")).data
    assert words(items[0]) == "> Added it.\n> Yes.\n\ndelete @Buy milk"


async def test_tomorrow_is_that_of_the_time_zone_that_is_sent(server: Server) -> None:
    front = await front_of(server)
    server.model.calls("add_task", title="Milk", due_at="2030-01-02T09:00").says("Added.")

    await front.create("milk", {"Time-Zone": "Pacific/Auckland"})
    refused = await front.ask("threads.create", {"Time-Zone": "Mars"}, input=message("milk"))

    (task,) = await front.person.tasks()
    assert task["due_at"] == "2030-01-01T20:00:00Z"
    assert refused.status_code == 400


async def test_a_thread_is_renamed_and_deleted(server: Server) -> None:
    front = await front_of(server)
    thread = thread_in(await front.create("hi")).id

    renamed = await front.json("threads.update", thread_id=thread, title="  Groceries ")
    assert '"title":"Groceries"' in renamed
    assert (await front.thread(thread)).title == "Groceries"
    await front.add(thread, "more")
    assert (await front.thread(thread)).title == "Groceries"

    assert await front.json("threads.delete", thread_id=thread) == "{}"
    assert (await front.ask("threads.get_by_id", thread_id=thread)).status_code == 404
    assert (await front.threads()).data == []
    await front.person.data("POST", f"conversations/{thread}/restore")
    assert len((await front.items(thread)).data) == 4


async def test_items_come_in_pages_of_either_order(server: Server) -> None:
    front = await front_of(server)
    events = await front.create("0")
    thread = thread_in(events).id
    for number in range(1, 4):
        server.model.calls("add_task", title=f"Task {number}").says("Added.")
        await front.add(thread, str(number))
    everything = (await front.items(thread, order="asc", limit=100)).data
    assert len(everything) == 2 + 3 * 3

    for order, expected in (("asc", everything), ("desc", everything[::-1])):
        for limit in (1, 2, 3, 11, 12):
            found: list[ThreadItem] = []
            after = None
            while True:
                page = await front.items(thread, order=order, limit=limit, after=after)
                found += page.data
                assert len(page.data) <= limit
                assert page.has_more == (page.after is not None)
                if not page.has_more:
                    break
                assert len(page.data) == limit
                after = page.after
            assert found == expected


async def test_threads_come_in_pages_by_their_last_change(server: Server) -> None:
    front = await front_of(server)
    made = [thread_in(await front.create(str(number))).id for number in range(3)]
    await front.add(made[0], "again")
    expected = [made[0], made[2], made[1]]

    for order, wanted in (("desc", expected), ("asc", expected[::-1])):
        first = await front.threads(order=order, limit=2)
        second = await front.threads(order=order, limit=2, after=first.after)
        assert [thread.id for thread in first.data + second.data] == wanted
        assert (first.has_more, second.has_more) == (True, False)
    assert [thread.title for thread in (await front.threads()).data] == ["0", "2", "1"]


async def test_ids_are_those_of_the_conversation_and_the_turn(server: Server) -> None:
    front = await front_of(server)

    events = await front.create("hi")

    assert UUID(thread_in(events).id).version == 7
    assert {UUID(item.partition("_")[2]).version for item in shown(events)} == {7}
    assert (await front.ask("threads.get_by_id", thread_id=str(uuid4()))).status_code == 404
