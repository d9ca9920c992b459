"""The pages about the chat hold what was asked of them, and what they point to is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from taskchat import errors
from taskchat.openapi_file import description

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
CHAT_API = (ROOT / "docs/CHAT_API.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/CHAT_IMPLEMENTATION_GUIDE.md").read_text(encoding="utf-8")

OF_OTHER_ROUTES = {"EMAIL_TAKEN", "TASK_NOT_FOUND"}


def _parts(text: str, marks: str) -> list[tuple[str, str]]:
    """Heading and text of each section of that depth, up to the next heading of any depth."""
    found = re.findall(rf"^{marks} (.+?)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return [(heading, below) for heading, below in found]


def _codes(kind: type[errors.AppError]) -> set[str]:
    return {kind.code}.union(*map(_codes, kind.__subclasses__()))


def test_the_chat_api_shows_each_chat_route() -> None:
    paths = cast("dict[str, object]", description()["paths"])

    missing = [path for path in paths if _is_of_the_chat(path) and f"{path}`" not in CHAT_API]

    assert missing == []


def _is_of_the_chat(path: str) -> bool:
    return "/chat" in path or path.startswith("/api/v1/users/me")


def test_the_chat_api_shows_each_route_in_three_languages() -> None:
    routes = [(heading, text) for heading, text in _parts(CHAT_API, "###") if "`" in heading]

    assert len(routes) >= 11
    for heading, text in routes:
        for language in ("sh", "python", "js"):
            assert f"```{language}\n" in text, heading


def test_the_chat_api_says_what_to_do_about_each_code_of_the_chat() -> None:
    told = dict(_parts(CHAT_API, "##"))["Errors"]

    assert {code for code in _codes(errors.AppError) if f"`{code}`" not in told} == OF_OTHER_ROUTES


def test_the_guide_has_the_sections_asked_for() -> None:
    assert [heading for heading, _ in _parts(GUIDE, "##")] == [
        "Architecture",
        "Components",
        "Front end",
        "Schema",
        "Errors",
        "Tests",
        "Tuning",
        "Security",
        "Deployment checklist",
        "Troubleshooting",
        "Not yet",
        "References",
    ]


def test_the_files_that_the_guide_names_exist() -> None:
    ours = re.findall(r"`((?:\w+/)+\w*(?:\.py)?)`", GUIDE)

    missing = [
        name
        for name in ours
        if not (ROOT / name).exists() and not (ROOT / "src/taskchat" / name).exists()
    ]

    assert len(ours) > 15
    assert missing == []


def test_links_into_a_page_lead_to_a_heading() -> None:
    broken = [
        f"{page.name}: {target}#{anchor}"
        for page in PAGES
        for target, anchor in re.findall(
            r"\]\(([^)#:]*)#([\w-]+)\)", page.read_text(encoding="utf-8")
        )
        if anchor not in _anchors(page.parent / target if target else page)
    ]

    assert broken == []


def _anchors(page: Path) -> set[str]:
    """The names that a page's headings have in a browser."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
