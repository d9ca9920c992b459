"""Bytes of an event stream, however they are cut, to the data of its events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskchat.model.server_sent_events import EventReader


def read(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    events = [data for chunk in chunks for data in reader.feed(chunk)]
    return events + reader.close()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_any_of_the_three_ways(end: bytes) -> None:
    body = end.join([b"data: one", b"", b"data: two", b"", b""])

    assert read(body) == [b"one", b"two"]


def test_the_space_after_the_colon_may_be_missing_and_only_one_is_dropped() -> None:
    assert read(b"data:a\n\ndata: b\n\ndata:  c\n\n") == [b"a", b"b", b" c"]


def test_comments_other_fields_and_blank_lines_are_no_data() -> None:
    body = b": keep-alive\n\n\nevent: message\nid: 7\nretry: 10\ndata: a\n\n: bye\n\ndataset: b\n\n"

    assert read(body) == [b"a"]


def test_data_in_several_lines_is_joined_by_newlines() -> None:
    assert read(b"data: {\ndata\ndata: }\n\n") == [b"{\n\n}"]


def test_a_byte_order_mark_before_the_first_line_is_left_out() -> None:
    assert read(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]


def test_an_event_is_there_as_soon_as_its_blank_line_is() -> None:
    reader = EventReader()

    assert reader.feed(b"data: a\r\n") == []
    assert reader.feed(b"\r") == [b"a"]
    assert reader.feed(b"\ndata: b\n\n") == [b"b"]


def test_a_line_end_of_two_bytes_that_is_cut_in_two_is_one_line_end() -> None:
    assert read(b"data: a\r", b"\ndata: b\r", b"\n\r\n") == [b"a\nb"]


def test_the_last_event_needs_no_blank_line() -> None:
    assert read(b"data: a\n\ndata: b") == [b"a", b"b"]


@settings(deadline=None)
@given(st.data())
def test_where_the_bytes_are_cut_makes_no_difference(data: st.DataObject) -> None:
    events = ["Käse", "{", "漢字 🎈", "", "a: b", "two\nlines"]
    ends = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = ["data: " + event.replace("\n", "\ndata: ") + "\n\n" for event in events]
    body = "".join(lines).replace("\n", ends).encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(body) - 1))))

    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    assert read(*pieces) == [event.encode() for event in events]
