"""Further tool servers that are not well: no turn waits for them, and nothing of them is left."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from taskchat.chat.tool_servers.connection import CLOSE_S, PATIENCE_S
from taskchat.chat.tool_servers.file import CommandServer, HttpServer
from taskchat.chat.tool_servers.outcomes import Outcome
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.chat.tool_servers.words import not_reached
from tests.chat.tool_servers.notes import processes_with
from tests.conftest import PassTime
from tests.processes import until

SCRIPT = str(Path(__file__).with_name("old_server.py"))
LIMIT_S = 30.0
NO_SERVER = "it does not answer as an MCP server; see its command, or its address and headers"
Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _old(*mode: str, timeout_s: float = 20) -> CommandServer:
    return CommandServer("old", sys.executable, [SCRIPT, *mode], timeout_s=timeout_s)


async def test_a_server_of_the_older_protocol_is_served_as_well() -> None:
    servers = ToolServers([_old("learns")])

    assert await servers.examine() == {"old": 1}
    assert await servers.call("old_echo", {}, LIMIT_S) == Outcome(True, "learnt")
    async with asyncio.timeout(LIMIT_S):
        while len(tools := await servers.definitions()) < 2:  # noqa: ASYNC110  another process brings it
            await asyncio.sleep(0.01)
    assert [tool.name for tool in tools] == ["old_echo", "old_more"]
    await servers.close()


async def test_a_server_that_prints_greetings_is_understood_nevertheless() -> None:
    servers = ToolServers([_old("babbles")])

    assert await servers.examine() == {"old": 1}
    assert await servers.call("old_echo", {}, LIMIT_S) == Outcome(True, "again")
    await servers.close()


@pytest.mark.parametrize(
    "mode", ["ends at once", "prints for ever", "sends an endless line", "lists nonsense"]
)
async def test_a_server_that_makes_no_sense_is_passed_over(mode: str) -> None:
    servers = ToolServers([_old(mode), CommandServer("well", sys.executable, [SCRIPT, "well"])])

    found = await servers.examine()

    assert found == {"old": NO_SERVER, "well": 1}
    assert [tool.name for tool in await servers.definitions()] == ["well_echo"]
    await servers.close()


@pytest.mark.parametrize(
    ("server", "trouble"),
    [
        (CommandServer("x", "/no/such/command"), "its command or folder was not found"),
        (CommandServer("x", sys.executable, cwd="/no/such"), "its command or folder was not found"),
        (CommandServer("x", __file__), "its command may not be run"),
        (
            HttpServer("x", "http://127.0.0.1:9/mcp"),
            NO_SERVER,
        ),
        (
            HttpServer("x", "http://127.0.0.1:9/mcp", {"Authorization": "schlüssel"}),
            "it could not be spoken to (UnicodeEncodeError)",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_server_that_is_not_there_has_a_reason_without_its_secrets(
    server: CommandServer | HttpServer, trouble: str
) -> None:
    servers = ToolServers([server])

    assert await servers.examine() == {"x": trouble}
    await servers.close()


async def test_only_tools_that_a_provider_takes_are_told() -> None:
    servers = ToolServers([_old("has strange tools")])

    assert await servers.examine() == {"old": 4}
    names = [tool.name for tool in await servers.definitions()]
    assert names[0] == "old_echo"
    assert [len(name) for name in names[1:]] == [8, 64, 4]
    await servers.close()


async def test_as_many_tools_are_told_as_a_request_holds_and_the_others_are_logged() -> None:
    servers = ToolServers([_old("has many tools")])
    with capture_logs() as lines:
        found = await servers.examine()
    await servers.close()

    # Those that no provider takes have no place among them.
    assert found == {"old": 100}
    left_out = [line["tools"] for line in lines if line["event"] == "tool_server.tools_left_out"]
    assert left_out == [11]


async def test_a_turn_waits_a_moment_for_a_server_that_starts_slowly_and_no_longer(
    pass_time: PassTime,
) -> None:
    servers = ToolServers([_old("hangs")])
    servers.begin()
    asking = asyncio.create_task(servers.definitions())
    await asyncio.wait([asking], timeout=0.1)
    assert not asking.done()

    pass_time(PATIENCE_S)

    assert await asking == []
    # One attempt is waited for once, however many turns begin meanwhile.
    async with asyncio.timeout(PATIENCE_S / 2):
        assert await servers.definitions() == []
    await servers.close()


async def test_a_server_that_starts_within_a_moment_is_there_for_the_first_turn(
    tmp_path: Path, pass_time: PassTime
) -> None:
    may_start = tmp_path / "may start"
    servers = ToolServers([_old("starts slowly", str(may_start))])
    servers.begin()
    pass_time(-60)  # the moment is a minute longer: a busy machine may need it
    asking = asyncio.create_task(servers.definitions())
    await asyncio.wait([asking], timeout=0.1)
    assert not asking.done()

    may_start.touch()

    assert [tool.name for tool in await asking] == ["old_echo"]
    await servers.close()


async def test_an_answer_that_is_none_is_not_known_to_be_carried_out() -> None:
    servers = ToolServers([_old("says nonsense")])
    await servers.examine()

    assert await servers.call("old_echo", {}, LIMIT_S) is None
    await servers.close()


async def test_a_server_that_asks_back_is_told_that_nobody_answers() -> None:
    servers = ToolServers([_old("asks back")])
    await servers.examine()

    told = await servers.call("old_echo", {}, LIMIT_S)

    assert told == Outcome(True, "refused")
    await servers.close()


async def test_a_server_that_floods_us_is_let_go_of() -> None:
    servers = ToolServers([_old("floods in a call")])
    await servers.examine()

    assert await servers.call("old_echo", {}, LIMIT_S) is None
    assert isinstance((await servers.look_up(["old_echo"]))["old_echo"], str)
    await servers.close()


async def test_a_process_that_does_not_want_to_end_is_ended_with_its_children(
    tmp_path: Path,
) -> None:
    mark = str(tmp_path)
    servers = ToolServers([_old("does not want to end", mark)])
    await servers.examine()
    await until(lambda: len(processes_with(mark)) == 2)

    await servers.close()

    assert processes_with(mark) == []


async def test_a_process_whose_child_holds_its_output_is_not_waited_for() -> None:
    servers = ToolServers([_old("leaves a child behind")])
    await servers.examine()

    async with asyncio.timeout(CLOSE_S - 1):  # by then it gives up to wait
        await servers.close()


async def _http(stack: AsyncExitStack, handler: Handler) -> HttpServer:
    """Something at an address."""
    return _at(await _site(stack, handler))


def _at(site: web.TCPSite) -> HttpServer:
    return HttpServer("web", f"{site.name}/mcp", timeout_s=20)


async def _site(stack: AsyncExitStack, handler: Handler) -> web.TCPSite:
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/mcp", handler)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site


def _result_for(body: Json, answer: Callable[[Json], web.Response]) -> web.Response:
    """The older protocol's answers, but for a call, which gets the given one."""
    results: dict[object, object] = {
        "initialize": {
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "web", "version": "1"},
        },
        "tools/list": {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]},
    }
    if body.get("method") == "tools/call":
        return answer(body)
    if "id" not in body:
        return web.Response(status=202)
    if body["method"] not in results:
        error = {"code": -32601, "message": "Method not found"}
        return web.json_response({"jsonrpc": "2.0", "id": body["id"], "error": error}, status=404)
    result = results[body["method"]]
    return web.json_response({"jsonrpc": "2.0", "id": body["id"], "result": result})


def _answered(body: Json, text: str) -> bytes:
    """A good answer to that call."""
    result = {"content": [{"type": "text", "text": text}]}
    return json.dumps({"jsonrpc": "2.0", "id": body["id"], "result": result}).encode()


def _as_json(content: bytes, **headers: str) -> web.Response:
    return web.Response(body=content, headers=headers, content_type="application/json")


def _as_events(content: bytes) -> web.Response:
    return web.Response(body=content, content_type="text/event-stream")


ANSWERS: Mapping[str, tuple[Callable[[Json], web.Response], bool]] = {
    # What is answered, and whether that says what was done.
    "good": (lambda body: _as_json(_answered(body, "good")), True),
    "event": (lambda body: _as_events(b"data: " + _answered(body, "good") + b"\n\n"), True),
    "404": (lambda _: web.Response(status=404), True),
    "redirect": (lambda _: web.Response(status=302, headers={"Location": "http://h/"}), True),
    "500": (lambda _: web.Response(status=500), False),
    "502": (lambda _: web.Response(status=502, text="<html>"), False),
    "html": (lambda _: _as_json(b"<html>"), False),
    "bad event": (lambda _: _as_events(b"data: {\n\n"), False),
    # Good ones, but for their size; of a packed one nobody knows that before it is unpacked.
    "huge": (lambda body: _as_json(_answered(body, "x" * 5_000_000)), False),
    "huge event": (
        lambda body: _as_events(b"data: " + _answered(body, "x" * 2_000_000) + b"\n\n"),
        False,
    ),
    "packed": (
        lambda body: _as_json(
            gzip.compress(_answered(body, "good")), **{"Content-Encoding": "gzip"}
        ),
        False,
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_http_answer_to_a_call_is_in_doubt_unless_it_says_what_was_done(
    kind: str,
) -> None:
    answer, is_known = ANSWERS[kind]
    calls = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        if request.method != "POST":
            return web.Response(status=405)
        body = await request.json()
        calls += body.get("method") == "tools/call"
        return _result_for(body, answer)

    async with AsyncExitStack() as stack:
        servers = ToolServers([await _http(stack, handler)])
        assert await servers.examine() == {"web": 1}
        told = await servers.call("web_echo", {}, LIMIT_S)
        await servers.close()

    assert (told is not None) == is_known
    assert calls == 1


async def test_a_connection_that_breaks_ends_its_own_call_only() -> None:
    is_waiting, may_end = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        body = await request.json()
        if body.get("method") == "tools/call":
            if body["params"]["arguments"] == {"break": True}:
                assert request.transport is not None
                request.transport.abort()
            else:
                is_waiting.set()
                await may_end.wait()
        return _result_for(body, lambda body: _as_json(_answered(body, "good")))

    async with AsyncExitStack() as stack:
        servers = ToolServers([replace(await _http(stack, handler), timeout_s=30)])
        await servers.examine()
        other = asyncio.create_task(servers.call("web_echo", {}, LIMIT_S))
        await is_waiting.wait()
        broken = await servers.call("web_echo", {"break": True}, LIMIT_S)
        may_end.set()
        found = await other
        await servers.close()

    assert (broken, found) == (None, Outcome(True, "good"))


async def test_a_call_that_reaches_nobody_leaves_those_of_others_alone() -> None:
    is_waiting, may_end = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        body = await request.json()
        if body.get("method") == "tools/call":
            is_waiting.set()
            await may_end.wait()
        response = _result_for(body, lambda body: _as_json(_answered(body, "good")))
        response.force_close()  # so that the next call needs a connection of its own
        return response

    async with AsyncExitStack() as stack:
        site = await _site(stack, handler)
        servers = ToolServers([replace(_at(site), timeout_s=30)])
        await servers.examine()
        other = asyncio.create_task(servers.call("web_echo", {}, LIMIT_S))
        await is_waiting.wait()
        await site.stop()
        unreached = await servers.call("web_echo", {}, LIMIT_S)
        may_end.set()
        found = await other
        alone = await servers.call("web_echo", {}, LIMIT_S)
        told = await servers.definitions()
        await servers.close()

    nobody = Outcome(False, not_reached("web"))
    assert (unreached, found, alone) == (nobody, Outcome(True, "good"), nobody)
    assert told == []


async def test_an_http_server_that_never_answers_is_left_in_time(pass_time: PassTime) -> None:
    is_called, is_over = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(status=405)
        body: Json = {}
        if request.method == "POST":
            body = await request.json()
        if request.method == "DELETE" or body.get("method") == "tools/call":
            is_called.set()
            await is_over.wait()
        response = _result_for(body, lambda _: web.Response())
        response.headers["Mcp-Session-Id"] = "1"
        return response

    async with AsyncExitStack() as stack:
        server = await _http(stack, handler)
        servers = ToolServers([server])
        assert await servers.examine() == {"web": 1}
        calling = asyncio.create_task(servers.call("web_echo", {}, LIMIT_S))
        await is_called.wait()
        pass_time(server.timeout_s)
        assert await calling is None
        async with asyncio.timeout(CLOSE_S - 1):  # by then it gives up to wait
            await servers.close()
        is_over.set()
