"""Corrections in the words of a message: "no, I meant the bread", "not milk, eggs", "sorry, friday"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import clean_title, read_level
from taskchat.model.embedded.clauses.changing import LEVEL_ALONE, changes_due
from taskchat.model.embedded.clauses.cutting import ORDER_START
from taskchat.model.embedded.clauses.exchanging import exchange
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import ERRAND_VERBS, is_past, stem, tokens
from taskchat.model.embedded.requests import (
    Act,
    Add,
    Changes,
    Correct,
    Look,
    Offer,
    Same,
    Talk,
    Undo,
)

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request

_STRONG = r"(?:(?:(?:it|that)\s+was\s+(?:supposed|meant)\s+to\s+be|(?:it\s+|that\s+)?should(?:'ve|\s+have)\s+been)(?:\s+for)?(?=\s+(?:the|my|number|task|#|[\ue000-\uf8ff]))|i\s+(?:meant?|wanted)\s+to\s+say|i\s+meant?|meant(?:\s+to\s+say)?|i\s+said(?!\s+(?:that\s+)?(?:i|we)\b|\s+(?:i'd|i'll))|i\s+wanted(?!\s+to\b(?!.*\binstead\b))|or\s+rather|not\s+that(?:\s+one)?(?!\s+(?:i|we|it|he|she|they|you)\b)|(?:the\s+)?wrong\s+(?:one|task|day|date|time)|that(?:'s|\s+is|\s+was)\s+(?:(?:the\s+)?wrong(?:\s+(?:one|task))?|not\s+right|incorrect))"
_FIRM = r"(?:no(?!\s+(?:idea|clue|problem|worries|rush|hurry)\b)|nope|nah|wait|wrong|correction|sorry|make\s+that(?!\s+(?:one|task)\b)|scratch\s+that|my\s+bad|oops|whoops|(?:i\s+)?(?:made|make)\s+(?:a\s+)?mistake|my\s+mistake)"
_SAID = r"(?:actually|rather|better|only|just|make\s+it|(?:it|that)\s+should\s+be)"
_SOFT = r"(?:oh\s+(?:dear|no|my)|excuse\s+me|(?:i\s+beg\s+your\s+)?pardon(?:\s+me)?|forgive\s+me|(?:my\s+)?apologies|damn|dang|shoot|bother|oh|um+|ah|hmm+|actually|well|rather|better|only|just|make\s+it|please|it\s+should\s+be|that\s+should\s+be|it's)"
_OPENING = re.compile(
    rf"^\W*(?P<said>(?:(?:{_STRONG}|{_FIRM}|{_SOFT})\b[\s,.!:;\u2013\u2014-]*)+)", re.IGNORECASE
)
# "Not the milk, the rent": what is not meant, and what is.
NOT_BUT = re.compile(
    r"^\W*(?:not|instead\s+of)\s+(?:the\s+|my\s+)?(?P<wrong>[^,]+?)(?:\s*[,;]\s*(?:but\s+)?"
    r"|\s+but\s+)(?P<right>\w.+)$",
    re.I,
)
# "Not the jam": one of those that the last act was done to is not meant.
_NOT_ALONE = re.compile(
    r"\W*(?:(?:but|oh|wait|no|oops|sorry|well|hm+|ah|hold\s+on|actually|just)\b\W*)*(?:not|(?:all\s+)?(?:except|apart)(?:\s+(?:for|from))?|all\s+but)\s+(?P<wrong>(?:the|my)\s+[\w'-]+(?:\s+[\w'-]+){0,3}?)(?:\s*\b(?:actually|though|sorry|yet|one))*\W*",
    re.IGNORECASE,
)
_BUT_NOT = re.compile(
    r"^(?P<right>.+?)(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bwere)(?<!\bdo)(?<!\bdid),?\s+(?:and\s+)?(?:not|instead\s+of|rather\s+than)\s+(?:the\s+"
    r"|my\s+)?(?P<wrong>[\w\ue000-\uf8ff' -]+?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"^\W*(?P<right>\w.{0,60}?)\s+instead\W*$", re.IGNORECASE)
_OTHER = re.compile(
    r"^\W*the\s+other\s+(?:one|task)\b|^\W*(?:the|number|task|#)\b[\w\s#]{0,30}\binstead\W*$",
    re.IGNORECASE,
)
_MAX_OTHER_WORDS = 8
_PREPOSITION = re.compile(r"^(?P<which>with|for|from|to|at|in|about)\s", re.IGNORECASE)


# "Jonas will fix it", "that is all", "too many": no name of what was meant.
_TELLS = re.compile(
    r"\W*(?:(?:keep|leave)\s+(?:the|my|it|that|them)\b[^,;.]*$|(?:that|it)(?:'s|\s+is|\s+was)\s+(?:all|everything|fine|ok(?:ay)?|enough|it)\W*$|(?:so|too|that)\s+many\W*$"
    r"|(?!(?:it|that|this|the|i|we)\b)[\w'-]+(?:\s+(?!(?:one|task)\b)[\w'-]+)?\s+(?:will|would|is\s+going\s+to)\s+[a-z\ue000-\uf8ff])",
    re.IGNORECASE,
)


def read_correction(text: str, plain: list[Request], heard: Heard) -> Correct | None:
    """The correction that a clause may be, or None.

    Args:
        text: the clause as it was said.
        plain: what it asks for when it is no correction; kept for a time when there is nothing to
            correct.
        heard: what it was said with.
    """
    text = _AND.sub("", text)
    opening = _OPENING.match(text)
    # "No" and the like count; "hmm" and "well" only fill.
    said = opening["said"] if opening else ""
    rest = text[opening.end() :] if opening else text
    instead = _INSTEAD.match(rest) if _is_guess(plain) else None
    rest = instead["right"] if instead else rest
    spared = _NOT_ALONE.fullmatch(text)
    if spared is not None:
        words = heard.message.reveal(spared["wrong"])
        return Correct(read_target(words, []), wrong=words, otherwise=tuple(plain))
    is_of_it = said or _IT_IS.match(rest)
    changed = NOT_BUT.match(rest) or (_BUT_NOT.match(rest) if is_of_it else None)
    is_strong = bool(re.search(rf"\b{_STRONG}\b", said, re.IGNORECASE) or NOT_BUT.match(rest))
    is_other = bool(_OTHER.search(rest)) and len(tokens(rest)) <= _MAX_OTHER_WORDS
    is_told = any(isinstance(one, Look | Undo) or _is_certain(one) for one in plain)
    is_told = is_told or _IS_TOLD.search(rest) is not None  # "the other one is done too"
    is_strong = is_strong or (is_other and not is_told)
    is_other_name = changed is not None and _is_guess(plain)
    may_be = is_strong or instead is not None or is_other_name or _may_correct(said, rest, plain)
    if (
        _orders(rest)
        or _TELLS.match(rest)
        or _EACH_DATED.fullmatch(rest)
        or not may_be
        or _denies_it(plain)
        or _wants_it_back(plain)
        or _IS_NOT_DONE.fullmatch(rest)
    ):
        return None
    right = heard.message.reveal(changed["right"] if changed else rest).strip(" .,!")
    is_it = not (changed or is_strong) and bool(said and _IT_IS_THE.match(right))
    right = _IT_IS.sub("", right) if changed or is_it else right
    told = _TOLD_ACT.match(right)
    act = told["act"].lower() if told else ""
    told = told if act == "deleting" or is_past(act) else None
    right = _AROUND.sub("", right[told.end() :] if told else right)
    right = _REMARK.sub("", _NOT_THEN.sub("", right))
    due = find_due(right, heard.now)
    is_date = due is not None and not re.search(r"[^\W_]", _AROUND_DATE.sub("", due.rest))
    level = LEVEL_ALONE.match(right)
    changes = Changes(priority=read_level(level["level"])) if level else Changes()
    if due is not None and is_date:
        changes = changes_due(right, due.due, heard.now)
    moved = _moved_it(plain) if due is None else None
    if moved is not None:
        # "Make that sat": alone, "sat" is a word like others.
        changes, is_date = moved, True
    return Correct(
        target=read_target(right, heard.message.quoted(rest)),
        words="" if is_date or level else right,
        wrong=heard.message.reveal(changed["wrong"]).strip() if changed else "",
        changes=changes,
        otherwise=() if is_strong else tuple(plain),
        verb=None if told is None else "delete" if act == "deleting" else "complete",
        deed="" if told is None or act == "deleting" else stem(act),
        # "No, it was the English test", of a task about another one; "it was the worst day" fits none.
        is_exchange=is_it,
        is_in_mind=is_it,
    )


_IS_TOLD = re.compile(
    r"\b(?:too|also|as\s+well)\W*$|\b(?:is|are)\s+(?:now\s+|already\s+)?(?:done|finished|completed?)\W*$",
    re.IGNORECASE,
)


def _moved_it(plain: list[Request]) -> Changes | None:
    """The date that a clause gives to the task last spoken of, or None."""
    one = plain[0] if len(plain) == 1 else None
    if not isinstance(one, Act) or one.verb != "update" or one.changes.due is None:
        return None
    return one.changes if one.target.is_pronoun and not one.target.is_named else None


# What `phrasing` makes of "it's the hedge that I finished".
_TOLD_ACT = re.compile(r"(?P<act>deleting|[a-z]+)\s+(?=(?:the|my)\s)", re.IGNORECASE)
# "And it's the station, not the airport."
_AND = re.compile(
    r"^\W*(?:and|but)\s+(?=(?:it|that)(?:'s|\s+is)\s.*\b(?:not|instead\s+of)\b)", re.IGNORECASE
)


def _is_certain(one: Request) -> bool:
    """Whether a clause says itself what is to be changed: "the other one is urgent"."""
    return isinstance(one, Act) and one.verb == "update" and not one.changes.are_none


def _denies_it(plain: list[Request]) -> bool:
    """Whether a clause says of the task last spoken of that it is not done, and names no other."""
    one = plain[0] if len(plain) == 1 else None
    if not isinstance(one, Act) or one.verb != "reopen":
        return False
    target = one.target
    return target.is_pronoun and not target.is_named


def _wants_it_back(plain: list[Request]) -> bool:
    """Whether a clause says to keep what was just deleted: "no wait, keep it"."""
    one = plain[0] if len(plain) == 1 else None
    return isinstance(one, Act) and one.verb == "restore" and not one.target.words


def order_after(text: str) -> str:
    """The order behind words that only put right the one before: "sorry, I mean delete the rent"."""
    opening = _OPENING.match(text)
    rest = text[opening.end() :] if opening else ""
    is_order = _orders(rest) or _IS_NOT_DONE.fullmatch(rest) or _EACH_DATED.fullmatch(rest)
    return rest if is_order else text


def _orders(text: str) -> bool:
    """Whether words begin like an order; "Mark" alone is a name."""
    return bool(ORDER_START.match(text)) and len(text.split()) > 1


# "4pm, not 3:30".
_NOT_THEN = re.compile(
    r"\s*,?\s+(?:and\s+)?not\s+(?:at\s+|on\s+)?(?:\d[\d:.]*\s*(?:[ap]m)?|(?:in\s+)?(?:one|two|three|four|five|six|seven|ten)(?:\s+\w+)?|\w+day|tomorrow|today)\W*$",
    re.IGNORECASE,
)
# "I meant the sociology one, law is still open".
_REMARK = re.compile(
    r"(?<=\w)\s*[,;]\s*(?:because\s+|since\s+)?(?:the\s+|my\s+)?[\w' -]{1,30}?\s*(?:is|'s|isn't|are|aren't)\s+(?:still|not|yet\s+to\s+be)\b[\w' ]*$",
    re.IGNORECASE,
)
# "I meant the tyres on Monday and the insurance on Thursday": two orders in full.
_EACH_DATED = re.compile(
    r"\W*(?:the|my)\s+[\w' -]{2,30}?\s+(?:on|for|at|by|to)\s+[\w :]{2,20}?,?\s+and\s+(?:the|my)\s+[\w' -]{2,30}?\s+(?:on|for|at|by|to)\s+[\w :]{2,20}\W*",
    re.IGNORECASE,
)


_IS_NOT_DONE = re.compile(
    r"\W*(?:it|that|this|that\s+one|(?:the|my)\s+[\w -]{1,40}?)(?:(?:'s|\s+is|\s+was)\s+not|\s+isn't|\s+wasn't)\s+(?:\w+\s+)?(?:done|finished|complete|ready)"
    r"(?:\s+(?:yet|actually|though|after\s+all|at\s+all))*\W*",
    re.IGNORECASE,
)


_AROUND = re.compile(r"^(?:only|just)\s+|\s+(?:please|pls|actually|though|instead)$", re.IGNORECASE)
# "It is the Opel, not the Fiat".
_IT_IS = re.compile(
    r"^(?:it|that|this)(?:'s|\s+is|\s+was|\s+should\s+be)\s+(?:actually\s+)?(?:(?:the|my)\s+)?(?=[\w\ue000-\uf8ff\"])",
    re.IGNORECASE,
)
_IT_IS_THE = re.compile(
    r"(?:it|that)(?:'s|\s+is|\s+was)\s+(?:the|my)\s+(?!(?:\w+est|worst|best|last|first|second|other|same|old|new|nice|broken|only)\b)"
    r"[\w'-]+(?:\s+(?!(?:i|we|he|she|they|that|which|who)\b)[\w'-]+){0,3}\W*$",
    re.IGNORECASE,
)
_AROUND_DATE = re.compile(
    r"\b(?:on|for|by|at|due|it's|it|is|should|be|that|make|to|better|works?|was|right|correct|suits|would|will|do|me|us|fine|ok|good|the|please"
    r"|instead|rather|then|now|actually)\b",
    re.I,
)


def without_frame(text: str) -> str:
    """The text without the words that only stand around a date."""
    return _AROUND_DATE.sub("", text)


def _is_guess(plain: list[Request]) -> bool:
    return len(plain) == 1 and isinstance(plain[0], Offer | Same | Talk)


def _may_correct(said: str, rest: str, plain: list[Request]) -> bool:
    """Whether a clause that only opens like a correction is one, by what else it could be."""
    is_firm = bool(re.search(rf"\b{_FIRM}\b", said, re.IGNORECASE))
    is_said = is_firm or bool(re.search(rf"\b{_SAID}\b", said, re.IGNORECASE))
    if not is_said or not re.search(r"\w", rest) or len(plain) != 1:
        return False
    match plain[0]:
        case Same() | Offer() | Talk(topic="repeat_please"):
            return True
        case Add():
            return is_firm or "better" in said.lower()
        case Act(target=target, changes=changes, otherwise=otherwise):
            # "No, tuesday" is read as "it, on tuesday".
            is_date = changes.due is not None and target.is_pronoun
            return is_firm and is_date and otherwise is None
        case _:
            return False


def corrected_title(old: str, right: str, wrong: str) -> str:
    """The title that is meant, where `right` puts the whole or a part of the old one right."""
    right = re.sub(
        r"^(?:to\s+|and\s+|(?:it|that)(?:'s|\s+is|\s+was)\s+|i\s+(?:mean|meant|need|want)\s+)+",
        "",
        right,
        flags=re.IGNORECASE,
    )
    exchanged = exchange(old, right, wrong) if wrong else ""
    if exchanged:
        return clean_title(exchanged)
    part = _PREPOSITION.match(right)
    if part is not None:
        found = re.search(rf"\b{part['which']}\s.+$", old, re.IGNORECASE)
        if found is not None:
            return clean_title(f"{old[: found.start()]}{right}")
    exchanged = exchange(old, right)
    if exchanged:
        return clean_title(exchanged)
    verb, new = tokens(old)[:1], tokens(right)[:1]
    if verb and verb[0] in ERRAND_VERBS and not (new and new[0] in ERRAND_VERBS):
        return clean_title(f"{old.split()[0]} {right}")
    return clean_title(right)
