"""What `deploy/` describes, at work on this machine: Postgres, pgbouncer, three copies and nginx."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from tests.deploy.doors import Nginx, Pgbouncer
from tests.deploy.files import copy_settings
from tests.faults.copies import free_port
from tests.faults.databases import Postgres
from tests.http.conftest import Person
from tests.measures.collector import Collector
from tests.model.stub_provider import StubProvider
from tests.processes import PATIENCE_S, TaskchatServer, environment

COPIES = 3
METRICS_TOKEN = "of-whoever-scrapes-it"
SCRAPER = {"Authorization": f"Bearer {METRICS_TOKEN}"}
SIGN_INS = 20
"""How often an address may try within an hour."""


@dataclass
class Deployment:
    """All parts of it."""

    nginx: Nginx
    pgbouncer: Pgbouncer
    copies: list[TaskchatServer]
    doors: list[str]
    """The addresses of the copies themselves; what they print is nginx's."""
    model: StubProvider
    collector: Collector
    folder: Path

    def client(self, address: str = "", local_address: str | None = None) -> httpx2.AsyncClient:
        """Somebody who knows nginx alone.

        Args:
            address: of a copy, to talk to it past nginx.
            local_address: which of this machine's own addresses it comes from.
        """
        return httpx2.AsyncClient(
            base_url=address or self.nginx.address,
            timeout=PATIENCE_S,
            transport=httpx2.AsyncHTTPTransport(local_address=local_address),
        )

    async def sign_up(self, client: httpx2.AsyncClient) -> Person:
        """Make an account."""
        account = {"email": f"{uuid4().hex}@example.com", "password": "correct horse"}
        answer = await client.post("/auth/sign-up", json=account)
        assert answer.status_code == 201, answer.text
        client.cookies.clear()
        return Person(client, answer.json()["user"]["id"], answer.json()["token"])


@pytest.fixture(autouse=True, scope="session")
def doors_are_installed() -> None:
    """Skips everything here where they are not."""
    missing = [
        program for program in ("nginx", "pgbouncer") if not Path(f"/usr/sbin/{program}").exists()
    ]
    if missing:
        assert "CI" not in os.environ, "CI must have them"  # noqa: TID251  not a setting
        pytest.skip(f"apt-get install {' '.join(missing)}")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """For files of servers that run under another account, see `postgres_server`."""
    with _open_folder() as folder:
        yield folder


@contextmanager
def _open_folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="taskchat-deploy-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres() -> AsyncIterator[Postgres]:
    """A migrated server for a whole module."""
    with _open_folder() as folder:
        postgres = Postgres(folder / "pg", None)
        await postgres.prepare()
        yield postgres
        await postgres.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(postgres: Postgres) -> AsyncIterator[Deployment]:
    """One for a whole module, whose people do not meet."""
    with _open_folder() as folder:
        async with _running(postgres, folder) as deployment:
            yield deployment


@asynccontextmanager
async def _running(postgres: Postgres, folder: Path) -> AsyncGenerator[Deployment]:
    async with AsyncExitStack() as stack:
        pgbouncer = postgres.pooler(folder / "pgbouncer")
        stack.push_async_callback(pgbouncer.end)
        await pgbouncer.start()
        model = await stack.enter_async_context(StubProvider())
        collector = await stack.enter_async_context(Collector())
        ports = [free_port() for _ in range(COPIES)]
        nginx = Nginx(folder / "nginx", ports)
        stack.push_async_callback(nginx.end)
        env = environment(
            folder,
            pgbouncer.url,
            **model.settings,
            **copy_settings(),
            TASKCHAT_DATA_DIR=str(folder / "data"),
            TASKCHAT_PUBLIC_URL=nginx.address,
            TASKCHAT_TRUSTED_PROXIES="127.0.0.1",
            TASKCHAT_METRICS_TOKEN=METRICS_TOKEN,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="200",
            TASKCHAT_AUTH_RATE_LIMIT=f"{SIGN_INS}/hour",
        )
        copies = [TaskchatServer(env, "--port", str(port)) for port in ports]
        for copy in copies:
            stack.callback(copy.kill)
        await asyncio.gather(*(asyncio.to_thread(copy.start) for copy in copies))
        await nginx.start()
        doors = [f"http://127.0.0.1:{port}" for port in ports]
        yield Deployment(nginx, pgbouncer, copies, doors, model, collector, folder)


@pytest_asyncio.fixture(loop_scope="module")
async def client(deployment: Deployment) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of nginx."""
    async with deployment.client() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def person(deployment: Deployment, client: httpx2.AsyncClient) -> Person:
    """Somebody with an account of this test's own."""
    return await deployment.sign_up(client)
