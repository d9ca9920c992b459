"""A conversation on the page: what is said, shown, stopped and tried again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.e2e.conftest import WORDS, NewVisitor, slow_environment
from tests.processes import TaskchatServer


def test_what_is_said_changes_the_list_and_leaves_a_receipt(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)

    visitor.say("add Buy milk tomorrow")

    expect(visitor.tasks).to_have_count(1)
    receipt = visitor.messages.locator("details")
    expect(receipt.locator("summary")).to_have_text("Added Buy milk, due tomorrow")
    receipt.locator("summary").click()
    expect(receipt).to_contain_text("add_task was given")
    expect(receipt).to_contain_text('"title": "Buy milk"')
    visitor.say("mark it as done")
    expect(visitor.messages).to_contain_text("Completed Buy milk")
    expect(visitor.tasks).to_have_count(0)


def test_when_something_was_said_is_shown_to_whoever_points_there(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("hello")
    visitor.settled()
    question, reply = visitor.messages.locator("time").all()
    for time in (question, reply):
        expect(time).to_have_text(re.compile(r"^today, \d\d:\d\d$"))
        expect(time).to_have_attribute("title", re.compile(r"\b20\d\d\b"))
        said = datetime.fromisoformat(time.get_attribute("datetime") or "")
        assert abs(datetime.now(UTC) - said) < timedelta(minutes=10)
    expect(question).to_have_css("opacity", "0")

    visitor.messages.get_by_text("hello", exact=True).hover()

    expect(question).to_have_css("opacity", "1")
    expect(reply).to_have_css("opacity", "0")


def test_an_example_can_be_clicked(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    expect(visitor.messages).to_contain_text("rules, not an AI model")

    visitor.page.get_by_role("button", name="Remind me to call the dentist").click()

    expect(visitor.tasks).to_have_count(1)
    expect(visitor.tasks).to_contain_text("tomorrow, 09:00")


def test_a_reply_is_shown_while_it_comes(slow_server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(slow_server)

    visitor.say("talk")

    visitor.hears("word3")
    assert "word30" not in visitor.words()
    expect(visitor.page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    visitor.settled()
    assert visitor.words() == WORDS.split()


def test_escape_stops_a_reply_and_keeps_what_was_said(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    visitor.say("talk")
    visitor.hears("word3")

    visitor.page.keyboard.press("Escape")

    visitor.settled()
    visitor.hears("Stopped.")
    words = visitor.words()
    assert words == WORDS.split()[: len(words)]
    assert 3 <= len(words) < 30
    visitor.page.reload()
    visitor.hears("Stopped.")
    assert visitor.words() == words


def test_a_turn_is_stopped_before_it_says_anything(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    visitor.say("wait for me")
    visitor.hears("Thinking")

    visitor.page.get_by_role("button", name="Stop", exact=True).click()

    visitor.hears("Stopped.")
    visitor.settled()


def test_a_send_whose_answer_was_lost_is_sent_again_and_done_once(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        lost.append(route.request.headers["idempotency-key"])
        route.fulfill(status=502, body="<h1>Bad gateway</h1>")

    visitor.page.route("**/api/chat", lose)
    visitor.say("add Buy milk")
    visitor.hears("Not sent. The server answered with an error (502).")
    visitor.page.unroute("**/api/chat")
    with visitor.page.expect_request("**/api/chat") as again:
        visitor.page.get_by_role("button", name="Send again").click()

    expect(visitor.messages).to_contain_text("Added Buy milk")
    expect(visitor.tasks).to_have_count(1)
    assert lost == [again.value.headers["idempotency-key"]]


def test_a_refused_send_can_be_edited(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.page.route("**/api/chat", lambda route: route.fulfill(status=500, body="no"))
    visitor.say("add Buy mlik")
    visitor.page.get_by_role("button", name="Edit").click()

    expect(visitor.box).to_have_value("add Buy mlik")
    visitor.page.unroute("**/api/chat")
    visitor.say("add Buy milk")
    expect(visitor.tasks).to_contain_text("Buy milk")


def test_a_turn_that_failed_is_tried_again(
    tmp_path: Path, slow_model: str, sqlite_template: Path, visit: NewVisitor
) -> None:
    hasty = slow_environment(tmp_path, slow_model, sqlite_template, timeout_s=6)
    with TaskchatServer(hasty) as server:
        visitor = visit(server)
        visitor.say("wait for longer than a model may take")
        visitor.hears("Try again")
        visitor.page.reload()
        retry = visitor.messages.get_by_role("button", name="Try again")

        with visitor.page.expect_response("**/retry") as answer:
            retry.click()

        assert answer.value.json()["data"]["attempt"] == 2
        visitor.hears("Thinking")
        visitor.page.keyboard.press("Escape")
        visitor.hears("Stopped.")
        expect(visitor.messages.get_by_text("wait for longer")).to_have_count(1)
        visitor.page.close()


def test_a_text_that_is_too_long_is_told_before_it_is_sent(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)

    visitor.say("x" * 20_000)

    expect(visitor.page.get_by_text("20,000 of 5,000 characters: 15,000 too many")).to_be_visible()
    expect(visitor.box).to_have_value("x" * 20_000)
    expect(visitor.conversations).to_have_count(0)


def test_shift_and_enter_begins_a_line(server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(server)
    visitor.box.press_sequentially("one")
    visitor.box.press("Shift+Enter")
    visitor.box.press_sequentially("two")

    expect(visitor.box).to_have_value("one\ntwo")
    expect(visitor.conversations).to_have_count(0)


def test_a_draft_survives_a_reload_and_another_conversation(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("hello")
    visitor.settled()
    visitor.box.fill("half a thought")

    visitor.page.reload()
    expect(visitor.box).to_have_value("half a thought")
    visitor.page.keyboard.press("Control+k")

    expect(visitor.box).to_have_value("")
    visitor.conversations.first.click()
    expect(visitor.box).to_have_value("half a thought")


def test_words_written_while_a_new_conversation_begins_stay(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    held: list[Route] = []
    visitor.page.route("**/api/chat", lambda route: held.append(route))
    visitor.say("talk")
    visitor.hears("Sending…")
    visitor.box.fill("and then")

    held[0].continue_()
    visitor.hears("word30")

    expect(visitor.box).to_have_value("and then")
