"""Several errands told in one breath: "call mom on friday and pay the rent" is two tasks.

What decides is whether each part could stand alone: a verb with an object of its own. "Research and
book flights" shares its object, "wrap it" needs the part before, "soap and water" has no second verb.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.english.words import ERRAND_VERBS, STOP_WORDS, tokens, word_set

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.requests import Add

_LINK = r"(?:and\s+then|and\s+also|and|then|plus|&|\+)"
_JOINT = re.compile(
    rf"(?:\s*[,;]\s*(?:{_LINK}\s+)?|\s+{_LINK}\s+)(?:(?:also|please|maybe)\s+)?(?:to\s+)?(?=\w)",
    re.IGNORECASE,
)
# A longer row is no list of errands, and each joint costs a look at what stands around it.
_MAX_JOINTS = 12
_LEADS = re.compile(r"^[\s,:;-]*(?:(?:to|please|also)\s+)+", re.IGNORECASE)
# These go on with the errand before them more often than they begin another: "call the bank and
# cancel the card", "buy a lamp and try the bulb".
_GOES_ON = word_set(
    "ask back cancel change check compare complete confirm cut discuss label look paper reach request see "
    "speak talk translate try update work"
)
# Nouns as well: "gas and water bills", "paint and brush sets".
_NOUNS = word_set(
    "brush cook dust file fold iron label mail oil paint paper plant polish post sand shop stock trim "
    "water wax"
)
# Where one goes first, what is done there belongs to it: "go to the shop and get milk".
_ON_THE_WAY = word_set(
    "go going head run drive walk come stop swing pop sit visit travel fly meet wait stay log open try"
)
_OPENS_OBJECT = word_set(
    "the a an my our your his her their this that these those all some any another new old both two "
    "three four five six out up off down in back"
)
# What these stand for was named in the part before.
_REFERS = re.compile(
    r"\b(?:it|its|them|him|her|his|their|there|one|ones|that|this|those|these|both|each)\b(?!\s+\w*day\b)",
    re.IGNORECASE,
)
# "Top up the card": any word before such a particle and an object is an order.
_PHRASAL = re.compile(
    r"\W*[a-z]+\s+(?:up|out|off|in|down|over|back|away)\s+(?:the|a|an|my|our|his|her|some|all|that)\s",
    re.IGNORECASE,
)
_WITH_LEAN = word_set("reply respond talk speak write apologize apply register pay prepare listen")
_LEANS = word_set("to for from in on at with by of about into as or so if when before after until")


def split_errands(title: str, now: datetime) -> list[str]:
    """The errands in the words of a title, each in words of its own; the title alone where it is one."""
    title = _LEADS.sub("", title)
    joints = list(_JOINT.finditer(title))
    if not 0 < len(joints) <= _MAX_JOINTS:
        return [title]
    is_list = sum(_is_cut(title, joint) for joint in joints) > 1
    parts: list[str] = []
    start = 0
    for joint in joints:
        before, after = title[start : joint.start()], title[joint.end() :]
        following = _JOINT.search(after)
        # A part ends where the next verb begins: "buy milk, eggs and call mom".
        piece = after[: following.start()] if following and _is_cut(after, following) else after
        is_twice = _first(before) in ERRAND_VERBS and _first(before) == _first(piece)
        if (is_twice or _is_whole(before, now)) and _is_another(
            piece, now, before, is_list=is_list
        ):
            parts.append(before.strip(" ,;"))
            start = joint.end()
    if parts and _BARE_ROW.fullmatch(parts[0]) and _first(parts[0]) not in ERRAND_VERBS:
        # "Laundry, dishes and call dad": each is an errand where one of them has a verb.
        parts[:1] = re.split(r"\s*,\s*", parts[0])
    return _share_verb([*parts, title[start:].strip(" ,;")], now)


_BARE_ROW = re.compile(r"[\w'-]+(?:\s+[\w'-]+)?(?:\s*,\s*[\w'-]+(?:\s+[\w'-]+)?)+")


def _share_verb(parts: list[str], now: datetime) -> list[str]:
    """The parts with the verb before them, where they only name someone: "text Zoe at 4 and Max at 5"."""
    verb = _first(parts[0])
    if verb not in ERRAND_VERBS:
        return parts
    shared = parts[0].split()[0]
    return [parts[0], *(f"{shared} {part}" if _is_name(part, now) else part for part in parts[1:])]


def _is_name(part: str, now: datetime) -> bool:
    due = find_due(part, now)
    return due is not None and re.fullmatch(r"\W*[A-Z]\w*\W*", due.rest) is not None


def share_date(adds: list[Add]) -> list[Add]:
    """The tasks of one breath, all with the date of the last where it alone tells one."""
    if not adds or any(add.due for add in adds[:-1]):
        return adds
    return [replace(add, due=adds[-1].due) for add in adds]


def _is_cut(text: str, joint: re.Match[str]) -> bool:
    after = text[joint.end() :]
    return _first(after) in ERRAND_VERBS or _PHRASAL.match(after) is not None


def _is_whole(part: str, now: datetime) -> bool:
    """Whether what comes before "and" is a whole errand: no verb that waits for its object."""
    due = find_due(part, now)
    words = tokens(due.rest if due else part)
    if not set(words) - STOP_WORDS or words[0] in _ON_THE_WAY:
        return False
    if "," in part and set(words) <= ERRAND_VERBS:
        # "Wash, dry and fold the towels".
        return False
    if len(words) == 1:
        return due is not None or words[0] not in ERRAND_VERBS
    return words[-1] not in ERRAND_VERBS or words[-2] in _OPENS_OBJECT or words[0] in ERRAND_VERBS


def _is_another(part: str, now: datetime, before: str, *, is_list: bool) -> bool:
    """Whether what comes after "and" is an errand of its own."""
    due = find_due(part, now)
    words = tokens(due.rest if due else part)
    if not words or _REFERS.search(" ".join(words[1:])):
        return False
    if due and set(words) - STOP_WORDS and find_due(before, now):
        # "Dinner with Sue on friday and lunch with Bob on saturday".
        return True
    verb, following = words[0], words[1] if len(words) > 1 else ""
    if _PHRASAL.match(part):
        return True
    if verb not in ERRAND_VERBS or (following in _LEANS and verb not in _WITH_LEAN):
        return False
    is_object = following in _OPENS_OBJECT or "'s " in part
    if verb in _NOUNS and not is_object and not is_list:
        return False
    whom = part.split()[1:2]
    is_to_someone = bool(whom) and whom[0][:1].isupper()
    if verb in _GOES_ON and not (is_list or due or is_to_someone):
        return False
    # In a list of orders a verb may stand alone with its particle: "…, and lock up".
    return bool(due or is_list or set(words[1:]) - STOP_WORDS)


def _first(text: str) -> str:
    return next(iter(tokens(text)), "")
