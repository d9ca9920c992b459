"""A turn takes no more calls and no more statements than it is recorded to take.

Times are not compared here, as they are another on each machine and at each moment; `./run bench`
does that. The same code always has the same counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.calls import PYTHON, RECORDED
from taskchat.db.urls import DatabaseUrl

_ROOT = Path(__file__).parents[2]
_BETWEEN_PATCHES = 3
"""Python's own library changes in patch releases: 3.11.7 takes up to 2 calls more than 3.11.2."""
_HINT = (
    "A turn costs more than before. `python -m benchmarks.calls [--tool] [--postgres]` tells whose"
    " calls they are. If it is worth it, or if it is less: `python -m benchmarks.calls --record`."
)


def test_a_turn_takes_no_more_calls_and_statements_than_recorded(
    database_kind: str, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    if recorded["python"] != PYTHON:
        pytest.skip(f"the counts are those of Python {recorded['python']}")
    address = database_url.dsn or f"sqlite:///{database_url.path}"

    # In a process of its own: pytest's hooks and the other tests' threads would be counted, too.
    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", "benchmarks.calls", "--json", "--database", address],
        cwd=_ROOT,
        env={"HOME": str(tmp_path), "TZ": "UTC", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    counted = json.loads(done.stdout)
    for turn, most in recorded[database_kind].items():
        for what in ("calls", "statements"):
            found = f"{turn} turn: {counted[turn][what]} {what}, recorded are {most[what]}"
            slack = _BETWEEN_PATCHES if what == "calls" else 0
            assert 0 < counted[turn][what] <= most[what] + slack, f"{found}. {_HINT}"
