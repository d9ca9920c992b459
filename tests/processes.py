"""Real `taskchat` processes for tests: a server that can be killed, and every other command."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import uuid4

from taskchat.db.urls import DatabaseUrl

if TYPE_CHECKING:
    from types import TracebackType

TASKCHAT = Path(sys.executable).with_name("taskchat")
PATIENCE_S = 60
"""Far beyond what anything here takes: only a test that fails waits that long."""
_MEASURING = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


class Finished(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


def environment(
    folder: Path, database: DatabaseUrl | str | None = None, **settings: str
) -> dict[str, str]:
    """The environment of a process: nothing of ours but what measures coverage.

    Args:
        folder: its home and data directory; commands run in it, so that no `.env` is near.
        database: None for the SQLite file of the data directory.
        settings: further variables.
    """
    found = {"HOME": str(folder), "TZ": "UTC", "LANG": "C.UTF-8", "TASKCHAT_DATA_DIR": str(folder)}
    for name in _MEASURING:
        if name in os.environ:  # noqa: TID251  passed on, not read as a setting
            found[name] = os.environ[name]  # noqa: TID251
    if isinstance(database, DatabaseUrl):
        database = database.dsn or f"sqlite:///{database.path}"
    if database is not None:
        found["DATABASE_URL"] = database
    return found | settings


async def run_command(
    *args: str, env: Mapping[str, str], stdin: str | bytes = "", timeout_s: float = PATIENCE_S
) -> Finished:
    """Run `taskchat` with these arguments to its end."""
    written = stdin.encode() if isinstance(stdin, str) else stdin

    def run() -> Finished:
        done = subprocess.run(  # noqa: S603  our own command
            [TASKCHAT, *args],
            input=written,
            env=dict(env),
            cwd=env["HOME"],
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())

    return await asyncio.to_thread(run)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  another process can set no event of ours
            await asyncio.sleep(0.005)


class TaskchatServer:
    """`taskchat serve` in a process of its own; to leave it is to end it.

    async with TaskchatServer(environment(tmp_path)) as server:
        httpx2.get(f"{server.address}/health")
    """

    def __init__(self, env: Mapping[str, str], *options: str) -> None:
        """Nothing runs yet.

        Args:
            env: from `environment`.
            options: of the command; a free port is chosen where none of them is `--port`.
        """
        port = () if "--port" in options else ("--port", "0")
        self._command: Sequence[str | Path] = (TASKCHAT, "serve", *port, *options)
        self.env = dict(env)
        self._log = Path(env["HOME"], f"serve-{uuid4().hex}.log")
        self._said: list[str] = []
        self._news = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    @property
    def address(self) -> str:
        """Where it serves."""
        return self.hear("Taskchat serves ")

    @property
    def link(self) -> str:
        """The one-time link."""
        return self.hear("Sign in once, within ten minutes: ")

    @property
    def log(self) -> str:
        """What it wrote to standard error so far."""
        return self._log.read_text(encoding="utf-8")

    @property
    def out(self) -> str:
        """What it wrote to standard output so far."""
        return "\n".join(self._said)

    @property
    def pid(self) -> int:
        """The process, and the group of it and its workers."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start the process and wait until it serves."""
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                self._command,
                env=self.env,
                cwd=self.env["HOME"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            _ = self.address
        except BaseException:
            self.kill()
            raise
        return self

    def hear(self, beginning: str) -> str:
        """Wait for a line on standard output that begins so, and give the rest of it."""

        def found() -> str | None:
            lines = (line for line in self._said if line.startswith(beginning))
            return next((line.removeprefix(beginning) for line in lines), None)

        with self._news:
            self._news.wait_for(lambda: found() is not None or self._ended, PATIENCE_S)
            rest = found()
        assert rest is not None, f"{beginning!r} was never said:\n{self.out}\n{self.log}"
        return rest

    def kill(self) -> None:
        """End it as a crash does: at once, workers and all."""
        if self._process is not None:
            if self._process.poll() is None or not self._ended:
                self._signal_all(signal.SIGKILL)
            self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Tell the process something, and not its workers."""
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait for the end of the process and give its status; a signal's is negative."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, PATIENCE_S)

    async def terminate(self) -> int:
        """End it as an operator does, and give its status."""
        self.send_signal(signal.SIGTERM)
        return await self.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.kill()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.kill()

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _listen(self) -> None:
        """Read what the process and its workers say until the last of them has ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._news:
                    self._said.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


WORKERS_ARE_FOUND = Path("/proc/self/task").is_dir()


async def workers_of(server: int, many: int) -> list[int]:
    """The workers of a server that is told to have so many, once each knows what it is to do."""
    found: list[int] = []

    def have_begun() -> bool:
        found[:] = filter(_has_begun, _children(server))
        return len(found) == many

    await until(have_begun)
    return found


@contextmanager
def paused(pid: int) -> Generator[None]:
    """A process that does nothing for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _has_begun(worker: int) -> bool:
    """Whether it has got from its parent what it is to do; one whose parent is paused waits for it."""
    folder = Path(f"/proc/{worker}")
    try:
        is_worker = b"spawn_main" in (folder / "cmdline").read_bytes()
        return is_worker and b"uvloop" in (folder / "maps").read_bytes()
    except OSError:  # it has just ended
        return False


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]
