"""A ChatKit front end as a test needs it: the protocol's requests, and its answers by its own types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from chatkit.types import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ErrorEvent,
    Page,
    Thread,
    ThreadCreatedEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
    UserMessageItem,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from pydantic import TypeAdapter
from starlette.datastructures import Headers

from taskchat.ids import UserId
from tests.http.conftest import Person, Server

EVENT: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
Threads = Page[Thread]
Items = Page[ThreadItem]


def message(text: str, **fields: Any) -> dict[str, Any]:
    """A user's message as the element sends it."""
    content = [{"type": "input_text", "text": text}]
    said: dict[str, Any] = {
        "content": content,
        "attachments": [],
        "quoted_text": None,
        "inference_options": {},
    }
    return said | fields


def events_in(text: str) -> list[ThreadStreamEvent]:
    """The events of a stream, each of which must be one of the protocol."""
    blocks = text.split("\n\n")
    assert blocks.pop() == ""
    assert all(block.startswith("data: ") for block in blocks)
    return [EVENT.validate_json(block.removeprefix("data: ")) for block in blocks]


def names(events: list[ThreadStreamEvent]) -> list[str]:
    """What happened, an update by what it updates."""
    return [
        event.update.type if isinstance(event, ThreadItemUpdatedEvent) else event.type
        for event in events
    ]


def thread_in(events: list[ThreadStreamEvent]) -> Thread:
    """The thread as the events leave it."""
    return [
        event.thread
        for event in events
        if isinstance(event, ThreadCreatedEvent | ThreadUpdatedEvent)
    ][-1]


def error_in(events: list[ThreadStreamEvent]) -> ErrorEvent:
    """The one error that the events tell."""
    (error,) = [event for event in events if isinstance(event, ErrorEvent)]
    return error


def shown(events: list[ThreadStreamEvent]) -> dict[str, ThreadItem]:
    """The items that a client shows after these events, by the rules of the SDK's own types."""
    items: dict[str, ThreadItem] = {}
    for event in events:
        if isinstance(event, ThreadItemAddedEvent):
            assert event.item.id not in items
            items[event.item.id] = event.item.model_copy(deep=True)  # it is added to below
        elif isinstance(event, ThreadItemDoneEvent):
            items[event.item.id] = event.item
        elif isinstance(event, ThreadItemReplacedEvent):
            assert event.item.id in items
            items[event.item.id] = event.item.model_copy(deep=True)
        elif isinstance(event, ThreadItemRemovedEvent):
            del items[event.item_id]
        elif isinstance(event, ThreadItemUpdatedEvent):
            _update(items[event.item_id], event)
    return items


def _update(item: ThreadItem, event: ThreadItemUpdatedEvent) -> None:
    update = event.update
    if isinstance(update, AssistantMessageContentPartAdded):
        assert isinstance(item, AssistantMessageItem)
        assert len(item.content) == update.content_index
        item.content.append(update.content)
    elif isinstance(update, AssistantMessageContentPartTextDelta):
        assert isinstance(item, AssistantMessageItem)
        item.content[update.content_index].text += update.delta
    elif isinstance(update, WorkflowTaskAdded):
        assert isinstance(item, WorkflowItem)
        assert len(item.workflow.tasks) == update.task_index
        item.workflow.tasks.append(update.task)
    else:
        assert isinstance(update, WorkflowTaskUpdated)
        assert isinstance(item, WorkflowItem)
        item.workflow.tasks[update.task_index] = update.task


def words(item: ThreadItem) -> str:
    """What an item says."""
    assert isinstance(item, UserMessageItem | AssistantMessageItem)
    return "".join(part.text for part in item.content)


def lines(item: ThreadItem) -> list[str | None]:
    """What an item says was done."""
    assert isinstance(item, WorkflowItem)
    return [task.title for task in item.workflow.tasks]


@dataclass
class Front:
    """One person's front end."""

    person: Person

    async def ask(
        self, operation: str, headers: dict[str, str] | None = None, **params: Any
    ) -> httpx2.Response:
        """Any request of the protocol."""
        body = {"type": operation, "params": params, "metadata": {}}
        return await self.person.post("/chatkit", body, headers)

    async def stream(
        self, operation: str, headers: dict[str, str] | None = None, **params: Any
    ) -> list[ThreadStreamEvent]:
        """One that is answered by a stream, to its end."""
        answer = await self.ask(operation, headers, **params)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return events_in(answer.text)

    async def create(
        self, text: str, headers: dict[str, str] | None = None, **fields: Any
    ) -> list[ThreadStreamEvent]:
        """Begin a thread."""
        return await self.stream("threads.create", headers, input=message(text, **fields))

    async def add(
        self, thread: str, text: str, headers: dict[str, str] | None = None, **fields: Any
    ) -> list[ThreadStreamEvent]:
        """Say something in a thread."""
        said = message(text, **fields)
        return await self.stream("threads.add_user_message", headers, input=said, thread_id=thread)

    async def retry(self, thread: str, item: str) -> list[ThreadStreamEvent]:
        """Ask for an answer again."""
        return await self.stream("threads.retry_after_item", thread_id=thread, item_id=item)

    async def json(self, operation: str, **params: Any) -> str:
        """One that is answered at once."""
        answer = await self.ask(operation, **params)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.text

    async def thread(self, thread: str) -> Thread:
        """A thread with its first items."""
        return Thread.model_validate_json(await self.json("threads.get_by_id", thread_id=thread))

    async def threads(self, **params: Any) -> Page[Thread]:
        """A page of threads."""
        return Threads.model_validate_json(await self.json("threads.list", **params))

    async def items(self, thread: str, **params: Any) -> Page[ThreadItem]:
        """A page of items."""
        return Items.model_validate_json(await self.json("items.list", thread_id=thread, **params))


async def user_of(server: Server, front: Front) -> UserId:
    """Whose token a front end has."""
    headers = Headers(front.person.auth)
    return (await server.parts.tokens.principal_of(headers, "POST")).user
