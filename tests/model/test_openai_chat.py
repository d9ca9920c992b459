"""The client of chat-completions servers, against a real server on loopback."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import cast

import pytest
from pydantic_ai import models
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from structlog.testing import capture_logs

from taskchat.errors import ContextTooLongError, ModelError, StartError
from taskchat.model.openai_chat import ChatCompletionsModel
from tests.model.asking import ask as ask_any
from tests.model.asking import give_up
from tests.model.stub_provider import Json, StubProvider
from tests.processes import PATIENCE_S, until

ADD_TASK = ToolDefinition(
    name="add_task",
    description="Add a task.",
    parameters_json_schema={
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
    },
)


def hello() -> list[ModelMessage]:
    return [ModelRequest.user_text_prompt("hello", instructions="You keep a list.")]


async def ask(
    model: ChatCompletionsModel,
    *,
    settings: ModelSettings | None = None,
    tools: list[ToolDefinition] | None = None,
) -> ModelResponse:
    return await model.request(
        hello(), settings, ModelRequestParameters(function_tools=tools or [])
    )


async def failure_of(model: ChatCompletionsModel) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await ask(model)
    return raised.value


async def no_connection_left(stub: StubProvider) -> None:
    await until(lambda: stub.open_connections == 0)  # aiohttp's server has no event for it


async def test_a_text_answer_is_a_response_with_its_usage_and_names(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("Hi there.")

    response = await ask(model)

    assert response.text == "Hi there."
    assert (response.usage.input_tokens, response.usage.output_tokens) == (100, 20)
    assert response.model_name == "stub-2026-01-01"
    assert response.finish_reason == "stop"
    assert response.provider_response_id == "chatcmpl-1"


async def test_a_tool_call_comes_with_its_id_and_its_arguments_as_text(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.calls(("add_task", {"title": "Buy milk"}))

    response = await ask(model, tools=[ADD_TASK])

    assert response.parts == [
        ToolCallPart("add_task", '{"title": "Buy milk"}', tool_call_id="call_1")
    ]
    assert response.finish_reason == "tool_call"


async def test_parallel_tool_calls_keep_their_order_beside_the_text(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.calls(("add_task", {"title": "a"}), ("add_task", {"title": "b"}), text="Two at once.")

    response = await ask(model, tools=[ADD_TASK])

    assert response.text == "Two at once."
    assert [call.args_as_dict() for call in response.tool_calls] == [{"title": "a"}, {"title": "b"}]
    assert len({call.tool_call_id for call in response.tool_calls}) == 2


async def test_malformed_arguments_and_unknown_tools_are_passed_on_as_they_came(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.calls(("no_such_tool", '{"title": "Bu'))

    response = await ask(model, tools=[ADD_TASK])

    assert [(call.tool_name, call.args) for call in response.tool_calls] == [
        ("no_such_tool", '{"title": "Bu')
    ]


async def test_a_refusal_of_the_model_is_told_in_its_own_words(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.refuses("I cannot help with that.")

    response = await ask(model)

    assert response.parts == [TextPart("I cannot help with that.")]
    assert response.finish_reason == "content_filter"


async def test_an_empty_answer_is_a_response_without_parts(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("")

    response = await ask(model)

    assert response.parts == []
    assert response.finish_reason == "stop"


async def test_the_request_names_the_model_its_tools_and_the_key(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("ok")

    await ask(model, tools=[ADD_TASK])

    (seen,) = stub.requests
    assert seen.headers["Authorization"] == "Bearer sk-test"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.body == {
        "model": "stub",
        "messages": [
            {"role": "system", "content": "You keep a list."},
            {"role": "user", "content": "hello"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "add_task",
                    "description": "Add a task.",
                    "parameters": ADD_TASK.parameters_json_schema,
                },
            }
        ],
    }


async def test_a_server_that_asks_for_no_key_gets_none(
    stub: StubProvider, allow_requests: None
) -> None:
    stub.says("ok")

    async with ChatCompletionsModel("stub", base_url=f"{stub.base_url}/") as model:
        await ask(model)

    assert "Authorization" not in stub.requests[0].headers


async def test_other_tools_in_a_later_call_are_the_ones_sent(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("one").says("two").says("three")
    other = ToolDefinition(name="list_tasks")

    for tools in ([ADD_TASK], [ADD_TASK, other], []):
        await ask(model, tools=tools)

    sent = [cast("list[Json]", seen.body.get("tools", [])) for seen in stub.requests]
    names = [[cast("Json", tool["function"])["name"] for tool in tools] for tools in sent]
    assert names == [["add_task"], ["add_task", "list_tasks"], []]


async def test_settings_are_sent_where_they_are_set(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("one").says("two")
    settings = ModelSettings(temperature=0, max_tokens=50, parallel_tool_calls=False)

    await ask(model, settings=settings, tools=[ADD_TASK])
    await ask(model, settings=settings)

    with_tools, without = (seen.body for seen in stub.requests)
    assert with_tools["temperature"] == 0
    assert with_tools["max_tokens"] == 50
    assert with_tools["parallel_tool_calls"] is False
    assert "parallel_tool_calls" not in without


async def test_calls_one_after_the_other_share_a_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("one").says("two").says("three")

    for _ in range(3):
        await ask(model)

    assert len({seen.client_port for seen in stub.requests}) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
async def test_a_passing_failure_may_be_tried_again(
    status: int, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(status)

    error = await failure_of(model)

    assert error.retryable
    assert error.retry_after_s is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_failure_that_will_not_pass_is_not_tried_again(
    status: int, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(status, retry_after=3)

    error = await failure_of(model)

    assert not error.retryable
    assert error.retry_after_s is None


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine on which the tests run."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("no_proxy", "allow_requests")
async def test_the_proxy_that_the_environment_names_is_asked(
    stub: StubProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", stub.origin.replace("//", "//ann:secret@"))
    stub.says("By way of the proxy.")

    async with ChatCompletionsModel("stub", base_url="http://model.example/v1") as model:
        answer = await ask(model)

    assert answer.text == "By way of the proxy."
    assert stub.requests[0].headers["Host"] == "model.example"
    assert stub.requests[0].headers["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.usefixtures("no_proxy", "allow_requests")
async def test_a_server_on_this_machine_is_never_asked_by_way_of_a_proxy(
    stub: StubProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    stub.says("Directly.")

    async with ChatCompletionsModel("stub", base_url=stub.base_url) as model:
        answer = await ask(model)

    assert answer.text == "Directly."


async def test_money_that_is_spent_does_not_come_back_by_trying_again(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.has_no_more_money()

    error = await failure_of(model)

    # Though its status is that of a rate limit.
    assert not error.retryable


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "2", 2),
        (503, "30", 30),
        (429, "Wed, 21 Oct 2026 07:28:00 GMT", None),
        (429, "-1", None),
        (429, "9" * 5000, None),
    ],
)
async def test_the_wait_that_the_server_asks_for_is_kept(
    status: int,
    header: str,
    seconds: int | None,
    stub: StubProvider,
    model: ChatCompletionsModel,
) -> None:
    stub.fails(status, retry_after=header)

    error = await failure_of(model)

    assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    "body",
    [
        "<html>Bad gateway</html>",
        '{"choices": [{"mess',
        "",
        "[]",
        "null",
        '{"choices": []}',
        '{"choices": null}',
        '{"choices": [{"finish_reason": "stop"}]}',
        '{"error": {"message": "secret words of the provider"}}',
    ],
)
async def test_a_body_that_is_no_answer_may_be_tried_again(
    body: str, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.sends(body)

    error = await failure_of(model)

    assert error.retryable


@pytest.mark.parametrize("sent", [b'{"choices": [{"mess', b""], ids=["in the body", "before"])
async def test_a_cut_connection_may_be_tried_again(
    sent: bytes, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.cuts(after=sent).cuts(after=sent)

    error = await failure_of(model)

    assert error.retryable


async def test_a_connection_that_closed_before_the_answer_is_opened_anew_at_once(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.cuts(after=b"").says("Hi.")

    response = await ask(model)

    assert response.text == "Hi."


async def test_a_server_that_is_not_there_may_be_tried_again(allow_requests: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = cast("int", taken.getsockname()[1])

    model = ChatCompletionsModel("stub", base_url=f"http://127.0.0.1:{port}/v1")
    async with model:
        error = await failure_of(model)

    assert error.retryable


async def test_a_server_that_does_not_take_the_connection_is_given_up_in_time(
    allow_requests: None,
) -> None:
    # A listener whose queue is full lets further connections wait for ever.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = cast("tuple[str, int]", server.getsockname())
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        model = ChatCompletionsModel(
            "stub", base_url=f"http://127.0.0.1:{address[1]}/v1", connect_timeout_s=0.05
        )
        async with model, asyncio.timeout(PATIENCE_S):
            error = await failure_of(model)
        for client in waiting:
            client.close()

    assert error.retryable


async def test_a_redirect_is_refused_and_not_followed(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    async with StubProvider() as elsewhere:
        elsewhere.says("I have your key.")
        stub.redirects(f"{elsewhere.base_url}/chat/completions")

        error = await failure_of(model)

        assert elsewhere.requests == []
    assert not error.retryable


async def test_a_cancelled_call_drops_its_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.hangs().says("Hi.")
    asking = asyncio.create_task(ask(model))
    await until(lambda: bool(stub.requests))

    await give_up(asking)

    await no_connection_left(stub)
    await until(stub.hung_up.is_set)
    assert (await ask(model)).text == "Hi."


async def test_a_call_cancelled_inside_the_body_drops_its_connection(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.stalls()
    asking = asyncio.create_task(ask(model))
    await stub.stalled.wait()

    await give_up(asking)

    await no_connection_left(stub)


async def test_the_body_of_an_error_is_not_waited_for(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.stalls(503)

    error = await failure_of(model)

    await no_connection_left(stub)
    assert error.retryable


async def test_a_slow_answer_is_waited_for(stub: StubProvider, model: ChatCompletionsModel) -> None:
    stub.hangs(0.1)

    assert (await ask(model)).text == "At last."


async def test_an_error_and_its_log_line_hold_nothing_of_the_provider_or_the_key(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(401)

    with capture_logs() as lines:
        error = await failure_of(model)

    assert str(error) == ModelError.text
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert lines == [
        {"event": "model.failed", "log_level": "warning", "status": 401, "kind": "refused"}
    ]


async def test_a_connection_that_fails_is_logged_by_kind_alone(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.cuts().sends("not json")

    with capture_logs() as lines:
        await failure_of(model)
        await failure_of(model)

    assert [(line["status"], line["kind"]) for line in lines] == [
        (None, "connection_lost"),
        (200, "not_json"),
    ]


async def test_model_requests_that_are_switched_off_do_not_leave(stub: StubProvider) -> None:
    model = ChatCompletionsModel("stub", base_url=stub.base_url)

    with (
        models.override_allow_model_requests(False),
        pytest.raises(RuntimeError, match="not allowed"),
    ):
        await ask(model)

    assert stub.requests == []


async def test_closing_twice_and_asking_again_are_fine(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.says("one").says("two")
    await ask(model)

    await model.aclose()
    await model.aclose()

    assert (await ask(model)).text == "two"


async def test_openai_itself_is_asked_in_its_newer_words() -> None:
    ours = ChatCompletionsModel("gpt-5-mini", api_key="sk-test")

    assert ours.base_url == "https://api.openai.com/v1"
    assert b'"max_completion_tokens":9' in ours.write_body(hello(), ModelSettings(max_tokens=9), [])


def test_a_model_says_its_name_and_system() -> None:
    model = ChatCompletionsModel("stub", base_url="http://localhost/v1")

    assert (model.model_name, model.system) == ("stub", "openai")
    assert model.profile.get("context_window") is None


async def test_a_check_passes_where_the_server_lists_models_or_has_no_list(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    await model.check()

    stub.fails(404)
    await model.check()


@pytest.mark.parametrize(
    ("status", "setting"),
    [
        (401, "TASKCHAT_MODEL_API_KEY"),
        (403, "OPENAI_API_KEY"),
        (500, "TASKCHAT_MODEL_BASE_URL"),
        (301, "TASKCHAT_MODEL_BASE_URL"),
    ],
)
async def test_a_check_that_fails_names_the_setting(
    status: int, setting: str, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.fails(status)

    with pytest.raises(StartError, match=setting):
        await model.check()


async def test_a_check_of_a_server_that_is_not_there_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = cast("int", taken.getsockname()[1])

    async with ChatCompletionsModel("stub", base_url=f"http://127.0.0.1:{port}/v1") as model:
        with pytest.raises(StartError, match="TASKCHAT_MODEL_BASE_URL"):
            await model.check()


async def test_the_stub_as_a_process_follows_its_rules(allow_requests: None) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.model.stub_provider", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        base_url = (await process.stdout.readline()).decode().strip()
        async with ChatCompletionsModel("stub", base_url=base_url) as model:
            response = await model.request(
                [ModelRequest.user_text_prompt("add Buy milk")],
                None,
                ModelRequestParameters(function_tools=[ADD_TASK]),
            )
    finally:
        process.terminate()
        await process.wait()

    assert [(call.tool_name, call.args_as_dict()) for call in response.tool_calls] == [
        ("add_task", {"title": "Buy milk"})
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, '{"error": {"code": "context_length_exceeded", "message": "Too long."}}'),
        (400, "This model's maximum context length is 4096 tokens. However, you requested 5000"),
        (400, "However, the model's context length is only 4096 tokens"),
        (400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
        (400, "request (5000 tokens) exceeds the available context size (4096 tokens)"),
        (500, '{"error": {"message": "Context size has been exceeded.", "type": "server_error"}}'),
        (400, '{"error": {"type": "exceed_context_size_error", "n_ctx": 4096}}'),
        (400, "Requested tokens (2285) exceed context window of 2048"),
        (400, "the input length exceeds the context length"),
        (400, "tokens to keep from the initial prompt is greater than the context length"),
        (422, "Please reduce the length of the messages or completion."),
        (400, "prompt is too long: 210000 tokens > 200000 maximum"),
        (413, ""),
    ],
)
async def test_each_server_s_way_to_say_that_it_was_given_too_much_is_understood(
    status: int, words: str, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.sends(words, status=status)

    error = await failure_of(model)

    assert type(error) is ContextTooLongError


@pytest.mark.parametrize("status", [400, 422, 429, 500])
async def test_a_refusal_for_another_reason_is_no_matter_of_length(
    status: int, stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.sends('{"error": {"message": "max_tokens is too large: 5 tokens"}}', status=status)

    assert type(await failure_of(model)) is ModelError


async def test_too_much_that_is_told_with_a_200_is_understood(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    told = '{"error": {"message": "maximum context length", "code": 400}}'
    stub.sends(told)
    stub.streams(f"data: {told}\n\n".encode())

    assert type(await failure_of(model)) is ContextTooLongError
    with pytest.raises(ContextTooLongError):
        await ask_any(model, streamed=True)


async def test_the_reason_of_a_refusal_is_not_waited_for_long(
    stub: StubProvider, model: ChatCompletionsModel
) -> None:
    stub.stalls(400)

    assert not (await failure_of(model)).retryable
