"""Writes an export as one JSON file, while it is read: a line for each thing in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taskchat.people.export_file import FORMAT, VERSION
from taskchat.people.exporting import as_rfc3339, everything_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from taskchat.db.database import Database
    from taskchat.ids import UserId
    from taskchat.people.exporting import Kind

MEDIA_TYPE = "application/json"
_OBEYED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal may obey, besides what JSON escapes by itself."""
_LISTS: tuple[tuple[Kind, str], ...] = (
    ("session", "sessions"),
    ("task", "tasks"),
    ("conversation", "conversations"),
    ("day", "usage"),
)
_INNER: tuple[tuple[Kind, str], ...] = (("message", "messages"), ("turn", "turns"))


async def json_of(db: Database, user: UserId) -> AsyncGenerator[str]:
    """The file in pieces, from its first brace to its last.

    Raises:
        NotAuthenticatedError: before anything else: there is no such user (any more).
        DatabaseError: the database failed; what was written so far is no whole file.
    """
    parts = everything_of(db, user)
    _, profile = await anext(parts)
    head = {"format": FORMAT, "version": VERSION, "exported_at": as_rfc3339(datetime.now(UTC))}
    yield f"{json.dumps(head)[:-1]},\n{_member('profile', profile)}"
    outer, inner = _Lists(_LISTS), _Lists(_INNER)
    is_inside = False
    async for kind, part in parts:
        written = _written(part)
        if kind in ("message", "turn"):
            yield inner.until(kind) + written
            continue
        if is_inside:
            yield inner.rest() + "}"
        is_inside = kind == "conversation"
        if is_inside:
            inner = _Lists(_INNER)
            written = written[:-1]  # its messages and turns follow
        yield outer.until(kind) + written
    if is_inside:
        yield inner.rest() + "}"
    yield outer.rest() + "}\n"


class _Lists:
    """The members of an object that are lists, one after the other; each is there, if empty."""

    def __init__(self, names: tuple[tuple[Kind, str], ...]) -> None:
        self._left = [*names]
        self._open: Kind | None = None

    def until(self, kind: Kind) -> str:
        """What stands before the next item, which is of that kind."""
        if self._open == kind:
            return ",\n"
        written = self._closed()
        while self._left:
            self._open, name = self._left.pop(0)
            written += f',\n"{name}": ['
            if self._open == kind:
                return f"{written}\n"
            written += "]"
        raise AssertionError  # the parts came in another order

    def rest(self) -> str:
        """What stands after the last item."""
        written = self._closed()
        written += "".join(f',\n"{name}": []' for _, name in self._left)
        self._left.clear()
        self._open = None
        return written

    def _closed(self) -> str:
        return "" if self._open is None else "]"


def _member(name: str, value: object) -> str:
    return f'"{name}": {_written(value)}'


def _written(value: object) -> str:
    """JSON that can be read, and shown."""
    whole = json.dumps(value, ensure_ascii=False)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", whole)
