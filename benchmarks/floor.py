"""The floor: the least that Python can do for a turn, to measure Taskchat against.

Raw ASGI, the driver and a loop by hand. It checks the token, stores the question and the answer,
reads the history, asks the model and adds the task, and does nothing else: no journal, no keys, no
limits, no logs, no errors in words. `python -m benchmarks.floor --database … --model-url …` prints
its port when it is there.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, TypeAlias

import jwt
import uvicorn
from pydantic_core import from_json, to_json

from benchmarks.floor_model import Model
from benchmarks.floor_stores import PostgresStore, SqliteStore
from benchmarks.talking import SECRET

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from benchmarks.floor_stores import Store

    Event: TypeAlias = dict[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Event]]
    Send: TypeAlias = Callable[[Event], Awaitable[None]]

_INSTRUCTIONS = {
    "role": "system",
    "content": "You are a to-do assistant. Use the add_task tool when the user asks to add a task.",
}
_PARAMETERS = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
}
_ADD_TASK = {"name": "add_task", "description": "Add a task", "parameters": _PARAMETERS}
_TOOLS = [{"type": "function", "function": _ADD_TASK}]


class Floor:
    """An ASGI app of one route."""

    def __init__(self, store: Store, model: Model) -> None:
        self._store = store
        self._model = model

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer a request, or start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        more = True
        while more:
            event = await receive()
            body += event.get("body", b"")
            more = event.get("more_body", False)
        try:
            user = _user(scope)
        except jwt.InvalidTokenError:
            await _answer(send, 401, b"{}")
            return
        if (b"accept", b"text/event-stream") in scope["headers"]:
            await self._streamed_turn(user, from_json(body), send)
        else:
            await _answer(send, 200, await self._turn(user, from_json(body)))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._store.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _turn(self, user: str, body: Event) -> bytes:
        conversation, text = body["conversation_id"], body["message"]
        messages = await self._begin(user, conversation, text)
        calls: list[Event] = []
        while True:
            request = {"model": "mock", "messages": messages, "tools": _TOOLS}
            answer = from_json(await self._model.ask(to_json(request)))["choices"][0]["message"]
            if not answer.get("tool_calls"):
                break
            messages.append(answer)
            for call in answer["tool_calls"]:
                arguments = from_json(call["function"]["arguments"])
                task = await self._store.add_task(user, arguments["title"])
                result = to_json({"task_id": task, "status": "created"}).decode()
                calls.append({"name": "add_task", "arguments": arguments, "result": result})
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        reply: str = answer["content"]
        await self._store.end(user, conversation, reply, to_json(calls).decode() if calls else None)
        return to_json({"conversation_id": conversation, "response": reply, "tool_calls": calls})

    async def _streamed_turn(self, user: str, body: Event, send: Send) -> None:
        """A turn without tools that is told while it comes."""
        conversation = body["conversation_id"]
        messages = await self._begin(user, conversation, body["message"])
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        reply = ""
        request = {"model": "mock", "messages": messages, "tools": _TOOLS, "stream": True}
        async for data in self._model.stream(to_json(request)):
            choices = from_json(data)["choices"]
            if choices and (text := choices[0]["delta"].get("content")):
                reply += text
                event = b"event: message.delta\ndata: " + to_json({"text": text}) + b"\n\n"
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await self._store.end(user, conversation, reply, None)
        event = b"event: turn.completed\ndata: " + to_json({"content": reply}) + b"\n\n"
        await send({"type": "http.response.body", "body": event})

    async def _begin(self, user: str, conversation: str, text: str) -> list[Event]:
        history = await self._store.begin(user, conversation, text)
        earlier = ({"role": role, "content": content} for role, content in history)
        return [_INSTRUCTIONS, *earlier, {"role": "user", "content": text}]


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _user(scope: Event) -> str:
    bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    claims = jwt.decode(
        bearer[7:], SECRET, algorithms=["HS256"], options={"require": ["sub", "exp"]}
    )
    return claims["sub"]


class _Server(uvicorn.Server):
    """Says where it is."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--model-url", required=True)
    options = parser.parse_args()
    scheme, _, path = options.database.partition(":///")
    store = SqliteStore(path) if scheme == "sqlite" else PostgresStore(options.database)
    app = Floor(store, Model(options.model_url))
    # As Taskchat is served: uvloop and httptools, and no access log.
    _Server(uvicorn.Config(app, port=0, access_log=False, log_level="warning")).run()


if __name__ == "__main__":
    main()
