"""How a turn ends: what the model's answers and the turn's steps come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from taskchat.chat import receipts
from taskchat.chat.context import read_response, was_sent_back
from taskchat.chat.records import Ending
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


def said_in(stored: Sequence[ModelResponse], last: ModelResponse | None = None) -> str:
    """The reply that answers come to: all that was said since one was sent back.

    Args:
        stored: the answers that are steps.
        last: the one that ends the turn, where there is one.
    """
    said: list[str] = []
    for response in stored:
        said = [] if was_sent_back(response) else [*said, text_in(response)]
    if last is not None:
        said.append(text_in(last))
    return "\n\n".join(filter(None, said))


def results_of(steps: Sequence[Step]) -> list[Mapping[str, Any]]:
    """What the tools gave back, in order."""
    return [step.body for step in steps if step.kind != "response"]


def added_up(
    ending: Ending, responses: Sequence[ModelResponse], results: Sequence[Mapping[str, Any]]
) -> Ending:
    """The same end with all calls and results of the turn."""
    calls = [tool_call_json(call) for response in responses for call in calls_in(response)]
    told = {result["id"]: {key: result[key] for key in result if key != "id"} for result in results}
    if not calls and not told:
        return ending
    return replace(ending, tool_calls=calls or None, tool_results=told or None)


def cancelled(turn: OwnedTurn) -> Ending:
    """The end of a turn that was stopped: its reply keeps what was shown, and tells what was done."""
    steps, shown = turn.steps, turn.shown
    responses = [read_response(step.body) for step in steps if step.kind == "response"]
    results = results_of(steps)
    said = shown or said_in(responses)
    content = turn.replied
    if steps or shown:
        told = [receipts.describe(results), receipts.doubts(results), receipts.CANCELLED]
        content = "\n\n".join(filter(None, [said, *told]))
    return added_up(Ending("cancelled", content, usage=turn.usage), responses, results)
