"""From a target to tasks: what was pointed at, looked up in the list and the memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation.replies import quote
from taskchat.model.embedded.english.pointing import MIDDLE, read_target
from taskchat.model.embedded.english.words import content_stems, tokens
from taskchat.model.embedded.finding.due_ones import is_due
from taskchat.model.embedded.finding.in_mind import beside, in_mind, still_open, told_of
from taskchat.model.embedded.finding.spoken_of import (
    NAMED,
    names_another,
    only_touched,
    state_of_none,
    tells_of_other,
    told_before,
)
from taskchat.model.embedded.finding.targets import (
    Match,
    best,
    leaders,
    rank,
    rank_each,
    split_phrases,
)
from taskchat.model.embedded.requests import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Verb
# So many tasks that were named or counted are deleted without asking again.
MAX_NAMED = 3

_IN_FULL = 0.99
_BOTH = 2
_SHORT_PART = 2
# No one counts so far down a list.
_MAX_PLACE = 12
_LIKE_AN_ID = 100
_SO_MANY = frozenset(("one", "two", "three", "one of them", "two of them", "a few", "some"))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a target came to.

    `tasks` are meant for certain; else `candidates` may be, and `missing` names what fits no task.
    `is_bulk` is set where they were not named one by one. `is_clear` tells a plain hit,
    `is_guess` that nothing but the whole list is left to be meant, `is_full` that one title alone
    holds all the words.
    """

    tasks: tuple[SeenTask, ...] = ()
    candidates: tuple[SeenTask, ...] = ()
    missing: tuple[str, ...] = ()
    is_bulk: bool = False
    is_clear: bool = False
    is_guess: bool = False
    is_full: bool = False


def choose(target: Target, verb: Verb, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    """Find the tasks that a target means among `tasks`, the whole list as it is now."""
    if target.is_newest and tasks:
        return _newest(verb, tasks, memory)
    if target.priority is not None or target.due is not None:
        return _of_kind(target, verb, tasks, memory)
    pool = _preferred(verb, tasks)
    if target.is_any and not (target.words or target.ordinals):
        return Choice(candidates=tuple(pool))
    if target.numbers:
        return _by_number(target, tasks, memory)
    if target.is_all or (target.status != "all" and not target.words and not target.ordinals):
        return _all_of(target, verb, tasks, memory)
    if target.ordinals:
        return _by_place(target, tasks, memory)
    if target.words and target.is_other:
        # "The other call" is not the one that was just spoken of.
        pool, tasks = (
            [task for task in row if task.id not in memory.focus] for row in (pool, tasks)
        )
    if target.words:
        choice = _by_words(target, pool, tasks, is_final=verb == "delete")
        return replace(choice, is_clear=True) if target.is_other and choice.is_full else choice
    return _by_pointing(target, verb, pool, tasks, memory)


def _of_kind(target: Target, verb: Verb, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    """Of the tasks of a priority, or due then, the one that is meant, or all of them."""
    those = list(tasks)
    if target.priority is not None:
        those = [task for task in those if task.priority == target.priority]
    if target.due is not None:
        those = [task for task in those if is_due(task, target.due, memory.now)]
    open_ones = _preferred(verb, those)
    if not those:
        return Choice(missing=("a task of that kind",))
    points = target.is_named or target.is_all
    if points or target.is_plural:
        all_of = replace(
            target, priority=None, due=None, is_all=not (target.words or target.ordinals)
        )
        return choose(all_of, verb, open_ones or those, memory)
    if len(open_ones or those) == 1:
        return Choice(tuple(open_ones or those), is_clear=True)
    return Choice(candidates=tuple(open_ones or those))


def _preferred(verb: Verb, tasks: Sequence[SeenTask]) -> list[SeenTask]:
    if verb == "complete":
        return [task for task in tasks if not task.completed]
    if verb == "reopen":
        return [task for task in tasks if task.completed]
    return list(tasks)


def _newest(verb: Verb, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    newest = max(tasks, key=lambda task: task.id)
    if verb == "delete" and not any(newest.id in added for added in _added(memory)):
        # "Delete what I just added", where nothing was.
        return Choice(candidates=(newest,))
    return Choice((newest,), is_clear=True)


def _by_number(target: Target, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    called = _called_by_number(target, tasks)
    if called is not None:
        return Choice((called,), is_clear=True)
    numbers = target.numbers
    by_id = {task.id: task for task in tasks}
    named = [_numbered(number, tasks) for number in numbers if number > _MAX_PLACE]
    if len(named) == len(numbers) and all(named):
        # "5510 can be deleted", of "Ticket 5510".
        return Choice(tuple(task for task in named if task), is_clear=True)
    if memory.shown:
        row = [by_id.get(one) for one in memory.shown]
        if len(row) < max(numbers) <= len(tasks):
            # Fewer were shown, as an answer: the numbers are those of the list.
            row = list(tasks)
        return _places(numbers, row)
    found = [by_id[number] for number in dict.fromkeys(numbers) if number in by_id]
    missing = [f"task {number}" for number in numbers if number not in by_id]
    return Choice(tuple(found), missing=tuple(missing), is_clear=True)


def _called_by_number(target: Target, tasks: Sequence[SeenTask]) -> SeenTask | None:
    """The one task whose title holds the numbers and the words: "the lawn at number 12"."""
    holding = [
        task
        for task in tasks
        if all(re.search(rf"(?<!\d){number}(?!\d)", task.title) for number in target.numbers)
    ]
    found = best(target.words, holding) if target.words and holding else []
    return found[0].task if len(found) == 1 and found[0].shares_noun else None


def _numbered(number: int, tasks: Sequence[SeenTask]) -> SeenTask | None:
    """The one task whose title holds a number, or None."""
    # "Ticket 5510 password reset" and "Review PR 15" are called so, "Buy 15 eggs" is not.
    is_name = rf"(?<!\d){number}(?!\d)" + ("" if number >= _LIKE_AN_ID else r"\W*$")
    found = [task for task in tasks if re.search(is_name, task.title)]
    return found[0] if len(found) == 1 else None


def _by_place(target: Target, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    by_id = {task.id: task for task in tasks}
    row: list[SeenTask | None] = list(tasks)
    if target.words:
        row = [match.task for match in best(target.words, tasks)]
    elif (
        (target.is_plural or _were_added(memory))
        and memory.is_just_changed
        and len(memory.focus) > 1
    ):
        # "The first of those", "the second one", right after two were added.
        row = [by_id.get(one) for one in memory.focus]
    elif memory.shown:
        row = [by_id.get(one) for one in memory.shown]
    return _places(target.ordinals, row)


def _were_added(memory: Memory) -> bool:
    """Whether the tasks in mind were added together, by the last turn or by one before."""
    return (not memory.shown and set(memory.focus) in _added(memory)) or all(
        effect.status == "created" for effect in memory.last_effects
    )


def _added(memory: Memory) -> list[set[int]]:
    """The ids of the tasks that each turn created."""
    return [
        {one.task_id for one in turn.effects if one.status == "created"} for turn in memory.turns
    ]


def _places(places: tuple[int, ...], row: Sequence[SeenTask | None]) -> Choice:
    """The tasks at 1-based places of a row, which holds None where one is gone since."""
    found: list[SeenTask] = []
    missing: list[str] = []
    for place in dict.fromkeys(places):
        index = place - 1 if place > 0 else place
        if place == MIDDLE and len(row) % 2:
            place, index = len(row) // 2 + 1, len(row) // 2
        task = row[index] if place and -len(row) <= index < len(row) else None
        if task is None:
            missing.append(_place_name(place))
        elif task not in found:
            found.append(task)
    return Choice(tuple(found), missing=tuple(missing), is_clear=True)


def _place_name(place: int) -> str:
    if place == MIDDLE:
        return "a middle one"
    return f"number {place}" if place > 0 else "the last one"


def _all_of(target: Target, verb: Verb, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    pool = list(tasks)
    if target.status != "all":
        pool = [task for task in pool if task.completed == (target.status == "completed")]
    elif verb in {"complete", "reopen"}:
        pool = _preferred(verb, tasks)
    if target.words:
        likely = [match.task for match in rank(target.words, pool) if match.is_likely]
        if not likely and target.status != "all":
            # "The old leads" may be called so, and not be done.
            fitting = [match.task for match in rank(target.words, tasks) if match.is_likely]
            likely = [task for task in fitting if _OLD.search(task.title)]
        pool = likely or _to_buy(target, pool)
        if not pool:
            return Choice(missing=(quote(target.words),))
    elif target.is_plural and not target.is_other:
        pool = _in_view(pool, target, memory)
    if target.but:
        kept = _spared(target.but, pool, tasks, memory)
        if not kept:
            # What is to be spared could not be found: nothing is safe then.
            return Choice(missing=(quote(target.but),))
        pool = [task for task in pool if task.id not in kept]
    if target.status == "pending" and target.is_pronoun and not target.is_all and len(pool) > 1:
        return Choice(candidates=tuple(pool))  # "the remaining one", where several are
    places = {task.id: place for place, task in enumerate(tasks)}
    in_order = sorted(pool, key=lambda task: places[task.id])
    return Choice(tuple(in_order), is_bulk=True, is_clear=True)


def _in_view(pool: list[SeenTask], target: Target, memory: Memory) -> list[SeenTask]:
    """Of all tasks those that "all of them" is about: the several just changed, else those shown."""
    if memory.is_just_changed and len(memory.focus) > 1 and target.count in {0, len(memory.focus)}:
        return [task for task in pool if task.id in memory.focus]
    if target.status == "all" and memory.is_fresh_show:
        return [task for task in pool if task.id in memory.shown]
    return pool


_OLD = re.compile(r"\bold\b", re.IGNORECASE)


def _spared(
    words: str, pool: Sequence[SeenTask], tasks: Sequence[SeenTask], memory: Memory
) -> set[int]:
    """The tasks that "except …" spares: those of a name, at a place, or in mind."""
    pointed = read_target(words, [])
    if words.casefold() in _SO_MANY:
        return set()  # "all but one": which one is not said
    if pointed.numbers or pointed.ordinals:
        placed = Target(numbers=pointed.numbers, ordinals=pointed.ordinals)
        return {task.id for task in choose(placed, "update", tasks, memory).tasks}
    if not pointed.words and (pointed.is_pronoun or pointed.is_plural):
        return set(memory.focus)
    return {match.task.id for part in split_phrases(words) for match in best(part, pool)}


def _by_words(
    target: Target, pool: Sequence[SeenTask], tasks: Sequence[SeenTask], *, is_final: bool = False
) -> Choice:
    name = _name(target.words)
    called = [task for task in tasks if _name(task.title) == name]
    if len(called) == 1:
        return Choice((called[0],), is_clear=True, is_full=True)
    preferred = {task.id for task in pool}
    parts = split_phrases(target.words)
    # Each phrase is ranked once among all tasks: that is what costs on a long list.
    ranked = rank_each([target.words, *parts], tasks)
    everyone = {task.id for task in tasks}
    alike = _all_in_full(ranked[target.words]) if is_final and not target.is_plural else []
    if alike:
        # "The Luna one" of two is asked about before it is gone.
        return Choice(candidates=tuple(alike))
    for ids in (preferred, everyone):
        among = {
            phrase: leaders([match for match in matches if match.task.id in ids])
            for phrase, matches in ranked.items()
        }
        whole = among[target.words]
        full = [
            one.task for one in ranked[target.words] if one.task.id in ids and one.phrase > _IN_FULL
        ]
        if target.is_plural and len(full) > 1:
            return _several(target, full)
        if whole and whole[0].phrase > 0.99 and len(whole) == 1:
            return Choice((whole[0].task,), is_clear=whole[0].is_clear, is_full=True)
        several = _each_of({part: among[part] for part in parts}) if len(parts) > 1 else None
        if several is not None:
            return several
        if len(whole) == 1:
            return Choice((whole[0].task,), is_clear=whole[0].is_clear)
        if whole:
            return _several(target, [match.task for match in whole])
    bought = _to_buy(target, pool) if target.is_plural else []
    if bought:
        return Choice(tuple(bought), is_bulk=True, is_clear=True)
    near = [match.task for match in ranked[target.words] if match.phrase >= 0.3]
    return Choice(candidates=tuple(near[:3]), missing=(quote(target.words),))


def _to_buy(target: Target, pool: Sequence[SeenTask]) -> list[SeenTask]:
    """The tasks to buy something, where "the shopping tasks" are meant."""
    if not set(tokens(target.words)) <= _SHOPPING:
        return []
    return [task for task in pool if tokens(task.title)[:1] in _BUYS]


_SHOPPING = frozenset({"shopping", "grocery", "groceries", "store", "supermarket"})
_BUYS = (["buy"], ["get"], ["purchase"], ["order"])


@lru_cache(maxsize=4096)
def _name(text: str) -> tuple[str, ...]:
    """The words of a title, its articles apart."""
    return tuple(word for word in tokens(text) if word not in _ARTICLES)


_ARTICLES = frozenset({"the", "a", "an", "my"})


def _all_in_full(matches: Sequence[Match]) -> list[SeenTask]:
    """The tasks whose titles all hold every word of a name, where none is that name and no more."""
    full = [match for match in matches if match.phrase > _IN_FULL and match.shares_noun]
    is_named = any(match.title > _IN_FULL for match in full)
    return [] if is_named or len(full) < _BOTH else [match.task for match in full]


def _several(target: Target, fitting: list[SeenTask]) -> Choice:
    if target.is_plural and len(fitting) > 1:
        return Choice(tuple(fitting), is_bulk=True, is_clear=True)
    return Choice(candidates=tuple(fitting))


def _each_of(parts: dict[str, list[Match]]) -> Choice | None:
    found: list[SeenTask] = []
    missing: list[str] = []
    for part, fitting in parts.items():
        if len(fitting) > 1:
            return None
        # A verb alone in a long part is no task: "the meeting, it's been called off".
        is_named = fitting and (fitting[0].shares_noun or len(part.split()) <= _SHORT_PART)
        if is_named and fitting[0].phrase >= 0.5:
            found.append(fitting[0].task)
        else:
            missing.append(quote(part))
    distinct = tuple(dict.fromkeys(found))
    # One hit among several parts: more likely one title with "and" in it, or a longer story.
    if len(distinct) < 2:
        return None
    return Choice(distinct, missing=tuple(missing), is_clear=not missing)


def _by_pointing(
    target: Target, verb: Verb, pool: Sequence[SeenTask], tasks: Sequence[SeenTask], memory: Memory
) -> Choice:
    if target.offset:
        found = beside(in_mind(target, tasks, memory), target.offset, tasks, memory)
        return Choice((found,), is_clear=True) if found else Choice(missing=("a task there",))
    return _by_what_was_said(target, verb, pool, tasks, memory)


def _by_what_was_said(
    target: Target, verb: Verb, pool: Sequence[SeenTask], tasks: Sequence[SeenTask], memory: Memory
) -> Choice:
    placed = read_target(target.background, [])
    if (placed.numbers or placed.ordinals) and not (target.is_plural or target.is_other):
        # "Number 2 is obsolete, delete it."
        return choose(Target(numbers=placed.numbers, ordinals=placed.ordinals), verb, tasks, memory)
    told = told_of(target, pool)
    if told:
        return Choice(told, is_clear=True)
    row = still_open(in_mind(target, tasks, memory), target, verb)
    if len(row) > 1 and len(memory.focus_before) == 1 and verb != "delete" and not target.is_plural:
        # "Show my list" and then "set it to friday": what was spoken of before.
        row = [task for task in row if task.id in memory.focus_before] or row
    spoken_of = _spoken_of(target, tasks, row, memory)
    if spoken_of is not None:
        return spoken_of
    is_last = len(pool) == 1 and bool(row) and all(task.completed for task in row)
    if verb == "complete" and target.is_pronoun and is_last:
        # "Now that one is done too", after all but one.
        return Choice(tuple(pool), is_clear=True)
    pair = _last_two(memory) if target.is_both and len(row) < _BOTH else ()
    if len(pair) == _BOTH:
        return Choice(tuple(task for task in tasks if task.id in pair), is_bulk=True, is_clear=True)
    if target.is_both and len(row) < _BOTH and (row or len(pool) == _BOTH):
        # "Complete both", where one was last spoken of and two are open.
        is_pair = len(pool) == _BOTH
        both = Choice(tuple(pool), is_bulk=True, is_clear=True)
        return both if is_pair else Choice(candidates=tuple(pool))
    if len(row) == 1:
        return Choice(tuple(row), is_clear=True)
    if target.is_plural:
        is_bulk = target.is_other or not (row and memory.is_just_changed)
        return Choice(tuple(row or pool), is_bulk=is_bulk, is_clear=True, is_guess=not row)
    return _alone_or_asked(target, row, pool, tasks)


def _spoken_of(
    target: Target, tasks: Sequence[SeenTask], row: list[SeenTask], memory: Memory
) -> Choice | None:
    """The tasks that this message, or the one before that was not understood, spoke of in vain; or None."""
    if names_another(target.background, tasks):
        return Choice(candidates=tuple(match.task for match in best(target.background, tasks)))
    unknown = "" if target.is_plural else state_of_none(target.background, tasks)
    if unknown:
        return Choice(missing=(quote(unknown),))
    if not target.is_plural and tells_of_other(target.background, tasks, memory.focus):
        return Choice(candidates=tuple(row))
    unheard = "" if content_stems(target.background) else memory.unheard
    spoken_of = [match for match in told_before(unheard, tasks) if match.task not in row]
    if len(spoken_of) == 1 and spoken_of[0].title >= NAMED:
        # What was not understood spoke of a task all the same: it is the one in mind now.
        return Choice((spoken_of[0].task,), is_clear=True)
    if spoken_of:
        return Choice(candidates=(*(match.task for match in spoken_of), *row))
    return None


def _last_two(memory: Memory) -> tuple[int, ...]:
    """The ids of the two tasks that the last two turns added, one each."""
    last = [added for added in _added(memory)[-_BOTH:] if len(added) == 1]
    return tuple(one for added in last for one in added)


# "Found one! Cross it off."
_GOT_ONE = re.compile(
    r"\W*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+)?(?:found|got|bought|booked)\s+(?:one|some)\W*",
    re.IGNORECASE,
)


def _alone_or_asked(
    target: Target, row: list[SeenTask], pool: Sequence[SeenTask], tasks: Sequence[SeenTask]
) -> Choice:
    """The one task that may be meant at all, else those that are to be asked about."""
    touched = only_touched(target.background, row or tasks)
    if touched is not None:
        return Choice((touched,), is_clear=True)
    # "The roof is finished, mark it" names what may not be there.
    is_told = bool(content_stems(target.background)) and not _GOT_ONE.fullmatch(target.background)
    if len(tasks) == 1 and len(pool) == 1 and not is_told:
        return Choice(tuple(pool), is_clear=True)
    return Choice(candidates=tuple(row or pool))
