"""Where the title of a new task begins and ends in a clause that asks for one."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.framing import read_frame
from taskchat.model.embedded.english.words import ERRAND_VERBS, content_stems, tokens, word_set

_NOUN = r"(?:tasks?|to-?\s?dos?|todos?|reminders?|items?|entry|entries|chores?|errands?|jobs?(?=\s+(?:called|named|titled)\b))"
LIST = (
    r"(?:(?:my|the|our|this|that|a)\s+|(?=to-?\s?do\b|todo"
    r"|task\s+list))(?:[\w-]+\s+){0,3}?(?:list|lists|todos?|to-?\s?dos?|tasks|reminders|"
    r"agenda|plate)\b(?:\s+of\s+(?:[\w-]+)(?:\s+(?:to|for)\s+\w+)?)?(?:\s+to\s+do)?(?:\s+list)?"
)
_FILL = (
    r"(?:a|an|the|my|another|one|more|some|new|quick|me|us|up|two|three|four|five|these|following|"
    r"couple|of|few|other|simple|extra|high|low|priority|urgent|important|like|very|really|super"
    r"|as|this|also|to|have)"
)
_AFTER_NOUN = (
    r"(?:\s+(?:list|item|entry|in|for\s+me|for\s+us|please|pls|on\s+"
    + LIST
    + r"|to\s+"
    + LIST
    + r"))*"
)
_PUT = (
    r"(?:add|put|stick|throw|include|place|pop|jot|write|note|log|enter|chuck|save|record|keep"
    r"|toss|bung|whack|shove|lob|sling|stuff|schedule|"
    r"slap|insert|append|squeeze|drop|get|have|want|mark|pencil)"
)
_NEED = (
    r"(?:(?:i|we)\s*)?(?:(?:really|also|still|just|do|definitely|absolutely|probably|actually)\s+)*"
    r"(?:(?:need|have|got|gotta|'ve\s+gotta|ought|must|'ve\s+got|have\s+got|want|wanna|plan|intend|needs|"
    r"(?:am\s+|'m\s+)?gonna\s+(?:need|have)(?!\s+to\b)|gonna(?=\s)|am\s+supposed|'m\s+supposed|'d\s+better|had\s+better"
    r"|better|shall|should(?!\s+have\b|'ve)|am\s+going|'m\s+going"
    r"|'ll|will)\b)"
    r"\s*(?:(?:really|also|probably|definitely|maybe)\s+)*(?:to\s+)?(?:have\s+to\s+|need\s+to\s+"
    r"|be\s+sure\s+to\s+|make\s+sure\s+(?:to\s+|i\s+))?"
)
# What was promised is to be done, and of what ran out more is to be got.
PROMISED = (
    r"(?:(?:i|we)(?:'ve|\s+have)?\s+)?(?:(?:just|also|already)\s+)?(?:(?:promised|told|said|swore(?:\s+to)?)\s+(?:(?:my|the|our)\s+)?(?:[\w-]+\s+)??"
    r"(?:that\s+)?(?:i'd|i\s+would|i'll|we'd|we\s+would)\s+|promised\s+(?:(?:my|the|our)\s+)?(?:[\w-]+\s+)??to\s+)"
)
_RAN_OUT = (
    r"(?:(?:i'm|i\s+am|we're|we\s+are|i've|we've|i\s+have|we\s+have|i|we)\s+)?(?:(?:all|nearly|almost|clean|completely|totally|just|about|right|getting)\s+)*"
    r"(?:(?:run(?:ning)?|ran)\s+)?(?:out\s+of|outta|low\s+on|short\s+(?:of|on))\s+"
    r"(?!(?:the\s+|my\s+)?(?:time|here|there|office|town|luck|ideas?|patience|breath|bed|hospital|touch|house|energy|battery|power|signal|prison|jail|tune|tears|juice|words|excuses|money|cash|work|stock|country|city|loop|way|date|order|control|space|room|options|budget|staff|people|sight|question|reach|practice|shape|sorts|it)\b)"
)
# What others want of the speaker.
ASKED = (
    r"(?:(?:(?:my|our|the)\s+)?[\w-]+(?:\s+(?:has|have|just|keeps?))?\s+(?:asked|told|wants?|reminded|asking|telling|expects?|needs?)\s+me\s+to\s+"
    r"|i(?:'ve|\s+have)\s+been\s+(?:asked|told)\s+to\s+|i\s+was\s+(?:asked|told)\s+to\s+)"
)
I_NEED = re.compile(
    rf"^\s*(?:{PROMISED}|{ASKED}|{_RAN_OUT}|(?:(?:i|we)\s+)?could\s+(?:really\s+)?do\s+with\s+(?:an?\s+|some\s+)?|(?:(?=i\b|we\b)|(?=(?:(?:really|also|definitely|seriously|still)\s+)?(?:gotta"
    rf"|gonna(?=\s+\w)|need|must|have\s+to|got\s+to|ought)\b)){_NEED})",
    re.I,
)

# Each ends where the title begins. The earliest wins, so that nothing in a title is read as a cue.
_OPENINGS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Whatever is done with a new one ("shove a reminder on for me to …"), it is to be kept.
        rf"^\s*\w+\s+(?:(?:me|in|up|on)\s+)?(?:a|an|another)\s+(?:(?:new|quick|little)\s+)*{_NOUN}(?:\s+(?:on|in|up|down|there"
        r"|for\s+(?:me|us)))*(?:\s+(?=(?:to|about)\b)|\s*:\s*)",
        r"\b(?:put|stick|sign|pencil)\s+(?:me|us)\s+(?:down|in|up)\s+for\s+(?:an?\s+)?",
        r"\b(?:jot|note|write|put|get|take)\s+(?:this|these|it|that)\s+down\b[\s:,\u2013\u2014-]*",
        r"^\s*another\s+(?:one|thing|task)\s*[,:\u2013\u2014-]+\s*",
        rf"^\s*{LIST}\s+(?:also\s+)?(?:needs|should\s+(?:also\s+)?have|wants|is\s+missing)\s+",
        rf"\b(?:add|put)\s+(?:the\s+following|these|this)\s+(?:on|to|onto|in"
        rf"|into)\s+{LIST}(?:\s+please)?\s*[:,-]+\s*",
        rf"\b(?:add|put|include|insert|enter)\s+(?:on|to|onto|in|into)\s+(?:{LIST}"
        rf"|list\b)[\s:,-]*(?:to\s+)?",
        rf"\b(?!(?:need|have|want)\s+to\s+do\s+(?:the|my|our|some|a)\b)(?:add(?:ing)?|create|creating|new|make|register|set(?:ting)?|need|want|have|give|put"
        rf"|start"
        rf"|open|write|schedule|enter|insert|log|chuck|pop|stick|throw|bung|drop|"
        rf"record|like|about|get)\b(?:\s+(?:in|up|down"
        rf"|on)\b)?(?:\s+{_FILL}\b)*\s+(?P<noun>{_NOUN})\b(?!\s*#?\d){_AFTER_NOUN}"
        r"\s*(?:[:,\u2013\u2014-]+\s*|\b(?:called|named|titled|saying|reading|that\s+(?:says"
        r"|reads)|with\s+the\s+(?:title"
        r"|name))\b\s*)?",
        r"\bkeep\s+track\s+of\b|\badd(?:ing)?\s+(?:(?:a|another|one)\s+)?(?:bullet|line|thing"
        r"|point|something)\s+(?:for|about|on)\b",
        r"\b(?:add|put|squeeze|stick|note|write|jot|pop|chuck|throw|slip|enter|include|record|log"
        r"|save|create)"
        r"(?:\s+(?:in|down|up|on))?[\s:,]*(?=[\ue000-\uf8ff])",
        r"\b(?:you|u|to|please|pls)\s+(?:(?:please|also|just|pls)\s+)*(?:add|jot\s+down"
        rf"|note\s+down|write\s+down)\s+(?!it\b|that\b|this\b|(?:an?|another)\s+(?:\w+\s+)?{_NOUN}\s+(?:called|named|titled)\b)",
        r"\bnot\s+(?:to\s+)?forget\b\s*(?:to\b|about\b|that\b)?",
        r"\bmake\s+(?:me\s+remember|sure\s+(?:that\s+)?i(?:\s+don'?t\s+forget)?)\b\s*(?:to\b"
        r"|about\b|that\b)?",
        r"\bbe\s+reminded\b(?=\s+(?:to|about|of)\b)",
        r"\bremind(?:\s+(?:me|us|be|myself|my))?\b(?!\s+(?:people|everyone|everybody|him|her|them|someone|others|\w+\s+by\s+e-?mail)\b)"
        r"(?:\s+(?:again|please|also|later))*",
        r"\b(?:don'?t|do\s+not|(?<!i\s)(?<!i'd\s)(?<!would\s)(?<!'ll\s)never|(?:i\s+)?must\s*n[o']t|cannot"
        r"|can'?t)\s+(?:let\s+me\s+)?forget\b\s*"
        r"(?:to\b|about\b|that\b)?",
        r"^\s*another(?:\s+one)?\s+(?=(?:to|for|about)\b)",
        r"^\s*remember\b(?!\s+(?:when|how|who|why|me\b|the\s+time|that\s+time))\s*(?:to\b|that\b"
        r"|about\b)?",
        rf"^\s*(?:a|an|another|one|the)?\s*(?:more\s+|new\s+|quick\s+)*(?P<noun_first>{_NOUN}"
        rf"|one)\b{_AFTER_NOUN}"
        r"\s*(?:[:\u2013\u2014-]+|(?=\b(?:to|for|about)\b)|called\b|named\b)",
        r"^\s*(?:to-?\s?do|todo|task|reminder|note|memo|new|urgent|important|shopping(?:\s+list)?"
        r"|groceries|errands?"
        r"|add)\s*[:\u2013\u2014-]+",
        r"\b(?:add|create|make|set)\s+(?:a\s+|an\s+)?(?:(?:new|another|second|extra)\s+)?one\b"
        r"(?=\s*(?::|,|to\b|for\b|about\b|called\b|named\b))[\s:,-]*",
        r"^\s*(?:and\s+|also\s+)*one\s+(?=(?:to|for|about|called|named)\b)(?:(?:called|named)\s+)?",
        r"\b(?:jot\s+down|note\s+down|write\s+down|put\s+down|take\s+down"
        r"|take\s+(?:a\s+)?note\s+(?:of\b)?|"
        r"make\s+(?:a\s+)?note\s*(?:of\b)?|note\s+to\s+self|noting|(?:^\s*|(?<=please\s)|(?<=and\s)|(?<=also\s)|(?<=can\syou\s)|(?<=could\syou\s)|(?<=to\s)|(?<=just\s)|(?<=,\s))note)\b[\s:,-]*"
        r"(?:(?:to|that|an?)\b)?",
        rf"^\s*(?:(?:new\s+)?(?:to-?\s?do|todo|task"
        rf"|reminder))\s+(?=(?:{'|'.join(sorted(ERRAND_VERBS))})\b)",
        r"^\s*(?:(?:add(?:ing)?|creat(?:e|ing)|track(?!\s+\d)|log|save|append|insert|include|jot"
        r"|new(?!\s+(?:week|day|month|year|start|term|morning)\b))\b)(?:\s+(?:in|an?"
        r"|new)\b)?[\s:,-]*"
        r"(?:one\s+more\b|another(?:\s+one)?\b)?[\s:,-]*",
        r"\b(?:appreciate|love|like|use|want|need|do\s+with)\s+(?:(?:a|an|another|some)\s+)?(?:(?:quick|little|gentle)\s+)*"
        r"(?:nudge|reminder|reminding|ping|poke)\s+(?=(?:to|about)\b)",
        r"^\s*jog\s+my\s+memory\s+(?=(?:to|about)\b)",
        r"\b(?:tell|ping|nudge|notify|alert)\s+me\s+(?=to\b|about\b|when\b)",
    )
]
_PUT_ON_LIST = re.compile(
    rf"\b(?:{_PUT}|\w+(?=\s+[\ue000-\uf8ff]))\s+(?P<title>.+?)\s+(?:down\s+)?(?:on|onto|to|in|into)\s+(?:{LIST}|there\b"
    rf"|it\b|(?:the\s+)?list\b).*$"
    r"|\b(?:put|note|jot|write)\s+(?P<down>(?!it\b|that\b|this\b|them\b).+?)\s+down(?:\W*$|(?=\s+as\s+(?:two|three|four|separate)\b)).*$"
    r"|\b(?:put|stick|pop|chuck|bung|throw|whack|pencil|sling)\s+(?P<on>(?!(?:it|that|this|them|me|us)\b)\S.*?)\s+(?:(?:on|in|down)(?=\s+for\s)|in(?=\W*$)).*$"
    rf"|^\s*(?P<goes>(?!(?:it|that|this|them)\b)\S.*?)\s+(?:needs?\s+to|has\s+to|should|must|can)\s+(?:go|be|come)\s+(?:on|onto|in)\s+{LIST}.*$"
    r"|\b(?:get|have|want|need)\s+(?P<added>.+?)\s+added\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_LIST_WORD = re.compile(LIST, re.IGNORECASE)
_ADD_IT = re.compile(
    r"[\s,;.!-]*\b(?:so\s+|and\s+|then\s+)?(?:please\s+|kindly\s+|pls\s+|can\s+you\s+|could\s+you\s+"
    r"|will\s+you\s+)*"
    r"(?:(?:add|put|stick|jot|note|pop|throw|write|save|keep|chuck|get|want|need|have|bung|shove|whack|lob|sling"
    r"|stuff|slap|log|(?<=,\s)\w+(?=\s+(?:it|that)\s+(?:on|down)\b))\s+"
    r"(?:it|that|this|(?P<many>them|those|both|all\s+(?:of\s+(?:them|those)|three|four|five)|the\s+lot))\b(?!\s+back\b).*|"
    r"remind\s+me(?:\s+(?:of|about|to\s+do)\s+(?:it|that|this))?(?:\s+please)?|on\s+(?:my"
    r"|the)\s+list"
    r"(?:\s+please)?)\s*$"
    r"|\s*[,;.\u2013\u2014-]+\s*(?:please\s+|pls\s+|plz\s+|can\s+you\s+|could\s+you\s+)*(?:add|note|save)(?:\s+(?:please|pls|thanks))*\W*$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_ADD_IT = re.compile(
    r"\W*(?:please\s+)?(?:add|put|note|jot|write|save|stick|pop)\s+(?:it|that|this|those|them|both|all(?:\s+(?:of\s+(?:it|them|those)|two|three|four|five))?|the\s+lot)"
    r"(?:\s+(?:down|on|in|to|onto|there|somewhere|please|too|list|my|the|then|as|a|task)\b)*\W*",
    re.IGNORECASE,
)
_NAMED_REMINDER = re.compile(
    r"^\s*(?:(?:set|make|create|add|schedule|want|need)(?:\s+up)?\s+(?:me\s+)?)?(?:(?:a|an|the"
    r"|my)\s+)?(?P<title>(?!all\b|any\b|"
    r"show\b|i\b|we\b|you\b|list\b|what\b|my\b|current\b|the\b|next\b|pending\b"
    r"|future\b)[\w'\u2019&-]+(?:\s+[\w'\u2019&-]+){0,5}?)\s+reminders?\b"
    r"(?!\s+list)(?P<rest>.*)$",
    re.IGNORECASE,
)
NOTHING = word_set(
    "nothing it this that something anything me one them stuff things some list to be do i you reminded made in "
    "sometime sometimes a an bit up for us we he she they my the on please pls plz thanks thank ty thx cheers of about and ok okay now"
)


def find_title(text: str) -> tuple[str, bool] | None:
    """The words of the title in a wish, "" where it names none, and whether several may stand there.

    None where the text is no such wish.
    """
    if _ONLY_ADD_IT.fullmatch(text):
        return "", False
    framed = read_frame(text)
    if framed is not None:
        return framed
    openings = [found for found in (one.search(text) for one in _OPENINGS) if found]
    placed = _PUT_ON_LIST.search(text)
    first = min(openings, key=lambda found: (found.start(), -found.end()), default=None)
    if first is not None and ":" in first[0] and _LIST_WORD.search(first[0]):
        placed = None
    if placed is not None and (first is None or placed.start() <= first.start()):
        title = (
            placed["title"] or placed["down"] or placed["on"] or placed["goes"] or placed["added"]
        )
        if not says_something(title):
            return _title_before(text) or ("", False)
        return title, False
    added = _title_before(text)
    if added is not None and (
        first is None or I_NEED.match(text) or not says_something(text[first.end() :])
    ):
        return added
    if first is None or first.start() > 60:
        return _named_reminder(text)
    title = text[first.end() :]
    inner = _PUT_ON_LIST.match(title.strip())
    if inner is not None and inner["title"] and says_something(inner["title"]):
        # "Don't forget to add salt to the list": the adding is ours, not the task.
        return inner["title"], False
    groups = first.groupdict()
    noun = (groups.get("noun") or groups.get("noun_first") or "").lower()
    return title, noun.endswith("s")


def _title_before(text: str) -> tuple[str, bool] | None:
    found = _ADD_IT.search(text)
    if found is None or not says_something(text[: found.start()]):
        return None
    # "My wife asked me to fix the shelf, add it": what was asked for is the task.
    title = re.sub(
        r"^.*\b(?:asked|told|wants?|reminded)\s+me\s+to\s+", "", text[: found.start()], flags=re.I
    )
    return _needed_in(title), bool(found["many"])


def _needed_in(told: str) -> str:
    """What is needed in words that may first say why: "my knee hurts so I'd better ring the physio"."""
    starts = [0, *(found.end() for found in _LEADS_UP.finditer(told))]
    needs = [found for found in (I_NEED.match(told[start:]) for start in starts) if found]
    return needs[-1].string[needs[-1].end() :] if needs else told


_LEADS_UP = re.compile(r"\b(?:so|and|but)\s+|[,;]\s*", re.IGNORECASE)


def _named_reminder(text: str) -> tuple[str, bool] | None:
    found = _NAMED_REMINDER.match(text)
    if found is None or not content_stems(found["title"]):
        return None
    return f"{found['title']} {found['rest']}", False


def says_something(text: str) -> bool:
    """Whether words name anything: "it" and "something" do not."""
    return bool(set(tokens(text)) - NOTHING or re.search("[\ue000-\uf8ff]", text))
