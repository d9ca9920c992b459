"""What a chat-completions server sends, as it comes in, and never more than is sensible."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from taskchat.model.openai_failures import LOST, fail

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import aiohttp

MAX_ANSWER_BYTES = 16 << 20
"""Of one answer, unpacked, plain or in a stream, where a piece of four letters takes 250 bytes:
60,000 pieces. A server that never ends would otherwise fill the memory until the turn's limit."""

_MAX_REFUSAL_BYTES = 1 << 16
_REFUSAL_TIMEOUT_S = 2


async def received(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
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


async def names(response: aiohttp.ClientResponse, field: bytes) -> bool:
    """Whether a refused request was refused for a field, by that name in the refusal."""
    if response.status not in {400, 422}:
        return False
    refusal = b""
    # What is not there in time, or breaks off, names nothing; the status says enough.
    with suppress(*LOST):
        async with asyncio.timeout(_REFUSAL_TIMEOUT_S):
            while len(refusal) < _MAX_REFUSAL_BYTES and (chunk := await response.content.readany()):
                refusal += chunk
    return field in refusal
