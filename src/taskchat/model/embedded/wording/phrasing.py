"""Wordings of an order that differ only in their words from one that the rules know.

Each is put in those words before the clause is read: "could I have the netflix one removed" is
"remove the netflix one". Nothing is decided here; what the order means is read further on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.dates import DATE, END, WHAT, phrase_date
from taskchat.model.embedded.wording.fields import FIELDS, as_order
from taskchat.model.embedded.wording.levels import KEPT, LEVELS
from taskchat.model.embedded.wording.looks import LOOKS
from taskchat.model.embedded.wording.moves import as_move
from taskchat.model.embedded.wording.states import NOT_WANTED, SAID_DONE
from taskchat.model.embedded.wording.tables import reword, wordings
from taskchat.model.embedded.wording.titles import LATE_TITLES, TITLES, TYPO_FIRST

if TYPE_CHECKING:
    from datetime import datetime

_VERBS = {
    "added": "add", "removed": "remove", "deleted": "delete", "cancelled": "cancel", "canceled": "cancel", "erased": "erase", "binned": "bin",
    "scrapped": "scrap", "dropped": "drop", "gone": "delete", "reopened": "reopen", "completed": "complete",
    "renamed": "rename", "moved": "move", "pushed": "push", "changed": "change", "rescheduled": "reschedule",
    "postponed": "postpone", "marked": "mark", "ticked": "tick", "restored": "restore", "set": "set",
}  # fmt: skip
# "Could I have the Netflix one removed, please?", "I'd like the rent moved to friday".
_HAVE_DONE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:(?:can|could|may|might)\s+(?:i|we)\s+(?:please\s+)?(?:have|get)|(?:i|we)(?:'d|\s+would)\s+like(?:\s+to\s+have)?|(?:i|we)\s+want"
    r"|(?:please\s+)?(?:have|get))\s+(?!.*\sbeen\s)(?P<what>(?!to\b|you\b|rid\b)\S.*?)\s+(?P<done>" + "|".join(_VERBS) + r")\b(?!\s+(?:tasks?|ones?|items?|to-?dos?)\b)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
# "It was the vacuuming I wanted gone": which one an act was meant for.
_IT_WAS = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:(?:no|sorry|oh|wait|oops)\b\W*)*it(?:'s|\s+was|\s+is)\s+(?P<what>(?:the|my)\s+.+?|.+?)\s+(?:that\s+|which\s+)?i(?:'ve|\s+have)?\s+(?:wanted|meant|want|was\s+talking\s+about|was\s+after|paid|did|bought|sent|called|booked|finished|cleaned|completed)"
    r"(?:\s+(?:to\s+\w+(?:\s+off)?|gone|deleted|removed|done|ticked(?:\s+off)?|marked|changed|moved))?(?:\s*,\s*not\s+(?:the|my)\s+[\w' -]+?)?[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_MY_MISTAKE = r"^[^\w\ue000-\uf8ff]*(?:(?:oh|no|wait|sorry|oops|ah|hm+)\b\W*)*(?:no|wait|sorry|oops|(?:the\s+)?wrong(?:\s+(?:one|task))?|my\s+mistake|my\s+bad)\b\W*(?:(?:hold|hang)\s+on\b\W*)?"
# "No, it was the car insurance that I renewed, the home one is still open."
_IT_WAS_DONE = re.compile(
    rf"{_MY_MISTAKE}it(?:'s|\s+was|\s+is)\s+(?P<what>(?:the|my)\s+[^,;]+?)\s+(?:that\s+|which\s+)?i(?:'ve|\s+have)?\s+(?:just\s+)?"
    r"(?P<deed>(?!(?:want|need|add|mention|lik|lov|hat|miss|ask|forgot)ed\b)[a-z]{3,}ed|did|paid|bought|sent|made|wrote)"
    r"(?:\s*,\s*(?:the\s+|my\s+)?[\w' -]{1,30}?\s+(?:is|isn't)\s+(?:still|not)\b[\w' ]*)?[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
# "My mistake, it's the tuxedo that should be deleted."
_TO_GO = r"it(?:'s|\s+was|\s+is)\s+(?P<what>(?:the|my)\s+[^,;]+?)\s+(?:that\s+|which\s+)(?:should|has\s+to|needs\s+to|is\s+to)\s+be\s+(?:deleted|removed)[^\w\ue000-\uf8ff]*$"
_NO_IT_IS_TO_GO = re.compile(_MY_MISTAKE + _TO_GO, re.IGNORECASE)
_IT_IS_TO_GO = re.compile(r"^[^\w\ue000-\uf8ff]*" + _TO_GO, re.IGNORECASE)
# "As for the roses, move them to Sunday", "for that one, make Thursday the deadline".
_TOPIC = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:as\s+for|for|regarding|concerning)\s+{WHAT}\s*,\s*(?:please\s+)?(?P<verb>set|move|put|make|mark|push|change|shift|assign|schedule|delete|remove|rename|complete|tick|reopen|give|call)\s+(?:it|them|that|this)\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NEEDS_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:needs|should\s+have|should\s+get|is\s+missing)\s+an?\s+(?:new\s+)?{DATE}[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_TO_LIST = re.compile(
    r"^[^\w\ue000-\uf8ff]*to\s+my\s+(?:tasks|list|to-?dos?|todos?)\s*,?\s*(?:please\s+)?(?:append|add|put)\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_GOT_DONE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:i|we)\s+got\s+(?P<what>\S.*?)\s+(?:done|finished|sorted){END}",
    re.IGNORECASE,
)
_TO_NO_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|change|make|leave)\s+(?P<what>\S.*?)\s+(?:(?:to|with)\s+)?(?:have\s+)?no\s+{DATE}{END}",
    re.IGNORECASE,
)
_WITHOUT_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:with\s+)?(?:no|without\s+an?|without\s+any)\s+{DATE}{END}",
    re.IGNORECASE,
)
_AS_NOTE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*as\s+(?:a|the|its)\s+(?:note|description|comment)\s*,?\s*(?:please\s+)?(?:add|put|write)\s*:?\s+(?P<note>\S.*?){END}",
    re.IGNORECASE,
)
_NO_DATE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:does\s+not|doesn't|no\s+longer)\s+(?:needs?|ha(?:ve|s))\s+an?\s+{DATE}(?:\s+any\s*more)?{END}",
    re.IGNORECASE,
)
_TO_DONE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:(?:change|update|move|switch|turn|put)\s+(?!the\s+status\b)(?P<what>\S.*?)\s+(?:to|as|into)\s+(?:done|completed?|finished){END})",
    re.IGNORECASE,
)
_TO_OPEN = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?make\s+(?P<what>\S.*?)\s+(?:pending|open|incomplete)(?:\s+again)?{END}",
    re.IGNORECASE,
)
_COUNT_AS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:count|regard|treat|see|log|record)\s+(?P<what>\S.*?)\s+as\s+(?:done|finished|completed?){END}",
    re.IGNORECASE,
)
_SIMPLE = [
    *FIELDS,
    *wordings(
        (r"^[^\w\ue000-\uf8ff]*i(?:\s+(?:want|need|would\s+like)|'d\s+like)\s+to\s+(?P<add>add|create)\b(?=.*\b(?:list|tasks?|to-?dos?|reminder)\b)", r"\g<add>"),
        (r"^(?P<lead>[^\w\ue000-\uf8ff]*)let\s+us\b", r"\g<lead>let's"),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?extend\s+(?!the\s+(?:due|dead))(?=\S.*\s(?:to|until|till|by)\s)", "move "),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:move|push|shift|change|switch|put|postpone)\s+(?P<what>\S.*?)\s+(?:to|for|until|till|on)\s+(?:another|a\s+different|some\s+other|a\s+later|a\s+new|an\s+earlier)\s+(?:day|date|time|week)[^\w\ue000-\uf8ff]*$", r"reschedule \g<what>"),
        (r"\bmanaged\s+to\s+(?P<verb>finish|complete)\b", r"\g<verb>ed"),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|change|update|switch|turn)\s+the\s+status\s+of\s+(?P<what>\S.*?)\s+(?:back\s+)?to\s+(?P<status>done|completed?|finished|pending|open|incomplete)\b", r"mark \g<what> as \g<status>"),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?finish\s+(?P<what>\S.*?)\s+on\s+(?:my|the)\s+list[\s.!]*$", r"complete \g<what>"),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?reset\s+(?P<what>\S.*?)\s+(?:back\s+)?to\s+(?:pending|open|not\s+done|incomplete|undone|to-?do)\b", r"reopen \g<what>"),
        (r"^[^\w\ue000-\uf8ff]*(?:let's\s+)?(?:shoot|aim|go)\s+for\s+(?P<when>\S.*?)\s+(?:on|with|for)\s+(?P<what>it|that|this|that\s+one|the\s+\S.*)$", r"move \g<what> to \g<when>"),
        (r"^[^\w\ue000-\uf8ff]*(?:i(?:'d|\s+would)\s+like\s+to\s+)?(?:put|add|have|note)\s+(?:something|a\s+thing|one\s+thing)\s+(?:on|to|onto|down\s+on)\s+(?:the|my)\s+list\b", "add a task"),
        (r"^.*\b(?:add|put|note|save)\s+(?:it|that|this)\s+(?:down\s+|on\s+)?as\s+(?P<quote>[\ue000-\uf8ff])[^\w\ue000-\uf8ff]*$", r"add \g<quote>"),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?P<tick>check|tick|cross)\s+off[\s.!]*$", r"\g<tick> it off"),
        (r"\s+(?:and|but)\s+(?:nothing|no\s+others?|none\s+of\s+the\s+others)(?:\s+else)?[^\w\ue000-\uf8ff]*$", ""),
        (r"\s+(?:on|at)\s+the\s+same\s+(?:day|date)[^\w\ue000-\uf8ff]*$", ""),
        (r"(?P<lead>^[^\w\ue000-\uf8ff]*(?:\S+\s+){0,3}?(?:it|that|them)\b.*\d)(?P<half>\s*[ap]m)?\s*,?\s+(?:the\s+)?same\s+(?:day|date)[^\w\ue000-\uf8ff]*$", r"\g<lead>\g<half>"),
        (r"^[^\w\ue000-\uf8ff]*in\s+that\s+case\b[\s,]*", ""),
        (r"^[^\w\ue000-\uf8ff]*not\s+(?:so|that|very|really|too|all\s+that)\s+(?:pressing|urgent|important)\s*,\s*(?:so\s+)?", ""),
        (r"^[^\w\ue000-\uf8ff]*i(?:'m|\s+am)\s+to\s+(?=[a-z]+\s)", "i have to "),
        (r"\bthere(?:'s|\s+is)\s+(?=(?:the|a|an|my|our)\s+.*,\s*(?:put|add|note|stick|pop)\b)", ""),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:re-?)?prioriti[sz]e|(?:new\s+)?priorities)\s*:\s*(?=.*,)", "set "),
    ),
    (TYPO_FIRST, ""),
    *wordings(
        (r"^[^\w\ue000-\uf8ff]*what\s+all\b", "what"),
        (r"\b(?:those|these)\s+(?:two|three|four|[234])(?=\s+(?:back|as|to|off|are|please|done|for|on|from)\b|[^\w\ue000-\uf8ff]*$)", "those"),
        (r"^(?P<lead>[^\w\ue000-\uf8ff]*(?:no\s+(?:rush|hurry|stress|pressure))\s+(?:on|with|for)\s+(?P<what>.+?)(?:\s*,)?\s+so)\s+(?:(?:make|set|mark|give)\s+(?:it|that)\s+(?:a\s+)?)?(?P<level>low|medium)\b", r"make \g<what> \g<level>"),
        (r"[\s,]+(?:at\s+the\s+)?same\s+(?:time|hour)(?:\s+as\s+before)?[^\w\ue000-\uf8ff]*$", ""),
        # They rang, moved or cancelled: what follows is what counts.
        (r"^[^\w\ue000-\uf8ff]*(?:they|he|she|(?:(?:the|my)\s+)?(?!i\b|we\b)[\w-]+)(?:'ve|'s|\s+have|\s+has)?\s+(?:just\s+|now\s+)?(?:rescheduled|moved(?:\s+(?:it|me|us))?|rung|rang|called|emailed|changed(?:\s+it)?|postponed(?:\s+it)?|said|told\s+me|gave\s+(?:me|us)\s+(?:an?\s+|more\s+)[\w ]+?)\s*[,;:\u2013\u2014-]+\s*(?:so\s+|and\s+)?(?:now\s+)?(?=it(?:'s|\s+is|\s+has|\s+was)\b|(?:until\s+|till\s+|to\s+)?(?:(?:next\s+)?\w+day|tomorrow|(?:the\s+)?\d{1,2}(?:st|nd|rd|th)|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)\w*\s+\d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?::\d\d)?\s*[ap]m|\d{1,2}:\d\d)\b)", ""),
        # "The dishes, stick them down for monday".
        (r"^[^\w\ue000-\uf8ff]*(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\s*,\s*(?P<verb>stick|put|pop|set|pencil|slot)\s+(?:it|them|that)\s+(?=(?:down|in)\s+for\b)", r"\g<verb> \g<what> "),
        # "One more day", told of the date that was just set.
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|just|maybe|make\s+it)\s+)*(?P<count>an?|one|two|three|half\s+an|\d\d?)\s+(?P<unit>(?:more\s+)?(?:days?|weeks?|hours?|minutes?))\s+(?P<way>later|earlier|sooner)(?:\s+please)?[^\w\ue000-\uf8ff]*$", r"move it \g<count> \g<unit> \g<way>"),
        (r"^(?P<it>[^\w\ue000-\uf8ff]*(?:it|that)(?:'s|\s+is)\s.*\S)\s+now[^\w\ue000-\uf8ff]*$", r"\g<it>"),
        # "The alarm should get the same priority".
        (r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:should|must|can|needs\s+to|has\s+to)\s+(?:get|have|be(?:\s+(?:of|at|on))?)\s+the\s+same\s+(?P<field>priority|level|date|day|deadline|due\s+date)(?:\s+(?:too|as\s+well))*[^\w\ue000-\uf8ff]*$", r"same \g<field> for \g<what>"),
        # "No, the day after that", of the date that was just set.
        (r"^[^\w\ue000-\uf8ff]*(?:(?:no|nope|sorry|wait|actually|oh|hm+|or|rather)\b\W*)*(?:(?:make|move|push)\s+(?:it|that)\s+(?:to\s+)?|on\s+|better\s+)?the\s+(?:day\s+after(?:\s+(?:that|it))?|(?:next|following)\s+day)(?:\s+(?:please|instead|then|actually))?[^\w\ue000-\uf8ff]*$", "move it one day later"),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:no|nope|sorry|wait|actually|oh|hm+|or|rather)\b\W*)*(?:(?:make|move|push)\s+(?:it|that)\s+(?:to\s+)?|on\s+|better\s+)?the\s+(?:day\s+before(?:\s+(?:that|it))?|previous\s+day)(?:\s+(?:please|instead|then|actually))?[^\w\ue000-\uf8ff]*$", "move it one day earlier"),
        # "The freezer wasn't done properly, put that back as not done": the order says it again.
        (r"(?P<denied>\b(?:not|\w+n't)\b.*?)\s*[,;]\s*(?:so\s+)?(?:put|set|mark)\s+(?:it|that|them)\s+(?:back\s+)?(?:as|to)\s+(?:not\s+done|undone|open|pending|unfinished)[^\w\ue000-\uf8ff]*$", r"\g<denied>"),
        (r"^[^\w\ue000-\uf8ff]*(?:i\s+)?(?:want|need|would\s+like|'d\s+like)\s+to\s+(?:start|begin)\s+(?:over|again|afresh|fresh|from\s+scratch|anew)\s*[,;:\u2013\u2014-]+\s*(?:so\s+|please\s+)*", ""),
        # "Take the vet out", but not "take the bins out": only of what was named to be off the list.
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?take\s+(?P<it>it|that|this|that\s+one|them)\s+out[^\w\ue000-\uf8ff]*$", r"delete \g<it>"),
        # "And “A” as a new one", "and a new one, “A”".
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|also|then)\s+)*(?P<new>[\ue000-\uf8ff]|(?!(?:add|write|put|note|make|create|set|save|mark|jot|keep|record|log|enter|have|change|use|stick|pop)\b)\w.*?)\s+as\s+(?:an?|another|the)\s+(?:new|separate|second|further|extra)(?:\s+(?:one|task|item|to-?do|entry))?(?:\s+please)?[^\w\ue000-\uf8ff]*$", r"add \g<new>"),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|also|then)\s+)*(?:a|one|another)\s+(?:(?:new|more)\s+)?(?:one|task)\s*[,:\u2013\u2014-]\s*(?=\S)", "add "),
        # "Instead of apples I need pears".
        (r"^[^\w\ue000-\uf8ff]*instead\s+of\s+(?:the\s+)?(?P<old>[\w' -]+?)\s*,?\s+(?:i|we)(?:'d|\s+would)?\s+(?:need|want|like|prefer|rather\s+have)\s+(?P<new>(?!(?:to|an?|the|some|my|it|that|you|more|less)\b)[\w'-]+(?:\s+[\w'-]+)?)[^\w\ue000-\uf8ff]*$", r"change \g<old> to \g<new>"),
        # "Swap that: Kim on friday and Lee on thursday".
        (r"^[^\w\ue000-\uf8ff]*(?:swap|switch)\s+(?:that|them|those|it|these)(?:\s+(?:round|around))?\s*[,:;\u2013\u2014-]\s*(?=\S)", ""),
        # "The first two you just added".
        (r"(?P<which>\bthe\s+(?:first|second|third|last|two|three|four)(?:\s+(?:two|three|one|task|ones|tasks))?)\s+(?:that\s+)?(?:you|i)(?:'ve|\s+have)?\s+just\s+(?:added|created|made)\b", r"\g<which>"),
        (rf"^(?P<who>[^\w\ue000-\uf8ff]*(?:but\s+|and\s+)?(?:i|we))\s+did\s+(?=(?:{'|'.join(sorted(ERRAND_VERBS))}|(?!the\b|my\b|an?\b|it\b|that\b|this\b|some\b|all\b|most\b|not\b|both\b|only\b|even\b|just\b|see\b|hear\b|like\b|want\b|need\b|love\b|have\b|open\b|forget\b|fail\b|refuse\b|mean\b|intend\b|hate\b|try\b|start\b|begin\b|remind\b|think\b|consider\b|plan\b|hope\b|wish\b|miss\b|mention\b|notice\b|enjoy\b|lose\b|find\b|drop\b|break\b|skip\b|avoid\b)[a-z]{{3,}})\s+(?:the|my|a|an|to|all)\b)", r"\g<who> finished to "),
        # "Write down email mum as a new task", "put in a new one called “…”".
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|then|please|also)\s+)*(?:write|note|jot|put)\s+down\s+(?P<what>(?!(?:that|it|this)\b)\S.*?)\s+as\s+an?\s+(?:new\s+|another\s+|separate\s+)?(?:task|to-?do|item|entry)(?:\s+(?:please|too))*[^\w\ue000-\uf8ff]*$", r"add \g<what>"),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|then|please|also)\s+)*(?:put|add|make|create|enter)\s+(?:in\s+)?(?:an?|another)\s+(?:new\s+)?one\s+(?:called|named|titled)\s+(?=[\ue000-\uf8ff])", "add "),
        # "Then start it with “…”", of a list with nothing on it.
        (r"^[^\w\ue000-\uf8ff]*(?:(?:then|so|ok(?:ay)?|let's|please)\s+)*start\s+(?:(?:it|(?:the|my|a\s+new)\s+list)\s+)?(?:off\s+)?with\s+(?=[\ue000-\uf8ff])", "add "),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:and|now|please|can\s+you|could\s+you)\s+)*do\s+the\s+same\s+(?=(?:for|to|with|on)\s)(?!.*\b(?:rest|others|all|everything|at|\w+day|tomorrow|today|\d+)\b)", "the same "),
        (r"^(?P<verb>[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|move|put|push|mark|make|change|schedule|delete|remove|complete|rename))\s+(?:the|my)\s+(?:task|to-?do|reminder|item|one)\s+(?:about|regarding|concerning)\s+(?:the\s+|my\s+)?(?=\S)", r"\g<verb> the "),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:now|then|so|ok(?:ay)?|let's|please|i'll|i\s+will|let\s+me|i'd\s+like\s+to|i\s+want\s+to)\s+)*start\s+(?:fresh|afresh|over|again|anew)\s+with\s+(?=[\ue000-\uf8ff])", "add "),
        (r"\bget\s+rid\s+of\s+(?=(?:the|its)\s+(?:priority|prio|due\s+date|date|deadline|note|description)\b)", "remove "),
        (r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:name|title)\s+(?:it|that)\s+(?=[\ue000-\uf8ff])", "rename it to "),
        # "Move it to 1 pm on that day": the day stays.
    (r"^(?P<move>[^\w\ue000-\uf8ff]*(?:please\s+)?(?:move|make|set|put|push|change|reschedule)\s+(?:it|that|them|(?:the|my)\s[\w' -]+?)\s+(?:to|at|for)\s+\S.*?)\s+(?:on\s+)?(?:the\s+same|that)\s+day[^\w\ue000-\uf8ff]*$", r"\g<move>"),
    (r"(?P<field>\b(?:priority|prio|due\s+date|date|deadline|note|description))\s+(?:altogether|entirely|completely)(?=[^\w\ue000-\uf8ff]*$)", r"\g<field>"),
    (r"^[^\w\ue000-\uf8ff]*(?:i(?:'d)?\s+(?:want|need|like|would\s+like)|give\s+me|bring|put|get)\s+the\s+(?:one|task)\s+(?:that\s+)?i(?:'ve)?\s+(?:just\s+)?(?:deleted|removed)\s+back[^\w\ue000-\uf8ff]*$", "bring it back"),
    (r"(?P<is>(?:\bis|\bare|'s)\s+(?:done|paid|finished|sorted|[a-z]+ed))\s+after\s+all(?=[^\w\ue000-\uf8ff]*$)", r"\g<is>"),
    # "The other one you can delete."
        (r"^[^\w\ue000-\uf8ff]*(?:and\s+|but\s+)?(?P<what>(?:the|my|that)\s+[\w' -]{2,40}?|[\ue000-\uf8ff])\s*,?\s+(?:you|we)\s+can\s+(?:now\s+|also\s+|just\s+)?(?P<act>delete|remove|complete|tick\s+off|scrap|drop)(?:\s+(?:now|too|as\s+well|please))*[^\w\ue000-\uf8ff]*$", r"\g<act> \g<what>"),
        # "The other one is what I finished."
        (r"^[^\w\ue000-\uf8ff]*(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s+(?:is|was)\s+(?:what|the\s+one)\s+(?:that\s+)?i(?:'ve|\s+have)?\s+(?P<did>finished|completed|did)[^\w\ue000-\uf8ff]*$", r"I \g<did> \g<what>"),
        # "Also get the spare keys copied": an errand, done by somebody.
        (r"^(?P<get>[^\w\ue000-\uf8ff]*(?:(?:and|also|please|then)\s+)*)(?P<verb>get|have)\s+(?P<what>(?:the|my|our)\s+[\w' -]{2,30}?)\s+(?P<done>copied|fixed|repaired|cleaned|serviced|cut|printed|framed|checked|washed|replaced|sharpened|tuned|painted|mended|tested|delivered|vaccinated|inspected|polished)(?P<rest>(?:\s+(?:on|by|at|for|tomorrow|today|this|next)\b.*)?)$", r"add a task: \g<verb> \g<what> \g<done>\g<rest>"),
        (r"^(?P<mark>[^\w\ue000-\uf8ff]*(?:please\s+)?(?:mark|tick))\s+all\s+(?:as\s+)?(?:done|complete|finished)[^\w\ue000-\uf8ff]*$", r"\g<mark> all as done"),
        (r"^[^\w\ue000-\uf8ff]*(?:(?:also|then)\s+)*(?:(?:please|can\s+you|could\s+you)\s+)?(?:also\s+)?enter\s+(?=[\ue000-\uf8ff]|an?\s(?!(?:\w+\s)?(?:race|contest|competition|agreement|plea|password|raffle|marathon|lottery|draw|tournament|code|pin|room)\b))", "add "),
        # "We have to postpone it by a week": nobody writes that down.
        (r"^[^\w\ue000-\uf8ff]*(?:i|we)(?:'ll)?\s+(?:now\s+|also\s+|just\s+)?(?:have|need|want|will\s+have|'ll\s+have)\s+to\s+(?=(?:postpone|reschedule|push|delay|shift|move)\s+(?:it|that|this|them|that\s+one)\s+(?:(?:back|forward)\s+)?(?:by\s+(?:an?|one|two|three|four|\d+)\s|(?:to|until|till)\s+(?:(?:next|this)\s+)?(?:\w+day|tomorrow|today|week|month|the\s+\d))|bring\s+(?:it|that|this|them)\s+forward\b)", ""),
        # "It should be at 11:00 rather than 10:00".
        (r"(?P<when>^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:(?:it|that|this|they|the|my)\b.*\b(?:should|must|has\s+to|needs\s+to)\b|make\b|set\b|move\b|put\b).*\b(?:\d{1,2}(?::\d\d)?(?:\s*[ap]m)?|\w+day|tomorrow))\s*,?\s+(?:rather\s+than|instead\s+of)\s+(?:at\s+|on\s+)?(?:\d{1,2}(?::\d\d)?(?:\s*[ap]m)?|\w+day|today|tomorrow)(?=[^\w\ue000-\uf8ff]*$)", r"\g<when>"),
    ),
    *LOOKS,
    *SAID_DONE,
    *NOT_WANTED,
    *wordings(
        (r"\b(?:is|are|'s|'re|was|were)\s+(?:wanted|to\s+be\s+wanted)\s+gone\b", "can be deleted"),
    ),
]  # fmt: skip


def phrase(text: str, now: datetime) -> str:
    """The clause in the words that the rules know, or as it was."""
    text = reword(as_order(text), _SIMPLE)
    wished = _HAVE_DONE.match(text)
    if wished is not None:
        return f"{_VERBS[wished['done'].lower()]} {wished['what']}{wished['rest']}"
    moved = as_move(text, now)
    if moved is not None:
        return moved
    for pattern, plain in _ORDERS:
        found = pattern.match(text)
        if found is not None:
            return found.expand(plain)
    return phrase_date(text, now) or text


_ORDERS = [
    (_TOPIC, r"\g<verb> \g<what> \g<rest>"),
    *KEPT,
    *TITLES,
    (_GOT_DONE, r"mark \g<what> as done"),
    (_TO_NO_DATE, r"clear the due date of \g<what>"),
    (_WITHOUT_DATE, r"clear the due date"),
    (_AS_NOTE, r"add a note: \g<note>"),
    (_NO_DATE, r"clear the due date of \g<what>"),
    (_TO_DONE, r"mark \g<what> as done"),
    (_TO_OPEN, r"reopen \g<what>"),
    (_COUNT_AS, r"mark \g<what> as done"),
    *LEVELS,
    *LATE_TITLES,
    (_NEEDS_DATE, r"change the due date of \g<what>"),
    (_TO_LIST, r"add \g<new> to my list"),
    (_NO_IT_IS_TO_GO, r"i meant deleting \g<what>"),
    (_IT_IS_TO_GO, r"delete \g<what>"),
    (_IT_WAS_DONE, r"i meant \g<deed> \g<what>"),
    (_IT_WAS, r"i meant \g<what>"),
]
