"""Two people with a list each, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from taskchat.db.database import Database
from taskchat.ids import UserId
from taskchat.tasks.service import TaskList
from tests.conftest import make_user

T = TypeVar("T")


@dataclass
class Person:
    db: Database
    user: UserId

    async def do(self, work: Callable[[TaskList], Awaitable[T]]) -> T:
        """Work on this person's list in a transaction of its own."""
        return await self.db.transaction(lambda tx: work(TaskList(tx, self.user)), user=self.user)

    async def add(self, *titles: str) -> None:
        for title in titles:
            await self.do(lambda tasks, title=title: tasks.add(title))

    async def titles(self) -> list[str]:
        tasks, _ = await self.do(lambda tasks: tasks.list())
        return [task.title for task in tasks]


@pytest.fixture
async def ann(database: Database) -> Person:
    return Person(database, await make_user(database, "ann"))


@pytest.fixture
async def bob(database: Database) -> Person:
    return Person(database, await make_user(database, "bob"))
