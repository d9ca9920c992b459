"""The benchmark runs: its servers, its model and its clients understand each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def test_a_turn_is_measured_beside_the_floor_without_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "sqlite", "--seconds", "0.05", "--repeats", "1"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:6]
    assert [line.split("|")[1].split(",")[1].strip() for line in lines] == [
        "plain",
        "plain",
        "tool",
        "tool",
    ]
    assert "error" not in done.stdout


def test_a_row_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "mysql"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "there is no row mysql; rows are postgres, sqlite" in done.stderr
