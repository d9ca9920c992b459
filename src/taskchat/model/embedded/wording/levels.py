"""Wordings of a wish for a priority: "low priority will do for the rent"."""

from __future__ import annotations

import re

from taskchat.model.embedded.wording.dates import END
from taskchat.model.embedded.wording.tables import reword, wordings

_HIGH = r"(?P<level>high|low|medium|top)(?:est)?"
_CLEARED = r"remove the priority of \g<what>"
_LEVEL = r"make \g<what> \g<level>"
_LEAD = r"^[^\w\ue000-\uf8ff]*"
KEPT = wordings(
    (
        rf"(?:please\s+)?keep\s+(?P<what>\S.*?)\s*,?\s+but\s+(?:(?:make|set|mark|put)\s+(?:it|that)\s+)?(?:(?:to|at|as|with|a)\s+)*{_HIGH}[\s-]+(?:priority|prio)",
        _LEVEL,
    ),
    lead=_LEAD,
    end=END,
)
"""Before the wordings of a title, which "keep … but …" may look like."""
LEVELS = wordings(
    (
        r"(?:(?:actually|no|please|and)\b\W*)*(?:take|get)\s+(?:the|its|that)\s+prio(?:rity)?\s+(?:off|away)",
        "remove the priority of it",
    ),
    (
        r"(?:please\s+)?(?:take|get)\s+(?:the\s+)?(?:(?:high|low|medium|top)\s+)?prio(?:rity)?\s+(?:off|away\s+from|from)\s+(?:of\s+)?(?P<what>\S.*?)",
        _CLEARED,
    ),
    (
        r"(?:please\s+)?get\s+rid\s+of\s+the\s+(?:(?:high|low|medium|top)\s+)?prio(?:rity)?\s+(?:of|on|for)\s+(?P<what>[^,;]+?)(?:\s*,.*)?",
        _CLEARED,
    ),
    (
        r"(?:(?:hm+|no|actually|oh|well)\b\W*)*(?P<what>\S.*?)\s+(?:doesn't|does\s+not|don't|do\s+not)\s+(?:really\s+)?(?:need|have)\s+(?:an?|any|the)\s+prio(?:rity)?(?:\s+(?:any\s?more|any\s+longer|after\s+all|at\s+all|really))*",
        _CLEARED,
    ),
    (
        r"(?P<what>\S.*?)\s+(?:shouldn't|should\s+not|must\s+not)\s+have\s+(?:an?|any)\s+prio(?:rity)?(?:\s+at\s+all)?",
        _CLEARED,
    ),
    (
        r"(?:there(?:'s|\s+is)\s+)?no\s+prio(?:rity)?\s+(?:needed\s+)?(?:for|on)\s+(?P<what>\S.*?)",
        _CLEARED,
    ),
    (
        r"(?:please\s+)?(?:set|change|make|put)\s+(?P<what>\S.*?)'s\s+prio(?:rity)?\s+(?:back\s+)?to\s+(?:none|nothing|no\s+priority)",
        _CLEARED,
    ),
    (
        r"(?:please\s+)?(?:set|change|make|put)\s+the\s+prio(?:rity)?\s+(?:of|on|for)\s+(?P<what>\S.*?)\s+(?:back\s+)?to\s+(?:none|nothing|no\s+priority)",
        _CLEARED,
    ),
    (
        r"(?:please\s+)?remove\s+(?P<what>it|that)(?:\s+again)?\s*,\s*(?:it|that)\s+(?:doesn't|does\s+not)\s+need\s+(?:an?|any)\s+prio(?:rity)?(?:\s+\w+)*",
        _CLEARED,
    ),
    (
        rf"(?:please\s+)?assign\s+(?P<what>\S.*?)\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?",
        _LEVEL,
    ),
    # "Hmm, better high".
    (
        rf"(?:(?:hm+|no|actually|well|ok(?:ay)?|wait|sorry)\b\W*)*(?:(?:better|rather|perhaps|maybe)\s+(?:make\s+it\s+|to\s+)?(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?)",
        r"make it \g<level>",
    ),
    (
        rf"(?:i(?:'d|\s+would)\s+(?:rather|prefer\s+to|like\s+to)|i\s+prefer\s+to|i\s+want\s+to)\s+have\s+(?P<what>\S.*?)\s+(?:(?:at|as|on|with|be)\s+)*(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?",
        _LEVEL,
    ),
    (
        rf"(?:please\s+)?(?:put|treat|let|keep|regard)\s+(?P<what>\S.*?)\s+(?:at|as|have|with)\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?",
        _LEVEL,
    ),
    (
        rf"(?P<what>\S.*?)\s+(?:should|must|needs?\s+to|has\s+to)\s+be\s+(?:marked|flagged|set)\s+(?:(?:as|to|at|a)\s+)*{_HIGH}(?:[\s-]+priority)?",
        _LEVEL,
    ),
    (
        rf"(?:please\s+)?(?:make|mark|set)\s+(?P<what>\S.*?)\s+(?:as\s+)?an?\s+{_HIGH}[\s-]+priority(?:\s+(?:task|one|item|to-?do))?",
        _LEVEL,
    ),
    (rf"{_HIGH}\s+(?:is|should\s+be)\s+the\s+priority\s+(?:of|for)\s+(?P<what>.+?)", _LEVEL),
    (
        rf"(?:place|put|assign|give|use|apply|set|lay)\s+(?:a\s+)?{_HIGH}[\s-]+(?:priority|prio|importance)\s+(?:on|to|for)\s+(?P<what>.+?)",
        _LEVEL,
    ),
    (
        rf"(?:please\s+)?(?:reduce|downgrade|upgrade|lower|raise|lift|demote|promote|bump|drop)\s+(?P<what>.+?)\s+(?:(?:down|up|back)\s+)?to\s+(?:a\s+)?{_HIGH}(?:\s+(?:priority|prio))?",
        _LEVEL,
    ),
    (
        rf"(?P<what>\S.*?)\s+(?:can|could|may|should|must)\s+be\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?",
        _LEVEL,
    ),
    (
        rf"(?P<what>\S.*?)\s+(?:isn't|aren't|is\s+not|are\s+not)\s+(?:(?:so|that|very|really|all\s+that|too|terribly)\s+)*(?:urgent|important|pressing)(?:\s+(?:any\s?more|any\s+longer|at\s+all|now))?\s*(?:,|,?\s*(?:so|and)\s)\s*(?:please\s+)?(?:(?:downgrade|make|set|put|mark|lower|drop|move|reduce|give)\s+(?:it|them|that)\s+)?(?:(?:down|to|as|at|a)\s+)*{_HIGH}(?:\s+(?:priority|prio))?(?:\s+(?:is|will|would)(?:\s+be)?\s+(?:do|fine|enough|ok(?:ay)?|plenty))?",
        _LEVEL,
    ),
    (
        rf"(?:there(?:'s|\s+is)\s+)?no\s+(?:real\s+)?(?:hurry|rush|pressure|stress|urgency)\s+(?:with|on|for|about)\s+(?P<what>[^,;]+?)\s*[,;]\s*(?:so\s+)?(?:(?:make|set|put|mark)\s+(?:it|that)\s+)?(?:(?:to|as|at|a)\s+)*{_HIGH}(?:\s+(?:priority|prio))?(?:\s+(?:is|will|would)(?:\s+be)?\s+(?:do|fine|enough|ok(?:ay)?|plenty))?",
        _LEVEL,
    ),
    (
        rf"(?:a\s+)?{_HIGH}(?:[\s-]+priority)?\s+(?:is|will|would)\s+(?:be\s+)?(?:more\s+than\s+)?(?:fine|enough|do|good|ok|right|plenty|better)\s+(?:for|with)\s+(?P<what>.+?)",
        _LEVEL,
    ),
    (
        rf"(?:the\s+|its\s+)?(?:priority|prio|importance)\s*(?:[:=]|(?:is|should\s+be))\s*{_HIGH}",
        r"make it \g<level>",
    ),
    lead=_LEAD,
    end=END,
)


_NOT = r"(?:\s+(?:isn't|aren't|is\s+not|are\s+not|was\s+not)|'s\s+not|'re\s+not)"
_HARDLY = r"(?:(?:that|so|very|too|all|really|super|particularly|terribly|especially)\s+)+"
_NO_MATTER = r"(?:important|urgent|pressing)(?:\s+(?:right\s+now|at\s+all|actually|really|any\s?more|at\s+the\s+moment|though|either))*"
_SO_LOW = r"(?:\s*,?\s+(?:so\s+)?(?:(?:put|make|set|mark)\s+(?:it|that)\s+(?:(?:on|to|at|as)\s+)?)?low(?:\s+prio(?:rity)?)?(?=\W*$|\s*[,.;]))?"
_SO_HIGH = r"(?:\s*,\s*(?:so\s+)?(?:(?:put|make|set|mark)\s+(?:it|that)\s+(?:(?:on|to|at|as)\s+)?)?high(?:\s+prio(?:rity)?)?(?=\W*$))?"
_WORDS = wordings(
    (
        r"\b(?:mid|middle|middling|moderate|average)[\s-]+(?:level\s+)?(?=prio(?:rity)?\b|importance\b)",
        "medium ",
    ),
    (
        r"\b(?P<to>prio(?:rity)?\b[^.;]{0,60}?\b(?:to|as|at|is)\s+)(?:moderate|mid|middle|average)\b",
        r"\g<to>medium",
    ),
    (
        r"\b(?:somewhere|right)\s+in\s+the\s+middle(?:\s+(?:priority[\s-]*wise|(?:on|in|of|for)\s+priority))?(?=\W*$|\s*[,.;]|\s+and\b)",
        "medium priority",
    ),
    (r"\b(?:of\s+)?(?P<level>high|low|medium)\s+importance\b", r"\g<level> priority"),
    (r"\bmedium\s+important\b", "medium priority"),
    (
        r"(?P<is>\b(?:it|that|this)(?:\s+(?:one|task))?(?:'s|\s+is))\s+(?:really\s+|absolutely\s+|very\s+)?(?:critical|crucial|vital|essential)(?=\W*$|\s*[,.;])",
        r"\g<is> urgent",
    ),
    (
        r"\bnot\s+an?\s+(?:high|big|top)\s+priority\s*,\s*(?:more\s+like|rather|but|just|more)\s+(?:a\s+)?(?P<level>medium|low)(?:\s+(?:one|priority))?\b",
        r"\g<level> priority",
    ),
    (
        rf"(?<=\w){_NOT}\s+{_HARDLY}{_NO_MATTER}{_SO_LOW}(?=\W*$|\s*[,.;])(?!\s*[,;]\s*(?:but\s+|and\s+)?(?:the|my)\s[\w' -]+\s(?:is|are)\b)",
        " is low priority",
    ),
    (
        rf"(?<=[\w\ue000-\uf8ff])\s*,\s*(?:but\s+)?(?:it\s*)?not\s+(?:{_HARDLY}{_NO_MATTER}|an?\s+(?:big|high|top)\s+priority){_SO_LOW}(?=\W*$)",
        ", low priority",
    ),
    (
        r"(?<=[\w\ue000-\uf8ff])\s*,?\s+but\s+it(?:'s|\s+is)\s+(?:unimportant|low\s+priority)(?=\W*$)",
        ", low priority",
    ),
    (rf"\bas\s+not\s+{_HARDLY}important\b", "as low priority"),
    (
        rf"(?<=\w)(?<!\bi)(?<!\bwe)(?<!\byou)(?<!\bhe)(?<!\bshe)(?<!\bthey)(?<!\bnothing)(?<!\beverything)(?<!\brest)\s+can\s+(?:easily\s+|surely\s+|probably\s+)?wait(?:\s+(?:though|after\s+all|for\s+now|a\s+bit|a\s+while))*{_SO_LOW}(?=\W*$|\s*,\s|\s+and\b)",
        " is low priority",
    ),
    (
        rf"(?<=\w)\s+(?:comes|goes)\s+(?:first|before\s+(?:everything|all|anything)(?:\s+else)?|before\s+(?:the\s+(?:others|rest)|all\s+others)){_SO_HIGH}(?=\W*$|\s*,(?!\s*(?:and\s+)?then\b))",
        " is high priority",
    ),
    (
        rf"(?<=\w)\s+is\s+the\s+one\s+that\s+(?:really\s+)?(?:matters|counts){_SO_HIGH}(?=\W*$)",
        " is high priority",
    ),
    (
        r"\b(?:increase|raise|turn\s+up|up)\s+(?:the\s+)?priority\s+(?:on|for|of)\s+(?=\S)",
        "raise the priority of ",
    ),
    (
        r"\bturn\s+up\s+(?P<what>\S.*?)'s\s+priority(?:\s+a\s+(?:notch|bit))?(?=\W*$)",
        r"raise the priority of \g<what>",
    ),
    (
        r"(?<=\w)\s*,\s*(?:and\s+)?(?P<level>high|low|medium|top)\s+prio(?:rity)?\s+for\s+(?:that|this|it)(?:\s+one)?(?=\W*$)",
        r", \g<level> priority",
    ),
    (
        r"(?<=\w)\s*,\s*(?:and\s+)?(?:that's|it's|that\s+is|it\s+is)\s+(?:really\s+|a\s+|very\s+)*(?P<level>high|low|medium|top)\s+prio(?:rity)?(?=\W*$)",
        r", \g<level> priority",
    ),
    (
        r"(?<=[\w\ue000-\uf8ff])\s*,\s*(?:and\s+)?(?:that's|it's|this\s+is)\s+(?:(?:really|very|quite|super|pretty)\s+)*(?:urgent|important)(?=\W*$)",
        ", high priority",
    ),
    (
        r"(?<=\w)\s+(?:just\s+)?(?:got|became|has\s+become|is\s+getting)\s+(?:really\s+|very\s+|quite\s+)?(?P<level>urgent|important)\b",
        r" is \g<level>",
    ),
)


def plain_levels(text: str) -> str:
    """The text with the words for a priority that the rules know: "the garage can wait" is of low priority."""
    if _INSIDE.search(text):
        return text
    # "I bought milk and Anna can wait" tells of two.
    return reword(_AND_WAITS.sub(r"\g<did>, ", text), _WORDS)


_AND_WAITS = re.compile(
    r"^(?P<did>\W*(?:i|we)\b[^,.;]*?)\s+and\s+(?=[\w' -]+\s+can\s+wait\W*$)", re.IGNORECASE
)
# "Ask if the order can wait" and "rename it to “…”" hold such words in what is to be done.
_INSIDE = re.compile(
    r"\b(?:if|whether|why|who|rename|tell|decide|nobody|no\s+one|never|find\s+out|essay|all\s+that|what\s+(?:is|comes))\b|\btask\s*:|^\W*(?:please\s+)?(?:forget|delete|remove|drop|cancel|scrap|skip)\b"
    r"|(?<=\w\s)(?<!n't\s)(?<!not\s)that\s+(?!one\b|task\b|is\b|can\b|comes\b)",
    re.IGNORECASE,
)
