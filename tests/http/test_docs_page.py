"""`/docs`: the API's page, from our own files and in a real browser without a network."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.app import create_app
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS
from tests.http.small_app import client_of
from tests.processes import TaskchatServer, environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def app() -> FastAPI:
    return create_app(Settings(_env_file=None), ADDRESS)  # pyright: ignore[reportCallIssue]


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app, None) as client:
        yield client


def _loaded(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', page)


async def test_everything_the_page_loads_is_ours_and_there(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/docs")).text

    for address in _loaded(page):
        answer = await client.get(urljoin("/docs", address))
        assert address.startswith("/"), address
        assert answer.status_code == 200, address
        assert answer.content


async def test_no_script_and_no_style_is_written_into_the_page(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/docs")).text

    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert "<style" not in page
    assert not re.search(r"\s(on\w+|style)=", page)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/docs", "text/html"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/start.js", "text/javascript"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/favicon.png", "image/png"),
        ("/openapi.json", "application/json"),
    ],
)
async def test_each_file_says_what_it_is_since_browsers_may_not_guess(
    client: httpx2.AsyncClient, path: str, kind: str
) -> None:
    answer = await client.get(path)

    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    "name", ["redoc.standalone.js", "../core.py", "..%2fcore.py", "%2e%2e", ""]
)
async def test_no_other_file_is_given_out(client: httpx2.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/{name}")).status_code == 404


async def test_the_files_may_be_kept_by_the_browser(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/docs/swagger-ui-bundle.js")

    assert "max-age" in answer.headers["cache-control"]


def test_the_description_has_the_scheme_of_the_authorize_button(app: FastAPI) -> None:
    (scheme,) = app.openapi()["components"]["securitySchemes"].values()

    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path) -> Iterator[TaskchatServer]:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    with TaskchatServer(environment(tmp_path)) as server:
        yield server


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium")
async def test_a_browser_without_a_network_shows_every_route(
    served: TaskchatServer, app: FastAPI, tmp_path: Path
) -> None:
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path / 'browser'}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
        "--dump-dom",
        f"{served.address}/docs",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await browser.communicate()

    shown = re.sub(r"<[^>]*>|\u200b", "", out.decode())
    assert [path for path in app.openapi()["paths"] if path not in shown] == []
    assert "Authorize" in shown
    assert "CONSOLE" not in err.decode()
