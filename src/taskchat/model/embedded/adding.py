"""Wishes for a new task: where its title begins and ends, and what else is said about it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due, tells_repeat
from taskchat.model.embedded.framing import read_frame
from taskchat.model.embedded.requests import Add, Priority
from taskchat.model.embedded.words import (
    ERRAND_VERBS,
    WEAK_VERBS,
    content_stems,
    tells_past,
    tokens,
    word_set,
)

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.clauses import Message

_NOUN = r"(?:tasks?|to-?\s?dos?|todos?|reminders?|items?|entry|entries|chores?|errands?)"
_LIST = (
    r"(?:(?:my|the|our|this|that|a)\s+|(?=to-?\s?do\b|todo"
    r"|task\s+list))(?:[\w-]+\s+){0,3}?(?:list|lists|todos?|to-?\s?dos?|tasks|reminders|"
    r"agenda|plate)\b(?:\s+of\s+(?:[\w-]+)(?:\s+(?:to|for)\s+\w+)?)?(?:\s+to\s+do)?(?:\s+list)?"
)
_FILL = (
    r"(?:a|an|the|my|another|one|more|some|new|quick|me|us|up|two|three|four|five|these|following|"
    r"couple|of|few|other|simple|extra|high|low|priority|urgent|important|very|really|super|as|this|also|to|have)"
)
_AFTER_NOUN = (
    r"(?:\s+(?:list|item|entry|for\s+me|for\s+us|please|pls|on\s+"
    + _LIST
    + r"|to\s+"
    + _LIST
    + r"))*"
)
_PUT = (
    r"(?:add|put|stick|throw|include|place|pop|jot|write|note|log|enter|chuck|save|record|keep"
    r"|toss|bung|whack|schedule|"
    r"slap|insert|append|squeeze|drop|get|have|want|mark|pencil)"
)
_NEED = (
    r"(?:(?:i|we)\s*)?(?:(?:really|also|still|just|do|definitely|absolutely|probably|actually)\s+)*"
    r"(?:(?:need|have|got|gotta|ought|must|'ve\s+got|have\s+got|want|wanna|plan|intend|needs|"
    r"(?:am\s+|'m\s+)?gonna\s+(?:need|have)|am\s+supposed|'m\s+supposed|'d\s+better|had\s+better|better|should(?!\s+have\b|'ve)|am\s+going|'m\s+going"
    r"|'ll|will)\b)"
    r"\s*(?:(?:really|also|probably|definitely|maybe)\s+)*(?:to\s+)?(?:have\s+to\s+"
    r"|be\s+sure\s+to\s+|make\s+sure\s+(?:to\s+|i\s+))?"
)
_I_NEED = re.compile(
    rf"^\s*(?:(?=i\b|we\b)|(?=gotta|gonna\s+(?:need|have)|need|must|have\s+to|got\s+to|ought)){_NEED}",
    re.I,
)
_REMEMBER = (
    r"(?:remember\s+(?:to\b|that\b|about\b)?|not\s+(?:to\s+)?forget\s*(?:to\b|about\b|that\b)?)"
)

# Each ends where the title begins. The earliest wins, so that nothing in a title is read as a cue.
_OPENINGS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^\s*{_LIST}\s+(?:needs|should\s+have|wants|is\s+missing)\s+",
        rf"\b(?:add|put)\s+(?:the\s+following|these|this)\s+(?:on|to|onto|in"
        rf"|into)\s+{_LIST}\s*[:,-]+\s*",
        rf"\b(?:add|put|include|insert|enter)\s+(?:on|to|onto|in|into)\s+{_LIST}[\s:,-]*(?:to\s+)?",
        rf"\b(?:add(?:ing)?|create|creating|new|make|set(?:ting)?|need|want|have|give|put|start"
        rf"|open|write|schedule|enter|insert|log|chuck|pop|stick|throw|bung|drop|"
        rf"record|like|about|get)\b(?:\s+(?:in|up|down|on)\b)?(?:\s+{_FILL}\b)*\s+(?P<noun>{_NOUN})\b(?!\s*#?\d){_AFTER_NOUN}"
        r"\s*(?:[:,\u2013\u2014-]+\s*|\b(?:called|named|titled|saying|reading|that\s+(?:says|reads)|with\s+the\s+(?:title"
        r"|name))\b\s*)?",
        r"\bkeep\s+track\s+of\b|\badd(?:ing)?\s+(?:(?:a|another|one)\s+)?(?:bullet|line|thing"
        r"|point|something)\s+(?:for|about|on)\b",
        r"\bmake\s+(?:me\s+remember|sure\s+(?:that\s+)?i(?:\s+don'?t\s+forget)?)\b\s*(?:to\b|about\b|that\b)?",
        r"\bremind(?:\s+(?:me|us|be|myself|my))?\b(?:\s+(?:again|please|also|later))*",
        r"\b(?:don'?t|do\s+not|never|(?:i\s+)?must\s*n[o']t|cannot"
        r"|can'?t)\s+(?:let\s+me\s+)?forget\b\s*"
        r"(?:to\b|about\b|that\b)?",
        r"^\s*another(?:\s+one)?\s+(?=(?:to|for|about)\b)",
        r"^\s*remember\b(?!\s+(?:when|how|who|why|me\b|the\s+time|that\s+time))\s*(?:to\b|that\b|about\b)?",
        rf"^\s*(?:a|an|another|one|the)?\s*(?:more\s+|new\s+|quick\s+)*(?P<noun_first>{_NOUN}"
        rf"|one)\b{_AFTER_NOUN}"
        r"\s*(?:[:\u2013\u2014-]+|(?=\b(?:to|for|about)\b)|called\b|named\b)",
        r"^\s*(?:to-?\s?do|todo|task|reminder|note|memo|new|urgent|important|shopping(?:\s+list)?|groceries|errands?"
        r"|add)\s*[:\u2013\u2014-]+",
        r"\b(?:add|create|make|set)\s+(?:a\s+|an\s+)?(?:(?:new|another|second|extra)\s+)?one\b"
        r"(?=\s*(?::|,|to\b|for\b|about\b|called\b|named\b))[\s:,-]*",
        r"^\s*one\s+(?=(?:to|for|about)\b)",
        r"\b(?:jot\s+down|note\s+down|write\s+down|put\s+down|take\s+down"
        r"|take\s+(?:a\s+)?note\s+(?:of\b)?|"
        r"make\s+(?:a\s+)?note\s*(?:of\b)?|note\s+to\s+self|noting|(?:please\s+)?note)\b[\s:,-]*"
        r"(?:to\b|that\b)?",
        rf"^\s*(?:(?:new\s+)?(?:to-?\s?do|todo|task|reminder))\s+(?=(?:{'|'.join(sorted(ERRAND_VERBS))})\b)",
        r"^\s*(?:(?:add(?:ing)?|creat(?:e|ing)|track|log|save|append|insert|include|jot|new)\b)(?:\s+(?:in|a"
        r"|new)\b)?[\s:,-]*"
        r"(?:one\s+more\b|another(?:\s+one)?\b)?[\s:,-]*",
        r"\b(?:tell|ping|nudge|notify|alert)\s+me\s+(?=to\b|about\b|when\b)",
    )
]
_PUT_ON_LIST = re.compile(
    rf"\b{_PUT}\s+(?P<title>.+?)\s+(?:down\s+)?(?:on|onto|to|in|into)\s+(?:{_LIST}|there\b"
    rf"|it\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_LIST_WORD = re.compile(_LIST, re.IGNORECASE)
_ADD_IT = re.compile(
    r"[\s,;.!-]*\b(?:so\s+|and\s+|then\s+)?(?:please\s+|pls\s+|can\s+you\s+|could\s+you\s+"
    r"|will\s+you\s+)*"
    r"(?:(?:add|put|stick|jot|note|pop|throw|write|save|keep|chuck|get|want|need|have)\s+"
    r"(?:it|that|this|them|those)\b.*|"
    r"remind\s+me(?:\s+(?:of|about|to\s+do)\s+(?:it|that|this))?(?:\s+please)?|on\s+(?:my"
    r"|the)\s+list"
    r"(?:\s+please)?)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_ADD_IT = re.compile(
    r"\W*(?:please\s+)?(?:add|put|note|jot|write|save|stick|pop)\s+(?:it|that|this|those|them)"
    r"(?:\s+(?:down|on|in|to|onto|there|somewhere|please|too|list|my|the|then|as|a|task)\b)*\W*",
    re.IGNORECASE,
)
_NAMED_REMINDER = re.compile(
    r"^\s*(?:(?:set|make|create|add|schedule|want|need)(?:\s+up)?\s+(?:me\s+)?)?(?:(?:a|an|the"
    r"|my)\s+)?(?P<title>(?!all\b|any\b|"
    r"show\b|i\b|we\b|you\b|list\b|what\b|my\b|current\b|the\b|next\b|pending\b"
    r"|future\b)[\w'\u2019&-]+(?:\s+[\w'\u2019&-]+){0,5}?)\s+reminders?\b"
    r"(?!\s+list)(?P<rest>.*)$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[\s:,.;\u2013\u2014-]+|(?:to|that|about|of|for|and|please|pls|also|saying|me\s+to"
    r"|called|named)\b(?!-)\s*|"
    rf"{_REMEMBER}\s*|(?:i|we)(?:\s+have|\s+need|\s+must|'ve\s+got|\s+got|\s+should|\s+ought|\s+want)\s+(?:to|an?|my)\s+|"
    r"(?:i|we)(?:'ve)?\s+(?:gotta|should|must|wanna)\s+|"
    r"(?:is|it\s+is)\s+(?=my\b)|it'?s\s+(?:time\s+(?:to\s+|i\s+|we\s+)?)?|the\s+following[\s:]*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thank\s+you|thx|for\s+me|will\s+you|would\s+you"
    r"|could\s+you|"
    r"can\s+you|ok|okay|if\s+you\s+(?:can|could|would)|as\s+well|too|at\s+some\s+point|"
    rf"(?:on|to|in|onto|into)\s+{_LIST}|ty|mate|asap|is\s+due|due)|[\s,.;:!\u2013\u2014-]+)$",
    re.IGNORECASE,
)
_PRIORITY = re.compile(
    r"\s*[,(]?\s*\b(?:(?:with|as|at|of)\s+)?(?:a\s+)?(?:(?P<level>high(?:est)?|low(?:est)?|medium"
    r"|top|normal|urgent)"
    r"[\s-]+(?:priority|prio|importance)|priority[\s:]+(?P<level2>high|low|medium|urgent"
    r"|normal))\b\)?"
    r"|[\s,;.-]+(?:it'?s|this\s+is|that'?s)\s+(?:really\s+|very\s+|super\s+|quite\s+|so\s+)*(?P<level5>urgent|important)\W*$"
    r"|(?<=\ban\s)(?P<level6>urgent|important)(?=\s+(?:task|to-?do|reminder|item|one)\b)"
    r"|^\s*(?P<level3>urgent|important)(?=\s*[:!,\u2013\u2014-])|[,(]\s*(?P<level4>urgent"
    r"|important)\)?\s*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[\s,]+(?:with\s+(?:a\s+|the\s+)?(?:note|description|comment|details?)s?|(?:note|description"
    r"|details)\s*:)"
    r"[\s:,-]*(?:that\s+|saying\s+)?(?P<note>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = re.compile(
    r"\s*[\ue000-\uf8ff](?:[\s,]*(?:and\s+)?[\ue000-\uf8ff])+[\s.]*", re.IGNORECASE
)
_SEPARATELY = re.compile(
    r"[\s,]+(?:(?:each\s+)?as\s+)?(?:separate|individual|different|single|two|three|four|five)(?:\s+(?:separate|different))?"
    r"\s+(?:tasks|items|entries|to-?dos|reminders|things)\W*$|[\s,]+separately\W*$",
    re.IGNORECASE,
)
_NOTHING = word_set(
    "nothing it this that something anything me one them stuff things some list to be do i you reminded made in "
    "a an bit up for us my the on please of about and"
)
_LEVELS: dict[str, Priority] = {"hi": "high", "to": "high", "ur": "high", "im": "high", "lo": "low",
                                "me": "medium", "no": "medium"}  # fmt: skip


def read_level(word: str) -> Priority:
    """The priority that a word for it means."""
    return _LEVELS[word[:2].lower()]


def read_add(clause: str, message: Message, now: datetime) -> list[Add] | None:
    """The tasks that a clause wants kept; empty where it names none, None where it is no such wish."""
    text, priority = _take_priority(clause)
    found = _find_title(text)
    if found is None:
        return None
    title, is_several = found
    title, note = _take_note(title)
    separate = _SEPARATELY.search(title)
    if separate is not None:
        title, is_several = title[: separate.start()], True
    titles = _split_titles(title) if is_several or _QUOTES.fullmatch(title) else [title]
    adds = [
        build_add(one, message, now, priority=priority, note=note, heard=clause) for one in titles
    ]
    return [add for add in adds if add is not None]


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
    quote = re.match(r"[\s:,.]*([\ue000-\uf8ff])(?P<rest>.*)$", title, re.DOTALL)
    # A quoted title is kept as it stands: dates count only where they follow it.
    found = find_due(quote["rest"] if quote else title, now)
    words = clean_title(
        message.reveal(quote[1] if quote else _clean(found.rest if found else title))
    )
    if not set(tokens(words)) - _NOTHING and not re.search(r"[^\W\w]|[^\x00-\x7f]", words):
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


def read_errand(clause: str, message: Message, now: datetime) -> Add | None:
    """The task in a bare order ("buy milk friday"), or None where the words may mean another thing."""
    text, priority = _take_priority(clause)
    words = tokens(text)
    if not words or len(words) > 25:
        return None
    is_strong = words[0] in ERRAND_VERBS and words[0] not in WEAK_VERBS
    if _DANGLING.search(text):
        return None
    is_weak = words[0] in WEAK_VERBS or words[0] in {"make", "go", "take", "find", "bring", "give"}
    has_date = find_due(text, now) is not None
    if words[1:2] and words[1] in _NO_ORDER:
        return None
    if not (is_strong or (is_weak and (has_date or bool(priority)))):
        return None
    add = build_add(text, message, now, priority=priority, heard=clause)
    return None if add is None else replace(add, is_bare=True)


# Words were cut off here that told a date, so what is left is no title.
_DANGLING = re.compile(r"\b(?:moved|pushed|postponed|rescheduled|changed)\s+to\b", re.IGNORECASE)
# After these the first word is no order: "give me …", "rent is due".
_NO_ORDER = word_set(
    "me us is are was were isn't aren't has had should will would needs must can low high due and not"
)


def read_needed(clause: str, message: Message, now: datetime) -> Add | None:
    """The task in "I need to …", or None."""
    found = _I_NEED.match(clause)
    if found is None:
        return None
    title = clause[found.end() :]
    if re.search(r"\b(?:have|'ve|got)\s*$", found[0], re.IGNORECASE) and tells_past(title):
        # "I have finished the report" tells what is done.
        return None
    if re.search(r"\b(?:have|got)\s*$", found[0], re.IGNORECASE):
        # "I have a meeting on Friday": the article belongs to the telling.
        title = re.sub(r"^an?\s+", "", title)
    return build_add(title, message, now, heard=clause)


def _find_title(text: str) -> tuple[str, bool] | None:
    if _ONLY_ADD_IT.fullmatch(text):
        return "", False
    framed = read_frame(text)
    if framed is not None:
        return framed
    openings = [found for found in (one.search(text) for one in _OPENINGS) if found]
    placed = _PUT_ON_LIST.search(text)
    first = min(openings, key=lambda found: (found.start(), -found.end()), default=None)
    if first is not None and ":" in first[0] and _LIST_WORD.search(first[0]):
        placed = None
    if placed is not None and (first is None or placed.start() <= first.start()):
        title = placed["title"]
        if not _says_something(title):
            return _title_before(text) or ("", False)
        return title, False
    added = _title_before(text)
    if added is not None and (first is None or not _says_something(text[first.end() :])):
        return added
    if first is None or first.start() > 60:
        return _named_reminder(text)
    title = text[first.end() :]
    inner = _PUT_ON_LIST.match(title.strip())
    if inner is not None and _says_something(inner["title"]):
        # "Don't forget to add salt to the list": the adding is ours, not the task.
        return inner["title"], False
    groups = first.groupdict()
    noun = (groups.get("noun") or groups.get("noun_first") or "").lower()
    return title, noun.endswith("s")


def _title_before(text: str) -> tuple[str, bool] | None:
    found = _ADD_IT.search(text)
    if found is None or not _says_something(text[: found.start()]):
        return None
    title = text[: found.start()]
    needed = _I_NEED.match(title)
    return (title[needed.end() :] if needed else title), False


def _named_reminder(text: str) -> tuple[str, bool] | None:
    found = _NAMED_REMINDER.match(text)
    if found is None or not content_stems(found["title"]):
        return None
    return f"{found['title']} {found['rest']}", False


def _take_priority(text: str) -> tuple[str, Priority | None]:
    found = _PRIORITY.search(text)
    if found is None:
        return text, None
    word = next(group for group in found.groups() if group)
    return f"{text[: found.start()]} {text[found.end() :]}".strip(), read_level(word)


def _take_note(title: str) -> tuple[str, str]:
    found = _NOTE.search(title)
    return (title, "") if found is None else (title[: found.start()], found["note"].strip(" ."))


def _split_titles(title: str) -> list[str]:
    parts = re.split(r"\s*(?:,\s*and\b|,|;|\n|\band\b)\s*(?:to\s+)?", title, flags=re.IGNORECASE)
    return [part for part in parts if part.strip()]


def _says_something(text: str) -> bool:
    return bool(set(tokens(text)) - _NOTHING or re.search("[\ue000-\uf8ff]", text))


def _clean(title: str) -> str:
    last = ""
    while title != last:
        last = title
        title = _TRAILING.sub("", _LEADING.sub("", title))
    return title.strip()
