"""What a turn tells, as ChatKit's events. Imports its SDK: only ever loaded late."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    ErrorEvent,
    NoticeEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from taskchat.errors import MessageNotFoundError, StoppingError, TurnCancelledError
from taskchat.http import chatkit_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from chatkit.types import Task, ThreadStreamEvent

    from taskchat.chat.events import TurnEvent
    from taskchat.chat.records import OwnedTurn, TurnRecord


class Shown:
    """What a ChatKit client has been shown of a turn, and so what it is to be told next."""

    def __init__(self, turn: OwnedTurn | TurnRecord) -> None:
        """Nothing is shown yet."""
        self._thread: str = str(turn.conversation_uid)
        self._turn: UUID = turn.uid
        self._created_at: datetime = turn.created_at
        self._text: str | None = None
        """Of the reply; None where the client has not heard of one."""
        self._tasks: list[Task] = []
        self._places: dict[str, int] = {}
        """Where the call of that id stands among the tasks."""
        self._end: TurnEvent | None = None

    def tell(self, event: TurnEvent) -> Iterator[ThreadStreamEvent]:
        """One event of the turn; its end is kept, since a further attempt may come after it."""
        match event.name:
            case "turn.started":
                pass
            case "message.delta":
                yield from self._say(event.data["text"])
            case "tool.called":
                yield from self._begin_call(event.data["id"], event.data["name"])
            case "tool.returned":
                yield from self._end_call(event.data["id"], event.data)
            case "turn.resumed":
                self._end = None
                yield from self._say_instead(event.data["text"])
            case "turn.completed" | "turn.failed" | "turn.cancelled":
                self._end = event

    def end(self) -> Iterator[ThreadStreamEvent]:
        """When no more events come: what is left of the reply, and how the turn ended."""
        if self._end is None:  # this copy stops: the turn goes on, and a retry finds it
            yield ErrorEvent(message=StoppingError.text, allow_retry=True)
            return
        told = self._end.data
        if "message" in told:
            yield from self._keep(told["message"])
        else:
            yield from self._take_back()
        if self._end.name == "turn.failed":
            yield ErrorEvent(message=told["error_message"], allow_retry=told["retryable"])
        elif self._end.name == "turn.cancelled":
            yield NoticeEvent(level="info", message=TurnCancelledError.text)
        elif "message" not in told:  # its user has deleted it since
            yield ErrorEvent(message=MessageNotFoundError.text)

    def _say(self, text: str) -> Iterator[ThreadStreamEvent]:
        if self._text is None:
            self._text = ""
            nothing = AssistantMessageContent(text="")
            item = chatkit_items.reply_item(self._thread, self._turn, None, self._created_at)
            yield ThreadItemAddedEvent(item=item)
            yield ThreadItemUpdatedEvent(
                item_id=item.id,
                update=AssistantMessageContentPartAdded(content_index=0, content=nothing),
            )
        self._text += text
        yield ThreadItemUpdatedEvent(
            item_id=chatkit_items.item_id("reply", self._turn),
            update=AssistantMessageContentPartTextDelta(content_index=0, delta=text),
        )

    def _say_instead(self, text: str) -> Iterator[ThreadStreamEvent]:
        if self._text is None:
            if text:
                yield from self._say(text)
        elif text != self._text:
            self._text = text
            yield ThreadItemReplacedEvent(
                item=chatkit_items.reply_item(self._thread, self._turn, text, self._created_at)
            )

    def _begin_call(self, call: str, name: str) -> Iterator[ThreadStreamEvent]:
        if call in self._places:
            return
        place = self._places[call] = len(self._tasks)
        task = chatkit_items.begun(name)
        self._tasks.append(task)
        if place == 0:
            item = chatkit_items.work_item(
                self._thread, self._turn, [*self._tasks], self._created_at
            )
            yield ThreadItemAddedEvent(item=item)
        else:
            yield self._work(WorkflowTaskAdded(task_index=place, task=task))

    def _end_call(self, call: str, result: Mapping[str, Any]) -> Iterator[ThreadStreamEvent]:
        if call not in self._places:
            yield from self._begin_call(call, result["name"])
        place = self._places[call]
        task = self._tasks[place] = chatkit_items.done(result)
        yield self._work(WorkflowTaskUpdated(task_index=place, task=task))

    def _work(self, update: WorkflowTaskAdded | WorkflowTaskUpdated) -> ThreadItemUpdatedEvent:
        return ThreadItemUpdatedEvent(
            item_id=chatkit_items.item_id("work", self._turn), update=update
        )

    def _keep(self, message: Mapping[str, Any]) -> Iterator[ThreadStreamEvent]:
        """The stored reply, as the thread will have it from now on."""
        for item in chatkit_items.reply_items(
            self._thread,
            self._turn,
            message["content"],
            message["tool_calls"] or (),
            message["tool_results"] or {},
            datetime.fromisoformat(message["created_at"]),
        ):
            yield ThreadItemDoneEvent(item=item)

    def _take_back(self) -> Iterator[ThreadStreamEvent]:
        """Nothing of it was stored."""
        if self._tasks:
            yield ThreadItemRemovedEvent(item_id=chatkit_items.item_id("work", self._turn))
        if self._text is not None:
            yield ThreadItemRemovedEvent(item_id=chatkit_items.item_id("reply", self._turn))
