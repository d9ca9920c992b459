"""The requests of one message weighed against each other: what leads up, what puts right, what stays."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.adding import build_add
from taskchat.model.embedded.clauses.asides import is_statement
from taskchat.model.embedded.clauses.looking import is_about_list
from taskchat.model.embedded.clauses.same_task import LEADS_UP, is_other_title, of_same_task, points
from taskchat.model.embedded.clauses.told_of import takes_up
from taskchat.model.embedded.english.words import ERRAND_VERBS, content_stems, tokens
from taskchat.model.embedded.message.correction_words import corrected_title
from taskchat.model.embedded.requests import (
    Act,
    Add,
    Correct,
    Look,
    Offer,
    Same,
    Tail,
    Talk,
    Undo,
)

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.clauses.cutting import Clause, Message
    from taskchat.model.embedded.requests import Request


_STILL = re.compile(r"\bstill\b", re.IGNORECASE)
_RETRACTED = Talk("left_alone", retracts=True)


def combine(
    requests: list[Request], found: list[Request], clause: Clause, message: Message, now: datetime
) -> list[Request]:
    """The requests so far together with what the next clause of the message asks for."""
    if not requests or found[:1] == [_RETRACTED]:
        return found
    one = found[0] if len(found) == 1 else None
    if isinstance(one, Correct | Undo):
        return _put_right(requests, one)
    last = requests[-1]
    if isinstance(last, Undo) and all(_is_told_only(one) or isinstance(one, Talk) for one in found):
        # "Withdraw that, I still have to pay" says why, "never mind, we have to buy bread" does not.
        is_new = last.is_of_last and isinstance(one, Add) and not _STILL.search(clause.text)
        return found if is_new else requests
    if LEADS_UP.search(clause.before) and any(map(_is_concluded, found)):
        # "Party on friday and I need to tidy up, so add wine": only why the clause asks.
        before = len(requests)
        while requests and _is_told_only(requests[-1]):
            requests = requests[:-1]
        if len(requests) < before or isinstance(one, Add):
            return requests + found
    renamed = of_same_task(last, one, clause) if is_other_title(one) else None
    if renamed is not None:
        return [*requests[:-1], renamed]
    if _is_in_place(last, one, clause) or _are_its_parts(last, found):
        return [*requests[:-1], *found]
    if isinstance(one, Act) and isinstance(last, Add) and not last.is_bare and _is_at_once(one):
        new = requests if one.target.is_plural else requests[-1:]
        done = [replace(add, then=one.verb) if isinstance(add, Add) else add for add in new]
        return [*requests[: -len(new)], *done]
    return _go_on(requests, found, clause, message, now)


def _go_on(
    requests: list[Request], found: list[Request], clause: Clause, message: Message, now: datetime
) -> list[Request]:
    """The requests so far with those of a clause that may only say more about the last of them."""
    last, one = requests[-1], found[0] if len(found) == 1 else None
    more = _said_again(last, one) or of_same_task(last, one, clause)
    if more is not None:
        return [*requests[:-1], more]
    if isinstance(one, Add) and (added := _told_twice(requests, one, clause, message)) is not None:
        return added
    if isinstance(one, Look) and one.of_focus and isinstance(last, Look):
        return requests  # "What about the first one? When is it due?" is one question
    if isinstance(one, Same) and isinstance(last, Act) and one.otherwise:
        return [*requests, replace(last, target=one.target, otherwise=one.otherwise, said="")]
    if isinstance(one, Same) and isinstance(last, Add) and one.words:
        return [*requests, Add(one.words, heard=one.words)]
    if clause.joined_by:
        return _join_tail(requests, found, clause, message, now)
    return requests + found


def _told_twice(
    requests: list[Request], one: Add, clause: Clause, message: Message
) -> list[Request] | None:
    """The requests with a task that was told before it was asked for once; None for another task."""
    last = requests[-1]
    if isinstance(last, Act) and _is_its_title(last, one) and _AS_TASK.search(clause.text):
        return [*requests[:-1], one]
    if isinstance(last, Add):
        if _is_left_of(last, one, clause) and not message.quoted(clause.text):
            return requests
        if _is_restated(last, one):
            return [*requests[:-1], replace(one, due=one.due or last.due)]
    if any(_is_same(one, earlier) for earlier in requests):
        # "I have an interview on friday. Please remind me" is one wish, told twice.
        return [*(earlier for earlier in requests if not _is_same(one, earlier)), one]
    return None


def _is_in_place(last: Request, one: Request | None, clause: Clause) -> bool:
    """Whether what was told before a clause is no wish of its own, beside what the clause wants."""
    if isinstance(one, Act) and one.verb == "update" and takes_up(clause.text):
        return True  # "The rent is due on the 30th. Put that on it."
    if isinstance(one, Act) and one.verb != "reopen" and _is_told_open(last) and _points_back(one):
        return True  # "We still have candles at home, take that one off."
    return _is_put_otherwise(last, one, clause) or _puts_it_right(last, one)


def _is_put_otherwise(last: Request, one: Request | None, clause: Clause) -> bool:
    """Whether an order stands in the place of the one before: "complete milk, no wait, complete rent"."""
    same_kind = isinstance(one, Act | Add) and isinstance(last, Act | Add)
    return same_kind and _OTHERWISE.match(clause.text) is not None


_OTHERWISE = re.compile(
    r"\W*(?:(?:oh|um+|ah|oops|whoops|sorry|wait|hang\s+on|hold\s+on|actually)\b\W*)*"
    r"(?:no\b(?!\s+(?:need|rush|hurry|more|longer|one)\b)|nope\b|scratch\s+that|i\s+meant?\b|make\s+that\b|correction\b)"
    r"(?!.*\b(?:also|too|as\s+well)\b)",
    re.IGNORECASE,
)


def _is_concluded(request: Request) -> bool:
    """Whether what stands behind "so" is what is wanted, and what stands before it only why."""
    return isinstance(request, Add) or (
        isinstance(request, Act) and request.verb in {"complete", "delete"}
    )


def _puts_it_right(last: Request, act: Request | None) -> bool:
    """Whether an act says what is right where the words before it only said why.

    "No sorry, I'm away on monday, make it tuesday."
    """
    if not isinstance(last, Correct) or not isinstance(act, Act):
        return False
    is_reason = bool(last.words) and is_statement(last.words) and not last.wrong
    return is_reason and act.verb == "update" and act.otherwise is None and points(act.target)


def _is_told_only(request: Request) -> bool:
    """Whether a request is a guess from what was told, and no order."""
    if isinstance(request, Act):
        return isinstance(request.at_last, Offer | Add)
    return isinstance(request, Offer) or (
        isinstance(request, Add) and (request.is_bare or request.is_hint)
    )


def _is_told_open(last: Request) -> bool:
    """Whether words told that something is still there: "we still have candles"."""
    return isinstance(last, Act) and last.verb == "reopen" and isinstance(last.otherwise, Add)


def _are_its_parts(last: Request, found: list[Request]) -> bool:
    """Whether several tasks are what was read as one before: "soap and tea, add both"."""
    return len(found) > 1 and all(
        isinstance(one, Add) and isinstance(last, Add) and one.heard in last.heard for one in found
    )


def _said_again(last: Request, one: Request | None) -> Act | None:
    """The act that an order only says again of what was told before it, or None."""
    if not isinstance(last, Act) or not isinstance(one, Act) or last.verb != one.verb:
        return None
    if not points(one.target):
        return None
    if last.deed and points(last.target):
        return replace(last, otherwise=one)  # "I sent them, tick it off"
    if _NO_MORE.match(last.said) and not last.otherwise:
        return replace(last, otherwise=one)  # "We're not going out any more. Drop the task."
    return None


_NO_MORE = re.compile(
    r"\W*(?:we|i)(?:'re|'m|\s+are|\s+am)\s+(?:not|no\s+longer)\s+\w+ing\b", re.IGNORECASE
)


def _is_at_once(act: Act) -> bool:
    """Whether an act is about what the words before it create: "add soap and mark it as done"."""
    return act.verb == "complete" and act.otherwise is None and points(act.target)


def _is_restated(last: Add, one: Add) -> bool:
    """Whether an order says again, in its own words, what was told as a need before it."""
    is_told = (last.is_hint or last.is_bare) and not (one.is_hint or one.is_bare)
    return is_told and not set(content_stems(last.title)).isdisjoint(content_stems(one.title))


def _is_its_title(last: Act, one: Add) -> bool:
    """Whether an act was only the title of the task that is then asked for: "finish the course: add that"."""
    return last.said.casefold() == one.title.casefold()


_AS_TASK = re.compile(r"\bas\s+an?\s+(?:new\s+)?(?:task|to-?do|item)\b|\blist\b", re.IGNORECASE)


def _is_left_of(last: Add, one: Add, clause: Clause) -> bool:
    """Whether "put that on the list" was read of a part only: "phone the garage, no, the tyre shop"."""
    return _THAT.search(clause.text) is not None and set(content_stems(one.title)) < set(
        content_stems(last.title)
    )


_THAT = re.compile(r"\b(?:put|add|note|save)\s+(?:it|that|this)\b", re.IGNORECASE)


def _is_same(add: Add, other: Request) -> bool:
    meant = other.otherwise if isinstance(other, Act) else other
    return isinstance(meant, Add) and meant.title.casefold() == add.title.casefold()


def _put_right(requests: list[Request], correction: Correct | Undo) -> list[Request]:
    """Correct the last wish of the same message: it is not done and taken back, but never done."""
    *before, last = requests
    if isinstance(correction, Undo):
        return _undo(requests, correction)
    told = correction.changes
    match last:
        case Add() if not told.are_none:
            due, priority = told.due or last.due, told.priority or last.priority
            return [*before, replace(last, due=due, priority=priority)]
        case Act(changes=changes) if not told.are_none:
            due, priority = told.due or changes.due, told.priority or changes.priority
            changes = replace(changes, due=due, priority=priority)
            return [*before, replace(last, changes=changes, said="")]
        case Add() if correction.words:
            title = corrected_title(last.title, correction.words, correction.wrong)
            return [*before, replace(last, title=title)]
        case Act(verb="update", changes=changes) if changes.title:
            title = corrected_title(changes.title, correction.words, correction.wrong)
            return [*before, replace(last, changes=replace(changes, title=title), said="")]
        case Act(verb="reopen", otherwise=Talk()) if _names_a_task(correction):
            # "No, mom is not done, I meant the rent": of the act of the turn before.
            return [*before, correction]
        case Act() if _names_a_task(correction):
            return [*before, replace(last, target=correction.target, said="")]
        case Act() | Add():
            # Only "not that one" was said: nothing is left to do.
            return [*before, Talk("left_alone")]
        case _:
            return [*requests, correction]


def _undo(requests: list[Request], undo: Undo) -> list[Request]:
    """Take back the last wish of the message, or the turn before where it is none."""
    *before, last = requests
    if isinstance(last, Act) and last.verb == "restore":
        return requests  # "I do want the rug, put it back" wishes it once
    if isinstance(last, Correct) and last.otherwise and all(map(_is_told_only, last.otherwise)):
        last = last.otherwise[-1]
    if isinstance(last, Add) and (last.is_hint or last.is_bare):
        return [*before, undo]  # "I'd rather keep it, undo" says why
    return [*before, Talk("left_alone")] if _is_plain(last) else [*requests, undo]


def _names_a_task(correction: Correct) -> bool:
    target = correction.target
    return target.is_named or target.is_all


def _join_tail(
    requests: list[Request], found: list[Request], clause: Clause, message: Message, now: datetime
) -> list[Request]:
    """Keep "add review and delete old photos" open: two wishes only if such a task is there."""
    last, act = requests[-1], found[0] if len(found) == 1 else None
    if not isinstance(last, Add) or not isinstance(act, Act | Add) or is_about_list(clause.text):
        return requests + found
    if isinstance(act, Act) and (not act.target.words or _is_event(last)):
        return requests + found
    meant = act.otherwise if isinstance(act, Act) else None
    if len(requests) > 1 and isinstance(requests[-2], Add) and isinstance(meant, Offer):
        # The last of a row of errands: "call Ann, book a room and cancel the car".
        return [*requests, replace(act, otherwise=meant.add)]
    whole = build_add(
        f"{last.heard}{clause.joined_by}{clause.text}", message, now, heard=last.heard
    )
    if whole is None or isinstance(act, Add):
        return requests + found
    whole = replace(whole, priority=last.priority, note=last.note, asks_reminder=last.asks_reminder)
    return [*requests[:-1], Tail(last, act, whole)]


def weigh(requests: list[Request]) -> list[Request]:
    """Drop what only leads up to the real requests: small talk, a need or a report told before."""
    real: list[Request] = [one for one in requests if not isinstance(one, Talk | Offer)]
    # "I have jury duty, make the reply due tomorrow": why, unless it is an errand itself.
    acts = [number for number, one in enumerate(real) if isinstance(one, Act)]
    real = [
        one
        for number, one in enumerate(real)
        if not (acts and number < acts[-1] and _is_event(one))
    ]
    plain = [
        n
        for n, one in enumerate(real)
        if isinstance(one, Act) and (one.otherwise is None or _takes_it_off(one))
    ]
    if plain:
        # A need that leads up to an act is no task; one that is told after it is.
        real = [
            one
            for number, one in enumerate(real)
            if number > plain[-1] or not ((isinstance(one, Add) and one.is_hint) or _tells_of(one))
        ]
    if any(isinstance(one, Add) and not one.is_hint for one in real):
        # "We have a fundraiser. Please add …": why.
        real = [one for one in real if not (_is_event(one) and _is_undated(one))]
        real = [
            one
            for one in real
            if not (isinstance(one, Add) and one.is_hint and is_about_list(one.title))
        ]
    if not real:
        offers: list[Request] = [one for one in requests if isinstance(one, Offer)]
        return (offers or requests)[-1:]
    if any(isinstance(one, Act) and one.verb in {"reopen", "restore"} for one in real):
        # "Reopen that, I still need to post it" says why.
        real = [one for one in real if not _tells_why(one)]
    if any(isinstance(one, Act) and _points_back(one) for one in real):
        # "Number 2 is obsolete, delete it" asks for no look at it.
        real = [
            one
            for one in real
            if not (isinstance(one, Look) and one.target.ordinals + one.target.numbers)
        ]
    real = [one for number, one in enumerate(real) if not _is_run_out(one, real[number + 1 :])]
    if any(isinstance(one, Look) for one in real):
        # "What did I just add? My brain today …"
        real = [one for one in real if not _is_fragment(one)]
    if len(real) == 1:
        return real
    return [
        _quiet(one)
        for number, one in enumerate(real)
        if not (_is_report(one) and any(_points_back(later) for later in real[number + 1 :]))
    ]


def _is_run_out(request: Request, later: list[Request]) -> bool:
    """Whether what ran out only says why more of it is asked for: "we're out of rolls, I must order more rolls"."""
    if not isinstance(request, Add) or not (request.is_hint and request.is_bare):
        return False
    said = set(content_stems(request.title))
    shared = [len(said & set(content_stems(one.title))) for one in later if isinstance(one, Add)]
    return bool(shared) and max(shared) >= min(len(said), _MANY_SHARED)


_MANY_SHARED = 2


def _is_fragment(request: Request) -> bool:
    """Whether bare words name no errand, so that beside a question they are only said."""
    first = tokens(request.title)[:1] if isinstance(request, Add) and request.is_bare else []
    return bool(first) and first[0] not in ERRAND_VERBS


def _takes_it_off(act: Act) -> bool:
    return act.verb == "delete" and points(act.target) and bool(act.target.background)


def _tells_of(request: Request) -> bool:
    """Whether bare words only tell what the speaker does: "skipping gym this week"."""
    add = request.at_last if isinstance(request, Act) else request
    if not isinstance(add, Add):
        return False
    first = tokens(add.title)[:1]
    return add.is_bare and bool(first) and first[0].endswith("ing") and first[0] not in ERRAND_VERBS


def _tells_why(request: Request) -> bool:
    """Whether a need is about the task that was spoken of: "I still need to post it"."""
    add = request.at_last if isinstance(request, Act) else request
    return isinstance(add, Add) and add.is_hint and bool(_ENDS_IN_IT.search(add.title))


_ENDS_IN_IT = re.compile(r"\b(?:it|them|that|him|her)\W*$", re.IGNORECASE)


def _is_event(request: Request) -> bool:
    """Whether a need that was told names no deed: "I have jury duty"."""
    first = tokens(request.title)[:1] if isinstance(request, Add) and request.is_hint else []
    return bool(first) and first[0] not in ERRAND_VERBS


def _is_undated(request: Request) -> bool:
    return isinstance(request, Add) and request.due is None


def _is_plain(request: Request) -> bool:
    return isinstance(request, Add) or (isinstance(request, Act) and request.otherwise is None)


def _is_report(request: Request) -> bool:
    return isinstance(request, Act) and isinstance(request.at_last, Talk)


def _points_back(request: Request) -> bool:
    """Whether an act is about what was just told: "Amy is called, delete it"."""
    if not isinstance(request, Act) or request.otherwise is not None:
        return False
    target = request.target
    return not (target.is_named or target.is_all)


def _quiet(request: Request) -> Request:
    # Beside a plain wish, a report that fits no task is only a story.
    if isinstance(request, Act) and isinstance(request.otherwise, Act):
        return replace(request, otherwise=_quiet(request.otherwise))
    is_story = isinstance(request, Act) and (
        isinstance(request.otherwise, Talk)
        or (request.is_stated and isinstance(request.otherwise, Offer))
    )
    return replace(request, otherwise=Talk("silent")) if is_story else request
