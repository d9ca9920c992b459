"""What a clause tells as done by the speaker: "I called the bank", "it's booked", "paid the rent"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.mood import is_by_others
from taskchat.model.embedded.english.deeds import TAKEN
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import (
    is_errand_stem,
    is_past,
    stem,
    telling_words,
    tokens,
)
from taskchat.model.embedded.requests import Act, Talk, Target

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard

_DENIES = re.compile(r"\b(?:not|never|nobody|nothing)\b|n't\b", re.IGNORECASE)
_TO_BE_DONE = re.compile(
    r"\b(?:get|gets|getting)\s+\w+ed\b|\b(?:needs?|has|have|ought|going|must|should|can|could|may|might|will|to)\s+(?:to\s+)?be\b",
    re.IGNORECASE,
)
# "I managed to pay the rent" tells the same as "I paid the rent".
_MANAGED = re.compile(
    r"\bended\s+up\s+(?=\w+ing\b)|\b(?:managed|(?:finally|just)\s+got|got\s+(?:a?round"
    r"|the\s+chance))\s+to\s+",
    re.IGNORECASE,
)
# "The rent went through": it is done, whoever did it.
_HAPPENED = re.compile(
    r"\b(?:went|gone|came|come)\s+(?:through|out|well|fine|ok(?:ay)?|great|smoothly)\b|\bbeen\s+and\s+gone\b"
    r"|(?:\b(?:is|are)|'s|'re)\s+(?:all\s+|now\s+|finally\s+)*(?:ready|in)\W*$"
    r"|\bout\s+of\s+the\s+way\b|\bin\s+the\s+bag\b|\bwent\s+without\s+a\s+hitch\b",
    re.IGNORECASE,
)
# Where the speaker has been: "been to the dentist" is asked about.
_WENT = re.compile(
    r"\bwent\s+to\s+|^\W*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+)?(?:had|attended)\s+(?=the\b|my\b|our\b)",
    re.IGNORECASE,
)
_HAD = re.compile(
    r"\W*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+)?(?:had|attended)\s+(?:the|my|our)\s",
    re.IGNORECASE,
)
_BEEN = re.compile(
    r"\W*(?:i(?:'ve|\s+have)?\s+)?(?:just\s+|already\s+)?been\s+(?:to|at)\s", re.IGNORECASE
)
# "I approved the requests": any verb, where it is plain that it was done to something.
_DID = re.compile(
    r"\W*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:(?:just|already|finally|also|now)\s+)*"
    r"(?!(?:want|need|lik|lov|hat|miss|decid|plann|hop|wish|tri|fail|seem|ask|allow|suppos|believ|expect|enjoy|notic|mention|refus|forgot)ed\b)[a-z]{3,}ed\s+(?:the|my|our)\s+(?!(?:wrong|right|same|other)\b)\w",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"[\s,]*\b(?:last\s+(?:night|week)|this\s+(?:morning|afternoon|evening)|earlier(?:\s+(?:today|on))?|yesterday|just\s+now"
    r"|the\s+other\s+day|(?:as\s+of\s+)?(?:a|an|one|two|three|five|ten|a\s+few|\d+)\s+(?:\w+\s+)?(?:sec(?:ond)?s?|min(?:ute)?s?|moments?|while|hours?|days?|weeks?)\s+ago|on\s+(?:the|my)\s+(?:way(?:\s+(?:home|back|in|out|to\s+work))?|(?:lunch\s+|coffee\s+)?break)|(?:before|after|over|at|during)\s+(?:work|breakfast|lunch|dinner|school))\b",
    re.IGNORECASE,
)
_PIECE = re.compile(
    r"\s*(?:[,;]|\bbut\b|\bso\b|\bbecause\b|\bcause\b|\bthen\b)\s*(?:and\s+)?", re.IGNORECASE
)
_LONG = 9


def read_report(text: str, heard: Heard) -> Act | None:
    """The completion that a clause without a cue word tells, or None.

    It is doubtful by nature: it counts only where a task fits it well.
    """
    pieces = _PIECE.split(text)
    if len(tokens(text)) <= _LONG and not all(_tells_deed(piece) for piece in pieces[:2]):
        pieces = [text]
    told = " and ".join(piece for piece in pieces if _tells_deed(piece))
    if not told:
        return None
    told = _WENT.sub("", without_time(_MANAGED.sub("", _HAPPENED.sub("", told))))
    due = find_due(told, heard.now)
    words = heard.message.reveal(due.rest if due else told)
    target = read_target(words, heard.message.quoted(told), heard.background)
    target = points_only(target, words)
    was_there = bool(_BEEN.match(told))
    otherwise = Talk("repeat_please")
    deed = next((stem(word) for word in tokens(told) if is_past(word)), "")
    return Act("complete", target, otherwise=otherwise, is_hedged=was_there, said=told, deed=deed)


def points_only(target: Target, words: str) -> Target:
    """The target of "it's booked" or "haven't paid it": the verb names no task, the pronoun does."""
    # "The renew tasks" are called so.
    points = (target.is_pronoun or target.is_plural) and not _CALLED.search(words)
    if points and all(one.is_verb for one in telling_words(words)):
        return Target(
            is_pronoun=target.is_pronoun,
            is_plural=target.is_plural,
            is_all=target.is_all and target.is_plural,
            background=target.background,
        )
    return target


_CALLED = re.compile(
    r"\b(?:both|the|my|all)\s+(?!(?:of|the|my|those|these)\b)\w+\s+(?:tasks|ones|items)\b"
    r"|\b(?:every|each|all)\s+(?!(?:of|the|my|those|these)\b)\w+\s+(?:task|one|item)\b|\bthe\s+ones?\s+(?:with|for|about|from|to|at)\s+\w",
    re.IGNORECASE,
)


def without_time(text: str) -> str:
    """The text without the words for when something was done."""
    return _WHEN.sub("", text)


def _tells_deed(text: str) -> bool:
    if _DENIES.search(text) or TAKEN.search(text) or _TO_BE_DONE.search(text):
        return False
    if _HAPPENED.search(text):
        return True
    if is_by_others(text):
        return False
    was_done = _MANAGED.search(text) or _BEEN.match(text) or _HAD.match(text) or _DID.match(text)
    return bool(was_done) or any(
        is_errand_stem(stem(word)) and is_past(word) for word in tokens(text)
    )
