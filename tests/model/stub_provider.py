"""A model's server for tests that speaks chat completions.

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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self, cast

from aiohttp import web

from tests.model.scripted_server import (
    Answer,
    Asked,
    Call,
    Cut,
    Json,
    ScriptedServer,
    SeenRequest,
    begin_stream,
    decoded,
    hang_up,
    send_json,
)

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


@dataclass
class StubProvider(ScriptedServer):
    """The server; a request beyond its script follows `rules`, where there are some."""

    rules: Sequence[Rule] = ()

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def settings(self) -> dict[str, str]:
        """What makes a server ask this one."""
        return {"TASKCHAT_MODEL": "openai:stub", "TASKCHAT_MODEL_BASE_URL": self.base_url}

    def answers(
        self, message: Json, *, finish_reason: str = "stop", usage: Json | None = USAGE
    ) -> Self:
        """Script any assistant message."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return await tell(request, self._completion(message, finish_reason, usage))

        return self.replies(reply)

    def streams(self, *pieces: bytes | float | asyncio.Event, cut: bool = False) -> Self:
        """Script a stream as it stands, such as of `chunk`s.

        It waits so many seconds, or for events, and may be cut.
        """

        async def reply(request: web.Request) -> web.StreamResponse:
            response = await begin_stream(request)
            for piece in pieces:
                if isinstance(piece, bytes):
                    await response.write(piece)
                elif isinstance(piece, asyncio.Event):
                    await piece.wait()
                else:
                    await asyncio.sleep(piece)
            return hang_up(request, response) if cut else response

        return self.replies(reply)

    def limits(self, seconds: int) -> Self:
        return self.fails(429, retry_after=seconds)

    def overloads(self) -> Self:
        return self.fails(503)

    def overloads_midway(self) -> Self:
        error = json.dumps({"error": {"message": "overloaded", "type": "server_error"}})
        return self.streams(f"data: {error}\n\n".encode())

    def finds_too_long(self) -> Self:
        error = {
            "message": "This model's maximum context length is 8192 tokens.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
        return self.sends(json.dumps({"error": error}), status=400)

    def has_no_more_money(self) -> Self:
        error = {
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "type": "insufficient_quota",
            "param": None,
            "code": "insufficient_quota",
        }
        return self.sends(json.dumps({"error": error}), status=429)

    def route(self, app: web.Application) -> None:
        app.router.add_post("/v1/chat/completions", self.serve)
        app.router.add_get("/v1/models", self.describe)

    def description(self, name: str) -> Json:
        return {"object": "list", "data": [{"id": name, "object": "model"}]}

    def error(self, status: int, message: str) -> Json:
        return {"error": {"message": message, "type": "error"}}

    def fault(self, seen: SeenRequest) -> str | None:
        return wire_fault(seen.body)

    def read(self, seen: SeenRequest) -> Asked:
        last_user = max(i for i, role in enumerate(seen.roles) if role == "user")
        results = [
            (position > last_user, decoded(message["content"]))
            for position, message in enumerate(seen.messages)
            if message["role"] == "tool"
        ]
        return Asked(
            str(seen.messages[last_user]["content"]),
            [result for is_new, result in results if is_new],
            [result for is_new, result in results if not is_new],
        )

    async def tell(
        self, request: web.Request, answer: Answer, *, cut: Cut = ""
    ) -> web.StreamResponse:
        message: Json = {"content": answer.text or (None if answer.calls else "")}
        reason = "stop"
        if answer.refuses:
            # Either the model's own words, or a filter's silence.
            message = {"content": None, "refusal": answer.text} if answer.text else {"content": ""}
            reason = "stop" if answer.text else "content_filter"
        elif answer.calls:
            message, reason = self._message(answer.calls, answer.text or None), "tool_calls"
        return await tell(request, self._completion(message, reason, USAGE), cut=cut)

    async def improvise(self, request: web.Request, seen: SeenRequest) -> web.StreamResponse:
        if not self.rules:
            return await super().improvise(request, seen)
        return await self._follow_rules(request, seen)

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
            "model": self.name,
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


async def tell(
    request: web.Request,
    completion: Json,
    *,
    hold_s: float = 0,
    pause_s: float = 0,
    cut: Cut = "",
) -> web.StreamResponse:
    """Give an answer as it was asked for: whole, or word by word; cut, it is the first half."""
    asked = cast("Json", await request.json())
    if not asked.get("stream"):
        await asyncio.sleep(hold_s)
        return await send_json(request, completion, cut=cut)
    piece_of = partial(chunk, model=completion["model"])
    choice = cast("list[Json]", completion["choices"])[0]
    message = cast("Json", choice["message"])
    response = await begin_stream(request)
    await response.write(piece_of({"role": "assistant", "content": ""}))
    for name in ("content", "refusal"):
        words = re.findall(r"\s*\S+\s*?", str(message.get(name) or ""))
        for number, word in enumerate(words):
            if number == len(words) // 2:
                if cut:
                    return hang_up(request, response) if cut == "hard" else response
                await asyncio.sleep(hold_s)
            await response.write(piece_of({name: word}))
            await asyncio.sleep(pause_s)
    for index, call in enumerate(_calls_of(message)):
        function = cast("Json", call["function"])
        head = {**call, "index": index, "function": {**function, "arguments": ""}}
        await response.write(piece_of({"tool_calls": [head]}))
        arguments = str(function["arguments"])
        for piece in (arguments[:5], arguments[5:]):
            delta = {"index": index, "function": {"arguments": piece}}
            await response.write(piece_of({"tool_calls": [delta]}))
    await response.write(piece_of({}, str(choice["finish_reason"])))
    options = cast("Json", asked.get("stream_options") or {})
    if options.get("include_usage"):
        await response.write(piece_of({}, choices=[], usage=completion["usage"]))
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
