"""What is only remarked behind something told as done: "the van is rented, cost me a fortune".

The report is whole without it, so a remark is left out where it neither limits the report nor tells
or wishes anything of its own.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.english.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    DELETE_CUE,
    LOOK_START,
    QUESTION,
    REOPEN_CUE,
)
from taskchat.model.embedded.english.deeds import find_deed
from taskchat.model.embedded.english.openings import I_NEED
from taskchat.model.embedded.english.states import find_state
from taskchat.model.embedded.english.words import ERRAND_VERBS, is_past, tokens, word_set

_CUES = (ADD_CUE, DELETE_CUE, COMPLETE_CUE, REOPEN_CUE, LOOK_START, I_NEED)
# "…, not the second coat", "…, but only half": what is left to do.
_LIMITS = re.compile(
    r"\b(?:not|never|only|almost|nearly|half|part(?:ly)?|except|but|yet|too|also|still|rest|others?|both|and|or|if|wait"
    r"|no|actually|instead|next|then|tasks?|list)\b|\b(?:have|has|did|is|are|was|were)n't\b|[?:\ue000-\uf8ff]",
    re.IGNORECASE,
)
# What others want is no wish of the speaker's.
_THEY_WANT = re.compile(
    r"\W*(?:they|he|she)\s+(?:wants?|needs?|will|are|is|says?|said)\s+(?!me\b|us\b|it\b)",
    re.IGNORECASE,
)
_CANNOT = re.compile(r"\W*can(?:'t|not)\b", re.IGNORECASE)
_PIECE = r"\s*[,;]\s*"
# After these what was done is still what the report told: "got them at the shop", "took me hours".
_SAME_DEED = word_set(
    "it them that him her me us a an some for with at in on from to by all so about forever ages hours one two three four five ten fifteen twenty half"
)


def tells_done(text: str) -> bool:
    """Whether words tell a deed and what it was done to, and nothing else."""
    return find_deed(text) is not None


def is_remark(text: str) -> bool:
    """Whether words behind a report say nothing that bears on it: no limit, no other deed, no wish."""
    if re.search(_PIECE, text):
        return all(is_remark(piece) for piece in re.split(_PIECE, text))
    said = tokens(text)
    if not said or said[0] in ERRAND_VERBS or _LIMITS.search(text):
        return False
    if _THEY_WANT.match(text):
        return True
    if find_state(text) or any(cue.search(text) for cue in _CUES):
        return False
    if QUESTION.match(text) and not _CANNOT.match(text):
        return False
    goes_on = is_past(said[0]) and (len(said) == 1 or said[1] in _SAME_DEED)
    return goes_on or find_deed(text) is None
