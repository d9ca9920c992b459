"""Traces as a collector gets them: what belongs together, and nothing that people said."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import structlog

from taskchat.db.urls import DatabaseUrl
from taskchat.errors import ModelError
from taskchat.settings import Settings
from tests.http.conftest import running_server, settings_for
from tests.measures.collector import Collector, Seen
from tests.processes import PATIENCE_S, TaskchatServer, environment

EVENTS = {"Accept": "text/event-stream"}
PARENT = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = {"traceparent": f"00-{PARENT}-00f067aa0ba902b7-01"}


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with Collector() as collector:
        yield collector


@pytest.fixture
def settings(database_url: DatabaseUrl, tmp_path: Path, collector: Collector) -> Settings:
    return settings_for(database_url, tmp_path, otel_endpoint=f"{collector.url}/")


def _client(server: TaskchatServer) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S)


def _only(found: list[Seen]) -> Seen:
    (span,) = found
    return span


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "stream"])
async def test_a_request_its_turn_its_step_and_what_it_asks_are_one_trace(
    settings: Settings, collector: Collector, headers: dict[str, str]
) -> None:
    async with running_server(settings) as server:
        person = await server.sign_up()
        server.model.calls_all(("add_task", {"title": "Buy milk"}), ("secret_tool", {}))
        server.model.says("Added.")
        with structlog.testing.capture_logs(
            processors=[structlog.contextvars.merge_contextvars]
        ) as logged:
            answer = await person.say("buy milk", headers)

    request = _only(collector.named("POST /api/{user_id}/chat"))
    turn = _only(collector.named("turn"))
    model = server.model.model_name
    assert collector.tree(request) == (
        "POST /api/{user_id}/chat",
        [
            (
                "turn",
                [
                    (f"chat {model}", []),
                    ("step", [("execute_tool add_task", []), ("execute_tool unknown", [])]),
                    (f"chat {model}", []),
                ],
            )
        ],
    )
    assert {span.trace_id for span in collector.spans if span.trace_id == request.trace_id}
    assert request.parent_id == ""
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/{user_id}/chat",
        "http.response.status_code": 200,
    }
    assert turn.attributes == {
        "taskchat.turn.id": answer.headers["turn-id"],
        "taskchat.turn.attempt": 1,
        "taskchat.turn.streamed": bool(headers),
        "taskchat.turn.status": "completed",
    }
    asked = collector.named(f"chat {model}")[0].attributes
    assert asked["gen_ai.request.model"] == model
    assert "gen_ai.usage.input_tokens" in asked
    added = _only(collector.named("execute_tool add_task")).attributes
    assert (added["gen_ai.tool.name"], added["taskchat.tool.ok"]) == ("add_task", True)
    assert _only(collector.named("execute_tool unknown")).attributes["taskchat.tool.ok"] is False
    assert {span.service for span in collector.spans} == {"taskchat"}
    assert not any(span.failed for span in collector.spans)
    # So that one leads to the other.
    ended = next(line for line in logged if line["event"] == "turn.ended")
    assert ended["trace_id"] == request.trace_id


async def test_what_fails_is_told_by_its_code_and_never_by_its_words(
    settings: Settings, collector: Collector
) -> None:
    async with running_server(settings) as server:
        person = await server.sign_up()
        server.model.fails(ModelError("secret words")).fails(RuntimeError("secret words"))
        await person.say("secret message")
        await person.say("secret message")

    turns = collector.named("turn")
    assert [span.attributes["error.type"] for span in turns] == ["MODEL_ERROR", "INTERNAL_ERROR"]
    asked = collector.named(f"chat {server.model.model_name}")
    assert [span.attributes["error.type"] for span in asked] == ["ModelError", "RuntimeError"]
    requests = collector.named("POST /api/{user_id}/chat")
    assert [span.attributes["error.type"] for span in requests] == ["503", "500"]
    assert all(span.failed for span in (*turns, *asked, *requests))
    assert not any(b"secret" in body for body in collector.raw)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("trusted", "believed"), [(None, False), ("127.0.0.0/8", True)])
async def test_only_a_proxy_of_ours_may_say_what_a_request_belongs_to(
    settings: Settings, collector: Collector, trusted: str | None, believed: bool
) -> None:
    settings = settings.model_copy(update={"trusted_proxies": trusted})
    async with running_server(settings) as server:
        await server.client.get("/docs", headers=TRACEPARENT)

    assert (_only(collector.spans).trace_id == PARENT) is believed


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_probes_are_not_traced_and_unknown_paths_have_no_name(
    settings: Settings, collector: Collector
) -> None:
    async with running_server(settings) as server:
        for path in ("/health", "/ready", "/metrics", "/secret/path"):
            await server.client.get(path)
        await server.client.request("SECRET", "/docs")

    assert sorted(span.name for span in collector.spans) == ["GET", "unknown /docs"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_server_whose_extra_is_missing_serves_and_says_so(
    settings: Settings, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with structlog.testing.capture_logs() as logged:
        async with running_server(settings) as server:
            person = await server.sign_up()
            answer = await person.say("hello")

    assert answer.status_code == 200
    assert collector.raw == []
    off = next(line for line in logged if line["event"] == "traces.off")
    assert off["reason"] == "pip install 'taskchat[otel]'"


async def test_a_collector_that_is_away_stops_nothing(
    tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    env = environment(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    async with TaskchatServer(env) as server:
        async with _client(server) as client:
            made = await client.get("/docs")
        status = await server.terminate()

    assert (made.status_code, status) == (200, 0)


async def test_a_server_s_spans_are_sent_at_the_latest_when_it_stops(
    tmp_path: Path, sqlite_template: Path, collector: Collector
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    env = environment(
        tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SERVICE_NAME="tasks-of-ours"
    )
    async with TaskchatServer(env) as server:
        async with _client(server) as client:
            await client.get("/docs")
        status = await server.terminate()

    assert status == 0
    assert _only(collector.named("GET /docs")).service == "tasks-of-ours"


def test_where_nothing_is_traced_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from taskchat.app import create_app\n"
        "from taskchat.settings import Settings\n"
        "app = create_app(Settings(_env_file=None), 'http://127.0.0.1:8000')\n"
        "async def run():\n"
        "    async with app.router.lifespan_context(app): pass\n"
        "asyncio.run(run())\n"
        "print(sorted(n for n in sys.modules if n.startswith(('opentelemetry.sdk',"
        " 'opentelemetry.exporter', 'google.protobuf')) or n.endswith('.traced')))\n"
    )
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"
