"""The to-do list as a table."""

# SQLModel declares __tablename__ as something else than the string its own docs use.
# pyright: reportAssignmentType=false
from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, false
from sqlmodel import Field, SQLModel

from taskchat.db.types import Key, Time, gone


class Task(SQLModel, table=True):
    """One to-do. Its id counts per user; `users.last_task_id` is the counter."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_created", "user_id", "created_at"),
        Index("tasks_deleted", "user_id", "deleted_at"),
        gone("tasks_purge"),
    )

    user_id: int = Field(
        sa_column=Column(Key, ForeignKey("users.id"), primary_key=True, autoincrement=False)
    )
    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    description: str | None = Field(default=None, sa_column=Column(String(1000)))
    completed: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    priority: str | None = Field(default=None, sa_column=Column(String(6)))
    due_at: datetime | None = Field(default=None, sa_column=Column(Time))
    all_day: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=false())
    )
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Time, nullable=False))
    completed_at: datetime | None = Field(default=None, sa_column=Column(Time))
    deleted_at: datetime | None = Field(default=None, sa_column=Column(Time))
