"""Orders to write something into a title, to take something out of it, or to have it say something else."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.adding import clean_title
from taskchat.model.embedded.clauses.looking import is_about_list
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import ERRAND_VERBS, tokens
from taskchat.model.embedded.requests import Act, Changes
from taskchat.model.embedded.wording.tables import compiled

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard

_LEAD = r"^[^\w\ue000-\uf8ff]*(?:(?:and|then|oh|so|hey|please|just|now|can\s+you|could\s+you|would\s+you|i\s+want\s+to|i'd\s+like\s+to|let's)\b[\s,]*)*"
_END = r"(?:[\s,]+(?:please|too|as\s+well|now|instead|then|thanks|if\s+that's\s+ok(?:ay)?))*[^\w\ue000-\uf8ff]*$"
_Q = r"[\ue000-\uf8ff]"
_WHAT = r"(?P<what>(?:the|my|task|number|no\.?|#|item|that|this|it|\ue000|its)\b[^,:;\ue000-\uf8ff]{0,50}?|(?=\w)[^,:;\ue000-\uf8ff]{1,50}?)"
_OF = r"(?:\s+(?:the\s+)?(?:title|name)\s+(?:of|for))?"


_all = partial(compiled, lead=_LEAD, end=_END)
_APPENDS = _all(
    rf"(?:add|append|attach|put)\s+(?:the\s+words?\s+)?(?P<new>{_Q})\s+(?:to|after|behind|at\s+the\s+end\s+of){_OF}\s+(?:the\s+end\s+of\s+)?{_WHAT}(?:'s)?\s+(?:in\s+the\s+)?(?:title|name)",
    rf"(?:add|append|attach|put)\s+(?:the\s+words?\s+)?(?P<new>{_Q})\s+(?:to|at\s+the\s+end\s+of)\s+the\s+(?:title|name)\s+(?:of|for)\s+{_WHAT}",
    rf"(?:append|tack\s+on|tag\s+on)\s+(?P<new>{_Q})\s+to\s+{_WHAT}",
    rf"extend\s+(?:the\s+(?:title|name)\s+of\s+)?{_WHAT}\s+(?:with|by)\s+(?P<new>{_Q})",
    rf"{_WHAT}\s+should\s+(?:say|have|read)\s+(?P<new>\S.*?)\s+at\s+the\s+end",
)
# "And butter", "about the keys": words that cannot be a note of their own.
_APPENDS_PART = _all(
    rf"(?:add|append|attach|put)\s+(?:the\s+words?\s+)?(?P<new>{_Q})\s+(?:to|after|behind|at\s+the\s+end\s+of)\s+{_WHAT}",
)
_PART = re.compile(
    r"(?:and|or|plus|about|for|from|with|at|to|of|in|on|before|after)\s", re.IGNORECASE
)
_DROPS = _all(
    rf"(?:take|remove|drop|delete|cut|strike|erase|lose|leave)\s+(?:out\s+)?(?:the\s+(?:words?\s+)?)?(?P<old>{_Q})\s+(?:part\s+|bit\s+)?(?:out\s+of|from|off|of|in)\s+{_WHAT}",
    rf"(?:take|remove|drop|delete|cut|strike|erase|lose|leave)\s+(?:out\s+)?the\s+(?:words?\s+)?(?P<old>{_Q})\s+(?:part|bit)(?:\s+(?:out|off))?(?:\s+(?:from|of|in)\s+{_WHAT})?",
    rf"leave\s+out\s+the\s+(?P<old>[\w -]{{2,30}}?)\s+(?:part|bit)(?:\s+(?:from|of|in)\s+{_WHAT})?",
    rf"the\s+words?\s+(?P<old>{_Q}|[\w-]+)\s+can\s+(?:go|be\s+(?:removed|deleted|dropped))\s+(?:from|out\s+of|in)\s+{_WHAT}",
    rf"(?:take|remove|drop|delete|cut)\s+(?:out\s+)?the\s+words?\s+(?P<old>{_Q}|[\w-]+)\s+(?:from|out\s+of|in)\s+{_WHAT}",
)
# A person may read and say things too, so a title must be spoken of.
_CALLED = r"(?P<what>(?:(?:the|my|that)\s+(?:[\w'-]+\s+){0,4}?(?:one|task|title|item|reminder)|it|that|this|(?:task|number|no\.?|item|#)\s*\w+|[\ue000-\uf8ff]|the\s+(?:first|second|third|fourth|last|other|bottom|top)))"
_SAY = r"(?:say|read|be\s+worded(?:\s+as)?|be\s+called(?!\s+off\b)|be\s+named|be\s+titled)"
_READS = _all(
    rf"make\s+(?P<what>(?:that|the)\s+(?:last|first|second|third|other|bottom|top)\s+(?:one|task))\s+(?P<new>(?:{'|'.join(sorted(ERRAND_VERBS))})\s.+?)",
    rf"(?:can|could|should|let)\s+{_CALLED}\s+(?:say|read|be\s+worded(?:\s+as)?)\s+(?P<new>\S.*?)",
    rf"(?:make|let)\s+{_CALLED}\s+(?:say|read)\s+(?P<new>\S.*?)",
    rf"{_CALLED}\s+(?:needs?\s+to|has\s+to|must|ought\s+to|is\s+to)\s+{_SAY}\s+(?P<new>\S.*?)",
    rf"(?:i'd|i\s+would)\s+(?:like|prefer|rather)\s+{_CALLED}\s+(?:to\s+(?:say|read)|said|read)\s+(?P<new>\S.*?)",
    rf"(?:i\s+want)\s+{_CALLED}\s+to\s+(?:say|read)\s+(?P<new>\S.*?)",
    rf"{_CALLED}\s*,\s*i\s+(?:want|need)\s+(?:it|that)\s+to\s+(?:say|read)\s+(?P<new>\S.*?)",
    rf"(?:shorten|reword|rephrase|abbreviate)\s+{_CALLED}\s+(?:to|as|into)\s+(?P<new>\S.*?)",
    rf"(?:for\s+)?{_CALLED}\s*[,:]\s*(?:the\s+)?new\s+(?:name|title)\s*(?::|is|should\s+be)\s*(?P<new>\S.*?)",
)
_NO_TITLE = re.compile(
    r"\b(?:due|deadline|priority|high|low|medium|urgent|notes?|descriptions?|done|completed?|finished|when|what|yes|no)\b",
    re.IGNORECASE,
)


def read_title_edit(text: str, heard: Heard) -> Act | None:
    """The change of a title that a clause orders in such words, or None."""
    for pattern in (*_APPENDS, *_APPENDS_PART):
        found = pattern.match(text)
        new = _told(found, "new", heard)
        if found and is_about_list(found["what"]):
            return None
        if found and new and (pattern not in _APPENDS_PART or _PART.match(new)):
            return _edit(found, Changes(appends=new), heard)
    for pattern in _DROPS:
        found = pattern.match(text)
        old = _told(found, "old", heard)
        if found and old and not _NO_TITLE.search(old):
            return (
                None
                if is_about_list(found["what"] or "")
                else _edit(found, Changes(drops=old), heard)
            )
    for pattern in _READS:
        found = pattern.match(text)
        new = _told(found, "new", heard)
        if found and new and not _NO_TITLE.search(f"{found['what']} {new}"):
            title = clean_title(new)
            return _edit(found, Changes(title=title, is_reading=True), heard) if title else None
    return None


def _told(found: re.Match[str] | None, name: str, heard: Heard) -> str:
    return heard.message.reveal(found[name]).strip(" .,:\"'") if found else ""


def _edit(found: re.Match[str], changes: Changes, heard: Heard) -> Act:
    words = heard.message.reveal(found["what"] or "it")
    target = read_target(words, [], heard.background)
    if not tokens(words):
        target = read_target("it", [], heard.background)
    return Act("update", target, changes, said="it")
