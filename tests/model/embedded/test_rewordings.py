"""Courtesy, small talk and thanks around a message change nothing of what it does to the list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.model.embedded.dialogues import Dialogue, read_dialogues
from tests.model.embedded.odd_sentences import NOW
from tests.model.embedded.playground import Playground

if TYPE_CHECKING:
    from collections.abc import Callable

_DIALOGUES = read_dialogues(Path(__file__).with_name("evaluation_dialogues.txt"))
# An order in one sentence, which any courtesy may stand around.
_ORDER = re.compile(
    r"(?:Add|Delete|Remove|Mark|Rename|Move|Show|Set|Tick|Put|Reopen|Change)\s[^.!?;\n\"']{3,80}[.!]?",
    re.IGNORECASE,
)
# No dialogue may tell of more than so many of a hundred that one kind of courtesy made it go otherwise.
_MOST_CHANGED = 0.03
_TRIED = 60


def _around(before: str, after: str = "") -> Callable[[str], str]:
    return lambda order: f"{before}{order[0].lower()}{order[1:].rstrip('.! ')}{after}"


_COURTESIES = {
    "could you": _around("Could you ", "?"),
    "if you don't mind": _around("please ", ", if you don't mind"),
    "would it be possible": _around("Would it be possible to ", "?"),
    "I'd like you to": _around("I'd like you to "),
    "go ahead and": _around("Go ahead and "),
    "a greeting": _around("Hi there, ", ". Thank you!"),
    "a tag": _around("", ", ok?"),
    "small talk": _around("I'm at the shop now. ", " please"),
    "a face": _around("", " 🙏"),
    "a second": _around("When you have a second, could you ", "?"),
}


def _with_order() -> list[Dialogue]:
    found = [one for one in _DIALOGUES if _ORDER.fullmatch(one.turns[-1][0])]
    return found[:: max(1, len(found) // _TRIED)][:_TRIED]


async def _done(dialogue: Dialogue, messages: list[str]) -> list[dict[str, object]]:
    play = Playground.of_titles(dialogue.titles, NOW)
    for message in messages:
        await play.talk(message)
    return [task | {"title": str(task["title"]).casefold()} for task in play.tasks()]


@pytest.mark.parametrize("name", _COURTESIES)
async def test_courtesy_changes_nothing(name: str) -> None:
    dialogues = _with_order()
    changed: list[str] = []

    for dialogue in dialogues:
        *before, last = (text for text, _ in dialogue.turns)
        polite = _COURTESIES[name](last)
        if await _done(dialogue, [*before, last]) != await _done(dialogue, [*before, polite]):
            changed.append(polite)

    assert len(dialogues) == _TRIED
    assert len(changed) <= _MOST_CHANGED * _TRIED, changed


@pytest.mark.parametrize("said", ["thanks!", "Great", "ok"])
async def test_thanks_in_between_change_nothing(said: str) -> None:
    longer = [one for one in _DIALOGUES if len(one.turns) > 1]
    dialogues = longer[:: max(1, len(longer) // _TRIED)][:_TRIED]
    changed: list[str] = []

    for dialogue in dialogues:
        *before, last = (text for text, _ in dialogue.turns)
        play = Playground.of_titles(dialogue.titles, NOW)
        replies = [(await play.talk(message))[0] for message in before]
        if replies[-1].endswith("?"):
            continue  # a question that is open is dropped by thanks, and "ok" may answer it
        if await _done(dialogue, [*before, last]) != await _done(dialogue, [*before, said, last]):
            changed.append(last)

    assert changed == []
