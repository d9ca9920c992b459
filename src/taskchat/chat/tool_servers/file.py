"""Reads `mcp.json`: which further tool servers there are, in the form that MCP clients share.

Values may name variables, `${NAME}` or `${NAME:-instead}`, so that the file itself holds no secrets.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from taskchat.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Variable = Callable[[str], str | None]

CALL_S = 20.0
"""How long a call may take where the file says nothing; within the time limit of the turn."""
LONGEST_S = 600
TASK_VERBS = frozenset({"add", "list", "complete", "update", "delete", "restore"})
"""What the names of our own tools begin with: `add` with a tool `task` would be `add_task`."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_HTTP_TYPES = frozenset({"http", "streamable-http", "streamableHttp"})
_SHAPES = {
    "args": "a list of texts",
    "env": "an object of texts",
    "headers": "an object of texts",
    "timeout_s": f"a number of seconds above 0, at most {LONGEST_S}",
}
_OF_COMMANDS = ("args", "env", "cwd")


@dataclass(frozen=True, slots=True)
class CommandServer:
    """A server that runs as a child process and is spoken to over its standard streams."""

    name: str
    command: str
    args: Sequence[str] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    cwd: str | None = None
    timeout_s: float = CALL_S


@dataclass(frozen=True, slots=True)
class HttpServer:
    """A server that is reached over streamable HTTP."""

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    timeout_s: float = CALL_S


ToolServer = CommandServer | HttpServer


def read_tool_servers(path: Path, variable: Variable) -> Sequence[ToolServer]:
    """The servers that the file names, in its order.

    Args:
        path: of the `mcp.json`.
        variable: gives the value of a variable that the file names; None where it is not set.

    Raises:
        StartError: the file cannot be read, or something in it cannot be used; the sentence says what.
    """
    found = _parsed(path)
    if not isinstance(found, dict) or [*cast("dict[str, Any]", found)] != ["mcpServers"]:
        raise _unusable('it must be an object with "mcpServers" and nothing else')
    servers = cast("dict[str, Any]", found)["mcpServers"]
    if not isinstance(servers, dict):
        raise _unusable('"mcpServers" must be an object: a name, and what is known of that server')
    named = cast("dict[str, Any]", servers)
    for name in named:
        _check_name(name)
    for one, other in permutations(named, 2):
        # Else a tool's name would not say whose it is.
        if other.startswith(f"{one}_"):
            raise _unusable(f"the tools of “{one}” and “{other}” would begin alike; rename one")
    return [_server(name, entry, variable) for name, entry in named.items()]


def _parsed(path: Path) -> object:
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise _unusable(f"there is no file {path} that can be read") from None
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise _unusable(f"{path} is not JSON") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names differ: of two equal ones JSON readers silently drop the first."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _unusable(f"“{name}” is there twice")
    return dict(pairs)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        reason = "the name of a server must be 1 to 32 letters, digits, _ and -, such as github"
        raise _unusable(f"{reason}; “{name[:40]}” is not")
    if name in TASK_VERBS:
        raise _unusable(f"a server cannot be called “{name}”, since tools of Taskchat begin so")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: str | None = None
    command: str | None = None
    args: list[str] = []
    env: dict[str, str] = {}
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] = {}
    timeout_s: Annotated[float, Field(gt=0, le=LONGEST_S)] = CALL_S


def _server(name: str, raw: object, variable: Variable) -> ToolServer:
    entry = _entry(name, raw)

    def filled(text: str) -> str:
        return _filled(name, text, variable)

    if entry.url is not None and entry.command is not None:
        raise _unusable(f"“{name}” has a command and a url; it is either a process or an address")
    if entry.url is not None:
        _check_type(name, entry.type, _HTTP_TYPES)
        for other in _OF_COMMANDS:
            if other in entry.model_fields_set:
                raise _unusable(f"“{name}” has a url, and “{other}” is for servers with a command")
        headers = {header: filled(value) for header, value in entry.headers.items()}
        return HttpServer(name, _url(name, filled(entry.url)), headers, entry.timeout_s)
    if entry.command is None or not (command := filled(entry.command)).strip():
        raise _unusable(f"“{name}” needs a command to start, or a url")
    _check_type(name, entry.type, frozenset({"stdio"}))
    if "headers" in entry.model_fields_set:
        raise _unusable(f"“{name}” has a command, and “headers” is for servers with a url")
    return CommandServer(
        name,
        command,
        [filled(each) for each in entry.args],
        {each: filled(value) for each, value in entry.env.items()},
        None if entry.cwd is None else filled(entry.cwd),
        entry.timeout_s,
    )


def _entry(name: str, raw: object) -> _Entry:
    try:
        return _Entry.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if not first["loc"]:
        raise _unusable(f"“{name}” must be an object with a command or a url")
    where = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        known = ", ".join(_Entry.model_fields)
        raise _unusable(f"“{name}” has the field “{where[:40]}”, and only these are known: {known}")
    raise _unusable(f"“{where}” of “{name}” must be {_SHAPES.get(where, 'a text')}")


def _check_type(name: str, given: str | None, known: frozenset[str]) -> None:
    if given is None or given in known:
        return
    if given == "sse":
        raise _unusable(f"“{name}” has the type sse, which is out of use; serve it as http")
    raise _unusable(f"“{name}” has another type than its other fields: leave it out")


def _url(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise _unusable(f"the url of “{name}” must be an http or https address")
    return url


def _filled(name: str, text: str, variable: Variable) -> str:
    """The text with the values of the variables that it names."""

    def value(found: re.Match[str]) -> str:
        wanted, instead = found.groups()
        known = variable(wanted)
        if known is None and instead is None:
            raise _unusable(f"“{name}” names the variable {wanted}, which is not set")
        # As in a shell: an empty one counts as unset where something else is given.
        return instead if not known and instead is not None else known or ""

    return _VARIABLE.sub(value, text)


def _unusable(reason: str) -> StartError:
    return StartError(f"TASKCHAT_MCP_SERVERS cannot be used: {reason}.")
