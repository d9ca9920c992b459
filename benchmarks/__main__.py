"""`./run bench`: Taskchat beside the floor, and what was wanted of it.

    ./run bench [ROW ...] [--seconds 1] [--repeats 4]

All rows take about four minutes, and write their table into docs/performance.md; some of them only
print it. Figures of different runs differ with what else the machine does, ratios far less.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks import machine, other_rows, page, turn_rows
from benchmarks.figures import table
from benchmarks.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.figures import Figure

PAGE = "performance.md"

ROWS: Mapping[str, Callable[[Stage], Iterator[Figure]]] = {
    "postgres": turn_rows.postgres,
    "sqlite": turn_rows.sqlite,
    "waiting": turn_rows.waiting,
    "streamed": turn_rows.streamed,
    "long": other_rows.long_conversations,
    "start": other_rows.start,
    "both": turn_rows.both_databases,
    "workers": turn_rows.workers,
    "003": other_rows.own_numbers,
}


def main() -> None:
    """Measure, print, and write the page where all was measured."""
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; else all")
    parser.add_argument("--seconds", type=float, default=1, help="of one slice of load")
    parser.add_argument("--repeats", type=int, default=4, help="slices of each that are compared")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}; rows are {', '.join(ROWS)}")
    began = time.monotonic()
    described: list[str] = []
    with ExitStack() as stack:
        stage = Stage(stack, options.seconds, options.repeats)
        load = machine.load()
        figures = [figure for name in options.rows or ROWS for figure in _measure(name, stage)]
        if not options.rows:
            version = stage.postgres.execute("SHOW server_version")[0][0]
            described = [*machine.description(version), load]
    lines = list(table(figures))
    print("\n".join(lines))
    print(f"\n{len(figures)} figures in {time.monotonic() - began:.0f} s.")
    if described:
        _write(described, lines)


def _measure(name: str, stage: Stage) -> Iterator[Figure]:
    for figure in ROWS[name](stage):
        # One by one as they come: it takes minutes.
        print(f"{name}: {' | '.join(figure.cells())}", file=sys.stderr, flush=True)
        yield figure


def _write(described: Sequence[str], lines: Sequence[str]) -> None:
    """Put what was measured into its place on the page; the words around it are people's."""
    day = f"Measured on {datetime.now(UTC):%Y-%m-%d}:"
    page.write(PAGE, "./run bench", [day, "", *described, "", *lines])


if __name__ == "__main__":
    main()
