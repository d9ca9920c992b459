"""The built-in assistant's replies, told in pieces."""

from __future__ import annotations

from dataclasses import replace

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import ModelRequestParameters

from taskchat.model.embedded.model import EmbeddedModel

PARAMETERS = ModelRequestParameters()


def asked(text: str) -> list[ModelMessage]:
    return [ModelRequest.user_text_prompt(text)]


async def test_a_reply_comes_word_by_word_and_is_that_of_a_plain_request() -> None:
    model = EmbeddedModel()
    words: list[str] = []

    async with model.request_stream(asked("hello"), None, PARAMETERS) as stream:
        async for event in stream:
            if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                words.append(event.part.content)
            elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                words.append(event.delta.content_delta)
    plain = await model.request(asked("hello"), None, PARAMETERS)

    assert len(words) == len(str(plain.text).split()) > 1
    assert "".join(words) == plain.text
    assert replace(stream.get(), timestamp=plain.timestamp) == plain


async def test_a_step_that_calls_tools_has_its_calls_in_the_stream() -> None:
    async with EmbeddedModel().request_stream(asked("Add milk"), None, PARAMETERS) as stream:
        parts = [event.part async for event in stream if isinstance(event, PartStartEvent)]

    (call,) = parts
    assert isinstance(call, ToolCallPart)
    assert call.tool_name == "add_task"
    assert stream.get().parts == parts
