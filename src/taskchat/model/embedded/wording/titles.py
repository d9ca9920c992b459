"""Wordings of a wish for another title: "the rent should read Pay the landlord"."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.dates import END

# "There's a typo, call it Buy birthday card", "call it A instead of B".
_CALL_IT = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:there(?:'s|\s+is)\s+a\s+(?:typo|mistake)\s*[,.:;-]\s*)?(?:please\s+)?call\s+it\s+(?P<new>[\ue000-\uf8ff]|\S.*?)\s+(?:instead\s+of|rather\s+than|and\s+not|not)\s+(?P<old>.+?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
TYPO_FIRST = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:oops\W+)?(?:(?:(?:it|that)(?:'s|\s+is|\s+was)\s+)?(?:misspelled|misspelt|spelled\s+wrong(?:ly)?|spelt\s+wrong)|(?:there(?:'s|\s+is)\s+|i\s+made\s+|that(?:'s|\s+is)\s+)?a\s+(?:typo|spelling\s+mistake|mistake))(?:\s+(?:in\s+(?:it|that|there|that\s+one|the\s+\w+)))?\s*[,.:;-]+\s*(?=call\b|rename\b|change\b|make\b|it\s+should\b)",
    re.IGNORECASE,
)
_TITLE_FOR = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:(?:swap|exchange|replace|change|set|update)\s+(?:its|the)\s+(?:title|name)\s+(?:for|with|by|to)|as\s+(?:its|the|a)\s+(?:new\s+)?(?:title|name)\s*,?\s*(?:take|use|put|set|have|write))\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_SHALL_BE = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:shall|should|must|has\s+to|needs\s+to|is\s+to)\s+(?:now\s+)?be\s+(?:named|called(?!\s+off\b)|titled|renamed(?:\s+to)?)\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_LET_BECOME = re.compile(
    r"^[^\w\ue000-\uf8ff]*let\s+(?P<what>\S.*?)\s+(?:become|be\s+called|be\s+named|read)\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_NEEDS_NAME = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:needs|should\s+have|should\s+get|wants|gets)\s+an?\s+(?:different|new|other|better)\s+(?:name|title)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_CALL_INSTEAD = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?call\s+(?P<what>(?:the|my)\s+.+?\s+(?:one|task)|it|that|this)\s+(?P<new>\S.*?)\s+instead[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_OUGHT_TO_SAY = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+ought\s+to\s+(?:say|read|be\s+called)\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_NEW_TITLE = r"rename \g<what> to \g<new>"

_TITLE_OF = re.compile(
    r"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:set|make|put)\s+the\s+(?:title|name|text)\s+(?:of|for)\s+(?P<what>\S.*?)\s+(?:to|as)\s+(?P<new>\S.*?)[^\w\ue000-\uf8ff]*$",
    re.IGNORECASE,
)
_CALL_QUOTE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?call\s+(?P<what>\S.*?)\s+(?P<new>[\ue000-\uf8ff])\s+instead{END}",
    re.IGNORECASE,
)
_ASK = r"^[^\w\ue000-\uf8ff]*(?:(?:please|and|then|also|so|ok(?:ay)?|no|actually|sorry|let's|can\s+you|could\s+you)\b\W*)*"
_NAMED = r"(?P<what>[\ue000-\uf8ff]|(?:task|number)\s+\d+|(?:the|my)\s+(?:[\w'-]+\s+){1,5}?(?:task|one|item|entry|to-?do)|(?:that|this)\s+(?:one|task))"
# What a title may not begin with: "the milk task should be done".
_NEW = rf"(?P<new>[\ue000-\uf8ff]|(?=(?-i:[A-Z0-9])|(?:{'|'.join(sorted(ERRAND_VERBS))})\s)(?!(?:Done|Finished|Completed?|High|Low|Medium|Urgent|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Tomorrow|Today|Every|Number|Task|Before|After|Last|First)\b)\S.*?)"
# Behind a known title only an errand is a new one: "“Pay rent” is now paid".
_NEW_ERRAND = rf"(?P<new>[\ue000-\uf8ff]|(?:{'|'.join(sorted(ERRAND_VERBS))})\s+(?!(?:for|on|in|at|by|off)\b)\S.*?)"
_CALLED = r"(?:be\s+(?:called|named|titled|renamed(?:\s+to)?)|say|read)\s*[:,]?\s*"
_SO_IT = (
    r"(?:so\s+(?:that\s+)?it\s+(?:reads|says|is\s+called)|to\s+(?:say|read|be\s+called))\s*:?\s*"
)
_NAMES = [
    re.compile(f"{_ASK}{pattern}(?:\\s+(?:instead|from\\s+now\\s+on|now))*{END}", re.IGNORECASE)
    for pattern in (
        rf"(?:i(?:'d|\s+would)?\s+(?:like|want|prefer)|let|have)\s+{_NAMED}\s+(?:to\s+)?{_CALLED}{_NEW}",
        rf"{_NAMED}\s+(?:should|must|needs\s+to|has\s+to|ought\s+to|shall)\s+(?:(?:now|rather|really|actually)\s+)?{_CALLED}{_NEW}",
        rf"call\s+{_NAMED}\s+{_NEW}",
        rf"(?:retitle|rename|reword|rephrase|rewrite)\s+{_NAMED}\s*(?:so\s+(?:that\s+)?it\s+(?:reads|says)\s*:?\s*|\s(?:as|to|into)\s+|:\s*){_NEW}",
        rf"(?:edit|change|update|correct|fix|modify)\s+{_NAMED}\s+{_SO_IT}{_NEW}",
        rf"(?P<what>[\ue000-\uf8ff])\s+(?:is\s+now(?:\s+called)?|becomes|has\s+become)\s*:?\s*{_NEW_ERRAND}",
        rf"(?P<what>(?:task|number)\s+\d+|the\s+(?:first|second|third|fourth|fifth|last)(?:\s+(?:one|task))?)\s+should\s+be\s+{_NEW_ERRAND}",
        rf"make\s+(?P<what>[\ue000-\uf8ff]|(?:task|number)\s+\d+)\s+{_NEW_ERRAND}\s+instead",
        r"replace\s+(?P<what>[\ue000-\uf8ff])\s+(?:by|with)\s+(?P<new>[\ue000-\uf8ff])",
    )
]
TITLES = [
    *((pattern, _NEW_TITLE) for pattern in _NAMES),
    # "“A” must now read “B”", "could task 2 be called “B” instead?"
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:[^\ue000-\uf8ff,]{{3,60}},\s*so\s+)?(?P<what>[\ue000-\uf8ff])\s+(?:(?:should|must|shall|can|could|ought\s+to|needs\s+to|has\s+to)\s+)(?:(?:now|really|rather|actually|instead)\s+)*(?:say|read|be|become|be\s+(?:re)?named|be\s+called|be\s+titled|be\s+renamed(?:\s+to)?|be\s+changed\s+(?:in)?to)\s+(?P<new>[\ue000-\uf8ff])(?:\s+(?:instead|now|from\s+now\s+on))?{END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:could|can|may|should)\s+(?P<what>(?!(?:you|i|we)\b)\S.*?)\s+(?:be\s+(?:called|named|titled|renamed(?:\s+to)?)|become|say|read)\s+(?P<new>[\ue000-\uf8ff])(?:\s+(?:instead|now|from\s+now\s+on))?{END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>(?:it|that|[\ue000-\uf8ff]|(?:task|number)\s+\d+|\S.*?\s(?:task|one|item)))\s+(?:also\s+)?(?:needs|should\s+have|should\s+get|could\s+use|wants|gets)\s+(?:an?\s+)?(?:different|new|other|better|clearer)\s+(?:name|title|wording)\s*[:,;\u2013\u2014-]\s*(?:call\s+it\s+|make\s+it\s+|it\s+should\s+be\s+)?(?P<new>[\ue000-\uf8ff]|(?-i:[A-Z])[^,;?]*?){END}", re.IGNORECASE), _NEW_TITLE),
    # "Task 3 becomes “B”", "from now on the party is named “B”", "rewrite the balloons task as “B”".
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:from\s+now\s+on\s*,?\s+)?(?P<what>(?:the|my|task|number)\b[^\ue000-\uf8ff]*?|[\ue000-\uf8ff])\s+(?:becomes|is\s+(?:now\s+)?(?:named|called|titled)|will\s+be\s+(?:named|called)|gets\s+called)\s+(?P<new>[\ue000-\uf8ff])(?:\s+(?:instead|now|from\s+now\s+on))?{END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:rewrite|reword|rephrase|retitle)\s+(?P<what>\S.*?)\s+(?:as|to|into)\s+(?P<new>[\ue000-\uf8ff]){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?give\s+(?P<what>(?:it|that|[\ue000-\uf8ff]|(?:task|number)\s+\d+|\S.*?\s(?:task|one|item)))\s+an?\s+(?:clearer|better|different|longer|shorter|proper)\s+(?:title|name)\s*[:,]\s*(?:call\s+it\s+)?(?P<new>\S.*?){END}", re.IGNORECASE), _NEW_TITLE),
    # "I'd like two more tasks, “A” and “B”."
    (re.compile(r"^[^\w\ue000-\uf8ff]*(?:i(?:'d|\s+would)\s+like(?:\s+to\s+have)?|i\s+(?:want|need)|(?:can|could|may)\s+i\s+have|let's\s+have|give\s+me)\s+(?:(?:two|three|four|some|a\s+few|a\s+couple\s+of|another|one|an?)\s+)?(?:(?:more|new|other|further|extra|additional)\s+)+(?:tasks?|to-?dos?|items?|reminders?|entries)\s*[,:;\u2013\u2014-]?\s*(?P<new>[\ue000-\uf8ff].*)$", re.IGNORECASE), r"add \g<new>"),
    # "It's spelled Stephanie".
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?i:(?:(?:no|sorry|oh|oops|wait)\b\W*)*(?:it(?:'s|\s+is)|that(?:'s|\s+is)|(?:his|her|the)\s+name\s+is)\s+(?:actually\s+)?(?:spelled|spelt|written)\s+)(?P<new>[A-Z][\w'-]+){END}"), r"correct it to \g<new>"),
    (_CALL_INSTEAD, _NEW_TITLE),
    (_OUGHT_TO_SAY, _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:fix|correct)\s+the\s+(?:typo|spelling|mistake)\s+(?:in|of|on)\s+(?P<what>\S.*?)\s*[,;:]\s*(?:it\s+|that\s+)?should\s+(?:be|say|read)\s+(?P<new>\S.*?){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:correct|fix|change|edit|update)\s+(?P<what>\S.*?)\s*[,;:]\s*(?:it|that)\s+should\s+(?:be|say|read)\s+(?P<new>\S.*?){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(r"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:is|are)\s+wrong\s*[,;]\s*it\s+should\s+(?:be|say|read)\s+(?P<new>[\ue000-\uf8ff])", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:make|turn)\s+(?P<what>(?!(?:me|us|an?|another|one)\b)(?!.*\b(?:deadline|due|date|priority|notes?|description|comment|for|of|on)\b)\S.*?)\s+(?:into\s+)?(?P<new>[\ue000-\uf8ff]){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:is|are)\s+(?:now\s+)?called\s+(?P<new>[\ue000-\uf8ff]){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>(?:the|my)\s+\S.*?)\s+should\s+(?:say|read|be)\s+(?P<new>\S.*?)\s+(?:instead\s+of|rather\s+than)\s+(?P<old>\S.*?){END}", re.IGNORECASE), r"change \g<old> to \g<new> in \g<what>"),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+should\s+read\s+(?P<new>[\ue000-\uf8ff]){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?give\s+(?P<what>\S.*?)\s+(?:the|a)\s+(?:new\s+)?(?:title|name)\s*:?\s*(?P<new>\S.*?){END}", re.IGNORECASE), _NEW_TITLE),
    (re.compile(rf"^[^\w\ue000-\uf8ff]*(?P<what>the|its)\s+name\s+should\s+(?:be|read|say)\s+(?P<new>\S.*?){END}", re.IGNORECASE), r"rename it to \g<new>"),
]  # fmt: skip
LATE_TITLES = [
    (_TITLE_OF, _NEW_TITLE),
    (_CALL_QUOTE, _NEW_TITLE),
    (_TITLE_FOR, r"rename it to \g<new>"),
    (_LET_BECOME, _NEW_TITLE),
    (_SHALL_BE, _NEW_TITLE),
    (_NEEDS_NAME, r"edit \g<what>"),
    (_CALL_IT, r"rename \g<old> to \g<new>"),
]
"""Those that other wordings go before."""
