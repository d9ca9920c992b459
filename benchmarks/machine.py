"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("uvicorn", "uvloop", "fastapi", "pydantic", "asyncpg", "aiohttp", "pydantic-ai-slim")


def description(postgres: str) -> Iterator[str]:
    """The lines of a list.

    Args:
        postgres: the version of the server, as it tells it.
    """
    yield f"- {len(os.sched_getaffinity(0))} cores, {_cpu()}; {_memory_gb():.0f} GB of memory"
    yield f"- {platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield f"- Postgres {postgres.split()[0]}, SQLite {sqlite3.sqlite_version}, each on this machine"
    yield f"- {', '.join(f'{name} {version(name)}' for name in _PACKAGES)}"


def load() -> str:
    """What else the machine does now: another line."""
    return (
        f"- load average {os.getloadavg()[0]:.1f} before it began; the clients, the model and the"
        " database share its cores with the server"
    )


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
