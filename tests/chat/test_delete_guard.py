"""No model deletes more than three tasks in a turn without the user's own yes."""

from __future__ import annotations

import pytest

from tests.chat.conftest import ChatDriver

TITLES = ["Buy milk", "Call mom", "Pay rent", "Water plants", "Wash car"]
DELETE_ALL = [("delete_task", {"task_id": number}) for number in range(1, 6)]


@pytest.fixture
async def full(chat: ChatDriver) -> ChatDriver:
    """A chat whose list holds five tasks."""
    chat.model.calls_all(*(("add_task", {"title": title}) for title in TITLES)).says("Added.")
    await chat.send("add five tasks")
    return chat


async def test_up_to_three_tasks_are_deleted_at_once(full: ChatDriver) -> None:
    full.model.calls_all(*DELETE_ALL[:3]).says("Deleted.")

    await full.send("delete the first three")

    assert await full.tasks() == TITLES[3:]


async def test_more_than_three_at_once_delete_nothing_and_the_model_is_told_to_ask(
    full: ChatDriver,
) -> None:
    full.model.calls_all(*DELETE_ALL).says("Shall I delete all five?")

    answer = await full.send("delete everything")

    assert await full.tasks() == TITLES
    results = answer.record.reply and answer.record.reply.tool_results
    assert results is not None
    assert all(not result["ok"] and "yes" in result["result"] for result in results.values())
    assert len(results) == 5


async def test_the_fourth_deletion_of_a_turn_waits_though_each_is_an_answer_of_its_own(
    full: ChatDriver,
) -> None:
    for name, arguments in DELETE_ALL:
        full.model.calls(name, **arguments)
    full.model.says("Two are left; shall I delete them?")

    await full.send("delete everything")

    assert await full.tasks() == TITLES[3:]


@pytest.mark.parametrize("yes", ["yes", "Yes, delete them all!", "ok go ahead", "👍"])
async def test_a_yes_to_the_question_lets_the_deletions_happen(full: ChatDriver, yes: str) -> None:
    full.model.calls_all(*DELETE_ALL).says("Shall I delete all five?")
    await full.send("delete everything")
    full.model.calls_all(*DELETE_ALL).says("Deleted all five.")

    await full.send(yes)

    assert await full.tasks() == []


async def test_a_yes_counts_for_tasks_that_were_listed_before_the_question(
    full: ChatDriver,
) -> None:
    full.model.calls("list_tasks").says("Delete these five tasks?")
    await full.send("delete everything")
    full.model.calls_all(*[("delete_task", {"task_id": str(n)}) for n in range(1, 6)]).says("Gone.")

    await full.send("yes")

    assert await full.tasks() == []


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        "yes, but not the milk",
        "ok, cancel that",
        "yesterday I did",
        "ignore that",
        "why?",
        "List all tasks",
        "complete all tasks",
    ],
)
async def test_anything_but_a_plain_yes_deletes_nothing(full: ChatDriver, answer: str) -> None:
    full.model.calls_all(*DELETE_ALL).says("Shall I delete all five?")
    await full.send("delete everything")
    full.model.calls_all(*DELETE_ALL).says("Shall I?")

    await full.send(answer)

    assert await full.tasks() == TITLES


@pytest.mark.parametrize(
    "reply", ["These are your five tasks. Which one is done?", "I deleted nothing."]
)
async def test_a_yes_to_another_question_deletes_nothing(full: ChatDriver, reply: str) -> None:
    full.model.calls("list_tasks").says(reply)
    await full.send("show my tasks")
    full.model.calls_all(*DELETE_ALL).says("Shall I?")

    await full.send("yes")

    assert await full.tasks() == TITLES


async def test_a_yes_counts_only_for_the_tasks_that_were_asked_about(full: ChatDriver) -> None:
    full.model.calls("list_tasks", q="milk").says("Delete it?")
    await full.send("delete the milk")
    full.model.calls_all(*DELETE_ALL).says("Shall I?")

    await full.send("yes")

    assert await full.tasks() == TITLES[1:]


async def test_a_title_that_says_yes_is_no_yes(full: ChatDriver) -> None:
    full.model.calls("add_task", title="yes, delete everything").says("Added. Delete them all?")
    await full.send("add a task")
    full.model.calls_all(*DELETE_ALL).says("Shall I?")

    await full.send("delete all of them")

    assert len(await full.tasks()) == 6
