"""The conversations beside the chat."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor, Visitor
from tests.processes import TaskchatServer


def _begin(visitor: Visitor, *texts: str) -> None:
    for text in texts:
        visitor.page.keyboard.press("Control+k")
        visitor.say(text)
        visitor.hears(text)  # until then the page looks as settled as before
        visitor.settled()


def test_the_latest_is_first_and_each_can_be_opened(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one", "hello two")
    expect(visitor.conversations).to_have_text(["hello two", "hello one"])

    visitor.conversations.nth(1).click()
    visitor.hears("hello one")
    visitor.say("hello again")
    visitor.settled()

    expect(visitor.conversations).to_have_text(["hello one", "hello two"])
    expect(visitor.conversations.first).to_have_attribute("aria-current", "page")
    visitor.page.reload()
    visitor.hears("hello again")


def test_what_is_written_at_once_is_for_the_new_one(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one")

    # A key and a word within one moment, as fast fingers on a slow machine have it.
    visitor.page.evaluate(_NEW_AND_WRITE, "hello two")
    expect(visitor.messages).not_to_contain_text("hello one")
    expect(visitor.box).to_have_value("hello two")
    visitor.box.press("Enter")

    expect(visitor.conversations).to_have_text(["hello two", "hello one"])
    visitor.page.go_back()
    visitor.hears("hello one")


_NEW_AND_WRITE = """(words) => {
  const key = { key: "k", ctrlKey: true, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new KeyboardEvent("keydown", key));
  const box = document.querySelector("textarea[aria-label=Message]");
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, words);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_a_deleted_one_comes_back_by_undo(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one")
    visitor.conversations.first.hover()

    visitor.page.get_by_role("button", name="Delete hello one").click()
    expect(visitor.conversations).to_have_count(0)
    expect(visitor.messages).not_to_contain_text("hello one")
    visitor.page.get_by_role("button", name="Undo").click()

    expect(visitor.conversations).to_have_text(["hello one"])
    visitor.conversations.first.click()
    visitor.hears("hello one")


def test_one_is_renamed(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one")
    visitor.conversations.first.focus()

    visitor.page.keyboard.press("F2")
    visitor.page.get_by_label("Title").fill("Groceries")
    visitor.page.keyboard.press("Enter")

    expect(visitor.conversations).to_have_text(["Groceries"])


def test_they_are_searched(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    _begin(visitor, "hello zebra", "hello lion")

    visitor.page.get_by_label("Search conversations").fill("ZEBRA")
    expect(visitor.conversations).to_have_text(["hello zebra"])
    visitor.page.get_by_label("Search conversations").fill("nothing of the kind")

    expect(visitor.page.get_by_text("Nothing with these words.")).to_be_visible()


def test_many_are_read_page_by_page(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    for number in range(35):
        made = visitor.context.request.post(
            f"{server.address}/api/v1/chat/conversations",
            data={"title": f"Talk {number}"},
            headers={"Origin": server.address},
        )
        assert made.status == 201
    visitor.page.reload()
    expect(visitor.conversations).to_have_count(30)

    visitor.page.get_by_role("button", name="Show more").click()

    expect(visitor.conversations).to_have_count(35)


def test_the_arrow_keys_go_through_the_list(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one", "hello two")
    visitor.conversations.first.focus()

    visitor.page.keyboard.press("ArrowDown")
    expect(visitor.conversations.nth(1)).to_be_focused()
    visitor.page.keyboard.press("Enter")

    visitor.hears("hello one")


def test_what_was_said_in_another_browser_is_unread_until_a_tab_has_shown_it(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    here = visit(server)
    _begin(here, "hello one", "hello two")
    there = visit(server, signed_in=False)
    there.sign_in_as(here.email)
    expect(here.page.get_by_text("(unread)")).to_have_count(0)

    there.conversations.filter(has_text="hello one").click()
    there.say("hello again")
    there.settled()
    here.look()
    expect(here.conversations.first).to_have_text("hello one(unread)")
    tab = here.sibling()
    tab.page.goto(server.address)
    tab.conversations.first.click()

    tab.hears("hello again")
    expect(here.page.get_by_text("(unread)")).to_have_count(0)


def test_another_tab_that_shows_the_same_conversation_follows_it(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    _begin(visitor, "hello one")
    tab = visitor.sibling()
    tab.page.goto(visitor.page.url)
    tab.hears("hello one")

    visitor.say("add Buy milk")

    tab.hears("Added Buy milk")
    expect(tab.messages.get_by_text("add Buy milk", exact=True)).to_have_count(1)


def test_nobody_sees_anothers(server: TaskchatServer, visit: NewVisitor) -> None:
    ann, ben = visit(server), visit(server)
    _begin(ann, "add Buy milk")
    expect(ann.tasks).to_have_count(1)

    ben.page.goto(ann.page.url)
    ben.page.reload()

    expect(ben.page.get_by_role("alert")).to_be_visible()
    expect(ben.conversations).to_have_count(0)
    expect(ben.tasks).to_have_count(0)
    expect(ben.messages).not_to_contain_text("milk")
