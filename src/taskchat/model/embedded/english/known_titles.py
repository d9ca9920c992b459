"""Titles of the list that stand in a message word for word, so that no cue is read inside them.

"Delete change bedsheets" orders one act, and names a task whose title sounds like another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    DELETE_CUE,
    LOOK_START,
    REOPEN_CUE,
    RESTORE_CUE,
    UPDATE_CUE,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACTS = (COMPLETE_CUE, DELETE_CUE, REOPEN_CUE, RESTORE_CUE, UPDATE_CUE)
_RENAMES = re.compile(
    r"\b(?:rename|retitle)\b|\bshould\s+(?:now\s+)?(?:be\s+(?:called|named|renamed|titled)|read|say)\b",
    re.IGNORECASE,
)
# What else in a title could be read as something: a new wish, or the end of one.
_SOUNDS = re.compile(
    rf",|;|\b(?:and|to|so|but)\b|{ADD_CUE.pattern}|{LOOK_START.pattern}", re.IGNORECASE
)
# After these the words are a new title, though an old one may begin like it.
_NEW = re.compile(
    r"\b(?:add|adding|remind\s+me|need|have|want|remember|forget|task|todo|reminder|create|make|put|new)\W+(?:to\s+)?$",
    re.IGNORECASE,
)


def titles_in(text: str, titles: Iterable[str]) -> tuple[str, ...]:
    """The titles in a message, where one of them could be taken for an order and the rest is one."""
    low = text.casefold()
    found = [title for title in titles if title.casefold() in low and _is_named(title, text)]
    is_renamed = any(_is_changed(title, text) for title in found)
    if (
        not is_renamed
        and not any(holds_act(title) or _SOUNDS.search(title) for title in found)
        and not _RENAMES.search(text)
    ):
        return ()
    rest = text
    for title in found:
        rest = pattern_of(title).sub(" it ", rest)
    return tuple(found) if holds_act(rest) else ()


def _is_changed(title: str, text: str) -> bool:
    """Whether a message says into what a title is to be changed, whatever words the title holds."""
    return (
        re.search(
            rf"\b(?:change|update|edit|correct)\s+(?:the\s+)?{re.escape(title)}\s+(?:to|into)\s",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def holds_act(text: str) -> bool:
    """Whether words hold a cue for an act on a task."""
    return any(cue.search(text) for cue in _ACTS)


def may_be_told_of(title: str) -> bool:
    """Whether words that may be a task could as well tell of one: "update CV is complete"."""
    return any(cue.search(title) for cue in (COMPLETE_CUE, DELETE_CUE, REOPEN_CUE))


def pattern_of(title: str) -> re.Pattern[str]:
    """Finds a title as whole words, in any case."""
    return re.compile(rf"(?<![\w'-]){re.escape(title)}(?![\w'-])", re.IGNORECASE)


def _is_named(title: str, text: str) -> bool:
    found = pattern_of(title).search(text) if len(title.split()) > 1 else None
    return found is not None and not _NEW.search(text[: found.start()])
