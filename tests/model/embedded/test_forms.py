"""Each act is understood by every ordinary wording, whichever way the task is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.embedded.odd_sentences import NOW, judge
from tests.model.embedded.playground import Playground

_LIST = ("Email Petra", "Fix printer", "Buy stamps", "Pay invoice")
_NAMES = {
    "Fix printer": ("fix printer", "fixing the printer", "the printer", "the printer one"),
    "Pay invoice": ("pay invoice", "paying the invoice", "the invoice", "the invoice one"),
}
_PLACES = {
    "Fix printer": ("number 2", "task 2", "the second one", "the second", "the 2nd one"),
    "Pay invoice": ("the last one", "number 4", "the fourth one"),
}
_WANTS = {
    "complete": "x {title}",
    "reopen": "o {title}",
    "delete": "- {title}",
    "date": "@ {word} friday",
    "cleardate": "@ {word} none",
    "priority": "! {word} high",
    "describe": "{word} ~ blue ink only",
    "rename": "{title} > ship parcel",
}
_BEFORE = {"reopen": 'mark "{title}" as done', "cleardate": 'move "{title}" to monday'}


def _read_forms() -> list[tuple[str, str]]:
    lines = Path(__file__).with_name("forms.txt").read_text("utf-8").splitlines()
    told = [line.split(": ", 1) for line in lines if line and line[0] != "#"]
    return [(act, said) for act, said in told]


async def _say(act: str, title: str, setup: list[str], said: str) -> str:
    """What went wrong when a wording was said of a task, after `setup`; empty where nothing did."""
    play = Playground(NOW)
    play.reset([{"title": one, "completed": False} for one in _LIST])
    word = title.split()[-1].lower()
    for turn in [_BEFORE.get(act, ""), *setup]:
        if turn:
            await play.talk(turn.format(title=title))
    before = play.tasks()
    reply, tools = await play.talk(said)
    want = _WANTS[act].format(title=title, word=word)
    why = judge(want, before, play.tasks(), reply, tools)
    return f"{said!r}: {why} | {reply}" if why else ""


_SPOKEN_OF = ['rename "{title}" to "tmp"', 'rename "tmp" to "{title}"']


def _ways(act: str, said: str) -> list[tuple[str, list[str], str]]:
    """The task, the turns before, and the wording, for each way to name the task."""
    focus = [] if act in _BEFORE else _SPOKEN_OF
    if "{n}" not in said:
        return [(title, focus, said) for title in _NAMES]
    ways: list[tuple[str, list[str], str]] = []
    for title, names in _NAMES.items():
        ways += [(title, [], said.format(n=name)) for name in names]
        ways += [(title, ["show my tasks"], said.format(n=name)) for name in _PLACES[title]]
        ways += [(title, focus, said.format(n=name)) for name in ("it", "that one")]
    return ways


@pytest.mark.parametrize(("act", "said"), _read_forms())
async def test_a_wording_does_its_act_to_the_task_by_any_name(act: str, said: str) -> None:
    act = act.removesuffix(" it")

    wrong = [await _say(act, *way) for way in _ways(act, said)]

    assert [one for one in wrong if one] == []
