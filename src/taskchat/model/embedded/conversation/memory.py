"""What the conversation has in mind, rebuilt from its earlier turns: focus, shown list, question.

A history may hold many long lists, so only what is asked for is read from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation.history import Effect
from taskchat.model.embedded.conversation.questions import Question, read_question
from taskchat.model.embedded.conversation.replies import was_unheard
from taskchat.model.embedded.conversation.showing import displayed
from taskchat.model.embedded.conversation.tracking import task_after
from taskchat.model.embedded.english.cues import opens_correction, takes_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import (
        Conversation,
        Listed,
        SeenTask,
        Step,
        Turn,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What one turn changed: its writing steps, the list it read first, and the turns before it."""

    steps: tuple[Step, ...]
    listed: Listed | None
    earlier: tuple[Turn, ...]
    now: datetime

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the steps did, in order."""
        return tuple(step.result for step in self.steps if isinstance(step.result, Effect))

    def before(self, task_id: int) -> SeenTask | None:
        """A task as it was known before the turn, or None."""
        listed = self.listed.find(task_id) if self.listed else None
        return listed or task_after(self.earlier, task_id, self.now)


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier turns left behind.

    Attributes:
        turns: the earlier turns, oldest first. Those of mere thanks are left out, so that the last
            one is the last that was about the list.
        now: the user's clock.
        focus: the tasks that "it" and "them" mean, of the last turn that spoke of any.
        focus_before: where the last reply showed a list and this message says "it", what that meant before.
        shown: the list last shown, in the order in which the reply displayed it.
        deleted: what was deleted in this conversation, newest first.
        question: what the last reply asked, and the words it was asked about.
        last: what the last turn that changed anything did.
        undoable: what can still be taken back, oldest first; a turn that was taken back is gone.
        is_fresh_show: whether the last reply showed a list.
        is_just_changed: whether the last turn is the one of `last`.
        is_looked_at_since: whether the list was looked at after `last`, and nothing else was said.
        unheard: what the last message said, where it was not understood.
    """

    turns: tuple[Turn, ...]
    now: datetime
    focus: tuple[int, ...] = ()
    focus_before: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    deleted: tuple[Effect, ...] = ()
    question: Question | None = None
    asked_about: str = ""
    last: Done | None = None
    undoable: tuple[Done, ...] = ()
    is_fresh_show: bool = False
    is_just_changed: bool = False
    is_looked_at_since: bool = False
    unheard: str = ""

    @property
    def last_effects(self) -> tuple[Effect, ...]:
        """What the last turn that changed anything did."""
        return self.last.effects if self.last else ()

    def task(self, task_id: int) -> SeenTask | None:
        """A task as it is known from the conversation alone, or None."""
        return task_after(self.turns, task_id, self.now)


def recall(conversation: Conversation) -> Memory:
    """Rebuild the memory from the turns before the current one."""
    turns, now = conversation.earlier, conversation.now
    deleted: list[Effect] = []
    last: Done | None = None
    undoable: list[Done] = []
    for number, turn in enumerate(turns):
        writes = tuple(step for step in turn.steps if isinstance(step.result, Effect))
        if writes:
            last = Done(writes, turn.listed, turns[:number], now)
            _keep_undoable(undoable, last, turn.text)
        for effect in turn.effects:
            deleted = _after(effect, deleted)
    question, asked_about = _pending(turns)
    fresh = displayed(turns[-1]) if turns else ()
    shown = fresh or next((row for turn in reversed(turns[:-1]) if (row := displayed(turn))), ())
    is_look = bool(fresh) and not turns[-1].effects
    focus = fresh if is_look else _focus(turns)
    is_it = is_look and question is None and _SAYS_IT.search(conversation.current.text)
    is_seen = is_look and question is None and len(turns) > 1 and bool(turns[-2].effects)
    is_just_changed = bool(turns and turns[-1].effects)
    return Memory(
        turns, now, focus, _focus(turns[:-1]) if is_it else (), shown,
        tuple(deleted), question, asked_about, last, tuple(undoable),
        is_fresh_show=bool(fresh),
        is_just_changed=is_just_changed,
        is_looked_at_since=is_seen,
        unheard=turns[-1].text if turns and was_unheard(turns[-1].reply) else "",
    )  # fmt: skip


_SAYS_IT = re.compile(r"\b(?:it|it's|its|that|this)\b", re.IGNORECASE)


def _keep_undoable(undoable: list[Done], last: Done, text: str) -> None:
    ids = sorted(effect.task_id for effect in last.effects)
    is_taken_back = bool(
        undoable
        and takes_back(text)
        and ids == sorted(effect.task_id for effect in undoable[-1].effects)
    )
    if is_taken_back:
        undoable.pop()
    else:
        undoable.append(last)


def _focus(turns: Sequence[Turn]) -> tuple[int, ...]:
    for number in range(len(turns) - 1, -1, -1):
        turn = turns[number]
        changed = tuple(dict.fromkeys(effect.task_id for effect in turn.effects))
        changed = _meant(changed, turn, turns[:number])
        found = changed or displayed(turn) or _quoted(turn)
        if found:
            return found
    return ()


def _meant(changed: tuple[int, ...], turn: Turn, earlier: Sequence[Turn]) -> tuple[int, ...]:
    """Of the tasks that a turn changed, those it was about: "no, I meant the rent" puts another one back."""
    before = next((one.effects for one in reversed(earlier) if one.effects), ())
    wrong = {effect.task_id for effect in before}
    rest = tuple(one for one in changed if one not in wrong)
    is_put_right = wrong <= set(changed) and opens_correction(turn.text)
    return rest if rest and is_put_right else changed


def _quoted(turn: Turn) -> tuple[int, ...]:
    """The tasks that a reply named in quotation marks."""
    quoted = [" ".join(one.split()).casefold() for one in re.findall(r"“([^”]*)”", turn.reply)]
    if turn.listed is None or not quoted:
        return ()
    titles = [(one, " ".join(title.split())[:120].casefold()) for one, title in turn.listed.titles]
    return tuple(one for one, title in titles if any(title in name for name in quoted))


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
