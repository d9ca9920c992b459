"""What so many copies carry, by a simulation with the measured times (`deployment.py`).

    python -m benchmarks.simulation [--record]      the deployments of docs/scale.md: eight minutes
    python -m benchmarks.simulation --validate      a real run on this machine beside its simulation

The first always gives the same figures, those of measured_costs.json; `--record` writes them to the
page. The second measures anew what it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import page
from benchmarks.database_cost import recorded
from benchmarks.deployment import Deployment, People, Simulation, turn_cost
from benchmarks.processes import cpu_s
from benchmarks.shared_work import flush_ms
from benchmarks.stage import SLOW_S, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.database_cost import Costs
    from benchmarks.stage import Turn

COMMAND = "python -m benchmarks.simulation"
PAGE = "scale.md"
WARM_S, SECONDS = 12, 12
HEADS = (
    "", "of a copy's core", "people at once", "turns/s", "Postgres busy",
    "above the model: p50", "p95", "connections", "log, MB/s",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One deployment, at several loads."""

    name: str
    deployment: Deployment
    streams: bool = True
    loads: Sequence[float] = (0.5, 0.7, 0.85)
    """The shares of their processors that copies are to use."""
    of: int = 1
    """So many of these side by side are meant; they do not touch each other."""


ROWS = (
    Row("1 copy, Postgres of 2 cores", Deployment(1, cores=2)),
    Row("the same, all JSON", Deployment(1, cores=2), streams=False),
    Row("10 copies, Postgres of 16 cores", Deployment(10, cores=16)),
    Row("the same, all JSON", Deployment(10, cores=16), streams=False),
    Row("10 copies, Postgres of 8 cores", Deployment(10, cores=8)),
    Row(
        "50 copies, Postgres of 64 cores, pooler of 200",
        Deployment(50, cores=64, pooler=200),
        loads=(0.5, 0.7),
    ),
    Row(
        "100 copies, the same, pooler of 400",
        Deployment(100, cores=64, pooler=400),
        loads=(0.7,),
    ),
    Row(
        "1,000 copies, 20 nodes of 64 cores, a pooler of 200 each",
        Deployment(50, cores=64, pooler=200, all_copies=1000),
        loads=(0.7,),
        of=20,
    ),
)
"""The last one as a slice: a node, and the copies' work that comes to it."""


def rows(costs: Costs) -> Iterator[Sequence[str]]:
    """Each deployment at each load."""
    for row in ROWS:
        for load in row.loads:
            yield _row(row, load, costs)


def _row(row: Row, load: float, costs: Costs) -> Sequence[str]:
    people = People(1, streams=row.streams)
    server_s, log_bytes = _mean_turn(people, costs)
    copies = row.deployment.copies
    # So many turns a second use that share of the copies; each comes from someone who mostly thinks.
    wanted = load * copies / server_s
    people = replace(people, count=round(wanted * (people.think_s + people.mean_model_s)))
    seen = Simulation(row.deployment, people, costs).run(WARM_S, SECONDS)
    connections = row.deployment.pooler or copies * 20
    return (
        row.name if load == row.loads[0] else "",
        f"{100 * seen.copies_busy:.0f} %",
        f"{row.of * people.count:,}",
        f"{row.of * seen.turns_per_s:,.0f}",
        f"{100 * seen.postgres_busy:.0f} %",
        f"{page.number(seen.quantile_ms(0.5))} ms",
        f"{page.number(seen.quantile_ms(0.95))} ms",
        f"{row.of} x {connections}" if row.of > 1 else f"{connections}",
        page.number(row.of * seen.turns_per_s * log_bytes / 1e6),
    )


def _mean_turn(people: People, costs: Costs) -> tuple[float, float]:
    """The server's seconds and the log's bytes of an average turn."""
    streamed_s = people.mean_model_s if people.streams else None
    plain, tool = (
        turn_cost(costs, tool=is_tool, streamed_s=streamed_s) for is_tool in (False, True)
    )
    return (
        plain.server_s + people.tools * (tool.server_s - plain.server_s),
        plain.log_bytes + people.tools * (tool.log_bytes - plain.log_bytes),
    )


def validate(costs: Costs) -> Iterator[Sequence[str]]:
    """A real crowd on this machine, and the same in the simulation.

    Server, Postgres, clients and model share this machine's cores, in both.
    """
    cores = len(os.sched_getaffinity(0))
    with ExitStack() as stack:
        stage = Stage(stack, 6, 1)
        server = stack.enter_context(stage.product(model_url=stage.slow_model_url))
        flush_s = flush_ms(stage.postgres) / 1000
        folder = stage.postgres.execute("SHOW data_directory")[0][0]
        postmaster = int(Path(folder, "postmaster.pid").read_text(encoding="utf-8").split()[0])
        turns: Sequence[tuple[Turn, int]] = (("plain", 50), ("plain", 100), ("tool", 100))
        for turn, at_once in turns:
            answers = 2 if turn == "tool" else 1
            before = server.cpu_s(), cpu_s(postmaster), cpu_s(os.getpid())
            sent = stage.send(server, turn, at_once, seconds=6 * answers)
            after = server.cpu_s(), cpu_s(postmaster), cpu_s(os.getpid())
            server_s, postgres_s, ours_s = (
                (b - a) / sent.result.turns for a, b in zip(before, after, strict=True)
            )
            cost = replace(
                costs.turns[turn], server_cpu_ms=1000 * server_s, postgres_cpu_ms=1000 * postgres_s
            )
            people = People(
                at_once,
                think_s=0,
                model_s=answers * SLOW_S,
                model_sigma=0,
                tools=turn == "tool",
                streams=False,
            )
            simulated = Simulation(
                Deployment(1, cores=cores, flush_s=flush_s, round_trip_s=0),
                people,
                replace(costs, turns={**costs.turns, turn: cost}),
                shared_host=cores,
                clients_s=ours_s - server_s,
            ).run(0, sent.result.seconds)
            yield (
                f"{turn}, {at_once} at once",
                f"{sent.turns_per_s:.1f}",
                f"{simulated.turns_per_s:.1f}",
                f"{sent.result.p50_ms - 1000 * answers * SLOW_S:.0f} ms",
                f"{simulated.quantile_ms(0.5):.0f} ms",
                f"{sent.result.p95_ms - 1000 * answers * SLOW_S:.0f} ms",
                f"{simulated.quantile_ms(0.95):.0f} ms",
            )


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--validate", action="store_true")
    options = parser.parse_args()
    costs = recorded()
    if options.validate:
        heads = (
            "",
            "turns/s, real",
            "simulated",
            "p50, real",
            "simulated",
            "p95, real",
            "simulated",
        )
        told = list(page.table(heads, list(_as_they_come(validate(costs)))))
    else:
        told = list(page.table(HEADS, list(_as_they_come(rows(costs)))))
    print("\n".join(told))
    if options.record:
        page.write(PAGE, f"{COMMAND} --validate" if options.validate else COMMAND, told)


def _as_they_come(found: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    for row in found:
        print(" | ".join(row), file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    main()
