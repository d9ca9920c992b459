"""Questions about the list: which tasks are asked for, by state, words, date or number."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.requests import Look, Priority, Status

if TYPE_CHECKING:
    from datetime import date, datetime

    from taskchat.model.embedded.clauses.cutting import Message

_NOUN = (
    r"(?:tasks?|to-?\s?do'?s?|todos?|reminders?|lists?|items?|chores?|errands?|agenda|plate|"
    r"(?:things|stuff|anything|something|much)\s+(?:left\s+)?to\s+(?:do|remember)"
    r"|list\s+of\s+things)"
)
_HAS_NOUN = re.compile(rf"\b{_NOUN}\b", re.IGNORECASE)
# "Show me", "let me see both", "and show the rest": of what, but the list?
_SHOW = (
    r"^\W*(?:(?:and|now|then|so|ok(?:ay)?|please|can\s+you|could\s+you|just)\s+)*"
    r"(?:(?:show|read|list|display)(?:\s+(?:me|us))?|(?:let\s+me|lemme|i\s+want\s+to|i'd\s+like\s+to)\s+(?:see|look|check|hear)|view|see|print)"
    r"(?:\s+(?:out|both|them|those|these|it|that|this|all|everything|again|now|please|here|what's\s+left|what\s+(?:is|i\s+have)|how\s+it\s+looks|the\s+(?:plan|rest|others?|remaining"
    r"|whole\s+thing|lot|result|current\s+state|new\s+one|updated\s+one)|the\s+(?:whole\s+|full\s+|entire\s+)?(?:lot|list)|(?:of|to|for)\s+(?:it|them|me)|then|too|once\s+more|two|three|four|(?:all|the)\s+(?:two|three|four|five)))*\W*$"
)
# About the speaker's own doings, though no word for the list is said.
_MINE = re.compile(
    r"^\W*(?:(?:and|so)\s+)?(?:what|which)(?:\s+ones)?\s+(?:are|were)\s+(?:they|those|these)\W*$"
    r"|^\W*(?:what|which)\s+\w+\s+(?:do|must|should)\s+(?:i|we)\s+(?:still\s+)?(?:(?:have|need)\s+to\s+)?\w+\W*$"
    r"|\bwhat(?:'s|s|\s+is|\s+are|\s+else)?(?:\s+(?:is|are))?\s+(?:still\s+|now\s+"
    r"|currently\s+)*(?:left|pending|open|"
    r"remaining|outstanding|due|overdue|next|coming\s+up|upcoming|done|unfinished|completed"
    r"|finished|urgent|important|to\s+do|on\s+there|on\s+for)\b"
    r"|\bwhat(?:'s|s|\s+is|\s+are)\s+(?:still\s+)?(?:not\s+(?:yet\s+)?(?:done|finished|complete)|undone|to\s+be\s+done)\b"
    r"|^\s*(?:which|what|is|are|has)\b.*\b(?:ticked|checked|crossed)\s+off\b"
    r"|^\s*(?:just|only)\s+(?:the\s+|my\s+)?(?:finished|completed|done|open|pending|remaining)\s+(?:ones|tasks|items|to-?dos)\b"
    r"|^\s*(?:show|list|read|see|view|display|tell)\s+(?:me\s+)?(?:only|just)\s+(?:the\s+|those\s+)?(?:ones|those|what|tasks)?\s*(?:(?:that|which)\s+)?(?:(?:are|is|'s)\s+)?(?:still\s+|not\s+|already\s+|yet\s+)*(?:open|pending|left|done|finished|completed?|to\s+do|ticked)\b"
    r"|^\s*(?:show|list|read|see|view|display|tell)\s+(?:me\s+)?(?:(?:only|just)\s+)?(?:those|the\s+ones)\s+(?:(?:that|which)\s+)?(?:are\s+)?(?:still\s+|not\s+|already\s+)*(?:open|pending|left|done|finished|completed?)\b"
    r"|^\s*(?:see|have\s+a\s+look\s+at|show\s+me)\s+(?:everything|all)\s+(?:that\s+)?(?:i|we)(?:'ve|\s+have|\s+still\s+have)\b"
    r"|^\s*(?:from|of|in|among)\s+(?:my|the)\s+(?:\w+\s+)?(?:tasks|items|ones|list)\b.*\bwhat\b"
    r"|^\s*what(?:'s|s|\s+is)\s+(?:there\s+)?(?:still\s+)?to\s+(?:buy|do|get|finish|pay|come)\b"
    r"|^\W*(?:(?:and|so)\s+)?what(?:'s|s|\s+is|\s+are)\s+(?:(?:there|planned|scheduled|happening|going|up|coming|on|for)\s+)+(?:(?:this|next|the|coming)\s+)*"
    r"(?:today|tomorrow|tonight|\w+day|week|weekend|month|\d{1,2}(?:st|nd|rd|th))(?:\s+(?:morning|afternoon|evening|night))?\W*$"
    r"|\bmy\s+stuff\b|\bwhat\s+(?:jobs|chores|stuff|things)\b.*\b(?:i|we|left|open|remaining|outstanding|done)\b|\bwhat(?:'ve|\s+have)\s+(?:i|we)\s+got\b"
    r"|^\s*(?:and\s+)?what\s+else\W*$|^\s*(?:and\s+)?(?:remaining|outstanding|undone)\W*$"
    r"|\bwhat\b.*\b(?:i|we|me)\b.*\b(?:do(?!\s+you)|done|forget|forgetting|finish|finished"
    r"|complete|completed|tackle|remember|"
    r"accomplish|accomplished|left|pending|tick|ticked|add|added|on\s+my|saved?)\b"
    r"|\b(?:show|tell|see|read|give|remind)\s+(?:me\s+)?(?:of\s+)?what(?:'s|s|\s+is|\s+are)?\s+(?:(?:i|we)(?:'ve|'m|\s+have|\s+am|\s+got|\s+still|\s+need|\s+must|\s+should)?\b|there\b|left\b|on\b|next\b|pending\b|open\b)"
    r"|\bwhat\s+(?:was|were|is)\s+(?:that|the)\s+(?:thing|one|task|stuff)s?\b"
    r"|\bwhat(?:'s|s|\s+is|\s+are)\s+the\s+(?:priority|due\s+date|deadline|notes?|description)\b"
    r"|\bany\s+(?:news|updates?|word|progress)\s+(?:on|about|with)\b"
    r"|\b(?:important|urgent|easy|old|new|short)\s+ones\b|\bwhat(?:'s|s|\s+is)\s+(?:first"
    r"|the\s+plan)\b"
    r"|\banything\s+(?:that\s+)?(?:i|we)\b|\bwhen\s+(?:was|were)\s+(?:the|my)\s+(?!last\b"
    r"|first\b)\w+(?:\s+\w+){0,2}\W*$"
    r"|^\s*(?:does|do)\s+(?:the|my)\s+\w+.*\b(?:done|due|finished|paid|ready|booked)\b"
    r"|^\s*(?:let\s+me\s+)?(?:show|list|see|view)\s+(?:me\s+)?(?:it\s+)?(?:all|everything)\W*$"
    r"|^\s*what\s+else(?:'s|\s+is)\s+there\W*$|^\s*how\s+(?:much|many)(?:\s+\w+)?\s+(?:is\s+|are\s+)?(?:still\s+)?(?:left|open|pending|outstanding|to\s+do|to\s+go)\W*$|\bis\s+there\b.*\b(?:open|left"
    r"|pending|due|something|anything)\b|\bpriorities\b|\bwhat\s+remains\b|\bwhat(?:'s|s"
    r"|\s+is)\s+(?:still\s+)?missing\b"
    r"|\b(?:date|deadline)\s+(?:of|for)\s+(?:the|my)\b|^\s*(?:am|are)\s+(?:i|we)\s+done\b"
    r"|^\s*have\s+you\s+got\s+(?:my|the)\b"
    r"|\bwhen\b.*\bdue\b|\bwhat\s+(?:time|day|date)\s+(?:is|are|was)\s+(?:my|the|our)\s+\w"
    r"|\bhow\s+much\s+(?:is|have\s+i(?:\s+got)?)\s+left\b|\bwhat\s+else\b.*\b(?:i|we)\b"
    r"|\bwhat(?:'s|s|\s+is|\s+was)\s+the\s+\d+(?:st|nd|rd|th)\b|\bmost\s+(?:important|urgent)\b"
    r"|\bwhat(?:'s|s|\s+is)\s+(?:up\s+)?next\b|\bhow\s+many\b.*\b(?:things?|tasks?|ones|open|left"
    r"|done|pending|due|overdue|remain\w*|completed?|finished)\b"
    r"|^\s*which\b.*\b(?:done|open|pending|left|due|completed|finished|overdue|urgent|important)\W*$"
    r"|\bwhat(?:'s|\s+is|\s+are|\s+has)\s+(?:the\s+|my\s+|a\s+)?(?:high|low|medium|top)(?:est)?[\s-]+prio"
    r"|\b(?:forgetting|missed|missing)\s+anything\b|\bany\s+mention\s+of\b|\bwhat\s+am\s+i\s+(?:supposed|meant)\s+to\b|\bwhat\s+do\s+i\s+(?:have|need|got)(?:\s+(?:to\s+do|on|left"
    r"|today|tomorrow|this|next|for)\b|\s*$)"
    r"|\bwhich\s+(?:ones?|of\s+(?:them|these|those))\b"
    r"|\b(?:any|some)thing\s+(?:\w+\s+)?(?:on|due|about|with|for|left|open|overdue|pending|urgent|else"
    r"|this|next|today|tomorrow|related|regarding|to)\b"
    r"|^\s*(?:what|how)\s+about\s+(?:the|my)\b|\bwhat\s+(?:do|should|must|did)\s+(?:i"
    r"|we)\s+(?:still\s+)?(?:have|need)\b"
    r"|\b(?:is|are|was)\s+(?:everything|all|it\s+all)\b.*\b(?:done|complete\w*|finished)\b"
    r"|^\s*(?:show|list|see|view|display|get)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:pending"
    r"|completed|done|finished|open|overdue)\W*$"
    r"|^\s*(?:did|have|has)\s+(?:you|the|my)\b.*\b(?:done|complete\w*|finish\w*|paid|booked"
    r"|delete\w*|remove\w*|add\w*|tick\w*)\b"
    r"|^\s*search\b|\b(?:overview|rundown|summary)\b|\bwhat\s+(?:did|do)\s+(?:i|we)\b.*\babout\b"
    r"|^\s*(?:is|are|was|were|has|have)\b.*\b(?:done|finished|completed?|paid|booked|sorted"
    r"|still\s+(?:open|pending|there))(?:\s+(?:already|yet|now|too|or\s+not))*\W*$"
    r"|\b(?:open|pending|completed|finished|unfinished|incomplete|undone|remaining|outstanding|overdue)\s+(?:ones?|things?"
    r"|stuff)\b"
    r"|\bhow\s+(?:many|much)\b.*\b(?:i|me|my)\b.*\b(?:left|have|do|pending|done|finish\w*"
    r"|complete\w*)\b"
    r"|\b(?:read|show|tell|list|give)\b.*\b(?:it\s+all|them|everything|them\s+all)\b"
    r"|\bthe\s+(?:first|second|third|fourth|fifth|\d+(?:st|nd|rd|th)|last)\s+(?:one|task|thing)\b"
    r"|\bnumber\s+\d"
    r"|\b(?:on|in)\s+there\b|^\s*(?:what(?:'s|s)?\s+)?(?:pending|left|overdue|due|completed"
    r"|to\s?do|todos?)(?:\s+(?:today|tomorrow))?\W*$"
    r"|^\s*(?:do|did|have|had)\s+i\b|\bwhen(?:'s|\s+is|\s+are|s)\s+(?:my|the)\b|\bwhen\s+(?:do|am"
    r"|must|should)\s+i\b"
    r"|\b(?:i|we)\s+(?:still\s+)?(?:have|need)\s+to\s+do\b"
    rf"|{_SHOW}",
    re.IGNORECASE,
)
_COMPLETED = re.compile(
    r"\b(?:completed|done|finished|accomplished|achieved|ticked\s+off|checked\s+off|crossed\s+off"
    r"|got\s+done)\b"
    r"|\bdid\s+i\s+(?:complete|finish|accomplish|do|get\s+done)\b",
    re.IGNORECASE,
)
_NOT_COMPLETED = re.compile(
    r"\b(?:not|n't|yet|still|left|remain\w*|pending|incomplete|unfinished|un-?completed|need\s+to"
    r"|have\s+to|to\s+be)\b|"
    r"\bopen\b(?!\s+(?:my|the)\b)|\bhave\s+i\s+yet\b",
    re.IGNORECASE,
)
_BOTH_STATES = re.compile(
    r"\b(?:everything|all)\b.*\b(?:(?:finished|completed?|done|ticked)(?:\s+(?:ones|tasks|items|stuff))?\s+(?:included|too|as\s+well|also)|(?:including|with|plus|also)\s+(?:the\s+|what's\s+|those\s+)?(?:finished|completed?|done|ticked))\b|"
    r"\b(?:done|finished|completed?|open)\s+or\s+not\b|\b(?:completed|finished|done)(?:\s+(?:tasks|ones|items))?\s*(?:,|&|\band\b|\bas\s+well\s+as\b|\bplus\b)\s*(?:the\s+|my\s+|all\s+)?(?:pending|open|unfinished|remaining)\b"
    r"|\b(?:pending|open|unfinished|remaining)(?:\s+(?:tasks|ones|items))?\s*(?:,|&|\band\b|\bas\s+well\s+as\b|\bplus\b)\s*(?:the\s+|my\s+|all\s+)?(?:completed|finished|done)\b",
    re.IGNORECASE,
)
_SOONEST = re.compile(
    r"\bdue\s+(?:the\s+)?(?:soonest|first|next|earliest)\b|\b(?:soonest|earliest|next|nearest|closest)\s+(?:deadline|due\s+date)\b",
    re.IGNORECASE,
)
_UNDATED = re.compile(
    r"\b(?:(?:with\s+)?no|without(?:\s+an?|\s+any)?|(?:do\s+not|don't|does\s+not|doesn't)\s+have\s+an?(?:y)?)\s+(?:due\s+date|deadline|date)s?\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\bhow\s+(?:many|much)\b|\bcount\b|\bnumber\s+of\b", re.IGNORECASE)
_OVERDUE = re.compile(r"\b(?:overdue|over\s+due|past\s+due|late|missed)\b", re.IGNORECASE)
_LEVEL = re.compile(
    r"\b(?P<level>high|low|medium|top)[\s-]+(?:priority|prio)\b|\b(?P<urgent>urgent"
    r"|(?:most\s+)?important)\b",
    re.IGNORECASE,
)
WINDOW = re.compile(
    r"\b(?:for\s+|on\s+|due\s+|over\s+)*(?P<which>this|next|the|coming"
    r"|rest\s+of\s+the)\s+(?P<unit>week|weekend|month|year)(?:'s)?\b",
    re.IGNORECASE,
)
_DAY_OF = re.compile(r"\b(?P<day>today|tomorrow|tonight|\w+day)'s\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|related\s+to|containing|involving)\s+(?P<words>.+)$",
    re.IGNORECASE,
)
_ASKS_ONE = re.compile(
    r"^\s*(?:is|are|was|do|did|does|have|has|had|will|when|any|anything|check|am|which"
    r"|what\s+about)\b|"
    r"\b(?:if|whether|about|search|is\s+there|are\s+there|show\s+(?:me\s+)?(?:a|the"
    r"|my)\s+(?:reminder|task))\b",
    re.IGNORECASE,
)
# "What emails do I still have to send?"
_WHICH = re.compile(
    rf"^\W*(?:what|which)\s+(?P<words>(?!{_NOUN}\b|(?:else|things?|stuff|ones?|all)\b)\w+)\s+(?:do|must|should)\s+(?:i|we)\b",
    re.IGNORECASE,
)
_NOISE = re.compile(
    rf"\b(?:{_NOUN}|show|list|see|view|display|read|tell|hear|check|give|gimme"
    rf"|go(?:ing)?\s+(?:through|over)|walk|through|"
    r"know|search(?:ing)?|lemme|let|say|describe|inform|look(?:s|ing)?|currently|right|set"
    r"|add(?:ed)?|includ\w+|put|jot\w*|request|ask(?:ed)?|"
    r"remember\w*|wanted|trying|forget\w*|print|open|pull|bring|rundown|overview|summary"
    r"|summari[sz]e|points?|aloud|loud|out|back|"
    r"pending|left|remaining|outstanding|due|overdue|late|done|completed?|finish(?:ed)?"
    r"|accomplish\w*|many|much|count|different|"
    r"current|future|upcoming|existing|various|waiting|things?|stuff|anything|something"
    r"|everything|goods|next|need|have|got|"
    r"various|first|last|full|whole|entire|ahead|hand|get|want(?:ed)?|like|would|should|must"
    r"|doing|yet|still|contain\w*|consist\w*|"
    r"listed|alphabetically|order|earlier|up|else|time|date|deadline|when|today|tomorrow|tonight"
    r"|high|low|medium|top|priority|urgent|"
    r"important|buy|plate|day|week|month|year|weekend|us|we|me|please|kindly|items|that|these|of"
    r"|on|in|for|with|a|an|the|my|is|are|"
    r"i|you|to|at|there|already|now|it|do|did|does|what|which|how|any|some|all|and|new|most|mine"
    r"|has|had|be|will|been|"
    r"jobs|rest|was|were|can|could|also|just|ones?|them|so|far|actually|whats|what's|i've|i'm|submission"
    r"|scheduled?|related)\b'?s?",
    re.IGNORECASE,
)


_OF_FOCUS = re.compile(
    r"^\s*(?:(?:when|is|was|what)\b.*\b(?:it|that|it's|that's)\b.*\b(?:due|date|deadline|done"
    r"|finished|completed)\b"
    r"|when(?:'s|\s+is)\s+(?:it|that)\b|what(?:'s|s|\s+is)\s+its\b)(?!.*\b(?:list|tasks|all"
    r"|on)\b)\W*",
    re.IGNORECASE,
)


# "Is it gone?", "did that work?", asked of what was just done.
_OF_CHANGE = re.compile(
    r"\s*(?:(?:is|are|was|were|has|have)\s+(?:it|that|this|they|those|these|the\s+(?:task|change))\s+(?:been\s+)?(?:(?:really|now|all|already|actually|still|definitely)\s+)*"
    r"(?:gone|deleted|removed|saved|added|updated|changed|moved|there|on\s+(?:the|my)\s+list|ticked(?:\s+off)?|marked(?:\s+\w+)*)(?:\s+(?:already|yet|now))*"
    r"|do(?:es)?\s+(?:it|that|they)\s+have\s+(?:an?|any)\s+(?:due\s+)?(?:date|deadline|note|priority|time)(?:\s+(?:yet|already))*"
    r"|did\s+(?:you\s+(?:delete|remove|add|save|change|update|mark|tick)\s+(?:it|that|them|those)(?:\s+off)?|(?:that|it|this)\s+(?:work|save|go\s+through|get\s+(?:saved|added|deleted|removed|done)))(?:\s+(?:now|already|yet))*)\W*",
    re.IGNORECASE,
)


def is_about_list(clause: str) -> bool:
    """Whether the words are about the speaker's list at all."""
    is_about = _HAS_NOUN.search(clause) or _MINE.search(clause) or _OF_FOCUS.match(clause)
    return bool(is_about or _OF_CHANGE.fullmatch(clause))


def read_look(clause: str, message: Message, now: datetime) -> Look:
    """What a question about the list asks for."""
    if _OF_CHANGE.fullmatch(clause):
        return Look(status="all", asks_one=True, of_focus=True)
    first, last, rest = _read_window(clause, now)
    level = _LEVEL.search(clause)
    pointed = read_target(rest, message.quoted(rest))
    about = _ABOUT.search(rest) or _WHICH.match(rest)
    words = message.reveal(about["words"] if about else _NOISE.sub(" ", rest))
    target = read_target(words, message.quoted(rest))
    if pointed.numbers or pointed.ordinals:
        target = pointed
    return Look(
        status=_read_status(clause, asks_one=bool(target.words) and bool(_ASKS_ONE.search(clause))),
        target=target,
        counts=bool(_COUNTS.search(clause)),
        first=first,
        last=last,
        is_overdue=bool(_OVERDUE.search(clause)),
        priority=_read_priority(level) if level else None,
        asks_one=bool(_ASKS_ONE.search(clause)),
        is_soonest=_SOONEST.search(clause) is not None,
        is_undated=_UNDATED.search(clause) is not None,
        of_focus=bool(_OF_FOCUS.match(clause)) and not target.words,
    )


def _read_status(clause: str, *, asks_one: bool) -> Status:
    if _BOTH_STATES.search(clause):
        return "all"
    if _COMPLETED.search(clause) and not _NOT_COMPLETED.search(clause):
        return "all" if asks_one else "completed"
    if _NOT_COMPLETED.search(clause):
        return "pending"
    return "all"


def _read_priority(level: re.Match[str]) -> Priority:
    word = (level["level"] or "high").lower()
    return "low" if word == "low" else "medium" if word == "medium" else "high"


def _read_window(clause: str, now: datetime) -> tuple[date | None, date | None, str]:
    today = now.date()
    found = WINDOW.search(clause)
    if found is not None:
        rest = f"{clause[: found.start()]} {clause[found.end() :]}"
        return *window_of(found, today), rest
    clause = _DAY_OF.sub(r"\g<day>", clause)
    due = find_due(clause, now)
    if due is None:
        return None, None, clause
    return due.due.day, due.due.day, due.rest


def window_of(found: re.Match[str], today: date) -> tuple[date, date]:
    """The days of "this week" or "next month", from the first to the last."""
    unit, is_next = found["unit"].lower(), found["which"].lower() == "next"
    monday = today - timedelta(days=today.weekday())
    if unit == "weekend":
        saturday = monday + timedelta(days=12 if is_next else 5)
        return saturday, saturday + timedelta(days=1)
    if unit == "week":
        start = monday + timedelta(days=7) if is_next else today
        return start, monday + timedelta(days=13 if is_next else 6)
    if unit == "month":
        start = (today.replace(day=1) + timedelta(days=32)).replace(day=1) if is_next else today
        return start, (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    start = today.replace(year=today.year + 1, month=1, day=1) if is_next else today
    return start, start.replace(month=12, day=31)
