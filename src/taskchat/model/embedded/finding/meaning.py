"""Which tasks an act means, its words apart: by the verb that told a deed, or by a new title.

Of "sent it" it is the task to send something, whichever was last spoken of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.gist import naming_words
from taskchat.model.embedded.clauses.same_task import points
from taskchat.model.embedded.english.deeds import find_deed
from taskchat.model.embedded.english.states import comes_of
from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    is_errand_stem,
    same_deed,
    stem,
    telling_words,
    tokens,
    word_set,
)
from taskchat.model.embedded.finding.choosing import Choice, choose
from taskchat.model.embedded.finding.spoken_of import told_before
from taskchat.model.embedded.finding.targets import named_in_full, rank
from taskchat.model.embedded.requests import Add

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Act

_THEIRS = re.compile(r"\b(?:his|her|their)\s", re.IGNORECASE)
# These are said of any errand.
_OF_ANY = frozenset(
    stem(verb) for verb in ("do", "finish", "complete", "handle", "sort", "make", "go")
)
# What nobody does by calling or buying something of that name.
_EVENTS = word_set(
    "appointment appointments meeting meetings interview call party birthday exam test class lesson visit"
)


def choose_for(act: Act, tasks: Sequence[SeenTask], memory: Memory) -> Choice:
    """The tasks that an act means, by its target and by what else it tells of them."""
    deed = act.deed or _deed_before(act)
    if deed and points(act.target) and not (act.target.is_plural or act.target.is_all):
        done = _choose_done(deed, tasks, memory)
        if done is not None and (act.deed or done.tasks):
            return done
    if deed and points(act.target) and act.target.is_plural and not act.target.is_all:
        # "I've staked them", of the one task to stake the tomatoes.
        done = _choose_done(deed, tasks, memory)
        if done is not None and len(done.tasks) == 1:
            return done
    if points(act.target) and isinstance(act.at_last, Add) and not memory.is_just_changed:
        return Choice()  # "note: two pairs" is of the task that was just changed, or of none
    choice = choose(act.target, act.verb, tasks, memory)
    if choice.candidates and _THEIRS.search(act.said):
        # "Tom can't come, so delete his interview."
        theirs = told_before(act.target.background, choice.candidates)
        choice = Choice((theirs[0].task,), is_clear=True) if len(theirs) == 1 else choice
    if act.state:
        return _in_state(act.state, choice)
    if act.is_gist and act.deed and not all(fits_deed(act.deed, one.title) for one in choice.tasks):
        return Choice()
    if act.changes.title and not choice.tasks and points(act.target):
        # "There's a typo, call it Buy birthday card": the title that is most like the new one.
        ranked = rank(act.changes.title, tasks)
        alike = [match for match in ranked if match.shares_noun and match.phrase >= _ALIKE]
        return Choice((alike[0].task,), is_clear=True) if len(alike) == 1 else choice
    return choice


def _deed_before(act: Act) -> str:
    """The stem of the verb that was told before an order to tick "it" off: "I called her, tick that off"."""
    found = find_deed(act.target.background) if act.verb == "complete" else None
    return stem(found["deed"]) if found and _WHOM.fullmatch(found["name"]) else ""


_WHOM = re.compile(r"him|her|them|it", re.IGNORECASE)


def _in_state(state: str, choice: Choice) -> Choice:
    """Of the tasks that may be meant, the one that a state tells as done; no task where it is none."""
    told = [one for one in (*choice.tasks, *choice.candidates) if comes_of(state, one.title)]
    is_named = choice.is_clear or choice.is_full or not choice.tasks
    if len(told) != 1 or not is_named or choice.missing:
        return Choice()
    return Choice((told[0],), is_clear=True, is_full=True)


def task_told_again(add: Add, tasks: Sequence[SeenTask]) -> SeenTask | None:
    """The task that a bare order with a date or a priority only says again, with that; None for a new one."""
    if not (add.due or add.priority):
        return None
    told = [one for one in tasks if not one.completed and _goes_on(add.title, one.title)]
    if len(told) == 1:
        return told[0]
    ranked = rank(add.title, tasks)
    # "Email to the professor goes out today" says no more than "email the professor".
    there = named_in_full(ranked) or named_in_full(rank(naming_words(add.title), tasks))
    is_name = add.due is None and not any(word.is_verb for word in telling_words(add.title))
    if there is not None or not (is_name or _DEFINITE.match(add.title)):
        return there
    # "Renew the permit in two weeks", where the task is to renew the parking permit.
    said = [match.task for match in ranked if match.phrase > _IN_FULL and match.shares_noun]
    return said[0] if len(said) == 1 and not said[0].completed else None


def _goes_on(said: str, title: str) -> bool:
    """Whether words are a title and then only why or until when: "ring the bank before they close"."""
    rest = said.casefold().removeprefix(title.casefold())
    return rest != said.casefold() and _WHY.match(rest) is not None


_WHY = re.compile(r"\s+(?:before|within|because|so|or|else|when|while|until|as)\b", re.IGNORECASE)


def may_be_there(add: Add, tasks: Sequence[SeenTask]) -> bool:
    """Whether a bare order may be about a task that is on the list already."""
    said = add.title.casefold()
    is_told_of = any(
        said.startswith(one.title.casefold()) and _TELLS_OF.match(said, len(one.title))
        for one in tasks
    )
    ranked = rank(add.title, tasks)
    return is_told_of or any(one.shares_noun and one.phrase >= _MAY_BE_THERE for one in ranked)


# "Fill the feeder is …" begins with the title of a task, and tells of it.
_TELLS_OF = re.compile(r"\s*(?:,|(?:is|are|was|were|should|has|needs|can|must|will)\b)")
_DEFINITE = re.compile(r"\w+\s+(?:the|my)\s", re.IGNORECASE)
_IN_FULL = 0.99
# Of a new title so much may be new.
_ALIKE = 0.4
# From this share of its words on.
_MAY_BE_THERE = 0.6


def _choose_done(deed: str, tasks: Sequence[SeenTask], memory: Memory) -> Choice | None:
    """The open task that a deed to "it" tells as done, where the one last spoken of is not for it.

    None where the verb alone does not decide; no task where it is none that every list knows
    ("skimmed it") and no title has it.
    """
    still_open = [task for task in tasks if not task.completed]
    in_mind = [task for task in still_open if task.id in memory.focus]
    literal = [task for task in in_mind if deed in _verbs(task.title, deed)]
    if len(literal) == 1 < len(in_mind):
        return Choice((literal[0],), is_clear=True, is_full=True)
    is_known = is_errand_stem(deed)
    if deed in _OF_ANY or any(
        fits_deed(deed, task.title) and (is_known or deed in _verbs(task.title, deed))
        for task in in_mind
    ):
        return None
    fitting = [task for task in still_open if deed in _verbs(task.title, deed) | _alike(task.title)]
    if len(fitting) == 1:
        return Choice((fitting[0],), is_clear=True, is_full=True)
    # "I made that call", of two to be made.
    return Choice(candidates=tuple(in_mind or fitting)) if is_known else Choice()


def fits_deed(deed: str, title: str) -> bool:
    """Whether a deed may be what a title wants done; a title without a verb leaves it open."""
    verbs = _verbs(title, deed)
    if deed in _OF_ANY or deed in verbs | _alike(title):
        return True
    return not verbs and _EVENTS.isdisjoint(tokens(title))


def opens_with_deed(deed: str, title: str) -> bool:
    """Whether a title opens with the verb of a deed, or with one that tells the same."""
    return stem(title.split()[0]) in {deed} | same_deed(deed)


def _verbs(title: str, deed: str = "") -> frozenset[str]:
    """The verb that a title opens with, as far as it is a known one or the deed itself; or none."""
    first = tokens(title)[:1]
    told = stem(first[0]) if first else ""
    is_verb = bool(first) and (first[0] in ERRAND_VERBS or is_errand_stem(told) or told == deed)
    return frozenset({told}) if is_verb else frozenset()


def _alike(title: str) -> frozenset[str]:
    return frozenset[str]().union(*(same_deed(verb) for verb in _verbs(title)))
