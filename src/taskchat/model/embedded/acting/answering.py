"""Answers to the assistant's own questions: yes, no, a number, or words of a title."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import build_add, clean_title, read_level
from taskchat.model.embedded.clauses.changing import LEVEL_ALONE, changes_due
from taskchat.model.embedded.clauses.cutting import Message
from taskchat.model.embedded.conversation.memory import Memory
from taskchat.model.embedded.english.cues import QUESTION, takes_back
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.preamble import PREAMBLE
from taskchat.model.embedded.english.talk import read_talk
from taskchat.model.embedded.finding.choosing import MAX_NAMED, choose
from taskchat.model.embedded.finding.targets import best, rank, split_phrases
from taskchat.model.embedded.message.correction_words import NOT_BUT
from taskchat.model.embedded.message.reading import read_message
from taskchat.model.embedded.requests import Act, Add, Changes, Offer, Request, Talk
from taskchat.model.embedded.wording.tables import reword, wordings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.requests import Verb

_NO = re.compile(
    r"^\W*(?:no|nope|nah|n|not|don'?t|do\s+not|never\s*mind|cancel|stop|none|neither|nothing"
    r"|leave|forget\s+it|wait|keep|hold\s+on|"
    r"actually\s+(?:no|not|don)|👎)(?:\b|\W|$)",
    re.IGNORECASE,
)
# "Hmm, better keep them."
_KEEPS_ALL = re.compile(
    r"^(?:\W*\b(?:hm+|ah|oh|oops|sorry|actually|wait|better|maybe|let's|please|just|rather|i'd|i'll|on\s+second\s+thoughts?|hang\s+on)\b)+\W*(?:keep|leave)\s+(?:it|them|those|these|everything|all|both)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"^(?!.*\b(?:but|except|apart|not|only|besides|without)\b)\W*(?:(?:yes|yeah|yep|ok(?:ay)?|sure|for|of)\b\W*)?(?:both|all|all\s+of\s+(?:them"
    r"|these|those)|everything|every\s+one|them\s+all"
    r"|each)\b[\s\w]{0,20}(?:,\s*(?:actually|please|thanks|thank\s+you|then|if\s+you\s+can|(?:i\s+|we\s+)?(?:did|got)\s+(?:it|them|both)\b[^,.]{0,40}))?\W*$",
    re.I,
)
# "Yes, delete them", of the few that may be meant.
_THEM = re.compile(
    r"\W*(?:yes|yeah|yep|ok(?:ay)?|sure)\b\W*(?:please\s+)?(?:delete|remove|complete|reopen|mark)\s+(?:them|those|these)"
    r"(?:\s+(?:all|both|please|as\s+(?:done|complete|completed)))*\W*",
    re.IGNORECASE,
)
_MAX_ANSWER_CHARS = 200
_IN_FULL = 0.99
_NEW_WISH = re.compile(
    r"^\W*(?:please\s+)?(?:add|create|remind|show|list|what|how|which|is|do|did|when|rename|hi"
    r"|hello)\b",
    re.IGNORECASE,
)


def is_yes_word(text: str) -> bool:
    """Whether a message begins with a yes, whatever it says then."""
    return bool(re.match(r"\W*(?:yes|yeah|yep|yup|ok(?:ay)?|sure)\b", text, re.IGNORECASE))


def is_no(text: str) -> bool:
    """Whether a message begins with a no and says little else."""
    return bool(_NO.match(text) or _KEEPS_ALL.match(text)) and len(text.split()) <= 7


def pick(text: str, candidates: Sequence[SeenTask], verb: Verb, memory: Memory) -> list[SeenTask]:
    """The candidates that an answer names, by number, place or words; empty where none is clear."""
    if (
        _keeps(_AND_MORE.fullmatch(text))
        or _NEW_WISH.match(text)
        or QUESTION.match(PREAMBLE.sub("", text))
    ):
        return []
    if _BOTH.match(text) or (_THEM.fullmatch(text) and len(candidates) <= MAX_NAMED):
        return list(candidates)
    text = reword(text, _ANSWERS)
    if _BOTH.match(text) or _names_all(text, candidates):
        return list(candidates)
    other = _THE_OTHER.fullmatch(text)
    if other is not None:
        spared = _each_named(other["spared"], candidates)
        left = [task for task in candidates if task not in spared]
        return left if spared and len(left) == 1 else []
    changed = NOT_BUT.match(text)
    text = changed["right"] if changed else text
    agreed = _YES_BUT.fullmatch(text)
    if agreed is not None:
        kept = _each_named(agreed["kept"], candidates)
        return [task for task in candidates if task not in kept] if kept else []
    said = _OWNED.sub("", _GUESSED.sub("", _FILLS.sub("", text)))
    target = read_target(re.sub(r"^\W*(?:only|just)\s+", "", said, flags=re.IGNORECASE), [])
    if _SPARES.search(text) and not (target.is_all and target.but):
        # "Yes, but not the letter" names what is to be left alone.
        return []
    ids = tuple(task.id for task in candidates)
    row = Memory(memory.turns, memory.now, shown=ids, is_fresh_show=True)
    choice = choose(target, "update", candidates, row)
    names = (
        target.words
        or target.numbers
        or target.ordinals
        or target.status != "all"
        or (target.but and target.is_all and not is_yes_word(text))
    )
    if choice.missing or not names:
        return []
    full = [match.task for match in rank(target.words, candidates) if match.phrase > _IN_FULL]
    if len(full) == 1:
        # "The call" is one of the two that were asked about.
        return full
    return list(choice.tasks) if choice.is_clear else []


# In the words that a target is read from: "the latter" is the last one.
_ANSWERS = wordings(
    (r"^\W*(?:(?:no|sorry|oh|oops|my\s+(?:mistake|bad))\W+)*i\s+mean(?:t)?\s+(?=\w)", ""),
    # "Bob, the second one", "let's say Bob", "the one that says Bob".
    (
        r"(?<=[a-z])\s*,\s*the\s+(?:first|second|third|fourth|last|\d(?:st|nd|rd|th))(?:\s+(?:one|task))?\W*$",
        "",
    ),
    (
        r"^\W*(?:let's\s+(?:say|go\s+with|take|do)|go\s+with)\s+",
        "",
    ),
    (
        r"^\W*the\s+(?:one|task)\s+(?:that|which)\s+(?:says|reads|mentions|is\s+(?:called|named))\s+",
        "",
    ),
    (
        r"\b(?P<place>the\s+\w+)\s+of\s+the\s+(?:two|three|four|\d)\b",
        r"\g<place> one",
    ),
    (r"^\W*the\s+latter(?:\s+one)?\b", "the last one"),
    (r"^\W*the\s+former(?:\s+one)?\b", "the first one"),
    (
        r"\b(?P<place>the\s+\w+)(?:\s+one)?\s+(?:that\s+)?(?:you|was|were)\s+(?:just\s+)?(?:listed|showed|shown|mentioned|said|named)\b",
        r"\g<place> one",
    ),
    (
        r"^\W*(?:either\s+way\s*,\s*)?(?:do\s+|take\s+)?(?:the\s+(?:pair|two|lot)\s+of\s+them|both(?:\s+of\s+them)?)(?=\W*(?:please\W*)?$)",
        "both",
    ),
    (
        r"^\W*(?:(?:no|sorry|oh)\W+)*i(?:'m|\s+am|\s+was)\s+(?:talking|speaking|thinking)\s+(?:about|of)\s+",
        "",
    ),
    (r"^\W*(?:(?:no|oh|actually|wait)\b\W*)*i\s+only\s+meant?\s+", "only "),
    (
        r"\b(?P<the>the\s+ones?)\s+that(?:'s|\s+is|\s+are)\s+(?:already\s+)?(?:done|finished|completed?)\b",
        "the completed ones",
    ),
    (
        r"^\W*(?:(?:actually|no|oh)\b\W*)*(?:just|only)\s+(?:the\s+)?completed\s+one(?=\W*$)",
        "only the completed ones",
    ),
    (r"^\W*(?:just|only)\s+(?:delete|remove|complete|mark|do)\s+(?=\S)", ""),
    (
        r"^\W*(?P<one>the\s+(?:one|task))\s+(?:that|which)(?:'s|\s+(?:is|goes|has|says|mentions|was|went|starts|begins|ends))?\s+(?:to\s+do\s+)?(?P<how>to|for|with|about|from|at|of)\s+",
        r"\g<one> \g<how> ",
    ),
    (
        r"(?<=\w)\s*,?\s+(?:and\s+|but\s+)?(?:leave|keep)\s+the\s+(?:others|rest)(?:\s+\w+)?(?=\W*$)",
        "",
    ),
    (
        r"^\W*(?P<one>(?:the|my)\s+[\w' -]{1,30}?\s+one)\s+(?:goes|can\s+go|has\s+to\s+go|it\s+is)(?=\W*$)",
        r"\g<one>",
    ),
    (r"(?<=\w)\s*,\s*not\s+(?:the\s+|my\s+)?[\w' -]+?(?=\W*$)", ""),
)


def _names_all(text: str, candidates: Sequence[SeenTask]) -> bool:
    """Whether an answer agrees to all and then names each: "yes, all four: flour, sugar, …"."""
    named = _ALL_NAMED.fullmatch(text)
    return named is not None and len(_each_named(named["names"], candidates)) == len(candidates)


_ALL_NAMED = re.compile(
    r"\W*(?:(?:yes|yeah|yep|ok(?:ay)?|sure)\b\W*)?(?:both|all(?:\s+(?:of\s+them|two|three|four|five|six|\d))?)\s*[:,]\s*(?P<names>\S.*)",
    re.IGNORECASE,
)


def spares(text: str) -> bool:
    """Whether an answer agrees to all but what it names."""
    return _YES_BUT.fullmatch(text) is not None


def _each_named(words: str, candidates: Sequence[SeenTask]) -> list[SeenTask]:
    """The candidates that words name, one by each phrase; empty where one of them names none or several."""
    found = [best(part, candidates) for part in split_phrases(words)]
    return [one[0].task for one in found] if all(len(one) == 1 for one in found) else []


# "Yes, but leave the paint": all but that one.
_YES_BUT = re.compile(
    r"\W*(?:yes|yeah|yep|ok(?:ay)?|sure|go\s+ahead|do\s+(?:it|that))\b[\s,.]*(?:(?:please|go\s+ahead|do\s+(?:it|that))\b[\s,.]*)*"
    r"(?:(?:but|just|only|all|everything)\s+)*(?:(?:please\s+)?(?:not|leave|keep|spare|except(?:\s+for)?|apart\s+from|without|don't\s+(?:delete|remove|touch|complete))\b)\s+(?P<kept>\S.*?)(?:\s+(?:in|on|alone|please|there|though|out))*\W*",
    re.IGNORECASE,
)
# "Leave Lisa's alone, get rid of the other one", "not the bank, the other one".
_THE_OTHER = re.compile(
    r"\W*(?:(?:no|please)\b\W*)*(?:leave|keep|not)\s+(?P<spared>(?:the\s+|my\s+)?[\w' -]+?)(?:'s)?(?:\s+(?:one|task))?(?:\s+alone)?\s*[,;]\s*(?:and\s+|but\s+)?(?:(?:please|just|i\s+mean(?:t)?|it's|delete|remove|get\s+rid\s+of|complete|mark|tick\s+off|do|take|change|move|rename|reopen)\s+)*the\s+other(?:\s+one)?(?:\s+please)?\W*",
    re.IGNORECASE,
)


def split_named(text: str) -> tuple[str, str] | None:
    """An answer that names one and goes on about it: "Ben, and make it high"; None for another message."""
    found = _AND_MORE.fullmatch(text)
    return (found["one"], found["more"] or "") if found and not _keeps(found) else None


def split_from_wish(text: str) -> tuple[str, str] | None:
    """An answer and the wish that follows it and stands alone: "Yes. And add milk"; None for another message."""
    found = _AND_WISH.fullmatch(text)
    return (found["one"], found["more"]) if found and len(text) <= _MAX_ANSWER_CHARS else None


_AND_WISH = re.compile(
    r"\W*(?P<one>[^.!?;,\n]{1,50}(?:,\s*(?:please|thanks|thank\s+you|go\s+ahead|do\s+(?:it|that)|delete\s+(?:it|them|both|those)))?)\s*"
    r"(?:[.!;]+\s+|,\s+(?=(?:and|also|then|but|oh|add|show|mark|delete|remove|move|rename|what)\b)|\s+(?=and\s+(?:also\s+|then\s+|please\s+)*(?:add|show|mark|delete|remove|move|rename|put|set|tick|change|tell)\b))"
    r"(?!(?:\w+[\s,]+){0,2}(?:not|never|only|except|leave|keep|don't|wait)\b)(?:(?:and|also|then|but|oh|plus)\b[\s,]*)*(?P<more>\w.*)",
    re.IGNORECASE | re.DOTALL,
)


def _keeps(goes_on: re.Match[str] | None) -> bool:
    """Whether an answer names one only to say that it is still wanted: "the milk, I need that"."""
    if goes_on is None or goes_on["more"]:
        return False
    return _WANTS_IT.search(goes_on.string[goes_on.end("one") :]) is not None


# "Lisa's, and delete the room too", "the one for Anna, she has them already".
_AND_MORE = re.compile(
    r"\W*(?P<one>(?:[Tt]he\s+|[Mm]y\s+)?[\w' -]{1,40}?)\s*(?:[,;]\s*(?:and|also|then)\s+(?P<more>(?:please\s+)?(?:add|delete|remove|mark|complete|rename|show|move|make|set|put|create)\b.+)"
    r"|[,;.]\s*(?:(?i:she|he|they|it|i|we)(?:\b|'s|'ve|'re|'m)|that's|because|since|[A-Z]\w+'s\b)[^?]*)",
)
_WANTS_IT = re.compile(
    r"\b(?:not|never|still|need|needs|keep|want|wants|miss|love|waiting|important|urgent|priority|high|low|due|done|open|call(?:ed)?|stay|meet|instead|prefers?|moved"
    r"|should|could|would|will|can|tomorrow|today|tonight|\w+day)\b|n't\b|'ll\b|\d",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?<=\w)'s(?=(?:\s+(?:one|task))?\W*$)", re.IGNORECASE)
_FILLS = re.compile(
    r"^\W*(?:(?:(?:no|wait|hang\s+on|hold\s+on|sorry)\b(?=.*\b(?:just|only)\b)|hm+|um+|uh+|oh|ah|well|ok(?:ay)?|so|right)\b[\s,.]*)+",
    re.IGNORECASE,
)
_SPARES = re.compile(r"\b(?:not|keep|but|except|without|(?<!\bthe\s)leave)\b|n't\b", re.IGNORECASE)
_GUESSED = re.compile(
    r"[\s,]+(?:i\s+(?:guess|think|suppose|mean)|then|probably|obviously|naturally|of\s+course|please|pls)\W*$",
    re.IGNORECASE,
)


def changes_asked(text: str, verb: Verb, now: datetime) -> Changes | None:
    """What the words that were asked about want changed; None where they hold no such act."""
    for request in read_message(text, now):
        if isinstance(request, Act) and request.verb == verb:
            return request.changes
    return None if verb == "update" else Changes()


_FIELD = re.compile(
    r"^\W*(?:(?:its|the|it's|change|set|make|call|name|rename)\s+)*(?:(?:it|title|name|due\s+date|date|deadline"
    r"|priority)\b\s*)?"
    r"(?:(?:to|should\s+be|is|as|into|on|for)\b\s*)*[:\s]*(?P<value>.+)$",
    re.IGNORECASE | re.DOTALL,
)


def changes_told(text: str, now: datetime, asked_about: str) -> Changes | None:
    """What an answer to "What should I change about it?" tells; None for another wish.

    Any words are a title where a new title was what `asked_about` wanted ("rename the first").
    """
    found = _FIELD.match(text)
    if (
        takes_back(text)
        or is_no(text)
        or read_talk(text) is not None
        or found is None
        or _NEW_WISH.match(text)
        or len(text) > _MAX_ANSWER_CHARS
    ):
        return None
    value = found["value"].strip(" .\"'“”")
    level = LEVEL_ALONE.match(value)
    if level is not None:
        return Changes(priority=read_level(level["level"]))
    due = find_due(value, now)
    if due is not None and not re.search(r"\w", due.rest):
        return changes_due(value, due.due, now)
    is_named = _NAMES.search(asked_about) or re.match(
        r"\W*(?:its\s+|the\s+|change\s+)*(?:title|name|it)\b", text, re.IGNORECASE
    )
    read = read_message(text, now)
    if any(_is_order(one) for one in read):
        return None
    is_title = all(isinstance(one, Offer | Talk) for one in read) and not _IS_REMARK.search(value)
    if not is_named and not is_title:
        return None
    return Changes(title=clean_title(value)) if value and "?" not in value else None


# "Back to Lyon, they messed up" is no title.
_IS_REMARK = re.compile(r",|\b(?:i|he|she|they|we|you|it|that)\b", re.IGNORECASE)


def _is_order(request: Request) -> bool:
    """Whether words tell what to change about "it", so that they are no title themselves."""
    if not isinstance(request, Act) or request.verb != "update" or request.otherwise is not None:
        return False
    return request.target.is_pronoun and not (request.changes.are_none or request.changes.title)


_NAMES = re.compile(r"\b(?:rename|retitle|title|name|call\s+(?:it|that))\b", re.IGNORECASE)


def named_task(text: str, now: datetime) -> Add | None:
    """The task that an answer to "What should the task say?" tells; None for a change of mind."""
    if is_no(text):
        return None
    first = read_message(text, now)[0]
    if isinstance(first, Add):
        return replace(first, is_bare=False)
    if isinstance(first, Offer):
        return first.add
    if first == Talk("repeat_please"):
        return build_add(text, Message((), ()), now)
    return None
