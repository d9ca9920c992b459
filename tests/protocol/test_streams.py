"""No order of events loses or doubles a word of a stream: `docs/turn-protocol.md`, section 4."""

from __future__ import annotations

import pytest

from tests.protocol.search import explore
from tests.protocol.streams import STREAM_GUARDS, Streams

FOUND = {
    "store_first": "an event was lost or doubled",
    "fence": "write by an owner that had lost the turn",
    "resume_first": "the words do not add up to the reply",
    "keep_end": "an event was lost or doubled",
}


@pytest.mark.parametrize(
    "streams",
    [
        Streams(crash=1, pause=0, fail=1),
        Streams(crash=1, pause=1, fail=0),
        Streams(crash=2, pause=0, fail=0),
        Streams(crash=0, pause=1, fail=1),
    ],
)
def test_a_listener_reads_every_word_once_wherever_it_reads(streams: Streams) -> None:
    found = explore(streams)

    assert found.violation is None, found.history
    assert found.states > 1000


@pytest.mark.parametrize("guard", STREAM_GUARDS)
def test_without_a_guard_some_order_of_events_loses_or_doubles_one(guard: str) -> None:
    found = explore(Streams(off=frozenset({guard})))

    assert found.violation == FOUND[guard], found.history
