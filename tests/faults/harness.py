"""A run: copies, people, faults; then a minute of peace, and everything is checked."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx2

from tests.chat.tool_servers.notes import Mailbox
from tests.deploy.doors import Nginx, Pgbouncer
from tests.deploy.files import copy_settings
from tests.faults.checker import violations
from tests.faults.copies import Copy
from tests.faults.databases import AnyDatabase, Postgres, Sqlite
from tests.faults.history import Asked, Run, Sent
from tests.faults.moods import MOODS, MoodyModel
from tests.faults.people import Person, World, come_and_go, patiently, read_everything
from tests.faults.points import POINTS
from tests.model.stub_provider import Rule
from tests.processes import environment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

LEASE_S = 2
PEACE_S = 60
"""How long after the last fault everything must have come to its end."""

Kind = Literal["postgres", "sqlite"]
Fault = Callable[["Harness"], Awaitable[None]]


@dataclass(frozen=True)
class Plan:
    """What a run is to be."""

    kind: Kind
    seconds: float
    seed: int
    copies: int = 3
    people: int = 8
    guard: str | None = None
    """One that is broken on purpose."""
    faults: Sequence[str] = ()
    """Only these; else all that the database has."""
    points: Sequence[str] = POINTS
    """Where turns are hurt."""
    deployed: bool = False
    """Behind nginx and pgbouncer as in `deploy/`; people know nginx alone."""
    steps: Sequence[Fault] = ()
    """In place of chance: these, each once, in their order and when the one before is over."""

    @property
    def kinds(self) -> frozenset[str]:
        """Whose faults it can have, see `FAULTS`."""
        return frozenset({self.kind, "deployed"} if self.deployed else {self.kind})


@dataclass
class Result:
    """What a run has found."""

    plan: Plan
    violations: list[str]
    faults: Counter[str]
    hindered: Counter[str]
    run: Run
    taken_over: int
    seconds: float
    folder: Path | None = None
    """Where histories and logs are; only where something is wrong."""


@dataclass
class Harness:
    """A run under way."""

    plan: Plan
    rng: random.Random
    database: AnyDatabase
    model: MoodyModel
    run: Run
    copies: Sequence[Copy] = ()
    nginx: Nginx | None = None
    pgbouncer: Pgbouncer | None = None
    done: Counter[str] = field(default_factory=Counter[str])
    hindered: Counter[str] = field(default_factory=Counter[str])
    """What the faults did to the copies, where a copy can tell."""
    healing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def later(self, healing: Awaitable[None]) -> None:
        """Make good again what was done, beside what comes next."""

        async def heal() -> None:
            await healing

        task = asyncio.create_task(heal())
        self.healing.add(task)
        task.add_done_callback(self.healing.discard)

    def hear(self, copy: Copy, word: str, rest: Sequence[str]) -> None:
        """Take what a copy says of itself."""
        if word == "hit":  # it ends now, or stands still
            self.done[f"at {rest[0]}"] += 1
            self.later(self._after_hit(copy))
        elif word == "asked":
            turn, epoch, idx = rest
            self.run.asked.append(Asked(turn, int(epoch), int(idx)))
        elif word == "full":
            self.hindered["writes without room"] += 1

    async def somebody_serves(self) -> None:
        """Wait until there is a server to hurt: a dead one is not hurt by the next fault."""
        while not any(copy.serves for copy in self.copies):  # noqa: ASYNC110  it is in a process
            await asyncio.sleep(0.05)

    async def _after_hit(self, copy: Copy) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.rng.uniform(LEASE_S + 0.5, LEASE_S + 3)):
                await copy.gone()
        if copy.is_alive:
            copy.send_signal(signal.SIGCONT)
        else:
            await self.revive(copy)

    async def revive(self, copy: Copy) -> None:
        """Start a dead copy again, after a while."""
        await asyncio.sleep(self.rng.uniform(0, 1))
        async with copy.starting:  # two faults may have ended it
            for _ in range(5):  # its database may be away
                if copy.is_alive:
                    return
                with suppress(RuntimeError):
                    await copy.start()

    def after(self, shortest_s: float, longest_s: float, undo: Callable[[], object]) -> None:
        """Undo what was done, some time between these."""

        async def heal() -> None:
            await asyncio.sleep(self.rng.uniform(shortest_s, longest_s))
            undo()

        self.later(heal())

    async def after_end_of(self, copy: Copy) -> None:
        """The same, for one that is about to die: until it has, it seems to be alive."""
        await copy.gone()
        await self.revive(copy)

    def any_copy(self) -> Copy:
        """One that is alive, if any is."""
        return self.rng.choice([copy for copy in self.copies if copy.is_alive] or self.copies)


async def kill_at(harness: Harness) -> None:
    """`kill -9` at a named point of a turn."""
    harness.any_copy().order(f"kill {harness.rng.choice(harness.plan.points)}")


async def stop_at(harness: Harness) -> None:
    """SIGSTOP at a named point, beyond the lease."""
    harness.any_copy().order(f"stop {harness.rng.choice(harness.plan.points)}")


async def kill(harness: Harness) -> None:
    """`kill -9` at any moment."""
    copy = harness.any_copy()
    copy.send_signal(signal.SIGKILL)
    harness.done["kill -9"] += 1
    harness.later(harness.after_end_of(copy))


async def stop(harness: Harness) -> None:
    """SIGSTOP at any moment, beyond the lease."""
    copy = harness.any_copy()
    copy.send_signal(signal.SIGSTOP)
    harness.done["SIGSTOP"] += 1
    harness.after(LEASE_S + 0.5, LEASE_S + 3, partial(copy.send_signal, signal.SIGCONT))


async def hand_over(harness: Harness) -> None:
    """SIGTERM, in the middle of everything."""
    copy = harness.any_copy()
    copy.send_signal(signal.SIGTERM)
    harness.done["SIGTERM"] += 1

    harness.later(harness.after_end_of(copy))


async def lose(harness: Harness) -> None:
    """The answer of a commit is lost."""
    harness.any_copy().order(f"lose {harness.rng.randint(1, 6)}")
    harness.done["lost answer of a commit"] += 1


async def clock(harness: Harness) -> None:
    """A copy's clock jumps, forward or back."""
    harness.any_copy().order(f"clock {harness.rng.choice((-20, 0, 20, 120, 1800))}")
    harness.done["clock"] += 1


async def lag(harness: Harness) -> None:
    """A copy's database is slow for a while, so that whatever races has time to."""
    copy = harness.any_copy()
    copy.order(f"lag {harness.rng.choice((0.05, 0.15))}")
    harness.done["slow database"] += 1

    harness.after(1, 5, partial(copy.order, "lag 0"))


async def apart(harness: Harness) -> None:
    """One copy cannot reach the database, sometimes for longer than it tries again."""
    copy = harness.any_copy()
    copy.order("apart on")
    harness.done["cut off from the database"] += 1

    harness.after(1, 14, partial(copy.order, "apart off"))


async def mood(harness: Harness) -> None:
    """The model is slow, fails, babbles, is cut off or gone, for a while."""
    harness.model.mood = harness.rng.choice(MOODS)
    harness.done[f"model {harness.model.mood}"] += 1

    harness.after(0.5, 2, harness.model.be_well)


async def cut(harness: Harness) -> None:
    """Connections to the database are cut."""
    assert isinstance(harness.database, Postgres)
    with suppress(OSError):
        await harness.database.cut_connections(harness.rng.choice((0.3, 1)))
        harness.done["connections cut"] += 1


async def restart(harness: Harness) -> None:
    """The database crashes and comes back."""
    assert isinstance(harness.database, Postgres)
    await harness.database.restart(harness.rng.uniform(0, 1.5))
    harness.done["Postgres crashed"] += 1


async def reload_nginx(harness: Harness) -> None:
    """nginx takes its file anew, as after a change of it."""
    assert harness.nginx is not None
    await harness.nginx.reload()
    harness.done["nginx reloaded"] += 1


async def restart_nginx(harness: Harness) -> None:
    """nginx ends, and is started again; nobody is let in meanwhile."""
    assert harness.nginx is not None
    await harness.nginx.restart()
    harness.done["nginx restarted"] += 1


async def restart_pgbouncer(harness: Harness) -> None:
    """The pooler ends in good order, and is started again."""
    assert harness.pgbouncer is not None
    await harness.pgbouncer.restart()
    harness.done["pgbouncer restarted"] += 1


async def full(harness: Harness) -> None:
    """The disk is full for a while."""
    copy = harness.any_copy()
    copy.order("full on")
    harness.done["disk full"] += 1

    harness.after(0.3, 1.5, partial(copy.order, "full off"))


FAULTS: Mapping[str, tuple[Fault, int, str]] = {
    # name: what it does, how often among the others, and on which databases
    "kill_at": (kill_at, 30, "postgres sqlite"),
    "kill": (kill, 12, "postgres sqlite"),
    "stop_at": (stop_at, 12, "postgres"),
    "stop": (stop, 8, "postgres sqlite"),
    "hand_over": (hand_over, 5, "postgres sqlite"),
    "lose": (lose, 15, "postgres"),
    "cut": (cut, 8, "postgres"),
    "restart": (restart, 4, "postgres"),
    "mood": (mood, 15, "postgres sqlite"),
    "clock": (clock, 6, "postgres sqlite"),
    "lag": (lag, 8, "postgres sqlite"),
    "apart": (apart, 4, "postgres"),
    "full": (full, 25, "sqlite"),
    "reload_nginx": (reload_nginx, 6, "deployed"),
    "restart_nginx": (restart_nginx, 4, "deployed"),
    "restart_pgbouncer": (restart_pgbouncer, 6, "deployed"),
}
HARMLESS = {"postgres": {"clock", "mood"}, "sqlite": {"mood"}}
"""No copy may lose a turn by these. The embedded database has the clock of its only server."""


async def carry_out(plan: Plan, say: Callable[[str], None]) -> Result:
    """Do a whole run, and say how it went."""
    folder = Path(tempfile.mkdtemp(prefix=f"taskchat-faults-{plan.kind}-"))
    began = time.monotonic()
    kept: Path | None = folder
    run = Run()
    try:
        async with _running(plan, folder, run) as (harness, people, world):
            await _live_through(harness, people, world, say)
            world.run.stuck = await _settle(harness)
            await _read(people, world)
            tables = await harness.database.tables()
            world.run.people = await harness.database.people()
            world.run.crashed = _crashes(folder)
            world.run.mailed = mailbox_of(folder).sent
            world.run.model_refused = harness.model.faults
            world.run.owners_were_hurt = not HARMLESS[plan.kind].issuperset(plan.faults or FAULTS)
            world.run.clock_is_steady = plan.kind == "postgres"
            found = violations(world.run, tables)
            if found:
                _keep(folder, world.run, asdict(tables))
            else:
                kept = None
            taken = sum(turn["takeovers"] for turn in tables.turns)
            seconds = time.monotonic() - began
            return Result(
                plan, found, harness.done, harness.hindered, world.run, taken, seconds, kept
            )
    except BaseException:
        _keep(folder, run, {})
        say(f"{plan.kind}, seed {plan.seed}: broke off; history and logs: {folder}")
        raise
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _running(
    plan: Plan, folder: Path, run: Run
) -> AsyncGenerator[tuple[Harness, list[Person], World]]:
    rng = random.Random(plan.seed)  # noqa: S311  no secret
    async with AsyncExitStack() as stack:
        database: AnyDatabase
        if plan.kind == "postgres":
            database = Postgres(folder / "pg", plan.guard)
            stack.push_async_callback(database.end)
            await database.prepare()
        else:
            database = Sqlite(folder)
        model = await stack.enter_async_context(
            MoodyModel(rules=[Rule()], rng=random.Random(plan.seed))  # noqa: S311
        )
        harness = Harness(plan, rng, database, model, run)
        served: dict[str, str] = {}
        if plan.deployed:
            assert isinstance(database, Postgres)
            harness.pgbouncer = database.pooler(folder / "pgbouncer")
            stack.push_async_callback(harness.pgbouncer.end)
            await harness.pgbouncer.start()
            served = copy_settings()
        mailbox = mailbox_of(folder)
        mailbox.folder.mkdir()
        env = environment(
            folder,
            database.url if harness.pgbouncer is None else harness.pgbouncer.url,
            **model.settings,
            **served,
            TASKCHAT_MCP_SERVERS=str(mailbox.write_file()),
            TASKCHAT_LEASE_S=str(LEASE_S),
            TASKCHAT_RATE_LIMIT="off",
            TASKCHAT_AUTH_RATE_LIMIT="off",
            TASKCHAT_TURNS_AT_ONCE="off",
        )
        options = ["--break", plan.guard] if plan.guard else []
        number_of = plan.copies if plan.kind == "postgres" else 1
        harness.copies = [Copy(number, env, options, harness.hear) for number in range(number_of)]
        for copy in harness.copies:
            stack.push_async_callback(copy.end)
        await asyncio.gather(*(copy.start() for copy in harness.copies))
        addresses = [copy.address for copy in harness.copies]
        if plan.deployed:
            harness.nginx = Nginx(folder / "nginx", [copy.port for copy in harness.copies])
            stack.push_async_callback(harness.nginx.end)
            await harness.nginx.start()
            addresses = [harness.nginx.address]
        client = await stack.enter_async_context(
            httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=None))
        )
        history = stack.enter_context((folder / "history.jsonl").open("w", encoding="utf-8"))

        def note(sent: Sent) -> None:
            history.write(f"{json.dumps(asdict(sent))}\n")
            history.flush()

        world = World(addresses, harness.run, rng, note)
        people = [Person(world, client, f"person{number}") for number in range(plan.people)]
        for person in people:
            await person.sign_up()
        yield harness, people, world


async def _live_through(
    harness: Harness, people: Sequence[Person], world: World, say: Callable[[str], None]
) -> None:
    plan = harness.plan
    living = [asyncio.create_task(person.live()) for person in people]
    living.append(asyncio.create_task(come_and_go(world, people[0].client)))
    if plan.steps:
        for step in plan.steps:
            await asyncio.sleep(0.5)  # so that there is something under way
            await step(harness)
        await asyncio.sleep(1)
    else:
        await _hurt(harness, say)
    for copy in harness.copies:
        copy.order("kill nowhere")
        copy.order("lag 0")
        copy.order("apart off")
    while harness.healing:
        await asyncio.wait(harness.healing)
    for copy in harness.copies:  # one may have died of an order that came to it late
        await harness.revive(copy)
    world.is_over.set()
    world.give_up = time.monotonic() + PEACE_S
    await asyncio.gather(*living)


async def _hurt(harness: Harness, say: Callable[[str], None]) -> None:
    """One fault after the other, by chance."""
    plan = harness.plan
    faults = {
        name: (do, weight)
        for name, (do, weight, kinds) in FAULTS.items()
        if plan.kinds & set(kinds.split()) and (not plan.faults or name in plan.faults)
    }
    names, weights = [*faults], [weight for _, weight in faults.values()]
    until, told = time.monotonic() + plan.seconds, time.monotonic()
    while time.monotonic() < until:
        await harness.somebody_serves()
        await asyncio.sleep(harness.rng.uniform(0.3, 2.2))
        await faults[harness.rng.choices(names, weights)[0]][0](harness)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"{sum(harness.done.values())} faults, {len(harness.run.sent)} messages")


async def _settle(harness: Harness) -> int:
    """Wait until no turn runs; says how many still do after a minute."""
    until = time.monotonic() + PEACE_S
    while (left := await harness.database.running()) and time.monotonic() < until:  # noqa: ASYNC110  it is in a table
        await asyncio.sleep(0.2)
    return left


async def _read(people: Sequence[Person], world: World) -> None:
    until = time.monotonic() + PEACE_S
    for person in people:
        reads = len(world.run.read)

        async def read(person: Person = person, reads: int = reads) -> None:
            del world.run.read[reads:]
            await read_everything(person, world)

        await patiently(read, until)


def _crashes(folder: Path) -> list[str]:
    """What the logs of the copies say of errors that were not expected."""
    lines = [
        f"{path.stem}: {line[:300]}"
        for path in sorted(folder.glob("copy-*.log"))
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if '.crashed"' in line or line.startswith("Traceback")
    ]
    return lines[:20]


def _keep(folder: Path, run: Run, tables: dict[str, Any]) -> None:
    for name, value in (("history", asdict(run)), ("tables", tables)):
        text = json.dumps(value, indent=1, default=str)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def mailbox_of(folder: Path) -> Mailbox:
    """What the further tool server of a run does; all copies' processes of it write there."""
    return Mailbox(folder / "mail", longest_s=0.3)


def report(result: Result) -> str:
    """What is to be told of a run."""
    plan, run = result.plan, result.run
    outcomes = Counter(sent.outcome for sent in run.sent)
    resent = sum(len(sent.tries) > 1 for sent in run.sent)
    resumed = sum(any(name == "turn.resumed" for _, name in sent.events) for sent in run.sent)
    lines = [
        f"{plan.kind}{', deployed' if plan.deployed else ''}, seed {plan.seed}: {result.seconds:.0f} s, {sum(result.faults.values())} faults"
        + (f", with the guard {plan.guard!r} broken" if plan.guard else ""),
        f"  valid messages: {len(run.sent)}; answered {len(run.sent) - outcomes['unanswered']},"
        f" not answered {outcomes['unanswered']}; {dict(outcomes)}",
        f"  sent more than once {resent}, streams with turn.resumed {resumed},"
        f" take-overs {result.taken_over}, people erased {len(run.erased)}",
        f"  faults: {dict(sorted(result.faults.items()))}"
        + (f"; {dict(result.hindered)}" if result.hindered else ""),
    ]
    lines += [f"  WRONG {each}" for each in result.violations[:20]]
    if len(result.violations) > 20:
        lines.append(f"  and {len(result.violations) - 20} more")
    if result.folder is not None:
        lines.append(f"  histories, tables and logs: {result.folder}")
    return "\n".join(lines)


def say(text: str) -> None:
    """To whoever watches."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
