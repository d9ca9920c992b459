"""Hurt real servers for a while and check that no promise was broken.

    python -m tests.faults [--minutes N | --seconds N] [--seed S] [--copies 3] [--people 8]
                           [--database postgres|sqlite|both | --deployed] [--only FAULT,…]
                           [--break GUARD | --like GUARD]

On Postgres several copies serve one database, on SQLite one; `--deployed` puts them behind nginx and
pgbouncer, with the files of `deploy/`. With `--break` a guard is broken on
purpose, and it is a failure to find nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
from dataclasses import replace

from tests.faults.guards import GUARDS
from tests.faults.harness import FAULTS, Plan, carry_out, report, say


def main() -> int:
    """Run it; 0 where all is as it should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--copies", type=int, default=3)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--database", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument("--deployed", action="store_true")
    parser.add_argument("--only", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--break", dest="guard", choices=GUARDS)
    parser.add_argument("--like", choices=GUARDS, help="the faults of --break, nothing broken")
    chosen = parser.parse_args()
    seconds: float = chosen.seconds or chosen.minutes * 60
    say(f"seed {chosen.seed}")
    # Ended from outside it says so, and keeps what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    shares = {"postgres": seconds, "sqlite": seconds}
    if chosen.database == "both":
        shares = {"postgres": seconds * 0.7, "sqlite": seconds * 0.3}
    else:
        shares = {chosen.database: seconds}
    if chosen.guard or chosen.like or chosen.deployed:
        shares = {"postgres": seconds}
    wrong = False
    for kind, share in shares.items():
        plan = Plan(
            kind,  # pyright: ignore[reportArgumentType]  one of the two
            share,
            chosen.seed,
            chosen.copies,
            chosen.people,
            deployed=chosen.deployed,
        )
        if chosen.only:
            plan = replace(plan, faults=chosen.only.split(","))
        if (like := chosen.guard or chosen.like) is not None:
            guard = GUARDS[like]
            plan = replace(plan, guard=chosen.guard, faults=guard.faults, points=guard.points)
        result = asyncio.run(carry_out(plan, say))
        say(report(result))
        wrong = wrong or bool(result.violations)
    if chosen.guard:
        say("found, as it must be" if wrong else "NOT FOUND: the harness is blind to it")
        return int(not wrong)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
