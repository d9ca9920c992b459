"""The widget for everybody: the keyboard alone, small screens, the look, axe-core on each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e import axe
from tests.e2e.conftest import NewVisitor, Visitor
from tests.e2e.widget.site import (
    Site,
    come,
    launcher,
    new_title,
    opened,
    panel,
    token_of,
)

PHONE = {"width": 390, "height": 700}


def test_the_whole_way_goes_by_keyboard(site: Site, visit: NewVisitor) -> None:
    visitor = come(visit, site)
    expect(launcher(visitor)).to_be_visible()
    visitor.page.keyboard.press("Shift+Tab")
    expect(launcher(visitor)).to_be_focused()
    title = new_title()

    visitor.page.keyboard.press("Enter")
    expect(visitor.box).to_be_focused()
    visitor.page.keyboard.type(f"add {title}")
    visitor.page.keyboard.press("Enter")
    visitor.hears(f"Added {title}")
    visitor.settled()
    visitor.page.keyboard.press("Escape")

    expect(panel(visitor)).to_have_count(0)
    expect(launcher(visitor)).to_be_focused()
    expect(launcher(visitor)).to_have_attribute("aria-expanded", "false")


def test_what_is_typed_is_no_shortcut_of_the_page(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    visitor.page.evaluate(
        "window.heard = ''; addEventListener('keydown', (event) => { heard += event.key; })"
    )

    expect(visitor.box).to_be_focused()
    visitor.page.keyboard.type("/k")
    panel(visitor).get_by_role("button", name="Close").click()
    visitor.page.locator("h1").click()
    visitor.page.keyboard.type("x")

    assert visitor.page.evaluate("heard") == "x"


def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site, viewport=PHONE, reduced_motion="reduce"))
    expect(panel(visitor).and_(visitor.page.locator(":modal"))).to_be_visible()
    assert panel(visitor).bounding_box() == {"x": 0, "y": 0, **PHONE}

    held = [_focus_after_tab(visitor) for _ in range(12)]

    assert set(held) <= {"taskchat-widget", "body"}  # body: the way round, past the browser's own
    assert "taskchat-widget" in held[-4:]
    visitor.page.keyboard.press("Escape")
    expect(launcher(visitor)).to_be_focused()


def _focus_after_tab(visitor: Visitor) -> str:
    visitor.page.keyboard.press("Tab")
    return visitor.page.evaluate("document.activeElement.localName")


def test_on_a_phone_a_finger_opens_it_without_a_keyboard_and_closes_it(
    site: Site, visit: NewVisitor
) -> None:
    visitor = come(visit, site, viewport=PHONE, has_touch=True, is_mobile=True)

    launcher(visitor).tap()
    expect(visitor.box).to_be_visible()
    expect(panel(visitor)).to_be_focused()
    panel(visitor).get_by_role("button", name="Close").tap()

    expect(panel(visitor)).to_have_count(0)


def test_on_a_phone_it_does_not_open_by_itself(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site, viewport=PHONE))

    visitor.page.reload()

    expect(launcher(visitor)).to_be_visible()
    expect(panel(visitor)).to_have_count(0)


def test_turning_the_screen_keeps_what_is_written_and_the_focus(
    site: Site, visit: NewVisitor
) -> None:
    visitor = opened(come(visit, site))
    visitor.box.fill("half a sentence")

    in_front = panel(visitor).and_(visitor.page.locator(":modal"))

    visitor.page.set_viewport_size(PHONE)  # pyright: ignore[reportArgumentType]
    expect(in_front).to_be_visible()
    expect(visitor.box).to_be_focused()
    visitor.page.set_viewport_size({"width": 1280, "height": 800})

    expect(in_front).to_have_count(0)
    expect(visitor.box).to_be_focused()
    expect(visitor.box).to_have_value("half a sentence")


@pytest.mark.parametrize(
    ("option", "scheme", "paper"),
    [
        ("auto", "light", "rgb(251, 250, 247)"),
        ("auto", "dark", "rgb(21, 23, 21)"),
        ("light", "dark", "rgb(251, 250, 247)"),
        ("dark", "light", "rgb(21, 23, 21)"),
    ],
)
def test_it_is_light_or_dark_as_the_person_or_the_page_wants_it(
    site: Site, visit: NewVisitor, option: str, scheme: str, paper: str
) -> None:
    visitor = come(visit, site, color_scheme=scheme)
    visitor.page.evaluate(
        "theme => Taskchat.init({tokenUrl: '/token', title: 'To do', position: 'left', theme})",
        option,
    )
    opened(visitor)

    style = panel(visitor).evaluate(
        "dialog => [getComputedStyle(dialog).backgroundColor, dialog.getBoundingClientRect().left]"
    )

    assert style == [paper, 16]


def test_the_look_of_the_page_does_not_reach_in(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site))
    assert visitor.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "10px"

    style = panel(visitor).evaluate(
        """dialog => {
            const {fontSize, fontFamily, borderTopStyle, boxShadow} = getComputedStyle(dialog);
            const {width, height} = dialog.getBoundingClientRect();
            return {fontSize, fontFamily, borderTopStyle, boxShadow, width, height};
        }"""
    )

    assert (style["fontSize"], style["width"], style["height"]) == ("16px", 384, 640)
    assert "Georgia" not in style["fontFamily"]
    assert style["borderTopStyle"] == "solid"
    assert style["boxShadow"] != "none"


def test_whoever_wants_no_motion_sees_none(site: Site, visit: NewVisitor) -> None:
    visitor = opened(come(visit, site, reduced_motion="reduce"))

    lasts = panel(visitor).evaluate("dialog => getComputedStyle(dialog).animationDuration")

    assert float(lasts.removesuffix("s")) < 0.001


def _closed(visitor: Visitor) -> None:
    expect(launcher(visitor)).to_be_visible()


def _welcome(visitor: Visitor) -> None:
    opened(visitor)


def _nobody(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    launcher(visitor).click()
    expect(panel(visitor).get_by_role("alert")).to_be_visible()


def _conversation(visitor: Visitor) -> None:
    opened(visitor).say("add Buy string")
    visitor.settled()
    visitor.messages.locator("summary").first.click()


def _not_sent(visitor: Visitor) -> None:
    opened(visitor)
    visitor.page.route("**/api/chat", lambda route: route.fulfill(status=500, body=""))
    visitor.say("hello")
    visitor.hears("Not sent.")


def _ended(visitor: Visitor) -> None:
    visitor.page.route("**/token", lambda route: route.fulfill(json={"token": token_of("Anna", 5)}))
    opened(visitor)
    visitor.page.unroute("**/token")
    visitor.context.clear_cookies()
    visitor.say("hello")
    expect(panel(visitor)).to_contain_text("You are not signed in here any more.")


STATES: dict[str, tuple[Callable[[Visitor], None], dict[str, int] | None]] = {
    "closed": (_closed, None),
    "welcome": (_welcome, None),
    "welcome, phone": (_welcome, PHONE),
    "nobody signed in": (_nobody, None),
    "conversation": (_conversation, None),
    "conversation, phone": (_conversation, PHONE),
    "not sent": (_not_sent, None),
    "session ended": (_ended, None),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_to_object_to(
    site: Site,
    visit: NewVisitor,
    state: str,
    record_property: Callable[[str, object], None],
) -> None:
    reach, size = STATES[state]
    visitor = come(visit, site)
    if size is not None:
        visitor.page.set_viewport_size(size)  # pyright: ignore[reportArgumentType]
    reach(visitor)

    assert axe.in_both_schemes(visitor.page, f"widget, {state}", record_property) == []
