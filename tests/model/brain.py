"""What a good model does with the sentences that the tests say to it, on whatever wire.

It is scripted by the user's last words; what they point at it finds in the results of its calls, as
a model does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from tests.model.scripted_server import Answer, Asked, Json

Step = Callable[[Asked], Answer]


def answer(asked: Asked) -> Answer:
    """The next answer: the calls that are still to be made, or words about what came of them."""
    steps = _STEPS[asked.said]
    done = len(asked.results)
    return steps[done](asked)


def _calls(name: str, **arguments: object) -> Step:
    return lambda _: Answer(calls=[(name, arguments)])


def _says(words: str) -> Step:
    return lambda _: Answer(words)


def _lists(asked: Asked) -> Answer:
    titles = [str(task["title"]) for task in _tasks(asked.results[-1])]
    return Answer(f"These are your tasks: {', '.join(titles)}." if titles else "There are none.")


def _deletes(word: str) -> Step:
    def step(asked: Asked) -> Answer:
        found = [task for task in _tasks(asked.results[-1]) if word in str(task["title"]).lower()]
        return Answer(calls=[("delete_task", {"task_id": found[0]["id"]})])

    return step


def _completes_the_last(asked: Asked) -> Answer:
    last = cast("Mapping[str, object]", asked.earlier[-1])
    return Answer(calls=[("complete_task", {"task_id": last["task_id"]})])


def _tasks(result: object) -> Sequence[Json]:
    # Anthropic is told a list item by item, so that one of one item looks like the item.
    return cast("Sequence[Json]", result if isinstance(result, list) else [result])


_STEPS: Mapping[str, Sequence[Step]] = {
    "Add a task to buy groceries": (
        _calls("add_task", title="Buy groceries"),
        _says("I added Buy groceries to your list."),
    ),
    "Show me all my tasks": (_calls("list_tasks"), _lists),
    "What's pending?": (_calls("list_tasks", status="pending"), _lists),
    "Mark task 3 as complete": (
        _calls("complete_task", task_id=3),
        _says("Well done: Water the plants is complete."),
    ),
    "Delete the meeting task": (
        _calls("list_tasks"),
        _deletes("meeting"),
        _says("I deleted Team meeting."),
    ),
    "Change task 1 to 'Call mom tonight'": (
        _calls("update_task", task_id=1, title="Call mom tonight"),
        _says("It is Call mom tonight now."),
    ),
    "I need to remember to pay bills": (
        _calls("add_task", title="Pay bills"),
        _says("I will remind you: Pay bills is on your list."),
    ),
    "What have I completed?": (_calls("list_tasks", status="completed"), _lists),
    "Create a task to buy milk": (
        _calls("add_task", title="Buy milk"),
        _says("I created Buy milk."),
    ),
    "Mark it as complete": (_completes_the_last, _says("Buy milk is complete.")),
}
