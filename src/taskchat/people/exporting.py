"""Reads all that is stored of a person, part by part, in the order in which a file tells it.

No more than a page is in memory, and no transaction is open while a part is on its way to whoever
reads it: so a slow reader holds nothing. It is therefore not one snapshot: of a conversation it tells
what was there when it was come to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from taskchat.db.database import Row, Transaction, as_json, as_time, as_uuid
from taskchat.errors import NotAuthenticatedError

if TYPE_CHECKING:
    from taskchat.db.database import Argument, Database
    from taskchat.ids import UserId

Kind = Literal["profile", "session", "task", "conversation", "message", "turn", "day"]
Part = tuple[Kind, Mapping[str, Any]]
"""What it is, and it itself as JSON knows it (`export_file.py`), without the parts that follow."""

PAGE = 500
GATHERED_CHARS = 32_768
TURNS_PAGE = 100
"""Fewer, since they come with their steps."""


async def everything_of(db: Database, user: UserId) -> AsyncGenerator[Part]:
    """All of it: a conversation is followed by its messages, then by its turns.

    Raises:
        NotAuthenticatedError: before anything else: there is no such user (any more).
        DatabaseError: the database failed.
    """
    reader = _Reader(db, user)
    profile = await reader.rows(_PROFILE)
    if not profile:
        raise NotAuthenticatedError
    yield "profile", _plain(profile[0], times="created_at")
    for row in await reader.rows(_SESSIONS):
        yield "session", _plain(row, times="created_at expires_at ended_at")
    async for row in reader.pages(_TASKS, "id"):
        yield "task", _plain(row, times=_TASK_TIMES, flags="completed all_day")
    used: dict[date, Counter[str]] = {}
    async for row in reader.pages(_CONVERSATIONS, "number"):
        times = "created_at updated_at deleted_at"
        yield (
            "conversation",
            _plain(row, times=times, flags="auto_title", json="metadata", uids="id"),
        )
        async for part in _messages(reader, row["number"], row["last_seq"]):
            yield part
        async for part in _turns(reader, row["number"], row["last_seq"]):
            _add_up(used, part[1])
            yield part
    for day, usage in sorted(used.items()):
        yield "day", {"day": day.isoformat(), **usage}


async def gathered(pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """The same text in pieces of a size that is worth sending."""
    waiting: list[str] = []
    chars = 0
    async for piece in pieces:
        waiting.append(piece)
        chars += len(piece)
        if chars >= GATHERED_CHARS:
            yield "".join(waiting)
            waiting.clear()
            chars = 0
    yield "".join(waiting)


async def _messages(reader: _Reader, conversation: int, last: int) -> AsyncGenerator[Part]:
    async for row in reader.pages(_MESSAGES, "seq", conversation, last):
        json = "tool_calls tool_results metadata"
        yield (
            "message",
            _plain(row, times="created_at updated_at deleted_at", json=json, uids="id turn_id"),
        )


async def _turns(reader: _Reader, conversation: int, last: int) -> AsyncGenerator[Part]:
    place = 0
    while rows := await reader.rows(_TURNS, conversation, last, place, TURNS_PAGE):
        steps: dict[int, list[Mapping[str, Any]]] = {}
        newest = rows[-1]["user_seq"]
        for step in await reader.rows(_STEPS, conversation, newest, place):
            told = _plain(step, times="created_at", json="body")
            steps.setdefault(step["user_seq"], []).append(_without(told, "user_seq"))
        for row in rows:
            turn = _plain(
                row,
                times="created_at finished_at",
                flags="retryable began_conversation",
                uids="id",
            )
            usage = {name: turn[name] for name in _USAGE}
            yield (
                "turn",
                {
                    **_without(turn, *_USAGE),
                    "usage": usage,
                    "steps": steps.get(row["user_seq"], []),
                },
            )
        place = newest


class _Reader:
    """Reads one user's rows; each page is a transaction of its own."""

    def __init__(self, db: Database, user: UserId) -> None:
        self._db = db
        self._user = user

    async def rows(self, sql: str, *args: Argument) -> Sequence[Row]:
        """All rows of a query whose first argument is the user."""

        async def work(tx: Transaction) -> Sequence[Row]:
            return await tx.fetch(sql, self._user, *args)

        return await self._db.read(work, user=self._user)

    async def pages(self, sql: str, key: str, *args: Argument) -> AsyncGenerator[Row]:
        """The same page by page; its last two arguments are the last key that was read, and a limit."""
        last = 0
        while rows := await self.rows(sql, *args, last, PAGE):
            for row in rows:
                yield row
            last = rows[-1][key]


_USAGE = ("input_tokens", "output_tokens", "requests")
_TASK_TIMES = "due_at created_at updated_at completed_at deleted_at"
_PROFILE = (
    "SELECT subject AS id, issuer, email, name, time_zone, last_task_id, created_at"
    " FROM users WHERE id = $1"
)
_SESSIONS = (
    "SELECT created_at, expires_at, ended_at FROM sessions WHERE user_id = $1 ORDER BY created_at"
)
_TASKS = (
    "SELECT id, title, description, completed, priority, due_at, all_day, created_at, updated_at,"
    " completed_at, deleted_at FROM tasks WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3"
)
_CONVERSATIONS = (
    "SELECT uid AS id, id AS number, title, auto_title, metadata, summary, summary_seq, last_seq,"
    " created_at, updated_at, deleted_at FROM conversations"
    " WHERE user_id = $1 AND id > $2 ORDER BY conversations.id LIMIT $3"
)
_MESSAGES = (
    "SELECT m.uid AS id, m.seq, t.uid AS turn_id, m.role, m.content, m.tool_calls, m.tool_results,"
    " m.metadata, m.created_at, m.updated_at, m.deleted_at"
    " FROM messages m JOIN turns t ON t.id = m.turn_id"
    " WHERE m.user_id = $1 AND m.conversation_id = $2 AND m.seq <= $3 AND m.seq > $4"
    " ORDER BY m.seq LIMIT $5"
)
_TURNS = (
    "SELECT uid AS id, user_seq, status, attempt, error_code, retryable, began_conversation,"
    " time_zone, input_tokens, output_tokens, requests, created_at, finished_at FROM turns"
    " WHERE user_id = $1 AND conversation_id = $2 AND user_seq <= $3 AND user_seq > $4"
    " ORDER BY user_seq LIMIT $5"
)
_STEPS = (
    "SELECT t.user_seq, s.kind, s.body, s.created_at FROM steps s JOIN turns t ON t.id = s.turn_id"
    " WHERE s.user_id = $1 AND t.conversation_id = $2 AND t.user_seq <= $3 AND t.user_seq > $4"
    " ORDER BY t.user_seq, s.idx"
)


def _plain(
    row: Row, *, times: str = "", flags: str = "", json: str = "", uids: str = ""
) -> dict[str, Any]:
    """A row as JSON knows it; the names of columns that a database keeps in its own way are given."""
    found: dict[str, Any] = {name: row[name] for name in _names(row)}
    for name in times.split():
        found[name] = None if found[name] is None else as_rfc3339(as_time(found[name]))
    for name in flags.split():
        found[name] = bool(found[name])
    for name in json.split():
        found[name] = as_json(found[name])
    for name in uids.split():
        found[name] = str(as_uuid(found[name]))
    return found


def _names(row: Any) -> Sequence[str]:  # noqa: ANN401  both drivers' rows have keys
    return list(row.keys())


def _without(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def _add_up(used: dict[date, Counter[str]], turn: Mapping[str, Any]) -> None:
    day = datetime.fromisoformat(turn["created_at"]).date()
    used.setdefault(day, Counter(dict.fromkeys(_USAGE, 0))).update(turn["usage"])


def as_rfc3339(moment: datetime) -> str:
    """A time as the API tells it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
