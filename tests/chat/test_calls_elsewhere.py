"""Calls on further tool servers in a turn: begun before they are made, made once, never forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ToolReturnPart

from taskchat.chat.agent import TurnLimits
from taskchat.chat.doubt import IN_DOUBT, NOTHING_READ
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.records import OwnedTurn, Step, TurnLostError, TurnRecord
from taskchat.db.database import ConnectionLostError, Database, Work, as_json
from taskchat.errors import ModelError
from taskchat.tasks.new_tasks import NewTasks
from tests.chat.conftest import ChatDriver
from tests.chat.tool_servers.notes import Mailbox
from tests.conftest import PassTime

DOUBT = (
    "No answer came from “mail_send_slowly”, so I do not know whether that was done. Please check."
)


@pytest.fixture
def chat(chat_elsewhere: ChatDriver) -> ChatDriver:
    """A chat whose model may send mail, too."""
    return chat_elsewhere


def _returns(messages: list[ModelMessage]) -> list[tuple[str, object, str]]:
    return [
        (part.tool_name, part.content, part.outcome)
        for message in messages
        for part in message.parts
        if isinstance(part, ToolReturnPart)
    ]


async def _steps(chat: ChatDriver) -> list[tuple[int, str, Any]]:
    rows = await chat.rows("SELECT idx, kind, body FROM steps ORDER BY turn_id, idx")
    return [(row["idx"], row["kind"], as_json(row["body"]).get("result")) for row in rows]


async def _events(chat: ChatDriver) -> list[tuple[str, Any]]:
    record = await chat.record()
    story = await chat.journal.story(chat.user, record.id, 0)
    assert story is not None
    return [(event.name, event.data) for event in story[1]]


async def _expire(chat: ChatDriver) -> None:
    await chat.execute("UPDATE turns SET lease_until = epoch_now() - 1 WHERE status = 'running'")


async def _left_in_a_call(chat: ChatDriver, mail: Mailbox, **fields: Any) -> None:
    """A copy is gone while its call is under way, for which everything else stands still."""
    sending = asyncio.create_task(chat.send("mail and milk", **fields))
    await mail.until_sent(1)
    for turn in chat.turns.running:
        chat.turns.abandon(turn)
    await chat.until_idle()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    chat.conversation = (await chat.record()).conversation_id
    await _expire(chat)


async def test_a_tool_of_another_server_is_called_and_its_result_is_on_the_reply(
    chat: ChatDriver, mail: Mailbox
) -> None:
    chat.model.calls("mail_send", text="hello").says("Sent.")

    record = (await chat.send("mail them")).record

    assert mail.sent == ["hello"]
    assert record.reply is not None
    assert (record.status, record.reply.content) == ("completed", "Sent.")
    assert record.reply.tool_results is not None
    assert [*record.reply.tool_results.values()] == [
        {"name": "mail_send", "ok": True, "result": "sent hello"}
    ]
    assert _returns(chat.model.asked[1]) == [("mail_send", "sent hello", "success")]
    assert await _steps(chat) == [(0, "response", None), (1, "effect", "sent hello")]


async def test_the_answer_and_its_own_effects_are_stored_before_a_call_is_made(
    chat: ChatDriver, mail: Mailbox
) -> None:
    chat.model.calls_all(
        ("mail_send_slowly", {"text": "a"}),
        ("add_task", {"title": "Buy milk"}),
        ("mail_send_slowly", {"text": "b"}),
    )
    sending = asyncio.create_task(chat.send("mail and milk"))
    await mail.until_sent(2)

    # Both are under way, and no transaction is.
    begun = await _steps(chat)
    tasks = await chat.tasks()
    mail.let_go()
    record = (await sending).record

    assert [kind for _, kind, _ in begun] == ["response", "begun", "effect", "begun"]
    assert tasks == ["Buy milk"]
    assert record.reply is not None
    assert record.reply.tool_results is not None
    # In the order of the calls, whichever came first.
    assert [each["name"] for each in record.reply.tool_results.values()] == [
        "mail_send_slowly",
        "add_task",
        "mail_send_slowly",
    ]
    assert [content for _, content, _ in _returns(chat.model.asked[1])][::2] == ["sent a", "sent b"]


async def test_a_refusal_of_the_other_server_is_a_result(chat: ChatDriver, mail: Mailbox) -> None:
    chat.model.calls("mail_refuse", text="x").says("They refuse.")

    assert await chat.reply("mail them") == "They refuse."
    assert _returns(chat.model.asked[1]) == [("mail_refuse", "no mail for x", "failed")]
    assert mail.sent == []


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("mail_fly", {}, "There is no tool mail_fly. The tools of mail are: mail_send, "),
        ("mail_send", "[1]", "Give the arguments of mail_send as a JSON object."),
        ("post_send", {}, "There is no tool 'post_send'. The tools are add_task, "),
    ],
)
async def test_a_call_that_cannot_be_made_is_not_begun(
    chat: ChatDriver, mail: Mailbox, name: str, arguments: object, told: str
) -> None:
    chat.model.calls_all((name, arguments))

    await chat.send("mail them")

    ((_, result, outcome),) = _returns(chat.model.asked[1])
    assert str(result).startswith(told)
    assert outcome == "failed"
    assert mail.sent == []
    assert [kind for _, kind, _ in await _steps(chat)] == ["response", "effect"]


async def test_a_server_that_is_gone_does_not_stop_a_turn(chat: ChatDriver, mail: Mailbox) -> None:
    (mail.folder / "down").touch()
    chat.model.calls("mail_send_and_die", text="a").calls("mail_send", text="b").says("Hm.")

    reply = await chat.reply("mail them")

    assert [outcome for _, _, outcome in _returns(chat.model.asked[2])] == ["failed", "failed"]
    assert _returns(chat.model.asked[2])[1][1] == (
        "The tool server mail cannot be reached now, so nothing was done. Go on without it."
    )
    assert reply == f"Hm.\n\n{DOUBT.replace('send_slowly', 'send_and_die')}"
    assert mail.sent == ["a"]
    # Its tools are absent from now on, and ours are not.
    await chat.send("and now?")
    assert chat.model.tools[-1][-1] == "restore_task"


async def test_what_a_foreign_tool_gives_back_never_passes_for_an_effect_of_ours(
    chat: ChatDriver,
) -> None:
    chat.model.calls("mail_pretend", text="Buy milk").fails(ModelError(retryable=False))

    record = (await chat.send("mail them")).record

    assert record.status == "failed"
    assert record.reply is not None
    assert record.reply.content == "Used “mail_pretend”. Then I had to stop before I was done."


async def _send_in_vain(
    chat: ChatDriver, mail: Mailbox, pass_time: PassTime, **fields: Any
) -> TurnRecord:
    """Send a message whose mail is sent, but the answer to that comes after the turn's time."""
    chat.turns = replace(chat, limits=TurnLimits(timeout_s=10)).turns  # the server's is 20
    chat.model.calls("mail_send_slowly", text="a").hangs()
    sending = asyncio.create_task(chat.send("mail them", **fields))
    await mail.until_sent(1)
    pass_time(10)
    return (await sending).record


async def test_an_answer_that_does_not_come_in_time_is_in_doubt_and_the_user_is_told(
    chat: ChatDriver, mail: Mailbox, pass_time: PassTime
) -> None:
    record = await _send_in_vain(chat, mail, pass_time)

    assert (record.status, record.error_code, record.retryable) == ("failed", "AGENT_TIMEOUT", True)
    assert record.reply is not None
    assert record.reply.content == f"{DOUBT} Then I had to stop before I was done."
    assert record.reply.tool_results is not None
    assert [*record.reply.tool_results.values()] == [
        {"name": "mail_send_slowly", "ok": False, "result": IN_DOUBT, "in_doubt": True}
    ]
    assert [kind for _, kind, _ in await _steps(chat)] == ["response", "in_doubt"]


async def test_a_turn_that_goes_on_after_a_doubt_does_not_call_again(
    chat: ChatDriver, mail: Mailbox, pass_time: PassTime
) -> None:
    failed = await _send_in_vain(chat, mail, pass_time, key="k")
    other = chat.another_copy()
    other.model.says("I do not know.")

    await other.turns.retry(chat.user, failed.uid)
    await other.until_idle()

    assert _returns(other.model.asked[0]) == [("mail_send_slowly", IN_DOUBT, "failed")]
    assert (await chat.messages())[1][2] == f"I do not know.\n\n{DOUBT}"
    assert mail.sent == ["a"]


async def test_a_call_that_is_begun_holds_what_is_said_of_it_should_nothing_more_be_written(
    chat: ChatDriver, mail: Mailbox
) -> None:
    # So a copy of any other version, which may have other words, tells the same.
    calls = (("mail_send_slowly", {"text": "a"}), ("mail_read_slowly", {"text": "b"}))
    chat.model.calls_all(*calls)

    await _left_in_a_call(chat, mail)

    assert (await _steps(chat))[1:] == [(1, "begun", IN_DOUBT), (2, "begun", NOTHING_READ)]


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_copy_that_takes_over_does_not_repeat_the_call_and_tells_the_doubt(
    chat: ChatDriver, mail: Mailbox, streamed: bool
) -> None:
    chat.model.calls_all(("mail_send_slowly", {"text": "a"}), ("add_task", {"title": "Buy milk"}))
    await _left_in_a_call(chat, mail, streamed=streamed)
    before = await _events(chat)
    other = chat.another_copy()
    other.model.says("I added milk.")

    await other.recovery.take_over()
    await other.until_idle()

    assert mail.sent == ["a"]
    assert await chat.tasks() == ["Buy milk"]
    assert _returns(other.model.asked[0])[0] == ("mail_send_slowly", IN_DOUBT, "failed")
    assert (await chat.messages())[1][2] == f"I added milk.\n\n{DOUBT}"
    assert [kind for _, kind, _ in await _steps(chat)] == ["response", "in_doubt", "effect"]
    after = await _events(chat)
    assert after[: len(before)] == before
    told = [(name, data["id"]) for name, data in after if name.startswith("tool.")]
    assert sorted(name for name, _ in told) == ["tool.called"] * 2 + ["tool.returned"] * 2
    assert len(set(told)) == 4
    assert text_shown(after) == f"I added milk.\n\n{DOUBT}"


def text_shown(events: list[tuple[str, Any]]) -> str:
    """What the deltas add up to."""
    text = ""
    for name, data in events:
        if name == "turn.resumed":
            text = data["text"]
        elif name == "message.delta":
            text += data["text"]
    return text


async def test_a_tool_that_only_reads_leaves_no_doubt(chat: ChatDriver, mail: Mailbox) -> None:
    chat.model.calls("mail_read_slowly", text="a")
    await _left_in_a_call(chat, mail)
    other = chat.another_copy()
    other.model.says("Never mind.")

    await other.recovery.take_over()
    await other.until_idle()

    assert _returns(other.model.asked[0]) == [("mail_read_slowly", NOTHING_READ, "failed")]
    assert (await chat.messages())[1][2] == "Never mind."


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_turn_that_is_cancelled_in_a_call_tells_the_doubt(
    chat: ChatDriver, mail: Mailbox, streamed: bool
) -> None:
    chat.model.calls_all(("mail_send_slowly", {"text": "a"}), ("add_task", {"title": "Buy milk"}))
    sending = asyncio.create_task(chat.send("mail and milk", streamed=streamed))
    await mail.until_sent(1)

    ended = await chat.turns.cancel(chat.user, chat.turns.running[0].uid)
    await sending
    mail.let_go()
    await chat.until_idle()

    assert ended.reply is not None
    assert ended.reply.content == f"Added “Buy milk”.\n\n{DOUBT}\n\nI was stopped here."
    assert ended.reply.tool_results is not None
    assert [each["ok"] for each in ended.reply.tool_results.values()] == [False, True]
    assert [kind for _, kind, _ in await _steps(chat)] == ["response", "in_doubt", "effect"]
    events = await _events(chat)
    names = [name for name, _ in events]
    assert names.count("tool.called") == names.count("tool.returned") == 2
    assert text_shown(events) == ended.reply.content
    # What comes next is well formed.
    chat.conversation = ended.conversation_id
    await chat.send("and now?")
    assert _returns(chat.model.asked[-1])[0] == ("mail_send_slowly", IN_DOUBT, "failed")


async def test_a_stream_is_told_of_a_call_before_it_is_made_and_of_its_result_after(
    chat: ChatDriver, mail: Mailbox
) -> None:
    chat.model.calls("mail_send_slowly", text="a").says("Sent.")
    sending = asyncio.create_task(chat.send("mail them", streamed=True))
    await mail.until_sent(1)

    before = await _events(chat)
    mail.let_go()
    await sending
    after = await _events(chat)

    assert [name for name, _ in before] == ["turn.started", "tool.called"]
    assert before[1][1]["arguments"] == {"text": "a"}
    assert [name for name, _ in after] == [
        "turn.started",
        "tool.called",
        "tool.returned",
        "message.delta",
        "turn.completed",
    ]
    assert after[2][1] == {
        "id": before[1][1]["id"],
        "name": "mail_send_slowly",
        "ok": True,
        "result": "sent a",
    }


async def test_the_story_of_a_plain_turn_keeps_its_numbers_while_calls_come_back(
    chat: ChatDriver, mail: Mailbox
) -> None:
    chat.model.calls_all(("mail_send_slowly", {"text": "a"}), ("add_task", {"title": "Buy milk"}))
    sending = asyncio.create_task(chat.send("mail and milk"))
    await mail.until_sent(1)

    before = await _events(chat)
    mail.let_go()
    await sending
    after = await _events(chat)

    # The second call has its result, and no number yet: the first one's result comes before it.
    assert [name for name, _ in before] == ["turn.started", "tool.called"]
    assert after[:2] == before
    assert [name for name, _ in after[2:5]] == ["tool.returned", "tool.called", "tool.returned"]


async def test_a_late_result_of_an_owner_that_lost_the_turn_is_refused(
    chat: ChatDriver, mail: Mailbox
) -> None:
    turn = await _begun(chat)
    await _expire(chat)
    await chat.another_copy().journal.claim()

    with pytest.raises(TurnLostError):
        await chat.journal.result(turn, _result())

    assert [kind for _, kind, _ in await _steps(chat)] == ["in_doubt"]


async def test_a_begin_renews_the_lease(chat: ChatDriver) -> None:
    turn = await _begun(chat)
    await _expire(chat)

    async def nothing(tx: object) -> list[tuple[Any, Any]]:
        return []

    await chat.journal.begin(turn, 1, nothing, turn.usage)

    assert await chat.journal.claim() == []


async def test_a_begin_that_is_known_ahead_renews_the_lease_too(chat: ChatDriver) -> None:
    turn = await _begun(chat)
    await _expire(chat)
    begun: list[tuple[Any, Any]] = [("begun", {"id": "d", "name": "mail_send"})]

    async def beginning(*_: object) -> list[tuple[Any, Any]]:
        return begun

    await chat.journal.begin(turn, 1, beginning, turn.usage, ahead=Ahead(beginning, NewTasks()))

    assert [kind for _, kind, _ in await _steps(chat)] == ["begun", "begun"]
    assert await chat.journal.claim() == []


async def test_a_begin_of_an_owner_that_lost_the_turn_is_refused(chat: ChatDriver) -> None:
    turn = await _begun(chat)
    await _expire(chat)
    await chat.journal.claim()

    async def nothing(tx: object) -> list[tuple[Any, Any]]:
        return []

    with pytest.raises(TurnLostError):
        await chat.journal.begin(turn, 1, nothing, turn.usage)


async def test_a_copy_that_stood_still_between_begin_and_call_looks_whether_the_turn_is_its_own(
    chat: ChatDriver, mail: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Half of this lease is over before anything can be done.
    paused = chat.another_copy(lease_s=1e-9)
    paused.model.calls("mail_send", text="a")
    claimed = asyncio.Event()
    begin = paused.journal.begin

    async def begun_long_ago(*args: Any) -> Any:
        steps = await begin(*args)
        await _expire(chat)
        await chat.journal.claim()
        claimed.set()
        return steps

    monkeypatch.setattr(paused.journal, "begin", begun_long_ago)
    sending = asyncio.create_task(paused.send("mail them"))
    await claimed.wait()
    await paused.until_idle()
    sending.cancel()

    assert mail.sent == []


async def test_a_result_whose_commit_was_not_heard_of_is_stored_once(
    chat: ChatDriver, mail: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Begin and result, each at its first try; on Postgres open is a function, and no transaction.
    _lose_answers(monkeypatch, chat.db, of={2, 4} if chat.db.dialect == "sqlite" else {1, 3})
    chat.model.calls("mail_send", text="a").says("Sent.")

    record = (await chat.send("mail them", streamed=True)).record

    assert record.status == "completed"
    assert mail.sent == ["a"]
    assert [kind for _, kind, _ in await _steps(chat)] == ["response", "effect"]


def _lose_answers(monkeypatch: pytest.MonkeyPatch, db: Database, *, of: set[int]) -> None:
    """Of these transactions, counted from 1, nobody hears that they were committed."""
    transaction = db.transaction
    count = 0

    async def lossy(work: Work[Any], **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        is_lost = count in of
        result = await transaction(work, **kwargs)
        if is_lost:
            raise ConnectionLostError
        return result

    monkeypatch.setattr(db, "transaction", lossy)


async def _begun(chat: ChatDriver) -> OwnedTurn:
    """A turn whose first step is a call elsewhere."""
    chat.model.hangs()
    sending = asyncio.create_task(chat.send("hello"))
    await chat.model.was_asked.wait()
    (turn,) = chat.turns.running
    sending.cancel()

    async def work(tx: object) -> list[tuple[Any, Any]]:
        return [("begun", {"id": "c", "name": "mail_send"})]

    await chat.journal.begin(turn, 0, work, turn.usage)
    return turn


def _result() -> Step:
    return Step(0, "effect", {"id": "c", "name": "mail_send", "ok": True, "result": "late"})
