"""Wordings of a wish for a priority: "low priority will do for the rent"."""

from __future__ import annotations

import re

from taskchat.model.embedded.date_phrasing import END

_HIGH = r"(?P<level>high|low|medium|top)(?:est)?"
_LEVEL_OF = re.compile(
    rf"^[^\w\ue000-\uf8ff]*{_HIGH}\s+(?:is|should\s+be)\s+the\s+priority\s+(?:of|for)\s+(?P<what>.+?){END}",
    re.IGNORECASE,
)
_LEVEL_FIRST = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:place|put|assign|give|use|apply|set|lay)\s+(?:a\s+)?{_HIGH}[\s-]+(?:priority|prio|importance)\s+(?:on|to|for)\s+(?P<what>.+?){END}",
    re.IGNORECASE,
)
_LEVEL_WILL_DO = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:a\s+)?{_HIGH}(?:[\s-]+priority)?\s+(?:is|will|would)\s+(?:be\s+)?(?:more\s+than\s+)?(?:fine|enough|do|good|ok|right|plenty|better)\s+(?:for|with)\s+(?P<what>.+?){END}",
    re.IGNORECASE,
)
_CAN_BE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:can|could|may|should|must)\s+be\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?{END}",
    re.IGNORECASE,
)
_LOWERS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:reduce|downgrade|upgrade|lower|raise|lift|demote|promote|bump|drop)\s+(?P<what>.+?)\s+(?:(?:down|up|back)\s+)?to\s+(?:a\s+)?{_HIGH}(?:\s+(?:priority|prio))?{END}",
    re.IGNORECASE,
)
_NOT_PRESSING = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:isn't|aren't|is\s+not|are\s+not)\s+(?:(?:so|that|very|really|all\s+that|too|terribly)\s+)*(?:urgent|important|pressing)(?:\s+(?:any\s?more|any\s+longer|at\s+all|now))?\s*(?:,|,?\s*(?:so|and)\s)\s*(?:please\s+)?(?:(?:downgrade|make|set|put|mark|lower|drop|move|reduce|give)\s+(?:it|them|that)\s+)?(?:(?:down|to|as|at|a)\s+)*{_HIGH}(?:\s+(?:priority|prio))?(?:\s+(?:is|will|would)(?:\s+be)?\s+(?:do|fine|enough|ok(?:ay)?|plenty))?{END}",
    re.IGNORECASE,
)
_NO_HURRY = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:there(?:'s|\s+is)\s+)?no\s+(?:real\s+)?(?:hurry|rush|pressure|stress|urgency)\s+(?:with|on|for|about)\s+(?P<what>[^,;]+?)\s*[,;]\s*(?:so\s+)?(?:(?:make|set|put|mark)\s+(?:it|that)\s+)?(?:(?:to|as|at|a)\s+)*{_HIGH}(?:\s+(?:priority|prio))?(?:\s+(?:is|will|would)(?:\s+be)?\s+(?:do|fine|enough|ok(?:ay)?|plenty))?{END}",
    re.IGNORECASE,
)
_LEVEL_ALONE = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:the\s+|its\s+)?(?:priority|prio|importance)\s*(?:[:=]|(?:is|should\s+be))\s*{_HIGH}{END}",
    re.IGNORECASE,
)
_KEEP_BUT = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?keep\s+(?P<what>\S.*?)\s*,?\s+but\s+(?:(?:make|set|mark|put)\s+(?:it|that)\s+)?(?:(?:to|at|as|with|a)\s+)*{_HIGH}[\s-]+(?:priority|prio){END}",
    re.IGNORECASE,
)
_LEVEL_AS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:put|treat|let|keep|regard)\s+(?P<what>\S.*?)\s+(?:at|as|have|with)\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?{END}",
    re.IGNORECASE,
)
_BE_MARKED = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?P<what>\S.*?)\s+(?:should|must|needs?\s+to|has\s+to)\s+be\s+(?:marked|flagged|set)\s+(?:(?:as|to|at|a)\s+)*{_HIGH}(?:[\s-]+priority)?{END}",
    re.IGNORECASE,
)
_LEVEL_TASK = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:make|mark|set)\s+(?P<what>\S.*?)\s+(?:as\s+)?an?\s+{_HIGH}[\s-]+priority(?:\s+(?:task|one|item|to-?do))?{END}",
    re.IGNORECASE,
)
_RATHER = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:i(?:'d|\s+would)\s+(?:rather|prefer\s+to|like\s+to)|i\s+prefer\s+to|i\s+want\s+to)\s+have\s+(?P<what>\S.*?)\s+(?:(?:at|as|on|with|be)\s+)*(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?{END}",
    re.IGNORECASE,
)
_ASSIGNS = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?assign\s+(?P<what>\S.*?)\s+(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?{END}",
    re.IGNORECASE,
)
# "Hmm, better high".
_BETTER = re.compile(
    rf"^[^\w\ue000-\uf8ff]*(?:(?:hm+|no|actually|well|ok(?:ay)?|wait|sorry)\b\W*)*(?:(?:better|rather|perhaps|maybe)\s+(?:make\s+it\s+|to\s+)?(?:a\s+)?{_HIGH}(?:[\s-]+(?:priority|prio))?){END}",
    re.IGNORECASE,
)
_LEVEL = r"make \g<what> \g<level>"
KEPT = (_KEEP_BUT, _LEVEL)
"""Before the wordings of a title, which "keep … but …" may look like."""
LEVELS = [
    (_ASSIGNS, _LEVEL),
    (_BETTER, r"make it \g<level>"),
    (_RATHER, _LEVEL),
    (_LEVEL_AS, _LEVEL),
    (_BE_MARKED, _LEVEL),
    (_LEVEL_TASK, _LEVEL),
    (_LEVEL_OF, _LEVEL),
    (_LEVEL_FIRST, _LEVEL),
    (_LOWERS, _LEVEL),
    (_CAN_BE, _LEVEL),
    (_NOT_PRESSING, _LEVEL),
    (_NO_HURRY, _LEVEL),
    (_LEVEL_WILL_DO, _LEVEL),
    (_LEVEL_ALONE, r"make it \g<level>"),
]
