"""A further tool server as a child process, spoken to over its standard input and output.

The MCP library's own transport reads a line of any length into memory and passes on each word of
what is no protocol; this one reads bounded lines, and lets go of a server that writes something else.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.client._transport import TransportStreams

    from taskchat.chat.tool_servers.file import CommandServer

LINE_BYTES = 4 * 1024 * 1024
"""The longest message that is read."""
OTHER_LINES = 1_000
"""So many lines that are no messages are passed over: programs print greetings and warnings."""
LEAVE_S = (2.0, 1.0)
"""How long a server may take to end by itself once its input ends, and then once it is told to."""


@asynccontextmanager
async def child_process(server: CommandServer) -> AsyncGenerator[TransportStreams]:
    """Start the server, and end it with all that it has started.

    It is given the variables that its own entry names and a few harmless ones (`PATH`, `HOME`), none
    of ours. What it writes to standard error goes nowhere: nobody knows what is in it.

    Raises:
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        server.command,
        *server.args,
        env=get_default_environment() | dict(server.env),
        cwd=server.cwd,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=LINE_BYTES,
        # A group of its own: it is ended with its children, and Ctrl+C is for us alone.
        start_new_session=True,
    )
    heard, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, to_say = anyio.create_memory_object_stream[SessionMessage](0)
    jobs = [
        asyncio.create_task(_listen(process, heard)),
        asyncio.create_task(_speak(process, to_say)),
    ]
    try:
        yield incoming, outgoing
    finally:
        for job in jobs:
            job.cancel()
        ending = asyncio.create_task(_end(process))
        # It is ended whoever is in a hurry.
        while not ending.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(ending)
        await asyncio.gather(*jobs, return_exceptions=True)
        for stream in (heard, incoming, outgoing, to_say):
            stream.close()


async def _listen(
    process: Process, heard: MemoryObjectSendStream[SessionMessage | Exception]
) -> None:
    """Pass on each message, until the server says no more or what nobody can read."""
    assert process.stdout is not None  # noqa: S101  a pipe was asked for
    others = 0
    with heard:
        while others < OTHER_LINES:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than LINE_BYTES
                return
            if not line:
                return
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except (ValueError, RecursionError):
                others += 1
                continue
            try:
                await heard.send(SessionMessage(message))
            except anyio.BrokenResourceError:
                return  # nobody listens any more


async def _speak(process: Process, to_say: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None  # noqa: S101  a pipe was asked for
    with to_say, suppress(OSError):
        async for each in to_say:
            text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(f"{text}\n".encode())
            await process.stdin.drain()


async def _end(process: Process) -> None:
    """Close its input, then tell it to end, then end it: the order that MCP asks for."""
    assert process.stdin is not None  # noqa: S101  a pipe was asked for
    process.stdin.close()
    patience_s, shorter_s = LEAVE_S
    if not await _has_ended(process, patience_s):
        _signal_all(process, signal.SIGTERM)
        await _has_ended(process, shorter_s)
    # In any case: children of a server that has ended may be left.
    _signal_all(process, signal.SIGKILL)
    await _has_ended(process, shorter_s)
    # A grandchild that has left the group may hold the pipes; without them nothing waits for it.
    with suppress(PermissionError):  # of a child that has become another account's
        process._transport.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def _has_ended(process: Process, patience_s: float) -> bool:
    # Not process.wait(): it also waits for whoever has inherited the pipes (python/cpython#119710).
    until = asyncio.get_running_loop().time() + patience_s
    while process.returncode is None:
        if asyncio.get_running_loop().time() > until:
            return False
        await asyncio.sleep(0.01)
    return True


def _signal_all(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
