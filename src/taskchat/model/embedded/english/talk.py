"""Small talk: greetings, thanks, questions about the assistant, and a bare yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskchat.model.embedded.requests import Topic


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TALK: list[tuple[Topic, re.Pattern[str]]] = [
    (
        "who",
        _cue(
            r"\b(?:who|what)\s+(?:are|r)\s+(?:you|u)\b|\bare\s+you\s+(?:an?\s+)?(?:chat\s?gpt|gpt"
            r"|ai|a\.i\.|robot|bot|human|real|person|claude|llm|machine|"
            r"language\s+model|siri|alexa)\b|\bwho\s+(?:made|built|created|wrote)\s+you\b"
            r"|\byour\s+name\b|\bwhat\s+model\b"
        ),
    ),
    (
        "help",
        _cue(
            r"^\s*(?:help(?:\s+me)?|\?+\s*help)\s*(?:please)?\W*$|\bwhat\s+(?:can|do)\s+(?:you"
            r"|i)\s+(?:do|say|ask)(?:\s+(?:here|for\s+me|with\s+this|you))?\W*$|"
            r"^\s*(?:(?:can|do)\s+(?:you|u)|are\s+(?:you|u)\s+able\s+to)\s+(?:even\s+|also\s+)?(?:add|create|make|delete|remove|complete|change"
            r"|rename|edit|update|show|list|reopen|restore)\s+(?:tasks|to-?dos|items|lists|things)\W*$|"
            r"\bhow\s+(?:do(?:es)?|can)\s+(?:this|you|i\s+use\s+(?:this|you))\s*(?:work"
            r"|help)?\W*$|\bwhat\s+can\s+you\s+help\b"
        ),
    ),
    (
        "thanks",
        _cue(
            r"^\W*(?:(?:ok(?:ay)?|great|cool|perfect|awesome|no|yes|nice|super"
            r"|lovely)\b[\s,.!]*)*(?:(?:many|no)\s+)?(?:thanks|thank\s+(?:you|u)|thx|ty"
            r"|cheers|much\s+obliged|(?:i(?:'m|\s+am)\s+)?(?:very\s+)?grateful|i\s+appreciate\s+it|ta)\b(?!.*\b(?:add|delete|remove|show|mark|remind)\b)[^?]{0,60}$|"
            r"^\W*(?:no\s+)?(?:just\s+that\s+one\s+)thanks\W*$"
        ),
    ),
    (
        "greeting",
        _cue(
            r"^\W*(?:hi+|hello+|hey+|yo|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening"
            r"|day)|what'?s\s+up|sup)\b[\s,!.]*(?:there|again|bot|assistant|you|all|taskchat"
            r"|friend|everyone|mate)?\W*$|"
            r"^\W*(?:(?:hi+|hello|hey|good\s+(?:morning|afternoon|evening))\b\W*(?:there\b\W*)?)?(?:how\s+are\s+(?:you|things)\b.{0,20}|(?:are|r)\s+(?:you|u)\s+(?:still\s+)?(?:there|here|awake|around|online)\W*)$"
        ),
    ),
    (
        "bye",
        _cue(
            r"^\W*(?:sorry|no|nope)\W+(?:that|it)(?:'s|\s+is|\s+was)\s+(?:all|everything|it)(?:\W+(?:thanks|thank\s+you|for\s+(?:now|today)))*\W*$|"
            r"^\W*(?:(?:good)?bye(?:\s+bye)?|see\s+(?:you|ya)(?:\s+(?:later|soon|then|around|tomorrow|next\s+week|on\s+\w+day))?|good\s*night|later|cya"
            r"|that'?s\s+(?:all|it|everything)\b.{0,25}|nothing\s+else.{0,15}"
            r"|i'm\s+done\s+(?:for\s+)?(?:today|now))\W*$"
            r"|^\W*(?:i(?:'ve)?\s+)?(?:really\s+)?(?:gotta|got\s+to|have\s+to|need\s+to|must|should|better)\s+(?:go|dash|fly|run|shoot|be\s+off|head\s+off)(?:\s+now)?"
            r"(?:\W*(?:bye|see\s+(?:you|ya)|talk\s+(?:soon|later)|later|ttyl))*\W*$"
        ),
    ),
    (
        "fine",
        _cue(
            r"^\W*(?:(?:no|yes|yeah|ok(?:ay)?)\W+)?(?:that's|that\s+is|it's)\s+(?:right|correct|perfect)(?:\W+(?:thanks|thank\s+you))?\W*$|"
            r"^\W*(?:(?:ok(?:ay)?|right|so)\b\W*)*let'?s\s+(?:(?:plan|organi[sz]e)\s+(?:my|the|our)\s+(?:day|week|weekend|month|evening|morning|list|tasks)|get\s+(?:started|going)|begin|start)\W*$|"
            r"^\W*(?:please\s+)?update\s+(?:the|my)\s+(?:to-?do\s+)?list(?:\s+(?:please|then))?\W*$|"
            r"^\W*(?:(?:ok(?:ay)?|k|kk|cool|great|nice|perfect|awesome|alright|good|fine|right"
            r"|sweet|super|lovely|excellent|wonderful|got\s+it|sounds\s+good|i\s+see|wow|haha|lol"
            r"|oh|(?:very|so|all)\s+good|much\s+appreciated|brilliant|fab(?:ulous)?|fantastic|magic|grand|good\s+job|well\s+done|amazing|noted)\b\W*)+$"
        ),
    ),
    (
        "left_alone",
        _cue(
            r"^\W*(?:please\s+)?(?:never\s*mind|forget\s+(?:it|that)|no(?:pe|thing)?\s+(?:don'?t"
            r"|stop)|(?:do\s+not|don'?t|dont)\s+(?:you\s+)?(?:dare\s+)?(?:delete|remove|add|mark"
            r"|complete|change|cancel|touch|do|create|rename|clear|erase|move)\b.*|leave\s+(?:it"
            r"|them|that)\b(?!.*\b(?:for|until|till|to)\s).*|stop)\W*$"
        ),
    ),
    (
        "no_repeats",
        _cue(
            r"^\W*(?:please\s+)?(?:make|set|have|let)\s+(?:the|my|it|that|this|task|number|[\ue000-\uf8ff]).*\b(?:recurring|recur|repeat(?:ing)?)\b|^\W*(?:please\s+)?repeat\s+(?:it|that|this|the\s+.+\b(?:task|one))\s+(?:every|each|daily|weekly|monthly)\b"
        ),
    ),
    (
        "off_topic",
        _cue(
            r"^\W*(?:please\s+)?(?:tell|sing|write|give)\s+(?:me|us)\s+(?:an?|another|some)\s+(?:\w+\s+)?(?:joke|story|song|poem|riddle|fact)s?\b"
        ),
    ),
    (
        "no_question",
        _cue(
            r"^\W*(?:yes|yeah|yep|yup|y|sure|sure\s+thing|yes\s+please|please\s+do|do\s+it"
            r"|go\s+ahead|of\s+course|absolutely|confirm(?:ed)?|correct|exactly|no|nope|nah|n"
            r"|not\s+now|cancel|no\s+just\s+that\s+one.*|👍|👎)\W*$"
        ),
    ),
]


def read_talk(text: str) -> Topic | None:
    """What kind of small talk a clause is, or None where it may be a wish."""
    if not re.search(r"[\w\ue000-\uf8ff]", text) and "👍" not in text and "👎" not in text:
        return "nothing"
    # A hidden title is a word like any other: "cancel “…”" is no mere "cancel".
    text = re.sub("[\ue000-\uf8ff]", "title", text)
    return next((topic for topic, pattern in _TALK if pattern.search(text)), None)
