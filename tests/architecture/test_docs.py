"""The docs are complete: whoever adds a setting, a route, a tool or a code writes its paragraph."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taskchat import errors
from taskchat.app import create_app
from taskchat.cli import app as commands
from taskchat.settings import Settings, variable_of
from taskchat.tasks import tools

ROOT = Path(__file__).parents[2]
PAGES = ("docs/operating.md", "docs/api.md", "docs/settings.md")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _kinds(kind: type[errors.AppError]) -> set[type[errors.AppError]]:
    return {kind}.union(*(_kinds(below) for below in kind.__subclasses__()))


VARIABLES = sorted(variable_of(name) for name in Settings.model_fields)
CODES = sorted({kind.code for kind in _kinds(errors.AppError)})


@pytest.mark.parametrize("variable", VARIABLES)
def test_each_setting_has_its_paragraph(variable: str) -> None:
    assert f"### `{variable}`" in _read("docs/settings.md")
    assert f"# {variable}=" in _read(".env.example")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^### `(\w+)`", _read("docs/settings.md"), re.MULTILINE)

    assert sorted(documented) == VARIABLES


def test_each_route_is_in_the_docs() -> None:
    app = create_app(Settings(_env_file=None), "http://127.0.0.1:8000")  # pyright: ignore[reportCallIssue]
    described = app.openapi()["paths"]
    page = _read("docs/api.md")

    missing = [
        f"{method.upper()} {path}"
        for path, operations in described.items()
        for method in operations
        if f"`{method.upper()} {path}`" not in page
    ]

    assert missing == []


def test_each_tool_has_its_paragraph() -> None:
    page = _read("docs/api.md")
    names = [name for name, _, _ in tools.definitions(tools.make_tool_server())]

    assert [name for name in names if f"### `{name}`" not in page] == []


@pytest.mark.parametrize("code", CODES)
def test_each_error_code_says_what_a_client_does(code: str) -> None:
    assert f"`{code}`" in _read("docs/api.md")


def test_each_command_is_in_the_docs() -> None:
    pages = "".join(_read(name) for name in ("README.md", *PAGES))
    names = [
        command.name or getattr(command.callback, "__name__", "")
        for command in commands.registered_commands
    ]

    assert [name for name in names if not re.search(rf"(taskchat|\./run) {name}", pages)] == []


def test_links_between_the_pages_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []
