"""Learns that the server is to stop, at once.

A server of ASGI apps tells them only when its last request has been answered. That is too late to
refuse new turns, to end streams that would stay open, and to hand running turns over in time.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def at_stop_signal(begin: Callable[[], object]) -> Generator[None]:
    """Have `begin` called when a signal stops the server, which then does what it would have done.

    Nothing happens where no server listens for signals: a test, or a thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(begin)
        server = servers[signal.Signals(number)]
        if callable(server):
            server(number, frame)

    ours = [number for number, server in servers.items() if _is_a_servers(server)]
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, servers[number])


def _is_a_servers(handler: object) -> bool:
    return callable(handler) and handler is not signal.default_int_handler
