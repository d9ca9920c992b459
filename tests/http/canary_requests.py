"""Every request that an app's own description knows, with one word in every place of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from taskchat.http.middleware import MAX_BODY_BYTES

CANARY = "Kanarienvogel"
BREAKS = f"{CANARY} breaks the database"
"""A title or message at which the database fails, and repeats it in what it says."""
ACCOUNT = {"email": f"{CANARY}@example.com", "password": f"{CANARY} sings", "name": CANARY}


@dataclass(frozen=True)
class Operation:
    """A route and method, with what it takes."""

    method: str
    path: str
    queries: tuple[str, ...]
    body: Mapping[str, Any] | None

    @property
    def names(self) -> set[str]:
        """The values its path has."""
        return {part[1:-1] for part in self.path.split("/") if part.startswith("{")}


def operations(app: FastAPI) -> list[Operation]:
    """Those that take something away come last, the user's own end at the very last."""
    found = [
        Operation(
            method.upper(),
            path,
            tuple(each["name"] for each in told.get("parameters", ()) if each["in"] == "query"),
            told.get("requestBody", {})
            .get("content", {})
            .get("application/json", {})
            .get("schema"),
        )
        for path, methods in app.openapi()["paths"].items()
        for method, told in methods.items()
    ]
    order = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return sorted(
        found,
        key=lambda each: (
            each.path in ("/auth/sign-out", "/auth/password", "/api/v1/users/me"),
            order.index(each.method),
        ),
    )


def _bodies(operation: Operation) -> Iterator[bytes]:
    """Bodies of every kind: good, refused field by field, of another form, broken, too large."""
    if operation.body is None:
        return
    texts = {name: CANARY for name in operation.body["properties"] if _may_be_text(operation, name)}
    known = {**texts, "email": ACCOUNT["email"], "current": ACCOUNT["password"]}
    good = {name: value for name, value in known.items() if name in operation.body["properties"]}
    fitting = {name: value for name, value in good.items() if not _is_special(name)}
    for body in (
        fitting,
        *({name: value} for name, value in fitting.items()),
        {**fitting, **dict.fromkeys(operation.body["properties"], CANARY)},
        {**fitting, "metadata": {CANARY: [CANARY]}},
        {**fitting, CANARY: CANARY},
        dict.fromkeys(fitting, BREAKS),
        {name: [{CANARY: CANARY}] for name in operation.body["properties"]},
        dict.fromkeys(operation.body["properties"], f"{CANARY}\x00"),
        dict.fromkeys(operation.body["properties"], CANARY * 1000),
        CANARY,
        [CANARY],
    ):
        yield json.dumps(body).encode()
    yield f'{{"{CANARY}": '.encode()
    yield f'"{CANARY}\\ud800"'.encode()
    yield f'"{CANARY}'.encode() + b"\xff"
    yield CANARY.encode() * (MAX_BODY_BYTES // len(CANARY) + 1)


def _may_be_text(operation: Operation, name: str) -> bool:
    assert operation.body is not None
    told = operation.body["properties"][name]
    return any(kind.get("type") == "string" for kind in (told, *told.get("anyOf", ())))


def _is_special(name: str) -> bool:
    """What a canary would make the whole body refused by, and so nothing else be looked at."""
    return name in ("conversation_id", "due_at", "priority", "time_zone", "content")


def requests(operation: Operation) -> Iterator[dict[str, Any]]:
    """What is sent to an operation, besides the headers that every request has."""
    queries = dict.fromkeys(operation.queries, CANARY)
    typed = {"Content-Type": "application/json"}
    yield {}
    for query in ({name: CANARY} for name in operation.queries):
        yield {"params": query}
    yield {"params": queries | {CANARY: CANARY}}
    for body in _bodies(operation):
        yield {"content": body, "headers": {**typed, "Idempotency-Key": f"{CANARY} {uuid4()}"}}
    yield {"content": CANARY.encode(), "headers": {"Content-Type": f"text/{CANARY}"}}
    yield {"headers": {"Authorization": f"Bearer {CANARY}"}}
    yield {"headers": {"Authorization": f"Bearer e30.{CANARY}.{CANARY}"}}
    yield {"headers": {"Authorization": CANARY}}
    yield {"headers": {"Authorization": "", "Cookie": f"taskchat={CANARY}", "Origin": CANARY}}
    yield {"headers": {"Host": f"{CANARY}.example.com"}}
    yield {"headers": {**typed, "Time-Zone": CANARY}, "content": b'{"message": "hi"}'}
    yield {"headers": {**typed, "Idempotency-Key": CANARY * 100}, "content": b'{"message": "hi"}'}
    for name in operation.names:
        yield {"values": {name: CANARY}}
