"""`mcp.json`: what it may say, and the one sentence for what it may not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskchat.chat.tool_servers.file import (
    CommandServer,
    HttpServer,
    ToolServer,
    read_tool_servers,
)
from taskchat.errors import StartError
from taskchat.settings import variable

VARIABLES = {"TOKEN": "s3cret", "EMPTY": "", "PORT": "81"}


def _read(folder: Path, content: object) -> list[ToolServer]:
    path = folder / "mcp.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return [*read_tool_servers(path, VARIABLES.get)]


def _servers(folder: Path, **servers: object) -> list[ToolServer]:
    return _read(folder, {"mcpServers": servers})


def test_commands_and_addresses_are_read_in_their_order(tmp_path: Path) -> None:
    found = _servers(
        tmp_path,
        notes={"command": "uvx", "args": ["notes", "-v"], "env": {"A": "b"}, "cwd": "/srv"},
        tickets={"url": "https://t.example.com/mcp", "headers": {"X": "y"}, "timeout_s": 5},
        plain={"type": "stdio", "command": "x"},
        web={"type": "http", "url": "http://localhost:1/"},
    )

    assert found == [
        CommandServer("notes", "uvx", ["notes", "-v"], {"A": "b"}, "/srv", 20),
        HttpServer("tickets", "https://t.example.com/mcp", {"X": "y"}, 5),
        CommandServer("plain", "x", [], {}, None, 20),
        HttpServer("web", "http://localhost:1/", {}, 20),
    ]


def test_values_name_variables_and_what_counts_without_them(tmp_path: Path) -> None:
    found = _servers(
        tmp_path,
        a={
            "command": "${DIR:-/bin}/x",
            "args": ["--token=${TOKEN}", "$TOKEN", "${EMPTY:-none}", "${EMPTY}"],
            "env": {"KEY": "${TOKEN}"},
        },
        b={"url": "http://h:${PORT}/${PATH_:-}", "headers": {"Authorization": "Bearer ${TOKEN}"}},
    )

    assert found == [
        CommandServer("a", "/bin/x", ["--token=s3cret", "$TOKEN", "none", ""], {"KEY": "s3cret"}),
        HttpServer("b", "http://h:81/", {"Authorization": "Bearer s3cret"}),
    ]
    assert "s3cret" not in repr(found)


def test_a_variable_comes_from_the_environment_or_else_from_dot_env(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ONE=file\nTWO=file$ONE\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONE", "environment")

    assert [variable(name) for name in ("ONE", "TWO", "THREE")] == [
        "environment",
        "file$ONE",
        None,
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", 'it must be an object with "mcpServers" and nothing else'),
        (
            '{"mcpServers": {}, "more": 1}',
            'it must be an object with "mcpServers" and nothing else',
        ),
        ('{"mcpServers": []}', '"mcpServers" must be an object'),
        ('{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}', "“a” is there twice"),
    ],
)
def test_a_file_of_another_form_ends_the_start(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(StartError, match="TASKCHAT_MCP_SERVERS cannot be used: ") as refusal:
        _read(tmp_path, content)

    assert reason in str(refusal.value)


def test_a_file_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"there is no file .*/none that can be read\.$"):
        read_tool_servers(tmp_path / "none", VARIABLES.get)


@pytest.mark.parametrize(
    ("servers", "reason"),
    [
        ({"": {"command": "x"}}, "1 to 32 letters, digits, _ and -, such as github; “” is not"),
        ({"my server": {"command": "x"}}, "“my server” is not"),
        ({"x" * 33: {"command": "x"}}, "is not"),
        ({"add": {"command": "x"}}, "a server cannot be called “add”"),
        (
            {"git": {"command": "x"}, "git_hub": {"command": "x"}},
            "the tools of “git” and “git_hub” would begin alike; rename one",
        ),
        ({"a": 5}, "“a” must be an object with a command or a url"),
        ({"a": {}}, "“a” needs a command to start, or a url"),
        ({"a": {"command": " "}}, "“a” needs a command to start, or a url"),
        ({"a": {"command": "x", "url": "http://h/"}}, "“a” has a command and a url"),
        (
            {"a": {"command": "x", "timeout": 5}},
            "“a” has the field “timeout”, and only these are known: type, command, args, env, cwd,"
            " url, headers, timeout_s",
        ),
        ({"a": {"command": 5}}, "“command” of “a” must be a text"),
        ({"a": {"command": "x", "args": "-v"}}, "“args” of “a” must be a list of texts"),
        ({"a": {"command": "x", "env": {"A": 1}}}, "“env” of “a” must be an object of texts"),
        (
            {"a": {"command": "x", "timeout_s": 0}},
            "must be a number of seconds above 0, at most 600",
        ),
        ({"a": {"command": "x", "headers": {}}}, "“headers” is for servers with a url"),
        ({"a": {"url": "http://h/", "env": {}}}, "“env” is for servers with a command"),
        ({"a": {"url": "ftp://h/"}}, "the url of “a” must be an http or https address"),
        ({"a": {"url": "http://[/"}}, "the url of “a” must be an http or https address"),
        ({"a": {"url": "http://h:x/"}}, "the url of “a” must be an http or https address"),
        ({"a": {"type": "sse", "url": "http://h/"}}, "“a” has the type sse, which is out of use"),
        ({"a": {"type": "http", "command": "x"}}, "another type than its other fields"),
        ({"a": {"command": "${NONE}"}}, "“a” names the variable NONE, which is not set"),
    ],
)
def test_what_cannot_be_used_is_named(
    tmp_path: Path, servers: Mapping[str, object], reason: str
) -> None:
    with pytest.raises(StartError) as refusal:
        _servers(tmp_path, **servers)

    assert str(refusal.value).startswith("TASKCHAT_MCP_SERVERS cannot be used: ")
    assert reason in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_names_that_only_look_alike_are_kept_apart(tmp_path: Path) -> None:
    found = _servers(tmp_path, git={"command": "x"}, github={"command": "x"})

    assert [server.name for server in found] == ["git", "github"]


def test_the_example_in_the_docs_is_read(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "tool-servers.md"
    (example,) = re.findall(r"```json\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    filled = {"NOTES_TOKEN": "n", "TICKETS_TOKEN": "t"}
    path = tmp_path / "mcp.json"
    path.write_text(example, encoding="utf-8")

    assert [*read_tool_servers(path, filled.get)] == [
        CommandServer(
            "notes", "uvx", ["notes-mcp", "--folder", "/srv/notes"], {"NOTES_TOKEN": "n"}
        ),
        HttpServer("tickets", "https://tickets.example.com/mcp", {"Authorization": "Bearer t"}, 10),
    ]
