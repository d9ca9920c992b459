"""Titles after a colon: "another thing for the list: shampoo", and lists written line by line."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import tokens, word_set

# "Another thing for the list: shampoo": nothing stands before the colon but words about the adding.
_FRAMED = re.compile(r"(?P<lead>[^:\ue000-\uf8ff]{2,60}):(?!\d\d\b)\s*(?P<title>\S.*)$", re.DOTALL)
_FRAME = word_set(
    "give add adding put create make write note jot save pop stick chuck remember remind enter include insert track "
    "new another one more extra last next thing things task tasks todo todos to-do to-dos to do item items "
    "reminder reminders entry entries something ones stuff list lists my the a an on onto in for of up down here "
    "these this those following two three four five six few couple some also and please pls can could you "
    "i i'd want wanna would like need me is are as well too just quick urgent now so it there separate "
    "gets get pile don't let slip turn into should go make one "
    "before go promise quickly private personal household office chore job "
    "brain dump braindump jobs chores plan plans upcoming coming shopping groceries errands errand keep mind bear you remembered thought forgot"
)
_FRAME_DAYS = word_set("today tonight tomorrow")
_SEVERAL = word_set(
    "dump braindump jobs chores things tasks todos to-dos items reminders entries two three four five six few couple these those"
)
_ROWS = word_set("list lists need shopping groceries errands to-do todo")
_ITEM = re.compile(r"(?:(?:^|\n)\s*(?:[-*\u2022]|\d{1,2}[.)])|(?<=\s)(?:\d{1,2}[.)]|[a-f]\)))\s+")


def read_frame(text: str) -> tuple[str, bool] | None:
    """The title after a colon, and whether several stand there; None where the words are no frame."""
    framed = _FRAMED.match(text)
    if framed is None or not _is_frame(framed["lead"]):
        return None
    said = tokens(framed["lead"])
    day = next((word for word in said if word in _FRAME_DAYS), "")
    title = re.sub(
        r"^(?:(?:please|can\s+you|could\s+you)\s+)*add\s+(?=\w)",
        "",
        framed["title"],
        flags=re.IGNORECASE,
    )
    is_several = any(word in _SEVERAL or word.isdecimal() for word in said)
    # "Shopping list: eggs, flour, tea": a row of things.
    is_row = not _ROWS.isdisjoint(said) and title.count(",") > 1
    return f"{title} {day}".strip(), is_several or is_row


def spell_items(text: str) -> str:
    """The text with the items of a written list as wishes of their own: "add: 1) eggs 2) flour"."""
    lead, *items = _split_items(text)
    if len(items) > 1 and not lead.strip():
        # Each on a line of its own, also where they stand on one.
        return "\n".join(item.strip(" ,;") for item in items if item.strip(" ,;"))
    if len(items) < 2 or not lead.strip() or not (_is_frame(lead) or _ANNOUNCES.search(lead)):
        return text
    return "\n".join(f"add {item.strip(' ,;')}" for item in items if item.strip(" ,;"))


def _split_items(text: str) -> list[str]:
    """What stands before a written list, and its items; a number out of turn is a part of its item."""
    parts, start, last = list[str](), 0, 0
    for mark in _ITEM.finditer(text):
        digits = re.search(r"\d+", mark[0])
        number = int(digits[0]) if digits else None
        if number is not None and number != last + 1:
            continue
        last = number or last
        parts.append(text[start : mark.start()])
        start = mark.end()
    return [*parts, text[start:]]


# What stands before a list of wishes, and holds no other verb than to keep it.
_ANNOUNCES = re.compile(
    r"^(?!.*\b(?:not|never|already|bought|did|drop|delete|remove|erase|cancel|done|finished|completed?|tick|check|move|rename|reopen)\b)(?:[^:\n]{0,30}[.!]\s*)?(?:here(?:'s|\s+is|\s+are)|these\s+are|this\s+is)\s+(?:my|our|the)\s+(?:[\w-]+\s+){0,3}?(?:list|tasks|to-?dos|plan|plans)\b[^:\n]{0,60}:\s*$",
    re.IGNORECASE,
)


def frames_several(lead: str) -> bool:
    """Whether words before a colon say that several new tasks follow, and tell nothing of all of them."""
    said = set(tokens(lead))
    return (
        not said.isdisjoint(_SEVERAL | {"following"})
        and said.isdisjoint(_FRAME_DAYS)
        and not said - _FRAME
    )


def _is_frame(lead: str) -> bool:
    return not {word for word in tokens(lead) if not word.isdecimal()} - _FRAME - _FRAME_DAYS
