"""The people of a run: they send messages, try again, go on reading elsewhere, leave and cancel."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.faults.history import Run, Sent
from tests.stream_client import Reply

WORKERS = 2
"""Messages that one person has under way at a time."""
TRY_S = 15
DOOMED = 0.05
"""The share of messages whose conversation is deleted while they are answered."""
KEYS_SEEN_FAILING = 4
"""After so many equal ends a turn that may not go on has failed for good."""


@dataclass
class World:
    """Where the servers are, and how long people are patient."""

    addresses: Sequence[str]
    run: Run
    rng: random.Random
    note: Callable[[Sent], object]
    """Takes each message when it has been delivered, for a run that may break off."""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    """No new messages."""
    give_up: float = math.inf
    """Till when (monotonic) answers are waited for; known when the last fault is over."""

    def any_copy(self) -> int:
        """A copy by its number."""
        return self.rng.randrange(len(self.addresses))


@dataclass
class Person:
    """Somebody with an account."""

    world: World
    client: httpx2.AsyncClient
    name: str
    id: str = ""
    token: str = ""
    conversations: list[str] = field(default_factory=list[str])
    tasks: int = 0

    async def sign_up(self) -> None:
        """Make an account."""
        account = {"email": f"{self.name}@example.com", "password": "correct horse"}
        answer = await self.client.post(f"{self.world.addresses[0]}/auth/sign-up", json=account)
        self.client.cookies.clear()
        body = answer.json()
        self.id, self.token = body["user"]["id"], body["token"]

    async def live(self) -> None:
        """Send messages until the run is over, several at a time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        rng = self.world.rng
        while not self.world.is_over.is_set():
            sent = await self._next_message()
            if sent is None:
                continue
            self.world.run.sent.append(sent)
            await Delivery(self, sent).deliver()
            self.world.note(sent)
            await asyncio.sleep(rng.uniform(0, 0.2))

    async def _next_message(self) -> Sent | None:
        rng = self.world.rng
        surface = rng.choice("abc")
        doomed = rng.random() < DOOMED
        conversation = rng.choice(self.conversations) if self.conversations else ""
        if doomed or (surface == "c" and (not conversation or rng.random() < 0.1)):
            conversation = await self._begin()
            if not conversation:
                return None
            if not doomed:
                self.conversations.append(conversation)
        elif surface != "c" and rng.random() < 0.1:
            conversation = ""
        return Sent(
            person=self.name,
            key=uuid4().hex,
            text=self._words(),
            surface=surface,
            streamed=rng.random() < 0.5,
            doomed=doomed,
            conversation=conversation,
        )

    def _words(self) -> str:
        rng, tag = self.world.rng, uuid4().hex[:8]
        verb = rng.choice(
            ("add", "add", "add", "both", "mail", "post", "complete", "delete", "say")
        )
        if verb in ("complete", "delete") and self.tasks:
            return f"{verb} {rng.randint(1, self.tasks)} #{self.name} {tag}"
        verb = verb if verb in ("add", "both", "mail", "post") else "say"
        self.tasks += {"add": 1, "both": 2, "post": 1}.get(verb, 0)
        return f"{verb} {self.name} {tag}"

    async def _begin(self) -> str:
        address = self.world.addresses[self.world.any_copy()]
        with suppress(httpx2.TransportError):
            answer = await self.client.post(
                f"{address}/api/v1/chat/conversations",
                headers={**self.auth, "Content-Type": "application/json"},
                content="{}",
            )
            if answer.status_code == 201:
                return answer.json()["data"]["id"]
        await asyncio.sleep(0.2)
        return ""

    @property
    def auth(self) -> dict[str, str]:
        """The header that says who it is."""
        return {"Authorization": f"Bearer {self.token}"}


async def come_and_go(world: World, client: httpx2.AsyncClient) -> None:
    """Somebody signs up, says some things at once, and is erased while they are answered; and again."""
    number = 0
    while not world.is_over.is_set():
        number += 1
        guest = Person(world, client, f"guest{number}")
        with suppress(httpx2.TransportError, KeyError, ValueError):
            await guest.sign_up()
        if guest.token:
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(_say_something(guest))
                group.create_task(_be_erased(guest))
        await asyncio.sleep(world.rng.uniform(0.2, 1))


async def _say_something(guest: Person) -> None:
    """What becomes of it is of no interest: nothing of it may be left."""
    rng, world = guest.world.rng, guest.world
    await asyncio.sleep(rng.uniform(0, 0.6))
    headers = {**guest.auth, "Accept": rng.choice(("text/event-stream", "application/json"))}
    message = f"{rng.choice(('add', 'both', 'say'))} {guest.name} {uuid4().hex[:8]}"
    with suppress(httpx2.TransportError):
        await guest.client.post(
            f"{world.addresses[world.any_copy()]}/api/chat",
            json={"message": message},
            headers=headers,
            timeout=TRY_S,
        )


async def _be_erased(guest: Person) -> None:
    """As often as it takes to be told that it is done, or that nobody is known by this token."""
    world = guest.world
    await asyncio.sleep(world.rng.uniform(0, 1))
    while time.monotonic() < world.give_up:
        address = world.addresses[world.any_copy()]
        with suppress(httpx2.TransportError):
            answer = await guest.client.delete(
                f"{address}/api/v1/users/me", headers=guest.auth, timeout=TRY_S
            )
            if answer.status_code in (204, 401):
                world.run.erased.append(guest.id)
                return
        await asyncio.sleep(0.3)


class Delivery:
    """One message on its way: to whichever copy, as often as it takes."""

    def __init__(self, person: Person, sent: Sent) -> None:
        self._person = person
        self._sent = sent
        self._began = sent.conversation == ""
        self._reply = Reply()
        self._ends: list[str] = []

    async def deliver(self) -> None:
        """Until it is answered, or patience is over."""
        rng, world = self._person.world.rng, self._person.world
        leaves = rng.random() < 0.1
        beside = [
            asyncio.create_task(does())
            for does, happens in (
                (self._cancel_soon, rng.random() < 0.1),
                (self._send_twin, rng.random() < 0.1),
                (self._delete_soon, self._sent.doomed),
            )
            if happens
        ]
        while self._sent.outcome == "unanswered" and time.monotonic() < world.give_up:
            copy = world.any_copy()
            try:
                limit_s = rng.uniform(0.05, 0.4) if leaves else TRY_S
                leaves = False
                async with asyncio.timeout(limit_s):
                    await self._try(copy, world.addresses[copy])
            except (httpx2.TransportError, TimeoutError) as error:
                self._sent.tried(copy, type(error).__name__)
            except AssertionError as error:  # an event that is not the next
                if self._sent.doomed:  # of what was deleted only the end is told
                    self._sent.outcome = "deleted"
                    break
                self._sent.faults.append(f"copy {copy}: {error!r}")
                return
            if self._sent.outcome == "unanswered":
                await asyncio.sleep(rng.uniform(0.05, 0.4))
        await asyncio.gather(*beside)
        if self._began and self._sent.conversation:
            self._person.conversations.append(self._sent.conversation)
        if self._sent.outcome == "completed" and not self._sent.doomed and rng.random() < 0.2:
            await self._send_again()

    async def _try(self, copy: int, address: str) -> None:
        if not self._sent.streamed:
            await self._ask(copy, address)
        elif self._reply.turn:
            await self._go_on(copy, address)
        else:
            await self._ask_streaming(copy, address)

    # ---- a plain answer ----

    async def _ask(self, copy: int, address: str) -> None:
        answer = await self._person.client.post(**self._request(address))
        self._sent.tried(copy, answer.status_code)
        self._named(answer)
        if answer.status_code == 200:
            self._sent.bodies.append(answer.text)
            self._sent.reply = self._words_of(answer.json())
            self._sent.outcome = "completed"
        else:
            await self._refused(copy, address, answer)

    def _request(self, address: str, surface: str = "") -> dict[str, Any]:
        sent, person = self._sent, self._person
        surface = surface or sent.surface
        body: dict[str, Any] = {"message": sent.text}
        if surface == "c":
            path = f"/api/v1/chat/conversations/{sent.conversation}/messages"
        else:
            path = f"/api/{person.id}/chat" if surface == "a" else "/api/chat"
            if not self._began:
                body["conversation_id"] = sent.conversation
        headers = {**person.auth, "Idempotency-Key": sent.key}
        return {"url": address + path, "json": body, "headers": headers}

    def _words_of(self, body: Any, surface: str = "") -> str:
        surface = surface or self._sent.surface
        if surface == "a":
            self._sent.conversation = body["conversation_uid"]
            return body["response"]
        if surface == "b":
            self._sent.conversation = body["conversation_id"]
            return body["content"]
        return body["data"]["content"]

    def _named(self, answer: httpx2.Response) -> None:
        turn = answer.headers.get("Turn-Id", "")
        if turn and self._sent.turn and turn != self._sent.turn:
            self._sent.faults.append(f"another turn for the same key: {turn}")
        self._sent.turn = self._sent.turn or turn

    async def _refused(self, copy: int, address: str, answer: httpx2.Response) -> None:
        sent, status = self._sent, answer.status_code
        if status == 409 and "Turn-Id" in answer.headers:
            sent.outcome = "cancelled"
        elif status == 409:
            if "Retry-After" not in answer.headers:
                sent.faults.append(f"copy {copy} is busy and does not say for how long")
            await asyncio.sleep(0.5)
        elif status == 404 and sent.doomed:
            sent.outcome = "deleted"
        elif status not in (500, 503, 504):
            sent.faults.append(f"copy {copy} answered {status}: {answer.text[:200]}")
            sent.outcome = "failed"
        elif "Turn-Id" in answer.headers:
            await self._failed(address)

    async def _failed(self, address: str) -> None:
        """A turn that failed may go on by the same key; one that fails again and again has failed."""
        turn = await self._turn(address)
        if turn is None or turn["status"] != "failed":
            return
        self._ends.append(f"{turn['error_code']} {turn['attempt']}")
        if (
            not turn["retryable"]
            or self._ends[-KEYS_SEEN_FAILING:] == [self._ends[-1]] * KEYS_SEEN_FAILING
        ):
            self._sent.outcome = "failed"

    async def _turn(self, address: str) -> dict[str, Any] | None:
        answer = await self._person.client.get(
            f"{address}/api/v1/chat/turns/{self._sent.turn}", headers=self._person.auth
        )
        return answer.json()["data"] if answer.status_code == 200 else None

    # ---- a stream ----

    async def _ask_streaming(self, copy: int, address: str) -> None:
        request = self._request(address)
        request["headers"]["Accept"] = "text/event-stream"
        async with self._person.client.stream("POST", **request) as answer:
            self._sent.tried(copy, answer.status_code)
            self._named(answer)
            if answer.status_code == 200:
                await self._read(answer)
                return
            await answer.aread()
        await self._refused(copy, address, answer)

    async def _go_on(self, copy: int, address: str) -> None:
        before = self._reply.last_id
        url = f"{address}/api/v1/chat/turns/{self._reply.turn}/events"
        headers = {**self._person.auth, "Last-Event-ID": str(before)}
        async with self._person.client.stream("GET", url, headers=headers) as answer:
            self._sent.tried(copy, f"events {answer.status_code}")
            if answer.status_code == 200:
                await self._read(answer)
            elif answer.status_code == 404 and self._sent.doomed:
                self._sent.outcome = "deleted"
            elif answer.status_code < 500:
                self._sent.faults.append(f"copy {copy}: events {answer.status_code}")
                self._sent.outcome = "failed"
        if self._reply.has_ended and self._reply.last_id == before:
            await self._resume(address)

    async def _resume(self, address: str) -> None:
        """It failed, and may go on; if it does, the next try hears of it."""
        url = f"{address}/api/v1/chat/turns/{self._reply.turn}/retry"
        answer = await self._person.client.post(url, headers=self._person.auth)
        if answer.status_code == 200 and answer.json()["data"]["status"] == "failed":
            self._ended("failed")

    async def _read(self, answer: httpx2.Response) -> None:
        reply = self._reply
        try:
            await reply.read(answer)
        finally:
            self._sent.turn = self._sent.turn or reply.turn
            self._sent.events = [(event.id, event.name) for event in reply.events]
            if reply.events and reply.events[0].name == "turn.started":
                self._sent.conversation = reply.events[0].data["conversation_id"]
        if not self._sent.doomed:
            self._check_ends()
        if not reply.has_ended:
            return
        end = reply.events[-1]
        if end.name == "turn.completed":
            self._ended("completed")
        elif end.name == "turn.cancelled":
            self._ended("cancelled")
        elif not end.data["retryable"]:
            self._ended("failed")

    def _ended(self, outcome: Any) -> None:
        message = self._reply.events[-1].data.get("message")
        self._sent.outcome = outcome
        if message is not None:
            self._sent.reply, self._sent.told = self._reply.text, message["content"]

    def _check_ends(self) -> None:
        """At each end, not only the last, what is shown is the message."""
        shown = Reply()
        for event in self._reply.events:
            shown.add(event)
            content = event.data.get("message", {"content": ""})["content"]
            if shown.has_ended and content != shown.text:
                fault = f"event {event.id} ended with {content!r} and shown was {shown.text!r}"
                if fault not in self._sent.faults:
                    self._sent.faults.append(fault)

    # ---- the rest ----

    async def _cancel_soon(self) -> None:
        world = self._person.world
        await asyncio.sleep(world.rng.uniform(0, 1))
        if not self._sent.turn and not self._reply.turn:
            return
        address = world.addresses[world.any_copy()]
        turn = self._sent.turn or self._reply.turn
        with suppress(httpx2.TransportError):
            answer = await self._person.client.post(
                f"{address}/api/v1/chat/turns/{turn}/cancel", headers=self._person.auth
            )
            if answer.status_code == 200 and answer.json()["data"]["status"] == "running":
                self._sent.faults.append("runs on when it was stopped")

    async def _send_twin(self) -> None:
        """The same request at the same time, at any copy: it is the same turn."""
        world = self._person.world
        copy = world.any_copy()
        request = self._request(world.addresses[copy])
        if self._sent.streamed:
            request["headers"]["Accept"] = "text/event-stream"
        with suppress(httpx2.TransportError):
            answer = await self._person.client.post(**request, timeout=TRY_S)
            self._sent.tried(copy, f"twin {answer.status_code}")
            self._named(answer)
            if answer.status_code == 200 and not self._sent.streamed:
                self._sent.bodies.append(answer.text)
            elif answer.status_code in (400, 401, 403, 422, 429):
                self._sent.faults.append(f"copy {copy} answered a twin {answer.status_code}")

    async def _delete_soon(self) -> None:
        """Delete the conversation, as often as it takes to be told that it is."""
        world, conversation = self._person.world, self._sent.conversation
        await asyncio.sleep(world.rng.uniform(0, 1.5))
        while time.monotonic() < world.give_up:
            address = world.addresses[world.any_copy()]
            with suppress(httpx2.TransportError):
                answer = await self._person.client.delete(
                    f"{address}/api/v1/chat/conversations/{conversation}",
                    headers=self._person.auth,
                    timeout=TRY_S,
                )
                if answer.status_code in (204, 404):
                    world.run.deleted.append(conversation)
                    return
            await asyncio.sleep(0.3)

    async def _send_again(self) -> None:
        """Its answer must be the same: the bytes, or the events."""
        world = self._person.world
        address = world.addresses[world.any_copy()]
        with suppress(httpx2.TransportError):
            if not self._sent.streamed:
                await self._replay(address)
                return
            again = Reply(turn=self._reply.turn)
            url = f"{address}/api/v1/chat/turns/{again.turn}/events"
            async with self._person.client.stream("GET", url, headers=self._person.auth) as answer:
                if answer.status_code == 200:
                    await again.read(answer)
            if again.has_ended and again.events != self._reply.events:
                self._sent.faults.append("told otherwise when it was asked again")

    async def _replay(self, address: str) -> None:
        sent = self._sent
        # A turn that began its conversation is not one of a message to it, as surface C has it.
        surfaces = "ab" if self._began else "abc"
        surface = self._person.world.rng.choice(surfaces)
        answer = await self._person.client.post(**self._request(address, surface))
        if answer.status_code == 200:
            if surface == sent.surface:
                sent.bodies.append(answer.text)
            elif (words := self._words_of(answer.json(), surface)) != sent.reply:
                sent.faults.append(f"surface {surface} replays {words!r}")
            if answer.headers.get("Idempotency-Replayed") != "true":
                sent.faults.append("a replay that does not say so")
        elif answer.status_code < 500:
            sent.faults.append(f"a replay was answered {answer.status_code}")


async def read_everything(person: Person, world: World) -> None:
    """Have each conversation from each copy, oldest message first."""
    for conversation in dict.fromkeys(person.conversations):
        for copy, address in enumerate(world.addresses):
            seen: list[str] = []
            query = "limit=100"
            while query:
                url = f"{address}/api/v1/chat/conversations/{conversation}/messages?{query}"
                answer = await person.client.get(url, headers=person.auth)
                answer.raise_for_status()
                page = answer.json()["data"]
                seen += [message["id"] for message in page["messages"]]
                query = f"limit=100&before={page['next']}" if page["next"] else ""
            world.run.read.append((conversation, copy, seen[::-1]))


async def patiently(attempt: Callable[[], Awaitable[None]], until: float) -> None:
    """Try until it works, or the time is over."""
    while True:
        try:
            await attempt()
        except httpx2.HTTPError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.3)
        else:
            return
