"""What a change leaves as it was: the day or the time of a task, or the rest of its title."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from taskchat.dates.sentences import LocalDue
from taskchat.model.embedded.clauses.adding import clean_title
from taskchat.model.embedded.clauses.exchanging import exchange, holds, without
from taskchat.model.embedded.english.words import ERRAND_VERBS, tokens
from taskchat.model.embedded.message.correction_words import corrected_title
from taskchat.model.embedded.requests import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time

    from taskchat.model.embedded.conversation.history import SeenTask

_NOON = 12


def settle(changes: Changes, title: str, task: SeenTask | None, now: datetime) -> Changes:
    """The changes in full, for a task of this title; `task` is None where no more is known of it."""
    changes = _with_day(_settle_title(changes, title), title)
    written = task.description if task else None
    if changes.adds_note and written and changes.note.casefold() not in written.casefold():
        changes = replace(changes, note=f"{written.rstrip(' .;')}; {changes.note}")
    if changes.shift:
        was = task.due_at.astimezone(now.tzinfo) if task and task.due_at else now
        # By the clock on the wall: a day later is the same hour, whatever became of the clocks.
        moved = was.replace(tzinfo=None) + changes.shift
        is_timed = task is not None and task.due_at is not None and not task.all_day
        due = LocalDue(moved.date(), moved.time() if is_timed else None)
        return replace(changes, due=due, shift=timedelta())
    due = changes.due
    if due is None or task is None:
        return changes
    counted = _COUNTED.fullmatch(title) if changes.count and task.due_at is None else None
    if counted is not None:
        # "Buy 10 eggs", "make it 15": a time is nowhere near.
        return Changes(title=f"{counted['buy']}{changes.count}{counted['what']}")
    if task.due_at is None:
        return replace(changes, due=_to_come(changes, due, now))
    was = task.due_at.astimezone(now.tzinfo)
    if changes.keeps_day:
        return replace(changes, due=LocalDue(was.date(), _in_half(changes, was.hour)))
    if changes.keeps_month:
        due = LocalDue(_nearest(due.day, was.date(), now.date()), due.at)
        changes = replace(changes, due=due)
    if due.at is None and not task.all_day:
        return replace(changes, due=LocalDue(due.day, was.time()))
    return changes


def _with_day(changes: Changes, title: str) -> Changes:
    """The changes with the day in the title as well: "Meeting on Monday", moved to Tuesday."""
    days = _WEEKDAY.findall(title)
    # Of "Buy the gift for the party on Saturday" it is the party that stays then.
    is_errand = tokens(title)[:1] and tokens(title)[0] in ERRAND_VERBS
    if changes.due is None or changes.title or len(days) != 1 or is_errand:
        return changes
    moved = _WEEKDAY.sub(f"{changes.due.day:%A}", title)
    is_same = moved.casefold() == title.casefold()
    return changes if is_same else replace(changes, title=moved)


_WEEKDAY = re.compile(r"(?<=\w\s)(?:mon|tues|wednes|thurs|fri|satur|sun)day(?=\W*$)", re.IGNORECASE)


def _settle_title(changes: Changes, title: str) -> Changes:
    """The changes with the new title in full, where only a part of the old one was told."""
    if changes.instead_of:
        new = corrected_title(title, changes.title, changes.instead_of)
        changes = replace(changes, title=new)
    old = _name_for(changes.title, title) if changes.is_name else ""
    if old:
        # "Change the hostel to Cusco", of "Book hostel in Lima".
        changes = replace(changes, title=title.replace(old, changes.title), maybe_for="")
    if changes.maybe_for:
        old, new = changes.maybe_for, changes.title
        is_part = _is_object(old, title, new) or _is_part(old, title, new)
        new = corrected_title(title, new, old) if is_part else clean_title(new)
        changes = replace(changes, title=new)
    if changes.is_reading and not _opens_alike(changes.title, title):
        # "The cheese one should say goat cheese."
        changes = replace(changes, title=exchange(title, changes.title) or changes.title)
    elif changes.is_reading and len(changes.title.split()) == 1 < len(title.split()):
        # "Typo, it should say buy", of "By flowers".
        old = _name_for(changes.title, title)
        whole = title.replace(old, changes.title, 1) if old else changes.title
        changes = replace(changes, title=clean_title(whole))
    if changes.appends and not holds(title, changes.appends):
        changes = replace(changes, title=f"{title} {changes.appends}", appends="")
    if changes.drops:
        changes = replace(changes, title=without(title, changes.drops), drops="")
    return changes


def _is_part(old: str, title: str, new: str) -> bool:
    """Whether a word of a title stands for one or two others: "replace Tom with Daniel"."""
    others = tokens(new)
    is_short = 0 < len(others) < 3 and not set(others[:1]) & ERRAND_VERBS
    return (
        is_short
        and tokens(title)[:1] != tokens(old)[:1]
        and holds(title, old)
        and len(tokens(old)) < len(tokens(title))
    )


def _opens_alike(new: str, title: str) -> bool:
    """Whether new words are a whole title: they open with a verb, or as the old one does."""
    first = tokens(new)[:1]
    return bool(set(first) & ERRAND_VERBS) or first == tokens(title)[:1]


def _name_for(new: str, title: str) -> str:
    """The word of a title that a new name stands for: one spelled alike, or the only name; "" for none."""
    words = title.split()
    alike = max(words, key=lambda word: fuzz.ratio(word.casefold(), new.casefold()), default="")
    if fuzz.ratio(alike.casefold(), new.casefold()) >= _SPELLED_ALIKE:
        return alike
    names = _NAME.findall(title)
    return names[0] if len(names) == 1 else ""


_SPELLED_ALIKE = 70
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]+\b")
_COUNTED = re.compile(
    r"(?P<buy>(?:buy|get|order|grab|pick\s+up|bring|pack|print|bake|make|fetch|collect)\s+)\d+(?P<what>\s+\D+)",
    re.IGNORECASE,
)


def _nearest(day: date, was: date, today: date) -> date:
    """The day of a month, in the month of the old date where that is nearer to it: "the 25th"."""
    last = monthrange(was.year, was.month)[1]
    same = was.replace(day=min(day.day, last))
    is_nearer = abs(same - was) < abs(day - was)
    return same if day.day <= last and same >= today and is_nearer else day


def _is_object(part: str, title: str, new: str) -> bool:
    """Whether a part of a title is what its verb is done to, and the new words have no verb of their own."""
    verb, first = tokens(title)[:1], tokens(new)[:1]
    is_part = title.casefold().endswith(f" {part.casefold()}")
    return is_part and set(verb) <= ERRAND_VERBS and not set(first) & ERRAND_VERBS


def _to_come(changes: Changes, due: LocalDue, now: datetime) -> LocalDue:
    """The date as it is, or the next time of a bare hour that is over today: "at 8", said at noon."""
    at = due.at
    if not changes.keeps_day or at is None or due.day != now.date() or at > now.time():
        return due
    late = at.replace(hour=at.hour + _NOON) if at.hour < _NOON else at
    if changes.is_open_hour and late > now.time():
        return LocalDue(due.day, late)
    return LocalDue(due.day + timedelta(days=1), at)


def can_shift(tasks: Sequence[SeenTask | None], shift: timedelta) -> bool:
    """Whether all have a date, and a time where they are to be moved by less than days."""
    is_by_clock = bool(shift % timedelta(days=1))
    return all(one and one.due_at and not (one.all_day and is_by_clock) for one in tasks)


def _in_half(changes: Changes, was: int) -> time | None:
    """The new time of a task, morning or evening as its old hour was where that is left open."""
    at = changes.due.at if changes.due else None
    if at is None or not changes.is_open_hour or at.hour >= _NOON:
        return at
    late = at.replace(hour=at.hour + _NOON)
    return late if abs(late.hour - was) < abs(at.hour - was) else at
