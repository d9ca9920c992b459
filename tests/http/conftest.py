"""The whole app, in process: real parts on a real database, only the model is scripted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic_ai.models import Model

from taskchat.app import create_app
from taskchat.db.urls import DatabaseUrl
from taskchat.parts import Parts
from taskchat.settings import Settings
from tests.scripted_model import ScriptedModel

ADDRESS = "http://127.0.0.1:8000"
SECRET = "a shared secret of more than thirty-two bytes"


@dataclass
class Server:
    """The app at work."""

    client: httpx2.AsyncClient
    model: ScriptedModel
    parts: Parts

    async def sign_up(self, email: str = "me@example.com") -> Person:
        """Make an account."""
        answer = await self.client.post(
            "/auth/sign-up", json={"email": email, "password": "correct horse"}
        )
        assert answer.status_code == 201, answer.text
        self.client.cookies.clear()
        body = answer.json()
        return Person(self.client, body["user"]["id"], body["token"])


@dataclass
class Person:
    """Someone with a token."""

    client: httpx2.AsyncClient
    id: str
    token: str

    async def say(
        self, message: object, headers: dict[str, str] | None = None, **fields: Any
    ) -> httpx2.Response:
        """Send a message on surface A."""
        return await self.post(f"/api/{self.id}/chat", {"message": message, **fields}, headers)

    async def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Any POST with the person's token."""
        return await self.client.post(path, json=body, headers={**self.auth, **(headers or {})})

    async def v1(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Any request to surface C; `path` is what follows `/api/v1/chat/`."""
        headers = {**self.auth, **(headers or {})}
        return await self.client.request(method, f"/api/v1/chat/{path}", json=body, headers=headers)

    async def data(self, method: str, path: str, body: object = None) -> Any:
        """The same, for the data of an answer that goes well."""
        answer = await self.v1(method, path, body)
        assert answer.status_code in {200, 201}, answer.text
        assert answer.json()["error"] is None
        return answer.json()["data"]

    async def begin(self, message: str | None = None, **fields: Any) -> str:
        """Begin a conversation on surface C, with a first message if given; gives its id."""
        made = await self.data("POST", "conversations", fields)
        if message is not None:
            await self.data("POST", f"conversations/{made['id']}/messages", {"message": message})
        return made["id"]

    async def tasks(self) -> list[dict[str, Any]]:
        """The list."""
        return (await self.client.get(f"/api/{self.id}/tasks", headers=self.auth)).json()

    @property
    def auth(self) -> dict[str, str]:
        """The header that says who it is."""
        return {"Authorization": f"Bearer {self.token}"}


def settings_for(url: DatabaseUrl, data_dir: Path, **fields: Any) -> Settings:
    """Settings of a test: its own database, nothing from the environment's `.env`."""
    address = f"sqlite:///{url.path}" if url.path is not None else url.dsn
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=address,
        data_dir=data_dir,
        **fields,
    )


@pytest.fixture
def settings(database_url: DatabaseUrl, tmp_path: Path) -> Settings:
    """What the `server` fixture runs with; a test module may override it."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Server]:
    """The app on each of the two databases."""
    async with running_server(settings) as running:
        yield running


@asynccontextmanager
async def running_server(
    settings: Settings, other: Model | None = None, *, named: bool = False
) -> AsyncGenerator[Server]:
    """The app with these settings.

    Args:
        settings: its own, of this test.
        other: answers in place of the scripted model.
        named: what `TASKCHAT_MODEL` names, answers.
    """
    model = ScriptedModel()
    app = create_app(settings, ADDRESS, None if named else other or model)
    # Failures of ours become 500 as on a real socket, instead of an exception in the test.
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client,
    ):
        yield Server(client, model, app.state.parts)
