"""The words in which things are stated of a task: how high, when, and that it is done."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.deeds import END

_ADVERBS = (
    r"(?:(?:really|very|super|so|quite|pretty|extremely|now|actually|also|only|just|more|most|probably|definitely"
    r"|rather|still|too|always|fairly|a|an|of|at|on|in|to|as|with)\s+)*"
)
_BE = (
    r"(?:is|are|'s|'re|was|were|isn't\s+just|should\s+(?:be|have|get)|can\s+(?:be|have|get|stay)|could\s+be|must\s+be|may\s+be|will\s+be"
    r"|ha(?:s|ve)\s+to\s+be|needs?\s+to\s+be|needs?|gets?|has|have|to\s+be|goes|becomes|stays|to|on|at|as|with)"
)
_LEVEL = r"(?:high(?:est)?|low(?:est)?|medium|top|normal|urgent|important)"
_PRIORITY = r"(?:[\s-]+(?:priority|prio|importance|one))?"
_AGAIN = (
    rf"(?:\s*[,;\u2013\u2014-]\s*|\s+and\s+|\s+so\s+)(?:(?:so|please|and|then)\s+)*(?:(?:make|mark|set|give|put|that's|it's|flag)\s+)?(?:(?:it|that|this|the\s+priority)\s+)?"
    rf"{_ADVERBS}(?P<second>high|low|medium|top|urgent)(?:[\s-]+(?:priority|prio))?"
)
_NO_RUSH = (
    r"(?:(?:\s*,|\s+(?:is|has|there's|there\s+is))?\s+(?:no\s+(?:hurry|rush|stress|pressure)|nothing\s+urgent)(?=\s*,)"
    r"|(?:\s+(?:isn't|aren't|is\s+not|are\s+not)|\s*,\s*not)\s+(?:(?:so|that|very|really|too|all\s+that)\s+)*(?:urgent|important|pressing)(?=\s*,))?"
)
LEVELLED = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<name>[^:,;]+?){_NO_RUSH}(?P<link>\s*(?::|=|->|,|\u2013|\u2014|\s-)\s*|(?:\s+|(?=')){_BE}\s+|\s+)"
    rf"{_ADVERBS}(?P<level>{_LEVEL}){_PRIORITY}(?:\s+now)?(?:{_AGAIN})?{END}",
    re.IGNORECASE,
)
LEVEL_FIRST = re.compile(
    rf"^\W*(?:(?:set|give|put|make|use)\s+)?(?:priority\s+)?(?P<level>{_LEVEL})(?:\s+priority)?\s+(?:for|on|to)\s+(?P<name>[^:,;]+?){END}",
    re.IGNORECASE,
)
DONE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<name>[^:,;]+?)\s*(?::|\s-|\u2013|\u2014|=|->)\s*(?:(?:all|already|now|is|it's|that's)\s+)*"
    rf"(?:done|finished|completed?|sorted|ticked(?:\s+off)?|check|yes){END}",
    re.IGNORECASE,
)
# What stands between a task and its date: "… is for", "… has to be in by", "…: do it".
LINK = re.compile(
    r"(?:(?:\s+|(?='))(?:is|are|'s|'re|was|were|isn't|should\s+be|can\s+be|could\s+be|must\s+be|will\s+be|would\s+be|ha(?:s|ve)\s+to\s+be|ha(?:s|ve)\s+to"
    r"|needs?\s+to\s+be|needs?\s+to|needs?|ought\s+to(?:\s+be)?|must|should|can\s+wait|can\s+see\s+(?:me|us|him|her)|can\s+(?:fit|squeeze)\s+(?:me|us)\s+in|can\s+be\s+\w+ed(?:\s+(?:up|off|in))?|wants?|falls?|starts?|begins?|happens|takes\s+place|gets?|got|has|moves|goes|shifts|to\s+be)(?!\w)|\s*[:=,\u2013\u2014]|\s-(?=\s|$))"
    r"(?:\s+(?:it|in|done|finished|ready|there|due|sent|for|on|by|until|till|at|moved|scheduled|set|planned|only|now|actually|already|happen|happening"
    r"|to|due\s+date|deadline|a|the|its|of|not|before|do|i'll|we'll|let's|make|put|move|go|wait|from|then|also|supposed|fixed|date|be|\w+ing))*\W*$",
    re.IGNORECASE,
)
WANTS = re.compile(
    r"^\W*(?:(?:please\s+)?(?:leave|keep|save|put|stick|pop|pencil|slot|schedule|plan|do|make|have|let's\s+do|let's\s+leave|let's\s+move)"
    r"|(?:i|we)(?:'ll|'d\s+like(?:\s+to)?|\s+will|'m\s+going\s+to|\s+want(?:\s+to)?|\s+need(?:\s+to)?|\s+can(?:not|'t)?(?:\s+only)?|\s+have\s+to|\s+must|\s+should)"
    r"(?:\s+(?:do|have|finish|get|leave|make|move|handle|see\s+to|put|only|be))*"
    r"|(?:i|we)(?:\s+(?:have|need|got)|'ve\s+got)(?:\s+(?:time|got))*(?:\s+(?:for|to\s+do|to\s+finish))"
    r"|(?:due(?:\s+date)?|deadline|date)\s+(?:for|of|on))\s+(?P<name>.+?)(?:\s+(?:down|in(?=\s+for)|to|until|till|for|on|by|at|done|finished))*\W*$",
    re.IGNORECASE,
)
WISHES = re.compile(
    r"^\W*(?:i|we)(?:\s+(?:want|need|would\s+like)|'d\s+like)\s+(?!to\b)", re.IGNORECASE
)
TAIL = re.compile(END, re.IGNORECASE)
NOT_URGENT = re.compile(
    r"\b(?:no\s+(?:hurry|rush|stress|pressure)|(?:isn't|aren't|not)\s+(?:(?:so|that|very|really|too|all)\s+)*(?:urgent|important|pressing))\b(?=\s*,)",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|nobody|no)\b|n't\b", re.IGNORECASE)
