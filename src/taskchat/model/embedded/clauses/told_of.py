"""What was told is to be set on the task it speaks of: "the rent's due on the 30th, put that on it"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import build_add, clean_title
from taskchat.model.embedded.clauses.changing import changes_due
from taskchat.model.embedded.clauses.gist import read_gist
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.requests import Act, Changes, Offer, Talk

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard

_SET_THAT = re.compile(
    r"^(?:(?P<told>.+?)\s*[,;:\u2013\u2014-]+\s*)?(?:(?:so|and|then|can\s+you|could\s+you|please|just)\s+)*"
    r"(?:(?P<due>that's\s+when\s+(?:it's|it\s+is)\s+due|that's\s+(?:its|the)\s+(?:due\s+date|deadline)\W*$)|(?:set|put|stick|add|pop|chuck|write|note|jot|use|save|make|get)\s+(?:that|this|it)\s+(?:down\s+)?"
    r"(?:(?:as|in|to|on|onto|into|under|for|with|in\s+as)\s+)?(?:an?\s+|the\s+|its\s+|his\s+|her\s+|their\s+)?"
    r"(?:(?P<note>notes?|description|comments?|details?|(?<=\bto\sthe\s)task|(?<=\bwith\sthe\s)task)|(?P<date>due\s+(?:date|time|day)|deadline|date|time|day|it))\b)"
    r"(?:\s+(?:for|of|on|to|in)\s+(?:it|that|the\s+task|(?P<of>(?:the|my)\s+[\w' -]+?)))?(?:\s+(?:please|then|too|as\s+well))*\W*$",
    re.IGNORECASE,
)
# "The dentist is at 12 High Street": what it is about, and what is told of it.
_SUBJECT = re.compile(
    r"^\W*(?P<name>(?:the|my|our)\s+[\w' -]+?|[\w-]+)(?:'s|\s+(?:is|are|will\s+be|should\s+be|must\s+be))\s+(?:now\s+)?(?:(?:at|in|on)\s+)?(?P<note>.+)$",
    re.IGNORECASE,
)
# "Handouts: 30 copies", "oak boards - need 12 of them".
_LABELLED = re.compile(
    r"^\W*(?P<name>(?:(?:the|my|our|for)\s+)*[\w'-]+(?:\s+[\w'-]+){0,3}?)\s*(?::|\s[\u2013\u2014-])\s+(?P<note>\S.*)$",
    re.IGNORECASE,
)


def read_told(text: str, heard: Heard) -> Act | None:
    """The change that "put that in its notes", "set that as the due date" makes of what was told."""
    found = _SET_THAT.match(text)
    told = (found["told"] or heard.before) if found else ""
    if found is None or not told:
        return None
    if found["note"]:
        return _noted(told, found["of"] or "", heard)
    due = find_due(told, heard.now)
    if due is None:
        return None
    topic = _TOPIC.match(told)
    if topic is not None:
        # A topic before a colon, what comes when, "set that as the due date".
        target = read_target(topic["name"], heard.message.quoted(topic["name"]))
        return Act("update", target, changes_due(told, due.due, heard.now), said="it")
    gist = read_gist(told, heard)
    words = gist.target.words if gist else heard.message.reveal(due.rest)
    add = build_add(told, heard.message, heard.now, heard=told)
    changes = changes_due(told, due.due, heard.now)
    if found["of"]:
        # "It closes on 20 May, set that as the date of the form."
        return Act("update", read_target(found["of"], []), changes, said="it")
    meant = Offer(add) if add else Talk("repeat_please")
    return Act(
        "update",
        read_target(words, heard.message.quoted(told)),
        changes,
        otherwise=Act("update", read_target("it", []), changes, otherwise=meant, said="it"),
        said="it",
        is_stated=True,
    )


def _noted(told: str, of: str, heard: Heard) -> Act:
    """The note that was told: of the task that is named for it, of what it tells, or of the one in mind."""
    subject = _LABELLED.match(told) or _SUBJECT.match(told)
    note = heard.message.reveal(subject["note"] if subject else told)
    changes = Changes(note=clean_title(note), adds_note=True)
    lost = Talk("repeat_please")
    if of:
        whole = Changes(note=clean_title(heard.message.reveal(told)), adds_note=True)
        target = read_target(re.sub(r"\s+(?:thing|task|one)$", "", of), [])
        return Act("update", target, whole, otherwise=lost, said="it")
    it = Act("update", read_target("it", []), changes, otherwise=lost, said="it")
    if subject is None:
        return it
    named = read_target(heard.message.reveal(subject["name"]), [])
    return replace(it, target=named, otherwise=it, is_stated=True)


_TOPIC = re.compile(
    r"^\W*(?P<name>(?:(?:the|my)\s+)?[\w'-]+(?:\s+[\w'-]+){0,3})\s*:\s+(?=\w)", re.IGNORECASE
)


def takes_up(text: str) -> bool:
    """Whether a clause sets what the clause before it told."""
    found = _SET_THAT.match(text)
    return _DUE_THEN.match(text) is not None or (found is not None and not found["told"])


# "The tickets go on sale tomorrow, so make it due then."
_DUE_THEN = re.compile(
    r"\W*(?:so\s+)?(?:please\s+)?(?:make|set|put|schedule)\s+(?:it|that)\s+(?:due\s+|for\s+|on\s+|to\s+)?(?:then|that)\W*$",
    re.IGNORECASE,
)
