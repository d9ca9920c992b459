"""uvicorn's connections, on which the head and the body of an answer leave together.

uvicorn writes each by itself, and a write to a socket is among the dearest things that a turn does: there
are five to nine in one, half of its CPU.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Connection(HttpToolsProtocol):
    """One client's connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """It is there."""
        super().connection_made(cast("asyncio.Transport", Gathering(transport)))


class Gathering:
    """A transport: what is written in one pass of the loop goes out at once, after it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Send over `transport`, in the loop that runs."""
        self._transport = transport
        self._written: list[bytes] = []
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        """Send this soon."""
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def close(self) -> None:
        """Send what is left, and close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        written, self._written = self._written, []
        if written and not self._transport.is_closing():
            self._transport.writelines(written)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever it is
        """All else is the transport's own."""
        return getattr(self._transport, name)
