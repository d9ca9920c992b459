"""What a streamed turn tells: in order, stored before it is shown, the same on every copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from taskchat.chat import journal, journal_reads
from taskchat.chat.events import TurnEvent
from taskchat.chat.open_streams import OpenStreams
from taskchat.chat.records import OwnedTurn, TurnRecord
from taskchat.db.database import Database, Work
from taskchat.errors import AgentTimeoutError, DatabaseError, ModelError, TooManyRequestsError
from taskchat.ids import UserId
from tests.chat.conftest import ChatDriver, never
from tests.conftest import PassTime
from tests.processes import PATIENCE_S

BROKEN = ModelError(retryable=True)


@dataclass
class Reader:
    """A client: it adds up what it is told, wherever it is told."""

    turn: OwnedTurn | TurnRecord
    text: str = ""
    events: list[TurnEvent] = field(default_factory=list[TurnEvent])

    @property
    def last_id(self) -> int:
        """The number of the last event it has seen."""
        return self.events[-1].id if self.events else 0

    @property
    def names(self) -> list[str]:
        """What it was told, without deltas that follow each other."""
        names = [event.name for event in self.events]
        return [
            name
            for before, name in zip(["", *names], names, strict=False)
            if name != "message.delta" or before != name
        ]

    @property
    def message(self) -> Any:
        """The message of the last end."""
        return self.events[-1].data.get("message")

    async def read(
        self, copy: ChatDriver, enough: Callable[[Reader], bool] = lambda _: False
    ) -> Reader:
        """Follow the turn on that copy to its end, or until it is enough."""
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(copy.turns.follow(self.turn, self.last_id)) as told,
        ):
            async for event in told:
                assert event.id == self.last_id + 1
                self.events.append(event)
                if event.name == "turn.resumed":
                    self.text = event.data["text"]
                elif event.name == "message.delta":
                    self.text += event.data["text"]
                if enough(self):
                    break
        return self


async def _begin(chat: ChatDriver, message: str = "hello", **fields: Any) -> Reader:
    request = chat.request(message, streamed=True, **fields)
    turn, _ = await chat.turns.begin(request, never)
    chat.conversation = turn.conversation_id
    return Reader(turn)


def _has(text: str) -> Callable[[Reader], bool]:
    return lambda reader: text in reader.text


async def _expire(chat: ChatDriver) -> None:
    await chat.execute("UPDATE turns SET lease_until = epoch_now() - 1 WHERE status = 'running'")


async def _crash(chat: ChatDriver) -> None:
    """The copy dies: what it had not stored is gone, and its lease runs out."""
    for turn in chat.turns.running:
        chat.turns.abandon(turn)
    await chat.until_idle()
    await _expire(chat)


def _set() -> asyncio.Event:
    """What has happened already: the model goes on, when its words so far are told."""
    event = asyncio.Event()
    event.set()
    return event


class FailingDatabase:
    """A database that takes nothing for a while, as one without room does."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.fails = False
        self.has_failed = asyncio.Event()

    async def transaction(self, work: Work[object], **options: Any) -> object:
        self._check()
        return await self._db.transaction(work, **options)

    async def call(self, sql: str, *args: object) -> object:
        self._check()
        db: Any = self._db
        return await db.call(sql, *args)

    def __getattr__(self, name: str) -> object:
        return getattr(self._db, name)

    def _check(self) -> None:
        if self.fails:
            self.has_failed.set()
            raise DatabaseError


@pytest.fixture
def failing(chat: ChatDriver, monkeypatch: pytest.MonkeyPatch) -> FailingDatabase:
    """The chat's database, which may fail."""
    db = FailingDatabase(chat.db)
    if chat.db.dialect == "postgres":
        monkeypatch.setattr(journal, "PostgresDatabase", FailingDatabase)
    chat.journal._db = db  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    return db


async def test_a_turn_tells_its_start_its_words_its_tools_and_its_end(chat: ChatDriver) -> None:
    chat.model.streams("Let me ", "see.").calls("add_task", title="Buy milk").says("Added.")

    first = await (await _begin(chat)).read(chat)
    second = await (await _begin(chat, "and milk")).read(chat)

    assert first.names == ["turn.started", "message.delta", "turn.completed"]
    assert second.names == [
        "turn.started",
        "tool.called",
        "tool.returned",
        "message.delta",
        "turn.completed",
    ]
    assert first.events[0].data == {
        "turn_id": str(first.turn.uid),
        "conversation_id": str(first.turn.conversation_uid),
        "attempt": 1,
    }
    called, returned = second.events[1].data, second.events[2].data
    assert called == {"id": called["id"], "name": "add_task", "arguments": {"title": "Buy milk"}}
    assert (returned["id"], returned["name"], returned["ok"]) == (called["id"], "add_task", True)
    assert returned["result"] == {"task_id": 1, "status": "created", "title": "Buy milk"}
    assert first.text == first.message["content"] == "Let me see."
    assert second.text == second.message["content"] == "Added."


async def test_words_before_and_after_tool_calls_add_up_to_the_message(chat: ChatDriver) -> None:
    chat.model.calls_all(("add_task", {"title": "a"}), ("add_task", {"title": "b"})).says(
        " Both. \n"
    )

    reader = await (await _begin(chat)).read(chat)

    assert [event.name for event in reader.events if event.name.startswith("tool")] == [
        "tool.called",
        "tool.returned",
        "tool.called",
        "tool.returned",
    ]
    assert reader.text == reader.message["content"] == "Both."


async def test_an_event_is_stored_before_anyone_sees_it(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").streams(*["one", "two", "three", "four"])
    reader = await _begin(chat)

    async with aclosing(chat.turns.follow(reader.turn)) as told:
        async for event in told:
            stored = await chat.rows(
                "SELECT name FROM turn_events WHERE turn_id = $1 AND id = $2",
                reader.turn.id,
                event.id,
            )
            if event.name == "turn.completed":  # it follows from the turn's own row
                assert (await chat.record()).status == "completed"
            elif event.name != "turn.started":
                assert stored == [{"name": event.name}]


async def test_it_is_shown_while_it_comes(chat: ChatDriver) -> None:
    go_on = asyncio.Event()
    chat.model.streams("Once upon", go_on, " a time.")
    reader = await (await _begin(chat)).read(chat, _has("Once upon"))

    assert (await chat.record()).status == "running"
    go_on.set()
    await reader.read(chat)

    assert reader.text == reader.message["content"] == "Once upon a time."


async def test_whoever_goes_on_anywhere_gets_the_rest_and_nothing_twice(chat: ChatDriver) -> None:
    gates = [asyncio.Event() for _ in range(4)]
    chat.model.streams("a", gates[0], "b").calls("add_task", title="x").streams("c", gates[1], "d")
    whole = await (await _begin(chat)).read(chat, _has("a"))
    gates[0].set()
    gates[1].set()
    await whole.read(chat)
    other = chat.another_copy()

    for number in range(len(whole.events) + 1):
        rest = Reader(whole.turn, events=whole.events[:number])
        await rest.read(other)
        assert rest.events == whole.events


async def test_reader_and_model_may_be_on_different_copies(chat: ChatDriver) -> None:
    gates = [asyncio.Event() for _ in range(6)]
    pieces = [piece for gate in gates for piece in (f"word{gates.index(gate)} ", gate)]
    chat.model.streams(*pieces, "end.")
    copies = [chat, chat.another_copy(), chat.another_copy()]
    reader = await _begin(chat)

    for number, gate in enumerate(gates):
        await reader.read(copies[number % 3], _has(f"word{number}"))
        gate.set()
    await reader.read(copies[1])

    assert reader.text == reader.message["content"]
    assert reader.text == "word0 word1 word2 word3 word4 word5 end."


async def test_an_answer_that_breaks_off_is_asked_for_again(chat: ChatDriver) -> None:
    chat.model.streams("Once upon a ", BROKEN).streams("It was ", "a night.")

    reader = await (await _begin(chat)).read(chat)

    assert len(chat.model.asked) == 2
    assert reader.text == reader.message["content"] == "It was a night."
    assert "turn.failed" not in reader.names


async def test_what_stands_is_told_when_an_answer_is_asked_for_again(chat: ChatDriver) -> None:
    hold = asyncio.Event()
    chat.model.calls("add_task", title="Buy milk").streams("So I ", hold, BROKEN).says("Done!")
    reader = await (await _begin(chat)).read(chat, _has("So I"))
    hold.set()
    await reader.read(chat)

    resumed = [event.data for event in reader.events if event.name == "turn.resumed"]
    assert resumed == [{"attempt": 1, "text": ""}]
    assert reader.text == reader.message["content"] == "Done!"
    assert await chat.tasks() == ["Buy milk"]


async def test_after_three_broken_answers_the_attempt_fails_with_its_words(
    chat: ChatDriver,
) -> None:
    for _ in range(3):
        hold = asyncio.Event()
        hold.set()
        chat.model.streams("Once ", hold, BROKEN)
    reader = await (await _begin(chat, key="k", conversation=None)).read(chat)

    end = reader.events[-1]
    assert end.name == "turn.failed"
    assert (end.data["error_code"], end.data["retryable"]) == ("MODEL_ERROR", True)
    assert reader.text == reader.message["content"]
    assert reader.text.startswith("Once")
    assert len(chat.model.asked) == 3


async def test_a_turn_that_goes_on_keeps_the_end_of_its_first_attempt(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").fails(BROKEN).says("There it is.")
    first = await (await _begin(chat, key="k", conversation=None)).read(chat)
    assert first.events[-1].name == "turn.failed"
    second = await (await _begin(chat, key="k", conversation=None)).read(chat)

    late = await Reader(second.turn).read(chat.another_copy())

    assert second.events[: len(first.events)] == first.events
    after = second.events[len(first.events) :]
    assert (after[0].name, after[0].data) == ("turn.resumed", {"attempt": 2, "text": ""})
    assert after[-1].name == "turn.completed"
    assert late.events == second.events
    assert late.text == late.message["content"] == "There it is."
    assert await chat.tasks() == ["Buy milk"]


async def test_who_has_seen_the_first_end_is_told_the_second_attempt(chat: ChatDriver) -> None:
    chat.model.fails(BROKEN).says("Hello!")
    reader = await (await _begin(chat)).read(chat)
    assert reader.events[-1].name == "turn.failed"

    record = await chat.turns.retry(chat.user, reader.turn.uid)
    assert (record.status, record.attempt) == ("running", 2)
    await reader.read(chat)

    assert reader.names[-3:] == ["turn.resumed", "message.delta", "turn.completed"]
    assert reader.text == reader.message["content"] == "Hello!"


async def test_an_attempt_without_words_shows_the_reply_that_stands(chat: ChatDriver) -> None:
    for _ in range(3):
        chat.model.streams("Once ", _set(), BROKEN)
    chat.model.fails(BROKEN)
    reader = await (await _begin(chat)).read(chat)
    words = reader.message["content"]

    await chat.turns.retry(chat.user, reader.turn.uid)
    await reader.read(chat)

    assert reader.names[-3:] == ["turn.resumed", "message.delta", "turn.failed"]
    assert reader.text == reader.message["content"] == words
    assert (await Reader(reader.turn).read(chat.another_copy())).events == reader.events


async def test_an_attempt_stopped_without_words_shows_the_reply_that_stands(
    chat: ChatDriver,
) -> None:
    for _ in range(3):
        chat.model.streams("Once ", _set(), BROKEN)
    chat.model.hangs()
    reader = await (await _begin(chat)).read(chat)
    words = reader.message["content"]
    await chat.turns.retry(chat.user, reader.turn.uid)
    await chat.model.reached.wait()
    await reader.read(chat, lambda it: it.names[-1] == "turn.resumed")

    await chat.turns.cancel(chat.user, reader.turn.uid)
    await reader.read(chat)

    assert reader.names[-1] == "turn.cancelled"
    assert reader.text == reader.message["content"] == words


async def test_an_attempt_keeps_its_own_end_whatever_is_known_of_an_earlier_one(
    chat: ChatDriver,
) -> None:
    chat.model.fails(BROKEN).fails(AgentTimeoutError(retryable=True)).says("Hello!")
    reader = await (await _begin(chat)).read(chat)
    first = await chat.turns.find(chat.user, reader.turn.uid)
    await chat.turns.retry(chat.user, reader.turn.uid)
    await reader.read(chat)
    assert reader.events[-1].data["error_code"] == "AGENT_TIMEOUT"

    turn = await chat.journal.continue_turn(first)
    assert turn is not None
    chat.turns.start(turn)
    await reader.read(chat)

    assert reader.text == reader.message["content"] == "Hello!"
    assert (await Reader(reader.turn).read(chat.another_copy())).events == reader.events


async def test_a_turn_that_goes_on_while_it_is_read_has_no_end_yet(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("there, all of a read sees one moment")
    hold = asyncio.Event()
    chat.model.fails(BROKEN).hangs(until=hold)
    reader = await (await _begin(chat)).read(chat)
    other = chat.another_copy()
    events_told = journal_reads.events_told

    async def late(*args: Any) -> list[TurnEvent]:
        monkeypatch.undo()
        await chat.turns.retry(chat.user, reader.turn.uid)
        await chat.model.reached.wait()
        return await events_told(*args)

    monkeypatch.setattr(journal_reads, "events_told", late)
    story = await other.journal.story(chat.user, reader.turn.id, reader.last_id)

    assert story is not None
    assert "turn.failed" not in [event.name for event in story[1]]
    hold.set()
    await reader.read(other)
    assert reader.text == reader.message["content"] == "At last."


async def test_a_turn_whose_words_could_not_be_stored_goes_on_from_what_is(
    chat: ChatDriver, failing: FailingDatabase
) -> None:
    hold = asyncio.Event()
    chat.model.streams("Once ", "upon", hold, " a time").says("There was a night.")
    reader = await _begin(chat)
    failing.fails = True
    await failing.has_failed.wait()
    failing.fails = False
    hold.set()
    await chat.until_idle()
    assert (await chat.record()).status == "running"

    await _expire(chat)
    assert await chat.recovery.take_over() == 1
    await reader.read(chat)

    assert reader.names[-1] == "turn.completed"
    assert reader.text == reader.message["content"] == "There was a night."


async def test_another_copy_goes_on_and_replaces_what_was_shown(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").streams("It is on ", asyncio.Event())
    reader = await (await _begin(chat)).read(chat, _has("It is on"))
    await _crash(chat)
    other = chat.another_copy()
    other.model.says("Milk is on your list.")

    assert await other.recovery.take_over() == 1
    await reader.read(other)

    assert reader.names[-3:] == ["turn.resumed", "message.delta", "turn.completed"]
    assert reader.text == reader.message["content"] == "Milk is on your list."
    assert await chat.tasks() == ["Buy milk"]
    assert (await Reader(reader.turn).read(chat)).events == reader.events


async def test_a_take_over_of_an_answer_that_nobody_saw_replaces_nothing(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").hangs()
    reader = await (await _begin(chat)).read(chat, lambda it: "tool.returned" in it.names)
    await chat.model.reached.wait()
    await _crash(chat)
    other = chat.another_copy()
    other.model.says("Added.")

    await other.recovery.take_over()
    await reader.read(other)

    assert "turn.resumed" not in reader.names
    assert reader.text == reader.message["content"] == "Added."


async def test_a_copy_that_lost_its_turn_shows_nothing_more(chat: ChatDriver) -> None:
    go_on = asyncio.Event()
    chat.model.streams("I was ", go_on, "too slow.")
    reader = await (await _begin(chat)).read(chat, _has("I was"))
    other = chat.another_copy()
    other.model.says("I am quick.")
    await _expire(chat)
    await other.recovery.take_over()
    go_on.set()

    await reader.read(chat)

    assert reader.text == reader.message["content"] == "I am quick."
    told = await chat.rows("SELECT body FROM turn_events WHERE turn_id = $1", reader.turn.id)
    assert "too slow" not in str(told)


async def test_stopping_a_turn_keeps_its_words_and_what_was_done(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").streams("I have just ", asyncio.Event())
    reader = await (await _begin(chat)).read(chat, _has("I have just"))
    other = chat.another_copy()

    record = await other.turns.cancel(chat.user, reader.turn.uid)
    await reader.read(other)

    assert (record.status, record.error_code) == ("cancelled", None)
    assert reader.names[-1] == "turn.cancelled"
    assert reader.text == reader.message["content"]
    assert reader.text.startswith("I have just")
    assert "Buy milk" in reader.text
    assert await chat.tasks() == ["Buy milk"]


async def test_the_model_is_not_asked_on_when_its_turn_was_stopped_elsewhere(
    chat: ChatDriver,
) -> None:
    if chat.db.dialect == "sqlite":
        pytest.skip("one process serves the file")
    chat.model.streams("Once ", asyncio.Event())
    reader = await (await _begin(chat)).read(chat, _has("Once"))
    keeping = asyncio.create_task(chat.recovery.keep())
    (job,) = [task for task in asyncio.all_tasks() if task.get_name().startswith("turn ")]

    await chat.another_copy().turns.cancel(chat.user, reader.turn.uid)
    await asyncio.wait([job], timeout=PATIENCE_S)

    assert job.cancelled()
    keeping.cancel()


async def test_stopping_what_has_ended_changes_nothing(chat: ChatDriver) -> None:
    reader = await (await _begin(chat)).read(chat)
    before = await chat.record()

    assert await chat.turns.cancel(chat.user, reader.turn.uid) == before


async def test_stopping_what_has_failed_leaves_its_next_attempt_alone(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    chat.model.fails(BROKEN).hangs(until=hold)
    reader = await (await _begin(chat)).read(chat)
    cancel = chat.journal.cancel

    async def late(*args: Any) -> TurnRecord | None:
        record = await cancel(*args)
        await chat.turns.retry(chat.user, reader.turn.uid)
        await chat.model.reached.wait()
        return record

    monkeypatch.setattr(chat.journal, "cancel", late)
    await chat.turns.cancel(chat.user, reader.turn.uid)
    hold.set()
    await reader.read(chat)

    assert reader.message["content"] == "At last."


async def test_a_client_that_leaves_stops_nothing(chat: ChatDriver) -> None:
    go_on = asyncio.Event()
    chat.model.streams("Once ", go_on, "more.")
    reader = await (await _begin(chat)).read(chat, _has("Once"))
    go_on.set()
    await chat.until_idle()

    record = await chat.record()
    assert record.status == "completed"
    assert (await reader.read(chat)).text == "Once more."


async def test_a_turn_that_nobody_streams_can_be_followed_too(chat: ChatDriver) -> None:
    chat.model.calls("add_task", title="Buy milk").fails(BROKEN).says("Here.")
    record = (await chat.send("milk", key="k")).record

    assert await chat.rows("SELECT id FROM turn_events") == []
    failed = await Reader(record).read(chat)
    assert failed.names == [
        "turn.started",
        "tool.called",
        "tool.returned",
        "message.delta",
        "turn.failed",
    ]
    assert failed.text == failed.message["content"]

    await chat.send("milk", key="k", conversation=None)
    told = [event async for event in chat.turns.follow(record, failed.last_id)]
    assert (told[0].name, told[0].data) == ("turn.resumed", {"attempt": 2, "text": ""})
    assert told[0].id > failed.last_id
    assert told[-2].data == {"text": "Here."}
    assert told[-1].data["message"]["content"] == "Here."
    assert [event async for event in chat.another_copy().turns.follow(record)] == told


async def test_a_day_after_its_end_only_the_end_is_told(chat: ChatDriver) -> None:
    chat.model.streams("a", "b").says("c")
    streamed = await (await _begin(chat)).read(chat)
    plain = await Reader((await chat.send("again")).record).read(chat)
    await chat.execute("UPDATE turns SET finished_at = clock_timestamp()")
    assert await chat.journal.purge_events() == 0

    if chat.db.dialect == "sqlite":
        await chat.execute("UPDATE turns SET finished_at = '2026-01-01T00:00:00.000000Z'")
    else:
        await chat.execute("UPDATE turns SET finished_at = finished_at - interval '25 hours'")

    for reader in (streamed, plain):
        told = [event async for event in chat.turns.follow(reader.turn)]
        assert [(event.id, event.name) for event in told] == [(reader.last_id, "turn.completed")]
    await chat.journal.purge_events()
    assert len(await chat.rows("SELECT id FROM turn_events")) == 1
    told = [event async for event in chat.turns.follow(streamed.turn)]
    assert [event.id for event in told] == [streamed.last_id]


async def test_what_was_deleted_is_not_told_again(chat: ChatDriver) -> None:
    reader = await (await _begin(chat)).read(chat)
    await chat.execute("UPDATE messages SET deleted_at = created_at WHERE role = 'assistant'")

    told = [event async for event in chat.turns.follow(reader.turn)]

    assert [(event.id, event.name, event.data) for event in told] == [
        (reader.last_id, "turn.completed", {})
    ]


async def test_a_copy_that_stops_hands_its_turns_over(chat: ChatDriver) -> None:
    chat.model.streams("Half a ", asyncio.Event())
    reader = await (await _begin(chat)).read(chat, _has("Half a"))
    listening = asyncio.create_task(reader.read(chat))

    await chat.turns.stop(0)
    await listening
    other = chat.another_copy()
    other.model.says("Whole.")
    assert await other.recovery.take_over() == 1  # its lease is not over
    await reader.read(other)

    assert reader.text == reader.message["content"] == "Whole."
    assert await chat.rows("SELECT takeovers FROM turns") == [{"takeovers": 0}]


async def test_a_model_that_is_too_slow_keeps_its_words(
    chat: ChatDriver, pass_time: PassTime
) -> None:
    chat.model.streams("Well, ", asyncio.Event())
    reader = await (await _begin(chat)).read(chat, _has("Well,"))

    pass_time(chat.limits.timeout_s)
    await reader.read(chat)

    assert reader.events[-1].data["error_code"] == "AGENT_TIMEOUT"
    assert reader.text == reader.message["content"]
    assert reader.text.startswith("Well,")


def test_a_user_has_so_many_open_streams_and_no_more() -> None:
    streams = OpenStreams(2)
    streams.enter(UserId(1))
    streams.enter(UserId(1))
    streams.enter(UserId(2))

    with pytest.raises(TooManyRequestsError):
        streams.enter(UserId(1))
    streams.leave(UserId(1))
    streams.enter(UserId(1))


async def test_an_attempt_that_comes_to_nothing_leaves_the_reply_before_it(
    chat: ChatDriver,
) -> None:
    for _ in range(3):
        chat.model.streams("Half an ans", BROKEN)
    reader = await (await _begin(chat)).read(chat)
    chat.model.fails(ModelError())

    turn = await chat.turns.retry(chat.user, reader.turn.uid)
    await reader.read(chat)

    assert turn.attempt == 2
    assert reader.text == "Half an ans Then I had to stop before I was done."
    assert reader.text == reader.message["content"]


async def test_an_attempt_cancelled_before_it_came_to_anything_leaves_it_too(
    chat: ChatDriver,
) -> None:
    for _ in range(3):
        chat.model.streams("Half an ans", BROKEN)
    reader = await (await _begin(chat)).read(chat)
    chat.model.hangs()

    await chat.turns.retry(chat.user, reader.turn.uid)
    await reader.read(chat, lambda reader: reader.names[-1] == "turn.resumed")
    record = await chat.turns.cancel(chat.user, reader.turn.uid)
    await reader.read(chat)

    assert record.reply is not None
    assert reader.text == record.reply.content
