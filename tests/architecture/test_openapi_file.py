"""`openapi.yaml` is what the app says of itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml  # comes with uvicorn[standard]

from taskchat.http.openapi import UNSAID
from taskchat.openapi_file import as_yaml, description

FILE = Path(__file__).parents[2] / "openapi.yaml"


def test_the_file_is_what_its_command_writes() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "taskchat.openapi_file"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout

    assert FILE.read_text(encoding="utf-8") == written, "its first lines say how to make it anew"


def test_the_file_reads_as_the_apps_own_description() -> None:
    assert yaml.safe_load(FILE.read_text(encoding="utf-8")) == description()


def _undescribed(node: Any, where: str) -> Iterator[str]:
    """Fields of objects that have no words of their own."""
    if isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        is_schema = "type" in found or "title" in found
        fields: dict[str, Any] = found.get("properties", {}) if is_schema else {}
        for name, field in fields.items():
            if not (field.get("description") or "$ref" in field):
                yield f"{where}.{name}"
        for name, value in found.items():
            yield from _undescribed(value, f"{where}/{name}")
    elif isinstance(node, list):
        for value in cast("list[Any]", node):
            yield from _undescribed(value, where)


def test_everything_in_it_is_described() -> None:  # R18
    document: dict[str, Any] = dict(description())
    silent = [*_undescribed(document, "")]
    schemas = document["components"]["schemas"]
    silent += [name for name, schema in schemas.items() if not schema.get("description")]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            told = {
                f"{where}: summary": operation.get("summary"),
                f"{where}: description": operation.get("description"),
            }
            for parameter in operation.get("parameters", ()):
                told[f"{where}: {parameter['name']}"] = parameter.get("description")
            for status, response in operation["responses"].items():
                words = response["description"]
                told[f"{where}: {status}"] = words != UNSAID and words
                for name, header in response.get("headers", {}).items():
                    told[f"{where}: {status} {name}"] = header.get("description")
            silent += [name for name, words in told.items() if not words]

    assert silent == []
    assert len(document["paths"]) > 20


def test_every_way_to_begin_a_turn_tells_that_there_are_limits() -> None:
    paths = cast("dict[str, Any]", description()["paths"])
    sending = [path for path in paths if path.endswith(("/chat", "/messages", "/events"))]

    assert len(sending) == 4
    for path in sending:
        method = "get" if path.endswith("/events") else "post"
        assert {"401", "429", "500"} <= set(paths[path][method]["responses"]), path


@pytest.mark.parametrize(
    "value",
    [
        {"a": {}, "b": [], "c": None, "d": True, "e": 1.5},
        {"200": {"$ref": "#/a"}, "no": "yes", "on": "2026-11-27", "x y": ": #"},
        [[1, [2]], {"a": [{"b": "c"}], "d": 'say "é"\n\u2028'}],
        "null",
        "",
    ],
)
def test_any_value_of_json_reads_as_itself(value: object) -> None:
    assert yaml.safe_load(as_yaml(value)) == value
