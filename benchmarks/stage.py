"""What the rows share: the load, the models and the databases, each begun when it is asked for."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Literal

from benchmarks import databases, processes
from benchmarks.mock_model import ADD, PLAIN_END, TOOL_END
from benchmarks.processes import job_for

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.databases import PostgresServer
    from benchmarks.load import Result
    from benchmarks.processes import Load, Server

Kind = Literal["postgres", "sqlite"]
Turn = Literal["plain", "tool"]
SLOW_S = 1
"""How long the slow model takes for an answer."""
DELTAS = 200
"""In how many pieces it streams one."""


class Stage:
    """To leave it is to end everything that was begun."""

    def __init__(self, stack: ExitStack, seconds: float, repeats: int) -> None:
        self._stack = stack
        self._names = count(1)
        self.seconds = seconds
        """How long one slice of load lasts."""
        self.repeats = repeats
        """How many slices of each are compared."""

    @cached_property
    def load(self) -> Load:
        """A crowd of clients."""
        return self._stack.enter_context(processes.load())

    @cached_property
    def model_url(self) -> str:
        """A model that takes no time."""
        return self._stack.enter_context(processes.mock_model())

    @cached_property
    def slow_model_url(self) -> str:
        """A model that takes a second."""
        return self._stack.enter_context(processes.mock_model(SLOW_S, DELTAS))

    @cached_property
    def postgres(self) -> PostgresServer:
        """The server."""
        return self._stack.enter_context(databases.postgres())

    @cached_property
    def postgres_product(self) -> str:
        """Taskchat's database there."""
        return self.postgres.product()

    @contextmanager
    def product(
        self, kind: Kind = "postgres", model_url: str | None = None, workers: int = 1
    ) -> Generator[Server]:
        """Taskchat, warm."""
        with ExitStack() as stack:
            if kind == "postgres":
                address = self.postgres_product
            else:
                address = stack.enter_context(databases.sqlite())
            server = processes.product(address, model_url or self.model_url, workers)
            yield self._warm(stack.enter_context(server))

    @contextmanager
    def floor(self, kind: Kind = "postgres", model_url: str | None = None) -> Generator[Server]:
        """The floor, warm."""
        with ExitStack() as stack:
            if kind == "postgres":
                address = self.postgres.empty(f"floor_{next(self._names)}")
            else:
                address = stack.enter_context(databases.sqlite(empty=True))
            server = processes.floor(address, model_url or self.model_url)
            yield self._warm(stack.enter_context(server))

    def send(  # noqa: PLR0913  what a slice of load is
        self,
        server: Server,
        turn: Turn,
        at_once: int,
        *,
        seconds: float | None = None,
        streamed: bool = False,
        conversations: list[int] | None = None,
    ) -> Slice:
        """Send turns for one slice."""
        job = job_for(
            server,
            at_once=at_once,
            seconds=self.seconds if seconds is None else seconds,
            text=f"{ADD}task" if turn == "tool" else "hello",
            expect=TOOL_END if turn == "tool" else PLAIN_END,
            streamed=streamed,
            conversations=conversations,
        )
        before = server.cpu_s()
        result = self.load.send(job)
        return Slice(result, server.cpu_s() - before)

    def _warm(self, server: Server) -> Server:
        """Fill its pools and caches."""
        for turn in ("plain", "tool"):
            self.send(server, turn, 20, seconds=0.7 * self.seconds)
        return server


class Slice:
    """What a server did and took in one slice of load."""

    def __init__(self, result: Result, cpu_s: float) -> None:
        self.result = result
        self.cpu_ms = cpu_s * 1000 / max(result.turns, 1)
        """CPU of a turn."""
        self.turns_per_s = result.turns / result.seconds
        self.busy = cpu_s / result.seconds
        """How much of one core the server had."""
        self.errors = sum(result.errors.values())
