"""The name that "it" stands for in a new title: "my passport expires soon, so I need to renew it"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.adding import clean_title

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Add

# "Call IT" names somebody.
_IT = re.compile(
    r"(?P<deed>[a-z]+(?:\s+[a-z]+)?)\s+(?-i:it|them)(?P<rest>(?:\s+(?:up|out|off|in|back|down|over|done|fixed|sorted|repaired|cleaned|checked|serviced))*)",
    re.IGNORECASE,
)
# What has something, or is somebody, is not what "it" is: "my mum has a parcel, remind me to collect it".
_SUBJECT = re.compile(
    r"\b(?P<name>(?:my|the|our|his|her|their)\s+(?:(?!(?:is|are|was|has|and|but|so)\b)[\w-]+\s+){0,2}?(?!(?:daughter|son|mum|mom|dad|father|mother|sister|brother|boss|wife|husband|partner|neighbours?|neighbors?|friends?|kids?|child|children|grandma|grandpa|colleagues?|doctor|team|shop|people|family|landlord|teacher|client|customer)\b)[\w-]+)"
    r"\s+(?:is|are|was|were|expires?|broke|fell|died|stopped|stops|looks?|arrived|keeps?|will|runs?|ran|ends?|closes?|leaks?|came|comes|got|went|smells?|won't|doesn't)\b",
    re.IGNORECASE,
)


def with_name(add: Add, told: str) -> Add:
    """The task with a name in the place of "it", where what was told before it has one."""
    found = _IT.fullmatch(add.title)
    start = told.casefold().rfind(add.heard.strip().casefold()) if found else -1
    named = _SUBJECT.findall(told[:start] if start >= 0 else told) if found else []
    if found is None or len({name.casefold() for name in named}) != 1:
        return add
    name = named[-1][:1].lower() + named[-1][1:]
    return replace(add, title=clean_title(f"{found['deed']} {name}{found['rest']}"))
