"""The servers of this folder, started over stdio by the product or over HTTP by a test."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from taskchat.chat.tool_servers.file import CommandServer, HttpServer
from tests.processes import until

ROOT = Path(__file__).parents[3]
MODULE = "tests.chat.tool_servers.notes_server"


@dataclass
class Notes:
    """A folder of notes, and how to have them kept there."""

    folder: Path

    @property
    def kept(self) -> list[str]:
        """All notes, in no order: one for each call that was really carried out."""
        return sorted(path.read_text(encoding="utf-8") for path in self.folder.glob("note-*"))

    def let_go(self) -> None:
        """Let every call that waits be answered."""
        (self.folder / "go").touch()

    def over_stdio(self, timeout_s: float = 20) -> CommandServer:
        """As a child process."""
        args = ["-m", MODULE, str(self.folder)]
        return CommandServer("notes", sys.executable, args, {}, str(ROOT), timeout_s)


@dataclass
class Mailbox:
    """What the server of `mailer.py` does, told by its folder."""

    folder: Path
    longest_s: float = 0
    """How long a call may take."""

    @property
    def sent(self) -> list[str]:
        """A text for each call that was really carried out, in order."""
        path = self.folder / "sent"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    async def until_sent(self, number: int) -> None:
        """Return when so many calls have come there."""
        await until(lambda: len(self.sent) >= number)

    def let_go(self) -> None:
        """Let every slow call be answered."""
        (self.folder / "go").touch()

    def server(self, timeout_s: float = 20) -> CommandServer:
        """How the product starts it."""
        args = [str(Path(__file__).with_name("mailer.py")), str(self.folder), str(self.longest_s)]
        return CommandServer("mail", sys.executable, args, timeout_s=timeout_s)

    def entry(self) -> object:
        """The same, as `mcp.json` has it."""
        server = self.server()
        return {"command": server.command, "args": server.args}

    def write_file(self, **servers: object) -> Path:
        """An `mcp.json` that names this server, or others."""
        path = self.folder / "mcp.json"
        named = servers or {"mail": self.entry()}
        path.write_text(json.dumps({"mcpServers": named}), encoding="utf-8")
        return path


class NotesOverHttp:
    """The notes server in a process of its own, at an address."""

    def __init__(self, notes: Notes, port: int | None = None) -> None:
        self._notes = notes
        self._process: Process | None = None
        self.port = port or 0

    def server(self, timeout_s: float = 20, **headers: str) -> HttpServer:
        """How it is reached."""
        return HttpServer("notes", f"http://127.0.0.1:{self.port}/mcp", headers, timeout_s)

    async def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MODULE, str(self._notes.folder), "--http", str(self.port),
            cwd=ROOT, stdout=PIPE, stderr=DEVNULL,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(await self._process.stdout.readline())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.kill()


def processes_with(word: str) -> list[str]:
    """The ids of the processes that have this word in their command."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found
