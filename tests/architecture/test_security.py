"""`docs/security.md` and `docs/asvs.md`: each row has its test, or says plainly why there is none."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")
ASVS = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NAMED = sorted({found for page in (SECURITY, ASVS) for found in TEST.findall(page)})

LEVEL_TWO = {
    "1": (2, 9, 11, 3, 2),
    "2": (3, 3, 4, 1),
    "3": (0, 2, 4, 6, 5, 0, 2),
    "4": (3, 1, 2, 4),
    "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4),
    "7": (3, 4, 2, 5, 2, 2),
    "8": (2, 3, 1, 1),
    "9": (3, 4),
    "10": (2, 2, 4, 11, 5, 2, 3),
    "11": (2, 3, 3, 4, 1, 1),
    "12": (3, 2, 4),
    "13": (1, 5, 2, 5),
    "14": (2, 4, 3),
    "15": (3, 3, 7, 0),
    "16": (1, 5, 4, 3, 3),
    "17": (1, 4, 2),
}
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they come before level 3's."""


def _rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the tables whose first line has this heading, as their cells."""
    rows: list[list[str]] = []
    inside = False
    for line in page.splitlines():
        if not line.startswith("|"):
            inside = False
        elif heading in line:
            inside = True
        elif inside and not line.startswith("| ---"):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def _numbers(cell: str) -> Iterator[str]:
    """`1.2.6 to 1.2.8` and `1.3.8, 1.3.9`, one by one."""
    for part in cell.split(", "):
        first, _, last = part.strip().partition(" to ")
        section, _, start = first.rpartition(".")
        for number in range(int(start), int((last or first).rpartition(".")[2]) + 1):
            yield f"{section}.{number}"


THREATS = _rows(SECURITY, "| threat |")
REQUIREMENTS = _rows(ASVS, "| asks for |")


def test_each_threat_names_its_test_or_says_why_it_is_not_answered() -> None:
    silent = [
        row[0]
        for row in THREATS
        if not (TEST.search(row[-1]) or row[1].startswith("not answered, because "))
    ]

    assert len(THREATS) > 50
    assert silent == []


def test_each_requirement_of_level_two_stands_once() -> None:
    asked = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in LEVEL_TWO.items()
        for section, many in enumerate(sections, start=1)
        for number in range(1, many + 1)
    ]

    assert len(asked) == 253
    assert Counter(number for row in REQUIREMENTS for number in _numbers(row[0])) == Counter(asked)


def test_each_requirement_is_met_somewhere_or_says_why_not() -> None:
    unclear = [
        row[0]
        for row in REQUIREMENTS
        if row[2] not in ("met", "not applicable", "not met")
        or len(row[3]) < 4
        or (row[2] == "met" and not re.search(r"`[\w./-]+(?:\.\w+|lock)(?:::test_\w+)?`", row[3]))
    ]

    assert unclear == []


def test_the_sum_is_that_of_the_rows() -> None:
    counts = Counter(row[2] for row in REQUIREMENTS for _ in _numbers(row[0]))

    met, out, missing = counts["met"], counts["not applicable"], counts["not met"]
    assert f"Met {met}, not applicable {out}, not met {missing}." in ASVS


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_the_tests_that_are_named_exist(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    there = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {test for file, test in NAMED if file == path} - there == set()


def test_the_files_that_are_named_exist() -> None:
    named = re.findall(r"`((?:src|frontend|docs|tests)/[\w./-]+\.\w+)", SECURITY + ASVS)

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_how_to_report_is_said_and_linked() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    assert all(f"## {part}" in policy for part in ("Reporting", "Versions", "What is in it"))
    assert "](SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
