"""Answers that come in pieces: over a real connection, in every form that servers give them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import ModelRequestParameters

from taskchat.errors import ModelError
from taskchat.model.openai_chat import ChatCompletionsModel
from tests.model.stub_provider import DONE, Json, StubProvider, chunk
from tests.processes import until

HELLO: list[ModelMessage] = [ModelRequest.user_text_prompt("hello")]
STOP = chunk({}, "stop")


async def _stream(model: ChatCompletionsModel) -> tuple[list[str], ModelResponse]:
    """The pieces of text as they came, and the whole answer."""
    pieces: list[str] = []
    async with model.request_stream(HELLO, None, ModelRequestParameters()) as stream:
        async for event in stream:
            if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                pieces.append(event.part.content)
            elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                pieces.append(event.delta.content_delta)
        return pieces, stream.get()


async def _failure_of(model: ChatCompletionsModel) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await _stream(model)
    return raised.value


def _call(index: int | None, **fields: object) -> bytes:
    """A piece of a tool call: `call_id`, `name`, `arguments`, each if given."""
    item: Json = {} if index is None else {"index": index}
    if "call_id" in fields:
        item["id"] = fields["call_id"]
    item["function"] = {name: fields[name] for name in ("name", "arguments") if name in fields}
    return chunk({"tool_calls": [item]})


def _calls(response: ModelResponse) -> list[tuple[str, object]]:
    return [
        (part.tool_name, part.args) for part in response.parts if isinstance(part, ToolCallPart)
    ]


async def test_words_add_up_to_what_a_plain_answer_is(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("Once upon a time.").says("Once upon a time.")

    pieces, streamed = await _stream(model)
    plain = await model.request(HELLO, None, ModelRequestParameters())

    assert "".join(pieces) == "Once upon a time."
    same = replace(
        streamed,
        timestamp=plain.timestamp,
        provider_response_id=plain.provider_response_id,
    )
    assert same == plain
    assert streamed.usage.input_tokens == 100
    assert stub.requests[0].body["stream"] is True
    assert stub.requests[0].body["stream_options"] == {"include_usage": True}


async def test_tool_calls_come_whole(stub: StubProvider, model: ChatCompletionsModel) -> None:
    stub.calls(("add_task", {"title": "Buy milk"}), ("list_tasks", {}), text="Let me see.")

    pieces, response = await _stream(model)

    assert "".join(pieces) == "Let me see."
    assert [name for name, _ in _calls(response)] == ["add_task", "list_tasks"]
    assert json.loads(str(_calls(response)[0][1])) == {"title": "Buy milk"}
    assert response.finish_reason == "tool_call"


async def test_a_refusal_is_what_the_model_says(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.refuses("I will not.")

    pieces, response = await _stream(model)

    assert "".join(pieces) == response.text == "I will not."
    assert response.finish_reason == "content_filter"


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            [
                _call(0, call_id="a", name="add_task", arguments=""),
                _call(1, call_id="b", name="add_task", arguments='{"title"'),
                _call(0, arguments='{"title": "x"}'),
                _call(1, arguments=': "y"}'),
            ],
            id="mixed up, by number",
        ),
        pytest.param(
            [
                _call(None, call_id="a", name="add_task", arguments='{"title": "x"}'),
                _call(None, call_id="b", name="add_task", arguments='{"title": "y"}'),
            ],
            id="whole, without a number",
        ),
        pytest.param(
            [
                _call(None, name="add_task", arguments='{"title": "x"}'),
                _call(None, name="add_task", arguments='{"title": "y"}'),
            ],
            id="whole, with neither number nor id",
        ),
        pytest.param(
            [
                _call(0, call_id="a", name="add_task", arguments='{"title": "x"}'),
                _call(0, call_id="b", name="add_task", arguments='{"title"'),
                _call(0, arguments=': "y"}'),
            ],
            id="all with one number",
        ),
        pytest.param(
            [
                _call(0, call_id="a", name="add_task", arguments='{"title"'),
                _call(0, call_id="a", name="add_task", arguments=': "x"}'),
                _call(1, call_id="b", name="add_task", arguments='{"title": "y"}'),
            ],
            id="the name in every piece",
        ),
        pytest.param(
            [
                _call(0, call_id="a", name="add_task", arguments={"title": "x"}),
                _call(1, call_id="b", name="add_task", arguments={"title": "y"}),
            ],
            id="arguments as an object",
        ),
    ],
)
async def test_calls_are_told_apart_however_a_server_numbers_them(
    pieces: list[bytes], stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(*pieces, chunk({}, "tool_calls"), DONE)

    _, response = await _stream(model)

    found = [
        (name, json.loads(args) if isinstance(args, str) else args)
        for name, args in _calls(response)
    ]
    assert found == [("add_task", {"title": "x"}), ("add_task", {"title": "y"})]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([chunk({"content": "Hi."}), STOP, DONE], id="as OpenAI"),
        pytest.param([chunk({"content": "Hi."}), STOP], id="without a last line"),
        pytest.param([chunk({"content": "Hi."}), DONE], id="without a reason"),
        pytest.param([chunk({"content": "Hi."}), STOP, b"data: [DONE]"], id="no empty line"),
        pytest.param([b": ping\n\n", chunk({"content": "Hi."}), STOP, DONE], id="comments"),
        pytest.param(
            [chunk({"content": "Hi."}).replace(b"\n", b"\r\n"), STOP, DONE], id="CR and LF"
        ),
        pytest.param(
            [chunk({"content": "Hi."}).replace(b"data: ", b"data:"), STOP, DONE], id="no space"
        ),
        pytest.param([b"event: x\n" + chunk({"content": "Hi."}), STOP, DONE], id="other fields"),
        pytest.param([chunk({"content": "Hi.\0"}, "stop"), DONE, b"data: x\n\n"], id="and more"),
        pytest.param([chunk({"content": [{"text": "Hi."}]}, "stop"), DONE], id="a list of parts"),
        pytest.param([chunk({}, choices=[]), chunk({"content": "Hi."}), STOP, DONE], id="empty"),
    ],
)
async def test_every_form_of_a_stream_is_read(
    pieces: list[bytes], stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(*pieces)

    _, response = await _stream(model)

    assert response.text == "Hi."


async def test_words_are_told_before_the_answer_ends(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    go_on = asyncio.Event()
    stub.streams(chunk({"content": "Once"}), go_on, chunk({"content": " more."}), STOP, DONE)

    async with model.request_stream(HELLO, None, ModelRequestParameters()) as stream:
        events = aiter(stream)
        first = await anext(events)
        assert isinstance(first, PartStartEvent)
        go_on.set()
        async for _ in events:
            pass
        assert stream.get().text == "Once more."


@pytest.mark.parametrize(
    ("pieces", "cut"),
    [
        pytest.param([chunk({"content": "Hi"})], False, id="an end without a reason"),
        pytest.param([chunk({"content": "Hi"})], True, id="cut"),
        pytest.param([chunk({"content": "Hi"})[:-9]], True, id="cut inside a piece"),
        pytest.param([_call(0, call_id="a", name="add_task")], True, id="cut in a call"),
        pytest.param([], False, id="nothing"),
        pytest.param([chunk({"content": "Hi"}), b"data: {nonsense\n\n"], False, id="no JSON"),
        pytest.param([b'data: {"error": {"message": "secret"}}\n\n'], False, id="an error"),
    ],
)
async def test_an_answer_that_breaks_off_may_be_asked_for_again(
    pieces: list[bytes], cut: bool, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(*pieces, cut=cut)

    error = await _failure_of(model)

    assert error.retryable
    assert "secret" not in str(error)


@pytest.mark.parametrize(("status", "retryable"), [(429, True), (503, True), (401, False)])
async def test_a_refusal_before_the_stream_is_that_of_a_plain_request(
    status: int, retryable: bool, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(status, retry_after=7)

    error = await _failure_of(model)

    assert error.retryable == retryable
    assert error.retry_after_s == (7 if retryable else None)
    assert len(stub.requests) == 1


async def test_a_server_that_does_not_stream_is_read_as_a_whole(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    whole = {"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]}
    stub.sends(json.dumps(whole))

    pieces, response = await _stream(model)

    assert "".join(pieces) == response.text == "Hi."


async def test_leaving_a_stream_drops_its_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(chunk({"content": "Once"}), asyncio.Event())

    async with model.request_stream(HELLO, None, ModelRequestParameters()) as stream:
        await anext(aiter(stream))

    await until(stub.hung_up.is_set)
    await until(lambda: stub.open_connections == 0)
