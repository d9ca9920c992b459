"""A model's server for tests: real HTTP on loopback, chat completions on the wire.

In a test it is scripted, reply by reply:

    async with StubProvider() as stub:
        stub.calls(("add_task", {"title": "Buy milk"}))
        stub.says("Added.")
        model = ChatCompletionsModel("stub", base_url=stub.base_url)

and by itself it follows rules: `python -m tests.model.stub_provider --port 9000 --script FILE`,
where FILE holds a JSON list of `Rule`s (without it, `DEFAULT_RULES`). A request that a real
provider would refuse is refused here too, see `wire_fault`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias, cast

from aiohttp import ClientConnectionResetError, web

if TYPE_CHECKING:
    from types import TracebackType

Json: TypeAlias = dict[str, object]
Call: TypeAlias = tuple[str, Json | str]
Reply: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

USAGE: Json = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Rule:
    """What to answer to a last user message that begins with `prefix`.

    `calls` are made first; once their results are there, `says` is said, `hold_s` later. `{rest}`
    stands, in both, for what follows the prefix. Asked for a stream, it says the first half of its
    words before `hold_s`, and rests `pause_s` after each word.
    """

    prefix: str = ""
    calls: Sequence[Call] = ()
    says: str = ""
    delay_s: float = 0
    hold_s: float = 0
    pause_s: float = 0


DEFAULT_RULES = (
    Rule("add ", calls=[("add_task", {"title": "{rest}"})], says="I added {rest}."),
    Rule(says="You said: {rest}"),
)


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
class StubProvider:
    """The server; `base_url` is where it is once it is entered.

    Replies are given in the order in which they were scripted. A request beyond them follows
    `rules`, and without rules gets a 400, which no client of ours tries again.
    """

    rules: Sequence[Rule] = ()
    port: int = 0
    requests: list[SeenRequest] = field(default_factory=list[SeenRequest])
    faults: list[str] = field(default_factory=list[str])
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client has left before its answer."""

    def __post_init__(self) -> None:
        self._script: deque[Reply] = deque()
        self._ids = count(1)
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def open_connections(self) -> int:
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    def says(self, text: str) -> Self:
        """Script a plain answer."""
        return self.answers({"content": text})

    def calls(self, *calls: Call, text: str | None = None) -> Self:
        """Script tool calls, all in one answer; arguments that are a `str` go out as they are."""
        return self.answers(self._message(calls, text), finish_reason="tool_calls")

    def refuses(self, text: str) -> Self:
        """Script a refusal by the model itself."""
        return self.answers({"content": None, "refusal": text})

    def answers(
        self, message: Json, *, finish_reason: str = "stop", usage: Json | None = USAGE
    ) -> Self:
        """Script any assistant message."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return await tell(request, self._completion(message, finish_reason, usage))

        self._script.append(reply)
        return self

    def streams(self, *pieces: bytes | float | asyncio.Event, cut: bool = False) -> Self:
        """Script a stream as it stands, such as of `chunk`s.

        It waits so many seconds, or for events, and may be cut.
        """

        async def reply(request: web.Request) -> web.StreamResponse:
            response = await _begin_stream(request)
            for piece in pieces:
                if isinstance(piece, bytes):
                    await response.write(piece)
                elif isinstance(piece, asyncio.Event):
                    await piece.wait()
                else:
                    await asyncio.sleep(piece)
            if cut:
                assert request.transport is not None
                request.transport.close()
            return response

        self._script.append(reply)
        return self

    def sends(self, body: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Self:
        """Script a body as it stands, such as one that is no JSON."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return web.Response(
                text=body, status=status, headers=headers, content_type="application/json"
            )

        self._script.append(reply)
        return self

    def fails(self, status: int, *, retry_after: float | str | None = None) -> Self:
        """Script an error as providers word it."""
        error = {"error": {"message": "secret words of the provider", "type": "error"}}
        headers = None if retry_after is None else {"Retry-After": str(retry_after)}
        return self.sends(json.dumps(error), status=status, headers=headers)

    def redirects(self, location: str) -> Self:
        """Script a 307, which keeps method and body."""
        return self.sends("", status=307, headers={"Location": location})

    def hangs(self, seconds: float = 60, *, until: asyncio.Event | None = None) -> Self:
        """Script an answer that does not come, or not before the event is set."""

        async def reply(request: web.Request) -> web.StreamResponse:
            with suppress(TimeoutError):
                await asyncio.wait_for((until or asyncio.Event()).wait(), seconds)
            return await tell(request, self._completion({"content": "At last."}, "stop", USAGE))

        self._script.append(reply)
        return self

    def stalls(self, status: int = 200) -> Self:
        """Script an answer whose head comes and whose body does not."""

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(status=status, headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"{")
            await asyncio.sleep(60)
            return response

        self._script.append(reply)
        return self

    def cuts(self, *, after: bytes = b'{"choices": [{"mess') -> Self:
        """Script a connection that ends inside the body, or before the head for `b""`."""

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            if after:
                await response.prepare(request)
                await response.write(after)
            assert request.transport is not None
            request.transport.close()
            return response

        self._script.append(reply)
        return self

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list_models)
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

    async def _list_models(self, request: web.Request) -> web.StreamResponse:
        if self._script:
            return await self._script.popleft()(request)
        return web.json_response({"object": "list", "data": [{"id": "stub", "object": "model"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = cast("Json", await request.json())
        assert request.transport is not None
        peer = cast("tuple[str, int]", request.transport.get_extra_info("peername"))
        seen = SeenRequest(request.path, dict(request.headers), body, client_port=peer[1])
        self.requests.append(seen)
        fault = wire_fault(body)
        if fault is not None:
            self.faults.append(fault)
            return web.json_response({"error": {"message": fault}}, status=400)
        try:
            if self._script:
                return await self._script.popleft()(request)
            if not self.rules:
                return web.json_response({"error": {"message": "nothing is scripted"}}, status=400)
            return await self._follow_rules(request, seen)
        except (asyncio.CancelledError, ClientConnectionResetError):
            self.hung_up.set()
            raise

    async def _follow_rules(self, request: web.Request, seen: SeenRequest) -> web.StreamResponse:
        last_user = max(i for i, role in enumerate(seen.roles) if role == "user")
        said = str(seen.messages[last_user]["content"])
        has_results = "tool" in seen.roles[last_user:]
        rule = next((rule for rule in self.rules if said.startswith(rule.prefix)), Rule())
        rest = said[len(rule.prefix) :].strip()
        if rule.delay_s:
            await asyncio.sleep(rule.delay_s)
        if rule.calls and not has_results:
            calls = [(name, _filled(arguments, rest)) for name, arguments in rule.calls]
            return await tell(
                request, self._completion(self._message(calls, None), "tool_calls", USAGE)
            )
        answer = self._completion({"content": rule.says.replace("{rest}", rest)}, "stop", USAGE)
        return await tell(request, answer, hold_s=rule.hold_s, pause_s=rule.pause_s)

    def _message(self, calls: Sequence[Call], text: str | None) -> Json:
        return {
            "content": text,
            "tool_calls": [
                {
                    "id": f"call_{next(self._ids)}",
                    "type": "function",
                    "function": {
                        "name": name,
                        "arguments": (
                            arguments if isinstance(arguments, str) else json.dumps(arguments)
                        ),
                    },
                }
                for name, arguments in calls
            ],
        }

    def _completion(self, message: Json, finish_reason: str, usage: Json | None) -> Json:
        return {
            "id": f"chatcmpl-{next(self._ids)}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "stub-2026-01-01",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", **message},
                    "finish_reason": finish_reason,
                }
            ],
            "usage": usage,
        }


def chunk(delta: Json, finish_reason: str | None = None, **more: object) -> bytes:
    """One piece of a streamed answer, as it goes over the wire."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "stub-2026-01-01"}
    return f"data: {json.dumps({**head, 'choices': [choice], **more})}\n\n".encode()


DONE = b"data: [DONE]\n\n"


async def _begin_stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def tell(
    request: web.Request, completion: Json, *, hold_s: float = 0, pause_s: float = 0
) -> web.StreamResponse:
    """Give an answer as it was asked for: whole, or word by word."""
    asked = cast("Json", await request.json())
    if not asked.get("stream"):
        await asyncio.sleep(hold_s)
        return web.json_response(completion)
    choice = cast("list[Json]", completion["choices"])[0]
    message = cast("Json", choice["message"])
    response = await _begin_stream(request)
    await response.write(chunk({"role": "assistant", "content": ""}))
    for name in ("content", "refusal"):
        words = re.findall(r"\s*\S+\s*?", str(message.get(name) or ""))
        for number, word in enumerate(words):
            if number == len(words) // 2:
                await asyncio.sleep(hold_s)
            await response.write(chunk({name: word}))
            await asyncio.sleep(pause_s)
    for index, call in enumerate(_calls_of(message)):
        function = cast("Json", call["function"])
        head = {**call, "index": index, "function": {**function, "arguments": ""}}
        await response.write(chunk({"tool_calls": [head]}))
        arguments = str(function["arguments"])
        for piece in (arguments[:5], arguments[5:]):
            delta = {"index": index, "function": {"arguments": piece}}
            await response.write(chunk({"tool_calls": [delta]}))
    await response.write(chunk({}, str(choice["finish_reason"])))
    options = cast("Json", asked.get("stream_options") or {})
    if options.get("include_usage"):
        await response.write(chunk({}, choices=[], usage=completion["usage"]))
    await response.write(DONE)
    return response


def wire_fault(body: Json) -> str | None:
    """What a strict provider would refuse in a request, None where all is well.

    Calls and results pair up, a system message is the first or none, nobody speaks twice in a
    row, arguments are JSON objects, and tools have what a tool needs.
    """
    messages = cast("list[Json]", body.get("messages") or [])
    if not messages or not isinstance(body.get("model"), str):
        return "model and messages are required"
    open_calls: set[str] = set()
    last_role = ""
    for position, message in enumerate(messages):
        role = str(message.get("role"))
        if role == "tool":
            if str(message.get("tool_call_id")) not in open_calls:
                return "a tool message answers no call"
            open_calls.remove(str(message["tool_call_id"]))
        elif open_calls:
            return "a call has no result"
        if fault := _message_fault(message, role, position, last_role):
            return fault
        open_calls |= {str(call["id"]) for call in _calls_of(message)}
        last_role = role
    if not open_calls and "stream_options" in body and body.get("stream") is not True:
        return "stream_options without stream"
    return "a call has no result" if open_calls else _tools_fault(body)


def main() -> None:
    """Run the stub as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", type=Path)
    chosen = parser.parse_args()
    port, script = cast("int", chosen.port), cast("Path | None", chosen.script)
    rules = DEFAULT_RULES if script is None else read_rules(script.read_text(encoding="utf-8"))
    asyncio.run(_serve(StubProvider(rules=rules, port=port)))


def read_rules(text: str) -> list[Rule]:
    """Rules from JSON: `[{"prefix": "add ", "calls": [["add_task", {…}]], "says": "…"}]`."""
    return [Rule(**item) for item in json.loads(text)]


async def _serve(stub: StubProvider) -> None:
    async with stub:
        sys.stdout.write(f"{stub.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _message_fault(message: Json, role: str, position: int, last_role: str) -> str | None:
    if role == "system" and position > 0:
        return "a system message is not the first"
    if role == last_role and role != "tool":
        return f"{role} speaks twice in a row"
    if role != "assistant" and not isinstance(message.get("content"), str):
        return f"{role} has no content"
    if role == "assistant" and not message.get("content") and not _calls_of(message):
        return "assistant says nothing"
    for call in _calls_of(message):
        try:
            arguments: object = json.loads(str(cast("Json", call["function"])["arguments"]))
        except ValueError:
            return "arguments are no JSON"
        if not isinstance(arguments, dict):
            return "arguments are no object"
    return None


def _tools_fault(body: Json) -> str | None:
    for tool in cast("list[Json]", body.get("tools", [])):
        function = cast("Json", tool.get("function") or {})
        parameters = cast("Json", function.get("parameters") or {})
        if tool.get("type") != "function" or not function.get("name"):
            return "a tool is no function"
        if parameters.get("type") != "object":
            return "a tool has no parameters"
    if "parallel_tool_calls" in body and "tools" not in body:
        return "parallel_tool_calls without tools"
    return None


def _calls_of(message: Json) -> list[Json]:
    return cast("list[Json]", message.get("tool_calls") or [])


def _filled(arguments: Json | str, rest: str) -> Json | str:
    if isinstance(arguments, str):
        return arguments.replace("{rest}", rest)
    return {
        name: value.replace("{rest}", rest) if isinstance(value, str) else value
        for name, value in arguments.items()
    }


if __name__ == "__main__":
    main()
