"""People who use a service for a long time, at a rate that they do not change."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks.mock_model import ADD, PLAIN_END, TOOL_END
from tests.stream_client import EVENTS, Reply

PATIENCE_S = 60
MOST_TASKS = 500
"""Who has so many requests under way cannot be carried by the service: it is far behind."""
CONVERSATIONS = 4
"""That a person goes on with; older ones are left alone."""


class WrongAnswerError(Exception):
    """The service answered, and not what it has promised."""


@dataclass
class Person:
    """Somebody with an account."""

    id: str
    token: str
    conversations: list[str] = field(default_factory=list[str])
    under_way: int = 0

    @property
    def auth(self) -> dict[str, str]:
        """The header that says who it is."""
        return {"Authorization": f"Bearer {self.token}"}


class Crowd:
    """Everybody, and what became of what they did."""

    def __init__(self, client: httpx2.AsyncClient, seed: int) -> None:
        """Nobody is there yet; the client knows the service's address."""
        self._client = client
        self._rng = random.Random(seed)  # noqa: S311  no secret
        self._people: list[Person] = []
        self.answered: Counter[str] = Counter()
        """How often each thing was done to its good end."""
        self.failures: list[str] = []
        self._latencies: list[float] = []

    async def gather(self, many: int) -> None:
        """So many sign up, all at once: each copy then has all the threads that it ever has for that."""
        await asyncio.gather(*(self._sign_up() for _ in range(many)))

    def slow_ms(self) -> float:
        """What 95 of 100 plain turns stayed below since this was asked last."""
        found, self._latencies = sorted(self._latencies), []
        return 1000 * found[int(len(found) * 0.95)] if found else 0.0

    async def come(self, rate: float, until: float) -> None:
        """They do things at random moments, whether or not earlier ones have been answered.

        Args:
            rate: how many a second.
            until: when to stop (monotonic); what is under way then is waited for.
        """
        async with asyncio.TaskGroup() as group:
            under_way: set[asyncio.Task[None]] = set()
            next_at = time.monotonic()
            while next_at < until:
                await asyncio.sleep(max(next_at - time.monotonic(), 0))
                if len(under_way) >= MOST_TASKS:
                    self.failures.append(f"{MOST_TASKS} requests under way")
                    return
                task = group.create_task(self._one())
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                next_at += self._rng.expovariate(rate)

    async def press(self, at_once: int, until: float) -> None:
        """So many at once, each its next thing as soon as the last one is answered."""

        async def on_and_on() -> None:
            while time.monotonic() < until:
                await self._one()

        await asyncio.gather(*(on_and_on() for _ in range(at_once)))

    async def _one(self) -> None:
        (name,) = self._rng.choices([*MIXTURE], [weight for _, weight in MIXTURE.values()])
        await self.do(name)

    async def do(self, name: str) -> None:
        """One of the things that people do, by somebody; whether it went well is taken down."""
        does, _ = MIXTURE[name]
        person = self._rng.choice(self._people)
        person.under_way += 1
        try:
            await does(self, person)
        except (httpx2.HTTPError, WrongAnswerError, AssertionError) as error:
            self.failures.append(f"{name}: {type(error).__name__} {error}"[:300])
        else:
            self.answered[name] += 1
        finally:
            person.under_way -= 1

    # ---- turns ----

    async def plain_turn(self, person: Person) -> None:
        """A question in a conversation that there is, or that begins with it."""
        began = time.monotonic()
        await self._say(person, "hello", PLAIN_END)
        self._latencies.append(time.monotonic() - began)

    async def tool_turn(self, person: Person) -> None:
        """A task is added."""
        await self._say(person, f"{ADD}task", TOOL_END)

    async def repeated_key(self, person: Person) -> None:
        """The same message again is the same turn, whichever copy is asked."""
        message = {"message": f"{ADD}task {uuid4().hex[:6]}"}
        key = {"Idempotency-Key": uuid4().hex}
        first, again = [
            await self._request(person, "POST", "/api/chat", json=message, headers=key)
            for _ in range(2)
        ]
        _check(first.content == again.content, "a key repeated was another turn")
        _check(again.headers.get("Idempotency-Replayed") == "true", "a replay does not say so")

    async def streamed_turn(self, person: Person) -> None:
        """Read to its end."""
        reply = await self._stream(person)
        _check(reply.names[-1] == "turn.completed", reply.names[-1])
        _check(reply.message["content"] == reply.text, "shown and stored differ")
        self._remember(person, reply.message["conversation_id"])

    async def left_stream(self, person: Person) -> None:
        """Left in the middle, and read to the end by asking for what came after."""
        reply = await self._stream(person, lambda reply: len(reply.events) >= 5)
        path = f"/api/v1/chat/turns/{reply.turn}/events"
        headers = {**person.auth, "Last-Event-ID": str(reply.last_id)}
        async with self._client.stream("GET", path, headers=headers) as answer:
            _check(answer.status_code == 200, f"events {answer.status_code}")
            await reply.read(answer)
        _check(reply.names[-1] == "turn.completed", reply.names[-1])

    async def cancelled_turn(self, person: Person) -> None:
        """Stopped while it is told."""
        reply = await self._stream(person, lambda reply: len(reply.events) >= 3)
        path = f"/api/v1/chat/turns/{reply.turn}/cancel"
        await self._request(person, "POST", path, statuses=(200, 202))

    async def _say(self, person: Person, text: str, expect: str) -> None:
        body = self._message(person, text)
        answer = await self._request(person, "POST", "/api/chat", json=body, headers=_key())
        _check(expect in answer.json()["content"], "another answer")
        self._remember(person, answer.json()["conversation_id"])

    async def _stream(
        self, person: Person, enough: Callable[[Reply], bool] = lambda _: False
    ) -> Reply:
        reply = Reply()
        headers = {**person.auth, **EVENTS, **_key()}
        async with self._client.stream(
            "POST", "/api/chat", json=self._message(person, "hello"), headers=headers
        ) as answer:
            _check(answer.status_code == 200, f"stream {answer.status_code}")
            await reply.read(answer, enough)
        return reply

    def _message(self, person: Person, text: str) -> dict[str, str]:
        message = {"message": f"{text} {uuid4().hex[:6]}"}
        if person.conversations and self._rng.random() > 0.1:
            message["conversation_id"] = self._rng.choice(person.conversations)
        return message

    def _remember(self, person: Person, conversation: str) -> None:
        if conversation not in person.conversations:
            person.conversations = [*person.conversations, conversation][-CONVERSATIONS:]

    # ---- the rest ----

    async def lists(self, person: Person) -> None:
        """The tasks, and the conversations."""
        await self._request(person, "GET", f"/api/{person.id}/tasks?limit=20")
        await self._request(person, "GET", "/api/v1/chat/conversations?limit=20")

    async def page_of_messages(self, person: Person) -> None:
        """Of a conversation."""
        if person.conversations:
            conversation = self._rng.choice(person.conversations)
            path = f"/api/v1/chat/conversations/{conversation}/messages?limit=20"
            await self._request(person, "GET", path)

    async def new_conversation(self, person: Person) -> None:
        """An empty one, by surface C, and its first message."""
        path = "/api/v1/chat/conversations"
        made = await self._request(person, "POST", path, json={}, statuses=(201,))
        conversation = made.json()["data"]["id"]
        message = {"message": "hello"}
        await self._request(person, "POST", f"{path}/{conversation}/messages", json=message)
        self._remember(person, conversation)

    async def web_page(self, person: Person) -> None:
        """The page, and what it asks first."""
        await self._request(person, "GET", "/")
        await self._request(person, "GET", "/api/v1/users/me")

    async def refused(self, person: Person) -> None:
        """What is not let in leaves nothing behind either."""
        stranger = Person(person.id, "no.such.token")
        await self._request(stranger, "GET", "/api/v1/users/me", statuses=(401,))
        path = f"/api/v1/chat/conversations/{uuid4()}/messages"
        await self._request(person, "POST", path, json={"message": "hello"}, statuses=(404,))

    async def comes_and_goes(self, person: Person) -> None:
        """Somebody signs up, and another one takes all along and is erased."""
        if person not in self._people:  # goes already
            return
        # Out of what others choose from; whatever is under way for them is ended first.
        self._people.remove(person)
        await self._sign_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while person.under_way > 1:  # noqa: ASYNC110  others count it
                    await asyncio.sleep(0.05)
        exported = await self._request(person, "GET", "/api/v1/users/me/export")
        _check(bool(exported.json()), "an empty export")
        await self._request(person, "DELETE", "/api/v1/users/me", statuses=(204,))
        await self._request(person, "GET", "/api/v1/users/me", statuses=(401,))

    async def _sign_up(self) -> None:
        account = {"email": f"{uuid4().hex}@example.com", "password": "correct horse"}
        answer = await self._client.post("/auth/sign-up", json=account)
        self._client.cookies.clear()
        _check(answer.status_code == 201, f"sign-up {answer.status_code}")
        body = answer.json()
        self._people.append(Person(body["user"]["id"], body["token"]))

    async def _request(  # noqa: PLR0913  what a request is
        self,
        person: Person,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        statuses: tuple[int, ...] = (200,),
    ) -> httpx2.Response:
        told: dict[str, Any] = {} if json is None else {"json": json}
        answer = await self._client.request(
            method, path, headers={**person.auth, **(headers or {})}, **told
        )
        where = path.partition("?")[0].replace(person.id, "…")
        said = f"{method} {where} {answer.status_code} {answer.text[:120]}"
        _check(answer.status_code in statuses, said)
        return answer


Deed = Callable[[Crowd, Person], Awaitable[None]]
MIXTURE: Mapping[str, tuple[Deed, float]] = {
    # name: what it is, how often in a hundred
    "plain turn": (Crowd.plain_turn, 36),
    "turn with a tool": (Crowd.tool_turn, 16),
    "streamed turn": (Crowd.streamed_turn, 10),
    "stream left and gone on with": (Crowd.left_stream, 3),
    "turn cancelled": (Crowd.cancelled_turn, 2),
    "key repeated": (Crowd.repeated_key, 5),
    "new conversation": (Crowd.new_conversation, 4),
    "tasks and conversations listed": (Crowd.lists, 12),
    "page of messages": (Crowd.page_of_messages, 8),
    "web page": (Crowd.web_page, 2),
    "refused": (Crowd.refused, 1),
    "one signs up, one is exported and erased": (Crowd.comes_and_goes, 1),
}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def _check(holds: bool, said: str) -> None:
    if not holds:
        raise WrongAnswerError(said)
