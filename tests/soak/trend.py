"""Whether something grows while nothing about the load does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import Literal

Verdict = Literal["flat", "grew", "unsure"]
FEWEST = 8
"""Below so many samples nothing is said."""


@dataclass(frozen=True)
class Allowance:
    """What may be added over the judged time: a share of the mean, or so much, whichever is more."""

    share: float
    least: float

    def of(self, mean: float) -> float:
        """In the measure's own unit."""
        return max(self.share * mean, self.least)


@dataclass(frozen=True)
class Trend:
    """How a measure went."""

    first: float
    """The mean of the first quarter."""
    last: float
    """That of the last one."""
    growth: float
    """Over the judged time: the slope of the line of least squares, times that time."""
    within: float
    """Two standard errors of it."""
    highest_later: float
    """The highest of the last quarter, less that of the first."""
    allowed: float

    @property
    def verdict(self) -> Verdict:
        """Grown where even the least that the growth may be is above what is allowed.

        Else flat where the most that it may be is below that. A pool that closes what is idle and opens
        it again goes in steps, through which no line is laid well: it is also flat where it was never
        higher at the end than at the beginning, but for what is allowed.
        """
        if self.growth - self.within > self.allowed:
            return "grew"
        if self.growth + self.within <= self.allowed or self.highest_later <= self.allowed:
            return "flat"
        return "unsure"


def trend(times: Sequence[float], values: Sequence[float], allowance: Allowance) -> Trend:
    """The trend of a measure.

    Samples that follow each other resemble each other, so that they tell less than their number
    suggests: the error of the slope is widened by what the residuals have in common with the ones
    before them (an AR(1) process, the usual correction).

    Args:
        times: of the samples, in order; at least `FEWEST`.
        values: what was seen then.
        allowance: how much may be added.
    """
    many = len(times)
    assert many >= FEWEST, f"{many} samples"
    middle, mean = fmean(times), fmean(values)
    spread = sum((at - middle) ** 2 for at in times)
    pairs = zip(times, values, strict=True)
    slope = sum((at - middle) * (value - mean) for at, value in pairs) / spread
    left = [value - mean - slope * (at - middle) for at, value in zip(times, values, strict=True)]
    squares = sum(each**2 for each in left)
    resembles = sum(a * b for a, b in pairwise(left)) / squares if squares else 0
    resembles = min(max(resembles, 0.0), 0.95)
    error = sqrt(squares / (many - 2) / spread) * sqrt((1 + resembles) / (1 - resembles))
    over = times[-1] - times[0]
    quarter = many // 4
    return Trend(
        fmean(values[:quarter]),
        fmean(values[-quarter:]),
        slope * over,
        2 * error * over,
        max(values[-quarter:]) - max(values[:quarter]),
        allowance.of(mean),
    )
