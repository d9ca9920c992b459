"""A message made ready to be cut into clauses: plain signs, one wording, no written list."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.framing import frames_several, spell_items
from taskchat.model.embedded.wording.clearing import phrase_clearing
from taskchat.model.embedded.wording.courtesy import without_courtesy
from taskchat.model.embedded.wording.messages import phrase_message
from taskchat.model.embedded.wording.moves import without_around
from taskchat.model.embedded.wording.putting_right import phrase_correction
from taskchat.model.embedded.wording.same_words import in_one_word
from taskchat.model.embedded.wording.wishes import phrase_wish

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
# "So is the post, collected".
_SO_IS_DEED = re.compile(
    r"^\W*so\s+(?P<be>is|are)\s+(?P<what>(?:the|my)\s+[^,.!?]+?)\s*,\s*(?P<deed>\w+(?:ed|ght|en|ne|nt|id))\b",
    re.IGNORECASE,
)
# "Add these: order boxes, cancel internet": a row whose items may sound like orders themselves.
_ROW = re.compile(
    r"(?:^|(?<=[.!?]\s))(?P<lead>[^:.!?\n\"]{2,60}):\s*(?P<items>[^:.!?\n\"]+(?:[,;]|\sand\s)[^:!?\n\"]+?)(?=\.?\s*(?:(?<=\.\s)(?:thanks|thank\s+you|cheers)\b[^.]*\.?)?$)"
)


# "Could you add two things? Scrub the bath, and fix the tap."
_ANNOUNCED = re.compile(
    r"(?P<lead>\b(?:add|put|note|create|need|have|got)\b[^.?!:\n]*\b(?:two|three|four|five|[2-5]|some|few|couple|these|following)\s+(?:more\s+|new\s+|other\s+)*(?:things|tasks|items|to-?dos|reminders)(?:\s+(?:for\s+me|please|on|to|my|the|list|in))*)\s*[.?!]\s+(?=\w[^.?!]*,)",
    re.IGNORECASE,
)


_TWO = 2
_SAYS_TWO = re.compile(r"\b(?:two|2|both|couple)\b", re.IGNORECASE)


def _row_spelled(found: re.Match[str]) -> str:
    if not frames_several(found["lead"]):
        return found[0]
    joint = r"\s*;\s*(?:and\s+)?" if ";" in found["items"] else r"\s*,\s*(?:and\s+)?|\s+and\s+"
    items = re.split(joint, found["items"].strip(" ."))
    if not re.search("[,;]", found["items"]) and (
        len(items) != _TWO or not _SAYS_TWO.search(found["lead"])
    ):
        return found[0]  # "add two tasks: buy bread and butter and call mum"
    return "\n".join(f"add {item}" for item in items if item)


def tidy(text: str) -> str:
    """The message in plain characters, without what is only said meanwhile, its list items as wishes."""
    # Private characters of the sender's own would be taken for hidden quotes.
    text = re.sub(r"[\ue000-\uf8ff\x00-\x08\x0b-\x1f\x7f]", " ", text)
    text = text.translate(
        {ord(c): "'" for c in "\u2019\u2018\u00b4"}
        | {ord(c): '"' for c in "\u201c\u201d\u201e\u00ab\u00bb"}
    )
    # Long runs of blanks cost the patterns dear, and tell nothing.
    text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    # "Milk? Done." is told as "milk is done" is.
    text = re.sub(
        r"(?<=\w)\?\s+(?=(?:done|finished|sorted|bought|paid)\W*(?:$|[.!,;]))",
        " is ",
        text,
        flags=re.I,
    )
    text = phrase_clearing(phrase_correction(in_one_word(without_courtesy(text))))
    text = phrase_message(phrase_wish(without_around(text)))
    text = re.sub(r"(?<=\w)\s+[:;]-?[()/|DPp](?=\s|$)", ".", text)
    # "Thank youuu" is thanks.
    text = re.sub(r"(?<=[a-z])(?P<one>[a-vyz])(?P=one){2,}\b", r"\g<one>", text)
    text = _MEANWHILE.sub(lambda found: "and " if found[1] else ", " if found[2] else " ", text)
    text = _ANNOUNCED.sub(r"\g<lead>: ", text)
    text = _ROW.sub(_row_spelled, text)
    text = _SO_IS_DEED.sub(r"\g<what> \g<be> \g<deed>", text)
    text = _HOW_ABOUT.sub("what about ", text)
    text = _TWO_DUE.sub(r"\g<due> \g<first>. \g<second> \g<due> \g<last>", text)
    text = _SO_IS.sub(r"\g<first> and \g<second> \g<done>", text)
    text = re.sub(r"(?m)^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", spell_items(text))
    text = re.sub(
        r"^((?:the|my)\s+\w+)'s\s+(?=(?:on|at|due|now|been|moved)\b)", r"\1 is ", text, flags=re.I
    )
    text = re.sub(r"(?<![\w'])(?:u+h+m*|u+m+|e+rm+)\b,?(?![\w'])", " ", text, flags=re.IGNORECASE)
    return re.sub(r"[ \t\u00a0]+", " ", text).strip()
