"""Needs that are told ("I have to …"), and "remind me" of what was told just before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import build_add, split_titles, take_priority
from taskchat.model.embedded.clauses.changing import changes_due
from taskchat.model.embedded.english.cues import QUESTION
from taskchat.model.embedded.english.openings import ASKED, I_NEED, PROMISED
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.preamble import PREAMBLE
from taskchat.model.embedded.english.several import share_date, split_errands
from taskchat.model.embedded.english.talk import read_talk
from taskchat.model.embedded.english.words import tells_past
from taskchat.model.embedded.requests import Act, Add, Changes, Offer, Talk

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request


def read_needs(text: str, heard: Heard) -> list[Request]:
    """The needs that were told: "I have to iron shirts and pack a suitcase" are two."""
    found = I_NEED.match(text)
    if found is None:
        return []
    needs = [
        _read_need(f"{found[0]}{part}", heard)
        for part in split_errands(text[found.end() :], heard.now)
    ]
    adds = [one for one in needs if isinstance(one, Add)]
    return [*share_date(adds)] if len(adds) == len(needs) else [one for one in needs if one]


def _read_need(text: str, heard: Heard) -> Add | Act | Offer | None:
    """A need that was told, which may also be about a task that exists."""
    add = _needed(text, heard)
    if add is None:
        return None
    if _HAS_GOT.match(text):
        # "I've got the milk": told of a task to get it, else there is nothing to be kept.
        return Act("complete", read_target(add.title, []), otherwise=Offer(add))
    is_bare = bool(add.due or add.priority) and not re.search(
        r"\b(?:remember|forget)\b", text, re.I
    )
    is_bare = is_bare or _OUT_OF.search(text) is not None  # it may be on the list already
    add = replace(add, is_hint=True, is_bare=is_bare)
    target = read_target(
        re.sub(r"^(?:do|finish|complete|get|handle)\s+", "", add.title, flags=re.I), []
    )
    # A plan is no wish to be reminded of it, so it is asked about.
    # "Low on petrol, fill up tomorrow" says more than what ran out.
    is_more = _OUT_OF.search(text) is not None and "," in add.heard
    meant = Offer(add) if _PLANS.match(text) or _IDLE.search(text) or is_more else add
    deleted = _STRONG_DELETE.match(add.title)
    if deleted is not None:
        # "I should delete the rent": an act where there is such a task, else an errand.
        rest = heard.message.reveal(add.title[deleted.end() :])
        return Act("delete", read_target(rest, []), otherwise=meant)
    if _STILL_NEEDED.search(text):
        return Act("reopen", target, otherwise=meant)
    if add.due and (_WILL_DO.match(text) or _FINISHES.match(add.title)):
        return Act("update", target, Changes(due=add.due), otherwise=meant)
    return meant


_HAS_GOT = re.compile(
    r"\W*(?:i|we)(?:'ve|\s+have)?\s+(?:just\s+|already\s+|finally\s+)?got\s+(?:the|my|our|us)\s+(?!to\b)",
    re.IGNORECASE,
)
_STILL_NEEDED = re.compile(r"\bstill\s+(?:need|have|got)\b", re.IGNORECASE)
_WILL_DO = re.compile(
    r"\W*(?:(?:i|we)(?:'ll|\s+will|'m\s+going|\s+am\s+going|(?:'m)?\s+gonna)|gonna)\b",
    re.IGNORECASE,
)
# "I need to finish the report by friday" tells when a task is due, where there is one.
_FINISHES = re.compile(r"(?:finish|complete)\s", re.IGNORECASE)
_PLANS = re.compile(
    r"\W*(?:i|we)(?:'ll|'m|'re|\s+am|\s+are)?\s+(?:(?:will|going|gonna|plan(?:ning)?|intend|also"
    r"|just|still)\s+)*"
    rf"(?:(?:will|going|plan|planning|intend)\b)|\W*(?:i|we)'ll\b|\W*{PROMISED}|\W*{ASKED}",
    re.IGNORECASE,
)
# "I need a coffee", "I have to think about it": said of the moment, and no task that words name.
_OUT_OF = re.compile(r"\b(?:out\s+of|outta|low\s+on|short\s+(?:of|on))\b", re.IGNORECASE)
_IDLE = re.compile(
    r"\b(?:an?|some|my)\s+(?:\w+\s+)?(?:coffee|tea|drink|beer|pint|wine|nap|break|rest|sleep|lie-?down|holiday|vacation|hug|shower|minute|moment|sec(?:ond)?|hand|life|raise|day\s+off|breather)"
    r"(?:\s+(?:so\s+)?(?:bad(?:ly)?|now|first|lol|already|after\s+(?:this|that)))*\W*$"
    r"|\b(?:think\s+about|do|sort|get|finish|deal\s+with|see\s+about|look\s+at)\s+(?:it|them|these|those|this|that)(?:\s+(?:all\s+)?(?:done|over|first|now))*\W*$|\b(?:one|some)\s*day\W*$"
    r"|\b(?:begin|start|go|hurry(?:\s+up)?|leave|run|move|stop|get\s+(?:going|started|moving)|crack\s+on|be\s+(?:off|going))(?:\s+(?:now|then|soon))?\W*$",
    re.IGNORECASE,
)
_STRONG_DELETE = re.compile(r"(?:delete|remove|erase|get\s+rid\s+of)\b", re.IGNORECASE)


def read_background(text: str, heard: Heard) -> list[Request]:
    """The task that "remind me" means, where it stands in the sentences before."""
    told = _ADD.sub("", _FORGETTING.sub("", PREAMBLE.sub("", heard.before)))
    needed = [_needed(part, heard) for part in (told, *re.split(r"[,;:]\s*", told))]
    before = next((add for add in needed if add is not None), None)
    if before is None and told and not QUESTION.match(told) and read_talk(told) is None:
        before = build_add(told, heard.message, heard.now)
    if before is not None and _MANY.search(text):
        adds = [build_add(part, heard.message, heard.now) for part in split_titles(before.heard)]
        return [add for add in adds if add is not None]
    due = find_due(text, heard.now)
    if before is not None:
        return [replace(before, due=before.due or (due.due if due else None))]
    if due is None:
        return [Talk("what_to_add")]
    # "Remind me tomorrow": of the task last spoken of, where there is one.
    changes = changes_due(text, due.due, heard.now)
    return [Act("update", read_target("it", []), changes, otherwise=Talk("what_to_add"))]


# "Add the two, please add them" says one verb twice.
_ADD = re.compile(r"^\W*add\s+(?=\w)", re.IGNORECASE)
# "I still have two left" names no task.
_LEFT_OVER = re.compile(
    r"\W*(?:an?|some|a\s+few|a\s+couple|one|two|three|four|five|six|\d+)\s+(?:\w+\s+)?(?:left|to\s+go|more|remaining)\b",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"\b(?:have|'ve|got)(?:\s+(?:also|just|already|now|finally|even))*\s*$", re.IGNORECASE
)
# "I have set the table" tells what is done, though the verb looks the same.
_SAME_PAST = re.compile(
    r"\W*(?:set|put|cut|read|shut|reset|spread|hung)\s+(?:the|my|our|up|out|away|down|all)\b",
    re.IGNORECASE,
)
# "We got more time" tells how things stand.
_NO_THING = re.compile(
    r"\W*(?:(?:some|a\s+bit|a\s+little|plenty|lots?)\s+(?:of\s+)?)?(?:more|extra|enough|less|no|little)?\s*(?:time|news|luck|an\s+extension)\b(?!\s+(?:to|for|off|with|sheet))",
    re.IGNORECASE,
)
_MANY = re.compile(r"\b(?:them|those|both|all|the\s+lot)\b", re.IGNORECASE)


_FORGETTING = re.compile(
    r"^\W*(?:(?:oh|so|and|ugh)\W+)?(?:i|we)\s+(?:(?:always|just|almost|totally|completely|have"
    r"|had)\s+)*"
    r"(?:keep\s+forgetting|forget|forgot|forgotten|keep\s+meaning|meant)\s+(?:to|about)\s+",
    re.IGNORECASE,
)


def _needed(clause: str, heard: Heard) -> Add | None:
    found = I_NEED.match(clause)
    if found is None:
        return None
    title, priority = take_priority(clause[found.end() :])
    if _HAS.search(found[0]) and (tells_past(title) or _SAME_PAST.match(title)):
        # "I have finished the report" tells what is done, "I have not …" what is not.
        return None
    if _LEFT_OVER.match(title) or _NO_THING.match(title):
        return None
    if re.search(r"\b(?:have|got)\s*$", found[0], re.IGNORECASE):
        # "I have a meeting on Friday": the article belongs to the telling.
        title = re.sub(r"^an?\s+", "", title)
    return build_add(title, heard.message, heard.now, priority=priority, heard=clause)
