"""What becomes of failures in the log: their class and place, and none of their words."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from taskchat import logs
from taskchat.db.urls import parse_database_url
from taskchat.errors import StartError
from tests.log_capture import logs_of_a_server

SECRET = "what somebody wrote"

Lines = Callable[[Callable[[], object]], list[dict[str, Any]]]


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """What a server logs while something is done."""

    def lines(do: Callable[[], object]) -> list[dict[str, Any]]:
        with logs_of_a_server(tmp_path) as written:
            do()
            text = written()
        assert SECRET not in text
        return [json.loads(line) for line in text.splitlines()]

    return lines


def _raised() -> Exception:
    try:
        parse_database_url(SECRET)
    except StartError as error:
        return error
    raise AssertionError


def test_a_failure_is_told_by_its_class_and_the_innermost_place_of_ours() -> None:
    told = logs.failure(_raised())

    assert told["kind"] == "StartError"
    assert told["where"].startswith("taskchat/db/urls.py:")
    assert told["where"].endswith(":parse_database_url")
    assert "raised" not in told


def test_a_failure_in_a_library_is_told_by_the_place_it_began() -> None:
    with pytest.raises(ValueError, match="Expecting") as raised:
        json.loads(SECRET)

    told = logs.failure(raised.value)

    assert told["raised"].startswith("json/decoder.py:")
    assert "where" not in told


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert logs.failure(ValueError(SECRET)) == {"kind": "ValueError"}


def test_what_a_library_logs_loses_its_words_and_keeps_its_place(lines: Lines) -> None:
    library = logging.getLogger("uvicorn.error")

    def warn() -> None:
        library.warning("%s was sent", SECRET)
        library.warning(f"{SECRET} was sent")
        library.error(SECRET, exc_info=_raised())

    first, second, third = lines(warn)
    assert first["logged"].startswith("tests/test_logs.py:")
    assert (second["event"], second["logger"]) == ("library.warned", "uvicorn.error")
    assert (third["level"], third["kind"]) == ("error", "StartError")
    assert third["where"].endswith(":parse_database_url")


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_what_a_library_logs_below_a_warning_is_not_let_through(lines: Lines, level: int) -> None:
    assert lines(lambda: logging.getLogger("aiosqlite").log(level, SECRET)) == []


def test_pythons_warnings_lose_their_words(lines: Lines) -> None:
    # Not by `warnings.warn`, which pytest looks at.
    (line,) = lines(
        lambda: warnings.showwarning(SECRET, UserWarning, "/home/ann/pydantic/main.py", 12)
    )

    assert (line["event"], line["kind"], line["where"]) == (
        "python.warned",
        "UserWarning",
        "pydantic/main.py:12",
    )


def test_a_thread_that_crashes_says_where_and_not_what(lines: Lines) -> None:
    error = _raised()
    crash = threading.ExceptHookArgs((type(error), error, error.__traceback__, None))

    (line,) = lines(lambda: threading.excepthook(crash))

    assert (line["event"], line["kind"]) == ("thread.crashed", "StartError")
    assert line["where"].endswith(":parse_database_url")


def test_an_event_is_one_line_with_the_ids_of_its_request(lines: Lines) -> None:
    def happen() -> None:
        with structlog.contextvars.bound_contextvars(request_id="r", user_id=4):
            structlog.get_logger().info("task.added", title_chars=3)

    (line,) = lines(happen)
    assert {**line, "timestamp": ""} == {
        "event": "task.added",
        "title_chars": 3,
        "request_id": "r",
        "user_id": 4,
        "level": "info",
        "timestamp": "",
    }
