"""Wordings of a whole message, put in those that the rules know before it is cut into clauses.

What a clause alone can tell is in `phrasing.py`; here a part of the message bears on another.
"""

from __future__ import annotations

import re

# "We're out of tea, remind me to get some": of what there is none left.
_GET_SOME = re.compile(
    r"\b(?P<out>out\s+of|low\s+on|short\s+of)\s+(?P<what>[\w' -]{2,40}?)(?:\s+(?:again|already|now))?\s*(?:[,.;]\s*(?:and\s+|so\s+)?|\s+(?:and|so)\s+)(?P<lead>(?:(?:please|can|could|you|add|put|make|a|note|remind|me|so|i|we|need|have|must|should|to|gotta|got|also|just|reminder|task)\s+)*(?:get|buy|order|grab|pick\s+up|fetch)\s+)(?P<some>some(?:\s+more)?|more)"
    r"(?=\W*$|\s+(?:for|on|by|tomorrow|today|tonight|this|next)\b)",
    re.IGNORECASE,
)


def _named_again(found: re.Match[str]) -> str:
    return f"{found['out']} {found['what']}. {found['lead']}{found['some']} {found['what']}"


_WORDINGS = [
    # "Sorry, 4pm I meant" puts first what is right.
    (r"^(?P<lead>\W*(?:(?:no|nope|sorry|oops|wait|oh|hm+|ah|um+)\b\W*)*)(?P<what>\S[^,.;!?]{0,40}?),?\s+i\s+meant?\W*$", r"\g<lead>I meant \g<what>"),
    # "Call Mark with a k".
    (r"(?<=\w),?\s+(?:spelled\s+|spelt\s+)?with\s+(?:(?:a|an|one|two)\s+[a-z]s?|ph|ck|double\s+[a-z])(?=\W*$)", ""),
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
    # "Football boots too, size 36."
    (r"(?<=\w)\s+too\s*,\s+(?=\w)", ", "),
    # "And the cake? Same day."
    (r"^\W*(?:and\s+|what\s+about\s+)?(?P<what>(?:the|my)\s+[\w' -]{2,30}?)\?\s+(?:the\s+)?(?P<same>same\s+(?:day|date))\W*$", r"use the \g<same> for \g<what>"),
]  # fmt: skip
_COMPILED = [(re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in _WORDINGS]


def phrase_message(text: str) -> str:
    """The message in the words that the rules know, or as it was."""
    for pattern, plain in _COMPILED:
        text = pattern.sub(plain, text)
    return _GET_SOME.sub(_named_again, text)
