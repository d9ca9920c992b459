"""A model's server for tests that speaks the Gemini API.

Source of its shapes and refusals: the API's reference (generateContent, function calling, errors).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self, cast

from aiohttp import web

from tests.model.scripted_server import (
    Answer,
    Asked,
    Cut,
    Json,
    ScriptedServer,
    SeenRequest,
    decoded,
    objects,
    send_json,
    send_stream,
)

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
_RPC = "type.googleapis.com/google.rpc"
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass
class GoogleStub(ScriptedServer):
    """The server."""

    @property
    def base_url(self) -> str:
        return self.origin

    def limits(self, seconds: int, *violations: Json) -> Self:
        """Without a header: Gemini says how long to wait, and which quota, in the body alone."""
        error = self.error(429, "You exceeded your current quota.")
        details: list[Json] = [{"@type": f"{_RPC}.RetryInfo", "retryDelay": f"{seconds}s"}]
        if violations:
            details.append({"@type": f"{_RPC}.QuotaFailure", "violations": violations})
        cast("Json", error["error"])["details"] = details
        return self.sends(json.dumps(error), status=429)

    def overloads(self) -> Self:
        error = self.error(503, "The model is overloaded. Please try again later.")
        return self.sends(json.dumps(error), status=503)

    def overloads_midway(self) -> Self:
        async def reply(request: web.Request) -> web.StreamResponse:
            return await send_stream(request, [_event(self.error(503, "overloaded"))])

        return self.replies(reply)

    def finds_too_long(self) -> Self:
        words = "The input token count (2000000) exceeds the maximum number of tokens allowed (1)."
        return self.sends(json.dumps(self.error(400, words)), status=400)

    def blocks_the_prompt(self) -> Self:
        """Script a refusal to even ask the model."""
        blocked: Json = {"promptFeedback": {"blockReason": "SAFETY"}, **_tail(self.name)}

        async def reply(request: web.Request) -> web.StreamResponse:
            if _is_streamed(request):
                return await send_stream(request, [_event(blocked)])
            return web.json_response(blocked)

        return self.replies(reply)

    def route(self, app: web.Application) -> None:
        calls = "/v1beta/models/{name}:{call:generateContent|streamGenerateContent}"
        app.router.add_post(calls, self.serve)
        app.router.add_get("/v1beta/models/{name}", self.describe)

    def description(self, name: str) -> Json:
        return {"name": f"models/{name}", "version": "001", "displayName": name}

    def error(self, status: int, message: str) -> Json:
        return {
            "error": {
                "code": status,
                "message": message,
                "status": _STATUSES.get(status, "UNKNOWN"),
            }
        }

    def read(self, seen: SeenRequest) -> Asked:
        said, old, new = "", list[object](), list[object]()
        for content in objects(seen.body["contents"]):
            for part in objects(content["parts"]):
                if "functionResponse" in part:
                    new.append(_result(cast("Json", part["functionResponse"])))
                elif content["role"] == "user":
                    said, old, new = str(part["text"]), old + new, []
        return Asked(said, new, old)

    async def tell(
        self, request: web.Request, answer: Answer, *, cut: Cut = ""
    ) -> web.StreamResponse:
        reason = "SAFETY" if answer.refuses else "STOP"
        parts: list[Json] = [{"text": answer.text}] if answer.text else []
        if any(isinstance(arguments, str) for _, arguments in answer.calls):
            # Gemini reads its model's calls itself; one that it cannot read, nobody is told.
            parts, reason = [], "MALFORMED_FUNCTION_CALL"
        else:
            for name, arguments in answer.calls:
                parts.append({"functionCall": {"name": name, "args": arguments}})
        if _is_streamed(request):
            return await send_stream(request, list(_stream(self.name, parts, reason)), cut=cut)
        return await send_json(request, _response(self.name, parts, reason), cut=cut)

    def fault(self, seen: SeenRequest) -> str | None:
        """What the real API would refuse in a request, None where all is well.

        Its 400s: "Please ensure that function call turn comes immediately after a user turn or
        after a function response turn", "… that the number of function response parts is equal to
        the number of function call parts of the function call turn", and the one on parts without
        data.
        """
        headers = {name.lower(): value for name, value in seen.headers.items()}
        if not headers.get("x-goog-api-key"):
            return "Method doesn't allow unregistered callers"
        contents = objects(seen.body.get("contents"))
        if not contents:
            return "contents is not specified"
        return _history_fault(contents) or _tools_fault(objects(seen.body.get("tools")))


def _history_fault(contents: Sequence[Json]) -> str | None:
    if contents[0]["role"] != "user" or contents[-1]["role"] != "user":
        return "single turn requests and conversations begin and end with the user"
    calls: list[str] = []
    before = ""
    for content in contents:
        parts = objects(content.get("parts"))
        if content["role"] not in {"user", "model"}:
            return "please use a valid role: user, model"
        if not parts or not all(_has_data(part) for part in parts):
            return "parts: required oneof field 'data' must have one initialized field"
        answered = [
            str(_of(part, "functionResponse")["name"])
            for part in parts
            if "functionResponse" in part
        ]
        if answered != calls:
            return "the function response parts are not those of the function call turn"
        if answered and len(answered) < len(parts):
            return "text beside function responses"
        calls = [str(_of(part, "functionCall")["name"]) for part in parts if "functionCall" in part]
        if calls and (content["role"] != "model" or before != "user"):
            return "a function call turn does not come immediately after a user turn"
        if fault := _function_fault(parts):
            return fault
        before = str(content["role"])
    return None


def _function_fault(parts: Sequence[Json]) -> str | None:
    for part in parts:
        call = _of(part, "functionCall") or _of(part, "functionResponse")
        held = call.get("args", call.get("response", {}))
        if call and (not _NAME.fullmatch(str(call.get("name"))) or not isinstance(held, dict)):
            return "a function call or response has no name, or holds no Struct"
    return None


def _tools_fault(tools: Sequence[Json]) -> str | None:
    for tool in tools:
        for function in objects(tool.get("functionDeclarations")):
            # Both spellings of a name are taken, as in all JSON of protocol buffers.
            names = ("parametersJsonSchema", "parameters_json_schema", "parameters")
            schema = _of(function, next(filter(function.__contains__, names), ""))
            if not _NAME.fullmatch(str(function.get("name", ""))):
                return "function_declarations.name: Invalid function name"
            if str(schema.get("type")).lower() != "object":
                return "function_declarations.parameters: should be an object"
    return None


def _of(part: Json, field: str) -> Json:
    return cast("Json", part.get(field) or {})


def _has_data(part: Json) -> bool:
    return bool(part.get("text") or part.get("functionCall") or part.get("functionResponse"))


def _result(response: Json) -> object:
    """What a tool gave back, out of the Struct it has to be wrapped in."""
    held = cast("Json", response.get("response") or {})
    return decoded(next(iter(held.values()))) if len(held) == 1 else held


def _is_streamed(request: web.Request) -> bool:
    is_streamed = request.match_info["call"] == "streamGenerateContent"
    assert not is_streamed or request.query.get("alt") == "sse"
    return is_streamed


def _tail(name: str) -> Json:
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}
    return {"usageMetadata": usage, "modelVersion": name, "responseId": "response-1"}


def _response(name: str, parts: Sequence[Json], reason: str | None) -> Json:
    candidate: Json = {"index": 0}
    if parts:
        candidate["content"] = {"parts": parts, "role": "model"}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], **_tail(name)}


def _stream(name: str, parts: Sequence[Json], reason: str) -> Iterator[bytes]:
    """Words in pieces, calls whole; the reason comes with the last piece, or alone."""
    pieces: list[Json] = []
    for part in parts:
        words = re.findall(r"\s*\S+\s*?", str(part.get("text", "")))
        pieces += [{"text": word} for word in words] or [part]
    for piece in pieces[:-1]:
        yield _event(_response(name, [piece], None))
    yield _event(_response(name, pieces[-1:], reason))


def _event(data: Json) -> bytes:
    return f"data: {json.dumps(data)}\r\n\r\n".encode()
