"""What a chat-completions server sends, as it comes in, and never more than is sensible."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from taskchat.model.failures import fail
from taskchat.model.openai_failures import LOST

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from taskchat.model.openai_answer import Answer

MAX_ANSWER_BYTES = 16 << 20
"""Of one answer, unpacked, plain or in a stream, where a piece of four letters takes 250 bytes:
60,000 pieces. A server that never ends would otherwise fill the memory until the turn's limit."""

_TELLING_STATUSES = frozenset({400, 422, 429, 500})
"""Refused for a field, for being too long, which llama.cpp also tells with a 500, or for money."""
_MAX_REFUSAL_BYTES = 1 << 16
_REFUSAL_TIMEOUT_S = 2


async def received(response: Answer) -> AsyncGenerator[bytes]:
    """The body's chunks until its end.

    Raises:
        ModelError: it is too long; another try would be so, too.
    """
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            fail("too_long", status=response.status, retryable=False)
        yield chunk


async def refusal_in(response: Answer) -> str:
    """The words of a refusal whose reason matters to us, empty for every other answer.

    They are the provider's, and are only looked at: nobody is told them, and no log holds them.
    """
    if response.status not in _TELLING_STATUSES:
        return ""
    refusal = b""
    # What is not there in time, or breaks off, says nothing; the status says enough.
    with suppress(*LOST):
        async with asyncio.timeout(_REFUSAL_TIMEOUT_S):
            while len(refusal) < _MAX_REFUSAL_BYTES and (chunk := await response.content.readany()):
                refusal += chunk
    return refusal.decode(errors="replace")
