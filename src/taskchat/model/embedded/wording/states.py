"""Wordings of how a task stands: that it is done, that it is wanted no more."""

from __future__ import annotations

from taskchat.model.embedded.wording.dates import DATE, END
from taskchat.model.embedded.wording.tables import wordings

_NO_MORE = r"(?:\s+(?:any\s?more|any\s+longer|now|after\s+all))?"
# "Two packs of nappies" are nappies.
_SO_MUCH = r"(?:an?|one|two|three|four|five|six|some|several|\d+)\s+(?:big\s+|large\s+|small\s+|whole\s+|new\s+|more\s+)?(?:packs?|packets?|bags?|bottles?|boxe?s?|loa(?:f|ves)|cans?|cartons?|jars?|bunch(?:es)?|kilos?|lit(?:er|re)s?|pints?|rolls?|pairs?|sacks?|sets?|tins?|tubs?|tubes?)\s+of\s+"
_TASK = (
    r"(?P<what>(?:the|my)\s+[^,;]+?\s+(?:task|one|item|to-?do)|[\ue000-\uf8ff]|it|that(?:\s+one)?)"
)
_SO = r"^[^\w\ue000-\uf8ff]*(?:(?:please|and|then|also|so|ok(?:ay)?|no|actually|just|can\s+you|could\s+you)\b\W*)*"
SAID_DONE = wordings(
    # "Task call the dentist completed", "I was able to book a table".
    (
        rf"{_SO}(?:the\s+)?task\s+(?P<what>(?!\d|(?:is|was|has)\b)[^,;]+?)\s+(?:is\s+|has\s+been\s+)?(?:now\s+)?(?:completed|done|finished){END}",
        r"mark \g<what> as done",
    ),
    (r"\b(?P<who>i|we)\s+(?:was|were)\s+(?:finally\s+)?able\s+to\s+(?=\w)", r"\g<who> managed to "),
    # "All filled up now".
    (
        rf"^[^\w\ue000-\uf8ff]*all\s+(?P<deed>\w+(?:ed|en|ght))(?P<up>\s+(?:up|out|off|in|down|away))?(?:\s+now)?{END}",
        r"it's \g<deed>\g<up>",
    ),
    (
        rf"^(?P<got>[^\w\ue000-\uf8ff]*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+)?(?:got|bought|picked\s+up|ordered|grabbed)\s+){_SO_MUCH}",
        r"\g<got>",
    ),
    (
        rf"\b(?:sent|wrote)\s+(?:that|the|my)\s+e-?mail{END}",
        "emailed him",
    ),
    # "Approved all the requests", but "finished all the tasks" is of the whole list.
    (
        r"^(?P<did>[^\w\ue000-\uf8ff]*(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:just\s+|already\s+|finally\s+)?(?!(?:finish|complet|delet|remov|mark|tick|add)ed\b)(?:[a-z]+ed|sent|bought|paid|wrote|made))\s+all\s+(?:of\s+)?(?=(?:the|my|our)\s+(?!(?:tasks|items|to-?dos|things|stuff)\b))",
        r"\g<did> ",
    ),
    (r"\bgave\s+(?P<what>[^,.;]{2,40}?)\s+back\b", r"returned \g<what>"),
    # "I made that call", "got hold of the plumber".
    (
        r"\b(?:made|had)\s+(?:that|the|my)\s+(?:phone\s+)?call\s+(?:to|with)\s+",
        "called ",
    ),
    (
        rf"\bmade\s+(?:that|the|my)\s+(?:phone\s+)?call{END}",
        "called him",
    ),
    (r"\b(?:got|gotten)\s+(?:hold\s+of|through\s+to)\s+", "called "),
    # "I got round to cancelling it".
    (r"\b(?:finally\s+)?got\s+a?round\s+to\s+(?=\w+ing\b)", "finished "),
    # "The report is written but not sent": what is left is another errand.
    (
        rf"(?P<is>\b(?:is|are|'s|'ve|has\s+been|have\s+been)\s+\w+(?:ed|en|ne|nt|id|ght|de|ld))\s+but\s+not\s+(?:yet\s+)?(?:sent|posted|mailed|emailed|delivered|shipped|submitted|signed|printed|published|handed\s+in)(?:\s+yet)?{END}",
        r"\g<is>",
    ),
    # "The essay is behind me", "that one's off my plate".
    (
        (
            r"(?P<is>\s(?:is|are)|'s|'re)\s+(?:(?:now|all|finally|another)\s+)*(?:behind\s+(?:me|us)|off\s+(?:my|our)\s+(?:plate|hands|mind|back)|dealt\s+with|settled|covered|one\s+(?:down|less)|(?<=another\s)one\s+down)"
            rf"{END}"
        ),
        r"\g<is> done",
    ),
)
# "… today", "… in cash", "… myself": it is wanted all the same, only not so.
_NOT_NOW = r"(?!.*\b(?:today|tonight|tomorrow|this|next|until|till|before|yet|by|in|on|at|with|from|alone|myself|ourselves|\w+day|week|month)\b)"
NOT_WANTED = wordings(
    (
        r"\b(?P<it>it|that|they)\s+(?:won't|will\s+not)\s+be\s+(?P<need>needed|necessary|required|wanted)(?:\s+(?:now|then|any\s?more|after\s+all))?(?=\W*$)",
        r"\g<it> is not \g<need>",
    ),
    # "I no longer have to buy milk", "make the milk task disappear".
    (
        rf"{_SO}(?P<who>i|we)\s+no\s+longer\s+have\s+to\s+{_NOT_NOW}(?P<what>[^,;]+?){_NO_MORE}{END}",
        r"\g<who> don't need to \g<what> any more",
    ),
    (
        rf"{_SO}(?P<who>i|we)\s+(?:don't|do\s+not|won't)\s+have\s+to\s+{_NOT_NOW}(?P<what>[^,;]+?)\s+(?:any\s?more|any\s+longer|after\s+all){END}",
        r"\g<who> don't need to \g<what> any more",
    ),
    (
        rf"{_SO}(?:don't\s+keep|dismiss|discard)\s+{_TASK}(?:\s+(?:any\s?more|any\s+longer|please))*{END}",
        r"delete \g<what>",
    ),
    (
        rf"{_SO}make\s+(?P<what>(?:the|my)\s+[^,;]+?\s+(?:task|one|item))\s+(?:disappear|vanish|go\s+away){END}",
        r"delete \g<what>",
    ),
    (
        rf"{_SO}(?:pull|get|have|(?:i|we)(?:'d|\s+would)?\s+(?:want|like))\s+{_TASK}\s+off\s+(?:of\s+)?(?:my|the)\s+list{END}",
        r"delete \g<what>",
    ),
    # "Add it again", of what was just deleted.
    (
        r"^[^\w\ue000-\uf8ff]*(?:(?:oh|no|wait|ok(?:ay)?|actually|please)\b\W*)*(?:add|create)\s+(?:it|that|them|that\s+one)\s+again(?:\s+please)?\W*$",
        "bring it back",
    ),
    # "Back pls", of what was just deleted.
    (
        r"^[^\w\ue000-\uf8ff]*(?:(?:oh|no|wait|oops|sorry)\b\W*)*back(?:\s+(?:please|pls|again))?\W*$",
        "bring it back",
    ),
    # "Stick that back on as open".
    (
        rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?(?:put|stick|set|mark|pop|move)\s+(?P<what>it|that|this|them|those|that\s+one|(?:the|my)\s+\S.*?)\s+back\s+(?:(?:on|up|in|down)\s+)?(?:as|to)\s+(?:open|pending|not\s+done|unfinished|to-?\s?do|undone){END}",
        r"reopen \g<what>",
    ),
    # "There's no deadline on that any more".
    (
        rf"^[^\w\ue000-\uf8ff]*(?:(?:actually|well|so|oh)\b\W*)*there(?:'s|\s+is)\s+no\s+{DATE}\s+(?:for|on)\s+(?P<what>\S.*?){_NO_MORE}{END}",
        r"clear the due date of \g<what>",
    ),
    # "No date for the water one".
    (
        rf"^[^\w\ue000-\uf8ff]*no\s+{DATE}\s+(?:needed\s+)?(?:for|on)\s+(?P<what>\S.*?)(?:\s+after\s+all)?{END}",
        r"clear the due date of \g<what>",
    ),
    # "No need to print anything any more".
    (
        rf"^[^\w\ue000-\uf8ff]*(?:there(?:'s|\s+is)\s+)?no\s+(?P<need>need\s+(?:to|for))\s+(?!.*\b(?:today|tonight|tomorrow|this|next|until|till|before|yet|now|by|in|\w+day|week|month)\b)(?P<what>[^,;]+?)(?:\s+anything)?{_NO_MORE}{END}",
        r"i don't \g<need> \g<what> any more",
    ),
    # "It's the insurance I don't need".
    (
        (
            r"^[^\w\ue000-\uf8ff]*it(?:'s|\s+is|\s+was)\s+(?P<what>(?:the|my)\s+[^,;]+?)\s+(?:that\s+)?(?P<not>(?:i|we)\s+(?:don't|do\s+not|no\s+longer)\s+(?:need|want))"
            rf"{_NO_MORE}{END}"
        ),
        r"\g<not> \g<what> any more",
    ),
    # "Delete the savings one, not needed any more": why.
    (
        (
            r"^(?P<order>[^\w\ue000-\uf8ff]*(?:please\s+)?(?:delete|remove|drop|scrap|cancel|take|bin|get\s+rid)\s[^,;]+?)\s*[,;\u2013\u2014-]+\s*(?:(?:it's|that's|they're)\s+)?(?:not|no\s+longer)\s+(?:needed|necessary|required|relevant|wanted)"
            rf"{_NO_MORE}{END}"
        ),
        r"\g<order>",
    ),
    # "Not the budget though, push that to tomorrow": what is spared of one act is meant by the next.
    (
        r"^[^\w\ue000-\uf8ff]*(?:but\s+)?not\s+(?P<what>(?:the|my)\s+[\w' -]+?)(?:\s+(?:though|yet|one))*\s*[,;]\s*(?:please\s+)?(?P<verb>push|move|put|make|set|mark|change|shift|bump|rename|reschedule)\s+(?:that|it)(?:\s+one)?\b",
        r"\g<verb> \g<what>",
    ),
    (
        rf"^[^\w\ue000-\uf8ff]*(?:please\s+)?knock\s+(?P<what>\S.*?)\s+on\s+the\s+head{END}",
        r"delete \g<what>",
    ),
)
