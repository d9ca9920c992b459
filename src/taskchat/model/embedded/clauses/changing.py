"""Wishes to change a task: which words name it and which tell its new title, date or priority."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.dates.spans import find_spans
from taskchat.model.embedded.clauses.adding import clean_title, read_level, take_priority
from taskchat.model.embedded.clauses.shifting import read_shift
from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.requests import Changes
from taskchat.model.embedded.wording.tables import compiled

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.dates.sentences import LocalDue
    from taskchat.model.embedded.clauses.cutting import Message
    from taskchat.model.embedded.requests import Priority

_DATE_WORD = r"(?:due\s+date|due\s+time|deadline|date|due\s+day)"
_LEVEL = r"\b(?P<level>high(?:est)?|low(?:est)?|medium|top|normal|urgent|important)\b"
_any = partial(compiled, flags=re.IGNORECASE | re.DOTALL)
_CLEARS_DATE = _any(
    rf"^\W*no\s+{_DATE_WORD}\s+(?:needed\s+)?(?:for|on)\s+(?P<target>.+)",
    rf"\b(?:remove|clear|drop|delete|erase|lose|unset|cancel|take)\s+(?:off\s+)?(?:the\s+|its\s+"
    rf"|that\s+)?"
    rf"{_DATE_WORD}\b(?:\s+(?:off|from|of|for|on)\b)*(?P<target>.*)",
    rf"\b(?:remove|clear|drop|delete|take)\s+(?P<target>.+?)(?:'s)?\s+{_DATE_WORD}\b.*",
    rf"(?P<target>.*?)\b(?:(?:has|have|needs?|with)\s+no|(?:doesn't|does\s+not)\s+(?:have|need)\s+an?"
    rf"|no\s+(?:more|longer\s+has\s+a))"
    rf"\s+{_DATE_WORD}\b.*",
)
_CLEARS_PRIORITY = _any(
    r"\b(?:remove|clear|drop|delete|erase|unset)\s+(?:the\s+|its\s+)?priority\b(?!\s+(?:down\s+|back\s+)?to\b)(?:\s+(?:off|from"
    r"|of|for|on)\b)*(?P<target>.*)"
)
_SETS_PRIORITY = _any(
    rf"\b(?:set|change|make|put|raise|lower|drop|bump|move|switch|turn|reduce|adjust)\s+(?P<target>the|its)\s+(?:priority|importance)\s+"
    rf"(?:(?:down|up|back)\s+)?(?:to|as|at)\s+{_LEVEL}\b.*",
    rf"\b(?:set|give|put)\s+(?:the\s+)?(?:priority|prio)\s+(?:(?:to|as|at)\s+)?{_LEVEL}\s+(?:for|on|of)\s+(?P<target>.+)",
    rf"\b(?:add|give|set)\s+(?:a\s+)?{_LEVEL}\s+priority\s+(?:to|for|on)\s+(?P<target>.+)",
    rf"\b(?:set|change|make|put|raise|lower)\s+(?:the\s+)?(?:priority|importance)\s+(?:of|for"
    rf"|on)\s+(?P<target>.+?)\s+"
    rf"(?:to|as|at)\s+(?:an?\s+)?{_LEVEL}\b.*",
    rf"\b(?:make|mark|set|flag|bump|give|move|turn|switch|change|update|adjust|drop|raise|lower|reduce|increase|change|put|push"
    rf"|prioriti[sz]e)\s+(?P<target>.*?)\s*"
    rf"(?:\b(?:as|to|up\s+to|down\s+to|at|a|an|be|with"
    rf"|of)\s+)*(?:priority\s+(?:to\s+)?)?{_LEVEL}(?:[\s-]+(?:priority|prio|importance))?"
    r"(?:\s+(?:please|now|instead|and|due|too|as\s+well|also|then|actually|again))*\s*$",
    rf"^\s*(?:can|could|should|let)\s+(?P<target>.+?)\s+be\s+(?:an?\s+)?{_LEVEL}(?:[\s-]+(?:priority|prio|importance))?"
    r"(?:\s+(?:please|now|instead))*\s*$",
    r"\b(?:make|consider|treat)\s+(?P<target>.+?)\s+(?:as\s+)?(?:a|my|the)\s+(?:top\s+|number\s+one\s+)?(?P<level>(?=(?:priority|must)\b))(?:priority|must)\W*$",
    rf"^\s*(?P<target>(?:the|my|that|this|it|task)\b.*?)\s+(?:marked|flagged|set)\s+(?:(?:as|to|at)\s+)?(?:an?\s+)?"
    rf"{_LEVEL}(?:[\s-]+(?:priority|prio|importance))?\s*$",
    rf"^(?P<target>[^:]+?)\s*(?::|=|->|\u2192)\s*{_LEVEL}(?:[\s-]+priority)?\s*$",
    rf"(?P<target>.*?)\b(?:is|are|has|should\s+(?:be|have)|needs\s+to\s+be|to\s+be"
    rf"|'s)\s+(?:really\s+|very\s+|super\s+|so\s+|quite\s+|pretty\s+|extremely\s+|actually\s+|a\s+|now\s+)*"
    rf"{_LEVEL}(?:[\s-]+priority)?\s*$",
)
_PRIORITIZES = _any(
    r"^\W*(?:prioriti[sz]e|flag|star|(?:raise|increase|up|bump)(?=\s.*'s\s+priority)|(?:raise|increase)\s+the\s+priority\s+(?:of|for|on))\s+(?P<target>.+)",
    r"^\W*(?:de-?prioriti[sz]e(?=\s)|(?:lower|reduce|drop|decrease)(?=\s.*'s\s+priority)|(?:lower|reduce)\s+the\s+priority\s+(?:of|for|on))\s+(?P<target>.+)",
)
# "Change Paris to Rome in the flights task": a part of a title.
_REPLACES = _any(
    r"\b(?:change|replace|swap|switch|correct|fix)\s+(?:the\s+(?:word\s+)?)?(?P<old>[^,]+?)\s+(?:to|with|for|by|into)\s+(?P<new>[^,]+?)\s+(?:in|on|of)\s+(?P<target>(?:the|my|task|number|#)\b.+)",
    r"^\W*(?:in|for|on)\s+(?P<target>(?:the|my|task|number|#)\b[^,]+?)\s*,?\s+(?:please\s+)?(?:change|replace|swap|switch|correct)\s+(?:the\s+(?:word\s+)?)?(?P<old>.+?)\s+(?:to|with|for|by|into)\s+(?P<new>.+)",
    r"^\W*(?:in|for|on)\s+(?P<target>(?:the|my)\b.+?\b(?:task|one|reminder|to-?do|item|title)|(?:task|number|#)\s*\d+|[\ue000-\uf8ff])\s*,?\s+(?:the\s+)?(?P<old>\S.*?)\s+should\s+(?:be|say|read)\s+(?P<new>.+)",
)
_RENAMES = _any(
    r"\b(?:update|edit|reword|modify|amend|correct)\s+(?P<target>.+?)\s+(?:to|so\s+it)\s+(?:reads?|says?)\s+(?P<title>.+)",
    r"^\W*(?P<target>.+?)\s+should\s+(?:now\s+)?(?:be|say|read)\s+(?P<title>[\ue000-\uf8ff])\W*$",
    r"^(?!\W*(?:please\s+)?(?:delete|remove|complete|mark|tick|finish|check|cross)\b).*?(?P<title>[\ue000-\uf8ff])[\s,]*\b(?:rather\s+than|instead\s+of|(?:and\s+)?not)\s+(?P<target>[\ue000-\uf8ff])",
    r"\b(?:rather\s+than|instead\s+of|not)\s+(?P<target>[\ue000-\uf8ff])[^\ue000-\uf8ff]*(?P<title>[\ue000-\uf8ff])",
    r"\b(?:call|name|title|label)\s+(?P<target>(?:the|my|task|number|#)[^\ue000-\uf8ff]+?)\s*(?P<title>[\ue000-\uf8ff])",
    r"\b(?:rename|change|retitle|edit"
    r"|update)\b[^\ue000-\uf8ff]*(?P<target>[\ue000-\uf8ff])[\s:>=-]*(?P<title>[\ue000-\uf8ff])",
    r"\b(?:rename|retitle|relabel)\s+(?P<target>[\ue000-\uf8ff])\s+(?:(?:to|as|into)\s+)?(?P<title>.+)",
    r"\b(?:rename|retitle|relabel)\s+(?P<target>[^\ue000-\uf8ff]+?)\s+(?:as\s+)?(?P<title>[\ue000-\uf8ff])\W*$",
    r"\b(?:rename|retitle|relabel|reword|rephrase)\s+(?P<target>.+?)\s+(?:to\s+be|to|into|as|with"
    r"|:)\s+(?P<title>.+)",
    # "Change the meeting with Anna to …": "with" belongs to what is renamed.
    r"\b(?:change|edit|update|modify|correct|alter)\s+(?:the\s+(?:title|name|text|wording)\s+(?:of|for)\s+)?"
    r"(?P<target>(?:the|my)\s+[^,.:\ue000-\uf8ff]+?\s+(?:with|for)\s+[^,.:\ue000-\uf8ff]+?)\s+(?:to|into)\s+(?P<title>\S.*)",
    r"\b(?:change|edit|update|modify|replace|correct|fix|switch|swap|alter)\s+(?!on\b"
    r"|off\b)(?:the\s+(?:title|name|text|wording)\s+(?:of|for)\s+)?"
    r"(?P<target>.+?)(?:'s\s+(?:title|name|text))?\s+(?:to\s+be|to\s+say"
    r"|to\s+read\s*(?=[:\ue000-\uf8ff])|to|into|with|so\s+(?:that\s+)?it\s+(?:says|reads)|(?<!date\s)(?<!deadline\s)(?<!priority\s)(?<!time\s)for)\s+"
    r"(?P<title>.+)",
    r"\bturn\s+(?P<target>.+?)\s+into\s+(?P<title>.+)",
    r"^(?P<target>[^:]+?)\s+(?:[-=]>|\u2192)\s+(?P<title>.+)",
    r"\b(?:change|update|edit|rename|retitle|reword|modify|fix|correct)\s+(?P<target>[^:]+?)\s*:\s*(?P<title>.+)",
    r"\b(?:title|name|text)\s+(?:of|for)\s+(?P<target>.+?)\s+(?:should|must|has\s+to"
    r"|is\s+to)\s+(?:be|read|say)\s+(?P<title>.+)",
    r"(?P<target>.+?)\s+should\s+(?:say|read|be\s+called|be\s+named|be\s+titled)\s+(?P<title>.+)",
    r"\b(?:call|name|title|rename|retitle)\s+(?P<target>it|that\s+one|this\s+one|that|this"
    r"|the\s+(?:first|second|third|last)(?:\s+(?:one|task))?|"
    r"(?:task|number)\s+\d+|#\s?\d+)\s+(?P<title>(?!(?:one|task|item|to-?do|entry|please)\W*(?:please\W*)?$).+)",
    rf"^(?P<target>.+?)\s+should\s+be\s+(?P<title>(?:{'|'.join(sorted(ERRAND_VERBS))})\s.+)",
    r"\b(?:call|name)\s+(?P<target>(?:the|my|task|number)\b.+?)\s+(?P<title>\S+)\s+instead\b",
    r"\b(?:make|set)\s+(?P<target>it|that|this)\s+(?:say|read)\s+(?P<title>.+)",
)
_MOVES = _any(
    rf"\b(?:put|make|set|use)\s+(?:.+?\s+)??(?:as\s+)?(?:the|its)\s+{_DATE_WORD}\s+(?:of|for"
    rf"|on)\s+(?P<target>.+)",
    rf"(?P<target>.+?)\s+needs?\s+an?\s+{_DATE_WORD}\b.*",
    rf"\b(?:set|change|update|move|make|put|add|give)\s+(?:the\s+|a\s+)?{_DATE_WORD}\s+(?:of|for"
    rf"|to|on)\s+(?P<target>.+)",
    rf"\b{_DATE_WORD}\s+(?:of|for|on)\s+(?P<target>[^:]+?)\s*(?::|=|\bis\b|\bshould\s+be\b).*",
    rf"\bgive\s+(?P<target>.+?)\s+(?:an?|the)\s+{_DATE_WORD}\b.*",
    r"\b(?:reschedule|move|postpone|push|delay|shift|bump|bring\s+forward|put\s+off|defer|snooze"
    r"|schedule)\b\s*"
    r"(?:back\s+|off\s+|forward\s+)?(?P<target>.*)",
    r"(?P<target>.*?)\b(?:was|is|are|got|has\s+been|have\s+been|'s\s+been"
    r"|were)\s+(?:re-?scheduled|moved|pushed|postponed|changed|shifted|delayed|put\s+(?:back|off|forward)|brought\s+forward)\b.*",
    r"\b(?:make|set|change|update|edit|switch|get|have|put|give)\s+(?P<target>.+)",
    r"\b(?:can|could|should|let|would)\s+(?:the|my)\s+(?P<target>.+?)\s+be\b.*",
    rf"(?P<target>.*?)(?:'s)?\s*\b(?:{_DATE_WORD})\s*(?::|=|\b(?:is|should\s+be|to)\b).*",
    r"(?P<target>.*?)\s*(?:\b(?:is|are|'s|should\s+be|needs\s+to\s+be(?:\s+done)?"
    r"|has\s+to\s+be(?:\s+done)?)\s+)(?:now\s+|actually\s+)*"
    r"due\b.*",
    r"(?P<target>.*?)\b(?:re-?scheduled|moved|pushed|postponed|shifted"
    r"|delayed|put|brought)\s+(?:back\s+|off\s+|forward\s+)?(?:to|until|till)\b.*",
    r"^\s*do\s+(?P<target>(?:the|my)\s.+)",
    r"\b(?:bring|put)\s+(?P<target>.+?)\s+(?:forward|off)\b.*",
    r"(?P<target>.+?)\s+should\s+be\b.*",
    r"(?P<target>.+?)\s+(?:is|are)\s+(?:now|actually)\b.*",
    r"^(?P<target>[^:]+?)\s*:\s*due\b.*",
    r"^\s*due\b(?P<target>)",
    r"\b(?:i|we)(?:'ll|\s+will|'m\s+going\s+to|\s+am\s+going\s+to)\s+(?:do|get|finish"
    r"|handle)\s+(?P<target>.+)",
)
_OPENS = re.compile(
    r"\b(?:change|edit|update|modify|rename|reschedule|reword|correct|alter"
    r"|postpone)\b(?P<target>.*)",
    re.I,
)
_OF_DATE = re.compile(
    rf"^\s*(?:the\s+)?{_DATE_WORD}\s+(?:of|for|on)\s+|(?:'s)?\s+{_DATE_WORD}\s*$", re.IGNORECASE
)
_TAIL = re.compile(
    r"\b(?:to|until|till|for|by|on|due|at|from|back|instead|actually|date|please)\s*$", re.I
)


# A priority and nothing else, as an answer or after a task was spoken of.
LEVEL_ALONE = re.compile(
    r"^\W*(?:(?:make|set)\s+(?:it|that)\s+)?(?:(?:at|with|as|it's"
    r"|its)\s+)?(?:an?\s+)?(?:prio(?:rity)?[\s:]+)?"
    r"(?P<level>high|low|medium|top|urgent|normal|important)(?:[\s-]+(?:priority|prio))?"
    r"(?:\s+(?:is|will|would)(?:\s+be)?\s+(?:do|fine|enough|better|ok(?:ay)?|good|plenty))?"
    r"(?:\s+(?:please|too|as\s+well|actually|then|instead|tho(?:ugh)?|after\s+all))*\W*$",
    re.IGNORECASE,
)


def changes_due(text: str, due: LocalDue, now: datetime) -> Changes:
    """The change to a due date that `text` told; where it told only a time, the day is kept."""
    told = [span.told for span in find_spans(text, now)]
    # "At nine in the morning" tells no day, "this evening at nine" does.
    is_of_day = any(one.day or one.part for one in told) and not (
        _PART_OF_DAY.search(text) and not any(one.day for one in told)
    )
    if due.at is None or is_of_day:
        return Changes(due=due, keeps_month=_DAY_OF_MONTH.search(text) is not None)
    is_open = any(one.is_open_hour for one in told) and not _PART_OF_DAY.search(text)
    # On another day than today "10" is not too late for the morning.
    early = find_due(text, now.replace(hour=0, minute=0))
    return Changes(due=early.due if early else due, keeps_day=True, is_open_hour=is_open)


_PART_OF_DAY = re.compile(r"\bin\s+the\s+(?:morning|afternoon|evening)\b", re.IGNORECASE)
# "The 25th", of no month.
_DAY_OF_MONTH = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)\b(?!.*\b(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|month)\b)",
    re.IGNORECASE,
)


def read_change(clause: str, message: Message, now: datetime) -> tuple[str, Changes] | None:
    """The words that name a task and what is to be changed about it; None where nothing is.

    A clause that only says *that* something is to be changed gives empty changes.
    """
    for pattern in _CLEARS_DATE:
        found = pattern.search(clause)
        if found is not None:
            return found["target"], Changes(clears_due=True)
    for pattern in _CLEARS_PRIORITY:
        found = pattern.search(clause)
        if found is not None:
            return found["target"], Changes(clears_priority=True)
    return (
        read_shift(clause)
        or _read_priority(clause, now)
        or _read_prioritize(clause)
        or _read_replace(clause, message)
        or _read_rename(clause, message, now)
        or _with_level(_read_move(clause, now), clause)
        or _read_open(clause)
    )


def _read_priority(clause: str, now: datetime) -> tuple[str, Changes] | None:
    due = find_due(clause, now)
    rest = due.rest if due else clause
    for pattern in _SETS_PRIORITY:
        found = pattern.search(rest)
        if found is None or re.search(
            r"\b(?:not|n't)\s+(?:\w+\s+)?$", rest[: found.start("level")]
        ):
            continue
        target = found["target"]
        dated = changes_due(clause, due.due, now) if due else Changes()
        changes = replace(dated, priority=read_level(found["level"]))
        target = re.sub(r"(?:'s)?\s*\bpriority\b", "", target)
        return "it" if target.strip() in {"the", "its"} else target, changes
    return None


def _read_prioritize(clause: str) -> tuple[str, Changes] | None:
    levels: tuple[Priority, ...] = ("high", "low")
    for pattern, level in zip(_PRIORITIZES, levels, strict=True):
        found = pattern.search(clause)
        if found is not None:
            target = re.sub(r"(?:'s)?\s+(?:priority|importance)\W*$", "", found["target"])
            return target, Changes(priority=level)
    return None


_IS_TITLE = re.compile("[\ue000-\uf8ff]")
_NAMES_TASK = re.compile(r"\b(?:task|one|title|name|number|it)\b|\d|[\ue000-\uf8ff]", re.IGNORECASE)


def _read_replace(clause: str, message: Message) -> tuple[str, Changes] | None:
    for pattern in _REPLACES:
        found = pattern.search(clause)
        if found is not None:
            if _IS_TITLE.fullmatch(found["old"]) and not _NAMES_TASK.search(found["target"]):
                continue  # "change “Print thesis” to print two copies of the thesis"
            old, new = (message.reveal(found[part]).strip(" .,") for part in ("old", "new"))
            return found["target"], Changes(title=new, instead_of=old)
    return None


def _read_rename(clause: str, message: Message, now: datetime) -> tuple[str, Changes] | None:
    for pattern in _RENAMES:
        found = pattern.search(clause)
        if found is None:
            continue
        target = _OF_DATE.sub("", found["target"])
        said = re.sub(
            r"[\s,]+(?:please|instead|thanks|too|as\s+well)\s*$", "", found["title"], flags=re.I
        ).strip(" ,.:")
        alone = LEVEL_ALONE.match(said)
        if alone is not None:
            return target, Changes(priority=read_level(alone["level"]))
        said, level = _level_at_end(said)
        hour = find_due(f"at {said}", now) if _HOUR.fullmatch(said) else None
        if hour is not None:
            return target, changes_due(f"at {said}", hour.due, now)
        is_quote = len(said) == 1 and ord(said) >= 0xE000
        due = None if is_quote or _is_within(said, now) else find_due(said, now)
        if due is not None and not re.search(r"[^\W_]|[\ue000-\uf8ff]", _TAIL.sub("", due.rest)):
            return target, changes_due(said, due.due, now)
        title = message.reveal(due.rest if due else said)
        part = _PART.match(found[0]) if not is_quote else None
        old = part["old"] if part and target == part["old"] else ""
        title = title if old else clean_title(title)
        is_name = not is_quote and bool(_NAME.fullmatch(said) and _OF_NAME.match(clause))
        is_reading = not is_quote and bool(_READS.search(clause[: found.start("title")]))
        return target, replace(
            changes_due(said, due.due, now) if due else Changes(),
            title=title,
            maybe_for=old,
            is_name=is_name,
            is_reading=is_reading,
            priority=level,
        )
    return None


def _level_at_end(title: str) -> tuple[str, Priority | None]:
    """The new title without the priority that is told behind it: "rename it to X, low priority"."""
    found = _LEVEL_AT_END.search(title)
    return (title, None) if found is None else (title[: found.start()], read_level(found["level"]))


_LEVEL_AT_END = re.compile(
    r"\s*,\s*(?:with\s+)?(?P<level>high|low|medium|top)[\s-]+prio(?:rity)?\W*$", re.IGNORECASE
)
_READS = re.compile(r"\b(?:says?|reads?)\s*$", re.IGNORECASE)
# "Change the review to 11" names an hour, and no title.
_HOUR = re.compile(r"\d{1,2}(?::\d\d)?(?:\s*[ap]m)?", re.IGNORECASE)
# "Change the hostel to Cusco", but not "change the title to Cusco".
_OF_NAME = re.compile(
    r"\W*(?:(?:please|can\s+you|could\s+you)\s+)*(?:change|switch|swap|correct|fix)\b(?!.*\b(?:title|name|text)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][a-z]+")


def _is_within(title: str, now: datetime) -> bool:
    """Whether a date in a new title belongs to what follows it: "sushi for Friday lunch"."""
    spans = find_spans(title, now)
    return bool(spans) and re.match(r"\s+[a-z]{3,}\W*$", title[spans[-1].end :]) is not None


# "Change milk to oat milk": of a task to buy milk it is the milk that is another one.
_PART = re.compile(
    r"(?:change|replace|swap|correct|fix)\s+(?P<old>(?!(?:the|my|it|that|this|task|number)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:to|with|for|into)\s",
    re.IGNORECASE,
)


def _with_level(change: tuple[str, Changes] | None, clause: str) -> tuple[str, Changes] | None:
    """The change of a date with the priority that is told beside it."""
    rest, level = take_priority(clause)
    if change is None or level is None or not re.search(r"\w", rest):
        return change
    target, _ = take_priority(change[0])
    return target, replace(change[1], priority=level)


# "Move it to 10" names an hour: no task has a place to be moved to.
_TO_HOUR = re.compile(
    r"(?<=\bit\s)to\s+(?=\d{1,2}(?::\d\d)?\W*$)|(?<=\bmake\sit\s)(?=\d{1,2}\W*$)", re.IGNORECASE
)


def _read_move(clause: str, now: datetime) -> tuple[str, Changes] | None:
    clause = _TO_HOUR.sub("at ", clause)
    for pattern in _MOVES:
        if pattern.search(clause) is None:
            continue
        # Of two dates ("from monday to friday") the one after "to" counts.
        late = re.search(r"\bfrom\b.+?\bto\b(?P<to>.+)$", clause, re.IGNORECASE)
        due = find_due(late["to"] if late else clause, now)
        if due is None:
            continue
        rest = find_due(clause, now) if late else due
        found = pattern.search(rest.rest if rest else clause) or pattern.search(clause)
        target = found["target"] if found else ""
        while (cut := _TAIL.sub("", target).strip(" ,.")) != target:
            target = cut
        changes = changes_due(late["to"] if late else clause, due.due, now)
        counted = _MAKE_IT.fullmatch(clause)
        changes = replace(changes, count=counted["count"]) if counted else changes
        return re.sub(r"\bto\b.*$", "", target) if late else target, changes
    return None


_MAKE_IT = re.compile(
    r"\W*(?:make|change)\s+(?:it|that)\s+(?:(?:to|at)\s+)?(?P<count>\d{1,3})\W*", re.IGNORECASE
)


def _read_open(clause: str) -> tuple[str, Changes] | None:
    found = _OPENS.search(clause)
    return None if found is None else (found["target"], Changes())
