"""A crowd of clients: each sends its next message as soon as it has its answer.

    python -m benchmarks.load

Reads one `Job` a line from standard input, as JSON, and writes a `Result` for each. A turn counts
only if it was answered with 200 and holds the model's last words.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import cast
from uuid import uuid4

import uvloop

from benchmarks.wire import HttpReader

TURNS = 10
"""After so many, a client begins another conversation."""
PATIENCE_S = 60
_ID = b'"conversation_id":'


@dataclass(frozen=True)
class Job:
    """What the crowd does."""

    port: int
    path: str
    token: str
    at_once: int
    seconds: float
    text: str = ""
    """The message, which a number is added to; without it, a GET."""
    expect: str = ""
    """What must stand in an answer."""
    names_conversations: bool = False
    """The client chooses the id of a conversation; else the first answer tells it."""
    conversations: list[int] | None = None
    """One for each client that it stays in, instead of ten turns in each."""
    streamed: bool = False


@dataclass(frozen=True)
class Result:
    """What became of it; milliseconds."""

    turns: int
    errors: dict[str, int]
    seconds: float
    p50_ms: float
    p95_ms: float


@dataclass
class _Crowd:
    """What all clients of a job share."""

    job: Job
    until: float
    latencies: list[float] = field(default_factory=list[float])
    errors: Counter[str] = field(default_factory=Counter[str])
    numbers: count[int] = field(default_factory=count)

    def request(self, conversation: bytes | None) -> bytes:
        """The next message, to a conversation or to a new one."""
        job = self.job
        accept = "text/event-stream" if job.streamed else "application/json"
        body = b""
        if job.text:
            body = b'{"message":"%b %d"' % (job.text.encode(), next(self.numbers))
            body += b',"conversation_id":%b}' % conversation if conversation is not None else b"}"
        head = (
            f"{'POST' if job.text else 'GET'} {job.path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n"
            f"Authorization: Bearer {job.token}\r\nAccept: {accept}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class _Client(asyncio.Protocol):
    """One client, on one connection."""

    def __init__(self, crowd: _Crowd, stays_in: int | None) -> None:
        self.gone = asyncio.get_running_loop().create_future()
        self._crowd = crowd
        self._stays_in = None if stays_in is None else str(stays_in).encode()
        self._conversation = self._stays_in
        self._turns = 0
        self._leaves = False
        self._asked = 0.0
        self._reader = HttpReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        for head, body in self._reader.feed(data):
            self._answered(head, body)
            if time.perf_counter() < self._crowd.until:
                self._ask()
            else:
                self._leaves = True
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._leaves:
            self._crowd.errors["connection lost"] += 1
        if not self.gone.done():
            self.gone.set_result(None)

    def _ask(self) -> None:
        if self._turns % TURNS == 0:
            self._conversation = self._stays_in
            if self._crowd.job.names_conversations:
                self._conversation = b'"%b"' % str(uuid4()).encode()
        self._asked = time.perf_counter()
        self._transport.write(self._crowd.request(self._conversation))

    def _answered(self, head: bytes, body: bytes) -> None:
        crowd = self._crowd
        took = time.perf_counter() - self._asked
        status = head[9:12]
        if status != b"200" or crowd.job.expect.encode() not in body:
            crowd.errors[f"{status.decode()} {body[:120].decode(errors='replace')}"] += 1
            self._turns = 0
            return
        crowd.latencies.append(took * 1000)
        self._turns += 1
        if self._conversation is None:
            found = body.partition(_ID)[2]
            self._conversation = found.partition(b",")[0].partition(b"}")[0]


async def run(job: Job) -> Result:
    """Do a job to its end; who is in the middle of a turn then, finishes it."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    crowd = _Crowd(job, began + job.seconds)
    clients: list[asyncio.Future[None]] = []
    for place in range(job.at_once):
        stays_in = None if job.conversations is None else job.conversations[place]
        _, client = await loop.create_connection(
            lambda stays_in=stays_in: _Client(crowd, stays_in), "127.0.0.1", job.port
        )
        clients.append(client.gone)
    async with asyncio.timeout(job.seconds + PATIENCE_S):
        await asyncio.gather(*clients)
    seconds = time.perf_counter() - began
    latencies = sorted(crowd.latencies) or [0.0]

    def quantile(share: float) -> float:
        return latencies[min(int(len(latencies) * share), len(latencies) - 1)]

    return Result(len(crowd.latencies), dict(crowd.errors), seconds, quantile(0.5), quantile(0.95))


def main() -> None:
    """Do the jobs of standard input, one after the other."""
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(asdict(uvloop.run(run(Job(**json.loads(line)))))), flush=True)


if __name__ == "__main__":
    main()
