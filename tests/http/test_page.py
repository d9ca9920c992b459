"""`/`: the web page as it is served; what it does in a browser is in `tests/e2e`."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from taskchat.app import create_app
from taskchat.http.page import page_text
from taskchat.http.web_files import WebFiles
from taskchat.settings import Settings
from tests.http.conftest import ADDRESS, Server
from tests.http.small_app import client_of
from tests.scripted_model import ScriptedModel

TOKEN_URL = "https://auth.example.com:8443/api/auth/token"


async def _page(settings: Settings, **changes: object) -> httpx2.Response:
    app = create_app(settings.model_copy(update=changes), ADDRESS, ScriptedModel())
    async with app.router.lifespan_context(app), client_of(app, None) as client:
        return await client.get("/")


def _told(page: httpx2.Response) -> dict[str, Any]:
    content = re.search(r'<meta name="taskchat" content="([^"]*)"', page.text)
    assert content is not None
    return json.loads(unescape(content[1]))


async def test_all_that_the_page_loads_is_there_and_kept_for_good(server: Server) -> None:
    page = await server.client.get("/")

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {Path(address).suffix for address in loaded} == {".js", ".css", ".svg"}
    for address in loaded:
        answer = await server.client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_file_is_sent_packed_to_whoever_can_unpack_it(server: Server) -> None:
    page = await server.client.get("/")
    script = re.findall(r'src="([^"]+)"', page.text)[0]

    plain = await server.client.get(script, headers={"Accept-Encoding": "identity"})
    packed = await server.client.get(script, headers={"Accept-Encoding": "gzip, br"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.content == plain.content


@pytest.mark.parametrize("name", ["nothing.js", "..%2Findex.html", "%2e%2e%2fsettings.py"])
async def test_no_other_file_is_served(server: Server, name: str) -> None:
    assert (await server.client.get(f"/assets/{name}")).status_code == 404


async def test_nothing_is_written_into_the_page(server: Server) -> None:
    page = (await server.client.get("/")).text

    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert "<style" not in page
    assert not re.search(r"\s(on\w+|style)=", page)


async def test_the_page_is_told_how_people_sign_in(settings: Settings) -> None:
    told = _told(await _page(settings, model="embedded"))

    assert told == {
        "accounts": True,
        "sign_up": True,
        "token_url": None,
        "sign_in_url": None,
        "embedded": True,
    }


async def test_the_page_may_ask_the_outside_issuer_and_nobody_else(settings: Settings) -> None:
    page = await _page(settings, token_url=TOKEN_URL, sign_up="closed", model="openai:x")

    told = _told(page)
    policy = page.headers["content-security-policy"]
    assert (told["token_url"], told["sign_up"], told["embedded"]) == (TOKEN_URL, False, False)
    assert "connect-src 'self' https://auth.example.com:8443;" in policy
    assert "script-src 'self';" in policy


async def test_without_a_built_page_it_says_why_and_what_can_be_done(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "missing.txt").write_text("npm was <away>.\n", encoding="utf-8")
    web = WebFiles(tmp_path)

    text = page_text(web, server.parts)

    assert web.why_missing() == "npm was <away>."
    assert "npm was &lt;away&gt;." in text
    assert "/auth/sign-up" in text
    assert web.assets() == {}


def test_a_page_that_was_built_meanwhile_is_served(tmp_path: Path) -> None:
    web = WebFiles(tmp_path)
    before = dict(web.assets())
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_bytes(b"1")
    (tmp_path / "built-from.txt").write_text("x", encoding="utf-8")
    (tmp_path / "index.html").write_text("page", encoding="utf-8")

    assert before == {}
    assert gzip.decompress(web.assets()["a.js"].packed) == b"1"
    assert (web.index(), web.why_missing()) == ("page", None)
