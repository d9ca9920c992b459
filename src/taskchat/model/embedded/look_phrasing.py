"""Wordings of a wish to see the list: "where does that leave me?", "run me through the rest"."""

from __future__ import annotations

import re

_SO = r"^[^\w\ue000-\uf8ff]*(?:(?:so|and|now|then|ok(?:ay)?|right|well)\b\W*)*"
_NOW = r"(?:\s+(?:now|then|so\s+far|at\s+the\s+moment|right\s+now|today))?\W*$"
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
]
