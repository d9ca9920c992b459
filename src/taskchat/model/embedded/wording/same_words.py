"""Words that mean the same, put in the one that the rules know: "entry two" is "task 2".

Only words around a wish are exchanged. What a title or a note may hold is left as its writer said it.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.wording.tables import reword, wordings

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_END = r"(?=\s*(?:[.,;!?]|$))"
_MADE = r"(?:added|created|made|entered|put\s+(?:on|in))"
_WORDS = wordings(
    # A task by its number.
    (r"\b(?:entry|item|to-?do|todo|point|task\s+(?:number|no\.?|nr\.?))\s+#?(?=\d+\b)", "task "),
    (r"\bnumber\s+one\s+priority\b", "high priority"),
    (r"\bthe\s+other(?=\s*(?:[.,;!?]|$)|\s+(?:is|was|can|could|should|must|needs|has|to|on|for|at|too|as\s+well|tomorrow|today|please|by)\b)(?!\s+(?:day|night)\b)", "the other one"),
    (r"\bboth\s+of\s+them\b", "both"),
    (r"\b(?:option|choice|no\.|nr\.)\s*#?(?=\d+\b)", "number "),
    (r"\bboth\s+(?=(?:tasks?\s+|numbers?\s+)?#?\d+\s+and\s+#?\d)", ""),
    (r"\bthe\s+remaining\s+open\s+(?=one\b|task\b)", "the remaining "),
    # A task by when it was told.
    (r"(?<!\bwhat\s)(?<!\bwhat's\s)\b(?:the|my)\s+(?:most\s+recent(?:ly\s+added)?|latest|newest|last\s+added)\s+(?:one|task|item|entry|to-?do)\b", "the one I just added"),
    (rf"\b(?:the\s+(?:task|one|item|thing)\s+(?:that\s+)?i(?:'ve|\s+have)?\s+{_MADE}\s+(?:last|most\s+recently|just\s+now)|(?<!^)(?<!\bknow\s)what\s+i(?:'ve|\s+have)?\s+just\s+{_MADE})\b", "the one I just added"),
    (rf"^what\s+i(?:'ve|\s+have)?\s+just\s+{_MADE}\b(?=\s+(?:is|can|should|must|has|needs)\b)", "the one I just added"),
    (r"\bthis\s+(?=(?:task|item)\s+(?!(?:please|too)\b)\w)(?!\w+\s+to\s+(?:my|the)\b)", "that "),
    # "Show me the presents that are still pending."
    (r"(?P<lead>^\W*|[.!]\s+)(?:(?:please|can\s+you|could\s+you|just)\s+)*(?:show|list|display|tell|give)(?:\s+me)?\s+(?:(?:only|just|all)\s+)*(?:the|my)\s+(?P<what>(?!(?:tasks|ones|items|things|to-?dos)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:that|which)\s+(?:(?:are|is)\s+(?:still\s+)?(?:not\s+(?:yet\s+)?(?:done|finished|completed?)|pending|open|unfinished|left|outstanding)|(?:aren't|isn't|haven't\s+been)\s+(?:yet\s+)?(?:done|finished|completed?))(?:\s+yet)?(?=\W*$)", r"\g<lead>which \g<what> are still open?"),
    # Said beside what counts.
    (r"(?<=\w)\s+either(?=\s*[,;.!]|\s*$)", ""),
    (r"^\W*(?:hm+\W+)?no\W+(?:that|it)\s+was\s+[^.;,]{3,40}[.;]\s*(?=(?:please\s+)?(?:reopen|undo|restore|bring|uncheck|untick)\b)", ""),
    (r"\b(?:i'm|i\s+am|we're)\s+(?:all\s+|now\s+)?(?:through|done|finished)\s+with\s+(?=(?:tasks?\s+|numbers?\s+)?#?\d)", "I finished "),
    (r"(?P<did>^\W*(?:done|finished)\s+(?:with\s+)?the\s+(?!(?:new|old|last|first|second|other|next|same|whole)\b)[\w']+)\s+job(?=\W*$)", r"\g<did> one"),
    # How a task stands.
    (rf"(?P<lead>\b(?:what's|what\s+is|is|are|still|me|which|as|to|list|my|the|any|all)\s+)(?:outstanding|unfinished|unresolved)(?={_END}|\s+(?:tasks|ones|items|things|to-?dos)\b)", r"\g<lead>open"),
    (rf"\bits(?=\s+(?:now\s+)?(?:{_DAY}|tomorrow|today|\d|not|done|finished|been|called|spelled|spelt|with|at)\b)", "it's"),
    (r"^(?P<lead>\W*(?:(?:please|and|no|sorry|ok(?:ay)?|then|also|can\s+you|could\s+you)\b\W*)*)alter(?=\s)", r"\g<lead>change"),
    (r"\b(?P<who>i|we)\s+have\s+(?:already|just|finally|now)\s+(?=(?:read|set|put|cut|hung|shut)\s)", r"\g<who> already "),
)  # fmt: skip
_NUMBERED = re.compile(rf"\b(?P<what>task|number|item|entry)\s+(?P<count>{'|'.join(_COUNTED)})\b(?!\s+(?:of|hundred|priority)\b)", re.IGNORECASE)  # fmt: skip


# What is to be kept may hold any of these words.
_KEEPS = re.compile(
    r"\W*(?:(?:please|and|also|then|ok(?:ay)?|hi|hey|hello|oh|so|can\s+you|could\s+you)\b\W*)*(?:add|create|new|remind|remember|don't|note|write|jot|save|make\s+an?|i\s+(?:also\s+|still\s+)?(?:need|have(?!\s+(?:already|just|finally)\s)|must|want|should)|we\s+(?:need|have(?!\s+(?:already|just|finally)\s)|must)|buy|read|order|pay|sell)\b|(?:put|get|call|take|give)\b(?!\s+(?:rid|it|that|the\s+(?:most|task|one|latest|newest|last|other)|what\s+i|both)\b)|[^:]*:\s*\w",
    re.IGNORECASE,
)
_RENAMES = re.compile(
    r"\W*(?:\w+\s+){0,2}?(?:rename|retitle|change|call|reword)\b.*?\sto\s", re.IGNORECASE
)


def in_one_word(text: str) -> str:
    """The message with each of these said in the words that the rules know."""
    if _KEEPS.match(text) or '"' in text or "\n" in text:
        return text
    renamed = _RENAMES.match(text)
    if renamed is not None:
        return f"{plain_words(renamed[0])}{text[renamed.end() :]}"
    return plain_words(text)


def plain_words(text: str) -> str:
    """The words, which hold no title, in those that the rules know."""
    text = _NUMBERED.sub(
        lambda found: f"{found['what']} {_COUNTED.index(found['count'].lower()) + 1}", text
    )
    return reword(text, _WORDS)
