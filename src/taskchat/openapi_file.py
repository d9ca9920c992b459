"""Writes `openapi.yaml`, the API's description as a file: `python -m taskchat.openapi_file`.

It is what `/openapi.json` says of a server with local accounts, so it holds every route.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, cast

from taskchat.app import create_app
from taskchat.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEAD = """\
# What /openapi.json says, as a file; a test holds the two against each other. Made by:
#   .venv/bin/python -m taskchat.openapi_file > openapi.yaml
"""
# What YAML 1.1 and 1.2 both read as this very text without quotes.
_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off|y|n)$)[A-Za-z/$][\w$./{}-]*", re.ASCII)


def description() -> Mapping[str, object]:
    """The API's description, whatever the environment's settings say of accounts."""
    settings = load_settings(_env_file=None, auth="local")
    return create_app(settings, "http://127.0.0.1:8000").openapi()


def as_yaml(value: object) -> str:
    """Plain values that JSON knows as YAML, in their order, a line for each."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: object) -> Iterator[str]:
    if not _is_block(value):
        yield _scalar(value)
    elif isinstance(value, dict):
        for name, below in cast("Mapping[str, object]", value).items():
            yield from _entry(f"{_scalar(name)}:", below)
    else:
        for below in cast("Sequence[object]", value):
            first, *rest = _lines(below)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def _entry(name: str, value: object) -> Iterator[str]:
    if _is_block(value):
        yield name
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{name} {_scalar(value)}"


def _is_block(value: object) -> bool:
    """Whether it takes lines of its own; what is empty does not."""
    return isinstance(value, dict | list) and value not in ({}, [])


def _scalar(value: object) -> str:
    """A value on one line; quoted text is JSON's, which is YAML's too."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdout.write(HEAD + as_yaml(description()))
