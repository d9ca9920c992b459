"""The events of a turn as server-sent events, with a sign of life while nothing happens.

What is sent is committed, and its `id` is the same on every copy: a client that was cut off asks
`/api/v1/chat/turns/{id}/events` for what came after the last one it saw.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, get_args

import structlog
from fastapi.responses import StreamingResponse

from taskchat.chat.events import EventName
from taskchat.errors import AppError, FieldError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping

    from fastapi import Request
    from starlette.types import Receive, Scope, Send

    from taskchat.chat.events import TurnEvent

log = structlog.get_logger()

MEDIA_TYPE = "text/event-stream"
SIGN_OF_LIFE_S = 15
_LARGEST_ID = 2**31 - 1

DESCRIBED: dict[str, Any] = {
    MEDIA_TYPE: {
        "schema": {
            "type": "object",
            "description": "One server-sent event.",
            "properties": {
                "id": {"type": "string", "description": "Its number, from 1."},
                "event": {
                    "enum": list(get_args(EventName)),
                    "description": "What has happened.",
                },
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "description": "An object; docs/CHAT_API.md lists its fields for each event.",
                },
            },
            "required": ["id", "event", "data"],
        },
        "example": 'id: 2\nevent: message.delta\ndata: {"text": "Added *Buy milk*."}\n\n',
    }
}
"""What OpenAPI says of a stream."""


def wants_events(request: Request) -> bool:
    """Whether a client asks for a stream: it names that type, and JSON not as well."""
    accepted = ",".join(request.headers.getlist("accept")).lower().split(",")
    names = {each.partition(";")[0].strip() for each in accepted}
    return MEDIA_TYPE in names and "application/json" not in names


def last_event_id(request: Request) -> int:
    """The number of the last event that a client has seen; 0 where it has seen none.

    Raises:
        InvalidInputError: the header is no such number.
    """
    text = request.headers.get("last-event-id", "").strip() or "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _LARGEST_ID:
        hint = "must be the id of an event: a number"
        raise InvalidInputError(FieldError("Last-Event-ID", hint))
    return int(text)


class LiveStream(StreamingResponse):
    """An answer that is sent while it comes. It stops where its client leaves."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        lines: AsyncIterable[str | bytes],
        headers: Mapping[str, str],
        closed: Callable[[], None],
    ) -> None:
        """Send `lines`; `closed` is called once, when nothing more will be sent."""
        # Proxies must neither keep it nor gather it.
        told = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers}
        super().__init__(lines, headers=told)
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()


class EventStream(LiveStream):
    """The same, of a turn's events."""

    def __init__(
        self,
        events: AsyncGenerator[TurnEvent],
        headers: Mapping[str, str],
        closed: Callable[[], None],
    ) -> None:
        """Tell `events`; `closed` is called once, when nothing more will be sent."""
        super().__init__(_lines(events), headers, closed)


async def _lines(events: AsyncGenerator[TurnEvent]) -> AsyncGenerator[str]:
    try:
        async with aclosing(with_signs_of_life(events)) as coming:
            async for event in coming:
                yield ": still here\n\n" if event is None else as_text(event)
    except AppError as error:
        # Too late for a status: the client sees no end, and asks again after the last number.
        log.info("stream.cut", error_code=error.code)


async def with_signs_of_life(
    events: AsyncGenerator[TurnEvent],
) -> AsyncGenerator[TurnEvent | None]:
    """The events, and None each time that nothing has come for a while; ends `events` at its end.

    Raises:
        AppError: as `events` does.
    """
    coming = asyncio.ensure_future(anext(events))
    try:
        while True:
            # Awaited with a limit of its own, the generator would be ended by it.
            await asyncio.wait([coming], timeout=SIGN_OF_LIFE_S)
            if not coming.done():
                yield None
                continue
            event = coming.result()
            coming = asyncio.ensure_future(anext(events))
            yield event
    except StopAsyncIteration:
        pass
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration, AppError):
            await coming
        await events.aclose()


def as_text(event: TurnEvent) -> str:
    """One event. Its JSON is ASCII, since some clients split lines at more than line feeds."""
    return f"id: {event.id}\nevent: {event.name}\ndata: {json.dumps(event.data)}\n\n"
