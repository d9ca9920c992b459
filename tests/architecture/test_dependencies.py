"""What is installed is what was locked: every file that comes from a registry is known by its hash."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NPM_LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("frontend", "examples")
    for path in (ROOT / folder).rglob("package-lock.json")
    if "node_modules" not in path.parts
)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_each_python_package_is_locked_by_the_hashes_of_its_files() -> None:
    packages: list[dict[str, Any]] = tomllib.loads(_read("uv.lock"))["package"]
    others = [package for package in packages if package["name"] != "taskchat"]

    # From a registry and not from a repository or an address, whose files have none.
    loose = [package["name"] for package in others if set(package["source"]) != {"registry"}]
    unknown = [
        file["url"]
        for package in others
        for file in (*package.get("wheels", ()), *filter(None, (package.get("sdist"),)))
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", ""))
    ]

    assert len(others) > 50
    assert (loose, unknown) == ([], [])


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_each_package_of_the_page_is_locked_by_its_hash(lock: str) -> None:
    packages: dict[str, dict[str, Any]] = json.loads(_read(lock))["packages"]

    unknown = [
        name
        for name, package in packages.items()
        if name and not package.get("link") and not package.get("inBundle")
        if not str(package.get("integrity")).startswith("sha512-")
    ]

    assert len(packages) > 1
    assert unknown == []


def test_installing_takes_what_is_locked_and_nothing_else() -> None:
    script, hook = _read("run"), _read("hatch_build.py")

    assert '"$uv" sync --locked' in script
    assert '"ci"' in hook
    assert '"--ignore-scripts"' in hook


def test_what_checks_the_hashes_is_itself_installed_by_its_hash() -> None:
    script, pinned = _read("run"), _read("uv-requirements.txt")
    version = re.search(r"^uv_version=(\S+)$", script, re.MULTILINE)

    assert version is not None
    assert f"uv=={version[1]} " in pinned
    assert "--hash=sha256:" in pinned
    assert '--require-hashes --requirement "$root/uv-requirements.txt"' in script
