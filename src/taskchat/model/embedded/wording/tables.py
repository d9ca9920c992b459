"""Tables of wordings, each with the words that the rules know for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Wordings = list[tuple[re.Pattern[str], str]]


def compiled(
    *patterns: str, lead: str = "", end: str = "", flags: re.RegexFlag = re.IGNORECASE
) -> list[re.Pattern[str]]:
    """The patterns, each between what may lead to it and what may end it."""
    return [re.compile(f"{lead}{pattern}{end}", flags) for pattern in patterns]


def wordings(*pairs: tuple[str, str], lead: str = "", end: str = "") -> Wordings:
    """A table of patterns with what is said in their place, a template as `re.sub` takes it."""
    told, plain = zip(*pairs, strict=True)
    return list(zip(compiled(*told, lead=lead, end=end), plain, strict=True))


def reword(text: str, table: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """The text with each wording of the table, in its order, in the words that the rules know."""
    for pattern, plain in table:
        # Few rows of a table are in a text, and to look costs a third of what it costs to replace.
        if pattern.search(text):
            text = pattern.sub(plain, text)
    return text
