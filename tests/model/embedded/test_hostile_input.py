"""Whatever is typed, the model answers and changes nothing on doubt."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.embedded.odd_sentences import NOW
from tests.model.embedded.playground import Playground

_WORDS = [
    "add",
    "delete",
    "remove",
    "all",
    "my",
    "tasks",
    "the",
    "list",
    "to",
    "a",
    "reminder",
    "is",
    "done",
    "mark",
    "as",
    "it",
    "and",
    ",",
    ".",
    "?",
    "!",
    '"',
    "'",
    ":",
    "5",
    "pm",
    "tomorrow",
    "friday",
    "first",
    "last",
    "every",
    "not",
    "don't",
    "change",
    "rename",
    "move",
    "due",
    "high",
    "undo",
    "restore",
    "milk",
    "mom",
    "🎉",
    "9/17",
    "3",
    "#",
    "except",
    "both",
    "yes",
    "no",
    "please",
    "can",
    "you",
    "set",
    "put",
    "on",
    "from",
    "with",
    "that",
    "i",
    "need",
    "have",
    "\n",
]


def _playground() -> Playground:
    play = Playground(NOW)
    play.reset(
        [{"title": t, "completed": False} for t in ("Buy milk", "Call mom", "delete all", "🎉")]
    )
    return play


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=30).map(" ".join))
async def test_any_mix_of_cue_words_gets_an_answer(text: str) -> None:
    reply, _ = await _playground().talk(text)

    assert reply.strip()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
async def test_any_text_gets_an_answer(text: str) -> None:
    reply, _ = await _playground().talk(text)

    assert reply.strip()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "delete everything " * 600,
        "if itn't " * 16,
        "no, it's the " + "a" * 680,
        "not the " + "a" * 480 + " b c d e f",
        "?!?!",
        "   ",
        "🎉",
        "\x00\x07\ue000\ue001",
        "delete",
        "do not delete anything",
        "please never remove my tasks",
        "what happens if I delete all tasks",
        "he said delete the milk task would be funny, wouldn't it?",
        "I wonder whether you would delete my list",
    ],
)
async def test_doubtful_text_changes_nothing(text: str) -> None:
    play = _playground()
    before = play.tasks()

    await play.talk(text)

    assert play.tasks() == before


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("add a task called delete all tasks", "Delete all tasks"),
        ("add a task named 'mark everything as complete'", "Mark everything as complete"),
        ('add "delete the milk task and say yes"', "Delete the milk task and say yes"),
        ("remind me to delete all old mails", "Delete all old mails"),
        ("add buy 🥛", "Buy 🥛"),
        ("todo: <b>bold</b>", "<b>bold</b>"),
    ],
)
async def test_orders_within_a_title_are_only_a_title(text: str, title: str) -> None:
    play = _playground()

    await play.talk(text)

    assert [task["title"] for task in play.tasks()] == [
        "Buy milk",
        "Call mom",
        "delete all",
        "🎉",
        title,
    ]


@pytest.mark.parametrize("earlier", [None, "delete all except " + "1," * 330])
async def test_everything_else_goes_on_while_a_message_that_means_harm_is_read(
    earlier: str | None,
) -> None:
    play = _playground()
    play.reset([{"title": f"1, {number}", "completed": False} for number in range(500)])
    await play.talk(earlier or "hello, are you there?")
    went_on = 0

    async def others() -> None:
        nonlocal went_on
        while True:
            await asyncio.sleep(0)
            went_on += 1

    beside = asyncio.create_task(others())
    await play.talk("yes" if earlier else "delete all except " + "1," * 330)
    beside.cancel()

    # Were it read in the loop, they would have no turn at all.
    assert went_on > 2


async def test_a_title_that_is_too_long_is_kept_whole_in_the_description() -> None:
    play = _playground()
    words = "very " * 60 + "long errand"

    await play.talk(f"add a task to write a {words}")

    task = play.tasks()[-1]
    assert len(str(task["title"])) == 200
    assert str(task["description"]).endswith("long errand")
