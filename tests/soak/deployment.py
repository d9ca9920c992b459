"""What is soaked: Postgres, pgbouncer, two copies and nginx, on the files of `deploy/`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from tests.deploy.doors import Nginx
from tests.deploy.files import copy_settings
from tests.faults.copies import free_port
from tests.faults.databases import Postgres
from tests.processes import TaskchatServer, environment
from tests.soak.samples import METRICS_TOKEN

MODEL_S = 0.5
"""What the model takes for an answer."""
DELTAS = 25
"""In how many pieces it streams one."""
WORKERS = (1, 2)
"""Of each copy: a server that is its own worker, and one that has some."""


@dataclass(frozen=True)
class Deployment:
    """All parts of it."""

    address: str
    """The only one that people know."""
    postgres: Postgres
    copies: Sequence[TaskchatServer]
    doors: Sequence[str]
    """The addresses of the copies themselves, for whoever scrapes them."""
    roots: Mapping[str, int]
    """The process of each part but Postgres, by its name."""

    def crashes(self) -> list[str]:
        """What the copies' logs say of errors that nobody expected."""
        return [
            line[:300]
            for copy in self.copies
            for line in copy.log.splitlines()
            if '.crashed"' in line or line.startswith("Traceback")
        ]


@asynccontextmanager
async def deployment(folder: Path) -> AsyncGenerator[Deployment]:
    """Everything at work; the folder must be open to other accounts."""
    async with AsyncExitStack() as stack:
        postgres = Postgres(folder / "pg", None)
        stack.push_async_callback(postgres.end)
        await postgres.prepare()
        # Other tests do without: here commits wait for the disk, as in production.
        await postgres.execute("ALTER SYSTEM RESET fsync")
        await postgres.execute("SELECT pg_reload_conf()")
        pgbouncer = postgres.pooler(folder / "pgbouncer")
        stack.push_async_callback(pgbouncer.end)
        await pgbouncer.start()
        model_url = stack.enter_context(processes.mock_model(MODEL_S, DELTAS))
        ports = [free_port() for _ in WORKERS]
        nginx = Nginx(folder / "nginx", ports)
        stack.push_async_callback(nginx.end)
        env = environment(
            folder,
            pgbouncer.url,
            **copy_settings(),
            TASKCHAT_MODEL="openai:mock",
            TASKCHAT_MODEL_BASE_URL=model_url,
            TASKCHAT_MODEL_API_KEY="x",
            TASKCHAT_PUBLIC_URL=nginx.address,
            TASKCHAT_TRUSTED_PROXIES="127.0.0.1",
            TASKCHAT_METRICS_TOKEN=METRICS_TOKEN,
            TASKCHAT_SIGN_UP="open",
            # Looked up as always, and never met.
            TASKCHAT_RATE_LIMIT="1000000/minute",
            TASKCHAT_AUTH_RATE_LIMIT="1000000/minute",
            TASKCHAT_TURNS_AT_ONCE="1000",
        )
        copies = [
            TaskchatServer(env, "--port", str(port), "--workers", str(workers))
            for port, workers in zip(ports, WORKERS, strict=True)
        ]
        for copy in copies:
            stack.callback(copy.kill)
        await asyncio.gather(*(asyncio.to_thread(copy.start) for copy in copies))
        await nginx.start()
        roots = {f"copy {number}": copy.pid for number, copy in enumerate(copies, 1)}
        roots |= {"nginx": nginx.pid, "pgbouncer": pgbouncer.pid}
        doors = [f"http://127.0.0.1:{port}" for port in ports]
        yield Deployment(nginx.address, postgres, copies, doors, roots)
