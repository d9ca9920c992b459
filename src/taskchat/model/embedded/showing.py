"""Which tasks a reply showed as a list, read back from its lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskchat.model.embedded.history import Turn

_LINE = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.*)$", re.MULTILINE)


def displayed(turn: Turn) -> tuple[int, ...]:
    """The ids of the tasks that the turn's reply showed as a list, in the order of the reply."""
    lines = [_plain(line) for line in _LINE.findall(turn.reply)] if turn.listed else []
    if turn.listed is None or not lines:
        return ()
    left: dict[str, list[int]] = {}
    for task_id, title in turn.listed.titles:
        left.setdefault(_plain(title), []).append(task_id)
    found: list[int] = []
    for line in lines:
        title = _title_in(line, left)
        if title is not None:
            found.append(left[title].pop(0))
            if not left[title]:
                del left[title]
    return tuple(found)


def _title_in(line: str, titles: dict[str, list[int]]) -> str | None:
    # Our own lines are a title and its marks: "pay rent (due friday)".
    name = line
    while name not in titles and " (" in name:
        name = name[: name.rindex(" (")]
    if name in titles:
        return name
    # Another model may have written the line. The longest: "call" also begins "call mom".
    fitting = [title for title in titles if title in line]
    return max(fitting, key=len, default=None)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
