"""Wordings of a wish for a date, put in those that the rules know: "make friday the deadline for it".

A wording counts only where a date stands in the place of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import find_spans, without_spans
from taskchat.model.embedded.english.words import ERRAND_VERBS

if TYPE_CHECKING:
    from datetime import datetime

DATE = r"(?:due\s+date|due\s+day|due\s+time|deadline|date|time|day)"
WHAT = r"(?P<what>it|that|this|them|(?:that|this)\s+one|(?:the|my|task|number|item)\s+[^,:;]+?|[\ue000-\uf8ff])"
END = r"(?:\s+(?:please|then|instead|now|too|as\s+well|tho(?:ugh)?))*[^\w\ue000-\uf8ff]*$"
# "Get the report done by friday", "could the report be done by thursday?".
_DONE_BY = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:(?:i|we)\s+(?:need|want|have)\s+to\s+)?(?:get|have)\s+(?P<what>it|that|this|(?:(?:the|my|that|number|task)|\w+ing)\s+\S.*?|[\ue000-\uf8ff])\s+(?:done|finished|sorted|completed|ready|out\s+of\s+the\s+way)\s+(?P<when>(?:by|before|on|for|until|this|next|today|tomorrow|tonight)\b.*)$",
    re.IGNORECASE,
)
_SO_DUE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:update|change|set|edit|make|alter|adjust|modify|move|reschedule)\s+(?P<what>\S.*?)\s+so\s+(?:that\s+)?it(?:'s|\s+is|\s+falls)\s+(?:due\s+)?(?P<when>\S.*)$",
    re.IGNORECASE,
)
_NEED_TO_FINISH = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:i|we)(?:\s+(?:need|have|must|want|plan|intend|hope|would\s+like)|'d\s+like|'m\s+going|\s+am\s+going)\s+(?:to\s+)?(?:finish|complete|do)\s+{WHAT}\s+(?:done\s+)?(?P<when>(?:by|before|on|for|until)\b.*)$",
    re.IGNORECASE,
)
_IS_PLANNED = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:is|are|was|has\s+been|have\s+been)\s+(?:now\s+)?(?:planned|scheduled|set|pencilled\s+in|booked\s+in)\s+(?:for|to|on)\s+(?P<when>\S.*)$",
    re.IGNORECASE,
)
_ITS_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|change|move|put|push|make|update)\s+(?P<what>\S.*?)'s\s+{DATE}\s+(?:to|for|on)\s+(?P<when>\S.*)$",
    re.IGNORECASE,
)
_GET_DONE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?get\s+(?P<what>\S.*?)\s+(?:done|finished|sorted)\s+(?P<when>(?:by|before|until)\b.*)$",
    re.IGNORECASE,
)
_BE_DONE_BY = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:can|could|should|may)\s+(?P<what>\S.*?)\s+be\s+(?:(?:done|finished|completed|ready|due|set|moved|put|scheduled)\s+)?(?P<when>\S.*?)(?:\s+instead)?[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
# "Pop a date on it, 22 may", "give it a deadline: friday".
_PUTS_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:(?:and\s+)?(?:i|we)(?:\s+(?:need|want|would\s+like)|'d\s+like)|pop|put|stick|slap|set|add|give|stuff|whack)\s+(?:(?P<whom>it|that|(?:that|this)\s+(?:one|task)|(?:the|my)\s+\S.*?)\s+)?(?:an?|the)\s+{DATE}(?:\s+(?:on|to|for)\s+(?P<on>[^,:;]+?))?"
    rf"\s*(?:[,:;\u2013\u2014-]|\bof\b|\bfor\b)\s*(?P<when>\S.*)$",
    re.IGNORECASE,
)
_SETS_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|change|make|put|move|update|push|bump|shift|switch|pull|bring|adjust)\s+(?:the|its|that|this)\s+{DATE}\s+(?:(?:back|forward|out|over)\s+)?(?:to|for|as|on|at|until)\s+(?:be\s+)?(?P<when>\S.*)$",
    re.IGNORECASE,
)
_TOPIC_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:as\s+for|for|to|on|regarding)\s+{WHAT}\s*,\s*(?:please\s+)?(?:make|set|assign|use|take|put|enter|add|give|note|let's\s+say)\s+(?P<when>.+?)\s+(?:(?:as|is|be)\s+)?(?:the\s+|a\s+|its\s+)?(?:as\s+)?{DATE}{END}",
    re.IGNORECASE,
)
_OF_TASK = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:shift|move|push|change|set|bump|pull|bring|put|adjust|extend)\s+the\s+{DATE}\s+(?:for|of|on)\s+(?P<what>.+?)\s+(?:(?:back|forward)\s+)?(?:to|until|for)\s+(?P<when>.+)$",
    re.IGNORECASE,
)
_ASSIGNS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:assign|pin|peg|slot|pencil|earmark)\s+{WHAT}\s+(?:in\s+)?(?:(?:to|for|on|at|by)\s+)?(?:(?:a|the)\s+{DATE}\s+(?:of\s+)?)?(?P<when>\S.*)$",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:(?:it|that|this|they|these|those)(?:'s|'re|\s+is|\s+are)\s+)?(?:needed|required|wanted|expected|(?:(?:it|that|this|they)\s+)?needs?\s+(?:doing|finishing|sorting|sending|paying)|(?:(?:it|they)\s+)?(?:has\s+|have\s+|needs?\s+)?to\s+be\s+(?:done|ready|finished|in|there|sent|paid|back|\w{3,}ed))\s+(?P<when>(?:by|on|for|until|before|today|tomorrow|tonight|next|this)\b.*)$",
    re.IGNORECASE,
)
# "His train is late, so 13:20 instead".
_SO_THEN = re.compile(
    r"^[^,;]+[,;]\s*so\s+(?:make\s+it\s+|let's\s+(?:do|say|make\s+it)\s+)?(?P<when>.+?)\s+instead[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
# "The tenth of May is its due date", "Friday at 4pm would suit for that".
_DATE_FIRST = [
    re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:add|use|set|put|enter|take|have)\s+(?P<when>\S.*?)\s+as\s+(?:its|the|a)\s+{DATE}(?:\s+(?:for|of|on|to)\s+(?P<what>.+?))?{END}", re.IGNORECASE),
    re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>)(?P<when>\S.*?)(?:'s|\s+is)\s+(?:better|best|fine|good|great|ok(?:ay)?|perfect){END}", re.IGNORECASE),
    re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<when>\S.*?)\s+(?:is|shall\s+be|should\s+be|will\s+be|as)\s+(?:its|the)\s+{DATE}(?:\s+(?:for|of|on)\s+(?P<what>.+?))?{END}", re.IGNORECASE),
    re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<when>\S.*?)\s+(?:would|will)\s+(?:suit|work|do|be\s+(?:fine|better|best|good|great|ok|right|perfect|ideal))(?:\s+(?:me|us))?(?:\s+(?:better|best|fine|well))?(?:\s+(?:for|with)\s+(?P<what>.+?))?{END}", re.IGNORECASE),
    re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>)(?:i|we|he|she|they)(?:\s+can\s+only\s+(?:do|make|manage)|(?:'d|\s+would)\s+(?:rather|prefer)(?:\s+(?:do|have|make\s+it))?|\s+prefers?)\s+(?P<when>.+?){END}", re.IGNORECASE),
    re.compile(rf"^[^\w\ue000-\uf8ff]*its\s+(?:new\s+)?{DATE}\s+(?:is|should\s+be|shall\s+be|will\s+be)\s+(?P<what>)(?P<when>.+?){END}", re.IGNORECASE),
]  # fmt: skip


def phrase_date(text: str, now: datetime) -> str | None:
    """The clause as a plain wish for a date, or None where it is no wording of one."""
    for pattern, plain in _DATED:
        found = pattern.match(text)
        if found is not None and _opens_with_date(found["when"], now):
            return found.expand(plain)
    both = _LEVEL_AND_DATE.match(text)
    if both is not None and _is_date(both["when"] or both["date"], now):
        when, level = both["when"] or both["date"], both["level"] or both["high"]
        what = both["what"] or "it"
        if what.split()[0].lower() in ERRAND_VERBS:
            return f"{what} {when} {level} priority"  # it may be new
        return f"set {what} to {level} priority and due {when}"
    better = _BETTER.match(text)
    if better is not None and _is_date(better["when"], now):
        return f"make it due {better['when']}"
    slips = _SLIPS.match(text)
    if slips is not None and _opens_with_date(slips["when"], now):
        return f"move {slips['what'] or 'it'} to {slips['when']}"
    put = _PUTS_DATE.match(text)
    if put is not None and _opens_with_date(put["when"], now):
        return f"move {put['whom'] or put['on'] or 'it'} to {put['when']}"
    for pattern in _DATE_FIRST:
        found = pattern.match(text)
        if found is not None and _is_date(found["when"], now):
            return f"make {found['what'] or 'it'} due {found['when']}"
    return None


def _is_date(text: str, now: datetime) -> bool:
    rest = without_spans(text, now)
    return rest != text and not rest.strip(" ,.")


def _opens_with_date(text: str, now: datetime) -> bool:
    spans = find_spans(text, now)
    return bool(spans) and not text[: spans[0].start].strip(" ,:")


# "Shove the dentist to friday", "can you knock it back to monday".
_SHOVES = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:shove|knock|nudge|slide|kick|scoot|slip|drag|punt)\s+(?P<what>\S.*?)\s+(?:(?:back|over|forward|along|out|on)\s+)?(?:to|till|until)\s+(?P<when>\S.*)$",
    re.IGNORECASE,
)
# "Set the speech to be finished by friday", "have the car fall due in three days".
_SETS_DUE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|make|mark|schedule|put|have)\s+(?P<what>\S.*?)\s+(?:to\s+be|be|fall|to\s+fall)\s+(?:(?:finished|done|due|completed|ready|sorted)\s+)?(?P<when>(?:by|on|for|before|at|in|due|next|this|today|tomorrow)\b.*)$",
    re.IGNORECASE,
)
# "Sorry, saturday is better."
_BETTER = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:(?:sorry|no|actually|oh|hm+|well)\b[\s,]*)*(?P<when>\S[^,;]*?)\s+(?:is|would\s+be|works|suits\s+me)\s+better[\s.!]*$",
    re.IGNORECASE,
)
# "Can the deadline slip to tomorrow?"
_SLIPS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:can|could|may|might)\s+(?:(?:the|its)\s+{DATE}|(?P<what>it|that|this|(?:the|my)\s+\S.*?))\s+(?:slip|move|shift|go|wait|slide|be\s+pushed|be\s+moved)\s+(?:(?:back|forward|on|over)\s+)?(?:to|until|till)\s+(?P<when>\S.*)$",
    re.IGNORECASE,
)
# "A week later please, the 25th": the day itself counts.
_LATER_THEN = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:make\s+it\s+|push\s+it\s+)?(?:an?|one|two|three|\d)\s+(?:days?|weeks?|months?)\s+(?:later|earlier)(?:\s+please)?\s*[,;:\u2013\u2014-]+\s*(?:so\s+)?(?:on\s+)?(?P<when>\S.*)$",
    re.IGNORECASE,
)
# "Do that tonight at 7, so today 7pm".
_DO_THEN = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:i'll\s+|let's\s+)?do\s+(?:it|that)\s+[^,;]+[,;]\s*so\s+(?P<when>\S.*)$",
    re.IGNORECASE,
)
# "High prio, due Monday", "by tomorrow, high", "timetable, today, high".
_HIGH = r"high|low|medium|urgent"
_LEVEL_AND_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:(?P<level>{_HIGH})(?:\s+(?:priority|prio))?\s*[,;]\s*(?:and\s+)?(?:due\s+)?(?:(?:by|on|for|at)\s+)?(?P<when>[^,;]+)"
    rf"|(?:(?P<what>[\ue000-\uf8ff]|(?:(?:the|my)\s+)?(?!due\b)[\w'-]+(?:\s+[\w'-]+)?)(?:\s*,\s*|\s+(?=(?:by|on|due)\s)))?(?:due\s+)?(?:(?:by|on|for|at)\s+)?(?P<date>[^,;]+?)\s*[,;]\s*(?:and\s+)?(?P<high>{_HIGH})(?:\s+(?:priority|prio))?){END}",
    re.IGNORECASE,
)
_DATED = [
    (_LATER_THEN, r"make it due \g<when>"),
    (_DO_THEN, r"make it due \g<when>"),
    (_SETS_DUE, r"\g<what> is due \g<when>"),
    (_SHOVES, r"move \g<what> to \g<when>"),
    (_TOPIC_DATE, r"make \g<what> due \g<when>"),
    (_OF_TASK, r"move \g<what> to \g<when>"),
    (_ASSIGNS, r"move \g<what> to \g<when>"),
    (_NEEDED, r"it is due \g<when>"),
    (_SO_THEN, r"make it due \g<when>"),
    (_SO_DUE, r"\g<what> is due \g<when>"),
    (_NEED_TO_FINISH, r"\g<what> is due \g<when>"),
    (_IS_PLANNED, r"\g<what> is due \g<when>"),
    (_ITS_DATE, r"move \g<what> to \g<when>"),
    (_GET_DONE, r"\g<what> is due \g<when>"),
    (_DONE_BY, r"\g<what> is due \g<when>"),
    (_BE_DONE_BY, r"\g<what> is due \g<when>"),
    (_SETS_DATE, r"make it due \g<when>"),
]
