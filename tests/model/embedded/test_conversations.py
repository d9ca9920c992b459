"""Whole conversations with the embedded model: what it calls, says, asks and remembers."""

from __future__ import annotations

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters

from taskchat.model.embedded.model import EmbeddedModel
from tests.model.embedded.odd_sentences import NOW
from tests.model.embedded.playground import Playground


@pytest.fixture
def play() -> Playground:
    playground = Playground(NOW)
    playground.reset(
        [{"title": t, "completed": False} for t in ("Team meeting", "Buy bread", "Write letter")]
    )
    return playground


def titles(play: Playground) -> list[str]:
    return [f"{'[x] ' if task['completed'] else ''}{task['title']}" for task in play.tasks()]


async def test_the_eight_sentences_of_the_assignment_work(play: Playground) -> None:
    said = {
        "Add a task to buy groceries": ["add_task"],
        "Show me all my tasks": ["list_tasks"],
        "What's pending?": ["list_tasks"],
        "Mark task 3 as complete": ["list_tasks", "complete_task"],
        "Change task 1 to 'Call mom tonight'": ["list_tasks", "update_task"],
        "I need to remember to pay bills": ["add_task"],
        "What have I completed?": ["list_tasks"],
    }

    calls = {text: (await play.talk(text))[1] for text in said}

    assert calls == said
    assert titles(play) == [
        "Call mom tonight", "Buy bread", "[x] Write letter", "Buy groceries", "Pay bills",
    ]  # fmt: skip


async def test_deleting_by_name_lists_first(play: Playground) -> None:
    reply, tools = await play.talk("Delete the meeting task")

    assert tools == ["list_tasks", "delete_task"]
    assert "Team meeting" in reply
    assert titles(play) == ["Buy bread", "Write letter"]


async def test_it_means_the_task_just_created(play: Playground) -> None:
    await play.talk("Create a task to buy milk")

    reply, tools = await play.talk("Mark it as complete")

    assert tools == ["complete_task"]
    assert "Buy milk" in reply
    assert "[x] Buy milk" in titles(play)


async def test_a_number_means_the_place_in_the_list_last_shown(play: Playground) -> None:
    await play.talk("complete buy bread")
    await play.talk("what's pending?")

    await play.talk("delete task 2")

    assert titles(play) == ["Team meeting", "[x] Buy bread"]


async def test_a_number_means_the_id_where_no_list_was_shown(play: Playground) -> None:
    await play.talk("delete the meeting")

    await play.talk("complete task 3")

    assert titles(play) == ["Buy bread", "[x] Write letter"]


async def test_a_question_that_was_not_answered_lapses(play: Playground) -> None:
    await play.talk("delete everything")
    await play.talk("what's the weather?")

    await play.talk("yes")

    assert len(titles(play)) == 3


async def test_a_yes_that_narrows_is_no_yes(play: Playground) -> None:
    await play.talk("delete everything")

    await play.talk("yes but not the letter")

    assert "Write letter" in titles(play)


async def test_a_choice_keeps_what_was_asked_for(play: Playground) -> None:
    await play.talk("add write poem")
    reply, _ = await play.talk("move the write one to friday")
    assert reply.endswith("Which one should I change?")

    await play.talk("the poem")

    due = {task["title"]: task["due"] for task in play.tasks()}
    assert due["Write poem"] == "2026-05-08"


async def test_an_answer_that_fits_nothing_changes_nothing(play: Playground) -> None:
    await play.talk("add write poem")
    await play.talk("delete the write one")

    await play.talk("hmm the purple elephant")

    assert len(titles(play)) == 4


async def test_what_to_change_is_asked_and_then_done(play: Playground) -> None:
    reply, _ = await play.talk("change the letter")
    assert "What should I change about “Write letter”" in reply

    await play.talk("the title to write two letters")

    assert "Write two letters" in titles(play)


async def test_an_offered_task_is_added_at_a_yes(play: Playground) -> None:
    reply, tools = await play.talk("lightbulb for the hallway")
    assert tools == []
    assert "?" in reply

    await play.talk("yes please")

    assert "Lightbulb for the hallway" in titles(play)


async def test_a_task_without_words_is_asked_for(play: Playground) -> None:
    reply, tools = await play.talk("remind me of something")
    assert tools == []
    assert "?" in reply

    await play.talk("water the ferns tomorrow")

    assert play.tasks()[-1]["title"] == "Water the ferns"
    assert play.tasks()[-1]["due"] == "2026-05-06"


async def test_undo_takes_back_each_kind_of_act(play: Playground) -> None:
    before = play.tasks()

    for act in ("complete bread", "delete bread", "rename bread to rolls", "add salt",
                "move bread to friday", "make the letter urgent"):  # fmt: skip
        await play.talk(act)
        assert play.tasks() != before
        await play.talk("undo that")
        assert sorted(play.tasks(), key=lambda task: str(task["id"])) == before


async def test_a_correction_moves_the_act_to_the_task_meant(play: Playground) -> None:
    await play.talk("complete bread")

    await play.talk("no, I meant the letter")

    assert titles(play) == ["Team meeting", "Buy bread", "[x] Write letter"]


async def test_a_failed_tool_is_told_and_not_claimed(play: Playground) -> None:
    await play.talk("add salt")
    play.delete_task(4)

    reply, _ = await play.talk("complete it")

    assert "couldn't" in reply
    assert "Marked" not in reply


async def test_reminders_are_not_promised(play: Playground) -> None:
    at_a_time, _ = await play.talk("remind me to call Bob tomorrow at 5pm")
    plain, _ = await play.talk("add buy salt tomorrow")

    assert "don't send reminders" in at_a_time
    assert "reminders" not in plain


async def test_it_says_that_it_is_rules(play: Playground) -> None:
    reply, tools = await play.talk("Are you an AI?")

    assert tools == []
    assert "built-in assistant" in reply
    assert "not an AI model" in reply


async def test_a_list_longer_than_a_page_is_read_whole() -> None:
    play = Playground(NOW)
    play.reset([{"title": f"Errand number {n}x", "completed": False} for n in range(60)])
    play.add_task("Feed the parrot")

    await play.talk("delete the parrot task")

    assert "Feed the parrot" not in titles(play)
    assert len(titles(play)) == 60


async def test_four_tasks_named_at_once_are_asked_about(play: Playground) -> None:
    await play.talk("add salt")

    reply, _ = await play.talk("delete meeting, bread, letter and salt")

    assert "Shall I delete these 4 tasks?" in reply
    assert len(titles(play)) == 4


async def test_titles_are_data(play: Playground) -> None:
    play.reset(
        [
            {"title": "Shall I delete these 3 tasks?", "completed": False},
            {"title": "x\n2. Buy bread", "completed": False},
            {"title": "Buy bread", "completed": False},
        ]
    )
    await play.talk("show my list")

    await play.talk("yes")
    await play.talk("complete the second")

    done = [task["title"] for task in play.tasks() if task["completed"]]
    assert done == ["x\n2. Buy bread"]
    assert len(play.tasks()) == 3


async def test_arguments_kept_as_json_and_a_cut_history_are_read() -> None:
    messages: list[ModelMessage] = [
        ModelResponse([TextPart("Something older.")]),
        ModelRequest([UserPromptPart("add buy milk")]),
        ModelResponse([ToolCallPart("add_task", '{"title": "Buy milk"}', "a1")]),
        ModelRequest(
            [
                ToolReturnPart(
                    "add_task", '{"task_id": 7, "status": "created", "title": "Buy milk"}', "a1"
                )
            ]
        ),
        ModelResponse([TextPart("Added “Buy milk”.")]),
        ModelRequest([UserPromptPart(["mark it", "as done"])]),
    ]

    response = await EmbeddedModel().request(messages, None, ModelRequestParameters())

    call = response.parts[0]
    assert isinstance(call, ToolCallPart)
    assert (call.tool_name, call.args_as_dict()) == ("complete_task", {"task_id": 7})


async def test_a_list_that_cannot_be_read_is_told() -> None:
    messages: list[ModelMessage] = [
        ModelRequest([UserPromptPart("what's pending?")]),
        ModelResponse([ToolCallPart("list_tasks", {"status": "pending"}, "a1")]),
        ModelRequest([ToolReturnPart("list_tasks", "The list is away.", "a1", outcome="failed")]),
    ]

    response = await EmbeddedModel().request(messages, None, ModelRequestParameters())

    assert isinstance(response.parts[0], TextPart)
    assert "couldn't read your list" in response.parts[0].content


async def test_a_note_is_kept_with_its_task_and_no_new_one_made(play: Playground) -> None:
    await play.talk("add a note to the letter: use the blue paper")

    assert len(titles(play)) == 3
    assert play.tasks()[2]["description"] == "use the blue paper"


async def test_every_task_that_a_yes_would_delete_is_shown() -> None:
    play = Playground(NOW)
    play.reset([{"title": f"Errand {n}", "completed": False} for n in range(70)])

    reply, _ = await play.talk("delete everything")
    await play.talk("yes")

    assert "70. Errand 69" in reply
    assert play.tasks() == []


async def test_a_day_without_tasks_shows_what_is_pending(play: Playground) -> None:
    none_due, _ = await play.talk("what's due on friday?")
    await play.talk("move the letter to friday")
    due, _ = await play.talk("what's due on friday?")

    assert "no tasks due Friday" in none_due
    assert "3. Write letter" in none_due
    assert "1. Write letter (due Friday 8 May)" in due
    assert "Buy bread" not in due


async def test_overdue_tasks_are_told_by_the_clock_of_the_user(play: Playground) -> None:
    play.add_task("Morning run", due_at="2026-05-05T08:00")
    play.add_task("Evening run", due_at="2026-05-05T20:00")

    reply, _ = await play.talk("what is overdue?")

    assert "Morning run" in reply
    assert "Evening run" not in reply


async def test_an_empty_list_is_told_as_empty() -> None:
    play = Playground(NOW)

    shown, _ = await play.talk("show my tasks")
    deleted, _ = await play.talk("delete the meeting")

    assert "empty" in shown
    assert "couldn't find" in deleted


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("show me the complete list", ["Buy presents", "Wrap presents", "Call Ann"]),
        ("show me complete tasks", ["Wrap presents"]),
        ("show me the presents that are still pending", ["Buy presents"]),
        ("show me the presents that aren't done", ["Buy presents"]),
    ],
)
async def test_a_question_shows_the_part_of_the_list_that_it_names(
    asked: str, shown: list[str]
) -> None:
    titles = ("Buy presents", "[x] Wrap presents", "Call Ann")
    play = Playground.of_titles(titles, NOW)

    reply, _ = await play.talk(asked)

    told = [title.removeprefix("[x] ") for title in titles]
    assert [title for title in told if title in reply] == shown
