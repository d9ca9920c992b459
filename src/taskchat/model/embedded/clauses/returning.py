"""Wishes to have something as it was: undone, brought back, or open again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.reports import points_only
from taskchat.model.embedded.english.cues import (
    NOT_DONE,
    NOT_NEEDED,
    OLD_FIELD_CUE,
    REOPEN_CUE,
    RESTORE_CUE,
    UNDO_CUE,
    UNDO_PART,
)
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.requests import Act, Talk, Undo

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Field, Request, Verb


def read_back(text: str, heard: Heard) -> list[Request]:
    """What a clause wants taken back: the last act, a deletion, or that something is done."""
    old = OLD_FIELD_CUE.match(text)
    if old is not None:
        field = next(named.lower() for named in old.groups() if named)
        return [Undo(field=_FIELDS.get(field, "due_at"))]
    if UNDO_CUE.search(text):
        part = UNDO_PART.search(text)
        return [Undo(part["words"] if part else "")]
    restored = RESTORE_CUE.search(text)
    if restored is not None:
        return [act_on("restore", around(text, restored), heard)]
    reopened = REOPEN_CUE.search(text)
    if reopened is not None:
        return [act_on("reopen", around(text, reopened), heard)]
    if _NOT_YET.match(text):
        it = read_target("it", [], heard.background)
        return [Act("reopen", it, otherwise=Talk("left_alone"))]
    denied = NOT_DONE.search(text)
    if denied is not None and not NOT_NEEDED.search(text):
        target = read_target(
            heard.message.reveal(_DONE_FIRST.sub("", around(text, denied))),
            heard.message.quoted(text),
            heard.background,
        )
        target = points_only(target, around(text, denied))
        return [Act("reopen", target, otherwise=Talk("left_alone"))]
    return []


_FIELDS: dict[str, Field] = {
    "name": "title", "title": "title", "priority": "priority", "note": "description", "description": "description",
}  # fmt: skip
_DONE_FIRST = re.compile(r"^\W*(?:finished|completed|done)\s+(?=\w)", re.IGNORECASE)

# Said alone, after a task was told as done.
_NOT_YET = re.compile(
    r"\W*(?:(?:no|nope|nah)\b\W*)?(?:(?:it|that)(?:'s"
    r"|\s+is)?\s+)?(?:actually\s+)?not\s+(?:really\s+|quite\s+)?(?:yet|done|finished)"
    r"(?:\s+(?:yet|actually|though|after\s+all))*\W*$",
    re.IGNORECASE,
)


def act_on(verb: Verb, rest: str, heard: Heard) -> Act:
    """The act on what the rest of a clause names."""
    rest = "a task" if re.fullmatch(r"\W*one\W*", rest, re.IGNORECASE) else rest
    target = read_target(heard.message.reveal(rest), heard.message.quoted(rest), heard.background)
    return Act(verb, target)


def around(text: str, found: re.Match[str]) -> str:
    """What a clause says around a cue, or what the cue itself took as named."""
    named = [words for words in found.groupdict().values() if words]
    if named:
        return named[0]
    return f"{text[: found.start()]} {text[found.end() :]}"
