"""Rows that set a turn beside the floor's, or beside another turn."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from benchmarks.figures import Figure
from benchmarks.stage import DELTAS, SLOW_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.processes import Server
    from benchmarks.stage import Kind, Slice, Stage, Turn

TURNS: Sequence[Turn] = ("plain", "tool")
MANY = 100
_GOALS = {"postgres": ((3.0, 2.2), (3.5, 2.6)), "sqlite": ((4.0, 2.5), (4.5, 3.0))}
_NAMES = {"postgres": "Postgres", "sqlite": "SQLite"}
_BEST_PEER = {"plain": 1330 / 73, "tool": 813 / 52}
"""How many times its turns the floor has, where both were measured with the same tools."""


def postgres(stage: Stage) -> Iterator[Figure]:
    """CPU and throughput over the floor's, on Postgres."""
    yield from _over_floor(stage, "postgres")


def sqlite(stage: Stage) -> Iterator[Figure]:
    """CPU over the floor's, on SQLite."""
    yield from _over_floor(stage, "sqlite")


def _over_floor(stage: Stage, kind: Kind) -> Iterator[Figure]:
    with stage.floor(kind) as floor, stage.product(kind) as product:
        for turn, (goal, stretch) in zip(TURNS, _GOALS[kind], strict=True):
            for at_once in (10, MANY):
                seen = Pairs(
                    stage.repeats,
                    lambda turn=turn, n=at_once: stage.send(floor, turn, n),
                    lambda turn=turn, n=at_once: stage.send(product, turn, n),
                )
                yield Figure(
                    f"{_NAMES[kind]}: CPU a turn over the floor's, {turn}, {at_once} at once",
                    seen.ratio(lambda slice_: slice_.cpu_ms),
                    goal,
                    stretch,
                    " x",
                    seen=f"{seen.second_cpu_ms:.2f} ms over {seen.first_cpu_ms:.2f} ms"
                    f"{seen.errors_told}",
                )
            if kind == "postgres":
                share = seen.ratio(lambda slice_: slice_.turns_per_s)
                yield Figure(
                    f"Turns/s over the best peer's, {turn}, {MANY} at once",
                    share * _BEST_PEER[turn],
                    8,
                    10,
                    " x",
                    at_least=True,
                    seen=f"{share:.2f} of the floor's; {seen.second_rate:.0f}/s"
                    f" and {seen.first_rate:.0f}/s",
                )


def waiting(stage: Stage) -> Iterator[Figure]:
    """A model that takes a second, and 100 people."""
    with (
        stage.floor(model_url=stage.slow_model_url) as floor,
        stage.product(model_url=stage.slow_model_url) as product,
    ):
        for turn in TURNS:
            calls = 2 if turn == "tool" else 1
            seconds = 6.0 * calls
            least = stage.send(floor, turn, MANY, seconds=seconds / 2)
            seen = stage.send(product, turn, MANY, seconds=seconds)
            if turn == "plain":
                yield Figure(
                    f"Model of 1 s, {MANY} at once: turns/s",
                    seen.turns_per_s,
                    90,
                    95,
                    at_least=True,
                    seen=f"the floor {least.turns_per_s:.0f}/s{_errors(seen)}",
                )
            yield Figure(
                f"Model of 1 s, {MANY} at once: p95 above the model's time, {turn}",
                seen.result.p95_ms - calls * SLOW_S * 1000,
                {"plain": 250, "tool": 450}[turn],
                {"plain": 150, "tool": 300}[turn],
                " ms",
                seen=f"the floor {least.result.p95_ms - calls * SLOW_S * 1000:.0f} ms"
                f"{_errors(seen)}",
            )


def streamed(stage: Stage) -> Iterator[Figure]:
    """A turn of 200 deltas in a second, over the same as JSON."""

    def added(server: Server, repeats: int) -> Pairs:
        return Pairs(
            repeats,
            lambda: stage.send(server, "plain", 20, seconds=3),
            lambda: stage.send(server, "plain", 20, seconds=3, streamed=True),
        )

    with (
        stage.floor(model_url=stage.slow_model_url) as floor,
        stage.product(model_url=stage.slow_model_url) as product,
    ):
        least, seen = added(floor, 1), added(product, stage.repeats)
    yield Figure(
        f"A streamed turn of {DELTAS} deltas in 1 s over the same as JSON: CPU added",
        seen.second_cpu_ms - seen.first_cpu_ms,
        3,
        1.5,
        " ms",
        seen=f"{seen.second_cpu_ms:.1f} ms and {seen.first_cpu_ms:.1f} ms; the floor"
        f" {least.second_cpu_ms:.1f} ms and {least.first_cpu_ms:.1f} ms{seen.errors_told}",
    )


def workers(stage: Stage) -> Iterator[Figure]:
    """Two processes over one."""
    with stage.product() as one, stage.product(workers=2) as two:
        seen = Pairs(
            stage.repeats,
            lambda: stage.send(one, "plain", MANY),
            lambda: stage.send(two, "plain", MANY),
        )
    yield Figure(
        f"CPU a turn with two workers over one's, plain, {MANY} at once",
        seen.ratio(lambda slice_: slice_.cpu_ms),
        1.1,
        None,
        " x",
        seen=f"{seen.second_cpu_ms:.2f} ms over {seen.first_cpu_ms:.2f} ms{seen.errors_told}",
    )


def both_databases(stage: Stage) -> Iterator[Figure]:
    """SQLite under 100 people, beside Postgres."""
    with stage.product("postgres") as server, stage.product("sqlite") as file:
        for turn in TURNS:
            seen = Pairs(
                stage.repeats,
                lambda turn=turn: stage.send(server, turn, MANY),
                lambda turn=turn: stage.send(file, turn, MANY),
            )
            rates = f"{seen.second_rate:.0f}/s and {seen.first_rate:.0f}/s"
            yield Figure(
                f"SQLite, {MANY} at once: errors, {turn}",
                sum(slice_.errors for slice_ in seen.second),
                0,
                seen=f"of {sum(slice_.result.turns for slice_ in seen.second)} turns",
            )
            yield Figure(
                f"SQLite, {MANY} at once: turns/s over Postgres', {turn}",
                seen.ratio(lambda slice_: slice_.turns_per_s),
                1,
                None,
                " x",
                at_least=True,
                seen=rates,
            )


class Pairs:
    """Slices of two loads in turns, so that what disturbs one disturbs the other."""

    def __init__(
        self, repeats: int, first: Callable[[], Slice], second: Callable[[], Slice]
    ) -> None:
        self.first: list[Slice] = []
        self.second: list[Slice] = []
        for place in range(repeats):
            # Each begins as often as the other: a machine that slows down favours neither.
            if place % 2 == 0:
                self.first.append(first())
            self.second.append(second())
            if place % 2 == 1:
                self.first.append(first())

    def ratio(self, of: Callable[[Slice], float]) -> float:
        """The second's over the first's: the median of the pairs."""
        pairs = zip(self.first, self.second, strict=True)
        return median(of(second) / max(of(first), 1e-9) for first, second in pairs)

    @property
    def first_cpu_ms(self) -> float:
        """CPU of a turn of the first."""
        return median(slice_.cpu_ms for slice_ in self.first)

    @property
    def second_cpu_ms(self) -> float:
        """CPU of a turn of the second."""
        return median(slice_.cpu_ms for slice_ in self.second)

    @property
    def first_rate(self) -> float:
        """Turns of the first in a second."""
        return median(slice_.turns_per_s for slice_ in self.first)

    @property
    def second_rate(self) -> float:
        """Turns of the second in a second."""
        return median(slice_.turns_per_s for slice_ in self.second)

    @property
    def errors_told(self) -> str:
        """What went wrong, where anything did."""
        return _errors(*self.first, *self.second)


def _errors(*slices: Slice) -> str:
    told = {text for slice_ in slices for text in slice_.result.errors}
    return f"; {sum(s.errors for s in slices)} errors, such as {min(told)}" if told else ""
