"""For whom the tools work: bound around each call by us, never an argument.

A chat turn binds the transaction that also stores the step, so that both are committed together:

    async def work(tx: Transaction) -> None:
        with acting_for(ToolCaller(user, zone, asked_at, tx=tx)):
            outcome = await call(server, name, arguments)

It is bound inside `work`, because on SQLite that runs in the writer's thread, which does not see
the context of the event loop. A connection (`/mcp`, stdio) binds the database instead: there each
call is a transaction of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from taskchat.tasks.service import TaskList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from datetime import tzinfo

    from taskchat.db.database import Database, Transaction
    from taskchat.ids import TaskId, UserId
    from taskchat.tasks.new_tasks import NewTasks, NotedTask

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ToolCaller:
    """Whose list it is, where and when they ask, and the transaction (or what opens one)."""

    user: UserId
    zone: tzinfo
    asked_at: datetime | None = None
    """When the message came that "tomorrow" may stand in; None: at the time of each call."""
    tx: Transaction | None = None
    db: Database | None = None
    new: NewTasks | None = None
    """Ids that were taken for the tasks that are added; without a transaction they are noted there,
    to be stored by whoever called."""

    @property
    def now(self) -> datetime:
        """The local time from which dates in words are counted."""
        return (self.asked_at or datetime.now(UTC)).astimezone(self.zone)

    async def run(self, work: Callable[[TaskList], Awaitable[T]], *, only_reads: bool = False) -> T:
        """Do something with the list, in the transaction given or in one of its own.

        Raises:
            DatabaseError: as the database says; also whatever `work` raises.
        """
        if self.tx is not None:
            return await work(TaskList(self.tx, self.user, self.new.ids if self.new else None))
        if self.db is None:
            message = "a caller needs a transaction or a database"
            raise RuntimeError(message)
        begin = self.db.read if only_reads else self.db.transaction
        return await begin(lambda tx: work(TaskList(tx, self.user)), user=self.user)

    async def add(self, task: NotedTask) -> TaskId:
        """Put a task at the end of the list, or note it where there is no database yet.

        Raises:
            NotAuthenticatedError: the user was erased meanwhile.
            DatabaseError: as the database says.
        """
        if self.new is not None and self.tx is None:
            return self.new.note(task)
        added = await self.run(
            lambda tasks: tasks.add(
                task.title, description=task.description, priority=task.priority, due=task.due
            )
        )
        return added.id


tool_caller: ContextVar[ToolCaller] = ContextVar("tool_caller")
"""Who calls now. A tool that is called outside of `acting_for` fails: there is no default user."""


@contextmanager
def acting_for(caller: ToolCaller) -> Generator[None]:
    """Bind the caller for what is called inside."""
    token = tool_caller.set(caller)
    try:
        yield
    finally:
        tool_caller.reset(token)
