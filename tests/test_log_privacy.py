"""What never is in a log, a metric or a trace: a canary word goes in everywhere and may come out nowhere."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from taskchat import logs
from taskchat.app import create_app
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import StartError
from taskchat.parts import running
from tests.chat.tool_servers.notes import Mailbox
from tests.http.conftest import settings_for
from tests.measures.collector import Collector
from tests.model.stub_provider import StubProvider
from tests.processes import TaskchatServer, environment, until
from tests.scripted_model import ScriptedModel

CANARY = "canary7"


def _events(text: str) -> list[dict[str, Any]]:
    """The lines of a log: every one of them is JSON with the same frame."""
    events = [json.loads(line) for line in text.splitlines()]
    for event in events:
        assert {"event", "level", "timestamp"} <= set(event), event
    return events


async def test_a_server_s_log_holds_nothing_that_people_or_models_said(
    tmp_path: Path, sqlite_template: Path
) -> None:
    file = tmp_path / "taskchat.db"
    shutil.copy(sqlite_template, file)
    async with StubProvider() as stub, Collector() as collector:
        env = environment(
            tmp_path,
            **stub.settings,
            TASKCHAT_MODEL_API_KEY=f"sk-{CANARY}",
            TASKCHAT_MCP_SERVERS=str(Mailbox(tmp_path).write_file()),
            TASKCHAT_LOG_FORMAT="json",
            TASKCHAT_LOG_LEVEL="debug",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        )
        async with (
            TaskchatServer(env) as server,
            httpx2.AsyncClient(base_url=server.address, timeout=60) as client,
        ):
            account = {
                "email": f"{CANARY}@example.com",
                "password": f"horse {CANARY}",
                "name": CANARY,
            }
            signed_up = (await client.post("/auth/sign-up", json=account)).json()
            wrong = account | {"password": f"mule {CANARY}"}
            del wrong["name"]
            await client.post("/auth/sign-in", json=wrong)
            link = server.link
            await client.get(link)
            await client.get(link)
            client.cookies.clear()
            await client.get("/auth/link", params={"code": CANARY})
            client.headers["Authorization"] = f"Bearer {signed_up['token']}"
            user = signed_up["user"]["id"]
            await client.get(f"/{CANARY}", params={"q": CANARY})
            await client.post(f"/api/{user}/tasks", json={"title": f"task {CANARY}"})
            await client.get(f"/api/{user}/tasks", params={"q": CANARY})
            await client.post(f"/api/{CANARY}/chat", json={"message": CANARY})

            async def say(number: int) -> int:
                answer = await client.post(
                    f"/api/{user}/chat",
                    json={"message": f"hello {CANARY}"},
                    headers={"Idempotency-Key": f"{CANARY} {number}"},
                )
                return answer.status_code

            stub.calls(("add_task", {"title": f"Buy {CANARY}"})).says(f"Added {CANARY}.")
            statuses = [await say(1)]
            # A tool that fails, one that does not exist, and arguments that are none.
            stub.calls(("delete_task", {"task_id": 99, CANARY: CANARY}), (CANARY, {}))
            stub.calls(("add_task", f"{{{CANARY}")).says(CANARY)
            statuses.append(await say(2))
            # Another server's tools, whose process writes what it gets to its standard error.
            await until(lambda: "tool_server.connected" in server.log)
            stub.calls(("mail_send", {"text": CANARY}), ("mail_refuse", {"text": CANARY}))
            stub.calls(("mail_send_and_die", {"text": CANARY})).says(CANARY)
            statuses.append(await say(6))
            stub.sends(CANARY, status=500)
            statuses.append(await say(3))
            stub.sends(CANARY)
            statuses.append(await say(4))
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("DROP TABLE tasks")
            stub.calls(("add_task", {"title": f"Buy {CANARY}"}))
            statuses.append(await say(5))
            client.headers["Authorization"] = f"Bearer {CANARY}.{CANARY}.{CANARY}"
            await client.post("/mcp", json={"jsonrpc": "2.0", CANARY: CANARY})
            await client.get(f"/api/{user}/tasks")
            del client.headers["Authorization"]
            measures = (await client.get("/metrics")).text
            await server.terminate()

    assert statuses == [200, 200, 200, 503, 503, 500]
    events = {event["event"] for event in _events(server.log)}
    assert {
        "request.served",
        "turn.ended",
        "model.failed",
        "database.failed",
        "tool_server.lost",
    } <= events
    assert CANARY not in server.log
    assert signed_up["token"] not in server.log
    assert link.partition("code=")[2] not in server.log
    assert "Traceback" not in server.log
    assert CANARY not in measures
    assert 'taskchat_turns_total{model="' in measures
    assert not any(CANARY.encode() in body for body in collector.raw)
    called = {span.name: span.attributes for span in collector.spans}
    assert called["execute_tool mail_send"]["taskchat.tool.ok"] is True
    assert called["execute_tool mail_send_and_die"]["error.type"] == "in_doubt"
    assert "execute_tool unknown" in called
    step = {span.id for span in collector.named("step")}
    assert {span.parent_id for span in collector.spans if "execute_tool" in span.name} <= step


@pytest.mark.usefixtures("restored_logs")
async def test_a_turn_that_crashes_logs_the_kind_of_error_and_not_its_words(
    database_url: DatabaseUrl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("json", "debug")
    model = ScriptedModel().fails(RuntimeError(f"{CANARY} happened"))
    app = create_app(settings_for(database_url, tmp_path), "http://127.0.0.1:8000", model)

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        account = {"email": "ann@example.com", "password": "correct horse"}
        signed_up = (await client.post("/auth/sign-up", json=account)).json()
        client.cookies.clear()
        answer = await client.post(
            f"/api/{signed_up['user']['id']}/chat",
            json={"message": f"hello {CANARY}"},
            headers={"Authorization": f"Bearer {signed_up['token']}"},
        )

    said = capsys.readouterr()
    crashed = [event for event in _events(said.err) if event["event"] == "turn.crashed"]
    assert answer.status_code == 500
    assert [event["kind"] for event in crashed] == ["RuntimeError"]
    assert CANARY not in said.err + said.out


@pytest.mark.usefixtures("restored_logs")
async def test_a_start_that_is_refused_late_is_told_why(
    sqlite_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "taskchat.db"
    shutil.copy(sqlite_template, file)
    logs.configure("json", "info")
    settings = settings_for(DatabaseUrl(path=file), tmp_path)

    async with running(settings, "http://127.0.0.1:8000", ScriptedModel()):
        app = create_app(settings, "http://127.0.0.1:8001", ScriptedModel())
        with pytest.raises(StartError):
            async with app.router.lifespan_context(app):
                pass
        holder = ServerLock(file).holder()

    (refused,) = _events(capsys.readouterr().err)
    assert refused["event"] == "start.refused"
    assert refused["reason"].startswith(
        "The database is in use by the server at http://127.0.0.1:8000"
    )
    assert holder == "http://127.0.0.1:8000"


@pytest.mark.usefixtures("restored_logs")
@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_below_the_level_is_logged_and_all_of_it_goes_to_standard_error(
    form: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(form, "warning")
    log = structlog.get_logger()

    log.info("task.added")
    log.warning("task.lost", task_id=7)

    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert "task.lost" in line
    assert "7" in line
