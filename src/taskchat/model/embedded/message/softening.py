"""How far what a clause asks for is meant: what is refused is not done, what is weighed is asked about."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.mood import is_denied_return, mood_of_act, mood_of_wish
from taskchat.model.embedded.english.cues import ADD_CUE
from taskchat.model.embedded.message.doubt import is_odd_title
from taskchat.model.embedded.requests import Act, Add, Offer, Tail, Talk, Undo

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.clauses.cutting import Clause, Heard
    from taskchat.model.embedded.requests import Request


def doubt_add(add: Add, heard: Heard) -> Add | Offer:
    """The task, or an offer of it where its title looks like none."""
    return Offer(add) if is_odd_title(add, heard.now) else add


def soften(request: Request, clause: Clause, text: str, now: datetime) -> Request:
    """Turn a wish that is refused into none, and one that is only weighed into a question.

    `text` is what of the clause was read: the clause without what leads up to it, and asides.
    """
    match request:
        case Act(verb=verb, otherwise=otherwise):
            # A note may say anything, so its words are not weighed.
            mood = "meant" if request.changes.note else mood_of_act(clause, verb, text)
            if mood == "refused":
                return Talk("left_alone")
            otherwise = _soften_otherwise(otherwise, clause, now)
            said = request.said or text
            is_hedged = request.is_hedged or mood == "weighed"
            if is_hedged and isinstance(otherwise, Act):
                otherwise = replace(otherwise, is_hedged=True)
            return replace(request, is_hedged=is_hedged, otherwise=otherwise, said=said)
        case Tail(head, act, whole):
            head, act, whole = (soften(one, clause, text, now) for one in (head, act, whole))
            if isinstance(head, Act) and isinstance(act, Act) and isinstance(whole, Act):
                return Tail(head, act, whole)
            return Talk("left_alone")
        case Add():
            return _soften_add(request, clause)
        case Undo() if is_denied_return(clause.text):
            return Talk("left_alone")
        case _:
            return request


def _soften_otherwise(
    otherwise: Add | Offer | Talk | Act | None, clause: Clause, now: datetime
) -> Add | Offer | Talk | Act | None:
    """What is meant where no task fits, as far as it is meant: a title that looks odd is offered."""
    match otherwise:
        case Add():
            softened = _soften_add(otherwise, clause)
            is_odd = isinstance(softened, Add) and is_odd_title(softened, now)
            return Offer(otherwise) if is_odd else softened
        case Act():
            meant = _soften_otherwise(otherwise.otherwise, clause, now)
            return replace(otherwise, otherwise=meant)
        case _:
            return otherwise


_ADDED_LAST = re.compile(
    r"[,;.]\s*(?:(?:please|can\s+you|could\s+you|so|and)\s+)*(?:add|note|save|put|stick|pop)\s+(?:it|that|this)\b[^,;.]*$",
    re.IGNORECASE,
)


def _soften_add(add: Add, clause: Clause) -> Add | Offer | Talk:
    if _ADDED_LAST.search(clause.text):
        # "My wife wants me to fix the shelf, add it": whoever wants it, it is to be kept.
        return add
    mood = mood_of_wish(clause, _lead(clause.text, add.heard))
    if mood == "refused":
        return Talk("left_alone")
    return Offer(add) if mood == "weighed" else add


def _lead(text: str, title: str) -> str:
    """The words around a title that say what is wished: those before it, else those after it."""
    start = text.find(title.strip()[:20])
    if start < 0:
        cue = ADD_CUE.search(text)
        return text[: cue.end()] if cue else ""
    return text[:start] or text[len(title) :]
