"""The widget's users: the token that the site gives, and who sees what."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import NewVisitor
from tests.e2e.widget.site import (
    Site,
    come,
    launcher,
    new_title,
    opened,
    panel,
    sign_in,
    titles_of,
    token_of,
)


def test_a_token_that_has_ended_is_asked_for_anew_once(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    given: list[str] = []

    def give(route: Route) -> None:
        # The first is refused by the server, although its end is not near.
        given.append(token_of("Anna", secret="x" * 40) if not given else token_of("Anna"))
        route.fulfill(json={"token": given[-1]})

    visitor.page.route("**/token", give)
    opened(visitor)
    title = new_title()

    visitor.say(f"add {title}")

    visitor.hears(f"Added {title}")
    assert len(given) == 2


def test_a_token_that_is_ending_is_asked_for_before_it_has(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    given: list[str] = []

    def give(route: Route) -> None:
        given.append(token_of("Anna", life_s=20))
        route.fulfill(json={"token": given[-1]})

    visitor.page.route("**/token", give)
    opened(visitor)
    asked = len(given)
    refused: list[str] = []
    visitor.page.on(
        "response", lambda answer: refused.append(answer.url) if answer.status == 401 else None
    )

    visitor.say("hello")
    visitor.settled()

    assert len(given) > asked
    assert refused == []


def test_whoever_is_not_signed_in_is_told_and_goes_on_after_signing_in(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site, None)
    launcher(visitor).click()
    expect(panel(visitor).get_by_role("alert")).to_contain_text("You are not signed in here.")

    sign_in(visitor, site, "Anna")
    panel(visitor).get_by_role("button", name="Try again").click()

    expect(visitor.box).to_be_visible()


def test_words_that_are_written_when_the_session_ends_go_out_after_signing_in(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site)
    visitor.page.route("**/token", lambda route: route.fulfill(json={"token": token_of("Anna", 5)}))
    opened(visitor)
    visitor.page.unroute("**/token")
    sign_in(visitor, site, "")
    title = new_title()
    visitor.say(f"add {title}")
    expect(panel(visitor)).to_contain_text("You are not signed in here any more.")

    sign_in(visitor, site, "Anna")
    panel(visitor).get_by_role("button", name="Try again").click()

    visitor.hears(f"Added {title}")
    visitor.settled()
    assert titles_of(visitor, site, "Anna").count(title) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("**/token", "Who you are could not be found out (500)."),
        ("**/api/v1/users/me", "The server answered with an error (500)."),
    ],
)
def test_what_went_wrong_is_said_and_tried_again(
    site: Site, visit: NewVisitor, address: str, said: str
) -> None:
    visitor = come(visit, site)
    headers = {"Access-Control-Allow-Origin": site.address}
    visitor.page.route(address, lambda route: route.fulfill(status=500, body="", headers=headers))
    launcher(visitor).click()
    expect(panel(visitor).get_by_role("alert")).to_contain_text(said)

    visitor.page.unroute(address)
    panel(visitor).get_by_role("button", name="Try again").click()

    expect(visitor.box).to_be_focused()


def test_a_page_whose_own_function_fails_is_told_so(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    visitor.page.evaluate(
        "Taskchat.init({token: () => Promise.reject(new Error('secret')), title: 'To do'})"
    )

    launcher(visitor).click()

    expect(panel(visitor).get_by_role("alert")).to_contain_text(
        "This site could not say who you are."
    )


def test_a_server_that_cannot_be_reached_is_said(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    visitor.page.route(f"{site.server.address}/api/**", lambda route: route.abort())

    launcher(visitor).click()

    expect(panel(visitor).get_by_role("alert")).to_contain_text("The server cannot be reached.")


def test_a_site_that_is_not_listed_reads_nothing(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    elsewhere = site.address.replace("localhost", "127.0.0.1")
    visitor.also_asks = "http://"
    visitor.context.add_cookies([{"name": "person", "value": "Anna", "url": elsewhere}])
    visitor.page.goto(elsewhere)

    launcher(visitor).click()

    expect(panel(visitor).get_by_role("alert")).to_contain_text("The server cannot be reached.")


def test_two_people_of_one_browser_see_nothing_of_each_other(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    title = new_title()
    visitor.say(f"add {title}")
    visitor.hears(f"Added {title}")
    visitor.settled()
    visitor.box.fill("what Anna thinks")

    sign_in(visitor, site, "Ben")
    visitor.page.reload()
    expect(visitor.box).to_be_visible()
    visitor.hears("What do you need to do?")
    expect(visitor.box).to_have_value("")
    visitor.say("What is on my list?")
    visitor.settled()

    assert title not in visitor.messages.inner_text()
    assert title not in titles_of(visitor, site, "Ben")
    assert "Anna thinks" not in visitor.page.evaluate("JSON.stringify({...sessionStorage})")
    sign_in(visitor, site, "Anna")
    visitor.page.reload()
    visitor.hears(f"Added {title}")


def test_somebody_elses_token_clears_what_is_shown_and_sends_nothing(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site)
    visitor.page.route("**/token", lambda route: route.fulfill(json={"token": token_of("Anna", 5)}))
    opened(visitor)
    visitor.say("hello Anna")
    visitor.settled()
    visitor.page.unroute("**/token")
    sign_in(visitor, site, "Ben")
    title = new_title()

    visitor.say(f"add {title}")

    visitor.hears("What do you need to do?")
    expect(visitor.messages).not_to_contain_text("hello Anna")
    assert title not in titles_of(visitor, site, "Ben") + titles_of(visitor, site, "Anna")


def test_a_page_that_signs_somebody_out_leaves_nothing_behind(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    visitor.say("hello")
    visitor.settled()
    visitor.box.fill("a draft")
    kept = "() => JSON.stringify([{...sessionStorage}, {...localStorage}])"
    assert "a draft" in visitor.page.evaluate(kept)

    visitor.page.evaluate("Taskchat.signOut()")

    expect(launcher(visitor)).to_have_count(0)
    assert visitor.page.evaluate(kept) == "[{},{}]"


def test_the_token_is_never_kept(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    token = token_of("Anna")
    visitor.page.route("**/token", lambda route: route.fulfill(json={"token": token}))
    opened(visitor)
    visitor.say("hello")
    visitor.settled()

    kept = visitor.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")

    assert "taskchat.widget." in kept
    assert token not in kept
    assert token.rpartition(".")[2] not in visitor.page.content()


def test_a_page_that_names_no_way_to_a_token_is_told_so(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)

    said = visitor.page.evaluate(
        "(() => { try { Taskchat.init({}); } catch (error) { return error.message; } })()"
    )

    assert said == "Taskchat.init needs `token`, a function, or `tokenUrl`."
    expect(launcher(visitor)).to_be_visible()
