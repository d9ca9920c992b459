"""What a model can do with the tools, and what it is told when it cannot."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import UnexpectedToolError
from mcp_types import CallToolResult

from taskchat.db.database import (
    Argument,
    ConflictError,
    ConnectionLostError,
    Dialect,
    Row,
    Transaction,
)
from taskchat.errors import DatabaseError
from taskchat.ids import UserId
from taskchat.tasks.tools import (
    ToolCaller,
    ToolOutcome,
    acting_for,
    call,
    definitions,
    make_tool_server,
)
from tests.tasks.conftest import Person

PARIS = ZoneInfo("Europe/Paris")
WRITERS = ["complete_task", "update_task", "delete_task", "restore_task"]


class Model:
    """Calls tools as a chat turn does: inside one transaction, bound to its user."""

    def __init__(self, person: Person, server: MCPServer) -> None:
        self._person = person
        self._server = server

    async def call(self, name: str, arguments: object) -> ToolOutcome:
        async def work(tx: Transaction) -> ToolOutcome:
            with acting_for(ToolCaller(self._person.user, PARIS, tx=tx)):
                return await call(self._server, name, arguments)

        return await self._person.db.transaction(work, user=self._person.user)

    async def does(self, name: str, **arguments: object) -> Any:
        outcome = await self.call(name, arguments)
        assert outcome.ok, outcome.result
        return outcome.result

    async def is_told(self, name: str, **arguments: object) -> str:
        outcome = await self.call(name, arguments)
        assert not outcome.ok
        assert isinstance(outcome.result, str)
        return outcome.result

    async def task(self, task_id: int = 1) -> dict[str, Any]:
        return next(task for task in await self.does("list_tasks") if task["id"] == task_id)


@pytest.fixture(scope="module")
def server() -> MCPServer:
    return make_tool_server()


@pytest.fixture
def model(ann: Person, server: MCPServer) -> Model:
    return Model(ann, server)


async def test_the_six_tools_do_what_they_say(model: Model) -> None:
    assert await model.does("add_task", title="Buy milk", description="two", priority="high") == {
        "task_id": 1,
        "status": "created",
        "title": "Buy milk",
    }
    assert (await model.does("complete_task", task_id=1))["status"] == "completed"
    assert (await model.does("complete_task", task_id=1, completed=False))["status"] == "reopened"
    assert await model.does("update_task", task_id=1, title="Buy oat milk") == {
        "task_id": 1,
        "status": "updated",
        "title": "Buy oat milk",
    }
    assert (await model.does("delete_task", task_id=1))["status"] == "deleted"
    assert await model.does("list_tasks") == []
    assert (await model.does("restore_task", task_id=1))["status"] == "restored"
    assert [task["title"] for task in await model.does("list_tasks")] == ["Buy oat milk"]


async def test_a_listed_task_is_what_rest_gives_and_its_local_date(
    model: Model, ann: Person
) -> None:
    await model.does("add_task", title="Buy milk", due_at="2026-11-27")

    task = await ann.do(lambda tasks: tasks.get(1))

    assert await model.does("list_tasks") == [task.as_json() | {"due": "Friday 2026-11-27"}]


async def test_a_list_that_is_cut_says_so(model: Model, ann: Person) -> None:
    await ann.add(*(f"task {n}" for n in range(53)))

    cut = await model.call("list_tasks", {})
    whole = await model.call("list_tasks", {"limit": 100})

    assert [task["id"] for task in cut.result] == list(range(1, 51))
    assert cut.note is not None
    assert cut.note.startswith("Showing 50 of 53 tasks.")
    assert (len(whole.result), whole.note) == (53, None)


async def test_a_list_is_an_array_in_text_and_in_structure(ann: Person, server: MCPServer) -> None:
    await ann.add("a", "b")

    with acting_for(ToolCaller(ann.user, PARIS, db=ann.db)):
        answer = await server.call_tool("list_tasks", {"limit": 1})

    assert isinstance(answer, CallToolResult)
    first, note = (getattr(block, "text", None) for block in answer.content)
    assert answer.structured_content == {"result": json.loads(str(first))}
    assert str(note).startswith("Showing 1 of 2")


async def test_a_list_can_be_searched_and_narrowed(model: Model, ann: Person) -> None:
    await ann.add("milk", "bread", "MILK again")
    await model.does("complete_task", task_id=1)

    found = await model.does("list_tasks", q="milk", status="pending")

    assert [task["id"] for task in found] == [3]


# ---- what models send ----


@pytest.mark.parametrize("task_id", [1, 1.0, "1", " 1 ", "#1", "1.0"])
async def test_an_id_may_come_as_text_or_with_a_point(
    model: Model, ann: Person, task_id: object
) -> None:
    await ann.add("a")

    assert (await model.does("complete_task", task_id=task_id))["task_id"] == 1


NO_IDS: list[object] = [
    0,
    -1,
    "0",
    "-3",
    1.5,
    "one",
    "",
    True,
    None,
    [1],
    {"id": 1},
    float("nan"),
    float("inf"),
    "9" * 5000,
]


@pytest.mark.parametrize("tool", WRITERS)
async def test_an_id_that_is_none_is_told(model: Model, ann: Person, tool: str) -> None:
    await ann.add("a")
    more = {"title": "b"} if tool == "update_task" else {}

    for task_id in NO_IDS:
        told = await model.is_told(tool, task_id=task_id, **more)

        assert told.startswith(f"{tool} did nothing: task_id: must be"), task_id
        assert await ann.titles() == ["a"]


@pytest.mark.parametrize("tool", WRITERS)
async def test_a_task_that_is_not_there_is_told_with_what_to_try(model: Model, tool: str) -> None:
    more = {"title": "b"} if tool == "update_task" else {}

    for task_id in (7, 2**31, 10**30):
        told = await model.is_told(tool, task_id=task_id, **more)

        assert told == (
            f"There is no task {task_id}. Call list_tasks to see the tasks and their ids."
        )


@pytest.mark.parametrize("tool", WRITERS)
async def test_the_task_of_another_is_not_there(model: Model, bob: Person, tool: str) -> None:
    await bob.add("his")
    more = {"title": "mine"} if tool == "update_task" else {}

    assert "no task 1" in await model.is_told(tool, task_id=1, **more)
    assert await bob.titles() == ["his"]
    assert await model.does("list_tasks") == []


@pytest.mark.parametrize("value", ["true", "True", True, 1, None])
async def test_completed_may_be_said_in_words(model: Model, ann: Person, value: object) -> None:
    await ann.add("a")

    assert (await model.does("complete_task", task_id=1, completed=value))["status"] == "completed"


async def test_false_in_words_reopens(model: Model, ann: Person) -> None:
    await ann.add("a")

    assert (await model.does("complete_task", task_id=1, completed="false"))["status"] == "reopened"


@pytest.mark.parametrize("nothing", [None, "", "none", "None", "null"])
async def test_a_new_task_may_come_with_words_for_nothing(model: Model, nothing: object) -> None:
    await model.does("add_task", title="a", due_at=nothing, priority=nothing)

    task = await model.task()

    assert (task["due_at"], task["priority"], task["all_day"]) == (None, None, False)


async def test_every_optional_argument_may_be_null(model: Model) -> None:
    await model.does("add_task", title="a", description=None, priority=None, due_at=None)

    assert len(await model.does("list_tasks", status=None, q=None, limit=None)) == 1


async def test_a_word_from_a_list_may_be_written_large(model: Model) -> None:
    await model.does("add_task", title="a", priority="High ")

    assert [task["priority"] for task in await model.does("list_tasks", status="ALL")] == ["high"]


async def test_text_that_looks_like_json_stays_text(model: Model) -> None:
    await model.does("add_task", title="[1]", description='{"a": null}')

    task = await model.task()

    assert (task["title"], task["description"]) == ("[1]", '{"a": null}')


async def test_a_day_is_all_day_in_the_zone_of_the_turn(model: Model) -> None:
    await model.does("add_task", title="a", due_at="2026-11-27")
    await model.does("add_task", title="b", due_at="2026-11-27T17:00")

    first, second = await model.does("list_tasks")

    assert (first["due_at"], first["all_day"]) == ("2026-11-26T23:00:00Z", True)
    assert (second["due_at"], second["all_day"]) == ("2026-11-27T16:00:00Z", False)


@pytest.mark.parametrize("due_at", ["soon", "2026-02-30", "friday or saturday", "buy milk friday"])
async def test_a_date_that_cannot_be_read_is_told_with_what_to_send(
    model: Model, due_at: str
) -> None:
    told = await model.is_told("add_task", title="a", due_at=due_at)

    assert "due_at:" in told
    assert "2026-11-27T17:00" in told
    assert await model.does("list_tasks") == []


async def test_an_update_leaves_alone_what_is_null_or_absent(model: Model) -> None:
    await model.does("add_task", title="a", description="d", priority="low", due_at="2026-11-27")
    before = await model.task()

    await model.does(
        "update_task", task_id=1, title="b", description=None, priority=None, due_at="null"
    )

    assert await model.task() == before | {
        "title": "b",
        "updated_at": (await model.task())["updated_at"],
    }


async def test_an_update_clears_with_none_and_with_nothing(model: Model) -> None:
    await model.does("add_task", title="a", description="d", priority="low", due_at="2026-11-27")

    await model.does("update_task", task_id=1, description="", priority="none", due_at="None")

    task = await model.task()
    assert (task["description"], task["priority"]) == (None, None)
    assert (task["due_at"], task["all_day"]) == (None, False)


async def test_an_empty_date_clears_nothing(model: Model) -> None:
    await model.does("add_task", title="a", due_at="2026-11-27")

    assert "due_at: send" in await model.is_told("update_task", task_id=1, due_at="")
    assert (await model.task())["due_at"] is not None


async def test_an_update_without_a_change_is_told(model: Model, ann: Person) -> None:
    await ann.add("a")

    assert "give title" in await model.is_told("update_task", task_id=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "title: is missing"),
        ({"title": ""}, "title: must have at least 1 character"),
        ({"title": " \u200b"}, "title: must contain something that can be seen"),
        ({"title": "x" * 201}, "title: must have at most 200 characters"),
        ({"title": 42}, "title: must be text"),
        ({"title": "a\x00b"}, "title: must not contain the NUL character"),
        ({"title": "a\ud800"}, "title: must not contain half a surrogate pair"),
        ({"title": "a", "description": "x" * 1001}, "description: must have at most 1000"),
        ({"title": "a", "description": "\x00"}, "description: must not contain the NUL"),
        ({"title": "a", "description": "\udc00"}, "description: must not contain half"),
        ({"title": "a", "priority": "urgent"}, "priority: must be 'low', 'medium' or 'high'"),
        ({"title": "a", "due_at": 20261127}, "due_at: must be text"),
    ],
)
async def test_a_wrong_argument_is_told_in_a_sentence(
    model: Model, arguments: dict[str, object], told: str
) -> None:
    answer = await model.is_told("add_task", **arguments)

    assert told in answer
    assert answer.endswith("Correct this and call it again.")
    for noise in ("pydantic", "http", "input_value", "Error executing", "xxxx"):
        assert noise not in answer
    assert await model.does("list_tasks") == []


@pytest.mark.parametrize("limit", [0, -1, 501, "many", 2.5])
async def test_a_limit_out_of_range_is_told(model: Model, limit: object) -> None:
    assert "limit: must be" in await model.is_told("list_tasks", limit=limit)


async def test_a_longest_title_and_description_are_kept(model: Model) -> None:
    await model.does("add_task", title="é" * 200, description="😀" * 1000)

    task = await model.task()

    assert (task["title"], task["description"]) == ("é" * 200, "😀" * 1000)


@pytest.mark.parametrize("name", ["user_id", "user", "_meta", "zone"])
async def test_another_user_in_the_arguments_is_refused_and_told(
    model: Model, ann: Person, bob: Person, name: str
) -> None:
    await bob.add("his")

    for tool, arguments in [
        ("add_task", {"title": "a"}),
        ("list_tasks", {}),
        ("delete_task", {"task_id": 1}),
    ]:
        told = await model.is_told(tool, **arguments, **{name: bob.user})
        assert f"'{name}' is not one of its arguments" in told

    assert await ann.titles() == []
    assert await bob.titles() == ["his"]


async def test_an_unknown_tool_is_told_with_those_there_are(model: Model) -> None:
    assert await model.is_told("drop_database") == (
        "There is no tool 'drop_database'. The tools are add_task, list_tasks, complete_task,"
        " update_task, delete_task, restore_task."
    )


@pytest.mark.parametrize("arguments", [None, [], "{", "title", 3])
async def test_arguments_that_are_no_object_are_told(model: Model, arguments: object) -> None:
    outcome = await model.call("add_task", arguments)

    assert outcome == ToolOutcome(False, "Give the arguments of add_task as a JSON object.")


# ---- transactions and failures ----


async def test_an_effect_is_undone_with_the_transaction_around_it(
    ann: Person, server: MCPServer
) -> None:
    async def work(tx: Transaction) -> None:
        with acting_for(ToolCaller(ann.user, PARIS, tx=tx)):
            assert (await call(server, "add_task", {"title": "lost"})).ok
        raise LookupError

    with pytest.raises(LookupError):
        await ann.db.transaction(work, user=ann.user)

    assert await ann.titles() == []


async def test_a_connection_makes_each_call_a_transaction_of_its_own(
    ann: Person, server: MCPServer
) -> None:
    with acting_for(ToolCaller(ann.user, PARIS, db=ann.db)):
        await call(server, "add_task", {"title": "a"})

        assert await ann.titles() == ["a"]
        assert len((await call(server, "list_tasks", {})).result) == 1


async def test_callers_at_once_keep_to_their_own_lists(
    ann: Person, bob: Person, server: MCPServer
) -> None:
    async def add(person: Person, title: str) -> None:
        with acting_for(ToolCaller(person.user, PARIS, db=person.db)):
            await call(server, "add_task", {"title": title})

    await asyncio.gather(*(add(person, str(person.user)) for person in [ann, bob] * 10))

    assert await ann.titles() == [str(ann.user)] * 10
    assert await bob.titles() == [str(bob.user)] * 10


async def test_without_a_caller_nothing_is_done(server: MCPServer) -> None:
    with pytest.raises(UnexpectedToolError):
        await call(server, "add_task", {"title": "a"})


class BrokenTransaction:
    """Every statement fails in the same way."""

    dialect: Dialect = "sqlite"

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def act_for(self, user: UserId) -> None:
        raise self._error

    async def execute(self, sql: str, *args: Argument) -> int:
        raise self._error

    async def execute_many(self, sql: str, rows: Sequence[Sequence[Argument]]) -> None:
        raise self._error

    async def fetch(self, sql: str, *args: Argument) -> Sequence[Row]:
        raise self._error

    async def fetchrow(self, sql: str, *args: Argument) -> Row | None:
        raise self._error


async def test_a_caller_with_neither_transaction_nor_database_does_nothing(
    server: MCPServer,
) -> None:
    with acting_for(ToolCaller(UserId(1), PARIS)), pytest.raises(UnexpectedToolError):
        await call(server, "add_task", {"title": "a"})


@pytest.mark.parametrize("error", [DatabaseError(), ConnectionLostError(), ConflictError()])
async def test_a_failure_of_the_database_is_raised(server: MCPServer, error: Exception) -> None:
    caller = ToolCaller(UserId(1), PARIS, tx=BrokenTransaction(error))

    with acting_for(caller), pytest.raises(type(error)):
        await call(server, "add_task", {"title": "a"})


async def test_a_fault_of_ours_is_raised_without_its_words(server: MCPServer) -> None:
    caller = ToolCaller(UserId(1), PARIS, tx=BrokenTransaction(ZeroDivisionError("SELECT secret")))

    with acting_for(caller), pytest.raises(UnexpectedToolError, match=r"^add_task failed on our"):
        await call(server, "add_task", {"title": "a"})


# ---- what is published ----


def test_every_schema_refuses_what_it_does_not_name(server: MCPServer) -> None:
    published = {name: schema for name, _, schema in definitions(server)}

    assert {name: list(schema["properties"]) for name, schema in published.items()} == {
        "add_task": ["title", "description", "priority", "due_at"],
        "list_tasks": ["status", "q", "limit"],
        "complete_task": ["task_id", "completed"],
        "update_task": ["task_id", "title", "description", "priority", "due_at"],
        "delete_task": ["task_id"],
        "restore_task": ["task_id"],
    }
    assert all(schema["additionalProperties"] is False for schema in published.values())


def test_every_tool_and_argument_is_described(server: MCPServer) -> None:
    for _, description, schema in definitions(server):
        assert description
        assert all(each["description"] for each in schema["properties"].values())


def test_the_logs_stay_ours_and_hold_no_content() -> None:
    code = (
        "import logging, asyncio\n"
        "from taskchat.tasks.tools import make_tool_server\n"
        "server = make_tool_server()\n"
        "logging.getLogger('mcp.server.x').warning('SECRET')\n"
        "logging.getLogger('mcp.server.x').info('SECRET')\n"
        "print(logging.getLogger().handlers, logging.getLogger().level)\n"
    )

    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert "[] 30" in done.stdout
    assert done.stdout.count("mcp.complained") == 1
    assert "SECRET" not in done.stdout + done.stderr
