"""From a target to tasks: what was pointed at, looked up in the list and the memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskchat.model.embedded.targets import best, rank, split_phrases
from taskchat.model.embedded.words import content_stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.history import SeenTask
    from taskchat.model.embedded.memory import Memory
    from taskchat.model.embedded.requests import Target, Verb

# So many tasks that were named or counted are deleted without asking again.
MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What a target came to.

    `tasks` are meant for certain; else `candidates` may be, and `missing` is what fits no task.
    `is_bulk` is set where they were not named one by one. `is_clear` tells a plain hit.
    """

    tasks: tuple[SeenTask, ...] = ()
    candidates: tuple[SeenTask, ...] = ()
    missing: tuple[str, ...] = ()
    is_bulk: bool = False
    is_clear: bool = False


def choose(target: Target, verb: Verb, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    """Find the tasks that a target means among `tasks`, the whole list as it is now."""
    pool = _preferred(verb, tasks)
    if target.numbers:
        return _by_number(target.numbers, tasks, memory)
    if target.is_all or (target.status != "all" and not target.words and not target.ordinals):
        return _all_of(target, verb, tasks, memory)
    if target.ordinals:
        return _by_place(target, tasks, memory)
    if target.words:
        return _by_words(target, pool, tasks)
    return _by_pointing(target, verb, pool, tasks, memory)


def _preferred(verb: Verb, tasks: Sequence[SeenTask]) -> list[SeenTask]:
    if verb == "complete":
        return [task for task in tasks if not task.completed]
    if verb == "reopen":
        return [task for task in tasks if task.completed]
    return list(tasks)


def _by_number(numbers: tuple[int, ...], tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    by_id = {task.id: task for task in tasks}
    found: list[SeenTask] = []
    missing: list[str] = []
    for number in dict.fromkeys(numbers):
        if memory.shown:
            task_id = memory.shown[number - 1] if 0 < number <= len(memory.shown) else None
        else:
            task_id = number
        task = by_id.get(task_id) if task_id is not None else None
        if task is None:
            missing.append(f"number {number}")
        else:
            found.append(task)
    return Choice(tuple(found), missing=tuple(missing), is_clear=True)


def _by_place(target: Target, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    by_id = {task.id: task for task in tasks}
    if target.words:
        row = [match.task for match in best(target.words, tasks)]
    elif memory.shown:
        row = [by_id[one] for one in memory.shown if one in by_id or True and one in by_id]
        row = [by_id.get(one) for one in memory.shown]  # type: ignore[misc]
    else:
        row = list(tasks)
    found: list[SeenTask] = []
    missing: list[str] = []
    for place in target.ordinals:
        index = place - 1 if place > 0 else place
        task = row[index] if -len(row) <= index < len(row) else None
        if task is None:
            missing.append(f"number {place}" if place > 0 else "the last one")
        elif task not in found:
            found.append(task)
    return Choice(tuple(found), missing=tuple(missing), is_clear=True)


def _all_of(
    target: Target, verb: Verb, tasks: Sequence[SeenTask], memory: Memory
) -> Choice:
    pool = list(tasks)
    if target.status != "all":
        pool = [task for task in pool if task.completed == (target.status == "completed")]
    elif verb in {"complete", "reopen"}:
        pool = _preferred(verb, tasks)
    if target.words:
        pool = [match.task for match in rank(target.words, pool) if match.is_likely]
        if not pool:
            return Choice(missing=(target.words,))
    elif target.is_plural and target.status == "all" and memory.is_fresh_show:
        pool = [task for task in pool if task.id in memory.shown]
    if target.but:
        kept = {match.task.id for part in split_phrases(target.but) for match in best(part, pool)}
        if not kept:
            # What is to be spared could not be found: nothing is safe then.
            return Choice(missing=(target.but,))
        pool = [task for task in pool if task.id not in kept]
    in_order = sorted(pool, key=lambda task: list(tasks).index(task))
    return Choice(tuple(in_order), is_bulk=True, is_clear=True)


def _by_words(target: Target, pool: Sequence[SeenTask], tasks: Sequence[SeenTask]) -> Choice:
    for among in (pool, tasks):
        whole = best(target.words, among)
        if whole and whole[0].phrase > 0.99 and len(whole) == 1:
            return Choice((whole[0].task,), is_clear=whole[0].is_clear)
        parts = split_phrases(target.words)
        if len(parts) > 1:
            several = _each_of(parts, among)
            if several is not None:
                return several
        if len(whole) == 1:
            return Choice((whole[0].task,), is_clear=whole[0].is_clear)
        if whole:
            return _several(target, [match.task for match in whole])
    near = [match.task for match in rank(target.words, tasks) if match.phrase >= 0.3]
    return Choice(candidates=tuple(near[:3]), missing=(target.words,))


def _several(target: Target, fitting: list[SeenTask]) -> Choice:
    if target.is_plural and len(fitting) > 1:
        return Choice(tuple(fitting), is_bulk=True, is_clear=True)
    return Choice(candidates=tuple(fitting))


def _each_of(parts: list[str], among: Sequence[SeenTask]) -> Choice | None:
    found: list[SeenTask] = []
    missing: list[str] = []
    for part in parts:
        fitting = best(part, among)
        if len(fitting) > 1:
            return None
        if fitting and fitting[0].phrase >= 0.5:
            found.append(fitting[0].task)
        else:
            missing.append(part)
    distinct = tuple(dict.fromkeys(found))
    # One hit among several parts: more likely one title with "and" in it, or a longer story.
    if len(distinct) < 2:
        return None
    return Choice(distinct, missing=tuple(missing), is_clear=not missing)


def _by_pointing(
    target: Target, verb: Verb, pool: Sequence[SeenTask], tasks: Sequence[SeenTask], memory: Memory
) -> Choice:
    by_id = {task.id: task for task in tasks}
    if target.background and content_stems(target.background):
        told = best(target.background, pool) or _within(target.background, pool)
        told = told or [match for match in rank(target.background, pool) if match.shares_noun]
        if len(told) == 1:
            return Choice((told[0].task,), is_clear=True)
    if target.is_other and memory.shown and len(memory.focus) == 1:
        row = [by_id[one] for one in memory.shown if one in by_id and one not in memory.focus]
    else:
        row = [by_id[one] for one in memory.focus if one in by_id]
    if len(row) == 1:
        return Choice(tuple(row), is_clear=True)
    if target.is_plural and row:
        return Choice(tuple(row), is_bulk=True, is_clear=True)
    if target.is_plural:
        return Choice(tuple(pool), is_bulk=True, is_clear=True)
    if len(pool) == 1 and verb in {"complete", "delete"} and len(tasks) == 1:
        return Choice(tuple(pool), is_clear=True)
    return Choice(candidates=tuple(row or pool))


def _within(words: str, tasks: Sequence[SeenTask]) -> list:  # noqa
    """Titles that a longer story covers well: "I sent my landlord a message apologizing"."""
    ranked = sorted(rank(words, tasks), key=lambda match: (-match.title, -match.phrase))
    good = [match for match in ranked if match.title >= 0.55]
    if len(good) > 1 and good[0].title - good[1].title < 0.1:
        return good
    return good[:1]


def choose_deleted(target: Target, memory: Memory) -> list:  # noqa
    """The deleted tasks that are to come back: those named, else the last turn's, else the last."""
    if target.words:
        from taskchat.model.embedded.history import SeenTask as Seen

        gone = [Seen(effect.task_id, effect.title) for effect in memory.deleted]
        ids = [match.task.id for match in best(target.words, gone)[:1]]
        return [effect for effect in memory.deleted if effect.task_id in ids]
    if target.is_all or target.is_plural:
        recent = [effect for effect in memory.last_effects if effect.status == "deleted"]
        return recent or list(memory.deleted)
    recent = [effect for effect in memory.last_effects if effect.status == "deleted"]
    if len(recent) == 1 or not recent:
        return (recent or list(memory.deleted))[:1]
    return recent
