"""Two requests of a message that are about one task: the second says more of it, or says it again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import content_stems
from taskchat.model.embedded.requests import Act, Add, Changes, Offer, Same, Talk, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.clauses.cutting import Clause
    from taskchat.model.embedded.requests import Request


def of_same_task(last: Request, one: Request | None, clause: Clause) -> Request | None:
    """The two requests as one, where one of them only says more about the task of the other."""
    if (
        isinstance(last, Same)
        and isinstance(one, Act)
        and replace(one.target, background="") == Target()
    ):
        # "The first two please delete": first which, then what.
        return replace(one, target=last.target)
    if isinstance(last, Same) and isinstance(one, Act) and points(one.target):
        # "And the litter, set that for tomorrow": the first words only say which.
        return replace(one, target=last.target)
    if isinstance(last, Act) and isinstance(one, Act):
        is_told = last.verb == one.verb == "complete" and points(last.target)
        if is_told and one.target.words and LEADS_UP.search(clause.before):
            return one  # "I've ordered it, so tick off the order one"
        return _as_one(last, one)
    is_reopened = isinstance(one, Act) and one.verb == "reopen" and points(one.target)
    if isinstance(last, Add) and isinstance(one, Act) and is_reopened:
        # "I need to do the laundry again, so reopen it".
        return replace(one, target=read_target(last.title, []))
    if isinstance(last, Add) and _ON_EXISTING.search(clause.text):
        changes = Changes(due=last.due, priority=last.priority, note=last.note)
        return Act("update", Target(last.title), changes, otherwise=last)
    if isinstance(one, Act) and isinstance(last, Add) and is_other_title(one):
        # "Put “wash the dog” on the list, actually make that “brush the dog”."
        return replace(last, title=one.changes.title)
    if isinstance(one, Act) and isinstance(last, Add) and _tells_more(one):
        return _more_of(last, one.changes)
    if isinstance(one, Add) and isinstance(last, Act) and _is_level_alone(last):
        # "Urgent! Call Ida": told before the task instead of after it.
        return replace(one, priority=last.changes.priority)
    return None


def with_new_task(requests: Sequence[Request], act: Act) -> list[Request] | None:
    """The requests with what an act does to the task that one of them creates; None where none of them does.

    "Add soap, tea and milk. Milk is for friday" creates the milk with that date.
    """
    target, changes = act.target, act.changes
    if not target.words or target.but or target.is_other:
        return None
    is_told = act.otherwise is None or isinstance(act.otherwise, Talk)
    said = set(content_stems(target.words))
    is_more = act.verb == "update" and bool(changes.due or changes.priority) and not changes.title
    if not said or not is_told or not (is_more or act.verb == "complete"):
        return None
    new = [
        number
        for number, add in enumerate(requests)
        if isinstance(add, Add) and not add.is_bare and said <= set(content_stems(add.title))
    ]
    add = requests[new[0]] if len(new) == 1 else None
    if not isinstance(add, Add):
        return None
    meant = _more_of(add, changes) if is_more else replace(add, then="complete")
    return [*requests[: new[0]], meant, *requests[new[0] + 1 :]]


def _more_of(add: Add, changes: Changes) -> Add:
    return replace(
        add,
        due=changes.due or add.due,
        priority=changes.priority or add.priority,
        note=changes.note or add.note,
    )


def _as_one(last: Act, one: Act) -> Act | None:
    """Two acts as one, where the second only says again, or more of, the first."""
    if _is_told_open(last, one):
        # "I still have to look at the tests, reopen it": of the tests where they were done, else of it.
        return replace(last, otherwise=one)
    if _adds_note(last, one):
        # "The interview is on thursday, and note that she needs a badge."
        return replace(last, changes=_joined(last.changes, one.changes))
    if not _is_again(last, one):
        return None
    # "Cancel the coffee with Paul, delete it", "registration is urgent, make it high".
    changes = _joined(last.changes, one.changes)
    otherwise = last.otherwise if one.verb == "update" else None
    if one.verb == "update" and isinstance(last.at_last, Talk):
        otherwise = one  # "his birthday is saturday, so it has to be done by friday"
    last = _both_of(last) if one.target.is_plural else last
    is_hedged = last.is_hedged and one.is_hedged
    deed = "" if one.verb == "update" else last.deed
    return replace(last, changes=changes, otherwise=otherwise, is_hedged=is_hedged, deed=deed)


LEADS_UP = re.compile(r"\bso\s*$", re.IGNORECASE)
"""At the end of what stands before a clause: what was told only says why."""


def points(target: Target) -> bool:
    """Whether a target is "it" or "them" and nothing else."""
    pointed = target.is_pronoun or target.is_plural
    return pointed and not (target.is_named or target.is_other)


# "…, set that on the existing task": what was read as a new one is there already.
_ON_EXISTING = re.compile(
    r"\b(?:set|put|add|apply|give|use|update|change)\b.*\b(?:existing|same"
    r"|one\s+i\s+(?:already\s+)?have)\b",
    re.IGNORECASE,
)


def _is_again(last: Act, one: Act) -> bool:
    """Whether an act on "it" only says again, or more of, the act before it."""
    if one.verb != last.verb or not points(one.target):
        return False
    is_plain = last.otherwise is None or (
        one.verb == "delete" and isinstance(last.otherwise, Add | Offer)
    )
    is_certain = is_plain and not one.target.is_all
    if one.verb in {"delete", "reopen"} and last.target.is_named and is_certain:
        return True
    if one.otherwise is not None:
        return False
    is_single = not (one.target.is_plural or last.target.is_plural or last.target.is_all)
    if one.verb == "update":
        return is_single and last.is_stated and not one.changes.title
    if one.verb == "reopen":
        return is_single and bool(last.target.numbers or last.target.ordinals)
    return (
        is_single and one.verb in {"delete", "restore"} and isinstance(last.otherwise, Add | Offer)
    )


def _is_told_open(last: Act, one: Act) -> bool:
    is_need = last.verb == "reopen" and isinstance(last.otherwise, Add)
    return is_need and one.verb == "reopen" and one.otherwise is None and points(one.target)


def _adds_note(last: Act, one: Act) -> bool:
    is_note = one.verb == last.verb == "update" and bool(one.changes.note)
    return is_note and points(one.target) and not (last.changes.note or last.target.is_plural)


def _both_of(act: Act) -> Act:
    """The act on both of two: "we don't need milk or bread, take those off"."""
    words, said = (re.sub(r"\bor\b", "and", one) for one in (act.target.words, act.said))
    return replace(act, target=replace(act.target, words=words), said=said)


def _joined(first: Changes, then: Changes) -> Changes:
    return replace(
        first,
        due=then.due or first.due,
        priority=then.priority or first.priority,
        note=then.note or first.note,
    )


def _is_level_alone(act: Act) -> bool:
    target, changes = act.target, act.changes
    is_it = target.is_pronoun and not target.words and not target.background
    return act.verb == "update" and is_it and changes == Changes(priority=changes.priority)


def is_other_title(request: Request | None) -> bool:
    """Whether a request only gives the task spoken of another title."""
    if not isinstance(request, Act) or request.verb != "update" or not points(request.target):
        return False
    return request.changes == Changes(title=request.changes.title)


def _tells_more(act: Act) -> bool:
    """Whether an act says more about the task that the words before it create."""
    target, changes = act.target, act.changes
    points = target.is_pronoun and not target.is_named
    told = changes.due or changes.priority or changes.note
    return act.verb == "update" and points and bool(told) and not changes.title
