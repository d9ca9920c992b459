"""Every kind of model behind its provider's own wire, whole and as a stream: one face for all."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime
from typing import cast

import pytest
from pydantic_ai import models
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.models import Model, ModelRequestParameters
from structlog.testing import capture_logs

from taskchat.errors import ContextTooLongError, ModelError
from taskchat.model.choices import ModelChoice
from taskchat.model.providers import make_model
from tests.model.asking import ADD_TASK, RULES, ask, conversation, give_up, hello
from tests.model.conftest import SERVERS, ServedKind, model_of
from tests.model.scripted_server import Json, ScriptedServer
from tests.model.stub_anthropic import AnthropicStub
from tests.model.stub_google import GoogleStub
from tests.processes import until


async def failure_of(model: Model, *, streamed: bool) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await ask(model, streamed=streamed)
    return raised.value


def calls_of(response: ModelResponse) -> list[tuple[str, dict[str, object]]]:
    return [(call.tool_name, call.args_as_dict()) for call in response.tool_calls]


async def test_a_text_answer_comes_with_its_usage_and_its_model(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.says("Hi there, friend.")

    response = await ask(asked_once, streamed=streamed)

    assert response.parts == [TextPart("Hi there, friend.")]
    assert (response.usage.input_tokens, response.usage.output_tokens) == (100, 20)
    assert response.model_name == server.name
    assert response.finish_reason == "stop"


async def test_a_stream_tells_the_words_of_the_answer(
    server: ScriptedServer, asked_once: Model
) -> None:
    server.says("One two three.")
    shown: list[str] = []

    await ask(asked_once, streamed=True, shown=shown)

    assert "".join(shown) == "One two three."


async def test_one_call_comes_with_its_arguments(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.calls(("add_task", {"title": "Buy milk"}))

    response = await ask(asked_once, streamed=streamed)

    assert calls_of(response) == [("add_task", {"title": "Buy milk"})]
    assert response.text is None


async def test_several_calls_keep_their_order_beside_the_text(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.calls(("add_task", {"title": "a"}), ("add_task", {"title": "b"}), text="Two at once.")

    response = await ask(asked_once, streamed=streamed)

    assert response.text == "Two at once."
    assert calls_of(response) == [("add_task", {"title": "a"}), ("add_task", {"title": "b"})]
    assert len({call.tool_call_id for call in response.tool_calls}) == 2


async def test_an_unknown_tool_is_passed_on_for_the_turn_to_refuse(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.calls(("no_such_tool", {"title": "Buy milk"}))

    response = await ask(asked_once, streamed=streamed)

    assert calls_of(response) == [("no_such_tool", {"title": "Buy milk"})]


@pytest.mark.parametrize("kind", ["openai", "ollama", "anthropic"], indirect=True)
async def test_malformed_arguments_are_passed_on_for_the_turn_to_refuse(
    kind: ServedKind, server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.calls(("add_task", '{"title": "Bu'))

    response = await ask(asked_once, streamed=streamed)

    (call,) = response.tool_calls
    # Anthropic has no place for what is no JSON but in a stream.
    whole = kind == "anthropic" and not streamed
    assert call.args == ({"INVALID_JSON": '{"title": "Bu'} if whole else '{"title": "Bu')


@pytest.mark.parametrize("kind", ["google"], indirect=True)
async def test_a_call_that_gemini_could_not_write_may_be_asked_for_again(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.calls(("add_task", '{"title": "Bu'))

    error = await failure_of(asked_once, streamed=streamed)

    assert error.retryable


async def test_a_refusal_in_words_is_told(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.refuses("I will not do that.")

    response = await ask(asked_once, streamed=streamed)

    assert response.parts == [TextPart("I will not do that.")]
    assert response.finish_reason == "content_filter"


async def test_a_refusal_without_words_is_an_answer_without_parts(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.refuses()

    response = await ask(asked_once, streamed=streamed)

    assert response.parts == []
    assert response.finish_reason == "content_filter"


@pytest.mark.parametrize("kind", ["google"], indirect=True)
async def test_a_question_that_google_blocks_is_a_refusal_without_words(
    server: GoogleStub, asked_once: Model, streamed: bool
) -> None:
    server.blocks_the_prompt()

    response = await ask(asked_once, streamed=streamed)

    assert response.parts == []
    assert response.finish_reason == "content_filter"


async def test_an_empty_answer_is_a_response_without_parts(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.says("")

    response = await ask(asked_once, streamed=streamed)

    assert response.parts == []
    assert response.finish_reason == "stop"


async def test_a_rate_limit_says_how_long_to_wait(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.limits(7)

    error = await failure_of(asked_once, streamed=streamed)

    assert error.retryable
    assert error.retry_after_s == 7


@pytest.mark.parametrize("kind", ["google"], indirect=True)
async def test_a_day_s_quota_that_is_spent_is_not_waited_for(
    server: GoogleStub, asked_once: Model, streamed: bool
) -> None:
    violation: Json = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
    server.limits(7, violation)

    error = await failure_of(asked_once, streamed=streamed)

    assert not error.retryable
    assert error.retry_after_s is None


@pytest.mark.parametrize("kind", ["anthropic"], indirect=True)
async def test_what_a_gateway_says_in_its_own_words_of_too_much_is_understood(
    server: AnthropicStub, asked_once: Model, streamed: bool
) -> None:
    words = "Input exceeds the maximum context length of 8192 tokens."
    server.sends(json.dumps(server.error(400, words)), status=400)

    assert type(await failure_of(asked_once, streamed=streamed)) is ContextTooLongError


async def test_a_stream_says_who_answers_and_can_be_dropped(
    kind: ServedKind, server: ScriptedServer, asked_once: Model
) -> None:
    server.says("One two three.")

    async with asked_once.request_stream(hello(), None, ModelRequestParameters()) as stream:
        await stream.cancel()

    assert stream.provider_name == ("openai" if kind == "ollama" else kind)
    assert stream.model_name
    assert stream.timestamp <= datetime.now(UTC)
    assert (stream.provider_url is None) is (kind in {"openai", "ollama"})


async def test_an_overload_may_pass(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.overloads()

    error = await failure_of(asked_once, streamed=streamed)

    assert error.retryable


async def test_an_overload_that_is_told_in_the_stream_may_pass(
    server: ScriptedServer, asked_once: Model
) -> None:
    server.overloads_midway()

    error = await failure_of(asked_once, streamed=True)

    assert error.retryable


async def test_more_than_the_model_reads_is_a_failure_of_its_own(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.finds_too_long()

    with capture_logs() as lines:
        error = await failure_of(asked_once, streamed=streamed)

    assert type(error) is ContextTooLongError
    assert not error.retryable
    assert [(line["event"], line["kind"]) for line in lines] == [
        ("model.failed", "context_too_long")
    ]
    assert "token" not in str(lines)


async def test_a_body_that_is_too_large_is_one_too(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.fails(413)

    assert type(await failure_of(asked_once, streamed=streamed)) is ContextTooLongError


@pytest.mark.parametrize(
    ("status", "may_pass"),
    [
        *((status, False) for status in (400, 401, 403, 404, 422)),
        *((status, True) for status in (408, 409, 429, 500, 502, 503, 529)),
    ],
)
async def test_a_status_says_whether_a_failure_may_pass(
    status: int, may_pass: bool, server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.fails(status)

    error = await failure_of(asked_once, streamed=streamed)

    assert type(error) is ModelError
    assert error.retryable is may_pass
    assert error.retry_after_s is None


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "{}", "[]", "null", '{"id": 5}'])
async def test_a_body_that_is_no_answer_may_be_asked_for_again(
    body: str, server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.sends(body)

    error = await failure_of(asked_once, streamed=streamed)

    assert error.retryable


async def test_an_answer_that_is_cut_may_be_asked_for_again(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.breaks_off("One two three four five six.")
    shown: list[str] = []

    with pytest.raises(ModelError) as raised:
        await ask(asked_once, streamed=streamed, shown=shown)

    assert raised.value.retryable
    assert "One two three four five six.".startswith("".join(shown))
    assert bool(shown) is streamed


async def test_a_stream_that_ends_in_good_order_before_its_answer_does_is_cut(
    server: ScriptedServer, asked_once: Model
) -> None:
    server.breaks_off("One two three four five six.", cut="politely")
    shown: list[str] = []

    with pytest.raises(ModelError) as raised:
        await ask(asked_once, streamed=True, shown=shown)

    assert raised.value.retryable
    assert shown


async def test_a_server_that_is_not_there_may_come_back(
    kind: ServedKind, allow_requests: None, streamed: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = cast("int", taken.getsockname()[1])
    choice = ModelChoice(kind, "stub", f"http://127.0.0.1:{port}", "sk-test")

    async with make_model([choice], patience_s=0) as model:
        with capture_logs() as lines:
            error = await failure_of(model, streamed=streamed)

    assert error.retryable
    assert [line["kind"] for line in lines] == ["unreachable"]


async def test_a_redirect_is_refused_and_not_followed(
    kind: ServedKind, server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    async with SERVERS[kind]() as elsewhere:
        elsewhere.says("I have your key.")
        server.redirects(f"{elsewhere.origin}{'/v1/messages'}")

        error = await failure_of(asked_once, streamed=streamed)

        assert elsewhere.requests == []
    assert not error.retryable


async def test_nothing_of_the_provider_s_words_is_told_or_logged(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.fails(500)

    with capture_logs() as lines:
        error = await failure_of(asked_once, streamed=streamed)

    assert str(error) == ModelError.text
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert lines == [
        {"event": "model.failed", "log_level": "warning", "status": 500, "kind": "refused"}
    ]


async def test_a_request_names_the_key_the_tools_and_the_instructions(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.says("ok")

    await ask(asked_once, streamed=streamed)

    (seen,) = server.requests
    assert "sk-test" in str(list(seen.headers.values()))
    written = json.dumps(seen.body)
    assert RULES in written
    assert "hello" in written
    assert ADD_TASK.name in written
    assert server.read(seen).said == "hello"


async def test_a_conversation_with_calls_and_results_is_what_the_provider_takes(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.says("Nothing is left.")

    response = await ask(asked_once, streamed=streamed, messages=conversation())

    assert server.faults == []
    assert response.text == "Nothing is left."
    asked = server.read(server.requests[0])
    assert asked.said == "what now?"
    assert asked.results == [[]]
    assert asked.earlier == [{"task_id": 1, "title": "Milk"}, "the arguments are no JSON"]


async def test_a_request_that_is_given_up_drops_its_connection(
    server: ScriptedServer, asked_once: Model, streamed: bool
) -> None:
    server.hangs()
    asking = asyncio.create_task(ask(asked_once, streamed=streamed))
    await until(lambda: bool(server.requests))

    await give_up(asking)

    await until(server.hung_up.is_set)


async def test_leaving_a_model_closes_its_connections(
    kind: ServedKind, server: ScriptedServer, allow_requests: None
) -> None:
    server.says("ok")

    async with model_of(kind, server) as model:
        await ask(model, streamed=False)
        assert server.open_connections == 1

    await until(lambda: server.open_connections == 0)


async def test_requests_that_are_switched_off_do_not_leave(
    kind: ServedKind, server: ScriptedServer, streamed: bool
) -> None:
    async with model_of(kind, server) as model:
        with (
            models.override_allow_model_requests(False),
            pytest.raises(RuntimeError, match="not allowed"),
        ):
            await ask(model, streamed=streamed)

    assert server.requests == []
