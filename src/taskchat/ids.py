"""The ids that travel through Taskchat, each with its own type.

Inside, rows have integers; outside, conversations, messages and turns are known by a UUIDv7
`uid`, and a user by the `subject` of the token.
"""

from __future__ import annotations

import secrets
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", int)
ConversationId = NewType("ConversationId", int)
TurnId = NewType("TurnId", int)
TaskId = NewType("TaskId", int)
"""Counts per user from 1; never given out again."""


def new_uid() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, then 74 random bits (RFC 9562 section 5.7).

    Ids of one process made in the same millisecond have no order among themselves; whatever needs
    an order has a `seq`.
    """
    random = secrets.randbits(74)
    value = (time.time_ns() // 1_000_000) << 80
    value |= 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return UUID(int=value)
