"""How a turn ends: what the model's answers and the turn's steps come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from taskchat.chat import receipts
from taskchat.chat.context import read_response
from taskchat.chat.doubt import result_of
from taskchat.chat.records import Ending, Usage
from taskchat.chat.texts import tool_call_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskchat.chat.records import OwnedTurn, Step


def calls_in(response: ModelResponse) -> list[ToolCallPart]:
    """What an answer of the model calls for."""
    return [part for part in response.parts if isinstance(part, ToolCallPart)]


def text_in(response: ModelResponse) -> str:
    """What an answer of the model says."""
    return "".join(part.content for part in response.parts if isinstance(part, TextPart)).strip()


def results_of(steps: Sequence[Step]) -> list[Mapping[str, Any]]:
    """What the tools gave back, in order."""
    return [result_of(step) for step in steps if step.kind != "response"]


def added_up(
    ending: Ending, responses: Sequence[ModelResponse], results: Sequence[Mapping[str, Any]]
) -> Ending:
    """The same end with all calls, results and usage of the turn."""
    calls = [tool_call_json(call) for response in responses for call in calls_in(response)]
    usage = Usage(
        sum(response.usage.input_tokens for response in responses),
        sum(response.usage.output_tokens for response in responses),
        len(responses),
    )
    told = {result["id"]: {key: result[key] for key in result if key != "id"} for result in results}
    return replace(ending, tool_calls=calls or None, tool_results=told or None, usage=usage)


def cancelled(turn: OwnedTurn) -> Ending:
    """The end of a turn that was stopped: its reply keeps what was shown, and tells what was done."""
    steps, shown = turn.steps, turn.shown
    responses = [read_response(step.body) for step in steps if step.kind == "response"]
    results = results_of(steps)
    said = [shown] if shown else [*map(text_in, responses)]
    content = turn.replied
    if steps or shown:
        told = [receipts.describe(results), receipts.doubts(results), receipts.CANCELLED]
        content = "\n\n".join(filter(None, [*said, *told]))
    return added_up(Ending("cancelled", content), responses, results)
