"""Reads and tries the messages of wordings/*.txt, each alone in its situation (the head of completing.txt tells the form)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.model.embedded.dialogues import DialogueOutcome
from tests.model.embedded.odd_sentences import NOW, judge
from tests.model.embedded.playground import Playground


@dataclass(frozen=True)
class Wording:
    """A message in a situation, and what it must do to the list."""

    situation: str
    titles: tuple[str, ...]
    before: tuple[str, ...]
    text: str
    want: str


def read_wordings(path: Path) -> list[Wording]:
    wordings: list[Wording] = []
    for block in path.read_text("utf-8").split("\n## ")[1:]:
        name, *lines = block.strip().splitlines()
        titles = _told(lines, "list:")[0].split("|")
        before = tuple(line for line in _told(lines, "before:") if line)
        for line in _told(lines, ">"):
            text, want = line.rsplit("=>", 1)
            shown = tuple(title.strip() for title in titles if title.strip())
            wordings.append(Wording(name, shown, before, text.strip(), want.strip()))
    return wordings


def _told(lines: list[str], mark: str) -> list[str]:
    return [line.removeprefix(mark).strip() for line in lines if line.startswith(mark)]


async def try_wording(wording: Wording) -> DialogueOutcome:
    play = Playground.of_titles(wording.titles, NOW)
    for text in wording.before:
        await play.talk(text)
    before = play.tasks()
    reply, tools = await play.talk(wording.text)
    why = judge(wording.want, before, play.tasks(), reply, tools)
    if not why:
        return DialogueOutcome((), is_harmed=False)
    told = f"{wording.text!r} wanted {wording.want!r}: {why} | {reply}"
    return DialogueOutcome((told,), is_harmed=play.tasks() != before)
