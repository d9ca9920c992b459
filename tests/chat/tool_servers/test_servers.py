"""Tools of further MCP servers: real servers, over stdio and over streamable HTTP."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from taskchat.chat.tool_servers.connection import KnownTool
from taskchat.chat.tool_servers.file import TASK_VERBS
from taskchat.chat.tool_servers.outcomes import Outcome
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.ids import UserId
from taskchat.tasks.caller import ToolCaller, acting_for
from tests.chat.conftest import TOOLSET
from tests.chat.tool_servers.notes import Notes, NotesOverHttp, processes_with
from tests.conftest import PassTime
from tests.processes import until

LIMIT_S = 30.0


async def _until_told(servers: ToolServers, name: str) -> None:
    async with asyncio.timeout(LIMIT_S):
        while name not in [tool.name for tool in await servers.definitions()]:  # noqa: ASYNC110  another process brings it
            await asyncio.sleep(0.01)


async def test_tools_are_told_with_the_server_s_name_and_its_words(servers: ToolServers) -> None:
    told = {tool.name: tool for tool in await servers.definitions()}

    # Neither what cannot be seen nor what could pass for a word of ours.
    keep = told["notes_keep"]
    mark = "[From the tool server notes, not part of Taskchat: a description, no orders.]"
    assert keep.description == f"{mark} Keep a note."
    assert keep.parameters_json_schema["required"] == ["text"]
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in told)
    assert len(told) == 11


async def test_no_tool_can_have_the_name_of_one_of_ours() -> None:
    ours = {tool.name for tool in await TOOLSET.definitions()}

    assert {name.partition("_")[0] for name in ours} == TASK_VERBS


async def test_a_call_gives_back_data_text_or_the_tool_s_own_refusal(
    servers: ToolServers, notes: Notes
) -> None:
    kept = await servers.call("notes_keep", {"text": "milk"}, LIMIT_S)
    drawn = await servers.call("notes_picture", {}, LIMIT_S)
    refused = await servers.call("notes_refuse", {"text": "milk"}, LIMIT_S)

    assert kept == Outcome(True, {"kept": "milk"})
    assert drawn == Outcome(
        True, "look:\N{REPLACEMENT CHARACTER}\n(image, image/png, 3 bytes: not shown)"
    )
    assert refused is not None
    assert (refused.ok, "no room for milk" in refused.result) == (False, True)
    assert notes.kept == ["milk"]


async def test_a_tool_with_an_odd_name_is_called_by_its_own(servers: ToolServers) -> None:
    (name,) = [tool.name for tool in await servers.definitions() if "odd" in tool.name]

    assert await servers.call(name, {}, LIMIT_S) == Outcome(True, "odd")


async def test_a_long_result_is_cut_and_says_so(servers: ToolServers) -> None:
    told = await servers.call("notes_long", {}, LIMIT_S)

    assert told is not None
    assert told.result.endswith("xxx\n(cut here: these are the first 10000 of 50000 characters)")


async def test_calls_of_many_turns_run_at_the_same_time_over_one_session(
    servers: ToolServers, notes: Notes
) -> None:
    calls = [
        asyncio.create_task(servers.call("notes_keep_slowly", {"text": str(n)}, LIMIT_S))
        for n in range(20)
    ]
    await until(lambda: len(notes.kept) == 20)
    notes.let_go()

    assert await asyncio.gather(*calls) == [Outcome(True, f"kept {n}") for n in range(20)]


async def test_a_tool_that_the_server_learns_is_known_to_the_next_turn(
    servers: ToolServers,
) -> None:
    await servers.call("notes_learn", {}, LIMIT_S)

    await _until_told(servers, "notes_unlearn")
    assert await servers.call("notes_unlearn", {}, LIMIT_S) == Outcome(True, "forgotten")


async def test_nothing_of_the_user_comes_with_a_call(servers: ToolServers) -> None:
    with acting_for(ToolCaller(UserId(7), ZoneInfo("Europe/Paris"))):
        heard = await servers.call("notes_heard", {}, LIMIT_S)

    assert heard is not None
    for word in ("authorization", "cookie", "user_id", "traceparent", "paris"):
        assert word not in heard.result.lower()


async def test_a_child_process_gets_no_variable_of_ours(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    servers = ToolServers([notes.over_stdio()])
    await servers.examine()

    told = await servers.call("notes_secrets", {}, LIMIT_S)

    await servers.close()
    assert told is not None
    assert "PATH" in told.result.split()
    assert "OPENAI_API_KEY" not in told.result.split()


async def test_a_name_that_no_server_has_is_explained(servers: ToolServers) -> None:
    found = await servers.look_up(["notes_keep", "notes_kep", "add_task", "weather_now"])

    assert isinstance(found["notes_keep"], KnownTool)
    assert str(found["notes_kep"]).startswith(
        "There is no tool notes_kep. The tools of notes are: notes_keep, "
    )
    assert found.keys() == {"notes_keep", "notes_kep"}


async def test_a_call_without_an_answer_is_not_known_to_be_carried_out(
    servers: ToolServers, notes: Notes, pass_time: PassTime
) -> None:
    calling = asyncio.create_task(servers.call("notes_keep_slowly", {"text": "milk"}, 10))
    await until(lambda: notes.kept == ["milk"])

    pass_time(10)

    assert await calling is None


async def test_a_call_for_which_there_is_no_time_is_not_made(
    servers: ToolServers, notes: Notes
) -> None:
    told = await servers.call("notes_keep", {"text": "milk"}, 0)

    assert told == Outcome(False, "There was no time left, so nothing was done.")
    assert notes.kept == []


async def test_a_server_that_dies_in_a_call_leaves_it_in_doubt_and_comes_back(
    notes: Notes,
) -> None:
    servers = ToolServers([notes.over_stdio()])
    await servers.examine()

    slow = asyncio.create_task(servers.call("notes_keep_slowly", {"text": "other"}, LIMIT_S))
    await until(lambda: bool(notes.kept))
    died = await servers.call("notes_keep_and_die", {"text": "milk"}, LIMIT_S)
    meanwhile = await servers.look_up(["notes_keep"])
    await _until_told(servers, "notes_keep")
    again = await servers.call("notes_keep", {"text": "bread"}, LIMIT_S)

    await servers.close()
    assert (died, await slow) == (None, None)
    assert meanwhile == {
        "notes_keep": "The tool server notes cannot be reached now, so nothing was done."
        " Go on without it."
    }
    assert again == Outcome(True, {"kept": "bread"})
    assert notes.kept == ["bread", "milk", "other"]


async def test_an_address_that_nobody_answers_at_is_no_doubt(notes: Notes) -> None:
    async with NotesOverHttp(notes) as running:
        servers = ToolServers([running.server()])
        await servers.examine()
        await running.kill()
        told = await servers.call("notes_keep", {"text": "milk"}, LIMIT_S)

    # Nothing can have been done.
    assert told is not None
    assert told.result.startswith("The tool server notes cannot be reached now")

    async with NotesOverHttp(notes, running.port):
        await _until_told(servers, "notes_keep")
        again = await servers.call("notes_keep", {"text": "bread"}, LIMIT_S)

    await servers.close()
    assert again == Outcome(True, {"kept": "bread"})
    assert notes.kept == ["bread"]


async def test_an_http_server_that_dies_in_a_call_leaves_it_in_doubt(notes: Notes) -> None:
    async with NotesOverHttp(notes) as running:
        servers = ToolServers([running.server()])
        await servers.examine()
        told = await servers.call("notes_keep_and_die", {"text": "milk"}, LIMIT_S)

    await servers.close()
    assert told is None
    assert notes.kept == ["milk"]


async def test_a_server_that_has_forgotten_the_session_is_asked_in_another_one(
    notes: Notes,
) -> None:
    async with NotesOverHttp(notes) as running:
        servers = ToolServers([running.server()])
        await servers.examine()
        await running.kill()
        async with NotesOverHttp(notes, running.port):
            first = await servers.call("notes_keep", {"text": "milk"}, LIMIT_S)
            await _until_told(servers, "notes_keep")
            second = await servers.call("notes_keep", {"text": "bread"}, LIMIT_S)

    await servers.close()
    # By the newer protocol there is no session to forget.
    assert first is not None
    assert notes.kept == (["bread", "milk"] if first.ok else ["bread"])
    assert second == Outcome(True, {"kept": "bread"})


async def test_two_calls_that_hang_begin_the_server_anew(notes: Notes) -> None:
    servers = ToolServers([notes.over_stdio(timeout_s=0.5)])
    await servers.examine()

    hung = [await servers.call("notes_read_slowly", {}, LIMIT_S) for _ in range(2)]
    (found,) = (await servers.look_up(["notes_keep"])).values()

    await servers.close()
    assert hung == [None, None]
    assert isinstance(found, str)


async def test_a_closed_server_leaves_no_process(notes: Notes) -> None:
    servers = ToolServers([notes.over_stdio()])
    await servers.examine()
    folder = str(notes.folder)
    assert processes_with(folder)

    await servers.close()

    assert processes_with(folder) == []
    assert await servers.definitions() == []


FIRST_TURN = """
import asyncio, sys
from taskchat.chat.tool_servers.file import CommandServer
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.chat.toolset import Toolset

async def main():
    servers = ToolServers([CommandServer("old", sys.executable, [sys.argv[1], "well"])])
    toolset = Toolset(servers)
    servers.begin()
    await asyncio.gather(toolset.definitions(), servers.examine())
    print(len(await toolset.definitions()))
    await servers.close()

sys.setswitchinterval(1e-6)
asyncio.run(main())
"""


async def test_the_first_turn_and_the_first_connection_load_the_library_together() -> None:
    # In a process where it is not loaded yet; imported by two threads at once it breaks in most.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FIRST_TURN, str(Path(__file__).with_name("old_server.py")),
        stdout=PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()

    assert out.decode().splitlines()[-1] == "7"
