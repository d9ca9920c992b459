"""A message made ready to be cut into clauses: plain signs, one wording, no written list."""

from __future__ import annotations

import re

from taskchat.model.embedded.framing import frames_several, spell_items

# Said between two wishes, or beside one.
_MEANWHILE = re.compile(
    r"(?:\b(and)\s*)?(,)?\s*\bwhile\s+(?:you|we|i)(?:'re|\s+are|'m|\s+am)\s+(?:at\s+it|there|here|on\s+it|about\s+it|at\s+that)\b\s*,?\s*",
    re.IGNORECASE,
)
# "Buy milk is done, so is the rent".
_SO_IS = re.compile(
    r"(?P<first>\b[^,.;!?]+?)\s+(?P<done>(?:is|are|'s)\s+(?:\w+\s+)?(?:done|finished|complete|completed|sorted|paid|booked))"
    r"\s*,?\s+(?:and\s+)?so\s+(?:is|are)\s+(?P<second>[^,.;!?]+)",
    re.IGNORECASE,
)


# "How about the first one?" asks, it orders nothing.
_HOW_ABOUT = re.compile(
    r"\bhow\s+about\s+(?=(?:the\s+)?(?:first|second|third|fourth|last|other|next)(?:\s+(?:one|task|item))?\s*\?)",
    re.IGNORECASE,
)
# "The agenda is due tomorrow and the room on Thursday".
_TWO_DUE = re.compile(
    r"\b(?P<due>(?:is|are)\s+due)\s+(?P<first>[^,.;!?]{2,30}?),?\s+and\s+(?P<second>(?:the|my)\s+(?:(?!(?:is|are|was|has|have|needs?)\b)[\w'-]+\s+){1,4}?)(?:is\s+|are\s+)?"
    r"(?P<last>(?:on|by|at|before|next|tomorrow|today)\b[^,.;!?]{0,30})[\s.!]*$",
    re.IGNORECASE,
)
# "We're out of tea, remind me to get some": of what there is none left.
_GET_SOME = re.compile(
    r"\b(?P<out>out\s+of|low\s+on|short\s+of)\s+(?P<what>[\w' -]{2,40}?)(?:\s+(?:again|already|now))?\s*(?:[,.;]\s*(?:and\s+|so\s+)?|\s+(?:and|so)\s+)(?P<lead>[^,.;?!]{0,60}?\b(?:get|buy|order|grab|pick\s+up|fetch)\s+)(?:(?P<some>some(?:\s+more)?|more)|it|them|those)"
    r"(?=\W*$|\s+(?:for|on|by|tomorrow|today|tonight|this|next)\b)",
    re.IGNORECASE,
)


def _named_again(found: re.Match[str]) -> str:
    some = f"{found['some']} " if found["some"] else ""
    return f"{found['out']} {found['what']}. {found['lead']}{some}{found['what']}"


# "So is the post, collected".
_SO_IS_DEED = re.compile(
    r"^\W*so\s+(?P<be>is|are)\s+(?P<what>(?:the|my)\s+[^,.!?]+?)\s*,\s*(?P<deed>\w+(?:ed|ght|en|ne|nt|id))\b",
    re.IGNORECASE,
)
# "Add these: order boxes, cancel internet": a row whose items may sound like orders themselves.
_ROW = re.compile(
    r"(?:^|(?<=[.!?]\s))(?P<lead>[^:.!?\n\"]{2,60}):\s*(?P<items>[^:.!?\n\"]+,[^:!?\n\"]+)$"
)


# "Could you add two things? Scrub the bath, and fix the tap."
_ANNOUNCED = re.compile(
    r"(?P<lead>\b(?:add|put|note|create|need|have|got)\b[^.?!:\n]*\b(?:two|three|four|five|[2-5]|some|few|couple|these|following)\s+(?:more\s+|new\s+|other\s+)*(?:things|tasks|items|to-?dos|reminders)(?:\s+(?:for\s+me|please|on|to|my|the|list|in))*)\s*[.?!]\s+(?=\w[^.?!]*,)",
    re.IGNORECASE,
)


def _row_spelled(found: re.Match[str]) -> str:
    if not frames_several(found["lead"]):
        return found[0]
    items = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", found["items"].strip(" ."))
    return "\n".join(f"add {item}" for item in items if item)


def tidy(text: str) -> str:
    """The message in plain characters, without what is only said meanwhile, its list items as wishes."""
    # Private characters of the sender's own would be taken for hidden quotes.
    text = re.sub(r"[\ue000-\uf8ff\x00-\x08\x0b-\x1f\x7f]", " ", text)
    text = text.translate(
        {ord(c): "'" for c in "\u2019\u2018\u00b4"}
        | {ord(c): '"' for c in "\u201c\u201d\u201e\u00ab\u00bb"}
    )
    # "Milk? Done." is told as "milk is done" is.
    text = re.sub(
        r"(?<=\w)\?\s+(?=(?:done|finished|sorted|bought|paid)\W*(?:$|[.!,;]))",
        " is ",
        text,
        flags=re.I,
    )
    # "Sorry, 4pm I meant" puts first what is right.
    text = re.sub(
        r"^(?P<lead>\W*(?:(?:no|nope|sorry|oops|wait|oh|hm+|ah|um+)\b\W*)*)(?P<what>\S[^,.;!?]{0,40}?),?\s+i\s+meant?\W*$",
        r"\g<lead>I meant \g<what>",
        text,
        flags=re.I,
    )
    # "Call Mark with a k".
    text = re.sub(
        r"(?<=\w),?\s+(?:spelled\s+|spelt\s+)?with\s+(?:a|an|one|two)\s+[a-z]s?(?=\W*$)",
        "",
        text,
        flags=re.I,
    )
    # "Actually no date, take it off."
    text = re.sub(
        r"\bno\s+(?:due\s+)?(?:date|deadline)\s*[,;.\u2013\u2014-]+\s*(?:please\s+)?(?:take|remove|drop|delete|clear)\s+(?:it|that)(?:\s+(?:off|away|again|out))?(?=\W*$)",
        "clear the due date",
        text,
        flags=re.I,
    )
    # "It's not Karl, it's Kurt. Change it to Meet Kurt."
    text = re.sub(
        r"^\W*(?:(?:no|oh|sorry|wait|oops)\b\W*)*(?:it's|it\s+is|that's|the\s+name\s+is)\s+not\s+(?P<old>[\w'-]+)\s*[,;]\s*(?:but\s+|(?:it's|it\s+is|(?:the|my)\s+\w+\s+is\s+with)\s+)(?P<new>[\w'-]+)\s*[.,;]\s*(?:so\s+)?(?:please\s+)?(?:change|rename|correct|fix)\s+(?:it|that)\s+to\s+(?P<title>\S.*)$",
        r"rename \g<old> to \g<title>",
        text,
        flags=re.I,
    )
    # "I've checked the sheets, and payroll is due on 28 May": of two tasks.
    text = re.sub(
        r"^(?P<did>\W*(?:i|we)(?:'ve|\s+have)?\s+[^,.;]+?),?\s+and\s+(?P<rest>(?:(?:the|my)\s+)?[\w'-]+(?:\s+[\w'-]+){0,2}\s+(?:is|are)\s+(?:due|high|low|medium|urgent)\b)",
        r"\g<did>. \g<rest>",
        text,
        flags=re.I,
    )
    # "The slides are high priority and due the same day."
    text = re.sub(
        r"^(?P<what>[^,.;]+?)\s+(?P<be>is|are)\s+(?P<level>high|low|medium)(?:\s+priority)?\s*,?\s+and\s+due\s+(?:on\s+)?the\s+same\s+(?:day|date)(?=\W*$)",
        r"\g<what> \g<be> \g<level> priority. \g<what> \g<be> due on the same day",
        text,
        flags=re.I,
    )
    # "And the cake? Same day."
    text = re.sub(
        r"^\W*(?:and\s+|what\s+about\s+)?(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\?\s+(?:the\s+)?(?P<same>same\s+(?:day|date))\W*$",
        r"use the \g<same> for \g<what>",
        text,
        flags=re.I,
    )
    text = re.sub(r"(?<=\w)\s+[:;]-?[()/|DPp](?=\s|$)", ".", text)
    # "Thank youuu" is thanks.
    text = re.sub(r"(?<=[a-z])(?P<one>[a-vyz])(?P=one){2,}\b", r"\g<one>", text)
    text = _MEANWHILE.sub(lambda found: "and " if found[1] else ", " if found[2] else " ", text)
    text = _ANNOUNCED.sub(r"\g<lead>: ", text)
    text = _ROW.sub(_row_spelled, text)
    text = _SO_IS_DEED.sub(r"\g<what> \g<be> \g<deed>", text)
    text = _GET_SOME.sub(_named_again, text)
    text = _HOW_ABOUT.sub("what about ", text)
    text = _TWO_DUE.sub(r"\g<due> \g<first>. \g<second> \g<due> \g<last>", text)
    text = _SO_IS.sub(r"\g<first> and \g<second> \g<done>", text)
    text = re.sub(r"(?m)^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", spell_items(text))
    text = re.sub(
        r"^((?:the|my)\s+\w+)'s\s+(?=(?:on|at|due|now|been|moved)\b)", r"\1 is ", text, flags=re.I
    )
    text = re.sub(r"(?<![\w'])(?:u+h+m*|u+m+|e+rm+)\b,?(?![\w'])", " ", text, flags=re.IGNORECASE)
    return re.sub(r"[ \t\u00a0]+", " ", text).strip()
