"""Words that mean the same, put in the one that the rules know: "entry two" is "task 2".

Only words around a wish are exchanged. What a title or a note may hold is left as its writer said it.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.wording.tables import reword, wordings

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_END = r"(?=\s*(?:[.,;!?]|$))"
_WORDS = wordings(
    # What opens a correction.
    (r"^\W*(?:wh?oops(?:ie|y)?|oopsie)\b", "oops"),
    (r"^\W*(?:a+rgh+|u+gh+|damn(?:\s+it)?|darn(?:\s+it)?|shoot|oh\s+dear|dang|crap|bother|blast)\s*[,.!\u2013\u2014-]+\s*(?=\w)", "oh, "),
    (r"(?P<start>^\W*|[.!?;,]\s+)(?:my\s+(?:mistake|bad|error|fault|apologies)|apologies)(?=\s*[,.!:;\u2013\u2014-]+\s*\w)", r"\g<start>sorry"),
    (r"^\W*(?:(?:oh|ah|ok(?:ay)?|um+|no)\W+)*(?:sorry|oops|whoops|wait)\s*[,.!:;\u2013\u2014-]+\s*(?=(?:it|that)(?:'s|\s+was|\s+is|\s+should)\s|(?:not\s+yet|(?:better\s+)?keep|better\s+not|never\s*mind|on\s+second\s+thoughts?|only|just\s+the|hang\s+on|leave)\b)", "no, "),
    # A task by its number.
    (r"\b(?:entry|item|to-?do|todo|point|task\s+(?:number|no\.?|nr\.?))\s+#?(?=\d+\b)", "task "),
    (r"\bnumber\s+one\s+priority\b", "high priority"),
    (r"\bthe\s+other(?=\s*(?:[.,;!?]|$)|\s+(?:is|was|can|could|should|must|needs|has|to|on|for|at|too|as\s+well|tomorrow|today|please|by)\b)(?!\s+(?:day|night)\b)", "the other one"),
    (r"\bboth\s+of\s+them\b", "both"),
    # How a task stands.
    (rf"(?P<lead>\b(?:what's|what\s+is|is|are|still|me|which|as|to|list|my|the|any|all)\s+)(?:outstanding|unfinished|unresolved)(?={_END}|\s+(?:tasks|ones|items|things|to-?dos)\b)", r"\g<lead>open"),
    (rf"\bits(?=\s+(?:now\s+)?(?:{_DAY}|tomorrow|today|\d|not|done|finished|been|called|spelled|spelt|with|at)\b)", "it's"),
    (r"^(?P<lead>\W*(?:(?:please|and|no|sorry|ok(?:ay)?|then|also|can\s+you|could\s+you)\b\W*)*)alter(?=\s)", r"\g<lead>change"),
    (r"\b(?P<who>i|we)\s+have\s+(?:already|just|finally|now)\s+(?=(?:read|set|put|cut|hung|shut)\s)", r"\g<who> already "),
    # Two sentences joined by a dash.
    (r"(?<=\w)\s+[\u2013\u2014-]+\s+(?=(?:(?-i:Add|Delete|Remove|Mark|Move|Rename|Show|Put|Please|Can\s+you|Could\s+you|Change|I|It|That))\b)", ". "),
    # Why something is deleted.
    (r"^(?P<do>\W*(?:\w+\s+){0,3}?(?:delete|remove|drop|scrap|erase|take|get\s+rid)\b[^.;\n]*?)\s*[.;,]\s*(?:it|that|this|they)(?:'s|\s+is|\s+was|\s+were|\s+are|\s+got|\s+has|\s+have)\s+(?:been\s+|just\s+|now\s+)*(?:cancelled|canceled|called\s+off)\W*$", r"\g<do>"),
)  # fmt: skip
_NUMBERED = re.compile(rf"\b(?P<what>task|number|item|entry)\s+(?P<count>{'|'.join(_COUNTED)})\b(?!\s+(?:of|hundred|priority)\b)", re.IGNORECASE)  # fmt: skip


def in_one_word(text: str) -> str:
    """The message with each of these said in the words that the rules know."""
    text = _NUMBERED.sub(
        lambda found: f"{found['what']} {_COUNTED.index(found['count'].lower()) + 1}", text
    )
    return reword(text, _WORDS)
