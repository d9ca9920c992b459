"""What people do with their account: they take their data with them, and they leave."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import PASSWORD, NewVisitor, Visitor
from tests.processes import TaskchatServer


def _account(visitor: Visitor) -> Locator:
    visitor.page.get_by_role("button", name="Account").click()
    return visitor.page.get_by_role("dialog", name="Your account")


def _deletion(visitor: Visitor) -> Locator:
    _account(visitor).get_by_role("button", name="Delete my account").click()
    return visitor.page.get_by_role("dialog", name="Delete my account")


def _confirm(dialog: Locator, word: str, password: str) -> None:
    dialog.get_by_label("Type “delete” to confirm").fill(word)
    dialog.get_by_label("Your password").fill(password)
    dialog.get_by_role("button", name="Delete for good").click()


def _download(visitor: Visitor, button: str) -> tuple[str, str]:
    """Press a button of the account's dialog; the name and the content of what comes of it."""
    with visitor.page.expect_download() as coming:
        _account(visitor).get_by_role("button", name=button, exact=True).click()
    content = Path(coming.value.path()).read_text(encoding="utf-8")
    return coming.value.suggested_filename, content


def _kept(visitor: Visitor) -> list[str]:
    """The names of all that the page keeps in the browser."""
    names: list[str] = visitor.page.evaluate(
        "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
    )
    return names


def _with_a_task(visitor: Visitor) -> Visitor:
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_have_count(1)
    visitor.settled()
    return visitor


def test_ones_data_is_downloaded_as_a_file_and_as_text(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = _with_a_task(visit(server))

    name, content = _download(visitor, "Download my data")
    expect(visitor.page.get_by_text("Your data is downloaded.")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Account")).to_be_focused()
    text_name, text = _download(visitor, "Download my data as text")

    assert re.fullmatch(r"taskchat-export-\d{4}-\d\d-\d\d\.json", name)
    exported = json.loads(content)
    assert exported["profile"]["email"] == visitor.email
    assert [task["title"] for task in exported["tasks"]] == ["Buy milk"]
    assert exported["conversations"][0]["messages"][0]["content"] == "add Buy milk"
    assert text_name.endswith(".txt")
    assert "1. Buy milk" in text


def test_a_download_that_fails_says_so_and_can_be_tried_again(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    export = "**/api/v1/users/me/export*"
    visitor.page.route(export, lambda route: route.fulfill(status=503, body=""))
    dialog = _account(visitor)
    button = dialog.get_by_role("button", name="Download my data", exact=True)
    button.click()
    expect(dialog.get_by_role("alert")).to_have_text("The server answered with an error (503).")
    visitor.page.unroute(export)

    with visitor.page.expect_download():
        button.click()

    expect(dialog).to_have_count(0)


def test_an_account_is_deleted_with_a_word_and_the_password_and_leaves_nothing(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = _with_a_task(visit(server))
    other = visitor.sibling()
    other.page.goto(server.address)
    expect(other.tasks).to_have_count(1)
    other.box.fill("a secret of mine")

    _confirm(_deletion(visitor), "delete", PASSWORD)

    for tab in (visitor, other):
        expect(tab.page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
        expect(tab.page).to_have_title("Taskchat")
        assert _kept(tab) == []
    account = {"email": visitor.email, "password": PASSWORD}
    assert (
        visitor.context.request.post(f"{server.address}/auth/sign-in", data=account).status == 401
    )
    visitor.page.get_by_role("button", name="Start over").click()
    visitor.page.get_by_label("E-mail address").fill(visitor.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Create account").click()
    expect(visitor.page.get_by_text("Nothing to do.")).to_be_visible()
    expect(visitor.conversations).to_have_count(0)


def test_an_account_is_not_deleted_by_another_word_or_password(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = _with_a_task(visit(server))
    dialog = _deletion(visitor)
    _confirm(dialog, "delte", PASSWORD)
    expect(dialog.get_by_role("alert")).to_contain_text("Type “delete”")

    _confirm(dialog, " Delete ", "wrong horse")

    expect(dialog.get_by_role("alert")).to_have_text("The password is wrong.")
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="Account")).to_be_focused()
    visitor.page.reload()
    expect(visitor.tasks).to_have_count(1)


def test_a_session_that_has_ended_asks_to_sign_in_before_anything_is_deleted(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = _with_a_task(visit(server))
    dialog = _deletion(visitor)
    # The page looks for news now and then, and would learn of it by that.
    news = re.compile(r"/api/v1/chat/|/tasks")
    visitor.page.route(news, lambda route: route.abort())
    visitor.context.clear_cookies()

    _confirm(dialog, "delete", PASSWORD)

    expect(visitor.page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    visitor.page.unroute(news)
    again = visitor.page.get_by_role("dialog", name="Sign in again")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    expect(visitor.tasks).to_have_count(1)
    _confirm(dialog, "delete", PASSWORD)
    expect(visitor.page.get_by_role("heading", name="Your account is deleted")).to_be_visible()


def test_on_a_phone_the_account_is_behind_the_conversations(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, viewport={"width": 320, "height": 640}, has_touch=True)
    visitor.page.get_by_role("button", name="Conversations").tap()

    name, _ = _download(visitor, "Download my data")

    assert name.endswith(".json")
