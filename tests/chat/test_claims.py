"""Which replies claim something that no tool call has done."""

from __future__ import annotations

from typing import Any

import pytest

from taskchat.chat.claims import is_unbacked
from tests.model.embedded.odd_sentences import LIST, NOW, read_cases
from tests.model.embedded.playground import Playground

NONE: list[dict[str, Any]] = []
_TOOLS = {"created": "add_task", "updated": "update_task", "deleted": "delete_task"}


def effect(status: str, title: str) -> dict[str, Any]:
    name = _TOOLS.get(status, "complete_task")
    return {"name": name, "ok": True, "result": {"task_id": 1, "status": status, "title": title}}


MILK = "Buy milk"

CLAIMS = [
    ("I've added “Buy milk” to your list.", "add milk", NONE),
    ("I\N{RIGHT SINGLE QUOTATION MARK}ve added milk.", "add milk", NONE),
    ("Added Buy milk.", "add milk", NONE),
    ("Done!", "add milk", NONE),
    ("**Done!** I've added **Buy milk**.", "add milk", NONE),
    ("Sure! I just deleted it.", "delete the milk", NONE),
    ("Your task 'Buy milk' has been deleted.", "delete the milk", NONE),
    ("The task was successfully added to your list!", "add milk", NONE),
    ("Got it! I've marked “Buy milk” as complete.", "milk is done", NONE),
    ("Okay, “Buy milk” is now marked as done.", "milk is done", NONE),
    ("I have set the due date of “Pay rent” to Friday.", "rent friday", NONE),
    ("Your list has been updated.", "add milk", NONE),
    ("Done! I added milk and deleted the eggs.", "do both", [effect("created", MILK)]),
    ("Deleted “Buy milk” and “Call mom”.", "delete both", [effect("deleted", MILK)]),
    ("Added “Buy eggs”.", "add eggs", [effect("created", MILK)]),
    ("All 5 tasks have been deleted.", "yes", [effect("deleted", MILK)]),
    ("I deleted the milk.", "delete milk", [{**effect("deleted", MILK), "ok": False}]),
]

TRUE_REPLIES = [
    ("I've added “Buy milk” to your list.", "add milk", [effect("created", MILK)]),
    ("Added milk.", "add milk", [effect("created", MILK)]),
    ("Done!", "add milk", [effect("created", MILK)]),
    ("Done.", "hi", NONE),
    ("I haven't added anything yet. Shall I?", "add milk", NONE),
    ("Nothing was deleted.", "delete it", NONE),
    ("All right, I changed nothing.", "no", NONE),
    ("Sorry, that failed, and I have not deleted it.", "delete it", NONE),
    ("I couldn't find a task about milk, so nothing was changed.", "delete milk", NONE),
    ("You have completed 3 tasks:\n1. Buy milk\n2. Call mom", "what is done", NONE),
    ("Completed tasks:\n1. Buy milk", "what is done", NONE),
    ("Here are your tasks:\n- Wash car", "list", NONE),
    ("Deleted tasks can be brought back.", "help", NONE),
    ("I can add tasks. Once deleted, a task can be restored.", "help", NONE),
    ("I will delete it once you say yes.", "delete all", NONE),
    ("Would you like me to add it?", "milk", NONE),
    ("“Buy milk” is already completed.", "complete milk", NONE),
    ("Task 3 was completed yesterday.", "when?", NONE),
    ("I removed the due date from “Pay rent”.", "no date", [effect("updated", "Pay rent")]),
    ("Renamed “Call mom” to “Ring mom”.", "rename", [effect("updated", "Ring mom")]),
    ("I've deleted 2 tasks.", "yes", [effect("deleted", "a"), effect("deleted", "b")]),
    (
        "I've created the event “Lunch”.",
        "book lunch",
        [{"name": "calendar_create", "ok": True, "result": "event 7"}],
    ),
]


@pytest.mark.parametrize(("reply", "question", "results"), CLAIMS)
def test_a_claim_without_its_effect_is_found(
    reply: str, question: str, results: list[dict[str, Any]]
) -> None:
    assert is_unbacked(reply, question, results)


@pytest.mark.parametrize(("reply", "question", "results"), TRUE_REPLIES)
def test_a_true_reply_is_not_doubted(
    reply: str, question: str, results: list[dict[str, Any]]
) -> None:
    assert not is_unbacked(reply, question, results)


def test_a_question_about_the_past_is_answered_from_earlier_effects() -> None:
    reply, earlier = "Yes, I added “Buy milk” to your list.", [effect("created", MILK)]

    assert not is_unbacked(reply, "did you add milk?", NONE, earlier)
    assert is_unbacked(reply, "add milk", NONE, earlier)


async def test_what_the_built_in_assistant_says_of_its_acts_is_never_doubted() -> None:
    doubted: list[str] = []
    missed: list[str] = []
    for case in read_cases():
        play = Playground.of_titles(LIST, NOW)
        earlier: list[dict[str, Any]] = []
        for said in case.turns:
            reply, _ = await play.talk(said)
            results = [
                {"name": r.tool_name, "ok": r.outcome == "success", "result": r.content}
                for r in play.returns
            ]
            if is_unbacked(reply, said, results, earlier):
                doubted.append(reply)
            # The same reply with nothing done is what must be found.
            has_effect = any(isinstance(r["result"], dict) for r in results if r["ok"])
            if has_effect and not is_unbacked(reply, said, NONE):
                missed.append(reply)
            earlier += results

    assert doubted == []
    assert missed == []
