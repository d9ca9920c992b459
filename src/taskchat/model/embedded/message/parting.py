"""A clause that may be several wishes in one: "the window's measured, the curtains are urgent"."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.words import content_stems
from taskchat.model.embedded.requests import Act, Add, Look, Parts, Undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskchat.model.embedded.clauses.cutting import Clause, Heard
    from taskchat.model.embedded.requests import Request

_JOINT = re.compile(
    r"\s*[,;]\s*(?:(?:and|but|so|then|also|next|plus)\s+)*|\s+(?:and|but|so|plus)\s+(?:(?:then|also)\s+)?",
    re.IGNORECASE,
)
_MIN_WORDS, _MAX_WORDS, _MAX_JOINTS = 2, 30, 3


def may_have_parts(found: list[Request]) -> bool:
    """Whether what a clause was read as leaves open that it holds several wishes."""
    return not all(
        isinstance(one, Look | Undo) or (isinstance(one, Add) and not (one.is_bare or one.is_hint))
        for one in found
    )


def read_parts(
    clause: Clause, heard: Heard, read: Callable[[Clause, Heard], list[Request]]
) -> list[list[Request]]:
    """What the pieces of a clause ask for, for each way to cut it in which all of them ask for an act."""
    if clause.is_asked or len(clause.text.split()) > _MAX_WORDS:
        return []
    joints = [(found.start(), found.end()) for found in _JOINT.finditer(clause.text)]
    if not 0 < len(joints) <= _MAX_JOINTS:
        return []
    ways = [[joint] for joint in joints] + ([joints] if len(joints) > 1 else [])

    @cache
    def ask(start: int, end: int) -> list[Request] | None:
        # A piece stands in several ways to cut.
        piece = clause.text[start:end].strip()
        return _read_piece(replace(clause, text=piece, before=clause.text[:start]), heard, read)

    return [found for way in ways if (found := _read_way(way, len(clause.text), ask))]


def _read_way(
    way: list[tuple[int, int]], length: int, ask: Callable[[int, int], list[Request] | None]
) -> list[Request]:
    starts = [0, *(end for _, end in way)]
    ends = [*(start for start, _ in way), length]
    found: list[Request] = []
    for start, end in zip(starts, ends, strict=True):
        asked = ask(start, end)
        if asked is None:
            return []
        found += asked
    return found if any(isinstance(one, Act) for one in found) else []


def _read_piece(
    piece: Clause, heard: Heard, read: Callable[[Clause, Heard], list[Request]]
) -> list[Request] | None:
    """What a piece of a clause asks for, nothing of what is to wait; None where it is no wish of its own."""
    text = piece.text
    if len(text.split()) < _MIN_WORDS and not re.search(r"'s\b|[\ue000-\uf8ff]", text):
        return None
    if _COUNTS_ONE.search(text):
        return None  # "I bought one" names no task
    if _LATER.search(text) and content_stems(text) and not _LEANS.search(text):
        return []  # "the bank will have to wait"
    asked = read(piece, heard)
    return asked if all(_is_whole(one) for one in asked) else None


_LATER = re.compile(
    r"\b(?:(?:will|'ll)\s+have\s+to\s+wait|not\s+yet|haven't|hasn't|didn't|isn't\s+(?:done\s+|finished\s+)?yet|still\s+(?:to\s+do|open|to\s+come)|another\s+(?:day|time))\b",
    re.IGNORECASE,
)
_COUNTS_ONE = re.compile(r"\b(?:i|we|he|she|they)\b.*\b(?:one|two|some)\W*$", re.IGNORECASE)
_LEANS = re.compile(r"\b(?:it|that|this|them|those|these|everything|anything|all)\b", re.IGNORECASE)


def _is_whole(request: Request) -> bool:
    """Whether a piece asks for something without leaning on the others."""
    match request:
        case Act(target=target):
            return target.is_named and not target.background
        case Add() as add:
            return not (add.is_bare or add.is_hint)
        case _:
            return False


def with_parts(found: list[Request], ways: list[list[Request]]) -> list[Request]:
    """What a clause asks for as a whole, or as its parts where those fit the list."""
    for way in ways:
        found = [Parts(tuple(way), tuple(found))]
    return found
