"""The questions the assistant asks, written and read back in one place.

Nothing is kept between turns but the conversation itself, so a question that waits for its answer
is recognised by its own words: the last line of the last reply, in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Verb

Kind = Literal["choose", "confirm", "add", "name", "change"]

_DO: dict[Verb, str] = {
    "complete": "mark as complete",
    "reopen": "reopen",
    "delete": "delete",
    "restore": "restore",
    "update": "change",
}
_VERBS: dict[str, Verb] = {words: verb for verb, words in _DO.items()}
_WORDS = "|".join(_VERBS)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: about which act, or about which title."""

    kind: Kind
    verb: Verb | None = None
    title: str = ""


def ask_which(verb: Verb) -> str:
    """The question after a numbered list of candidates."""
    return f"Which one should I {_DO[verb]}?"


def ask_confirm(verb: Verb, count: int) -> str:
    """The question after the numbered list of what would be changed at once."""
    which = "this task" if count == 1 else f"these {count} tasks"
    return f"Shall I {_DO[verb]} {which}?"


def ask_add(title: str) -> str:
    """The question whether some words are meant as a task."""
    return f"Shall I add “{title}” to your list?"


def ask_name() -> str:
    """The question for the words of a new task."""
    return "What should the task say?"


def ask_change(title: str) -> str:
    """The question for what to change about a task."""
    return f"What should I change about “{title}”: its title, its due date or its priority?"


_PATTERNS: list[tuple[Kind, re.Pattern[str]]] = [
    ("choose", re.compile(rf"Which one should I (?P<verb>{_WORDS})\?")),
    ("confirm", re.compile(rf"Shall I (?P<verb>{_WORDS}) (?:this task|these \d+ tasks)\?")),
    ("add", re.compile(r"Shall I add “(?P<title>.*)” to your list\?")),
    ("name", re.compile(r"What should the task say\?")),
    ("change", re.compile(r"What should I change about “(?P<title>.*)”: its title, .*\?")),
]


def read_question(reply: str) -> Question | None:
    """The question that a reply ends with, or None."""
    lines = reply.strip().splitlines()
    last = lines[-1].strip() if lines else ""
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(last)
        if found is not None:
            groups = found.groupdict()
            verb = _VERBS.get(groups.get("verb", ""))
            return Question(kind, verb, groups.get("title") or "")
    return None
