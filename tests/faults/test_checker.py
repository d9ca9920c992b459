"""Each rule of the checker, shown a run that breaks it, and one that keeps them all."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker import (
    CHECKS,
    calls_elsewhere_are_made_at_most_once,
    violations,
)
from tests.faults.history import Asked, Run, Sent, Tables
from tests.faults.moods import plan

Change = Callable[[Run, Tables], object]


def _tables() -> Tables:
    call: dict[str, Any] = {"part_kind": "tool-call", "tool_call_id": "call_1_1"}
    result = {"name": "add_task", "ok": True, "result": {"task_id": 1}}
    return Tables(
        turns=[
            {
                "id": 1,
                "uid": "t1",
                "status": "completed",
                "error_code": None,
                "conversation_id": 1,
                "user_seq": 1,
                "created_at": "10:00",
                "finished_at": "10:01",
                "streamed": True,
                "attempt": 2,
                "takeovers": 1,
            }
        ],
        messages=[
            {
                "id": 1,
                "uid": "m1",
                "turn_id": 1,
                "conversation_id": 1,
                "seq": 1,
                "role": "user",
                "content": "add milk",
                "deleted_at": None,
                "tool_calls": None,
                "tool_results": None,
            },
            {
                "id": 2,
                "uid": "m2",
                "turn_id": 1,
                "conversation_id": 1,
                "seq": 2,
                "role": "assistant",
                "content": "Added.",
                "deleted_at": None,
                "tool_calls": [{"id": "call_1_1"}],
                "tool_results": {"call_1_1": result},
            },
        ],
        conversations=[
            {"id": 1, "uid": "c1", "last_seq": 2, "message_count": 2, "deleted_at": None},
            {"id": 2, "uid": "c2", "last_seq": 0, "message_count": 0, "deleted_at": "now"},
        ],
        steps=[
            {
                "turn_id": 1,
                "idx": 0,
                "user_id": 1,
                "epoch": 1,
                "kind": "response",
                "body": {"parts": [call]},
            },
            {
                "turn_id": 1,
                "idx": 1,
                "user_id": 1,
                "epoch": 1,
                "kind": "effect",
                "body": {"id": "call_1_1", **result},
            },
        ],
        tasks=[{"user_id": 1, "id": 1, "title": "milk", "completed": False, "deleted_at": None}],
        turn_events=[
            {"turn_id": 1, "id": 2, "name": "turn.failed", "body": {}},
            {"turn_id": 1, "id": 3, "name": "turn.resumed", "body": {"text": ""}},
            {"turn_id": 1, "id": 4, "name": "message.delta", "body": {"text": "Added."}},
        ],
    )


def _run() -> Run:
    sent = Sent(
        person="ann",
        key="k",
        text="add milk",
        surface="a",
        streamed=True,
        conversation="c1",
        turn="t1",
        outcome="completed",
        bodies=["x", "x"],
        reply="Added.",
        told="Added.",
        events=[(1, "turn.started"), (2, "turn.failed"), (3, "turn.resumed")],
    )
    asked = [Asked("t1", epoch=1, idx=0), Asked("t1", epoch=1, idx=2), Asked("t1", epoch=2, idx=2)]
    return Run(
        sent=[sent],
        read=[("c1", 0, ["m1", "m2"])],
        asked=asked,
        deleted=["c2"],
        erased=["bob"],
        people=[("taskchat", "ann")],
    )


def test_a_run_that_keeps_everything_is_right() -> None:
    assert violations(_run(), _tables()) == []


@pytest.mark.parametrize("kind", ["effect", "in_doubt"])
def test_a_call_elsewhere_that_was_made_once_is_right(kind: str) -> None:
    run, tables = _run(), _tables()
    _mails(run, tables, "a", kind=kind)

    assert [*calls_elsewhere_are_made_at_most_once(run, tables)] == []


def _mails(run: Run, tables: Tables, *sent: str, kind: str = "effect") -> None:
    """The turn calls for one mail, which is sent so often."""
    called = {"tool_name": "mail_send", "args": '{"text": "a"}', "tool_call_id": "call_1_2"}
    tables.steps[0]["body"]["parts"].append({"part_kind": "tool-call", **called})
    body = {"id": "call_1_2", "name": "mail_send", "ok": True, "result": "sent"}
    _twice(tables.steps, idx=2, kind=kind, body=body)
    run.mailed += sent


def _twice(rows: list[dict[str, Any]], **fields: object) -> None:
    rows.append({**copy.deepcopy(rows[0]), **fields})


BROKEN: dict[str, list[Change]] = {
    "accepted_is_stored_once": [
        lambda run, tables: _twice(tables.messages, seq=3),
        lambda run, tables: tables.messages.clear(),
        lambda run, tables: tables.messages[0].update(content="something else"),
    ],
    "answered_is_what_is_stored": [
        lambda run, tables: tables.turns.clear(),
        lambda run, tables: tables.turns[0].update(status="failed"),
        lambda run, tables: tables.messages[1].update(content="Other words."),
    ],
    "equal_keys_have_equal_bodies": [lambda run, tables: run.sent[0].bodies.append("y")],
    "every_turn_has_ended_once": [
        lambda run, tables: tables.turns[0].update(status="running"),
        lambda run, tables: tables.messages.pop(),
        lambda run, tables: tables.turns[0].update(attempt=3),
    ],
    "effects_are_those_of_the_steps": [
        lambda run, tables: tables.tasks.clear(),
        lambda run, tables: _twice(tables.tasks, id=2),
        lambda run, tables: tables.tasks[0].update(deleted_at="now"),
        lambda run, tables: tables.tasks[0].update(completed=True),
        lambda run, tables: tables.steps.pop(),
    ],
    "no_stored_answer_is_asked_for_again": [
        lambda run, tables: run.asked.append(Asked("t1", epoch=2, idx=0)),
        lambda run, tables: run.asked.append(Asked("t1", epoch=1, idx=0)),
    ],
    "replies_tell_what_was_done": [
        lambda run, tables: tables.messages.pop(),
        lambda run, tables: tables.messages[1].update(tool_results=None),
        lambda run, tables: tables.steps[1]["body"].update(ok=False),
    ],
    "each_call_has_one_result": [
        lambda run, tables: tables.steps.pop(),
        lambda run, tables: tables.steps[0].update(idx=2),
        lambda run, tables: tables.messages[1].update(tool_results={}),
    ],
    "calls_elsewhere_are_made_at_most_once": [
        lambda run, tables: _mails(run, tables, "a", "a"),
        lambda run, tables: _mails(run, tables),
        lambda run, tables: _mails(run, tables, "a", kind="begun"),
        lambda run, tables: run.mailed.append("a"),
    ],
    "the_model_is_given_what_it_takes": [
        lambda run, tables: run.model_refused.append("a call has no result")
    ],
    "order_is_whole": [
        lambda run, tables: tables.messages[1].update(seq=3),
        lambda run, tables: tables.conversations[0].update(last_seq=3),
        lambda run, tables: tables.conversations[0].update(message_count=3),
        lambda run, tables: tables.messages[1].update(turn_id=2),
    ],
    "turns_follow_each_other": [
        lambda run, tables: _twice(tables.turns, id=2, user_seq=3, created_at="10:00:59")
    ],
    "every_reader_sees_one_order": [lambda run, tables: run.read.append(("c1", 1, ["m2", "m1"]))],
    "streams_lose_and_double_nothing": [
        lambda run, tables: setattr(run.sent[0], "told", "Added. Added."),
        lambda run, tables: run.sent[0].events.append((5, "turn.completed")),
        lambda run, tables: tables.turn_events.pop(1),
    ],
    "stored_events_add_up": [
        lambda run, tables: tables.turn_events.pop(),
        lambda run, tables: tables.turn_events[1]["body"].update(text="Add"),
        lambda run, tables: tables.turn_events[0].update(body={"message": {"content": "No."}}),
        lambda run, tables: tables.messages.pop(),
    ],
    "what_was_deleted_is_gone": [
        lambda run, tables: run.deleted.append("c1"),
        lambda run, tables: tables.conversations[0].update(deleted_at="now"),
    ],
    "the_erased_are_gone": [
        lambda run, tables: run.erased.append("ann"),
        lambda run, tables: run.people.append(("taskchat-erased", "x")),
    ],
    "nothing_is_stuck": [
        lambda run, tables: setattr(run, "stuck", 1),
        lambda run, tables: setattr(run.sent[0], "outcome", "unanswered"),
    ],
    "nobody_loses_a_turn_without_a_fault": [
        lambda run, tables: setattr(run, "owners_were_hurt", False)
    ],
    "nothing_of_ours_crashed": [
        lambda run, tables: run.crashed.append("turn.crashed"),
        lambda run, tables: tables.turns[0].update(error_code="INTERNAL_ERROR"),
    ],
    "servers_answered_as_they_may": [lambda run, tables: run.sent[0].faults.append("418")],
}


@pytest.mark.parametrize("rule", [check.__name__ for check in CHECKS])
def test_each_rule_sees_what_breaks_it(rule: str) -> None:
    for change in BROKEN[rule]:
        run, tables = _run(), _tables()
        change(run, tables)

        assert any(found.startswith(f"{rule}: ") for found in violations(run, tables)), change


@pytest.mark.parametrize(
    ("said", "tools"),
    [
        ("add milk", ["add_task"]),
        ("both milk", ["add_task", "add_task"]),
        ("complete 3 #x", ["complete_task"]),
        ("delete 3 #x", ["list_tasks", "delete_task"]),
        ("mail x", ["mail_send"]),
        ("post x", ["mail_send", "add_task"]),
        ("say x", []),
    ],
)
def test_the_model_does_what_it_is_told(said: str, tools: list[str]) -> None:
    assert [name for name, _ in plan(said)] == tools
