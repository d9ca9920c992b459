"""What leads up to a wish and says nothing about it: greetings, fillers, politeness."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.words import ERRAND_VERBS

_FILLER = (
    r"(?:oh\s+(?:dear|no|my)|excuse\s+me|(?:i\s+beg\s+your\s+)?pardon(?:\s+me)?|forgive\s+me|my\s+apologies|instead(?=[\s,]+(?:please\s+)?(?:add|put|create|make)\b)|(?:fine|good|nice|super|excellent)(?=,)|apparently|(?:it\s+)?turns\s+out(?:\s+that)?|(?:it\s+)?looks\s+like|it\s+seems(?:\s+that)?|nah|meh|lol|haha|welp|ok(?:ay)?|k|hey|hiya|heya|howdy|hi|hello|yo|so+|well|and|also|then|oh|um+|uh+|erm*|hm+|ah|omg|ugh|argh"
    r"|phew|bruh|bro|dude|"
    r"(?:basically|honestly|literally|ideally|essentially|seriously|obviously|anyways?|right\s+then|go\s+on(?:\s+then)?|very\s+well|of\s+course)|"
    r"oi|ooh|say|listen|(?:hang|hold)\s+on|please|pls|plz|kindly|great|awesome|perfect|cool|alright|right|sure|actually|olly|bot"
    r"|assistant|taskchat|(?:friend|mate|buddy|pal|man|love|hun|dear|guys)(?=\s*[,.!])|(?:never\s*mind|nvm)(?=\s*,\s*\w)|"
    r"yes|yeah|yep|oops|but|plus|now|just|next|maybe|good\s+morning|good\s+evening|no\s+wait|wait"
    r"|no(?!\s+(?:need|longer|more|point|reason|way|idea|plans?|hurry|rush|date|deadline|due\s+date)\b))"
    r"\b(?=[\s,.!:-])(?!\s+(?:one|task|due|list)\b)[\s,.!:-]*"
)
_MODAL = (
    r"(?:(?:maybe|perhaps)\s+(?:you|u)\s+(?:can|could)|(?:can|could|would|wld|will|won't"
    r"|can't)\s+(?:you|u|ya|we|i))\b"
    r"(?:\s+(?:please|pls|kindly|also|just|maybe|perhaps|possibly|mind))*\s*"
)
_WISH = (
    r"(?:i(?:'d|\s+would)\s+(?:like|love)\s+(?:for\s+)?(?:you\s+)?to\s+(?!be\s+remind)"
    r"|i\s+(?:want|need)\s+(?:you|u)\s+to\s+|i\s+want\s+(?:that\s+)?(?:you|u)\s+(?=add\b|to\b)"
    r"|(?:could|may|might|can)\s+i\s+(?:ask|trouble|bother)\s+(?:you|u)\s+to\s+|i'?m\s+begging\s+(?:you|u)\s+(?:to\s+)?)"
)
# "I was wondering if you could": a way to ask, and no doubt.
WONDERS = (
    r"(?:(?:i\s+(?:was|am)|i'm|was)\s+(?:just\s+)?wondering|i\s+wonder|any\s+chance"
    r"|is\s+there\s+any\s+(?:chance|way)|do\s+you\s+think)\s+(?:if\s+|whether\s+|that\s+)?(?:you|u|we|i)\s+(?:can|could|would|might)\s+"
)
_IF_YOU = (
    r"(?:i'?d|(?:i|it|that|this)\s+would|i\s+should|it'd|would)\s+(?:(?:really|also|so)\s+)*"
    r"(?:love|appreciate|like|be\s+\w+(?:\s+\w+)?)(?:\s+it)?\s+(?:if\s+(?:you|u)\s+(?:(?:could|can"
    r"|would)\s+)?|to\s+(?=have\b|get\b))"
)
_POSSIBLE = (
    r"(?:would\s+(?:it\s+be\s+(?:possible|ok(?:ay)?|fine)\s+to|you\s+be\s+able\s+to)\s+"
    r"|is\s+(?:it\s+)?possible\s+(?:to\s+)?|(?:(?:(?:would|do)\s+(?:you|u)\s+)?mind(?:\s+(?:terribly|awfully|at\s+all|very\s+much|much))?(?:\s+just)?|fancy)\s+(?=\w+ing\b)"
    r"|(?:(?:would|could|will)\s+you\s+)?(?:please\s+)?be\s+(?:so\s+)?(?:good|kind|nice|sweet)(?:\s+(?:enough|as))?\s+(?:to|and)\s+)"
)
# Clauses of their own that only make room: "when you get a second, …".
_ASIDE = (
    r"(?:(?:good|great|quick|small|status)\s+(?:news|update)(?=\s*[:,])|(?:update|news)(?=\s*:)|you\s+know\s+what|guess\s+what(?=\s*[,!.:\u2013\u2014-])|before\s+(?:i\s+forget|(?:we|you)\s+go\s+on)|while\s+i\s+remember|by\s+the\s+way|btw|fyi"
    r"|if\s+(?:you\s+(?:don't|wouldn't)\s+mind|you\s+(?:can|could|would|will|please)"
    r"|it's\s+(?:ok(?:ay)?|possible)|possible)"
    r"|(?:when|once|if)\s+you\s+(?:get|have|find|'ve\s+got)\s+(?:a\s+|the\s+)?(?:sec|second|chance"
    r"|moment|minute|time))"
    r"\b[\s,:.-]+"
    r"|(?:it's\s+|that's\s+)?(?:(?:way|far|just)\s+)?too\s+\w+[\s,]+(?:so\s+)?(?=(?:please\s+)?(?:delete|remove|scrap|bin|drop|ditch|cancel|move|push)\b)"
)
_LEAD = (
    r"(?:(?:one\s+more|another|last|first|next|one)\s+thing\b[\s,:.-]*|go\s+ahead\s+and\s+"
    r"|(?:i(?:'m|\s+am)\s+(?:pleased|happy|glad|proud|delighted)\s+to\s+(?:say|report|announce|inform\s+you|tell\s+you|confirm)"
    r"|i\s+can\s+(?:confirm|report|announce)|just\s+(?:to\s+)?(?:say|let(?:ting)?\s+you\s+know|so\s+you\s+know)|this\s+is\s+to\s+inform\s+you)(?:\s+that\b)?[\s,:]+"
    rf"|(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|next|lastly|finally)\s*[:,]\s*(?=(?:i\s|{'|'.join(sorted(ERRAND_VERBS))})\b)"
    r"|feel\s+free\s+to\s+|on\s+second\s+thoughts?\b[\s,.:-]+(?=\w)"
    r"|(?:first(?:ly)?|secondly|lastly|finally|then)\s*,?\s+(?=(?:please\s+)?(?:add|put|mark"
    r"|delete|remove|create|move|rename|show|complete|tick)\b)"
    r"|(?:you|u)\s+(?:can|may|could|should)\s+|let's\s+|lets\s+|help\s+me\s+(?:to\s+)?|i\s+think\s+"
    r"|i\s+was\s+wrong\b[\s,:.-]*)"
)
# Dots, dashes and pictures, but no tick that stands for "done".
_SIGNS = r"[^\w\ue000-\uf8ff#\u2705\u2714\u2611\u2713'\"?]+"

PREAMBLE = re.compile(
    rf"^(?:{_SIGNS}|{WONDERS}|{_IF_YOU}|{_WISH}|{_POSSIBLE}|{_ASIDE}|{_FILLER}|{_MODAL}|{_LEAD})+",
    re.IGNORECASE,
)
