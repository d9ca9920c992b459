"""How things stand when an errand is done: the fridge is clean, the invitations are out.

Each state comes of some deeds only, so it tells a task as done where the title has one of them: "clean
the fridge", "send the invitations".
"""

from __future__ import annotations

import re

from taskchat.model.embedded.english.deeds import PERSONAL
from taskchat.model.embedded.english.words import stem, tokens

_COMES_OF = {
    "out": "put take send email mail post ship publish release let",
    "off": "send email mail post ship turn switch take",
    "in": "submit hand file apply plant put bring send enter enrol register take",
    "up": "put hang post publish upload chalk assemble build erect install mount pitch",
    "down": "take put",
    "away": "put send pack tidy store",
    "together": "put assemble build",
    "on": "put switch turn",
    "back": "return bring take send give put",
    "clean": "clean wash hoover vacuum scrub wipe mop scrape rinse brush dust",
    "spotless": "clean wash hoover vacuum scrub wipe mop tidy",
    "tidy": "tidy clean clear sort",
    "empty": "empty clear unload unpack drain",
    "full": "fill refill stock restock top charge",
    "dry": "dry hang",
    "working": "fix repair mend service replace",
    "live": "publish upload deploy launch release ship",
    "open": "open",
    "shut": "shut close lock",
}
_TITLE_VERBS = {
    state: frozenset(stem(verb) for verb in verbs.split()) for state, verbs in _COMES_OF.items()
}
_IS_SO = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<name>[^,:;]+?)(?:\s+(?:is|are)|'s|'re|\u2019s)\s+(?:(?:now|already|finally|all|both|lovely\s+and|nice\s+and|super|so|squeaky|sparkling)\s+)*"
    rf"(?P<state>{'|'.join(_COMES_OF)})"
    r"(?:\s+(?:(?:in|on|at|of)\s+)?(?:the|my)\s+\w+)?(?:\s+(?:now|already|today|too|again|at\s+last|finally|as\s+well))*[\s.!]*$",
    re.IGNORECASE,
)


def find_state(text: str) -> re.Match[str] | None:
    """The `state` that words tell and the `name` of what is in it, or None."""
    found = _IS_SO.match(text)
    return found if found and not PERSONAL.match(found["name"]) else None


def comes_of(state: str, title: str) -> bool:
    """Whether a state is what a title wants: it has a verb that leads to it, or the state itself."""
    said = tokens(title)
    verbs = _TITLE_VERBS.get(state, frozenset[str]())
    return bool(said) and (stem(said[0]) in verbs or state in said[1:])
