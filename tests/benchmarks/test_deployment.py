"""The simulated deployment spends what was measured, and no more turns come out than it has time for."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest

from benchmarks.database_cost import Costs, recorded
from benchmarks.deployment import Deployment, People, Simulation, turn_cost

ALONE = People(1, think_s=1, model_s=2, model_sigma=0, tools=0, streams=False)


@pytest.fixture(scope="module")
def costs() -> Costs:
    """As they are recorded, but for what copies do besides."""
    found = recorded()
    nothing = replace(found.shared, claim_ms=0, claim_ms_per_1000=0, watch_ms=0, renew_ms=0)
    return replace(found, shared=nothing)


def test_one_alone_waits_for_the_work_of_the_turn_and_for_the_disk(costs: Costs) -> None:
    deployment = Deployment(1, cores=1, flush_s=0.01, round_trip_s=0.002)
    cost = turn_cost(costs, tool=False, streamed_s=None)

    seen = Simulation(deployment, ALONE, costs).run(10, 3000)

    work_s = cost.server_s + cost.postgres_s + cost.commits * 0.012
    assert fmean(seen.added_s) == pytest.approx(work_s, rel=0.01)
    assert seen.turns_per_s == pytest.approx(1 / (3 + work_s), rel=0.05)
    assert seen.flushes == pytest.approx(2 * len(seen.added_s), abs=2)


@pytest.mark.parametrize(("copies", "cores"), [(1, 8), (2, 1)])
def test_a_crowd_gets_the_turns_that_the_narrowest_place_has_time_for(
    costs: Costs, copies: int, cores: int
) -> None:
    cost = turn_cost(costs, tool=False, streamed_s=None)
    crowd = replace(ALONE, count=3000, think_s=0, model_s=1)

    seen = Simulation(Deployment(copies, cores), crowd, costs).run(5, 10)

    most = min(copies / cost.server_s, cores / cost.postgres_s)
    assert seen.turns_per_s == pytest.approx(most, rel=0.03)
    assert max(seen.copies_busy, seen.postgres_busy) == pytest.approx(1, abs=0.01)


def test_a_pooler_that_is_too_small_is_the_narrowest_place(costs: Costs) -> None:
    crowd = replace(ALONE, count=3000, think_s=0, model_s=1)
    deployment = Deployment(4, cores=8, flush_s=0.004, pooler=2)

    seen = Simulation(deployment, crowd, costs).run(5, 10)

    # A connection is held for the round trip, the query and the flush, twice a turn.
    assert seen.turns_per_s < 2 / (2 * (deployment.flush_s + deployment.round_trip_s))
    assert max(seen.copies_busy, seen.postgres_busy) < 0.5


@pytest.mark.parametrize("seconds", [1, 3])
def test_a_streamed_turn_costs_what_was_measured_for_its_time(costs: Costs, seconds: int) -> None:
    measured = costs.turns[f"streamed in {seconds} s"]

    cost = turn_cost(costs, tool=False, streamed_s=seconds)

    assert cost.server_s * 1000 == pytest.approx(measured.server_cpu_ms)
    assert cost.postgres_s * 1000 == pytest.approx(measured.postgres_cpu_ms)
    assert cost.tells == round(measured.transactions - costs.turns["plain"].transactions)


def test_a_run_can_be_made_again(costs: Costs) -> None:
    people = People(200, think_s=5)

    first, second = (Simulation(Deployment(2, 2), people, costs).run(5, 10) for _ in range(2))

    assert first == second
    assert len(first.added_s) > 100
