"""Puts what was measured into its place on a page of the docs; the words around it are people's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCS = Path(__file__).parents[1] / "docs"
_END = "<!-- to here -->"


def write(name: str, command: str, lines: Sequence[str]) -> None:
    """Replace what stands on a page between the marks of a command.

    Args:
        name: the page, in `docs/`.
        command: which writes it, as its mark says.
        lines: what it has found.
    """
    page = DOCS / name
    begin = f"<!-- written by {command} -->"
    found = "\n".join([begin, *lines, _END])
    text = page.read_text(encoding="utf-8")
    written, times = re.subn(f"{re.escape(begin)}.*?{_END}", lambda _: found, text, flags=re.DOTALL)
    assert times == 1, f"docs/{name} has no place for {command}"
    page.write_text(written, encoding="utf-8")
    print(f"Written to docs/{name}.")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a markdown table that can be read as it stands."""
    all_rows = [heads, *rows]
    widths = [max(len(row[column]) for row in all_rows) for column in range(len(heads))]
    for place, row in enumerate(all_rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if place == 0:
            yield f"| {' | '.join('-' * width for width in widths)} |"


def number(value: float) -> str:
    """Three digits, or all of those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
