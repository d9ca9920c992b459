"""A further tool server, over both transports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from taskchat.chat.tool_servers.file import ToolServer
from taskchat.chat.tool_servers.servers import ToolServers
from tests.chat.tool_servers.notes import Notes, NotesOverHttp


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    """Where the server keeps its notes."""
    folder = tmp_path / "notes"
    folder.mkdir()
    return Notes(folder)


@pytest.fixture(params=["stdio", "http"])
async def server(request: pytest.FixtureRequest, notes: Notes) -> AsyncIterator[ToolServer]:
    """The notes server, over one of the two."""
    if request.param == "stdio":
        yield notes.over_stdio()
        return
    async with NotesOverHttp(notes) as running:
        yield running.server()


@pytest.fixture
async def servers(server: ToolServer) -> AsyncIterator[ToolServers]:
    """All further servers: this one, connected."""
    servers = ToolServers([server])
    assert isinstance((await servers.examine())["notes"], int)
    yield servers
    await servers.close()
