"""A database on which something else happens before each transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from taskchat.db.database import Database, Guard, Work
from taskchat.ids import UserId
from taskchat.measures.pool_use import PoolUse

T = TypeVar("T")


class Meddled(Database):
    """The same database for all else; what happens may also fail."""

    def __init__(self, db: Database, meddle: Callable[[], Awaitable[None]]) -> None:
        self._db = db
        self._meddle = meddle

    @property
    def dialect(self):
        return self._db.dialect

    async def transaction(
        self, work: Work[T], *, user: UserId | None = None, guard: Guard | None = None
    ) -> T:
        await self._meddle()
        return await self._db.transaction(work, user=user, guard=guard)

    async def read(self, work: Work[T], *, user: UserId | None = None) -> T:
        return await self._db.read(work, user=user)

    def use(self) -> PoolUse:
        return self._db.use()

    async def scrub(self) -> bool:
        return await self._db.scrub()

    async def close(self) -> None:
        await self._db.close()
