"""Our messages as ChatKit's thread items. Imports its SDK: only ever loaded late.

Items are named after their turn: its question `user_{turn}`, its tool calls `work_{turn}`, its reply
`reply_{turn}`. So a reply has its name before it is stored, and keeps it through every attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    CustomTask,
    InferenceOptions,
    Task,
    ThreadItem,
    UserMessageItem,
    UserMessageTextContent,
    Workflow,
    WorkflowItem,
)

from taskchat.chat.receipts import describe
from taskchat.errors import ConversationNotFoundError, MessageNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from taskchat.chat.messages import Message

Kind = Literal["user", "work", "reply"]


def item_id(kind: Kind, turn: UUID) -> str:
    """What an item is called."""
    return f"{kind}_{turn}"


def turn_of(item: str) -> UUID:
    """The turn that an item belongs to.

    Raises:
        MessageNotFoundError: no item has such a name.
    """
    kind, _, turn = item.partition("_")
    try:
        uid = UUID(turn)
    except ValueError:
        raise MessageNotFoundError from None
    if kind not in ("user", "work", "reply") or turn != str(uid):
        raise MessageNotFoundError
    return uid


def conversation_of(thread: str) -> UUID:
    """The conversation that a thread is.

    Raises:
        ConversationNotFoundError: no thread has such a name.
    """
    try:
        return UUID(thread)
    except ValueError:
        raise ConversationNotFoundError from None


def items_of(message: Message) -> Sequence[ThreadItem]:
    """A message as the one or two items that show it, in their order."""
    thread = str(message.conversation_uid)
    if message.role == "user":
        question = UserMessageItem(
            id=item_id("user", message.turn_uid),
            thread_id=thread,
            created_at=message.created_at,
            content=[UserMessageTextContent(text=message.content)],
            inference_options=InferenceOptions(),
        )
        return [question]
    return reply_items(
        thread,
        message.turn_uid,
        message.content,
        message.tool_calls or (),
        message.tool_results or {},
        message.created_at,
    )


def reply_items(  # noqa: PLR0913  what a stored reply is made of
    thread: str,
    turn: UUID,
    text: str,
    calls: Sequence[Mapping[str, Any]],
    results: Mapping[str, Mapping[str, Any]],
    created_at: datetime,
) -> Sequence[ThreadItem]:
    """A stored reply: what it did, if anything, and what it says."""
    tasks: list[Task] = [done(results[call["id"]]) for call in calls]
    work = [work_item(thread, turn, tasks, created_at)] if tasks else []
    return [*work, reply_item(thread, turn, text, created_at)]


def reply_item(thread: str, turn: UUID, text: str | None, at: datetime) -> AssistantMessageItem:
    """What a turn says; None where it has not begun to."""
    content = [] if text is None else [AssistantMessageContent(text=text)]
    return AssistantMessageItem(
        id=item_id("reply", turn), thread_id=thread, created_at=at, content=content
    )


def work_item(thread: str, turn: UUID, tasks: list[Task], at: datetime) -> WorkflowItem:
    """What a turn does, a line for each call."""
    return WorkflowItem(
        id=item_id("work", turn),
        thread_id=thread,
        created_at=at,
        workflow=Workflow(type="custom", tasks=tasks),
    )


def begun(name: str) -> CustomTask:
    """The line of a call that is on its way."""
    return CustomTask(title=name, status_indicator="loading")


def done(result: Mapping[str, Any]) -> CustomTask:
    """The line of a call once it has come to something: its receipt, or why not."""
    if result["ok"]:
        return CustomTask(
            title=describe([result]) or result["name"], icon="check", status_indicator="complete"
        )
    return CustomTask(
        title=result["name"],
        content=str(result["result"]),
        icon="info",
        status_indicator="complete",
    )
