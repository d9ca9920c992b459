"""A model whose requests are spans; put around a model only where traces are sent."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from pydantic_ai.models.wrapper import WrapperModel

from taskchat.model.checks import check_model

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.usage import RequestUsage

    from taskchat.measures.traces import Span, Traces


class TracedModel(WrapperModel):
    """The model it is given; the names of attributes are OpenTelemetry's for generative AI."""

    def __init__(self, model: Model, traces: Traces) -> None:
        # `WrapperModel.__init__` is not called: it would only load pydantic-ai's price list.
        self.wrapped = model
        self._traces = traces

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask, within a span."""
        with self._span() as span:
            response = await self.wrapped.request(
                messages, model_settings, model_request_parameters
            )
            _note(span, response.usage)
            return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """The same, until the answer was read or broke off."""
        request = self.wrapped.request_stream(
            messages, model_settings, model_request_parameters, run_context
        )
        with self._span() as span:
            async with request as stream:
                try:
                    yield stream
                finally:
                    _note(span, stream.usage)

    async def check(self) -> None:
        """Look at the model.

        Raises:
            StartError: which setting to look at.
        """
        await check_model(self.wrapped)

    @contextmanager
    def _span(self) -> Generator[Span]:
        name = self.wrapped.model_name
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self.wrapped.system,
            "gen_ai.request.model": name,
        }
        with self._traces.span(f"chat {name}", attributes, "client") as span:
            yield span


def _note(span: Span, usage: RequestUsage) -> None:
    span.note(
        {
            "gen_ai.usage.input_tokens": usage.input_tokens,
            "gen_ai.usage.output_tokens": usage.output_tokens,
        }
    )
