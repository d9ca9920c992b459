"""The page where an outside issuer signs people in."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LIMITS_OFF, NewVisitor, Visitor
from tests.processes import TaskchatServer, environment

SECRET = "a shared secret of more than 32 bytes"


class Issuer:
    """Gives tokens to whoever has its cookie, as Better Auth's `jwt` plugin does.

    The next `spoiled` ones are signed with another key.
    """

    def __init__(self) -> None:
        self.life_s = 900
        self.asked = 0
        self.spoiled = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/sign-in":
                    self._answer(200, "text/html", "<title>Sign in at the issuer</title>")
                elif "session=yes" in self.headers.get("Cookie", ""):
                    issuer.asked += 1
                    self._answer(200, "application/json", json.dumps({"token": issuer.token()}))
                else:
                    self._answer(401, "application/json", "{}")

            def _answer(self, status: int, kind: str, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
                self.send_header("Access-Control-Allow-Credentials", "true")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self) -> str:
        claims = {"sub": self.subject, "exp": int(time.time()) + self.life_s}
        self.spoiled -= 1
        secret = SECRET if self.spoiled < 0 else SECRET[::-1]
        return jwt.encode(claims, secret, algorithm="HS256")

    subject = uuid4().hex

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture
def server(issuer: Issuer, tmp_path: Path, sqlite_template: Path) -> Iterator[TaskchatServer]:
    shutil.copy(sqlite_template, tmp_path / "taskchat.db")
    settings = {
        "BETTER_AUTH_SECRET": SECRET,
        "TASKCHAT_TOKEN_URL": f"{issuer.address}/token",
        "TASKCHAT_SIGN_IN_URL": f"{issuer.address}/sign-in",
    }
    with TaskchatServer(environment(tmp_path, **LIMITS_OFF, **settings)) as server:
        yield server


def _come(visit: NewVisitor, server: TaskchatServer, issuer: Issuer) -> Visitor:
    visitor = visit(server, signed_in=False)
    visitor.also_asks = issuer.address
    visitor.context.add_cookies([{"name": "session", "value": "yes", "url": issuer.address}])
    visitor.page.goto(server.address)
    return visitor


def test_whoever_is_signed_in_there_is_signed_in_here(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    visitor = _come(visit, server, issuer)

    visitor.say("add Buy milk")

    expect(visitor.tasks).to_contain_text("Buy milk")
    assert issuer.asked == 1
    expect(visitor.page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_a_token_that_is_ending_is_asked_for_anew(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    issuer.life_s = 5
    visitor = _come(visit, server, issuer)
    expect(visitor.box).to_be_visible()
    asked = issuer.asked

    visitor.say("add Buy milk")

    expect(visitor.tasks).to_contain_text("Buy milk")
    assert issuer.asked > asked


def test_a_token_that_is_refused_before_its_end_is_asked_for_anew(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    issuer.spoiled = 1

    visitor = _come(visit, server, issuer)

    expect(visitor.box).to_be_visible()
    assert issuer.asked == 2


def test_somebody_elses_token_clears_what_is_shown(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    issuer.life_s = 5
    visitor = _come(visit, server, issuer)
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_contain_text("Buy milk")
    visitor.settled()

    issuer.subject = uuid4().hex
    visitor.say("add Buy bread")

    expect(visitor.tasks).to_have_count(0)
    expect(visitor.messages).not_to_contain_text("Buy milk")


def test_whoever_is_not_is_sent_there(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    visitor = visit(server, signed_in=False)
    visitor.also_asks = issuer.address

    visitor.page.goto(server.address)
    visitor.page.wait_for_url(f"{issuer.address}/sign-in")

    visitor.page.goto(server.address)  # still nobody: not sent round and round
    expect(visitor.page.get_by_role("link", name="Sign in")).to_be_visible()


def test_words_that_are_written_when_the_session_ends_are_there_after_signing_in(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    issuer.life_s = 5
    visitor = _come(visit, server, issuer)
    # Whatever the page still asks would find out first, and nothing could be written any more.
    expect(visitor.page.get_by_text("What you talk about is listed here.")).to_be_visible()
    expect(visitor.page.get_by_text("Nothing to do.")).to_be_visible()
    visitor.context.clear_cookies()
    visitor.say("add Buy milk")
    visitor.page.get_by_role("dialog").get_by_role("link", name="Sign in").click()
    visitor.page.wait_for_url(f"{issuer.address}/sign-in")

    visitor.context.add_cookies([{"name": "session", "value": "yes", "url": issuer.address}])
    visitor.page.goto(server.address)

    visitor.hears("Added Buy milk")
    expect(visitor.tasks).to_have_count(1)


def test_ones_data_is_downloaded_and_the_account_deleted_by_a_word(
    server: TaskchatServer, issuer: Issuer, visit: NewVisitor
) -> None:
    visitor = _come(visit, server, issuer)
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_contain_text("Buy milk")
    visitor.settled()
    page = visitor.page
    page.get_by_role("button", name="Account").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download my data", exact=True).click()
    assert "Buy milk" in Path(coming.value.path()).read_text(encoding="utf-8")

    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_label("Your password")).to_have_count(0)
    page.get_by_label("Type “delete” to confirm").fill("delete")
    page.keyboard.press("Enter")

    # They are still signed in there; nobody is made anew here until they ask for it.
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    page.wait_for_url(f"{issuer.address}/sign-in")
