"""What an operator does to a deployment under load, as the steps of a run of the fault harness."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Mapping, Sequence

from tests.faults.copies import Copy
from tests.faults.databases import Postgres
from tests.faults.harness import Fault, Harness, Plan, Result, carry_out, say
from tests.processes import run_command

PEOPLE = 3
SEED = 1


async def under_load(*steps: Fault) -> Result:
    """Do these while people talk, through nginx alone, and check every promise afterwards."""
    plan = Plan("postgres", 0, SEED, copies=3, people=PEOPLE, deployed=True, steps=steps)
    return await carry_out(plan, say)


def assert_no_turn_failed(result: Result) -> None:
    """Every message came to the end that its person wanted: see docs/operating.md, Upgrades."""
    outcomes = Counter(sent.outcome for sent in result.run.sent)
    again = sum(len(sent.tries) > 1 for sent in result.run.sent)
    say(f"{len(result.run.sent)} messages, {again} sent again; {dict(outcomes)}")
    assert result.violations == []
    assert outcomes.keys() <= {"completed", "cancelled", "deleted"}
    assert outcomes["completed"] > 20


async def replace_copies(harness: Harness) -> None:
    """One copy after the other ends in good order and is started again."""
    await replace_each(harness.copies)
    harness.done["copies restarted"] += len(harness.copies)


async def replace_each(copies: Sequence[Copy], env: Mapping[str, str] | None = None) -> None:
    """The same for some of them, with another environment."""
    for copy in copies:
        copy.send_signal(signal.SIGTERM)
        await copy.gone()
        if env is not None:
            copy.env = {**env}
        await copy.start()
        await asyncio.sleep(0.5)


async def restart_postgres(harness: Harness) -> None:
    """Postgres ends in good order, its clients told, and is started again."""
    assert isinstance(harness.database, Postgres)
    await harness.database.restart(1, mode="fast")
    harness.done["Postgres restarted"] += 1


async def migrate_again(harness: Harness) -> None:
    """The job for migrations runs as before each start of compose.yaml; there is nothing to do."""
    assert isinstance(harness.database, Postgres)
    env = harness.copies[0].env | {"TASKCHAT_MIGRATION_URL": harness.database.owner.dsn or ""}
    done = await run_command("migrate", env=env)
    assert done.status == 0, done.err
    harness.done["migrated"] += 1
