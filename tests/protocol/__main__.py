"""Searches the whole model of the protocol; takes minutes.

python -m tests.protocol                   every scenario, streams, then each guard off in turn
python -m tests.protocol --only NAME       scenarios whose name has this in it
python -m tests.protocol --guard GUARD     one guard off, with the shortest history
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import sys
import time

from tests.protocol.guards import GUARDS
from tests.protocol.scenarios import SCENARIOS, search
from tests.protocol.search import Found, explore
from tests.protocol.streams import Streams


def main() -> int:
    """Say what was found; 0 where that is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.protocol")
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--guard", choices=GUARDS)
    options = parser.parse_args()
    names = [name for name in SCENARIOS if options.only in name]
    if options.guard is not None:
        found = _without(options.guard, names)
        print("\n".join(f"    {label}" for label in found.history))
        return found.violation is None
    faults = _all(names)
    if not options.only:
        faults += _streams() is not None
        print()
        faults += sum(_without(guard, names).violation is None for guard in GUARDS)
    return faults > 0


def _all(names: list[str]) -> int:
    states = transitions = faults = 0
    for name in names:
        begun = time.monotonic()
        found = search(name)
        seconds = time.monotonic() - begun
        print(
            f"{name:55} {found.states:>9,} states {found.transitions:>9,} transitions"
            f" {seconds:6.1f} s  {found.violation or 'ok'}",
            flush=True,
        )
        print("\n".join(f"    {label}" for label in found.history), end="")
        states, transitions = states + found.states, transitions + found.transitions
        faults += found.violation is not None
    print(f"{'together':55} {states:>9,} states {transitions:>9,} transitions; {faults} violations")
    return faults


def _streams() -> str | None:
    found = explore(Streams(crash=2, pause=1, fail=1))
    print(
        f"{'streams; two crashes, pause, model failure':55} {found.states:>9,} states"
        f" {found.transitions:>9,} transitions  {found.violation or 'ok'}"
    )
    return found.violation


def _without(guard: str, names: list[str]) -> Found:
    """Search one scenario after the other until the missing guard is noticed."""
    found = Found(0, 0)
    for name in names:
        found = search(name, guard)
        if found.violation is not None:
            print(f"without {guard:17} {found.violation}  [{name}, {found.states:,} states]")
            break
    else:
        print(f"without {guard:17} NOT NOTICED")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    sys.exit(main())
