"""What the conversation has in mind, rebuilt from its earlier turns: focus, shown list, question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.model.embedded.questions import Question, read_question

if TYPE_CHECKING:
    from taskchat.model.embedded.history import Conversation, Effect, SeenTask, Turn

_LINE = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier turns left behind.

    Attributes:
        known: the last that was seen of each task, by id.
        focus: the tasks that "it" and "them" mean, of the last turn that spoke of any.
        shown: the list last shown, in the order in which the reply displayed it.
        deleted: what was deleted in this conversation, newest first.
        question: what the last reply asked, and the words it was asked about.
        last_effects: what the last turn that changed anything did.
    """

    known: dict[int, SeenTask]
    focus: tuple[int, ...]
    shown: tuple[int, ...]
    deleted: tuple[Effect, ...]
    question: Question | None
    asked_about: str
    last_effects: tuple[Effect, ...]
    before: dict[int, SeenTask]
    is_fresh_show: bool
    is_just_changed: bool = False


def recall(conversation: Conversation) -> Memory:
    """Rebuild the memory from the turns before the current one."""
    known: dict[int, SeenTask] = {}
    before: dict[int, SeenTask] = {}
    focus: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    deleted: list[Effect] = []
    last_effects: tuple[Effect, ...] = ()
    for turn in conversation.earlier:
        known |= {task.id: task for task in (turn.listed.tasks if turn.listed else ())}
        lines = displayed(turn)
        shown = lines or shown
        focus = _focus(turn, lines) or focus
        if turn.effects:
            last_effects, before = turn.effects, dict(known)
        for effect in turn.effects:
            deleted = _after(effect, deleted)
    question, asked_about = _pending(conversation.earlier, known)
    last = conversation.earlier[-1] if conversation.earlier else None
    return Memory(
        known, focus, shown, tuple(deleted), question, asked_about, last_effects, before,
        is_fresh_show=bool(last and displayed(last)),
        is_just_changed=bool(last and last.effects),
    )  # fmt: skip


def displayed(turn: Turn) -> tuple[int, ...]:
    """The ids of the tasks that the turn's reply showed as a list, in the order of the reply."""
    if turn.listed is None:
        return ()
    left = list(turn.listed.tasks)
    found: list[int] = []
    for line in _LINE.findall(turn.reply):
        fitting = [task for task in left if _is_in(task.title, line)]
        if fitting:
            # The longest title: "Call" also begins the line of "Call mom".
            task = max(fitting, key=lambda one: len(one.title))
            left.remove(task)
            found.append(task.id)
    return tuple(found)


def _is_in(title: str, line: str) -> bool:
    return " ".join(title.split())[:120].casefold() in " ".join(line.split()).casefold()


def _focus(turn: Turn, lines: tuple[int, ...]) -> tuple[int, ...]:
    changed = tuple(dict.fromkeys(effect.task_id for effect in turn.effects))
    if changed:
        return changed
    if lines:
        return lines
    quoted = re.findall(r"“([^”]*)”", turn.reply)
    tasks = turn.listed.tasks if turn.listed else ()
    return tuple(task.id for task in tasks if any(_is_in(task.title, one) for one in quoted))


def _after(effect: Effect, deleted: list[Effect]) -> list[Effect]:
    rest = [one for one in deleted if one.task_id != effect.task_id]
    return [effect, *rest] if effect.status == "deleted" else rest


def _pending(turns: tuple[Turn, ...], known: dict[int, SeenTask]) -> tuple[Question | None, str]:
    if not turns:
        return None, ""
    question = read_question(turns[-1].reply)
    if question is None:
        return None, ""
    # An answer that was not understood is asked again: the words it is about are further back.
    about = turns[-1].text
    for turn in reversed(turns):
        if read_question(turn.reply) != question:
            break
        about = turn.text
    return question, about
