"""What is stated as done: the table is set, hotfix deployed, told my boss."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import is_past, word_set

# What may follow any statement.
END = r"(?:[\s,]+(?:too|as\s+well|also|please|pls|now|then|instead|actually|tho(?:ugh)?|after\s+all|again|for\s+me|thanks))*[\s.!]*$"
PERSONAL = re.compile(r"^\W*(?:i|we|you|he|she|they|there|who|what)\b", re.IGNORECASE)
# "The hotel is booked out", "got a call from the bank": what others did.
TAKEN = re.compile(
    r"\b(?:fully\s+booked|(?:booked|sold)\s+(?:out|up|solid))\b"
    r"|\b(?:got|had|received)\s+(?:an?|another|the|some)\s+(?:e-?mail|mail|call|phone\s+call|text|message|letter|note|reply|answer|reminder)\b.*\bfrom\b",
    re.IGNORECASE,
)
# "The milk has gone off" tells of no deed.
_MISTAKE = re.compile(
    r"\b(?:wrong|mistake)\b|\b(?:gone|went|fell|came|ran)\s+(?:off|bad|missing|down|out|over|wrong)\b",
    re.IGNORECASE,
)
# "The table is set", "hotfix deployed", "told my boss".
_IS_DONE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<name>(?:(?!is\b|are\b|was\b|were\b|has\b|have\b|got\b|can\b|could\b|must\b|should\b|will\b|would\b|may\b|might\b|to\b|needs?\b|be\b)[^\s,:;]+?\s*(?:\s|(?=')))+?)"
    r"(?P<aux>(?:is|are|was|were|'s|'re|got|(?:'s|has|have|'ve)\s+been|been)\s+)?"
    r"(?:(?:now|already|finally|all|just|both|also|successfully|safely|fully)\s+)*(?P<deed>[a-z-]+)(?:\s+(?:and|n|&)\s+[a-z]+ed)?"
    r"(?:\s+(?:out|up|off|in|away|down|over|back|through|round|together))?(?:\s+(?:now|already|today|yesterday|this\s+morning|last\s+night|at\s+last|finally))*"
    + END,
    re.IGNORECASE,
)
_DID = re.compile(
    r"^\W*(?P<aux>(?:i|we)(?:'ve|\s+have)?\s+)?(?:(?:now|already|finally|just|also)\s+)*(?P<deed>[a-z-]+)\s+(?P<name>[^,:;]+?)"
    r"(?:\s+(?:now|already|today|yesterday|this\s+morning|last\s+night|at\s+last|finally))*" + END,
    re.IGNORECASE,
)
# Their past looks like their order, so only "is" or "I have" tells them apart.
_AS_PAST = word_set("read set put cut shut hung split fit let quit shed")


def find_deed(text: str) -> re.Match[str] | None:
    """The `deed` that words state and the `name` of what it was done to, or None."""
    for pattern in (_IS_DONE, _DID):
        found = pattern.match(text)
        if (
            found is None
            or PERSONAL.match(found["name"])
            or _MISTAKE.search(text)
            or TAKEN.search(text)
        ):
            continue
        deed = found["deed"].lower()
        if is_past(deed) or (found["aux"] and deed in _AS_PAST):
            return found
    return None


def states_deed(text: str) -> bool:
    """Whether a clause states what was done, though it opens like a new task: "new strings are bought"."""
    found = _IS_DONE.match(text)
    return found is not None and bool(found["aux"]) and find_deed(text) is not None
