"""An answer of a chat-completions server while it comes, as pydantic-ai's streamed response."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic_ai.messages import TextPart
from pydantic_ai.models import StreamedResponse

from taskchat import pace
from taskchat.errors import ModelError
from taskchat.model.direct_client import DirectAnswer
from taskchat.model.failures import fail
from taskchat.model.openai_body import received
from taskchat.model.openai_chunks import ChunkedAnswer
from taskchat.model.openai_failures import LOST, failures_told
from taskchat.model.openai_wire import read_answer, read_completion
from taskchat.model.server_sent_events import EventReader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence

    from pydantic_ai.messages import ModelResponse, ModelResponseStreamEvent

    from taskchat.model.openai_answer import Answer

USAGE_PATIENCE_S = 2
"""How long to wait for the usage, and the end, after the last words."""
END_PATIENCE_S = 0.05
"""How long to wait for the end of the body after `[DONE]`: only then can the connection be used
again, and some servers leave it open."""


@dataclass
class ChatCompletionsStream(StreamedResponse):
    """One answer; its connection belongs to whoever made this, and closes it.

    Text comes in pieces, each call whole, at the end. Iterating raises `ModelError` where the
    answer does not come to its end.
    """

    _name: str
    _response: Answer
    _silence_timeout_s: float
    _answer: ChunkedAnswer = field(default_factory=ChunkedAnswer, init=False)
    _timestamp: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)

    @property
    def model_name(self) -> str:
        """The model that answers; the one that was asked until the server has named it."""
        return self._name

    @property
    def provider_name(self) -> str:
        """As in the response to a plain request."""
        return "openai"

    @property
    def provider_url(self) -> None:
        """As in the response to a plain request."""
        return

    @property
    def timestamp(self) -> datetime:
        """When the answer began."""
        return self._timestamp

    async def close_stream(self) -> None:
        """Drop the connection."""
        self._response.close()

    def get_stream_cancel_errors(self) -> tuple[type[BaseException], ...]:
        """What the iteration meets when the connection is dropped under it."""
        return (ModelError,)

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        chunks = self._chunks()
        head = b""
        # Servers that cannot stream answer as if nobody had asked for it, whatever type they name.
        async for head in chunks:
            if not head.isspace():
                break
        if head.lstrip().startswith(b"{"):
            body = head + b"".join([chunk async for chunk in chunks])
            with failures_told:
                response = read_answer(body, model_name=self._name)
        else:
            async for events in _events(head, chunks):
                words, failure = self._words_in(events)
                for event in self._said(words):
                    yield event
                if failure is not None:
                    raise failure
            if not self._answer.is_whole:
                fail("cut", status=200, retryable=True)
            with failures_told:
                response = read_completion(self._answer.completion(), model_name=self._name)
        for event in self._ended(response):
            yield event

    def _words_in(self, events: Sequence[bytes]) -> tuple[str, ModelError | None]:
        """What events say that came together, and what went wrong after that."""
        words: list[str] = []
        try:
            with failures_told:
                for data in events:
                    words.append(self._answer.take(data))  # noqa: PERF401  those before a failure count
        except ModelError as error:
            return "".join(words), error
        return "".join(words), None

    async def _chunks(self) -> AsyncGenerator[bytes]:
        """What comes, as long as it is of use."""
        chunks = received(self._response)
        now = asyncio.get_running_loop().time
        until: float | None = None
        while not self._answer.is_done:
            if self._answer.is_whole and until is None:
                until = now() + USAGE_PATIENCE_S
            chunk = b""
            # Once the answer is whole, it is no worse for what becomes of its connection.
            with failures_told if until is None else suppress(*LOST):
                async with asyncio.timeout_at(until or now() + self._silence_timeout_s):
                    chunk = await anext(chunks, b"")
            if not chunk:
                return
            yield chunk
            await self._gather()
        with suppress(*LOST):
            async with asyncio.timeout(END_PATIENCE_S):
                while await anext(chunks, b""):
                    pass

    async def _gather(self) -> None:
        """Let more come before it is looked at: words are shown once a beat in any case."""
        if isinstance(self._response, DirectAnswer):
            await self._response.gather(pace.until_next_beat())
            return
        with suppress(*LOST):
            async with asyncio.timeout(pace.until_next_beat()):
                await self._response.content.wait_eof()

    def _said(self, words: str) -> Iterator[ModelResponseStreamEvent]:
        if words:
            yield from self._parts_manager.handle_text_delta(vendor_part_id="text", content=words)

    def _ended(self, response: ModelResponse) -> Iterator[ModelResponseStreamEvent]:
        """Take over what was learned of the whole answer, and tell of it what is not told yet."""
        self._name = response.model_name or self._name
        self._usage = response.usage
        self.provider_response_id = response.provider_response_id
        self.finish_reason = response.finish_reason
        is_text_said = bool(self._parts_manager.get_parts())
        for part in response.parts:
            if not (is_text_said and isinstance(part, TextPart)):
                yield self._parts_manager.handle_part(vendor_part_id=None, part=part)


async def _events(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[Sequence[bytes]]:
    reader = EventReader()
    yield reader.feed(head)
    async for chunk in chunks:
        yield reader.feed(chunk)
    yield reader.close()
