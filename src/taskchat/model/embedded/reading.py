"""What a message asks for: its clauses read one by one, then weighed against each other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.adding import build_add
from taskchat.model.embedded.clauses import Heard, cut
from taskchat.model.embedded.cues import (
    ADD_CUE,
    ASKS_KINDLY,
    CONDITION,
    DENIED_ACT,
    DENIES,
    HEDGES,
    NOT_NEEDED,
    PREAMBLE,
    QUESTION,
    correct_cues,
)
from taskchat.model.embedded.looking import is_about_list
from taskchat.model.embedded.orders import read_order, read_question
from taskchat.model.embedded.requests import Act, Add, Correct, Offer, Same, Tail, Talk
from taskchat.model.embedded.talk import read_talk

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.clauses import Clause, Message
    from taskchat.model.embedded.requests import Request


MAX_READ_CHARS = 700
# More wishes at once are no list of wishes any more.
MAX_REQUESTS = 20


def read_message(text: str, now: datetime) -> list[Request]:
    """What the message asks for, in order; talk only where it asks for nothing else.

    Longer messages than `MAX_READ_CHARS` are not read: a letter that happens to hold "delete" is
    no order to delete.
    """
    if len(text) > MAX_READ_CHARS:
        return [Talk("too_long")]
    message = cut(text)
    requests: list[Request] = []
    background = ""
    for clause in message.clauses:
        found = _read_clause(clause, Heard(message, now, background))
        if clause.joined_by and requests:
            found = _join_tail(requests, found, clause, message, now)
        requests += found
        background = f"{background} {message.reveal(clause.text)}".strip()
    if len(requests) > MAX_REQUESTS:
        return [Talk("too_long")]
    return _weigh(requests) or [Talk("nothing")]


def _join_tail(
    requests: list[Request], found: list[Request], clause: Clause, message: Message, now: datetime
) -> list[Request]:
    """Keep "add review and delete old photos" open: two wishes only if such a task is there."""
    last, act = requests[-1], found[0] if len(found) == 1 else None
    if not isinstance(last, Add) or not isinstance(act, Act | Add) or is_about_list(clause.text):
        return found
    if isinstance(act, Act) and not act.target.words:
        return found
    whole = build_add(
        f"{last.heard}{clause.joined_by}{clause.text}", message, now, heard=last.heard
    )
    if whole is None or isinstance(act, Add):
        return found
    requests.pop()
    whole = replace(whole, priority=last.priority, note=last.note, asks_reminder=last.asks_reminder)
    return [Tail(last, act, whole)]


def _weigh(requests: list[Request]) -> list[Request]:
    """Drop what only leads up to the real request: small talk, and "I need to …" said before it."""
    real: list[Request] = [one for one in requests if not isinstance(one, Talk | Offer)]
    if any(isinstance(one, Act) and one.otherwise is None for one in real):
        real = [one for one in real if not (isinstance(one, Add) and one.is_hint)]
    if any(isinstance(one, Add) and not one.is_hint for one in real):
        real = [
            one
            for one in real
            if not (isinstance(one, Add) and one.is_hint and is_about_list(one.title))
        ]
    if not real:
        offers: list[Request] = [one for one in requests if isinstance(one, Offer)]
        return (offers or requests)[-1:]
    plain: list[Request] = [
        one for one in real if not (isinstance(one, Act) and one.otherwise is not None)
    ]
    # "I paid the rent, and please add eggs" tells two things; "Amy is called, delete it" one.
    return real if not plain or all(isinstance(one, Add) for one in plain) else plain


def _read_clause(clause: Clause, heard: Heard) -> list[Request]:
    text = correct_cues(PREAMBLE.sub("", clause.text))
    talk = read_talk(text) or read_talk(clause.text)
    if talk is not None:
        return [Talk(talk)]
    reader = read_question if QUESTION.match(text) else read_order
    found = reader(text, heard)
    found = [_soften(one, clause) for one in found]
    if len(found) == 1 and isinstance(found[0], Same) and _TAKES_BACK.match(clause.text):
        return [Correct(found[0].target)]
    if _FAVOUR.match(clause.text) and not ADD_CUE.search(text):
        # "Can you send Bob an email" asks for what only a person can do.
        return [Offer(one) if isinstance(one, Add) else one for one in found]
    return found


def _soften(request: Request, clause: Clause) -> Request:
    """Turn an act that is denied into none, and one that is only weighed into a question."""
    if not isinstance(request, Act) or request.verb in {"restore", "reopen"}:
        return request
    if DENIED_ACT.search(clause.text):
        return Talk("left_alone")
    is_denied = request.verb == "delete" and DENIES.search(clause.text)
    is_weighed = HEDGES.search(clause.text) or (is_denied and not NOT_NEEDED.search(clause.text))
    is_weighed = is_weighed or CONDITION.match(clause.before)
    is_asked = clause.is_asked and not ASKS_KINDLY.search(clause.text)
    return replace(request, is_hedged=bool(is_weighed or is_asked))


_TAKES_BACK = re.compile(r"\W*(?:no|actually|sorry|wait|i\s+mean|oops)\b", re.IGNORECASE)
_FAVOUR = re.compile(r"\W*(?:please\s+)?(?:can|could|would|will)\s+(?:you|u)\b", re.IGNORECASE)
