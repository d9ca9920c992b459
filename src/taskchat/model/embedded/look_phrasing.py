"""Wordings of a wish to see the list: "where does that leave me?", "run me through the rest"."""

from __future__ import annotations

import re

_SO = r"^[^\w\ue000-\uf8ff]*(?:(?:so|and|now|then|ok(?:ay)?|right|well)\b\W*)*"
_NOW = r"(?:\s+(?:now|then|so\s+far|at\s+the\s+moment|right\s+now|today))?\W*$"
_NOTES = r"(?:notes?|descriptions?|comments?|details?|remarks?)"
LOOKS = [
    (
        re.compile(
            rf"{_SO}(?:what|where)\s+(?:does|would)\s+(?:that|this|it)\s+leave\s+(?:me|us)(?:\s+with)?{_NOW}",
            re.IGNORECASE,
        ),
        "what's left",
    ),
    (
        re.compile(
            rf"{_SO}(?:what|how\s+much)\s+(?:am|are)\s+(?:i|we)\s+(?:still\s+)?(?:short\s+of|missing|lacking|left\s+with|down\s+to){_NOW}",
            re.IGNORECASE,
        ),
        "what's left",
    ),
    (
        re.compile(
            rf"{_SO}(?:where\s+(?:do|are|am)\s+(?:i|we)(?:\s+(?:stand|at))?|how\s+(?:does|is)\s+(?:it|(?:my|the)\s+list)\s+look(?:ing)?){_NOW}",
            re.IGNORECASE,
        ),
        "show me my list",
    ),
    (
        re.compile(
            rf"{_SO}what(?:'s|s|\s+is)\s+(?:still\s+)?on\s+(?:it|that|this){_NOW}", re.IGNORECASE
        ),
        "show me my list",
    ),
    (
        re.compile(
            rf"{_SO}(?:please\s+)?(?:run|walk|take|talk|lead)\s+(?:me|us)\s+through\s+(?P<what>\S.*)$",
            re.IGNORECASE,
        ),
        r"show me \g<what>",
    ),
    (
        re.compile(
            rf"{_SO}(?:please\s+)?remind\s+me\s*,\s*(?=(?:what|which|how\s+many)\b)", re.IGNORECASE
        ),
        "",
    ),
    # "What car things do I have", "what does it say about Ben".
    (
        re.compile(
            rf"{_SO}(?:what|which)\s+(?P<about>(?!(?:other|new|old|open|pending|kind|sort)\b)[\w'-]+)\s+(?:things|tasks|stuff|items|jobs|to-?dos)\s+(?:do\s+(?:i|we)\s+have|are\s+(?:there|left|open)|(?:have\s+)?(?:i|we)\s+got){_NOW}",
            re.IGNORECASE,
        ),
        r"show me my tasks about \g<about>",
    ),
    (
        re.compile(
            rf"{_SO}what\s+(?:does\s+(?:it|(?:my|the)\s+list)\s+say|do\s+(?:i|we)\s+have|is\s+there)\s+about\s+(?P<about>\S.*?)\W*$",
            re.IGNORECASE,
        ),
        r"show me my tasks about \g<about>",
    ),
    # "Status?", "what's on the board".
    (
        re.compile(
            rf"{_SO}(?:status|overview|summary|recap|(?:my\s+)?(?:day|agenda|plan))\s*\?*\W*$",
            re.IGNORECASE,
        ),
        "show me my list",
    ),
    (
        re.compile(
            rf"{_SO}what(?:'s|s|\s+is)\s+(?:still\s+)?(?:left\s+)?on\s+(?:the|my)\s+(?:board|plan|schedule|cards|menu){_NOW}",
            re.IGNORECASE,
        ),
        "show me my list",
    ),
    # What is noted for a task: "read me the notes for the vet", "what did I write down for the paint?".
    *(
        (re.compile(rf"{_SO}{pattern}\W*$", re.IGNORECASE), r"show me my tasks about \g<about>")
        for pattern in (
            rf"(?:please\s+)?(?:show|read|tell|give)\s+(?:me\s+|us\s+)?(?:the\s+|all\s+)*{_NOTES}\s+(?:of|for|on|about)\s+(?P<about>\S.*?)",
            rf"what\s+(?:does|do)\s+(?:the|my)\s+{_NOTES}\s+(?:of|for|on|about)\s+(?P<about>\S.*?)\s+say",
            rf"what(?:'s|s|\s+is|\s+are)\s+(?:in\s+)?(?:the|my)\s+{_NOTES}\s+(?:of|for|on|about)\s+(?P<about>\S.*?)",
            rf"(?:is|are)\s+there\s+(?:an?\s+|any\s+)?{_NOTES}\s+(?:of|for|on|about|with)\s+(?P<about>\S.*?)",
            r"what\s+(?:did|have)\s+i\s+(?:note|noted|write|written|wrote|put|jot|jotted)(?:\s+down)?\s+(?:for|about|on|under)\s+(?P<about>\S.*?)",
            r"(?:please\s+)?(?:find|look\s+up|look\s+for|search\s+for)\s+(?P<about>(?:the|my)\s+\S.*?\s(?:one|task))",
        )
    ),
    (
        re.compile(
            rf"{_SO}(?:please\s+)?(?:bring|get|catch)\s+(?:me|us)\s+up\s+(?:to\s+(?:speed|date)){_NOW}",
            re.IGNORECASE,
        ),
        "show me my list",
    ),
    (
        re.compile(
            rf"{_SO}(?:how\s+(?:am\s+i|are\s+we)\s+doing|what(?:'s|s|\s+is)\s+the\s+state\s+of\s+play|where\s+(?:should|do)\s+(?:i|we)\s+(?:start|begin)|how\s+far\s+(?:have\s+(?:i|we)\s+(?:got|come)|am\s+i|are\s+we)(?:\s+with\s+(?:everything|it\s+all|my\s+list))?|what(?:'s|s|\s+is)\s+in\s+here|(?:is\s+there\s+)?anything\s+(?:still\s+)?(?:outstanding|open|pending|left)){_NOW}",
            re.IGNORECASE,
        ),
        "what's left",
    ),
    (
        re.compile(
            rf"{_SO}(?:am\s+i|are\s+we)\s+(?:behind|late|overdue)(?:\s+(?:on|with)\s+(?:anything|something|things))?\W*$|{_SO}what\s+(?:am\s+i|are\s+we)\s+(?:late|behind)\s+(?:with|on){_NOW}",
            re.IGNORECASE,
        ),
        "what is overdue",
    ),
    (
        re.compile(
            rf"{_SO}(?:show\s+me\s+|what(?:'s|s|\s+is)\s+|how(?:'s|\s+is|\s+does)\s+|what\s+does\s+)(?:(?:my|the\s+rest\s+of\s+(?:the|my))\s+)(?P<when>week|day)(?:\s+(?:look(?:ing)?(?:\s+like)?|like))?\W*$",
            re.IGNORECASE,
        ),
        r"what is due this \g<when>",
    ),
    (
        re.compile(
            rf"{_SO}(?:please\s+)?(?:gimme|give\s+me)\s+my\s+(?:list|tasks|to-?dos?|todos?){_NOW}",
            re.IGNORECASE,
        ),
        "show me my list",
    ),
    (
        re.compile(
            rf"{_SO}(?:please\s+)?show\s+(?:me\s+)?the\s+(?P<level>important|urgent)\s+(?:stuff|things|ones|tasks){_NOW}",
            re.IGNORECASE,
        ),
        "show me my high priority tasks",
    ),
    (
        re.compile(
            rf"{_SO}(?:is|how\s+(?:is|busy\s+is))\s+(?P<when>tomorrow|today|\w+day|this\s+week|next\s+week)\s*(?:busy|full|looking|free)?\W*$",
            re.IGNORECASE,
        ),
        r"what is due \g<when>",
    ),
    (
        re.compile(
            rf"{_SO}(?:is\s+there\s+)?anything\s+(?:finished|done|completed)(?:\s+(?:yet|already|so\s+far))?\W*$",
            re.IGNORECASE,
        ),
        "show my completed tasks",
    ),
]
