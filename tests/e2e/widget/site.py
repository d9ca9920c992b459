"""The sample site of `examples/widget`, as a process of its own beside a Taskchat server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import jwt
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LIMITS_OFF, NewVisitor, Visitor
from tests.faults.copies import free_port
from tests.processes import TaskchatServer, environment

EXAMPLE = Path(__file__).parents[3] / "examples" / "widget" / "server.py"
SECRET = "a shared secret of more than 32 bytes"
OPEN, CLOSE = "Open To do", "Close To do"


class Site(NamedTuple):
    """A site with the widget on it, and the server that it comes from."""

    address: str
    server: TaskchatServer


@contextmanager
def running_site(folder: Path, template: Path | None = None, **settings: str) -> Generator[Site]:
    """Start both. The site has another name than the server: `localhost`, and not 127.0.0.1."""
    if template is not None:
        shutil.copy(template, folder / "taskchat.db")
    port = free_port()
    admitted = {"BETTER_AUTH_SECRET": SECRET, "CORS_ORIGINS": f"http://localhost:{port}"}
    env = environment(folder, **LIMITS_OFF, **admitted, **settings)
    with TaskchatServer(env) as server:
        command = [sys.executable, EXAMPLE, "--port", str(port), "--taskchat", server.address]
        with subprocess.Popen(  # noqa: S603  our own command
            command,
            env={"BETTER_AUTH_SECRET": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as site:
            assert site.stdout is not None
            address = site.stdout.readline().strip().rpartition(" ")[2]
            try:
                yield Site(address, server)
            finally:
                site.terminate()


def come(visit: NewVisitor, site: Site, person: str | None = "Anna", **options: object) -> Visitor:
    """Somebody new on the site, signed in there unless `person` is None."""
    visitor = visit(site.server, signed_in=False, **options)
    visitor.also_asks = site.address
    if person is not None:
        sign_in(visitor, site, person)
    visitor.page.goto(site.address)
    return visitor


def sign_in(visitor: Visitor, site: Site, person: str) -> None:
    """Sign in on the site; nobody as the empty string."""
    form: dict[str, str | float | bool] = {"person": person}
    answer = visitor.context.request.post(f"{site.address}/session", form=form, max_redirects=0)
    assert answer.status == 303


def opened(visitor: Visitor) -> Visitor:
    """Open the chat, and wait for it."""
    launcher(visitor).click()
    expect(visitor.box).to_be_visible()
    return visitor


def launcher(visitor: Visitor) -> Locator:
    """The button in the corner."""
    return visitor.page.get_by_role("button", name="To do")


def panel(visitor: Visitor) -> Locator:
    """What the button opens."""
    return visitor.page.get_by_role("dialog", name="To do")


def token_of(person: str, life_s: int = 300, secret: str = SECRET) -> str:
    """As the site makes them."""
    claims = {"sub": f"site|{person}", "exp": int(time.time()) + life_s}
    return jwt.encode(claims, secret, algorithm="HS256")


def new_title() -> str:
    """A task that nobody has: the people of the site are the same in each test."""
    return f"Sow {uuid4().hex[:12]}"


def titles_of(visitor: Visitor, site: Site, person: str) -> list[str]:
    """Somebody's list, as the server has it."""
    ask = visitor.context.request
    headers = {"Authorization": f"Bearer {token_of(person)}"}
    me = ask.get(f"{site.server.address}/api/v1/users/me", headers=headers).json()["data"]["id"]
    tasks = ask.get(f"{site.server.address}/api/{me}/tasks?limit=500", headers=headers)
    return [task["title"] for task in tasks.json()]
