"""Wordings of a whole message, put in those that the rules know before it is cut into clauses.

What a clause alone can tell is in `phrasing.py`; here a part of the message bears on another.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.tables import reword, wordings

# "We're out of tea, remind me to get some": of what there is none left.
_GET_SOME = re.compile(
    r"\b(?P<out>out\s+of|low\s+on|short\s+of)\s+(?P<what>[\w' -]{2,40}?)(?:\s+(?:again|already|now))?\s*(?:[,.;]\s*(?:and\s+|so\s+)?|\s+(?:and|so)\s+)(?P<lead>(?:(?:please|can|could|you|add|put|make|create|a|note|remind|me|so|i|we|need|have|must|should|to|gotta|got|also|just|reminder|task)\s+)*(?:get|buy|order|grab|pick\s+up|fetch)\s+)(?P<some>some(?:\s+more)?|more)(?:\s+of\s+(?:them|it|those|that))?"
    r"(?=\W*$|\s+(?:for|on|by|tomorrow|today|tonight|this|next)\b)",
    re.IGNORECASE,
)


def _named_again(found: re.Match[str]) -> str:
    return f"{found['out']} {found['what']}. {found['lead']}{found['some']} {found['what']}"


_DOES = r"(?P<verb>(?:tick|check|cross)\s+off|complete|finish|delete|remove|erase|wipe|clear|scrap|bin|drop|get\s+rid\s+of|take\s+off|mark)"
_ALL = r"(?:everything(?:\s+else)?|it\s+all|all(?:\s+of\s+(?:it|them))?|the\s+(?:whole\s+)?lot|every\s+task|all\s+(?:the\s+|my\s+)?tasks)"
_REST = r"(?:the\s+rest|everything\s+else|all\s+(?:of\s+)?(?:the\s+)?(?:others|rest)|the\s+others)"
_VERB = rf"(?:{'|'.join(sorted(ERRAND_VERBS))})"
_ONE = r"(?P<what>(?:the\s+|my\s+)?[\w\ue000-\uf8ff][\w\ue000-\uf8ff' -]{0,40}?)"
_STAYS = r"(?:\s+(?:open|alone|on|there|be|as\s+(?:it|they)\s+(?:is|are)|on\s+(?:the|my)\s+list))*"
_WORDINGS = wordings(
    # "The stocktaking is due on Friday, please enter that", "it's Kurt, not Karl. Can you fix the title?"
    (r"(?<=[\w\"'])\s*[,;.]\s*(?:(?:and|so|then)\s+)*(?:(?:please|kindly|(?:can|could|would|will)\s+you)\s+)+(?:enter|adjust|update|amend|correct|fix|change|note|record|set|edit)\s+(?:(?<!note\s)(?<!record\s)(?<!set\s)(?:that|it|this|them)|(?:the|its|that|this)\s+(?:new\s+)?(?:due\s+date|date|time|deadline|entry|list|task|title|name|spelling|priority))(?:\s+(?:accordingly|down|in|then|now|for\s+me|please|on\s+(?:the|my)\s+list))*\W*$", ""),
    # "I got that wrong, it's 6 pm", "when I think about it, name it “…”".
    (r"^\W*(?:(?:oh|oops|sorry|no|wait|hm+|ugh)\b\W*)*i\s+(?:got\s+(?:that|it)\s+wrong|was\s+wrong)\s*[,.;:]\s*(?=it(?:'s|\s+is|\s+was)\b)", "no, "),
    (r"^\W*(?:when|now\s+that|if)\s+i\s+think\s+(?:about|of)\s+it\s*,\s*(?=\w)", ""),
    (r"(?P<it>\bit(?:'s|\s+is)\s+(?:due\s+)?(?:on\s+)?(?:today|tomorrow|\w+day))\s+already(?=\W*$)", r"\g<it>"),
    (r"\b(?:urgent|important)\s*,\s*(?=high\s+prio)", ""),
    # "Tick off the lot, just leave the lawn open", "keep the car, delete the rest".
    (rf"^(?P<lead>\W*(?:please\s+)?){_DOES}\s+{_ALL}(?P<mid>\s+off|\s+as\s+(?:done|complete))?\s*[,;]\s*(?:(?:and|but|just|only|please)\s+)*(?:leave|keep|spare)\s+{_ONE}{_STAYS}\W*$", r"\g<lead>\g<verb> everything\g<mid> except \g<what>"),
    (rf"^\W*(?:please\s+)?(?:keep|leave)\s+{_ONE}{_STAYS}\s*[,;]?\s+(?:(?:and|but|then|please)\s+)*{_DOES}\s+{_REST}(?P<mid>\s+off|\s+as\s+(?:done|complete))?\W*$", r"\g<verb> everything\g<mid> except \g<what>"),
    (rf"^\W*only\s+{_ONE}\s+(?:should|must|can|may|needs\s+to|has\s+to)\s+(?:stay|remain){_STAYS}\s*[,;]\s*(?:and\s+|so\s+)?{_REST}\s+(?:can|may|should|must)\s+(?:all\s+)?(?:go|be\s+(?:deleted|removed))\W*$", r"delete everything except \g<what>"),
    (rf"^\W*i\s+(?:just|only)\s+(?:need|want)\s+{_ONE}\s*[,;]\s*(?:so\s+)?(?:please\s+)?(?:take|get|delete|remove|clear|drop|bin)\s+{_REST}(?:\s+(?:off|away|out))?\W*$", r"delete everything except \g<what>"),
    (rf"^\W*(?:all|everything)(?:'s|\s+is)?\s+(?:now\s+)?(?:done|finished|complete)\s*[,;]?\s+(?:(?:but|and|just)\s+)*(?:only|just|but)\s+{_ONE}\s+(?:is|are)\s+(?:still\s+)?(?:missing|left|open|to\s+do|pending|not\s+done)\W*$", r"mark everything except \g<what> as done"),
    (rf"^\W*(?:i|we)(?:'ve|\s+have)?\s+(?:now\s+)?(?:done|did|finished|completed)\s+{_ALL}\s+(?:bar|except|but|save|apart\s+from)\s+{_ONE}\W*$", r"I've done everything except \g<what>"),
    # "The bike can go, I sold it": why.
    (r"^(?P<what>\W*(?:the|my|that|this|number|task|\d)[^,;]*?\s+can)\s+(?:all\s+|now\s+|also\s+)?go(?:\s+(?:entirely|completely|altogether|for\s+good))?(?:\s*[,;]\s*(?:(?:i|we)(?:'ve)?\s+(?:sold|don't\s+need)\b[^,;.]*|(?:it's|it\s+is|they're|that's)\s+(?:been\s+)?(?:cancelled|canceled|not\s+needed|obsolete|off|no\s+longer)\b[^,;.]*|no\s+longer\b[^,;.]*))?$", r"\g<what> go"),
    # "I spoke too soon, the fridge isn't finished."
    (r"^\W*(?:(?:hm+|oh|oops|sorry|no|wait)\b\W*)*i\s+spoke\s+too\s+soon\s*[,;.:]\s*(?=\w[^.]*(?:n't\b|\bnot\b|\bstill\b))", ""),
    (r"^\W*(?:(?:oh|oops|sorry|no|wait)\b\W*)*i\s+(?:accidentally\s+)?(?:ticked\s+off|marked|checked\s+off|crossed\s+off|completed)\s+(?P<what>\S.*?)(?:\s+as\s+(?:done|complete))?\s+(?:by\s+(?:accident|mistake)|too\s+(?:early|soon)|prematurely|accidentally)\W*$", r"reopen \g<what>"),
    (r"^\W*(?:(?:oh|oops|sorry|no|wait|turns\s+out|it\s+turns\s+out)\b\W*)*(?P<what>(?:the\s+|my\s+)?[\w' -]{2,40}?)\s+(?:isn't|is\s+not|wasn't|aren't|are\s+not)\s+(?:\w+\s+)?(?:done|finished|complete)(?:\s+(?:yet|after\s+all))*\s*[,;]\s*(?:so\s+)?(?:please\s+)?(?:re-?open|open)\s+(?:it|that|them)(?:\s+(?:up\s+)?again)?\W*$", r"reopen \g<what>"),
    (r"^\W*neither\s+(?P<a>\S.*?)\s+nor\s+(?P<b>\S.*?)\s+(?:is|are|was|were)\s+(?:\w+\s+)?(?:done|finished|complete)(?:\s+yet)?(?:\s*[,;]\s*.*)?$", r"reopen \g<a> and \g<b>"),
    (r"^\W*(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s+(?:shouldn't|should\s+not)\s+be\s+(?:marked|ticked|checked)(?:\s+(?:as\s+)?(?:done|complete|off))?(?:\s*,[^?]*)?$", r"reopen \g<what>"),
    (r"^\W*(?:please\s+)?make\s+(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s+(?:active|open|pending)\s+again\W*$", r"reopen \g<what>"),
    (r"\b(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s+(?:needs?|has|have)\s+to\s+be\s+re-?opened\b", r"reopen \g<what>"),
    (r"^\W*(?:please\s+)?bring\s+back\s+all\s+(?:of\s+)?(?:the\s+|my\s+)?(?:finished|completed|done)\s+(?P<ones>ones|tasks|items)\b", r"reopen all the completed \g<ones>"),
    # What was just deleted is wanted after all.
    (r"^\W*(?:(?:oh|hm+|no|wait|sorry|actually)\b\W*)*(?:i(?:'ve)?\s+)?changed\s+my\s+mind\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:keep|leave|don't\s+(?:delete|remove))\s+(?P<what>it|that|them|that\s+one|(?:the|my)\s+[\w' -]+?)\W*$", r"put \g<what> back on the list"),
    (r"^\W*(?:(?:oh|hm+|no|wait|sorry|actually)\b\W*)*(?:keep|leave)\s+(?P<what>(?:the|my)\s+[\w' -]+?)(?:\s+on)?\s+after\s+all\W*$", r"put \g<what> back on the list"),
    (r"^\W*(?:(?:oh|hm+|no|wait|sorry|actually)\b\W*)*(?:that\s+one|that|it)\s+should\s+stay(?:\s+(?:on|there|after\s+all))*\W*$", "I want to keep it"),
    (r"^\W*(?:it\s+)?turns\s+out\s+(?:that\s+)?i\s+(?:do\s+)?(?:still\s+)?need\s+(?P<what>it|that|them)(?:\s+(?:again|after\s+all))?(?:\s*,\s*can\s+(?:it|they)\s+come\s+back)?\W*$", r"put \g<what> back on the list"),
    (r"\bput\s+(?P<what>it|that|them|those)\s+on\s+(?P<list>(?:the|my)\s+list)\s+again\b", r"put \g<what> back on \g<list>"),
    (r"\bput\s+both\s+(?:deleted\s+)?(?:tasks|ones)\s+back\b", "restore both"),
    (r"\bthe\s+(?:whole|entire)\s+task\b", "the task"),
    (r"(?P<act>\b(?:delete|remove|erase|clear|wipe)\b[^,.;]*?)\s*,?\s*(?:whether\s+)?(?:done|finished|completed?)\s+or\s+not\b", r"\g<act>"),
    (r"\bthe\s+final\s+(?P<one>one|task|item|entry|thing)\b", r"the last \g<one>"),
    (r"\bevery\s+single\s+(?=(?:task|item|to-?do)\b)", "every "),
    (r"\bthe\s+(?:one|task|thing|item)\s+(?:that\s+)?i(?:'ve|\s+have)?\s+just\s+(?:added|created|made)\b", "the new one"),
    (r"^\W*(?P<who>i|we)\s+need\s+neither\s+(?P<a>\S.*?)\s+nor\s+(?P<b>\S.*?)\W*$", r"\g<who> don't need \g<a> or \g<b> any more"),
    (r"^(?P<a>\W*(?:the|my)\s+[\w' -]{2,40}?)\s+can\s+go\s*,?\s+and\s+so\s+can\s+(?P<b>(?:the|my)\s+[\w' -]+?)\W*$", r"\g<a> and \g<b> can go"),
    (r"^[^:,;.]{3,40}\b(?:cancelled|canceled|called\s+off)\s*[:,;]\s*(?:so\s+)?(?=(?:please\s+)?(?:get\s+rid|delete|remove|drop|scrap|clear)\b(?!.*\b(?:it|that|this|them|those)\b))", ""),
    (r"^\W*(?:we|i|they)(?:'re|'ve|'m|'ll)?\s[^,;.]{3,60},\s*so\s+(?=(?:the|my)\s[^.]*,[^.]*\band\b[^.]*\bcan\b[^,;]*\bgo\W*$)", ""),
    (r"\b(?P<verb>get\s+rid\s+of|delete|remove|clear|complete|finish)\s+(?:what's|what\s+is|whatever\s+is|whatever's)\s+(?=due\b)", r"\g<verb> everything "),
    (r"^\W*(?:i(?:'d\s+like|\s+want)\s+to\s+|let's\s+|let\s+me\s+)?start\s+(?:over|again|afresh|fresh)\s+with\s+(?:an?\s+)?(?:empty|clean|fresh|new|blank)\s+(?:list|slate|page)\W*$", "delete everything"),
    (r"^\W*(?:please\s+)?(?:ctrl|control|cmd)[\s+-]*z\W*$", "undo that"),
    (r"^\W*(?:(?:no|oh|sorry|wait|oops)\b\W*)*i\s+(?:didn't|did\s+not)\s+mean\s+to\s+(?:add|do|delete|complete|change|rename|mark|tick)\s+(?:it|that|this|them)(?:\s+off)?\W*$", "undo that"),
    (r"^\W*(?:please\s+)?(?:reset|change|put|set)\s+(?:it|that|this)\s+(?:back\s+)?to\s+(?:what|how)\s+it\s+was(?:\s+before)?\W*$|^\W*(?:please\s+)?put\s+the\s+(?:old|previous|original)\s+one\s+back(?:\s+please)?\W*$", "undo that"),
    (r"^\W*(?:(?:no|oh|sorry|wait|oops)\b\W*)*i\s+(?:didn't|did\s+not)\s+want\s+(?:it|that|that\s+one)\s+(?:deleted|removed|gone)\W*$", "undo that"),
    (r"\b(?:put|set|mark|move)\s+(?P<what>it|that|them)\s+back\s+(?:on\s+)?(?:as|to)\s+(?:not\s+done|open|pending|incomplete|undone)\b", r"reopen \g<what>"),
    (r"^\W*(?:hang|hold)\s+on\s*,\s*(?=i\s+(?:want|need)\b)", "wait, "),
    (r"^\W*(?:(?:no|wait|oh|oops|sorry)\b\W*)*(?:bring|put)\s+(?:it|that|that\s+one)\s+back\s*[,.;]\s*i\s+(?:wanted|meant)\s+(?:to\s+(?:delete|remove|complete)\s+)?(?P<what>the\s+\S.*?)\W*$", r"I meant \g<what>"),
    (r"^(?P<what>\W*(?!.*\b(?:is|are|was|were)\b)[\w' -]{2,40}?)\s*,\s*(?:tick|check)\W*$", r"mark \g<what> as done"),
    (r"\beither\s+of\s+(?P<a>[\w' -]{2,30}?)\s+and\s+", r"\g<a> or "),
    (r"^\W*(?:please\s+)?(?:clear|clean|throw)\s+out\s+(?:the\s+|all\s+(?:the\s+)?)?(?:stuff|things|tasks|ones)\s+(?:that's|that\s+are|that\s+is)\s+(?:already\s+)?(?:done|finished|completed)\W*$", "delete all completed tasks"),
    (r"\b(?:the\s+)?(?:(?:second|next)[\s-]+to[\s-]+(?:the\s+)?last|last\s+but\s+one|penultimate)(?:\s+(?:one|task|item))?\b(?=\W*$|\s*[,.;]|\s+(?:please|is|can|as|off)\b)", "the penultimate one"),
    (r"\bevery\s+single\s+(?:thing|one)(?:\s+on\s+(?:my|the)\s+list)?\b(?!\s+of\b)", "everything"),
    (r"^(?P<do>\W*(?:(?:please|can|could|you)\s+)*(?:complete|mark|finish|delete|remove|do|tick|check|clear)\b.*\w)\s+(?:all\s+)?at\s+once(?=\W*$)", r"\g<do>"),
    # "Sorry, 3 is the one I meant."
    (r"^(?P<lead>\W*(?:(?:no|nope|sorry|oops|wait|oh|hm+|ah|um+)\b\W*)*)(?P<what>(?!(?:this|that|it|which)\b)\S[^,.;!?]{0,40}?)\s+(?:is|was)\s+(?:the\s+one|what|the\s+task)\s+(?:that\s+)?i\s+(?:meant?|was\s+after)(?=\W*$)", r"\g<lead>I meant \g<what>"),
    # "Sorry, 4pm I meant" puts first what is right.
    (r"^(?P<lead>\W*(?:(?:no|nope|sorry|oops|wait|oh|hm+|ah|um+)\b\W*)*)(?P<what>\S[^,.;!?]{0,40}?),?\s+i\s+meant?\W*$", r"\g<lead>I meant \g<what>"),
    # "Call Mark with a k".
    (r"(?<=\w),?\s+(?:spelled\s+|spelt\s+)?with(?:out)?\s+(?:(?:a|an|one|two|the)\s+[a-z]s?|ph|ck|double\s+[a-z])(?=\W*$)", ""),
    # "Actually no date, take it off."
    (r"\bno\s+(?:due\s+)?(?:date|deadline)\s*[,;.\u2013\u2014-]+\s*(?:please\s+)?(?:take|remove|drop|delete|clear)\s+(?:it|that)(?:\s+(?:off|away|again|out))?(?=\W*$)", "clear the due date"),
    # "It's not Karl, it's Kurt. Change it to Meet Kurt."
    (r"^\W*(?:(?:no|oh|sorry|wait|oops)\b\W*)*(?:it's|it\s+is|that's|the\s+name\s+is)\s+not\s+(?P<old>[\w'-]+)\s*[,;]\s*(?:but\s+|(?:it's|it\s+is|(?:the|my)\s+\w+\s+is\s+with)\s+)(?P<new>[\w'-]+)\s*[.,;]\s*(?:so\s+)?(?:please\s+)?(?:change|rename|correct|fix)\s+(?:it|that)\s+to\s+(?P<title>\S.*)$", r"rename \g<old> to \g<title>"),
    # "I've checked the sheets, and payroll is due on 28 May": of two tasks.
    (r"^(?P<did>\W*(?:i|we)(?:'ve|\s+have)?\s+[^,.;]+?),?\s+and\s+(?P<rest>(?:(?:the|my)\s+)?[\w'-]+(?:\s+[\w'-]+){0,2}\s+(?:is|are)\s+(?:due|high|low|medium|urgent)\b)", r"\g<did>. \g<rest>"),
    # "The slides are high priority and due the same day."
    (r"^(?P<what>[^,.;]+?)\s+(?P<be>is|are)\s+(?P<level>high|low|medium)(?:\s+priority)?\s*,?\s+and\s+due\s+(?:on\s+)?the\s+same\s+(?:day|date)(?=\W*$)", r"\g<what> \g<be> \g<level> priority. \g<what> \g<be> due on the same day"),
    # "The inquiry is urgent, needs to go out today."
    (r"^(?P<what>(?:the|my)\s+[^,.;]+?)\s+(?P<be>is|are)\s+(?:(?:really|very|quite|so|pretty)\s+)*(?P<level>urgent|important|(?:high|low|medium)\s+priority)\s*,\s*(?:it\s+|they\s+|and\s+)*(?:needs?|has|have)\s+to\s+(?:be\s+\w+|go\s+out|leave|happen)\s+(?P<when>\S.*)$", r"\g<what> \g<be> \g<level>. \g<what> \g<be> due \g<when>"),
    # "Plan lunch -> make it “Plan dinner”".
    (r"\s*(?:[-=]>|\u2192)\s*(?:(?:make|call)\s+it|it\s+should\s+(?:be|say)|should\s+(?:be|say))\s+", " -> "),
    (r"\bnext\s+week\s+(?:on\s+)?(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", r"\g<day> next week"),
    # "First thing tomorrow" is of no list.
    (r"\bfirst\s+thing\s+(?=(?:tomorrow|today|on|in|next|this|\w+day)\b)", ""),
    # "The feeder is high priority, and I need it done today."
    (r"^(?P<what>[^,.;]+?)\s+is\s+(?P<level>urgent|important|(?:high|low|medium|top)\s+priority)\s*,?\s+and\s+(?:(?:i|we)\s+(?:need|want)\s+(?:it|that)\s+(?:done\s+|finished\s+)?|(?:it\s+)?(?:must|should|(?:has|needs|is)\s+to)\s+be\s+(?:done|finished|ready|sent|fixed|sorted)\s+)(?P<when>\S.*)$", r"\g<what> is \g<level>. \g<what> is due \g<when>"),
    # "Remove that, I can't be bothered": why.
    (r"(?<=\w)\s*,\s*i\s+(?:can't|cannot|don't|won't|couldn't)\s+(?:be\s+(?:bothered|arsed)|care|afford\s+it|feel\s+like\s+it|have\s+(?:the\s+)?(?:time|energy)(?:\s+for\s+(?:it|that))?|know\s+when\b[^,;.]*)(?:\s+(?:any\s?more|right\s+now|today|now))?(?=\W*$)", ""),
    # "Grading is due tomorrow, and the worksheets are printed."
    (r"(?P<due>\b(?:is|are)\s+due\s+[^,.;]{2,30}),?\s+and\s+(?=(?:the|my)\s+[\w'-]+(?:\s+[\w'-]+){0,2}\s+(?:is|are|was|were)\s+\w+(?:ed|en|ne|nt|id|ght)\W*$)", r"\g<due>. "),
    # "Put the maths one on thursday and the French one on friday."
    (r"^(?P<verb>\W*(?:please\s+)?(?:put|move|set|schedule|push|shift|make))\s+(?P<a>(?:the|my)\s+(?:(?!and\b)[\w'-]+\s+){1,4})(?P<p>(?:due\s+)?(?:on|to|for|by|at))\s+(?P<d>(?:(?!and\b)[\w:]+\s+){1,4}?)and\s+(?P<b>(?:the|my)\s+(?:(?!and\b)[\w'-]+\s+){1,4})(?P<q>(?:due\s+)?(?:on|to|for|by|at))\s+(?P<e>[\w: ]+?)\W*$", r"\g<verb> \g<a>\g<p> \g<d>. \g<verb> \g<b>\g<q> \g<e>"),
    # "The fence isn't done, it's the hedge that I finished."
    (r"^(?:[^.]{1,30}\.\s*|[^.,]{1,20},\s*)?\W*(?:the|my)\s+[\w' -]{2,30}?\s+(?:isn't|is\s+not|wasn't|was\s+not)\s+(?:done|finished|complete)\s*[,;.]\s*(?:but\s+)?(?P<it>it(?:'s|\s+is|\s+was)\s+(?:the|my)\s+[\w' -]+?\s+(?:that\s+)?i(?:'ve|\s+have)?\s+\w+)\W*$", r"no, \g<it>"),
    # "It doesn't need any priority at all, remove it."
    (r"\b(?P<what>it|that|(?:(?:the|my)\s+)?[\w' -]{2,30}?)\s+(?:doesn't|does\s+not)\s+(?:really\s+)?need\s+(?:an?|any)\s+(?P<field>priority|due\s+date|date|deadline|note)(?:\s+(?:at\s+all|any\s?more|after\s+all))*\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:remove|delete|drop|clear|take|get\s+rid\s+of)\s+(?:it|that)(?:\s+(?:off|away|out|again|please))*(?=\W*$)", r"remove the \g<field> of \g<what>"),
    # "I meant the roof: that's due Saturday", after an undo.
    (r"^\W*i\s+meant?\s+(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s*[:,;]\s*(?:that|it)(?P<rest>(?:'s|\s+is)\s+due\b[^,;.]*)\W*$", r"\g<what>\g<rest>"),
    # "It's Porto we're flying to, not Lisbon."
    (r"(?P<it>\bit(?:'s|\s+is|\s+was)\s+(?:the\s+)?[\w'-]+(?:\s+[\w'-]+)?)\s+(?:that\s+)?(?:i|we|he|she|they)(?:'m|'re|'s|'ve|\s+am|\s+are|\s+is|\s+have)?\s+\w+(?:ing|ed)(?:\s+(?:to|with|for|at|from|in))?(?=\s*,\s*not\s)", r"\g<it>"),
    # "It's not Thomas, it's Tobias I have to email."
    (r"(?P<it>\bit(?:'s|\s+is)\s+not\s+[\w' -]{2,30}?\s*,\s*(?:but\s+)?it(?:'s|\s+is)\s+[\w'-]+(?:\s+[\w'-]+)?)\s+(?:that\s+)?(?:i|we|he|she|they)(?:'m|'re|'ve)?(?:\s+\w+){1,4}(?=\W*$)", r"\g<it>"),
    # "Should I add “buy face paint”? Yes, add it."
    (rf"\bshould\s+i\s+add\s+(?P<what>\"[^\"?]+\"|(?:{'|'.join(sorted(ERRAND_VERBS))})\s[^?]{{2,60}})\?\s*(?:yes|yeah|yep|ok(?:ay)?)\b[\s,.!]*(?:please\s+)?(?:(?:add|do)\s+(?:it|that)(?:\s+please)?)?(?=\W*$)", r"add \g<what>"),
    # "Change tights to leotard in that one."
    (r"^(?P<change>\W*(?:please\s+)?(?:change|replace|swap|switch)\s+.+?\s(?:to|with|for|into)\s+.+?)\s+in\s+(?:that|this)\s+(?:one|task)(?=\W*$)", r"\g<change>"),
    # "Got an extension, so it doesn't need any priority anymore."
    (r"^(?:[^,;]*[,;]\s*so\s+)?\W*(?P<what>it|that|(?:the|my)\s+[\w' -]{2,30}?)\s+(?:doesn't|does\s+not|no\s+longer)\s+needs?\s+(?:an?|any)\s+(?:high\s+|low\s+)?priority(?:\s+(?:at\s+all|any\s?more|any\s+longer|now))*(?=\W*$)", r"remove the priority of \g<what>"),
    # "They found the jacket, so we don't need that one anymore, delete it."
    (r"^(?P<why>[^,;.]{4,80}),\s*so\s+(?:i|we)\s+(?:don't|do\s+not|no\s+longer)\s+need\s+(?P<it>that\s+one|it|that|them)(?:\s+any\s?more|\s+any\s+longer|\s+now)?\s*[,;.]\s*(?:so\s+)?(?:please\s+|you\s+can\s+)?(?:delete|remove|drop|scrap)\s+(?:it|that|them|that\s+one)(?=\W*$)", r"\g<why>. delete \g<it>"),
    # "The hose works again, fixed it."
    (r"^(?P<what>\W*(?:the|my)\s+[\w' -]{2,30}?)\s+(?:works|is\s+working|runs|is\s+running)\s+(?:again|now)(?:\s*[,;]\s*(?:i\s+|i've\s+)?(?:fixed|repaired|mended|sorted)\s+(?:it|that))?(?=\W*$)", r"\g<what> is working"),
    # "New start: add clean the oven", "next: compare the quotes by sunday".
    (r"(?:^|(?<=[.;]\s))\W*(?:(?:a\s+)?(?:new|fresh)\s+start|next|ok(?:ay)?|also|right|then|another\s+thing|one\s+more(?:\s+thing)?)\s*:\s*(?=(?:please\s+)?(?:add|put|create|delete|remove|mark|complete|move|rename|set|tick)\b)", ""),
    # "The other way round please" is told by what follows it.
    (r"(?:^|(?<=[.;]\s))\W*(?:the\s+)?other\s+way\s+(?:round|around)(?:\s+please)?\s*[:,]\s*(?=\w)", ""),
    # "Medium is enough, now that I think of it", "take the date off, we'll see when we go".
    (r"(?<=\w)\s*,\s*(?:now\s+(?:that\s+)?(?:i|we)\s+think\s+(?:of|about)\s+it|(?:we'll|we\s+will|i'll|let's)\s+see\b[^.!?;]*|come\s+to\s+think\s+of\s+it)(?=\W*$)", ""),
    # "I misspelled that" says nothing that what follows does not.
    (r"^\W*(?:(?:oh|oops|sorry|no)\b\W*)*i\s+(?:misspell?ed|misspelt|mistyped)\s+(?:that|it)\s*[:,;.]\s*(?=it\s+should\b)", ""),
    # "By the end of the month, so put 31 May as the due date."
    (r"^[^,.;]{3,40},\s*so\s+(?=(?:put|set|make|use)\s(?!(?:that|it|this)\b)[^,;]*\b(?:due\s+date|deadline|date)\W*$)", ""),
    # "And so is the other one."
    (r"^\W*(?:and\s+)?so\s+(?:is|are)\s+(?P<what>(?:the|my|that|task|number)\b(?!\s+(?:whole|entire|neighbou?r|weather)\b)(?:\s+[\w'-]+){1,3}?|the\s+(?:one|task)\s+(?:right\s+)?(?:after|before|below|above)\s+(?:it|that)(?:\s+one)?)\W*$", r"\g<what> too"),
    # "The jam, on the other hand, is finished."
    (r"(?<=\w)\s*,\s*(?:on\s+the\s+other\s+hand|however|though|by\s+the\s+way|meanwhile|at\s+least|luckily|thankfully|in\s+fact)\s*,\s*(?=(?:is|are|was|were|has|have|needs?|should|can|must)\b)", " "),
    # "No, I wanted to mark it complete": asked about, since something else was done.
    (r"^(?:\W*(?:no|oh|wait|sorry|well|but)\b)*\W*i\s+(?:(?:actually|only|really|just)\s+)*(?:wanted|meant)\s+(?:you\s+)?to\s+(?=(?:mark|tick|check|complete|delete|remove|reopen)\s+(?:it|that|that\s+one)(?:\s+(?:off|(?:as\s+)?(?:done|complete|completed|finished)))?\W*$)", "maybe "),
    (r"^(?:\W*(?:no|oh|wait|sorry|well|but)\b)*\W*i\s+(?:(?:actually|only|really|just)\s+)*wanted\s+(?P<it>it|that|that\s+one)\s+(?:marked\s+(?:as\s+)?(?:done|complete|completed|finished)|completed|ticked\s+off)\W*$", r"maybe mark \g<it> as done"),
    # "Football boots too, size 36."
    (r"(?<=\w)\s+too\s*,\s+(?=\w)", ", "),
    # "…, can you remember that for me?"
    (r"^(?P<told>.*\b(?:i|we)(?:\s+(?:also\s+|still\s+)?(?:have|need|must|ought)|'ve\s+got)\s[^?]*?\w)\s*[,;.?]\s*(?:can|could|will|would)\s+you\s+(?:please\s+)?(?:remember|keep|note|save|store|write|take|jot|put|stick)\s+(?:that|it|this)(?:\s+(?:down|for\s+me|please|somewhere|in\s+mind|on\s+(?:the|my)\s+(?:[\w-]+\s+)?list))*\W*$", r"\g<told>. Please add that"),
    (r"^(?P<told>.*\b(?:i|we)(?:\s+(?:also\s+|still\s+)?(?:have|need|must|ought)|'ve\s+got)\s[^?]*?\w)\s*[,;.]\s*(?:(?:can|could|will|would)\s+you\s+|please\s+|so\s+)*(?:keep\s+track|make\s+a\s+note|take\s+note)\s+of\s+(?:that|it|this)(?:\s+(?:for\s+me|please|(?:in|on)\s+my\s+(?:tasks|list)))*\W*$", r"\g<told>. Please add that"),
    # "My mistake, it was number 2."
    (r"^(?P<lead>\W*(?:(?:no|sorry|oops|wait|oh|ah)\b\W*)*)(?:my\s+(?:mistake|bad)|sorry|no)\s*[,.:;!\u2013\u2014-]+\s*(?=it(?:'s|\s+was|\s+is)\s+(?:the\s+[\w' -]{2,30}?\s*,\s*not\s+(?:the\s+)?[\w' -]{2,30}?\W*$|the\s+(?:\w+\s+)?one\b|number|task|#|the\s+(?:first|second|third|fourth|fifth|last)\b))", r"\g<lead>no, I meant "),
    (r"(?<=\bI meant )it(?:'s|\s+was|\s+is)\s+(?=(?:the|number|task|#))", ""),
    # "I'd like the one you removed back", "put the deleted one back".
    (r"^(?P<lead>\W*(?:(?:actually|hm+|oh|no|wait|sorry|please|ok(?:ay)?)\b\W*)*)(?:(?:can|could|may)\s+(?:i|you)\s+(?:please\s+)?(?:have|get|bring|put|give\s+me)|i(?:'d|\s+would)?\s+(?:like|want|need)(?:\s+to\s+have)?|(?:put|bring|get|give\s+me))\s+(?:the\s+(?:one|task|thing)\s+(?:that\s+)?(?:you|i|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:removed|deleted|took\s+off|dropped|erased)|the\s+(?:just\s+)?(?:removed|deleted)\s+(?:one|task))\s+back(?:\s+(?:again|please|on\s+(?:the|my)\s+list))*\W*$", r"\g<lead>undo that deletion. restore it"),
    # "I do want it gone after all."
    (r"^(?P<lead>\W*(?:(?:actually|hm+|oh|no|wait|sorry|well)\b\W*)*)i\s+(?:(?:do|did|really|actually)\s+)*(?:want|wanted)\s+(?P<what>it|that|that\s+one)\s+(?:gone|removed|deleted)(?:\s+(?:after\s+all|now|please))*\W*$", r"\g<lead>delete \g<what>"),
    # "Wrong one! Keep the letter and remove the parcel instead": after the letter went.
    (r"^\W*(?:(?:ah|oh|no|oops|sorry|wait)\b\W*)*(?:wrong\s+(?:one|task)|that(?:'s|\s+was|\s+is)\s+the\s+wrong\s+(?:one|task))\s*[,.;:!\u2013\u2014-]+\s*(?:please\s+)?keep\s+(?P<kept>(?:the|my)\s+[\w' -]{2,30}?)\s*(?:,\s*|,?\s*(?:and|but)\s+)(?:please\s+)?(?P<do>remove|delete)\s+(?P<what>(?:the|my)\s+[\w' -]{2,30}?)(?:\s+(?:instead|rather|please))*\W*$", r"restore \g<kept>. \g<do> \g<what>"),
    # "In the chairs task, change 6 to 8."
    (r"^\W*(?:please\s+)?(?:in|for)\s+(?P<what>(?:the|my)\s+[\w' -]{2,30}?\s+(?:task|one|title))\s*,?\s*(?:please\s+)?(?P<do>change|replace|swap|exchange)\s+(?P<old>[\w' -]{1,30}?)\s+(?P<to>to|with|by|for|into)\s+(?P<new>[\w' -]{1,30}?)\W*$", r"\g<do> \g<old> \g<to> \g<new> in \g<what>"),
    (r"^(?P<do>\W*(?:please\s+)?(?:replace|swap|exchange)\s+.+?\s(?:with|for|by)\s+.+?)\s+on\s+(?:the|my)\s+(?:[\w-]+\s+)?list(?=\W*$)", r"\g<do>"),
    (r"^(?P<do>\W*(?:please\s+)?(?:drop|remove|delete)\s+(?:the\s+)?(?:first|last|top|bottom)\s+(?:(?:one|two|three|four|\d)\s+)?(?:tasks?|ones?|items?|entry|entries))\s+(?:on|of|from|in)\s+(?:the|my)\s+(?:[\w-]+\s+)?list(?=\W*$)", r"\g<do>"),
    # "We are going to Porto rather than Lisbon, so correct the flight task."
    (r"^[^,;.]*?\b(?P<new>[A-Z\d][\w'-]*)\s*,?\s+(?:rather\s+than|instead\s+of|(?:and\s+)?not)\s+(?:to\s+|in\s+|on\s+|at\s+)?(?P<old>[A-Z\d][\w'-]*)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:correct|change|update|fix|adjust|edit)\s+(?P<what>the\s+[\w' -]{2,30}?)\W*$", r"change \g<old> to \g<new> in \g<what>"),
    # "The first task, call it …"
    (r"^\W*(?P<what>(?:the\s+(?:first|second|third|fourth|fifth|last)(?:\s+(?:one|task))?|(?:task|number)\s+\d+))\s*[,:]\s*(?:please\s+)?(?:call|name|rename)\s+(?:it|that)\s+(?:to\s+)?(?P<new>(?!(?:off|a\s+day|done|finished|complete)\b)\S+\s+\S.*?)\W*$", r"rename \g<what> to \g<new>"),
    # "I want to change the date of the appointment."
    (r"^(?P<lead>\W*(?:(?:hi|hey|hello|ok(?:ay)?|so)\b\W*)*)i(?:'d\s+like|\s+would\s+like|\s+want|\s+need)\s+to\s+(?=(?:change|move|update|edit|set)\s+(?:the\s+)?(?:due\s+date|date|deadline|title|name|priority|time|day)\s+(?:of|for|on)\b)", r"\g<lead>"),
    # "Thanks, what do I have left?"
    (r"^\W*(?:(?:great|ok(?:ay)?|perfect|cool|nice)\b\W*)*(?:thanks|thank\s+you|thx|cheers)(?:\s+(?:a\s+lot|so\s+much|very\s+much))?\s*[,.!;\u2013\u2014-]+\s*(?=(?:and\s+|so\s+|now\s+)?(?:what|which|how\s+many|can\s+you|could\s+you|anything|is\s+there|do\s+i)\b)", ""),
    # "My mistake, I was thinking of task 2."
    (r"^(?:\W*\b(?:sorry|no|oh|ah|oops|wait|my\s+mistake|my\s+bad)\b)+\W*i\s+was\s+(?:thinking\s+of|looking\s+at)\s+(?=(?:task\s|number\s|#|the\s+(?:first|second|third|fourth|fifth|last|other)\b))", "no, I meant "),
    # "Update the story with the description “…”"
    (r"^(?P<lead>\W*(?:please\s+)?)(?:update|edit|change|extend|complete)\s+(?P<what>\S[^\"]{2,50}?)\s+with\s+(?:the|a|this)\s+(?:new\s+)?(?:description|note|comment)\s*:?\s*(?P<note>\".+\")\W*$", r"\g<lead>add the note \g<note> to \g<what>"),
    (r"^\W*(?:i|we)\s+(?:also\s+|just\s+)+got\s+(?=(?:the|my|our)\s)", "I got "),
    (r"^\W*have\s+i\s+(?:ticked|checked|crossed)\s+(?:anything|something|any\s+tasks?)\s+off(?:\s+(?:yet|already|today|so\s+far))*\W*$", "what have I completed?"),
    (r"^\W*you(?:'re|\s+are)\s+(?:a\s+star|the\s+best|great|awesome|amazing|a\s+lifesaver|an?\s+\w+)\s*[,.!]*\s*(?=(?:thanks|thank\s+you|cheers)\W*$)", ""),
    # "Oh, it should say home insurance, not car insurance."
    (r"^(?P<lead>\W*(?:(?:oh|no|sorry|oops|wait|actually)\b\W*)*)it\s+should\s+(?:say|be|read)\s+(?P<new>[^,;.\"]{2,40}?)\s*,\s*(?:and\s+)?not\s+(?P<old>[^,;.\"]{2,40}?)\W*$", r"\g<lead>it's \g<new>, not \g<old>"),
    # "Start me off with two tasks."
    (r"^(?P<lead>\W*(?:(?:ok(?:ay)?|then|so|well|right|please)\b\W*)*)(?:start|kick)\s+me\s+off\s+with\s+(?=(?:two|three|four|some|a\s+few|these)\s+(?:tasks|things|items))", r"\g<lead>add "),
    # "Keep the pears! It was the apples I wanted to delete."
    (r"^\W*(?:(?:no|wait|oh|sorry|oops|stop)\b\W*)+keep\s+(?P<kept>(?:the|my)\s+[\w' -]{2,30}?)\s*[!.;,]+\s*(?:it\s+was|i\s+meant|it's)\s+(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\s+(?:that\s+)?i\s+(?:wanted|meant)\s+(?:to\s+(?:delete|remove)|gone|deleted|removed)\W*$", r"restore \g<kept>. delete \g<what>"),
    # "The team dinner is actually a team lunch."
    (r"^(?:\W*(?:also|and|oh)\b)*\W*the\s+(?P<old>(?P<same>[\w'-]+)\s+[\w'-]+)\s+is\s+actually\s+an?\s+(?P<new>(?P=same)\s+(?:lunch|dinner|breakfast|meeting|call|party|class|lesson|session|appointment|workshop|interview))\W*$", r"rename the \g<old> to \g<new>"),
    # "Scratch Milan, we decided on Turin."
    (r"^(?:\W*(?:no|oh|sorry|wait|actually)\b)*\W*(?:scratch|not)\s+(?P<old>[A-Z][\w'-]+)\s*[,;.]\s*(?:we|i)(?:'ve|'re|\s+have|\s+are)?\s+(?:decided\s+on|going\s+(?:to|with)|settled\s+on)\s+(?P<new>[A-Z][\w'-]+)(?:\s+instead)?\W*$", r"it's \g<new>, not \g<old>"),
    (r"^\W*what\s+i\s+(?:should\s+have\s+said|meant(?:\s+to\s+say)?|wanted\s+to\s+say|mean)\s+(?:is|was)\s+(?:that\s+)?(?=\w)", ""),
    (r"\bwhich\s+(?:jobs|chores|things|errands)\s+(?=(?:are|have|did|do)\b(?!\s+you\b))", "which tasks "),
    # "Reading it is done."
    (r"^(?P<lead>\W*(?:and\s+)?)(?P<deed>(?!(?:nothing|everything|something|anything|thing)\b)\w{3,}ing)\s+(?P<it>it|that|them)\s+is\s+(?:now\s+|already\s+)?(?:done|finished|complete)\W*$", r"\g<lead>I finished \g<deed> \g<it>"),
    (r"^(?P<did>\W*(?:i|we)(?:'ve|\s+have)?\s+(?:spoken|spoke|talked|called|rung|rang|phoned|reached)\b[^,.;?]{0,40}?)\s+(?:on|over)\s+the\s+phone(?=\s*[,;.]|\W*$)", r"\g<did>"),
    # "Everything is finished, mark it so."
    (r"(?<=\w)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?mark\s+(?:it|them|that|those)\s+(?:so|as\s+such|accordingly)(?=\W*$)", ""),
    # "Could “…” go on the empty list?"
    (r"^\W*(?:could|can|may|would)\s+(?P<what>\"[^\"]+\")\s+(?:please\s+)?(?:go|be\s+put|be\s+added)\s+(?:on|to)\s+(?P<list>(?:my|the)\s+(?:[\w-]+\s+)?list)\W*$", r"add \g<what> to \g<list>"),
    # "Throw away everything that's still open."
    (r"^(?P<lead>\W*(?:please\s+)?)(?:throw\s+(?:away|out)|delete|remove|erase|wipe|clear|bin|get\s+rid\s+of)\s+(?:everything|all|whatever)\s+(?:that's|that\s+is|which\s+is|is|that\s+are)\s+(?:still\s+)?(?P<state>open|pending|unfinished|completed|done|finished)\W*$", r"\g<lead>delete all \g<state> tasks"),
    (r"\b(?:sweep|clean|clear)\s+away\s+(?=(?:all\s+)?(?:the|my)\s+(?:completed|finished|done)\s+(?:tasks|ones|items))", "delete "),
    # "The piano task should say lesson where it says class."
    (r"^(?P<what>\W*(?:the|my)\s+[\w' -]{2,40}?)\s+should\s+(?:say|read)\s+(?P<new>[\w'-]+)\s+where\s+it\s+(?:says|said)\s+(?P<old>[\w'-]+)\W*$", r"change \g<old> to \g<new> in \g<what>"),
    # "Edit “…” so that it says drill, not ladder."
    (r"^\W*(?:please\s+)?(?:edit|change|update|fix|correct)\s+(?P<what>\"[^\"]+\"|(?:the|my)\s+[\w' -]{2,40}?)\s*,?\s+(?:so\s+(?:that\s+)?it\s+says|to\s+say)\s+(?P<new>[\w'-]+)\s*,?\s*(?:and\s+)?(?:not|instead\s+of|rather\s+than)\s+(?P<old>[\w'-]+)\W*$", r"change \g<old> to \g<new> in \g<what>"),
    # "Tomorrow is too full. Delay it by a day."
    (r"^\W*(?:(?:hm+|oh|no|ah|sorry)\b\W*)*(?:that(?:\s+day)?|today|tomorrow|\w+day)\s+(?:is|was|looks)\s+(?:(?:just|far|way|already)\s+)?(?:too\s+\w+|full|packed|booked|no\s+good)\s*[,;.]\s*(?:so\s+)?(?=(?:please\s+)?(?:delay|move|push|postpone|shift|put)\s+(?:it|that)\b)", ""),
    # "Put it on the list then", and what it is.
    (r"^(?P<lead>\W*(?:(?:hm+|ok(?:ay)?|well|then|right|please)\b\W*)*)(?:put|add)\s+(?:it|that|this)(?:\s+(?:on|to)\s+(?:my|the)\s+(?:[\w-]+\s+)?list|\s+down)?(?:\s+(?:then|please))*\s*:\s*(?=\w)", r"\g<lead>add "),
    # "Oil check and windows, delete these two."
    (r"^(?P<what>\W*(?!.*\b(?:is|are|was|were|has|have|add|i|we)\b)[\w' -]{2,30}?\s+and\s+[\w' -]{2,30}?)\s*[,:;\u2013\u2014-]+\s*(?:please\s+)?(?P<do>delete|remove|complete|reopen)\s+(?:these|those|them|both)(?:\s+(?:two|both|of\s+them|please))*\W*$", r"\g<do> \g<what>"),
    (r"(?<=\w)\s+in\s+that\s+case(?=\W*$)", ""),
    # "Finished it about an hour ago."
    (r"\s+(?:about|around|roughly|maybe)\s+(?=(?:an?|one|two|three|half\s+an|\d+)\s+(?:hours?|minutes?|days?|weeks?)\s+ago\b)", " "),
    # "Oops, not Ben. It's Bert", "Wednesday, not Tuesday".
    (r"^(?P<lead>\W*(?:(?:no|oh|oops|sorry|wait|actually)\b\W*)*)not\s+(?P<old>[A-Z][\w'-]+)\s*[.,;!]\s*(?:but\s+)?it(?:'s|\s+is|\s+was)\s+(?P<new>[A-Z][\w'-]+)\W*$", r"\g<lead>it's \g<new>, not \g<old>"),
    (r"^(?:\W*(?:no|oh|oops|sorry|wait|actually)\b)*\W*(?:on\s+)?(?P<new>(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today)\s*,?\s+not\s+(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today)\W*$", r"no, \g<new>"),
    # "My mistake, only the card. The cake is still open."
    (r"^\W*(?:(?:my\s+mistake|sorry|no|oops|wait)\b\W*)+only\s+(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\s*[.,;]\s*(?:the|my)\s+[\w' -]{2,30}?\s+(?:is|are)\s+(?:still\s+open|not\s+(?:done|finished)(?:\s+yet)?|still\s+to\s+do)\W*$", r"no, only \g<what>"),
    (r"^\W*i\s+(?:got|had)\s+the\s+(?:number|task|name|order)s?\s+wrong\s*[,;.]\s*(?=(?:that|it)\s+should\s+have\s+been\b|it(?:'s|\s+was)\b|i\s+meant\b)", "no, "),
    (r"\b(?P<those>those|these)\s+(?:two|three|four|[234])(?=\s+(?:now|too|again|then|instead|tasks|ones)\b)", r"\g<those>"),
    # "Lunch with Ella is now dinner with Ella, change that."
    (r"^\W*(?P<what>[^,;.]{2,30}?\b(?P<same>[\w'-]+))\s+is\s+(?:now|going\s+to\s+be|becoming)\s+(?P<new>[^,;.]{2,30}?\b(?P=same))(?:\s+from\s+(?:today|now)(?:\s+on)?)?\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:change|update|rename|fix|edit)(?:\s+(?:that|it))?\W*$", r"rename \g<what> to \g<new>"),
    (r"^\W*(?P<what>[^,;.]{3,40}?)\s+(?:now\s+)?goes\s+by\s+the\s+name\s+(?:of\s+)?(?P<new>[^,;.]{3,40}?)(?:\s+now)?\W*$", r"rename \g<what> to \g<new>"),
    # "We want plums instead of pears, so change that task."
    (r"^\W*(?:we|i)(?:(?:'d|\s+would)?\s+(?:want|need|prefer|like)|(?:'re|'m|\s+are|\s+am)\s+(?:having|getting|using|buying|making))\s+(?P<new>[\w'-]+)\s+(?:instead\s+of|rather\s+than)\s+(?P<old>[\w'-]+)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:change|update|correct|fix|adjust)\s+(?:that|it|the)(?:\s+(?:task|one))?\W*$", r"change \g<old> to \g<new>"),
    (r"^(?P<lead>\W*(?:(?:and|please|then|also)\b\W*)*)(?:make|turn)\s+(?P<what>(?:(?:the|my)\s+)?(?P<same>(?!(?:it|that|this|them|me|the|my)\b)\w+)\s+[\w'-]+)\s+into\s+(?P<new>(?P=same)\s+[\w'-]+)\W*$", r"\g<lead>rename \g<what> to \g<new>"),
    (r"(?<=\bname)\s*,\s*namely\s+(?=\w)", " "),
    # "I'd rather have the report called “…”", "update the title of the meeting", and what it is now.
    (r"^\W*i(?:'d|\s+would)\s+(?:rather\s+have|like|prefer)\s+(?P<what>(?:the|my)\s+[\w' -]{2,40}?)\s+(?:to\s+be\s+)?(?:called|named|titled)\s+(?P<new>(?-i:[A-Z])[^,;]*?|\"[^\"]+\")\W*$", r"rename \g<what> to \g<new>"),
    (r"^\W*(?:please\s+)?(?:update|change|set|edit|fix)\s+the\s+(?:title|name)\s+of\s+(?P<what>(?:the|my|task|number)\b[^,;:]{0,40}?)\s*[:,;]\s*(?:from\s+now\s+on\s+)?(?:it(?:'s|\s+is|\s+should\s+be|\s+should\s+say)|make\s+it|call\s+it)\s+(?P<new>(?-i:[A-Z])[^,;]*?|\"[^\"]+\")\W*$", r"rename \g<what> to \g<new>"),
    # "What I still need to do is brush the cat, so add it."
    (r"\bwhat\s+(?P<who>i|we)\s+(?:still\s+)?(?:need|have|want)\s+to\s+do\s+(?:is|:)\s*(?:to\s+)?(?P<what>(?!(?:cancel|clear|finish|complete|delete|remove|change|move)\b)\w[^,;.]*?)(?:\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:add|put|note)\s+(?:it|that)(?:\s+(?:down|on|please))*)?(?=\W*$)", r"\g<who> need to \g<what>"),
    (r"^(?P<what>\W*(?!.*\b(?:is|are|add|i|we|delete|remove|split|show|complete|mark)\b)\w[\w' ,-]{3,120}?\s+and\s+[\w' -]{2,30}?)\s*[,:;]\s*(?:each|all)(?:\s+(?:one|of\s+them))?\s+as\s+(?:its|their|an?)\s+own\s+(?:tasks?|items?|entr(?:y|ies))(?:\s+please)?\W*$", r"add \g<what> as separate tasks"),
    (r"^[^,;.]{3,40},\s*so\s+(?=my\s+list\s+(?:should|needs|must)\b)", ""),
    (r"^\W*(?:oops\W+|sorry\W+)?(?:a\s+)?typo\s*[,.:;!\u2013\u2014-]+\s*(?=it\s+should\b)", ""),
    # "But the filter is", after one that is not.
    (r"^\W*(?:it\s+)?turns\s+out\s+(?:that\s+)?(?:i|we)\s+(?:already\s+|still\s+)?have\s+(?:both|them|it|all(?:\s+of\s+(?:them|it))?)(?:\s+(?:at\s+home|already|here))*\s*[,;.]\s*(?:so\s+)?(?=\w)", ""),
    (r"^\W*(?:and\s+)?the\s+other\s+(?:one|task)\s+(?:is|'s|has\s+been)\s+(?:now\s+|already\s+)?(?:done|paid|sent|bought|made|\w{2,}ed)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:tick|check|mark|cross)\s+(?:it|that)(?:\s+(?:off|as\s+(?:done|complete|completed)|done))?\W*$", "mark the other one as done"),
    (r"^(?P<do>\W*(?:(?:please|now|then|and|ok(?:ay)?)\b\W*)*(?:delete|remove|clear|erase))\s+everything\s+else(?:\s+(?:too|as\s+well|now|please))*\W*$", r"\g<do> all the others"),
    # "Piano has no date after all, take the date out."
    (r"^\W*(?P<what>[^,;.]{2,40}?)\s+(?:has|needs)\s+no\s+(?:due\s+)?(?P<field>date|deadline|priority)(?:\s+(?:after\s+all|any\s?more|now))?\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:take|remove|drop|clear|delete)\s+(?:the|its|that)\s+(?:due\s+)?(?:date|deadline|priority)(?:\s+(?:out|off|away|again))*\W*$", r"remove the \g<field> of \g<what>"),
    (r"^\W*(?:please\s+)?(?:update|change|set|edit)\s+(?:the|its)\s+(?:title|name)\s*:\s*(?P<new>\S.*?)\W*$", r"rename it to \g<new>"),
    (r"(?P<it>\bit(?:'s|\s+is)\s+(?:the\s+)?[\w'-]+(?:\s+[\w'-]+)?\s*,\s*not\s+(?:the\s+)?[\w'-]+(?:\s+[\w'-]+)?)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:fix|correct|change|update)\s+(?:that|this|the)\s+(?:task|one|title|name)(?=\W*$)", r"\g<it>"),
    (r"\bthe\s+latter(?=\s+(?:is|are|as|high|low|medium|to|can|should|needs|has|on|for|due|please)\b|\W*$)", "the last one"),
    # "Sorry, I did the vacuuming, not the ironing": putting_right makes "my mistake" that.
    (r"^\W*(?:sorry|oops|no)\s*[,.:;!\u2013\u2014-]+\s*i\s+(?:did|finished|completed)\s+(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\s*,\s*not\s+(?:the|my)\s+[\w' -]{2,30}?\W*$", r"no, I meant \g<what>"),
    (r"^(?:\W*\b(?:sorry|oops|oh|no)\b)*\W*i\s+(?:mixed|got|confused)\s+(?:them|those|these|the\s+two)\s*(?:up|mixed\s+up|wrong)\s*[.,;!]\s*(?=it\s+was\b)", "no, "),
    # "Her name is Sara without h, please fix the lunch task."
    (r"^\W*(?:(?:no|oh|sorry|oops)\b\W*)*(?:his|her|the)\s+name\s+is\s+(?P<new>[A-Z][\w'-]+)(?:\s+with(?:out)?\s+[\w ]{1,12}?)?\s*[,.;]\s*(?:please\s+|can\s+you\s+)?(?:fix|correct|change)\s+(?:that|it|the\s+[\w' -]{2,20}?)\W*$", r"it's spelled \g<new>"),
    # "Actually just 1 kg is enough."
    (r"^(?P<lead>\W*(?:(?:actually|no|hm+|oh|well)\b\W*)+(?:(?:just|only)\s+)?)(?P<what>\d+\s*\w*)\s+(?:is|are)\s+(?:enough|fine|plenty)\W*$", r"\g<lead>\g<what>"),
    (r"^(?P<did>\W*(?:i|we)(?:'ve|\s+have)?\s+(?:got|bought|did|finished)\s+(?:both|them\s+all|all\s+of\s+them|everything))\s+(?:today|already|just\s+now|this\s+morning|yesterday)\W*$", r"\g<did>"),
    # "And call the fence one paint fence white."
    (r"^\W*(?:and\s+|please\s+)*call\s+(?P<what>the\s+(?P<same>[\w'-]+)\s+(?:one|task))\s+(?P<new>(?=[^,;.]*\b(?P=same)\b)[a-z][\w' -]{3,60}?)\W*$", r"rename \g<what> to \g<new>"),
    # "I do need it, get it back", "no wait, I need that one again".
    (r"^(?:\W*\b(?:actually|no|wait|oh|hm+|sorry)\b)*\W*i\s+(?:do|still|actually)\s+(?:need|want)\s+(?:it|that|that\s+one)(?:\s+after\s+all)?\s*[,.;]\s*(?:so\s+)?(?:please\s+)?(?:get|bring|put)\s+(?:it|that)\s+back\W*$", "restore it"),
    (r"^(?:\W*\b(?:actually|no|wait|oh|hm+|sorry)\b)+\W*i\s+(?:do\s+)?(?:need|want)\s+(?:it|that|that\s+one)\s+again\W*$", "restore it"),
    (r"^(?:\W*\b(?:anyway|so|ok(?:ay)?|well|at\s+least)\b)*\W*(?P<who>i|we)\s+(?:finally\s+|just\s+)?(?:did\s+manage|managed)\s+to\s+(?!(?:finish|complete)\b)(?=[a-z]+\s+(?:the|my)\s)", r"\g<who> finished to "),
    # "It isn't the blue shirt I have to iron, it's the white one."
    (r"^\W*it(?:\s+isn't|'s\s+not|\s+is\s+not)\s+the\s+(?P<old>[\w'-]+)\s+(?P<noun>[\w'-]+)(?:\s+(?:that\s+)?i\s[\w ]{2,20}?)?\s*,\s*(?:but\s+)?it(?:'s|\s+is)\s+the\s+(?P<new>[\w'-]+)\s+one\W*(?:(?:can|could)\s+you\s+fix\s+(?:that|it|the)(?:\s+task)?\W*)?$", r"change \g<old> to \g<new> in the \g<old> \g<noun> task"),
    # "It should say “A” instead of “B”", "there's a typo in number 2, the correct spelling is “A”".
    (r"^(?:[^\"]{3,60}[,.;]\s*(?:so\s+)?)?\W*it\s+should\s+(?:say|be|read)\s+(?P<new>\"[^\"]+\")\s+(?:instead\s+of|rather\s+than|and\s+not|not)\s+(?P<old>\"[^\"]+\")\W*$", r"rename \g<old> to \g<new>"),
    (r"^\W*there(?:'s|\s+is)\s+a\s+(?:typo|mistake)\s+in\s+(?P<what>(?:task|number)\s+\d+|the\s+[\w' -]{2,30}?)\s*[,.;:]\s*(?:the\s+(?:correct|right)\s+(?:spelling|title|name)\s+is|it\s+should\s+(?:be|say|read))\s+(?P<new>\"[^\"]+\")\W*$", r"rename \g<what> to \g<new>"),
    (r"^(?:\W*\b(?:oh|ah|hm+|sorry)\b)*\W*i\s+must\s+have\s+(?:never\s+added|forgotten\s+to\s+add)\s+(?:it|that)\s*[.,;!]\s*(?=\w)", ""),
    (r"^\W*(?:please\s+)?replace\s+(?P<old>[\"'][^\"']+[\"'])\s+(?:with|by)\s+(?:two|these|the)\s+(?:new\s+)?(?:tasks|ones)\s*:\s*(?P<a>[\"'][^\"']+[\"'])\s*,?\s+and\s+(?P<b>[\"'][^\"']+[\"'])\W*$", r"delete \g<old>. add \g<a>. add \g<b>"),
    (r"^(?P<do>[^.;]{0,40}\b(?:wipe|clear|delete|empty|erase)\b[^.;]{0,40}\b(?:list|tasks|everything))\s+and\s+start\s+(?:over|again|fresh|afresh|anew)(?=\W*$)", r"\g<do>"),
    # "What was that task called again?"
    (r"(?P<lead>^\W*|[.!]\s+)what\s+(?:was|is)\s+(?:that|this)\s+(?:task|one|thing)\s+(?:called|named)(?:\s+again)?\?", r"\g<lead>is it done?"),
    # "That went quickly, I've done it."
    (r"^\W*that\s+(?:went|was)\s+(?:(?:really|very|so|quite)\s+)?(?:quick(?:ly)?|easy|fast|well|smoothly|hard\s+work)\s*[,.!;]\s*(?=\w)", ""),
    # "Here's what is still missing on my list", and then what it is.
    (r"^(?P<why>[^:]{0,80}[.!;]\s*)?(?:here(?:'s|\s+is|\s+are)\s+)?(?:what(?:'s|\s+is)|these\s+are|the\s+things)\s+(?:that\s+(?:is|are)\s+)?(?:still\s+)?missing\s+(?:on|from)\s+(?:my|the)\s+list\s*:\s*", r"\g<why>add: "),
    # "The wedding is off, so remove …": why.
    (r"^\W*(?:(?:the|my|our)\s+)?[\w' -]{2,30}?(?:'s|\s+is|\s+are|\s+was|\s+were)\s+(?:now\s+|finally\s+|already\s+)?(?:off|over|cancelled|canceled|called\s+off)\s*[,;.!]\s*(?:so\s+|and\s+)?(?=(?:please\s+|you\s+can\s+|can\s+you\s+|let's\s+)?(?:delete|remove|erase|clear|get\s+rid\s+of|drop|scrap)\b(?!\s+(?:it|that|this|them|those)\b))", ""),
    # "Let's start with sweeping the porch."
    (rf"^(?P<lead>\W*(?:(?:ok(?:ay)?|then|so|well|right)\b\W*)*)let(?:'s|\s+us|\s+me)\s+(?:start|begin)\s+(?:off\s+)?with\s+(?P<what>(?!(?:deleting|removing|completing|marking|adding|moving|changing|showing)\b)(?:\w{{3,}}ing\s+(?:the|my|a|some)\s|{_VERB}\s+(?:the|my|a|some)\s)[^.!?;]*?)(?:[.!?;]\s*(?:please\s+)?(?:add|put|note)\s+(?:that|it)(?:\s+(?:on|down|please))*)?(?=\W*$)", r"\g<lead>add \g<what>"),
    # "I got back from walking him", "I'm back from the run".
    (r"(?P<lead>(?:^|[.!;,]\s)\W*(?:so\s+|and\s+)?)(?P<who>i|we)(?:'m|'re|'ve|\s+am|\s+are|\s+have)?\s+(?:just\s+)?(?:(?:got|came)\s+)?back\s+from\s+(?=\w+ing\s+(?:him|her|it|them|the|my)\b)", r"\g<lead>\g<who> finished "),
    # "Then add repair the roof as a new task."
    (r"^(?P<add>\W*(?:(?:oh|ok(?:ay)?|then|please|so|and|well)\b\W*)*(?:add|put|create|note|save)\s+(?!(?:it|that|this|them)\b)[^,;.\n]{2,100}?)\s+as\s+an?\s+(?:new\s+)?(?:task|to-?do|item|reminder|entry)(?=(?:\W+please)?\W*$)", r"\g<add>"),
    # "And the cake? Same day."
    (r"^\W*(?:and\s+|what\s+about\s+)?(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\?\s+(?:the\s+)?(?P<same>same\s+(?:day|date))\W*$", r"use the \g<same> for \g<what>"),
)  # fmt: skip


def phrase_message(text: str) -> str:
    """The message in the words that the rules know, or as it was."""
    return _GET_SOME.sub(_named_again, reword(text, _WORDINGS))
