"""A model's server with moods: it does what messages say, slowly, brokenly, or not at all."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, cast

from aiohttp import web

from tests.model.stub_provider import USAGE, Call, Json, SeenRequest, StubProvider, tell

Mood = Literal["well", "slow", "failing", "babbling", "cut", "gone"]
MOODS: Sequence[Mood] = ("slow", "failing", "babbling", "cut", "gone")


@dataclass
class MoodyModel(StubProvider):
    """Adds, completes and deletes what it is told to, and never says the same words twice."""

    mood: Mood = "well"
    rng: random.Random = field(default_factory=random.Random)  # noqa: S311

    def be_well(self) -> None:
        """Its usual mood."""
        self.mood = "well"

    async def _follow_rules(self, request: web.Request, seen: SeenRequest) -> web.StreamResponse:
        mood = self.mood if self.rng.random() < 0.7 else "well"
        if mood == "failing":
            return web.json_response({"error": {"message": "overloaded"}}, status=503)
        if mood == "babbling":
            return web.Response(text="<html>", content_type="application/json")
        if mood == "gone" or (mood == "cut" and not seen.body.get("stream")):
            return _hang_up(request)
        if mood == "slow":
            await asyncio.sleep(self.rng.uniform(0.3, 2))
        last_user = max(i for i, role in enumerate(seen.roles) if role == "user")
        said = str(seen.messages[last_user]["content"]).split("\n\n")[-1]
        calls = plan(said)
        if calls and "tool" not in seen.roles[last_user:]:
            answer = self._completion(self._message(calls, None), "tool_calls", USAGE)
            return await tell(request, answer)
        words = f"I have done what you asked, {said}, and this is answer {next(self._ids)}."
        answer = self._completion({"content": words}, "stop", USAGE)
        if mood == "cut":
            with suppress(TimeoutError):
                async with asyncio.timeout(self.rng.uniform(0.02, 0.2)):
                    await tell(request, answer, pause_s=0.02)
            return _hang_up(request)
        return await tell(request, answer, pause_s=self.rng.choice((0, 0, 0.01, 0.03)))


def plan(said: str) -> list[Call]:
    """The calls that a message asks for."""
    verb, _, rest = said.partition(" ")
    number = int(found[0]) if (found := re.findall(r"\d+", rest)) else 0
    calls: dict[str, list[tuple[str, Json]]] = {
        "add": [("add_task", {"title": rest})],
        "both": [("add_task", {"title": f"{rest} a"}), ("add_task", {"title": f"{rest} b"})],
        "complete": [("complete_task", {"task_id": number})],
        "mail": [("mail_send", {"text": rest})],
        "post": [("mail_send", {"text": rest}), ("add_task", {"title": rest})],
        "delete": [("list_tasks", {}), ("delete_task", {"task_id": number})],
    }
    return cast("list[Call]", calls.get(verb, []))


def _hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()
