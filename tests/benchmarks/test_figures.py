"""The table says what was wanted, what was seen, and whether that is enough."""

from __future__ import annotations

import pytest

from benchmarks.figures import Figure, table


@pytest.mark.parametrize(
    ("measured", "met"), [(2.9, "yes"), (3.0, "yes"), (3.1, "no"), (2.2, "yes, and the stretch")]
)
def test_less_is_better(measured: float, met: str) -> None:
    assert Figure("CPU", measured, 3, 2.2, " x").cells() == (
        "CPU",
        "<= 3 x",
        "<= 2.2 x",
        f"{measured:.3g} x",
        met,
        "",
    )


@pytest.mark.parametrize(
    ("measured", "met"), [(89, "no"), (90, "yes"), (120, "yes, and the stretch")]
)
def test_more_is_better_where_it_is_said(measured: float, met: str) -> None:
    cells = Figure("turns/s", measured, 90, 95, at_least=True).cells()

    assert cells[1:] == (">= 90", ">= 95", str(measured), met, "")


def test_every_figure_is_a_line_of_the_table() -> None:
    lines = list(table([Figure("errors", 0, 0), Figure("memory", 123.4, 190, 150, " MB")]))

    assert lines[0].startswith("| what ")
    assert [line.split("|")[4].strip() for line in lines[2:]] == ["0", "123 MB"]
