"""The task as clients see it: the schema that REST and the tools publish."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from taskchat.tasks.fields import Priority


class TaskRecord(BaseModel):
    """One to-do. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(
        title="Task",
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "title": "Buy milk",
                    "description": None,
                    "completed": False,
                    "priority": "high",
                    "due_at": "2026-11-27T16:00:00Z",
                    "all_day": False,
                    "created_at": "2026-11-20T08:15:30.123456Z",
                    "updated_at": "2026-11-20T08:15:30.123456Z",
                    "completed_at": None,
                }
            ]
        },
    )

    id: Annotated[int, Field(description="Counts per user from 1; never used again.")]
    title: Annotated[str, Field(description="What is to be done.")]
    description: Annotated[str | None, Field(description="More about it.")]
    completed: Annotated[bool, Field(description="Whether it is done.")]
    priority: Annotated[Priority | None, Field(description="How much it matters.")]
    due_at: Annotated[
        datetime | None,
        Field(description="For an all-day task the local midnight that begins its day."),
    ]
    all_day: Annotated[bool, Field(description="Due at some time of that day, not at an hour.")]
    created_at: Annotated[datetime, Field(description="When it was put on the list.")]
    updated_at: Annotated[datetime, Field(description="When something of it was last changed.")]
    completed_at: Annotated[datetime | None, Field(description="When it was done; else null.")]


class ListedTask(TaskRecord):
    """A to-do as list_tasks shows it, with its date as people there would read it."""

    model_config = ConfigDict(title="ListedTask", json_schema_extra={})

    due: Annotated[
        str | None,
        Field(description="When it is due in the person's own time: Friday 2026-11-27 17:00"),
    ]
