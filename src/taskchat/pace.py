"""The pace of streams: ten beats a second, the same for every stream of a process.

What is done for many streams at the same moment costs a fraction of the same done apart: the loop wakes
up once for all of them, and one transaction writes down what all of them tell.
"""

from __future__ import annotations

import time

BEAT_S = 0.1
"""Words are shown as often as this; to store and show each for itself would cost more than to get it."""


def beat() -> int:
    """The number of the beat that it is now."""
    return int(time.monotonic() / BEAT_S)


def until_next_beat() -> float:
    """Seconds."""
    return BEAT_S - time.monotonic() % BEAT_S
