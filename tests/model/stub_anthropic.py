"""A model's server for tests that speaks Anthropic's Messages API.

Source of its shapes and refusals: the API's reference (messages, streaming, errors, tool use).
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

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


@dataclass
class AnthropicStub(ScriptedServer):
    """The server."""

    @property
    def base_url(self) -> str:
        return self.origin

    def limits(self, seconds: int) -> Self:
        return self.fails(429, retry_after=seconds)

    def overloads(self) -> Self:
        return self.fails(529)

    def overloads_midway(self) -> Self:
        async def reply(request: web.Request) -> web.StreamResponse:
            return await send_stream(
                request,
                [
                    _event("message_start", message=_message(self.name, [])),
                    _event_of(self.error(529, "")),
                ],
            )

        return self.replies(reply)

    def finds_too_long(self) -> Self:
        error = self.error(400, "prompt is too long: 210000 tokens > 200000 maximum")
        return self.sends(json.dumps(error), status=400)

    def route(self, app: web.Application) -> None:
        app.router.add_post("/v1/messages", self.serve)
        app.router.add_get("/v1/models/{name}", self.describe)

    def description(self, name: str) -> Json:
        return {
            "id": name,
            "type": "model",
            "display_name": name,
            "created_at": "2026-01-01T00:00:00Z",
        }

    def error(self, status: int, message: str) -> Json:
        kind = _ERRORS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}

    def read(self, seen: SeenRequest) -> Asked:
        said, old, new = "", list[object](), list[object]()
        for message in seen.messages:
            for block in _blocks(message):
                if block["type"] == "tool_result":
                    # A list comes as a block for each of its items.
                    items = [decoded(part.get("text")) for part in objects(block.get("content"))]
                    new.append(items[0] if len(items) == 1 else items)
                elif message["role"] == "user":
                    said, old, new = str(block["text"]), old + new, []
        return Asked(said, new, old)

    async def tell(
        self, request: web.Request, answer: Answer, *, cut: Cut = ""
    ) -> web.StreamResponse:
        asked = cast("Json", await request.json())
        is_streamed = bool(asked.get("stream"))
        blocks: list[Json] = [{"type": "text", "text": answer.text}] if answer.text else []
        for name, arguments in answer.calls:
            call_id = f"toolu_{next(self._ids):02}"
            blocks.append({"type": "tool_use", "id": call_id, "name": name, "input": arguments})
        reason = "refusal" if answer.refuses else "tool_use" if answer.calls else "end_turn"
        if is_streamed:
            return await send_stream(request, list(_stream(self.name, blocks, reason)), cut=cut)
        for block in blocks:
            # A plain answer is JSON throughout: there is no place for arguments that are none.
            if isinstance(block.get("input"), str):
                block["input"] = {"INVALID_JSON": block["input"]}
        return await send_json(request, _message(self.name, blocks, reason), cut=cut)

    def fault(self, seen: SeenRequest) -> str | None:
        """What the real API would refuse in a request, None where all is well.

        Its 400s: "`tool_use` ids were found without `tool_result` blocks immediately after",
        "`tool_use` ids must be unique", "text content blocks must be non-empty", "text content
        blocks must contain non-whitespace text", "final assistant content cannot end with trailing
        whitespace", "max_tokens: Field required".
        """
        headers = {name.lower(): value for name, value in seen.headers.items()}
        if not (headers.get("x-api-key") or headers.get("authorization")):
            return "x-api-key header is required"
        if "anthropic-version" not in headers:
            return "anthropic-version: header is required"
        if not isinstance(seen.body.get("max_tokens"), int):
            return "max_tokens: Field required"
        if not seen.body.get("model") or not seen.body.get("messages"):
            return "model and messages: Field required"
        return _history_fault(seen.messages) or _tools_fault(objects(seen.body.get("tools")))


def _history_fault(messages: Sequence[Json]) -> str | None:
    if messages[0]["role"] != "user":
        return "messages: first message must use the user role"
    open_calls: list[str] = []
    ids: set[str] = set()
    for message in messages:
        blocks = _blocks(message)
        results = [str(block["tool_use_id"]) for block in blocks if block["type"] == "tool_result"]
        if results != open_calls:
            return "tool_use ids were found without tool_result blocks immediately after"
        if any(block["type"] != "tool_result" for block in blocks[: len(results)]):
            return "tool_result blocks do not come first"
        if fault := _text_fault(blocks):
            return fault
        calls = [block for block in blocks if block["type"] == "tool_use"]
        if calls and message["role"] != "assistant":
            return "tool_use blocks can only be in assistant messages"
        if fault := _calls_fault(calls, ids):
            return fault
        open_calls = [str(call["id"]) for call in calls]
    if open_calls:
        return "tool_use ids were found without tool_result blocks immediately after"
    if messages[-1]["role"] == "assistant":
        return "this model does not support assistant message prefill"
    return None


def _text_fault(blocks: Sequence[Json]) -> str | None:
    if not blocks:
        return "all messages must have non-empty content"
    texts = [str(block["text"]) for block in blocks if block["type"] == "text"]
    if any(not text.strip() for text in texts):
        return "text content blocks must contain non-whitespace text"
    return None


def _calls_fault(calls: Sequence[Json], ids: set[str]) -> str | None:
    for call in calls:
        call_id, name = str(call["id"]), str(call["name"])
        if call_id in ids:
            return "tool_use ids must be unique"
        ids.add(call_id)
        if not _NAME.fullmatch(name) or not _NAME.fullmatch(call_id):
            return "tool_use: string should match pattern"
        if not isinstance(call["input"], dict):
            return "tool_use.input: Input should be a valid dictionary"
    return None


def _tools_fault(tools: Sequence[Json]) -> str | None:
    for tool in tools:
        schema = cast("Json", tool.get("input_schema") or {})
        if not _NAME.fullmatch(str(tool.get("name", ""))):
            return "tools.name: string should match pattern"
        if schema.get("type") != "object" or {"oneOf", "allOf", "anyOf"} & schema.keys():
            return "tools.input_schema does not support this at its top level"
    return None


def _blocks(message: Json) -> list[Json]:
    content = message["content"]
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return objects(content)


def _message(name: str, blocks: Sequence[Json], reason: str | None = None) -> Json:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": name,
        "content": blocks,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 20 if reason else 1},
    }


def _stream(name: str, blocks: Sequence[Json], reason: str) -> Iterator[bytes]:
    yield _event("message_start", message=_message(name, []))
    yield _event("ping")
    for index, block in enumerate(blocks):
        is_call = block["type"] == "tool_use"
        begun: Json = {**block, "input": {}} if is_call else {"type": "text", "text": ""}
        yield _event("content_block_start", index=index, content_block=begun)
        if is_call:
            arguments = block["input"]
            written = arguments if isinstance(arguments, str) else json.dumps(arguments)
            for piece in ("", written[:5], written[5:]):
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield _event("content_block_delta", index=index, delta=delta)
        else:
            for word in re.findall(r"\s*\S+\s*?", str(block["text"])):
                delta = {"type": "text_delta", "text": word}
                yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ended = {"stop_reason": reason, "stop_sequence": None}
    yield _event("message_delta", delta=ended, usage={"output_tokens": 20})
    yield _event("message_stop")


def _event(kind: str, **fields: object) -> bytes:
    return _event_of({"type": kind, **fields})


def _event_of(data: Json) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()
