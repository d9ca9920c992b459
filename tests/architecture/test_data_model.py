"""`docs/data-model.md` names every table, column and index as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

import taskchat.auth.tables
import taskchat.chat.tables
import taskchat.tasks.tables

PAGE = (Path(__file__).parents[2] / "docs/data-model.md").read_text(encoding="utf-8")
DESCRIBED_IN = (taskchat.auth.tables, taskchat.chat.tables, taskchat.tasks.tables)
TABLES = SQLModel.metadata.tables
POSTGRES = postgresql.dialect()


def _sections() -> dict[str, str]:
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    return {
        heading.strip("`"): text for heading, _, text in (part.partition("\n") for part in parts)
    }


def _cells(text: str) -> list[tuple[str, str]]:
    """The first two cells of each row, without its head."""
    return re.findall(r"^\| `(\w+)` \| (.+?) \|", text, re.MULTILINE)


def test_each_table_has_its_section_and_no_other_is_told_of() -> None:
    for module in DESCRIBED_IN:
        assert f"`{'/'.join(module.__name__.split('.')[1:])}.py`" in PAGE
    told = {name for name, text in _sections().items() if "| column |" in text}

    assert told == set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_each_column_is_told_with_its_type(name: str) -> None:
    columns: list[tuple[str, str]] = []
    for column in TABLES[name].columns:
        kind = column.type.compile(POSTGRES).lower()
        kind = kind.replace("timestamp with time zone", "timestamptz")
        columns.append((column.name, f"{kind} null" if column.nullable else kind))

    assert _cells(_sections()[name]) == columns


def test_each_index_is_told_with_its_columns() -> None:
    indices = {
        str(index.name): [column.name for column in index.columns]
        for table in TABLES.values()
        for index in table.indexes
    } | {
        str(constraint.name): [column.name for column in constraint.columns]
        for table in TABLES.values()
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }

    told = _cells(_sections()["Indices"])

    assert {name: re.findall(r"`(\w+)`", columns) for name, columns in told} == indices
