"""What a model may write for a date: words are read where and when the person said them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mcp.server import MCPServer

from taskchat.db.database import Transaction
from taskchat.tasks.tools import ToolCaller, ToolOutcome, acting_for, call, make_tool_server
from tests.dates import table
from tests.dates.table import Said
from tests.tasks.conftest import Person

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 5, 5, 10, 0, tzinfo=UTC)

SAID = sorted([*table.plain(), *table.alone(), *table.changes()], key=lambda said: said.zone)
BY_ZONE = {zone: list(group) for zone, group in groupby(SAID, lambda said: said.zone)}


@pytest.fixture(scope="module")
def server() -> MCPServer:
    return make_tool_server()


class Caller:
    """Calls tools for a person, each as part of a turn that was opened at some moment."""

    def __init__(self, person: Person, server: MCPServer) -> None:
        self._person = person
        self._server = server

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        zone: ZoneInfo = PARIS,
        asked_at: datetime | None = NOON,
    ) -> ToolOutcome:
        async def work(tx: Transaction) -> ToolOutcome:
            with acting_for(ToolCaller(self._person.user, zone, asked_at, tx=tx)):
                return await call(self._server, tool, arguments)

        return await self._person.db.transaction(work, user=self._person.user)

    async def tasks(self, zone: ZoneInfo = PARIS) -> list[dict[str, Any]]:
        return (await self.call("list_tasks", {"limit": 500}, zone)).result


@pytest.fixture
def caller(ann: Person, server: MCPServer) -> Caller:
    return Caller(ann, server)


@pytest.mark.parametrize("zone", BY_ZONE)
async def test_words_for_a_date_mean_the_same_to_every_model(
    caller: Caller, ann: Person, zone: str
) -> None:
    rows: Sequence[Said] = BY_ZONE[zone]

    for said in rows:
        arguments = {"title": str(said), "due_at": said.words}
        outcome = await caller.call("add_task", arguments, ZoneInfo(zone), said.now)
        assert outcome.ok, outcome.result

    tasks, _ = await ann.do(lambda tasks: tasks.list(limit=500))
    assert {task.title: task.due for task in tasks} == {str(said): said.due for said in rows}


async def test_a_receipt_says_which_date_the_words_have_become(caller: Caller) -> None:
    added = await caller.call("add_task", {"title": "a", "due_at": "next friday 5pm"})
    moved = await caller.call("update_task", {"task_id": 1, "due_at": "end of month"})
    cleared = await caller.call("update_task", {"task_id": 1, "due_at": "none"})
    renamed = await caller.call("update_task", {"task_id": 1, "title": "b"})

    assert added.result["due"] == "Friday 2026-05-15 17:00"
    assert moved.result["due"] == "Sunday 2026-05-31"
    assert "due" not in cleared.result
    assert "due" not in renamed.result


async def test_a_list_tells_dates_in_the_zone_of_whoever_asks(caller: Caller) -> None:
    await caller.call("add_task", {"title": "a", "due_at": "2026-05-15T17:00"})
    await caller.call("add_task", {"title": "b"})

    here = await caller.tasks()
    there = await caller.tasks(ZoneInfo("America/New_York"))

    assert [task["due"] for task in here] == ["Friday 2026-05-15 17:00", None]
    assert [task["due"] for task in there] == ["Friday 2026-05-15 11:00", None]
    assert [task["due_at"] for task in here] == ["2026-05-15T15:00:00Z", None]


async def test_a_date_from_the_list_can_be_sent_back(caller: Caller) -> None:
    await caller.call("add_task", {"title": "a", "due_at": "tomorrow 5pm"})
    (task,) = await caller.tasks()

    await caller.call("add_task", {"title": "b", "due_at": task["due"]})

    first, second = await caller.tasks()
    assert first["due_at"] == second["due_at"]


async def test_a_repeat_is_told_as_one(caller: Caller) -> None:
    outcome = await caller.call("add_task", {"title": "a", "due_at": "every friday"})

    assert not outcome.ok
    assert "due_at: a task has one date and cannot repeat; send the first one" in outcome.result


async def test_words_from_a_connection_count_from_the_call(caller: Caller) -> None:
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    await caller.call("add_task", {"title": "a", "due_at": "in 2 hours"}, asked_at=None)
    after = datetime.now(UTC)

    (task,) = await caller.tasks()

    due = datetime.fromisoformat(task["due_at"])
    assert before + timedelta(hours=2) <= due <= after + timedelta(hours=2)
