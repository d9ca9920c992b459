"""Wordings of a message that wants something kept, put in those that the rules know.

"Make sure the tyres are on my list" is "add the tyres to my list"; a story around a wish is left out
where it would be taken for a part of it.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.tables import reword, wordings

_ASK = r"(?:(?:please|can\s+you|could\s+you|would\s+you|will\s+you|so|and|then|just|also)\s+)*"
_LIST = r"(?:(?:my|the|our)\s+(?:\w+[\s-]+)?(?:list|tasks|to-?dos?|todos?))"
_NEED = r"(?:i|we)(?:'ve\s+got\s+to|\s+(?:have|need|ought)\s+to|\s+must|\s+should)"
_VERB = rf"(?:{'|'.join(sorted(ERRAND_VERBS))})"
_LEVEL = r"(?P<level>high|top|low|medium)"
_WORDINGS = wordings(
    # Several in one breath.
    (r"(?<=\w)\s+as\s+(?:two|three|four|[2-4])\s+separate\s+(?:ones|items|to-?dos)(?=\W*$)", " as separate tasks"),
    (r"^\W*(?:and\s+)?(?:also|plus|and)\s+(?P<new>\"[^\"]+\"|'[^']+')(?:\s+(?:too|as\s+well|please))*\W*$", r"\g<new> too"),
    (rf"^\W*(?:(?:and|n)\s+)?(?:one\s+more|another\s+one|another)(?:\s+(?:thing|task))?\s*[,:]\s*(?={_VERB}\s)", "add "),
    (r"^(?P<lead>\W*)for\s+(?!(?:today|tomorrow|tonight|next|this|the\s+\d|\w+day)\b)[\w' ]{3,30}?,?\s+(?=(?:i|we)\s+(?:still\s+|also\s+)?(?:have|need|must|want)\b[^.:\n]{0,40}:)", r"\g<lead>"),
    (r"^\W*(?:two|three|four|some|a\s+few|a\s+couple)\s+more\s+for\s+the\s+(?!(?:bin|trash|list)\b)[\w' ]{2,25}?(?:\s+please)?\s*:\s*", "add these tasks: "),
    (r"^\W*(?:please\s+)?(?:may|can|could)\s+i\s+(?:please\s+)?have\s+(?:two|three|four|some|a\s+few|a\s+couple\s+of)\s+(?:more\s+|new\s+)?(?:things|tasks|items)\s+on\s+(?:there|it|my\s+list|the\s+list)\s*:\s*", "add these tasks: "),
    (rf"^\W*(?:(?:ok(?:ay)?|so|then|please)\b\W*)*start\s+(?:it|me|us|the\s+list|my\s+list)\s+off\s+with\s+(?!.*\b(?:slate|list|fresh|blank|empty)\b)(?={_VERB}\s)", "add "),
    (r"^\W*if\s+(?:it's|its|that's|it\s+is)\s+not\s+(?:already\s+)?(?:on\s+(?:there|it|my\s+list|the\s+list)|there)(?:\s+(?:yet|already))?\s*,?\s+(?:please\s+)?(?=(?:add|put)\b)", ""),
    (r"^\W*(?:oh\s+)?(?:right|yes|ok(?:ay)?|of\s+course)?\W*i\s+never\s+(?:put|added|wrote)\s+(?:it|that)(?:\s+(?:on|down|in))?\W*(?:(?:doesn't|doesnt)\s+matter|never\s*mind)\W*$", "never mind, leave it"),
    (r"^\W*(?:ok(?:ay)?\W+)?go\s+on(?:\s+then)?\s*,\s*(?=add\b)", ""),
    (r"^(?P<lead>\W*)for\s+(?!(?:today|tomorrow|tonight|next|this|the\s+\d|\w+day)\b)[\w' ]{3,30}?,?\s+(?=(?:i|we)\s+(?:still\s+|also\s+)?(?:have|need|must)\b[^.]*,[^.]*\sand\s)", r"\g<lead>"),
    (r"^(?P<what>\W*(?!(?:hi|hello|hey|please|ok(?:ay)?|i|we)\b)(?!.*\b(?:is|are|was|were|delete|remove|complete|show)\b)[^.;:\n\"]+?,[^.;:\n\"]+?)\s*(?:[.:;\u2013\u2014-]+|,)\s*(?:please\s+)?add\s+(?:these|those|them|all\s+(?:of\s+)?(?:these|them))(?:\s+(?:please|to\s+(?:my|the)\s+list))*\W*$", r"add these tasks: \g<what>"),
    (rf"^(?P<add>\W*{_ASK}(?:add|create|put))\s+both\s+(?=\S.*\sand\s)", r"\g<add> "),
    (rf"^(?P<add>\W*{_ASK}add\s[^,.;]{{3,60}}?)\s+as\s+well\s+as\s+(?={_VERB}\s)", r"\g<add> and "),
    (rf"(?<=\w),?\s+and\s*,\s*(?:after\s+that|afterwards|then)\s*,\s*(?={_VERB}\s)", " and "),
    (r"^\W*(?:(?:ok(?:ay)?|so|and)\b\W*)*(?:i(?:'ve|\s+have)?\s+(?:got\s+)?|there\s+are\s+)?(?:two|three|four|five|six|[2-6]|a\s+few|some|a\s+couple\s+of)\s+(?:new\s+|more\s+|other\s+)*(?:things|tasks|to-?dos|jobs|errands)\s+(?:for\s+(?!today\b|tomorrow\b|\w+day\b(?!'))[\w' ]{2,25}?|to\s+(?:do|add|take\s+care\s+of))(?:\s*,\s*each(?:\s+one)?\s+as\s+(?:its\s+own|a\s+separate)\s+task)?(?:\s+please)?\s*:\s*", "add these tasks: "),
    (r"^\W*(?:(?:ok(?:ay)?|so|and)\b\W*)*(?:what|the\s+things)\s+(?:i|we)\s+(?:still\s+)?(?:need|have)\s+to\s+do\s*:\s*(?=\w)", "add these tasks: "),
    # Ways to ask for a new task.
    (rf"^\W*(?:it\s+|i\s+think\s+it\s+)?(?:would|might)\s+be\s+(?:good|nice|great|useful|handy|wise|best)\s+to\s+have\s+(?P<what>(?!(?:less|more|fewer|everything|something|nothing|all)\b)\S[^,;.]*?)\s+on\s+(?P<list>{_LIST}|there)\W*$", r"add \g<what> to my list"),
    (rf"^\W*{_ASK}(?:let\s+me|allow\s+me\s+to)\s+(?:just\s+|quickly\s+)?(?=(?:add|put|note|write|jot)\b)", ""),
    (rf"^\W*{_ASK}get\s+(?P<what>(?={_VERB}\s)\S[^,;.?]*?)\s+on(?:to)?\s+(?P<list>{_LIST})\W*$", r"add \g<what> to \g<list>"),
    (r"^\W*(?:(?:oh|and|ok(?:ay)?|so)\b\W*)*(?:(?:i(?:'ve|\s+have)(?:\s+got)?|got)\s+(?:something|one(?:\s+more)?(?:\s+thing)?|another(?:\s+(?:one|thing))?|a\s+(?:new\s+)?(?:task|thing|job|one|item))\s+(?:else\s+)?(?:to\s+add|for\s+(?:you|my\s+list|the\s+list))|for\s+later|for\s+(?:my|the)\s+list|something\s+(?:else|new)|here's\s+(?:a\s+new\s+one|one\s+more|another(?:\s+one)?))\s*:\s*(?!(?:add|delete|remove|mark|complete|show|rename|move|tick|cross|check|finish|clear|what|which|how|is|are)\b)(?=\w)", "add "),
    (rf"^\W*{_ASK}(?:keep\s+in\s+mind|remember|bear\s+in\s+mind|make\s+a\s+note)\s+that\s+(?={_NEED}\b)(?P<need>[^?]*)\??", r"\g<need>"),
    (r"^\W*what\s+i\s+(?:need|want|'d\s+like)\s+is\s+a\s+(?:new\s+)?(?:task|to-?do)\s+(?=(?:to|for|called|named)\b)", "add a task "),
    (rf"^\W*{_ASK}open\s+a\s+(?:new\s+)?(?P<noun>task|to-?do|item)\s+(?=(?:to|called|named)\b|:)", r"add a \g<noun> "),
    (r"\b(?P<who>i|we)'ve\s+to\b", r"\g<who> have to"),
    (r"^\W*(?:can't|cannot|(?:i\s+)?mustn't|must\s+not|shouldn't|better\s+not)\s+forget\s+(?:about\s+)?", "don't let me forget "),
    (r"^\W*(?:good\s+\w+\W+)?(?:if\s+(?:it\s+isn't|it's\s+not|that's\s+not)\s+too\s+much\s+(?:trouble|bother)|if\s+(?:that's|it's)\s+(?:ok(?:ay)?|possible|fine)|if\s+you\s+don't\s+mind|if\s+possible)\s*,\s*", ""),
    (rf"\b{_ASK}make\s+sure\s+(?:that\s+)?(?P<what>(?!(?:everything|it|that|this|all|nothing|they|these|those)\b)\S[^,.;?]*?)\s+(?:is|are|gets?)\s+(?:put\s+)?on\s+(?P<list>{_LIST})", r"add \g<what> to \g<list>"),
    (rf"^\W*{_ASK}(?:note|record|write|put|jot)\s+(?:down\s+)?that\s+(?={_NEED}\b)", ""),
    # What has run out.
    (r"^\W*there(?:'s|\s+is|\s+are)\s+no\s+(?P<what>(?!(?:hope|time|way|choice|room|reason|point|doubt)\b)[\w' -]{2,40}?)\s+left(?:\s+in\s+[\w ]+?)?\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:add|put)\s+(?:it|that|some)(?:\s+(?:on|to)\s+(?:the|my)\s+list)?(?:\s+please)?\W*$", r"add \g<what>"),
    (r"^\W*(?:i|we)?(?:'ve|\s+have)?\s*(?:just\s+)?used\s+(?:up\s+)?the\s+last\s+of\s+(?:the\s+|my\s+|our\s+)?(?P<what>[\w' -]{2,40}?)\s*[,;.]\s*(?:so\s+)?(?:(?:please|can\s+you|could\s+you)\s+)*(?:add|put)\s+(?:it|that|some)\b[^,.;]*$", r"add \g<what>"),
    (r"^\W*(?:i'm|we're|i\s+am|we\s+are)?\s*(?:(?:running|getting|nearly|almost|completely|already)\s+)*(?:out\s+of|low\s+on|short\s+of|short\s+on)\s+(?P<what>(?!(?:time|ideas|luck|patience|money|cash|breath)\b)[\w' -]{2,40}?)\s*,?\s+(?:and\s+|so\s+)?(?:i\s+|we\s+)?(?:need|have|must|should|better)(?:\s+to)?\s+(?P<verb>get|buy|order|grab|pick\s+up)?\s*(?:some(?:\s+more)?|more)(?P<when>\s+(?:by|for|on|before)\s+\S.*)?\W*$", r"add \g<verb> \g<what>\g<when>"),
    (rf"^(?!.*\b(?:what|who|which|whatever|never|hardly|not|that|that's|thing|sort|nothing)\b)(?:.*[,;.]\s*(?:so\s+)?)?(?P<what>(?!(?:these|those|they|all\s+of|them|both|everything|nothing|nobody|this|that|it)\b)[\w' -]{{2,40}}?)\s+(?:also\s+)?(?:goes|should\s+(?:also\s+)?go|has\s+to\s+go|needs\s+to\s+go|must\s+go|can\s+go|belongs)\s+on\s+(?P<list>{_LIST})(?:\s+(?:too|also|as\s+well|please|now))*(?P<due>\s*,\s*(?:due\s+)?(?:by\s+|for\s+|on\s+)?(?:today|tomorrow|(?:next\s+)?\w+day))?\W*$", r"add \g<what>\g<due> to \g<list>"),
    (r"(?<=[^\s.;])(?=\W*[.;\n\u2013\u2014-])[\s.;\u2013\u2014-]{1,6}(?:these|those|they|all\s+(?:of\s+)?(?:these|those|them)|all\s+(?:three|four|five))\s+(?:should|must|need\s+to|have\s+to|can)?\s*(?:all\s+)?(?:go|be|belong)\s+on\s+(?:my|the)\s+(?:[\w-]+\s+)?list(?:\s+(?:please|too))*\W*$", ""),
    # "Put eggs and butter on the list as separate tasks."
    (r"^(?P<add>\W*(?:(?:please|can\s+you|could\s+you)\s+)*)(?:put|add|write|stick|pop|note)\s+(?P<what>[^.;\n]{2,120}?)\s+(?:on|to|onto|in)\s+(?:my|the)\s+(?:[\w-]+\s+)?list\s*,?\s+(?P<as>(?:each\s+)?as\s+(?:\w+\s+){0,2}(?:tasks|items|to-?dos|entries|things)|separately)(?=\W*$)", r"\g<add>add \g<what> \g<as>"),
    # "There should be one task named “A” plus another named “B”."
    (r"^\W*there\s+(?:should|must|needs?\s+to|has\s+to)\s+be\s+(?:an?|one|two)\s+(?:new\s+)?(?:tasks?|to-?dos?|items?|reminders?)\s+(?:named|called|titled|saying|for)\s+(?P<a>\"[^\"]+\")(?:\s*,?\s*(?:plus|and)\s+(?:(?:another|one|a\s+second)(?:\s+(?:one|task|item))?\s+(?:named|called|titled|saying|for)\s+)?(?P<b>\"[^\"]+\"))?\W*$", r"add \g<a> and \g<b>"),
    # "Let's start with one then", and what it is.
    (r"^\W*(?:(?:ok(?:ay)?|then|so|well|right)\b\W*)*let(?:'s|\s+us|\s+me)\s+(?:start|begin)\s+(?:off\s+)?with\s+(?:one|this(?:\s+one)?|a\s+first\s+one)(?:\s+then)?\s*:\s*", "add "),
    # "There's one more thing I have to do, which is wash the car."
    (r"\bthere(?:'s|\s+is)\s+(?:(?:one\s+more|another|one|a)\s+thing|something\s+(?:else|more))\s+(?:that\s+)?(?P<who>i|we)\s+(?:have|need|want|must|should)(?:\s+to\s+do)?\s*(?:,?\s*(?:which\s+is|namely)|:|\u2013|\u2014|\s-)\s*(?:to\s+)?(?=\w)", r"\g<who> have to "),
    (r"^\W*(?:i\s+(?:need|have)|we\s+need)\s+(?:two|three|four|five|some|a\s+few)\s+(?:things|items|tasks)(?:\s+from\s+the\s+[\w' -]{2,20}?)?\s*,\s*(?:one\s+(?:task|entry|item)\s+each|each\s+(?:as\s+)?(?:its\s+own|a|an?\s+own)\s+(?:task|entry)|separately)\s*[:,]\s*", "add these tasks: "),
    (r"\b(?:i|we)\s+(?:want|need|have)\s+to\s+do\s+(?:two|three|four|five|[2-6]|some|a\s+few)\s+things(?:\s+(?P<day>today|tomorrow)|\s+this\s+week)?\s*:\s*", r"add these tasks \g<day>: "),
    # "I have to print it and send it, can you add those?": the need says it already.
    (r"^(?P<told>.*\b(?:i|we)(?:\s+(?:also\s+|still\s+)?(?:have|need|must|ought)|'ve\s+got)\s[^?]*?\w)\s*[,;.]\s*(?:(?:please|can\s+you|could\s+you)\s+)+(?:add|note|put|write|save)\s+(?:both|them|those|these|all)(?:\s+of\s+(?:them|these|those))?(?:\s+(?:down|on|please|for\s+me))*\W*$", r"\g<told>"),
    (r"^(?:\W*(?:can|could|would)\s+you|\W*please)?\W*(?:create|add|make)\s+(?:an?|another|one)\s+(?:new\s+)?(?:to-?do|task|item|reminder)(?:\s+for\s+me)?\s*[?.!]\s*it(?:'s|\s+is)\s+(?P<what>\"[^\"]+\")\W*$", r"add \g<what>"),
    (r"^\W*two\s+more\s+(?:for|on|to)\s+(?:my|the)\s+list\W+(?:please\W+)?one\s+is\s+(?P<a>\"[^\"]+\")\s*,?\s*(?:and\s+)?the\s+other(?:\s+one)?\s+is\s+(?P<b>\"[^\"]+\")\W*$", r"add \g<a> and \g<b>"),
    (r"^(?P<lead>\W*(?:please\s+)?(?:add|create|make)\b[^.;\n]{3,80}?)\s+and\s+an?\s+(?P<level>high|low|medium)[\s-]+priority\s+(?:one|task)\s+to\s+", r"\g<lead>. Add a \g<level> priority task to "),
    (rf"^\W*(?P<what>{_VERB}\s(?!what\b)[\w' -]{{2,40}}?)\s+(?:goes|should\s+go|belongs)\s+on\s+there(?:\s+(?:too|also|as\s+well))*(?P<due>\s*,\s*(?:due\s+)?(?:today|tomorrow|(?:on\s+)?\w+day))?\W*$", r"\g<what>\g<due>"),
    # Two new tasks, "one for the tax return and another for the ink".
    (r"^\W*(?:please\s+)?(?:make|create|add)\s+two\s+(?:new\s+|more\s+)?(?:tasks|to-?dos|items)\s*[,:]\s*one\s+(?:for|to)\s+(?P<a>[^,.;\"]{3,60}?)\s*,?\s+and\s+(?:another|one|the\s+other|a\s+second)(?:\s+one)?\s+(?:for|to)\s+(?P<b>[^,.;\"]{3,60}?)\W*$", r"add \g<a>. add \g<b>"),
    (r"(?P<lead>[.;]\s+)(?:then|and)\s+one\s+more\s*:\s*(?=\")", r"\g<lead>add "),
    # "Great. First thing", and what it is.
    (rf"(?P<lead>^\W*|[.!]\s+)(?:the\s+|my\s+)?first\s+(?:thing|one|task)\s*:\s*(?={_VERB}\s)", r"\g<lead>add "),
    # "Great, then start with this", and what it is.
    (r"^\W*(?:(?:great|ok(?:ay)?|then|so|well|right|good)\b\W*)*start\s+with\s+(?:this(?:\s+one)?|the\s+following)\s*:\s*", "add "),
    (r"^\W*(?:please\s+)?(?:include|add|put\s+in)\s+(?:two|three|four|some|a\s+few)\s+(?:more|new|other)\s+(?:tasks|things|items|to-?dos)\s*,\s*(?=\w)", "add these tasks: "),
    (r"^\W*(?P<level>high|low|medium|top)\s+prio(?:rity)?\s*:\s*(?P<what>[^.;:]+?)\s*[.;]\s*(?:please\s+)?(?:add|put|note|save)\s+(?:it|that|this)(?:\s+(?:down|on|please))*\W*$", r"add \g<what>, \g<level> priority"),
    (r"^\W*(?:i\s+need|we\s+need|get|buy|add)\s+(?P<what>[^.;:]+?,[^.;:]+?)\s*[.;]\s*(?:please\s+)?(?:make|add|put)\s+(?:each|every)(?:\s+(?:one|of\s+them))?\s+(?:as\s+)?(?:its\s+own|a\s+separate|an?\s+own|a)\s+(?:task|entry|item)(?:\s+please)?\W*$", r"add \g<what> as separate tasks"),
    (rf"^(?:\W*(?:empty|nothing|ok(?:ay)?|i\s+see|good|right)\b)*\W*put\s+(?P<what>{_VERB}\s[^,.;]+?)\s+(?:in\s+|on\s+)?there(?:\s+(?:please|then))*\W*$", r"add \g<what>"),
    # "Two things came up at work", and what. "Get those in here please."
    (r"^\W*(?:two|three|some|a\s+few|a\s+couple\s+of)\s+things\s+(?:have\s+)?c[oa]me\s+up(?:\s+(?:at|with|in|for)\s+[\w' ]{2,20}?)?\s*[:.]\s*(?=i\s+(?:must|need|have)\b)", ""),
    (r"(?<=\w)\s*[.;]\s*(?:please\s+)?(?:get|put)\s+(?:those|these|them|both)\s+(?:in|on)(?:\s+(?:here|there))?(?:\s+please)?\W*$", ""),
    # A level before the wish.
    (rf"^\W*(?:very\s+|really\s+)?(?:urgent|important)\s*[:,;.\u2013\u2014-]+\s*(?:but\s+)?(?P<wish>(?:{_NEED}|don't\s+let|remind\s+me)\b[^.;]*?)\W*$", r"\g<wish>, high priority"),
    (rf"^\W*{_LEVEL}\s+prio(?:rity)?(?:\s+for\s+(?P<when>today|tomorrow|\w+day))?\s*[:,;\u2013\u2014-]+\s*(?:but\s+)?(?P<wish>(?:{_NEED}|don't\s+let|remind\s+me|{_VERB})\b[^.;]*?)(?:\s+at\s+some\s+point)?\W*$", r"\g<wish> \g<when>, \g<level> priority"),
    (rf"^\W*it's\s+(?:really\s+|very\s+)?(?:urgent|important)\s+that\s+(?P<who>i)\s+(?P<wish>(?:{_VERB}|get|finish)\s.*?)\W*$", r"\g<who> need to \g<wish>, high priority"),
    (rf"(?<=\w)\s*,\s*(?:with\s+)?{_LEVEL}\s+prio(?:rity)?\s+(?:is|will|would)\s+(?:be\s+)?(?:fine|do|enough|ok(?:ay)?)(?=\W*$)", r", \g<level> priority"),
    (r"(?<=\w),?\s+(?:oh\s+)?and\s+it's\s+(?:really\s+|very\s+)?(?:important|urgent)(?:\s*,?\s*so\s+high(?:\s+prio(?:rity)?)?)?(?=\W*$)", ", high priority"),
    (rf"(?<=\w)\s*[,.\u2026]+\s*(?:hm+|no|well|actually|or)\s*,?\s*(?:better|rather|make\s+(?:it|that))\s+{_LEVEL}(?:\s+prio(?:rity)?)?(?=\W*$)", r". Make it \g<level> priority"),
    (rf"(?<!\bi\s)(?<!\bwe\s)\bput\s+(?P<what>(?:{_VERB}|\w+ing\s+(?:the|my|a))\s+[\w' -]+?)(?<!\bback)\s+on(?:\s+there)?(?P<for>\s+for\s+(?:today|tomorrow|\w+day))?(?P<level>\s+(?:with|at)\s+(?:top|high|low|medium)\s+prio(?:rity)?)?(?=\W*$)", r"add a task to \g<what>\g<for>\g<level>"),
    # Several, announced.
    (r"^\W*new\s+(?P<ones>tasks|to-?dos|items)\s*:\s*(?P<rest>[^.!?]*;[^.!?]*)$", r"new \g<ones>: \g<rest>"),
    (r"(?<=[\"'\u201d])\s+as\s+well\s+as\s+(?=[\"'\u201c])", " and "),
    (r"\s*,\s*oh\s+and\s+(?=to\s)", " and "),
    (r"^\W*(?:and\s+)?(?:the\s+)?(?:next|another|one\s+more)\s+(?:one|task|thing)\s*:\s*", "add a task: "),
    (rf"(?P<start>^|[.;!]\s+)(?:and\s+)?(?:the\s+)?next\s+(?:one|thing|task|up)(?:\s+(?:for\s+me|i\s+have\s+to\s+do|on\s+my\s+list))?\s+is\s+(?:to\s+(?={_VERB}\s)(?!wait\b)|(?={_VERB}\s+(?:the|my|an?|some|for|up|out)\s))", r"\g<start>I need to "),
    (rf"(?P<start>^|[.;,!]\s+)(?:and\s+)?(?:after\s+that|afterwards|next|then)\s*,?\s+(?={_NEED}\b)", r"\g<start>"),
    (rf"\b(?:add|create)\s+(?P<new>a\s+(?:new\s+)?(?:task|to-?do|item))\s+to\s+{_LIST}\s*[,:]?\s*(?:namely|which\s+is|:)\s*(?:to\s+)?", r"add \g<new> to "),
    (r"\b(?:shove|chuck|pop|throw|whack|bung|stick)\s+(?P<what>[\"\u201c][^\"\u201d]+[\"\u201d])\s+on\b", r"add \g<what>"),
    # What is no wish at all.
    (r"^\W*(?:hang|hold)\s+on(?:\s+(?:a|one)\s+(?:sec|second|minute|moment))?\s*[,.!]\s*(?=(?:my|the)\s+\w+(?:'s|\s+is)\b)", ""),
    (r"\b(?:i|we)(?:'ve\s+got|\s+have|\s+must)\s+(?:to\s+)?(?:say|admit|confess)\b(?=\s+(?:that|i|i'm|you|you're|we|it|it's|this)\b)", "I think"),
    (r"^\W*(?:ok(?:ay)?\W+)?never\s*mind\s*[,.;]\s*(?:i|we)(?:'ve|\s+have)\s+(?:still\s+)?(?:got\s+)?(?:some|one|enough|plenty)\b[^?.]*$", "leave it"),
    (r"^\W*i\s+nearly\s+[^.!?]*,\s*(?:but\s+)?(?:forget\s+it|never\s*mind|nvm)\W*$", "leave it"),
    (r"^\W*(?:i|we)(?:'ve|\s+have)\s+(?:got\s+)?(?:[\w-]+\s+){1,4}?(?:free|spare|to\s+spare|to\s+kill)\s*[,.;]\s*(?:so\s+)?(?=what\b|which\b)", ""),
    # A second thought on where it is for.
    (r"\b(?P<p>for|at|on|to|with|in)\s+(?P<old>(?:the\s+|my\s+)?[\w']+)\s*,\s*(?:well|no|sorry|i\s+mean|or\s+rather)\s*,?\s+(?P=p)\s+(?P<new>(?:the\s+|my\s+)?[\w']+(?:\s+[\w']+)?)(?:\s+(?:rather|instead))?(?=\W*$)", r"\g<p> \g<new>"),
)  # fmt: skip
# "Two new tasks please. First, cancel the paper. Second, order wood."
_COUNTED_OUT = re.compile(
    r"^\W*(?:i\s+have\s+|add\s+)?(?:two|three|four|five|some|a\s+few|a\s+couple\s+of)\s+(?:new\s+|more\s+)*(?:tasks|things|ones|to-?dos)(?:\s+please)?\s*[.:!]\s*(?=(?:first|one)\b)",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"(?:^|(?<=[.;,!]))\s*(?:and\s+)?(?:first|second|third|fourth|then|finally|lastly|one|two|three)(?:ly)?\s*[,:)]\s*",
    re.IGNORECASE,
)
_SEMICOLONS = re.compile(r"^(?P<lead>new\s+\w[\w-]*:)(?P<rest>.*)$", re.IGNORECASE)


def phrase_wish(text: str) -> str:
    """The message in the words that the rules know, or as it was."""
    text = reword(text, _WORDINGS)
    row = _SEMICOLONS.match(text)
    if row is not None:
        text = f"{row['lead']}{row['rest'].replace(';', ',')}"
    counted = _COUNTED_OUT.match(text)
    if counted is not None:
        text = _COUNTS.sub(" add a task to ", text[counted.end() :]).strip()
    return text
