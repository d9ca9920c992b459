"""Writes an export as text for people, while it is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taskchat.people.exporting import everything_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from taskchat.db.database import Database
    from taskchat.ids import UserId
    from taskchat.people.exporting import Kind

MEDIA_TYPE = "text/plain"
_HEADINGS: Mapping[Kind, str] = {
    "session": "Sign-ins",
    "task": "Tasks",
    "conversation": "Conversations",
    "day": "What the assistant has used",
}


async def text_of(db: Database, user: UserId) -> AsyncGenerator[str]:
    """The text in pieces; times are in the person's zone.

    Raises:
        NotAuthenticatedError: before anything else: there is no such user (any more).
        DatabaseError: the database failed; what was written so far is not all.
    """
    parts = everything_of(db, user)
    _, profile = await anext(parts)
    lines = _Lines(_zone(profile["time_zone"]))
    yield lines.profile(profile)
    write: Mapping[Kind, Callable[[Mapping[str, Any]], str]] = {
        "session": lines.session,
        "task": lines.task,
        "conversation": lines.conversation,
        "message": lines.message,
        "turn": lines.turn,
        "day": lines.day,
    }
    told: set[Kind] = set()
    async for kind, part in parts:
        if kind in _HEADINGS and kind not in told:
            told.add(kind)
            yield f"\n\n{_HEADINGS[kind].upper()}\n\n"
        yield write[kind](part)


class _Lines:
    """What is written of each part."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def profile(self, part: Mapping[str, Any]) -> str:
        """Whose it is."""
        now = datetime.now(UTC).isoformat()
        lines = [
            f"All that Taskchat has stored of you, as of {self._time(now)} ({self._zone}).",
            "",
        ]
        named = ("name", "email", "id", "issuer", "time_zone")
        lines += [f"{name}: {part[name]}" for name in named if part[name] is not None]
        return "\n".join((*lines, f"first seen: {self._time(part['created_at'])}", ""))

    def session(self, part: Mapping[str, Any]) -> str:
        """When somebody signed in."""
        ended = part["ended_at"] or part["expires_at"]
        return f"- {self._time(part['created_at'])} to {self._time(ended)}\n"

    def task(self, part: Mapping[str, Any]) -> str:
        """One to-do."""
        mark = "x" if part["completed"] else " "
        notes = [f"priority {part['priority']}"] if part["priority"] else []
        if part["due_at"]:
            due = self._time(part["due_at"])
            notes.append(f"due {due[:10] if part['all_day'] else due}")
        if part["completed_at"]:
            notes.append(f"completed {self._time(part['completed_at'])}")
        notes += self._deleted(part)
        more = f" ({', '.join(notes)})" if notes else ""
        about = f"\n      {_indented(part['description'])}" if part["description"] else ""
        return f"[{mark}] {part['id']}. {part['title']}{more}{about}\n"

    def conversation(self, part: Mapping[str, Any]) -> str:
        """What its messages stand under."""
        notes = [f"begun {self._time(part['created_at'])}", *self._deleted(part)]
        summary = f"Its memory: {part['summary']}\n" if part["summary"] else ""
        return f"\n== {part['title']} ({', '.join(notes)})\n{summary}"

    def message(self, part: Mapping[str, Any]) -> str:
        """What was said, and done for it."""
        who = "You" if part["role"] == "user" else "Assistant"
        notes = "".join(f" ({note})" for note in self._deleted(part))
        lines = [f"\n{self._time(part['created_at'])} {who}{notes}: {_indented(part['content'])}"]
        results: Mapping[str, Any] = part["tool_results"] or {}
        for call in part["tool_calls"] or ():
            result = results.get(call["id"], {})
            came = json.dumps(result.get("result"), ensure_ascii=False)
            lines.append(
                f"    {call['function']['name']} {call['function']['arguments']} -> {came}"
            )
        return "\n".join((*lines, ""))

    def turn(self, part: Mapping[str, Any]) -> str:
        """Only that which its messages do not say: that it came to nothing."""
        if part["status"] == "completed":
            return ""
        why = f": {part['error_code']}" if part["error_code"] else ""
        return f"\nThe turn of {self._time(part['created_at'])} was {part['status']}{why}\n"

    def day(self, part: Mapping[str, Any]) -> str:
        """What the model has used on a day."""
        tokens = f"{part['input_tokens']} tokens read, {part['output_tokens']} written"
        return f"{part['day']}: {tokens}, {part['requests']} answers\n"

    def _time(self, moment: str) -> str:
        return f"{datetime.fromisoformat(moment).astimezone(self._zone):%Y-%m-%d %H:%M}"

    def _deleted(self, part: Mapping[str, Any]) -> list[str]:
        return [f"deleted {self._time(part['deleted_at'])}"] if part["deleted_at"] else []


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n    ")


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # one that this machine does not know (any more)
        return ZoneInfo("UTC")
