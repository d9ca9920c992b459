"""Words that mean the same, put in the one that the rules know: "entry two" is "task 2".

Only words around a wish are exchanged. What a title or a note may hold is left as its writer said it.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.tables import reword, wordings

_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_END = r"(?=\s*(?:[.,;!?]|$))"
_ERRAND = (
    rf"(?!(?:work|do|see|look|read|put|reach|learn|run|move)\b)(?:{'|'.join(sorted(ERRAND_VERBS))})"
)
_MADE = r"(?:added|created|made|entered|put\s+(?:on|in))"
_DONE = r"(?:done|finished|completed|ticked\s+off|checked\s+off|crossed\s+off)"
_DROP = r"(?P<do>^\W*(?:(?:please|and|then|also|now|ok(?:ay)?|can\s+you|could\s+you)\b\W*)*(?:delete|remove|erase|clear(?:\s+(?:out|away|up))?|clean(?:\s+out)?|get\s+rid\s+of|wipe|drop|purge|throw\s+(?:out|away)))\s+"
_WORDS = wordings(
    # "Please tidy up by removing …".
    (r"^(?P<lead>\W*(?:please\s+)?)(?:tidy|clean)\s+up(?:\s+(?:my|the)\s+list)?\s+by\s+(?:removing|deleting|clearing)\s+", r"\g<lead>delete "),
    # What was meant, told as what should have been.
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*(?:(?:it|that)\s+should(?:'ve|\s+have)\s+been|i\s+was\s+(?:talking\s+about|referring\s+to|thinking\s+of))\s+(?=(?:the\s+|my\s+)?(?!(?:done|quick|easy|ready|there|here|over|sent|paid|bought|\w+ed)\b)[\w'-]+(?:\s+(?:one|task|[\w'-]+))?\W*$)", "no, I meant "),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*wrong\s+(?:person|guy|task|one|name|thing)\s*[.,;!:]\s*(?=(?:it|that)\s+(?:was|is)\b)", "no, "),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)+it(?:'s|\s+is|\s+was)\s+(?P<what>the\s+[\w' -]{2,40}?)\s+(?:that's|that\s+is|that\s+was|which\s+is)\s+(?:done|finished|completed?)\W*$", r"no, I meant \g<what>"),
    # What is wanted back.
    (rf"^\W*(?:(?:please|oh|no|and|actually|wait|sorry)\b\W*)*(?:add\s+(?:it|that)\s+back(?:\s+(?:in|again))?|(?:i|we)\s+(?:do\s+|still\s+)?need\s+(?:it|that(?:\s+one)?)\s+after\s+all|(?:restore|recover|undelete|bring\s+back)\s+(?:the\s+deleted\s+(?:task|one)|the\s+(?:task|one)\s+(?:that\s+)?i\s+(?:just\s+)?(?:deleted|removed))){_END}", "bring it back"),
    (rf"^\W*no\W+(?:i|we)\s+(?:do\s+|still\s+)*need\s+(?:it|that(?:\s+one)?){_END}", "bring it back"),
    (rf"^\W*(?:(?:please|oh|no|and|actually|wait|sorry)\b\W*)*(?:take\s+the\s+(?:tick|check)\s+off|(?:it|that)\s+(?:needs|has)\s+to\s+be\s+done\s+again|(?:i|we)\s+(?:need|have)\s+to\s+do\s+(?:it|that)\s+again){_END}", "reopen it"),
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
    (r"\b(?:option|choice|no\.|nr\.)\s*#?(?=\d+\b)", "number "),
    # A task by when it was told.
    (r"(?<!\bwhat\s)(?<!\bwhat's\s)\b(?:the|my)\s+(?:most\s+recent(?:ly\s+added)?|latest|newest|last\s+added)\s+(?:one|task|item|entry|to-?do)\b", "the one I just added"),
    (rf"\b(?:the\s+(?:task|one|item|thing)\s+(?:that\s+)?i(?:'ve|\s+have)?\s+{_MADE}\s+(?:last|most\s+recently|just\s+now)|(?<!^)(?<!\bknow\s)what\s+i(?:'ve|\s+have)?\s+just\s+{_MADE})\b", "the one I just added"),
    (rf"^what\s+i(?:'ve|\s+have)?\s+just\s+{_MADE}\b(?=\s+(?:is|can|should|must|has|needs)\b)", "the one I just added"),
    (r"\bthis\s+(?=(?:task|item)\s+(?!(?:please|too)\b)\w)(?!\w+\s+to\s+(?:my|the)\b)", "that "),
    # "Show me the presents that are still pending."
    (r"(?P<lead>^\W*|[.!]\s+)(?:(?:please|can\s+you|could\s+you|just)\s+)*(?:show|list|display|tell|give)(?:\s+me)?\s+(?:(?:only|just|all)\s+)*(?:the|my)\s+(?P<what>(?!(?:tasks|ones|items|things|to-?dos)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:that|which)\s+(?:are|is)\s+(?:still\s+)?(?:not\s+(?:yet\s+)?(?:done|finished|completed?)|pending|open|unfinished|left|outstanding)(?:\s+yet)?(?=\W*$)", r"\g<lead>which \g<what> are still open?"),
    (r"(?P<lead>^\W*|[.!]\s+)(?:(?:please|can\s+you|could\s+you|just)\s+)*(?:show|list|display|tell|give)(?:\s+me)?\s+(?:(?:only|just|all)\s+)*(?:the|my)\s+(?P<what>(?!(?:tasks|ones|items|things|to-?dos)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:that|which)\s+(?:aren't|isn't|haven't\s+been)\s+(?:yet\s+)?(?:done|finished|completed?)(?:\s+yet)?(?=\W*$)", r"\g<lead>which \g<what> are still open?"),
    # "No leeks here, delete that one", "it's not Karen, it's Karin, with an i".
    (r"^\W*(?:(?:ok(?:ay)?|hm+|well)\W+)?no\s+(?P<what>(?!(?:more|need|one|longer|idea|problem|worries|rush|thanks)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:here|left|there|today|in\s+stock|available|anywhere)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:delete|remove|drop|scrap|take|cross)\s+(?:that\s+one|it|them|that)(?:\s+(?:off|out))?\W*$", r"delete the \g<what>"),
    (r"^(?P<lead>\W*(?:(?:no|oh|oops|sorry)\b\W*)*)it(?:'s|s|\s+is)\s+not\s+(?P<old>[\w'-]+)\s*[,;.]?\s+(?:but\s+)?it(?:'s|s|\s+is)\s+(?P<new>[\w'-]+)(?:\s*,?\s+with(?:out)?\s+[\w ]{1,12}?(?:\s*[.,;!]\s*(?:(?:can|could)\s+you|please)\s+(?:fix|correct|change)(?:\s+(?:that|it))?)?|\s*[.,;!]\s*(?:(?:can|could)\s+you|please)\s+(?:fix|correct|change)(?:\s+(?:that|it))?)\W*$", r"\g<lead>it's \g<new>, not \g<old>"),
    # "Fix the spelling, it's receive parcel."
    (r"^\W*(?:please\s+)?(?:fix|correct)\s+(?:the\s+)?(?:spelling|typo)\s*[,;:.\u2013\u2014-]+\s*it(?:'s|\s+is|\s+should\s+be)\s+(?P<new>\S.*?)\W*$", r"rename it to \g<new>"),
    # A word exchanged, told in full: "for the curtains I meant green, not blue".
    (r"^\W*(?:for|on|in)\s+the\s+(?P<what>[\w'-]+)(?:\s+(?:one|task))?\s*,?\s+i\s+meant?\s+(?P<new>[\w'-]+)\s*,?\s+not\s+(?P<old>[\w'-]+)\W*$", r"change \g<old> to \g<new> in the \g<what> task"),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*it(?:'s|s|\s+is)\s+(?P<new>[\w'-]+)\s*,?\s+not\s+(?P<old>[\w'-]+)\s*,?\s+(?:in|on|for)\s+the\s+(?P<what>[\w'-]+)\s+(?:one|task)(?:[\s.,;!]+(?:please\s+)?(?:fix|correct|change)\s+(?:that|it)(?:\s+please)?)?\W*$", r"change \g<old> to \g<new> in the \g<what> task"),
    (r"^\W*its\s+(?P<new>[\w'-]+)\s*,?\s+not\s+(?P<old>[\w'-]+)(?:\s*,?\s+(?:sorry|oops))?\W*$", r"it's \g<new>, not \g<old>"),
    (r"(?P<it>\bit(?:'s|\s+is)\s+[\w'-]+\s*,?\s+not\s+[\w'-]+)\s*,?\s+sorry\W*$", r"\g<it>"),
    (r"^\W*instead\s+of\s+(?P<old>[\w'-]+)\s*,?\s+(?:i|we)(?:'d|'ll|\s+would|\s+will)?\s+(?:(?:want|need|like|prefer|rather)\s+)?(?:to\s+)?(?:buy|get|have|take|use)\s+(?P<new>[\w'-]+)\s*[,.;]\s*(?:so\s+)?(?:please\s+)?(?:update|change|adjust|fix|correct)\s+(?:that|it|the)(?:\s+(?:task|one))?\W*$", r"change \g<old> to \g<new>"),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*it(?:'s|s|\s+is)\s+(?P<new>[A-Z][\w'-]+)\s*,?\s+with(?:out)?\s+(?:an?\s+|the\s+|two\s+)?\w{1,2}(?:'s|s)?(?:[\s.,;!]+(?:please\s+)?(?:fix|correct|change)\s+(?:that|it)(?:\s+please)?)?\W*$", r"it's spelled \g<new>"),
    # Back to an older title, or to another one.
    (rf"^\W*(?:no\W+)?(?:go|change\s+it|switch)\s+back\s+to\s+(?:just\s+)?(?P<new>{_ERRAND}\s+\S.*?)\W*$", r"rename it to \g<new>"),
    (rf"^(?:\W*\b(?:actually|no|hm+|oh|ok(?:ay)?|please|and)\b)*\W*(?:make|call)\s+(?:it|that)\s+(?!.*\b(?:instead|rather|not)\b)(?P<new>{_ERRAND}\s+(?!(?:tomorrow|today|tonight|on|at|for|by|due|high|low|medium|next|\w+day|a\s+high)\b)\S.*?)(?:\s+again)?\W*$", r"rename it to \g<new>"),
    (r"^(?P<lead>\W*(?:(?:actually|no|hm+|oh|ok(?:ay)?|please|and)\b\W*)*)make\s+(?P<what>the\s+(?P<same>[\w'-]+))\s+(?P<new>[\w'-]+(?:\s+[\w'-]+)?\s+(?P=same))\W*$", r"\g<lead>rename \g<what> to \g<new>"),
    # Said beside what counts.
    (r"(?<=\w)\s+either(?=\s*[,;.!]|\s*$)", ""),
    (r"^\W*(?:hm+\W+)?no\W+(?:that|it)\s+was\s+[^.;,]{3,40}[.;]\s*(?=(?:please\s+)?(?:reopen|undo|restore|bring|uncheck|untick)\b)", ""),
    (r"\b(?:i'm|i\s+am|we're)\s+(?:all\s+|now\s+)?(?:through|done|finished)\s+with\s+(?=(?:tasks?\s+|numbers?\s+)?#?\d)", "I finished "),
    (r"(?P<what>\bthe\s+(?!(?:new|old|last|first|second|other|next|same|whole)\b)[\w']+)\s+job(?=\W*$)", r"\g<what> one"),
    # Which tasks are done: "delete the ones I've finished".
    (rf"{_DROP}(?P<what>what's|what\s+is|whatever\s+is|everything\s+(?:that's|that\s+is|which\s+is)|(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:ones|tasks|things|items|those|everything|stuff|what)\s+(?:that\s+|which\s+)?(?:i(?:'ve|\s+have)?|are|were|have\s+been))\s+(?:already\s+|now\s+)?{_DONE}{_END}", "delete the completed tasks"),
    (rf"{_DROP}(?:up\s+)?(?P<all>(?:all\s+)?(?:of\s+)?)the\s+(?:completed|finished|done)\s+(?P<ones>ones|tasks|items|things|to-?dos){_END}", r"delete \g<all>the completed \g<ones>"),
    (rf"(?P<lead>^\W*|[.!]\s+)(?:all\s+)?the\s+(?:completed|finished|done)\s+(?:ones|tasks|items|things)\s+(?:can|could|may|should)\s+(?:now\s+)?(?:all\s+)?(?:go|be\s+(?:deleted|removed|cleared|dropped))(?:\s+now)?{_END}", r"\g<lead>delete all the completed tasks"),
    (rf"^\W*(?:i|we)\s+(?:don't|do\s+not|no\s+longer)\s+need\s+(?:all\s+)?the\s+(?:completed|finished|done)\s+(?:ones|tasks|items)(?:\s+(?:any\s?more|any\s+longer|now))?{_END}", "delete all the completed tasks"),
    # The whole list.
    (rf"(?P<lead>^\W*(?:please\s+)?)(?:drop\s+everything(?:\s+(?:on|from)\s+(?:my|the)\s+list)?|reset\s+(?:my|the)\s+(?:to-?do\s+)?list|i\s+want\s+an\s+empty\s+list){_END}", r"\g<lead>delete everything on my list"),
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
