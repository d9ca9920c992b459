"""HTTP/1.1 messages out of a connection's bytes; the least that the parts here need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_END = b"\r\n\r\n"


class HttpReader:
    """Puts messages together. Bodies have a length or come in chunks; neither means no body."""

    def __init__(self) -> None:
        self._received = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Give the head and the body of each message that is whole by now."""
        self._received = self._received + data if self._received else data
        while (end := self._received.find(_HEAD_END)) >= 0:
            head, start = self._received[:end], end + len(_HEAD_END)
            fields = head.lower()
            if b"\ntransfer-encoding: chunked" in fields:
                found = _chunked(self._received, start)
            else:
                found = _counted(self._received, start, _length(fields))
            if found is None:
                return
            body, next_message = found
            self._received = self._received[next_message:]
            yield head, body


def _length(fields: bytes) -> int:
    _, found, rest = fields.partition(b"\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _counted(received: bytes, start: int, length: int) -> tuple[bytes, int] | None:
    end = start + length
    return (received[start:end], end) if len(received) >= end else None


def _chunked(received: bytes, start: int) -> tuple[bytes, int] | None:
    # A last chunk ends the message: asked first, so that a long stream is not cut up at each feed.
    if not received.endswith(b"0\r\n\r\n"):
        return None
    body: list[bytes] = []
    while (line_end := received.find(b"\r\n", start)) >= 0:
        size = int(received[start:line_end], 16)
        end = line_end + 2 + size
        if size == 0:
            return b"".join(body), end + 2
        body.append(received[line_end + 2 : end])
        start = end + 2
    return None
