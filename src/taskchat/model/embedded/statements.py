"""What is stated of a task without an order: "the milk is low", "number 2 is for friday", "rent: done".

A statement has a subject, which may name a task, and says its date, its priority, or that it is done.
It is doubtful by nature: it counts where a task clearly fits, else the clause is what it was before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.adding import read_level
from taskchat.model.embedded.changing import changes_due
from taskchat.model.embedded.cues import LOOK_START
from taskchat.model.embedded.deeds import END, PERSONAL, find_deed, states_deed
from taskchat.model.embedded.pointing import read_target
from taskchat.model.embedded.requests import Act, Add, Changes, Look, Offer, Same, Talk, Target
from taskchat.model.embedded.words import (
    ERRAND_VERBS,
    STOP_WORDS,
    is_errand_stem,
    is_past,
    stem,
    tokens,
    word_set,
)

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses import Heard
    from taskchat.model.embedded.requests import Request, Verb

_MAX_NAME = 8
_ADVERBS = (
    r"(?:(?:really|very|super|so|quite|pretty|extremely|now|actually|also|only|just|more|most|probably|definitely"
    r"|rather|still|too|always|fairly|a|an|of|at|on|in|to|as|with)\s+)*"
)
_BE = (
    r"(?:is|are|'s|'re|was|were|isn't\s+just|should\s+(?:be|have|get)|can\s+(?:be|have|get|stay)|could\s+be|must\s+be|may\s+be|will\s+be"
    r"|ha(?:s|ve)\s+to\s+be|needs?\s+to\s+be|needs?|gets?|has|have|to\s+be|goes|becomes|stays|to|on|at|as|with)"
)
_LEVEL = r"(?:high(?:est)?|low(?:est)?|medium|top|normal|urgent|important)"
_PRIORITY = r"(?:[\s-]+(?:priority|prio|importance|one))?"
_AGAIN = (
    rf"(?:\s*[,;\u2013\u2014-]\s*|\s+and\s+|\s+so\s+)(?:(?:so|please|and|then)\s+)*(?:(?:make|mark|set|give|put|that's|it's|flag)\s+)?(?:(?:it|that|this|the\s+priority)\s+)?"
    rf"{_ADVERBS}(?P<second>high|low|medium|top|urgent)(?:[\s-]+(?:priority|prio))?"
)
_NO_RUSH = (
    r"(?:(?:\s*,|\s+(?:is|has|there's|there\s+is))?\s+(?:no\s+(?:hurry|rush|stress|pressure)|nothing\s+urgent)(?=\s*,)"
    r"|(?:\s+(?:isn't|aren't|is\s+not|are\s+not)|\s*,\s*not)\s+(?:(?:so|that|very|really|too|all\s+that)\s+)*(?:urgent|important|pressing)(?=\s*,))?"
)
_LEVELLED = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<name>[^:,;]+?){_NO_RUSH}(?P<link>\s*(?::|=|->|,|\u2013|\u2014|\s-)\s*|(?:\s+|(?=')){_BE}\s+|\s+)"
    rf"{_ADVERBS}(?P<level>{_LEVEL}){_PRIORITY}(?:{_AGAIN})?{END}",
    re.IGNORECASE,
)
_LEVEL_FIRST = re.compile(
    rf"^\W*(?:(?:set|give|put|make|use)\s+)?(?:priority\s+)?(?P<level>{_LEVEL})(?:\s+priority)?\s+(?:for|on|to)\s+(?P<name>[^:,;]+?){END}",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<name>[^:,;]+?)\s*(?::|\s-|\u2013|\u2014|=|->)\s*(?:(?:all|already|now|is|it's|that's)\s+)*"
    rf"(?:done|finished|completed?|sorted|ticked(?:\s+off)?|check|yes){END}",
    re.IGNORECASE,
)
# What stands between a task and its date: "… is for", "… has to be in by", "…: do it".
_LINK = re.compile(
    r"(?:(?:\s+|(?='))(?:is|are|'s|'re|was|were|isn't|should\s+be|can\s+be|could\s+be|must\s+be|will\s+be|would\s+be|ha(?:s|ve)\s+to\s+be|ha(?:s|ve)\s+to"
    r"|needs?\s+to\s+be|needs?\s+to|needs?|ought\s+to(?:\s+be)?|must|should|can\s+wait|starts?|begins?|happens|takes\s+place|gets?|got|has|moves|goes|shifts|to\s+be)(?!\w)|\s*[:=,\u2013\u2014]|\s-(?=\s|$))"
    r"(?:\s+(?:it|in|done|finished|ready|there|due|sent|for|on|by|until|till|at|moved|scheduled|set|planned|only|now|actually|already|happen|happening"
    r"|to|due\s+date|deadline|a|the|its|of|not|before|do|i'll|we'll|let's|make|put|move|go|wait|from|then|also|supposed|fixed|date|be|\w+ing))*\W*$",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"^\W*(?:(?:please\s+)?(?:leave|keep|save|put|schedule|plan|do|make|have|let's\s+do|let's\s+leave|let's\s+move)"
    r"|(?:i|we)(?:'ll|'d\s+like(?:\s+to)?|\s+will|'m\s+going\s+to|\s+want(?:\s+to)?|\s+need(?:\s+to)?|\s+can(?:not|'t)?(?:\s+only)?|\s+have\s+to|\s+must|\s+should)"
    r"(?:\s+(?:do|have|finish|get|leave|make|move|handle|see\s+to|put|only|be))*"
    r"|(?:i|we)(?:\s+(?:have|need|got)|'ve\s+got)(?:\s+(?:time|got))*(?:\s+(?:for|to\s+do|to\s+finish))"
    r"|(?:due(?:\s+date)?|deadline|date)\s+(?:for|of|on))\s+(?P<name>.+?)(?:\s+(?:to|until|till|for|on|by|at|done|finished))*\W*$",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"^\W*(?:i|we)(?:\s+(?:want|need|would\s+like)|'d\s+like)\s+(?!to\b)", re.IGNORECASE
)
_TAIL = re.compile(END, re.IGNORECASE)
_NOT_URGENT = re.compile(
    r"\b(?:no\s+(?:hurry|rush|stress|pressure)|(?:isn't|aren't|not)\s+(?:(?:so|that|very|really|too|all)\s+)*(?:urgent|important|pressing))\b(?=\s*,)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|nobody|no)\b|n't\b", re.IGNORECASE)


def read_statement(text: str, heard: Heard, plain: list[Request]) -> list[Request]:
    """The change that a clause states, with what it asks for else (`plain`) where no task fits.

    Empty where the clause states nothing, or where `plain` is certain.
    """
    one = plain[0] if len(plain) == 1 else None
    if LOOK_START.match(text) or not _is_open(one, text):
        return []
    several = _read_several(text, heard)
    if several:
        return several
    again = _read_again(one)
    if again is not None:
        return [again]
    act = _read_done(text, heard) or _read_level(text, heard) or _read_date(text, heard, one)
    if act is None or _DENIED.search(_NOT_URGENT.sub("", text)):
        return []
    if isinstance(one, Act) and one.verb == "complete" and not _points(act.target):
        return []
    meant = one if isinstance(one, Add | Offer | Talk) else Talk("repeat_please")
    if isinstance(one, Act) and one.otherwise is not None:
        meant = one.otherwise
    if isinstance(one, Add) and _points(read_target(one.title, [])):
        meant = Talk("repeat_please")
    return [replace(act, otherwise=meant)]


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


_VERB_AND_IT = 2
_IT = word_set("it that them those this")
# These are said of any task: "leave it for friday".
_OF_ANY = word_set("leave keep save put schedule plan do make have move finish get take set handle")


def _read_several(text: str, heard: Heard) -> list[Request]:
    """Statements in a row, each of a task of its own: "the soup is frozen, the bread is sliced"."""
    parts = _JOINTS.split(text)
    if len(parts) < 2 or _DENIED.search(text):
        return []
    acts = [_read_done(part, heard) or _read_level(part, heard) for part in parts]
    told = [replace(act, otherwise=Talk("repeat_please")) for act in acts if act is not None]
    is_each = len(told) == len(parts) and all(
        act.target.words or act.target.ordinals for act in told
    )
    return [*told] if is_each else []


_JOINTS = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def _is_open(one: Request | None, text: str) -> bool:
    """Whether what a clause was read as is a guess that a statement may stand in the place of."""
    match one:
        case Talk(topic=topic):
            return topic in {"repeat_please", "nothing", "what_to_add"}
        case Offer() | Same():
            return True
        case Look(target=target):
            named = target.words or target.numbers or target.ordinals
            return bool(named) and not _ASKS.match(text)
        case Add():
            said = tokens(text)
            is_order = bool(said) and said[0] in ERRAND_VERBS and not _IS.search(text)
            if (
                _read_again(one) is not None
                or _DONE.match(text)
                or _points(read_target(one.title, []))
                or states_deed(text)
            ):
                return True
            level = _LEVELLED.match(_WISHES.sub("", text))
            if level is not None and (
                _points(read_target(level["name"], []))
                or (_WISHES.match(text) and _TO_BE.search(text))
            ):
                return True
            return one.is_bare and not one.is_hint and not is_order
        case Act(otherwise=otherwise):
            return otherwise is not None and not _ORDERS.match(text)
        case _:
            return False


_ASKS = re.compile(
    r"\W*(?:please\s+)?(?:show|list|see|view|read|tell|give|what|which|how|when|anything|any)\b",
    re.IGNORECASE,
)
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
    found = _DONE.match(text)
    if found is not None:
        return _act("complete", found["name"], Changes(), heard)
    said = tokens(text)
    if len(said) == 1 and is_past(said[0]) and said[0] not in STOP_WORDS:
        # "Stretched!", of the task to stretch.
        return _act("complete", said[0], Changes(), heard)
    deed = find_deed(text)
    if deed is None or find_due(text, heard.now) is not None:
        return None
    target = read_target(deed["name"], [])
    if _points(target):
        # "The last one is bought": only a common verb tells that an errand is done.
        is_errand = is_errand_stem(stem(deed["deed"]))
        return _act("complete", deed["name"], Changes(), heard) if is_errand else None
    return _act("complete", f"{deed['deed']} {deed['name']}", Changes(), heard)


def _read_level(text: str, heard: Heard) -> Act | None:
    found = _LEVELLED.match(_WISHES.sub("", text))
    if found is not None and not PERSONAL.match(found["name"]):
        level = found["second"] or found["level"]
        name = re.sub(r"(?<=\w)(?:'s)?\s+(?:priority|prio|importance)$", "", found["name"])
        return _act("update", name, Changes(priority=read_level(level)), heard)
    first = _LEVEL_FIRST.match(text)
    if first is not None:
        return _act("update", first["name"], Changes(priority=read_level(first["level"])), heard)
    return None


def _read_date(text: str, heard: Heard, one: Request | None) -> Act | None:
    due = find_due(text, heard.now)
    if due is None:
        return None
    rest = _TAIL.sub("", due.rest).strip()
    changes = changes_due(text, due.due, heard.now)
    wants = _WANTS.match(rest)
    if wants is not None:
        return _act("update", wants["name"], changes, heard)
    link = _LINK.search(rest)
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
