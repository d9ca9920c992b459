"""A model that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

Move = Callable[[], Awaitable[ModelResponse]]


class ScriptedModel(FunctionModel):
    """Answers in the order of the script; where it is over, says "Done."."""

    def __init__(self) -> None:
        super().__init__(self._move)
        self.asked: list[list[ModelMessage]] = []
        """The messages of each request, in order."""
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

        async def move() -> ModelResponse:
            return response

        self._script.append(move)
        return self

    def fails(self, error: Exception) -> ScriptedModel:
        """A request that ends in an error."""

        async def move() -> ModelResponse:
            raise error

        self._script.append(move)
        return self

    def hangs(self, until: asyncio.Event | None = None) -> ScriptedModel:
        """A request without an answer, at least until the event is set."""

        async def move() -> ModelResponse:
            self.reached.set()
            await (until or asyncio.Event()).wait()
            return ModelResponse(parts=[TextPart("At last.")])

        self._script.append(move)
        return self

    async def _move(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        del info
        self.asked.append(list(messages))
        self.was_asked.set()
        if not self._script:
            return ModelResponse(parts=[TextPart("Done.")])
        return await self._script.popleft()()


def texts(messages: Sequence[ModelMessage]) -> list[tuple[str, str]]:
    """The words of a request to a model, as (role, text)."""
    return [
        ("user" if isinstance(part, UserPromptPart) else "assistant", str(part.content))
        for message in messages
        for part in message.parts
        if isinstance(part, UserPromptPart | TextPart)
    ]
