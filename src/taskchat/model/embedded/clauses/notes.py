"""Wishes to give a task a note: which words name the task, and which are the note."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.requests import Act, Changes
from taskchat.model.embedded.wording.tables import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskchat.model.embedded.clauses.cutting import Heard

_NOTE = r"(?:(?:short\s+|little\s+|quick\s+)?(?:notes?|descriptions?|comments?|details?|remarks?))"
NOTE_WORD = re.compile(r"\b(?:notes?|description)\b", re.IGNORECASE)
_ITS = r"(?:(?:a|an|the|its|that|this|his|her|their|another|one)\s+)"
_PUT = r"(?:add|put|attach|write|leave|make|stick|pop|jot|set|append|include|enter|save|note|type|record|give|have|say|use)"
_SET = r"(?:set|change|update|edit|make|replace|rewrite|overwrite|override|fix|correct|turn)"
_OF = r"(?:to|for|on|of|in|under|with|about)"
# What stands between the order and the note.
_SAYS = (
    r"(?:\s*[:,;\u2013\u2014-]\s*(?:that\s+)?|\s+(?:saying|reading|stating|(?:that|which)\s+(?:says|reads)"
    r"|to\s+say|to\s+read|,\s*it\s+should\s+(?:say|read)|telling\s+me|to\s+the\s+effect)\s*:?\s*(?:that\s+)?|\s+(?=[\ue000-\uf8ff]))"
)
_MARK = r"[\ue000-\uf8ff]"
_TEXT = r"(?P<note>\S.*?)"
_HERE = r"(?:there|here|too|as\s+well|also|down)"
_NAMED = r"(?P<target>(?!me\b|us\b|self\b|list\b)[^:;,]{1,60}?)"
_LEAD = r"^[^\w\ue000-\uf8ff]*(?:(?:and|also|then|please|so|can\s+you|could\s+you|would\s+you|i\s+want\s+to|i'd\s+like\s+to|let's)\s+)*"
_END = r"(?:\s+(?:please|too|as\s+well))?[\s.!]*$"


_all = partial(compiled, lead=_LEAD, end=_END, flags=re.IGNORECASE | re.DOTALL)
# These say plainly that a task that is there is to have a note.
_PLAIN = _all(
    # "Set the note of the rent to …", "update the rent with the description …", "the rent gets the note …".
    rf"(?:set|change|update|make)\s+(?:the|its)\s+{_NOTE}\s+(?:of|for|on)\s+(?P<target>(?:(?!\sto\s)[^:;,])+?)\s+to\s*:?\s+{_TEXT}",
    rf"update\s+{_NAMED}\s+with\s+(?:the|an?)\s+(?:new\s+)?(?:note|description|comment)\b\s*:?\s*{_TEXT}",
    rf"(?P<target>(?:the|my)\s+[\w' -]+?\s+(?:task|one)|{_MARK}|(?:task|number)\s+\d+|it)\s+(?:gets|should\s+get|should\s+have)\s+(?:the|an?)\s+(?:note|description|comment)\b\s*:?\s*{_TEXT}",
    rf"add\s+(?:some\s+)?(?:details?|info(?:rmation)?)\s+to\s+(?P<target>it|that|{_MARK}|(?:the|my)\s+[\w' -]+?\s+(?:task|one)|(?:task|number)\s+\d+)\s*:\s*{_TEXT}",
    rf"(?:write|note|jot)\s+(?:down\s+)?for\s+(?P<target>(?:the|my)\s+[\w' -]+?\s+(?:task|one)|{_MARK})\s*:\s*{_TEXT}",
    rf"{_PUT}\s+(?:the|an?)\s+(?:note|description|comment)\s+(?!to\b|on\b|for\b){_TEXT}\s+to\s+(?P<target>{_MARK}|(?:the|my)\s+[\w' -]+?\s+(?:task|one)|(?:task|number)\s+\d+)",
    # "Put this in the description of the rent: …".
    rf"{_PUT}\s+(?:this|the\s+following)\s+(?:in|to|into|under|on|as)\s+(?:{_ITS})?{_NOTE}(?:\s+{_OF}\s+{_NAMED})?\s*:\s*{_TEXT}",
    # "Add the note “…” to the rent", "put a note on the rent that says …".
    rf"{_PUT}\s+(?:down\s+)?{_ITS}?{_NOTE}\s*:?\s*(?P<note>{_MARK})\s+{_OF}\s+(?P<target>.+?)",
    rf"{_PUT}\s+(?:down\s+)?{_ITS}{_NOTE}\s+(?:{_OF}\s+)(?:the\s+description\s+of\s+)?{_NAMED}(?:{_SAYS}|\s+that\s+){_TEXT}",
    rf"{_PUT}\s+{_ITS}?{_NOTE}\s+saying\s+(?!that\b){_TEXT}\s+(?:to|on|for)\s+(?P<target>(?:the|my|task|number|it|that|this)\b[^:]*?|\w+ing\s+(?:the|my)\s[^:]*?|{_MARK})",
    # "Update the description of the rent: …", "edit the rent's note so it reads …".
    rf"{_SET}\s+(?:the|its|that)\s+{_NOTE}\s+(?:of|for|on)\s+{_NAMED}\s*:\s*{_TEXT}",
    rf"{_SET}\s+(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+{_NOTE}\s+so\s+(?:that\s+)?it\s+(?:reads|says)\s*:?\s+{_TEXT}",
    rf"{_PUT}\s+(?:down\s+)?(?:in|into|to|under)\s+(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+{_NOTE}\s*[:,]?\s*(?:that\s+)?{_TEXT}",
    # "The wine note should say …", "the note for the wine is wrong, it should be …".
    rf"(?P<target>(?:the|my)\s+[\w' -]{{2,40}}?)(?:'s)?\s+(?:notes?|description|comment)\s+(?:should|must|has\s+to|needs\s+to)\s+(?:now\s+)?(?:say|read|be(?!\s+(?:done|finished|ready|sent|completed?|written|sorted|out|in)\b))\s*:?\s+{_TEXT}(?:\s+instead)?",
    rf"(?:the|its)\s+{_NOTE}(?:\s+(?:of|for|on)\s+{_NAMED})?\s+is\s+wrong\s*[,;]\s*(?:it\s+)?should\s+(?:be|say|read)\s+{_TEXT}",
    # "#2 description: …", "the keys - note - …".
    rf"(?P<target>#\s?\d+|(?:task|number)\s+\w+|(?:the|my)\s[\w' -]{{2,40}}?)\s+(?:note|description|comment)\s*:\s*{_TEXT}",
    rf"(?P<target>(?!(?:i|we|he|she|they|it)\b)[\w' ]{{2,40}}?)\s+[\u2013\u2014-]\s+(?:note|description|comment)\s*[:,\u2013\u2014-]*\s+{_TEXT}",
    # "Save this link with the course: …", "for the windows, add: …".
    rf"for\s+{_NAMED}\s*,\s+(?:please\s+)?(?:add|note)\s*:\s*{_TEXT}",
    rf"(?:for|on|to)\s+{_NAMED}\s*,\s+(?:please\s+)?{_PUT}\s+(?:in|into|to|under)\s+(?:the|its)\s+{_NOTE}\s*(?::|\bthat\b)\s*{_TEXT}",
    # "“…” goes in the notes of the rent".
    rf"{_TEXT}\s+(?:goes|belongs|should\s+go|should\s+be|must\s+go)\s+(?:in|into|under)\s+(?:the|its)\s+{_NOTE}(?:\s+(?:of|for)\s+{_NAMED})?",
    rf"(?:in|on|under)\s+{_NOTE}\s*,?\s+(?:please\s+)?(?!write\s+an?\b){_PUT}\s*:?\s+{_TEXT}",
    rf"note\s+(?!that\b|down\b)(?P<note>(?:{_MARK}|[^:\ue000-\uf8ff]{{2,60}}?))\s+(?:on|under|in|for)\s+(?P<target>(?:the|my)\s+[\w' -]+?\s+(?:task|one)|task\s+(?:number\s+)?\w+|number\s+\w+|#\s?\d+)",
    rf"(?:write|note)\s+down\s+(?:there|here)\s*(?::|\bthat\b)\s*{_TEXT}",
    # "Add to the rent the note …".
    rf"{_PUT}\s+(?:to|on|in|under)\s+{_NAMED}\s+(?:the|a|this|that)\s+(?:note|description|comment)\s*:?\s*{_TEXT}",
    # "Add to the paint one that we need two litres".
    rf"(?:add|note|put|write)\s+(?:to|on|in|under)\s+(?P<target>(?:the|my)\s+[^:,]{{2,40}}?\s+(?:one|task)|it|(?:that|this)\s+(?:one|task))\s+that\s+{_TEXT}",
    # "Add a note (there): …", "with the note …".
    rf"(?:for|on|in)\s+{_NAMED}\s*,\s+(?:please\s+)?{_SET}\s+(?:the|its)\s+{_NOTE}\s+(?:to|as)\s*:?\s+{_TEXT}",
    rf"(?:{_PUT}|with)\s+(?:down\s+|in\s+)?{_ITS}{_NOTE}(?:\s+(?:{_HERE}|(?:to|on|for|of)\s+(?P<target>it|that|this)))?(?:{_SAYS}|\s+that\s+){_TEXT}",
    rf"(?:with|{_PUT})\s+(?:the|its|that|a)\s+(?:note|description|comment)\s+(?!(?:to|for|on|of|in|about|from)\b){_TEXT}",
    rf"(?:make|change|set)\s+(?:the|its)\s+{_NOTE}\s+(?P<note>{_MARK})(?:\s+instead)?",
    rf"{_PUT}\s+(?:it|that|this)\s+(?:an?\s+|the\s+)(?:note|description|comment){_SAYS}{_TEXT}",
    # "Put “…” in the description of the rent".
    rf"{_PUT}\s+(?:down\s+)?(?P<note>{_MARK}|.+?)\s+(?:(?:in|to|into|under|on|onto|as)\s+){_ITS}?{_NOTE}\s+{_OF}\s+(?P<target>.+?)",
    rf"{_PUT}\s+(?P<note>{_MARK}|.+?)\s+(?:in|to|into|under|on)\s+(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+{_NOTE}",
    rf"{_PUT}\s+(?:down\s+)?(?P<note>{_MARK})\s+(?:in|to|into|under|on|onto|as)\s+(?:{_ITS})?{_NOTE}(?:\s+{_HERE})?",
    rf"{_PUT}\s+(?:down\s+)?(?P<note>(?!it\b|that\b|this\b)[^\ue000-\uf8ff]+?)\s+(?:in|to|into|under|onto)\s+(?:the|its|that)\s+{_NOTE}",
    rf"{_PUT}\s+(?:down\s+)?(?P<note>(?!it\b|that\b|this\b|a\b|the\b)[^\ue000-\uf8ff]+?)\s+as\s+(?:a|the|its)\s+{_NOTE}",
    # "Write in its description that …", "in the notes of the rent put …".
    rf"{_PUT}\s+(?:down\s+)?(?:in|on|to|into|under)\s+(?:the|its|that|his|her|their)\s+{_NOTE}(?:\s+{_OF}\s+{_NAMED})?(?:{_SAYS}|\s+that\s+|\s+(?!of\b|for\b|on\b)){_TEXT}",
    rf"(?:in|on|to|into|under|for|as)\s+(?:the|its|that|a|his|her|their)\s+{_NOTE}(?:\s+{_OF}\s+{_NAMED})?\s*,?\s+(?:please\s+)?{_PUT}(?:\s+down)?[\s:,]+(?:that\s+)?{_TEXT}",
    # "Update the shopping to include milk in the description".
    rf"{_SET}\s+{_NAMED}\s+to\s+(?:include|have|say|mention|read)\s+(?P<note>[^\ue000-\uf8ff]+?|{_MARK})\s+(?:in|as)\s+(?:the|its)\s+{_NOTE}",
    # "Set its description to …", "the description of the rent should be …".
    rf"{_SET}\s+(?:the|its|that|this|a|my)\s+{_NOTE}\s+(?:of|for|on)\s+{_NAMED}\s+(?:to|into|as|with|by)(?:\s+(?:say|read|be))?\s*:?\s+{_TEXT}",
    rf"{_SET}\s+{_NOTE}\s+(?:of|for|on)\s+{_NAMED}\s+(?:to|as|with)\s+{_TEXT}",
    rf"{_SET}\s+(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+{_NOTE}\s+(?:to|into|as|with)(?:\s+(?:say|read|be))?\s*:?\s+{_TEXT}",
    rf"(?:{_SET}\s+)?(?:the|its|that|this)\s+{_NOTE}\s*(?:\bto\b(?:\s+(?:say|read|be))?|:|\b(?:should|must|is\s+to)\s+(?:say|read|be)\b|\bwith\b|\binto\b|\bsays?\b|\bis\b(?!\s+(?:wrong|not|gone|missing)\b))\s*:?\s*(?:now\s+)?{_TEXT}",
    rf"(?:the|its)\s+{_NOTE}\s+(?:of|for|on)\s+{_NAMED}\s+(?:should\s+(?:say|read|be)|is|says)\s*:?\s+{_TEXT}",
    # "The rent: add the note …", "for the rent, note that …".
    rf"(?P<target>[^:;]{{1,60}}?)\s*:\s*(?:(?:please\s+)?{_PUT}\s+)?(?:{_ITS})?(?:note|description|comment)\b(?:{_SAYS}|\s+that\s+|\s+(?!to\b|for\b|down\b)){_TEXT}",
    rf"(?:for|on|to|in|under|with|about)\s+{_NAMED}\s*[:,]?\s+(?:(?:please\s+)?{_PUT}\s+{_ITS}?|{_ITS})?(?:note|description|comment)(?:{_SAYS}|\s+that\s+|\s+(?!to\b|for\b)){_TEXT}",
    rf"(?P<target>[^:;,]{{1,60}}?)\s+(?:needs|gets|should\s+(?:have|get)|has)\s+{_ITS}{_NOTE}(?:\s+too|\s+as\s+well)?{_SAYS}{_TEXT}",
    rf"(?:give|describe)\s+{_NAMED}\s+(?:{_ITS}{_NOTE}(?:{_SAYS}|\s+(?:that\s+)?)|as\s*:?\s+){_TEXT}",
    # "Note on the rent: …", "description: …".
    rf"{_ITS}?{_NOTE}\s+(?:for|on|to|of)\s+{_NAMED}\s*(?::|\bsaying\b)\s*{_TEXT}",
    rf"(?:description|comment|details)\s*:\s*{_TEXT}",
    rf"{_PUT}\s+(?:on|in|to|under|beside)\s+(?P<target>(?:the|my|task|number|#|it|that|this)\b[^:]*?|{_MARK})\s*:\s*{_TEXT}",
)
# These may as well be a task of their own: the note counts where the task that they name is there.
_MAYBE = _all(
    rf"(?P<target>(?!(?:quick|side|please|another|an?|the|my|new|final|last|one|take|make|also|and|just|short|little)\b)[\w'-]+)\s+(?:note|description|comment)\s*:\s*{_TEXT}",
    rf"(?:save|keep|put|store|note|add)\s+(?:this|the|that)\s+(?:link|address|number|code|url|info|detail)s?\s+(?:with|on|to|for|under|in)\s+{_NAMED}\s*:\s*{_TEXT}",
    rf"{_PUT}\s+(?:details|notes)\s+(?:to|on)\s+{_NAMED}\s*:\s*{_TEXT}",
    # "Note: two pairs", said right after a task; "the cake should be chocolate, note that".
    rf"notes?\s*:\s*{_TEXT}",
    rf"(?:add|put|attach|leave)\s+(?:a|the)\s+note\s+to\s+(?P<note>(?:{'|'.join(sorted(ERRAND_VERBS))})\s[^:]+?)",
    rf"(?P<target>[^:;,]{{1,40}}?)\s*:\s*{_TEXT}\s*,\s*(?:(?:please|so)\s+)*(?:note|write|jot)\s+(?:it|that|this)(?:\s+down)?",
    rf"(?P<target>[^:;,]{{2,40}}?)\s+(?:should|must|has\s+to|have\s+to|needs?\s+to)\s+be\s+{_TEXT}\s*,\s*(?:(?:please|so|can\s+you|could\s+you)\s+)*(?:note|write|jot|put)\s+(?:it|that|this)(?:\s+(?:down|on\s+(?:it|there)|in\s+there|for\s+me))*",
    rf"(?:write|put|note|scribble|add)\s+(?:on|in|under|to)\s+(?P<target>(?!it\b)[^:]{{1,40}}?)\s*:\s*{_TEXT}",
    rf"(?:add|put|write|attach|append)\s+(?:the\s+words?\s+)?(?P<note>{_MARK})\s+(?:to|on|under|in)\s+(?P<target>(?!there\b|here\b|for\b|on\b|(?:my|the|our)\s+(?:[\w-]+\s+)?(?:list|lists|tasks|to-?dos?|todos)\b)[^,]{{1,60}}?)",
    rf"(?:note|mention|write)\s+(?:down\s+)?(?:for|on|in|about)\s+(?P<target>it|that|this|(?:the|my)\s[^:,]{{2,40}}?|task\s+\d+|number\s+\w+)\s*(?:,|:|\s+that\b)\s*{_TEXT}",
    rf"(?:make\s+a\s+note|take\s+a\s+note|note)\s+(?:down\s+|there\s+|on\s+it\s+|of\s+it\s*:?\s*)?that\s+(?!reminds\b){_TEXT}(?:\s+for\s+(?P<target>it|that|this|that\s+one))?",
)
_APPENDS = re.compile(_LEAD + r"(?:add|append|attach)\b", re.IGNORECASE)
# What is added to a note leaves in it what it says.
_ADDS = re.compile(
    r"\b(?:add|append|also|too|as\s+well|another|include)\b(?!.*\binstead\b)", re.IGNORECASE
)
_LABEL = re.compile(r"\W*notes?\s*:", re.IGNORECASE)
_CLEARS = _all(
    rf"(?:remove|delete|clear|drop|erase|get\s+rid\s+of|take\s+(?:off|out)|wipe)\s+(?:the|its|that|any)\s+{_NOTE}(?:\s+(?:from|of|on|off|for|in)\s+(?P<target>[^\n]+?))?",
    rf"(?:clear|empty|remove|delete|erase|wipe)\s+(?:out\s+)?(?P<target>(?:the\s+|my\s+)?[\w -]+?)'s\s+{_NOTE}",
    rf"(?:empty|blank)\s+(?:out\s+)?(?:the|its)\s+{_NOTE}(?:\s+(?:of|on|for)\s+(?P<target>.+?))?",
    rf"(?P<target>\S.*?)\s+(?:doesn't|does\s+not|no\s+longer)\s+needs?\s+(?:an?|any|the)\s+{_NOTE}(?:\s+(?:any\s?more|any\s+longer|after\s+all))*(?:\s*,\s*(?:please\s+)?(?:take|remove|delete)\s+(?:it|that)(?:\s+(?:out|off|away))?)?",
    rf"no\s+{_NOTE}\s+(?:needed\s+)?(?:on|for|to)\s+(?P<target>[^,]+?)(?:\s+after\s+all)?(?:\s*,.*)?",
    r"(?:erase|delete|remove|clear)\s+what\s+i\s+(?:noted|wrote(?:\s+down)?|put\s+down)\s+(?:for|on|about)\s+(?P<target>\S.*?)(?:\s+but\s+keep\s+the\s+task)?",
)
_LIST = re.compile(r"\b(?:lists?|(?:my|the|our)\s+(?:tasks|to-?dos|todos))\b", re.IGNORECASE)
# After "note that" this is something to do, and no note on another task.
_TO_DO = re.compile(
    r"\W*(?:(?:i|we)\s+(?:need|have|must|should|ought|want)\s+to\b"
    rf"|(?:{'|'.join(sorted(ERRAND_VERBS))})\s)",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"^\W*(?:(?:please|can\s+you|could\s+you)\s+)*(?:add|create|make|new)\s+(?:an?\s+|another\s+)?(?:new\s+)?(?:task|to-?do|reminder|item|entry)\b"
    r"|\bnotes?\s+to\s+(?:my)?self\b",
    re.IGNORECASE,
)


def read_note_order(text: str, heard: Heard) -> tuple[Act, bool] | None:
    """The note that a clause orders, and whether the words may as well be a task of their own."""
    if _NEW.search(text):
        return None
    matches = (pattern.match(text) for pattern in _CLEARS)
    cleared = next((found for found in matches if found), None)
    if cleared is not None:
        return _act(cleared["target"] or "it", Changes(clears_note=True), heard), False
    for found, is_maybe in _found(text):
        words = found.groupdict().get("target") or "it"
        note = heard.message.reveal(found["note"]).strip(" .")
        if _LIST.search(words):
            continue
        is_label = _LABEL.match(text) is not None
        if is_maybe and not (is_label or heard.message.quoted(text)) and _TO_DO.match(note):
            continue
        act = _act(words, Changes(note=note, adds_note=_ADDS.search(text) is not None), heard)
        is_told = not is_maybe or re.search(rf"\b{_NOTE}\b", text, re.IGNORECASE) is not None
        # "Add “blue” to the shirts" may be meant for its title.
        is_plain = is_told or ":" in text or _APPENDS.match(text) is None
        return (act if is_plain else replace(act, is_hedged=True)), is_maybe
    return None


def _found(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    for is_maybe, patterns in ((False, _PLAIN), (True, _MAYBE)):
        for pattern in patterns:
            found = pattern.match(text)
            if found is not None:
                yield found, is_maybe


def _act(words: str, changes: Changes, heard: Heard) -> Act:
    words = re.sub(r"'s$", "", words.strip())
    target = read_target(heard.message.reveal(words), heard.message.quoted(words), heard.background)
    # A note may say anything, so its words are not weighed.
    return Act("update", target, changes, said="it")
