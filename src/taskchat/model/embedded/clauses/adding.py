"""Wishes for a new task: where its title begins and ends, and what else is said about it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due, tells_repeat
from taskchat.model.embedded.clauses.asides import without_asides, without_politeness
from taskchat.model.embedded.english.openings import LIST, NOTHING, find_title
from taskchat.model.embedded.english.several import share_date, split_errands
from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    STOP_WORDS,
    WEAK_VERBS,
    tokens,
    word_set,
)
from taskchat.model.embedded.requests import Add, Priority

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.clauses.cutting import Message

_REMEMBER = (
    r"(?:remember\s+(?:to\b|that\b|about\b)?|not\s+(?:to\s+)?forget\s*(?:to\b|about\b|that\b)?)"
)
_LEADING = re.compile(
    r"^(?:[\s:,.;\u2013\u2014-]+|(?:to|that|about|of|for|and|please|pls|also|saying|me\s+to"
    r"|called|named)\b(?!-)\s*|"
    rf"{_REMEMBER}\s*|(?:i|we)(?:\s+have|\s+need|\s+must|'ve\s+got|\s+got|\s+should|\s+ought"
    rf"|\s+want)\s+(?:to|an?|my)\s+|"
    r"(?:i|we)(?:'ve)?\s+(?:gotta|should|must|wanna)\s+|gotta\s+|"
    r"(?:i|we)(?:'ve|\s+have)\s+been\s+meaning\s+to\s+|"
    r"there(?:'s|\s+is)\s+(?!.*\b(?:i|we)\b)(?:an?\s+|(?=(?:the|my|our)\s))|i(?:'m|\s+am)\s+to\s+(?=[a-z])|"
    r"(?:title|task|name)\s*:\s*|(?:is|it\s+is)\s+(?=my\b)|it'?s\s+(?:time\s+(?:to\s+|i\s+|we\s+)?)?|the\s+following[\s:]*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:[\s,]+(?:please|now|then|let's|as\s+another\s+(?:one|task)|ok|okay|as\s+well|too|at\s+some\s+point|asap|first\s+thing|instead|mate|ty"
    rf"|(?:on|to|in|onto|into)\s+{LIST}|is\s+due|due|deadline"
    r"|(?:with\s+)?(?:an?\s+|the\s+)?due\s+date(?:\s+(?:of|is|on|for))?|and|with(?:\s+an?)?)"
    r"|(?:\s*,|\s+and)\s+(?:make|put|set|mark|flag)\s+(?:it|that)(?:\s+(?:as|at|to|with|down\s+as))?"
    r"|[\s,.;:!\u2013\u2014-]+)$",
    re.IGNORECASE,
)
_PRIORITY = re.compile(
    r"\s*\(\s*(?P<level8>urgent|important|(?:high|low|medium)(?:\s+prio(?:rity)?)?)[\s!]*\)\s*|"
    r"\s*\bas\s+an?\s+(?P<level7>high|low|medium|top|urgent)[\s-]+(?:priority|prio)\s+(?:task"
    r"|to-?do|item|reminder)\b|"
    r"\s*[,(]?\s*\b(?:(?:with|as|at|of)\s+)?(?:a\s+)?(?:(?P<level>high(?:est)?|low(?:est)?|medium"
    r"|top|normal|urgent)"
    r"[\s-]+(?:priority|prio|importance)|prio(?:rity)?[\s:]+(?P<level2>high|low|medium|urgent"
    r"|normal))\b\)?"
    r"|[\s,;.-]+(?:it'?s|(?:it|this|that)\s+is|that'?s)\s+(?:really\s+|very\s+|super\s+|quite\s+"
    r"|so\s+)*(?P<level5>urgent|important)\W*$"
    r"|(?<=\ban\s)(?P<level6>urgent|important)(?=\s+(?:task|to-?do|reminder|item|one)\b)"
    r"|^\s*(?P<level3>urgent|important)(?=\s*[:!,\u2013\u2014-])|[,(]\s*(?P<level4>urgent"
    r"|important)\s*(?:\)|$|(?=[,;]))|\s+(?:as\s+|-\s*)?(?P<level9>urgent)(?:ly)?\W*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[\s,]+(?:(?:with\s+(?:a\s+|the\s+)?|and\s+(?:with\s+)?(?:a|the)\s+)(?:note|description|comment|details?)s?|(?:note|description"
    r"|details)\s*:|(?<=,)\s*(?:note|description)\s+(?!to\b|that\b|the\b|on\b|for\b|down\b|,)(?=[^,]*$)|(?:and\s+)?(?:in|under)\s+(?:the|its)\s+(?:notes?|description|comments?)\s+(?:put|write|add|say|have)\b)"
    r"[\s:,-]*(?:that\s+|saying\s+)?(?P<note>.+)$",
    re.IGNORECASE | re.DOTALL,
)
SEPARATELY = re.compile(
    r"[\s,]+(?:(?:each\s+)?as\s+(?:two|three|four|five|separate|individual|different|single)"
    r"|(?:(?:two|three|four|five)\s+)?(?:separate|individual|different|single))(?:\s+(?:separate|different))?"
    r"\s+(?:tasks|items|entries|to-?dos|reminders|things)(?:\s+please)?\W*$"
    r"|[\s,]+separately(?:\s+please)?\W*$",
    re.IGNORECASE,
)
_AS_TASKS = re.compile(
    rf"\s+(?:as\s+(?:my\s+)?(?:tasks|to-?dos|items|reminders)|(?:on|to|onto|in|into)\s+{LIST})\W*$",
    re.IGNORECASE,
)
_LEVELS: dict[str, Priority] = {"hi": "high", "to": "high", "ur": "high", "im": "high", "lo": "low",
                                "me": "medium", "no": "medium"}  # fmt: skip


def read_level(word: str) -> Priority:
    """The priority that a word for it means."""
    return _LEVELS[word[:2].lower()] if word else "high"


def read_add(clause: str, message: Message, now: datetime) -> list[Add] | None:
    """The tasks that a clause wants kept; empty where it names none, None where it is no such wish."""
    text, noted = _take_note(clause)
    text, priority = take_priority(text)
    text = without_asides(text, now) if priority else text
    if _LEVEL_FIRST.match(clause):
        # "Low priority: re-pot the basil" is told of something new.
        return [add] if (add := build_add(text, message, now, priority=priority)) else []
    found = (
        _quoted_title(text)
        or find_title(text)
        or ((text, True) if SEPARATELY.search(text) else None)
    )
    if found is None:
        return None
    each = [take_priority(one) for one in _each_quoted(clause)]
    if each:
        shared = None if any(level for _, level in each) else priority
        adds = [
            build_add(one, message, now, priority=level or shared, heard=clause)
            for one, level in each
        ]
        return [add for add in adds if add is not None]
    title, is_several = found
    title = _TO_THAT.sub("", title)
    title, note = _take_note(title)
    note = note or noted
    separate = SEPARATELY.search(title)
    if separate is not None:
        title, is_several = title[: separate.start()], True
    title = _AS_TASKS.sub("", title) if is_several else title
    titles = _quotes_with(title) or (
        split_titles(title) if is_several else split_errands(title, now)
    )
    adds = [
        build_add(one, message, now, priority=priority, note=note, heard=clause) for one in titles
    ]
    return share_date([add for add in adds if add is not None])


def _quoted_title(text: str) -> tuple[str, bool] | None:
    """The one quoted piece of a wish whose other words only frame it: "a task, title is …"."""
    found = _ONE_QUOTE.fullmatch(text)
    return (f"{found['title']} {found['rest']}", False) if found else None


def _each_quoted(text: str) -> list[str]:
    """Quoted titles with the date or priority of each: "“A” for friday and “B” for saturday"."""
    _, *parts = re.split(r"(?:\s*,)?\s*(?:\band\s+)?(?=[\ue000-\uf8ff])", text)
    parts = [part for part in parts if part]
    is_each = bool(parts) and all(_QUOTE_DATED.match(part) for part in parts)
    return parts if is_each else []


def _quotes_with(title: str) -> list[str]:
    """Quoted titles, each with what is told of all: "“A” and “B”, both for saturday"."""
    found = _QUOTES_WITH.fullmatch(title)
    if found is None:
        return []
    return [f"{quote} {found['rest']}" for quote in re.findall("[\ue000-\uf8ff]", found["quotes"])]


# "Add ironing to that", but not "add reply to this".
_TO_THAT = re.compile(
    r"(?<!\breply)(?<!\brespond)(?<!\blisten)(?<!\bback)(?<!\bno)(?<!\bspeak)(?<!\btalk)(?<!\bagree)(?<!\bcome)\s+to\s+(?:that|those|these|this)(?:\s+list)?\W*$",
    re.IGNORECASE,
)
_QUOTES_WITH = re.compile(
    r"[\s:,]*(?P<quotes>[\ue000-\uf8ff](?:[\s,]*(?:and\s+)?[\ue000-\uf8ff])+)[\s,]*(?:(?:both|all|each)(?:\s+of\s+them)?\b)?\s*(?P<rest>[^\ue000-\uf8ff]*)",
    re.IGNORECASE,
)
_LEFT_VERB = re.compile(r"(?<=\w)\s+(?:is|are)(?:\s+(?:on|at))?\s*$", re.IGNORECASE)
_QUOTE_DATED = re.compile(
    r"[\ue000-\uf8ff]\s+(?:(?:down|on|in)\s+)?(?:for|on|by|at|due|today|tonight|tomorrow|next|this|\w+day|with(?!\s+(?:(?:an?|the)\s+)?(?:note|description|comment|details?)\b)|as|high|low|medium)\b"
)
_ONE_QUOTE = re.compile(
    r"(?=.*\b(?:task|to-?do|todo|reminder|item|title|name)\b.*[\ue000-\uf8ff])(?:(?:please|add|create|make|put|set|up|a|an|new|another|task|to-?do|todo|reminder|item|and|the|its|with|title|titled|name|named"
    r"|called|call|it|is|should|be|saying|says|as|for|me|down|note|jot)\b[\s,:;.-]*)+(?P<title>[\ue000-\uf8ff])(?P<rest>(?!\s+(?:to|as|into)\b)[^\ue000-\uf8ff]*)",
    re.IGNORECASE,
)


def build_add(  # noqa: PLR0913  (each is a thing that a sentence says)
    title: str,
    message: Message,
    now: datetime,
    *,
    priority: Priority | None = None,
    note: str = "",
    heard: str = "",
) -> Add | None:
    """Make a task of the words of a title, or None where they name nothing."""
    if not note:
        title, note = _take_note(title)
    quote = re.match(
        r"[\s:,.]*(?:something\s+like\s+)?([\ue000-\uf8ff])(?P<rest>.*)$", title, re.DOTALL
    )
    # A quoted title is kept as it stands: dates count only where they follow it.
    found = find_due(quote["rest"] if quote else title, now)
    # "My sister's graduation is on the 13th": the verb belongs to the telling.
    rest = _LEFT_VERB.sub("", found.rest) if found else title
    words = clean_title(message.reveal(quote[1] if quote else _clean(rest)))
    if not set(tokens(words)) - NOTHING and not re.search(r"[^\W\w]|[^\x00-\x7f]", words):
        return None
    return Add(
        title=words,
        due=found.due if found else None,
        priority=priority,
        note=message.reveal(note),
        asks_reminder=bool(found and re.search(r"\bremind", heard, re.IGNORECASE)),
        asks_repeat=tells_repeat(title),
        heard=title,
    )


def clean_title(words: str) -> str:
    """A title as it is kept: on one line, its first letter a capital."""
    words = " ".join(words.split())
    return words[:1].upper() + words[1:]


def read_errands(clause: str, message: Message, now: datetime) -> list[Add]:
    """The tasks in bare orders told in one breath ("buy milk friday and pay the rent")."""
    parts = split_errands(clause, now)
    read = [read_errand(part, message, now) for part in parts]
    if not any(read) or (len(parts) > 1 and tokens(parts[0])[0] not in ERRAND_VERBS):
        return []
    adds = [
        one or build_add(part, message, now, heard=clause)
        for one, part in zip(read, parts, strict=True)
    ]
    return share_date([replace(one, is_bare=True) for one in adds if one is not None])


def read_errand(clause: str, message: Message, now: datetime) -> Add | None:
    """The task in a bare order ("buy milk friday"), or None where the words may mean another thing."""
    text, priority = take_priority(clause)
    words = tokens(text)
    if not words or len(words) > 25:
        return None
    is_strong = words[0] in ERRAND_VERBS and words[0] not in WEAK_VERBS
    is_strong = is_strong or (words[0] == "get" and len(words) > 3 and words[1] not in _GET_NOT)
    if _DANGLING.search(text) or _LABEL.match(text) or _FIELD_ALONE.fullmatch(text):
        return None
    is_weak = words[0] in WEAK_VERBS or words[0] in {"make", "go", "take", "find", "bring", "give"}
    has_date = find_due(text, now) is not None
    if words[1:2] and (words[1] in _NO_ORDER or not set(words[1:]) - STOP_WORDS):
        # "Hang on" is no errand, "vacuum" is one.
        return None
    if not (is_strong or (is_weak and (has_date or bool(priority)))):
        return None
    add = build_add(text, message, now, priority=priority, heard=clause)
    return None if add is None else replace(add, is_bare=True)


_LEVEL_FIRST = re.compile(
    r"\W*(?:high|low|medium|top|normal)(?:est)?[\s-]+(?:priority|prio)\s*[:,\u2013\u2014-]",
    re.IGNORECASE,
)
# "Rent: 900 euros" labels what follows.
_LABEL = re.compile(r"\W*\w+\s*:")
# Words were cut off here that told a date, so what is left is no title.
_DANGLING = re.compile(r"\b(?:moved|pushed|postponed|rescheduled|changed)\s+to\b", re.IGNORECASE)
# "Fix the name" is about a task that is there.
_FIELD_ALONE = re.compile(
    r"\W*(?:please\s+)?(?:fix|correct|change|edit|update)\s+(?:the|its|that)\s+(?:name|title|spelling|typo|text|date|deadline)\W*",
    re.IGNORECASE,
)
# "Get it done by then" and "get the list" are no errands, "get wine for the dinner" is.
_GET_NOT = word_set(
    "it that this these those them me us you him her rid lost out off up back on in over away down the my your "
    "ready going started well soon some help to a"
)
# After these the first word is no order: "give me …", "rent is due".
_NO_ORDER = word_set(
    "me us is are was were isn't aren't has had should will would needs must can low high due and not"
)


def take_priority(text: str) -> tuple[str, Priority | None]:
    """The text without the words that tell a priority, and that priority."""
    found = _PRIORITY.search(text)
    if found is None:
        return text, None
    word = next(group for group in found.groups() if group)
    return f"{text[: found.start()]} {text[found.end() :]}".strip(), read_level(word)


def _take_note(title: str) -> tuple[str, str]:
    found = _NOTE.search(title)
    return (title, "") if found is None else (title[: found.start()], found["note"].strip(" ."))


def split_titles(title: str) -> list[str]:
    """The titles of a list in one sentence: "milk, eggs and bread"."""
    parts = re.split(
        r"\s*(?:,\s*and\b|,|;|\n|\s[/|]\s|\band\b)\s*(?:to\s+)?", title, flags=re.IGNORECASE
    )
    return [part for part in parts if part.strip()]


def _clean(title: str) -> str:
    last = ""
    while title != last:
        last = title
        title = _TRAILING.sub("", _LEADING.sub("", without_politeness(title)))
    return title.strip()
