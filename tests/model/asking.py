"""Asks a model as a turn does, whole or as a stream."""

from __future__ import annotations

import asyncio

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from taskchat.chat.progress import text_of_event

ADD_TASK = ToolDefinition(
    name="add_task",
    description="Add a task.",
    parameters_json_schema={
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
    },
)
RULES = "You keep a list."


def hello() -> list[ModelMessage]:
    """A first question."""
    return [ModelRequest.user_text_prompt("hello", instructions=RULES)]


def conversation() -> list[ModelMessage]:
    """A question with a history: an answered one, one that failed, and calls with their results."""
    return [
        ModelRequest([UserPromptPart("add milk and eggs")]),
        ModelResponse(
            [
                ToolCallPart("add_task", '{"title": "Milk"}', "call_1_1"),
                ToolCallPart("add_task", '{"title": "Bu', "call_1_2"),
            ]
        ),
        ModelRequest(
            [
                ToolReturnPart("add_task", {"task_id": 1, "title": "Milk"}, "call_1_1"),
                ToolReturnPart("add_task", "the arguments are no JSON", "call_1_2"),
            ]
        ),
        ModelResponse([TextPart("I added milk.")]),
        ModelRequest([UserPromptPart("and?")]),
        ModelResponse([TextPart("(This message was not answered.)")]),
        ModelRequest([UserPromptPart("what now?")], instructions=RULES),
        ModelResponse([TextPart("I look."), ToolCallPart("list_tasks", {}, "call_3_1")]),
        ModelRequest([ToolReturnPart("list_tasks", [], "call_3_1")], instructions=RULES),
    ]


async def ask(
    model: Model,
    *,
    streamed: bool,
    messages: list[ModelMessage] | None = None,
    shown: list[str] | None = None,
) -> ModelResponse:
    """Ask once; `shown` gets the words of a stream in the pieces in which they came."""
    messages = hello() if messages is None else messages
    parameters = ModelRequestParameters(function_tools=[ADD_TASK])
    if not streamed:
        return await model.request(messages, None, parameters)
    async with model.request_stream(messages, None, parameters) as stream:
        async for event in stream:
            if shown is not None and (text := text_of_event(event)):
                shown.append(text)
    return stream.get()


async def give_up(asking: asyncio.Task[ModelResponse]) -> None:
    """Leave a request that is under way, as a turn does whose time is over."""
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
