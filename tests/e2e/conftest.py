"""A real browser on a real server: people who visit it, and a model that takes its time.

Whatever a visitor does, the page may ask nobody but its own server, break no rule of its policy, and
throw no error: every test fails where that happens.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.processes import TaskchatServer, environment

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter
    from playwright.sync_api import ConsoleMessage, Locator, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "correct horse"
WORDS = " ".join(f"word{number}" for number in range(1, 31))
"""What the slow model says: each word is another one."""
LIMITS_OFF = {"TASKCHAT_AUTH_RATE_LIMIT": "off", "TASKCHAT_RATE_LIMIT": "off"}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Who is to be met in the middle of a reply is given time to come there.
_SLOWLY = {"pause_s": 0.05, "hold_s": 4}
_RULES = [
    {"prefix": "talk", "says": WORDS, **_SLOWLY},
    {"prefix": "say", "says": "{rest}"},
    {
        "prefix": "add",
        "calls": [["add_task", {"title": "{rest}"}]],
        "says": f"I added it. {WORDS}",
        **_SLOWLY,
    },
    {"prefix": "wait", "says": "At last.", "delay_s": 20},
]
expect.set_options(timeout=30_000)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what was measured, not only that it was good enough."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert "CI" not in os.environ, "CI must have a browser"  # noqa: TID251  not a setting
        pytest.skip("no browser here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[TaskchatServer]:
    """A server with the built-in assistant."""
    folder = tmp_path_factory.mktemp("embedded")
    shutil.copy(sqlite_template, folder / "taskchat.db")
    with TaskchatServer(environment(folder, **LIMITS_OFF)) as server:
        yield server


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a model answers word by word."""
    script = tmp_path_factory.mktemp("model") / "rules.json"
    script.write_text(json.dumps(_RULES), encoding="utf-8")
    command = [sys.executable, "-m", "tests.model.stub_provider", "--script", str(script)]
    with subprocess.Popen(  # noqa: S603  our own command
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as model:
        assert model.stdout is not None
        yield model.stdout.readline().strip()
        model.terminate()


def slow_environment(
    folder: Path, model: str, template: Path, timeout_s: int = 60
) -> dict[str, str]:
    """The environment of a server whose model takes its time, up to so many seconds."""
    shutil.copy(template, folder / "taskchat.db")
    return environment(folder, **LIMITS_OFF, **slow_settings(model, timeout_s))


def slow_settings(model: str, timeout_s: int = 60) -> dict[str, str]:
    """What makes a server ask the model that takes its time, up to so many seconds."""
    return {
        "TASKCHAT_MODEL": "openai:stub",
        "TASKCHAT_MODEL_BASE_URL": model,
        "TASKCHAT_AGENT_TIMEOUT_S": str(timeout_s),
    }


@pytest.fixture(scope="module")
def slow_server(
    tmp_path_factory: pytest.TempPathFactory, slow_model: str, sqlite_template: Path
) -> Iterator[TaskchatServer]:
    folder = tmp_path_factory.mktemp("slow")
    with TaskchatServer(slow_environment(folder, slow_model, sqlite_template)) as server:
        yield server


@dataclass
class Visitor:
    """Someone with a browser of their own, on the page."""

    context: BrowserContext
    page: Page
    address: str
    email: str = field(default_factory=lambda: f"{uuid4().hex}@example.com")
    also_asks: str = "data:"
    """Where else the page may ask: an outside issuer."""
    faults: list[str] = field(default_factory=list[str])
    """What the page did that it must not do."""

    def watch(self, page: Page) -> Page:
        """Note what a page of theirs must not do."""

        def on_console(message: ConsoleMessage) -> None:
            if any(sign in message.text for sign in ("Security Policy", "TrustedHTML", "React")):
                self.faults.append(message.text)

        def on_request(request: Request) -> None:
            if not request.url.startswith((self.address, self.also_asks, "data:")):
                self.faults.append(f"asked {request.url}")

        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def sign_up(self) -> None:
        """Make an account without the page, and come to it."""
        account = {"email": self.email, "password": PASSWORD}
        made = self.context.request.post(f"{self.address}/auth/sign-up", data=account)
        assert made.status == 201, made.text()
        self.page.goto(self.address)
        expect(self.box).to_be_visible()

    def sign_in_as(self, email: str) -> None:
        """Come to the page of an account that is there already."""
        account = {"email": email, "password": PASSWORD}
        answer = self.context.request.post(f"{self.address}/auth/sign-in", data=account)
        assert answer.status == 200, answer.text()
        self.page.goto(self.address)
        expect(self.box).to_be_visible()

    def look(self) -> None:
        """Come back to the tab, at which it looks for news; else it does so twice a minute."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def sibling(self) -> Visitor:
        """The same person in another tab."""
        return Visitor(
            self.context, self.watch(self.context.new_page()), self.address, faults=self.faults
        )

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_label("Message", exact=True)

    @property
    def messages(self) -> Locator:
        return self.page.get_by_label("Conversation", exact=True)

    @property
    def tasks(self) -> Locator:
        """The rows of the list."""
        return self.page.locator("section[aria-labelledby=tasks-title] li")

    @property
    def conversations(self) -> Locator:
        """The links of the sidebar."""
        return self.page.get_by_role("navigation", name="Conversations").locator("a[data-item]")

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def hears(self, text: str) -> None:
        expect(self.messages).to_contain_text(text)

    def settled(self) -> None:
        """Wait until no reply is coming."""
        expect(self.page.get_by_role("button", name="Send", exact=True)).to_be_visible()

    def words(self) -> list[str]:
        """The numbered words on show, in order."""
        shown = self.messages.inner_text().replace("\n", " ").split(" ")
        return [word for word in shown if word.startswith("word")]


NewVisitor = Callable[..., Visitor]
"""`visit(server)` is somebody new, signed in; options are those of a browser context."""


@pytest.fixture
def visit(browser: Browser) -> Iterator[NewVisitor]:
    """Opens browsers, which close with the test."""
    visitors: list[Visitor] = []

    def open_one(server: TaskchatServer, *, signed_in: bool = True, **options: Any) -> Visitor:
        usual: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
        context = browser.new_context(timezone_id="Europe/Paris", **usual | options)
        page = context.new_page()
        visitor = Visitor(context, page, server.address)
        visitor.watch(page)
        visitors.append(visitor)
        if signed_in:
            visitor.sign_up()
        return visitor

    yield open_one
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
