"""The scripted servers refuse what the providers they stand for refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import httpx2
import pytest

from tests.model.scripted_server import ScriptedServer
from tests.model.stub_anthropic import AnthropicStub
from tests.model.stub_google import GoogleStub

Block: TypeAlias = Mapping[str, object]
Said: TypeAlias = tuple[str, Block]

# Anthropic's blocks.
WORDS: Block = {"type": "text", "text": "words"}
BLANK: Block = {"type": "text", "text": " "}
USE: Block = {"type": "tool_use", "id": "1", "name": "x", "input": {}}
USE_OF_NOTHING: Block = {"type": "tool_use", "id": "1", "name": "x", "input": "{"}
RESULT: Block = {"type": "tool_result", "tool_use_id": "1", "content": "x"}
# Gemini's parts.
TEXT: Block = {"text": "words"}
CALL: Block = {"functionCall": {"name": "x", "args": {}}}
RESPONSE: Block = {"functionResponse": {"name": "x", "response": {}}}
BARE_RESPONSE: Block = {"functionResponse": {"name": "x", "response": []}}


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([("assistant", WORDS)], "first message"),
        ([("user", BLANK)], "non-whitespace"),
        ([("user", WORDS), ("assistant", WORDS)], "prefill"),
        ([("user", WORDS), ("assistant", USE), ("user", WORDS)], "without tool_result"),
        ([("user", WORDS), ("assistant", USE)], "without tool_result"),
        ([("user", RESULT)], "without tool_result"),
        ([("user", WORDS), ("assistant", USE_OF_NOTHING), ("user", RESULT)], "valid dictionary"),
        (
            [("user", WORDS), ("assistant", USE), ("user", RESULT), ("assistant", USE)],
            "ids must be unique",
        ),
    ],
)
async def test_anthropic_s_history_rules(messages: Sequence[Said], says: str) -> None:
    body = {"messages": [{"role": role, "content": [block]} for role, block in messages]}

    assert says in await _fault(AnthropicStub(), "/v1/messages", body)


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        ([], "not specified"),
        ([("model", TEXT), ("user", TEXT)], "begin and end with the user"),
        ([("user", TEXT), ("model", TEXT)], "begin and end with the user"),
        ([("user", {"text": ""})], "one initialized field"),
        ([("user", TEXT), ("model", CALL), ("user", TEXT)], "not those of the function call"),
        ([("user", RESPONSE)], "not those of the function call"),
        ([("user", TEXT), ("model", CALL), ("user", BARE_RESPONSE)], "holds no Struct"),
        (
            [("user", TEXT), ("model", TEXT), ("model", CALL), ("user", RESPONSE)],
            "immediately after a user turn",
        ),
    ],
)
async def test_google_s_history_rules(contents: Sequence[Said], says: str) -> None:
    body = {"contents": [{"role": role, "parts": [part]} for role, part in contents]}

    assert says in await _fault(GoogleStub(), "/v1beta/models/x:generateContent", body)


async def test_nobody_is_served_without_a_key() -> None:
    asked = {"messages": [{"role": "user", "content": "words"}]}

    assert "x-api-key" in await _fault(AnthropicStub(), "/v1/messages", asked, key=None)
    told = await _fault(GoogleStub(), "/v1beta/models/x:generateContent", {}, key=None)
    assert "unregistered" in told


async def _fault(
    server: ScriptedServer, path: str, body: Mapping[str, object], *, key: str | None = "k"
) -> str:
    """What a server says to a request that no model of ours would make."""
    headers = {"anthropic-version": "2026-01-01"}
    if key is not None:
        headers |= {"x-api-key": key, "x-goog-api-key": key}
    asked = {"model": "stub", "max_tokens": 10, **body}
    async with server, httpx2.AsyncClient(base_url=server.origin) as client:
        answer = await client.post(path, json=asked, headers=headers)
    assert answer.status_code == 400
    (fault,) = server.faults
    return fault
