"""Wordings of how a task stands: that it is done, that it is wanted no more."""

from __future__ import annotations

import re

from taskchat.model.embedded.date_phrasing import END

_NO_MORE = r"(?:\s+(?:any\s?more|any\s+longer|now|after\s+all))?"
SAID_DONE = [
    # "The essay is behind me", "that one's off my plate".
    (
        re.compile(
            r"(?P<is>\s(?:is|are)|'s|'re)\s+(?:(?:now|all|finally|another)\s+)*(?:behind\s+(?:me|us)|off\s+(?:my|our)\s+(?:plate|hands|mind|back)|dealt\s+with|settled|covered|one\s+(?:down|less)|(?<=another\s)one\s+down)"
            rf"{END}",
            re.IGNORECASE,
        ),
        r"\g<is> done",
    ),
]
NOT_WANTED = [
    # "No need to print anything any more".
    (
        re.compile(
            rf"^[^\w\ue000-\uf8ff]*(?:there(?:'s|\s+is)\s+)?no\s+(?P<need>need\s+(?:to|for))\s+(?P<what>[^,;]+?)(?:\s+anything)?{_NO_MORE}{END}",
            re.IGNORECASE,
        ),
        r"i don't \g<need> \g<what> any more",
    ),
    # "It's the insurance I don't need".
    (
        re.compile(
            r"^[^\w\ue000-\uf8ff]*it(?:'s|\s+is|\s+was)\s+(?P<what>(?:the|my)\s+[^,;]+?)\s+(?:that\s+)?(?P<not>(?:i|we)\s+(?:don't|do\s+not|no\s+longer)\s+(?:need|want))"
            rf"{_NO_MORE}{END}",
            re.IGNORECASE,
        ),
        r"\g<not> \g<what> any more",
    ),
    # "Delete the savings one, not needed any more": why.
    (
        re.compile(
            r"^(?P<order>[^\w\ue000-\uf8ff]*(?:please\s+)?(?:delete|remove|drop|scrap|cancel|take|bin|get\s+rid)\s[^,;]+?)\s*[,;\u2013\u2014-]+\s*(?:(?:it's|that's|they're)\s+)?(?:not|no\s+longer)\s+(?:needed|necessary|required|relevant|wanted)"
            rf"{_NO_MORE}{END}",
            re.IGNORECASE,
        ),
        r"\g<order>",
    ),
    # "Not the budget though, push that to tomorrow": what is spared of one act is meant by the next.
    (
        re.compile(
            r"^[^\w\ue000-\uf8ff]*(?:but\s+)?not\s+(?P<what>(?:the|my)\s+[\w' -]+?)(?:\s+(?:though|yet|one))*\s*[,;]\s*(?:please\s+)?(?P<verb>push|move|put|make|set|mark|change|shift|bump|rename|reschedule)\s+(?:that|it)(?:\s+one)?\b",
            re.IGNORECASE,
        ),
        r"\g<verb> \g<what>",
    ),
    (
        re.compile(
            rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?knock\s+(?P<what>\S.*?)\s+on\s+the\s+head{END}",
            re.IGNORECASE,
        ),
        r"delete \g<what>",
    ),
]
