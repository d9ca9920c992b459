"""What is done about the last act when it was wrong: taken back, done to another task, put right."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from taskchat.dates.sentences import LocalDue, find_due
from taskchat.model.embedded.acting.calls import Call, call_act, call_back
from taskchat.model.embedded.clauses.asides import is_statement
from taskchat.model.embedded.clauses.changing import changes_due
from taskchat.model.embedded.clauses.exchanging import are_alike, exchange, holds
from taskchat.model.embedded.conversation.history import Effect, SeenTask
from taskchat.model.embedded.english.cues import UNDO_CUE, takes_back
from taskchat.model.embedded.english.words import content_stems, read_number
from taskchat.model.embedded.finding.choosing import choose
from taskchat.model.embedded.finding.meaning import fits_deed, opens_with_deed
from taskchat.model.embedded.finding.targets import best, rank
from taskchat.model.embedded.message.correction_words import corrected_title, without_frame
from taskchat.model.embedded.message.reading import read_message
from taskchat.model.embedded.requests import Act, Changes, Talk, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from taskchat.model.embedded.conversation.history import Step, Turn
    from taskchat.model.embedded.conversation.memory import Done, Memory
    from taskchat.model.embedded.requests import Correct, Field, Priority, Request, Verb

DONE_VERBS: dict[str, Verb] = {
    "completed": "complete",
    "deleted": "delete",
    "reopened": "reopen",
    "updated": "update",
}


@dataclass(frozen=True, slots=True)
class Mended:
    """The calls that put the last act right, and what is then left to plan."""

    calls: tuple[Call, ...] = ()
    requests: tuple[Request, ...] = ()


def take_back(done: Done, now: datetime) -> list[Call]:
    """The calls that undo what a turn did, last effect first."""
    calls = [
        call_back(effect, done.before(effect.task_id), now) for effect in reversed(done.effects)
    ]
    return [call for call in calls if call is not None]


def has_set(done: Done, field: Field) -> bool:
    """Whether a turn gave a field of a task another value."""
    return any(step.tool == "update_task" and field in step.arguments for step in done.steps)


def part_of(done: Done, words: str) -> Done:
    """What of a turn was done to the task that words name; all of it where they name none of them."""
    changed = [SeenTask(effect.task_id, effect.title) for effect in done.effects]
    meant = {match.task.id for match in best(words, changed)} if words else set[int]()
    steps = tuple(step for step in done.steps if _id_of(step) in meant)
    return replace(done, steps=steps) if steps else done


def mend(correction: Correct, memory: Memory, tasks: Sequence[SeenTask], now: datetime) -> Mended:
    """Decide what a correction of the last act comes to; `tasks` is the list as it is now."""
    otherwise = Mended(requests=correction.otherwise or (Talk("repeat_please"),))
    # "No, it's the tuxedo that should be deleted", after something else was done.
    is_other_act = bool(correction.verb) and correction.verb != _last_verb(memory)
    is_told_done = is_other_act and correction.verb != "delete"
    fits = opens_with_deed if is_told_done else fits_deed
    if (correction.deed or is_told_done) and not _is_deed_of(correction, tasks, memory, fits):
        return otherwise
    if correction.verb and is_other_act:
        return Mended(requests=(Act(correction.verb, correction.target),))
    if correction.is_exchange and not _is_of_other(correction, memory, tasks):
        return _exchanged(correction, memory, tasks) or otherwise
    last = memory.last
    # "It's the kitchen I cleaned, not the bathroom", after a look at the list.
    is_told_wrong = memory.is_looked_at_since and bool(correction.wrong)
    if last is None or not memory.is_just_changed:
        seen = _mend_last(correction, last, memory, tasks, now) if last and is_told_wrong else None
        ordered = _ordered(correction, memory.turns[-1:], now)
        return ordered or _reworded(correction, tasks) or _certain(seen) or otherwise
    return _mend_last(correction, last, memory, tasks, now) or otherwise


def _certain(mended: Mended | None) -> Mended | None:
    """What is mended where that asks nothing."""
    return mended if mended is not None and mended.calls else None


def _is_deed_of(
    correction: Correct,
    tasks: Sequence[SeenTask],
    memory: Memory,
    fits: Callable[[str, str], bool],
) -> bool:
    """Whether what was told as done is what the task meant wants: not "the fence I painted", of one to be fixed."""
    meant = choose(correction.target, "complete", tasks, memory).tasks
    return bool(meant) and all(fits(correction.deed, task.title) for task in meant)


def _last_verb(memory: Memory) -> Verb | None:
    """What was done in the turn before, where that changed tasks."""
    return DONE_VERBS.get(memory.last_effects[-1].status) if memory.is_just_changed else None


def _mend_last(
    correction: Correct, last: Done, memory: Memory, tasks: Sequence[SeenTask], now: datetime
) -> Mended | None:
    """What a correction of the last act comes to; None where it corrects nothing of it."""
    status, ids = last.effects[-1].status, {effect.task_id for effect in last.effects}
    told = correction.changes
    if not told.are_none and status in {"created", "updated"} and len(ids) == 1:
        return _update(told)
    part = (
        _elsewhere(correction, last, tasks)
        or _after_undo(correction, memory, now)
        or _mend_part(correction, last, now)
    )
    if part is not None:
        return part
    verb = DONE_VERBS.get(status)
    if verb is not None:
        choice = choose(correction.target, verb, _as_were(tasks, last), memory)
        others = [task for task in choice.tasks if task.id not in ids]
        others = others or _called_alike(correction, last, choice.candidates)
        if others and (choice.is_clear or not correction.otherwise):
            calls = [again(verb, task, last.steps[-1], now) for task in others]
            return Mended((*take_back(last, now), *calls))
        if choice.candidates and not choice.missing and not correction.otherwise:
            return Mended(tuple(take_back(last, now)), (Act(verb, correction.target),))
    reworded = _reword_last(correction, last) if status == "updated" and len(ids) == 1 else None
    if reworded is not None:
        return reworded
    if status == "created" or last.steps[-1].arguments.get("title"):
        is_title = correction.words and find_due(correction.words, now) is None
        # "Actually three" is no name of anything.
        is_title = is_title and (
            read_number(correction.words) is None
            or exchange(last.effects[0].title, correction.words)
        )
        is_title = is_title and not _OF_IT.search(correction.words)
        is_strange = correction.wrong.casefold() not in last.effects[0].title.casefold()
        is_title = is_title and not (correction.otherwise and is_strange)
        if is_title and len(last.effects) == 1:
            old = last.effects[0].title
            title = corrected_title(old, correction.words, correction.wrong)
            return _update(Changes(title=title))
        return None
    if verb is None or verb == "update" or correction.otherwise:
        return None
    return Mended(tuple(take_back(last, now)), (Act(verb, correction.target),))


def _reword_last(correction: Correct, last: Done) -> Mended | None:
    """The exchange of words of the last task: "and it's the station, not the airport", after its date."""
    old, wrong = last.effects[-1].title, correction.wrong
    title = exchange(old, correction.words, wrong) if wrong else ""
    return _update(Changes(title=title)) if title else None


_OF_IT = re.compile(r"\b(?:it|that|this|them)\b", re.IGNORECASE)


def _called_alike(
    correction: Correct, last: Done, candidates: Sequence[SeenTask]
) -> list[SeenTask]:
    """The one task that "no, the other one" means among several: it is called like the wrong one."""
    if not correction.target.is_other or len(last.effects) != 1:
        return []
    alike = rank(last.effects[0].title, candidates)
    return [match.task for match in alike] if len(alike) == 1 else []


def _after_undo(correction: Correct, memory: Memory, now: datetime) -> Mended | None:
    """What was undone, for the task that it was meant for: "undo that", "I meant the poster"."""
    status, target = memory.last_effects[-1].status, correction.target
    verb = _UNDONE.get(status)
    if status == "updated" and takes_back(memory.turns[-1].text):
        return _ordered(correction, memory.turns[-2:-1], now) or Mended(
            requests=correction.otherwise or (Talk("repeat_please"),)
        )
    if verb is None or not target.is_named or correction.otherwise:
        return None
    was_undone = UNDO_CUE.search(memory.turns[-1].text) or _was_just_done(memory, verb)
    return Mended(requests=(Act(verb, target),)) if was_undone else None


def _was_just_done(memory: Memory, verb: Verb) -> bool:
    """Whether the last turn put back what the turn before it had done: "that's not finished yet"."""
    done, back = (turn.effects for turn in memory.turns[-2:]) if len(memory.turns) > 1 else ((), ())
    ids = {effect.task_id for effect in done if DONE_VERBS.get(effect.status) == verb}
    return bool(ids) and ids == {effect.task_id for effect in back}


_UNDONE: dict[str, Verb] = {"reopened": "complete", "restored": "delete"}


def _ordered(correction: Correct, turns: Sequence[Turn], now: datetime) -> Mended | None:
    """The order of a turn, of which nothing is left, for the task that it was meant for."""
    target = correction.target
    if correction.otherwise or not turns or not target.is_named:
        return None
    ordered = read_message(turns[-1].text, now)
    one = ordered[0] if len(ordered) == 1 else None
    if not isinstance(one, Act) or one.otherwise is not None:
        return None
    return Mended(requests=(replace(one, target=target, said=""),))


def _elsewhere(correction: Correct, last: Done, tasks: Sequence[SeenTask]) -> Mended | None:
    """The word that is put right in another task than the last act was done to."""
    wrong = correction.wrong.casefold()
    is_last = any(wrong in effect.title.casefold() for effect in last.effects)
    return _reworded(correction, tasks) if wrong and not is_last else None


def _reworded(correction: Correct, tasks: Sequence[SeenTask]) -> Mended | None:
    """The change of a word in the one title that holds it: "it's pears, not apples"."""
    new, wrong = correction.words, correction.wrong
    held = [task for task in tasks if wrong and holds(task.title, wrong)]
    title = exchange(held[0].title, new, wrong) if len(held) == 1 else ""
    # "It's a joke, not Tom" puts nothing right.
    is_word = re.fullmatch(r"[\w'-]{3,}", new) and content_stems(new)
    is_word = is_word or not set(content_stems(new)).isdisjoint(content_stems(wrong))
    if not title or not (is_word or are_alike(held[0].title, new, wrong)):
        return None
    return Mended(requests=(Act("update", Target(held[0].title), Changes(title=title)),))


def _is_of_other(correction: Correct, memory: Memory, tasks: Sequence[SeenTask]) -> bool:
    """Whether it was another task that was meant: "I talked to Peter, not to Maria", where both are to be called."""
    ids = {effect.task_id for effect in memory.last_effects if memory.is_just_changed}
    return bool(ids) and any(
        holds(task.title, correction.words) for task in tasks if task.id not in ids
    )


def _exchanged(correction: Correct, memory: Memory, tasks: Sequence[SeenTask]) -> Mended | None:
    """The change of some words in the one title that they fit: that of a task in mind, or of any."""
    told = correction.target.words
    named = [match.task for match in rank(told, tasks) if match.shares_noun] if told else []
    if correction.is_told_of and not named:
        return None
    among = named or list(tasks)
    if correction.is_firm and any(holds(task.title, correction.words) for task in tasks):
        return None  # "it's not the milk, it's the jam" may be of the task for the jam
    if correction.is_in_mind or (correction.is_firm and memory.focus):
        # "It's not the milk, it's me", while something else is spoken of.
        among = [task for task in among if task.id in memory.focus]
    in_mind = [task for task in among if task.id in memory.focus]
    for some, is_known in ((in_mind, True), (among, bool(named))):
        fits = _titles_with(correction, some, is_known=is_known)
        if len(fits) == 1:
            task, title = fits[0]
            changes = Changes(title=title)
            return Mended((call_act("update", task.id, task.title, changes, memory.now),))
    return None


def _titles_with(
    correction: Correct, tasks: Sequence[SeenTask], *, is_known: bool
) -> list[tuple[SeenTask, str]]:
    """The tasks with their titles as they are to be, of those that the words fit."""
    new, old = correction.words, correction.wrong
    titles = [(task, exchange(task.title, new, old, by_kind=is_known)) for task in tasks]
    return [
        (task, title)
        for task, title in titles
        if title and (is_known or not old or are_alike(task.title, new, old))
    ]


def _hour(correction: Correct, last: Done, now: datetime) -> Changes | None:
    """The time that a bare number means right after one was set: "friday at 6", "no, 7"."""
    said = without_frame(correction.words).strip(" .!")
    due_at = str(last.steps[-1].arguments.get("due_at") or "")
    number = read_number(said)
    found = find_due(f"at {number}", now) if number and "T" in due_at else None
    return None if found is None else changes_due(f"at {number}", found.due, now)


def _mend_part(correction: Correct, last: Done, now: datetime) -> Mended | None:
    """The mending where a part of the last act was right, or its undoing was of the wrong one."""
    hour = _hour(correction, last, now)
    if hour is not None:
        return _update(hour)
    if correction.wrong and not correction.words:
        wrong = _named(correction, last)
        spared = tuple(step for step in last.steps if _id_of(step) in wrong)
        back = tuple(take_back(replace(last, steps=spared), now))
        return Mended(back) if back else None
    # "No, they were out of bread" does not name what was right.
    kept = set[int]() if is_statement(correction.words) else _kept(correction, last)
    if kept:
        # "No, only the milk": of what was done, the rest is taken back.
        rest = tuple(step for step in last.steps if _id_of(step) not in kept)
        return Mended(tuple(take_back(replace(last, steps=rest), now)))
    if last.effects[-1].status == "restored" and correction.words and not correction.otherwise:
        # "Put it back. I meant the oven."
        return Mended(requests=(Act("delete", correction.target),))
    return None


def _as_were(tasks: Sequence[SeenTask], last: Done) -> list[SeenTask]:
    """The list before the last act, so that "the second" counts what was there then."""
    gone = [
        last.before(effect.task_id) or SeenTask(effect.task_id, effect.title)
        for effect in last.effects
        if effect.status == "deleted"
    ]
    return sorted([*tasks, *gone], key=lambda task: task.id) if gone else list(tasks)


def _kept(correction: Correct, last: Done) -> set[int]:
    """The tasks that a correction names among several that were changed."""
    if len(last.effects) < 2:
        return set()
    named = _named(correction, last)
    return named if len(named) < len(last.effects) else set()


def _named(correction: Correct, last: Done) -> set[int]:
    if not correction.target.words:
        return set()
    changed = [SeenTask(effect.task_id, effect.title) for effect in last.effects]
    return {match.task.id for match in best(correction.target.words, changed)}


def _id_of(step: Step) -> int:
    return step.result.task_id if isinstance(step.result, Effect) else 0


def _update(changes: Changes) -> Mended:
    # The task of the last act is the one in focus.
    return Mended(requests=(Act("update", Target(is_pronoun=True), changes),))


def again(verb: Verb, task: SeenTask, step: Step, now: datetime) -> Call:
    """The call that does to a task what a step did to another."""
    changes = changes_of(step) if verb == "update" else Changes()
    return call_act(verb, task.id, task.title, changes, now)


def changes_of(step: Step) -> Changes:
    """The changes that the arguments of an update stand for."""
    arguments = step.arguments
    title, note, priority, due = (
        str(arguments.get(name) or "") for name in ("title", "description", "priority", "due_at")
    )
    levels: dict[str, Priority] = {"low": "low", "medium": "medium", "high": "high"}
    return Changes(
        title=title,
        note=note,
        priority=levels.get(priority),
        clears_priority=priority == "none",
        due=_due_of(due),
        clears_due=due == "none",
    )


def _due_of(text: str) -> LocalDue | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return LocalDue(at.date(), at.time() if "T" in text else None)
