"""The web page is built when the package is: once for each state of its sources.

Here Vite is a stand-in that Node runs, so that nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hatchling.bridge.app import Application

from hatch_build import PageError, PageHook, build_page

_VITE = """\
const { mkdirSync, writeFileSync, readFileSync } = require("node:fs");
const out = process.argv[process.argv.indexOf("--outDir") + 1];
const source = readFileSync("src/main.tsx", "utf8");
if (source === "broken") { console.error("\\nmain.tsx: broken\\nmore"); process.exit(1); }
mkdirSync(out, { recursive: true });
const name = process.argv.includes("widget") ? "widget.js" : "index.html";
writeFileSync(`${out}/${name}`, `${source} ${process.hrtime.bigint()}`);
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with sources of a page, and what npm would have installed for them."""
    frontend = tmp_path / "frontend"
    vite = frontend / "node_modules" / "vite" / "bin" / "vite.js"
    vite.parent.mkdir(parents=True)
    vite.write_text(_VITE, encoding="utf-8")
    (frontend / "src").mkdir()
    (frontend / "src" / "main.tsx").write_text("one", encoding="utf-8")
    for name in ("index.html", "vite.config.ts", "package.json"):
        (frontend / name).write_text("{}", encoding="utf-8")
    _lock(frontend, {})
    (tmp_path / "src" / "taskchat").mkdir(parents=True)
    return tmp_path


def _lock(frontend: Path, packages: object) -> None:
    lock = json.dumps({"name": "page", "lockfileVersion": 3, "packages": packages}).encode()
    (frontend / "package-lock.json").write_bytes(lock)
    stamp = hashlib.sha256(lock).hexdigest()
    (frontend / "node_modules" / ".installed").write_text(f"{stamp} dev", encoding="utf-8")


def _build(root: Path) -> str:
    web = root / "src" / "taskchat" / "web"
    build_page(root / "frontend", web)
    return (web / "index.html").read_text(encoding="utf-8")


def _hook(root: Path) -> PageHook:
    return PageHook(str(root), {}, None, None, "", "wheel", Application())  # type: ignore[arg-type]


def test_it_is_built_anew_when_its_sources_have_changed_and_only_then(root: Path) -> None:
    first, again = _build(root), _build(root)
    (root / "frontend" / "src" / "main.tsx").write_text("two", encoding="utf-8")

    changed = _build(root)

    assert first == again
    assert (first[:3], changed[:3]) == ("one", "two")
    widget = root / "src" / "taskchat" / "web" / "widget.js"
    assert widget.read_text(encoding="utf-8").startswith("two")


def test_a_page_that_cannot_be_built_leaves_the_one_before(root: Path) -> None:
    before = _build(root)
    (root / "frontend" / "src" / "main.tsx").write_text("broken", encoding="utf-8")

    with pytest.raises(PageError, match=r"^The web page was not built: main.tsx: broken\.$"):
        _build(root)

    web = root / "src" / "taskchat" / "web"
    assert (web / "index.html").read_text(encoding="utf-8") == before
    assert not web.with_name("web.new").exists()


def test_without_npms_registry_one_sentence_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"": {"dependencies": {"left": "1.0.0"}}}
    frontend = root / "frontend"
    (frontend / "package.json").write_text(json.dumps(wanted[""]), encoding="utf-8")
    _lock(frontend, wanted | {"node_modules/left": {"version": "1.0.0"}})
    (frontend / "node_modules" / ".installed").unlink()
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "1")
    monkeypatch.setenv("npm_config_cache", str(root / "cache"))

    with pytest.raises(PageError, match=r"npm could not fetch its packages \(ECONNREFUSED\)\.$"):
        _build(root)


def test_an_installation_goes_on_without_a_page_and_a_wheel_does_not(root: Path) -> None:
    (root / "frontend" / "src" / "main.tsx").write_text("broken", encoding="utf-8")

    _hook(root).initialize("editable", {})
    with pytest.raises(PageError):
        _hook(root).initialize("standard", {})

    told = (root / "src" / "taskchat" / "web" / "missing.txt").read_text(encoding="utf-8")
    assert told == "The web page was not built: main.tsx: broken. ./run page tries again.\n"


def test_a_source_distribution_brings_its_page_along(root: Path) -> None:
    page = _build(root)
    (root / "frontend").rename(root / "gone")

    assert _build(root) == page


def test_without_sources_and_without_a_page_nothing_is_made(root: Path) -> None:
    (root / "frontend").rename(root / "gone")

    with pytest.raises(PageError, match="no sources"):
        _build(root)
