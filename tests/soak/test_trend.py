"""The rule by which a soak says that something grew."""

from __future__ import annotations

import random

import pytest

from tests.soak.trend import Allowance, Trend, trend

TIMES = [15.0 * number for number in range(100)]
ALLOWANCE = Allowance(0.1, 10)


def _of(values: list[float], allowance: Allowance = ALLOWANCE) -> Trend:
    return trend(TIMES[: len(values)], values, allowance)


def _noise(deviation: float, *, resembling: float = 0) -> list[float]:
    """Around 0, each like the one before by that much."""
    rng = random.Random(1)  # noqa: S311
    found = [0.0]
    for _ in TIMES[1:]:
        found.append(resembling * found[-1] + rng.gauss(0, deviation))
    return found


def test_what_stays_is_flat() -> None:
    found = _of([40.0] * 100)

    assert (found.growth, found.within, found.verdict) == (0, 0, "flat")


def test_what_goes_up_and_down_is_flat() -> None:
    assert _of([40 + each for each in _noise(5)]).verdict == "flat"


def test_what_falls_is_flat() -> None:
    assert _of([400.0 - number for number in range(100)]).verdict == "flat"


def test_a_leak_is_seen_through_the_noise() -> None:
    leaking = [40 + 0.3 * number + each for number, each in enumerate(_noise(5))]

    found = _of(leaking)

    assert found.verdict == "grew"
    assert found.growth == pytest.approx(0.3 * 99, abs=found.within)
    assert found.last - found.first == pytest.approx(0.3 * 75, abs=4)


def test_what_grows_by_less_than_is_allowed_is_flat() -> None:
    slow = [200 + 0.1 * number for number in range(100)]

    assert _of(slow).verdict == "flat"
    assert _of(slow, Allowance(0.01, 5)).verdict == "grew"


def test_too_much_noise_is_no_proof_of_anything() -> None:
    noisy = [40 + each for each in _noise(50)]
    noisy[-1] = 400

    assert _of(noisy).verdict == "unsure"


def test_a_pool_that_closes_what_is_idle_and_opens_it_again_is_flat() -> None:
    steps = [36.0] * 30 + [22.0] * 20 + [13.0] * 10 + [20.0] * 20 + [27.0] * 20

    found = _of(steps, Allowance(0.1, 5))

    assert found.growth + found.within > found.allowed
    assert (found.highest_later, found.verdict) == (-9, "flat")


def test_a_step_up_that_stays_is_not_flat() -> None:
    assert _of([160.0] * 50 + [180.0] * 50, Allowance(0.05, 4)).verdict != "flat"


def test_samples_that_resemble_each_other_tell_less_than_their_number() -> None:
    together = _noise(5, resembling=0.8)
    apart = random.Random(2).sample(together, len(together))  # noqa: S311

    assert _of(together).within > 2 * _of(apart).within


def test_a_few_samples_say_nothing() -> None:
    with pytest.raises(AssertionError, match="7 samples"):
        _of([1.0] * 7)
