"""Everything a process would write as a server: its log, and whatever anything else prints."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import structlog

from taskchat import logs


@contextmanager
def logs_of_a_server(folder: Path, level: str = "debug") -> Generator[Callable[[], str]]:
    """While this is open, logs are set up as in `taskchat serve`; gives what was written so far.

    Both descriptors are replaced, so that nothing that is written past `sys.stderr` is missed.
    """
    path = folder / "written.log"
    root = logging.getLogger()
    kept = root.handlers[:], root.level, warnings.showwarning, threading.excepthook
    streams = sys.stdout, sys.stderr
    for stream in streams:
        stream.flush()
    saved = os.dup(1), os.dup(2)
    with path.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        with (
            open(1, "w", encoding="utf-8", buffering=1, closefd=False) as sys.stdout,
            open(2, "w", encoding="utf-8", buffering=1, closefd=False) as sys.stderr,
        ):
            root.handlers[:] = []  # pytest's own, which must not be closed
            logs.configure("json", level)
            yield lambda: path.read_text(encoding="utf-8")
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level, warnings.showwarning, threading.excepthook = kept
        sys.stdout, sys.stderr = streams
        for number, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, number)
            os.close(copy)
