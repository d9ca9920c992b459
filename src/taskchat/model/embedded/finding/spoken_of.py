"""Which tasks the sentences before an act speak of, and which were deleted before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.reports import without_time
from taskchat.model.embedded.conversation.history import SeenTask
from taskchat.model.embedded.english.deeds import find_deed
from taskchat.model.embedded.english.words import (
    content_stems,
    opening_stem,
    same_deed,
    stem,
    tokens,
)
from taskchat.model.embedded.finding.targets import best, leaders, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import Effect
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.finding.targets import Match
    from taskchat.model.embedded.requests import Target

NAMED = 0.45
"""From this share of its title on, a task was spoken of and not only touched."""
_IN_FULL = 0.99
_BOTH = 2
_WELL_COVERED = 0.55
_TITLE_MARGIN = 0.1
# "It's for the wedding, so make it high" tells more of what was spoken of before.
_OF_IT = re.compile(
    r"\W*(?:it|they(?!\s+(?:say|said|tell|told|think|want)\b|\s+\w+\s+(?:the|my|our)\b)|(?:it|they|that|this)(?:'s|'re|\s+is|\s+are)|its\s+(?:for|at|on|in|a))\b",
    re.IGNORECASE,
)
_GERUND = re.compile(
    r"\W*(?:the\s+)?\w{3,}ing\s+(?:needs?|has|is|was|can|should|must)\b", re.IGNORECASE
)


def told_before(words: str, tasks: Sequence[SeenTask], *, of_several: bool = False) -> list[Match]:
    """The task that the sentences before speak of: "I called Amy. Delete that one."; or those ("delete those")."""
    if not content_stems(words) or _OF_IT.match(words):
        return []
    # A verb alone names no task that "it" could be: "they called it off".
    ranked = rank(without_time(words), tasks)
    is_noun = _GERUND.match(words) is not None  # "Hoovering needs doing again, reopen it."
    matches = [match for match in ranked if match.shares_noun or is_noun]
    fitting = leaders(matches)
    if [match.phrase > _IN_FULL for match in matches].count(True) == 1 and len(fitting) == 1:
        return fitting
    if fitting:
        # "The rent's paid, the meeting's off, delete that" speaks of two: any of them may be meant.
        named = [match for match in matches if match.shares_noun and match.title >= NAMED]
        return fitting if len(named) < 2 else _without_touched(words, named)
    # A longer story covers a title well, though the title covers little of the story.
    ranked = sorted(matches, key=lambda match: (-match.title, -match.phrase))
    good = [match for match in ranked if match.title >= _WELL_COVERED]
    if good and not of_several:
        return [match for match in good if good[0].title - match.title < _TITLE_MARGIN]
    return good or ranked


def _without_touched(words: str, named: list[Match]) -> list[Match]:
    """The matches without those that share no more than what one named in full has: "the meeting with Tom"."""
    full = [match for match in named if match.title > _IN_FULL]
    if len(full) != 1:
        return named
    held = set(content_stems(full[0].task.title))
    rest = " ".join(word for word in tokens(words) if stem(word) not in held)
    others = [match.task for match in named if match is not full[0]]
    more = {match.task.id for match in rank(rest, others)} if content_stems(rest) else set[int]()
    return [match for match in named if match is full[0] or match.task.id in more]


def names_another(words: str, tasks: Sequence[SeenTask]) -> bool:
    """Whether words speak of a task for someone whom no title names: "the gift for Liam", of one for Noah."""
    names = _FOR_WHOM.findall(words)
    held = {one for task in tasks for one in content_stems(task.title)}
    strange = [name for name in names if stem(name) not in held]
    return bool(strange) and any(match.shares_noun for match in rank(words, tasks))


_FOR_WHOM = re.compile(r"\b(?:for|with|to|from)\s+([A-Z][a-z]+)\b")


def last_sentence(background: str) -> str:
    """Of the clauses that were said before, a line each, the one just before."""
    return background.rsplit("\n", 1)[-1]


def state_of_none(words: str, tasks: Sequence[SeenTask]) -> str:
    """What the last sentence tells to be done and no title touches: "The roof repair is finished, mark it."; or ""."""
    state = _IS_DONE.match(last_sentence(words))
    return state["name"] if state is not None and not rank(state["name"], tasks) else ""


def tells_of_other(words: str, tasks: Sequence[SeenTask], focus: Sequence[int]) -> bool:
    """Whether a deed was done to a certain thing that is in no title: "I bought the soap", of the toothpaste in mind."""
    found = find_deed(last_sentence(words))
    if found is None or not _CERTAIN.match(found["name"]) or rank(found["name"], tasks):
        return False
    deed = stem(found["deed"])
    in_mind = {opening_stem(task.title) for task in tasks if task.id in focus}
    return not in_mind.isdisjoint({deed} | same_deed(deed))


_IS_DONE = re.compile(
    r"\W*(?:the|my)\s+(?P<name>[\w'-]+(?:\s+[\w'-]+){0,3}?)\s+(?:is|are|was|were)\s+(?:(?:now|already|all|finally)\s+)*(?:done|finished|completed?|sorted)\W*$",
    re.IGNORECASE,
)
_CERTAIN = re.compile(r"(?:the|my)\s", re.IGNORECASE)


def only_touched(words: str, tasks: Sequence[SeenTask]) -> SeenTask | None:
    """The one task that words touch at all, be it by its verb alone: "the mulch", "I won't renew it"."""
    touched = [match for match in rank(words, tasks) if match.is_literal] if words else []
    if len(touched) != 1:
        return None
    only = touched[0]
    held = content_stems(only.task.title)
    verbs = "|".join(re.escape(word) for word in tokens(words) if stem(word) in held)
    if only.shares_noun or not verbs:
        return only.task if only.shares_noun else None
    is_named = re.search(
        rf"\b(?:the|my)\s+(?:{verbs})\b|^\W*(?:{verbs})(?:'s|\s+is)\b|\b(?:{verbs})\s+(?:it|that|them)\b",
        words,
        re.IGNORECASE,
    )
    return only.task if is_named else None


def choose_deleted(target: Target, memory: Memory) -> list[Effect]:
    """The deleted tasks that are to come back: those named, else those of the last turn."""
    if target.words:
        gone = [SeenTask(effect.task_id, effect.title) for effect in memory.deleted]
        ids = [match.task.id for match in best(target.words, gone)[:1]]
        return [effect for effect in memory.deleted if effect.task_id in ids]
    recent = [effect for effect in memory.last_effects if effect.status == "deleted"]
    if len(recent) > 1 and target.background and not (target.is_plural or target.is_all):
        # "The locks still need changing, bring that one back."
        gone = [SeenTask(effect.task_id, effect.title) for effect in recent]
        told = told_before(target.background, gone)
        if len(told) == 1:
            return [effect for effect in recent if effect.task_id == told[0].task.id]
    if recent and not (target.is_plural and len(recent) == 1):
        return recent
    if recent and not target.is_all:
        return list(memory.deleted[:_BOTH])
    return list(memory.deleted) if target.is_all or target.is_plural else list(memory.deleted[:1])
