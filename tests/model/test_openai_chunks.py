"""Chunks of a streamed answer, as servers differ in cutting it, to what the whole says."""

from __future__ import annotations

import json

import pytest
from pydantic_ai.messages import TextPart, ToolCallPart

from taskchat.model.openai_chunks import ChunkedAnswer
from taskchat.model.openai_wire import AnswerUnreadableError, read_completion
from tests.model.stub_provider import Json


def delta(**fields: object) -> Json:
    return {"choices": [{"index": 0, "delta": fields}]}


def call(name: str | None = None, arguments: object = None, **fields: object) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"function": {k: v for k, v in function.items() if v is not None}, **fields}


def calls_in(*pieces: Json | list[Json]) -> list[ToolCallPart]:
    """The calls that an answer holds, of which each chunk brings a piece or several."""
    answer = ChunkedAnswer()
    for piece in pieces:
        chunk = delta(tool_calls=piece if isinstance(piece, list) else [piece])
        assert answer.take(json.dumps(chunk).encode()) == ""
    return read_completion(answer.completion(), model_name="asked").tool_calls


def said(calls: list[ToolCallPart]) -> list[tuple[str, object]]:
    return [(call.tool_name, call.args) for call in calls]


def test_several_calls_in_pieces_are_told_apart_by_their_index() -> None:
    calls = calls_in(
        call("add_task", "", index=0, id="a"),
        call(arguments='{"ti', index=0),
        [call("list_tasks", "", index=1, id="b"), call(arguments='tle": "x"}', index=0)],
        [call(arguments="{", index=1), call(arguments="}", index=1)],
    )

    assert said(calls) == [("add_task", '{"title": "x"}'), ("list_tasks", "{}")]
    assert [call.tool_call_id for call in calls] == ["a", "b"]


def test_whole_calls_without_index_and_id_are_calls_each() -> None:
    calls = calls_in(
        [call("list_tasks", ""), call("list_tasks", "")], call("add_task", {"title": "x"})
    )

    assert said(calls) == [("list_tasks", ""), ("list_tasks", ""), ("add_task", {"title": "x"})]
    assert len({call.tool_call_id for call in calls}) == 3


def test_pieces_without_index_go_on_with_their_id_or_the_last_call() -> None:
    calls = calls_in(
        call("t", '{"a', id="a"),
        call(arguments='": 1', id="a"),
        call("t", "{", id="b"),
        call(arguments="}"),
        call(arguments="}", id="a"),
    )

    assert said(calls) == [("t", '{"a": 1}'), ("t", "{}")]


def test_calls_that_are_all_number_nought_are_told_apart_by_id() -> None:
    calls = calls_in(call("t", "{}", index=0, id="a"), call("t", "{}", index=0, id="b"))

    assert [call.tool_call_id for call in calls] == ["a", "b"]


def test_whole_calls_that_are_all_number_nought_and_have_no_id_are_calls_each() -> None:
    calls = calls_in(call("t", '{"a": 1}', index=0), call("t", '{"a": 2}', index=0))

    assert said(calls) == [("t", '{"a": 1}'), ("t", '{"a": 2}')]


def test_index_id_and_name_in_every_piece_are_one_call() -> None:
    calls = calls_in(call("t", '{"a', index=0, id="a"), call("t", '": 1}', index=0, id="a"))

    assert said(calls) == [("t", '{"a": 1}')]


def test_index_and_name_in_every_piece_are_one_call_until_its_arguments_are_whole() -> None:
    calls = calls_in(
        call("t", '{"a', index=0), call("t", '": 1}', index=0), call("t", "{}", index=0)
    )

    assert said(calls) == [("t", '{"a": 1}'), ("t", "{}")]


def test_another_id_without_a_name_goes_on_with_the_call() -> None:
    calls = calls_in(call("t", "{", index=0, id="a"), call(arguments="}", index=0, id="b"))

    assert said(calls) == [("t", "{}")]
    assert calls[0].tool_call_id == "a"


def test_an_id_that_comes_late_is_the_calls_and_a_name_may_come_in_pieces() -> None:
    calls = calls_in(call("add_", index=0), call("task", "{}", index=0, id="late"))

    assert calls == [ToolCallPart("add_task", "{}", tool_call_id="late")]


def test_a_call_without_arguments_is_as_in_a_plain_answer() -> None:
    assert said(calls_in(call("t", index=0))) == [("t", {})]
    assert said(calls_in(call(index=0, arguments="{}"))) == []


@pytest.mark.parametrize("chunk", ["{}", "null", '{"choices": null}', '{"choices": ["odd", 1]}'])
def test_a_chunk_that_says_nothing_is_fine(chunk: str) -> None:
    answer = ChunkedAnswer()

    assert answer.take(chunk.encode()) == ""
    assert not answer.is_whole


def test_text_is_the_content_or_else_the_refusal() -> None:
    answer = ChunkedAnswer()

    words = [answer.take(json.dumps(delta(**fields)).encode()) for fields in (
        {"refusal": "I "}, {"content": None, "refusal": "can\0not."},
    )]  # fmt: skip

    response = read_completion(answer.completion(), model_name="asked")
    assert words == ["I ", "cannot."]
    assert response.parts == [TextPart("I cannot.")]
    assert response.finish_reason == "content_filter"


def test_one_chunk_with_the_whole_message_is_the_answer_and_later_ones_repeat_it() -> None:
    answer = ChunkedAnswer()
    whole = {"choices": [{"message": {"content": "Hi."}}]}

    words = [answer.take(json.dumps(whole).encode()) for _ in range(2)]

    assert words == ["Hi.", ""]


def test_an_answer_is_whole_with_a_reason_or_with_done() -> None:
    with_reason, with_done = ChunkedAnswer(), ChunkedAnswer()

    with_reason.take(b'{"choices": [{"delta": {}, "finish_reason": "stop"}]}')
    with_done.take(b" [DONE]")

    assert (with_reason.is_whole, with_reason.is_done) == (True, False)
    assert (with_done.is_whole, with_done.is_done) == (True, True)
    assert with_done.take(b"not read any more") == ""


def test_done_alone_is_no_answer() -> None:
    answer = ChunkedAnswer()
    answer.take(b"[DONE]")

    with pytest.raises(AnswerUnreadableError, match="no_choices"):
        read_completion(answer.completion(), model_name="asked")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"choices": [', "not_json"),
        (b'{"id": "\xff"}', "not_json"),
        (b'{"error": {"message": "secret"}}', "failed_midway"),
        (b'{"error": "secret", "choices": []}', "failed_midway"),
    ],
)
def test_broken_data_and_errors_are_no_answer(data: bytes, kind: str) -> None:
    with pytest.raises(AnswerUnreadableError) as raised:
        ChunkedAnswer().take(data)

    assert raised.value.kind == kind
    assert raised.value.__cause__ is None
