"""Orders to change a task: which of them may also be new tasks, and verbs shared by two wishes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.adding import build_add, read_errand
from taskchat.model.embedded.clauses.changing import read_change
from taskchat.model.embedded.clauses.looking import is_about_list
from taskchat.model.embedded.english.cues import UPDATE_CUE
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import content_stems, stem, tokens, word_set
from taskchat.model.embedded.requests import Act, Offer, Tail

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Heard
    from taskchat.model.embedded.requests import Changes, Request


def read_update(text: str, heard: Heard) -> list[Request]:
    """The changes to tasks that a clause orders; empty where it orders none."""
    if _IS_SUBJECT.match(text):
        return []
    renames = _share_rename(text, heard)
    if renames is not None:
        return [renames]
    shared = _share_verb(text, heard)
    if shared:
        acts = [
            replace(one, said=part) if isinstance(one, Act) else one
            for part in shared
            for one in read_update(part, heard)
        ]
        return acts[:1] + [_without_other(one, acts[0]) for one in acts[1:]]
    change = read_change(text, heard.message, heard.now) if UPDATE_CUE.search(text) else None
    if change is None:
        return []
    act = update_act(change, heard)
    is_plain = (
        act.target.numbers or act.target.ordinals or act.target.is_pronoun or not act.target.words
    )
    if _SCHEDULES.match(text):
        # "Schedule “Call Ben” for friday" is a new task, unless there is one of that name.
        new = build_add(_SCHEDULES.sub("", text), heard.message, heard.now, heard=text)
        return [replace(act, otherwise=new)]
    if is_plain or is_about_list(text) or _SAYS_CHANGE.search(text):
        return [act]
    # "Fix the sink tomorrow" is a new task, unless there is one for the sink.
    meant = read_errand(text, heard.message, heard.now) or build_add(
        text, heard.message, heard.now, heard=text
    )
    if meant is None or (not act.changes.are_none and act.changes.title):
        return [act]
    if meant.due and _MOVED_TO.search(meant.heard) and not act.changes.are_none:
        return [act]
    is_order = tokens(text)[:1] and stem(tokens(text)[0]) in _ORDER_STEMS
    is_new = is_order and meant.due and not _SETS_TO.match(text)
    # A plain order names its task by any words that only one title holds.
    return [replace(act, otherwise=meant if is_new else Offer(meant), is_stated=True)]


def _share_rename(text: str, heard: Heard) -> Tail | None:
    """Two renames with one verb, if the second names a task: "rename A to B and C to D"."""
    found = _RENAMES_TWO.fullmatch(text)
    if found is None:
        return None
    first, second = (f"{found['verb']} {found[part]}" for part in ("first", "second"))
    acts = [
        update_act(change, heard)
        for part in (first, second, text)
        if (change := read_change(part, heard.message, heard.now)) and change[1].title
    ]
    if len(acts) < 3 or not acts[1].target.words:
        return None
    return Tail(replace(acts[0], said=first), replace(acts[1], said=second), acts[2])


_RENAMES_TWO = re.compile(
    r"\s*(?P<verb>(?:rename|retitle|relabel|reword|change|update|edit|swap|switch|replace))\s+(?P<first>.+?\s(?:to|into|for|with)\s.+?)"
    r"(?:(?:\s*,)?\s+and\s+|\s*,\s*)(?P<second>(?:\S+\s+){1,6}?(?:to|into|for|with)\s.+)",
    re.IGNORECASE,
)


def _share_verb(text: str, heard: Heard) -> list[str]:
    """Two wishes with one verb, each in full: "move the rent to friday and the report to monday"."""
    levels = [_LEVELLED.fullmatch(part) for part in _JOINTS.split(text)]
    if len(levels) > 1 and _SAYS_LEVEL.search(text) and all(levels):
        # "Milk high priority, the report low": each task has its own.
        return [f"make {one['name']} {one['level']} priority" for one in levels if one]
    verb = _DATE_VERB.match(text)
    parts = re.split(r"(?:\s*,)?\s+and\s+|\s*,\s*", text)
    if verb is None or len(parts) < 2:
        return []
    if all(_FIELD.match(part) for part in parts[1:]):
        # "Set its priority to low and the date to friday": the task is the same.
        named = read_change(parts[0], heard.message, heard.now)
        fields = [_FIELD.match(part) for part in parts[1:]]
        said = [
            f"set the {field['field']} of {named[0]} to {part[field.end() :]}"
            for field, part in zip(fields, parts[1:], strict=True)
            if field and named
        ]
        return [parts[0], *said] if said else []
    if all(_SAME_TASK.match(part) for part in parts[1:]):
        return _name_again(parts, heard)
    full = [parts[0], *(f"{verb[0]}{part}" for part in parts[1:])]
    read = [read_change(part, heard.message, heard.now) for part in full]
    reveal = heard.message.reveal
    names = [
        content_stems(reveal(one[0])) for one in read if one and (one[1].due or one[1].priority)
    ]
    return full if len(names) == len(full) and all(names) else []


def _without_other(one: Request, first: Request) -> Request:
    """A change to the task of the first: where there is none, it is no new task either."""
    if isinstance(one, Act) and isinstance(first, Act) and one.target.words == first.target.words:
        return replace(one, otherwise=None)
    return one


def _name_again(parts: list[str], heard: Heard) -> list[str]:
    """The parts with the task of the first in each: "set the rent to low and put it on friday"."""
    first = read_change(parts[0], heard.message, heard.now)
    if first is None or not content_stems(first[0]):
        return []
    name = first[0]
    said = [
        _SAME_TASK.sub(lambda found: f"{found['verb'] or 'make'} {name} ", one, count=1)
        for one in parts[1:]
    ]
    return [parts[0], *said]


_JOINTS = re.compile(r"(?:\s*,)?\s+and\s+|\s*[,;]\s*", re.IGNORECASE)
_LEVELLED = re.compile(
    r"\s*(?:(?:make|set|mark|put|bump|flag|give|move)\s+)?(?P<name>(?!it\b|that\b|its\b|the\s+priority\b)\S.*?)(?:\s*(?:=|->)\s*|\s+)"
    r"(?:(?:up|down|to|as|at|is|a|should\s+be)\s+)*(?P<level>high|low|medium|urgent)(?:[\s-]+(?:priority|prio))?\W*",
    re.IGNORECASE,
)
_SAYS_LEVEL = re.compile(
    r"\bprio(?:rity)?\b|=|->|\bshould\s+be\b|^\s*(?:make|set|mark|put|bump|flag)\b", re.IGNORECASE
)
_SAME_TASK = re.compile(
    r"\s*(?:(?P<verb>put|make|set|move|push|change|schedule|mark|bump)\s+(?:it|that)\s+"
    r"|(?=due\b|(?:to\s+)?(?:a\s+)?(?:high|low|medium|top)\b)(?:to\s+)?)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?:its\s+|the\s+)?(?P<field>due\s+date|date|deadline|priority)\s+(?:to|as)\s+", re.IGNORECASE
)
_DATE_VERB = re.compile(
    r"\s*(?:move|push|shift|bump|reschedule|postpone|delay|set|make|change|schedule)\s+",
    re.IGNORECASE,
)
_SAYS_CHANGE = re.compile(
    r"\b(?:reschedule|postpone|(?:that|the|this|existing)\s+(?:existing\s+)?task|priority|deadline|due|rename|prioriti[sz]e|snooze)\b"
    r"|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
# "Schedule needs to go up by 5pm" orders no scheduling.
_IS_SUBJECT = re.compile(
    r"\W*(?:schedule|change|update|switch|note|date|move|shift|push|delay|flag)\s+(?:needs?|is|has|must|should|was|goes)\b",
    re.IGNORECASE,
)
_SCHEDULES = re.compile(
    r"\W*(?:please\s+)?(?:schedule|plan)\s+(?=[\ue000-\uf8ff]\s)", re.IGNORECASE
)
_SETS_TO = re.compile(r"^\W*set\s+.+\s(?:for|to|on)\s", re.IGNORECASE)
# "Move the yoga class to friday" is no errand, though there is no such task.
_MOVED_TO = re.compile(
    r"^\s*(?:move|push|shift|bump|put\s+off|delay|postpone|reschedule)\b.*\b(?:to|until|till|by)\b",
    re.I | re.S,
)
_ORDER_STEMS = {
    stem(word)
    for word in word_set(
        "make change fix move push set update give turn edit correct replace switch put schedule"
    )
}


def update_act(change: tuple[str, Changes], heard: Heard) -> Act:
    """The act of a change that was read: the words that name a task, and what is to be changed."""
    words, changes = change
    # "Due: friday" names no task: it is about the one last spoken of, "one" is about any.
    words = "a task" if _ONE.fullmatch(words) else words if _SAYS.search(words) else "it"
    target = read_target(heard.message.reveal(words), heard.message.quoted(words), heard.background)
    return Act("update", target, changes)


_ONE = re.compile(r"\W*one\W*", re.IGNORECASE)
_SAYS = re.compile(r"[\w\ue000-\uf8ff]")
