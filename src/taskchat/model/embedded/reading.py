"""What a message asks for: cue words anywhere in a clause say which act, the rest says about what.

The order below is the whole grammar: a wish that opens the clause wins over a cue further in, so
that "remind me to cancel the gym" is a new task and "cancel my reminder to buy eggs" is not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.adding import build_add, read_add, read_errand, read_needed
from taskchat.model.embedded.changing import read_change
from taskchat.model.embedded.clauses import Clause, Message, cut
from taskchat.model.embedded.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    CORRECTS,
    DELETE_CUE,
    DONE_ONES,
    LET_BE,
    LOOK_START,
    NEED_LIST,
    NOT_DONE,
    NOT_NEEDED,
    PREAMBLE,
    QUESTION,
    REOPEN_CUE,
    RESTORE_CUE,
    SETS_FIELD,
    UNDO_CUE,
    UPDATE_CUE,
    WEAK_DELETE,
    correct_cues,
)
from taskchat.model.embedded.dates import find_due
from taskchat.model.embedded.looking import is_about_list, read_look
from taskchat.model.embedded.pointing import read_target
from taskchat.model.embedded.requests import (
    Act,
    Add,
    Changes,
    Correct,
    Look,
    Offer,
    Request,
    Same,
    Tail,
    Talk,
    Undo,
    Verb,
)
from taskchat.model.embedded.talk import read_talk
from taskchat.model.embedded.words import content_stems, is_errand_stem, stem, tokens

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.model.embedded.dates import FoundDue

MAX_READ_CHARS = 700
# More wishes at once are no list of wishes any more.
MAX_REQUESTS = 20


def read_message(text: str, now: datetime) -> list[Request]:
    """What the message asks for, in order; talk only where it asks for nothing else.

    Longer messages than `MAX_READ_CHARS` are not read: a letter that happens to hold "delete" is
    no order to delete.
    """
    if len(text) > MAX_READ_CHARS:
        return [Talk("too_long")]
    message = cut(text)
    requests: list[Request] = []
    background = ""
    for clause in message.clauses:
        found = _read_clause(clause, message, now, background)
        if clause.joined_by and requests:
            found = _join_tail(requests, found, clause, message, now)
        requests += found
        background = f"{background} {message.reveal(clause.text)}".strip()
    if len(requests) > MAX_REQUESTS:
        return [Talk("too_long")]
    return _weigh(requests) or [Talk("nothing")]


def _join_tail(
    requests: list[Request], found: list[Request], clause: Clause, message: Message, now: datetime
) -> list[Request]:
    """Keep "add review and delete old photos" open: two wishes only if such a task is there."""
    last, act = requests[-1], found[0] if len(found) == 1 else None
    if not isinstance(last, Add) or not isinstance(act, Act | Add) or is_about_list(clause.text):
        return found
    if isinstance(act, Act) and not act.target.words:
        return found
    whole = build_add(
        f"{last.heard}{clause.joined_by}{clause.text}", message, now, heard=last.heard
    )
    if whole is None or isinstance(act, Add):
        return found
    requests.pop()
    whole = replace(whole, priority=last.priority, note=last.note, asks_reminder=last.asks_reminder)
    return [Tail(last, act, whole)]


def _weigh(requests: list[Request]) -> list[Request]:
    """Drop what only leads up to the real request: small talk, and "I need to …" said before it."""
    real: list[Request] = [one for one in requests if not isinstance(one, Talk | Offer)]
    if any(isinstance(one, Act) and one.otherwise is None for one in real):
        real = [one for one in real if not (isinstance(one, Add) and one.is_hint)]
    if any(isinstance(one, Add) and not one.is_hint for one in real):
        real = [
            one
            for one in real
            if not (isinstance(one, Add) and one.is_hint and is_about_list(one.title))
        ]
    if not real:
        offers: list[Request] = [one for one in requests if isinstance(one, Offer)]
        return (offers or requests)[-1:]
    plain: list[Request] = [
        one for one in real if not (isinstance(one, Act) and one.otherwise is not None)
    ]
    # "I paid the rent, and please add eggs" tells two things; "Amy is called, delete it" one.
    return real if not plain or all(isinstance(one, Add) for one in plain) else plain


def _read_clause(clause: Clause, message: Message, now: datetime, background: str) -> list[Request]:
    text = correct_cues(PREAMBLE.sub("", clause.text))
    talk = read_talk(text) or read_talk(clause.text)
    if talk is not None:
        return [Talk(talk)]
    asks = bool(QUESTION.match(text))
    reader = _read_question if asks else _read_order
    found = reader(text, message, now, background)
    if len(found) == 1 and isinstance(found[0], Same) and _TAKES_BACK.match(clause.text):
        return [Correct(found[0].target)]
    if _FAVOUR.match(clause.text) and not ADD_CUE.search(text):
        # "Can you send Bob an email" asks for what only a person can do.
        return [Offer(one) if isinstance(one, Add) else one for one in found]
    return found


_TAKES_BACK = re.compile(r"\W*(?:no|actually|sorry|wait|i\s+mean|oops)\b", re.IGNORECASE)
_FAVOUR = re.compile(r"\W*(?:please\s+)?(?:can|could|would|will)\s+(?:you|u)\b", re.IGNORECASE)


def _read_question(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    if LET_BE.match(text):
        change = read_change(text, message, now)
        if change is not None and not change[1].are_none:
            return [_update(change, message, background)]
    if is_about_list(text):
        return [read_look(text, message, now)]
    if re.match(r"\s*(?:should|shall)\s+(?:i|we)\b", text, re.I) and DELETE_CUE.search(text):
        return [
            Look(target=read_target(DELETE_CUE.sub(" ", text), []), status="all", asks_one=True)
        ]
    return [Talk("off_topic")]


def _read_order(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    wish = NEED_LIST.sub("", text)
    if (LOOK_START.match(wish) or _is_list_wish(text)) and is_about_list(wish):
        return [read_look(wish, message, now)]
    if SETS_FIELD.search(text):
        return _read_update(text, message, now, background)
    if ADD_CUE.search(text):
        adds = read_add(text, message, now)
        if adds is not None and _comes_first(text):
            return _adds_or_background(adds, message, now, background)
    needed = None if NEED_LIST.search(text) else read_needed(text, message, now)
    if needed is not None and re.search(r"\bstill\s+(?:need|have|got)\b", text, re.IGNORECASE):
        target = read_target(needed.title, [])
        return [Act("reopen", target, otherwise=replace(needed, is_hint=True))]
    if (
        needed is not None
        and needed.due
        and re.match(r"\W*(?:i|we)(?:'ll|\s+will|'m\s+going|\s+am\s+going)\b", text, re.I)
    ):
        target = read_target(needed.title, [])
        return [
            Act("update", target, Changes(due=needed.due), otherwise=replace(needed, is_hint=True))
        ]
    if needed is not None:
        return [replace(needed, is_hint=True)]
    text = wish
    return (
        _read_back(text, message, now, background)
        or _read_update(text, message, now, background)
        or _read_done(text, message, background)
        or _read_delete(text, message, now, background)
        or _read_rest(text, message, now, background)
    )


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
            r"\bremind\s+me\s+(?:of\s+|about\s+|again\s+)?(?:what|which|the\s+tasks|all|my\s+(?:tasks|list|to))",
            text,
            re.I,
        )
    )


def _adds_or_background(
    adds: list[Add], message: Message, now: datetime, background: str
) -> list[Request]:
    if adds:
        return list(adds)
    # "I need to take out the trash. Please remind me": the task stands in the sentence before.
    before = read_needed(background, message, now) or (
        build_add(background, message, now)
        if background and not QUESTION.match(background)
        else None
    )
    return [before] if before is not None else [Talk("what_to_add")]


def _read_back(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    corrected = CORRECTS.search(text)
    if corrected is not None:
        rest = message.reveal(text[corrected.end() :])
        return [Correct(read_target(rest, message.quoted(text)))]
    if UNDO_CUE.search(text):
        return [Undo()]
    restored = RESTORE_CUE.search(text)
    if restored is not None:
        return [_act("restore", _around(text, restored), message, background)]
    reopened = REOPEN_CUE.search(text)
    if reopened is not None:
        return [_act("reopen", _around(text, reopened), message, background)]
    denied = NOT_DONE.search(text)
    if denied is not None and not NOT_NEEDED.search(text):
        target = read_target(
            message.reveal(_around(text, denied)), message.quoted(text), background
        )
        return [Act("reopen", target, otherwise=Talk("left_alone"))]
    return []


def _read_update(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    change = read_change(text, message, now) if UPDATE_CUE.search(text) else None
    if change is None:
        return []
    act = _update(change, message, background)
    is_plain = (
        act.target.numbers or act.target.ordinals or act.target.is_pronoun or not act.target.words
    )
    if is_plain or is_about_list(text) or _SAYS_CHANGE.search(text):
        return [act]
    # "Fix the sink tomorrow" is a new task, unless there is one for the sink.
    meant = read_errand(text, message, now) or build_add(text, message, now, heard=text)
    if meant is None or (not act.changes.are_none and act.changes.title):
        return [act]
    is_order = tokens(text)[:1] and stem(tokens(text)[0]) in _ORDER_STEMS
    return [replace(act, otherwise=meant if is_order and meant.due else Offer(meant))]


_SAYS_CHANGE = re.compile(
    r"\b(?:reschedule|postpone|priority|deadline|due|rename|prioriti[sz]e|snooze)\b|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
_ORDER_STEMS = {
    stem(word)
    for word in (
        "make",
        "change",
        "fix",
        "move",
        "push",
        "set",
        "update",
        "give",
        "turn",
        "edit",
        "correct",
        "replace",
        "switch",
        "put",
    )
}


def _update(change: tuple[str, Changes], message: Message, background: str) -> Act:
    words, changes = change
    target = read_target(message.reveal(words), message.quoted(words), background)
    return Act("update", target, changes)


def _read_done(text: str, message: Message, background: str) -> list[Request]:
    found = COMPLETE_CUE.search(text)
    deleted = DELETE_CUE.search(text)
    if DONE_ONES.match(text) and not _SAID_DONE.match(text):
        return [Look(status="completed")]
    if found is None or (deleted is not None and deleted.start() < found.start()):
        return []
    rest = COMPLETE_CUE.sub(" ", text)
    return [_act("complete", rest, message, background)]


_SAID_DONE = re.compile(r"\W*(?:all\s+)?(?:done|finished|completed)\W*$", re.IGNORECASE)


def _read_delete(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    found = DELETE_CUE.search(text)
    if found is None:
        return []
    rest = DELETE_CUE.sub(" ", text)
    due = find_due(rest, now)
    act = _act("delete", due.rest if due else rest, message, background)
    if not WEAK_DELETE.match(found[0]) or is_about_list(text):
        return [act]
    meant = read_errand(text, message, now) or build_add(text, message, now)
    return [Act("delete", act.target, otherwise=Offer(meant) if meant else Talk("repeat_please"))]


def _read_rest(text: str, message: Message, now: datetime, background: str) -> list[Request]:
    """Clauses without a cue: a question about the list, a bare order, a thing done, or a guess."""
    pointed = read_target(text, message.quoted(text))
    if (pointed.numbers or pointed.ordinals) and not pointed.words:
        return [Same(pointed)]
    if is_about_list(text):
        return [read_look(text, message, now)]
    done = _read_past(text, message, background)
    if done is not None:
        return [done]
    errand = read_errand(text, message, now)
    if errand is not None:
        return [errand]
    due = find_due(text, now)
    if due is not None:
        return [_read_dated(text, message, now, due, background)]
    return [_guess(text, message, now)]


def _read_past(text: str, message: Message, background: str) -> Act | None:
    past = [w for w in tokens(text) if is_errand_stem(stem(w)) and _is_past(w)]
    if not past or _TO_BE_DONE.search(text):
        return None
    target = read_target(message.reveal(text), message.quoted(text), background)
    return Act("complete", target, otherwise=Talk("repeat_please"))


def _is_past(word: str) -> bool:
    return word.endswith("ed") or word in {
        "bought", "paid", "sent", "wrote", "got", "took", "made", "went", "met", "fed", "sold", "spoke",
        "brought", "drove", "swept", "hung", "rang", "built", "gave", "ran", "left", "written", "taken",
    }  # fmt: skip


def _read_dated(
    text: str, message: Message, now: datetime, due: FoundDue, background: str
) -> Request:
    if not content_stems(due.rest):
        return Act("update", read_target("it", [], background), Changes(due=due.due))
    add = build_add(text, message, now, heard=text)
    if _reads_as_statement(due.rest):
        if not _TOLD_OF_TASK.search(due.rest):
            return _guess(text, message, now)
        target = read_target(message.reveal(due.rest), message.quoted(text), background)
        return Act("update", target, Changes(due=due.due), otherwise=_guess(text, message, now))
    return _guess(text, message, now) if add is None or len(tokens(due.rest)) > 7 else add


# "The rent is on friday", but not "I'm so tired today".
_TOLD_OF_TASK = re.compile(
    r"^(?!\W*(?:i|you|we|it)\b).*\b(?:is|are|was|were|needs?)\b", re.IGNORECASE
)
_TO_BE_DONE = re.compile(
    r"\b(?:needs?|has|have|ought|going|must|should|to)\s+(?:to\s+)?be\b", re.IGNORECASE
)


def _reads_as_statement(text: str) -> bool:
    return bool(
        re.search(
            r"\b(?:is|are|was|were|i'm|i|we|they|he|she|you|it's|be|needs?|hate|love|play|turn|show)\b",
            text,
            re.I,
        )
    )


def _guess(text: str, message: Message, now: datetime) -> Offer | Talk:
    add = build_add(text, message, now, heard=text)
    words = tokens(text)
    if add is None or not 1 <= len(words) <= 8 or _reads_as_statement(text):
        return Talk("repeat_please") if words else Talk("nothing")
    return Offer(add)


def _act(verb: Verb, rest: str, message: Message, background: str) -> Act:
    target = read_target(message.reveal(rest), message.quoted(rest), background)
    return Act(verb, target)


def _around(text: str, found: re.Match[str]) -> str:
    named = [words for words in found.groupdict().values() if words]
    if named:
        return named[0]
    return f"{text[: found.start()]} {text[found.end() :]}"
