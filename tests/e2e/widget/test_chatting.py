"""What people do with the widget on somebody's page, under a policy as strict as they come.

The site is the one in `examples/widget`. That no test ends with a rule of its policy broken is seen to
by the `visit` fixture.
"""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.widget.site import (
    CLOSE,
    OPEN,
    Site,
    come,
    launcher,
    new_title,
    opened,
    panel,
    titles_of,
    token_of,
)


def test_one_line_puts_the_chat_on_a_page_and_a_task_is_kept(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    title = new_title()

    visitor.say(f"add {title}")

    visitor.hears(f"Added {title}")
    visitor.settled()
    assert titles_of(visitor, site, "Anna").count(title) == 1


def test_the_policy_of_the_page_is_at_work(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    assert visitor.faults == []

    visitor.page.evaluate("document.body.setAttribute('style', 'color: red')")

    assert "Security Policy" in visitor.faults.pop()


def test_nothing_is_asked_before_it_is_opened(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site, None)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    visitor.page.reload()
    expect(launcher(visitor)).to_be_visible()

    assert sorted(asked) == ["", "site.css", "widget.js"]


def test_the_pages_own_script_gives_the_token_and_its_button_opens_the_chat(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site)
    visitor.page.goto(f"{site.address}/callback")
    button = visitor.page.get_by_role("button", name="What is there to do?")
    button.click()
    expect(visitor.box).to_be_focused()
    title = new_title()

    visitor.say(f"add {title}")
    visitor.hears(f"Added {title}")
    visitor.settled()
    visitor.page.keyboard.press("Escape")

    expect(panel(visitor)).to_have_count(0)
    expect(button).to_be_focused()


def test_a_reload_goes_on_with_the_conversation_and_leaves_the_focus_to_the_page(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    title = new_title()
    visitor.say(f"add {title}")
    visitor.hears(f"Added {title}")
    visitor.settled()
    visitor.box.fill("and then")

    visitor.page.reload()

    visitor.hears(f"Added {title}")
    expect(visitor.box).to_have_value("and then")
    assert visitor.page.evaluate("document.activeElement.tagName") == "BODY"
    panel(visitor).get_by_role("button", name="Close").click()
    visitor.page.reload()
    expect(launcher(visitor)).to_be_visible()
    expect(panel(visitor)).to_have_count(0)


def test_a_page_may_have_it_open_from_the_start_until_somebody_closes_it(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site)
    init = "Taskchat.init({tokenUrl: '/token', title: 'To do', open: true})"
    visitor.page.evaluate(init)
    expect(visitor.box).to_be_visible()
    assert visitor.page.evaluate("document.activeElement.tagName") == "BODY"
    panel(visitor).get_by_role("button", name="Close").click()
    expect(panel(visitor)).to_have_count(0)

    visitor.page.evaluate(init)

    expect(launcher(visitor)).to_be_visible()
    expect(panel(visitor)).to_have_count(0)


def test_another_tab_of_the_site_has_the_same_conversation(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    visitor.say("hello")
    visitor.settled()
    other = visitor.sibling()
    other.also_asks = site.address
    other.page.goto(site.address)
    opened(other)
    other.hears("hello")

    visitor.say("What is on my list?")

    other.hears("What is on my list?")


def test_a_new_chat_begins_with_examples(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    visitor.say("hello")
    visitor.settled()

    panel(visitor).get_by_role("button", name="New chat").click()

    visitor.hears("What do you need to do?")
    expect(visitor.box).to_be_focused()
    visitor.page.reload()
    visitor.messages.get_by_role("button", name="Buy milk on Friday").click()
    visitor.hears("Buy milk on Friday")
    visitor.hears("Added Buy milk")


def test_a_conversation_that_was_deleted_elsewhere_gives_way_to_a_new_one(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    visitor.say("hello")
    visitor.settled()
    kept = visitor.page.evaluate("JSON.parse(Object.values(localStorage)[0])")
    gone = visitor.context.request.delete(
        f"{site.server.address}/api/v1/chat/conversations/{kept}",
        headers={"Authorization": f"Bearer {token_of('Anna')}"},
    )
    assert gone.status == 204

    visitor.page.reload()

    visitor.hears("What do you need to do?")


def test_a_message_that_was_lost_is_sent_again_by_the_same_key(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    title = new_title()
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.fulfill(status=502, body="", headers={"Access-Control-Allow-Origin": site.address})

    visitor.page.route("**/api/chat", lose)
    visitor.say(f"add {title}")
    visitor.hears("Not sent. The server answered with an error (502).")
    visitor.page.unroute("**/api/chat")
    with visitor.page.expect_request("**/api/chat") as again:
        visitor.messages.get_by_role("button", name="Send again").click()

    visitor.hears(f"Added {title}")
    visitor.settled()
    assert again.value.headers["idempotency-key"] == keys[0]
    assert titles_of(visitor, site, "Anna").count(title) == 1


def test_a_reply_that_comes_while_it_is_closed_is_told_at_the_button(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    held: list[Route] = []
    visitor.page.route("**/api/chat", lambda route: held.append(route))
    visitor.say("hello")
    visitor.hears("Sending…")
    launcher(visitor).click()
    expect(panel(visitor)).to_have_count(0)

    held[0].continue_()

    expect(launcher(visitor)).to_have_accessible_name(f"{OPEN}: a reply has come")
    launcher(visitor).click()
    visitor.hears("hello")
    expect(launcher(visitor)).to_have_accessible_name(CLOSE)


def test_a_page_may_take_it_off_and_put_it_on_again(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    visitor.say("hello")
    visitor.settled()

    visitor.page.evaluate("Taskchat.remove(); Taskchat.open()")
    expect(launcher(visitor)).to_have_count(0)
    visitor.page.evaluate("Taskchat.init({tokenUrl: '/token', title: 'To do'})")

    visitor.hears("hello")
    assert visitor.page.locator("taskchat-widget").count() == 1
