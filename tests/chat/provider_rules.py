"""What three providers refuse in a request's messages, as their documentation and answers say it.

Each function names every fault that it finds; none means that the provider takes the history. For
OpenAI it reads what our own wire makes of it. For the two others it supposes a plain mapping: every
part becomes a block, even where an adapter is kind enough to leave a bad one out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from taskchat.model.openai_wire import write_messages

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def openai_faults(messages: Sequence[ModelMessage]) -> list[str]:
    """Check what becomes `messages` of chat completions.

    Source: the reference of `POST /chat/completions`, and its 400s: "An assistant message with
    'tool_calls' must be followed by tool messages responding to each 'tool_call_id'", "messages with
    role 'tool' must be a response to a preceding message with 'tool_calls'".
    """
    try:
        wire = cast("list[dict[str, Any]]", write_messages(messages))
    except (TypeError, ValueError) as error:
        return [f"our wire cannot say it: {type(error).__name__}"]
    faults = _unsendable(wire)
    waiting: list[str] = []
    for number, message in enumerate(wire):
        role = message["role"]
        if role == "tool":
            if message["tool_call_id"] in waiting:
                waiting.remove(message["tool_call_id"])
            else:
                faults.append(f"{number}: a result without its call")
            continue
        if waiting:
            faults.append(f"{number}: {role} comes before the results of {waiting}")
        waiting = []
        if role == "assistant":
            calls: Sequence[Mapping[str, Any]] = message.get("tool_calls", ())
            waiting = [call["id"] for call in calls]
            faults += [f"{number}: {fault}" for fault in _openai_call_faults(calls)]
            if not calls and not message["content"]:
                faults.append(f"{number}: an answer without anything")
        elif not message["content"]:
            faults.append(f"{number}: {role} without words")
    if waiting or not wire or wire[-1]["role"] not in {"user", "tool"}:
        faults.append(f"the end: the results of {waiting} are missing, or a question")
    return faults


def _openai_call_faults(calls: Sequence[Mapping[str, Any]]) -> list[str]:
    faults: list[str] = []
    ids = [call["id"] for call in calls]
    if len(set(ids)) < len(ids) or "" in ids:
        faults.append(f"ids {ids}")
    for call in calls:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        if not _NAME.fullmatch(name):
            faults.append(f"name {name!r}")
        if not isinstance(arguments, str) or not _is_json_object(arguments):
            faults.append(f"arguments {arguments!r}")
    return faults


Role = Literal["user", "assistant"]


@dataclass
class _Turn:
    """One entry of a history after neighbours of the same role became one."""

    role: Role
    texts: list[str] = field(default_factory=list[str])
    calls: list[ToolCallPart] = field(default_factory=list[ToolCallPart])
    results: list[ToolReturnPart] = field(default_factory=list[ToolReturnPart])
    is_disordered: bool = False
    """Whether results come after the user's words, or the model's words after its calls."""

    def add(self, later: _Turn) -> None:
        """Take in what follows with the same role."""
        self.is_disordered |= later.is_disordered or bool(
            (self.texts and later.results) or (self.calls and later.texts)
        )
        self.texts += later.texts
        self.calls += later.calls
        self.results += later.results


def anthropic_faults(messages: Sequence[ModelMessage]) -> list[str]:
    """Check what becomes `messages` of the Messages API.

    Source: its pages on messages and on tool use, and its 400s: "`tool_use` ids were found without
    `tool_result` blocks immediately after", "`tool_use` ids must be unique", "text content blocks
    must be non-empty", "text content blocks must contain non-whitespace text", "final assistant
    content cannot end with trailing whitespace". Two messages of one role become one, and words of
    the model after its calls get the first of these answers.
    """
    turns: list[_Turn] = []
    for message in messages:
        turn = _read(message)
        if turns and turns[-1].role == turn.role:
            turns[-1].add(turn)
        else:
            turns.append(turn)
    faults = _unsendable_parts(turns)
    if not turns or turns[0].role != "user":
        faults.append("the first message is not the user's")
    for number, turn in enumerate(turns):
        called = turns[number - 1].calls if number else ()
        faults += [f"{number}: {fault}" for fault in _anthropic_turn_faults(turn, called)]
    ids = [call.tool_call_id for turn in turns for call in turn.calls]
    if len(set(ids)) < len(ids):
        faults.append(f"an id is used twice: {ids}")
    if turns and turns[-1].role == "assistant":
        if turns[-1].calls:
            faults.append("the last calls have no results")
        if turns[-1].texts and turns[-1].texts[-1] != turns[-1].texts[-1].rstrip():
            faults.append("the final answer ends with white space")
    return faults


def _anthropic_turn_faults(turn: _Turn, called: Sequence[ToolCallPart]) -> list[str]:
    faults = [
        f"name or id of {call}"
        for call in turn.calls
        if not (_NAME.fullmatch(call.tool_name) and _NAME.fullmatch(call.tool_call_id))
    ]
    if [call.tool_call_id for call in called] != [each.tool_call_id for each in turn.results]:
        faults.append("its results are not those of the calls before it")
    if turn.is_disordered:
        faults.append("results do not come first, or calls not last")
    if any(not text.strip() for text in turn.texts):
        faults.append("a text block without text")
    return faults


def gemini_faults(messages: Sequence[ModelMessage]) -> list[str]:
    """Check what becomes `contents` of generateContent; here each message stands for itself.

    Source: its page on function calling, and its 400s: "Please ensure that function call turn comes
    immediately after a user turn or after a function response turn", "… that function response turn
    comes immediately after a function call turn", "… that the number of function response parts is
    equal to the number of function call parts of the function call turn", and the one on parts
    without a text parameter.
    """
    turns = [_read(message) for message in messages]
    faults = _unsendable_parts(turns)
    if not turns or turns[0].role != "user":
        faults.append("the first content is not the user's")
    if turns and turns[-1].role != "user":
        faults.append("the last content is the model's")
    for number, turn in enumerate(turns):
        before = turns[number - 1] if number else None
        if turn.calls and (before is None or before.role != "user"):
            faults.append(f"{number}: a function call turn after the model's own")
        calls = before.calls if before is not None else []
        if [call.tool_name for call in calls] != [each.tool_name for each in turn.results]:
            faults.append(f"{number}: function responses are not those of the calls before it")
        if turn.results and turn.texts:
            faults.append(f"{number}: text beside function responses")
        if not (turn.texts or turn.calls or turn.results) or "" in map(str.strip, turn.texts):
            faults.append(f"{number}: an empty part, or none")
    return faults


def _read(message: ModelMessage) -> _Turn:
    turn = _Turn("user" if isinstance(message, ModelRequest) else "assistant")
    for part in message.parts:
        one = _Turn(turn.role)
        if isinstance(part, UserPromptPart):
            one.texts.append(cast("str", part.content))
        elif isinstance(part, ToolReturnPart):
            one.results.append(part)
        elif isinstance(part, TextPart):
            one.texts.append(part.content)
        elif isinstance(part, ToolCallPart):
            one.calls.append(part)
        # Others, such as a model's thinking, only go back to the provider that made them.
        turn.add(one)
    return turn


def _unsendable_parts(turns: Sequence[_Turn]) -> list[str]:
    faults: list[str] = []
    for turn in turns:
        faults += _unsendable([*turn.texts, *(each.model_response_str() for each in turn.results)])
        for call in turn.calls:
            try:
                faults += _unsendable([call.tool_name, call.args_as_dict()])
            except TypeError:  # text that is not UTF-8
                faults.append(f"arguments {call.args!r}")
    return faults


def _unsendable(body: object) -> list[str]:
    """Whether there is something that JSON in UTF-8 cannot say, or that is not JSON at all."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # also where a character cannot be encoded
        return [f"not JSON in UTF-8: {type(error).__name__}"]
    return []


def _is_json_object(text: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        return isinstance(json.loads(text, parse_constant=refuse), dict)
    except ValueError:
        return False
