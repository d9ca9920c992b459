"""A user's to-do list: every query and every rule, inside a transaction that someone else opened.

It does not know who calls: a tool in a chat turn, the REST routes or a command.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from taskchat.dates.due import Due
from taskchat.db.database import Argument, Row, Transaction, as_optional_time, as_time
from taskchat.errors import FieldError, InvalidInputError, NotAuthenticatedError, TaskNotFoundError
from taskchat.ids import TaskId, UserId
from taskchat.tasks.counting import COUNT_UP
from taskchat.tasks.fields import LARGEST_ID, Priority, Sort, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Task:
    """One to-do as it is now. Times are in UTC."""

    id: TaskId
    title: str
    description: str | None
    completed: bool
    priority: Priority | None
    due_at: datetime | None
    all_day: bool
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None

    @property
    def due(self) -> Due | None:
        """When it is due, if it is."""
        return None if self.due_at is None else Due(self.due_at, self.all_day)

    def as_json(self) -> dict[str, str | int | bool | None]:
        """The task as the world sees it, in REST and in tools alike."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "completed": self.completed,
            "priority": self.priority,
            "due_at": _rfc3339(self.due_at),
            "all_day": self.all_day,
            "created_at": _rfc3339(self.created_at),
            "updated_at": _rfc3339(self.updated_at),
            "completed_at": _rfc3339(self.completed_at),
        }


class Changes(TypedDict, total=False):
    """What is to be different: what is absent stays, None clears."""

    title: str
    description: str | None
    completed: bool
    priority: Priority | None
    due: Due | None
    all_day: bool
    """Overrides what the due date says; without one, only False is possible."""


class TaskList:
    """The tasks of one user, in one open transaction.

    Values are taken as the borders checked them (`tasks/fields.py`). A deleted task, another
    user's, and one that never was are the same to every function but `restore`.
    """

    def __init__(self, tx: Transaction, user: UserId, ids: Iterator[TaskId] | None = None) -> None:
        """The list of that user.

        Args:
            tx: what everything is done in.
            user: whose tasks.
            ids: taken beforehand for the tasks that are added first; others are counted up here.
        """
        self._tx = tx
        self._user = user
        self._ids = ids or iter(())

    async def add(
        self,
        title: str,
        *,
        description: str | None = None,
        priority: Priority | None = None,
        due: Due | None = None,
    ) -> Task:
        """Put a task at the end of the list.

        Raises:
            NotAuthenticatedError: the user was erased meanwhile.
        """
        at, all_day = (due.at, due.all_day) if due else (None, False)
        added = await self._add(title, description, priority, at, all_day)
        if added is None:
            raise NotAuthenticatedError
        now = as_time(added["created_at"])
        return Task(
            id=TaskId(added["id"]),
            title=title,
            description=description,
            completed=False,
            priority=priority,
            due_at=at,
            all_day=all_day,
            created_at=now,
            updated_at=now,
            completed_at=None,
        )

    async def _add(self, *values: Argument) -> Row | None:
        taken = next(self._ids, None)
        if taken is not None:
            return await self._tx.fetchrow(
                f"INSERT INTO tasks ({_ADDED})"  # noqa: S608
                " SELECT $1, $2::integer, now, now, $3, $4, $5, $6::timestamptz, $7::boolean, false"
                " FROM clock_timestamp() AS now RETURNING id, created_at",
                self._user,
                taken,
                *values,
            )
        # The counter's row is locked until the end: an id has no second owner.
        if self._tx.dialect == "postgres":  # in one round trip
            return await self._tx.fetchrow(
                f"WITH counted AS ({COUNT_UP}) INSERT INTO tasks ({_ADDED})"  # noqa: S608
                " SELECT $1, last_task_id, now, now, $2, $3, $4, $5::timestamptz, $6::boolean, false"
                " FROM counted RETURNING id, created_at",
                self._user,
                *values,
            )
        counted = await self._tx.fetchrow(COUNT_UP, self._user)
        if counted is None:
            return None
        return await self._tx.fetchrow(
            f"INSERT INTO tasks ({_ADDED})"  # noqa: S608
            " VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, false) RETURNING id, created_at",
            self._user,
            counted["last_task_id"],
            counted["now"],
            *values,
        )

    async def get(self, task_id: int) -> Task:
        """One task.

        Raises:
            TaskNotFoundError: there is none of that id.
        """
        return _to_task(await self._row(task_id, _GET))

    async def list(
        self,
        *,
        status: Status = "all",
        q: str | None = None,
        sort: Sort = "created_at",
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Sequence[Task], int]:
        """A page of the list, and how many tasks the whole has.

        Args:
            status: which of them.
            q: what title or description contains, whatever its case, in any alphabet.
            sort: `created_at` is the order of their ids. What has no due date or no priority comes
                last; high priority comes first; ties are in order of ids.
            limit: how many at most.
            offset: how many of the first to leave out.
        """
        wanted = _folded(q.strip()) if q else ""
        if wanted or sort == "title":
            return await self._list_here(status, wanted, sort, slice(offset, offset + limit))
        flags = _FLAGS[status]
        rows = await self._tx.fetch(
            f"{_LIST} ORDER BY {_ORDER[sort]} LIMIT $4 OFFSET $5",
            self._user,
            *flags,
            limit,
            offset,
        )
        if len(rows) < limit and (rows or not offset):
            total = offset + len(rows)
        else:
            counted = await self._tx.fetchrow(_COUNT, self._user, *flags)
            total = counted["total"] if counted is not None else 0
        return [_to_task(row) for row in rows], total

    async def _list_here(
        self, status: Status, wanted: str, sort: Sort, page: slice
    ) -> tuple[Sequence[Task], int]:
        # SQLite's lower() and LIKE know ASCII only, those of Postgres what the server's locale
        # knows. One user's tasks are few enough to be searched here, with the same answer on both;
        # SQL would have to look at every one of them as well.
        order = _ORDER["created_at" if sort == "title" else sort]
        rows = await self._tx.fetch(f"{_LIST} ORDER BY {order}", self._user, *_FLAGS[status])
        found = [
            row
            for row in rows
            if wanted in _folded(row["title"]) or wanted in _folded(row["description"] or "")
        ]
        if sort == "title":
            # Decomposed, so that é stands with e and not after z.
            found.sort(key=lambda row: unicodedata.normalize("NFKD", _folded(row["title"])))
        return [_to_task(row) for row in found[page]], len(found)

    async def complete(self, task_id: int, completed: bool | None = None) -> Task:
        """Mark a task as done or not done; None turns it round.

        Raises:
            TaskNotFoundError: there is none of that id.
        """
        row = await self._row(task_id, _LOCK)
        task = _to_task(row)
        wanted = not task.completed if completed is None else completed
        return await self._store(row, task, replace(task, completed=wanted))

    async def update(self, task_id: int, **changes: Unpack[Changes]) -> Task:
        """Change a task; one that is the same afterwards keeps its `updated_at`.

        Raises:
            TaskNotFoundError: there is none of that id.
            InvalidInputError: all day without a due date.
        """
        row = await self._row(task_id, _LOCK)
        task = _to_task(row)
        return await self._store(row, task, _changed(task, changes))

    async def delete(self, task_id: int) -> Task:
        """Take a task off the list; `restore` brings it back.

        Raises:
            TaskNotFoundError: there is none of that id.
        """
        row = await self._tx.fetchrow(_DELETE, self._user, _checked(task_id))
        if row is None:
            raise TaskNotFoundError
        return _to_task(row)

    async def restore(self, task_id: int) -> Task:
        """Bring a deleted task back as it was; one that is there is left as it is.

        Raises:
            TaskNotFoundError: there never was one of that id, or it was deleted for good.
        """
        row = await self._tx.fetchrow(_RESTORE, self._user, _checked(task_id))
        return await self.get(task_id) if row is None else _to_task(row)

    async def _row(self, task_id: int, sql: str) -> Row:
        row = await self._tx.fetchrow(sql, self._user, _checked(task_id))
        if row is None:
            raise TaskNotFoundError
        return row

    async def _store(self, row: Row, before: Task, after: Task) -> Task:
        if after == before:
            return before
        now = as_time(row["now"])
        since = before.completed_at if before.completed else now
        after = replace(after, updated_at=now, completed_at=since if after.completed else None)
        await self._tx.execute(
            "UPDATE tasks SET title = $3, description = $4, completed = $5, priority = $6,"
            " due_at = $7, all_day = $8, updated_at = $9, completed_at = $10"
            " WHERE user_id = $1 AND id = $2",
            self._user,
            after.id,
            after.title,
            after.description,
            after.completed,
            after.priority,
            after.due_at,
            after.all_day,
            after.updated_at,
            after.completed_at,
        )
        return after


_COLUMNS = (
    "id, title, description, completed, priority, due_at, all_day, created_at, updated_at,"
    " completed_at"
)
_ADDED = (
    "user_id, id, created_at, updated_at, title, description, priority, due_at, all_day, completed"
)
_ALIVE = "WHERE user_id = $1 AND deleted_at IS NULL"
# Everything put into these statements is a constant of this file.
_GET = f"SELECT {_COLUMNS} FROM tasks {_ALIVE} AND id = $2"  # noqa: S608
_LOCK = (
    f"SELECT {_COLUMNS}, clock_timestamp() AS now FROM tasks {_ALIVE} AND id = $2"  # noqa: S608
    " FOR NO KEY UPDATE"
)
_LIST = f"SELECT {_COLUMNS} FROM tasks {_ALIVE} AND completed IN ($2, $3)"  # noqa: S608
_COUNT = f"SELECT count(*) AS total FROM tasks {_ALIVE} AND completed IN ($2, $3)"  # noqa: S608
_DELETE = (
    "UPDATE tasks SET deleted_at = clock_timestamp(), updated_at = clock_timestamp()"  # noqa: S608
    f" {_ALIVE} AND id = $2 RETURNING {_COLUMNS}"
)
_RESTORE = (
    "UPDATE tasks SET deleted_at = NULL, updated_at = clock_timestamp()"  # noqa: S608
    " WHERE user_id = $1 AND id = $2 AND deleted_at IS NOT NULL"
    f" RETURNING {_COLUMNS}"
)
_FLAGS: dict[Status, tuple[bool, bool]] = {
    "all": (False, True),
    "pending": (False, False),
    "completed": (True, True),
}
_ORDER: dict[Sort, str] = {
    "created_at": "id",
    "-created_at": "id DESC",
    "due_at": "due_at IS NULL, due_at, id",
    "priority": "CASE priority WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3"
    " ELSE 4 END, id",
}


def _checked(task_id: int) -> int:
    # Neither database takes a number that its column cannot hold.
    if not 0 < task_id <= LARGEST_ID:
        raise TaskNotFoundError
    return task_id


def _changed(task: Task, changes: Changes) -> Task:
    due = changes.get("due", task.due)
    all_day = changes.get("all_day", due.all_day if due else False)
    if all_day and due is None:
        raise InvalidInputError(FieldError("all_day", "needs a due_at"))
    return replace(
        task,
        title=changes.get("title", task.title),
        description=changes.get("description", task.description),
        completed=changes.get("completed", task.completed),
        priority=changes.get("priority", task.priority),
        due_at=due.at if due else None,
        all_day=all_day,
    )


def _to_task(row: Row) -> Task:
    return Task(
        id=TaskId(row["id"]),
        title=row["title"],
        description=row["description"],
        completed=bool(row["completed"]),
        priority=row["priority"],
        due_at=as_optional_time(row["due_at"]),
        all_day=bool(row["all_day"]),
        created_at=as_time(row["created_at"]),
        updated_at=as_time(row["updated_at"]),
        completed_at=as_optional_time(row["completed_at"]),
    )


def _folded(text: str) -> str:
    """The text without its case and without the ways to write one character in several."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text.casefold())


def _rfc3339(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
