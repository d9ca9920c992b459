"""Questions about the whole list, in words of a closed set: "which ones aren't done yet?".

Where every word of a clause is one of those that ask for a list, name tasks in general or tell how they
stand, nothing else can be meant than the list or a part of it. So the words need not stand in any order
that is foreseen here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.words import word_set

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Status

_NOUNS = word_set(
    "task tasks to-do to-dos todo todos item items things ones stuff jobs chores reminders entries list lists plate agenda"
)
_OPEN = word_set(
    "open pending unfinished incomplete uncompleted undone outstanding remaining remain remains left not isn't aren't haven't "
    "hasn't don't didn't wasn't weren't still need needs must should next missing remained"
)
_DONE = word_set(
    "done finished finish completed complete closed accomplished accomplish achieved ticked checked crossed tick check cross managed did"
)
_ASKS = word_set(
    "what what's whats which show display list see view give tell read print pull bring let lemme remind do does have has had am is are was were "
    "any anything something there's"
)
_OTHERS = word_set(
    "i i'd i've i'm we we've we're me us my our the of on in to up out off that that's there all everything every only just now right "
    "currently already yet so far again please ok okay then else be been being get got getting doing want wanted like would look at full whole entire current "
    "over"
)
_WORDS = _NOUNS | _OPEN | _DONE | _ASKS | _OTHERS
# "The complete list" is the whole of it.
_WHOLE = re.compile(r"\bcomplete(?=\s+(?:to-?do\s+|task\s+)?list\b)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z][a-z'-]*", re.IGNORECASE)
# How such a question or order begins.
_BEGINS = re.compile(
    r"\W*(?:(?:and|so|ok|okay|now|then|please|right)\W+)*(?:"
    r"(?:what|what's|whats|which)\s(?!\W*$)"
    r"|(?:show|display|list|print|pull\s+up)\b|(?:read|view|see)\s+(?:me\s+|out\s+)*(?:my|all|everything|the\s+(?:open|pending|completed|finished|list|tasks))\b|(?:give|tell)\s+me\b|let\s+(?:me|us)\s+see\b|lemme\s+see\b|remind\s+me\s+(?:what|which)"
    r"|i(?:'d|\s+would)?\s+(?:want|like)\s+to\s+see\b|any\s+\w|anything\b|(?:do|did|have)\s+(?:i|we)\b|(?:is|are)\s+there\b"
    r"|(?:everything|all)\s+(?:that|that's|i|i've|which|please)\b|(?:just|only)\s+(?:the|my|show|list|open|pending|unfinished|completed)\b)",
    re.IGNORECASE,
)
_OPENS = re.compile(r"^\W*(?:(?:and|so|then|please)\W+)+", re.IGNORECASE)
# "That" goes on with what the tasks are; elsewhere it points at something.
_POINTS = re.compile(
    r"\bthat\b(?!'s|\s+(?:is|are|isn't|aren't|was|were|i|we|i've|i'm|still|have|haven't|hasn't|need|needs|remain|remains|must|should)\b)|\b(?:is|are)\s+that\b",
    re.IGNORECASE,
)
_ALL_DONE = re.compile(
    r"\W*(?:(?:and|so)\s+)?(?:(?:is|are|have)\s+(?:now\s+)?(?:everything|all|all\s+(?:of\s+)?(?:my|the)\s+(?:tasks|things|items|to-?dos))(?:\s+(?:on\s+(?:my|the)\s+list|now|already|really|been))*\s+(?:done|finished|completed?|ticked)"
    r"|(?:am|are|have)\s+(?:i|we)\s+(?:all\s+)?(?:done|finished|completed)(?:\s+(?:with\s+)?(?:everything|all(?:\s+(?:my|the)\s+\w+)?))?)(?:\s+(?:now|then|yet|already|off))*\W*$",
    re.IGNORECASE,
)
# "Everything that's on my list is done" tells it.
_TELLS_DONE = re.compile(
    r"\W*(?:\w+\W+)?(?:everything|all)\b.*\s(?:is|are|was|were)\s+(?:now\s+|already\s+|all\s+)*(?:done|finished|completed?)\W*$",
    re.IGNORECASE,
)
# "To do" is a part of the name of the list behind "my", and what is open elsewhere.
_TO_DO = re.compile(
    r"(?<!managed\s)(?<!\bmy\s)(?<!\bthe\s)\bto\s+(?:do|be\s+done|get\s+done)\b|\bhave\s+to\b|\bneeds?\s+doing\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\bnot\b|n't\b", re.IGNORECASE)
_MAX_WORDS = 14


def asked_status(text: str, *, is_asked: bool) -> Status | None:
    """The part of the list that a clause asks for; None for a clause that says anything else."""
    if is_asked and _ALL_DONE.match(text):
        return "pending"
    if not _BEGINS.match(text) or _POINTS.search(text) or _TELLS_DONE.match(text):
        return None
    said = [word.lower() for word in _TOKEN.findall(_WHOLE.sub("whole", _OPENS.sub("", text)))]
    if len(said) > _MAX_WORDS or re.search(r"[\d\ue000-\uf8ff\"]", text):
        return None
    words = set(said)
    if words - _WORDS or not words & (_NOUNS | _OPEN | _DONE | {"everything", "all", "anything"}):
        return None
    if _TO_DO.search(text) or words & _OPEN:
        return "pending"
    return "completed" if words & _DONE else "all"
