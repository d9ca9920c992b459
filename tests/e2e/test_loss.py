"""The page is left, the network goes, the server dies: each word is shown once."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Request, Route, expect

from tests.e2e.conftest import WORDS, NewVisitor, slow_environment
from tests.processes import TaskchatServer


def test_a_reload_in_the_middle_of_a_reply_shows_each_word_once(
    slow_server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(slow_server)
    visitor.say("talk")
    visitor.hears("word5")

    visitor.page.reload()

    visitor.hears("word30")
    visitor.settled()
    assert visitor.words() == WORDS.split()
    expect(visitor.messages.get_by_text("talk", exact=True)).to_have_count(1)


def test_a_reload_before_the_message_was_taken_sends_it_once(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)

    def lose(route: Route) -> None:
        route.fetch()
        route.fulfill(status=500, body="")

    visitor.page.route("**/api/chat", lose)
    visitor.say("add Buy milk")
    visitor.hears("Not sent.")
    visitor.page.unroute("**/api/chat")

    visitor.page.reload()

    visitor.hears("Added Buy milk")
    expect(visitor.tasks).to_have_count(1)


def test_a_server_that_is_killed_in_the_middle_of_a_reply_goes_on_where_it_was(
    tmp_path: Path, slow_model: str, sqlite_template: Path, visit: NewVisitor
) -> None:
    settings = slow_environment(tmp_path, slow_model, sqlite_template)
    with TaskchatServer(settings) as first:
        visitor = visit(first)
        after: list[int] = []
        visitor.page.on("request", lambda request: after.append(_seen_before(request)))
        visitor.say("add Buy milk")
        visitor.hears("word5")
        port = first.address.rpartition(":")[2]
        first.kill()
        visitor.hears("The connection was lost.")
    with TaskchatServer(settings, "--port", port):
        visitor.hears("word30")
        visitor.settled()

        assert visitor.words() == WORDS.split()
        assert max(after) > 1  # it asked for what came after the words that it had
        expect(visitor.tasks).to_have_count(1)
        expect(visitor.messages.locator("details")).to_have_count(1)
        visitor.page.close()


def test_words_that_are_sent_while_the_conversation_is_read_stand_behind_it(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("add Buy milk")
    visitor.settled()
    held: list[Route] = []
    sent: list[str] = []
    visitor.page.on("request", lambda request: sent.append(request.method))
    visitor.page.route("**/messages?*", lambda route: held.append(route))
    visitor.page.reload()
    visitor.say("add Buy bread")
    visitor.hears("Sending…")
    visitor.page.evaluate("fetch('/health').then((answer) => answer.text())")
    assert "POST" not in sent

    held[0].continue_()

    visitor.hears("Added Buy bread")
    # Until the reply is there, what it waits for stands behind them.
    said = visitor.messages.locator("ol > li > p")
    expect(said).to_have_text(["add Buy milk", "add Buy bread"])


def test_without_a_network_it_says_so_and_goes_on_when_it_is_back(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.context.set_offline(offline=True)
    expect(visitor.page.get_by_text("You are offline.")).to_be_visible()

    visitor.say("add Buy milk")
    visitor.hears("Sending…")
    visitor.context.set_offline(offline=False)

    visitor.hears("Added Buy milk")
    expect(visitor.tasks).to_have_count(1)
    expect(visitor.page.get_by_text("You are offline.")).to_have_count(0)


def test_a_conversation_that_cannot_be_read_is_said_and_asked_again(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("hello")
    visitor.settled()
    visitor.page.route("**/messages?*", lambda route: route.fulfill(status=500, body="no"))
    visitor.page.reload()
    visitor.hears("The server answered with an error (500).")

    visitor.page.unroute("**/messages?*")
    visitor.messages.get_by_role("button", name="Try again").click()

    visitor.hears("hello")


def _seen_before(request: Request) -> int:
    """The number of the last event that was seen, of a request that goes on after it."""
    return int(request.headers.get("last-event-id", "0"))
