"""History stays valid: however turns fail, stop and crash, every provider takes what the next one asks."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from pydantic_ai.messages import ModelMessage

from taskchat.chat.context import CORRECTION, STAND_IN
from taskchat.chat.events import text_of, unreturned
from taskchat.db.database import as_json
from tests.chat.conftest import ChatDriver
from tests.chat.provider_rules import anthropic_faults, gemini_faults, openai_faults
from tests.chat.random_turns import ACTIONS, Action, Life, Says
from tests.chat.tool_servers.notes import Mailbox
from tests.scripted_model import texts

LAST = Says(streamed=False, has_key=False, moves=(), deaths=())


@pytest.fixture
def chat(chat_elsewhere: ChatDriver) -> ChatDriver:
    """Models call tools of a further server, too."""
    return chat_elsewhere


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskchat.chat.agent.ANSWER_PAUSES_S", (0, 0))


def lives(examples: int) -> Callable[[Any], Any]:
    """So many random lives, the same ones every time; with TASKCHAT_EXAMPLES so many new ones."""
    wanted = os.environ.get("TASKCHAT_EXAMPLES")  # noqa: TID251  an option of this test alone
    return settings(
        max_examples=int(wanted or examples),
        derandomize=wanted is None,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.mark.parametrize("database_kind", ["sqlite"])
@lives(200)
@given(actions=ACTIONS)
async def test_any_life_leaves_a_history_that_every_provider_takes(
    chat: ChatDriver, mail: Mailbox, actions: Sequence[Action]
) -> None:
    await _live(chat, mail, actions)


@pytest.mark.parametrize("database_kind", ["postgres"])
@lives(60)
@given(actions=ACTIONS)
async def test_any_life_leaves_one_on_postgres_too(
    chat: ChatDriver, mail: Mailbox, actions: Sequence[Action]
) -> None:
    await _live(chat, mail, actions)


async def _live(chat: ChatDriver, mail: Mailbox, actions: Sequence[Action]) -> None:
    life = await Life.begin(chat)
    sent = len(mail.sent)
    note(ascii(actions))  # what hypothesis prints by itself is cut at what cannot be encoded

    for action in actions:
        await life.play(action)
    await life.play(LAST)

    for asked in life.asked:
        assert openai_faults(asked) == []
        assert anthropic_faults(asked) == []
        assert gemini_faults(asked) == []
    await _check_tables(life)
    await _check_calls_elsewhere(life, len(mail.sent) - sent)


async def _check_tables(life: Life) -> None:
    turns = await life.chat.rows("SELECT * FROM turns WHERE user_id = $1", life.user)
    messages = await life.chat.rows(
        "SELECT * FROM messages WHERE user_id = $1 ORDER BY conversation_id, seq", life.user
    )
    # What a model writes is never a fault of ours.
    assert "INTERNAL_ERROR" not in {turn["error_code"] for turn in turns}
    assert "running" not in {turn["status"] for turn in turns}
    _check_places(turns, messages)
    _check_pairs(life, messages)
    await _check_effects(life)
    await _check_streams(life, turns)
    await _check_usage(life, turns)


def _check_places(
    turns: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]]
) -> None:
    """`seq` has no gaps, and a turn has one reply at most, directly after its question."""
    ends = Counter(message["conversation_id"] for message in messages)
    assert [message["seq"] for message in messages] == [
        seq for conversation in ends for seq in range(1, ends[conversation] + 1)
    ]
    places = {turn["id"]: turn["user_seq"] for turn in turns}
    for message in messages:
        is_reply = message["role"] == "assistant"
        assert message["seq"] == places[message["turn_id"]] + is_reply
    replied = {message["turn_id"] for message in messages if message["role"] == "assistant"}
    assert {turn["id"] for turn in turns if turn["status"] == "completed"} <= replied


def _check_pairs(life: Life, messages: Sequence[Mapping[str, Any]]) -> None:
    """The model reads each earlier reply after its own question only."""
    questions: dict[str, set[str]] = {}
    for message in messages:
        if message["role"] == "user":
            questions.setdefault(message["content"].strip(), set())
    turn_of = {m["turn_id"]: m["content"].strip() for m in messages if m["role"] == "user"}
    for message in messages:
        if message["role"] == "assistant":
            questions[turn_of[message["turn_id"]]].add(message["content"])
    for asked in life.asked:
        # What comes after the last question is this turn's own.
        for (role, question), (next_role, answer) in pairwise(_before_the_last_question(asked)):
            if (role, next_role) == ("user", "assistant") and answer != STAND_IN:
                assert answer in questions[question]


def _before_the_last_question(asked: Sequence[ModelMessage]) -> Sequence[tuple[str, str]]:
    said = texts(asked)
    if ("user", CORRECTION) in said:
        said = said[: said.index(("user", CORRECTION))]
    while said and said[-1][0] == "assistant":
        said.pop()
    return said


async def _check_effects(life: Life) -> None:
    """Every task was made by exactly one step."""
    steps = await life.chat.rows(
        "SELECT body FROM steps WHERE user_id = $1 AND kind = 'effect'", life.user
    )
    results = [as_json(step["body"]) for step in steps]
    made = [
        each["result"]["task_id"] for each in results if each["ok"] and each["name"] == "add_task"
    ]
    tasks = await life.chat.rows("SELECT id FROM tasks WHERE user_id = $1", life.user)
    assert sorted(made) == sorted(task["id"] for task in tasks)


async def _check_calls_elsewhere(life: Life, sent: int) -> None:
    """What the steps say was sent was sent, and nothing twice; no call is left without an end."""
    rows = await life.chat.rows("SELECT kind, body FROM steps WHERE user_id = $1", life.user)
    steps = [(row["kind"], as_json(row["body"])) for row in rows]
    assert "begun" not in [kind for kind, _ in steps]
    done = [kind for kind, body in steps if body.get("name") == "mail_send" and body.get("ok")]
    doubtful = [kind for kind, body in steps if kind == "in_doubt" and body["name"] == "mail_send"]
    assert len(done) <= sent <= len(done) + len(doubtful)


async def _check_streams(life: Life, turns: Sequence[Mapping[str, Any]]) -> None:
    """What a stream shows in the end is the reply, and its events have no gap."""
    for turn in turns:
        story = await life.chat.journal.story(life.user, turn["id"], 0)
        assert story is not None
        record, events = story
        if record.streamed and not record.reply_deleted:
            assert [event.id for event in events] == list(range(1, len(events) + 1))
            shown = "" if record.reply is None else record.reply.content
            assert text_of(events) == shown
            # Each call is told of once, and what it came to, too.
            told = [(each.name, each.data["id"]) for each in events if "tool." in each.name]
            assert len(set(told)) == len(told)
            assert unreturned(events) == []


async def _check_usage(life: Life, turns: Sequence[Mapping[str, Any]]) -> None:
    """Every answer that a turn was made of counts for it, and none counts twice."""
    stored = Counter(
        row["turn_id"]
        for row in await life.chat.rows(
            "SELECT turn_id FROM steps WHERE user_id = $1 AND kind = 'response'", life.user
        )
    )
    for turn in turns:
        assert turn["requests"] >= stored[turn["id"]] + (turn["status"] == "completed")
        assert turn["input_tokens"] >= turn["requests"]
    assert sum(turn["requests"] for turn in turns) <= len(life.asked)
