"""What one clause asks for: cue words anywhere say which act, the rest says about what.

The order in `read_order` is the whole grammar: a wish that opens the clause wins over a cue further
in, so "remind me to cancel the gym" is a new task and "cancel my reminder to buy eggs" is not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.adding import build_add, read_add, read_errand, read_needed
from taskchat.model.embedded.changing import changes_due, read_change
from taskchat.model.embedded.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    DELETE_CUE,
    DONE_ONES,
    LET_BE,
    LOOK_START,
    NEED_LIST,
    NOT_DONE,
    NOT_NEEDED,
    QUESTION,
    REOPEN_CUE,
    RESTORE_CUE,
    SETS_FIELD,
    UNDO_CUE,
    UPDATE_CUE,
    WEAK_DELETE,
)
from taskchat.model.embedded.framing import read_frame
from taskchat.model.embedded.guesses import read_rest
from taskchat.model.embedded.looking import is_about_list, read_look
from taskchat.model.embedded.pointing import read_target
from taskchat.model.embedded.requests import Act, Add, Changes, Look, Offer, Talk, Undo
from taskchat.model.embedded.words import content_stems, stem, tokens, word_set

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses import Heard
    from taskchat.model.embedded.requests import Request, Verb


def read_question(text: str, heard: Heard) -> list[Request]:
    """What a question asks for: something about the list, seldom a change, else nothing here."""
    if LET_BE.match(text):
        change = read_change(text, heard.message, heard.now)
        if change is not None and not change[1].are_none:
            return [_update(change, heard)]
    if is_about_list(text):
        return [read_look(text, heard.message, heard.now)]
    if re.match(r"\s*(?:should|shall)\s+(?:i|we)\b", text, re.I) and DELETE_CUE.search(text):
        return [
            Look(target=read_target(DELETE_CUE.sub(" ", text), []), status="all", asks_one=True)
        ]
    return [Talk("off_topic")]


def read_order(text: str, heard: Heard) -> list[Request]:
    """What a clause that is no question asks for."""
    if _STILL_WANTED.search(text):
        return [Act("restore", read_target("it", []))]
    text = _WANTS_DONE.sub("", text)
    wish = NEED_LIST.sub("", text)
    if (LOOK_START.match(wish) or _is_list_wish(text)) and is_about_list(wish):
        return [read_look(wish, heard.message, heard.now)]
    if SETS_FIELD.search(text):
        return _read_update(text, heard)
    if _NOTE_ALONE.match(text):
        return [
            replace(one, otherwise=_note_as_task(text, heard))
            for one in _read_update(text, heard)
            if isinstance(one, Act)
        ]
    is_framed = read_frame(text) is not None
    if is_framed or ADD_CUE.search(text):
        adds = read_add(text, heard.message, heard.now)
        if adds is not None and (is_framed or _comes_first(text)):
            return adds or [_background(text, heard)]
    needed = None if NEED_LIST.search(text) else _read_need(text, heard)
    if needed is not None:
        return [needed]
    text = wish
    return (
        _read_back(text, heard)
        or _read_update(text, heard)
        or _read_done(text, heard)
        or _read_delete(text, heard)
        or read_rest(text, heard)
    )


# Said of what was just deleted.
_STILL_WANTED = re.compile(
    r"^\W*(?:i|we)\s+(?:(?:do|still|actually)\s+)+(?:need|want)\s+(?:it|that|them|those|that\s+one)(?:\s+after\s+all)?\W*$",
    re.IGNORECASE,
)
# "I want the report to be high priority" is an order about the report.
_WANTS_DONE = re.compile(
    r"^\s*(?:i|we)(?:'d\s+like|\s+(?:want|need|would\s+like))\s+(?=(?:the|my|that|this|it|task|number|#)\b.*"
    r"\b(?:to\s+be|moved|deleted|removed|marked|renamed|changed|rescheduled|cancelled|gone|done|finished|completed)\b)",
    re.IGNORECASE,
)
# A note for the task last spoken of, where there is one.
_NOTE_ALONE = re.compile(
    r"^\W*(?:add|put|attach|write|with)\s+(?:a|the|this)\s+(?:note|description|comment)(?:\s+to\s+(?:it|that|this))?"
    r"\s*(?:[:,]|saying\b|that\s+says\b)",
    re.IGNORECASE,
)


def _note_as_task(text: str, heard: Heard) -> Add | Talk:
    add = build_add(_NOTE_ALONE.sub("", text), heard.message, heard.now, heard=text)
    return add or Talk("what_to_add")


def _read_need(text: str, heard: Heard) -> Add | Act | Offer | None:
    """A need that was told, which may also be about a task that exists."""
    add = read_needed(text, heard.message, heard.now)
    if add is None:
        return None
    is_bare = bool(add.due or add.priority) and not re.search(
        r"\b(?:remember|forget)\b", text, re.I
    )
    add = replace(add, is_hint=True, is_bare=is_bare)
    target = read_target(
        re.sub(r"^(?:do|finish|complete|get|handle)\s+", "", add.title, flags=re.I), []
    )
    # A plan is no wish to be reminded of it, so it is asked about.
    meant = Offer(add) if _PLANS.match(text) else add
    deleted = _STRONG_DELETE.match(add.title)
    if deleted is not None:
        # "I should delete the rent": an act where there is such a task, else an errand.
        rest = heard.message.reveal(add.title[deleted.end() :])
        return Act("delete", read_target(rest, []), otherwise=meant)
    if _STILL_NEEDED.search(text):
        return Act("reopen", target, otherwise=meant)
    if add.due and _WILL_DO.match(text):
        return Act("update", target, Changes(due=add.due), otherwise=meant)
    return meant


_STILL_NEEDED = re.compile(r"\bstill\s+(?:need|have|got)\b", re.IGNORECASE)
_WILL_DO = re.compile(r"\W*(?:i|we)(?:'ll|\s+will|'m\s+going|\s+am\s+going)\b", re.IGNORECASE)
_PLANS = re.compile(
    r"\W*(?:i|we)(?:'ll|'m|'re|\s+am|\s+are)?\s+(?:(?:will|going|gonna|plan(?:ning)?|intend|also|just|still)\s+)*"
    r"(?:(?:will|going|plan|planning|intend)\b)|\W*(?:i|we)'ll\b",
    re.IGNORECASE,
)
_STRONG_DELETE = re.compile(r"(?:delete|remove|erase|get\s+rid\s+of)\b", re.IGNORECASE)


def _comes_first(text: str) -> bool:
    """Whether the cue for a new task stands before any other cue."""
    added = ADD_CUE.search(text)
    others = [cue.search(text) for cue in (DELETE_CUE, COMPLETE_CUE, REOPEN_CUE, UPDATE_CUE)]
    starts = [found.start() for found in others if found]
    if added is None:
        return False
    is_trailing = bool(
        re.search(r"[,.;-]\s*(?:\w+\s+){0,3}(?:it|that)\b", text[added.start() - 2 :])
    )
    return is_trailing or all(added.start() <= start for start in starts)


def _is_list_wish(text: str) -> bool:
    return bool(
        re.search(
            r"\bremind\s+me\s+(?:of\s+|about\s+|again\s+)?(?:what|which|the\s+tasks|all"
            r"|my\s+(?:tasks|list|to))",
            text,
            re.I,
        )
    )


def _background(text: str, heard: Heard) -> Request:
    """The task that "remind me" means, where it stands in the sentences before."""
    told = _FORGETTING.sub("", heard.background)
    before = read_needed(told, heard.message, heard.now)
    if before is None and told and not QUESTION.match(told):
        before = build_add(told, heard.message, heard.now)
    if before is not None:
        return before
    due = find_due(text, heard.now)
    if due is None:
        return Talk("what_to_add")
    # "Remind me tomorrow": of the task last spoken of, where there is one.
    changes = changes_due(text, due.due, heard.now)
    return Act("update", read_target("it", []), changes, otherwise=Talk("what_to_add"))


_FORGETTING = re.compile(
    r"^\W*(?:(?:oh|so|and|ugh)\W+)?(?:i|we)\s+(?:(?:always|just|almost|totally|completely|have|had)\s+)*"
    r"(?:keep\s+forgetting|forget|forgot|forgotten|keep\s+meaning|meant)\s+(?:to|about)\s+",
    re.IGNORECASE,
)


def _read_back(text: str, heard: Heard) -> list[Request]:
    if UNDO_CUE.search(text):
        return [Undo()]
    restored = RESTORE_CUE.search(text)
    if restored is not None:
        return [_act("restore", _around(text, restored), heard)]
    reopened = REOPEN_CUE.search(text)
    if reopened is not None:
        return [_act("reopen", _around(text, reopened), heard)]
    if _NOT_YET.match(text):
        it = read_target("it", [], heard.background)
        return [Act("reopen", it, otherwise=Talk("left_alone"))]
    denied = NOT_DONE.search(text)
    if denied is not None and not NOT_NEEDED.search(text):
        target = read_target(
            heard.message.reveal(_around(text, denied)),
            heard.message.quoted(text),
            heard.background,
        )
        return [Act("reopen", target, otherwise=Talk("left_alone"))]
    return []


# Said alone, after a task was told as done.
_NOT_YET = re.compile(
    r"\W*(?:(?:no|nope|nah)\b\W*)?(?:(?:it|that)(?:'s|\s+is)?\s+)?(?:actually\s+)?not\s+(?:really\s+|quite\s+)?(?:yet|done|finished)"
    r"(?:\s+(?:yet|actually|though|after\s+all))*\W*$",
    re.IGNORECASE,
)


def _read_update(text: str, heard: Heard) -> list[Request]:
    shared = _share_verb(text, heard)
    if shared:
        return [one for part in shared for one in _read_update(part, heard)]
    change = read_change(text, heard.message, heard.now) if UPDATE_CUE.search(text) else None
    if change is None:
        return []
    act = _update(change, heard)
    is_plain = (
        act.target.numbers or act.target.ordinals or act.target.is_pronoun or not act.target.words
    )
    if is_plain or is_about_list(text) or _SAYS_CHANGE.search(text):
        return [act]
    # "Fix the sink tomorrow" is a new task, unless there is one for the sink.
    meant = read_errand(text, heard.message, heard.now) or build_add(
        text, heard.message, heard.now, heard=text
    )
    if meant is None or (not act.changes.are_none and act.changes.title):
        return [act]
    if meant.due and _MOVED_TO.search(meant.heard) and not act.changes.are_none:
        return [act]
    is_order = tokens(text)[:1] and stem(tokens(text)[0]) in _ORDER_STEMS
    return [replace(act, otherwise=meant if is_order and meant.due else Offer(meant))]


def _share_verb(text: str, heard: Heard) -> list[str]:
    """Two wishes with one verb, each in full: "move the rent to friday and the report to monday"."""
    verb = _DATE_VERB.match(text)
    parts = re.split(r"(?:\s*,)?\s+and\s+|\s*,\s*", text)
    if verb is None or len(parts) < 2:
        return []
    full = [parts[0], *(f"{verb[0]}{part}" for part in parts[1:])]
    read = [read_change(part, heard.message, heard.now) for part in full]
    names = [content_stems(one[0]) for one in read if one and one[1].due]
    return full if len(names) == len(full) and all(names) else []


_DATE_VERB = re.compile(
    r"\s*(?:move|push|shift|bump|reschedule|postpone|delay|set|make|change|schedule)\s+",
    re.IGNORECASE,
)
_SAYS_CHANGE = re.compile(
    r"\b(?:reschedule|postpone|(?:that|the|this|existing)\s+(?:existing\s+)?task|priority|deadline|due|rename|prioriti[sz]e|snooze)\b"
    r"|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
# "Move the yoga class to friday" is no errand, though there is no such task.
_MOVED_TO = re.compile(
    r"^\s*(?:move|push|shift|bump|put\s+off|delay|postpone|reschedule)\b.*\b(?:to|until|till|by)\b",
    re.I | re.S,
)
_ORDER_STEMS = {
    stem(word)
    for word in word_set(
        "make change fix move push set update give turn edit correct replace switch put schedule"
    )
}


def _update(change: tuple[str, Changes], heard: Heard) -> Act:
    words, changes = change
    target = read_target(heard.message.reveal(words), heard.message.quoted(words), heard.background)
    return Act("update", target, changes)


def _read_done(text: str, heard: Heard) -> list[Request]:
    found = COMPLETE_CUE.search(text)
    deleted = DELETE_CUE.search(text)
    if DONE_ONES.match(text) and not _SAID_DONE.match(text):
        return [Look(status="completed")]
    if found is None or (deleted is not None and deleted.start() < found.start()):
        return []
    due = find_due(text, heard.now)
    if due is not None and _TO_BE_DONE.search(text):
        # "The report has to be done by thursday" tells when it is due.
        change = _TO_BE_DONE.sub(" ", due.rest), changes_due(text, due.due, heard.now)
        return [replace(_update(change, heard), otherwise=_offer(text, heard))]
    rest = _SET_TO.sub(r"\g<target>", COMPLETE_CUE.sub(" ", text))
    return [_act("complete", rest, heard)]


_TO_BE_DONE = re.compile(
    r"\b(?:needs?|has|have|ought|must|should|got|is|are)\s+(?:to\s+)?be\s+(?:done|finished|completed?|ready|sorted)\b"
    r"|\bneeds?\s+(?:doing|finishing)\b",
    re.IGNORECASE,
)


def _offer(text: str, heard: Heard) -> Offer | Talk:
    add = build_add(text, heard.message, heard.now, heard=text)
    return Offer(add) if add else Talk("repeat_please")


# What is left of "set the rent to done".
_SET_TO = re.compile(
    r"^\s*(?:set|put|move|change|switch|turn|make|get|have)\s+(?P<target>.+?)\s*(?:\b(?:to|as|into)\b\s*)?$",
    re.IGNORECASE,
)


_SAID_DONE = re.compile(r"\W*(?:all\s+)?(?:done|finished|completed)\W*$", re.IGNORECASE)


def _read_delete(text: str, heard: Heard) -> list[Request]:
    found = DELETE_CUE.search(text)
    if found is None:
        return []
    rest = DELETE_CUE.sub(" ", text)
    pointed = read_target(rest, [])
    due = None if pointed.ordinals and not pointed.words else find_due(rest, heard.now)
    act = _act("delete", due.rest if due else rest, heard)
    if not WEAK_DELETE.match(found[0]) or is_about_list(text):
        return [act]
    meant = read_errand(text, heard.message, heard.now) or build_add(text, heard.message, heard.now)
    return [Act("delete", act.target, otherwise=Offer(meant) if meant else Talk("repeat_please"))]


def _act(verb: Verb, rest: str, heard: Heard) -> Act:
    target = read_target(heard.message.reveal(rest), heard.message.quoted(rest), heard.background)
    return Act(verb, target)


def _around(text: str, found: re.Match[str]) -> str:
    named = [words for words in found.groupdict().values() if words]
    if named:
        return named[0]
    return f"{text[: found.start()]} {text[found.end() :]}"
