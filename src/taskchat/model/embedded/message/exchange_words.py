"""Wordings that put one word of a title in the place of another: "it's chapter 8, not 7"."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import ERRAND_VERBS, content_stems, is_past, tokens
from taskchat.model.embedded.requests import Act, Add, Correct, Offer, Same, Talk
from taskchat.model.embedded.wording.tables import compiled

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request

_LEAD = r"^[^\w\ue000-\uf8ff]*(?:(?:typo|oh|oops|no|sorry|wait|actually|hm+|ah|and|so|but|please|can\s+you|could\s+you|i\s+think|my\s+mistake|my\s+bad)\b[\s,.!:;-]*)*"
_END = r"(?:\s+(?:please|now|actually|though|instead|by\s+the\s+way|in\s+(?:the|its)\s+title))*[\s.!]*$"
_SHOULD = r"(?:should(?:\s+have)?|must|has\s+to|have\s+to|needs?\s+to|ought\s+to|was\s+(?:meant|supposed)\s+to|is\s+(?:meant|supposed)\s+to)\s+(?:be(?:en)?|say|read)"
_NOT = r"(?:instead\s+of|rather\s+than|and\s+not|not)"
_ONE = r"(?:the\s+|my\s+)?(?P<{}>[\w\ue000-\uf8ff][\w\ue000-\uf8ff' -]{{0,40}}?)"
_NEW, _OLD, _WHAT = (_ONE.format(name) for name in ("new", "old", "what"))
_WORD = r"(?:the\s+)?(?P<new>[\w'-]+)"
_SPELT = r"(?:misspell?ed|misspelt|mistyped|spell?ed\s+wrong(?:ly)?|spelt\s+wrong(?:ly)?|wrongly\s+(?:spelt|spelled))"


_all = partial(compiled, lead=_LEAD, end=_END)
# What is wrong and what is right are both told, or it is told that a word is misspelled.
_CERTAIN = _all(
    rf"(?:(?:in|on|for)\s+{_WHAT}\s*,\s*)?(?:it\s+|that\s+)?{_SHOULD}\s+{_NEW}\s*,?\s+{_NOT}\s+{_OLD}",
    rf"{_WHAT}\s+{_SHOULD}\s+{_NEW}\s*,?\s+{_NOT}\s+{_OLD}",
    rf"(?:put|write|use|have)\s+{_NEW}\s+where\s+it\s+(?:says|said|reads)\s+{_OLD}",
    rf"where\s+it\s+(?:says|said|reads)\s+{_OLD}\s*,?\s+(?:it\s+should\s+(?:say|be|read)|put|write|use|make\s+it)\s+{_NEW}",
    rf"instead\s+of\s+{_OLD}\s*,?\s+(?:(?:i|we)(?:'ll|'d\s+like|\s+(?:need|want|would\s+like|meant))|it\s+should\s+(?:be|say|read)|make\s+(?:it|that)|put|write|get)\s+{_NEW}",
    rf"(?:i\s+(?:want|need|have)\s+to|i'd\s+like\s+to|i'll)\s+{_NEW}\s+(?:instead\s+of|rather\s+than)\s+{_OLD}",
    rf"(?:the\s+)?{_OLD}\s+(?:is|was|'s)\s+wrong\s*[,;:-]\s*(?:it(?:'s|\s+is|\s+should\s+be|\s+should\s+say)|should\s+(?:be|say|read))\s+{_NEW}",
    r"(?P<old>[\ue000-\uf8ff])\s+should\s+(?:be|say|read)\s+(?P<new>[\ue000-\uf8ff])",
    rf"(?P<lead>.{{0,40}}?)\b(?:with|for|to|from|at|about|in|on)\s+{_NEW}\s*,?\s+(?:but\s+)?(?:instead\s+of|rather\s+than|and\s+not|not)\s+(?:(?:with|for|to|from|at|about|in|on)\s+)?{_OLD}(?:\s*,?\s*(?:so\s+)?(?:(?:can|could)\s+you\s+)?(?:fix|change|correct|update)\s+(?:it|that|(?:the|my)\s+[\w' -]+?))?",
    rf"(?P<lead>.{{0,30}}?)(?:isn't|is\s+not|not)\s+(?:(?:with|for|to|from|at|about|in|on)\s+){_OLD}\s*,?\s+(?:but|it's|it\s+is)\s+(?:(?:with|for|to|from|at|about|in|on)\s+){_NEW}(?:\s*,?\s*(?:so\s+)?(?:(?:can|could)\s+you\s+)?(?:fix|change|correct|update)\s+(?:it|that)[\w ]*)?",
    rf"(?P<firm>it|that)(?:'s|\s+is)\s+not\s+{_OLD}\s*[,;]\s*(?:but\s+|it's\s+|it\s+is\s+){_NEW}",
    rf"i\s+(?:wrote|said|put|typed)\s+{_OLD}\s*,?\s+(?:but|and)\s+(?:i\s+meant?|it's|it\s+is|it\s+should\s+be)\s+(?!(?:no|not|too|so|a|an|something|nothing)\b){_NEW}",
    rf"(?:it\s+)?should\s+(?:be|say|read)\s+{_NEW}\s*,?\s+i\s+(?:wrote|said|put|typed)\s+{_OLD}",
    rf"(?:can|could)\s+{_WHAT}\s+say\s+{_NEW}\s+(?:where\s+it\s+says|instead\s+of)\s+{_OLD}",
    r"(?:change|set|correct)\s+the\s+number\s+of\s+(?P<what>[\w' -]+?)\s+to\s+(?P<new>\w+)",
    r"(?:it|that|this)(?:'s|\s+is|\s+was)\s+(?:an?\s+)?(?P<new>[\w' -]{2,40}?)\s*,\s*(?:(?:please|so)\s+)*put\s+(?:that|it)\s+in\s+(?:the|its)\s+title",
    rf"(?:i\s+)?(?:{_SPELT})\s+{_WORD}(?:\s*,?\s+(?:can|could)\s+you\s+(?:correct|fix)\s+(?:it|that))?",
    rf"{_WORD}\s+(?:is|was|'s)\s+{_SPELT}(?:\s+(?:in|on)\s+{_WHAT})?(?:\s*,?\s+(?:(?:can|could)\s+you\s+)?(?:correct|fix)\s+(?:it|that))?",
    rf"(?:fix|correct)\s+the\s+(?:typo|spelling|mistake|spelling\s+mistake)\s+(?:in|of)\s+{_WORD}",
    rf"there(?:'s|\s+is)\s+an?\s+(?:letter\s+)?\w\s+(?:missing|too\s+many)\s+in\s+{_WORD}",
    rf"{_WORD}\s+(?:has|is\s+with|is\s+written\s+with|is\s+spell?ed\s+with|is\s+spelt\s+with)\s+(?:two|one|a\s+double|a\s+single|an?)\s+\w(?:'?s)?",
    rf"{_WHAT}\s+has\s+a\s+(?:typo|mistake|spelling\s+mistake|spelling\s+error)\s*[,;:-]\s*(?:it\s+)?should\s+(?:be|say|read)\s+{_NEW}",
)
# These may be said of other things than a title.
_MAYBE = _all(
    rf"(?:it|that|this)(?:'s|\s+is)\s+(?=[\w' -]*\d){_NEW}\s+(?:that\s+)?(?:i|we)\s+(?:need|want|meant)(?:\s+to\s+\w+)?",
    r"(?:it|that)(?:'s|\s+is)\s+(?!(?:my|your|his|her|a|an|the)\b)(?P<new>[\w'-]+(?:\s+[\w'-]+)?)\s+actually",
    rf"(?:make|have)\s+(?:that|it|this)\s+{_NEW}(?:\s*,\s*{_NOT}\s+{_OLD})?",
    rf"(?:it|that)\s+(?:was|is)\s+(?:meant|supposed)\s+to\s+(?:(?:say|read)\s+|be\s+(?=(?:{'|'.join(sorted(ERRAND_VERBS))})\s)){_NEW}",
    rf"{_WHAT}\s+(?:one\s+|task\s+)?should\s+(?:be|say|read)\s+{_NEW}",
    rf"{_NEW}\s*,?\s+(?:instead\s+of|and\s+not|not)\s+{_OLD}",
)
_TYPO = re.compile(r"\W*(?:(?:oh|oops|sorry|no)\b\W*)*(?:typo|spelling)\b", re.IGNORECASE)
# "Typo, it's marzipan."
_TYPO_IS = _all(rf"(?:spelling\s*[,:]?\s*)?(?:it(?:'s|\s+is)|(?:it\s+)?should\s+be)\s+{_WORD}")
_MAX_WORDS = 14
# What is to be kept, and what is asked, changes no title.
_OTHER_WISH = re.compile(
    r"\W*(?:please\s+)?(?:add|remind|create|note|remember|don't\s+forget|who|what|where|when|why|how|was|were|is|are|did|does|do)\b",
    re.IGNORECASE,
)


def read_exchange(text: str, plain: list[Request], heard: Heard) -> Correct | None:
    """The exchange of words that a clause tells, for where a title has what it speaks of; or None."""
    patterns = [*_CERTAIN, *_TYPO_IS] if _TYPO.match(text) else _CERTAIN
    return _read(patterns, text, plain, heard)


def guess_exchange(text: str, plain: list[Request], heard: Heard) -> Correct | None:
    """The exchange of words that a clause may be, where it is nothing else for certain; or None."""
    return _read(_MAYBE, text, plain, heard) if _is_guess(plain) else None


def _read(
    patterns: list[re.Pattern[str]], text: str, plain: list[Request], heard: Heard
) -> Correct | None:
    if len(tokens(text)) > _MAX_WORDS or _OTHER_WISH.match(text):
        return None
    for pattern in patterns:
        found = pattern.match(text)
        exchange = _exchange(found, plain, heard) if found else None
        if exchange is not None:
            return exchange
    return None


def _exchange(found: re.Match[str], plain: list[Request], heard: Heard) -> Correct | None:
    told = {name: heard.message.reveal(words or "") for name, words in found.groupdict().items()}
    new, old, what = (told.get(name, "").strip() for name in ("new", "old", "what"))
    if not new or find_due(new, heard.now) or _NO_TITLE.search(new) or _is_state(new):
        return None
    if _PLACE.match(new) or _PAST_STORY.search(told.get("lead", "")):
        return None
    if (old and _is_state(old)) or (not old and _HOUR.fullmatch(new)):
        return None
    if what and re.fullmatch(r"\w+", new) and "number of" in found[0]:
        new, what = f"{new} {what}", ""
    if old and re.fullmatch(r"\d+|[a-z]+", new) and f"{old} is wrong" in found[0].casefold():
        # "The chapter is wrong, it's 9."
        new, old = (f"{old} {new}", "") if new.isdecimal() else (new, old)
    if what:
        new = re.sub(r"^(?:an?|the)\s+", "", new)
    has_lead = "lead" in found.groupdict()
    # "It's not the ice rink, it's the bowling alley" speaks of the one title that holds it.
    named = told.get("lead", "") if has_lead else old if told.get("firm") else what
    if has_lead and not content_stems(named):
        return None
    named = "" if re.fullmatch(r"it|that|this|there", named, re.IGNORECASE) else named
    return Correct(
        target=read_target(named, []),
        words=new,
        wrong=old,
        otherwise=tuple(plain),
        is_exchange=True,
        is_told_of=has_lead or bool(named),
        is_firm=bool(told.get("firm")),
    )


# A field of a task, or somebody who acts.
_NO_TITLE = re.compile(
    r"\b(?:high|low|medium|urgent|important|top|due|date|deadline|priority|title|note|description|now|i|i'm|we|it|that|was|were|did|do|is|or)\b|^to\s|\b(?:and|but)$",
    re.IGNORECASE,
)
_HOUR = re.compile(r"\d{1,2}(?::\d\d)?", re.IGNORECASE)


# "The keys should be in the car", "I had coffee with Ben, not Anna".
_PLACE = re.compile(
    r"(?:in|on|at|by|from|to|with|for|near|under|home|here|there|about)\b", re.IGNORECASE
)
_PAST_STORY = re.compile(
    r"\b(?:[Ii]|[Ww]e|[Hh]e|[Ss]he|[Tt]hey|[Yy]ou|[A-Z]\w+)\s+(?:had|\w+ed|went|saw|met|got|was|were|took|sent|gave|wrote|bought|came|did|told)\b"
)


def _is_state(new: str) -> bool:
    """Whether words say that something is done or gone: no words of a title."""
    said = tokens(new)
    return bool(said) and (is_past(said[0]) or bool(_STATES.intersection(said)))


_STATES = frozenset(
    {
        "yet",
        "done",
        "finished",
        "complete",
        "open",
        "pending",
        "ready",
        "gone",
        "deleted",
        "removed",
        "back",
    }
)


def _is_guess(plain: list[Request]) -> bool:
    if len(plain) != 1:
        return False
    match plain[0]:
        case Offer() | Same() | Talk():
            return True
        case Add() as add:
            return add.is_bare
        case Act(otherwise=otherwise):
            return otherwise is not None
        case _:
            return False
