"""Whether an order said how many tasks it means: "delete both of the finished ones", "all four"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.choosing import MAX_NAMED
from taskchat.model.embedded.words import read_number, tokens

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Act

_ALL_OF = re.compile(r"\ball\s+(?:of\s+)?(?:the\s+)?(\w+)", re.IGNORECASE)


def counts(act: Act, count: int) -> bool:
    """Whether an order said how many tasks it means: "delete both of the finished ones"."""
    said = [2 if word == "both" else read_number(word) for word in tokens(act.said)]
    return count <= MAX_NAMED and count in said


def miscounts(act: Act, count: int) -> bool:
    """Whether an order said "all four" and it would be done to another number of tasks."""
    said = _ALL_OF.search(act.said)
    return said is not None and read_number(said[1]) not in {None, count}
