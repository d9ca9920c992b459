"""Reads and judges the cases of odd_sentences.txt (its head explains the form)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.model.embedded.playground import Playground

# A Tuesday at noon.
NOW = datetime(2026, 5, 5, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
LIST = [
    "Buy milk",
    "Call mom",
    "Dentist appointment",
    "Finish the report",
    "Pay rent",
    "Team meeting",
    "Book flights to Paris",
    "[x] Water the plants",
    "[x] Renew passport",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True)
class Case:
    turns: tuple[str, ...]
    want: str


@dataclass(frozen=True)
class Outcome:
    wrong: str
    reply: str
    is_changed: bool


def read_cases(name: str = "odd_sentences.txt") -> list[Case]:
    text = (Path(__file__).parent / name).read_text("utf-8")
    cases: list[Case] = []
    for line in text.splitlines():
        if "=>" in line and not line.startswith("#"):
            said, want = line.rsplit("=>", 1)
            cases.append(Case(tuple(turn.strip() for turn in said.split(" >> ")), want.strip()))
    return cases


async def run(case: Case) -> Outcome:
    play = Playground.of_titles(LIST, NOW)
    before = play.tasks()
    reply, tools = "", list[str]()
    for turn in case.turns:
        reply, tools = await play.talk(turn)
    after = play.tasks()
    wrong = judge(case.want, before, after, reply, tools)
    return Outcome(wrong, reply, after != before)


def judge(  # noqa: PLR0913  (all that a turn did)
    want: str,
    before: list[dict[str, object]],
    after: list[dict[str, object]],
    reply: str,
    tools: list[str],
    *,
    is_strict: bool = False,
) -> str:
    """What is wrong with what a turn did, "" for nothing.

    `is_strict` looks at the date, the priority and the note of every task; else at what a want names.
    """
    if want.endswith("?"):
        if "?" not in reply:
            return "did not ask"
        want = want.removesuffix("?").strip()
    if want == "list" and "list_tasks" not in tools:
        return "did not look"
    if want == "none" and tools:
        return f"called {tools}"
    ops = [] if want in {"", "=", "list", "none"} else [op.strip() for op in want.split(";")]
    expected = _expected(ops, before)
    got = sorted((_norm(str(t["title"])), bool(t["completed"])) for t in after)
    if not any(got == sorted(choice) for choice in expected):
        return (
            f"list is {sorted(str(t['title']) + (' [x]' if t['completed'] else '') for t in after)}"
        )
    wrong = [op for op in ops if (op[0] in "@!~" or " ~ " in op) and not _has(op, after)]
    if wrong:
        return f"not {wrong}: {[(t['title'], t['due'], t['priority']) for t in after]}"
    return _changed_unasked(ops, before, after) if is_strict else ""


def _changed_unasked(
    ops: list[str], before: list[dict[str, object]], after: list[dict[str, object]]
) -> str:
    """Names the tasks of which no op speaks and whose date, priority or note is another now."""
    was = {t["id"]: t for t in before}
    changed = [
        t["title"]
        for t in after
        if t["id"] in was
        and any(t[field] != was[t["id"]][field] for field in ("due", "priority", "description"))
        and not any(_speaks_of(op, str(t["title"])) for op in ops)
    ]
    return f"changed unasked: {changed}" if changed else ""


def _speaks_of(op: str, title: str) -> bool:
    if " ~ " in op:
        return _norm(op.split(" ~ ")[0]) in _norm(title)
    if op[0] in "@!~":
        return _norm(op[1:]).split()[0] in _norm(title)
    return _norm(title) in [
        name for part in op[op[0] in "+-xo" :].split(" > ") for name in _names(part)
    ]


def _expected(ops: list[str], before: list[dict[str, object]]) -> list[list[tuple[str, bool]]]:
    rows = [[(_norm(str(t["title"])), bool(t["completed"])) for t in before]]
    for op in ops:
        kind, names = op[0], _names(op[1:])
        if " > " in op:
            olds, news = (_names(part) for part in op.split(" > "))
            rows = [[(n if t in olds else t, d) for t, d in row] for row in rows for n in news]
        elif kind == "+":
            rows = [[*row, (title, False)] for row in rows for title in names]
        elif kind == "-":
            rows = [[one for one in row if one[0] not in names] for row in rows]
        elif kind in "xo":
            rows = [[(t, kind == "x") if t in names else (t, d) for t, d in r] for r in rows]
    return rows


def _names(titles: str) -> list[str]:
    """The titles that "Buy milk / Milk" allows for one task."""
    return [_norm(title) for title in titles.split(" / ")]


def _norm(title: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", title.lower().replace("the ", "")).strip()


def _has(op: str, tasks: list[dict[str, object]]) -> bool:
    if " ~ " in op:
        name, note = op.split(" ~ ")
        return _has_note(name, note, tasks)
    words = op[1:].split()
    if op[0] == "~":
        # Of how many words the name is made is not told.
        cuts = range(1, min(len(words), 4))
        return any(_has_note(" ".join(words[:at]), " ".join(words[at:]), tasks) for at in cuts)
    clock = words.pop() if ":" in words[-1] else ""
    value, name = words[-1], _norm(" ".join(words[:-1]))
    task = next((t for t in tasks if name in _norm(str(t["title"]))), None)
    if task is None:
        return False
    if op[0] == "!":
        return str(task["priority"] or "none") == value
    due = str(task["due"] or "none")
    if value == "none":
        return due == "none"
    return due.startswith(_day(value)) and due.endswith(clock)


def _has_note(name: str, note: str, tasks: list[dict[str, object]]) -> bool:
    task = next((t for t in tasks if _norm(name) in _norm(str(t["title"]))), None)
    if task is None:
        return False
    written = _norm(str(task["description"] or ""))
    return not written if note == "none" else _norm(note) in written


def _day(word: str) -> str:
    if word[0] == "2":
        return word
    if word in _DAYS:
        ahead = (_DAYS.index(word) - NOW.weekday() - 1) % 7 + 1
    elif word[0] == "+":
        ahead = int(word.strip("+d"))
    else:
        ahead = {"today": 0, "tomorrow": 1}[word]
    return f"{NOW + timedelta(days=ahead):%Y-%m-%d}"
