"""Says in plain words what a turn has done, from its steps alone.

Used where the model has no words of its own: an empty answer after its tools ran, or a turn that
ended early.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def describe(results: Sequence[Mapping[str, Any]]) -> str:
    """The effects of successful calls, a sentence each; empty where there are none."""
    return " ".join(
        f"{_VERBS[result['result']['status']]} “{result['result']['title']}”."
        for result in results
        if result["ok"] and _is_effect(result["result"])
    )


def answer_from(results: Sequence[Mapping[str, Any]]) -> str:
    """A reply made of what the tools gave back; never empty."""
    if effects := describe(results):
        return effects
    for result in reversed(results):
        if result["ok"] and isinstance(result["result"], list):
            return _listed(cast("Sequence[Mapping[str, Any]]", result["result"]))
        if not result["ok"]:
            return str(result["result"])
    return NOTHING_SAID


def _is_effect(result: object) -> bool:
    return isinstance(result, dict) and "status" in result and result["status"] in _VERBS


def _listed(tasks: Sequence[Mapping[str, Any]]) -> str:
    if not tasks:
        return "There are no such tasks on your list."
    lines = [
        f"{number}. {task['title']}{' (done)' if task['completed'] else ''}"
        for number, task in enumerate(tasks, 1)
    ]
    return "\n".join(("Your tasks:", *lines))
