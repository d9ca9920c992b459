"""A model's server for tests, whatever it speaks: real HTTP on loopback, and a script to follow.

    async with StubProvider() as stub:  # or GoogleStub, AnthropicStub
        stub.calls(("add_task", {"title": "Buy milk"}))
        stub.says("Added.")

Each wire says how a request is read, what the real provider would refuse in it, and how an answer
is told, whole or as a stream. What is answered is the script's, and the same on every wire.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Literal, Self, TypeAlias, cast

from aiohttp import ClientConnectionResetError, web

if TYPE_CHECKING:
    from types import TracebackType

Json: TypeAlias = dict[str, object]
Call: TypeAlias = tuple[str, Json | str]
Cut: TypeAlias = Literal["", "hard", "politely"]
"""How an answer ends that is not whole: its connection is gone, or HTTP sees nothing amiss."""
Reply: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Answer:
    """What a model says, before any wire has words for it."""

    text: str = ""
    calls: Sequence[Call] = ()
    """Arguments that are a `str` go out as they are, as far as the wire can."""
    refuses: bool = False
    """Whether the model will not answer; `text` is what it says about that, often nothing."""


@dataclass(frozen=True)
class Asked:
    """What a request asks, read off any wire."""

    said: str
    """The user's last words."""
    results: Sequence[object] = ()
    """What the tools gave back since."""
    earlier: Sequence[object] = ()
    """The same of the turns before."""


@dataclass(frozen=True)
class SeenRequest:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: Json
    client_port: int
    """The same for requests of one connection."""

    @property
    def messages(self) -> list[Json]:
        return cast("list[Json]", self.body["messages"])

    @property
    def roles(self) -> list[str]:
        return [str(message["role"]) for message in self.messages]


@dataclass
class ScriptedServer(ABC):
    """The server; `base_url` is where it is once it is entered.

    Replies are given in the order in which they were scripted. A request beyond them is answered by
    `brain`, and without one gets a 400, which no client of ours tries again.
    """

    port: int = 0
    name: str = "stub-2026-01-01"
    """What it calls the model that answers."""
    brain: Callable[[Asked], Answer] | None = None
    requests: list[SeenRequest] = field(default_factory=list[SeenRequest])
    faults: list[str] = field(default_factory=list[str])
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client has left before its answer."""
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an answer stops after its head."""

    def __post_init__(self) -> None:
        self._script: deque[Reply] = deque()
        self._ids = count(1)
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    @abstractmethod
    def base_url(self) -> str:
        """Where a client of this wire begins its paths."""

    @property
    def open_connections(self) -> int:
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    # ---- the script ----

    def says(self, text: str) -> Self:
        """Script a plain answer."""
        return self.gives(Answer(text))

    def calls(self, *calls: Call, text: str = "") -> Self:
        """Script tool calls, all in one answer."""
        return self.gives(Answer(text, calls))

    def refuses(self, text: str = "") -> Self:
        """Script a refusal by the model itself."""
        return self.gives(Answer(text, refuses=True))

    def gives(self, answer: Answer) -> Self:
        """Script any answer."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return await self.tell(request, answer)

        return self.replies(reply)

    def breaks_off(self, text: str, *, cut: Cut = "hard") -> Self:
        """Script an answer that ends in its midst: a stream after half of its words."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return await self.tell(request, Answer(text), cut=cut)

        return self.replies(reply)

    def sends(self, body: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Self:
        """Script a body as it stands, such as one that is no JSON."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return web.Response(
                text=body, status=status, headers=headers, content_type="application/json"
            )

        return self.replies(reply)

    def fails(self, status: int, *, retry_after: float | str | None = None) -> Self:
        """Script an error as the provider words it."""
        headers = None if retry_after is None else {"Retry-After": str(retry_after)}
        body = self.error(status, "secret words of the provider")
        return self.sends(json.dumps(body), status=status, headers=headers)

    @abstractmethod
    def limits(self, seconds: int) -> Self:
        """Script a rate limit that says how long to wait, the way the provider says it."""

    @abstractmethod
    def overloads(self) -> Self:
        """Script an overload as the provider tells it."""

    @abstractmethod
    def overloads_midway(self) -> Self:
        """Script an overload that is told in a stream, where its answer would begin."""

    @abstractmethod
    def finds_too_long(self) -> Self:
        """Script the refusal of a request that is longer than the model reads."""

    def redirects(self, location: str) -> Self:
        """Script a 307, which keeps method and body."""
        return self.sends("", status=307, headers={"Location": location})

    def hangs(self, seconds: float = 60, *, until: asyncio.Event | None = None) -> Self:
        """Script an answer that does not come, or not before the event is set."""

        async def reply(request: web.Request) -> web.StreamResponse:
            with suppress(TimeoutError):
                await asyncio.wait_for((until or asyncio.Event()).wait(), seconds)
            return await self.tell(request, Answer("At last."))

        return self.replies(reply)

    def stalls(self, status: int = 200) -> Self:
        """Script an answer whose head comes and whose body does not."""

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(status=status, headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"{")
            self.stalled.set()
            await asyncio.sleep(60)
            return response

        return self.replies(reply)

    def cuts(self, *, after: bytes = b'{"choices": [{"mess') -> Self:
        """Script a connection that ends inside the body, or before the head for `b""`."""

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            if after:
                await response.prepare(request)
                await response.write(after)
            return hang_up(request, response)

        return self.replies(reply)

    def replies(self, reply: Reply) -> Self:
        """Script anything."""
        self._script.append(reply)
        return self

    # ---- the wire ----

    @abstractmethod
    def route(self, app: web.Application) -> None:
        """Say which paths are `serve`'s and which are `describe`'s."""

    @abstractmethod
    def fault(self, seen: SeenRequest) -> str | None:
        """What the real provider would refuse in a request, None where all is well."""

    @abstractmethod
    def read(self, seen: SeenRequest) -> Asked:
        """What a good request asks."""

    @abstractmethod
    async def tell(
        self, request: web.Request, answer: Answer, *, cut: Cut = ""
    ) -> web.StreamResponse:
        """Give an answer as it was asked for: whole, or word by word."""

    @abstractmethod
    def error(self, status: int, message: str) -> Json:
        """The body of an error."""

    @abstractmethod
    def description(self, name: str) -> Json:
        """What is told of a model, or of all, where somebody only looks."""

    async def describe(self, request: web.Request) -> web.StreamResponse:
        """Answer somebody who only looks; by the script, where there is one."""
        if self._script:
            return await self._script.popleft()(request)
        return web.json_response(self.description(request.match_info.get("name", "stub")))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to the model."""
        body = cast("Json", await request.json())
        assert request.transport is not None
        peer = cast("tuple[str, int]", request.transport.get_extra_info("peername"))
        seen = SeenRequest(request.path, dict(request.headers), body, client_port=peer[1])
        self.requests.append(seen)
        fault = self.fault(seen)
        if fault is not None:
            self.faults.append(fault)
            return web.json_response(self.error(400, fault), status=400)
        try:
            if self._script:
                return await self._script.popleft()(request)
            return await self.improvise(request, seen)
        except (asyncio.CancelledError, ClientConnectionResetError):
            self.hung_up.set()
            raise

    async def improvise(self, request: web.Request, seen: SeenRequest) -> web.StreamResponse:
        """Answer what nothing is scripted for."""
        if self.brain is None:
            return web.json_response(self.error(400, "nothing is scripted"), status=400)
        return await self.tell(request, self.brain(self.read(seen)))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 26)
        self.route(app)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = cast("tuple[str, int]", self._runner.addresses[0])[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()


async def begin_stream(request: web.Request) -> web.StreamResponse:
    """The head of a stream of events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def send_stream(
    request: web.Request, events: Sequence[bytes], *, cut: Cut = ""
) -> web.StreamResponse:
    """A stream of events, or its first half and then no more."""
    response = await begin_stream(request)
    for event in events[: len(events) // 2] if cut else events:
        await response.write(event)
    return hang_up(request, response) if cut == "hard" else response


def hang_up(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection under an answer."""
    assert request.transport is not None
    request.transport.close()
    return response


async def send_json(request: web.Request, body: Json, *, cut: Cut = "") -> web.StreamResponse:
    """A plain answer, or the first half of it and then no more."""
    written = json.dumps(body).encode()
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(written))}
    )
    await response.prepare(request)
    await response.write(written[: len(written) // 2] if cut else written)
    return hang_up(request, response) if cut else response


def decoded(text: object) -> object:
    """What a tool gave back, as the wire holds it: JSON in a text, or something else."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def objects(value: object) -> list[Json]:
    """A list of JSON objects, empty where there is none."""
    return cast("list[Json]", value) if isinstance(value, list) else []
