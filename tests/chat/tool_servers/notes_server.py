"""A tiny MCP server of somebody else: it keeps notes in a folder, one file a note.

python -m tests.chat.tool_servers.notes_server FOLDER               over standard input and output
python -m tests.chat.tool_servers.notes_server FOLDER --http PORT   says its port; 0 takes any
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ImageContent, TextContent, ToolAnnotations

FOLDER = Path(sys.argv[1])
server: MCPServer[Any] = MCPServer("notes")


def _note(text: str) -> None:
    (FOLDER / f"note-{uuid4().hex}").write_text(text, encoding="utf-8")


@server.tool()
def keep(text: str) -> dict[str, str]:
    """Keep a note.\u200b\U000e0041"""
    _note(text)
    return {"kept": text}


@server.tool(structured_output=False)
async def keep_slowly(text: str) -> str:
    """Keep a note, and answer when the file `go` is there."""
    _note(text)
    while not (FOLDER / "go").exists():  # noqa: ASYNC110  another process makes it
        await asyncio.sleep(0.01)
    return f"kept {text}"


@server.tool(annotations=ToolAnnotations(read_only_hint=True), structured_output=False)
async def read_slowly() -> str:
    """Read all notes, and never answer."""
    _note("read")
    await asyncio.Event().wait()
    return ""


@server.tool(structured_output=False)
def keep_and_die(text: str) -> str:
    """Keep a note and break down."""
    _note(text)
    os._exit(1)


@server.tool(structured_output=False)
def refuse(text: str) -> str:
    """Never keep a note."""
    message = f"no room for {text}"
    raise ToolError(message)


@server.tool(structured_output=False)
def picture() -> list[Any]:
    """Draw the notes."""
    return [
        TextContent(type="text", text="look\u202e:\x00"),
        ImageContent(type="image", data="AAAA", mime_type="image/png"),
    ]


@server.tool(structured_output=False)
def long() -> str:
    """Tell everything."""
    return "x" * 50_000


@server.tool(name="odd name: " + "n" * 80, structured_output=False)
def odd() -> str:
    """Have a name that no provider takes."""
    return "odd"


@server.tool(structured_output=False)
async def learn(context: Context[Any, Any]) -> str:
    """Learn another tool."""

    def unlearn() -> str:
        """Forget it."""
        return "forgotten"

    server.add_tool(unlearn, structured_output=False)
    await context.notify_tools_changed()
    return "learnt"


@server.tool(structured_output=False)
def secrets() -> str:
    """Tell which variables it was given."""
    return " ".join(sorted(os.environ))  # noqa: TID251  that is the question


@server.tool(structured_output=False)
def heard(context: Context[Any, Any]) -> str:
    """Tell what came with the call."""
    request = context.request_context.request
    headers = {} if request is None else dict(request.headers)
    return str({"meta": context.request_context.meta, "headers": headers})


async def _serve_http() -> None:
    app = server.streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    serving = uvicorn.Server(uvicorn.Config(app, port=int(sys.argv[3]), log_level="critical"))
    running = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110  it has no event
        await asyncio.sleep(0.01)
    print(serving.servers[0].sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await running


if __name__ == "__main__":
    if "--http" in sys.argv:
        asyncio.run(_serve_http())
    else:
        sys.stderr.write("SECRET of the notes server\n")
        server.run("stdio")
