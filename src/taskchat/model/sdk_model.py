"""Models that come with a provider's SDK: pydantic-ai's own, with our failures and our checks."""

from __future__ import annotations

import math
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn, TypeGuard

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    ModelTimeoutError,
    UserError,
)
from pydantic_ai.messages import ModelRequest, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models import check_allow_model_requests
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from taskchat.error_border import ErrorBorder
from taskchat.errors import AppError, StartError
from taskchat.model.failures import TOO_LARGE, fail, fail_too_long, is_passing, says_too_long
from taskchat.model.told_stream import ToldStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from pydantic_ai import RunContext
    from pydantic_ai.messages import (
        ModelMessage,
        ModelRequestPart,
        ModelResponse,
        ModelResponseStreamEvent,
    )
    from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse

NO_KEY = "none"
"""What is sent where a server of one's own needs no key: the SDKs insist on one."""
CHECK_TIMEOUT_S = 10
SDK_SETTINGS = ModelSettings(max_retries=0)
"""Asking again is `RetryingModel`'s, for every kind of model alike."""

_MAX_WAIT_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Server:
    """Who serves a model, for the sentences that a check of it may end in."""

    company: str
    key_setting: str
    bad_key: frozenset[int]
    """The statuses with which it refuses a key."""
    status: Callable[[], Awaitable[int | None]]
    """Asks for the model's description: the answer's status, None where there is no answer."""
    is_ours: bool = False
    """Whether it is the operator's own, which need not have such descriptions."""


class SdkModel(WrapperModel):
    """The model it is given; what goes wrong with it are `ModelError`s of ours."""

    def __init__(self, model: Model, server: Server) -> None:
        super().__init__(model)
        self._server = server

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask once, and wait for the whole answer.

        Raises:
            ModelError: refused, failed or out of reach; `retryable` where it may pass by itself.
            ContextTooLongError: the model reads less than that.
        """
        check_allow_model_requests()
        messages = self._prepared(messages, model_request_parameters)
        with failures_told:
            response = await self.wrapped.request(
                messages, model_settings, model_request_parameters
            )
        _require_answer(response)
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask once, and give the answer while it comes.

        Raises:
            ModelError: as `request`; from the iteration, where the answer breaks off.
            ContextTooLongError: as `request`.
        """
        check_allow_model_requests()
        messages = self._prepared(messages, model_request_parameters)
        async with AsyncExitStack() as stack:
            with failures_told:
                stream = await stack.enter_async_context(
                    self.wrapped.request_stream(
                        messages, model_settings, model_request_parameters, run_context
                    )
                )
            yield ToldStream(stream, _events(stream))

    async def check(self) -> None:
        """Ask for the model's description, to learn that it is there and takes the key.

        Raises:
            StartError: which setting to look at.
        """
        server = self._server
        status = await server.status()
        if status is None:
            raise StartError(
                f"{server.company} does not answer: check the network, and TASKCHAT_MODEL_BASE_URL"
                " where it is set."
            )
        if status in server.bad_key:
            raise StartError(f"{server.company} refuses the key: set {server.key_setting} anew.")
        if status == 404 and not server.is_ours:
            raise StartError(
                f"{server.company} has no model {self.model_name}: check TASKCHAT_MODEL."
            )
        if 300 <= status < 400 or status >= 500:
            raise StartError(
                f"{server.company} answers {status}: try again in a moment, and check"
                " TASKCHAT_MODEL_BASE_URL where it is set."
            )

    def _prepared(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters
    ) -> list[ModelMessage]:
        """The messages as this provider takes them, which pydantic-ai's agent loop else sees to."""
        return self.wrapped.prepare_messages(
            [_telling(message) for message in messages], parameters
        )


def _telling(message: ModelMessage) -> ModelMessage:
    """The same with results that say what they are: for an empty list pydantic-ai says nothing."""
    if not isinstance(message, ModelRequest) or not any(map(_is_silent, message.parts)):
        return message
    parts = [replace(part, content="[]") if _is_silent(part) else part for part in message.parts]
    return replace(message, parts=parts)


def _is_silent(part: ModelRequestPart) -> TypeGuard[ToolReturnPart]:
    return isinstance(part, ToolReturnPart) and part.content == []


def _tell(error: ModelAPIError) -> NoReturn:
    status = error.status_code if isinstance(error, ModelHTTPError) else None
    if _is_redirect(error.__cause__):
        # Not followed: that would carry the key and the conversation to a place nobody has chosen.
        fail("redirect", retryable=False)
    if isinstance(error, ModelTimeoutError):
        fail("timeout", retryable=True)
    if isinstance(error, ModelConnectionError):
        fail("unreachable" if error.phase == "connect" else "connection_lost", retryable=True)
    if (
        isinstance(error, ModelContextWindowExceededError)
        or status == TOO_LARGE
        or (isinstance(error, ModelRequestRejectedError) and says_too_long(str(error.body)))
    ):
        fail_too_long(status)
    if type(error) is ModelAPIError:
        fail("unreadable", retryable=True)
    # Money that is spent does not come back by waiting, though some tell it as a rate limit.
    hopeless = isinstance(error, (ModelQuotaExceededError, ModelRequestRejectedError))
    retryable = not hopeless if status is None else is_passing(status) and not hopeless
    wait_s = error.retry_after if retryable else None
    fail(
        "refused",
        status=status,
        retryable=retryable,
        retry_after_s=math.ceil(wait_s) if wait_s is not None and wait_s < _MAX_WAIT_S else None,
    )


def _translate(error: BaseException) -> None:
    if isinstance(error, ModelAPIError):
        _tell(error)
    # A wrong use of the library is a fault of ours; what SDKs make of a broken answer is anything.
    if isinstance(error, Exception) and not isinstance(error, AppError | UserError):
        fail(f"unreadable ({type(error).__name__})", retryable=True)


failures_told = ErrorBorder(_translate)
"""Turns what an SDK raises inside into the error of a failed model.

It raises `ModelError`, `retryable` where it may pass by itself, with the wait that was asked for; or
`ContextTooLongError`, where the model reads less than it was given.
"""


def _is_redirect(cause: BaseException | None) -> bool:
    """Whether an SDK's own error is about a redirect; each keeps the status under a name of its own."""
    statuses = (getattr(cause, "status_code", None), getattr(cause, "code", None))
    return any(isinstance(status, int) and 300 <= status < 400 for status in statuses)


async def _events(stream: StreamedResponse) -> AsyncGenerator[ModelResponseStreamEvent]:
    with failures_told:
        async for event in stream:
            yield event
        if not _is_ended(stream):
            # HTTP cannot tell, where a proxy has closed in good order what broke off behind it.
            fail("cut", status=200, retryable=True)
        _require_answer(stream.get())


def _is_ended(answer: ModelResponse | StreamedResponse) -> bool:
    """Whether it says why it ended, as every whole answer does, in words of ours or in its own."""
    return answer.finish_reason is not None or "finish_reason" in (answer.provider_details or {})


def _require_answer(response: ModelResponse) -> None:
    """Take an answer that is none for a failure: Gemini's calls that it could not write, say."""
    if any(isinstance(part, (TextPart, ToolCallPart)) for part in response.parts):
        return
    if response.finish_reason == "error" or not _is_ended(response):
        fail("no_answer", status=200, retryable=True)
