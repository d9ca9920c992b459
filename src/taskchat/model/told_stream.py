"""A model's stream with something done to its events on their way."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic_ai.models import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from pydantic_ai.messages import ModelResponse, ModelResponseStreamEvent
    from pydantic_ai.usage import RequestUsage


class ToldStream(StreamedResponse):
    """Tells the events it is given, and is in all else the stream that they come from."""

    def __init__(
        self, stream: StreamedResponse, events: AsyncIterator[ModelResponseStreamEvent]
    ) -> None:
        super().__init__(stream.model_request_parameters)
        self._stream = stream
        self._events = events

    def __aiter__(self) -> AsyncIterator[ModelResponseStreamEvent]:
        """The events; the stream has made all of them that pydantic-ai adds."""
        return self._events

    def get(self) -> ModelResponse:
        """What has come so far; the whole answer once the events are over."""
        return self._stream.get()

    @property
    def usage(self) -> RequestUsage:
        """What it has used so far, also where it breaks off."""
        return self._stream.usage

    @property
    def model_name(self) -> str:
        """The model that answers."""
        return self._stream.model_name

    @property
    def provider_name(self) -> str | None:
        """Who serves it."""
        return self._stream.provider_name

    @property
    def provider_url(self) -> str | None:
        """Where it is served."""
        return self._stream.provider_url

    @property
    def timestamp(self) -> datetime:
        """When the answer began."""
        return self._stream.timestamp

    async def close_stream(self) -> None:
        """Drop the connection."""
        await self._stream.cancel()

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        async for event in self._events:
            yield event


@asynccontextmanager
async def begun(
    request: AbstractAsyncContextManager[StreamedResponse],
) -> AsyncGenerator[StreamedResponse]:
    """A streamed request, entered when its first event has come, or its end.

    Until then it has shown nothing, so whoever enters it may ask somebody else instead.

    Raises:
        ModelError: the answer did not begin.
    """
    async with request as stream:
        events = aiter(stream)
        first = await anext(events, None)
        yield ToldStream(stream, _after(first, events))


async def _after(
    first: ModelResponseStreamEvent | None, events: AsyncIterator[ModelResponseStreamEvent]
) -> AsyncGenerator[ModelResponseStreamEvent]:
    if first is not None:
        yield first
    async for event in events:
        yield event
