"""The ids of tasks: they count per user and are never used again; `users.last_task_id` is the counter.

Where a task is added by itself, its id is counted up with it (`service.py`). In a chat turn on Postgres
they are taken beforehand: the counter's row would stay locked while the turn goes on writing, and one
user's turns would stand in line for it, each until the one before is on the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.db.postgres import PostgresDatabase
from taskchat.ids import TaskId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.db.database import Database
    from taskchat.ids import UserId

COUNT_UP = (
    "UPDATE users SET last_task_id = last_task_id + 1 WHERE id = $1"
    " RETURNING last_task_id, clock_timestamp() AS now"
)


async def take_ids(db: Database, user: UserId, count: int) -> Sequence[TaskId]:
    """Ids for tasks that are about to be added; what is not used is left out for good.

    None on SQLite, where one writer works at a time and nobody waits for the row; none for a user
    who is gone, which shows when the task is added.

    Raises:
        DatabaseError: the database failed.
    """
    if not isinstance(db, PostgresDatabase) or not count:
        return ()
    row = await db.call("SELECT task_ids_1($1, $2) AS last", user, count)
    last = None if row is None else row["last"]
    return () if last is None else [TaskId(last - count + n) for n in range(1, count + 1)]
