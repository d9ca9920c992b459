"""A chat completion that comes in pieces: server-sent events in, pydantic-ai's events out.

Lenient in what is read, as servers differ: with or without usage, calls in one piece or in many,
numbered or not. Strict in one thing: an answer that does not say that it has ended has broken off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic_ai.models import StreamedResponse

from taskchat.model.openai_wire import AnswerInPieces, AnswerUnreadableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic_ai.messages import ModelResponse, ModelResponseStreamEvent

MAX_EVENT_BYTES = 1 << 20
_DONE = b"[DONE]"


@dataclass
class ChatCompletionStream(StreamedResponse):
    """One answer while it comes; whole, it is what `request` would have given."""

    asked: str
    """The model's name, where the server says none."""
    body: AsyncIterator[bytes]
    """The bytes as they come; raises where the connection ends too early."""
    _answer: AnswerInPieces = field(default_factory=AnswerInPieces, init=False)
    _timestamp: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        answer = self._answer
        async for data in events_in(self.body):
            if data == _DONE:
                break
            if words := answer.add(data):
                for event in self._parts_manager.handle_text_delta(
                    vendor_part_id="text", content=words
                ):
                    yield event
        else:
            if not answer.has_ended:
                raise AnswerUnreadableError("cut")
        whole = self._whole()
        for part in whole.parts:
            if part.part_kind != "text":
                yield self._parts_manager.handle_part(vendor_part_id=None, part=part)
        self._usage = whole.usage
        self.finish_reason = whole.finish_reason
        self.provider_response_id = whole.provider_response_id

    def _whole(self) -> ModelResponse:
        return self._answer.response(model_name=self.asked)

    async def close_stream(self) -> None:
        """Nothing is to be closed: leaving `request_stream` drops the connection."""

    @property
    def model_name(self) -> str:
        """The name the server gives the model."""
        return self._whole().model_name or self.asked

    @property
    def provider_name(self) -> str:
        """The provider, as in an answer that came whole."""
        return "openai"

    @property
    def provider_url(self) -> None:
        """Not told, as in an answer that came whole."""

    @property
    def timestamp(self) -> datetime:
        """When it began to come."""
        return self._timestamp


async def events_in(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The `data` of each server-sent event, whatever pieces it came in.

    An event that the end cuts off is not told.

    Raises:
        AnswerUnreadableError: an event is longer than any of a model is.
    """
    lines: list[bytes] = []
    async for line in _lines_in(body):
        if not line:
            if lines:
                yield b"\n".join(lines)
            lines = []
        elif line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        if sum(map(len, lines)) > MAX_EVENT_BYTES:
            raise AnswerUnreadableError("too_long")
    if lines == [_DONE]:  # servers that end without the empty line
        yield _DONE


async def _lines_in(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in body:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r")
        if len(rest) > MAX_EVENT_BYTES:
            raise AnswerUnreadableError("too_long")
    if rest:
        yield rest.removesuffix(b"\r")
