"""How a history is written for chat completions, and what is read from an answer."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from pydantic_ai.messages import (
    ImageUrl,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    RetryFeedbackPart,
    RetryInfo,
    SystemPromptPart,
    TextContent,
    TextPart,
    ThinkingPart,
    ToolAvailabilityDeltaPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from taskchat.errors import InternalError
from taskchat.model.openai_wire import read_answer, write_messages
from tests.model.stub_provider import Json, wire_fault


def user(text: str, *, instructions: str | None = None) -> ModelRequest:
    return ModelRequest.user_text_prompt(text, instructions=instructions)


def assistant(text: str) -> ModelResponse:
    return ModelResponse([TextPart(text)])


def written(*messages: ModelMessage) -> list[Json]:
    wire = write_messages(messages)
    assert wire_fault({"model": "stub", "messages": wire}) is None
    return wire


def read(message: Json, **choice: object) -> ModelResponse:
    body = {"choices": [{"message": message, **choice}]}
    return read_answer(json.dumps(body).encode(), model_name="asked")


def test_the_latest_instructions_are_the_one_system_message_and_come_first() -> None:
    wire = written(
        user("hi", instructions="old"),
        assistant("Hello."),
        user("again", instructions="new"),
        assistant("Yes?"),
        user("without"),
    )

    assert wire[0] == {"role": "system", "content": "new"}
    assert [message["role"] for message in wire[1:]] == ["user", "assistant"] * 2 + ["user"]


def test_a_tool_call_and_its_return_are_a_pair_by_id() -> None:
    wire = written(
        user("buy milk"),
        ModelResponse([ToolCallPart("add_task", '{"title": "Buy milk"}', tool_call_id="c1")]),
        ModelRequest([ToolReturnPart("add_task", {"task_id": 1, "due": None}, tool_call_id="c1")]),
        ModelResponse([TextPart("Added."), TextPart(" Anything else?")]),
    )

    assert wire[1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "add_task", "arguments": '{"title": "Buy milk"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"task_id":1,"due":null}'},
        {"role": "assistant", "content": "Added. Anything else?"},
    ]


def test_a_return_that_is_text_stays_that_text() -> None:
    wire = written(
        user("x"),
        ModelResponse([TextPart("Looking."), ToolCallPart("t", {"a": 1}, tool_call_id="c1")]),
        ModelRequest([ToolReturnPart("t", 'He said "no".', tool_call_id="c1")]),
    )

    assert wire[1]["content"] == "Looking."
    assert wire[2]["content"] == 'He said "no".'


@pytest.mark.parametrize(
    ("content", "outcome", "told"),
    [
        ({"a": [1]}, "success", '{"a":[1]}'),
        ([], "success", "[]"),
        (None, "success", "null"),
        ({"a": 1}, "failed", '{"error":"{\\"a\\":1}"}'),
    ],
)
def test_a_return_says_what_it_is_and_whether_it_went_well(
    content: Any, outcome: Any, told: str
) -> None:
    wire = written(
        user("x"),
        ModelResponse([ToolCallPart("t", {}, tool_call_id="c1")]),
        ModelRequest([ToolReturnPart("t", content, tool_call_id="c1", outcome=outcome)]),
    )

    assert wire[2]["content"] == told


def test_a_call_that_has_to_be_made_again_is_answered_with_an_error() -> None:
    wire = written(
        user("x"),
        ModelResponse([ToolCallPart("t", "{}", tool_call_id="c1")]),
        ModelRequest([ToolReturnPart("t", "No title.", tool_call_id="c1", outcome="retried")]),
    )

    assert wire[2]["content"] == '{"error":"No title."}'


@pytest.mark.parametrize("arguments", ['{"title": "Bu', "[1]", "", None])
def test_malformed_arguments_go_back_as_a_json_object(arguments: str | None) -> None:
    wire = written(
        user("x"),
        ModelResponse([ToolCallPart("t", arguments, tool_call_id="c1")]),
        ModelRequest([ToolReturnPart("t", "Not JSON.", tool_call_id="c1")]),
    )

    (call,) = cast("list[Json]", wire[1]["tool_calls"])
    sent: object = json.loads(str(cast("Json", call["function"])["arguments"]))
    assert sent == ({"INVALID_JSON": arguments} if arguments else {})


def test_user_messages_without_an_answer_between_become_one() -> None:
    wire = written(user("first"), ModelResponse([]), user("second"))

    assert wire == [{"role": "user", "content": "first\n\nsecond"}]


def test_a_system_part_at_the_beginning_joins_the_instructions() -> None:
    wire = written(
        ModelRequest(
            [SystemPromptPart("Be brief."), UserPromptPart("hi")], instructions="You keep a list."
        )
    )

    assert wire == [
        {"role": "system", "content": "You keep a list.\n\nBe brief."},
        {"role": "user", "content": "hi"},
    ]


def test_feedback_on_an_answer_is_a_user_message_that_says_who_speaks() -> None:
    feedback = RetryFeedbackPart(
        "Say something.", retry=RetryInfo(cause="model_retry", attempt=1, max_retries=1)
    )

    wire = written(user("hi"), assistant("?"), ModelRequest([feedback]))

    assert wire[-1]["role"] == "user"
    assert "Say something." in str(wire[-1]["content"])
    assert "retry_feedback" in str(wire[-1]["content"])


def test_text_in_pieces_is_one_message_and_thinking_is_left_out() -> None:
    wire = written(
        ModelRequest([UserPromptPart(["one", TextContent("two")])]),
        ModelResponse([ThinkingPart("hm"), TextPart("Three.")]),
    )

    assert [message["content"] for message in wire] == ["one\n\ntwo", "Three."]


@pytest.mark.parametrize(
    "part",
    [
        UserPromptPart([ImageUrl("https://example.com/cat.png")]),
        ToolAvailabilityDeltaPart(),
    ],
    ids=["picture", "delta"],
)
def test_what_the_wire_cannot_say_is_refused(
    part: UserPromptPart | ToolAvailabilityDeltaPart,
) -> None:
    with pytest.raises(InternalError):
        write_messages([ModelRequest([part])])


def test_content_as_a_list_of_parts_is_their_text() -> None:
    response = read(
        {"content": [{"type": "text", "text": "Hi "}, {"type": "audio"}, "odd", {"text": "you."}]}
    )

    assert response.parts == [TextPart("Hi you.")]


def test_a_nul_in_the_text_is_dropped() -> None:
    assert read({"content": "a\0b"}).text == "ab"


def test_calls_without_an_id_or_with_one_used_twice_get_ids_of_their_own() -> None:
    function = {"name": "t", "arguments": "{}"}
    response = read(
        {
            "tool_calls": [
                {"id": "same", "function": function},
                {"id": "same", "function": function},
                {"id": "", "function": function},
                {"function": function},
            ]
        }
    )

    ids = [call.tool_call_id for call in response.tool_calls]
    assert ids[0] == "same"
    assert all(ids)
    assert len(set(ids)) == 4


def test_arguments_as_an_object_are_kept_and_missing_ones_are_none_given() -> None:
    response = read(
        {
            "tool_calls": [
                {"id": "1", "function": {"name": "t", "arguments": {"a": 1}}},
                {"id": "2", "function": {"name": "t"}},
            ]
        }
    )

    assert [call.args_as_dict() for call in response.tool_calls] == [{"a": 1}, {}]


def test_a_call_that_names_no_tool_is_no_call() -> None:
    response = read({"tool_calls": [{"id": "1", "function": {"arguments": "{}"}}, "odd", None]})

    assert response.parts == []


def test_what_a_server_leaves_out_is_made_up_for() -> None:
    response = read({"content": "Hi."})

    assert response.model_name == "asked"
    assert response.finish_reason is None
    assert response.provider_response_id is None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_call"),
        ("content_filter", "content_filter"),
        ("whatever", None),
        (7, None),
    ],
)
def test_finish_reasons_are_told_in_pydantic_ais_words(sent: object, read_as: str | None) -> None:
    assert read({"content": "Hi."}, finish_reason=sent).finish_reason == read_as
