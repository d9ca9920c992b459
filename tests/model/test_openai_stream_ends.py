"""How streams begin, break off and end, and what becomes of their connections."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest
from pydantic_ai import models
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
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from structlog.testing import capture_logs

from taskchat.errors import ModelError
from taskchat.model import openai_body
from taskchat.model.openai_chat import SILENCE_TIMEOUT_S, ChatCompletionsModel
from tests.conftest import PassTime
from tests.model.asking import give_up
from tests.model.stub_provider import DONE, Json, StubProvider, chunk
from tests.processes import until

TOOLS = ModelRequestParameters(function_tools=[ToolDefinition(name="add_task")])
SETTINGS = ModelSettings(temperature=0, max_tokens=50)
HELLO: list[ModelMessage] = [
    ModelRequest.user_text_prompt("hello", instructions="You keep a list.")
]
PATIENCES = "taskchat.model.openai_stream"


def said(text: str, finish_reason: str | None = None) -> bytes:
    return chunk({"content": text}, finish_reason)


async def told(model: ChatCompletionsModel, words: list[str] | None = None) -> ModelResponse:
    """The whole response; `words` gets each piece of its text when it comes."""
    words = [] if words is None else words
    async with model.request_stream(HELLO, SETTINGS, TOOLS) as stream:
        async for piece in stream:
            if isinstance(piece, PartStartEvent) and isinstance(piece.part, TextPart):
                words.append(piece.part.content)
            elif isinstance(piece, PartDeltaEvent) and isinstance(piece.delta, TextPartDelta):
                words.append(piece.delta.content_delta)
        return stream.get()


async def failure_of(
    model: ChatCompletionsModel, words: list[str] | None = None
) -> tuple[ModelError, str]:
    """The error, and the kind of failure that the log tells."""
    with capture_logs() as lines, pytest.raises(ModelError) as raised:
        await told(model, words)
    (line,) = lines
    assert str(raised.value) == ModelError.text
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    return raised.value, str(line["kind"])


async def no_connection_left(stub: StubProvider) -> None:
    await until(lambda: stub.open_connections == 0)  # aiohttp's server has no event for it


def ports(stub: StubProvider) -> int:
    return len({seen.client_port for seen in stub.requests})


@pytest.mark.parametrize(
    "message",
    [
        {"content": "Hi there."},
        {"content": ""},
        {"content": None, "refusal": "I cannot help with that."},
        {
            "content": None,
            "tool_calls": [{"id": "a", "function": {"name": "add_task", "arguments": "{}"}}],
        },
        {
            "content": "Two at once.",
            "tool_calls": [
                {"id": "a", "function": {"name": "t", "arguments": '{"title": "ä"}'}},
                {"id": "b", "function": {"name": "no", "arguments": '{"title": "B'}},
            ],
        },
    ],
)
@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls", "odd"])
async def test_the_response_is_that_of_a_plain_request(
    message: Json, reason: str, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    for _ in range(2):
        stub.answers(message, finish_reason=reason)

    words: list[str] = []
    streamed = await told(model, words)
    plain = await model.request(HELLO, SETTINGS, TOOLS)

    ids = {"timestamp": plain.timestamp, "provider_response_id": plain.provider_response_id}
    assert replace(streamed, **ids) == plain
    assert streamed.provider_response_id is not None
    assert streamed.state == "complete"
    assert streamed.usage.output_tokens == 20
    assert "".join(words) == (plain.text or "")


async def test_the_request_differs_from_a_plain_one_only_in_asking_for_a_stream_with_usage(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("one").says("two")

    await told(model)
    await model.request(HELLO, SETTINGS, TOOLS)

    streamed, plain = (seen.body for seen in stub.requests)
    assert streamed == plain | {"stream": True, "stream_options": {"include_usage": True}}
    assert stub.faults == []


@pytest.mark.parametrize("pause_s", [0, 0.01])
async def test_streams_one_after_the_other_share_a_connection(
    pause_s: float, stub: StubProvider, model: ChatCompletionsModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{PATIENCES}.END_PATIENCE_S", 2)
    for _ in range(3):
        stub.streams(said("Hi."), DONE, pause_s)

    for _ in range(3):
        await told(model)

    assert ports(stub) == 1


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_bytes_may_be_cut_anywhere(
    size: int, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    body = b": hi\r\n\r\n"
    for text in ("Gr", "üße ", "🎈"):
        delta = {"choices": [{"delta": {"content": text}}]}
        body += b"data:%b\r\n\r\n" % json.dumps(delta, ensure_ascii=False).encode()
    body += DONE
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    stub.streams(*(part for piece in pieces for part in (piece, 0.0)))
    words: list[str] = []

    response = await told(model, words)

    assert "".join(words) == "Grüße 🎈"
    assert response.text == "Grüße 🎈"


async def test_what_a_server_leaves_out_is_made_up_for(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(b'data: {"choices": [{"delta": {"content": "Hi."}}]}\n\n', DONE)

    response = await told(model)

    assert (response.text, response.model_name, response.finish_reason) == ("Hi.", "stub", None)
    assert response.usage.total_tokens == 0


@pytest.mark.parametrize("end", [b"\n\n", b"\n", b""])
async def test_a_stream_that_ends_with_its_reason_needs_no_done(
    end: bytes, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(said("Hi.", "stop").rstrip() + end)

    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("tail", [DONE, b""], ids=["done", "reason"])
async def test_a_server_that_does_not_hang_up_after_the_last_words_is_not_waited_for_long(
    tail: bytes, stub: StubProvider, model: ChatCompletionsModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{PATIENCES}.USAGE_PATIENCE_S", 0.1)
    stub.streams(said("Hi.", "stop"), tail, 60)

    async with asyncio.timeout(30):  # half of what the server takes
        response = await told(model)

    assert response.text == "Hi."
    await no_connection_left(stub)


async def test_a_connection_that_is_lost_after_the_last_words_takes_nothing_from_the_answer(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(said("Hi.", "stop"), 0.01, cut=True)

    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("start", [b"", b"\n \n"])
async def test_a_plain_answer_to_a_request_for_a_stream_is_an_answer_whatever_type_it_names(
    start: bytes, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    function = {"name": "add_task", "arguments": "{}"}
    message = {"content": "Hi.", "tool_calls": [{"id": "a", "function": function}]}
    usage = {"prompt_tokens": 3}
    body = json.dumps({"choices": [{"message": message}], "usage": usage}, indent=1).encode()
    stub.streams(start, 0.01, body[:50], 0.01, body[50:])
    words: list[str] = []

    response = await told(model, words)

    assert words == ["Hi."]
    assert response.parts == [TextPart("Hi."), ToolCallPart("add_task", "{}", tool_call_id="a")]
    assert response.usage.input_tokens == 3


async def test_a_stream_that_calls_itself_json_is_a_stream(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.sends((said("Hi.") + DONE).decode())

    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("status", [400, 422])
async def test_a_server_that_does_not_know_stream_options_is_asked_without_from_then_on(
    status: int, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    refusal = json.dumps({"error": {"message": "Unknown field: stream_options"}})
    stub.sends(refusal, status=status).says("one").says("two")

    texts = [(await told(model)).text for _ in range(2)]

    assert texts == ["one", "two"]
    assert ["stream_options" in seen.body for seen in stub.requests] == [True, False, False]
    assert all(seen.body["stream"] is True for seen in stub.requests)


async def test_another_refusal_is_not_asked_again(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(400).says("never asked for")

    error, kind = await failure_of(model)

    assert (error.retryable, kind, len(stub.requests)) == (False, "refused", 1)


async def test_a_connection_that_closed_before_the_stream_is_opened_anew_at_once(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.cuts(after=b"").says("Hi.")

    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("words", [[], ["One", " two"]])
@pytest.mark.parametrize(
    ("how", "kind"), [("cut", "connection_lost"), ("end", "cut"), ("error", "failed_midway")]
)
async def test_a_stream_that_breaks_off_may_be_tried_again(
    how: str, kind: str, words: list[str], stub: StubProvider, model: ChatCompletionsModel
) -> None:
    error_event = b'data: {"error": {"message": "secret words of the provider"}}\n\n'
    last = {"error": error_event}.get(how, 0.01)
    stub.streams(*map(said, words), last, cut=how == "cut").says("Hi.")
    shown: list[str] = []

    error, told_kind = await failure_of(model, shown)

    assert (error.retryable, told_kind) == (True, kind)
    assert "".join(shown) == "".join(words)
    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("words", [[], ["One", " two"]])
async def test_a_stream_that_falls_silent_may_be_tried_again(
    words: list[str], stub: StubProvider, model: ChatCompletionsModel, pass_time: PassTime
) -> None:
    stub.streams(*map(said, words), asyncio.Event()).says("Hi.")
    shown: list[str] = []
    asking = asyncio.create_task(failure_of(model, shown))
    await until(lambda: bool(stub.requests) and "".join(shown) == "".join(words))

    for _ in range(500):  # until its clock is the one that was moved
        pass_time(SILENCE_TIMEOUT_S)
        await asyncio.wait([asking], timeout=0.01)
    assert asking.done()
    error, told_kind = asking.result()

    assert (error.retryable, told_kind) == (True, "timeout")
    assert "".join(shown) == "".join(words)
    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'data: {"choices": [{"delta\n\n', "not_json"),
        (DONE, "no_choices"),
        (b"", "cut"),
        (b"<html>Bad gateway</html>", "cut"),
        (b'{"error": {"message": "secret"}}', "no_choices"),
        (b'{"choices": [{"mess', "not_json"),
    ],
)
async def test_a_body_that_is_no_answer_may_be_tried_again(
    body: bytes, kind: str, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(body)

    error, told_kind = await failure_of(model)

    assert (error.retryable, told_kind) == (True, kind)


@pytest.mark.parametrize(
    ("begin", "goes_on"),
    [
        (b"", said("and on ")),
        (b"", said("", "stop")),
        (b"", b" "),
        (b": ", b"x"),
        (b"data: ", b"x"),
        (b"", b"data\n"),
        (b"{", b" "),
    ],
)
async def test_an_answer_without_end_is_given_up_streamed_or_plain(
    begin: bytes,
    goes_on: bytes,
    stub: StubProvider,
    model: ChatCompletionsModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_body, "MAX_ANSWER_BYTES", 100_000)
    for _ in range(2):
        stub.streams(begin, *([goes_on * 1000] * 1000))

    error, kind = await failure_of(model)
    with pytest.raises(ModelError) as raised:
        await model.request(HELLO, SETTINGS, TOOLS)

    assert (error.retryable, kind, raised.value.retryable) == (False, "too_long", False)
    await no_connection_left(stub)


async def test_data_in_a_great_many_lines_takes_no_more_time_than_its_bytes(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    # Looking at all earlier lines with each one took minutes, in which nothing else ran.
    stub.streams(b"data:\n" * 200_000)

    began = time.process_time()
    await failure_of(model)

    assert time.process_time() - began < 10


async def test_a_stream_that_is_left_drops_its_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(said("One"), asyncio.Event()).says("Hi.")

    async with model.request_stream(HELLO, None, TOOLS) as stream:
        await anext(aiter(stream))

    await no_connection_left(stub)
    assert stream.get().state == "incomplete"
    assert (await told(model)).text == "Hi."


@pytest.mark.parametrize("words", [["One"], [], None])
async def test_a_cancelled_stream_drops_its_connection(
    words: list[str] | None, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    if words is None:
        stub.hangs()
    else:
        stub.streams(*map(said, words), asyncio.Event())

    heard: list[str] = []
    asking = asyncio.create_task(told(model, heard))
    await until(lambda: bool(stub.requests) and heard == (words or []))

    await give_up(asking)

    await no_connection_left(stub)
    await until(stub.hung_up.is_set)


async def test_a_stream_that_is_told_to_stop_drops_its_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.streams(said("One"), asyncio.Event())

    async with model.request_stream(HELLO, None, TOOLS) as stream:
        await anext(aiter(stream))
        rest = asyncio.create_task(_read_on(stream))
        await asyncio.sleep(0.01)
        await stream.cancel()

        await no_connection_left(stub)
        await rest
        assert stream.get().state == "interrupted"


async def _read_on(stream: StreamedResponse) -> None:
    async for _ in stream:
        pass


async def test_streams_that_are_switched_off_do_not_leave(stub: StubProvider) -> None:
    model = ChatCompletionsModel("stub", base_url=stub.base_url)

    with (
        models.override_allow_model_requests(False),
        pytest.raises(RuntimeError, match="not allowed"),
    ):
        await told(model)

    assert stub.requests == []
