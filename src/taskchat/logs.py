"""Structured logs: events with ids, sizes and times; never message text, tokens or keys.

A failure is told by its class and its place in the code: texts of exceptions repeat what people
wrote (a driver its parameters, a parser its input).
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog

log = structlog.get_logger()

_PACKAGE = "taskchat"
_OURS = f"{Path(__file__).parent}/"
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure(form: Literal["console", "json"], level: str) -> None:
    """Send everything that is logged to standard error, one line an event.

    Libraries log through the standard library; only their warnings are let through, and Python's,
    by class and place.
    """
    renderer: Any = structlog.processors.JSONRenderer()
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_ToEvents()], level=logging.WARNING, force=True)
    warnings.showwarning = _warned
    threading.excepthook = _thread_crashed


def failure(error: BaseException) -> dict[str, str]:
    """What may be logged of an exception.

    Returns:
        Its class as `kind`; as `where` the innermost place in our own code that it came through,
        `taskchat/http/chat.py:120:send_message`; as `raised` the place it began, where that is in
        a library. No places for one that was never raised.
    """
    places: dict[str, str] = {}
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        place = f"{_short(code.co_filename)}:{step.tb_lineno}:{code.co_name}"
        if code.co_filename.startswith(_OURS):
            places = {"where": place}
        else:
            places["raised"] = place
        step = step.tb_next
    return {"kind": type(error).__name__, **places}


class _ToEvents(logging.Handler):
    """Turns a library's log record into an event without its words, arguments and traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        event: dict[str, object] = {"logger": record.name}
        event["logged"] = f"{_short(record.pathname)}:{record.lineno}:{record.funcName}"
        if error is not None:
            event |= failure(error)
        log.log(record.levelno, "library.warned", **event)


def _warned(  # noqa: PLR0913  the form of `warnings.showwarning`
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Stands in for `warnings.showwarning`, whose texts quote values (pydantic's do)."""
    log.warning("python.warned", kind=category.__name__, where=f"{_short(filename)}:{lineno}")


def _thread_crashed(args: threading.ExceptHookArgs) -> None:
    """Stands in for `threading.excepthook`, which prints the exception's text."""
    if args.exc_value is not None:
        log.error("thread.crashed", **failure(args.exc_value))


def _short(filename: str) -> str:
    """A file of ours from the package on, another one with its folder: paths name people, too."""
    if filename.startswith(_OURS):
        return filename[len(_OURS) - len(_PACKAGE) - 1 :]
    return "/".join(filename.rsplit("/", 2)[-2:])
