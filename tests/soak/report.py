"""What is told of a soak: the table, what was wrong, and the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.page import number, table
from tests.soak.samples import (
    CONNECTIONS,
    HANDLES,
    IN_FLIGHT,
    MEMORY,
    PRIVATE,
    SOCKETS,
    THREADS,
    Sample,
)
from tests.soak.trend import FEWEST, Allowance, Trend, trend

ALLOWED: Mapping[str, Allowance] = {
    MEMORY: Allowance(0.05, 4),
    PRIVATE: Allowance(0.1, 10),
    HANDLES: Allowance(0.1, 10),
    SOCKETS: Allowance(0.1, 10),
    THREADS: Allowance(0.1, 2),
    CONNECTIONS: Allowance(0.1, 5),
    IN_FLIGHT: Allowance(0.25, 6),
}
"""What each may grow by over the judged time.

How many connections nginx and the copies keep open goes up and down with the load by some ten, so
that less cannot be told from nothing in half an hour. Ten are one of 5,000 requests at 34 a second.
"""
WARM_UP = 1 / 6
"""The share of a soak that is not judged."""
MUST_STAY_0 = (
    "turns failed",
    "take-overs",
    "limiter failures",
    "model failures",
    "answers of 500 and above",
)


@dataclass(frozen=True)
class Outcome:
    """A whole soak."""

    samples: Sequence[Sample]
    """While the load was on, the warm-up's too."""
    end: Sample
    """When all was answered."""
    seconds: float
    """How long the load was on."""
    rate: float
    """Requests a second, some of them being two or three for the service."""
    answered: Mapping[str, int]
    failures: Sequence[str]
    """What people and logs told of."""

    @property
    def judged(self) -> Sequence[Sample]:
        """The samples that count.

        What came before is the warm-up: pools fill, caches too, and Python gets its memory.
        """
        return [sample for sample in self.samples if sample.at_s >= self.seconds * WARM_UP]

    def trends(self) -> dict[tuple[str, str], Trend]:
        """By who it is of, and what it is."""
        judged = self.judged
        if len(judged) < FEWEST or self.end.lost:
            return {}
        times = [sample.at_s for sample in judged]
        return {
            (who, what): trend(times, [each.seen[who][what] for each in judged], ALLOWED[what])
            for who, seen in judged[0].seen.items()
            for what in seen
        }

    def wrong(self) -> list[str]:
        """In a sentence each; none where all is well."""
        last, trends = self.end, self.trends()
        found = [
            f"{who}: {what}: {_verdict(trend)}"
            for (who, what), trend in trends.items()
            if trend.verdict != "flat"
        ]
        found += [f"{name}: {last.counted[name]:.0f}" for name in MUST_STAY_0 if last.counted[name]]
        found += [f"{name} ended" for name in last.lost]
        if not trends and not last.lost:
            found.append(f"{len(self.judged)} samples after the warm-up: too few to judge by")
        found += self.failures[:10]
        if len(self.failures) > 10:
            found.append(f"and {len(self.failures) - 10} more that failed")
        return found

    def lines(self) -> Iterator[str]:
        """All of it, in markdown."""
        first, last = self.judged[0], self.end
        quarter = max(len(self.judged) // 4, 1)
        yield (
            f"{sum(self.answered.values()):,} deeds in {self.seconds / 60:.3g} minutes,"
            f" {self.rate:.1f} a second. Judged are the {len(self.judged)} samples of the last"
            f" {self.seconds * (1 - WARM_UP) / 60:.3g} minutes. 95 of 100 plain turns took less"
            f" than {_slow_ms(self.judged[:quarter]):.0f} ms in the first quarter of that and"
            f" {_slow_ms(self.judged[-quarter:]):.0f} ms in the last."
        )
        yield ""
        yield from table(HEADS, [_row(*who, trend) for who, trend in self.trends().items()])
        yield ""
        names = ("turns completed", "turns cancelled", *MUST_STAY_0)
        counts = [[name, f"{last.counted[name]:,.0f}"] for name in names]
        counts.append(["requests whose answer was not the promised one", str(len(self.failures))])
        yield from table(
            ["counted since the copies began, while what is carried was found, too", ""], counts
        )
        yield ""
        yield from table(
            ["done", "times"],
            [[name, f"{times:,}"] for name, times in sorted(self.answered.items(), key=_times)],
        )
        yield ""
        yield from table(TABLE_HEADS, list(_tables(first, last)))


HEADS = ("of", "what", "first quarter", "last quarter", "growth", "highest", "allowed", "")
TABLE_HEADS = ("table, with its indices", "MB at first", "MB at last", "kB a turn")
_SHOWN_MB = 0.5


def _slow_ms(samples: Sequence[Sample]) -> float:
    """The median over the looks of what was slow between them."""
    return median(sample.slow_ms for sample in samples)


def _times(item: tuple[str, int]) -> int:
    return -item[1]


def _row(who: str, what: str, trend: Trend) -> list[str]:
    return [
        who,
        what,
        number(trend.first),
        number(trend.last),
        f"{trend.growth:+.2f} ± {trend.within:.2f}",
        f"{trend.highest_later:+.1f}",
        f"+{trend.allowed:.1f}",
        trend.verdict,
    ]


def _verdict(trend: Trend) -> str:
    grown = f"by {trend.growth:.2f} ± {trend.within:.2f}, {trend.allowed:.1f} are allowed"
    return f"grew {grown}" if trend.verdict == "grew" else f"may have grown {grown}"


def _tables(first: Sample, last: Sample) -> Iterator[list[str]]:
    """Those that hold something: they grow, since people's words are kept."""
    turns = last.counted["turns completed"] - first.counted["turns completed"]
    for name, size in last.tables.items():
        if size >= _SHOWN_MB:
            before = first.tables[name]
            added = f"{(size - before) * 1000 / turns:.2f}" if turns else ""
            yield [name, f"{before:.1f}", f"{size:.1f}", added]
