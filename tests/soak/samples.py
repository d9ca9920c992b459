"""What is looked at while a soak runs: each process, Postgres and what the copies tell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.processes import tree_of
from tests.faults.databases import Postgres
from tests.measures.scrape import Scrape, read

MEMORY, HANDLES, SOCKETS, THREADS = "memory, MB", "file handles", "of them sockets", "threads"
CONNECTIONS = "connections"
PRIVATE = "private memory, MB"
SERVICE = "service"
IN_FLIGHT = "turns in flight"
METRICS_TOKEN = "of-whoever-scrapes-it"
_BACKENDS = (
    "SELECT count(*) AS many FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
_TABLES = (
    "SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC"
)


@dataclass(frozen=True)
class Sample:
    """One look."""

    at_s: float
    """Since the load began."""
    seen: Mapping[str, Mapping[str, float]]
    """By who it is of, and what it is: all that must not grow."""
    counted: Mapping[str, float]
    """What the copies have counted so far, all together."""
    tables: Mapping[str, float]
    """Their megabytes, with their indices."""
    answered: int
    """How many requests were by now."""
    slow_ms: float
    """What 95 of 100 plain turns stayed below since the last look."""
    lost: Sequence[str] = field(default_factory=list[str])
    """Processes that were there at the first look and are not any more, and who tells nothing."""


class Watch:
    """Looks at one deployment; a process that was there once must stay."""

    def __init__(self, postgres: Postgres, roots: Mapping[str, int], doors: Sequence[str]) -> None:
        """Nothing is looked at yet.

        Args:
            postgres: the server.
            roots: the process of each part by its name, which it and those below it get.
            doors: the addresses of the copies themselves.
        """
        self._postgres = postgres
        self._doors = doors
        self._pids = {
            name: pid for part, root in roots.items() for name, pid in _named(part, root).items()
        }

    async def look(self, at_s: float, answered: int, slow_ms: float) -> Sample:
        """At everything, now."""
        seen: dict[str, Mapping[str, float]] = {}
        lost: list[str] = []
        for name, pid in self._pids.items():
            try:
                seen[name] = look_at(pid)
            except OSError:
                lost.append(name)
        (backends,) = await self._postgres.rows(_BACKENDS)
        seen["Postgres"] = {CONNECTIONS: backends["many"], PRIVATE: self._private_mb()}
        tables = await self._postgres.rows(_TABLES)
        told = [each for door in self._doors if (each := await _told_at(door, lost))]
        seen[SERVICE] = {IN_FLIGHT: _sum(told, "taskchat_turns_in_flight")}
        return Sample(
            round(at_s, 1),
            seen,
            _counted(told),
            {row["name"]: row["bytes"] / 1e6 for row in tables},
            answered,
            round(slow_ms, 1),
            lost,
        )

    def _private_mb(self) -> float:
        """Of all processes of Postgres, without what they share: each has touched more of that in time."""
        found = 0.0
        for pid in tree_of(self._postgres.pid):
            with suppress(OSError):  # it has ended
                found += int(_status(pid)["RssAnon"].split()[0]) / 1000
        return found


async def _told_at(door: str, lost: list[str]) -> Scrape | None:
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    async with httpx2.AsyncClient(timeout=30, headers=headers) as client:
        try:
            answer = await client.get(f"{door}/metrics")
        except httpx2.TransportError:
            lost.append(f"/metrics of {door}")
            return None
    return read(answer.raise_for_status().text)


def look_at(pid: int) -> dict[str, float]:
    """What a process holds.

    Raises:
        OSError: it has ended.
    """
    status = _status(pid)
    handles = [_target(handle) for handle in Path(f"/proc/{pid}/fd").iterdir()]
    return {
        MEMORY: int(status["VmRSS"].split()[0]) / 1000,
        HANDLES: len(handles),
        SOCKETS: sum(handle.startswith("socket:") for handle in handles),
        THREADS: int(status["Threads"]),
    }


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # closed meanwhile
        return ""


def _named(part: str, root: int) -> dict[str, int]:
    """A process and those below it that do work, by names that tell them apart."""
    _, *below = tree_of(root)
    workers = sorted(pid for pid in below if b"resource_tracker" not in _command(pid))
    numbered = {f"{part}, worker {number}": pid for number, pid in enumerate(workers, 1)}
    return {part: root, **numbered}


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _counted(told: Sequence[Scrape]) -> dict[str, float]:
    """What tells of something that went wrong, and how much went well."""
    return {
        "turns completed": _sum(told, "taskchat_turns_total", status="completed"),
        "turns failed": _sum(told, "taskchat_turns_total", status="failed"),
        "turns cancelled": _sum(told, "taskchat_turns_total", status="cancelled"),
        "take-overs": _sum(told, "taskchat_takeovers_total"),
        "limiter failures": _sum(told, "taskchat_limiter_failures_total"),
        "model failures": _sum(told, "taskchat_model_failures_total"),
        "answers of 500 and above": sum(
            value
            for each in told
            for (name, labels), value in each.samples.items()
            if name == "taskchat_requests_total" and dict(labels)["status"].startswith("5")
        ),
    }


def _sum(told: Sequence[Scrape], name: str, **labels: str) -> float:
    return sum(each.get(name, **labels) for each in told)


def written(sample: Sample) -> str:
    """A line of a file."""
    return f"{json.dumps(asdict(sample))}\n"


def read_all(path: Path) -> tuple[dict[str, Any], list[Sample]]:
    """The first line of a file, and the samples of the others."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    return json.loads(head), [Sample(**json.loads(line)) for line in lines]
