"""The widget when a reply is stopped, the page is left, the server dies: each word is shown once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import WORDS, NewVisitor
from tests.e2e.widget.site import Site, come, new_title, opened, panel, titles_of
from tests.processes import TaskchatServer


def test_a_reply_is_shown_while_it_comes_and_is_stopped(slow_site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, slow_site))
    title = new_title()
    visitor.say(f"add {title}")
    visitor.hears("word3")

    panel(visitor).get_by_role("button", name="Stop").click()

    visitor.hears("Stopped.")
    assert visitor.words()[:3] == WORDS.split()[:3]
    assert len(visitor.words()) < len(WORDS.split())
    assert titles_of(visitor, slow_site, "Anna") == [title]


def test_escape_stops_first_and_then_closes(slow_site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, slow_site))
    visitor.say("talk")
    visitor.hears("word3")

    visitor.page.keyboard.press("Escape")
    visitor.hears("Stopped.")
    visitor.settled()
    visitor.page.keyboard.press("Escape")

    expect(panel(visitor)).to_have_count(0)


def test_a_reload_in_the_middle_of_a_reply_goes_on_and_shows_each_word_once(
    slow_site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, slow_site))
    visitor.say("talk")
    visitor.hears("word5")

    visitor.page.reload()

    visitor.hears("word30")
    visitor.settled()
    assert visitor.words() == WORDS.split()
    assert visitor.messages.get_by_text("talk", exact=True).count() == 1


def test_a_reply_goes_on_while_the_panel_is_closed(slow_site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, slow_site))
    visitor.say("talk")
    visitor.hears("word3")

    panel(visitor).get_by_role("button", name="Close").click()
    expect(panel(visitor)).to_have_count(0)
    opened(visitor)

    visitor.hears("word30")
    visitor.settled()
    assert visitor.words() == WORDS.split()


def test_a_server_that_is_killed_in_the_middle_of_a_reply_goes_on_where_it_was(
    slow_site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, slow_site))
    after: list[int] = []
    visitor.page.on(
        "request", lambda request: after.append(int(request.headers.get("last-event-id", "0")))
    )
    title = new_title()
    visitor.say(f"add {title}")
    visitor.hears("word5")
    port = slow_site.server.address.rpartition(":")[2]
    slow_site.server.kill()
    visitor.hears("The connection was lost.")

    with TaskchatServer(slow_site.server.env, "--port", port):
        visitor.hears("word30")
        visitor.settled()

        assert visitor.words() == WORDS.split()
        assert max(after) > 1  # it asked for what came after the words that it had
        assert titles_of(visitor, slow_site, "Anna") == [title]
        visitor.page.close()
