"""A client of streamed turns, for tests: it adds events up as the contract says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

EVENTS = {"Accept": "text/event-stream"}
ENDS = frozenset({"turn.completed", "turn.failed", "turn.cancelled"})


@dataclass(frozen=True)
class Event:
    """One event as it came."""

    id: int
    name: str
    data: Any


@dataclass
class Reply:
    """What a client knows of one reply, whichever servers it heard it from."""

    events: list[Event] = field(default_factory=list[Event])
    turn: str = ""
    text: str = ""

    @property
    def last_id(self) -> int:
        """The number of the last event."""
        return self.events[-1].id if self.events else 0

    @property
    def names(self) -> list[str]:
        """What was told, in order."""
        return [event.name for event in self.events]

    @property
    def has_ended(self) -> bool:
        """Whether the last that was told is an end."""
        return bool(self.events) and self.events[-1].name in ENDS

    @property
    def message(self) -> Any:
        """The message of the end."""
        return self.events[-1].data["message"]

    def add(self, event: Event) -> None:
        """Take the next event; one that is not the next is a fault of the server."""
        assert event.id == self.last_id + 1, (self.last_id, event)
        self.events.append(event)
        if event.name == "turn.resumed":
            self.text = event.data["text"]
        elif event.name == "message.delta":
            self.text += event.data["text"]

    async def read(
        self, response: httpx2.Response, enough: Callable[[Reply], bool] = lambda _: False
    ) -> None:
        """Read a stream to its end, or until it is enough.

        Raises:
            httpx2.TransportError: it broke off.
        """
        assert response.status_code == 200, response.status_code
        self.turn = response.headers["Turn-Id"]
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                self.add(Event(int(fields["id"]), fields["event"], json.loads(fields.pop("data"))))
                if enough(self):
                    return

    async def send(
        self,
        client: httpx2.AsyncClient,
        path: str,
        body: object,
        key: str,
        enough: Callable[[Reply], bool] = lambda _: False,
    ) -> None:
        """Send a message and read its events."""
        headers = {**EVENTS, "Idempotency-Key": key}
        async with client.stream("POST", path, json=body, headers=headers) as response:
            await self.read(response, enough)

    async def follow(
        self, client: httpx2.AsyncClient, enough: Callable[[Reply], bool] = lambda _: False
    ) -> None:
        """Go on after the last event, at whichever server the client talks to."""
        path = f"/api/v1/chat/turns/{self.turn}/events"
        headers = {"Last-Event-ID": str(self.last_id)}
        async with client.stream("GET", path, headers=headers) as response:
            await self.read(response, enough)
