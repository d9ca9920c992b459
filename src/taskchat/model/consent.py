"""Whether a message is a plain yes to what was just asked, and nothing besides."""

from __future__ import annotations

import re

_YES = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|yup|ya|y|sure|ok|okay|k|fine|please|pls|do|it|so|that|go|ahead|for"
    r"|of|course|absolutely|definitely|"
    r"confirm|confirmed|correct|right|exactly|on|then|i'm|am|i|thing|delete|remove|mark|complete|add"
    r"|clear|cancel(?=\s+(?:them|all|these|those|both|everything)\b)|wipe|all|them|these|those|"
    r"both|everything|tasks?|thanks|now|a|hundred|percent|100%|proceed|continue|affirmative|the"
    r"|list|my|want|to|of|course)\b\W*)+$|^\W*👍\W*$",
    re.IGNORECASE,
)
_YES_WORD = re.compile(
    r"\b(?:yes|yeah|yep|yup|ya|y|sure|ok|okay|k|fine|please|do\s+it|go|course|absolutely"
    r"|definitely|confirm|confirmed|correct|right|"
    r"exactly|proceed|continue|affirmative|delete|remove|all)\b|👍",
    re.IGNORECASE,
)
MAX_CHARS = 200
"""A longer message says more than yes."""


def is_yes(text: str) -> bool:
    """Whether a message is a plain yes: nothing in it narrows what was asked."""
    text = text.strip()
    return len(text) <= MAX_CHARS and bool(_YES.match(text) and _YES_WORD.search(text))
