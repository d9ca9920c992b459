"""`./run shots`: makes the pictures of the README anew, from the page as it is.

A real server with the built-in assistant is talked to, then photographed. Writes `docs/pictures/`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect, sync_playwright

from tests.e2e.conftest import ARGUMENTS, CHROMIUM, LIMITS_OFF, PASSWORD
from tests.e2e.widget.site import OPEN, running_site
from tests.processes import TaskchatServer, environment

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TALKS = (
    ("add water the plants on sunday", "add return the library books by next friday"),
    ("remind me to pay the rent on the 1st, high priority",),
    ("Buy oat milk tomorrow", "Remind me to call the dentist tomorrow at 9", "What is on my list?"),
)


def main() -> None:
    """Make every picture."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        TaskchatServer(environment(Path(folder), **LIMITS_OFF)) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        account = {"email": "anna@example.com", "password": PASSWORD, "name": "Anna"}
        page.context.request.post(f"{server.address}/auth/sign-up", data=account)
        page.goto(server.address)
        for talk in TALKS:
            page.keyboard.press("Control+k")
            for text in talk:
                page.get_by_label("Message", exact=True).fill(text)
                page.keyboard.press("Enter")
                expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
        _take(page, "light", "light")
        _take(page, "dark", "dark")
        page.set_viewport_size({"width": 390, "height": 800})
        _take(page, "phone", "light")
        page.close()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _take_widget(playwright, Path(folder))


def _take_widget(playwright: Playwright, folder: Path) -> None:
    """The widget on the sample site."""
    with (
        running_site(folder) as site,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        page = browser.new_page(viewport={"width": 1120, "height": 720})
        page.goto(site.address)
        page.get_by_role("button", name="Anna").click()
        page.get_by_role("button", name=OPEN).click()
        for text in ("Order seed potatoes tomorrow", "Borrow the tall ladder on thursday"):
            page.get_by_label("Message", exact=True).fill(text)
            page.keyboard.press("Enter")
            expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
        _take(page, "widget", "light")
        page.close()


def _take(page: Page, name: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")


if __name__ == "__main__":
    main()
