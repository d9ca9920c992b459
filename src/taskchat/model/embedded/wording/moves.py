"""Wordings that tell another date of a task that is there: "they brought the inspection forward to thursday".

Each is put in the words that the rules know before the clause is read, as in `phrasing.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import without_spans
from taskchat.model.embedded.wording.tables import reword, wordings

if TYPE_CHECKING:
    from datetime import datetime

_LEAD = r"^[^\w\ue000-\uf8ff]*(?:(?:and|so|but|ok(?:ay)?|actually|no|oh|sorry|please|well|hm+)\b[\s,]*)*"
_END = r"[\s.!]*$"
_NAMED = r"(?P<what>(?:the|my|our|task|number)\s+[^,:;]{1,50}?|it|that|this|them|[\ue000-\uf8ff])"
_COUNT = r"(?P<count>an?|one|another|two|three|four|five|six|seven|ten|\d{1,2}|half\s+an)"
_UNIT = r"(?P<unit>days?|weeks?|hours?|minutes?)"
_DAY = r"(?P<when>(?:by|on|for|at|before|this|next|today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|the\s+\d)\b.*?|\d.*?)"
_OTHERS = r"(?:they|he|she|(?!(?:i|we|it|that|this|you|who|nobody|no|nothing)\b)[A-Za-z][\w'-]+|(?:the|my)\s+[\w-]+)(?:'ve|'s|\s+have|\s+has)?\s+(?:just\s+)?"


_MOVES = wordings(
    (rf"change\s+when\s+{_NAMED}\s+(?:is|are)\s+due\s+to\s+(?P<when>\S.*?)", r"change the due date of \g<what> to \g<when>"),
    (rf"(?:i|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:moved|pushed|postponed|rescheduled|shifted)\s+{_NAMED}\s+(?:back\s+|forward\s+)?(?:to|until)\s+(?!.*,){_DAY}", r"move \g<what> to \g<when>"),
    (rf"{_OTHERS}(?:brought|moved|pushed|put|pulled)\s+{_NAMED}\s+(?:forward|back|up|out)\s+to\s+(?P<when>\S.*?)", r"move \g<what> to \g<when>"),
    (rf"{_OTHERS}(?:moved|pushed|postponed|rescheduled|delayed|shifted|extended|changed)\s+{_NAMED}\s+(?:to|until|till)\s+(?P<when>\S.*?)", r"move \g<what> to \g<when>"),
    (r"(?:it|that)\s+(?:needs?\s+to|has\s+to|must)\s+be\s+(?:(?:back|in|out|there|ready)(?:\s+[\w'-]+){0,3}?|(?:bought|sent|paid|made|written|[a-z]{3,}ed)(?:\s+(?:off|in|out|up|back))?)\s+(?P<when>(?:by|before|today|tomorrow|tonight)\b.*?)", r"it is due \g<when>"),
    (rf"{_NAMED}\s+(?:needs?\s+to|has\s+to|have\s+to|must|should)\s+(?:happen|take\s+place|be\s+(?:done|ready|finished|in|out|back|there))\s+{_DAY}", r"\g<what> is due \g<when>"),
    (rf"(?:the|its)\s+(?:deadline|due\s+date|date)\s+(?:for|of)\s+{_NAMED}\s+(?:has\s+been|was|is|got)\s+(?:brought\s+forward|moved(?:\s+\w+)?|pushed(?:\s+\w+)?|put\s+back|changed|extended)\s+to\s+(?P<when>\S.*?)", r"move \g<what> to \g<when>"),
    (r"(?:it|that)(?:'s|\s+has)\s+(?:now\s+)?been\s+(?:brought\s+forward|moved(?:\s+(?:back|forward))?|pushed(?:\s+back)?|postponed|extended|put\s+back|rescheduled)\s+(?:to|until|till)\s+(?P<when>\S.*?)", r"move it to \g<when>"),
    (r"(?:the|its|that)\s+(?:deadline|due\s+date|date)\s+(?:has\s+been|was|is|got)\s+(?:just\s+|now\s+)?(?:brought\s+forward|moved(?:\s+\w+)?|pushed(?:\s+\w+)?|put\s+back|changed|extended)\s+(?:to|until|till)\s+(?P<when>\S.*?)", r"move it to \g<when>"),
    (rf"{_OTHERS}(?:postponed|delayed|pushed|moved)\s+{_NAMED}\s+(?:back\s+)?by\s+{_COUNT}\s+{_UNIT}", r"push \g<what> back by \g<count> \g<unit>"),
    (rf"(?:it\s+|that\s+)?(?:needs?\s+to|has\s+to|have\s+to|must|should)\s+(?:be\s+(?:done|finished|ready)|happen|be\s+(?:in|out|there)|be)\s+{_DAY}", r"it is due \g<when>"),
    (rf"(?:it\s+|that\s+)?(?:needs?\s+to|has\s+to|must|should|will)\s+be\s+{_COUNT}\s+{_UNIT}\s+(?P<way>later|earlier|sooner)", r"move it \g<count> \g<unit> \g<way>"),
    (rf"give\s+me\s+{_COUNT}\s+more\s+{_UNIT}\s+(?:for|on|with)\s+{_NAMED}", r"move \g<what> \g<count> \g<unit> later"),
    (rf"give\s+me\s+{_COUNT}\s+(?P<unit>days?|weeks?)\s+for\s+{_NAMED}", r"\g<what> is due in \g<count> \g<unit>"),
    (rf"(?:i|we)(?:'ve|\s+have)?\s+(?:got|have)\s+an\s+extension\s+(?:on|for)\s+{_NAMED}\s*[,;]\s*(?:so\s+)?(?:now\s+)?(?:it's\s+|it\s+is\s+)?(?:now\s+)?(?:due\s+)?(?P<when>\S.*?)", r"move \g<what> to \g<when>"),
    (rf"(?:they|he|she|we|i|[A-Z]\w+|(?:the|my)\s+\w+)\s+(?:wants?|needs?)\s+{_NAMED}\s+{_COUNT}\s+{_UNIT}\s+(?P<way>earlier|sooner|later)", r"move \g<what> \g<count> \g<unit> \g<way>"),
    (rf"(?:they|we|i)\s+(?:want|need)\s+{_NAMED}\s+(?:(?!one\b)\w+(?:ed|nt|id|ne|ght)|by)\s+(?P<when>(?:by|before|on)\s.*?)", r"\g<what> is due \g<when>"),
    (r"(?:they|he|she|[A-Z]\w+(?:\s+[A-Z]\w+)?|(?:the|my)\s+\w+)\s+(?:wants?|needs?)\s+(?P<what>it|that)\s+(?P<when>(?:by|on|before|for)\s.*?)(?:\s+already)?", r"\g<what> is due \g<when>"),
    (r"(?:just\s+)?forget\s+(?:about\s+)?the\s+(?:due\s+)?(?:date|deadline)(?:\s*,\s*(?:i|i'll|we|we'll|it|it's)\b.*)?", "clear the due date of it"),
    (r"(?:can\s+(?:we|you|i)\s+|let's\s+)?make\s+it\s+(?P<when>\d{1,2}(?::\d\d)?)\s+instead", r"make it \g<when>"),
    (r"(?:they|he|she|[A-Z]\w+|(?:the|my)\s+\w+)(?:'ve|\s+have|\s+has)?\s+(?:just\s+)?(?:gave|given|giving)\s+(?:me|us)\s+until\s+(?P<when>\S.*?)", r"move it to \g<when>"),
    (rf"{_NAMED}\s+can\s+(?:easily\s+)?wait\s+(?:another\s+|for\s+)?{_COUNT}\s+(?:more\s+)?{_UNIT}", r"move \g<what> \g<count> \g<unit> later"),
    (r"(?:take|get)\s+(?:the\s+(?:due\s+)?|due\s+|its\s+)(?:dates?|deadlines?)\s+off\s+(?P<what>(?!(?:my|the)\s+(?:list|calendar))\S.*?)", r"clear the due date of \g<what>"),
    (r"get\s+rid\s+of\s+the\s+(?:due\s+)?(?:dates?|deadlines?)\s+(?:on|of|for)\s+(?P<what>\S.*?)", r"clear the due date of \g<what>"),
    (r"take\s+(?:its|the)\s+(?:due\s+)?(?:date|deadline)\s+(?:away|off)", "clear the due date of it"),
    (rf"(?:there(?:'s|\s+is)\s+)?no\s+(?:rush|hurry)\s+(?:with|for|on)\s+{_NAMED}\s*,\s*(?:so\s+)?(?:take|remove|drop|clear)\s+(?:its|the)\s+(?:due\s+)?(?:date|deadline)(?:\s+(?:away|off))?", r"clear the due date of \g<what>"),
    (rf"{_NAMED}\s+(?:has|have|needs?)\s+to\s+be\s+(?:\w+(?:ed|nt|id|ne|ght)|in|out|there|made|done)\s+(?P<when>by\s.*?)", r"\g<what> is due \g<when>"),
    (rf"(?:they|he|she|[A-Z]\w+|the\s+\w+)\s+(?:told\s+me|suggested|offered)\s+(?P<when>\S.*?)\s+for\s+{_NAMED}", r"\g<what> is at \g<when>"),
    (r"(?:they|he|she)(?:'ve|'s|\s+have|\s+has)?\s+(?:now\s+|just\s+)?(?:suggested|offered(?:\s+me|\s+us)?|prefers?|(?:would|'d)\s+(?:prefer|like))\s+(?P<when>\S.*?)(?:\s+instead)?", r"move it to \g<when>"),
    (r"(?!nobody\b|no\s+one\b|who\b)(?:[A-Za-z]\w+|(?:the|my)\s+[\w-]+)(?:'ve|'s|\s+have|\s+has)?\s+(?:now\s+|just\s+)?(?:asked\s+for|requested|suggested|proposed|offered(?:\s+me|\s+us)?|prefers?|(?:would|'d)\s+(?:prefer|like))\s+(?P<when>\S.*?)\s+instead", r"move it to \g<when>"),
    lead=_LEAD, end=_END,
)  # fmt: skip
# These stand before or behind what counts.
_AROUND = wordings(
    (r"^\W*(?:(?:oh|sorry|no|wait|oops)\b\W*)*(?:that's\s+wrong|that\s+is\s+wrong|my\s+mistake|i\s+got\s+(?:the\s+(?:day|date|time)|that|it)\s+wrong|wrong\s+(?:day|date|time)|i\s+mixed\s+(?:them|it|those)\s+up)\s*[,:;.\u2013\u2014-]+\s*(?=[^,;]*\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|[^,;]*\b(?:tomorrow|today|\d{1,2}(?:st|nd|rd|th))\b)", ""),
    (r"(?<=\w)\s*,\s*(?:and\s+|but\s+)?leave\s+(?:the\s+(?:rest|others?)|everything\s+else)(?:\s+as\s+(?:is|it\s+is|they\s+are)|\s+alone)?(?=\W*$)", ""),
    (r"\beach\s+(?=(?:an?|one|two|three|four|five|\d)\s+(?:days?|weeks?|hours?)\s+(?:later|earlier))", ""),
)  # fmt: skip


def _is_date(text: str, now: datetime) -> bool:
    """Whether words tell a date and little else."""
    rest = without_spans(text, now)
    return rest != text and not _MORE.search(rest)


_MORE = re.compile(
    r"\b(?!(?:and|the|please|instead|then|now|by|on|at|in|for|to|morning|afternoon|evening|night)\b)[^\W\d]{2,}",
    re.IGNORECASE,
)


def as_move(text: str, now: datetime) -> str | None:
    """The clause as the move that it tells, where a date stands in the place of one; None for another."""
    for pattern, plain in _MOVES:
        found = pattern.match(text)
        when = found.groupdict().get("when") if found else None
        if found is not None and (when is None or _is_date(when, now)):
            return found.expand(plain)
    return None


def without_around(text: str) -> str:
    """The message without what only says that a date was wrong, or that the rest stays."""
    return reword(text, _AROUND)
