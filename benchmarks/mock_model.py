"""A model's server that takes a known time: chat completions, whole or as a stream.

    python -m benchmarks.mock_model --delay-s 1 --deltas 200

It prints its port when it is there. A message that begins with `add ` is answered by a call of
`add_task` first, and once its result is there by words that end in `TASK-DONE`; any other by words
that end in `MOCK-OK`. A plain answer comes after the delay, a streamed one is spread over it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from itertools import count
from typing import Any, cast

import uvloop
from pydantic_core import from_json, to_json

from benchmarks.wire import HttpReader

PLAIN_END = "MOCK-OK"
"""The last words of an answer to any message."""
TOOL_END = "TASK-DONE"
"""The last words of an answer to `add …`."""
ADD = "add "

_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
_ids = count(1)


class _Connection(asyncio.Protocol):
    """One client, one request after the other."""

    def __init__(self, delay_s: float, deltas: int) -> None:
        self._delay_s = delay_s
        self._deltas = deltas
        self._reader = HttpReader()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not registered as asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        for _, body in self._reader.feed(data):
            asked = from_json(body)
            message = _answer(asked["messages"])
            if asked.get("stream"):
                self._stream(message)
            else:
                self._later(self._delay_s, _whole(message))

    def _stream(self, message: dict[str, Any]) -> None:
        """Each delta at its own time, as a model writes it."""
        number = next(_ids)
        deltas = [message] if message.get("tool_calls") else _pieces(message, self._deltas)
        step_s = self._delay_s / len(deltas)
        self._later(step_s, _STREAM_HEAD + _chunk(_event(number, deltas[0])))
        for place, delta in enumerate(deltas[1:], 2):
            self._later(place * step_s, _chunk(_event(number, delta)))
        self._later(self._delay_s, _chunk(_stream_end(number, message)) + b"0\r\n\r\n")

    def _later(self, delay_s: float, data: bytes) -> None:
        if delay_s == 0:
            self._write(data)
        else:
            asyncio.get_running_loop().call_later(delay_s, self._write, data)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _answer(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What an assistant says to these messages."""
    last = messages[-1]
    has_result = last["role"] == "tool"
    said = last if not has_result else next(m for m in reversed(messages) if m["role"] == "user")
    text = str(said["content"]).strip()
    if not text.startswith(ADD):
        words = f"You said: {text[:60]}. Here is a short answer of ordinary length. {PLAIN_END}"
        return {"role": "assistant", "content": words}
    title = text.removeprefix(ADD)
    if has_result:
        return {"role": "assistant", "content": f"I added the task {title}: {TOOL_END}"}
    function = {"name": "add_task", "arguments": to_json({"title": title}).decode()}
    call = {"id": f"call_{next(_ids)}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _whole(message: dict[str, Any]) -> bytes:
    body = to_json(
        {
            "id": f"chatcmpl-{next(_ids)}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "mock",
            "choices": [{"index": 0, "message": message, "finish_reason": _why(message)}],
            "usage": _USAGE,
        }
    )
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def _pieces(message: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The words in so many deltas; the end that a client looks for comes in the last one."""
    filler = [{"content": f"word{place} "} for place in range(most - 1)]
    return [*filler, {"content": message["content"]}]


def _event(number: int, delta: dict[str, Any]) -> bytes:
    if calls := delta.get("tool_calls"):
        delta = {**delta, "tool_calls": [{"index": at, **call} for at, call in enumerate(calls)]}
    return _data(number, [{"index": 0, "delta": delta, "finish_reason": None}])


def _stream_end(number: int, message: dict[str, Any]) -> bytes:
    end: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": _why(message)}
    return _data(number, [end]) + _data(number, [], usage=_USAGE) + b"data: [DONE]\n\n"


def _data(number: int, choices: list[dict[str, Any]], **more: object) -> bytes:
    body = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "mock",
        "choices": choices,
        **more,
    }
    return b"data: " + to_json(body) + b"\n\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _why(message: dict[str, Any]) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


async def _serve(delay_s: float, deltas: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(delay_s, deltas), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    gc.freeze()
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-s", type=float, default=0)
    parser.add_argument("--deltas", type=int, default=200)
    options = parser.parse_args()
    uvloop.run(_serve(options.delay_s, options.deltas))


if __name__ == "__main__":
    main()
