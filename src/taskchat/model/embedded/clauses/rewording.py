"""Orders told in other words, put in those that the rules know: "the report: move it to friday"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.model.embedded.clauses.looking import is_about_list
from taskchat.model.embedded.english.framing import read_frame

if TYPE_CHECKING:
    from datetime import datetime

# "I want the report to be high priority" is an order about the report.
_WANTS_DONE = re.compile(
    r"^\s*(?:i|we)(?:'d(?:\s+also)?\s+like|\s+(?:also\s+)?(?:want|need|would(?:\s+also)?\s+like))\s+(?=(?:the|my|that|this|its?|task"
    r"|number|#)\b.*"
    r"\b(?:to\s+be|moved|deleted|removed|marked|renamed|changed|rescheduled|cancelled|gone|done"
    r"|finished|completed)\b)",
    re.IGNORECASE,
)
# "The report: rename it to …".
_NAMED_FIRST = re.compile(
    r"\s*(?P<name>[\w' \ue000-\uf8ff-]{1,60}?)\s*:\s*(?:please\s+)?(?P<verb>rename|move|mark|delete|remove|change|set|make|push|complete|tick|reschedule|postpone|bump|reopen|schedule|put|give)"
    r"(?P<what>\s+(?:it|that|this)(?!\w)|\s+(?:the|its|a)\s+(?P<field>(?:due\s+)?(?:date|time|day)|deadline|priority|title|name)(?:\s+of\s+it)?)?"
    r"(?P<rest>(?:\s+(?:to|as|off|on|for|until|high|low|medium|done|complete|urgent|back|forward|due|into|down|up|at|by|by\s+\w+|a)\b.*)?)",
    re.IGNORECASE | re.DOTALL,
)
# "There's a typo: A should be B".
_TYPO = re.compile(
    r"^\s*(?:(?:i\s+made|there(?:'s|\s+is)|fix|correct)\s+(?:a|the)\s+)?(?:typo|spelling(?:\s+mistake)?|mistake)\s*[:,-]\s*(?P<old>[^:,]+?)\s+(?:should\s+(?:be|say|read)|->|must\s+be|instead\s+of|is\s+really)\s+(?P<new>.+)$",
    re.IGNORECASE,
)
# "I need the report done by friday": it is due then.
_NEEDED_BY = re.compile(
    r"^\s*(?:i|we)(?:\s+(?:need|want|would\s+like)|'d\s+like)\s+(?P<what>(?:the|my)\s+[\w -]+?|it|that|this|[\ue000-\uf8ff])\s+(?:to\s+be\s+)?(?:done|finished|ready|sorted|completed?)\s+(?P<when>(?:by|before|for|on)\s.+)$",
    re.IGNORECASE,
)
# "Add 2pm to the dentist", "put a deadline of friday on the report": no new task.
_ADDS_DATE = re.compile(
    r"^\W*(?:add|put|attach|give)\s+(?:an?\s+|the\s+)?(?:(?:due\s+date|deadline|date|time)\s+(?:of|for)\s+)?"
    r"(?P<when>\S+(?:\s+\S+){0,4}?)\s+(?:to|on|for)\s+(?P<target>(?:the|my|task|it|that)\b.*)$",
    re.IGNORECASE,
)
# These are never errands: "I want to rename the rent".
_WANTS_TO = re.compile(
    r"^\s*(?:i|we)(?:'d(?:\s+also)?\s+like|\s+(?:also\s+)?(?:want|need|would(?:\s+also)?\s+like))\s+to\s+"
    r"(?=(?:rename|retitle|reword|reopen|re-open|untick|uncheck|undo|restore|undelete|reschedule|postpone|prioriti[sz]e|deprioriti[sz]e|mark|tick)\b)",
    re.IGNORECASE,
)


def put_plainly(text: str, now: datetime) -> str:
    """The order in the words that the rules know: its task within it, its wish as an order."""
    text = _WANTS_TO.sub("", text)
    named = _NAMED_FIRST.fullmatch(text)
    if named is not None and read_frame(text) is None:
        what = f"the {named['field']} of {named['name']}" if named["field"] else named["name"]
        text = f"{named['verb']} {what}{named['rest']}"
    text = _TYPO.sub(r"rename \g<old> to \g<new>", text)
    text = _NEEDED_BY.sub(r"\g<what> is due \g<when>", text)
    return _as_move(_WANTS_DONE.sub("", text), now)


def _as_move(text: str, now: datetime) -> str:
    """The order with a date that is added to a task told as the move that it is."""
    found = _ADDS_DATE.match(text)
    due = find_due(found["when"], now) if found else None
    if found is None or due is None or re.search(r"\w", due.rest) or is_about_list(found["target"]):
        return text
    return f"change the due date of {found['target']} to {found['when']}"
