"""Tasks that an answer of the model adds, under ids that were taken for them (`counting.py`).

What such a call gives back is known before anything is stored. So where an answer calls for nothing
else they are noted here, and stored in one round trip with the steps that record them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.dates.due import Due
    from taskchat.ids import TaskId
    from taskchat.tasks.fields import Priority


@dataclass(frozen=True, slots=True)
class NotedTask:
    """A task as it is to be stored. Its times are the database's."""

    title: str
    description: str | None = None
    priority: Priority | None = None
    due: Due | None = None


class NewTasks:
    """What one act adds; made anew where the act is done again."""

    def __init__(self, ids: Sequence[TaskId] = ()) -> None:
        self.ids = iter(ids)
        """What was taken, in order; empty where ids are counted up as tasks are stored."""
        self._noted: list[tuple[TaskId, NotedTask]] = []

    def note(self, task: NotedTask) -> TaskId:
        """Take a task in, to be stored later; gives its id."""
        taken = next(self.ids)
        self._noted.append((taken, task))
        return taken

    def as_json(self) -> str | None:
        """What was noted, as `turn_act_1` takes it."""
        if not self._noted:
            return None
        return json.dumps(
            [
                {
                    "id": taken,
                    "title": task.title,
                    "description": task.description,
                    "priority": task.priority,
                    "due_at": task.due.at.isoformat() if task.due else None,
                    "all_day": task.due is not None and task.due.all_day,
                }
                for taken, task in self._noted
            ]
        )
