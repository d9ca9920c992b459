"""How far a clause is meant: an order or a report, or an act that is weighed, told or refused.

The rules see cue words wherever they stand. Whether the act behind a cue is wished for is read here,
apart from them: nothing is changed on the word of others, on a doubt, or on a thought about later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from taskchat.model.embedded.english.pointing import without_reason
from taskchat.model.embedded.english.preamble import WONDERS

if TYPE_CHECKING:
    from taskchat.model.embedded.clauses.cutting import Clause
    from taskchat.model.embedded.requests import Verb

Mood = Literal["meant", "weighed", "refused"]


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NOT = (
    r"(?:\b(?:dont|never|not|without|stop|avoid|no\s+need\s+to|instead\s+of|rather\s+than)\b|n't\b)"
)
_ACTS = (
    r"(?:delet|remov|cancel|eras|clear|mark|complet|chang|drop|wip|touch|renam|mov|tick|check|undo|"
    r"revert|updat|edit|postpon|reschedul|scrap|bin\b|trash|add|creat|put\b|jot|remind|get\s+rid)"
)
# "You shouldn't delete the milk": the act is spoken of and not wanted.
_DENIED = _cue(rf"{_NOT}(?:\s+\w+){{0,4}}?\s+{_ACTS}(?:e|es|ed|ing|ling)?\b|\bno\s+{_ACTS}ing\b")
# "Don't bring it back". That something is *not done* is no denial, but a report of its own.
_DENIED_RETURN = _cue(
    r"\b(?:don'?t|do\s+not|never|no\s+need\s+to|not\s+to)\s+(?:\w+\s+){0,2}?(?:undo|revert|roll|"
    r"reopen|re-open|restore|bring|undelete|recover|uncheck|untick|unmark)\b"
)
# "Do not, under any circumstances, delete the rent": denied before the clause begins.
_NOT_AT_ALL = _cue(
    r"\b(?:do\s+not|don't|never)\s*(?:,|\b(?:ever|under\s+any|in\s+any)\b)[^.!?]*,?\s*$"
)
_POLITE_IF = (
    r"(?:you'd\s+be|you\s+(?:can|could|would|will|please|(?:delete|remove|erase|add|mark|tick|cross|rename|move|change|update|create|cancel|complete|push|bump|remind|put|set|take)\b|don't\s+mind|wouldn't\s+mind|(?:get|have"
    r"|find)\s+(?:a|the)\s+\w+)"
    r"|possible|that's\s+ok|it's\s+(?:ok(?:ay)?|possible))"
)
# "Maybe you could" is a way to ask, and no doubt.
_POLITE = re.compile(
    rf"{WONDERS}|\bon\s+second\s+thoughts?\b|"
    r"\b(?:maybe|perhaps)\s+(?=(?:you|u)\s+(?:can|could)\b)|(?<=\byou\s)(?:maybe|perhaps"
    r"|possibly)\b",
    re.IGNORECASE,
)
# Words that make an act less than an order, and a wish for a task less than a wish.
_DOUBTS = _cue(
    r"\b(?:might|maybe|perhaps|possibly|thinking\s+(?:of|about)|think\s+about|consider(?:ing|ed)|"
    r"(?:was|were|am|is)\s+(?:about|tempted)\s+to|tempted|(?:was|were)\s+(?:going|planning"
    r"|meaning)\s+to|"
    r"not\s+(?:so\s+|quite\s+|really\s+)?sure|unsure|undecided|dunno|don't\s+know|can't\s+decide"
    r"|no\s+idea|"
    r"wonder|wondering|suppose|supposing|imagine|pretend|hypothetically|in\s+theory|let's\s+say(?=\s+(?:i|we|you|that|the|he|she|they|it)\b)|"
    r"should\s+have|could\s+have|would\s+have|(?:should|would|could)'ve|wanted\s+to|meant\s+to|"
    r"planned\s+to|used\s+to|had\s+to|wish|dream(?:t|ed)|thought(?!\s+of)|believed|hoped|pretended"
    r"|some\s?day|eventually|"
    r"(?:i|we|one)\s+(?:could|may)|would\s+(?:be\s+(?:better|easier|good\s+to)|happen)|"
    r"(?<!you\s)would(?=\s+(?:delet|remov|cancel|mark|complet|chang|mov|renam|drop|add|have))|"
    r"i'd\s+(?=(?:\w+\s+)?(?:delet|remov|cancel|mark|complet|chang|mov|renam|drop|add)))\b"
    r"|\b(?:what|how)\s+about\s+\w+ing\b"
)
# These weigh an act on a task that exists. "I should call Tim" is still a wish for a task.
_ACT_DOUBTS = _cue(
    rf"\b(?:if(?!\s+{_POLITE_IF}\b)|unless|until\s+i|once|in\s+case|as\s+soon\s+as|depending"
    rf"|"
    r"probably|i\s+(?:guess|think|believe|hope|assume|reckon)|hopefully|supposedly"
    r"|allegedly|"
    r"(?:i|we)\s+(?:really\s+|still\s+)?(?:should|plan|intend)|"
    r"(?<!day\s)(?<!days\s)(?<!hour\s)(?<!hours\s)(?<!week\s)(?<!weeks\s)later|would\s+be|before\s+(?:i|we)|after\s+(?:i|we)|when\s+(?:i|we|the|it|he|she|they)|soon)\b"
)
# "The milk can go, I think, in the fridge".
_GOES_ON = _cue(
    r"\bcan\s+go\b(?!(?:\s+(?:too|now|then|please|as\s+well|entirely|completely))*\W*$)"
)
# Done in part is not done. It is a reason to reopen.
_IN_PART = _cue(
    r"\b(?:almost|nearly|half(?!\s+(?:past|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}|marathons?|term|time|price|fare|board|day|dozen|pint|year)\b)|halfway|partly|partially|mostly|not\s+quite)\b"
)
# What the speaker will do is not done, and no order; a date for it may be told all the same.
_WILL = _cue(
    r"\b(?:i|we)(?:'ll|\s+will|'m\s+(?:going\s+to|gonna)|\s+am\s+going\s+to|\s+gonna|\s+shall)\b"
)
# What must hold first: "if the rent is paid, mark it as done".
_CONDITION = _cue(rf"^\W*(?:if(?!\s+{_POLITE_IF}\b)|unless|once|when|as\s+soon\s+as|in\s+case)\b")
_BARE_CONDITION = _cue(rf"^\W*(?:if(?!\s+{_POLITE_IF}\b)|unless)\b(?!.*\bremind)")
# Not done yet, though a word for "done" is there: "the report will be finished", "get it done".
_NOT_YET = _cue(
    r"\b(?:will|won't|gonna|going\s+to|'ll|need(?:s|ed)?|ha(?:s|ve)\s+to|must|ought|should"
    r"|try(?:ing)?\s+to|"
    r"want(?:s|ed)?|wish|hope|working\s+on|started|starting|in\s+the\s+middle|still|soon|to\s+be|"
    r"not\s+yet|nobody|no\s+one|supposed)\b|'ll\b"
)
_MARKS = _cue(
    r"\b(?:mark|tick|check|cross|strike|scratch|knock|set|complete|consider|close|put)(?:ed|ing)?\b"
)

_PERSON = (
    r"(?:he|she|they|someone|somebody|everyone|everybody|people|(?:my|our|your|his|her|their"
    r"|the)\s+"
    r"(?:\w+\s+)?(?:wife|husband|boss|mom|mum|mother|dad|father|sister|brother|friend|colleague|"
    r"co-?worker|manager|neighbou?r|room-?mate|flat-?mate|partner|girlfriend|boyfriend|kids?|son"
    r"|daughter|"
    r"team|assistant|secretary|landlord|landlady|doctor|teacher|plumber|client|customer|aunt|uncle"
    r"|cousin|"
    r"gran(?:dma|dpa|ny)?|family|guys?|other\s+team|office|bank)|(?!(?:i|we|you|u|it|that|this"
    r"|just|also|really|only|even|always|still|then|never)\b)\w+)"
)
_ADVERBS = r"(?:(?:already|just|finally|also|still|now|really|has|have|had|was|is|'s|apparently|probably)\s+)*"
# "Sam says …", "my boss wants me to …": what others say is no order of the user's.
_TOLD = _cue(
    rf"\b{_PERSON}\s+{_ADVERBS}(?:said|says|saying|told|tells|asked|asks|thinks|thought|suggested"
    rf"|suggests|"
    r"wants|wanted|wished|reckons|insists|claim(?:s|ed)(?=\s+(?:that|to|he|she|it|they|the|we|i)\b)|mentioned|recommends|recommended|expects|"
    r"demanded|demands|begged|keeps\s+telling|would\s+like)\b"
    r"|\bi\s+(?:heard|was\s+told|was\s+asked|read\s+that)\b|\baccording\s+to\b|\brumou?r"
)
_TOLD_BY_ME = _cue(r"\b(?:as|like)\s+i\s+(?:said|told)\b|\bi\s+(?:said|told|asked)\b")
_WHEN = (
    r"(?:yesterday|today|tonight|already|now|last|this|at|on|in|by|for|with|and|or|but|too|as|to"
    r"|off|from|"
    r"before|after|so|then|again|twice|finally|earlier|just|here|there|up|out|down|about|of|is|are"
    r"|was|were|thanks|thank|please|yay|woohoo)"
)
_SELF = (
    r"(?:i|we|just|already|finally|also|and|then|now|so|today|yesterday|ok(?:ay)?|yes|yeah|yep"
    r"|done|got|"
    r"have|has|had|i've|we've|ive|not|never|hey|oh|well|great|good|please|all|it|that|this|tasks?"
    r"|both|"
    r"is|are|was|were|be|been|being|who|which|hooray|yay|phew|luckily|managed|to|even|btw|fyi"
    r"|delete|remove|"
    r"clear|wipe|erase|mark|tick|check|cross|complete|show|list|rename|change|move|set|push|add"
    r"|restore|reopen|"
    r"make|put|update|edit|the|my|any|every|each|only)"
)
# "Sam called the bank": done by someone else. "The flights are booked" has no one who did it.
_BY_OTHERS = _cue(
    rf"^\W*(?:(?:and|so|but|because|well|ok|hey|btw|fyi|today|yesterday)\s+)*"
    rf"(?:(?:my|our|your|his|her|their|the)\s+)?(?!{_SELF}\b)(?:[\w'-]+(?:\s+and\s+[\w'-]+)?)\s+"
    r"(?:(?:already|just|finally|also|has|have|had)\s+)*"
    r"(?!got\s+(?:\w+ed|done|paid|sent)\b)(?!(?:\w+ed|done|paid|bought|sent|made|written|taken"
    r"|sold)\s+(?:\W|$))"
    r"(?:\w*[^e\W]ed|paid|bought|sent|did|made|wrote|took|got|sold|went(?!\s+(?:through|well|out|fine|ok(?:ay)?|great|smoothly))|met|fed|rang|brought"
    r"|forgot|swept|gave|"
    rf"ran|left)\s+(?!{_WHEN}\b)[\w\ue000-\uf8ff]"
    r"|\b(?:he|she|they|someone|somebody|nobody|no\s+one)\s+(?:\w+\s+)?(?:\w+ed|did|got|paid"
    r"|bought|sent|made)\b"
    r"|\b(?:by|thanks\s+to)\s+(?:him|her|them|someone)\b"
    r"|\b(?:done|finished|paid|bought|sent|made|\w*[^e\W]ed)\s+by\s+(?!me\b|us\b|\w+day\b|noon"
    r"|tonight|tomorrow|now\b|then\b"
    r"|the\s+(?:end|\d)|next|this|end|\d|mid|half|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec))\w+"
)
_DONE_BY = _cue(rf"^\W*(?!{_SELF}\b)(?:(?:my|our|his|her|their)\s+)?(?P<who>[\w'-]+)\s+(?:is|are|was)\s+(?:\w+\s+)?(?:done|finished|through)\s+with\b|^\W*mark\s+(?:is|was|has|said)\b")  # fmt: skip
_CALLED = _cue(
    rf"^\W*(?!{_SELF}\b)(?:my\s+)?\w+\s+(?:called|rang|phoned|texted|emailed|wrote"
    rf"|visited)\b(?!\s+(?:off|at)\b)"
)
_KINDLY = _cue(
    r"^\W*(?:(?:and|so|also|then)\s+)*(?:can|could)\s+(?!you\b|i\b|we\b).*\b(?:be|slip|move|shift|wait|go|slide)\b|\b(?:can|could|would|will)\s+(?:you|u|we|i)\b"
    r"|\bplease\b|\bpls\b|\bmind\b|\b(?:ask|trouble|bother)\s+you\s+to\b"
)
_NOT_NEEDED = _cue(
    r"\b(?:no\s+longer|not|isn't|aren't)\s+(?:needed|necessary|required|relevant|wanted)\b|"
    r"\b(?:don't|do\s+not|dont|doesn't|won't|will\s+not|no\s+longer)\s+(?:need|want(?!\s+you\b)(?!\s+to\s+(?!(?!delete|remove|lose|drop|cancel|forget)\w+\s.*\bany\s?(?:more|longer)\b)\w+\b)"
    r"|have\s+to)\b|\bno\s+need\s+(?:to|for)\b"
)
# What takes back the wishes before it in the same message.
RETRACTS = _cue(
    r"\b(?:just\s+kidding|jk|(?:only|just)\s+joking|scratch\s+that|never\s*mind|nvm|forget\s+(?:it"
    r"|that|i\s+said)|"
    r"on\s+second\s+thoughts?|(?:don'?t|do\s+not)(?:\s+actually)?\s+do\s+(?:it|that)"
    r"|changed\s+my\s+mind|"
    r"ignore\s+that|(?:actually|wait|no)[\s,]+(?:no\b|don'?t\b|do\s+not\b)(?!\W+(?:make\s+(?:it|that)|the|i\s+meant?|it\s+should|call\s+it|rather|just|only)\b)|please\s+don'?t"
    r"|leave\s+it)\b"
    r"|^\W*(?:or\s+)?not\W*$|^\W*don'?t\W*$"
)


# "Don't forget to" denies the forgetting and nothing else.
_NOT_FORGET = _cue(r"\b(?:don'?t|do\s+not|never|must\s*n[o']t|can'?t)\s+(?:let\s+me\s+)?forget\b")


# "Delete the report, not the rent" spares the rent and denies nothing.
_SPARES = _cue(r"(?:,|\bbut)\s*(?:and\s+)?not\s+(?:the\s+|my\s+)?[\w' ]+\W*$")


def mood_of_act(clause: Clause, verb: Verb, read: str) -> Mood:
    """How far the act that a clause speaks of is meant; `read` is the clause without its asides.

    An act that is weighed is asked about; one that is refused is left alone.
    """
    text = _POLITE.sub("", _NOT_FORGET.sub(" ", _SPARES.sub("", clause.text)))
    if _NOT_AT_ALL.search(clause.before):
        return "refused"
    if verb == "update":
        text = _GUESSED.sub("", text)
    if verb in {"reopen", "restore"}:
        if _DENIED_RETURN.search(text):
            return "refused"
    elif _DENIED.search(text):
        return "refused"
    if verb == "complete" and not _MARKS.search(text) and _NOT_YET.search(text):
        return "refused"
    is_denied = verb == "delete" and re.search(r"\b(?:not|never|dont)\b|n't\b", read, re.IGNORECASE)
    is_weighed = (
        _DOUBTS.search(text)
        or _ACT_DOUBTS.search(text)
        or (verb != "reopen" and _IN_PART.search(text))
        or (_is_told(read) and not (verb == "update" and _WANTED.search(read)))
        or (verb != "update" and _WILL.search(without_reason(text)))
        or _CONDITION.match(clause.before)
        or (verb == "delete" and _GOES_ON.search(text))
        or (is_denied and not _NOT_NEEDED.search(text))
        or (clause.is_asked and not _KINDLY.search(text))
    )
    return "weighed" if is_weighed else "meant"


# Whoever wants it by then, it is due then.
_WANTED = _cue(r"\bwants\s")
# "High priority, I guess" is a level all the same.
_GUESSED = _cue(
    r"[\s,]+i\s+(?:guess|think|suppose|reckon|believe)\W*$"
    r"|\bwould\s+(?:be\s+(?:better|best|fine|good|great|enough|plenty)|work|suit|do)\b|\bshould\s+have(?=\s+(?:a\s+)?(?:high|low|medium|top)\b)"
)


def mood_of_wish(clause: Clause, lead: str) -> Mood:
    """How far the wish for a new task is meant; `lead` are the words before its title."""
    lead = _POLITE.sub("", _NOT_FORGET.sub(" ", lead))
    if _DENIED.search(lead):
        return "refused"
    is_weighed = (
        _DOUBTS.search(lead) or _is_told(lead) or _BARE_CONDITION.match(f"{clause.before} {lead}")
    )
    return "weighed" if is_weighed else "meant"


def is_denied_return(text: str) -> bool:
    """Whether taking something back is spoken of and not wanted."""
    return bool(_DENIED_RETURN.search(text))


def is_by_others(text: str) -> bool:
    """Whether someone else than the speaker did what is told."""
    return bool(_BY_OTHERS.search(text) or _CALLED.match(text) or _DONE_BY.match(text))


def _is_told(text: str) -> bool:
    told = _TOLD.search(text)
    return bool((told and not _TOLD_BY_ME.search(text)) or is_by_others(text))
