"""The list beside the chat, changed by hand."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.processes import TaskchatServer


def test_a_task_is_written_checked_and_found_among_what_is_done(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.page.get_by_label("Add a task").fill("Buy milk")
    visitor.page.keyboard.press("Enter")
    expect(visitor.tasks).to_have_count(1)

    # A click, since the row leaves the list: nobody can look afterwards whether it is checked.
    visitor.page.get_by_role("checkbox", name="Done: Buy milk").click()
    expect(visitor.tasks).to_have_count(0)
    visitor.page.get_by_text("Done", exact=True).click()

    expect(visitor.tasks).to_contain_text("Buy milk")
    visitor.page.get_by_role("checkbox", name="Done: Buy milk").click()
    expect(visitor.tasks).to_have_count(0)


def test_its_words_and_its_date_are_changed(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk tomorrow")
    visitor.page.get_by_role("button", name="Change Buy milk").click()

    form = visitor.page.get_by_role("form", name="Change Buy milk")
    form.get_by_label("Task").fill("Buy oat milk")
    form.get_by_label("Due").fill("2031-05-17")
    form.get_by_label("At", exact=True).fill("17:30")
    form.get_by_label("Priority").select_option("high")
    form.get_by_label("Notes").fill("two litres")
    form.get_by_label("Notes").press("Tab")
    form.get_by_role("button", name="Save").click()

    expect(visitor.tasks).to_have_count(1)
    expect(visitor.tasks).to_contain_text("Buy oat milk")
    expect(visitor.tasks).to_contain_text("17 May 2031, 17:30")
    expect(visitor.tasks).to_contain_text("high priority")
    expect(visitor.tasks).to_contain_text("two litres")


def test_escape_leaves_a_task_as_it_was(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    visitor.page.get_by_role("button", name="Change Buy milk").click()
    visitor.page.get_by_label("Task", exact=True).fill("Something else")

    visitor.page.keyboard.press("Escape")

    expect(visitor.tasks).to_contain_text("Buy milk")
    expect(visitor.page.get_by_role("form", name="Change Buy milk")).to_have_count(0)


def test_a_deleted_task_comes_back_by_undo(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    visitor.page.get_by_role("button", name="Change Buy milk").focus()

    visitor.page.keyboard.press("Delete")
    expect(visitor.tasks).to_have_count(0)
    visitor.page.get_by_role("button", name="Undo").click()

    expect(visitor.tasks).to_contain_text("Buy milk")


def test_what_the_server_refuses_is_said_and_taken_back(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    box = visitor.page.get_by_role("checkbox", name="Done: Buy milk")
    expect(box).to_be_visible()
    refusal = '{"detail": "the database failed"}'
    visitor.page.route("**/complete", lambda route: route.fulfill(status=500, body=refusal))

    box.click()

    expect(visitor.page.get_by_text("The database failed.")).to_be_visible()
    expect(box).not_to_be_checked()


def test_a_change_shows_in_another_tab(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    other = visitor.sibling()
    other.page.goto(server.address)
    expect(other.box).to_be_visible()

    visitor.say("add Buy milk")

    expect(other.tasks).to_contain_text("Buy milk")
