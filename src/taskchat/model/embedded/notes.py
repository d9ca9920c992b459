"""Wishes to give a task a note: which words name the task, and which are the note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.requests import Changes

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses import Message


_SETS_NOTE = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"\b(?:add|put|attach)\s+(?P<note>.+?)\s+as\s+(?:a\s+|the\s+)?(?:note|comment|description)\s+"
        r"(?:to|on|for|of)\s+(?P<target>.+)",
        r"\b(?:add|put|attach|write)\s+(?:a\s+|the\s+|this\s+)?(?:note|description|comment"
        r"|detail)s?\s+(?:to|for|on)\s+"
        r"(?P<target>[^:]+?)\s*(?::|\b(?:saying|that\s+says)\b)\s*(?P<note>.+)",
        r"\badd\s+to\s+(?P<target>(?:the|my|task|number|#)[^:]*?)\s*:\s*(?P<note>.+)",
        r"\b(?:set|change|update|edit)\s+(?:the\s+)?(?:note|description)\s+(?:of|for"
        r"|on)\s+(?P<target>.+?)\s+to\s+(?P<note>.+)",
        r"^\W*(?:(?:set|change|update|edit|make|replace|rewrite)\s+)?(?:the|its)\s+(?:notes?|description|comment)\s*(?:\bto\b(?:\s+(?:say|read|be))?|:|\bshould\s+(?:say|read|be)\b|\bwith\b)\s*:?\s*(?P<note>.+)(?P<target>)",
        r"^\W*(?:for|on|to)\s+(?P<target>(?:the|my)\s[^,:]+?)\s*[,:]?\s+(?:(?:add|write|put|make)\s+)?(?:a\s+)?note\s*[:,]\s*(?P<note>.+)",
        r"^\W*(?:a\s+)?notes?\s+(?:for|on|to)\s+(?P<target>(?!self\b)[^:]{2,40}?)\s*(?::|\bsaying\b)\s*(?P<note>.+)",
        r"\b(?:in|under|to)\s+(?:the\s+)?(?:notes?|description|comments?)\s+(?:for|of|on)\s+(?P<target>.+?)\s*(?:,\s*)?(?:write|put|add|say|note|stick)\b[\s:,]*(?P<note>.+)",
        r"\b(?:add|put|attach|write|stick|pop|jot)\s+(?P<note>.+?)\s+(?:in|to|into|under|on)\s+(?:the\s+)?(?:notes?|description|comments?)\s+(?:for|of|on)\s+(?P<target>.+)",
        r"\b(?:add|put|attach|write|stick|pop|jot)\s+(?P<note>.+?)\s+(?:in|to|into|under|on)\s+(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+(?:notes?|description|comments?)\b",
        r"^\W*(?:add|put|attach|write|with)\s+(?:a|the|this)\s+(?:note|description"
        r"|comment)(?:\s+to\s+(?P<target>it|that|this))?"
        r"\s*(?:[:,]|\b(?:saying|that(?:\s+says)?)\b)\s*(?P<note>.+)",
    )
]


def read_set_note(clause: str, message: Message) -> tuple[str, Changes] | None:
    """The words that name a task and the note it is to have; None where no note is told."""
    for pattern in _SETS_NOTE:
        found = pattern.search(clause)
        if found is not None:
            return found["target"] or "it", Changes(note=message.reveal(found["note"]).strip())
    return None
