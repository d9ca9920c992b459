"""People, copies, connections and Postgres as queues, with the measured times of a turn.

Everything that was not measured is assumed, and stands in `Deployment` and `People`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from math import exp, log
from typing import TYPE_CHECKING

from benchmarks.queues import Clock, Disk, Pool, Process, Station

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.database_cost import Costs
    from benchmarks.queues import Wait

CONNECTIONS = 20
"""Of a copy (`db/postgres.py`)."""
WATCH_S, CLAIM_S, RENEW_S = 0.5, 3.0, 4.0
"""How often a copy does its work across users (`chat/recovery.py`)."""


@dataclass(frozen=True)
class People:
    """Who talks, and how."""

    count: int
    think_s: float = 30
    """The mean of the pauses between an answer and the next message, which are exponential."""
    model_s: float = 2
    """The median of what a model takes for all of its answers of a turn, which is lognormal."""
    model_sigma: float = 0.6
    """The logarithm's deviation: with 0.6 one of twenty takes 2.7 times the median. 0: always it."""
    tools: float = 0.4
    """The share of turns that do something to the list."""
    streams: bool = True
    """As the page asks; else all turns are JSON."""

    @property
    def mean_model_s(self) -> float:
        """Of the distribution."""
        return self.model_s * exp(self.model_sigma**2 / 2)


@dataclass(frozen=True)
class Deployment:
    """What it runs on."""

    copies: int
    """With one worker and one core each."""
    cores: int
    """Of the Postgres server."""
    flush_s: float = 0.001
    """One flush of the log: a good network disk."""
    round_trip_s: float = 0.0003
    """To the database and back, within one zone."""
    pooler: int | None = None
    """How many connections to Postgres all copies share; None: each copy has its own."""
    all_copies: int | None = None
    """Where this is a slice of a larger one: how many copies look for lost turns here."""


@dataclass(frozen=True)
class TurnCost:
    """What one turn takes of the processors, in seconds."""

    server_s: float
    postgres_s: float
    log_bytes: float
    commits: int
    """Transactions that wait for the disk, besides what is told."""
    tells: int = 0
    """Transactions of a streamed turn that store what it tells."""


def turn_cost(costs: Costs, *, tool: bool, streamed_s: float | None) -> TurnCost:
    """The cost of a turn.

    Args:
        costs: as measured.
        tool: whether it adds a task.
        streamed_s: over how many seconds the model writes; None: as JSON.
    """
    base = costs.turns["tool" if tool else "plain"]
    commits = 3 if tool else 2  # the ids of tasks do not wait for the disk
    server_ms, postgres_ms = base.server_cpu_ms, base.postgres_cpu_ms
    log_bytes, tells = base.wal_bytes, 0.0
    if streamed_s is not None:
        plain, short, long = (
            costs.turns[name] for name in ("plain", "streamed in 1 s", "streamed in 3 s")
        )

        def added(of_short: float, of_long: float, of_plain: float) -> float:
            """By the piece and by the second: a line through both that were measured."""
            by_second = (of_long - of_short) / 2
            return of_short - by_second - of_plain + by_second * streamed_s

        server_ms += added(short.server_cpu_ms, long.server_cpu_ms, plain.server_cpu_ms)
        postgres_ms += added(short.postgres_cpu_ms, long.postgres_cpu_ms, plain.postgres_cpu_ms)
        log_bytes += added(short.wal_bytes, long.wal_bytes, plain.wal_bytes)
        tells = added(short.transactions, long.transactions, plain.transactions)
    return TurnCost(server_ms / 1000, postgres_ms / 1000, log_bytes, commits, max(round(tells), 0))


@dataclass
class Seen:
    """What came of it."""

    seconds: float = 0
    added_s: list[float] = field(default_factory=list[float])
    """Of each turn, how long it took above the model's time."""
    copies_busy: float = 0
    """The share of their processors' time."""
    postgres_busy: float = 0
    in_flight: int = 0
    """How many turns ran at the end."""
    flushes: int = 0

    @property
    def turns_per_s(self) -> float:
        """That were answered."""
        return len(self.added_s) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """Of the time above the model's, in milliseconds."""
        ordered = sorted(self.added_s) or [float("nan")]
        return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Copy:
    def __init__(self, clock: Clock, host: Station) -> None:
        self.host = host
        self.loop = Pool(clock, 1)
        """One thread does all of a copy's work, on whatever core there is."""
        self.connections = Pool(clock, CONNECTIONS)
        self.in_flight = 0


class Simulation:
    """One deployment and its people; `run` it once."""

    def __init__(
        self,
        deployment: Deployment,
        people: People,
        costs: Costs,
        *,
        shared_host: int | None = None,
        clients_s: float = 0,
    ) -> None:
        """Put it together.

        Args:
            deployment: what it runs on.
            people: who talks.
            costs: what a turn takes.
            shared_host: all processes have so many cores together, in place of their own.
            clients_s: what clients and model take of those for each turn.
        """
        self._deployment, self._people, self._costs = deployment, people, costs
        self._clients_s = clients_s
        self._clock = clock = Clock()
        self._chance = random.Random(1)  # noqa: S311  the same each time
        shared = None if shared_host is None else Station(clock, shared_host)
        self._postgres = shared or Station(clock, deployment.cores)
        self._copies = [_Copy(clock, shared or Station(clock, 1)) for _ in range(deployment.copies)]
        self._pooler = Pool(clock, deployment.pooler or deployment.copies * CONNECTIONS)
        self._disk = Disk(clock, deployment.flush_s)
        self._seen = Seen()
        self._warm_s = 0.0

    def run(self, warm_s: float, seconds: float) -> Seen:
        """Let it run, and say what was seen after the warm-up."""
        clock, self._warm_s = self._clock, warm_s
        for number in range(self._people.count):
            clock.start(self._person(self._copies[number % len(self._copies)]))
        for copy in self._copies:
            clock.start(self._keep(copy))
        clock.run(warm_s)
        busy, flushes = self._busy_s(), self._disk.flushes
        clock.run(warm_s + seconds)
        seen = self._seen
        seen.seconds = seconds
        copies_s, postgres_s = (a - b for a, b in zip(self._busy_s(), busy, strict=True))
        seen.copies_busy = copies_s / seconds / len(self._copies)
        seen.postgres_busy = postgres_s / seconds / self._postgres.servers
        seen.in_flight = sum(copy.in_flight for copy in self._copies)
        seen.flushes = self._disk.flushes - flushes
        return seen

    def _busy_s(self) -> tuple[float, float]:
        return sum(copy.host.busy_s for copy in self._copies), self._postgres.busy_s

    def _person(self, copy: _Copy) -> Process:
        people, clock, chance = self._people, self._clock, self._chance
        if people.think_s:
            # As if they had talked for long: some wait for an answer just now, the others think.
            talks = people.mean_model_s / (people.mean_model_s + people.think_s)
            if chance.random() >= talks:
                yield clock.pause(chance.expovariate(1 / people.think_s))
            else:
                yield clock.pause(chance.random() * people.mean_model_s)
        while True:
            began = clock.now
            model_s = self._model_s()
            yield from self._turn(copy, model_s)
            if clock.now > self._warm_s:
                self._seen.added_s.append(clock.now - began - model_s)
            if people.think_s:
                yield clock.pause(chance.expovariate(1 / people.think_s))

    def _model_s(self) -> float:
        people = self._people
        return self._chance.lognormvariate(log(people.model_s), people.model_sigma)

    def _turn(self, copy: _Copy, model_s: float) -> Generator[Wait]:
        """The server works before, between and after its waits, each time the same."""
        tool = self._chance.random() < self._people.tools
        cost = turn_cost(
            self._costs, tool=tool, streamed_s=model_s if self._people.streams else None
        )
        transactions = cost.commits + int(tool) + cost.tells
        answers = 2 if tool else 1
        work_s = cost.server_s / (transactions + answers + 1)
        query_s = cost.postgres_s / transactions
        yield copy.host.use(self._clients_s / 2)
        copy.in_flight += 1
        yield from self._work(copy, work_s)
        yield from self._transaction(copy, query_s)
        yield from self._work(copy, work_s)
        for answer in range(answers):
            tells = cost.tells if answer == answers - 1 else 0  # the first one calls the tool
            yield from self._answer(copy, model_s / answers, tells, work_s, query_s)
            if answer < answers - 1:
                yield from self._transaction(copy, query_s, commits=False)
                yield from self._work(copy, work_s)
                yield from self._transaction(copy, query_s)
                yield from self._work(copy, work_s)
        yield from self._transaction(copy, query_s)
        yield from self._work(copy, work_s)
        copy.in_flight -= 1
        yield copy.host.use(self._clients_s / 2)

    def _answer(
        self, copy: _Copy, model_s: float, tells: int, work_s: float, query_s: float
    ) -> Generator[Wait]:
        """A model writes, and goes on writing while what it wrote is told."""
        began = self._clock.now
        for tell in range(1, tells + 1):
            due = began + model_s * tell / (tells + 1)
            yield self._clock.pause(max(due - self._clock.now, 0))
            yield from self._work(copy, work_s)
            yield from self._transaction(copy, query_s)
        yield self._clock.pause(max(began + model_s - self._clock.now, 0))
        yield from self._work(copy, work_s)

    def _work(self, copy: _Copy, seconds: float) -> Generator[Wait]:
        yield copy.loop.take()
        yield copy.host.use(seconds)
        copy.loop.give()

    def _transaction(self, copy: _Copy, query_s: float, *, commits: bool = True) -> Generator[Wait]:
        yield copy.connections.take()
        yield self._pooler.take()
        yield self._clock.pause(self._deployment.round_trip_s)
        yield self._postgres.use(query_s * self._chance.uniform(0.5, 1.5))
        if commits:
            yield self._disk.commit()
        self._pooler.give()
        copy.connections.give()

    def _keep(self, copy: _Copy) -> Process:
        """What a copy does across users, all of it in Postgres."""
        shared, deployment = self._costs.shared, self._deployment
        others = (deployment.all_copies or deployment.copies) / deployment.copies
        yield self._clock.pause(self._chance.random() * WATCH_S)
        rounds = self._chance.randrange(24)
        while True:
            rounds += 1
            work_s = shared.watch_ms / 30 * copy.in_flight / 1000
            if rounds % (RENEW_S / WATCH_S) == 0:
                work_s += shared.renew_ms * copy.in_flight / 1000
            if rounds % (CLAIM_S / WATCH_S) == 0:
                running = sum(each.in_flight for each in self._copies)
                look_ms = shared.claim_ms + shared.claim_ms_per_1000 * running / 1000
                work_s += look_ms / 1000 * others
            if work_s:
                yield self._postgres.use(work_s)
            yield self._clock.pause(WATCH_S)
