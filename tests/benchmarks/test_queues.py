"""The simulation waits as queueing theory says; its time is its own, so each run is the same."""

from __future__ import annotations

import random
from math import factorial
from statistics import fmean

import pytest

from benchmarks.queues import Clock, Disk, Pool, Process, Station

CUSTOMERS = 200_000


def _mean_wait_s(servers: int, arrivals_per_s: float, service_s: float) -> float:
    """Customers at random moments, each with a random need of one of the servers."""
    clock, chance = Clock(), random.Random(1)  # noqa: S311  the same each time
    station = Station(clock, servers)
    waits: list[float] = []

    def customer() -> Process:
        work_s = chance.expovariate(1 / service_s)
        came = clock.now
        yield station.use(work_s)
        waits.append(clock.now - came - work_s)

    def street() -> Process:
        for _ in range(CUSTOMERS):
            yield clock.pause(chance.expovariate(arrivals_per_s))
            clock.start(customer())

    clock.start(street())
    clock.run(2 * CUSTOMERS / arrivals_per_s)
    assert len(waits) == CUSTOMERS
    return fmean(waits)


@pytest.mark.parametrize("use", [0.5, 0.8])
def test_one_server_is_waited_for_as_in_m_m_1(use: float) -> None:
    assert _mean_wait_s(1, use, 1) == pytest.approx(use / (1 - use), rel=0.05)


def test_several_servers_are_waited_for_as_erlang_says() -> None:
    servers, load = 4, 3.2
    full = load**servers / factorial(servers) * servers / (servers - load)
    waits = full / (sum(load**n / factorial(n) for n in range(servers)) + full)

    assert _mean_wait_s(servers, load, 1) == pytest.approx(waits / (servers - load), rel=0.05)


def test_commits_that_come_during_a_flush_share_the_next_one() -> None:
    clock = Clock()
    disk = Disk(clock, flush_s=1)
    done: list[tuple[str, float]] = []

    def writer(name: str, begins_s: float) -> Process:
        yield clock.pause(begins_s)
        yield disk.commit()
        done.append((name, clock.now))

    for name, begins_s in (("first", 0), ("second", 0.2), ("third", 0.9), ("late", 5)):
        clock.start(writer(name, begins_s))
    clock.run(10)

    assert done == [("first", 1), ("second", 2), ("third", 2), ("late", 6)]
    assert disk.flushes == 3


def test_a_pool_lends_in_order_of_arrival_and_no_more_than_it_has() -> None:
    clock = Clock()
    pool = Pool(clock, 2)
    got: list[tuple[str, float]] = []

    def borrower(name: str) -> Process:
        yield pool.take()
        got.append((name, clock.now))
        yield clock.pause(1)
        pool.give()

    for name in "abcde":
        clock.start(borrower(name))
    clock.run(10)

    assert got == [("a", 0), ("b", 0), ("c", 1), ("d", 1), ("e", 2)]


def test_the_work_of_a_station_is_added_up() -> None:
    clock = Clock()
    station = Station(clock, 2)

    def customer() -> Process:
        yield station.use(1.5)

    for _ in range(3):
        clock.start(customer())
    clock.run(10)

    assert station.busy_s == 4.5
