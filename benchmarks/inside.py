"""What is measured in the app itself, or done to its tables, because no client can."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import uvloop

from benchmarks.counting import StatementCounter
from benchmarks.mock_model import PLAIN_END
from benchmarks.talking import Talk, running, token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
_TIMES = 200
_TURNS = 5
_SETTLE_S = 0.1
"""How long what a turn leaves behind (a summary) is given before the next one."""


@dataclass(frozen=True)
class Times:
    """How long it takes, in milliseconds, in 95 of 100 times."""

    token_ms: float
    write_ms: float


def times(database: str, model_url: str) -> Times:
    """Time a token that was never seen, and a transaction that writes."""

    async def measure(talk: Talk) -> Times:
        parts = talk.parts
        user = (await parts.tokens.verify(token())).user
        zone = ZoneInfo("UTC")
        return Times(
            await _p95_ms(lambda: parts.tokens.verify(token(uuid4().hex))),
            await _p95_ms(lambda: parts.conversations.create(user, "A title", None, zone)),
        )

    return _in_app(database, model_url, measure)


def statements_of_a_turn(database: str, model_url: str, conversation: int) -> int:
    """The fewest statements that a plain turn of that conversation took."""
    counter = StatementCounter()

    async def measure(talk: Talk) -> int:
        found: list[int] = []
        for turn in range(_TURNS):
            counter.begin()
            answer = await talk.send(f"hello {turn}", conversation)
            found.append(len(counter.end()))
            assert PLAIN_END in answer["response"], answer
            await asyncio.sleep(_SETTLE_S)
        return min(found)

    with counter.listening():
        return _in_app(database, model_url, measure)


def _in_app(database: str, model_url: str, measure: Callable[[Talk], Awaitable[T]]) -> T:
    async def run(folder: Path) -> T:
        async with running(model_url, database, folder) as talk:
            return await measure(talk)

    with tempfile.TemporaryDirectory() as folder:
        return uvloop.run(run(Path(folder)))


async def _p95_ms(act: Callable[[], Awaitable[object]]) -> float:
    took: list[float] = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        await act()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[int(_TIMES * 0.95)]
