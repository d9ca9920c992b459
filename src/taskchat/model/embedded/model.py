"""The built-in assistant: a pydantic-ai model made of rules, which needs no key and no network.

It holds no state. Every request reads the conversation anew: what the message asks for (`message`,
with what a clause says in `clauses`), which tasks it means (`finding`, by what `conversation` knows),
and what is to be done about it (`acting`).
"""

from __future__ import annotations

import asyncio
import importlib
import re
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import CompletedStreamedResponse, Model
from pydantic_ai.usage import RequestUsage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponseStreamEvent
    from pydantic_ai.models import ModelRequestParameters, StreamedResponse
    from pydantic_ai.settings import ModelSettings


_RULES = "taskchat.model.embedded.acting.deciding"
_SHORT_CHARS = 80
"""A message up to this is read in milliseconds. A longer one that means harm may take 0.7 s, with
500 tasks to look through (the slowest of 15,000 that were made to be slow)."""
_WORD = re.compile(r"\s*\S+|\s+")


class EmbeddedModel(Model):
    """Answers with tool calls and text by rules alone, for the tools of a task list."""

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """The next step of the turn: tool calls, or the reply that ends it."""
        if _RULES not in sys.modules:
            # Compiling the patterns takes 0.1 s: not at the start of a server, nor in its loop.
            await asyncio.to_thread(importlib.import_module, _RULES)
        if _longest_said(messages) > _SHORT_CHARS:
            # Everybody else's turns go on meanwhile.
            return await asyncio.to_thread(respond, messages)
        return respond(messages)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """The same step, its reply told word by word, with no waiting between them."""
        response = await self.request(messages, model_settings, model_request_parameters)
        yield _WordByWord(
            response, model_request_parameters=model_request_parameters, replay_events=True
        )

    @property
    def model_name(self) -> str:
        """The name under which the model is chosen in the settings."""
        return "embedded"

    @property
    def system(self) -> str:
        """The provider, as pydantic-ai calls it."""
        return "taskchat"


class _WordByWord(CompletedStreamedResponse):
    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        parts = self._parts_manager
        for part in self.response.parts:
            if not isinstance(part, TextPart):
                yield parts.handle_part(vendor_part_id=None, part=part)
                continue
            for word in _WORD.findall(part.content):
                for event in parts.handle_text_delta(vendor_part_id=None, content=word):
                    yield event


def _longest_said(messages: list[ModelMessage]) -> int:
    """How long the longest message of the user is; a "yes" has an earlier one read once more."""
    return max(
        (
            len(part.content)
            for message in messages
            if isinstance(message, ModelRequest)
            for part in message.parts
            if isinstance(part, UserPromptPart)
        ),
        default=0,
    )


def respond(messages: list[ModelMessage]) -> ModelResponse:
    """The response to a history, made at once: there is nothing to wait for."""
    from taskchat.model.embedded.acting.deciding import decide
    from taskchat.model.embedded.conversation.history import read_conversation

    conversation = read_conversation(messages)
    decision = decide(conversation)
    first = len(conversation.current.steps) + 1
    parts: list[TextPart | ToolCallPart] = [
        ToolCallPart(call.tool, call.arguments, f"call_{number}")
        for number, call in enumerate(decision.calls, start=first)
    ]
    return ModelResponse(
        parts=parts or [TextPart(decision.text)], model_name="embedded", usage=RequestUsage()
    )
