"""The tool calls that carry out a request, with the words that tell about each afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.requests import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import Effect, SeenTask
    from taskchat.model.embedded.requests import Add, Verb

MAX_TITLE_CHARS = 200
_MAX_NOTE_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call to be made; `detail` is told after the title when it worked.

    `then` is what is to be done afterwards to the task that the call creates.
    """

    tool: str
    arguments: dict[str, object]
    detail: str = ""
    what: str = ""
    then: Verb | None = None


def call_add(add: Add, now: datetime) -> Call:
    """The call that keeps a new task; a title that is too long goes on in its description."""
    title, note = add.title, add.note
    if len(title) > MAX_TITLE_CHARS:
        title, note = f"{title[: MAX_TITLE_CHARS - 1]}…", note or add.title
    arguments: dict[str, object] = {"title": title}
    if note:
        arguments["description"] = note[:_MAX_NOTE_CHARS]
    if add.priority:
        arguments["priority"] = add.priority
    if add.due:
        arguments["due_at"] = add.due.as_argument()
    what = f"add {replies.quote(title)}"
    return Call("add_task", arguments, replies.tell_added(add, now), what, add.then)


def call_act(verb: Verb, task_id: int, title: str, changes: Changes, now: datetime) -> Call:
    """The call that does an act to a task; `title` is what it is called before."""
    what = f"{'mark' if verb == 'complete' else verb} {replies.quote(title)}"
    arguments: dict[str, object] = {"task_id": task_id}
    if verb == "update":
        changed, detail = _update_arguments(changes, title, now)
        return Call("update_task", arguments | changed, detail, what)
    if verb == "reopen":
        arguments["completed"] = False
    tool = "complete_task" if verb in {"complete", "reopen"} else f"{verb}_task"
    return Call(tool, arguments, what=what)


_BACK: dict[str, Verb] = {
    "created": "delete",
    "completed": "reopen",
    "reopened": "complete",
    "deleted": "restore",
    "restored": "delete",
}


def call_back(effect: Effect, was: SeenTask | None, now: datetime) -> Call | None:
    """The call that takes an effect back, or None where it is not known how things were before."""
    if effect.status in _BACK:
        return call_act(_BACK[effect.status], effect.task_id, effect.title, Changes(), now)
    if was is None:
        return None
    arguments: dict[str, object] = {
        "task_id": was.id,
        "title": was.title,
        "description": was.description or "",
        "priority": was.priority or "none",
        "due_at": _due_argument(was, now),
    }
    return Call(
        "update_task", arguments, " (as it was)", f"change back {replies.quote(effect.title)}"
    )


def without_changed_minds(calls: Sequence[Call]) -> list[Call]:
    """The calls without a deletion that is followed by another act on that task.

    "Delete the milk, no, complete it": who goes on to act on a task wants it kept.
    """
    return [
        call
        for number, call in enumerate(calls)
        if call.tool != "delete_task"
        or all(
            later.arguments.get("task_id") != call.arguments["task_id"]
            for later in calls[number + 1 :]
        )
    ]


def one_update_each(calls: Sequence[Call]) -> list[Call]:
    """The calls with updates of the same task, one after the other, made one.

    "Make it high priority and due friday" is one change, told in one breath.
    """
    merged: list[Call] = []
    for call in calls:
        before = merged[-1] if merged else None
        if before is not None and _is_same_update(before, call):
            arguments = before.arguments | call.arguments
            detail = f"{before.detail[:-1]}, {call.detail[2:]}"  # both are " (…)"
            merged[-1] = replace(before, arguments=arguments, detail=detail)
        else:
            merged.append(call)
    return merged


def _is_same_update(before: Call, call: Call) -> bool:
    is_update = before.tool == call.tool == "update_task" and before.detail and call.detail
    return bool(is_update) and before.arguments["task_id"] == call.arguments["task_id"]


def _update_arguments(changes: Changes, was: str, now: datetime) -> tuple[dict[str, object], str]:
    arguments: dict[str, object] = {}
    told: list[str] = []
    if changes.title:
        arguments["title"] = changes.title[:MAX_TITLE_CHARS]
        told.append(f"it was {replies.quote(was)}")
    if changes.note:
        arguments["description"] = changes.note[:_MAX_NOTE_CHARS]
        told.append("note added")
    if changes.clears_note:
        arguments["description"] = ""
        told.append("no note")
    if changes.priority:
        arguments["priority"] = changes.priority
        told.append(f"{changes.priority} priority")
    if changes.clears_priority:
        arguments["priority"] = "none"
        told.append("no priority")
    if changes.due:
        arguments["due_at"] = changes.due.as_argument()
        told.append(f"due {replies.tell_due(changes.due, now)}")
    if changes.clears_due:
        arguments["due_at"] = "none"
        told.append("no due date")
    return arguments, f" ({', '.join(told)})" if told else ""


def _due_argument(task: SeenTask, now: datetime) -> str:
    if task.due_at is None:
        return "none"
    local = task.due_at.astimezone(now.tzinfo)
    if task.all_day:
        return f"{local:%Y-%m-%d}"
    # Of two hours with one name the second needs its offset to be told apart.
    return local.isoformat(timespec="minutes") if local.fold else f"{local:%Y-%m-%dT%H:%M}"
