"""`openai:NAME`: any server that speaks chat completions, as one of pydantic-ai's models.

A thin client instead of the openai SDK, which takes 4 ms of CPU a call and 2.6 s to import.
Importing this module imports aiohttp; `providers.py` does so when such a model is made.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, NoReturn

import aiohttp
import structlog
from pydantic_ai.models import (
    CompletedStreamedResponse,
    Model,
    ModelRequestParameters,
    check_allow_model_requests,
)
from pydantic_ai.profiles import ModelProfile
from pydantic_core import to_json
from yarl import URL

from taskchat.errors import ModelError, StartError
from taskchat.model.openai_stream import ChatCompletionStream
from taskchat.model.openai_wire import (
    AnswerUnreadableError,
    read_answer,
    write_messages,
    write_settings,
    write_tools,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from types import TracebackType

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import StreamedResponse
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import ToolDefinition

log: structlog.stdlib.BoundLogger = structlog.get_logger()

OPENAI_BASE_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_S = 5
CHECK_TIMEOUT_S = 10
MAX_ANSWER_BYTES = 16 << 20
"""An answer is a few kilobytes. This is what keeps a server that never ends from our memory."""

# 408 timeout, 409 conflict, 425 too early, 429 rate limit; every 5xx is added in `_refuse`.
_PASSING_STATUSES = frozenset({408, 409, 425, 429})
_UNKNOWN_FIELD_STATUSES = frozenset({400, 422})


class ChatCompletionsModel(Model):
    """A model behind `{base_url}/chat/completions`.

    Give it to `async with`, or call `aclose()`, in the loop in which it was used: it keeps a pool
    of connections. There is no limit of time here; the turn has one, and cancels.
    """

    # Without this pydantic-ai loads its price list to learn the context window (0.15 s of CPU).
    _profile = ModelProfile(context_window=None)

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
    ) -> None:
        # `Model.__init__` is not called: it would only load the price list, see above.
        self._name = name
        self._base_url = (base_url or OPENAI_BASE_URL).rstrip("/")
        self._completions_url = URL(f"{self._base_url}/chat/completions")
        # OpenAI's reasoning models refuse the older name, and servers at home know only that.
        self._max_tokens_field = (
            "max_completion_tokens"
            if self._completions_url.host == URL(OPENAI_BASE_URL).host
            else "max_tokens"
        )
        self._headers = {"Content-Type": "application/json", "User-Agent": "taskchat"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._connect_timeout_s = connect_timeout_s
        self._reports_usage = True
        self._session: aiohttp.ClientSession | None = None
        self._tools: list[ToolDefinition] = []
        self._tools_json = b"[]"

    @property
    def model_name(self) -> str:
        """The name that the server knows."""
        return self._name

    @property
    def system(self) -> str:
        """The provider, in OpenTelemetry's words."""
        return "openai"

    @property
    def base_url(self) -> str:
        """Where the server is, without a slash at the end."""
        return self._base_url

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask once, and wait for the whole answer.

        Of the parameters only `function_tools` counts. Cancelling drops the connection.

        Raises:
            ModelError: refused, failed or out of reach; `retryable` where it may pass by itself.
            InternalError: the history holds what this wire cannot say.
        """
        # `prepare_request` is left out: it only resolves what we never use (output modes,
        # thinking, native tools), for half of what writing the whole request takes.
        check_allow_model_requests()
        body = self.write_body(messages, model_settings, model_request_parameters.function_tools)
        async with await self._open(body) as response:
            return await self._read_whole(response)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask once, and read the answer while it comes; to leave is to drop the connection.

        Raises:
            ModelError: as `request`, also while the answer is read; `retryable` where it broke off.
            InternalError: the history holds what this wire cannot say.
        """
        del run_context
        check_allow_model_requests()
        body = self.write_body(messages, model_settings, model_request_parameters.function_tools)
        async with await self._open_stream(body) as response:
            if response.content_type == "application/json":  # it does not stream
                yield CompletedStreamedResponse(
                    await self._read_whole(response),
                    model_request_parameters=model_request_parameters,
                    replay_events=True,
                )
                return
            try:
                yield ChatCompletionStream(
                    model_request_parameters, asked=self._name, body=_pieces(response)
                )
            except AnswerUnreadableError as error:
                _fail(error.kind, status=200, retryable=True)
            finally:
                response.close()  # else a connection that is still talking would go back to the pool

    async def _open_stream(self, body: bytes) -> aiohttp.ClientResponse:
        plain = b'%b,"stream":true}' % body[:-1]
        if self._reports_usage:
            body = b'%b,"stream_options":{"include_usage":true}}' % plain[:-1]
            response = await self._send(body)
            if response.status not in _UNKNOWN_FIELD_STATUSES:
                return _accepted(response)
            response.release()
        response = await self._open(plain)
        # It refused the option, and takes the rest: from now on usage is not asked for.
        self._reports_usage = False
        return response

    async def _read_whole(self, response: aiohttp.ClientResponse) -> ModelResponse:
        answer = b"".join([piece async for piece in _pieces(response)])
        try:
            return read_answer(answer, model_name=self._name)
        except AnswerUnreadableError as error:
            _fail(error.kind, status=200, retryable=True)

    def write_body(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        tools: list[ToolDefinition],
    ) -> bytes:
        """The body of a request, as JSON.

        Raises:
            InternalError: the history holds what this wire cannot say.
        """
        body: dict[str, object] = {"model": self._name}
        body |= write_settings(
            settings, with_tools=bool(tools), max_tokens_field=self._max_tokens_field
        )
        body["messages"] = write_messages(messages)
        written = to_json(body)
        if not tools:
            return written
        # Comparing looks at identity first: for the same definitions it costs next to nothing.
        if tools != self._tools:
            self._tools, self._tools_json = list(tools), write_tools(tools)
        return b'%b,"tools":%b}' % (written[:-1], self._tools_json)

    async def check(self) -> None:
        """Ask the server for its models, to learn that it is there and takes the key.

        A server without such a list is fine.

        Raises:
            StartError: which setting to look at.
        """
        timeout = aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S, sock_connect=self._connect_timeout_s)
        try:
            async with self._open_session().get(
                f"{self._base_url}/models", allow_redirects=False, timeout=timeout
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError):
            raise StartError(
                "The model's server does not answer: check TASKCHAT_MODEL_BASE_URL"
                " and that the server runs."
            ) from None
        if status in {401, 403}:
            raise StartError(
                "The model's server refuses the key: set TASKCHAT_MODEL_API_KEY"
                " (or OPENAI_API_KEY) to one that it knows."
            )
        if 300 <= status < 400 or status >= 500:
            raise StartError(
                f"The model's server answers {status}: check TASKCHAT_MODEL_BASE_URL,"
                " which for most servers ends in /v1."
            )

    async def aclose(self) -> None:
        """Close the pooled connections; doing it twice does nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Close the pooled connections, as pydantic-ai's own models do here."""
        await self.aclose()

    async def _open(self, body: bytes) -> aiohttp.ClientResponse:
        """Send the request; the head of a good answer has come, its body is the caller's."""
        return _accepted(await self._send(body))

    async def _send(self, body: bytes) -> aiohttp.ClientResponse:
        with _failures_told():
            try:
                return await self._post(body)
            except aiohttp.ServerDisconnectedError:
                # A pooled connection that the server closed while we wrote to it. Asking again
                # changes nothing over there.
                return await self._post(body)

    async def _post(self, body: bytes) -> aiohttp.ClientResponse:
        return await self._open_session().post(
            self._completions_url, data=body, allow_redirects=False
        )

    def _open_session(self) -> aiohttp.ClientSession:
        # Here and not in `__init__`: a session belongs to the running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout_s),
            )
        return self._session


async def _pieces(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """The body as it comes.

    Raises:
        ModelError: the connection broke, or there is more than any answer needs.
    """
    size = 0
    with _failures_told():
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > MAX_ANSWER_BYTES:
                _fail("too_long", status=200, retryable=False)
            yield piece


@contextmanager
def _failures_told() -> Generator[None]:
    """Put only around what talks to the server: other code has `OSError`s of its own."""
    try:
        yield
    except TimeoutError:
        _fail("timeout", retryable=True)
    except aiohttp.ClientConnectorError:
        _fail("unreachable", retryable=True)
    except (aiohttp.ClientError, OSError):
        _fail("connection_lost", retryable=True)


def _accepted(response: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
    if response.status != 200:
        _refuse(response)
    return response


def _refuse(response: aiohttp.ClientResponse) -> NoReturn:
    status = response.status
    # The body is not read: it is the provider's text, and nobody is told it.
    response.release()
    if 300 <= status < 400:
        # Followed, it would carry the key and the conversation to a place nobody has chosen.
        _fail("redirect", status=status, retryable=False)
    retryable = status >= 500 or status in _PASSING_STATUSES
    waits = response.headers.get("Retry-After", "")
    # At most nine digits, since it is the server's to write; the form with a date is left aside.
    retry_after_s = int(waits) if retryable and waits.isdecimal() and len(waits) < 10 else None
    _fail("refused", status=status, retryable=retryable, retry_after_s=retry_after_s)


def _fail(
    kind: str, *, retryable: bool, status: int | None = None, retry_after_s: int | None = None
) -> NoReturn:
    log.warning("model.failed", status=status, kind=kind)
    error = ModelError(retryable=retryable)
    error.retry_after_s = retry_after_s
    # Without its cause: that holds the server's address and words, and logs print causes.
    raise error from None
