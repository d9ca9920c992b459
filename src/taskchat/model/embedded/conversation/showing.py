"""Which tasks a reply showed as a list, read back from its lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskchat.model.embedded.conversation.history import Turn

_LINE = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.*)$", re.MULTILINE)


def displayed(turn: Turn) -> tuple[int, ...]:
    """The ids of the tasks that the turn's reply showed as a list, in the order of the reply."""
    lines = [line.strip() for line in _LINE.findall(turn.reply)] if turn.listed else []
    if turn.listed is None or not lines:
        return ()
    titles = turn.listed.by_title
    if not all(_title_of(line, titles) for line in lines):
        # Another model may have written the lines, or a title was too long for one.
        titles = _plain_titles(titles)
        lines = [_plain(line) for line in lines]
    found: dict[int, None] = {}
    for line in lines:
        title = _title_of(line, titles) or _title_in(line, titles)
        left = next((one for one in titles.get(title, ()) if one not in found), None)
        if left is not None:
            found[left] = None
    return tuple(found)


def _title_of(line: str, titles: dict[str, list[int]]) -> str:
    # Our own lines are a title and its marks: "pay rent (due friday)".
    name = line
    while name not in titles and " (" in name:
        name = name[: name.rindex(" (")]
    return name if name in titles else ""


def _title_in(line: str, titles: dict[str, list[int]]) -> str:
    # The longest: "call" also begins "call mom".
    return max((title for title in titles if title in line), key=len, default="")


def _plain_titles(titles: dict[str, list[int]]) -> dict[str, list[int]]:
    plain: dict[str, list[int]] = {}
    for title, ids in titles.items():
        plain.setdefault(_plain(title), []).extend(ids)
    return plain


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
