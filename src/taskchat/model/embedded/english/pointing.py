"""How people point at tasks: by number, by place in the list, by a pronoun, by "all", by words."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ORDINAL_WORDS, content_stems, read_number
from taskchat.model.embedded.requests import Priority, Status, Target

_NOUN = r"(?:tasks?|to-?\s?dos?|todos?|reminders?|items?|ones?|entry|entries|chores?|errands?|things?|stuff)"
_NUMBER = r"(?:\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?!\w|:\d)"
_ORDINAL = (
    r"(?:"
    + "|".join(ORDINAL_WORDS)
    + r"|\d{1,3}(?:st|nd|rd|th)|last|latest|newest|bottom|penultimate|top|middle)"
)
_MAX_RANGE = 50
MIDDLE = 0
_NUMBERED = re.compile(
    rf"(?:\b(?:tasks?|numbers?|numero|no\.?|nr\.?|items?|to-?dos?|todos?|reminders?)\s*#?|#)\s*"
    rf"(?P<all>\d{{1,3}}\s*(?:-|to|through)\s*\d{{1,3}}\b|{_NUMBER}(?:(?:\s*(?:,\s*and\b|,|and\b"
    rf"|&)\s*|\s+(?=\d))(?:tasks?|number|#)?\s*#?{_NUMBER})*)",
    re.IGNORECASE,
)
_BARE_NUMBERS = re.compile(
    rf"^\W*(?P<all>\d{{1,3}}\s*(?:-|to|through)\s*\d{{1,3}}|{_NUMBER}(?:(?:\s*(?:,\s*and\b|,"
    rf"|and\b|&)\s*|\s+(?=\d)){_NUMBER})*)\W*(?:please|too|and|as|is|are)?\W*$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    rf"\b(?:the\s+|my\s+)?(?:very\s+)?(?P<place>{_ORDINAL})"
    rf"(?:\s+(?P<count>two|three|four|five|\d)\b)?"
    rf"(?=\s*(?:$|[.,;!?&]|and\b|or\b|{_NOUN}\b|on\b|in\b|of\b|from\b|is\b|as\b|to\b|please\b"
    rf"|are\b|can\b|has\b|have\b|off\b|now\b|back\b|for\b|at\b|by\b|until\b|till\b|needs?\b|goes\b|should\b|must\b|gets?\b|done\b|yet\b|out\b|away\b|again\b|'s\b|:|\u2013|-|high\b|low\b|medium\b|tomorrow\b|today\b|\w+day\b|only\b|then\b|first\b|isn't\b"
    rf"|was\b|too\b|instead\b|i\b|you\b))(?:\s+{_NOUN}\b)?",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:except(?:\s+for)?|instead\s+of|rather\s+than|(?<=,\s)(?:and\s+)?not(?!\s+(?:yet|done|needed))|apart\s+from"
    r"|other\s+than|besides|excluding|but\s+not"
    r"|but(?=\s+(?:the|my)\b)|"
    r"not\s+including|only\s+keep|but\s+(?:keep|leave)|keep)\b(?P<but>.*)$",
    re.IGNORECASE,
)
_ALL_COUNTED = re.compile(
    r"\ball\s+(?:of\s+)?(?:the\s+)?(?:two|three|four|five|six|seven|eight|nine|ten|\d)(?:\s+of\s+(?:them|those|these)|\s+(?:tasks|items|ones|things|to-?dos)\b)?"
    r"(?=\s+(?:is|are|were|have|can|should|must|need|done|for|to|on|as|off)\b|\W*$)",
    re.IGNORECASE,
)
_OTHERS_COUNTED = re.compile(
    rf"\b(?:the\s+)?other\s+(?:two|three|four|five|[2-5])(?:\s+{_NOUN})?(?!\w|\s+(?!as|to|are|off|is|have|can|should|now|please|for|on|by|too|done)\w)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:(?<!after\s)all|whatever|anything|everything|every|each|entire|whole|the\s+lot"
    r"|any\s+and\s+all"
    r"|whole\s+list)\b",
    re.I,
)
_ALL_ABOUT = re.compile(
    r"\b(?:everything|anything|all)\s+(?:that(?:'s|\s+is)\s+)?(?:related\s+to|to\s+do\s+with|about|regarding)\b",
    re.I,
)
_ALL_LIST = re.compile(
    r"\b(?:my|the|this|our|whole|entire)\s+(?:\w+[\s-]){0,2}?(?:list|lists)\b", re.I
)
_LIST_PLACE = re.compile(
    r"\b(?:from|on|off|in|to|onto|of)\s+(?:my|the|this|our|that)\s+"
    r"(?:(?:\w+[\s-]){0,3}?(?:list|lists)|(?:(?:to-do|todo|current|existing|whole|entire|two|three|four|five|six|\d+)[\s-])*(?:tasks|reminders|todos|to-dos))\b(?:\s+of\s+\w+(?:\s+to\s+\w+)?)?",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\b(?:them|em|others|other\s+ones|the\s+rest|these|those|both|they|tasks|reminders|todos"
    r"|to-?\s?dos|items|ones|stuff|chores"
    r"|errands)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|its|it's|that|this|that's|(?:that|this|the|my)\s+(?:one|task|reminder|to-?do|item)"
    r"|one|task|"
    r"reminder|same)\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|(?:that|this)\s+(?:one|task)|them|these|those)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\bthe\s+rest\b|\bthe\s+others?\b(?:\s+ones?)?|\bother\s+ones?\b", re.IGNORECASE
)
# "The other call", of two calls.
_OTHER_NAMED = re.compile(
    rf"\b(?:the|my|that)\s+other\s+(?=(?!{_NOUN}\b)[a-z])(?!(?:day|week|night|side|way)\b)",
    re.IGNORECASE,
)
# "The remaining task", of which there is one.
_REMAINING = re.compile(
    r"\bthe\s+(?:only\s+)?(?:one|task|item)\s+(?:(?:that|which)(?:'s|\s+is)\s+)?(?:still\s+)?(?:left(?:\s+over)?|remaining)\b\s*|"
    r"\bthe\s+(?:remaining|(?:only\s+)?other\s+open|last\s+remaining|only\s+open|one\s+remaining)\s+(?:one|task|item|to-?do)(?:'s)?\b\s*",
    re.IGNORECASE,
)
# "The remaining two".
_REMAINING_ONES = re.compile(
    r"\bthe\s+remaining\s+(?:two|three|four|five|[2-5])(?:\s+(?:tasks|ones|items|to-?dos))?(?=\s+(?:as|to|too|are|done|please|for|on|off|complete)\b|\W*$)",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)
_I_ADDED = r"(?:that\s+)?(?:i|you|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:added|created|entered)"
_NEWEST = re.compile(
    rf"\b(?:the|my|that|this)\s+(?:(?:brand\s+)?new|(?:newly|just|last)\s+(?:added|created))\s+{_NOUN}(?!\w)"
    rf"|\bthe\s+(?:last|latest)\s+{_NOUN}\s+{_I_ADDED}\b|\bwhat\s+i(?:'ve|\s+have)?\s+just\s+added\b",
    re.IGNORECASE,
)
# "The high priority one", "all low-priority tasks", "the urgent ones".
_LEVELLED = re.compile(
    rf"\b(?:(?P<level>high|medium|low|top)(?:est)?[\s-]*(?:priority|prio|importance)|(?P<urgent>urgent|important))\s+(?P<noun>{_NOUN})(?!\w)",
    re.IGNORECASE,
)
# "The two chess tasks": so many of them.
_COUNTED = re.compile(
    rf"\b(?P<the>the|my|those|these|both)\s+(?:two|three|four|[234])\s+(?=(?!{_NOUN}\b)\w+\s+(?:tasks|ones|items|reminders|to-?dos)\b)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:completed|done|finished|ticked|checked|old)\b(?:\s+off\b)?", re.IGNORECASE
)
_OPEN = re.compile(
    r"(?<!\bthey\s)\b(?:pending|open|unfinished|incomplete|remaining|outstanding)\b", re.IGNORECASE
)
# "Delete completed" means all that are.
_ONLY_STATE = re.compile(r"(?:completed|finished|done|ticked(?:\s+off)?)", re.IGNORECASE)
# "All tasks, the finished ones too" leaves none out.
_EVEN_DONE = re.compile(
    r"[\s,]*\b(?:(?:including|even|also|plus|and)\s+(?:the\s+)?(?:completed|finished|done|pending"
    r"|open)(?:\s+\w+)?"
    r"|(?:the\s+)?(?:completed|finished|done|pending|open)\s+(?:ones|tasks|items|stuff)\s+(?:too"
    r"|as\s+well|also|included))\b",
    re.IGNORECASE,
)
_JUST_NAMED = re.compile(
    r"\b(?:the\s+|that\s+)?(?:one|task|thing|item)\s+(?:that\s+)?(?:i|you|we)(?:'ve)?\s+(?:just"
    r"|last)\s+(?:\w+ed|made|wrote|did)\b",
    re.IGNORECASE,
)
# "One of the tasks", "a task": so many, but not which.
_ANY = re.compile(
    rf"\b(?<!first\s)(?<!second\s)(?<!third\s)(?<!last\s)(?<!other\s)(?:one|any|some|two|three|four|(?:a\s+)?(?:few|couple))\s+of\s+(?:(?:the|my|our|these|those)\s+(?:\w+\s+)?{_NOUN}|them|these|those)(?!\w)"
    rf"|(?:^|(?<=\s))(?:an?|any|some|another|several|a\s+couple\s+of|a\s+few|(?<=^)(?:two|three))\s+(?:random\s+|single\s+)?(?:tasks?|items?|to-?\s?dos?|todos?|reminders?)\W*$",
    re.IGNORECASE,
)
# Why it is wished says nothing about which: "delete the dentist, we moved".
_REASON = re.compile(
    r"^(?P<named>.*\w.*?)(?:,\s*(?:we|i|it|it's|they|he|she|because|since|cause|cos|that's|there's"
    r"|(?:found|got|had|bought|sold|borrowed)\s+(?:some|one|it|them|enough|plenty|another)"
    r"|[\w-]+\s+(?:already\s+)?(?:did|took|bought|made|handled|fixed)\s+(?:it|that|this|them)"
    r"|nobody|no\s+one|everyone|everybody"
    r"|(?:the|my|our|his|her)\s+[\w-]+\s+(?!need|want)[a-z]{3,}ed(?=\W*$)"
    r"|who|(?:it's\s+)?(?:not|no\s+longer)\s+(?:needed|necessary|required|relevant|wanted)"
    r"|(?:the|my|our|his|her)\s+(?:[\w-]+\s+){1,3}?(?:(?:already|now|just)\s+)?(?:has|have|had|did|does|took|got|will|can't|(?:is|are)\s+\w+ing)"
    r"|[\w-]+(?:'s|\s+is|\s+are)\s+\w+ing\s+(?:it|that|them))\b"
    r"|\s+(?:because|since|cause|cos)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
# What stands around the name of a task: "my reminder to …", "… task", "the … one".
_AROUND = re.compile(
    rf"^(?:(?:that|the|my|a|an|this|our|any|all|of|for|to|about|with|whole|entire|full"
    rf"|{_NOUN})\b[\s:,]*)+"
    rf"|(?:[\s,]*\b(?:{_NOUN}|please|pls|now|for me|thanks|too|as well|already|anymore|any more"
    rf"|thank you|"
    r"yet|instead|off|away|then|ok|today|again|entirely|completely|altogether|for\s+good|permanently))+[\s.!?]*$",
    re.IGNORECASE,
)


def read_target(text: str, quoted: list[str], background: str = "") -> Target:
    """Read the words that are left of a clause when its cue words are taken out.

    Args:
        text: those words, quotes revealed.
        quoted: the quoted pieces among them; they alone name the tasks then.
        background: what was said before, used where the words only point ("that one").
    """
    if quoted:
        return _quoted_target(text, quoted)
    but = _BUT.search(text) or _but_of_all(text)
    head = text[: but.start()] if but else text
    head = _OTHERS_COUNTED.sub("the others", _JUST_NAMED.sub("it", head))
    head = without_reason(head)
    beside = _BESIDE.search(head)
    head = _BESIDE.sub(" it ", head)
    is_any = _ANY.search(head) is not None
    head = _ANY.sub(" ", head)
    counted = _ALL_COUNTED.search(head)
    head = _ALL_COUNTED.sub("all of them", head)
    is_newest = _NEWEST.search(head) is not None
    levelled = _LEVELLED.search(head)
    head = _COUNTED.sub(r"\g<the> ", _LEVELLED.sub(r" \g<noun> ", _NEWEST.sub("it", head)))
    is_list = bool(_ALL_LIST.search(head))
    head = _LIST_PLACE.sub(" ", head)
    is_left = _REMAINING.search(head) is not None
    head = _REMAINING.sub("the one ", head)
    is_rest = _REMAINING_ONES.search(head) is not None
    head = _REMAINING_ONES.sub("those", head)
    numbers, head = _take_numbers(head)
    other = _OTHER_NAMED.search(head)
    head = _OTHER_NAMED.sub(" ", head)
    ordinals, head = _take_places(head)
    is_all = bool(_ALL.search(head))
    status: Status = "all"
    head = _EVEN_DONE.sub(" ", head) if is_all else head
    words = name_in(_OTHER.sub(" ", _ALL_ABOUT.sub(" ", head)))
    is_all = is_all or bool(_ONLY_STATE.fullmatch(words))
    if is_all or _PLURAL.search(head):
        status = "completed" if _DONE.search(head) else "pending" if _OPEN.search(head) else "all"
        words = name_in(_OPEN.sub(" ", _DONE.sub(" ", words)))
    has_words = bool(content_stems(words))
    status = "pending" if (is_left or is_rest) and not has_words else status
    return Target(
        words=words if has_words else "",
        numbers=numbers,
        ordinals=ordinals,
        is_all=is_all
        or (but is not None and not (has_words or numbers or ordinals or _PRONOUN.search(head)))
        or (is_list and not has_words and not numbers and not ordinals and not _IT.search(head)),
        is_plural=bool(_PLURAL.search(head)),
        is_pronoun=bool(_PRONOUN.search(head)),
        is_other=bool(_OTHER.search(head) or other),
        status=status,
        # "That one" is no name, but it spares one all the same.
        but=name_in(but["but"]) or but["but"].strip(" .,!") if but else "",
        background=background,
        is_any=is_any,
        is_both=bool(_BOTH.search(head)),
        count=_count(counted),
        is_newest=is_newest,
        offset=_offset(beside),
        priority=_level(levelled),
    )


# "The one right before it", "the task after that one".
_BESIDE = re.compile(
    rf"\bthe\s+{_NOUN}\s+(?:(?:right|just|directly|immediately)\s+)?(?P<way>before|above|after|below|under|following)\s+(?:it|that|this)(?:\s+one)?\b",
    re.IGNORECASE,
)


def _offset(beside: re.Match[str] | None) -> int:
    if beside is None:
        return 0
    return -1 if beside["way"].lower() in {"before", "above"} else 1


def _count(counted: re.Match[str] | None) -> int:
    numbers = [read_number(word) for word in counted[0].lower().split()] if counted else []
    return next((number for number in numbers if number is not None), 0)


def _but_of_all(text: str) -> re.Match[str] | None:
    """What is spared of all: "everything but milk"."""
    but = _BUT_NAMED.search(text)
    return but if but and _ALL.search(text[: but.start()]) else None


_BUT_NAMED = re.compile(
    r"\bbut\s+(?!(?:it|that|this)\b(?!\s+one\b|\W*$)|(?:i|we|you|it's|he|she|they|not|don't|do|please|first|also|only|then|now|keep|leave)\b)(?P<but>\w.*)$",
    re.IGNORECASE,
)


def _quoted_target(text: str, quoted: list[str]) -> Target:
    """The tasks of these titles; or all, or those before, but not the ones behind "except"."""
    for place, title in enumerate(quoted):
        lead = text[: text.find(title)]
        if _SPARES.search(lead) is None:
            continue
        named, spared = quoted[:place], " and ".join(quoted[place:])
        if named or _ALL.search(lead):
            return Target(words=" and ".join(named), is_all=not named, but=spared)
    return Target(words=" and ".join(quoted))


_SPARES = re.compile(
    r"\b(?:except(?:\s+for)?|apart\s+from|other\s+than|besides|excluding|instead\s+of|rather\s+than|but(?:\s+not)?|not)"
    r"\s+(?:the\s+|my\s+)?$",
    re.IGNORECASE,
)


def _level(found: re.Match[str] | None) -> Priority | None:
    if found is None:
        return None
    if found["urgent"] or found["level"].lower() in {"high", "top"}:
        return "high"
    return "low" if found["level"].lower() == "low" else "medium"


def without_reason(text: str) -> str:
    """The text without why something is wished."""
    return _REASON.sub(r"\g<named>", text)


def name_in(text: str) -> str:
    """The name of a task without the words that stand around it."""
    last = ""
    while text != last:
        last, text = text, _AROUND.sub("", text.strip(" ,.;:!?-")).strip(" ,.;:!?-")
    return text


def _take_numbers(text: str) -> tuple[tuple[int, ...], str]:
    found = _BARE_NUMBERS.match(text) or _NUMBERED.search(text)
    if found is None:
        return (), text
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    bounds = re.fullmatch(r"\s*(\d{1,3})\s*(?:-|to|through)\s*(\d{1,3})\s*", found["all"], re.I)
    if bounds is not None:
        return tuple(
            range(int(bounds[1]), min(int(bounds[2]), int(bounds[1]) + _MAX_RANGE) + 1)
        ), rest
    values = [read_number(word) for word in re.findall(_NUMBER, found["all"], re.IGNORECASE)]
    return tuple(value for value in values if value is not None), rest


def _take_places(text: str) -> tuple[tuple[int, ...], str]:
    places: list[int] = []
    for found in _PLACE.finditer(text):
        word = found["place"].lower()
        count = read_number(found["count"] or "1") or 1
        if word in {"last", "latest", "newest", "bottom"}:
            places += range(-count, 0)
        elif word == "penultimate":
            places.append(-2)
        elif word == "middle":
            places.append(MIDDLE)
        else:
            digits = re.match(r"\d+", word)
            place = int(digits[0]) if digits else ORDINAL_WORDS.get(word, 1)
            places += range(place, place + count)
    return tuple(places), _PLACE.sub(" ", text) if places else text
