"""Row-level security: what a query of the service's role sees when it forgets its filter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from taskchat.db.database import Argument, Database, Row, Transaction
from taskchat.errors import DatabaseError, TaskNotFoundError
from taskchat.ids import UserId
from taskchat.tasks.service import TaskList
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user

pytestmark = pytest.mark.parametrize("database_kind", ["postgres"])

OWNER_COLUMNS = dict.fromkeys(
    (
        "conversations",
        "messages",
        "turns",
        "steps",
        "turn_events",
        "waiters",
        "tasks",
        "sessions",
    ),
    "user_id",
) | {"users": "id"}
OWNED = list(OWNER_COLUMNS)


class Forgetful(Transaction):
    """A transaction whose queries have lost their `user_id = ...`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.dialect = tx.dialect
        self.forgot = 0

    async def act_for(self, user: UserId) -> None:
        await self._tx.act_for(user)

    def _without_filter(self, sql: str) -> str:
        # The argument stays, since the driver counts them.
        changed, count = re.subn(r"\b(\w+\.)?user_id = \$(\d+)", r"$\2::bigint IS NOT NULL", sql)
        self.forgot += count
        return changed

    async def execute(self, sql: str, *args: Argument) -> int:
        return await self._tx.execute(self._without_filter(sql), *args)

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Argument]]) -> None:
        await self._tx.execute_many(self._without_filter(sql), rows)

    async def fetch(self, sql: str, *args: Argument) -> Sequence[Row]:
        return await self._tx.fetch(self._without_filter(sql), *args)

    async def fetchrow(self, sql: str, *args: Argument) -> Row | None:
        return await self._tx.fetchrow(self._without_filter(sql), *args)


async def _talked(chat: ChatDriver) -> None:
    """Leave a row in every owned table."""
    chat.model.calls("add_task", title="Secret").says("Added.")
    await chat.send("add a secret", streamed=True)
    await chat.execute(
        "INSERT INTO waiters (uid, user_id, conversation_id, seen_until)"
        " SELECT uid, user_id, id, 0 FROM conversations WHERE user_id = $1",
        chat.user,
    )
    await chat.execute(
        "INSERT INTO sessions (uid, user_id, created_at, expires_at)"
        " VALUES (gen_random_uuid(), $1, now(), now())",
        chat.user,
    )


async def _owners(db: Database, table: str, user: UserId | None) -> set[int]:
    """Whose rows a query without a filter sees."""

    async def work(tx: Transaction) -> set[int]:
        rows = await tx.fetch(f"SELECT {OWNER_COLUMNS[table]} AS owner FROM {table}")  # noqa: S608
        return {row["owner"] for row in rows}

    return await db.read(work, user=user)


@pytest.mark.parametrize("table", OWNED)
async def test_a_query_without_a_filter_sees_its_users_rows_only(
    chat: ChatDriver, table: str
) -> None:
    await _talked(chat)
    stranger = await make_user(chat.everything)

    assert await _owners(chat.db, table, chat.user) == {chat.user}
    assert await _owners(chat.db, table, stranger) <= {stranger}
    assert await _owners(chat.db, table, None) == set()


@pytest.mark.parametrize("table", OWNED)
async def test_a_write_without_a_filter_touches_its_users_rows_only(
    chat: ChatDriver, table: str
) -> None:
    await _talked(chat)
    stranger = await make_user(chat.everything)

    async def work(tx: Transaction) -> set[int]:
        column = OWNER_COLUMNS[table]
        sql = f"UPDATE {table} SET {column} = {column} RETURNING {column} AS owner"  # noqa: S608
        return {row["owner"] for row in await tx.fetch(sql)}

    assert await chat.db.transaction(work, user=stranger) <= {stranger}
    assert await chat.db.transaction(work, user=chat.user) == {chat.user}


async def test_a_row_cannot_be_made_or_given_to_someone_else(chat: ChatDriver) -> None:
    await _talked(chat)
    stranger = await make_user(chat.everything)

    async def give(tx: Transaction) -> None:
        await tx.execute("UPDATE tasks SET user_id = $1", stranger)

    async def make(tx: Transaction) -> None:
        await tx.execute(
            "INSERT INTO tasks (user_id, id, title, created_at, updated_at)"
            " VALUES ($1, 99, 'planted', clock_timestamp(), clock_timestamp())",
            stranger,
        )

    for work in (give, make):
        with pytest.raises(DatabaseError):
            await chat.db.transaction(work, user=chat.user)


async def test_the_user_of_one_transaction_is_forgotten_by_the_next(chat: ChatDriver) -> None:
    await _talked(chat)

    for _ in range(30):  # over every connection of the pool
        assert await _owners(chat.db, "tasks", chat.user) == {chat.user}
        assert await _owners(chat.db, "tasks", None) == set()


async def test_the_list_shows_nothing_of_others_though_its_filter_is_forgotten(
    chat: ChatDriver,
) -> None:
    await _talked(chat)
    stranger = await make_user(chat.everything)

    async def work(tx: Transaction) -> int:
        forgetful = Forgetful(tx)
        # Asked in the other's name, as a slip of ours would.
        tasks = TaskList(forgetful, chat.user)
        assert await tasks.list() == ([], 0)
        for use in (tasks.get, tasks.delete, tasks.complete, tasks.restore):
            with pytest.raises(TaskNotFoundError):
                await use(1)
        with pytest.raises(TaskNotFoundError):
            await tasks.update(1, title="Mine now")
        return forgetful.forgot

    assert await chat.db.transaction(work, user=stranger) >= 5


async def test_a_turn_without_filters_works_on_its_users_rows(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _talked(chat)
    stranger = ChatDriver(chat.db, chat.everything, await make_user(chat.everything))
    transaction = chat.db.transaction

    async def forgetful(work: Any, **options: Any) -> Any:
        return await transaction(lambda tx: work(Forgetful(tx)), **options)

    monkeypatch.setattr(chat.db, "transaction", forgetful)
    stranger.model.calls("list_tasks").says("Nothing there.")
    answer = await stranger.turns.send(stranger.request("show me everything"), never)

    reply = answer.record.reply
    assert reply is not None
    (result,) = (reply.tool_results or {}).values()
    assert result["result"] == []


async def test_the_service_cannot_turn_on_the_owners_view(chat: ChatDriver) -> None:
    await _talked(chat)

    async def work(tx: Transaction) -> int:
        await tx.execute("SELECT set_config('taskchat.service', 'on', true)")
        return len(await tx.fetch("SELECT * FROM tasks"))

    assert await chat.db.read(work) == 0


async def test_work_across_users_tells_ids_and_epochs_only(chat: ChatDriver) -> None:
    await _talked(chat)
    await chat.execute("UPDATE turns SET status = 'running', lease_until = 0")

    async def work(tx: Transaction) -> list[set[str]]:
        rows: Any = await tx.fetch("SELECT * FROM turn_claim_2(8, 12)")
        return [set(row.keys()) for row in rows]

    assert await chat.db.transaction(work) == [{"id", "user_id", "epoch", "takeovers"}]
    assert await _owners(chat.db, "turns", None) == set()


async def test_an_owned_table_without_policies_is_noticed(chat: ChatDriver) -> None:
    rows = await chat.rows(
        "SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND a.attname = 'user_id'"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    )

    assert [row["name"] for row in rows] == []


async def test_finding_an_account_shows_that_one_only(chat: ChatDriver) -> None:
    await _talked(chat)
    await make_user(chat.everything, "stranger")

    async def work(tx: Transaction) -> tuple[int, int]:
        found = await tx.fetch("SELECT subject FROM user_with_subject_1('stranger')")
        return len(found), len(await tx.fetch("SELECT id FROM users"))

    assert await chat.db.read(work) == (1, 0)
    assert await chat.db.read(work, user=chat.user) == (1, 1)


async def test_a_service_role_reads_the_schemas_revision_and_cannot_change_it(
    chat: ChatDriver,
) -> None:
    async def change(tx: Transaction) -> None:
        await tx.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseError):
        await chat.db.transaction(change)
