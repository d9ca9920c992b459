"""The assignment's sentences with every kind of model, through the real server, on real sockets."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import httpx2
import pytest

from tests.model import brain
from tests.model.conftest import SERVERS, ServedKind
from tests.model.scripted_server import ScriptedServer
from tests.processes import TaskchatServer, environment
from tests.stream_client import EVENTS, Reply

Kind = Literal["embedded", "google", "openai", "anthropic", "ollama"]

ON_THE_LIST = ("Call mom", "Team meeting", "Water the plants")

SENTENCES: Sequence[tuple[str, Sequence[str], str]] = (
    # What is said, the tool that must have worked last, and a word of the reply.
    ("Add a task to buy groceries", ("add_task",), "groceries"),
    ("Show me all my tasks", ("list_tasks",), "meeting"),
    ("What's pending?", ("list_tasks",), "plants"),
    ("Mark task 3 as complete", ("complete_task",), "plants"),
    ("Delete the meeting task", ("list_tasks", "delete_task"), "meeting"),
    ("Change task 1 to 'Call mom tonight'", ("update_task",), "tonight"),
    ("I need to remember to pay bills", ("add_task",), "bills"),
    ("What have I completed?", ("list_tasks",), "plants"),
    ("Create a task to buy milk", ("add_task",), "milk"),
    ("Mark it as complete", ("complete_task",), "milk"),
)
LEFT_ON_THE_LIST = [
    ("Call mom tonight", False),
    ("Water the plants", True),
    ("Buy groceries", False),
    ("Pay bills", False),
    ("Buy milk", True),
]


@dataclass
class Talk:
    """One conversation of one person."""

    client: httpx2.AsyncClient
    user: str
    conversation: str | None = None

    async def tasks(self) -> list[tuple[str, bool]]:
        answer = await self.client.get(f"/api/{self.user}/tasks")
        return [(task["title"], task["completed"]) for task in answer.json()]

    async def say(self, words: str) -> tuple[str, list[str]]:
        """Say something; gives the reply and the tools that worked, in order."""
        answer = await self.client.post("/api/chat", json=self._body(words))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        self.conversation = body["conversation_id"]
        assert body["message_id"]
        assert all(call["ok"] for call in body["tool_calls"]), body
        return body["content"], [call["name"] for call in body["tool_calls"]]

    async def say_streaming(self, words: str) -> tuple[str, list[str]]:
        """The same as events, whose order and sum are looked at."""
        reply = Reply()
        sent = self.client.stream("POST", "/api/chat", json=self._body(words), headers=EVENTS)
        async with sent as response:
            await reply.read(response)
        self.conversation = reply.events[0].data["conversation_id"]
        assert reply.names[0] == "turn.started"
        assert reply.names[-1] == "turn.completed"
        assert reply.text == reply.message["content"]
        called = [event.data for event in reply.events if event.name == "tool.called"]
        returned = [event.data for event in reply.events if event.name == "tool.returned"]
        assert [each["id"] for each in called] == [each["id"] for each in returned]
        assert all(each["ok"] for each in returned), returned
        calls: list[Any] = reply.message["tool_calls"] or []
        assert [each["name"] for each in called] == [call["function"]["name"] for call in calls]
        return reply.text, [each["name"] for each in called]

    def _body(self, words: str) -> Mapping[str, Any]:
        return {"message": words, "conversation_id": self.conversation}


@pytest.fixture(params=["embedded", *SERVERS])
def any_kind(request: pytest.FixtureRequest) -> Kind:
    return cast("Kind", request.param)


@pytest.fixture
async def provider(any_kind: Kind) -> AsyncIterator[ScriptedServer | None]:
    """The model's server, where it has one."""
    async with AsyncExitStack() as stack:
        if any_kind == "embedded":
            yield None
        else:
            yield await stack.enter_async_context(SERVERS[any_kind](brain=brain.answer))


def settings_of(kind: Kind, provider: ScriptedServer | None) -> Mapping[str, str]:
    """What an operator sets."""
    if provider is None:
        return {"OPENAI_API_KEY": "sk-unused"}
    chosen = {"TASKCHAT_MODEL": f"{cast('ServedKind', kind)}:stub"}
    if kind == "ollama":
        return chosen | {"OLLAMA_HOST": f"127.0.0.1:{provider.port}"}
    return chosen | {
        "TASKCHAT_MODEL_BASE_URL": provider.base_url,
        "TASKCHAT_MODEL_API_KEY": "sk-test",
    }


async def test_the_sentences_of_the_assignment_do_what_they_say(
    any_kind: Kind, provider: ScriptedServer | None, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    env = environment(tmp_path, **settings_of(any_kind, provider))
    async with TaskchatServer(env) as server:
        for way in ("plain", "streamed"):
            async with httpx2.AsyncClient(base_url=server.address, timeout=60) as client:
                talk = await begin(client, f"{way}@example.com")
                say = talk.say if way == "plain" else talk.say_streaming
                for words, tools, told in SENTENCES:
                    reply, used = await say(words)

                    assert told in reply.lower(), (words, reply)
                    # The built-in assistant may look at the list before it acts.
                    assert used[-len(tools) :] == list(tools), (words, used)
                assert await talk.tasks() == LEFT_ON_THE_LIST
        says_of_keys = "Not used: OPENAI_API_KEY" in server.out

    assert says_of_keys == (any_kind == "embedded")
    if provider is not None:
        assert provider.faults == []
        assert provider.requests


async def begin(client: httpx2.AsyncClient, email: str) -> Talk:
    """An account with some tasks on its list."""
    account = {"email": email, "password": "correct horse"}
    body = (await client.post("/auth/sign-up", json=account)).json()
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {body['token']}"
    user = body["user"]["id"]
    for title in ON_THE_LIST:
        await client.post(f"/api/{user}/tasks", json={"title": title})
    return Talk(client, user)
