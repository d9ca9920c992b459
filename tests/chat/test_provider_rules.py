"""The rules by which the history is checked find what each provider refuses."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from tests.chat.provider_rules import anthropic_faults, gemini_faults, openai_faults


def _asks(text: str = "Buy milk.") -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(text)])


def _says(text: str = "Added.") -> ModelResponse:
    return ModelResponse(parts=[TextPart(text)])


def _calls(*ids: str, name: str = "add_task", args: str = "{}") -> ModelResponse:
    return ModelResponse(parts=[ToolCallPart(name, args, tool_call_id=each) for each in ids])


def _returns(*ids: str) -> ModelRequest:
    return ModelRequest(parts=[ToolReturnPart("add_task", "ok", tool_call_id=each) for each in ids])


WELL_FORMED: Sequence[ModelMessage] = [
    _asks(), _says(), _asks(), _calls("a", "b"), _returns("a", "b"), _calls("c"), _returns("c"),
]  # fmt: skip


def _faults(messages: Sequence[ModelMessage]) -> dict[str, list[str]]:
    return {
        "openai": openai_faults(messages),
        "anthropic": anthropic_faults(messages),
        "gemini": gemini_faults(messages),
    }


def test_a_history_with_calls_and_all_their_results_is_taken_by_all() -> None:
    assert _faults(WELL_FORMED) == {"openai": [], "anthropic": [], "gemini": []}


ALL = {"openai", "anthropic", "gemini"}
BROKEN: dict[str, tuple[Sequence[ModelMessage], set[str]]] = {
    "nothing": ([], ALL),
    "a call without result": ([_asks(), _calls("a"), _asks()], ALL),
    "one result of two": ([_asks(), _calls("a", "b"), _returns("a")], ALL),
    "a result without call": ([_asks(), _returns("a")], ALL),
    "a result of another call": ([_asks(), _calls("a"), _returns("b")], {"openai", "anthropic"}),
    "a result later": ([_asks(), _calls("a"), _says(), _returns("a")], ALL),
    "calls at the end": ([_asks(), _calls("a")], ALL),
    "the model begins": ([_says(), _asks()], {"anthropic", "gemini"}),
    "the model ends": ([_asks(), _says()], {"openai", "gemini"}),
    "white space at the end": ([_asks(), _says("So: ")], ALL),
    "an id twice": ([*WELL_FORMED, _calls("a"), _returns("a")], {"anthropic"}),
    "an id twice at once": ([_asks(), _calls("a", "a"), _returns("a", "a")], {"openai", "anthropic"}),
    "no id": ([_asks(), _calls(""), _returns("")], {"openai", "anthropic"}),
    "a name with a dot": (
        [_asks(), _calls("a", name="add.task"), _returns("a")], ALL,
    ),
    "arguments with half a character": (
        [_asks(), _calls("a", args='{"a": "\ud800"}'), _returns("a")], ALL,
    ),
    "calls after the model's own words": (
        [_asks(), _says(), _calls("a"), _returns("a")], {"gemini"},
    ),
    "words after calls": (
        [_asks(), ModelResponse(parts=[*_calls("a").parts, *_says().parts]), _returns("a")],
        {"anthropic"},
    ),
    "words beside results": (
        [_asks(), _calls("a"), ModelRequest(parts=[*_returns("a").parts, *_asks().parts])],
        {"gemini"},
    ),
    "words before results": (
        [_asks(), _calls("a"), ModelRequest(parts=[*_asks().parts, *_returns("a").parts])], ALL,
    ),
    "an empty question": ([_asks("")], ALL),
    "a blank answer": ([_asks(), _says(" \n"), _asks()], {"anthropic", "gemini"}),
    "half a character": ([_asks("\ud800")], ALL),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_history_is_found_by_who_refuses_it(name: str) -> None:
    messages, refusing = BROKEN[name]

    assert {provider for provider, faults in _faults(messages).items() if faults} == refusing
