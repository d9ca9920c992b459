"""Conversations and turns as tables; the guards that `docs/turn-protocol.md` names are here.

Which write keeps which promise stands in `chat/journal.py`.
"""

# SQLModel declares __tablename__ as something else than the string its own docs use.
# pyright: reportAssignmentType=false
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from taskchat.db.types import Json, Key, Seconds, Time, Uid, gone


def _owner() -> Column[int]:
    return Column(Key, ForeignKey("users.id"), nullable=False)


def _conversation() -> Column[int]:
    return Column(Key, ForeignKey("conversations.id"), nullable=False)


def _count(default: int = 0) -> Column[int]:
    return Column(Integer, nullable=False, server_default=str(default))


class Conversation(SQLModel, table=True):
    """A thread of messages. Its row is the lock and the counter of the conversation."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("uid", name="conversations_uid"),
        Index("conversations_created", "user_id", "created_at"),
        Index("conversations_deleted", "user_id", "deleted_at"),
        gone("conversations_purge"),
        # An id that was given out is never given to another conversation.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    uid: UUID = Field(sa_column=Column(Uid, nullable=False))
    user_id: int = Field(sa_column=_owner())
    title: str = Field(sa_column=Column(String(255), nullable=False))
    auto_title: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    """The first message is still to give the title."""
    meta: Any = Field(default=None, sa_column=Column("metadata", Json))
    last_seq: int = Field(default=0, sa_column=_count())
    message_count: int = Field(default=0, sa_column=_count())
    summary: str | None = Field(default=None, sa_column=Column(Text))
    """What the messages up to `summary_seq` said, in short, for the model alone."""
    summary_seq: int = Field(default=0, sa_column=_count())
    last_message_at: datetime | None = Field(default=None, sa_column=Column(Time))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Time, nullable=False))
    deleted_at: datetime | None = Field(default=None, sa_column=Column(Time))


class Turn(SQLModel, table=True):
    """One user message and everything done to answer it."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("uid", name="turns_uid"),
        Index(
            "turns_key",
            "user_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
            sqlite_where=text("idempotency_key IS NOT NULL"),
        ),
        # One running turn a conversation; and the scan for lost turns reads running ones only.
        Index(
            "turns_running",
            "conversation_id",
            unique=True,
            postgresql_where=text("status = 'running'"),
            sqlite_where=text("status = 'running'"),
        ),
        Index("turns_created", "user_id", "created_at"),
        Index("turns_conversation", "conversation_id", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    uid: UUID = Field(sa_column=Column(Uid, nullable=False))
    user_id: int = Field(sa_column=_owner())
    conversation_id: int = Field(sa_column=_conversation())
    status: str = Field(sa_column=Column(String(10), nullable=False))
    epoch: int = Field(default=1, sa_column=_count(1))
    attempt: int = Field(default=1, sa_column=_count(1))
    takeovers: int = Field(default=0, sa_column=_count())
    # No index: a renewal must stay cheap.
    lease_until: float = Field(sa_column=Column(Seconds, nullable=False))
    offered: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    streamed: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    idempotency_key: str | None = Field(default=None, sa_column=Column(String(255)))
    request_hash: str = Field(sa_column=Column(String(64), nullable=False))
    began_conversation: bool = Field(sa_column=Column(Boolean, nullable=False))
    user_seq: int = Field(sa_column=Column(Integer, nullable=False))
    time_zone: str = Field(sa_column=Column(String(64), nullable=False))
    error_code: str | None = Field(default=None, sa_column=Column(String(64)))
    retryable: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    input_tokens: int = Field(default=0, sa_column=_count())
    output_tokens: int = Field(default=0, sa_column=_count())
    requests: int = Field(default=0, sa_column=_count())
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(Time))


class Message(SQLModel, table=True):
    """One entry of a conversation; `seq` is its place, the same for every reader."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("uid", name="messages_uid"),
        UniqueConstraint("conversation_id", "seq", name="messages_seq"),
        Index("messages_created", "conversation_id", "created_at"),
        Index("messages_user", "user_id", "created_at"),
        Index("messages_deleted", "conversation_id", "deleted_at"),
        Index("messages_turn", "turn_id"),
        gone("messages_purge"),
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    uid: UUID = Field(sa_column=Column(Uid, nullable=False))
    conversation_id: int = Field(sa_column=_conversation())
    user_id: int = Field(sa_column=_owner())
    turn_id: int = Field(sa_column=Column(Key, ForeignKey("turns.id"), nullable=False))
    seq: int = Field(sa_column=Column(Integer, nullable=False))
    role: str = Field(sa_column=Column(String(20), nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    tool_calls: Any = Field(default=None, sa_column=Column(Json))
    tool_results: Any = Field(default=None, sa_column=Column(Json))
    meta: Any = Field(default=None, sa_column=Column("metadata", Json))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Time, nullable=False))
    deleted_at: datetime | None = Field(default=None, sa_column=Column(Time))


class Step(SQLModel, table=True):
    """What a turn has done: an answer of the model, or a tool call with its result."""

    __tablename__ = "steps"
    __table_args__ = (Index("steps_user", "user_id"),)

    turn_id: int = Field(
        sa_column=Column(Key, ForeignKey("turns.id"), primary_key=True, autoincrement=False)
    )
    idx: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=_owner())
    kind: str = Field(sa_column=Column(String(10), nullable=False))
    epoch: int = Field(sa_column=Column(Integer, nullable=False))
    body: Any = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))


class TurnEvent(SQLModel, table=True):
    """One thing that a streamed turn has told its listeners; kept for a day after its end."""

    __tablename__ = "turn_events"
    __table_args__ = (Index("turn_events_user", "user_id"),)

    turn_id: int = Field(
        sa_column=Column(Key, ForeignKey("turns.id"), primary_key=True, autoincrement=False)
    )
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=_owner())
    name: str = Field(sa_column=Column(String(20), nullable=False))
    body: Any = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))


class Waiter(SQLModel, table=True):
    """A request that waits for its conversation; `id` is its ticket."""

    __tablename__ = "waiters"
    __table_args__ = (
        UniqueConstraint("uid", name="waiters_uid"),
        Index("waiters_order", "conversation_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    uid: UUID = Field(sa_column=Column(Uid, nullable=False))
    user_id: int = Field(sa_column=_owner())
    conversation_id: int = Field(sa_column=_conversation())
    seen_until: float = Field(sa_column=Column(Seconds, nullable=False))
