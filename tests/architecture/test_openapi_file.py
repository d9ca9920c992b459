"""`openapi.yaml` is what the app says of itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # comes with uvicorn[standard]

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
