"""The whole app in this process, driven as its server drives it, and a user who talks to it."""

from __future__ import annotations

import asyncio
import io
import json
import time
from contextlib import asynccontextmanager, redirect_stderr
from typing import TYPE_CHECKING, Any

import jwt
from pydantic_ai import models

from benchmarks.mock_model import ADD, PLAIN_END, TOOL_END
from taskchat import logs
from taskchat.app import create_app
from taskchat.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from fastapi import FastAPI

    from taskchat.parts import Parts

SECRET = "a secret of the benchmarks, longer than 32 bytes"  # noqa: S105  signs nothing real
USER = "u1"
ADDRESS = "http://127.0.0.1:8000"


def token(mark: str = "") -> str:
    """What an outside issuer would give the user, for a day; another one for each mark."""
    claims = {"sub": USER, "exp": int(time.time()) + 86_400, "jti": mark}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def product_settings(model_url: str, database: str, data_dir: Path) -> dict[str, str]:
    """The whole product, by setting; limits are on, and wide enough never to be met."""
    return {
        "database_url": database,
        "data_dir": str(data_dir),
        "model": "openai:mock",
        "model_base_url": model_url,
        "model_api_key": "x",
        "rate_limit": "10000000/minute",
        "turns_at_once": "100000",
        "jwt_secret": SECRET,
        "log_format": "json",
    }


def message(turn: int, *, tool: bool) -> tuple[str, str]:
    """What the user says, and the last words of the answer."""
    return (f"{ADD}task {turn}", TOOL_END) if tool else (f"hello {turn}", PLAIN_END)


class Talk:
    """One user, one conversation at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._token = token()

    @property
    def parts(self) -> Parts:
        """What the app is made of."""
        return self._app.state.parts

    async def send(self, text: str, conversation: int | None) -> dict[str, Any]:
        """A turn on surface A, to its answer.

        Raises:
            RuntimeError: it was not answered with 200.
        """
        body = {"message": text}
        if conversation is not None:
            body |= {"conversation_id": conversation}
        given = {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not given:
                await asyncio.Event().wait()  # a client that stays says nothing more
            event = dict(given)
            given.clear()
            return event

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

        await self._app(self._scope(len(given["body"])), receive, send)  # pyright: ignore[reportArgumentType]
        status, answer = sent[0]["status"], b"".join(part["body"] for part in sent[1:])
        if status != 200:
            problem = f"{status} {answer.decode()}"
            raise RuntimeError(problem)
        return json.loads(answer)

    def _scope(self, length: int) -> dict[str, Any]:
        """As uvicorn makes it."""
        path = f"/api/{USER}/chat"
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                (b"content-type", b"application/json"),
                (b"content-length", str(length).encode()),
                (b"authorization", f"Bearer {self._token}".encode()),
            ],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }


@asynccontextmanager
async def running(model_url: str, database: str, data_dir: Path) -> AsyncGenerator[Talk]:
    """The app at work on a database that exists. What it logs is written and thrown away."""
    fields = product_settings(model_url, database, data_dir)
    with (
        redirect_stderr(io.StringIO()),
        models.override_allow_model_requests(True),
    ):
        logs.configure("json", "info")
        settings = Settings(_env_file=None, **fields)  # pyright: ignore[reportCallIssue]
        app = create_app(settings, ADDRESS)
        async with app.router.lifespan_context(app):
            yield Talk(app)
