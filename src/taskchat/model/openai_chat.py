"""`openai:NAME`, `ollama:NAME`: servers that speak chat completions, as pydantic-ai's models.

A thin client instead of the openai SDK, which takes 4 ms of CPU a call and 2.6 s to import; requests go
by `direct_client.py`, or by aiohttp where there is a proxy, and for checks.
Importing this module imports aiohttp; `providers.py` does so when such a model is made.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import aiohttp
from pydantic_ai.models import Model, ModelRequestParameters, check_allow_model_requests
from pydantic_ai.profiles import ModelProfile
from pydantic_core import to_json
from yarl import URL

from taskchat.errors import StartError
from taskchat.model.direct_client import DirectClient, NotAnsweredError
from taskchat.model.openai_body import received, refusal_in
from taskchat.model.openai_failures import failures_told, refuse
from taskchat.model.openai_stream import ChatCompletionsStream
from taskchat.model.openai_wire import read_answer, write_messages, write_settings, write_tools
from taskchat.settings import proxy_for

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from types import TracebackType

    from pydantic_ai import RunContext
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import StreamedResponse
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import ToolDefinition

    from taskchat.model.openai_answer import Answer

OPENAI_BASE_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_S = 5
CHECK_TIMEOUT_S = 10
SILENCE_TIMEOUT_S = 60
"""How long a stream that has begun may bring nothing. Models that think send comments meanwhile."""

_STREAM: Mapping[str, object] = {"stream": True}
_STREAM_AND_USAGE: Mapping[str, object] = {**_STREAM, "stream_options": {"include_usage": True}}


class ChatCompletionsModel(Model):
    """A model behind `{base_url}/chat/completions`.

    Give it to `async with`, or call `aclose()`, in the loop in which it was used: it keeps a pool
    of connections. There is no limit of time here but for a stream that falls silent; the turn
    has one, and cancels.
    """

    address_setting = "TASKCHAT_MODEL_BASE_URL"
    """The setting that a check names where the server is not there."""
    key_setting = "TASKCHAT_MODEL_API_KEY (or OPENAI_API_KEY)"
    """The same where it does not take the key."""

    # Without this pydantic-ai loads its price list to learn the context window (0.15 s of CPU).
    _profile = ModelProfile(context_window=None)

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        silence_timeout_s: float = SILENCE_TIMEOUT_S,
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
        self._silence_timeout_s = silence_timeout_s
        self._asks_for_usage = True
        self._direct: DirectClient | None = None
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
            ContextTooLongError: the model reads less than that.
            InternalError: the history holds what this wire cannot say.
        """
        # `prepare_request` is left out: it only resolves what we never use (output modes,
        # thinking, native tools), for half of what writing the whole request takes.
        check_allow_model_requests()
        body = self.write_body(messages, model_settings, model_request_parameters.function_tools)
        async with await self._send(body) as response:
            if response.status != 200:
                refuse(response, await refusal_in(response))
            with failures_told:
                answer = b"".join([chunk async for chunk in received(response)])
                return read_answer(answer, model_name=self._name)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[object] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask once, and give the answer while it comes; entered when its head has come.

        As `request` in all else: the same body, failures and, in the end, response. Only text is
        told in pieces; calls come whole, at the end. Leaving early drops the connection.

        Raises:
            ModelError: as `request`; from the iteration, where the answer breaks off.
            InternalError: the history holds what this wire cannot say.
        """
        check_allow_model_requests()
        tools = model_request_parameters.function_tools
        asks = (_STREAM_AND_USAGE, _STREAM) if self._asks_for_usage else (_STREAM,)
        for fields in asks:
            body = self.write_body(messages, model_settings, tools, fields)
            async with await self._send(body) as response:
                if response.status != 200:
                    refusal = await refusal_in(response)
                    if fields is _STREAM_AND_USAGE and "stream_options" in refusal:
                        # An older server, which refuses what it does not know. Asked once more, and
                        # from then on without: better no usage than no answer.
                        self._asks_for_usage = False
                        continue
                    refuse(response, refusal)
                yield ChatCompletionsStream(
                    model_request_parameters, self._name, response, self._silence_timeout_s
                )
                return

    def write_body(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        tools: list[ToolDefinition],
        stream_fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """The body of a request, as JSON; of a plain one without `stream_fields`.

        Raises:
            InternalError: the history holds what this wire cannot say.
        """
        body: dict[str, object] = {"model": self._name, **(stream_fields or {})}
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
        await self.list_models()

    async def list_models(self) -> bytes:
        """What the server answers when it is asked for its models, empty where it has no list.

        Raises:
            StartError: it is not there, or does not take the key; which setting to look at.
        """
        timeout = aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S, sock_connect=self._connect_timeout_s)
        try:
            async with self._open_session().get(
                f"{self._base_url}/models", allow_redirects=False, timeout=timeout
            ) as response:
                status = response.status
                body = await response.read() if status == 200 else b""
        except (aiohttp.ClientError, OSError):
            raise StartError(
                f"The model's server does not answer: check {self.address_setting}"
                " and that the server runs."
            ) from None
        if status in {401, 403}:
            raise StartError(
                f"The model's server refuses the key: set {self.key_setting} to one that it knows."
            )
        if 300 <= status < 400 or status >= 500:
            raise StartError(
                f"The model's server answers {status}: check {self.address_setting},"
                " which for most servers ends in /v1."
            )
        return body

    async def aclose(self) -> None:
        """Close the pooled connections; doing it twice does nothing."""
        direct, self._direct = self._direct, None
        if direct is not None:
            direct.close()
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

    async def _send(self, body: bytes) -> Answer:
        """Send the request; the head of an answer has come, its body is the caller's."""
        with failures_told:
            try:
                return await self._post(body)
            except (NotAnsweredError, aiohttp.ServerDisconnectedError):
                # A pooled connection that the server closed while we wrote to it. Asking again
                # changes nothing over there.
                return await self._post(body)

    async def _post(self, body: bytes) -> Answer:
        if self._goes_straight:
            return await self._open_direct().post(body)
        return await self._open_session().post(
            self._completions_url, data=body, allow_redirects=False
        )

    @cached_property
    def _goes_straight(self) -> bool:
        # A name and a password in the address are a header of their own, which aiohttp makes.
        return self._completions_url.user is None and proxy_for(self._base_url) is None

    def _open_direct(self) -> DirectClient:
        if self._direct is None:
            self._direct = DirectClient(
                self._completions_url, self._headers, connect_timeout_s=self._connect_timeout_s
            )
        return self._direct

    def _open_session(self) -> aiohttp.ClientSession:
        # Here and not in `__init__`: a session belongs to the running loop.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                # Not `trust_env`: that reads the environment and ~/.netrc in a thread, for each
                # request, and would add the netrc's password to the key.
                proxy=proxy_for(self._base_url),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout_s),
            )
        return self._session
