"""One copy of the server that can be hurt: `python -m tests.faults.copy [--break GUARD] serve …`.

It is the product as it stands, with a hook around the writes of a turn. What is to happen comes line
by line on standard input:

    kill POINT      the next time a turn comes there, the process ends as by kill -9
    stop POINT      the same, but it only stands still (SIGSTOP)
    lose N          the answer of the N-th next write is lost: it was committed, and nobody hears
    clock S         the clock of this process jumps
    full on|off     the disk of the embedded database has no room any more

On standard output it says, with `harm:` before it:

    hit POINT               a turn has come to an armed point; the process ends now, or stands still
    asked TURN EPOCH IDX    the model is asked for the answer that would be that step
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from taskchat import cli
from taskchat.chat.journal import Journal
from taskchat.chat.progress import Progress
from taskchat.chat.turn import Turns
from taskchat.db import sqlite
from taskchat.db.database import ConnectionLostError
from taskchat.db.postgres import PostgresDatabase
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
        self.clock_s = 0.0

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
                self.clock_s += float(value)
            elif order == "full":
                self.is_full = value == "on"

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


def _nothing(steps: object) -> tuple[()]:
    return ()


def _inside_act(harm: Harm) -> None:
    act = Journal.act

    @wraps(act)
    async def hooked(self: Journal, turn: Any, idx: int, work: Any, tell: Any = _nothing) -> Any:
        async def working(tx: Any) -> Any:
            drafts = await work(tx)
            harm.at("act.inside")
            return drafts

        return await act(self, turn, idx, working, tell)

    Journal.act = hooked


def _telling_what_is_asked() -> None:
    think = Turns._think  # pyright: ignore[reportPrivateUsage]

    @wraps(think)
    async def hooked(self: Turns, progress: Progress, parameters: Any, deadline: float) -> Any:
        say("asked", progress.turn.uid, progress.turn.epoch, len(progress.steps))
        return await think(self, progress, parameters, deadline)

    Turns._think = hooked  # pyright: ignore[reportPrivateUsage]


def _losing_answers(harm: Harm) -> None:
    for name in ("transaction", "call"):
        method = cast("Callable[..., Awaitable[Any]]", getattr(PostgresDatabase, name))

        def hooked_of(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            @wraps(method)
            async def hooked(*args: Any, **kwargs: Any) -> Any:
                result = await method(*args, **kwargs)
                if harm.loses():
                    raise ConnectionLostError
                return result

            return hooked

        setattr(PostgresDatabase, name, hooked_of(method))


def _disk_that_fills(harm: Harm) -> None:
    commit = sqlite._commit_group  # pyright: ignore[reportPrivateUsage]

    def hooked(connection: sqlite3.Connection, group: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        most = pages if harm.is_full else _ALL_PAGES
        connection.execute(f"PRAGMA max_page_count = {most}")
        commit(connection, group)

    sqlite._commit_group = hooked  # pyright: ignore[reportPrivateUsage]


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
        ("tell", "tell"),
        ("close", "close"),
        ("claim", "claim"),
        ("load", "load"),
        ("renew", "renew"),
        ("continue_turn", "continue"),
        ("cancel", "cancel"),
    ):
        _around(harm, Journal, name, point)
    _inside_act(harm)
    _around(harm, ChatCompletionsModel, "_send", "think")
    _telling_what_is_asked()
    _losing_answers(harm)
    _disk_that_fills(harm)
    _clock_that_jumps(harm)
    threading.Thread(target=harm.read_orders, daemon=True).start()
    cli.main()


if __name__ == "__main__":
    main()
