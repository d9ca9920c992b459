"""Wordings of a correction: what was meant, what a title should say, what is wanted back.

"Whoops, it's Karin, not Karen" is put in the words that the rules know.
"""

from __future__ import annotations

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.tables import reword, wordings

_END = r"(?=\s*(?:[.,;!?]|$))"
_ERRAND = rf"(?!(?:work|do|see|look|read|put|reach|learn|run|move|change|go|get)\b)(?:{'|'.join(sorted(ERRAND_VERBS))})"
_WORDINGS = wordings(
    (r"\bi\s+meant?\s+(?P<p>for|to|with|at|from)\s+(?P<new>[A-Z][\w'-]+)\s*,?\s+not\s+(?:(?P=p)\s+)?(?P<old>[A-Z][\w'-]+)(?=\W*$)", r"I meant \g<new>, not \g<old>"),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*i\s+(?:got|wrote|have)\s+the\s+(?:name|title|word)\s+wrong\s+(?:in|on|for)\s+(?P<what>the\s+[\w' -]{2,30}?\s+(?:task|one))\s*[,;.]\s*it\s+(?:has\s+to|should|must|needs\s+to)\s+(?:be|say|read)\s+(?P<new>[\"'][^\"']+[\"'])\W*$", r"rename \g<what> to \g<new>"),
    (r"^\W*(?:we're|i'm|we\s+are|i\s+am)\s+(?:now\s+)?(?:going|flying|driving|travelling)\s+to\s+(?P<new>[A-Z][\w'-]+)\s*,?\s+(?:and\s+)?not\s+(?:to\s+)?(?P<old>[A-Z][\w'-]+)\s*[,.;]\s*(?:so\s+)?(?:can\s+you\s+|could\s+you\s+|please\s+)?(?:correct|fix|change|update)\s+(?:the|that|it)(?:\s+[\w'-]+)?(?:\s+task)?\W*$", r"change \g<old> to \g<new>"),
    # "Cancel that, keep it": nothing is to be done.
    (r"^\W*(?:no\W+)?(?:cancel|scrap|forget)\s+(?:that|it)\s*[,;.]\s*(?:please\s+)?(?:keep|leave)\s+(?:it|that)\W*$", "leave it"),
    (r"(?<=\w)\s*[,.;]\s*i\s+(?:ticked|marked|checked|crossed)\s+(?:it|that)\s+(?:off\s+)?(?:by\s+(?:mistake|accident)|too\s+(?:early|soon))(?=\W*$)", ""),
    (rf"^\W*(?:(?:no|oh|sorry|actually)\b\W*)*(?:i(?:'ve|\s+have)?\s+changed\s+my\s+mind|i\s+(?:(?:do|still|actually)\s+)*need\s+(?:it|them|those|these|both)(?:\s+(?:two|three|all|tasks))*)\s*[,.;!]\s*(?:please\s+)?(?P<do>(?:bring|get|put)\s+(?:it|them|those|that)(?:\s+(?:all|both))?\s+back|restore\s+(?:it|them|those|that)(?:\s+(?:all|both))?){_END}", r"\g<do>"),
    (r"^(?P<lead>\W*(?:please\s+)?)(?:change|fix|correct|update)\s+the\s+(?P<what>[\w'-]+)\s+(?:one|task)\s*[,:;]\s*it(?:'s|\s+is)\s+(?P<new>(?!(?:high|low|medium|urgent|today|tomorrow|\w+day|done|finished|\d+)\b)[\w'-]+)\s*,?\s+not\s+(?P<old>[\w'-]+)\W*$", r"\g<lead>change \g<old> to \g<new> in the \g<what> task"),
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*it\s+should\s+(?:say|be|read)\s+(?P<new>[\w'-]+)\s*,?\s+not\s+(?P<old>[\w'-]+)\s*,?\s+(?:on|in|for)\s+(?:the|that)\s+(?P<what>[\w'-]+)\s+(?:one|task)\W*$", r"change \g<old> to \g<new> in the \g<what> task"),
    (r"(?P<not>\b(?:haven't|have\s+not|hasn't|didn't))\s+(?:actually|really|even|in\s+fact)\s+(?=\w)", r"\g<not> "),
    # What was meant, told as what should have been.
    (r"^\W*(?:(?:no|oh|oops|sorry)\b\W*)*(?:(?:it|that)\s+should(?:'ve|\s+have)\s+been|i\s+was\s+(?:talking\s+about|referring\s+to))\s+(?=(?-i:[A-Z][\w'-]+|the\s+[\w'-]+\s+(?:one|task))\W*$)", "no, I meant "),
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
    # "It's not Karen, it's Karin, with an i".
    (r"^(?P<lead>\W*(?:(?:no|oh|oops|sorry)\b\W*)*)it(?:'s|s|\s+is)\s+not\s+(?P<old>[\w'-]+)\s*[,;.]?\s+(?:but\s+)?it(?:'s|s|\s+is)\s+(?P<new>[\w'-]+)(?:\s*,?\s+with(?:out)?\s+[\w ]{1,12}?(?:\s*[.,;!]\s*(?:(?:can|could)\s+you|please)\s+(?:fix|correct|change)(?:\s+(?:that|it))?)?|\s*[.,;!]\s*(?:(?:can|could)\s+you|please)\s+(?:fix|correct|change)(?:\s+(?:that|it))?)\W*$", r"\g<lead>it's \g<new>, not \g<old>"),
    # "Fix the spelling, it's receive parcel."
    (rf"^\W*(?:please\s+)?(?:fix|correct)\s+(?:the\s+)?(?:spelling|typo)\s*[,;:.\u2013\u2014-]+\s*it(?:'s|\s+is|\s+should\s+be)\s+(?P<new>{_ERRAND}\s+\S.*?)\W*$", r"rename it to \g<new>"),
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
)  # fmt: skip


def phrase_correction(text: str) -> str:
    """The message in the words that the rules know, or as it was."""
    return reword(text, _WORDINGS)
