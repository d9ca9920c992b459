"""What is stated of a task without an order: "the milk is low", "number 2 is for friday", "rent: done".

A statement has a subject, which may name a task, and says its date, its priority, or that it is done.
It is doubtful by nature: it counts where a task clearly fits, else the clause is what it was before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import read_level
from taskchat.model.embedded.clauses.changing import changes_due
from taskchat.model.embedded.clauses.gist import read_gist
from taskchat.model.embedded.clauses.reports import without_time
from taskchat.model.embedded.clauses.same_task import points
from taskchat.model.embedded.english.cues import LOOK_START
from taskchat.model.embedded.english.deeds import PERSONAL, find_deed, states_deed
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.statement_words import (
    DENIED,
    DONE,
    LEVEL_FIRST,
    LEVELLED,
    LINK,
    NOT_URGENT,
    TAIL,
    WANTS,
    WISHES,
)
from taskchat.model.embedded.english.states import find_state
from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    STOP_WORDS,
    is_errand_stem,
    is_past,
    stem,
    tokens,
    word_set,
)
from taskchat.model.embedded.requests import Act, Add, Changes, Look, Offer, Same, Talk, Target

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request, Verb

_MAX_NAME = 8


def read_statement(text: str, heard: Heard, plain: list[Request]) -> list[Request]:
    """The change that a clause states, with what it asks for else (`plain`) where no task fits.

    Empty where the clause states nothing, or where `plain` is certain.
    """
    one = plain[0] if len(plain) == 1 else None
    put_in = _PUT_IN.search(text)
    if LOOK_START.match(text) or not (put_in or _is_open(one, text)):
        return []
    several = _read_several(text, heard)
    if several:
        return several
    if put_in is not None and isinstance(one, Add):
        # "The blanket's due on the 25th, put that in": of the blanket, where it is on the list.
        gist = read_gist(text[: put_in.start()], heard)
        return [replace(gist, otherwise=one)] if gist else []
    again = _read_again(one)
    if again is not None:
        return [again]
    if DENIED.search(NOT_URGENT.sub("", text)):
        return []
    act = _read_done(text, heard) or _read_level(text, heard) or _read_date(text, heard, one)
    stated = _rank(one, act, read_gist(text, heard))
    return [stated] if stated else []


def _rank(one: Request | None, act: Act | None, gist: Act | None) -> Act | None:
    """The readings of a statement in one act: by its form, then by its words, then as before (`one`)."""
    is_report = isinstance(one, Act) and one.verb == "complete"
    by_form = act if act and not (is_report and not _points(act.target)) else None
    if by_form is None and isinstance(one, Act):
        return (
            replace(one, otherwise=replace(gist, otherwise=one.at_last))
            if gist and gist.verb == one.verb
            else None
        )
    meant: Add | Offer | Talk | Act = Talk("repeat_please")
    if isinstance(one, Act):
        meant = one.otherwise or meant
    elif isinstance(one, Add | Offer | Talk) and not _only_points(one):
        meant = one
    if by_form is None:
        return replace(gist, otherwise=meant) if gist else None
    if gist is not None and gist.verb == by_form.verb:
        meant = replace(gist, otherwise=meant)
    return replace(by_form, otherwise=meant)


def _only_points(one: Add | Offer | Talk) -> bool:
    return isinstance(one, Add) and _points(read_target(one.title, []))


def _read_again(one: Request | None) -> Act | None:
    """The date that "wax it tomorrow" tells of the task to wax something."""
    said = tokens(one.title) if isinstance(one, Add) and one.is_bare and not one.is_hint else []
    if (
        not isinstance(one, Add)
        or one.due is None
        or len(said) != _VERB_AND_IT
        or said[1] not in _IT
        or said[0] in _OF_ANY
    ):
        return None
    changes = Changes(due=one.due)
    return Act("update", Target(said[0]), changes, otherwise=Offer(one), said="it", is_stated=True)


_PUT_IN = re.compile(
    r"\s*[,;.]\s*(?:(?:so|and|then|please|kindly|can\s+you|could\s+you)\s+)*(?:put|set|pop|stick|add|note|get|mark|write|jot|save|keep|record|log)\s+(?:it|that|this)"
    r"(?:\s+(?:in|on|down|there|up|for\s+me))*(?:\s+please)?\W*$",
    re.IGNORECASE,
)
_HAS_BEEN = re.compile(
    r"\W*(?:he|she|they)(?:'s|'ve|\s+has|\s+have)\s+(?:now\s+|already\s+)?been\s+(?P<deed>[a-z]+)\W*$",
    re.IGNORECASE,
)
_IT_ALONE = re.compile(r"it|them|that", re.IGNORECASE)
_WHOM = re.compile(
    r"(?:him|her|them|everyone|everybody|someone)(?:\s+(?:up|off|back|out|over|in))?", re.IGNORECASE
)
_VERB_AND_IT = 2
_IT = word_set("it that them those this")
# These are said of any task: "leave it for friday".
_OF_ANY = word_set("leave keep save put schedule plan do make have move finish get take set handle")


def _read_several(text: str, heard: Heard) -> list[Request]:
    """Statements in a row, each of a task of its own: "the soup is frozen, the bread is sliced"."""
    level = LEVELLED.match(text)
    parts = [text] if level and level["second"] else _JOINTS.split(without_time(text))
    if len(parts) < 2 or DENIED.search(text):
        return []
    acts = [
        _read_done(part, heard) or _read_level(part, heard) or read_gist(part, heard)
        for part in parts
    ]
    told = [replace(act, otherwise=Talk("repeat_please")) for act in acts if act is not None]
    # "Finished it, the report is written" tells of one task.
    named = [act for act in told if act.target.words or act.target.ordinals]
    is_each = len(told) == len(parts) and (len(named) == len(told) or points(told[0].target))
    return [*named] if is_each else []


_JOINTS = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def _is_open(one: Request | None, text: str) -> bool:
    """Whether what a clause was read as is a guess that a statement may stand in the place of."""
    match one:
        case Talk(topic=topic):
            return topic in {"repeat_please", "nothing", "what_to_add"}
        case Offer() | Same():
            return True
        case Look(target=target):
            return target.is_named and not _ASKS.match(text)
        case Add():
            said = tokens(text)
            is_order = bool(said) and said[0] in ERRAND_VERBS and not _IS.search(text)
            if (
                _read_again(one) is not None
                or DONE.match(text)
                or _points(read_target(one.title, []))
                or states_deed(text)
                or _STARTS_PAST.match(one.title)
            ):
                return True
            if _SETS.match(text) and (_DEFINITE.match(one.title) or _DOWN_FOR.search(text)):
                return True
            level = LEVELLED.match(WISHES.sub("", text))
            if level is not None and (
                _points(read_target(level["name"], []))
                or (WISHES.match(text) and _TO_BE.search(text))
            ):
                return True
            return one.is_bare and not one.is_hint and not is_order
        case Act(otherwise=otherwise):
            return otherwise is not None and not _ORDERS.match(text)
        case _:
            return False


# What is left of "credit note went out", where "note" was taken for an order.
_STARTS_PAST = re.compile(r"(?:went|was|were|got|has|had|came)\s", re.IGNORECASE)
_ASKS = re.compile(
    r"\W*(?:please\s+)?(?:show|list|see|view|read|tell|give|what|which|how|when|anything|any)\b",
    re.IGNORECASE,
)
# "Put the cake on for tomorrow" may speak of the cake that is on the list.
_DEFINITE = re.compile(r"(?:the|my|that|this)\s|.*\bone$", re.IGNORECASE)
_SETS = re.compile(
    r"\W*(?:put|set|stick|pop|get|have|make|schedule|keep|pencil|slot|book|do|leave)\b",
    re.IGNORECASE,
)
# "Stick the bread down for friday", of the bread that is on the list.
_DOWN_FOR = re.compile(r"\s(?:down|in)\s+for\s", re.IGNORECASE)
_TO_BE = re.compile(r"\bto\s+be\b", re.IGNORECASE)
_ORDERS = re.compile(
    r"\W*(?:mark|set|make|bump|put|raise|lower|give|move|turn|change|flag|push|drop|reschedule|switch)\b",
    re.IGNORECASE,
)
_IS = re.compile(
    r"\b(?:is|are|has|needs?|can|should|must|gets?)\b|'s\b|:|\b(?:high|low|medium)\W*$|^\W*(?:leave|put|do|keep|make|have|schedule|plan)\b",
    re.IGNORECASE,
)


def _read_done(text: str, heard: Heard) -> Act | None:
    found = DONE.match(text)
    if found is not None:
        return _act("complete", found["name"], Changes(), heard)
    said = tokens(text)
    if len(said) == 1 and is_past(said[0]) and said[0] not in STOP_WORDS:
        # "Stretched!", of the task to stretch.
        return _act("complete", said[0], Changes(), heard)
    been = _HAS_BEEN.match(text)
    if been is not None and is_past(been["deed"]):
        it = read_target("it", [], heard.background)
        return Act("complete", it, said="it", is_stated=True, deed=stem(been["deed"]))
    state = find_state(text)
    if state is not None:
        act = _act("complete", state["name"], Changes(), heard)
        return replace(act, state=state["state"].lower()) if act else None
    deed = find_deed(text)
    if deed is None or find_due(text, heard.now) is not None:
        return None
    target = read_target(deed["name"], [])
    if _points(target):
        # "The last one is bought": only a common verb tells that an errand is done.
        told = stem(deed["deed"])
        act = _act("complete", deed["name"], Changes(), heard)
        return (
            replace(act, deed=told)
            if act and (is_errand_stem(told) or _IT_ALONE.fullmatch(deed["name"]))
            else None
        )
    if _WHOM.fullmatch(deed["name"]):
        # "Texted her!", of the task to text somebody.
        act = _act("complete", "it", Changes(), heard)
        return replace(act, deed=stem(deed["deed"])) if act else None
    name = _ALL_THE.sub("", deed["name"])
    return _act("complete", f"{deed['deed']} {name}", Changes(), heard)


# "I've labelled all the jars" is of the one task to do so.
_ALL_THE = re.compile(r"^all\s+(?:of\s+)?(?=(?:the|my|our)\s)", re.IGNORECASE)


def _read_level(text: str, heard: Heard) -> Act | None:
    found = LEVELLED.match(WISHES.sub("", text))
    if found is not None and not PERSONAL.match(found["name"]):
        level = found["second"] or found["level"]
        name = re.sub(r"(?<=\w)(?:'s)?\s+(?:priority|prio|importance)$", "", found["name"])
        return _act("update", name, Changes(priority=read_level(level)), heard)
    first = LEVEL_FIRST.match(text)
    if first is not None:
        return _act("update", first["name"], Changes(priority=read_level(first["level"])), heard)
    return None


def _read_date(text: str, heard: Heard, one: Request | None) -> Act | None:
    due = find_due(text, heard.now)
    if due is None:
        return None
    rest = TAIL.sub("", due.rest).strip()
    changes = changes_due(text, due.due, heard.now)
    wants = WANTS.match(rest)
    if wants is not None:
        return _act("update", wants["name"], changes, heard)
    link = LINK.search(rest)
    if link is not None and link.start() and not PERSONAL.match(rest):
        return _act("update", rest[: link.start()], changes, heard)
    act = _act("update", re.sub(r"(?:\s+(?:on|for|by|at|until|to))+$", "", rest), changes, heard)
    is_pointed = act is not None and not act.target.words
    is_vague = isinstance(one, Act) and one.target.is_pronoun
    return act if is_pointed and (is_vague or isinstance(one, Same | Look | Add | Talk)) else None


def _act(verb: Verb, name: str, changes: Changes, heard: Heard) -> Act | None:
    name = re.sub(r"^\W*(?:(?:and|also|but|then|so|please)\s+)+", "", name, flags=re.IGNORECASE)
    if len(name.split()) > _MAX_NAME or re.search(r"\bbe\b", name, re.IGNORECASE):
        return None
    target = read_target(heard.message.reveal(name), heard.message.quoted(name), heard.background)
    if not (target.words or _points(target)):
        return None
    return Act(verb, target, changes, said="it", is_stated=True)


def _points(target: Target) -> bool:
    """Whether a target only points: by number, place or pronoun."""
    pointed = target.numbers or target.ordinals or target.is_pronoun or target.is_plural
    return bool(pointed or target.is_all) and not target.words
