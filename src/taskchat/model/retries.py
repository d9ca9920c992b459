"""Asks a model, and again where its failure may pass by itself, for a moment and a few times.

Every model is asked through here, so that each request is counted and timed (`/metrics`), under the
name that the settings have: what a server calls itself in its answers could be anything.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import structlog
from pydantic_ai.models.wrapper import WrapperModel

from taskchat.errors import ModelError
from taskchat.measures import metrics
from taskchat.model.checks import check_model
from taskchat.model.told_stream import begun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
    from pydantic_ai.settings import ModelSettings

T = TypeVar("T")

log: structlog.stdlib.BoundLogger = structlog.get_logger()

PAUSES_S = (0.5, 2)
"""A model is asked again after these, at most; each is shortened at random by up to half, so that
the turns that failed together do not come back together."""


class RetryingModel(WrapperModel):
    """The model it is given, asked again after a failure that may pass.

    Only as long as nothing of the answer was shown: a stream that breaks off after its first event
    is its reader's, who has to take back what was shown.
    """

    def __init__(
        self,
        model: Model,
        *,
        patience_s: float,
        pauses_s: Sequence[float] = PAUSES_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is asked yet.

        Args:
            model: its `ModelError`s say what may pass (`retryable`) and how long to wait at least.
            patience_s: a pause that would end later than this after the request began is not made.
            pauses_s: one for each time that the model may be asked again; none for a model that
                does not fail in passing.
            sleep: waits so many seconds.
        """
        # `WrapperModel.__init__` is not called: it would only load pydantic-ai's price list.
        self.wrapped = model
        self._name = model.model_name
        self._patience_s = patience_s
        self._pauses_s = pauses_s
        self._sleep = sleep

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask until there is an answer.

        Raises:
            ModelError: the last failure.
        """
        response, began = await self._asked(
            lambda: self.wrapped.request(messages, model_settings, model_request_parameters)
        )
        usage, took_s = response.usage, time.perf_counter() - began
        metrics.model_answered(self._name, took_s, usage.input_tokens, usage.output_tokens)
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask until an answer begins; entered when its first event has come.

        Raises:
            ModelError: the last failure; from the iteration, where the answer breaks off.
        """
        async with AsyncExitStack() as stack:

            async def begin() -> StreamedResponse:
                request = self.wrapped.request_stream(
                    messages, model_settings, model_request_parameters, run_context
                )
                return await stack.enter_async_context(begun(request))

            stream, began = await self._asked(begin)
            took_s = None
            try:
                yield stream
                took_s = time.perf_counter() - began
            except ModelError as error:
                metrics.model_failed(self._name, retryable=error.retryable)
                raise
            finally:
                usage = stream.usage  # also of what was read of an answer that broke off
                metrics.model_answered(self._name, took_s, usage.input_tokens, usage.output_tokens)

    async def check(self) -> None:
        """Look at the model once.

        Raises:
            StartError: which setting to look at.
        """
        await check_model(self.wrapped)

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> tuple[T, float]:
        """What came, and when that request began, by `time.perf_counter`."""
        metrics.model_asked(self._name)
        began = time.monotonic()
        for pause_s in (*self._pauses_s, None):
            asked = time.perf_counter()
            try:
                return await ask(), asked
            except ModelError as error:
                metrics.model_failed(self._name, retryable=error.retryable)
                if not error.retryable or pause_s is None:
                    raise
                wait_s = max(pause_s * random.uniform(0.5, 1), error.retry_after_s or 0)  # noqa: S311
                if time.monotonic() - began + wait_s > self._patience_s:
                    raise
            log.info("model.waited_for", wait_s=round(wait_s, 2))
            await self._sleep(wait_s)
        raise AssertionError
