"""By which names the server may be called: its own, and those that no other site can take."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.http.hosts import HostCheck
from taskchat.settings import Settings
from tests.http.edge_app import edge_app
from tests.http.small_app import client_of
from tests.processes import PATIENCE_S, TaskchatServer, environment


@pytest.fixture
def database_kind() -> str:
    """What the edge does has nothing to do with the database."""
    return "sqlite"


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with edge_app(settings) as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app, None) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "admitted"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("LocalHost:8000", True),
        ("[::1]:8000", True),
        ("127.8.8.8:8000", True),
        ("127.0.0.1", True),
        ("localhost:8001", True),
        ("localhost.evil.example:8000", False),
        ("127.0.0.1.evil.example:8000", False),
        ("evil.example:8000", False),
        ("192.168.1.5:8000", False),
        ("evil.example@127.0.0.1:8000", False),
        ("127.0.0.1:8000, evil.example", False),
        ("127.0.0.1:", False),
        ("127.0.0.1:80000000", False),
        ("[::1", False),
        ("", False),
        (None, False),
    ],
)
def test_on_loopback_only_the_machines_own_names_are_ours(host: str | None, admitted: bool) -> None:
    hosts = HostCheck("http://127.0.0.1:8000", None)

    assert hosts.admits(None if host is None else host.encode()) is admitted


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000"])
def test_a_server_that_does_not_listen_on_loopback_is_not_called_by_its_names(host: str) -> None:
    hosts = HostCheck("http://192.168.1.5:8000", None)

    assert hosts.admits(b"192.168.1.5:8000")
    assert not hosts.admits(host.encode())


@pytest.mark.parametrize(
    ("public", "host", "admitted"),
    [
        ("https://tasks.example.com", "tasks.example.com", True),
        ("https://tasks.example.com", "TASKS.example.com:443", True),
        ("https://tasks.example.com", "tasks.example.com:80", False),
        ("https://tasks.example.com", "tasks.example.com.", False),
        ("https://tasks.example.com", "sub.tasks.example.com", False),
        ("https://tasks.example.com", "192.168.1.5:8000", False),
        ("https://tasks.example.com", "127.0.0.1:8000", True),
        ("http://tasks.lan:9000", "tasks.lan:9000", True),
        ("http://tasks.lan:9000", "tasks.lan", False),
        ("http://[fd00::7]:9000", "[fd00::7]:9000", True),
    ],
)
def test_with_a_public_url_its_name_is_ours(public: str, host: str, admitted: bool) -> None:
    hosts = HostCheck("http://127.0.0.1:8000", public, everywhere=True)

    assert hosts.admits(host.encode()) is admitted


@pytest.mark.parametrize(
    ("host", "admitted"),
    [
        ("192.168.1.5:8000", True),
        ("192.168.1.5:9000", True),
        ("[fd00::7]:8000", True),
        ("localhost:9000", True),
        ("taskchat:8000", False),
        ("192.168.1.5.evil.example", False),
        ("3232235781", False),
    ],
)
def test_on_all_addresses_any_address_is_ours_and_no_name(host: str, admitted: bool) -> None:
    hosts = HostCheck("http://127.0.0.1:8000", None, everywhere=True)

    assert hosts.admits(host.encode()) is admitted


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/", ("detail",)),
        ("/mcp", ("detail",)),
        ("/api/v1/x", ("error", "details", "fields")),
    ],
)
async def test_another_name_is_refused_in_the_form_of_the_surface(
    client: httpx2.AsyncClient, path: str, where: tuple[str, ...]
) -> None:
    answer = await client.get(path, headers={"Host": "evil.example"})

    told = answer.json()
    for part in where:
        told = told[part]
    assert (answer.status_code, told[0]["field"]) == (400, "Host")
    assert "TASKCHAT_PUBLIC_URL" in answer.text


async def test_a_server_on_all_addresses_is_reached_by_any_of_them(
    sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    server = TaskchatServer(environment(tmp_path), "--host", "0.0.0.0")  # noqa: S104
    async with server, httpx2.AsyncClient(base_url=server.address, timeout=PATIENCE_S) as client:
        by_address = await client.get("/openapi.json", headers={"Host": "192.168.7.7:9000"})
        by_name = await client.get("/openapi.json", headers={"Host": "evil.example"})

    assert (by_address.status_code, by_name.status_code) == (200, 400)


async def test_health_is_told_to_any_name(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health", headers={"Host": "10.1.2.3:8000"})

    assert answer.status_code == 200
