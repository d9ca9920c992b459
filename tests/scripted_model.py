"""A model that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

Move = Callable[[], AsyncIterator[ModelResponsePart]]


class ScriptedModel(FunctionModel):
    """Answers in the order of the script; where it is over, says "Done."."""

    def __init__(self) -> None:
        super().__init__(self._move, stream_function=self._stream)
        self.asked: list[list[ModelMessage]] = []
        """The messages of each request, in order."""
        self.tools: list[list[str]] = []
        """The names of the tools that each request offers."""
        self._script: deque[Move] = deque()
        self.was_asked = asyncio.Event()
        """Set by the first request."""
        self.reached = asyncio.Event()
        """Set when a request hangs."""

    def says(self, text: str) -> ScriptedModel:
        """An answer in words."""
        return self.answers(ModelResponse(parts=[TextPart(text)]))

    def calls(self, name: str, **arguments: object) -> ScriptedModel:
        """An answer that calls one tool."""
        return self.calls_all((name, arguments))

    def calls_all(self, *calls: tuple[str, object]) -> ScriptedModel:
        """An answer that calls several tools; arguments may be anything a model can write."""
        parts = [
            ToolCallPart(name, arguments, tool_call_id=f"call_{number}")  # pyright: ignore[reportArgumentType]
            for number, (name, arguments) in enumerate(calls)
        ]
        return self.answers(ModelResponse(parts=parts))

    def answers(self, response: ModelResponse) -> ScriptedModel:
        """Any answer."""

        async def move() -> AsyncIterator[ModelResponsePart]:
            for part in response.parts:
                yield part

        self._script.append(move)
        return self

    def fails(self, error: Exception) -> ScriptedModel:
        """A request that ends in an error."""
        return self.streams(error)

    def hangs(self, until: asyncio.Event | None = None) -> ScriptedModel:
        """A request without an answer, at least until the event is set."""
        return self.streams(until or asyncio.Event(), "At last.")

    def streams(self, *pieces: str | Exception | asyncio.Event) -> ScriptedModel:
        """An answer that comes in pieces, waits for events, and may break off with an error."""

        async def move() -> AsyncIterator[ModelResponsePart]:
            for piece in pieces:
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, str):
                    yield TextPart(piece)
                else:
                    self.reached.set()
                    await piece.wait()

        self._script.append(move)
        return self

    def _next(self, messages: list[ModelMessage]) -> AsyncIterator[ModelResponsePart]:
        self.asked.append(list(messages))
        self.was_asked.set()
        if not self._script:
            self.says("Done.")
        return self._script.popleft()()

    async def _move(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.tools.append([tool.name for tool in info.function_tools])
        parts = [part async for part in self._next(messages)]
        words = [part for part in parts if isinstance(part, TextPart)]
        others = [part for part in parts if not isinstance(part, TextPart)]
        text = [TextPart("".join(part.content for part in words))] if words else []
        return ModelResponse(parts=[*text, *others])

    async def _stream(
        self, messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | DeltaToolCalls]:
        self.tools.append([tool.name for tool in info.function_tools])
        index = 0
        async for part in self._next(messages):
            if isinstance(part, TextPart):
                yield part.content
            elif isinstance(part, ToolCallPart):
                arguments = part.args if isinstance(part.args, str) else json.dumps(part.args)
                yield {
                    index: DeltaToolCall(part.tool_name, arguments, tool_call_id=part.tool_call_id)
                }
                index += 1


def texts(messages: Sequence[ModelMessage]) -> list[tuple[str, str]]:
    """The words of a request to a model, as (role, text)."""
    return [
        ("user" if isinstance(part, UserPromptPart) else "assistant", str(part.content))
        for message in messages
        for part in message.parts
        if isinstance(part, UserPromptPart | TextPart)
    ]
