"""A picture of a soak: the memory of each process of the copies, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.soak.samples import MEMORY, Sample

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 50, 130, 20, 40
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Told apart by every eye (Okabe and Ito)."""


def picture(samples: Sequence[Sample], warm_s: float) -> str:
    """It as SVG, of a medium grey that a dark page shows as well as a light one."""
    drawn = "\n".join(_parts(samples, warm_s))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12" fill="#777">\n'
        f"<title>Memory of the copies in megabytes, over the minutes of a soak</title>\n{drawn}\n</svg>\n"
    )


def _parts(samples: Sequence[Sample], warm_s: float) -> Iterator[str]:
    names = [name for name in samples[0].seen if name.startswith("copy")]
    most = max(sample.seen[name][MEMORY] for sample in samples for name in names)
    top = 50 * (int(most / 50) + 1)
    last_s = samples[-1].at_s

    def x(at_s: float) -> float:
        return LEFT + at_s / last_s * (WIDTH - LEFT - RIGHT)

    def y(megabytes: float) -> float:
        return HEIGHT - BOTTOM - megabytes / top * (HEIGHT - TOP - BOTTOM)

    warm = f'width="{x(warm_s) - LEFT:.0f}" height="{y(0) - TOP:.0f}"'
    yield f'<rect x="{LEFT}" y="{TOP}" {warm} fill-opacity="0.15"/>'
    yield f'<text x="{LEFT + 5}" y="{TOP + 15}">warm-up</text>'
    for megabytes in range(0, top + 1, 50):
        height = y(megabytes)
        across = f'x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.0f}" y2="{height:.0f}"'
        yield f'<line {across} stroke="#777" stroke-opacity="0.3"/>'
        yield f'<text x="{LEFT - 8}" y="{height + 4:.0f}" text-anchor="end">{megabytes}</text>'
    for minute in range(0, round(last_s / 60) + 1, 5):
        place = f'x="{x(minute * 60):.0f}" y="{HEIGHT - BOTTOM + 18}"'
        yield f'<text {place} text-anchor="middle">{minute}</text>'
    middle = f'x="{x(last_s / 2):.0f}" y="{HEIGHT - 5}"'
    yield f'<text {middle} text-anchor="middle">minutes; MB of memory</text>'
    heights: list[float] = []
    for name, color in zip(names, COLORS, strict=False):
        line = " ".join(f"{x(each.at_s):.1f},{y(each.seen[name][MEMORY]):.1f}" for each in samples)
        yield f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.5"/>'
        height = y(samples[-1].seen[name][MEMORY]) + 4
        while any(abs(height - other) < 13 for other in heights):  # names stand below each other
            height += 1
        heights.append(height)
        yield f'<text x="{WIDTH - RIGHT + 6}" y="{height:.0f}" fill="{color}">{name}</text>'
