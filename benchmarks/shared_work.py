"""Measures in the database alone: turns of many users, and the work across users that copies do."""

from __future__ import annotations

import os
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import asyncpg
import uvloop

from benchmarks.databases import PRODUCT
from taskchat.chat.journal import Journal
from taskchat.chat.records import Ending, Opened, TurnRequest
from taskchat.chat.window import Window
from taskchat.db.postgres import open_postgres
from taskchat.ids import ConversationId, UserId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.databases import PostgresServer
    from taskchat.db.postgres import PostgresDatabase

USERS = 10_000
TURNS = 10
"""Of each, in one conversation."""
RUNNING = 5_000
COLD = 200
"""Turns directly after a checkpoint: few, so that no two meet on a page."""
WARM = 3_000
_TIMES = 100
_HELD = 30


@dataclass(frozen=True)
class SharedWork:
    """Milliseconds of Postgres' CPU, but for the bytes."""

    spread_cpu_ms: float
    """Open and close, by many users."""
    spread_wal_bytes: float
    cold_wal_bytes: float
    """The same where each page is written for the first time since the last checkpoint."""
    claim_ms: float
    """A look for lost turns, where none runs."""
    claim_ms_per_1000: float
    """What each thousand running turns adds to it."""
    watch_ms: float
    renew_ms: float
    """Of one turn."""
    renew_wal_bytes: float


_FILL = (
    "INSERT INTO users (issuer, subject, created_at, updated_at)"
    " SELECT 'bench', 'user ' || n, now(), now() FROM generate_series(1, {users}) AS n",
    "INSERT INTO conversations (uid, user_id, title, last_seq, message_count, created_at,"
    " updated_at) SELECT gen_random_uuid(), id, 'A title', 2 * {turns}, 2 * {turns}, now(), now()"
    " FROM users WHERE issuer = 'bench'",
    # Turn by turn, as they come in life: those of one user do not stand beside each other.
    "INSERT INTO turns (uid, user_id, conversation_id, status, lease_until, request_hash,"
    " began_conversation, user_seq, time_zone, created_at, finished_at)"
    " SELECT gen_random_uuid(), user_id, c.id, 'completed', 0, repeat('a', 64), n = 1, 2 * n - 1,"
    " 'UTC', now() - n * interval '1 hour', now() FROM generate_series(1, {turns}) AS n,"
    " conversations AS c WHERE title = 'A title' ORDER BY n, random()",
    "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content, created_at,"
    " updated_at) SELECT gen_random_uuid(), conversation_id, user_id, id, user_seq + answer,"
    " (ARRAY['user', 'assistant'])[answer + 1], repeat('words ', 10 + 5 * answer), created_at,"
    " created_at FROM turns, generate_series(0, 1) AS answer WHERE request_hash = repeat('a', 64)",
    "VACUUM ANALYZE",
)


def measure(postgres: PostgresServer) -> SharedWork:
    """Fill Taskchat's database with many users, and measure there."""
    for statement in _FILL:
        filled = statement.format(users=USERS, turns=TURNS)
        postgres.execute(filled, database=PRODUCT)
    return uvloop.run(_Measuring(postgres).all())


def flush_ms(postgres: PostgresServer) -> float:
    """How long it takes to bring a page to the disk that the database is on."""
    folder = Path(postgres.execute("SHOW data_directory")[0][0])
    took: list[float] = []
    with tempfile.NamedTemporaryFile(dir=folder.parent) as file:
        os.posix_fallocate(file.fileno(), 0, 16 << 20)  # as the log's files are: made beforehand
        os.fsync(file.fileno())
        for place in range(300):
            os.pwrite(file.fileno(), os.urandom(8192), 8192 * place)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return round(median(took), 3)


class _Measuring:
    """On one connection each; a connection's own process has the CPU."""

    def __init__(self, postgres: PostgresServer) -> None:
        self._postgres = postgres

    async def all(self) -> SharedWork:
        db = await open_postgres(self._postgres.address("service", PRODUCT))
        self._admin = await asyncpg.connect(self._postgres.address("postgres", PRODUCT))
        journal = Journal(db, lease_s=12, window=Window(20))
        people = await self._admin.fetch(
            "SELECT user_id, id FROM conversations WHERE title = 'A title'"
        )
        random.Random(1).shuffle(people)  # noqa: S311  the same order each time
        spread_ms, spread_bytes = await self._spread(journal, db, people[COLD : COLD + WARM])
        await self._admin.execute("CHECKPOINT")
        _, cold_bytes = await self._spread(journal, db, people[:COLD])

        claim_ms, _ = await self._cost(db, "SELECT * FROM turn_claim_2(8, 12)")
        held = await self._run_turns(RUNNING)
        claims_ms, _ = await self._cost(db, "SELECT * FROM turn_claim_2(8, 12)")
        epochs = [1] * _HELD
        watch_ms, _ = await self._cost(db, "SELECT turn_watch_1($1, $2)", held[:_HELD], epochs)
        renew_ms, renew_bytes = await self._cost(
            db, "SELECT turn_renew_1($1, $2, 12)", held[:_HELD], epochs
        )
        await self._admin.close()
        await db.close()
        return SharedWork(
            spread_ms,
            spread_bytes,
            cold_bytes,
            claim_ms,
            round((claims_ms - claim_ms) / RUNNING * 1000, 4),
            watch_ms,
            round(renew_ms / _HELD, 4),
            round(renew_bytes / _HELD),
        )

    async def _spread(
        self, journal: Journal, db: PostgresDatabase, people: Sequence[asyncpg.Record]
    ) -> tuple[float, float]:
        """CPU (ms) and log (bytes) of a turn, each of another user; one after the other."""

        async def turn(person: asyncpg.Record) -> None:
            opening = await journal.open(
                TurnRequest(UserId(person["user_id"]), "hello " * 10, ConversationId(person["id"]))
            )
            assert isinstance(opening, Opened)
            await journal.close(opening.turn, Ending("completed", "an answer " * 10))

        for person in people[:20]:  # plans are made
            await turn(person)
        before, began = await self._backends_cpu_s(), await self._log()
        for person in people[20:]:
            await turn(person)
        times = len(people) - 20
        cpu_ms = (await self._backends_cpu_s() - before) * 1000 / times
        return round(cpu_ms, 3), round((await self._log() - began) / times)

    async def _run_turns(self, count: int) -> list[int]:
        """Have so many turns run whose owners are well."""
        rows = await self._admin.fetch(
            "UPDATE turns SET status = 'running', lease_until = epoch_now() + 55"
            " WHERE user_seq = $1 AND request_hash = repeat('a', 64) AND conversation_id IN"
            " (SELECT id FROM conversations WHERE title = 'A title' LIMIT $2) RETURNING id",
            2 * TURNS - 1,
            count,
        )
        await self._admin.execute("VACUUM ANALYZE turns")
        return sorted(row["id"] for row in rows)

    async def _cost(self, db: PostgresDatabase, sql: str, *args: list[int]) -> tuple[float, float]:
        """CPU (ms) and log (bytes) of a statement."""
        for _ in range(10):
            await db.call(sql, *args)
        before, began = await self._backends_cpu_s(), await self._log()
        for _ in range(_TIMES):
            await db.call(sql, *args)
        cpu_ms = (await self._backends_cpu_s() - before) * 1000 / _TIMES
        return round(cpu_ms, 4), (await self._log() - began) / _TIMES

    async def _log(self) -> int:
        return int(await self._admin.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))

    async def _backends_cpu_s(self) -> float:
        """The CPU time of the service's connections."""
        rows = await self._admin.fetch("SELECT pid FROM pg_stat_activity WHERE usename = 'service'")
        return sum(cpu_precise_s(row["pid"]) for row in rows)


def cpu_precise_s(pid: int) -> float:
    """A process's CPU time in seconds, finer than the clock ticks of `stat` (proc(5), schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="utf-8").split()[0]) / 1e9
