"""The chat-completions wire format: pydantic-ai's messages to its JSON, its answer back.

Nothing here touches the network. The wire is the one that OpenAI published and that vLLM,
llama.cpp, Ollama and the gateways speak: `messages` of four roles, `tools` as JSON schemas.
Strict in what is sent, lenient in what is read: servers differ in which fields they leave out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from pydantic_ai.messages import (
    ModelRequest,
    ModelResponse,
    RetryFeedbackPart,
    SystemPromptPart,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.usage import RequestUsage
from pydantic_core import from_json, to_json

from taskchat.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_ai.messages import (
        FinishReason,
        ModelMessage,
        ModelRequestPart,
        ModelResponsePart,
        UserContent,
    )
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import ToolDefinition

WireMessage: TypeAlias = dict[str, object]

_FINISH_REASONS: Mapping[object, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_call",
    "function_call": "tool_call",
    "content_filter": "content_filter",
    "error": "error",
}


class AnswerUnreadableError(Exception):
    """A body that is no chat completion.

    `kind` says for the log in which way; `told` is what the server says instead of an answer, which
    is only looked at.
    """

    def __init__(self, kind: str, told: object = None) -> None:
        self.kind = kind
        self.told = "" if told is None else str(told)
        super().__init__(kind)


def write_messages(messages: Sequence[ModelMessage]) -> list[WireMessage]:
    """Turn the history into the wire's `messages`, the instructions first.

    Neighbours that both speak for the user, or both for the system, become one message: chat
    templates such as Mistral's and Gemma's refuse two in a row, and a turn that failed leaves a
    user message without an answer. An answer that held nothing is left out for the same reason.

    Raises:
        InternalError: a part that this wire cannot say; we never make one.
    """
    wire: list[WireMessage] = []
    if instructions := _standing_instructions(messages):
        wire.append({"role": "system", "content": instructions})
    for message in messages:
        if isinstance(message, ModelRequest):
            for part in message.parts:
                _write_request_part(wire, part)
        else:
            _write_response(wire, message)
    return wire


def write_settings(
    settings: ModelSettings | None, *, with_tools: bool, max_tokens_field: str
) -> dict[str, object]:
    """The fields of the request that `settings` asks for; others are ignored.

    `parallel_tool_calls` is sent only beside tools, since OpenAI answers 400 without them.
    """
    if not settings:
        return {}
    wanted = cast("Mapping[str, object]", settings)
    fields = {
        "temperature": wanted.get("temperature"),
        max_tokens_field: wanted.get("max_tokens"),
        "parallel_tool_calls": wanted.get("parallel_tool_calls") if with_tools else None,
    }
    return {field: value for field, value in fields.items() if value is not None}


def write_tools(tools: Sequence[ToolDefinition]) -> bytes:
    """The wire's `tools`, serialised."""
    return to_json([{"type": "function", "function": _function(tool)} for tool in tools])


def read_answer(body: bytes, *, model_name: str) -> ModelResponse:
    """Turn the body of a 200 into the model's response.

    The arguments of a call stay the text that the model wrote, valid JSON or not. An answer with
    neither text nor calls has no parts. `model_name` is what to say where the server names none.

    Raises:
        AnswerUnreadableError: the body is not JSON, or holds no message.
    """
    try:
        answer = as_object(from_json(body))
    except ValueError:
        # Without its cause, which quotes the body.
        raise AnswerUnreadableError("not_json") from None
    return read_completion(answer, model_name=model_name)


def read_completion(answer: Mapping[str, object], *, model_name: str) -> ModelResponse:
    """The same, of a body that is parsed, or was put together from a stream's chunks.

    Raises:
        AnswerUnreadableError: it holds no message.
    """
    choice = as_object(next(iter(as_array(answer.get("choices"))), None))
    message = as_object(choice.get("message"))
    if not message:
        raise AnswerUnreadableError("no_choices", answer.get("error"))
    refusal = as_text(message.get("refusal"))
    served_by, response_id = answer.get("model"), answer.get("id")
    return ModelResponse(
        parts=_read_parts(message, refusal),
        usage=_read_usage(answer.get("usage")),
        model_name=served_by if isinstance(served_by, str) and served_by else model_name,
        provider_name="openai",
        provider_response_id=response_id if isinstance(response_id, str) else None,
        finish_reason="content_filter" if refusal else read_finish_reason(choice),
    )


def read_finish_reason(choice: Mapping[str, object]) -> FinishReason | None:
    """Why the model stopped, None where the server says nothing that we know."""
    reason = choice.get("finish_reason")
    return _FINISH_REASONS.get(reason) if isinstance(reason, str) else None


def as_text(content: object) -> str:
    """The text of `content`, which is a string, a list of parts, or null."""
    if not content:
        return ""
    if isinstance(content, str):
        text = content
    else:
        texts = [as_object(part).get("text") for part in as_array(content)]
        text = "".join(text for text in texts if isinstance(text, str))
    # Postgres stores no NUL, and a broken model may write one.
    return text.replace("\0", "")


def as_object(value: object) -> dict[str, object]:
    """A JSON object, empty where it is something else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_array(value: object) -> list[object]:
    """A JSON array, empty where it is something else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def _standing_instructions(messages: Sequence[ModelMessage]) -> str | None:
    for message in reversed(messages):
        if isinstance(message, ModelRequest) and message.instructions is not None:
            return message.instructions
    return None


def _write_request_part(wire: list[WireMessage], part: ModelRequestPart) -> None:
    match part:
        case UserPromptPart():
            _say(wire, "user", _user_text(part.content))
        case ToolReturnPart():
            wire.append(
                {
                    "role": "tool",
                    "tool_call_id": part.tool_call_id,
                    "content": _result_text(part),
                }
            )
        case RetryFeedbackPart():
            # Fenced by pydantic-ai as the application's words, so that it does not pass for the
            # user's: a system message here would break the templates that take only a first one.
            _say(wire, "user", part.model_response())
        case SystemPromptPart():
            _say(wire, "system", part.content)
        case _:
            raise InternalError


def _say(wire: list[WireMessage], role: str, text: str) -> None:
    if wire and wire[-1]["role"] == role:
        wire[-1]["content"] = f"{wire[-1]['content']}\n\n{text}"
    else:
        wire.append({"role": role, "content": text})


def _user_text(content: str | Sequence[UserContent]) -> str:
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for item in content:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, TextContent):
            texts.append(item.content)
        else:
            raise InternalError
    return "\n\n".join(texts)


def _write_response(wire: list[WireMessage], response: ModelResponse) -> None:
    text = ""
    calls: list[WireMessage] = []
    for part in response.parts:
        # Other parts (a model's thinking, say) are for the provider that made them.
        if isinstance(part, TextPart):
            text += part.content
        elif isinstance(part, ToolCallPart):
            function = {"name": part.tool_name, "arguments": _argument_text(part)}
            calls.append({"id": part.tool_call_id, "type": "function", "function": function})
    if calls:
        wire.append({"role": "assistant", "content": text or None, "tool_calls": calls})
    elif text:
        wire.append({"role": "assistant", "content": text})


def _argument_text(call: ToolCallPart) -> str:
    """The arguments as JSON, as the model wrote them where they are an object.

    Others go back wrapped in one: servers that render the history with a chat template parse them,
    and would refuse the whole conversation.
    """
    args = call.args
    if isinstance(args, str) and _is_object(args):
        return args
    return call.args_as_json_str()


def _is_object(text: str) -> bool:
    try:
        return isinstance(from_json(text), dict)
    except ValueError:
        return False


def _result_text(part: ToolReturnPart) -> str:
    content = part.content
    if part.outcome == "success" and isinstance(content, (dict, list)):  # what our tools give back
        return to_json(content).decode()
    # pydantic-ai says nothing for an empty value, and of nothing a model makes up more.
    return part.model_response_str() or to_json(content).decode()


def _function(tool: ToolDefinition) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name, "parameters": tool.parameters_json_schema}
    if tool.description is not None:
        function["description"] = tool.description
    return function


def _read_parts(message: Mapping[str, object], refusal: str) -> list[ModelResponsePart]:
    parts: list[ModelResponsePart] = []
    # What the model says instead of an answer is still what it says: the user reads it.
    if text := as_text(message.get("content")) or refusal:
        parts.append(TextPart(text))
    ids: set[str] = set()
    for item in as_array(message.get("tool_calls")):
        call = as_object(item)
        function = as_object(call.get("function"))
        name, call_id = function.get("name"), call.get("id")
        if not isinstance(name, str) or not name:
            continue
        part = ToolCallPart(name, _arguments(function.get("arguments")))
        # The part has made an id of its own; servers leave theirs out, or use one twice.
        if isinstance(call_id, str) and call_id and call_id not in ids:
            part.tool_call_id = call_id
        ids.add(part.tool_call_id)
        parts.append(part)
    return parts


def _arguments(value: object) -> str | dict[str, object]:
    if isinstance(value, str):
        return value
    return as_object(value)


def _read_usage(value: object) -> RequestUsage:
    usage = as_object(value)
    spent, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return RequestUsage(
        input_tokens=spent if isinstance(spent, int) else 0,
        output_tokens=written if isinstance(written, int) else 0,
    )
