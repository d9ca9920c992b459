"""Counts what a turn does: calls of Python's, and statements as the drivers send them."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence
    from types import CodeType, FrameType

    _Init = Callable[[asyncpg.Connection], Awaitable[None]]


@dataclass(frozen=True)
class Calls:
    """What was heard."""

    python: Sequence[CodeType]
    """The function of each call."""
    compiled: Sequence[tuple[CodeType, str]]
    """Who called, and what, of each call of a built-in function."""

    def __len__(self) -> int:
        return len(self.python) + len(self.compiled)


class CallCounter:
    """Hears of every call, in this thread and in those that begin later.

    A coroutine that goes on after a wait counts once more, with each that awaits it: that is work,
    too. Calls inside compiled code (Cython's, Rust's) are not heard of.
    """

    def __init__(self) -> None:
        self._python: list[CodeType] = []
        self._compiled: list[tuple[CodeType, str]] = []
        self._hears = False

    @contextmanager
    def listening(self) -> Generator[None]:
        """Have Python tell each call; nothing is noted before `begin`."""
        threading.setprofile(self._hear)
        sys.setprofile(self._hear)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def begin(self) -> None:
        """Note calls."""
        self._python, self._compiled = [], []
        self._hears = True

    def end(self) -> Calls:
        """Note no more; gives what there was."""
        self._hears = False
        return Calls(self._python, self._compiled)

    def _hear(self, frame: FrameType, event: str, arg: object) -> None:
        # Appending to a list is one step for all threads, which adding up is not.
        if not self._hears:
            return
        if event == "call":
            self._python.append(frame.f_code)
        elif event == "c_call":
            self._compiled.append((frame.f_code, getattr(arg, "__qualname__", "?")))


class StatementCounter:
    """Notes the statements of every connection that is made while it listens.

    SQLite tells each one. asyncpg tells those of its connections' own methods, and none of a
    `PreparedStatement`.
    """

    def __init__(self) -> None:
        self._statements: list[str] = []

    def begin(self) -> None:
        """Forget what was noted."""
        self._statements.clear()

    def end(self) -> Sequence[str]:
        """What was noted since."""
        return list(self._statements)

    @contextmanager
    def listening(self) -> Generator[None]:
        """Have the drivers tell each new connection's statements."""
        connect_sqlite, create_pool = sqlite3.connect, asyncpg.create_pool

        @wraps(connect_sqlite)
        def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:  # noqa: ANN401  passed on
            connection = connect_sqlite(*args, **kwargs)
            connection.set_trace_callback(self._statements.append)
            return connection

        @wraps(create_pool)
        def create(*args: Any, init: _Init | None = None, **kwargs: Any) -> Any:  # noqa: ANN401
            async def introduce(connection: asyncpg.Connection) -> None:
                connection.add_query_logger(lambda query: self._statements.append(query.query))
                if init is not None:
                    await init(connection)

            return create_pool(*args, init=introduce, **kwargs)

        sqlite3.connect, asyncpg.create_pool = connect, create
        try:
            yield
        finally:
            sqlite3.connect, asyncpg.create_pool = connect_sqlite, create_pool
