"""How many calls and statements a turn takes, and whose.

    python -m benchmarks.calls [--tool] [--postgres]    the functions that call and are called most
    python -m benchmarks.calls --record                 writes recorded_calls.json anew

Counts are of Python's functions and of built-in ones; see `counting.py`. `./run check` fails where
they rise above the recorded ones.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmarks import databases
from benchmarks.counted_turns import TURNS, CountedTurns, count
from benchmarks.processes import mock_model

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import CodeType

Kind = Literal["sqlite", "postgres"]
RECORDED = Path(__file__).with_name("recorded_calls.json")
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
"""Counts are one version's: each compiles calls in another way."""


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tool", action="store_true", help="a turn that adds a task")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--sqlite", action="store_const", const="sqlite", dest="kind")
    kinds.add_argument("--postgres", action="store_const", const="postgres", dest="kind")
    kinds.add_argument("--database", help="the address of a migrated database to use instead")
    parser.add_argument("--top", type=int, default=60, help="how many functions are shown")
    parser.add_argument("--json", action="store_true", help="only the counts, of both turns")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with mock_model() as model_url:
        if options.record:
            _record(model_url)
            return
        with _database(options.kind or "sqlite", options.database) as database:
            if options.json:
                print(json.dumps(_both_turns(database, model_url)))
                return
            for line in _report(count(database, model_url, tool=options.tool), options.top):
                print(line)


def _both_turns(database: str, model_url: str) -> dict[str, dict[str, float]]:
    return {
        turn: asdict(count(database, model_url, tool=turn == "tool").counts)
        for turn in ("plain", "tool")
    }


def _record(model_url: str) -> None:
    found: dict[str, object] = {"python": PYTHON}
    for kind in ("sqlite", "postgres"):
        with _database(kind) as database:
            found[kind] = _both_turns(database, model_url)
    written = json.dumps(found, indent=4)
    RECORDED.write_text(f"{written}\n", encoding="utf-8")
    print(written)


@contextmanager
def _database(kind: Kind, given: str | None = None) -> Generator[str]:
    if given is not None:
        yield given
    elif kind == "sqlite":
        with databases.sqlite() as address:
            yield address
    else:
        with databases.postgres() as server:
            yield server.product()


def _report(turns: CountedTurns, top: int) -> Iterator[str]:
    called = Counter(code for calls in turns.calls for code in calls.python)
    callees: defaultdict[CodeType, Counter[str]] = defaultdict(Counter)
    for calls in turns.calls:
        for caller, callee in calls.compiled:
            callees[caller][callee] += 1
    calling = Counter({code: seen.total() for code, seen in callees.items()})
    modules = {code: _module(code) for code in called | calling}

    counts = turns.counts
    yield f"{counts.calls} calls and {counts.statements} statements a turn"
    yield from ("", "    all  called  calls built-ins", "")
    by_module: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code, module in modules.items():
        by_module[module][0] += called[code]
        by_module[module][1] += calling[code]
    for module, (own, built_in) in sorted(by_module.items(), key=lambda m: -sum(m[1]))[:top]:
        yield _line(own, built_in, module)
    yield ""
    for code, _ in (called + calling).most_common(top):
        most = ", ".join(f"{n / TURNS:g} {name}" for name, n in callees[code].most_common(4))
        place = f"{modules[code]}:{code.co_firstlineno} {code.co_qualname}"
        yield _line(called[code], calling[code], f"{place}  {most}")
    yield from ("", "Statements of the last turn:", "")
    yield from (f"    {' '.join(statement.split())}" for statement in turns.statements[-1])


def _line(own: int, built_in: int, name: str) -> str:
    return f"{(own + built_in) / TURNS:7.1f} {own / TURNS:7.1f} {built_in / TURNS:7.1f}  {name}"


def _module(code: CodeType) -> str:
    name = code.co_filename
    for mark in ("/site-packages/", "/src/", "/lib/python"):
        name = name.rpartition(mark)[2]
    return name


if __name__ == "__main__":
    main()
