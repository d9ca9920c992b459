"""nginx and pgbouncer as processes of a test, on the files of `deploy/`."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.files import nginx_file, pgbouncer_file
from tests.faults.copies import free_port

START_S = 20
DRAIN_S = 5
PASSWORD = "of-the-service"


class Door:
    """A process at a port of its own, which it keeps when it is started anew."""

    def __init__(self, command: Sequence[str], log: Path, user: str | None = None) -> None:
        self.port = free_port()
        self._command = command
        self._log = log
        self._user = user
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it takes connections.

        Raises:
            RuntimeError: it ended instead.
        """
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                start_new_session=True,
            )
        async with asyncio.timeout(START_S):
            while self._process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return
        raise RuntimeError(self._log.read_text(encoding="utf-8"))

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that it wrote down."""
        return self._log.read_text(encoding="utf-8")

    def send_signal(self, number: signal.Signals) -> None:
        """Tell the process that was started, and not its workers."""
        assert self._process is not None
        self._process.send_signal(number)

    async def end(self) -> None:
        """End it and all its workers, whatever they do."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def gone(self) -> None:
        """Wait for its end."""
        assert self._process is not None
        await self._process.wait()


class Nginx(Door):
    """The one door to some copies."""

    def __init__(self, folder: Path, copies: Sequence[int]) -> None:
        """Nothing runs yet.

        Args:
            folder: for its files; made here.
            copies: their ports.
        """
        folder.mkdir()
        file = folder / "nginx.conf"
        # As root it would give its workers to another account, which may not enter the folder.
        as_root = "user root;" if os.geteuid() == 0 else ""
        command = ["/usr/sbin/nginx", "-e", str(folder / "start.log"), "-c", str(file)]
        super().__init__([*command, "-g", f"daemon off; {as_root}"], folder / "start.log")
        file.write_text(nginx_file(self.port, copies, folder), encoding="utf-8")
        self._access = folder / "access.log"
        self._error = folder / "error.log"

    @property
    def address(self) -> str:
        """Where people find the service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """See the base."""
        paths = (self._access, self._error, self._log)
        return "".join(path.read_text(encoding="utf-8") for path in paths if path.exists())

    async def reload(self) -> None:
        """Read its file anew, as after a change of it; old workers end what they are doing."""
        self.send_signal(signal.SIGHUP)

    async def restart(self) -> None:
        """End it as compose.yaml does, when running requests have ended; and start it again."""
        self.send_signal(signal.SIGQUIT)
        try:
            async with asyncio.timeout(DRAIN_S):
                await self.gone()
        except TimeoutError:  # some are long; compose.yaml, too, waits only so long for them
            self.send_signal(signal.SIGTERM)
            await self.gone()
        await self.start()


class Pgbouncer(Door):
    """A transaction pooler before a Postgres on a unix socket."""

    def __init__(self, folder: Path, socket: str, role: str, user: str | None) -> None:
        """Nothing runs yet.

        Args:
            folder: for its files; made here.
            socket: the folder of the server's socket.
            role: who serves.
            user: the account it runs under; pgbouncer refuses to be root.
        """
        folder.mkdir()
        file, users = folder / "pgbouncer.ini", folder / "userlist.txt"
        super().__init__(["/usr/sbin/pgbouncer", str(file)], folder / "pgbouncer.log", user)
        server = f"host={socket} dbname=postgres"
        file.write_text(pgbouncer_file(self.port, server, users), encoding="utf-8")
        self._file = file
        users.write_text(f'"{role}" "{PASSWORD}"\n', encoding="utf-8")
        self.url = f"postgresql://{role}:{PASSWORD}@127.0.0.1:{self.port}/taskchat"

    def change(self, old: str, new: str) -> None:
        """Have its next start read something else."""
        text = self._file.read_text(encoding="utf-8")
        assert old in text, old
        self._file.write_text(text.replace(old, new), encoding="utf-8")

    async def restart(self) -> None:
        """End it as compose.yaml does, when running transactions have ended; and start it again."""
        self.send_signal(signal.SIGINT)
        await self.gone()
        await self.start()
