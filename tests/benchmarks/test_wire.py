"""Messages come out whole, however their bytes arrive."""

from __future__ import annotations

import pytest

from benchmarks.wire import HttpReader

_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0\r\n0\r\n3\r\nbye\r\n0\r\n\r\n"
)
_EMPTY = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_messages_are_put_together_from_pieces_of_any_size(size: int) -> None:
    wire = _PLAIN + _EMPTY + _PLAIN
    reader = HttpReader()

    pieces = (wire[at : at + size] for at in range(0, len(wire), size))
    bodies = [body for piece in pieces for _, body in reader.feed(piece)]

    assert bodies == [b"hello", b"", b"hello"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_chunked_body_ends_with_its_last_chunk_alone(size: int) -> None:
    reader = HttpReader()

    pieces = (_CHUNKED[at : at + size] for at in range(0, len(_CHUNKED), size))
    found = [(piece, body) for piece in pieces for _, body in reader.feed(piece)]

    assert [body for _, body in found] == [b"0\r\n0bye"]
    assert _CHUNKED.endswith(found[0][0])
