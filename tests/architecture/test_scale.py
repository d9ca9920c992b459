"""`docs/scale.md` says what stands between the schema and sharding by user, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from benchmarks.counting import StatementCounter
from benchmarks.mock_model import ADD
from benchmarks.processes import mock_model
from benchmarks.talking import running
from taskchat.auth import tables as auth_tables
from taskchat.chat import tables as chat_tables
from taskchat.db.database import Database
from taskchat.db.urls import DatabaseUrl
from taskchat.tasks import tables as task_tables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
FUNCTIONS = ROOT / "src/taskchat/migrations/functions"
DESCRIBED_IN = (auth_tables, chat_tables, task_tables)
TABLES = SQLModel.metadata.tables
NOBODYS = {"secrets", "sign_in_attempts", "tombstones"}
OWNED = sorted(set(TABLES) - NOBODYS - {"users"})
OF_A_TURN = ("turn_open_4", "turn_act_1", "turn_tell_1", "turn_close_1", "task_ids_1")

_VERB = re.compile(r"\b(?=(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|PERFORM)\b)")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN) (\w+)")
_USER = re.compile(r"\b(?:user_id|p_user)\b")


def _rows(heading: str) -> list[list[str]]:
    """The names in code marks, cell by cell, of the table under a heading."""
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert lines, f"there is no table under {heading}"
    return [line.strip("|").split(" | ") for line in lines]


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def _by_key_only(sql: str) -> set[str]:
    """The owned tables that a statement in it looks into, or changes, without naming the user."""
    plain = re.sub(r"--.*", "", sql)
    return {
        table
        for statement in _VERB.split(plain)
        if not _USER.search(statement)
        for table in _TABLE.findall(statement)
        if table in OWNED
    }


@pytest.mark.parametrize("name", OWNED)
def test_every_owned_table_carries_its_user(name: str) -> None:
    user = TABLES[name].columns["user_id"]

    assert not user.nullable
    assert [key.target_fullname for key in user.foreign_keys] == ["users.id"]


def test_each_unique_key_without_the_user_is_told() -> None:
    without: dict[str, list[str]] = {}
    for table in TABLES.values():
        if table.name in NOBODYS:
            continue
        user = "id" if table.name == "users" else "user_id"
        unique = {str(index.name): index.columns.keys() for index in table.indexes if index.unique}
        unique |= {
            str(constraint.name): constraint.columns.keys()
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        }
        unique[f"{table.name}_pkey"] = table.primary_key.columns.keys()
        without |= {key: columns for key, columns in unique.items() if user not in columns}

    told = {_names(key)[0]: _names(columns) for key, columns, *_ in _rows("Keys")}

    assert told == without


def test_each_foreign_key_without_the_user_is_told() -> None:
    without = {
        (f"{name}_{column.name}", key.column.table.name)
        for name in OWNED
        for column in TABLES[name].columns
        for key in column.foreign_keys
        if column.name != "user_id"
    }

    told = {(_names(key)[0], _names(target)[0]) for key, target, *_ in _rows("Foreign keys")}

    assert told == without


async def test_only_the_functions_that_are_told_of_see_more_than_one_user(
    database_kind: str, everything: Database
) -> None:
    if database_kind == "sqlite":
        pytest.skip("SQLite has neither functions nor policies")

    functions = await everything.read(
        lambda tx: tx.fetch(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
    )
    policies = await everything.read(
        lambda tx: tx.fetch(
            "SELECT relname FROM pg_class JOIN pg_policies ON tablename = relname"
            " WHERE relrowsecurity AND relforcerowsecurity AND policyname = 'own_rows'"
            " AND qual LIKE '(user_id = ( SELECT%taskchat.uid%'"
        )
    )

    told = {name for names, *_ in _rows("Across users") for name in _names(names)}
    assert told == {row["proname"] for row in functions}
    # Everything else runs as the service, to which each of these tables shows one user's rows.
    assert sorted(row["relname"] for row in policies) == OWNED


@pytest.mark.parametrize("name", OF_A_TURN)
def test_a_function_s_statements_that_do_not_name_the_user_are_told(name: str) -> None:
    told = {_names(names)[0]: set(_names(tables)) for names, tables, *_ in _rows("Statements")}

    body = (FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8").partition("$$")[2]
    assert told.get(name, set()) == _by_key_only(body)


async def test_what_a_turn_that_adds_a_task_sends_names_the_user(
    database_kind: str, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    if database_kind == "sqlite":
        pytest.skip("there is nothing to shard")
    counter = StatementCounter()

    with mock_model() as model_url, counter.listening():
        async with running(model_url, database_url.dsn, tmp_path) as talk:
            first = await talk.send("hello", None)
            counter.begin()
            await talk.send(f"{ADD}milk", first["conversation_id"])
            sent = counter.end()

    called = {name for sql in sent for name in OF_A_TURN if name in sql}
    assert called == set(OF_A_TURN) - {"turn_tell_1"}
    assert set().union(*(_by_key_only(sql) for sql in sent)) == set()
