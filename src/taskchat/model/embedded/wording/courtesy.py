"""Courtesy around an order: "would you mind marking the rent as done, please?" is "mark the rent as done".

It is left out before anything else is read, so that no other rule need know the many ways to ask.
Only orders that a to-do list can follow are asked for so: "could you call Ann?" asks a person.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.wording.tables import compiled

# Each as it is ordered, and as it is asked for with "mind" or "any chance of".
_DOING = {
    "add": "adding", "complete": "completing", "create": "creating", "cross": "crossing",
    "delete": "deleting", "edit": "editing", "erase": "erasing", "list": "listing", "mark": "marking",
    "move": "moving", "postpone": "postponing", "push": "pushing", "put": "putting", "remove": "removing",
    "rename": "renaming", "reopen": "reopening", "reschedule": "rescheduling", "restore": "restoring",
    "set": "setting", "show": "showing", "tick": "ticking", "uncheck": "unchecking", "undo": "undoing",
    "untick": "unticking", "update": "updating",
}  # fmt: skip
# These order something of the list only where it is plain what: "change it", but "change the tyres".
_DOING_IT = {
    "bring": "bringing", "cancel": "cancelling", "change": "changing", "check": "checking",
    "clear": "clearing", "correct": "correcting", "drop": "dropping", "get": "getting", "give": "giving",
    "make": "making", "note": "noting", "schedule": "scheduling", "scrap": "scrapping", "take": "taking",
    "tell": "telling", "write": "writing",
}  # fmt: skip
_ITS_FIELD = r"(?:name|title|date|due|time|deadline|priority|spelling|first|second|third|last|completed|finished)"
_IT = (
    r"(?=\s+(?:it|that|this|them|those|these|me|down|off|out|back|both|everything|task|number|rid|all|an?|the\s+[\w' -]{1,30}?\s+(?:task|one|tasks|ones|back|off|to|list|as)"
    rf"|the\s+{_ITS_FIELD}|[\"'])\b|\s+[\"'])"
)
_BASE = {doing: verb for verb, doing in {**_DOING, **_DOING_IT}.items()}
_OF_LIST = rf"(?=(?:{'|'.join(_DOING)})\b|(?:{'|'.join(_DOING_IT)})\b{_IT})"
# "Can you delete tasks?" asks what the assistant is able to.
_ORDER = rf"(?!\w+\s+(?:tasks|to-?dos|items|lists|things)\W*$){_OF_LIST}"
_DOES = rf"(?:(?P<doing>{'|'.join(_DOING.values())})\b|(?P<doing_it>{'|'.join(_DOING_IT.values())})\b{_IT})"

_SOFTLY = r"(?:(?:please|pls|plz|kindly|just|maybe|perhaps|possibly|also|then|now|quickly|really|still|so|very|much|too|go\s+ahead\s+and)\s+)*"
_YOU = r"(?:you|u|ya)"
_COULD = r"(?:can|could|would|might|will|may|shall)"
_OPENS = (
    r"(?:(?:hi|hello|hey|hiya|ok(?:ay)?|so|and|also|oh|right|well|great|good|thanks|perfect|now|then|next|actually|alright|first(?:ly)?|finally|lastly|sorry)\b"
    r"(?:\s+there|\s+again)?[\s,.!:-]*)"
)
# Ways to ask that go before the order itself, and those that go before the doing.
_ASKS = rf"""(?:
    (?:(?:can|could|would|will|wld)\s+{_YOU}|(?:can|could)\s+(?:we|i))\s+{_SOFTLY}
    (?:be\s+(?:so\s+)?(?:able|good|kind|nice|sweet)(?:\s+(?:enough|as))?\s+(?:to|and)\s+)?
  | are\s+you\s+able\s+to\s+
  | (?:please\s+)?be\s+(?:so\s+)?(?:good|kind|nice|sweet|a\s+(?:dear|star|love|pal))(?:\s+(?:enough|as))?\s+(?:to|and)\s+
  | do\s+me\s+a\s+(?:favou?r|kindness)\s+and\s+
  | i(?:'d|\s+would)\s+{_SOFTLY}(?:like|love)\s+(?:for\s+)?you\s+to\s+{_SOFTLY}
  | i\s+(?:want|need)\s+(?:you|u)\s+to\s+{_SOFTLY}
  | (?:could|may|might|can)\s+i\s+(?:ask|trouble|bother)\s+(?:you|u)\s+to\s+
  | (?:i\s+think\s+)?(?:you|u)\s+(?:can|could|should|may|might)\s+{_SOFTLY}(?:as\s+well\s+)?{_SOFTLY}
  | (?:i\s+think\s+)?you(?:'d|\s+had)\s+(?:better|best)\s+
  | go\s+ahead\s+and\s+ | feel\s+free\s+to\s+
)"""
# These ask for a report to be completed as well as for its task to be: only other orders are read behind them.
_ASKS_SOFTLY = rf"""(?:
    (?:is\s+it\s+possible|would\s+it\s+be\s+(?:possible|ok(?:ay)?|fine|all\s*right))\s*(?:for\s+you\s+)?
    (?:to|if\s+{_YOU}\s+(?:{_COULD}\s+)?|(?:{_YOU}\s+{_COULD}))\s*
  | (?:(?:i\s+(?:was|am)|i'm|was|just)\s+(?:just\s+)?wondering|i\s+wonder(?:ed)?|any\s+chance|is\s+there\s+any\s+chance|do\s+you\s+think)
    \s+(?:if\s+|whether\s+|that\s+)?{_YOU}\s+{_COULD}\s+{_SOFTLY}
  | (?:i'?d|i\s+would|it'?d|(?:it|that)\s+would|would)\s+{_SOFTLY}(?:appreciate|love|like|be\s+{_SOFTLY}\w+)(?:\s+it)?\s+if\s+{_YOU}\s+(?:{_COULD}\s+)?{_SOFTLY}
  | (?:it's\s+|it\s+is\s+)?(?:high\s+)?time\s+to\s+
)"""
_PLAINLY_ORDERED = r"(?!complete\b)(?![^.?!\n]*\b(?:all|every|everything|automatically)\b)"
_MINDS = r"(?:(?:(?:would|do|d)\s+(?:you|u)\s+|d'you\s+)?mind(?:\s+(?:terribly|awfully|at\s+all|very\s+much|much))?(?:\s+(?:just|please|also))?)\s+"
_IN_SENTENCE = r"(?:[^.!?\n]|\.(?=\w)|(?<=\b[MD]r)\.|(?<=\bMrs)\.)*"
# The rest of the sentence, with its mark: what was asked is an order now.
_REST = rf"(?P<rest>{_IN_SENTENCE})(?P<mark>\?*)"
_START = rf"(?P<start>(?:^|(?<=[.!?\n;]))\s*{_OPENS}{{0,3}}(?:please\s+)?)"
_ASKED = re.compile(rf"{_START}(?:{_ASKS}){_SOFTLY}{_ORDER}{_REST}", re.IGNORECASE | re.VERBOSE)
_ASKED_SOFTLY = re.compile(
    rf"{_START}(?:{_ASKS_SOFTLY}){_SOFTLY}{_PLAINLY_ORDERED}{_ORDER}{_REST}",
    re.IGNORECASE | re.VERBOSE,
)
_MINDED = re.compile(rf"{_START}{_MINDS}{_DOES}{_REST}", re.IGNORECASE)


# "I want to rename the report" may tell a need, so it is an order only where it is plainly of the list.
_WANTED = re.compile(
    rf"{_START}(?:i|we)(?:\s+(?:now|also|actually|just|really))?(?:\s+(?:want|need|would\s+like|would\s+love)\s+to|'d\s+(?:like|love)\s+to|\s+wanna)\s+"
    r"(?=(?:change|correct|cross|delete|edit|erase|mark|move|push|remove|restore|set|tick|update)\s+(?:(?:it|that|this|them|those|these|both|everything|number|task|all)\b|the\s+[\w' -]{1,30}?\s+(?:task|one|tasks|ones)\b"
    rf"|the\s+{_ITS_FIELD}\b|[\"'])|rename\s|reopen\s|undo\b|un(?:tick|check)\s"
    r"|make\s+(?:it|that|this|them)\s+(?:due|high|low|medium|urgent|\d|(?:for\s+)?(?:today|tomorrow|\w+day)\b)"
    r"|(?:mark|set|tick|cross)\s[^.!?\n]{1,60}\s(?:off|(?:as\s+)?(?:done|completed?|finished))\b)",
    re.IGNORECASE,
)
# What may be asked of a person as well, in the one form that the rules weigh.
_ASKED_ELSE = re.compile(
    rf"{_START}(?:{_ASKS}|{_ASKS_SOFTLY}{_PLAINLY_ORDERED}){_SOFTLY}(?=(?:{'|'.join(_DOING_IT)})\b)",
    re.IGNORECASE | re.VERBOSE,
)
_MINDED_ELSE = re.compile(
    rf"{_START}{_MINDS}(?P<doing>{'|'.join(_DOING_IT.values())})\b", re.IGNORECASE
)
# Said at the end of an order, and no part of what it orders.
_ENDS = (
    r"[\s,]+(?:please|pls|plz|(?:many\s+)?thanks|thank\s+(?:you|u)|thx|cheers|for\s+me"
    r"|if\s+(?:you|u)\s+(?:can|could|would|will|please|don't\s+mind|wouldn't\s+mind)|if\s+(?:that's|it's)\s+(?:ok(?:ay)?|possible|all\s*right|fine)"
    r"|(?:would|will|can|could|won't)\s+(?:you|u)|(?:before|or|so|lest)\s+i(?:'ll|\s+will|\s+don't)?\s+forget(?:\s+(?:again|it|that|about\s+it))?)"
    r"|\s*,\s*(?:ok(?:ay)?|all\s*right|yeah|yes|right)"
)
# These may be a part of what is to be kept: "add pay now", "note: ask at once".
_AT_ONCE = r"[\s,]+(?:at\s+once|if\s+possible|(?<!from\s)(?<!for\s)(?<!by\s)(?<!until\s)(?-i:(?:right\s+)?now))"
_RIGHT_AWAY = r"[\s,]+(?:right\s+away|straight\s+away|immediately)"
_VERBS = "|".join([*_DOING, *_DOING_IT])
_WISH = rf"{_IN_SENTENCE}?"
_LAST = r"\s*(?:[.!?]+(?=\s|$)|(?=$|\n))"
_ENDED = re.compile(rf"{_START}(?P<wish>(?:{_VERBS})\b{_WISH})(?:{_ENDS})+{_LAST}", re.IGNORECASE)
_AT_ONCE_ENDED = re.compile(
    rf"{_START}(?P<wish>(?!(?:add|create|note|write|rename|edit|put)\b)(?![^.!?\n]*(?:\bto\s+\w+\s+\w|[:\"]))(?:{_VERBS})\b{_WISH})(?:{_AT_ONCE})+{_LAST}",
    re.IGNORECASE,
)
_RIGHT_AWAY_ENDED = re.compile(
    rf"{_START}(?P<wish>(?![^.!?\n]*(?:\b(?:notes?|description|comment)\b|[:\"]))(?:{_VERBS})\b{_WISH})(?:{_RIGHT_AWAY})+{_LAST}",
    re.IGNORECASE,
)
# "First, delete it": no ordinal of a task.
_COUNTED = re.compile(
    rf"{_START}(?:first(?:ly)?|first\s+(?:of\s+all|up|thing)|to\s+(?:start|begin)(?:\s+with)?|for\s+starters|(?:just\s+a\s+)?quick\s+(?:one|thing|question|request)|one\s+(?:quick\s+)?thing)\s*[,:]\s*{_OF_LIST}",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\bsecond(?:ly)?\s*[,:]", re.IGNORECASE)
# Faces, hands and hearts, where words stand before them.
_FACES = re.compile(
    "(?<=[\\w.,!?)\"'])\\s*(?:[\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a\U0001f44b-\U0001f44c\U0001f44f\u2764\u263a\U0001f389\U0001f495-\U0001f49e\u2728][\ufe0f\U0001f3fb-\U0001f3ff]?\\s*)+(?=$|\\n)"
)
# Small talk that opens a message and leaves what follows as it is.
_SMALL_TALK = compiled(
    r"(?:it'?s\s+|only\s+|just\s+)?me\s+again",
    r"(?:(?:it's|it\s+has|it's\s+been|today\s+is|what|such)\s+(?:been\s+)?)?(?:an?\s+)?(?:busy|long|hard|rough|crazy|hectic|tough|quiet|lazy|stressful|tiring|exhausting|full)\s+(?:day|week|morning|evening|night|weekend)(?:\s+(?:today|so\s+far|already|again|at\s+\w+|ahead(?:\s+of\s+me)?|yesterday|this\s+week))*",
    r"let's\s+start\s+(?:fresh|over|afresh|again|anew)(?=\W+(?:please\s+)?(?:add|new|create|put)\b)",
    r"(?:hi|hello|hey|hiya|good\s+(?:morning|afternoon|evening))(?:\s+(?:there|again|assistant|bot|taskchat|everyone|you|all))?",
    r"(?:when(?:ever)?|if|once)\s+you\s+(?:have|get|'ve\s+got|find)\s+(?:a\s+|the\s+)?(?:free\s+)?(?:sec|second|minute|moment|chance|time)",
    r"sorry\s+(?:for|about)\s+the\s+(?:late|slow|delayed)\s+(?:reply|answer|response)",
    r"sorry\s+to\s+(?:bother|trouble|disturb)\s+you(?:\s+again)?",
    r"(?:i\s+)?hope\s+(?:you're|you\s+are|all\s+is)\s+(?:doing\s+)?(?:well|fine|ok(?:ay)?|good)",
    r"(?:i(?:'ve|\s+have|'m|\s+am)?\s+)?(?:just\s+|finally\s+|now\s+)?(?:got|came|come|arrived|back|am)\s+(?:back\s+)?(?:home|in|from\s+work|from\s+school|to\s+the\s+office)(?:\s+(?:just\s+)?(?:now|again|at\s+last|finally))*",
    lead=r"^\W*(?:(?:ok(?:ay)?|so|hi|hey|hello|well|oh|phew|ugh)\b\W*)*",
    end=r"\s*[.,!:;\u2026-]+\s*(?=[\w\"'])",
)


def without_small_talk(text: str) -> str:
    """The message without faces, and without small talk that opens it."""
    text = _FACES.sub("", text)
    for talk in _SMALL_TALK:
        text = talk.sub("", text)
    return text


def without_courtesy(text: str) -> str:
    """The message with its orders told plainly."""
    text = without_small_talk(text)
    text = _ASKED_SOFTLY.sub(_ordered, _ASKED.sub(_ordered, text))
    text = _WANTED.sub(r"\g<start>", _MINDED.sub(_ordered, text))
    text = _ASKED_ELSE.sub(r"\g<start>can you ", text)
    text = _MINDED_ELSE.sub(
        lambda found: f"{found['start']}can you {_BASE[found['doing'].lower()]}", text
    )
    if not _SECOND.search(text):
        text = _COUNTED.sub(r"\g<start>", text)
    for ended in (_ENDED, _AT_ONCE_ENDED, _RIGHT_AWAY_ENDED):
        text = ended.sub(r"\g<start>\g<wish>.", text)
    return text


def _ordered(found: re.Match[str]) -> str:
    doing = found.groupdict()
    verb = _BASE.get((doing.get("doing") or doing.get("doing_it") or "").lower(), "")
    return f"{found['start']}{verb}{found['rest']}{'.' if found['mark'] else ''}"
