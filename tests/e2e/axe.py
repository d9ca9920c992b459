"""axe-core on a page, in whichever state it is in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests import page as sources

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async (rules) => {
    const done = await axe.run(document, {runOnly: rules});
    return {bad: done.violations, good: done.passes.length};
}"""


def run(page: Page) -> tuple[list[str], int]:
    """What it objects to, and how many of its checks passed."""
    page.evaluate(_source())
    result: dict[str, Any] = page.evaluate(_RUN, RULES)
    return [f"{each['id']} {each['nodes'][0]['html']}" for each in result["bad"]], result["good"]


def in_both_schemes(
    page: Page, name: str, record_property: Callable[[str, object], None]
) -> list[str]:
    """What it objects to in light and in dark; how many checks passed is recorded by that name."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations, passed = run(page)
        found += [f"{scheme}: {violation}" for violation in violations]
        record_property(f"axe, {name}, {scheme}", f"0 violations, {passed} checks passed")
    return found


@cache
def _source() -> str:
    sources.install()
    file = sources.FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
    return file.read_text(encoding="utf-8")
