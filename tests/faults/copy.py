"""One copy of the server that can be hurt: `python -m tests.faults.copy [--break GUARD] serve …`.

It is the product as it stands, with a hook around the writes of a turn. What is to happen comes line
by line on standard input:

    kill POINT      the next time a turn comes there, the process ends as by kill -9
    stop POINT      the same, but it only stands still (SIGSTOP)
    lose N          the answer of the N-th next write is lost: it was committed, and nobody hears
    clock S         the clock of this process jumps to be that far off
    full on|off     the disk of the embedded database has no room any more
    lag S           every statement waits up to so long; the embedded database's disk, as long
    apart on|off    the database cannot be reached; every second write was done nevertheless

On standard output it says, with `harm:` before it:

    hit POINT               a turn has come to an armed point; the process ends now, or stands still
    asked TURN EPOCH IDX    the model is asked for the answer that would be that step
    full                    a write found no room
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from typing import Any, TypeVar, cast

from taskchat import cli
from taskchat.chat.agent import Agent
from taskchat.chat.journal import Journal
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.progress import Progress
from taskchat.db import sqlite
from taskchat.db.database import ConnectionLostError
from taskchat.db.postgres import PostgresDatabase, _PostgresTransaction  # pyright: ignore[reportPrivateUsage]
from taskchat.model.openai_chat import ChatCompletionsModel
from tests.faults import guards

T = TypeVar("T")

_ALL_PAGES = 2**30


class Harm:
    """What is to happen in this process, and where."""

    def __init__(self) -> None:
        self._armed: dict[str, signal.Signals] = {}
        self.lose_in = 0
        self.is_full = False
        self.is_apart = False
        self.clock_s = 0.0
        self.lag_s = 0.0

    def read_orders(self) -> None:
        """Do what standard input says, for ever."""
        for line in sys.stdin:
            order, value = line.split()
            if order in ("kill", "stop"):
                number = signal.SIGKILL if order == "kill" else signal.SIGSTOP
                self._armed = {value: number}
            elif order == "lose":
                self.lose_in = int(value)
            elif order == "clock":
                self.clock_s = float(value)
                _set_clocks(self)
            elif order == "lag":
                self.lag_s = float(value)
            elif order == "full":
                self.is_full = value == "on"
            elif order == "apart":
                self.is_apart = value == "on"

    def at(self, point: str) -> None:
        """A turn has come to that point."""
        number = self._armed.pop(point, None)
        if number is not None:
            say("hit", point)
            os.kill(os.getpid(), number)

    def loses(self) -> bool:
        """Whether the answer of the write that was just committed gets lost."""
        if self.lose_in == 0:
            return False
        self.lose_in -= 1
        return self.lose_in == 0


def say(*words: object) -> None:
    """Tell the harness, in one piece and at once."""
    os.write(1, f"harm: {' '.join(map(str, words))}\n".encode())


def _around(harm: Harm, owner: type, name: str, point: str) -> None:
    """Let a method of that class come past `point.before` and `point.after`."""
    method = cast("Callable[..., Awaitable[Any]]", getattr(owner, name))

    @wraps(method)
    async def hooked(*args: Any, **kwargs: Any) -> Any:
        harm.at(f"{point}.before")
        result = await method(*args, **kwargs)
        harm.at(f"{point}.after")
        return result

    setattr(owner, name, hooked)


def _inside(harm: Harm, name: str) -> None:
    """Let `Journal.act`, or `begin`, come past a point when its effects are done, and not committed."""
    act = getattr(Journal, name)

    @wraps(act)
    async def hooked(  # noqa: PLR0913  as the one in whose place it is
        self: Journal,
        turn: Any,
        idx: int,
        work: Any,
        usage: Any,
        tell: Any,
        ahead: Ahead | None,
    ) -> Any:
        def hooking(effects: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def working(*args: Any) -> Any:
                drafts = await effects(*args)
                harm.at(f"{name}.inside")
                return drafts

            return working

        if ahead is not None:
            ahead = replace(ahead, effects=hooking(ahead.effects))
        return await act(self, turn, idx, hooking(work), usage, tell, ahead)

    setattr(Journal, name, hooked)


def _telling_what_is_asked() -> None:
    think = Agent._think  # pyright: ignore[reportPrivateUsage]

    @wraps(think)
    async def hooked(self: Agent, progress: Progress, parameters: Any, deadline: float) -> Any:
        say("asked", progress.turn.uid, progress.turn.epoch, len(progress.steps))
        return await think(self, progress, parameters, deadline)

    Agent._think = hooked  # pyright: ignore[reportPrivateUsage]


def _losing_answers(harm: Harm) -> None:
    for name in ("transaction", "call"):
        method = cast("Callable[..., Awaitable[Any]]", getattr(PostgresDatabase, name))

        def hooked_of(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            @wraps(method)
            async def hooked(*args: Any, **kwargs: Any) -> Any:
                if harm.is_apart and random.random() < 0.5:  # noqa: S311
                    raise ConnectionLostError
                result = await method(*args, **kwargs)
                if harm.is_apart or harm.loses():
                    raise ConnectionLostError
                return result

            return hooked

        setattr(PostgresDatabase, name, hooked_of(method))


def _database_that_lags(harm: Harm) -> None:
    for owner, names in (
        (PostgresDatabase, ("call",)),
        (_PostgresTransaction, ("execute", "execute_many", "fetch", "fetchrow")),
    ):
        for name in names:
            method = cast("Callable[..., Awaitable[Any]]", getattr(owner, name))

            def hooked_of(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
                @wraps(method)
                async def hooked(*args: Any, **kwargs: Any) -> Any:
                    if harm.lag_s:
                        await asyncio.sleep(random.uniform(0, harm.lag_s))  # noqa: S311
                    return await method(*args, **kwargs)

                return hooked

            setattr(owner, name, hooked_of(method))


def _disk_that_fills(harm: Harm) -> None:
    commit = sqlite._commit_group  # pyright: ignore[reportPrivateUsage]

    def hooked(connection: sqlite3.Connection, group: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        most = pages if harm.is_full else _ALL_PAGES
        connection.execute(f"PRAGMA max_page_count = {most}")
        time.sleep(harm.lag_s)
        try:
            commit(connection, group)
        finally:
            if any(_found_no_room(job.error) for job in group):
                say("full")

    sqlite._commit_group = hooked  # pyright: ignore[reportPrivateUsage]


def _found_no_room(error: BaseException | None) -> bool:
    cause = error.__cause__ if error is not None else None
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL"


class _Clock:
    """`datetime` in all but its `now`."""

    def __init__(self, harm: Harm) -> None:
        self._harm = harm

    def now(self, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(seconds=self._harm.clock_s)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)

    def __call__(self, *args: Any, **kwargs: Any) -> datetime:
        return datetime(*args, **kwargs)  # noqa: DTZ001  whatever the caller says

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, datetime)


def _set_clocks(harm: Harm) -> None:
    """Let every module of ours that looks at the clock see that of the harm.

    A class of C cannot be changed, so the name is, where it stands; at the order, since some modules
    are imported when they are needed. Whatever has come back from another clock stays as it is.
    """
    clock = _Clock(harm)
    for name, module in [*sys.modules.items()]:
        if (
            name.partition(".")[0] in ("taskchat", "jwt")
            and vars(module).get("datetime") is datetime
        ):
            vars(module)["datetime"] = clock


def _clock_that_jumps(harm: Harm) -> None:
    real = time.time
    time.time = lambda: real() + harm.clock_s


def main() -> None:
    """Hook everything up, then be `taskchat`."""
    harm = Harm()
    if sys.argv[1] == "--break":
        guards.break_in_python(sys.argv[2], harm)
        del sys.argv[1:3]
    for name, point in (
        ("open", "open"),
        ("act", "act"),
        ("begin", "begin"),
        ("result", "result"),
        ("tell", "tell"),
        ("close", "close"),
        ("claim", "claim"),
        ("load", "load"),
        ("renew", "renew"),
        ("continue_turn", "continue"),
        ("cancel", "cancel"),
    ):
        _around(harm, Journal, name, point)
    _inside(harm, "act")
    _inside(harm, "begin")
    _around(harm, ChatCompletionsModel, "_send", "think")
    _telling_what_is_asked()
    _losing_answers(harm)
    _database_that_lags(harm)
    _disk_that_fills(harm)
    _clock_that_jumps(harm)
    threading.Thread(target=harm.read_orders, daemon=True).start()
    cli.main()


if __name__ == "__main__":
    main()
