"""What `deploy/` describes, at work on this machine: Postgres, pgbouncer, three copies and nginx."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from tests.deploy.doors import Nginx
from tests.deploy.files import copy_settings
from tests.faults.copies import free_port
from tests.faults.databases import Postgres
from tests.http.conftest import Person
from tests.model.stub_provider import StubProvider
from tests.processes import PATIENCE_S, TaskchatServer, environment

COPIES = 3
SIGN_INS = 20
"""How often an address may try within an hour."""


@dataclass
class Deployment:
    """All parts of it."""

    nginx: Nginx
    copies: list[TaskchatServer]
    model: StubProvider
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """One for a whole module, whose people do not meet."""
    folder = tmp_path_factory.mktemp("deployment")
    async with AsyncExitStack() as stack:
        postgres = Postgres(folder / "pg", None)
        stack.push_async_callback(postgres.end)
        await postgres.prepare()
        pgbouncer = postgres.pooler(folder / "pgbouncer")
        stack.push_async_callback(pgbouncer.end)
        await pgbouncer.start()
        model = await stack.enter_async_context(StubProvider())
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
            TASKCHAT_AUTH_RATE_LIMIT=f"{SIGN_INS}/hour",
        )
        copies = [TaskchatServer(env, "--port", str(port)) for port in ports]
        for copy in copies:
            stack.callback(copy.kill)
        await asyncio.gather(*(asyncio.to_thread(copy.start) for copy in copies))
        await nginx.start()
        yield Deployment(nginx, copies, model, folder)


@pytest_asyncio.fixture(loop_scope="module")
async def client(deployment: Deployment) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of nginx."""
    async with deployment.client() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def person(deployment: Deployment, client: httpx2.AsyncClient) -> Person:
    """Somebody with an account of this test's own."""
    return await deployment.sign_up(client)
