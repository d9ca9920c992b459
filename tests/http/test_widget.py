"""`/widget.js` as it is served; what it does on a page is in `tests/e2e/widget`."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest
from fastapi import Request

from taskchat.errors import NotFoundError
from taskchat.http.web_files import WebFiles
from taskchat.http.widget import answer
from tests.http.conftest import Server


@pytest.fixture
def database_kind() -> str:
    """A file has nothing to do with the database."""
    return "sqlite"


async def _get(server: Server, **headers: str) -> httpx2.Response:
    return await server.client.get("/widget.js", headers=headers)


async def test_pages_of_every_site_may_load_it(server: Server) -> None:
    script = await _get(server, Origin="https://elsewhere.example.com")

    assert script.status_code == 200
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" not in script.headers["content-security-policy"]


async def test_it_is_kept_for_a_while_and_then_asked_after(server: Server) -> None:
    first = await _get(server)
    tag = first.headers["etag"]

    same = await _get(server, **{"If-None-Match": f'"another", {tag}'})
    other = await _get(server, **{"If-None-Match": '"another"'})

    assert first.headers["cache-control"] == "public, max-age=300"
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == tag
    assert same.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "content-encoding" not in same.headers
    assert (other.status_code, other.content) == (200, first.content)


async def test_it_is_sent_packed_to_whoever_can_unpack_it(server: Server) -> None:
    plain = await _get(server, **{"Accept-Encoding": "identity"})
    packed = await _get(server, **{"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.content == plain.content


async def test_it_is_one_file_that_loads_no_other(server: Server) -> None:
    script = (await _get(server)).text

    assert script.startswith("(function(){")
    assert "import(" not in script
    assert "@import" not in script


def test_without_a_built_widget_it_is_not_found(tmp_path: Path) -> None:
    request = Request({"type": "http", "headers": []})

    with pytest.raises(NotFoundError):
        answer(WebFiles(tmp_path), request)


def test_one_that_was_built_meanwhile_is_served_with_a_tag_of_its_own(tmp_path: Path) -> None:
    web = WebFiles(tmp_path)
    assert web.widget() is None
    digests: list[str] = []
    for content in (b"one", b"two"):
        (tmp_path / "widget.js").write_bytes(content)
        (tmp_path / "built-from.txt").write_bytes(content)
        found = web.widget()
        assert found is not None
        assert gzip.decompress(found.packed) == content
        digests.append(found.digest)

    assert len(set(digests)) == 2
