"""What a clause tells of a task by its words alone, in whatever order they stand.

The forms of statements.py come first. Where none of them fits, the words are sorted: those that tell
a date, a level or a deed, those that only hold a sentence together, and the rest. The rest must name
a task that is on the list in full, so that a word which nothing explains ends the guess.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import take_priority
from taskchat.model.embedded.clauses.changing import changes_due
from taskchat.model.embedded.clauses.mood import is_by_others
from taskchat.model.embedded.english.deeds import TAKEN
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import (
    STOP_WORDS,
    is_errand_stem,
    is_past,
    stem,
    tokens,
    word_set,
)
from taskchat.model.embedded.requests import Act, Changes, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.clauses.cutting import Heard

_MAX_WORDS = 16
_UNSURE = re.compile(
    r"\b(?:not|never|nobody|no|if|unless|maybe|perhaps|might|wrong|mistake|until\s+then|instead\s+of|every|each|another"
    r"|new|add|remind|remember|forget|hope|wish|(?:gone|went|fell|came|ran)\s+(?:off|bad|missing|down|out|over|wrong)|wonder|hate|love|delete|remove)\b|n't\b|\?",
    re.IGNORECASE,
)
# These stand around a name and a date, and say nothing that a list could keep.
_AROUND_DATE = word_set(
    "due date deadline day time set put move moved push pushed schedule scheduled reschedule rescheduled plan planned "
    "make get gets go goes going gone comes come keep leave let happen happens happening take takes place starts start begins "
    "begin needed needs required expected supposed wanted ready latest end before until till by sharp around about "
    "wants needs requires think guess know see want like better works suits fine ok say says said told tell turns out away along through "
    "doing expires expire expiring runs closes opens ends important pretty urgent quite very gonna postponed delayed shifted shift bump bumped brought bring forward wait later earlier later's instead rather won't it'll that'll there'll should've must've we'll let's we've "
    "next this coming job need end finally definitely probably honestly basically luckily ideally"
)
_AROUND_DEED = word_set(
    "finally managed got get away off through up out back down over in on went go gone all today yesterday "
    "morning afternoon evening night earlier ago minute minutes hour hours week last this just now successfully "
    "luckily phew yay hooray hurray finally safely quickly lunch-time weekend bit while least"
)
_I_AM = re.compile(r"\W*(?:i'm|i\s+am|we're|we\s+are|i've|i\s+have|i)\b", re.IGNORECASE)
_DONE = word_set("done finished complete completed sorted ready over")
_I = re.compile(
    r"\b(?:i|we|i've|we've|i'm|we're)\b|\b(?:is|are|was|were|'s|has|have|been|got)\b", re.IGNORECASE
)


def read_gist(text: str, heard: Heard) -> Act | None:
    """The change that a clause tells of a task by its words, or None where it tells none."""
    said = tokens(text)
    if not said or len(said) > _MAX_WORDS or _UNSURE.search(text) or heard.message.quoted(text):
        return None
    due = find_due(text, heard.now)
    rest, level = take_priority(due.rest if due else text)
    words = tokens(rest)
    if due is not None and due.due.day <= heard.now.date() and any(map(is_past, words)):
        return None
    if due is not None:
        changes = changes_due(text, due.due, heard.now)
        changes = Changes(
            due=changes.due,
            keeps_day=changes.keeps_day,
            is_open_hour=changes.is_open_hour,
            priority=level,
        )
        event = next((stem(word) for word in words if word in _EVENTS), "")
        act = _of_it(words, text, changes, heard) or _of(
            Act("update", Target(), changes), words, _AROUND_DATE, heard
        )
        return replace(act, deed=event) if act else None
    if level is not None:
        return _of(Act("update", Target(), Changes(priority=level)), words, _AROUND_DATE, heard)
    deeds = [word for word in words if _is_deed(word)]
    if (
        len(deeds) == 1
        and _I_AM.match(text)
        and set(words) <= STOP_WORDS | _AROUND_DEED | set(deeds)
    ):
        # "I'm checked in now", of the task to check in.
        it = read_target("it", [], heard.background)
        return Act("complete", it, said="it", is_stated=True, is_gist=True, deed=stem(deeds[0]))
    if deeds and _I.search(text) and not TAKEN.search(text) and not is_by_others(text):
        act = _of(Act("complete", Target()), words, _AROUND_DEED, heard, but=deeds)
        return replace(act, deed=stem(deeds[0])) if act else None
    return None


# What others do, or what begins: no date of an errand, though its title has the same name.
_EVENTS = word_set(
    "comes coming arrives arriving starts begins opens closes ends leaves leaving lands expires visits visiting"
)


def _of_it(words: list[str], text: str, changes: Changes, heard: Heard) -> Act | None:
    """The date of the task last spoken of: "they have to be ready by friday"."""
    is_pointed = _IT.search(text) and set(words) <= STOP_WORDS | _AROUND_DATE
    it = read_target("it", [], heard.background)
    return Act("update", it, changes, said="it", is_stated=True) if is_pointed else None


_IT = re.compile(r"\b(?:it|they|them|that|this)\b", re.IGNORECASE)


def naming_words(text: str) -> str:
    """The words of a text that may name a task, without those around a date."""
    return " ".join(word for word in tokens(text) if word not in STOP_WORDS | _AROUND_DATE)


def _is_deed(word: str) -> bool:
    return word in _DONE or (is_past(word) and is_errand_stem(stem(word)))


def _of(
    told: Act, words: list[str], around: frozenset[str], heard: Heard, but: Sequence[str] = ()
) -> Act | None:
    """What is told (`told`, of no task yet) of the task that the words name, if they name one.

    `around` are the words that name none; those of `but` name one only beside others.
    """
    pointed = read_target(" ".join(words), [], heard.background)
    if pointed.numbers or pointed.ordinals:
        words = tokens(pointed.words)
    named = [word for word in words if word not in STOP_WORDS and word not in around]
    nouns = [word for word in named if word not in but]
    if pointed.numbers or pointed.ordinals:
        target = Target(numbers=pointed.numbers, ordinals=pointed.ordinals)
        return None if nouns else replace(told, target=target, said="it", is_stated=True)
    if not nouns:
        return None
    target = read_target(" ".join(nouns if but else named), [], heard.background)
    if not target.words or target.is_all:
        return None
    return replace(told, target=target, said="it", is_stated=True, is_gist=True)
