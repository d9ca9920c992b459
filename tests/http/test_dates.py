"""Dates in the whole app: the header's zone, the moment of the message, and every kind of model.

The clock of the app is the database's, so a message is sent while the model fails, the turn is
moved to the moment that is wanted, and then it is retried: so is also shown that it keeps its
"tomorrow", however late it goes on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from taskchat.dates.due import Due
from taskchat.db.database import Database, Transaction
from taskchat.errors import ModelError
from taskchat.model.embedded.model import EmbeddedModel
from taskchat.settings import Settings
from tests.dates import table
from tests.http.conftest import Person, Server, running_server
from tests.scripted_model import ScriptedModel

WORDS = {
    "tomorrow",
    "next friday",
    "next friday 5pm",
    "end of month",
    "in half an hour",
    "noon",
    "tonight",
    "this weekend",
    "monday morning",
    "on the 3rd",
    "3 May",
    "in 2 weeks",
    "day after tomorrow",
    "eod",
    "midnight",
}
# Every fourth, so that each word and each zone has its turn; the tools are tried with them all.
SAID = [said for said in table.plain() if said.words in WORDS][::4] + table.changes()


class FailingFirst(WrapperModel):
    """A model that is down when a turn begins, and up when it is retried."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.is_down = True

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        if self.is_down:
            raise ModelError(retryable=True)
        return await super().request(messages, model_settings, model_request_parameters)


class Talk:
    """One person who says things at moments of our choice."""

    def __init__(self, server: Server, person: Person, everything: Database, model: Model) -> None:
        self._server = server
        self._person = person
        self._everything = everything
        self._model = model

    async def say(self, message: str, zone: str, at: datetime) -> Due | None:
        """Say it there and then; gives when the task is due that it adds."""
        assert isinstance(self._model, FailingFirst)
        self._model.is_down = True
        answer = await self._person.say(message, {"Time-Zone": zone})
        assert answer.status_code == 503
        turn = UUID(answer.headers["Turn-Id"])
        await self._move(turn, at)
        self._model.is_down = False
        await self._person.v1("POST", f"turns/{turn}/retry")
        story = await self._person.v1("GET", f"turns/{turn}/events")  # to its end
        assert "event: turn.completed" in story.text, story.text
        newest = f"/api/{self._person.id}/tasks?sort=-created_at&limit=1"
        (task,) = (await self._person.client.get(newest, headers=self._person.auth)).json()
        if task["due_at"] is None:
            return None
        return Due(datetime.fromisoformat(task["due_at"]), task["all_day"])

    async def _move(self, turn: UUID, at: datetime) -> None:
        async def work(tx: Transaction) -> None:
            sql = "UPDATE turns SET created_at = $1 WHERE uid = $2"
            assert await tx.execute(sql, at.astimezone(UTC), turn) == 1

        await self._everything.transaction(work)


@pytest.fixture
async def embedded(settings: Settings, everything: Database) -> AsyncIterator[Talk]:
    """With the built-in assistant."""
    model = FailingFirst(EmbeddedModel())
    async with running_server(settings, model) as server:
        yield Talk(server, await server.sign_up(), everything, model)


async def test_sentences_to_the_embedded_model_land_on_their_day(embedded: Talk) -> None:
    due = {
        str(said): await embedded.say(f"Add a task to call mom {said.words}", said.zone, said.now)
        for said in SAID
    }

    assert due == {str(said): said.due for said in SAID}


async def test_words_that_a_model_passes_on_land_on_their_day(
    settings: Settings, everything: Database
) -> None:
    script = ScriptedModel()
    model = FailingFirst(script)
    async with running_server(settings, model) as server:
        talk = Talk(server, await server.sign_up(), everything, model)

        due: dict[str, Due | None] = {}
        for said in SAID:
            script.calls("add_task", title="Call mom", due_at=said.words).says("Added.")
            due[str(said)] = await talk.say("call mom", said.zone, said.now)

    assert due == {str(said): said.due for said in SAID}
