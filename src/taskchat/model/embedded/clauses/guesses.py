"""Clauses without a cue word: a bare order, something told as done, or words that may be a task."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import (
    build_add,
    read_errands,
    read_level,
    take_priority,
)
from taskchat.model.embedded.clauses.asides import is_statement
from taskchat.model.embedded.clauses.changing import LEVEL_ALONE, changes_due
from taskchat.model.embedded.clauses.looking import is_about_list, read_look
from taskchat.model.embedded.clauses.mood import is_by_others
from taskchat.model.embedded.clauses.notes import NOTE_WORD
from taskchat.model.embedded.clauses.reports import read_report
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import content_stems, is_past, tells_past, tokens
from taskchat.model.embedded.requests import Act, Changes, Offer, Same, Talk, Target

if TYPE_CHECKING:
    from taskchat.dates.sentences import FoundDue
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request


def read_rest(text: str, heard: Heard) -> list[Request]:
    """Clauses without a cue: a question about the list, a bare order, a thing done, or a guess."""
    level = LEVEL_ALONE.match(text)
    if level is not None:
        changes = Changes(priority=read_level(level["level"]))
        return [Act("update", read_target("it", [], heard.background), changes)]
    on_list = _ON_LIST.fullmatch(text)
    if on_list is not None:
        return [_listed(on_list, heard)]
    due = find_due(text, heard.now)
    if due is not None and _ITS_DAY.match(text) and _DUE_ALONE.fullmatch(due.rest):
        it = read_target("it", [], heard.background)
        return [Act("update", it, changes_due(text, due.due, heard.now))]
    pointed = read_target(text, heard.message.quoted(text))
    if due is not None and _DUE_ALONE.fullmatch(due.rest or "on"):
        # "On the 15th" is a day, and not the fifteenth of a list.
        return [_read_dated(text, heard, due)]
    if (pointed.numbers or pointed.ordinals) and not pointed.words:
        return [Same(pointed)]
    if is_about_list(text) and not tells_past(text):
        return [read_look(text, heard.message, heard.now)]
    done = read_report(text, heard)
    if done is not None:
        return [done]
    errands = read_errands(text, heard.message, heard.now)
    if errands:
        return list(errands)
    if due is not None:
        return [_read_dated(text, heard, due)]
    return [_read_level(text, heard) or _guess(text, heard)]


def _read_level(text: str, heard: Heard) -> Request | None:
    rest, priority = take_priority(text)
    if priority is None:
        return None
    # "Report high prio": of a task that is there, else an offer.
    target = read_target(heard.message.reveal(rest), heard.message.quoted(rest), heard.background)
    return Act("update", target, Changes(priority=priority), otherwise=_guess(rest, heard))


def _read_dated(text: str, heard: Heard, due: FoundDue) -> Request:
    quoted = heard.message.quoted(due.rest)
    if len(quoted) == 1 and _QUOTE_ALONE.fullmatch(due.rest):
        # "“Lunch with Omar” on Thursday" is about no other task.
        add = build_add(text, heard.message, heard.now, heard=text)
        changes = changes_due(text, due.due, heard.now)
        return Act("update", Target(words=quoted[0]), changes, otherwise=add, is_stated=True)
    if not content_stems(due.rest) or _DUE_ALONE.fullmatch(due.rest):
        pointed = read_target(due.rest, [])
        many = pointed.is_plural or pointed.is_all
        it = Target(is_plural=True) if many else read_target("it", [], heard.background)
        return Act("update", it, changes_due(text, due.due, heard.now))
    add = build_add(text, heard.message, heard.now, heard=text)
    if is_statement(due.rest) and not _TOLD_OF_TASK.search(due.rest):
        return _guess(text, heard)
    if is_by_others(due.rest) or re.search(r"\b(?:me|you|us)\b", due.rest, re.IGNORECASE):
        return _guess(text, heard)
    if _reads_as_statement(due.rest):
        if not _TOLD_OF_TASK.search(due.rest):
            return _guess(text, heard)
        target = read_target(
            heard.message.reveal(due.rest), heard.message.quoted(text), heard.background
        )
        return Act(
            "update", target, changes_due(text, due.due, heard.now), otherwise=_guess(text, heard)
        )
    words = tokens(due.rest)
    if due.due.day <= heard.now.date() and any(is_past(word) for word in words[1:]):
        # "The sashes came today" tells of what is over.
        return _guess(text, heard)
    if add is None or len(words) > _MAX_NAMED or _LIKE_A_SENTENCE.search(due.rest):
        return _guess(text, heard)
    return replace(add, is_bare=True)


_QUOTE_ALONE = re.compile(r"\W*(?:(?:and|then|also|next)\W+)*[\ue000-\uf8ff]\W*", re.IGNORECASE)
# "Eggs on the list please": no word but where it is to go.
_ON_LIST = re.compile(
    r"(?P<title>(?!.*\b(?:what\w*|what's|which|who|how|anything|everything|show|see)\b)(?!(?:all|every\w*|any\w*|some\w*|no\w*|things?|tasks?|what\w*|which|show|list|read|see|tell|give|stuff|i|we|you|is|are|the\s+\w+)\b)\S.*?)\s+"
    r"(?:on|onto)\s+(?:the|my)\s+(?:[\w-]+\s+)?list(?P<please>\s+(?:please|pls|plz))?\W*",
    re.IGNORECASE,
)


def _listed(found: re.Match[str], heard: Heard) -> Request:
    add = build_add(found["title"], heard.message, heard.now, heard=found["title"])
    if add is not None and (is_statement(found["title"]) or not found["please"]):
        return Offer(add)
    return add or Talk("what_to_add")


_ITS_DAY = re.compile(r"\W*(?:it|it's|its|that's|due)\b", re.IGNORECASE)
# What is left of "and a due date of tomorrow".
_DUE_ALONE = re.compile(
    r"\W*(?:(?:and|with|give|set|put|its|it|it's|that's|should|be|a|the|new|due|date|deadline|time|of|on|for|by|is|to|at|as|also|fine|works|better|good|ok(?:ay)?|perfect|would|will|do|suits|me|say|let's|rather|please|then|instead|too|until|till|no|wait|actually|latest|ideally|preferably|sharp|hopefully|definitely|probably|if|possible)\b\W*)+",
    re.IGNORECASE,
)
# "Lunch with Bea tomorrow" names something new. More words are more often a story.
_MAX_NAMED = 6
# "The boss wants the report by friday", "sharp: the meeting": no name of a task.
_LIKE_A_SENTENCE = re.compile(
    r"^[^:]+:|[\ue000-\uf8ff].*\w|\w.*[\ue000-\uf8ff]"
    r"|\s(?:starts|ends|begins|closes|opens|leaves|arrives|finishes|expires)\W*$"
    r"|^\W*(?:the|my|our|his|her|their)\s+.*\b(?:starts?|ends?|begins?|wants?|says?|comes?|goes"
    r"|closes|opens|leaves|arrives)\b",
    re.IGNORECASE,
)


# "The rent is on friday", but not "I'm so tired today".
_TOLD_OF_TASK = re.compile(
    r"^(?!\W*(?:i|you|we|it)\b).*\b(?:is|are|was|were|needs?|must|should|starts?|begins?|ha(?:s|ve)\s+to|to\s+be|can\s+wait)\b",
    re.IGNORECASE,
)


def _reads_as_statement(text: str) -> bool:
    return bool(
        re.search(
            r"^\W*not\b|\b(?:is|are|was|were|i'm|i|we|they|he|she|you|it's|be|needs?|hate|love"
            r"|play|turn"
            r"|show)\b",
            text,
            re.I,
        )
    )


def _guess(text: str, heard: Heard) -> Offer | Talk:
    add = build_add(text, heard.message, heard.now, heard=text)
    words = tokens(text)
    if NOTE_WORD.search(text):
        return Talk("repeat_please")  # such words are meant for a task that is there
    if add is None or not 1 <= len(words) <= 8 or _reads_as_statement(text) or is_by_others(text):
        return Talk("repeat_please") if words else Talk("nothing")
    return Offer(add)
