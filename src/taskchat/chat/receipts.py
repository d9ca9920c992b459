"""Says in plain words what a turn has done, from its steps alone.

Used where the model has no words of its own: an empty answer after its tools ran, or a turn that
ended early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_VERBS = {
    "created": "Added",
    "completed": "Completed",
    "reopened": "Reopened",
    "updated": "Changed",
    "deleted": "Deleted",
    "restored": "Restored",
}

NOTHING_SAID = "I have no answer to that. Could you say it in other words?"
STOPPED_EARLY = "Then I had to stop before I was done."
CANCELLED = "I was stopped here."

OUR_TOOLS = frozenset(
    {"add_task", "list_tasks", "complete_task", "update_task", "delete_task", "restore_task"}
)
"""What the tools of other servers give back may look like anything."""


def effects(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What successful calls of our own tools have changed: task_id, status, title."""
    return [
        result["result"]
        for result in results
        if result["ok"] and result["name"] in OUR_TOOLS and "status" in result["result"]
    ]


def describe(results: Sequence[Mapping[str, Any]]) -> str:
    """The effects of successful calls, a sentence each; empty where there are none."""
    told = [f"{_VERBS[effect['status']]} “{effect['title']}”." for effect in effects(results)]
    # What a tool of another server did, only that server knows.
    used = _named(result for result in results if result["ok"] and result["name"] not in OUR_TOOLS)
    return " ".join([*told, f"Used {used}."] if used else told)


def doubts(results: Sequence[Mapping[str, Any]]) -> str:
    """The calls of which nobody knows whether they were carried out; empty where there are none."""
    named = _named(result for result in results if result.get("in_doubt"))
    if not named:
        return ""
    return f"No answer came from {named}, so I do not know whether that was done. Please check."


def answer_from(results: Sequence[Mapping[str, Any]]) -> str:
    """A reply made of what the tools gave back; empty only where all there is to say is a doubt."""
    if told := describe(results):
        return told
    if doubts(results):
        return ""  # which is said at the end of every reply
    for result in reversed(results):
        if result["ok"] and result["name"] == "list_tasks":
            return _listed(cast("Sequence[Mapping[str, Any]]", result["result"]))
        if not result["ok"]:
            return str(result["result"])
    return NOTHING_SAID


def _named(results: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(f"“{result['name']}”" for result in results))


def _listed(tasks: Sequence[Mapping[str, Any]]) -> str:
    if not tasks:
        return "There are no such tasks on your list."
    lines = [
        f"{number}. {task['title']}{' (done)' if task['completed'] else ''}"
        for number, task in enumerate(tasks, 1)
    ]
    return "\n".join(("Your tasks:", *lines))
