"""Structured logs: events with ids, sizes and times; never message text, tokens or keys."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Literal, cast

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def configure(form: Literal["console", "json"], level: str) -> None:
    """Send everything that is logged to standard error, one line an event.

    Libraries log through the standard library; only their warnings are let through, without the
    exception texts in which drivers and parsers repeat what people wrote.
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


class _ToEvents(logging.Handler):
    """Turns a library's log record into an event without its arguments and traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        event = cast("MutableMapping[str, object]", {"logger": record.name})
        if kind is not None:
            event["kind"] = kind.__name__
        structlog.get_logger().log(record.levelno, "library.warned", **event)
