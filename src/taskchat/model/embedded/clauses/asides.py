"""What is said beside a wish: thanks, "no rush", and why it is wished ("…, my tooth fell out").

A wish and its aside are told apart by what they look like. Behind a comma or a dash a title or the
name of a task goes on with words of its own kind: another errand, another thing, "with …". A subject
with its verb is a sentence of its own, and says nothing about which words are meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import find_spans
from taskchat.model.embedded.clauses.remarks import is_remark, tells_done
from taskchat.model.embedded.english.cues import (
    ADD_CUE,
    COMPLETE_CUE,
    DELETE_CUE,
    NOT_NEEDED,
    REOPEN_CUE,
    UPDATE_CUE,
)
from taskchat.model.embedded.english.openings import I_NEED
from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    STOP_WORDS,
    is_past,
    tokens,
    word_set,
)

if TYPE_CHECKING:
    from datetime import datetime

_FRIEND = (
    r"(?:mate|love|dear|darling|honey|hun|sweetie|pal|buddy|bud|bro|dude|man|friend|boss|everyone|guys"
    r"|taskchat|assistant|bot|yeah|xx?)"
)
# Said at the end of anything, with a comma or without.
_POLITE = (
    r"(?:(?:please|pls|plz)(?:\s+and\s+(?:thank\s+you|thanks|ta))?"
    r"|(?:many\s+)?(?:thanks|thank\s+(?:you|u)|thx|tysm|ty|cheers)"
    r"(?:\s+(?:a\s+(?:lot|bunch|million)|so\s+much|very\s+much|in\s+advance|again|for\s+that))*"
    r"|(?:that\s+|it\s+)?would\s+be\s+(?:great|good|nice|lovely|helpful|useful|perfect|fab|amazing|ace)"
    r"|tho(?:ugh)?|i\s+should\s+(?:say|add|mention)|for\s+now|by\s+the\s+way|if\s+(?:you'd|you\s+would)\s+be\s+so\s+(?:kind|good)(?:\s+as\s+to)?"
    r"|thank\s+(?:god|goodness)|obvs?|my\s+(?:bad|mistake)|silly\s+me|i\s+(?:guess|suppose|reckon)"
    r"|so\s+(?:that\s+)?(?:i|we)\s+(?:don'?t|do\s+not|won'?t|can'?t)\s+(?:forget|miss)(?:\s+(?:it|that|this|about\s+it))?|before\s+(?:i|we)\s+forget(?:\s+(?:again|it|that))?|much\s+appreciated|lol|haha|lmao|tbh|imo|btw|for\s+me|if\s+(?:you|u)\s+(?:can|could|would|please"
    r"|don't\s+mind|wouldn't\s+mind|get\s+a\s+(?:chance|sec|minute|moment))|if\s+(?:that's|it's)\s+(?:ok(?:ay)?|all\s+right|fine|possible)"
    r"|(?:when(?:ever)?|once)\s+(?:you|u)\s+(?:can|get\s+(?:a\s+|the\s+)?(?:chance|sec|second|minute|moment|time)|have\s+(?:a\s+)?(?:sec|second|minute|moment|time))"
    r"|(?:would|will|could|can|won't)\s+(?:you|ya|u)(?:\s+please)?"
    r")"
)
# These could be a part of a title, so a comma or a dash must stand before them.
_APART = (
    r"(?:ta|ok(?:ay)?|right|really|honestly|seriously|obviously|basically|finally|again|actually|sorry|though|anyway"
    r"|phew|ugh|yay|woohoo|hooray|whew|i\s+(?:think|guess|suppose|reckon|believe)"
    r"|(?:there'?s\s+|in\s+)?no\s+(?:rush|hurry|pressure|stress|biggie|big\s+deal|worries|problem)(?:\s+(?:on|with|for)\s+(?:it|that|this|this\s+one))?"
    r"|mind(?:\s+you)?|of\s+course|naturally|(?:it'?s\s+)?not(?:hing)?\s+(?:too\s+|very\s+|that\s+|super\s+|so\s+)?urgent|whenever(?:\s+\w+){0,3}|take\s+your\s+time|as\s+usual|as\s+always|as\s+(?:discussed|agreed|promised)"
    r"|(?:lest|so|in\s+case)\s+i\s+(?:don'?t\s+)?forget(?:\s+(?:again|it|that))?"
    r"|while\s+(?:i|we)\s+(?:remember|think\s+of\s+it)|by\s+the\s+way|fyi|same\s+\w+|for\s+(?:heaven|god|pete|goodness|christ)'?s?'?\s+sake"
    r"|the\s+\w+er\s+the\s+(?:better|merrier)|(?:too|so|way|far|really|very|pretty)\s+(?:too\s+|much\s+|damn\s+)?(?!much\b|many\b)\w+|all\s+(?:good|fine|set|well|sorted|done)|wrong\s+\w+"
    r"|(?:to\s+be\s+(?:honest|fair|safe|clear))|just\s+in\s+case|for\s+once|at\s+last|at\s+long\s+last|better\s+late\s+than\s+never|god\s+help\s+me|thank\s+(?:god|goodness)|you\s+know|(?:a\s+)?(?:fresh|new|clean)\s+(?:start|slate))"
)
_BREAK = r"\s*(?:[,;\u2026]+|\s[\u2013\u2014-]+\s|\.{2,})\s*"
_POLITE_END = re.compile(
    rf"(?:(?:\s|{_BREAK}){_POLITE}(?:[\s,]+{_FRIEND})?|{_BREAK}(?:{_APART}(?:[\s,]+{_FRIEND})?|{_FRIEND})"
    r"|\s+(?:lol|haha|omg|ugh+|argh+|woohoo|yay+|phew|sigh|x{1,3}))[\s.!,;:)]*$",
    re.IGNORECASE,
)
_BREAKS = re.compile(
    rf"{_BREAK}|\s*\(\s*|\s+(?=(?:because|'?cause|cos|cuz|bc|since)\s+\w+)"
    r"|\s+(?:omg|lol|haha|woohoo|yay)\s+",
    re.IGNORECASE,
)

_AUX = (
    r"(?:is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|should|must|might|may|ain't"
    r"|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|don't|doesn't|didn't|won't|wouldn't|can't|couldn't)"
)
_VERB = (
    r"(?:needs?|wants?|keeps?|kept|looks?|seems?|gets?|got|goes|went|comes?|came|starts?|ends?|closes?|opens?|works?|fits?|lasts?|hurts?"
    r"|runs?|ran|says?|said|told|broke|fell|died|left|gave|took|made|sent|paid|bought|lost|found|smells?|stinks?"
    r"|leaks?|expires?|hates?|loves?|likes?|asked|\w+[^aeious\W]ed)"
)
_ADVERBS = r"(?:\s+(?:already|just|really|still|also|always|never|only|now|finally|all|both|apparently|definitely|probably|actually))*"
_STATEMENT = re.compile(
    r"\W*(?:(?:but|so|because|'?cause|cos|cuz|bc|since|as|or|though|although|otherwise|or\s+else|apparently|honestly|sorry)\b[\s,]*)*"
    r"(?:(?:i|we|he|she|they)(?:'\w+)?\s+\w"
    rf"|(?:it|that|this|there|who|which|what|one|everyone|everybody|someone|somebody|nobody|no\s+one|everything|nothing)(?:'(?:s|ll|d)\b|s(?=\s)|{_ADVERBS}\s+(?:{_AUX}|{_VERB})\b)"
    rf"|(?:the|my|our|his|her|their|your|these|those|this|that|some|a|an)(?:\s+[\w-]+){{1,3}}?(?:(?:'s|{_ADVERBS}\s+(?:{_AUX}|{_VERB}))\s+\w|\s+\w+s\s+(?:it|that|this|them|me|us|the|my|our|all|everything|for|to|on|in)\b)"
    r"|\d[\d:.]*(?:\s*[ap]m)?\s+(?:is|was|would\s+be)\s+\w"
    rf"|(?:the|my|our|his|her|their|it|they)(?:\s+[\w-]+){{0,3}}?{_ADVERBS}\s+(?:works?|fits?|lasts?|hurts?|leaks?|smells?|stinks?)\W*$"
    rf"|(?!\d|(?:{'|'.join(sorted(ERRAND_VERBS))})\b)[\w-]+(?:\s+[\w-]+)?(?<!\d){_ADVERBS}\s+{_AUX}\s+\w"
    r"|(?:closes?|opens|starts|ends|expires|leaves|begins|finishes|runs\s+out|needs|keeps|comes)\s+(?:at|on|in|to|by|out|before|from|soon|early|late|tomorrow|today|\w+day)\b"
    r"|(?:got|found|had|made|took|left|lost|forgot|mixed|misread|mistyped|typed|wrote|saw|heard)\s+(?:my|an?|the|some|it|that|this|one|enough|plenty|out|up|them)\b"
    r"|took\s+(?:me|us|only|just|\d+|an?|two|three|five|ten|twenty|half|ages|forever|long|all)\b"
    r"|(?:my|the|our|his|her)\s+[\w-]+\s+(?:went|did|came|left|called)\W*$"
    r"|[\w-]+'s\s+(?:[\w-]+'s|his|her|their|our|my)\s+\w"
    r"|(?:both|all|now|just)\s+(?:\w+ed|paid|bought|sent|gone)\b|[\w-]+\s+(?:says?|said|wants?|keeps?|kept|asked|loves|hates)\s+\w"
    r"|[\w-]+\s+(?:(?:already|just|now|also|probably)\s+)?\w{2,}ed\s+(?:it|that|this|them|us|me)\b|(?:has|have|needs?|must|ought|got)\s+to\s+be\b|need(?:s|ed)?\s+(?:it|them|this|that)\b"
    r"|[\w-]+\s+(?:(?:already|just|now|also|probably)\s+)?(?:takes|does|handles|brings|buys|got|took|did|made|bought|paid|sent|has|can|will|wants|needs|keeps|goes|went|comes|came|runs|looks|covers)\s+(?:care\b|it\b|that\b|this\b|them\b|those\b|over\b|on\s+it\b|one\b|some\b|the\s+job\b|to\s+it\b)"
    r"|[\w-]+(?:'s|s)\s+(?:expecting|waiting|coming|visiting|asking|nagging|moving|leaving|having|starting|staying|going|turning)\b)",
    re.IGNORECASE,
)
# What an aside may not say, where it is to be dropped: it takes back, spares, or asks for another act.
_TELLS = re.compile(
    r"\b(?:that's\s+when|not\s+(?:the|that|this|my|it|him|her)|instead|rather|meant?|wait|wrong\s+(?:one|task)|(?<!someone\s)(?<!somebody\s)else|except|unless|if|or"
    r"|maybe|perhaps|might|never\s*mind|forget|kidding|joking|(?:add|put|delete|remove|mark|rename|move|make|set|change|tick|stick|pop|chuck|note|jot|show|remind|list|tag|flag|bump|cross|take)"
    r"|tasks?|list|priority|urgent|important|already|done|finished|notes?|reminders?)(?!\w)|[\ue000-\uf8ff]",
    re.IGNORECASE,
)
_TELLS_DATE = re.compile(r"\b(?:it|it's|its|due|deadline|that's|which|to\s+be)\b", re.IGNORECASE)
_NO_NAME = STOP_WORDS | word_set(
    "add delete remove remind mark complete put note rename change move set create make new show"
)


def is_statement(text: str) -> bool:
    """Whether words begin like a sentence of their own: a subject and its verb."""
    return _STATEMENT.match(text) is not None


# "…, or we're doomed": what happens else.
_OR_ELSE = re.compile(
    r"\s*,?\s+or\s+(?:else\b|(?:we|i|they|he|she)(?:'re|'ll|'m|\s+(?:are|will|am))\s)[^,;\ue000-\uf8ff]*$",
    re.IGNORECASE,
)


def without_politeness(text: str) -> str:
    """The text without thanks and the like at its end."""
    text, last = _OR_ELSE.sub("", text), ""
    while text != last:
        last = text
        cut = _POLITE_END.sub("", text)
        text = cut if re.search(r"[\w\ue000-\uf8ff]", cut) else text
    return text


def without_asides(text: str, now: datetime) -> str:
    """The text without what is only said beside its wish; a date that an aside tells of it is kept."""
    text = without_politeness(text)
    for found in _BREAKS.finditer(text):
        head, tail = text[: found.start()], text[found.end() :]
        if tells_done(without_politeness(head)) and is_remark(tail) and not _dates(tail, now):
            return without_politeness(head)
        if _IT_ALONE.fullmatch(head) and is_statement(tail) and not _GOES_ON.search(tail):
            return without_politeness(head)
        if not is_statement(tail) or not _is_wish(head) or _tells_more(head, tail):
            continue
        dates = _dates(tail, now) if _TELLS_DATE.search(tail) and not _dates(head, now) else ""
        return f"{without_politeness(head)} {dates}".strip()
    return text


def _tells_more(head: str, tail: str) -> bool:
    """Whether an aside may bear on the wish: "mark it as done, only I haven't paid"."""
    denies = COMPLETE_CUE.search(head) and _DENIES.search(tail)
    return bool(denies or _TELLS.search(tail) or (not _names(head) and tells_done(tail)))


def _names(text: str) -> bool:
    """Whether words name something, and do not only tell a deed to "it"."""
    is_named = any(word not in _NO_NAME and not is_past(word) for word in tokens(text))
    return is_named or _QUOTES.search(text) is not None


_DENIES = re.compile(r"\b(?:not|never|only)\b|n't\b", re.IGNORECASE)


def _is_wish(text: str) -> bool:
    """Whether words wish for something and name it: "the rent, it's paid" has its verb behind."""
    said = tokens(text)
    if not (set(said) - _NO_NAME or _QUOTES.search(text) or _ORDERS_IT.match(text)):
        return False
    if is_statement(text) and not (
        I_NEED.match(text)
        or NOT_NEEDED.search(text)
        or _MAY_BE_DONE.search(text)
        or _LEVELLED.search(text)
    ):
        return False
    is_order = said[:1] and said[0] in ERRAND_VERBS
    return bool(is_order or I_NEED.match(text) or any(cue.search(text) for cue in _CUES))


# "Delete it, Ben has some": whatever is said behind an order to "it" says why.
_IT_ALONE = re.compile(
    r"\W*(?:(?:and|please|so|then|ok(?:ay)?)\s+)*(?:delete|remove|drop|scrap|cancel)\s+(?:it|that|this|them|those|that\s+one)(?:\s+(?:please|then|now))?\W*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:and|but|no|nope|actually|then|the|my|just|sorry|i\s+mean|also|too|both|all|task|number|please|so)\b|^\W*\d"
    r"|\b(?:not|instead|rather|meant?|wait|wrong|except|only|unless|if|or|maybe|perhaps|might|never\s*mind|kidding|add|put|mark|rename|move|make|set|change|show|remind|keep|leave|stop|hold|hang|never|forget|oops|whoops|replace|swap|exchange|call|high|low|priority|due|list|display|give|tick|back|tomorrow|later|after|when|once|until)\b|n't\b|\?",
    re.IGNORECASE,
)
_QUOTES = re.compile("[\ue000-\uf8ff]")
_ORDERS_IT = re.compile(
    r"\W*(?:and\s+|please\s+)*(?:mark|complete|delete|remove|drop|tick|check|cross|scrap|reopen|change|move|rename|make|put|set|take)\s+(?:it|that|this|them|those|these|both|all|everything)\b",
    re.IGNORECASE,
)
# "The receipts can be deleted" is an order, though it has a subject.
_MAY_BE_DONE = re.compile(
    r"\b(?:can|may|could|should)\s+(?:now\s+)?be\s+(?:deleted|removed|cancelled|scrapped|ticked|checked|crossed|marked|closed)\b",
    re.IGNORECASE,
)
_LEVELLED = re.compile(r"\b(?:high|low|medium|top)[\s-]+prio(?:rity)?\b", re.IGNORECASE)
_CUES = (ADD_CUE, COMPLETE_CUE, DELETE_CUE, REOPEN_CUE, UPDATE_CUE)


def _dates(text: str, now: datetime) -> str:
    return " ".join(text[span.start : span.end] for span in find_spans(text, now))
