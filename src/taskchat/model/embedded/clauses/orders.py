"""What one clause asks for: cue words anywhere say which act, the rest says about what.

The order in `read_order` is the whole grammar: a wish that opens the clause wins over a cue further
in, so "remind me to cancel the gym" is a new task and "cancel my reminder to buy eggs" is not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.adding import SEPARATELY, build_add, read_add, read_errand
from taskchat.model.embedded.clauses.changing import changes_due, read_change
from taskchat.model.embedded.clauses.guesses import read_rest
from taskchat.model.embedded.clauses.looking import is_about_list, read_look
from taskchat.model.embedded.clauses.needs import read_background, read_needs
from taskchat.model.embedded.clauses.notes import read_note_order
from taskchat.model.embedded.clauses.reports import points_only, without_time
from taskchat.model.embedded.clauses.returning import act_on, read_back
from taskchat.model.embedded.clauses.rewording import put_plainly
from taskchat.model.embedded.clauses.same_task import points
from taskchat.model.embedded.clauses.statements import read_statement
from taskchat.model.embedded.clauses.title_edits import read_title_edit
from taskchat.model.embedded.clauses.told_of import read_told
from taskchat.model.embedded.clauses.updates import read_update, update_act
from taskchat.model.embedded.english.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    DELETE_CUE,
    DONE_ONES,
    LET_BE,
    LOOK_START,
    NEED_LIST,
    REOPEN_CUE,
    SETS_FIELD,
    UPDATE_CUE,
    WEAK_DELETE,
)
from taskchat.model.embedded.english.framing import read_frame
from taskchat.model.embedded.english.pointing import read_target, without_reason
from taskchat.model.embedded.english.words import ERRAND_VERBS, tokens
from taskchat.model.embedded.requests import Act, Add, Look, Offer, Talk, Undo

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Request


def read_question(text: str, heard: Heard) -> list[Request]:
    """What a question asks for: something about the list, seldom a change, else nothing here."""
    if LET_BE.match(text) and (COMPLETE_CUE.search(text) or DELETE_CUE.search(text)):
        # "Can the rent be marked as done?"
        order = LET_BE.sub("", text)
        return _read_done(order, heard) or _read_delete(order, heard)
    edited = read_title_edit(text, heard)
    if edited is not None:
        return [edited]
    if LET_BE.match(text):
        change = read_change(text, heard.message, heard.now)
        if change is not None and not change[1].are_none:
            return [update_act(change, heard)]
    if is_about_list(text):
        return [read_look(text, heard.message, heard.now)]
    if re.match(r"\s*(?:should|shall)\s+(?:i|we)\b", text, re.I) and DELETE_CUE.search(text):
        return [
            Look(target=read_target(DELETE_CUE.sub(" ", text), []), status="all", asks_one=True)
        ]
    if _OF_MINE.search(text) and not _OF_YOU.search(text):
        look = read_look(text, heard.message, heard.now)
        is_it = _IT.search(text) is not None and not look.target.words
        return [replace(look, status="all", asks_one=True, is_guess=True, of_focus=is_it)]
    return [Talk("off_topic")]


# "What was I going to ask the vet?", "is the contract sent?" may be of a task.
_OF_MINE = re.compile(
    r"\bwhat\s+(?:was|is)\s+it\s+(?:again\s+)?(?:that\s+)?i\b|\bwhat\s+(?:was|were)\s+(?:i|we)\s+(?:going|meant|supposed|planning|about)\b"
    r"|\bwhat\s+did\s+i\s+(?:say|want|plan|set|put|note|write|promise)\b|\b(?:which|what)\s+\w+(?:\s+of\s+\w+)?\s+did\s+i\s+(?:write|note|put|set)\b"
    r"|\bwhat\s+(?:time|day|date)\s+(?:am|was|were|did|do)\s+(?:i|we)\b|\bhow\s+(?:long|much(?:\s+time)?)\s+(?:have|do)\s+(?:i|we)\s+(?:got|have|still|left)\b"
    r"|\bwho\s+(?:do|must|should|am|was)\s+(?:i|we)\s+(?:\w+\s+)?(?:to\s+)?(?:call|email|meet|see|write|text|ring|pay|visit|invite|ask|phone)\b"
    r"|\bwhen\s+do(?:es)?\s+(?:it|that|(?:the|my)\s+[\w' -]+?)\s+(?:have|need)\s+to\b|\bis\s+there\s+(?:a|any)\s+(?:date|deadline|note|priority)\s+(?:on|for)\b"
    r"|\bwhat\s+priority\s+(?:does|is|has)\b|\bwhat(?:'s|\s+is)\s+my\s+(?:first|next)\b|\b(?:am\s+i|are\s+we)\s+all\s+done\b"
    r"|\b(?:how\s+are\s+we\s+doing\s+with|what(?:'s|\s+is)\s+going\s+on\s+with|what(?:'s|\s+is)\s+the\s+(?:status|state)\s+of|where\s+are\s+we\s+with)\s"
    r"|^\W*(?:is|are|was|were)\s+(?:the|my)\s+[\w' -]+?\s+(?:sent|bought|ordered|cleaned|written|renewed|returned|due)\b|^\W*(?:should|shall)\s+(?:i|we)\s+still\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|that|that\s+one)\b", re.IGNORECASE)
_OF_YOU = re.compile(
    r"\b(?:you|u|your)\b|^\W*how\s+(?:do|can|would|should)\s+(?:i|we)\b|^\W*(?:can't|cannot|couldn't|what\s+an?|what\s+(?:lovely|nice|great|awful|terrible|beautiful|horrible))\b",
    re.IGNORECASE,
)


def read_order(text: str, heard: Heard) -> list[Request]:
    """What a clause that is no question asks for."""
    if _UNDO_FIRST.match(text):
        return [Undo()]
    if _NO_NEED.match(text):
        return [Talk("left_alone")]
    wanted = _STILL_WANTED.match(text)
    if wanted is not None:
        kept = wanted["kept"] or wanted["left"]
        target = read_target(wanted["what"] or kept, [])
        meant = Talk("left_alone") if kept else _wanted_new(text, heard)
        return [Act("restore", target, otherwise=meant)]
    returned = _BACK_ALONE.match(text)
    if returned is not None:
        target = read_target(returned["what"] or returned["it"] or returned["bare"], [])
        return [Act("restore", target, otherwise=_wanted_new(text, heard), is_stated=True)]
    again = _PUT_BACK.search(text)
    if again is not None:
        act = act_on("restore", again["target"] or again["on"], heard)
        return [replace(act, is_stated=True)]
    edited = read_title_edit(text, heard)
    if edited is not None:
        return [edited]
    told = read_told(text, heard)
    if told is not None:
        return [told]
    noted = read_note_order(text, heard)
    if noted is not None:
        act, is_maybe = noted
        return [replace(act, otherwise=_instead_of(act, text, heard, is_maybe=is_maybe))]
    plain = _read_plain(text, heard)
    return read_statement(text, heard, plain) or plain


# "No need to call mum before friday": not yet, and no date either.
_NO_NEED = re.compile(r"\W*(?:there(?:'s|\s+is)\s+)?no\s+need\s+(?:to|for)\b", re.IGNORECASE)


def _instead_of(act: Act, text: str, heard: Heard, *, is_maybe: bool) -> Add | Offer | Talk | None:
    """What a wish for a note is where the task that it names is not there."""
    if is_maybe:
        plain = _read_plain(text, heard)
        one = plain[0] if len(plain) == 1 else None
        return one if isinstance(one, Add | Offer | Talk) else Talk("repeat_please")
    is_it = act.target.is_pronoun and not (act.target.words or act.target.is_plural)
    if (
        not is_it
        or not act.changes.note
        or _INTO_NOTE.search(text)
        or _POINTS.search(text)
        or _CHANGES_NOTE.match(text)
    ):
        return None
    return build_add(act.changes.note, heard.message, heard.now, heard=text) or Talk("what_to_add")


_POINTS = re.compile(r"\bits?\b|\b(?:that|this)\s+one\b", re.IGNORECASE)
_INTO_NOTE = re.compile(
    r"\badd\s+the\s+(?:note|description|comment)\b|\b(?:in|to|into|under|as)\s+(?:the|its|that)\s+(?:notes?|description|comments?)\b",
    re.IGNORECASE,
)
# Only a task that is there has a note to be changed.
_CHANGES_NOTE = re.compile(
    r"\W*(?:please\s+)?(?:change|update|edit|replace|rewrite|correct)\b", re.I
)


def _read_plain(text: str, heard: Heard) -> list[Request]:
    """What an order asks for that gives no task a note."""
    text = put_plainly(text, heard.now)
    wish = NEED_LIST.sub("", text)
    is_framed = read_frame(text) is not None
    if not is_framed and (LOOK_START.match(wish) or _is_list_wish(text)) and is_about_list(wish):
        return [read_look(wish, heard.message, heard.now)]
    if SETS_FIELD.search(text):
        return read_update(text, heard)
    is_framed = is_framed or SEPARATELY.search(text) is not None
    if is_framed or ADD_CUE.search(text):
        adds = read_add(text, heard.message, heard.now)
        if adds is not None and (is_framed or _comes_first(text)):
            return list(adds) or read_background(text, heard)
    needs = [] if NEED_LIST.search(text) else read_needs(text, heard)
    if needs:
        return _or_change(needs, text, heard)
    text = wish
    if _MARKS_DONE.match(text):
        # "Mark the security update as complete" changes no update.
        return read_back(text, heard) or _read_done(text, heard)
    if _DELETES_NOUN.match(text):
        return _read_delete(text, heard)
    return (
        read_back(text, heard)
        or read_update(text, heard)
        or _read_done(text, heard)
        or _read_delete(text, heard)
        or read_rest(text, heard)
    )


def _or_change(needs: list[Request], text: str, heard: Heard) -> list[Request]:
    """The change that a need tells of, where the task is there: "I need to move Ann to friday"."""
    told, need = _TO_CHANGE.match(text), needs[0]
    changes = read_update(told["order"], heard) if told and len(needs) == 1 else []
    act = changes[0] if len(changes) == 1 else None
    if not isinstance(act, Act) or not act.target.words or act.changes.due is None:
        return needs
    return [replace(act, otherwise=need)] if isinstance(need, Add | Offer) else needs


_TO_CHANGE = re.compile(
    r"\W*(?:i|we)\s+(?:\w+\s+)?(?:want|need|wanna|have|must)\s+(?:to\s+)?(?P<order>(?:move|push|change|shift|set|rename|update|postpone|reschedule|make|give)\s.+)",
    re.IGNORECASE,
)
_MARKS_DONE = re.compile(
    r"\W*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+|already\s+)?(?:finished|completed)\s+(?:the|my)\s+(?:[\w'-]+\s+){1,3}(?:update|change|move|edit|switch|swap|fix)\W*$|\W*(?:and\s+)?(?:the|my)\s+(?:[\w'-]+\s+){1,3}(?:update|change|move|edit|switch|swap|fix)\s+(?:is|was)\s+(?:now\s+)?(?:done|finished|completed?)\W*$|\W*(?:please\s+)?(?:mark|tick|check)\s.*\bas\s+(?:done|completed?|finished)(?:\s+(?:please|now|too))*\W*$"
    r"|\W*(?:please\s+)?(?:complete|(?:tick|check|cross)\s+off)\s+(?:the|my)\s+(?:[\w'-]+\s+){1,4}(?:update|change|move|edit|switch|swap|fix)(?:\s+task)?\W*$",
    re.IGNORECASE,
)
# "Drop the CRM update" is no update.
_DELETES_NOUN = re.compile(
    r"\W*(?:please\s+)?(?:delete|remove|drop|cancel|scrap|erase|bin|ditch|get\s+rid\s+of)\s+(?:the|my)\s+(?:(?!due\b|date\b|deadline\b|priority\b|note\b)[\w'-]+\s+){1,4}(?:update|change|move|edit|switch|swap|fix|schedule)(?:\s+(?:task|one))?\W*$",
    re.IGNORECASE,
)
# Said of what was just deleted.
_STILL_WANTED = re.compile(
    r"^\W*(?:i|we)\s+(?:(?:do|still|actually)\s+)+(?:need|want)\s+(?P<what>it|that|them|those"
    r"|that\s+one|(?:the|my)\s+[\w' -]+?)(?:\s+after\s+all)?\W*$"
    r"|^\W*(?:(?:no|wait|actually|oh|sorry|please|hang\s+on|hold\s+on)\b\W*)*(?:keep|leave)\s+(?P<left>it|that|them|those|that\s+one)(?:\s+(?:on|there|in|after\s+all|please|(?:on\s+)?(?:the|my)\s+list))*\W*$"
    r"|^\W*(?:i|we)(?:'d|\s+would)?\s+(?:actually\s+)?(?:want|like|need|prefer|rather)\s+(?:to\s+)?keep\s+(?P<kept>it|that|them|those|that\s+one)\W*$",
    re.IGNORECASE,
)
# "Put the gift back": it may be an errand as well, where no gift was deleted.
_BACK_ALONE = re.compile(
    r"^\W*(?:(?:please\s+)?(?:put|bring|get)\s+(?P<bare>[\ue000-\uf8ff]|(?!(?:the|my|it|that|this|them|those|these|me|us|all|everything|both)\b)[\w-]+(?:\s+[\w-]+)?)\s+back(?:\s+(?:please|again))?\W*$)"
    r"|^\W*(?:(?:please\s+)?put|(?:(?:can|could|may)\s+i\s+have|(?:i|we)(?:'d|\s+would)\s+like|(?:i|we)\s+(?:want|need))(?:\s+to\s+have)?|(?:please\s+)?(?:give\s+me|let\s+me\s+have))\s+(?P<what>(?:the|my)\s+(?!(?:old|original|previous|earlier|former)\b)[\w' -]+?)\s+back(?:\s+please)?\W*$"
    r"|^\W*(?:(?:can|could|may)\s+(?:i|we)\s+have|(?:i|we)(?:'d|\s+would)\s+like|(?:i|we)\s+(?:want|need))\s+(?P<it>(?:that|this)(?:\s+(?:one|task))?|it|them|those)\s+back(?:\s+(?:please|again|after\s+all))*\W*$",
    re.IGNORECASE,
)
_UNDO_FIRST = re.compile(
    r"^\W*(?:please\s+)?(?:undo|(?:retract|reverse|withdraw|revert)(?=\s+(?:that|it)\b))(?:\s+(?:that|it|this|(?:the|my|that)\s+last\s+\w+))?\s*(?:[,.;!\u2013\u2014-]|$)"
    r"|^[^,;]*[,;]\s*(?:please\s+|so\s+)?undo(?:\s+(?:that|it|this))?(?:\s+please)?\W*$",
    re.IGNORECASE,
)


def _wanted_new(text: str, heard: Heard) -> Add | Offer | Talk:
    """What "I do need the rug" is where no rug was deleted: what it was before."""
    plain = _read_plain(text, heard)
    one = plain[0] if len(plain) == 1 else None
    return one if isinstance(one, Add | Offer | Talk) else Talk("repeat_please")


_PUT_BACK = re.compile(
    r"\b(?:put|add|stick|get|bring|place)\s+(?P<target>.+?)\s+back\s+(?:on|onto|to|in|into)\s+"
    r"(?:my|the)\s+(?:[\w-]+\s+)?list\b"
    r"|\b(?:put|add|stick|place)\s+(?P<on>.+?)\s+back\s+(?:on|in)(?:\s+(?:again|please|tho(?:ugh)?))*\W*$",
    re.IGNORECASE,
)


def _comes_first(text: str) -> bool:
    """Whether the cue for a new task stands before any other cue."""
    added = ADD_CUE.search(text)
    others = [cue.search(text) for cue in (DELETE_CUE, COMPLETE_CUE, REOPEN_CUE, UPDATE_CUE)]
    starts = [found.start() for found in others if found]
    if added is None:
        return False
    is_trailing = bool(
        re.search(
            r"[,.;-]\s*(?:\w+\s+){0,3}(?:it|that)\b|[,;.-]\s*(?:please\s+|pls\s+)?(?:add|note|save)\W*$",
            text[max(added.start() - 10, 0) :],
            re.IGNORECASE,
        )
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
        return [replace(update_act(change, heard), otherwise=_offer(text, heard))]
    rest = _SET_TO.sub(r"\g<target>", COMPLETE_CUE.sub(" ", without_time(text)))
    act = act_on("complete", rest, heard)
    return [replace(act, target=points_only(act.target, rest))]


_TO_BE_DONE = re.compile(
    r"\b(?:needs?|has|have|ought|must|should|got|is|are)\s+(?:to\s+)?be\s+(?:done|finished"
    r"|completed?|ready|sorted)\b"
    r"|\bneeds?\s+(?:doing|finishing)\b",
    re.IGNORECASE,
)


def _offer(text: str, heard: Heard) -> Offer | Talk:
    add = build_add(text, heard.message, heard.now, heard=text)
    return Offer(add) if add else Talk("repeat_please")


# What is left of "set the rent to done".
_SET_TO = re.compile(
    r"^\s*(?:set|put|move|change|switch|turn|make|get|have)\s+(?P<target>.+?)\s*(?:\b(?:to|as"
    r"|into)\b\s*)?$",
    re.IGNORECASE,
)


_SAID_DONE = re.compile(r"\W*(?:all\s+)?(?:done|finished|completed)\W*$", re.IGNORECASE)


def _read_delete(text: str, heard: Heard) -> list[Request]:
    found = DELETE_CUE.search(text)
    if found is None:
        return []
    if found.start() and WEAK_DELETE.match(found[0]) and tokens(text)[0] in ERRAND_VERBS:
        return []  # "order eggs, scrub pans": a row of errands
    # "Delete it, I don't need to see it any more": the reason holds cues of its own.
    rest = DELETE_CUE.sub(" ", without_reason(text))
    pointed = read_target(rest, [])
    due = None if pointed.ordinals and not pointed.words else find_due(rest, heard.now)
    act = act_on("delete", due.rest if due else rest, heard)
    is_bulk = act.target.is_all and not act.target.words
    is_binned = _BINS_IT.match(text) is not None and points(act.target)
    if not WEAK_DELETE.match(found[0]) or is_about_list(text) or is_bulk or is_binned:
        return [act]
    meant = read_errand(text, heard.message, heard.now) or build_add(text, heard.message, heard.now)
    return [Act("delete", act.target, otherwise=Offer(meant) if meant else Talk("repeat_please"))]


# Nobody writes down to bin "it".
_BINS_IT = re.compile(
    r"\W*(?:please\s+)?(?:(?:bin|chuck|ditch|scrap|trash|dump|toss|lose)\s|take\s+(?:it|that|this|them|those)\s+(?:off|away)\b)",
    re.IGNORECASE,
)
