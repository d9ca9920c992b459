"""Upgrades under load: old and new copies side by side on one schema, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from tests.deploy.next_version import NextVersion, make_next_version
from tests.deploy.steps import assert_no_turn_failed, replace_each, under_load
from tests.faults.databases import Postgres
from tests.faults.harness import Harness
from tests.processes import Finished, environment, run_command

REPORT_S = 3
"""How long a long transaction, such as a backup, reads the table that is to be changed."""


class Upgrade:
    """The steps of an upgrade, and what was seen meanwhile."""

    def __init__(self, version: NextVersion, folder: Path) -> None:
        self.version = version
        self.folder = folder
        self.migrated: list[Finished] = []
        self.opened: list[dict[str | None, int]] = []
        """After each step: how many turns each version had opened since the one before."""
        self._last_turn = 0

    async def migrate(self, harness: Harness) -> None:
        """Expand, by the product's own command, while somebody reads for long."""
        postgres = _postgres(harness)
        report = asyncio.create_task(_read_for_long(postgres))
        self.migrated.append(await self._run_migrate(postgres, new=True))
        await report
        await self._note(postgres)

    async def replace_one(self, harness: Harness) -> None:
        """Old and new ones side by side."""
        await replace_each(harness.copies[:1], harness.copies[0].env | self.version.env)
        await self._note(_postgres(harness))

    async def go_back(self, harness: Harness) -> None:
        """The old version is started on the new schema, its own migration first."""
        self.migrated.append(await self._run_migrate(_postgres(harness), new=False))
        await replace_each(harness.copies[1:2])
        await self._note(_postgres(harness))

    async def replace_others(self, harness: Harness) -> None:
        """Then there are new ones alone."""
        await replace_each(harness.copies[1:], harness.copies[0].env)
        await self._note(_postgres(harness))
        await asyncio.sleep(1)
        await self._note(_postgres(harness))

    async def _run_migrate(self, postgres: Postgres, *, new: bool) -> Finished:
        migration = {"TASKCHAT_MIGRATION_URL": postgres.owner.dsn}
        env = environment(self.folder, postgres.url, **migration)
        return await run_command("migrate", env=env | (self.version.env if new else {}))

    async def _note(self, postgres: Postgres) -> None:
        rows = await postgres.rows(
            "SELECT opened_by, count(*) AS many, max(id) AS last FROM turns"  # noqa: S608
            f" WHERE id > {self._last_turn} GROUP BY opened_by"
        )
        self._last_turn = max((row["last"] for row in rows), default=self._last_turn)
        self.opened.append({row["opened_by"]: row["many"] for row in rows})


async def test_copies_are_replaced_and_a_column_lands_and_no_turn_fails(tmp_path: Path) -> None:
    upgrade = Upgrade(make_next_version(tmp_path / "next"), tmp_path)

    result = await under_load(
        upgrade.migrate, upgrade.replace_one, upgrade.go_back, upgrade.replace_others
    )

    assert_no_turn_failed(result)
    up, back = upgrade.migrated
    assert up.out == f"The database is at revision {upgrade.version.revision}.\n", up.err
    assert back.out == "The database was made by a newer version, and serves this one, too.\n"
    _, _, gone_back, _, new_alone = upgrade.opened
    assert set(gone_back) == {None, "next"}
    assert set(new_alone) == {"next"}


async def test_a_revision_that_takes_something_away_refuses_older_servers(
    open_folder: Path,
) -> None:
    version = make_next_version(open_folder / "next")
    version.serves_none_older()
    postgres = Postgres(open_folder / "pg", None)
    await postgres.prepare()
    migration = {"TASKCHAT_MIGRATION_URL": postgres.owner.dsn}
    env = environment(open_folder, postgres.url, **migration)

    done = await run_command("migrate", env=env | version.env)
    refused = await asyncio.gather(*(run_command(*command, env=env) for command in _COMMANDS))
    await postgres.end()

    assert done.status == 0, done.err
    said = f"The database is at revision {version.revision}, made by a newer Taskchat"
    assert [each.status for each in refused] == [1] * len(_COMMANDS)
    assert all(said in each.out + each.err for each in refused)


_COMMANDS: Sequence[Sequence[str]] = (("serve", "--port", "0"), ("migrate",), ("doctor",))


def _postgres(harness: Harness) -> Postgres:
    assert isinstance(harness.database, Postgres)
    return harness.database


async def _read_for_long(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.owner.dsn)
    async with connection.transaction():
        await connection.execute("SELECT count(*) FROM turns")
        await asyncio.sleep(REPORT_S)
    await connection.close()
