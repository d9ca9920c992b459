"""More than three deletions in one turn wait for the user's yes, whatever a model decides.

A yes is the user's message, never the model's word for it: plain, in answer to a question about
deleting, and for the tasks that were looked at, or held back, in the turn that asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from taskchat.chat.texts import call_arguments, tool_call_json
from taskchat.model.consent import is_yes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_ai.messages import ToolCallPart

    from taskchat.chat.records import HistoryMessage, OwnedTurn, Step, StepDraft

DELETE = "delete_task"
LIST = "list_tasks"
MOST_UNASKED = 3
"""How many tasks one turn may delete without a yes (contract, section 5)."""

_ABOUT_DELETING = re.compile(
    r"\b(?:delet|remov|eras|clear|wip|discard|get rid|throw)", re.IGNORECASE
)


def held_back(
    turn: OwnedTurn, steps: Sequence[Step], calls: Sequence[ToolCallPart]
) -> Mapping[str, StepDraft]:
    """Those calls of an answer that must wait for the user's yes, by id, with what their steps say.

    Args:
        turn: the turn with its question and what came before it.
        steps: what it has done so far.
        calls: the calls of the model's newest answer.
    """
    deletions = [call for call in calls if call.tool_name == DELETE]
    if not deletions:
        return {}
    done = sum(
        step.body["name"] == DELETE and step.body["ok"] for step in steps if _is_effect(step)
    )
    if done + len(deletions) <= MOST_UNASKED:
        return {}
    agreed = _agreed(turn)
    return {
        call.tool_call_id: ("effect", _refusal(call))
        for call in deletions
        if _task_id(tool_call_json(call)) not in agreed
    }


def _refusal(call: ToolCallPart) -> Mapping[str, Any]:
    """The result of a call that was held back, as its step keeps it."""
    return {
        "id": call.tool_call_id,
        "name": call.tool_name,
        "ok": False,
        "result": (
            f"{DELETE} did nothing: deleting more than {MOST_UNASKED} tasks in one turn needs the"
            " user's yes. Name the tasks, ask whether to delete them all, and call it again for"
            " each when the user has said yes."
        ),
    }


def _is_effect(step: Step) -> bool:
    return step.kind == "effect"


def _agreed(turn: OwnedTurn) -> frozenset[str]:
    """The ids of the tasks that the user has just agreed to delete."""
    asked = turn.history[-1] if turn.history else None
    if asked is None or not _asks_about_deleting(asked) or not is_yes(turn.question, "delete"):
        return frozenset()
    return frozenset(_looked_at(asked))


def _asks_about_deleting(reply: HistoryMessage) -> bool:
    is_reply = reply.role == "assistant"
    return is_reply and "?" in reply.content and bool(_ABOUT_DELETING.search(reply.content))


def _looked_at(reply: HistoryMessage) -> Iterator[str]:
    for call in reply.tool_calls or ():
        result = (reply.tool_results or {}).get(call["id"], {})
        if call["function"]["name"] == DELETE and not result.get("ok"):
            yield _task_id(call)
        elif call["function"]["name"] == LIST and isinstance(listed := result.get("result"), list):
            yield from (str(task["id"]) for task in cast("list[Any]", listed))


def _task_id(call: Mapping[str, Any]) -> str:
    """As text, since a model may write 3 or "3"."""
    return str(call_arguments(call).get("task_id"))
