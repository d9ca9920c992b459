"""A message made ready to be cut into clauses: plain signs, one wording, no written list."""

from __future__ import annotations

import re

from taskchat.model.embedded.framing import spell_items

# Said between two wishes, or beside one.
_MEANWHILE = re.compile(
    r"(?:\b(and)\s*)?(,)?\s*\bwhile\s+(?:you|we|i)(?:'re|\s+are|'m|\s+am)\s+(?:at\s+it|there|here|on\s+it|about\s+it|at\s+that)\b\s*,?\s*",
    re.IGNORECASE,
)
# "Buy milk is done, so is the rent".
_SO_IS = re.compile(
    r"(?P<first>\b[^,.;!?]+?)\s+(?P<done>(?:is|are|'s)\s+(?:\w+\s+)?(?:done|finished|complete|completed|sorted|paid|booked))"
    r"\s*,?\s+(?:and\s+)?so\s+(?:is|are)\s+(?P<second>[^,.;!?]+)",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """The message in plain characters, without what is only said meanwhile, its list items as wishes."""
    # Private characters of the sender's own would be taken for hidden quotes.
    text = re.sub(r"[\ue000-\uf8ff\x00-\x08\x0b-\x1f\x7f]", " ", text)
    text = text.translate(
        {ord(c): "'" for c in "\u2019\u2018\u00b4"}
        | {ord(c): '"' for c in "\u201c\u201d\u201e\u00ab\u00bb"}
    )
    # "Milk? Done." is told as "milk is done" is.
    text = re.sub(
        r"(?<=\w)\?\s+(?=(?:done|finished|sorted|bought|paid)\W*(?:$|[.!,;]))",
        " is ",
        text,
        flags=re.I,
    )
    text = re.sub(r"(?<=\w)\s+[:;]-?[()/|DPp](?=\s|$)", ".", text)
    text = _MEANWHILE.sub(lambda found: "and " if found[1] else ", " if found[2] else " ", text)
    text = _SO_IS.sub(r"\g<first> and \g<second> \g<done>", text)
    text = re.sub(r"(?m)^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", spell_items(text))
    text = re.sub(
        r"^((?:the|my)\s+\w+)'s\s+(?=(?:on|at|due|now|been|moved)\b)", r"\1 is ", text, flags=re.I
    )
    text = re.sub(r"(?<![\w'])(?:u+h+m*|u+m+|e+rm+)\b,?(?![\w'])", " ", text, flags=re.IGNORECASE)
    return re.sub(r"[ \t\u00a0]+", " ", text).strip()
