"""`./run soak`: half of what this machine carries, for half an hour, while nothing may grow.

    ./run soak [--minutes 30] [--rate N] [--samples FILE]
    ./run soak --again FILE         judge the samples of an earlier run

Postgres, pgbouncer, nginx and two copies, on the files of `deploy/`; people talk to nginx alone. First
it finds what the machine carries, unless a rate is given. A run of half an hour or more writes its
figures into docs/soak.md. It ends with 1 where something grew, or where anything at all failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from benchmarks import machine, page
from tests.faults.harness import say
from tests.soak.deployment import Deployment, deployment
from tests.soak.people import PATIENCE_S, Crowd
from tests.soak.picture import picture
from tests.soak.report import WARM_UP, Outcome
from tests.soak.samples import Sample, Watch, read_all, written

PEOPLE = 40
SAMPLE_S = 15
WHOLE_MIN = 30
CALIBRATION_S = 25
AT_ONCE = 60
"""More than the machine carries, as the model takes half a second."""
COMMAND = "./run soak"
PAGE = "soak.md"


def main() -> int:
    """Run it; 0 where all is as it should be."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=WHOLE_MIN)
    parser.add_argument(
        "--rate", type=float, help="requests a second, in place of half of what is carried"
    )
    parser.add_argument("--samples", type=Path, help="where to keep what was seen")
    parser.add_argument("--again", type=Path)
    chosen = parser.parse_args()
    if chosen.again is not None:
        outcome, described = _kept(chosen.again)
    else:
        with tempfile.TemporaryDirectory(prefix="taskchat-soak-") as name:
            folder = Path(name)
            folder.chmod(0o755)  # Postgres runs under another account
            soaked = _soak(folder, chosen.minutes * 60, chosen.rate)
            outcome, described = asyncio.run(soaked)
        _keep(
            chosen.samples or Path(tempfile.gettempdir(), "taskchat-soak.jsonl"), outcome, described
        )
    lines = [*outcome.lines()]
    say("\n".join(lines))
    if outcome.seconds >= WHOLE_MIN * 60:
        page.write(PAGE, COMMAND, [*described, "", *lines])
        drawn = picture(outcome.samples, outcome.seconds * WARM_UP)
        (page.DOCS / "pictures" / "soak.svg").write_text(drawn, encoding="utf-8")
    wrong = outcome.wrong()
    for each in wrong:
        say(f"WRONG: {each}")
    say("" if wrong else "Flat, and nothing failed.")
    return int(bool(wrong))


async def _soak(folder: Path, seconds: float, rate: float | None) -> tuple[Outcome, list[str]]:
    load = machine.load()
    async with (
        deployment(folder) as parts,
        httpx2.AsyncClient(
            base_url=parts.address,
            timeout=PATIENCE_S,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=200),
        ) as client,
    ):
        crowd = Crowd(client, seed=1)
        await crowd.gather(PEOPLE)
        carried = None
        if rate is None:
            carried = await _carried(crowd)
            rate = carried / 2
        say(f"{rate:.1f} requests a second for {seconds / 60:.1f} minutes")
        outcome = await _watched(parts, crowd, seconds, rate)
        version = (await parts.postgres.rows("SHOW server_version"))[0]["server_version"]
    described = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}:",
        "",
        *machine.description(version),
        load,
        f"- {os.getloadavg()[2]:.1f} on the average of the last 15 minutes of it",
    ]
    if carried is not None:
        said = f"- with {AT_ONCE} people at once it carried {carried:.1f} requests a second"
        described.append(f"{said}, measured just before; the soak sends half of that")
    return outcome, described


async def _carried(crowd: Crowd) -> float:
    """How many requests a second are answered at most, after some seconds of warming up."""
    await crowd.press(AT_ONCE, time.monotonic() + CALIBRATION_S / 3)
    before, began = sum(crowd.answered.values()), time.monotonic()
    await crowd.press(AT_ONCE, began + CALIBRATION_S)
    carried = (sum(crowd.answered.values()) - before) / (time.monotonic() - began)
    say(f"{carried:.1f} requests a second are carried")
    return carried


async def _watched(parts: Deployment, crowd: Crowd, seconds: float, rate: float) -> Outcome:
    """The load, and a look at everything every so often."""
    watch = Watch(parts.postgres, parts.roots, parts.doors)
    crowd.answered.clear()
    samples: list[Sample] = []

    async def look() -> Sample:
        answered = sum(crowd.answered.values())
        return await watch.look(time.monotonic() - began, answered, crowd.slow_ms())

    every_s = min(SAMPLE_S, seconds / 40)
    began = time.monotonic()
    load = asyncio.create_task(crowd.come(rate, began + seconds))
    while not load.done():
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s - (time.monotonic() - began) % every_s):
                await asyncio.shield(load)
                break
        samples.append(await look())
        if len(samples) % 8 == 0:
            say(
                f"{samples[-1].at_s:.0f} s: {samples[-1].answered} answered,"
                f" {len(crowd.failures)} failed"
            )
    await load
    end = await look()
    failures = [*crowd.failures, *parts.crashes()]
    return Outcome(samples, end, seconds, rate, dict(crowd.answered), failures)


def _keep(path: Path, outcome: Outcome, described: list[str]) -> None:
    head = {
        "seconds": outcome.seconds,
        "rate": outcome.rate,
        "answered": outcome.answered,
        "failures": outcome.failures,
        "described": described,
    }
    path.write_text(
        json.dumps(head) + "\n" + "".join(map(written, [*outcome.samples, outcome.end])),
        encoding="utf-8",
    )
    say(f"samples: {path}")


def _kept(path: Path) -> tuple[Outcome, list[str]]:
    head, (*samples, end) = read_all(path)
    described = head.pop("described")
    return Outcome(samples, end, **head), described


if __name__ == "__main__":
    sys.exit(main())
