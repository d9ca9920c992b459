"""Several models in order: the next one answers where one is down."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Self, TypeVar

import structlog
from pydantic_ai.models import Model
from pydantic_ai.profiles import ModelProfile

from taskchat.errors import ContextTooLongError, ModelError, StartError
from taskchat.model.checks import check_model
from taskchat.model.told_stream import begun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
    from types import TracebackType

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import ModelRequestParameters, StreamedResponse
    from pydantic_ai.settings import ModelSettings

T = TypeVar("T")

log: structlog.stdlib.BoundLogger = structlog.get_logger()

REST_S = 30
"""How long a model that was down is asked last: else every request would wait for it again."""
LONGEST_REST_S = 300
"""The same where it says itself how long to leave it alone."""


class ChainModel(Model):
    """The first of its models that answers; an answer carries the name of who gave it."""

    # Without this pydantic-ai loads its price list to learn the context window.
    _profile = ModelProfile(context_window=None)

    def __init__(
        self, models: Sequence[Model], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Nothing is asked yet.

        Args:
            models: at least one, the one to be preferred first. Those that are not last should give
                up early.
            now: a clock in seconds that never goes back.
        """
        # `Model.__init__` is not called: it would only load the price list, see above.
        self._models = tuple(models)
        self._now = now
        self._rests_until: dict[int, float] = {}

    @property
    def model_name(self) -> str:
        """The name of the model that is asked first."""
        return self._models[0].model_name

    @property
    def system(self) -> str:
        """The provider of the model that is asked first."""
        return self._models[0].system

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask one after the other until there is an answer.

        Raises:
            ModelError: none gave one; the first failure that may pass by itself, else the first.
            ContextTooLongError: one says so; the others are not asked, as fewer messages may do.
        """
        _, response = await self._first(
            lambda model: model.request(messages, model_settings, model_request_parameters)
        )
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """The same until an answer begins; entered when its first event has come.

        Raises:
            ModelError: as `request`; from the iteration, where the answer breaks off.
            ContextTooLongError: as `request`.
        """
        async with AsyncExitStack() as stack:

            async def begin(model: Model) -> StreamedResponse:
                request = model.request_stream(
                    messages, model_settings, model_request_parameters, run_context
                )
                return await stack.enter_async_context(begun(request))

            number, stream = await self._first(begin)
            try:
                yield stream
            except ModelError as error:
                # It broke off; whoever read it will ask again, and then rather another one.
                self._let_rest(number, error)
                raise

    async def check(self) -> None:
        """Look at all of them.

        Raises:
            StartError: one of them cannot be used; which setting to look at.
        """
        for model in self._models:
            try:
                await check_model(model)
            except StartError as error:
                raise StartError(f"{model.model_name}: {error}") from None

    async def __aenter__(self) -> Self:
        """Enter all of them."""
        async with AsyncExitStack() as entering:
            for model in self._models:
                await entering.enter_async_context(model)
            self._entered = entering.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Leave all of them, which closes their connections."""
        await self._entered.aclose()

    async def _first(self, ask: Callable[[Model], Awaitable[T]]) -> tuple[int, T]:
        """The answer of the first that gives one, and its number."""
        failures: list[ModelError] = []
        for number in self._in_order():
            try:
                return number, await ask(self._models[number])
            except ContextTooLongError:
                raise
            except ModelError as error:
                self._let_rest(number, error)
                failures.append(error)
        raise next((error for error in failures if error.retryable), failures[0])

    def _in_order(self) -> list[int]:
        """Those that were down lately come last: they are asked where all the others fail."""
        now = self._now()
        return sorted(range(len(self._models)), key=lambda n: self._rests_until.get(n, now) > now)

    def _let_rest(self, number: int, error: ModelError) -> None:
        if not error.retryable:
            return
        rest_s = min(max(error.retry_after_s or 0, REST_S), LONGEST_REST_S)
        self._rests_until[number] = self._now() + rest_s
        log.info("model.left_alone", model=self._models[number].model_name, rest_s=rest_s)
