"""Whether a message is a plain yes to what was just asked, and nothing besides."""

from __future__ import annotations

import re
from functools import cache

_SAID_WITH_IT = (
    r"that's\s+(?:what\s+i\s+want(?:ed)?|right|correct|fine)|fine\s+by\s+me|they\s+can\s+(?:all\s+)?go|the\s+(?:whole\s+)?lot"
    r"|i\s+want\s+to\s+start\s+(?:fresh|afresh|over)|yes|yeah|yep|yup|ya|y|sure|ok|okay|k|fine|please|pls|do|it|so|that|go|ahead|for|of|course"
    r"|absolutely|definitely|confirm|confirmed|correct|right|exactly|sounds\s+(?:good|fine|right)|thank\s+you|uh-?huh|mm-?hm+|by\s+all\s+means|(?:i'?m|i\s+am)\s+certain|on|then|i'?m|am|i|thing|all|them"
    r"|these|those|both|everything|tasks?|thanks|now|a|hundred|percent|100%|proceed|continue"
    r"|affirmative|quite|very|certain|(?:the|my)\s+list|the|my|want|to"
)
_ACTS = {
    "delete": (
        r"delete|remove|get\s+rid\s+of|clear|wipe|cancel(?=\s+(?:them|all|these|those|both|everything)\b)"
    ),
    "complete": r"complete|mark",
    "add": r"add",
}
"""The words for what was asked: those for anything else are an order of their own."""
_YES_WORD = re.compile(
    r"\b(?:yes|yeah|yep|yup|ya|y|sure|ok|okay|k|fine|please|do\s+it|go|course|absolutely"
    r"|definitely|confirm|confirmed|correct|right|"
    r"exactly|proceed|continue|affirmative|delete|remove|all|do\s+that|sounds\s+(?:good|fine|right)|uh-?huh|mm-?hm+"
    r"|by\s+all\s+means|am\s+certain|i'm\s+certain)\b|👍",
    re.IGNORECASE,
)
_TAG = re.compile(r",\s*(?:ok(?:ay)?|al\s?right|right|please)\s*\?$", re.IGNORECASE)
# "Ok, thank you", "I'm fine", "the list please" are said of something else.
_CHATS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|k|right|well|fine|good|so|oh)\W+)*(?:thank\s+you|thanks)\b(?!\W+(?:yes|yeah|please|do|delete|go)\b)"
    r"|^\W*(?:(?:ok(?:ay)?|right|fine|well)\W+)*(?:i'm|i\s+am)\s+(?:fine|ok(?:ay)?|right|on\s+it)\b"
    r"|^\W*(?:the|my)\s+(?:whole\s+)?(?:list|tasks?)\W+please\W*$",
    re.IGNORECASE,
)
_WANTS = re.compile(r"\bwant\b", re.IGNORECASE)
_CERTAIN_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|sure|please|absolutely|definitely|confirm|confirmed|correct|right|exactly|delete|remove|clear|wipe)\b",
    re.IGNORECASE,
)
MAX_CHARS = 200
"""A longer message says more than yes."""


def is_yes(text: str, act: str) -> bool:
    """Whether a message is a plain yes: nothing in it narrows what was asked, or asks for more.

    Args:
        text: the message.
        act: what was asked about: "delete", "complete", "add" or another verb, which has no word
            in a yes.
    """
    text = text.strip()
    if _TAG.sub("", text).endswith("?") or _CHATS.search(text):
        return False
    if _WANTS.search(text) and not _CERTAIN_YES.search(text):
        return False  # "I want them all on the list"
    return len(text) <= MAX_CHARS and bool(_yes_to(act).match(text) and _YES_WORD.search(text))


@cache
def _yes_to(act: str) -> re.Pattern[str]:
    words = "|".join(filter(None, (_ACTS.get(act), _SAID_WITH_IT)))
    return re.compile(rf"^\W*(?:(?:{words})\b\W*)+$|^\W*👍\W*$", re.IGNORECASE)
