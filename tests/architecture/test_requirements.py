"""`docs/requirements-status.md` has every requirement once, and the tests that it names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/requirements-status.md").read_text(encoding="utf-8")
ROWS: list[tuple[str, str]] = re.findall(r"^\| ([RCT]\d+) \| .+? \| (.+) \|$", PAGE, re.MULTILINE)
NAMED: list[tuple[str, str]] = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_requirement_is_told_of_once() -> None:
    ids = [
        f"{kind}{n}"
        for kind, last in (("R", 128), ("C", 31), ("T", 15))
        for n in range(1, last + 1)
    ]

    assert [requirement for requirement, _ in ROWS] == ids


def test_each_row_names_a_test_or_says_why_there_is_none() -> None:
    silent = [
        requirement
        for requirement, proof in ROWS
        if not re.search(r"`tests/[\w/]+\.py::test_\w+`|not (?:yet|ours) \(.+\)", proof)
    ]
    unexplained = [
        requirement
        for requirement, proof in ROWS
        if re.search(r"\bnot (?:yet|ours)\b(?! \()", proof)
    ]

    assert (silent, unexplained) == ([], [])


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_the_tests_that_are_named_exist(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    there = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    named = {test for file, test in NAMED if file == path and test}

    assert named - there == set()
