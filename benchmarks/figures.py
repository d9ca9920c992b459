"""What is measured and what was wanted of it, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    measured: float
    goal: float
    stretch: float | None = None
    unit: str = ""
    at_least: bool = False
    """More is better; else less is."""
    seen: str = ""
    """What else was seen with it, for who wants to know where it comes from."""

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self._reaches(self.goal)

    def cells(self) -> tuple[str, ...]:
        """The line."""
        mark = ">=" if self.at_least else "<="
        stretch = "" if self.stretch is None else f"{mark} {self.stretch:g}{self.unit}"
        met = "yes" if self.is_met else "no"
        if self.stretch is not None and self._reaches(self.stretch):
            met = "yes, and the stretch"
        measured = f"{_rounded(self.measured)}{self.unit}"
        return (self.what, f"{mark} {self.goal:g}{self.unit}", stretch, measured, met, self.seen)

    def _reaches(self, limit: float) -> bool:
        return self.measured >= limit if self.at_least else self.measured <= limit


HEADS = ("what", "goal", "stretch", "measured", "met", "seen with it")


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """The lines of a markdown table that can be read as it stands."""
    return page.table(HEADS, [figure.cells() for figure in figures])


def _rounded(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
