"""A soak at work: everything people do in it goes well, and everything is looked at."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from tests.deploy.conftest import doors_are_installed, open_folder
from tests.soak.deployment import deployment
from tests.soak.people import MIXTURE, PATIENCE_S, Crowd
from tests.soak.report import Outcome
from tests.soak.samples import HANDLES, IN_FLIGHT, MEMORY, SERVICE, Sample, Watch

__all__ = ["doors_are_installed", "open_folder"]


async def test_all_that_people_do_goes_well_and_each_process_is_looked_at(
    open_folder: Path,
) -> None:
    async with (
        deployment(open_folder) as parts,
        httpx2.AsyncClient(base_url=parts.address, timeout=PATIENCE_S) as client,
    ):
        crowd = Crowd(client, seed=1)
        await crowd.gather(2)
        watch = Watch(parts.postgres, parts.roots, parts.doors)
        for name in MIXTURE:
            await crowd.do(name)
            await crowd.do(name)
        slow_ms = crowd.slow_ms()
        async with asyncio.timeout(PATIENCE_S):
            # A worker tells once a second what runs in it, so a turn that has just ended may still be in that.
            while (seen := await watch.look(1, 0, slow_ms)).seen[SERVICE][IN_FLIGHT]:
                pass
        parts.copies[0].kill()
        later = await watch.look(2, 0, 0)

    assert crowd.failures == []
    assert crowd.answered == dict.fromkeys(MIXTURE, 2)
    assert {who.partition(",")[0] for who in seen.seen} == {
        "copy 1",
        "copy 2",
        "nginx",
        "pgbouncer",
        "Postgres",
        SERVICE,
    }
    assert {"copy 2, worker 1", "copy 2, worker 2"} <= seen.seen.keys()
    assert seen.seen["copy 1"][MEMORY] > 50
    assert seen.counted["turns completed"] >= 12
    assert seen.counted["turns failed"] == 0
    assert seen.slow_ms > 500
    assert seen.lost == []
    assert later.lost == ["copy 1", f"/metrics of {parts.doors[0]}"]


@pytest.fixture
def outcome() -> Outcome:
    """A soak in which nothing happened."""
    samples = [
        Sample(15.0 * number, {"copy 1": {HANDLES: 40.0}}, _COUNTED, {}, 0, 500)
        for number in range(100)
    ]
    return Outcome(samples, samples[-1], 1500, 30, {"plain turn": 45_000}, [])


_COUNTED = {
    "turns completed": 30_000.0,
    "turns cancelled": 100.0,
    "turns failed": 0.0,
    "take-overs": 0.0,
    "limiter failures": 0.0,
    "model failures": 0.0,
    "answers of 500 and above": 0.0,
}


def test_a_soak_in_which_nothing_grew_or_failed_went_well(outcome: Outcome) -> None:
    assert outcome.wrong() == []
    assert "| copy 1 | file handles | 40 " in "\n".join(outcome.lines())


def test_what_grew_is_told_by_whose_it_is(outcome: Outcome) -> None:
    leaking = [
        replace(each, seen={"copy 1": {HANDLES: 40.0 + number}})
        for number, each in enumerate(outcome.samples)
    ]

    (told,) = replace(outcome, samples=leaking).wrong()

    assert told.startswith("copy 1: file handles: grew by 82.00")


def test_the_warm_up_may_grow(outcome: Outcome) -> None:
    warming = [
        replace(each, seen={"copy 1": {HANDLES: min(40.0 + number, 56)}})
        for number, each in enumerate(outcome.samples)
    ]

    assert replace(outcome, samples=warming).wrong() == []


def test_one_failed_turn_request_or_process_is_too_many(outcome: Outcome) -> None:
    failed = replace(outcome.end, counted={**_COUNTED, "turns failed": 1.0})
    ended = replace(outcome.end, lost=["copy 2"])

    assert replace(outcome, end=failed).wrong() == ["turns failed: 1"]
    assert replace(outcome, failures=["plain turn: 502"]).wrong() == ["plain turn: 502"]
    assert "copy 2 ended" in replace(outcome, end=ended).wrong()
