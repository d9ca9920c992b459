"""The processes of a benchmark: started here, ended here, and looked at through /proc."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load import Job, Result
from benchmarks.talking import USER, product_settings, token
from taskchat.settings import variable_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_SAYS = "Taskchat serves "


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    pid: int
    port: int
    path: str
    names_conversations: bool = False

    def cpu_s(self) -> float:
        """The CPU time of its processes so far, in seconds."""
        return cpu_s(self.pid)

    def memory_mb(self) -> float:
        """What its processes hold in memory, in megabytes."""
        pages = sum(int(_stat(pid)[21]) for pid in tree_of(self.pid))
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Load:
    """The process that sends."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, job: Job) -> Result:
        """Have a job done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        return Result(**json.loads(self._process.stdout.readline()))


def cpu_s(pid: int) -> float:
    """The CPU time of a process and all below it so far, in seconds.

    Of those below that have ended it counts what their parents have waited for.
    """
    ticks = sum(int(ticks) for each in tree_of(pid) for ticks in _stat(each)[11:15])
    return ticks / _TICKS


def tree_of(pid: int) -> Sequence[int]:
    """A process and all below it."""
    below: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(_stat(int(entry.name))[1])
            except OSError:  # it has just ended
                continue
            if parent == pid:
                below += tree_of(int(entry.name))
    return [pid, *below]


@contextmanager
def mock_model(delay_s: float = 0, deltas: int = 200) -> Generator[str]:
    """A model's server; gives its base URL."""
    options = ["--delay-s", str(delay_s), "--deltas", str(deltas)]
    with _module("mock_model", *options) as process:
        yield f"http://127.0.0.1:{_port(process)}/v1"


@contextmanager
def load() -> Generator[Load]:
    """A crowd of clients."""
    with _module("load") as process:
        yield Load(process)


@contextmanager
def floor(database: str, model_url: str) -> Generator[Server]:
    """The floor on a database."""
    with _module("floor", "--database", database, "--model-url", model_url) as process:
        yield Server(process.pid, _port(process), "/", names_conversations=True)


@contextmanager
def product(database: str, model_url: str, workers: int = 1) -> Generator[Server]:
    """Taskchat on a database that is migrated."""
    with tempfile.TemporaryDirectory(prefix="taskchat-bench-") as folder:
        settings = product_settings(model_url, database, Path(folder))
        env = {variable_of(name): value for name, value in settings.items()}
        env |= {"HOME": folder, "TZ": "UTC", "LANG": "C.UTF-8"}
        command = [str(Path(sys.executable).with_name("taskchat")), "serve", "--port", "0"]
        command += ["--workers", str(workers)]
        with Path(folder, "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(  # noqa: S603  our own command
                command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True
            )
        with _ending(process):
            assert process.stdout is not None
            said = next((line for line in process.stdout if line.startswith(_SAYS)), None)
            if said is None:
                raise RuntimeError(Path(folder, "log").read_text(encoding="utf-8"))
            port = int(said.rpartition(":")[2])
            yield Server(process.pid, port, f"/api/{USER}/chat")


def job_for(server: Server, **fields: object) -> Job:
    """A job that is sent to a server."""
    given = {
        "port": server.port,
        "path": server.path,
        "token": token(),
        "names_conversations": server.names_conversations,
    }
    return Job(**(given | fields))  # pyright: ignore[reportArgumentType]


@contextmanager
def _module(name: str, *options: str) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", f"benchmarks.{name}", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with _ending(process):
        yield process


@contextmanager
def _ending(process: subprocess.Popen[str]) -> Generator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _stat(pid: int) -> Sequence[str]:
    """What follows a process's name in its line: state, parent, and so on (proc(5), less 3)."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
