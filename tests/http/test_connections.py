"""What is written to a client's connection in one pass of the loop leaves together, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from taskchat.http.connections import Gathering


class Wire:
    """A transport that notes what is sent, and when it was closed."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self._is_closing = False

    def writelines(self, lines: Iterable[bytes]) -> None:
        self.sent.append(b"".join(lines))

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def get_extra_info(self, name: str) -> str:
        return f"its {name}"


def _on(wire: Wire) -> Gathering:
    return Gathering(cast("Any", wire))


async def test_a_head_and_its_body_are_sent_at_once() -> None:
    wire = Wire()
    connection = _on(wire)

    connection.write(b"head ")
    connection.write(b"body")
    await asyncio.sleep(0)
    connection.write(b"more")
    await asyncio.sleep(0)

    assert wire.sent == [b"head body", b"more"]


async def test_what_was_written_is_sent_before_the_connection_is_closed() -> None:
    wire = Wire()
    connection = _on(wire)

    connection.write(b"the end")
    connection.close()
    await asyncio.sleep(0)

    assert wire.sent == [b"the end"]
    assert wire.is_closing()


async def test_a_client_that_has_left_is_sent_nothing() -> None:
    wire = Wire()
    connection = _on(wire)

    connection.write(b"too late")
    wire.close()
    await asyncio.sleep(0)

    assert wire.sent == []


async def test_all_else_is_asked_of_the_transport() -> None:
    assert _on(Wire()).get_extra_info("peername") == "its peername"
