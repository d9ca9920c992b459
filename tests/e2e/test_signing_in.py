"""Who comes to the page, and how."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, NewVisitor
from tests.processes import TaskchatServer, environment


def test_a_first_visitor_keeps_a_task_with_an_address_a_password_a_sentence_and_enter(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, signed_in=False)
    visitor.page.goto(server.address)
    # Keys that come before the form is there go nowhere.
    expect(visitor.page.get_by_label("E-mail address")).to_be_focused()

    visitor.page.keyboard.type(visitor.email)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type(PASSWORD)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type("Buy milk tomorrow")
    visitor.page.keyboard.press("Enter")

    expect(visitor.tasks).to_have_count(1)
    expect(visitor.tasks).to_contain_text("Buy milk")
    expect(visitor.tasks).to_contain_text("tomorrow")


def test_the_printed_link_needs_a_sentence_and_enter(
    tmp_path_factory: pytest.TempPathFactory, visit: NewVisitor
) -> None:
    with TaskchatServer(environment(tmp_path_factory.mktemp("linked"))) as server:
        visitor = visit(server, signed_in=False)
        visitor.page.goto(server.link)
        expect(visitor.box).to_be_focused()

        visitor.page.keyboard.type("Buy milk")
        visitor.page.keyboard.press("Enter")

        expect(visitor.tasks).to_contain_text("Buy milk")
        visitor.page.close()


def test_one_signs_out_and_in_again(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_have_count(1)

    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_label("E-mail address").fill(visitor.email)
    visitor.page.get_by_label("Password").fill("wrong horse")
    visitor.page.keyboard.press("Enter")

    expect(visitor.page.get_by_role("alert")).to_have_text("The address or the password is wrong.")
    expect(visitor.page.get_by_label("E-mail address")).to_have_value(visitor.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.tasks).to_have_count(1)


def test_the_first_words_are_said_once_whoever_signs_in_after(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, signed_in=False)
    visitor.page.goto(server.address)
    visitor.page.get_by_label("E-mail address").fill(visitor.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_label("What do you need to do?").fill("Buy milk")
    visitor.page.keyboard.press("Enter")
    expect(visitor.tasks).to_have_count(1)
    visitor.page.get_by_role("button", name="Sign out").click()

    visitor.page.get_by_label("E-mail address").fill(visitor.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")

    visitor.hears("Say it in your own words.")
    expect(visitor.conversations).to_have_count(1)


def test_signing_out_forgets_what_was_written_and_ends_the_other_tabs(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    other = visitor.sibling()
    other.page.goto(server.address)
    other.box.fill("a secret of mine")

    visitor.page.get_by_role("button", name="Sign out").click()

    expect(other.page.get_by_label("E-mail address")).to_be_visible()
    kept = "Object.keys(sessionStorage).filter((name) => name.startsWith('taskchat.'))"
    assert other.page.evaluate(kept) == []


def test_another_password_ends_every_session_but_the_one_here(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor, elsewhere = visit(server), visit(server, signed_in=False)
    elsewhere.sign_in_as(visitor.email)
    visitor.page.get_by_role("button", name="Account").click()
    visitor.page.get_by_role("button", name="Change the password").click()
    dialog = visitor.page.get_by_role("dialog", name="Change the password")
    dialog.get_by_label("Current password").fill("wrong horse")
    dialog.get_by_label("New password").fill("short")
    visitor.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("A password has 8 characters or more.")
    dialog.get_by_label("New password").fill("incorrect horse")
    visitor.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("The current password is wrong.")

    dialog.get_by_label("Current password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")

    expect(visitor.page.get_by_text("Your password is changed.")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Account")).to_be_focused()
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_have_count(1)
    elsewhere.say("hello")
    again = elsewhere.page.get_by_role("dialog", name="Sign in again")
    again.get_by_label("Password").fill("incorrect horse")
    elsewhere.page.keyboard.press("Enter")
    expect(elsewhere.tasks).to_have_count(1)


def test_a_taken_address_leads_to_signing_in(server: TaskchatServer, visit: NewVisitor) -> None:
    known = visit(server)
    visitor = visit(server, signed_in=False)
    visitor.page.goto(server.address)
    visitor.page.get_by_label("E-mail address").fill(known.email)
    visitor.page.get_by_label("Password").fill(PASSWORD)

    visitor.page.get_by_role("button", name="Create account").click()

    expect(visitor.page.get_by_role("alert")).to_contain_text("There is an account")
    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.box).to_be_visible()


def test_a_session_that_has_ended_loses_nothing_typed(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.context.clear_cookies()

    visitor.say("add Buy milk")
    dialog = visitor.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()

    expect(visitor.tasks).to_have_count(1)
    expect(dialog).to_have_count(0)
    visitor.settled()


def test_a_server_that_is_not_there_is_said_and_asked_again(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, signed_in=False)
    visitor.page.route("**/api/v1/users/me", lambda route: route.abort())
    visitor.page.goto(server.address)
    expect(visitor.page.get_by_role("alert")).to_have_text("The server cannot be reached.")

    visitor.page.unroute("**/api/v1/users/me")
    visitor.page.get_by_role("button", name="Try again").click()

    expect(visitor.page.get_by_label("E-mail address")).to_be_visible()
