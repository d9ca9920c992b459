"""The processes of a benchmark: started here, ended here, and looked at through /proc."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[1]


@contextmanager
def mock_model(delay_s: float = 0, deltas: int = 200) -> Generator[str]:
    """A model's server; gives its base URL."""
    command = [sys.executable, "-m", "benchmarks.mock_model"]
    options = ["--delay-s", str(delay_s), "--deltas", str(deltas)]
    process = subprocess.Popen(  # noqa: S603  our own module
        [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.terminate()
        process.wait()
