"""The copies of a run as processes: started, hurt, killed and started again."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx2

START_S = 60


def free_port() -> int:
    """A port that nobody has now.

    Nor does any connection get it by chance while its server is away, since Linux takes those from
    32768 on: a server that is started again would find it taken.
    """
    while True:
        port = 32_767 - secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Copy:
    """One server. Its port stays, whichever process serves there."""

    def __init__(
        self,
        number: int,
        env: Mapping[str, str],
        options: Sequence[str],
        on_word: Callable[[Copy, str, Sequence[str]], None],
    ) -> None:
        """Nothing runs yet; `on_word` is told what the copy says, see `tests/faults/copy.py`."""
        self.number = number
        self.port = free_port()
        self.env = dict(env)
        """Of the next process."""
        self._options = options
        self._on_word = on_word
        self.starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._has_served = False

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_alive(self) -> bool:
        """Whether its process runs, or stands still."""
        return self._process is not None and self._process.returncode is None

    @property
    def serves(self) -> bool:
        """Whether its process has come up and is alive."""
        return self._has_served and self.is_alive

    async def start(self) -> None:
        """Start a process and wait until it serves.

        Raises:
            RuntimeError: it ended instead, or does not come up.
        """
        folder = Path(self.env["HOME"])
        self._has_served = False
        with (folder / f"copy-{self.number}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.faults.copy",
                *self._options,
                "serve",
                "--port",
                str(self.port),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self.env,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )
        self._reading = asyncio.create_task(self._read(self._process))
        async with asyncio.timeout(START_S), httpx2.AsyncClient() as client:
            while self.is_alive:
                with suppress(httpx2.TransportError):
                    if (await client.get(f"{self.address}/health", timeout=2)).status_code == 200:
                        self._has_served = True
                        return
                await asyncio.sleep(0.05)
        message = f"copy {self.number} did not start; see its log"
        raise RuntimeError(message)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            said = line.decode().split()
            if said[:1] == ["harm:"]:
                self._on_word(self, said[1], said[2:])
        await process.wait()

    def order(self, line: str) -> None:
        """Tell it what is to happen; see `tests/faults/copy.py`."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(f"{line}\n".encode())

    def send_signal(self, number: signal.Signals) -> None:
        """As `kill` does."""
        if self._process is not None and self.is_alive:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    async def gone(self) -> None:
        """Wait for its end."""
        if self._process is not None:
            await self._process.wait()

    async def end(self) -> None:
        """End it whatever it does."""
        self.send_signal(signal.SIGKILL)
        await self.gone()
        if self._reading is not None:
            await self._reading
