"""Wordings of a wish to see the list: "where does that leave me?", "run me through the rest"."""

from __future__ import annotations

from taskchat.model.embedded.wording.tables import wordings

_SO = r"^[^\w\ue000-\uf8ff]*(?:(?:so|and|now|then|ok(?:ay)?|right|well)\b\W*)*"
_NOW = r"(?:\s+(?:now|then|so\s+far|at\s+the\s+moment|right\s+now|today))?\W*$"
_NOTES = r"(?:notes?|descriptions?|comments?|details?|remarks?)"
LOOKS = wordings(
    (
        rf"{_SO}(?:what's|what\s+is|what)\s+(?:there|stays|remains)(?:\s+(?:now|then))?{_NOW}",
        "show me my list",
    ),
    (
        r"^\W*(?:(?:please|can\s+you|could\s+you|just|now|ok(?:ay)?|so)\b[\s,]*)*give\s+(?:me\s+)?(?:only\s+|just\s+|all\s+)?(?:the|my)\s+(?P<state>open|pending|completed|finished|remaining|unfinished|overdue)\s+(?:tasks|ones|items|to-?dos)(?:\s+(?:please|again|then|now))*\W*$",
        r"show me the \g<state> tasks",
    ),
    (
        r"^\W*what\s+should\s+i\s+(?:be\s+)?(?:working|work)\s+on(?:\s+(?:now|next|today|first))?\W*$",
        "what is pending",
    ),
    (
        r"^\W*(?:(?:please|can\s+you|could\s+you|just|now)\s+)*(?:show|list|give|tell|read)\s+(?:me\s+)?(?:(?:only|just)\s+)?(?:what(?:ever)?|everything|all|those|the\s+ones|the\s+tasks)\s+(?:(?:that|which)\s+)?(?:(?:is|are|'s)\s+not|isn't|aren't|hasn't\s+been|haven't\s+been)\s+(?:yet\s+)?(?:done|finished|completed?|ticked\s+off)(?:\s+yet)?\W*$",
        "show me the open tasks",
    ),
    (
        rf"{_SO}(?:what|where)\s+(?:does|would)\s+(?:that|this|it)\s+leave\s+(?:me|us)(?:\s+with)?{_NOW}",
        "what's left",
    ),
    (
        rf"{_SO}(?:what|how\s+much)\s+(?:am|are)\s+(?:i|we)\s+(?:still\s+)?(?:short\s+of|missing|lacking|left\s+with|down\s+to){_NOW}",
        "what's left",
    ),
    (
        rf"{_SO}(?:where\s+(?:do|are|am)\s+(?:i|we)(?:\s+(?:stand|at))?|how\s+(?:does|is)\s+(?:it|(?:my|the)\s+list)\s+look(?:ing)?){_NOW}",
        "show me my list",
    ),
    (
        rf"{_SO}what(?:'s|s|\s+is)\s+(?:still\s+)?on\s+(?:it|that|this)(?:\s+again)?{_NOW}",
        "show me my list",
    ),
    (
        rf"{_SO}(?:please\s+)?(?:run|walk|take|talk|lead)\s+(?:me|us)\s+through\s+(?P<what>\S.*)$",
        r"show me \g<what>",
    ),
    (
        rf"{_SO}(?:please\s+)?remind\s+me\s*,\s*(?=(?:what|which|how\s+many)\b)",
        "",
    ),
    # "What car things do I have", "what does it say about Ben".
    (
        rf"{_SO}(?:what|which)\s+(?P<about>(?!(?:other|new|old|open|pending|kind|sort)\b)[\w'-]+)\s+(?:things|tasks|stuff|items|jobs|to-?dos)\s+(?:do\s+(?:i|we)\s+have|are\s+(?:there|left|open)|(?:have\s+)?(?:i|we)\s+got){_NOW}",
        r"show me my tasks about \g<about>",
    ),
    (
        rf"{_SO}what\s+(?:does\s+(?:it|(?:my|the)\s+list)\s+say|do\s+(?:i|we)\s+have|is\s+there)\s+about\s+(?P<about>\S.*?)\W*$",
        r"show me my tasks about \g<about>",
    ),
    # "Status?", "what's on the board".
    (
        rf"{_SO}(?:status|overview|summary|recap|(?:my\s+)?(?:day|agenda|plan))\s*\?*\W*$",
        "show me my list",
    ),
    (
        rf"{_SO}what(?:'s|s|\s+is)\s+(?:still\s+)?(?:left\s+)?on\s+(?:the|my)\s+(?:board|plan|schedule|cards|menu){_NOW}",
        "show me my list",
    ),
    # What is noted for a task: "read me the notes for the vet", "what did I write down for the paint?".
    *(
        (rf"{_SO}{pattern}\W*$", r"show me my tasks about \g<about>")
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
        rf"{_SO}(?:please\s+)?(?:bring|get|catch)\s+(?:me|us)\s+up\s+(?:to\s+(?:speed|date)){_NOW}",
        "show me my list",
    ),
    (
        rf"{_SO}(?:how\s+(?:am\s+i|are\s+we)\s+doing|what(?:'s|s|\s+is)\s+the\s+state\s+of\s+play|where\s+(?:should|do)\s+(?:i|we)\s+(?:start|begin)|how\s+far\s+(?:have\s+(?:i|we)\s+(?:got|come)|am\s+i|are\s+we)(?:\s+with\s+(?:everything|it\s+all|my\s+list))?|what(?:'s|s|\s+is)\s+in\s+here|(?:is\s+there\s+)?anything\s+(?:still\s+)?(?:outstanding|open|pending|left)){_NOW}",
        "what's left",
    ),
    (
        rf"{_SO}(?:am\s+i|are\s+we)\s+(?:behind|late|overdue)(?:\s+(?:on|with)\s+(?:anything|something|things))?\W*$|{_SO}what\s+(?:am\s+i|are\s+we)\s+(?:late|behind)\s+(?:with|on){_NOW}",
        "what is overdue",
    ),
    (
        rf"{_SO}(?:show\s+me\s+|what(?:'s|s|\s+is)\s+|how(?:'s|\s+is|\s+does)\s+|what\s+does\s+)(?:(?:my|the\s+rest\s+of\s+(?:the|my))\s+)(?P<when>week|day)(?:\s+(?:look(?:ing)?(?:\s+like)?|like))?\W*$",
        r"what is due this \g<when>",
    ),
    (
        rf"{_SO}(?:please\s+)?(?:gimme|give\s+me)\s+my\s+(?:list|tasks|to-?dos?|todos?){_NOW}",
        "show me my list",
    ),
    (
        rf"{_SO}(?:please\s+)?show\s+(?:me\s+)?the\s+(?P<level>important|urgent)\s+(?:stuff|things|ones|tasks){_NOW}",
        "show me my high priority tasks",
    ),
    (
        rf"{_SO}(?:is|how\s+(?:is|busy\s+is))\s+(?P<when>tomorrow|today|\w+day|this\s+week|next\s+week)\s*(?:busy|full|looking|free)?\W*$",
        r"what is due \g<when>",
    ),
)
