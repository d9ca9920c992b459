"""What the conversation has in mind, rebuilt from its earlier turns: focus, shown list, question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.model.embedded.cues import UNDO_CUE
from taskchat.model.embedded.history import Effect
from taskchat.model.embedded.questions import Question, read_question
from taskchat.model.embedded.tracking import after_step

if TYPE_CHECKING:
    from taskchat.model.embedded.history import Conversation, SeenTask, Step, Turn

_LINE = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Done:
    """What one turn changed: its writing steps, and the tasks as they were known before it."""

    steps: tuple[Step, ...]
    before: dict[int, SeenTask]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the steps did, in order."""
        return tuple(step.result for step in self.steps if isinstance(step.result, Effect))


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier turns left behind.

    Attributes:
        known: the last that is known of each task, by id.
        focus: the tasks that "it" and "them" mean, of the last turn that spoke of any.
        shown: the list last shown, in the order in which the reply displayed it.
        deleted: what was deleted in this conversation, newest first.
        question: what the last reply asked, and the words it was asked about.
        last: what the last turn that changed anything did.
        undoable: what can still be taken back, oldest first; a turn that was taken back is gone.
        is_fresh_show: whether the last reply showed a list.
        is_just_changed: whether the last turn is the one of `last`.
    """

    known: dict[int, SeenTask]
    focus: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    deleted: tuple[Effect, ...] = ()
    question: Question | None = None
    asked_about: str = ""
    last: Done | None = None
    undoable: tuple[Done, ...] = ()
    is_fresh_show: bool = False
    is_just_changed: bool = False

    @property
    def last_effects(self) -> tuple[Effect, ...]:
        """What the last turn that changed anything did."""
        return self.last.effects if self.last else ()


def recall(conversation: Conversation) -> Memory:
    """Rebuild the memory from the turns before the current one."""
    known: dict[int, SeenTask] = {}
    focus: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    deleted: list[Effect] = []
    last: Done | None = None
    undoable: list[Done] = []
    for turn in conversation.earlier:
        known |= {task.id: task for task in (turn.listed.tasks if turn.listed else ())}
        lines = displayed(turn)
        shown = lines or shown
        focus = _focus(turn, lines) or focus
        writes = tuple(step for step in turn.steps if isinstance(step.result, Effect))
        if writes:
            last = Done(writes, dict(known))
            _keep_undoable(undoable, last, turn.text)
        for step in writes:
            after_step(step, known, conversation.now)
        for effect in turn.effects:
            deleted = _after(effect, deleted)
    question, asked_about = _pending(conversation.earlier)
    newest = conversation.earlier[-1] if conversation.earlier else None
    return Memory(
        known, focus, shown, tuple(deleted), question, asked_about, last, tuple(undoable),
        is_fresh_show=bool(newest and displayed(newest)),
        is_just_changed=bool(newest and newest.effects),
    )  # fmt: skip


def _keep_undoable(undoable: list[Done], last: Done, text: str) -> None:
    ids = sorted(effect.task_id for effect in last.effects)
    is_taken_back = bool(
        undoable
        and UNDO_CUE.search(text)
        and ids == sorted(effect.task_id for effect in undoable[-1].effects)
    )
    if is_taken_back:
        undoable.pop()
    else:
        undoable.append(last)


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


def _pending(turns: tuple[Turn, ...]) -> tuple[Question | None, str]:
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
