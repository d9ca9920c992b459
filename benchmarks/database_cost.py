"""What turns, and copies that only stand there, cost the database: what `docs/scale.md` counts with.

    python -m benchmarks.database_cost [--record] [--seconds 5]

CPU times are of the processes (`/proc`), so they hold on a busy machine, too; the counts are those
of Postgres' own statistics. Takes four minutes; `--record` writes measured_costs.json, from which
`python -m benchmarks.simulation` takes its times, and the table of the page.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine, page, processes, shared_work
from benchmarks.databases import PRODUCT
from benchmarks.processes import cpu_s
from benchmarks.shared_work import SharedWork
from benchmarks.stage import DELTAS, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.databases import PostgresServer
    from benchmarks.processes import Server
    from benchmarks.stage import Turn

RECORDED = Path(__file__).with_name("measured_costs.json")
PAGE = "scale.md"
COMMAND = "python -m benchmarks.database_cost"
AT_ONCE = 20
IDLE_S = 12
FLUSHED_S = 11
"""A connection that has nothing to do tells its statistics after ten seconds."""
TABLES = ("conversations", "messages", "turns", "steps", "turn_events", "tasks")


@dataclass(frozen=True)
class Cost:
    """What a turn takes, on the average; or a copy without turns, in a second."""

    server_cpu_ms: float
    postgres_cpu_ms: float
    connection_ms: float
    """How long a connection is in use, while the load of this benchmark is on."""
    transactions: float
    """Those that only read, too."""
    flushes: float
    """How often the log was brought to the disk; one flush serves all that wait for it."""
    wal_bytes: float
    stored_bytes: Mapping[str, float]
    """By table, with its indices."""
    rows: Mapping[str, float]


@dataclass(frozen=True)
class Costs:
    """All that was measured."""

    measured_on: Sequence[str]
    turns: Mapping[str, Cost]
    idle: Cost
    """Of a copy, in a second."""
    connections: int
    """That a copy without turns keeps."""
    disk_flush_ms: float
    shared: SharedWork


@dataclass(frozen=True)
class _Counters:
    """Where Postgres' own counters stand."""

    connection_ms: float
    transactions: float
    flushes: float
    wal_bytes: float
    stored_bytes: Mapping[str, float]
    rows: Mapping[str, float]


_Reading = tuple[_Counters, tuple[float, float]]
"""With the CPU time of the server and of Postgres, in seconds."""


def recorded() -> Costs:
    """What `--record` has written."""
    found = json.loads(RECORDED.read_text(encoding="utf-8"))
    turns = {name: Cost(**cost) for name, cost in found.pop("turns").items()}
    idle, shared = Cost(**found.pop("idle")), SharedWork(**found.pop("shared"))
    return Costs(turns=turns, idle=idle, shared=shared, **found)


def measure(stage: Stage) -> Costs:
    """Measure everything."""
    turns: dict[str, Cost] = {}
    with stage.product() as server:
        meter = _Meter(stage.postgres, server)
        turns["plain"] = meter.turn(stage, "plain")
        turns["tool"] = meter.turn(stage, "tool")
        idle = meter.idle()
        connections = meter.connections()
    # The same 200 pieces over more time: what comes by the piece, and what by the second.
    for seconds in (1, 3):
        with (
            processes.mock_model(seconds, DELTAS) as model_url,
            stage.product(model_url=model_url) as server,
        ):
            cost = _Meter(stage.postgres, server).turn(stage, "plain", streamed=True)
            turns[f"streamed in {seconds} s"] = cost
    shared = shared_work.measure(stage.postgres)
    version = stage.postgres.execute("SHOW server_version")[0][0]
    described = [*machine.description(version), machine.load()]
    flush_ms = shared_work.flush_ms(stage.postgres)
    return Costs(described, turns, idle, connections, flush_ms, shared)


class _Meter:
    """Reads the counters of a server and of its database."""

    def __init__(self, postgres: PostgresServer, server: Server) -> None:
        self._postgres = postgres
        self._server = server
        folder = postgres.execute("SHOW data_directory")[0][0]
        self._pid = int(Path(folder, "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def turn(self, stage: Stage, turn: Turn, *, streamed: bool = False) -> Cost:
        """A slice of turns, and what one of them took."""
        stage.send(self._server, turn, AT_ONCE, streamed=streamed, seconds=1)  # pools are full
        self._settle()
        before = self._counters(), self._cpu_s()
        sent = stage.send(self._server, turn, AT_ONCE, streamed=streamed)
        assert not sent.errors, sent.result.errors
        cpu_s, log = self._cpu_s(), self._counters().wal_bytes
        time.sleep(FLUSHED_S)
        after = replace(self._counters(), wal_bytes=log)  # the purges of the pause are no turn's
        return _cost(before, (after, cpu_s), sent.result.turns)

    def idle(self) -> Cost:
        """A second of a server that nobody asks."""
        self._settle()
        before = self._counters(), self._cpu_s()
        time.sleep(IDLE_S)
        cpu_s, log = self._cpu_s(), self._counters().wal_bytes
        time.sleep(FLUSHED_S)
        after = replace(self._counters(), wal_bytes=log)
        # Transactions of both pauses are told at the end; CPU and log are the first one's.
        cost = _cost(before, (after, cpu_s), IDLE_S)
        share = IDLE_S / (IDLE_S + FLUSHED_S)
        return replace(
            cost,
            transactions=round(cost.transactions * share, 2),
            # Without a log there is nothing to flush: what is counted then is the checkpoint's.
            flushes=round(cost.flushes * share, 2) if cost.wal_bytes else 0.0,
            connection_ms=round(cost.connection_ms * share, 3),
        )

    def _settle(self) -> None:
        """Let the database do now what it would do in the middle of it."""
        time.sleep(FLUSHED_S)
        # Pages that are written for the first time after it go to the log whole: `cold_wal_bytes`.
        self._postgres.execute("VACUUM ANALYZE", "CHECKPOINT", database=PRODUCT)

    def _cpu_s(self) -> tuple[float, float]:
        return self._server.cpu_s(), cpu_s(self._pid)

    def _counters(self) -> _Counters:
        sizes = ", ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)  # noqa: S608
        row = self._postgres.execute(
            "SELECT active_time + idle_in_transaction_time, xact_commit + xact_rollback,"  # noqa: S608
            " (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'),"
            f" pg_current_wal_insert_lsn() - '0/0'::pg_lsn, {sizes}, {counts}"
            f" FROM pg_stat_database WHERE datname = '{PRODUCT}'",
            database=PRODUCT,
        )[0]
        first, later = 4, 4 + len(TABLES)
        return _Counters(
            *(float(value or 0) for value in row[:first]),
            stored_bytes=dict(zip(TABLES, row[first:later], strict=True)),
            rows=dict(zip(TABLES, row[later:], strict=True)),
        )

    def connections(self) -> int:
        """How many the server has open now."""
        return self._postgres.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'service'"
        )[0][0]


def _cost(before: _Reading, after: _Reading, times: int) -> Cost:
    """What came between, for each of so many times."""
    (earlier, cpu_before), (later, cpu_after) = before, after
    server_s, postgres_s = (b - a for a, b in zip(cpu_before, cpu_after, strict=True))

    def by_table(one: Mapping[str, float], other: Mapping[str, float]) -> Mapping[str, float]:
        return {table: round((other[table] - one[table]) / times, 2) for table in TABLES}

    return Cost(
        server_cpu_ms=round(server_s * 1000 / times, 3),
        postgres_cpu_ms=round(postgres_s * 1000 / times, 3),
        connection_ms=round((later.connection_ms - earlier.connection_ms) / times, 3),
        transactions=round((later.transactions - earlier.transactions) / times, 2),
        flushes=round((later.flushes - earlier.flushes) / times, 2),
        wal_bytes=round((later.wal_bytes - earlier.wal_bytes) / times),
        stored_bytes=by_table(earlier.stored_bytes, later.stored_bytes),
        rows=by_table(earlier.rows, later.rows),
    )


def lines(costs: Costs) -> Iterator[str]:
    """What the page tells of it."""
    yield from [f"Measured on {datetime.now(UTC):%Y-%m-%d}:", "", *costs.measured_on, ""]
    columns = [*costs.turns.values(), costs.idle]

    def row(what: str, *cells: float) -> Sequence[str]:
        return (what, *(page.number(cell) for cell in cells))

    yield from page.table(
        ["a turn", *costs.turns, "an idle copy, in a second"],
        [
            row("CPU of the server, ms", *(cost.server_cpu_ms for cost in columns)),
            row("CPU of Postgres, ms", *(cost.postgres_cpu_ms for cost in columns)),
            row("a connection in use, ms", *(cost.connection_ms for cost in columns)),
            row("transactions", *(cost.transactions for cost in columns)),
            row("flushes of the log", *(cost.flushes for cost in columns)),
            row("log written, kB", *(cost.wal_bytes / 1000 for cost in columns)),
            row("rows stored", *(sum(cost.rows.values()) for cost in columns)),
            row("stored, kB", *(sum(cost.stored_bytes.values()) / 1000 for cost in columns)),
            row(
                "of that events, gone a day later",
                *(cost.stored_bytes["turn_events"] / 1000 for cost in columns),
            ),
        ],
    )
    shared = costs.shared
    yield from ("", "And besides:", "")
    yield from page.table(
        ["what", "measured"],
        [
            (f"open and close of a turn, each time another of {shared_work.USERS:,} users:"
             " CPU of Postgres, ms", page.number(shared.spread_cpu_ms)),
            ("the same: log, kB", page.number(shared.spread_wal_bytes / 1000)),
            ("the same, the first after a checkpoint: log, kB", page.number(shared.cold_wal_bytes / 1000)),
            ("look for lost turns, none running: CPU of Postgres, ms", page.number(shared.claim_ms)),
            ("the same, for each 1,000 running turns of all copies: more, ms",
             page.number(shared.claim_ms_per_1000)),
            ("watch of 30 turns (twice a second and copy): CPU of Postgres, ms",
             page.number(shared.watch_ms)),
            ("renewal of one lease (turns over 4 s): CPU of Postgres, ms", page.number(shared.renew_ms)),
            ("the same: log, bytes", page.number(shared.renew_wal_bytes)),
            ("one flush of 8 kB to this disk, median, ms", page.number(costs.disk_flush_ms)),
            ("connections that an idle copy keeps", page.number(costs.connections)),
        ],
    )  # fmt: skip


def main() -> None:
    """Measure, print, and record where that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--seconds", type=float, default=5, help="of each slice of load")
    options = parser.parse_args()
    with ExitStack() as stack:
        costs = measure(Stage(stack, options.seconds, 1))
    told = list(lines(costs))
    print("\n".join(told))
    if options.record:
        RECORDED.write_text(f"{json.dumps(asdict(costs), indent=4)}\n", encoding="utf-8")
        page.write(PAGE, COMMAND, told)


if __name__ == "__main__":
    main()
