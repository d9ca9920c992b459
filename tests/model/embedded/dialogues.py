"""Reads and judges the conversations of dialogues.txt (its head explains the form)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.model.embedded.odd_sentences import NOW, judge
from tests.model.embedded.playground import Playground


@dataclass(frozen=True)
class Dialogue:
    name: str
    titles: tuple[str, ...]
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DialogueOutcome:
    """The turns that went wrong, and whether one of them changed the list."""

    wrong: tuple[str, ...]
    is_harmed: bool


def read_dialogues(path: Path = Path(__file__).parent / "dialogues.txt") -> list[Dialogue]:
    dialogues: list[Dialogue] = []
    for block in path.read_text("utf-8").split("\n## ")[1:]:
        name, titles, *turns = block.strip().splitlines()
        said = [turn.removeprefix("> ").rsplit("=>", 1) for turn in turns if turn[:1] == ">"]
        dialogues.append(
            Dialogue(
                name,
                tuple(t.strip() for t in titles.removeprefix("list:").split("|") if t.strip()),
                tuple((text.strip(), want.strip()) for text, want in said),
            )
        )
    return dialogues


async def run_dialogue(dialogue: Dialogue) -> DialogueOutcome:
    play = Playground.of_titles(dialogue.titles, NOW)
    wrong: list[str] = []
    is_harmed = False
    for text, want in dialogue.turns:
        before = play.tasks()
        reply, tools = await play.talk(text)
        why = judge(want, before, play.tasks(), reply, tools, is_strict=True)
        if why:
            wrong.append(f"{text!r} wanted {want!r}: {why} | {reply}")
            is_harmed = is_harmed or play.tasks() != before
    return DialogueOutcome(tuple(wrong), is_harmed)
