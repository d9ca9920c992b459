"""Counts the calls and the statements of a turn, the same for the same code.

A turn is one of a conversation of ten, as in the benchmark. Each place in the conversation is
counted in several conversations and its lowest count is taken, so that what comes by the clock (a
lease that is renewed) is left out.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import uvloop

from benchmarks.counting import CallCounter, StatementCounter
from benchmarks.talking import Talk, message, running

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized

    from benchmarks.counting import Calls

TURNS = 10
CONVERSATIONS = 5
SETTLE_S = 0.01
"""How long a turn's last callbacks are given after its answer."""

T_co = TypeVar("T_co", bound="Sized", covariant=True)


@dataclass(frozen=True)
class Counts:
    """What a turn takes, on the average of a conversation."""

    calls: float
    statements: float


@dataclass(frozen=True)
class CountedTurns:
    """The turns of a conversation, each at its cheapest."""

    calls: Sequence[Calls]
    statements: Sequence[Sequence[str]]

    @property
    def counts(self) -> Counts:
        """The averages."""
        return Counts(_average(self.calls), _average(self.statements))


def count(database: str, model_url: str, *, tool: bool) -> CountedTurns:
    """Count the turns of some conversations; call it outside of any event loop.

    Args:
        database: the address of a migrated database.
        model_url: where a `mock_model` without a delay is.
        tool: whether each turn adds a task.
    """
    calls, statements = CallCounter(), StatementCounter()

    def run(counter: _Counter[T_co]) -> Sequence[T_co]:
        with tempfile.TemporaryDirectory() as folder:
            return uvloop.run(_run(database, model_url, Path(folder), counter, tool=tool))

    # Apart from each other: to be told of statements costs calls.
    with statements.listening():
        stated = run(statements)
    with calls.listening():
        return CountedTurns(run(calls), stated)


class _Counter(Protocol[T_co]):
    def begin(self) -> None: ...
    def end(self) -> T_co: ...


async def _run(
    database: str, model_url: str, folder: Path, counter: _Counter[T_co], *, tool: bool
) -> Sequence[T_co]:
    async with running(model_url, database, folder) as talk:
        await _conversation(talk, counter, tool=tool)  # opens connections, fills caches
        gc.collect()
        gc.disable()  # what it finalises is called by whoever is about
        try:
            seen = [await _conversation(talk, counter, tool=tool) for _ in range(CONVERSATIONS)]
        finally:
            gc.enable()
    return [min(turns, key=len) for turns in zip(*seen, strict=True)]


async def _conversation(talk: Talk, counter: _Counter[T_co], *, tool: bool) -> Sequence[T_co]:
    conversation: int | None = None
    found: list[T_co] = []
    for turn in range(TURNS):
        text, end = message(turn, tool=tool)
        counter.begin()
        answer = await talk.send(text, conversation)
        await asyncio.sleep(SETTLE_S)
        found.append(counter.end())
        assert end in answer["response"], answer
        conversation = answer["conversation_id"]
    return found


def _average(turns: Sequence[Sized]) -> float:
    return round(sum(map(len, turns)) / len(turns), 1)
