"""Whatever people or models write is shown, and nothing of it runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.processes import TaskchatServer

HOSTILE = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<svg onload=window.hit=1>",
    "[click](javascript:window.hit=1)",
    "![x](https://evil.example/pixel.png)",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<a href='jav&#x61;script:window.hit=1'>x</a>",
    "```html\n<script>window.hit = 1</script>\n```",
    "<style>*{display:none}</style>",
    "`<b>`&lt;b&gt; **<u>x</u>**",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_reply_runs_nothing_and_loads_nothing(
    slow_server: TaskchatServer, visit: NewVisitor, text: str
) -> None:
    visitor = visit(slow_server)

    visitor.say(f"say {text}")
    visitor.settled()

    expect(visitor.messages.locator("li")).to_have_count(2)
    for link in visitor.messages.locator("a").all():
        assert str(link.get_attribute("href")).startswith("https:")
        link.click(trial=True)
    assert visitor.page.evaluate("window.hit") is None
    assert visitor.messages.locator("script, img, iframe, svg[onload], style").count() == 0


def test_a_task_and_a_title_are_shown_as_they_were_written(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    title = "<img src=x onerror=hit()> **bold**"
    visitor.page.get_by_label("Add a task").fill(title)
    visitor.page.keyboard.press("Enter")
    visitor.say("<b>hello</b>")
    visitor.settled()

    expect(visitor.tasks).to_contain_text(title)
    expect(visitor.conversations).to_have_text(["<b>hello</b>"])
    expect(visitor.messages).to_contain_text("<b>hello</b>")


def test_markdown_is_shown_as_it_is_meant(slow_server: TaskchatServer, visit: NewVisitor) -> None:
    visitor = visit(slow_server, permissions=["clipboard-read", "clipboard-write"])

    visitor.say(
        "say **bold** and [a link](https://example.com)\n\n1. one\n2. two\n\n```sh\nls -la\n```\n"
        "\n| a | b |\n| - | - |\n| 1 | 2 |"
    )
    visitor.settled()

    expect(visitor.messages.locator("strong")).to_have_text("bold")
    expect(visitor.messages.locator("a")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(visitor.messages.locator("ol ol li")).to_have_text(["one", "two"])
    expect(visitor.messages.locator("td")).to_have_text(["1", "2"])
    visitor.messages.get_by_role("button", name="Copy code").click()
    expect(visitor.messages.get_by_text("Copied")).to_be_visible()
    assert visitor.page.evaluate("navigator.clipboard.readText()") == "ls -la"


def test_a_title_that_turns_its_text_turns_nothing_beside_it(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    title = "\u202emoor gniteem"

    visitor.say(title)
    visitor.settled()
    visitor.page.get_by_label("Add a task").fill(title)
    visitor.page.keyboard.press("Enter")

    for shown in (visitor.tasks, visitor.conversations):
        kept_apart = shown.get_by_text(title).last.evaluate(
            "element => getComputedStyle(element).unicodeBidi"
        )
        assert kept_apart == "isolate"
