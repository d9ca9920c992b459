"""The page for everybody: axe-core on each state, small and large screens, the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.conftest import PASSWORD, NewVisitor, Visitor
from tests.processes import TaskchatServer

PHONE = {"width": 320, "height": 640}
WIDTHS = (320, 375, 640, 768, 1024, 1280, 1920)


def _sign_in(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    visitor.page.goto(visitor.address)
    visitor.page.reload()
    visitor.page.get_by_label("E-mail address").fill("nobody@example.com")
    visitor.page.get_by_label("Password").fill("wrong horse")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).not_to_be_empty()


def _welcome(visitor: Visitor) -> None:
    visitor.page.get_by_text("rules, not an AI model").click()


def _conversation(visitor: Visitor) -> None:
    visitor.say("add Buy milk tomorrow")
    visitor.messages.locator("summary").click()
    visitor.settled()
    expect(visitor.tasks).to_have_count(1)


def _not_sent(visitor: Visitor) -> None:
    visitor.page.route("**/api/chat", lambda route: route.fulfill(status=500, body=""))
    visitor.say("hello")
    visitor.hears("Not sent.")
    visitor.box.fill("x" * 6_000)


def _editing(visitor: Visitor) -> None:
    visitor.say("add Buy milk tomorrow")
    visitor.page.get_by_role("button", name="Change Buy milk").click()


def _deleted(visitor: Visitor) -> None:
    visitor.say("add Buy milk")
    visitor.page.get_by_role("button", name="Change Buy milk").focus()
    visitor.page.keyboard.press("Delete")
    expect(visitor.page.get_by_role("button", name="Undo")).to_be_visible()


def _renaming(visitor: Visitor) -> None:
    visitor.say("hello")
    visitor.settled()
    visitor.conversations.first.focus()
    visitor.page.keyboard.press("F2")


def _offline(visitor: Visitor) -> None:
    visitor.context.set_offline(offline=True)
    expect(visitor.page.get_by_text("You are offline.")).to_be_visible()


def _account(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Account").click()


def _deleting(visitor: Visitor) -> None:
    _account(visitor)
    visitor.page.get_by_role("button", name="Delete my account").click()
    visitor.page.get_by_label("Type “delete” to confirm").fill("no")
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).not_to_be_empty()


def _gone(visitor: Visitor) -> None:
    _deleting(visitor)
    visitor.page.get_by_label("Type “delete” to confirm").fill("delete")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Your account is deleted")).to_be_focused()


def _password(visitor: Visitor) -> None:
    _account(visitor)
    visitor.page.get_by_role("button", name="Change the password").click()
    visitor.page.get_by_label("New password").fill("short")
    visitor.page.keyboard.press("Enter")


def _expired(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    visitor.say("hello")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()


def _drawer(label: str) -> Callable[[Visitor], None]:
    def open_it(visitor: Visitor) -> None:
        visitor.say("add Buy milk")
        visitor.settled()
        visitor.page.get_by_role("button", name=label, exact=True).click()
        expect(visitor.page.get_by_role("dialog")).to_be_visible()

    return open_it


STATES: dict[str, tuple[Callable[[Visitor], None], dict[str, int] | None]] = {
    "signing in, refused": (_sign_in, None),
    "welcome": (_welcome, None),
    "welcome, phone": (_welcome, PHONE),
    "conversation": (_conversation, None),
    "not sent, too long": (_not_sent, None),
    "changing a task": (_editing, None),
    "deleted, undo": (_deleted, None),
    "renaming": (_renaming, None),
    "offline": (_offline, None),
    "session ended": (_expired, None),
    "changing the password": (_password, None),
    "account": (_account, None),
    "deleting the account": (_deleting, None),
    "account deleted": (_gone, None),
    "conversations, phone": (_drawer("Conversations"), PHONE),
    "tasks, phone": (_drawer("Tasks"), PHONE),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_to_object_to(
    server: TaskchatServer,
    visit: NewVisitor,
    state: str,
    record_property: Callable[[str, object], None],
) -> None:
    reach, size = STATES[state]
    visitor = visit(server)
    if size is not None:
        visitor.page.set_viewport_size(size)  # pyright: ignore[reportArgumentType]
    reach(visitor)

    assert axe.in_both_schemes(visitor.page, state, record_property) == []


def test_axe_finds_nothing_in_a_reply_that_is_coming_and_one_that_was_stopped(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    visitor.say("add # Title\n\n```\ncode\n```")
    visitor.hears("word3")
    assert axe.run(visitor.page)[0] == []

    visitor.page.keyboard.press("Control+k")
    visitor.say("talk")
    visitor.hears("word3")
    visitor.page.keyboard.press("Escape")
    visitor.hears("Stopped.")

    assert axe.run(visitor.page)[0] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_of_a_screen_of_any_width(
    server: TaskchatServer, visit: NewVisitor, width: int
) -> None:
    visitor = visit(server, viewport={"width": width, "height": 700})
    visitor.say("add " + "Donaudampfschifffahrtsgesellschaft" * 4)
    visitor.settled()

    inside = "() => document.documentElement.scrollWidth <= window.innerWidth"
    assert visitor.page.evaluate(inside)
    box = visitor.box.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 700


def test_at_200_percent_everything_can_still_be_used(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, viewport={"width": 640, "height": 400}, device_scale_factor=2)

    visitor.say("add Buy milk")
    visitor.settled()
    visitor.page.get_by_role("button", name="Tasks").click()

    expect(visitor.page.get_by_role("checkbox", name="Done: Buy milk")).to_be_in_viewport()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("button", name="Tasks")).to_be_focused()


def test_what_was_deleted_on_a_phone_comes_back_by_undo(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server, viewport=PHONE, has_touch=True)
    visitor.say("add Buy milk")
    visitor.settled()
    visitor.page.get_by_role("button", name="Tasks", exact=True).tap()
    visitor.page.get_by_role("button", name="Delete Buy milk").tap()
    expect(visitor.tasks).to_have_count(0)

    visitor.page.get_by_role("button", name="Undo").tap()

    expect(visitor.tasks).to_have_count(1)


def test_text_from_right_to_left_is_set_so(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)

    visitor.say("שלום עולם")
    visitor.settled()

    said = visitor.messages.get_by_text("שלום עולם", exact=True)
    assert said.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert visitor.box.evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_a_screen_reader_is_told_the_reply_once_it_is_whole(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    told = visitor.page.locator("main [role=status].sr-only")

    visitor.say("talk")
    expect(told).to_have_text("Taskchat is answering.")

    expect(told).to_contain_text("word1 word2")
    expect(told).to_contain_text("word30")


def test_the_focus_goes_to_the_neighbour_of_what_is_deleted(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    for title in ("one", "two"):
        visitor.page.get_by_label("Add a task").fill(title)
        visitor.page.keyboard.press("Enter")
        expect(visitor.tasks.filter(has_text=title)).to_have_count(1)
    visitor.page.get_by_role("button", name="Change one").focus()

    visitor.page.keyboard.press("Delete")
    expect(visitor.page.get_by_role("button", name="Change two")).to_be_focused()
    expect(visitor.tasks).to_have_count(1)
    visitor.page.keyboard.press("Delete")

    expect(visitor.page.get_by_label("Add a task")).to_be_focused()


def test_the_focus_comes_back_from_what_was_changed(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    visitor.settled()

    visitor.page.get_by_role("button", name="Change Buy milk").press("Enter")
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("button", name="Change Buy milk")).to_be_focused()
    visitor.conversations.first.press("F2")
    visitor.page.keyboard.press("Enter")

    expect(visitor.conversations.first).to_be_focused()


def test_the_whole_way_goes_by_keyboard(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    expect(visitor.box).to_be_focused()
    visitor.page.keyboard.type("add Buy milk")
    visitor.page.keyboard.press("Enter")
    expect(visitor.tasks).to_have_count(1)
    visitor.page.keyboard.type("add Buy bread")
    visitor.page.keyboard.press("Enter")
    expect(visitor.tasks).to_have_count(2)

    visitor.page.get_by_label("Add a task").focus()
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Space")

    expect(visitor.tasks).to_have_count(1)
    visitor.page.keyboard.press("Control+k")
    expect(visitor.box).to_be_focused()
    expect(visitor.messages).to_contain_text("Say it in your own words.")
