"""Whether an order said how many tasks it means: "delete both of the finished ones", "all four"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.words import read_number, tokens
from taskchat.model.embedded.finding.choosing import MAX_NAMED

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Act

_BOTH_OF = re.compile(r"\bboth\s+of\s+(?:them|those|these)\b", re.IGNORECASE)
_ALL_OF = re.compile(r"\ball\s+(?:of\s+)?(?:the\s+)?(\w+)", re.IGNORECASE)


def counts(act: Act, count: int) -> bool:
    """Whether an order said how many tasks it means: "delete both of the finished ones"."""
    said = [2 if word == "both" else read_number(word) for word in tokens(act.said)]
    return count <= MAX_NAMED and count in said


def miscounts(act: Act, count: int) -> bool:
    """Whether an order said "all four", or "both of those", and it would be done to another number of tasks."""
    if count == 1 and _BOTH_OF.search(act.said):
        return True
    said = _ALL_OF.search(act.said)
    return said is not None and read_number(said[1]) not in {None, count}
