"""The cue words: what in a clause says which act is wished for, with its usual misspellings."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from taskchat.model.embedded.english.words import word_set


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


QUESTION = _cue(
    r"^\s*(?:what(?:'s|s|'re|'ll|\s+about)?|which|when(?:'s|s)?|where|who(?:'s)?|whose|why"
    r"|how(?:'s|s)?(?!\s+about)|is|are|was|were|am|do(?=\s+"
    r"(?:i|we|you|they|ducks|any|the|not\s+i)\b)|did|does|have\s+(?:(?:i|we|you)\b|(?=(?:they|these|those|all|both|the|my|any)\b.*\bbeen\b))|has|had\s+i"
    r"|should|shall|will|whats|any(?:thing|one)?|can|could(?!\s+(?:do\s+with|use)\b)|"
    r"is\s+there|are\s+there|isn't|aren't|don't\s+i)\b"
)
# Questions that are orders all the same: "can the dentist be on friday instead?"
LET_BE = _cue(
    r"^\s*(?:can|could|should)\s+(?:(?:the|my|we|it)\b|(?:[\w'\ue000-\uf8ff-]+\s+){1,4}?be\s+(?:a\s+)?(?:high|low|medium|top)\b)"
)
_LISTED = r"(?:tasks?|to-?\s?dos?|todos?|reminders?|list|items?|it|that|this|them|those|these|all|everything|one|ones)"
NEED_LIST = _cue(
    r"^\s*i\s+(?:want|need|wanna|would\s+like|'d\s+like)\s+(?:to\s+)?(?=(?:know|see|hear|view|check"
    r"|read|look)\b"
    rf"|(?:add|create|delete|remove|mark|rename|update|restore|reschedule|change|edit|cancel"
    rf"|complete|finish)\b.*\b{_LISTED}\b)"
    rf"|^\s*i\s+(?:want|need)\s+(?=(?:my|the|all)\b.*\b{_LISTED}\b)"
)
# An order to read the list out, which wins over "add" and "reminder" further in.
LOOK_START = _cue(
    r"^\s*(?:show|list|search|see|view|display|read|hear|tell\s+(?:me|my)|know|go\s+(?:through"
    r"|over)|walk\s+(?:me\s+)?through|check(?!\s+(?:\S+\s+){0,6}?off\b)|open(?!\s.*\b(?:again|up|back)\b)|"
    r"let\s+me\s+(?:see|hear|know|view)|lemme\s+see|give\s+me\s+(?:a|the|an|my)\s+(?:rundown|list"
    r"|overview|summary|full)|inform|describe|print|"
    r"look\s+(?:at|through|up)|speak\s+back|say|pull\s+up|bring\s+up"
    r"|my\s+\w*\s*list(?!.*\bneeds?\b)|(?:my|the|all)\b.*\b(?:read|shown|listed)\b)(?!\w)"
)
NOT_NEEDED = _cue(
    r"\b(?:no\s+longer|not|n't)\s+(?:needed|necessary|required|relevant|wanted)\b|(?:isn't|aren't)\s+(?:needed|necessary|required|relevant|wanted)\b|"
    r"\b(?:don't|do\s+not|dont|doesn't|won't|will\s+not|no\s+longer)\s+"
    r"(?:need|want(?!\s+you\b)|have\s+to)\b"
)
ADD_CUE = _cue(
    r"\bgive\s+me\b|^\W*(?:high|low|medium|top|normal)(?:est)?[\s-]+prio(?:rity)?\s*[:,-]|^\s*(?:and\s+|also\s+)*one(?=\s+(?:to|for|about|called|named)\b)|\b(?:(?:shopping(?:\s+list)?|groceries"
    r"|errands?)(?=\s*:)|add|adding|create|creating|keep\s+track|be\s+reminded|remind|reminder|remember|forget"
    r"|jot|note"
    r"|noting|include|insert|append|todo|to-do|new|another|put|stick|"
    r"throw(?!\s+(?:\S+\s+){1,6}?(?:out|away)\W*$)|place|pop|write|log|save|keep|chuck|track(?!\s+\d)|tell\s+me\s+to|nudge|ping|make|set|task"
    r"|register"
    r"|\w+(?=\s+(?:a|an|another)\s+(?:new\s+|quick\s+)?(?:reminder|task|to-?do)\b)"
    r"|\w+(?=\s+[\ue000-\uf8ff].*\b(?:on|in)\s+(?:there|it|my|the)\b)|(?<=,\s)\w+(?=\s+(?:it|that)\s+(?:on|down|in)\b)"
    r"|(?:get|have|want|need)(?=\b.*\badded\b)|(?:get|have)(?=\b.*[\ue000-\uf8ff].*\blist\b)"
    r"|get(?=\b.*\bonto\b)"
    r"|(?:toss|drop|bung|slap|pencil|schedule)(?=\b.*\b(?:on|onto|in|into|to)\s+(?:my|the|our)\b)"
    r"|needs?|want|squeeze|record)\b"
)
# "Add a due date to the rent": no new task.
SETS_FIELD = _cue(
    r"\b(?:add|put|attach|write|set|give)\s+(?:an?\s+|the\s+|this\s+)?"
    r"(?:due\s+date|date|deadline|(?:high|low|medium)\s+priority)\s+(?:to|for|on)\b"
)
UNDO_CUE = _cue(
    r"\bundo\b|\brevert\b|\b(?:retract|reverse|withdraw)\s+(?:that|it|this|the\s+last)\b|\b(?:step|go)\s+back\s+(?:once|a\s+step|one\s+step)\b|"
    r"\b(?:scratch|strike)\s+that\b(?!\s+(?:one|task|item)\b)|\broll\s*back\b|\b(?:take|change|put"
    r"|turn)\s+(?:that|it"
    r"|this)\s+back(?!\s+(?:on|to|in|onto|as))\b|"
    r"\bi\s+did(?:n't|\s+not)\s+mean\s+(?:that|to)\b|\bthat\s+was\s+(?:a\s+(?:mistake|lie)|wrong)\b|\bthat(?:\s+was\s+not|'s\s+not|\s+is\s+not|\s+wasn't|\s+isn't)\s+true\b"
    r"|\b(?:put|change|set|switch|turn)\s+(?:the|its)\s+(?:old\s+|original\s+|previous\s+)?(?:name|title|date|priority|due\s+date|note)\s+back\b(?!\s+(?:to\s+\S+\s+\S|(?:by\s+)?(?:an?|one|two|three|\d)\b))|\b(?:call\s+it|go\s+back\s+to|change\s+(?:it|that)\s+(?:back\s+)?to)\s+what\s+it\s+was(?:\s+called)?(?:\s+before)?\b|\broll\s+(?:that|it)\s+back\b"
    r"|^\W*(?:(?:no|oh|actually|wait|sorry|hm+)\b\W*)*the\s+old\s+(?:one|name|title)\s+was\s+(?:right|correct)(?:\s+(?:all\s+along|after\s+all))?\W*$"
    r"|\bmy\s+mistake\b|^\W*(?:(?:no|oh|actually|wait|sorry|hm+|ok(?:ay)?|please|(?:can|could)\s+you)\b\W*)*put\s+(?:(?:them|those|these)(?:\s+(?:all|both))?|(?:both|all(?:\s+(?:two|three|four|five|[2-5]))?)(?:\s+of\s+(?:them|those|these))?|everything)\s+back(?:\s+(?:please|again))?(?=\W*$|\s*[,.;])|\btake\s+(?:back\s+(?:that|the|my|this)\s+(?:last\s+)?(?:change|step|move|edit|action)|(?:that|the|my|this)\s+last\s+(?:change|step|move|edit|action|one|thing)\s+back)(?=\s*(?:please\b|[.,;!]|$))"
    r"|\b(?:go|change|put|turn|switch|set|take)\s+(?:it\s+|that\s+|them\s+)?back\s+to\s+(?:how|what|the\s+way)\s+(?:it|that|they|things)\s+(?:was|were|had\s+been)(?=\s*(?:before\b|please\b|[.,;!]|$))"
)
_FIELD = r"(?:name|title|due\s+date|date|deadline|time|day|priority|note|description)"
_OLD = r"(?:old|original|previous|earlier|former|first)"
# "I'd like its old name back", "go back to the date it had before".
OLD_FIELD_CUE = _cue(
    r"^\W*(?:(?:no|oh|actually|wait|sorry|hm+|please|and|but|ok(?:ay)?|(?:can|could)\s+you)\b\W*)*(?:"
    rf"(?:(?:i|we)(?:'d|\s+would)\s+(?:like|prefer)(?:\s+to\s+have)?|(?:i|we)\s+want|(?:can|could|may)\s+(?:i|we|it)\s+have|give\s+(?:it|me)|bring|get|put)\s+(?:its|the)\s+{_OLD}\s+(?P<wanted>{_FIELD})\s+(?:back|again)"
    rf"|(?:restore|bring\s+back|give\s+it(?:\s+back)?|(?:let's\s+|can\s+we\s+|i'd\s+like\s+to\s+)?go\s+back\s+to)\s+(?:its|the)\s+(?:{_OLD}\s+(?P<restored>{_FIELD})|(?P<had>{_FIELD})\s+(?:it|that)\s+(?:had|was)(?:\s+(?:before|first|originally))?)"
    rf"|(?:change|put|set|turn|switch)\s+(?:it|that)\s+back\s+to\s+(?:the|its)\s+{_OLD}\s+(?P<back>{_FIELD})|(?:change|put|set|turn|switch|take)\s+(?:the|its)\s+(?P<put>{_FIELD})\s+back\s+to\s+(?:how|what|the\s+way)\s+it\s+(?:was|had\s+been)(?:\s+before)?"
    r")(?:\s+please)?\W*$"
)
# Said alone right after a change, this takes it back.
NEVER_MIND = re.compile(
    r"\W*(?:(?:oh|ok(?:ay)?|actually|hm+|no|nah|wait|sorry|on\s+second\s+thoughts?)\b\W*)*(?:never\s*mind|nvm|forget\s+(?:it|that))(?:\s+(?:that|then|actually))?\W*(?:(?:thanks|sorry|please)\W*)?",
    re.IGNORECASE,
)
# "Undo that last thing about the diploma, I haven't framed it".
UNDO_PART = _cue(
    r"\b(?:undo|revert|take\s+back)\s+(?:(?:that|the|this)\s+)?(?:last\s+)?(?:thing|one|part|bit|change|it|that)?\s*"
    r"(?:about|for|on|with|of|to)\s+(?P<words>(?:the|my)\s+[\w' -]+)"
)
RESTORE_CUE = _cue(
    r"\b(?:restore|undelete|un-delete|un-?remove|recover|resurrect)\b(?P<target>.*)|"
    r"\b(?:bring|get|want|give\s+me|give(?=\s+(?:it|that|them)\s+back)|have(?!\s+to\b))\s+(?:back\s+(?P<target_after>.+)"
    r"|(?:the\s+)?(?P<target_mid>.*?)\s*\bback\b)"
)
_OVER = r"(?:\bis|'s)\s+(?:now\s+|finally\s+|all\s+)?over(?=\s*(?:now\b\s*)?(?:[,.!]|$))"
_DONE = r"(?:done|complete|completed|finished|finish|sorted|ticked(?:\s+off)?|checked(?:\s+off)?)"
# "Completed tasks" names tasks, it completes none.
DONE_ONES = _cue(
    r"^\s*(?:(?:from|of|among)\s+)?(?:(?:my|the|all|any|show|see|list|view|just|only)\s+)*(?:completed|finished|done"
    r"|ticked\s+off)\b(?:\s+(?:tasks?|to-?\s?dos?|todos?|items?|"
    r"ones?|reminders?|things|stuff|list))?(?:\s*,?\s*please)?\W*$"
)
REOPEN_CUE = _cue(
    r"^\s*open\s+(?P<target_again>.+?)\s+(?:up\s+)?(?:again|back\s+up)\b|"
    r"(?P<target_open>\S.*?)\s+should\s+(?:still\s+)?be\s+(?:open|pending|unfinished|undone|active)\b|"
    r"\b(?:ticked|marked|checked|completed|crossed)\s+(?P<target_slip>.+?)\s+(?:off\s+|as\s+\w+\s+)?(?:by\s+(?:mistake|accident)|accidentally|too\s+(?:early|soon))\b|"
    r"\b(?:re-?open|un-?check|un-?tick|un-?mark|un-?complete|un-?finish|reactivate)\b|"
    rf"\bmark\w*\s+(?P<target>.*?)\s*(?:\bback\s+)?\b(?:as\s+|to\s+)?(?:(?:not"
    rf"|un)[\s-]*(?:yet\s+)?{_DONE}|incomplete|undone|pending|open|"
    r"unfinished|uncompleted)\b(?!\s+(?:tasks?|ones?|items?|things?|stuff|to-?\s?dos?|todos?|reminders?)\b)|\bas\s+to-?\s?do\b|"
    r"\b(?:put|set|move|change|switch|turn)\s+(?P<target_to>.*?)\s+(?:back\s+)?(?:to|as|on"
    r"|into)\s+(?:the\s+)?(?:pending|open|not\s+done|"
    r"incomplete|undone|to\s?do|unfinished)\b"
)
NOT_DONE = _cue(
    rf"\b(?:is|are|was|'s)?\s*(?:not|n't)\s+(?:\w+\s+){{0,2}}?{_DONE}\b(?:\s+(?:yet|after\s+all))?|"
    r"\b(?:i|we)\s+(?:actually\s+|still\s+)?(?:have|had|did|could|do|can|was|am)?\s*(?:n't|not"
    r"|never)\b\s*(?:actually\s+|really\s+|yet\s+)?|"
    r"\b(?:haven't|hasn't|didn't|couldn't|isn't|aren't|wasn't|can't|won't)\b(?:\s+(?:actually"
    r"|really|yet|been|get\s+to))*(?=.*)|"
    r"\b(?:is|are|was|were)\s+not(?=\W*$|\s+(?:yet|actually|though|after\s+all)\W*$)|"
    r"\b(?:is|are|was|were|got)\s*(?:not|n't)\s+(?:\w+\s+)?(?=\w+ed\b)"
    r"|\bnot\s+(?=(?:yet\s+)?(?:\w+ed|paid|bought|sent|made|written)\b)|\bstill\s+needs?\b(?:\s+(?:doing|to\s+be\s+done)\b)?"
    r"|\bforgot\s+to\b|\bstill\s+(?:need|have)\s+to\b|(?:\bis|'s|\bare)\s+still\s+(?:open|pending"
    r"|to\s+do)\b"
)
COMPLETE_CUE = _cue(
    rf"\b(?:you\s+can\s+)?mark(?:ed|ing)?\b(?:\s+off\b)?|\bas\s+{_DONE}\b|"
    r"^\s*tick\b(?:\s+off\b)?|^\s*(?:cross|strike|scratch)\s+out\b|\b(?:check|tick|cross|strike|knock|scratch)(?:ed|ing)?\s+(?:off?\b"
    r"|(?=(?:\S+\s+){1,8}?off\b))|"
    r"(?<=\s)off\s+(?:my|the)\s+(?:\w+\s+)?list\b(?=\W*$)|"
    r"\b(?:can|may|should|could|must)\s+be\s+(?:ticked|checked|crossed|marked|closed)\b|"
    r"\b(?:i(?:'ve|\s+have|'m|\s+am)?\s+)?(?:just\s+|already\s+|finally\s+"
    r"|(?<!them\s)(?<!these\s)(?<!those\s)(?<!tasks\s)all\s+)*(?:(?:is|are|was|were|be)\s+|'s\s+(?:been\s+)?|(?:(?:has|have|had)\s+)?"
    r"been\s+|get(?:ting)?\s+|got\s+)?"
    r"(?:(?:(?<!them\s)(?<!these\s)(?<!those\s)(?<!tasks\s)all|now|already|finally)\s+)*(?:done"
    r"|completed|finished|accomplished|sorted|dealt\s+with|taken\s+care\s+of|over\s+and\s+done"
    r"|handled)\b"
    r"(?:\s+with\b)?|\bconsider\b|\bi\s+already\b|\balready\b|\b(?:took|taken)\s+care\s+of\b"
    r"|\bcheck\s+the\s+box\s+(?:for|of|on)\b|\bput\s+a\s+line\s+through\b|\bput\s+a\s+(?:tick|check|cross)\s+(?:next\s+to|on|by"
    r"|beside|at|against)\b|\bwrapped\s+up\b|\bknocked\s+out\b|\bthrough\s+with\b|\bi\s+(?:just\s+"
    r"|already\s+)?did\s+(?=(?:it|that|this|the|my|all|everything|both|them|these|those|number|task|#|\d)\b)|"
    rf"{_OVER}|"
    r":\s*(?:check|over|yes|yep|tick)(?=\W*$)|\bcomplete\b|^\s*finish\s+(?:(?:off|up)\s+)?(?=(?:(?:the|my)\s+(?:\S+\s+){1,4}?(?:task|one|to-?do|reminder)\b"
    r"|task|number|#|\d|it\b|that\b|the\s+(?:first|second|third|fourth|fifth|last|\d+(?:st|nd|rd"
    r"|th))\b))|\bclose(?:d)?\s+out\b|^\s*close\b|[✅✔☑✓]"
)
DELETE_CUE = _cue(
    r"\b(?:is|are|was|were)n't\s+(?:needed|necessary|required|relevant|wanted)(?:\s+(?:any\s?more|any\s+longer))?\b|\boff\s+with\s+(?=(?:it|that|them|those)\b)"
    r"|(?:\b(?:is|are|'s|was)\s+)?\b(?:no\s+longer|not|n't)\s+(?:needed|necessary|required|relevant|wanted)(?:\s+(?:any\s?more|any\s+longer))?\b"
    r"|\b(?:throw|chuck|kick)\s+(?=(?:\S+\s+){1,6}?(?:out|away)\W*$)|"
    r"\b(?:del|delete|deleting|remove|removing|cancel|cancelling|erase|discard"
    r"|(?:scrap|dump|(?<!the )(?<!my )(?<!our )(?:trash|bin)|drop)(?!'s|\s+(?:is|are|was|were|has|have|day|bags?|man|paper)\b)|ditch|nuke|purge|wipe|clear|lose|kill|"
    r"eliminate|dispose\s+of|get\s+rid\s+of|rid\s+of|(?:throw|chuck|kick|toss)\s+(?:out|away)|toss|(?<!the )(?<!my )(?<!an )axe|nix|scrub|get\s+shot\s+of|"
    r"(?:(?:i|we)\s+)?(?:don't|do\s+not|dont|won't|will\s+not|no\s+longer)\s+(?:need|want)(?:\s+to)?|forget(?:\s+about)?)\b"
    r"(?:\s+out\b)?|\b(?:take|get|kick|knock|leave)\s+(?=(?:\S+\s+){1,10}?off\s+(?:my|the)\b)"
    r"|\btake\s+(?=(?:\S+\s+){1,10}?(?:off|away)\b)|\bcan\s+(?:(?:all|both|also|now)\s+)*go\b(?=(?:\s+(?:too|now|then|please|as\s+well))*\W*$)"
    r"|\b(?:strike|cross|knock|wipe)\s+(?=(?:\S+\s+){1,8}?from\s+(?:my|the)\s+list\b)|"
    r"^\s*chuck\s+(?=(?:the|my|that|it|those|them)\b)(?!.*\b(?:on|to|in|for|onto|until)\b)|^\s*(?:scratch|strike)\s+(?=(?:(?:the|my)\s|that\s+(?:one|task|item)\b))(?!.*\b(?:off|out|through)\b)|"
    r"\bempty(?=\s+(?:out\s+)?(?:my|the|this|that|whole|entire)\s+(?:\w+\s+){0,2}?(?:list|tasks"
    r"|todos|to-dos)\b)|"
    r"\b(?:come|go)\s+off\s+(?:my|the)\s+(?:\w+\s+)?list\b|\b(?:can|may|should|could)\s+(?:(?:now|all|both|also|just)\s+)*(?:come|go)\s+off(?:\s+(?:my|the)\s+(?:\w+\s+)?list)?\b|"
    r"\boff\s+(?:my|the)\s+(?:\w+\s+)?list\b"
    r"|\b(?:pull|rub)\s+(?=(?:\S+\s+){1,8}?(?:from|off)\s+(?:my|the)\s+list\b)|^\s*take\s+off\b"
    r"|\bgone(?=\s+(?:from|off)\s+(?:my|the)\s+list\b)"
    r"|\b(?:can\s+(?:(?:both|all|now|also|just)\s+)*|may\s+|should\s+|could\s+|must\s+)be\s+(?:deleted|removed|scrapped|binned|dropped|cancelled"
    r"|erased)\b|\banymore\b|\bany\s+more\b"
)
# These also begin errands ("drop the kids off", "clear the gutters", "cancel netflix").
WEAK_DELETE = _cue(
    r"\s*(?:cancel|clear|drop|wipe|bin|dump|lose|kill|toss|forget|throw|take|ditch|off|pull|chuck|scrub)"
)
UPDATE_CUE = _cue(
    r"\b(?:rename|retitle|relabel|reword|rephrase|change|edit|update|modify|replace|correct|fix"
    r"|schedule"
    r"|switch|swap|alter|reschedule|move|postpone|"
    r"push|delay|shift|bump|moved|pushed|rescheduled|postponed|changed|delayed|put\s+(?:back|forward)|brought\s+forward|(?:is"
    r"|are)\s+(?:now|actually)|bring\s+(?:\S+\s+){0,6}?forward|into|put\s+off|put(?=\s+(?:\S+\s+){1,5}off\s+(?:to|until|till)\b)|defer|snooze|make"
    r"|set|flag|prio|priority|(?:de-?)?prioriti[sz]e|urgent|important|due|deadline|"
    r"should\s+(?:say|read|be)|call\s+(?:[^\ue000-\uf8ff]+\b(?:one|task)(?=\s+[\ue000-\uf8ff])|it|that|this|(?:the\s+)?(?:first|second|third|last|task"
    r"|number))|instead|date|raise|lower|note|description"
    r"|turn|give|extend|pull|drop(?=.*\bto\s+(?:low|medium|normal)\b)|put(?=\s+(?:the|my|that|it)\b)|in(?=\s+(?:the|my)\b.*\bshould\b)|put(?=\s+(?!on\b|up\b|down\b|away\b|out\b"
    r"|off\b)\w+\s+(?:on|to|for|at)\b)|reduce|increase|i'll|i\s+will)\b|"
    r"\bmark\b.*\b(?:high|low|medium)\b|\b(?:mark|is|are)\b.*\b(?:urgent|important|priority)\b|\s(?:[-=]>|\u2192)\s"
)


def takes_back(text: str) -> bool:
    """Whether a message was one that takes the last change back."""
    return bool(UNDO_CUE.search(text) or OLD_FIELD_CUE.match(text) or NEVER_MIND.fullmatch(text))


def opens_correction(text: str) -> bool:
    """Whether a message opens like one that puts right the one before it."""
    return _PUTS_RIGHT.match(text) is not None


_PUTS_RIGHT = _cue(
    r"\W*(?:(?:oh|ah|um+|hm+|hang\s+on|hold\s+on)\b\W*)*(?:no|nope|nah|not|wait|sorry|oops|whoops|wrong|i\s+mean(?:t)?|actually|my\s+(?:mistake|bad)|the\s+other|instead)\b|.*\bi\s+meant\b"
)
_PLAIN_WORD = re.compile(r"(?<![\w'])[A-Za-z]{2,12}(?![\w'])")
_FIELD_WORDS = ("finished", "completed", "complete", "priority", "deadline")
_COMMANDS = ("delete", "remove", "complete", "reminder", "remind", "rename", "cancel", "finished", "completed",
             "restore", "reschedule", "create", "change", "update")  # fmt: skip
_MEANT = {"remaind": "remind", "dlete": "delete", "delte": "delete", "delet": "delete", "don": "done", "dun": "done",
          "rember": "remember", "remeber": "remember", "ad": "add", "mrak": "mark"}  # fmt: skip
_KNOWN = word_set(
    "canceled canceling removes removed deleted deletes cancels cancelled created creates changed changes updated updates dated date related "
    "reminded reminders reminds renamed completes completely compete restored rescheduled minder cancer channel create "
    "change charge finish finishes charged renew renewed reminding removing deleting chance store"
)


# Slips of the fingers that are no other word, wherever they stand.
_SLIPPED = {"wednsday": "wednesday", "wensday": "wednesday", "wendesday": "wednesday", "thrusday": "thursday", "thurday": "thursday",
            "tuseday": "tuesday", "tusday": "tuesday", "saterday": "saturday", "satuday": "saturday", "firday": "friday",
            "mondy": "monday", "suday": "sunday", "pls": "please", "plz": "please", "teh": "the", "hte": "the", "adn": "and", "nad": "and", "lsit": "list", "lits": "list", "taks": "task",
            "tsak": "task", "taskk": "task", "tsks": "tasks", "taskss": "tasks", "tasts": "tasks", "tassk": "task", "tasl": "task", "tomorow": "tomorrow", "tommorow": "tomorrow",
            "tommorrow": "tomorrow", "plese": "please", "pleas": "please", "pleae": "please", "gimme": "give me", "wats": "what's", "wots": "what's", "lemme": "let me", "tmrw": "tomorrow", "reminer": "reminder", "compelte": "complete",
            "complte": "complete", "finsihed": "finished", "ot": "to", "alredy": "already", "finaly": "finally",
            "rmbr": "remember", "rmb": "remember", "im": "I'm", "ive": "I've", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't",
            "cant": "can't", "wont": "won't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't", "havent": "haven't",
            "hasnt": "hasn't", "couldnt": "couldn't", "thats": "that's", "theres": "there's", "whats": "what's", "theyre": "they're",
            "aswell": "as well", "tsk": "task", "doen": "done", "shoud": "should", "shuold": "should", "woud": "would", "coud": "could", "tmw": "tomorrow", "nxt": "next", "ur": "your", "cld": "could", "shud": "should", "shld": "should", "b4": "before", "prob": "probably", "probs": "probably", "defo": "definitely", "abt": "about", "bc": "because", "til": "until"}  # fmt: skip
_SLIPS = _cue(r"(?<![\w'])(?:" + "|".join(_SLIPPED) + r")(?![\w'])")


def correct_slips(text: str) -> str:
    """The text with slips of the fingers put right that are no other word."""
    text = _SLIPS.sub(lambda word: _SLIPPED[word[0].lower()], text)
    for pattern, meant in _SHORTHANDS:
        text = pattern.sub(meant, text)
    return text


# Signs for words, where no number or name can be meant: "remind me 2 call", "done w/ the report".
_SHORTHANDS = [
    (re.compile(r"(?<![\w'])da(?![\w'])"), "the"),  # "Da Marco" is a name
    (_cue(r"^n(?=\s+[a-z])"), "and"),
    (_cue(r"^\W*nvm(?=\W*$)"), "never mind"),
    (_cue(r"\blike\s+(?=(?:super|really|so|totally|very)\s+(?:urgent|important|high))"), ""),
    (_cue(r"(?<=\s)4(?=\s+(?:me|us|tomorrow|today|tonight|\w+day)\b)"), "for"),
    (
        _cue(
            r"(?<=\bneed\s)too(?=\s+[a-z])|(?<=\bhave\s)too(?=\s+[a-z])|(?<=\bgot\s)too(?=\s+[a-z])"
        ),
        "to",
    ),
    # "I'd be glad if you deleted it" asks for it to be deleted.
    (
        _cue(r"(?<=\bif\syou\s)(add|mark|tick|cross|remind|push|bump|cancel|check|post)l?ed\b"),
        r"\1",
    ),
    (
        _cue(
            r"(?<=\bif\syou\s)(delet|remov|renam|mov|chang|complet|updat|creat|eras|reschedul|postpon|schedul)ed\b"
        ),
        r"\1e",
    ),
    (
        _cue(
            r"(?<=\bme\s)2(?=\s+[a-z]{3})|(?<=\bneed\s)2(?=\s+[a-z]{3})|(?<=\bremember\s)2(?=\s+[a-z]{3})|(?<=\bhave\s)2(?=\s+(?:do|call|buy|go|pay)\b)"
        ),
        "to",
    ),
    (_cue(r"(?<!\S)w/\s*"), "with "),
    (_cue(r"\brem(?:em)?ber(?=\s+me\s+(?:to|about|of)\b)"), "remind"),
    (_cue(r"(?<=\w\s)n(?=\s+\w)"), "and"),
    (
        _cue(
            r"\bits(?=\s+(?:been|done|now|no|not|over|due|really|so|too|already|all|called|cancelled|urgent|important"
            r"|finished|gone|off|on\s+\w+day|a|the)\b)|^\W*its(?=\s+\w+,?\s+not\s+\w+\W*$)"
        ),
        "it's",
    ),
]


def correct_cues(text: str) -> str:
    """The clause with misspelled command words put right; other words stay as they are."""
    # Commands stand at the front; further in, "remote" is more likely a remote.
    text = _PLAIN_WORD.sub(lambda word: _corrected(word[0], _COMMANDS), text, count=2)
    return _PLAIN_WORD.sub(lambda word: _corrected(word[0], _FIELD_WORDS), text, count=8)


def _corrected(word: str, meant: tuple[str, ...]) -> str:
    low = word.lower()
    if low in _MEANT and meant is _COMMANDS:
        return _MEANT[low]
    if len(low) < 5 or low in meant or low in _KNOWN:
        return word
    return next((one for one in meant if one[0] == low[0] and fuzz.ratio(one, low) >= 83), word)
