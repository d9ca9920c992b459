"""Bytes of a server-sent event stream to the data of its events; nothing here waits.

After the WHATWG's "Interpreting an event stream". Bytes and not text, so that a chunk may end
inside a character. Names, ids and retry times of events are left aside: no model's server needs
them to be understood.
"""

from __future__ import annotations

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventReader:
    """Keeps what has come of the event that is not whole yet; its limit is the caller's."""

    def __init__(self) -> None:
        # Grown in place: added up anew with each chunk, one endless line would cost its square.
        self._line = bytearray()
        self._data: list[bytes] = []
        self._is_first = True
        self._skips_newline = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that end in `chunk`."""
        if self._skips_newline:
            # The other half of a line end: its first half has ended the chunk before.
            chunk = chunk.removeprefix(b"\n")
        self._skips_newline = chunk.endswith(b"\r")
        if not chunk:
            return []
        lines = chunk.splitlines()
        rest = b"" if chunk.endswith((b"\n", b"\r")) else lines.pop()
        if lines:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        self._line += rest
        return [event for line in lines for event in self._take(line)]

    def close(self) -> list[bytes]:
        """The last event, where the stream has ended without the blank line after it.

        To be thrown away by the standard; servers forget that line after their last words.
        """
        events = self._take(bytes(self._line)) + self._take(b"")
        self._line.clear()
        return events

    def _take(self, line: bytes) -> list[bytes]:
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            data, self._data = self._data, []
            return [b"\n".join(data)] if data else []
        # A comment is a line without a name before its colon.
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        return []
