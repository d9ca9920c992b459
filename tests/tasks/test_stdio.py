"""A real MCP client that starts a real process and talks to it over its standard streams."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent

from taskchat.db.urls import DatabaseUrl
from tests.tasks.conftest import Person


def _server(database_url: DatabaseUrl, person: Person) -> StdioServerParameters:
    address = database_url.dsn or f"sqlite:///{database_url.path}"
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "tests.tasks.stdio_server", address, str(person.user)],
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_over_stdio_keeps_its_user_s_list(
    ann: Person,
    bob: Person,
    database_url: DatabaseUrl,
    tmp_path: Path,
    mode: Literal["auto", "legacy"],
) -> None:
    await bob.add("his")

    with (tmp_path / "errors.txt").open("w+", encoding="utf-8") as errors:
        transport = stdio_client(_server(database_url, ann), errlog=errors)
        async with Client(transport, mode=mode) as client:
            tools = await client.list_tools()
            added = await client.call_tool(
                "add_task", {"title": "Buy milk", "due_at": "2026-11-27"}
            )
            listed = await client.call_tool("list_tasks", {})
            refused = await client.call_tool("add_task", {"title": "SECRET", "user_id": bob.user})
            missing = await client.call_tool("delete_task", {"task_id": 9})
        errors.seek(0)
        complaints = errors.read()

    assert tools.tools[0].name == "add_task"
    assert added.structured_content == {
        "task_id": 1,
        "status": "created",
        "title": "Buy milk",
        "due": "Friday 2026-11-27",
    }
    assert listed.structured_content is not None
    assert listed.structured_content["result"][0]["due_at"] == "2026-11-26T23:00:00Z"
    assert refused.is_error
    assert isinstance(refused.content[0], TextContent)
    assert "'user_id' is not one of its arguments" in refused.content[0].text
    assert isinstance(missing.content[0], TextContent)
    assert missing.content[0].text.startswith("There is no task 9.")
    assert await ann.titles() == ["Buy milk"]
    assert await bob.titles() == ["his"]
    assert "SECRET" not in complaints
    assert complaints == ""
