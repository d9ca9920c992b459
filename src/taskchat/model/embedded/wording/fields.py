"""Wordings of orders that name a field of a task: its dates, its title, what was deleted last.

Each is put in the words that the rules know, as in `phrasing.py`.
"""

from __future__ import annotations

import re

from taskchat.model.embedded.wording.dates import DATE, END
from taskchat.model.embedded.wording.tables import wordings

_LEAD = r"^[^\w\ue000-\uf8ff]*(?:please\s+)?"
_DATES = r"(?:due\s+dates|deadlines|dates)"
_CLEAR = r"(?:remove|clear|drop|delete|erase|cancel|unset|take\s+(?:off|away))"


def _order(pattern: str) -> str:
    return _LEAD + pattern + END


# "Would you mind setting it to low?"
_DOING = {
    "setting": "set", "marking": "mark", "moving": "move", "changing": "change", "renaming": "rename", "putting": "put",
    "making": "make", "giving": "give", "pushing": "push", "completing": "complete", "deleting": "delete",
    "removing": "remove", "reopening": "reopen", "adding": "add", "clearing": "clear", "ticking": "tick",
}  # fmt: skip
_DOES_IT = re.compile(
    rf"{_LEAD}(?P<verb>{'|'.join(_DOING)})\s+(?=(?:it|that|this|them|those|these|both)\b)",
    re.IGNORECASE,
)


def as_order(text: str) -> str:
    """The order that "setting it to low" is, behind "would you mind"."""
    return _DOES_IT.sub(lambda found: f"{_DOING[found['verb'].lower()]} ", text)


FIELDS = wordings(
    # "Take away the rent's due date", "forget the date for the rent", "make it undated".
    (_order(rf"(?:{_CLEAR}|take\s+away|forget)\s+(?P<what>\S[^,;]*?)'s\s+{DATE}"), r"clear the due date of \g<what>"),
    (_order(rf"(?:take\s+away|forget(?:\s+about)?)\s+the\s+{DATE}\s+(?:of|for|on)\s+(?P<what>\S[^,;]*?)"), r"clear the due date of \g<what>"),
    (_order(r"make\s+(?P<what>\S[^,;]*?)\s+undated"), r"clear the due date of \g<what>"),
    # "Remove both due dates", "clear the deadlines of all of them".
    (_order(rf"{_CLEAR}\s+(?:both|all|their|the)(?:\s+(?:of\s+)?(?:the|their))?\s+{_DATES}\s+(?:of|from|for|on|off)\s+(?P<what>\S.*?)"), r"clear the due date of \g<what>"),
    (_order(rf"{_CLEAR}\s+(?P<which>both|all)(?:\s+(?:of\s+)?(?:the|their))?\s+{_DATES}"), r"clear the due date of \g<which> of them"),
    (_order(rf"{_CLEAR}\s+(?:their|the)\s+{_DATES}"), "clear the due date of them"),
    # "Edit the bread so that its title is …".
    (_order(r"(?:edit|change|update|modify|rename|alter|reword)\s+(?P<what>\S.*?)\s*,?\s+so\s+(?:that\s+)?(?:its|the)\s+(?:title|name|text)\s+(?:is|becomes|reads|says|will\s+be)\s+(?P<new>\S.*?)"), r"rename \g<what> to \g<new>"),
    # "Set a due date for the glasses", with no date: it is asked for.
    (_order(rf"(?:set|add|put|assign|give|choose|pick)\s+(?:an?|the)\s+(?:new\s+)?{DATE}\s+(?:for|to|on|of)\s+(?P<what>(?:the|my|task|number)(?:\s+(?!(?:to|as|until|till|by|on|for|is|at)\b)[\w'-]+){{1,6}}|it|that|this|[\ue000-\uf8ff])"), r"change \g<what>"),
    (_order(r"(?:bring\s+back|restore|undelete|recover)\s+the\s+(?:last|latest|most\s+recent)\s+(?:one|task|thing|item)\s+(?:that\s+)?(?:i|you|we)(?:'ve|\s+have)?(?:\s+just)?\s+(?:deleted|removed|erased)"), "restore it"),
    # "Add separate tasks for buying apples and buying rice".
    (_LEAD + r"(?:add|create|make)\s+(?:(?:two|three|four|five|\d)\s+)?(?:separate|individual|different)\s+(?:tasks|items|reminders|entries|to-?dos)\s*(?:for|to|:|,)\s*(?=\S)", "add these tasks: "),
    # "Make the new task due friday" makes no new one; "set one for 15 May" is said of its date.
    (_LEAD + r"(?P<verb>make|set|move|mark|change|put|push|give|rename)\s+the\s+new\s+(?:task|item|to-?do|reminder)\b", r"\g<verb> the new one"),
    (_LEAD + r"set\s+one\s+(?:for|to|on|at)\s+(?=\S)", "make it due "),
    (_LEAD + r"(?:correct|fix|change)\s+(?P<what>[\ue000-\uf8ff])\s*[,;:]?\s*(?:it|that|this)\s+should\s+(?:be|read|say)\s+(?P<new>[\ue000-\uf8ff])", r"rename \g<what> to \g<new>"),
    # "I meant the hedge should be high": an order in full.
    (r"^[^\w\ue000-\uf8ff]*(?:(?:wait|no|sorry|actually)\b\W*)*i\s+meant?\s+(?:that\s+)?(?=(?:the|my)\s+\S.*\sshould\s+(?:be|have)\s)", ""),
    (r"[\s,]+(?:too|as\s+well)(?:[\s,]+please)?[\s.!]*$", " too"),
    (r"^(?P<lead>[^\w\ue000-\uf8ff]*(?:i|we)\s+(?:don't|do\s+not))\s+have\s+to\s+(?P<what>\S.*?)\s+(?P<more>any\s?more|any\s+longer)[\s.!]*$", r"\g<lead> need to \g<what> \g<more>"),
    (r"^(?P<one>[^\w\ue000-\uf8ff]*the\s+(?:remaining|other)\s+(?:one|task))\s+is\s+(?=(?:on|at|for|by)\s)", r"\g<one> is due "),
    (_order(r"(?:and\s+)?(?P<what>(?:the|my)\s+(?!\w+\s+(?:wants?|needs?)\b)[\w' -]+?)\s+(?P<count>an?|one|two|three|four|five|\d)\s+(?P<unit>days?|weeks?|hours?)\s+(?P<way>later|earlier)"), r"move \g<what> \g<count> \g<unit> \g<way>"),
    (r"\b(?P<are>are|be)\s+both\s+(?=due\b|(?:high|low|medium|urgent|important)\b)", r"\g<are> "),
    # "I did yoga".
    (r"^(?P<lead>[^\w\ue000-\uf8ff]*(?:i|we)(?:\s+(?:just|already|finally))?\s+did)\s+(?!(?:the|my|our|a|an|some|it|that|this|them|those|these|both|all|not|so|nothing|everything|what|well|great|badly|enough|try|have|number|task)\b|\d)(?=[a-z][\w-]{2,}(?:\s+and\s+[a-z][\w-]{2,})?[\s.!]*$)", r"\g<lead> the "),
    # "I replaced the bulbs, but not the patio yet".
    (r"^(?P<did>[^\w\ue000-\uf8ff]*(?:(?:i|we)(?:'ve|\s+have)?\s+|(?=did\s))(?!.*\b(?:all|everything|every)\b)[^,;]+?)[\s,]+but\s+not\s+(?:the|my)\s+[\w' -]+?(?:\s+yet)?[\s.!]*$", r"\g<did>"),
    (r"^[^\w\ue000-\uf8ff]*(?:(?:and|also)\s+)+(?:(?:another|a\s+second)\s+)?one\s+(?:to|for)\s+(?=\w+ing\s)", "add a task for "),
    (r"[\s,]+of\s+course[\s.!]*$", ""),
    # "Note that I must feed the fish" is no note.
    (_LEAD + r"(?:and\s+)?(?:please\s+)?note\s+(?:down\s+)?(?:that\s+)?(?=i\s+(?:must|need\s+to|have\s+to|should|ought\s+to)\b)", ""),
    (r"^[^\w\ue000-\uf8ff]*i\s+have\s+(?=(?:the|my)\s+[\w' -]+?\s+(?:now|already|at\s+last)[\s.!]*$)", "I got "),
    (r"^[^\w\ue000-\uf8ff]*i\s+just\s+did(?:\s+(?:it|that|so))?[\s.!]*$", "I did it"),
    (r"\b(?P<is>is|are|'s)\s+(?:now\s+)?(?:re)?solved[\s.!]*$", r"\g<is> done"),
    (r"[\s,]+to\s+be\s+(?:exact|precise|clear)[\s.!]*$", ""),
    # "Drop the deadline, but keep the priority": what is kept is no wish.
    (rf"[\s,]+but\s+(?:keep|leave)\s+(?:the|its)\s+(?:priority|title|name|notes?|description|{DATE})(?:\s+(?:as\s+(?:it|they)\s+(?:is|are)|alone|the\s+same|unchanged))?[\s.!]*$", ""),
    (_order(r"give\s+(?P<what>it|that|this|\S.*?)\s+(?:a\s+)?(?P<level>high|low|medium)\s+priority"), r"make \g<what> \g<level> priority"),
    (r"\bnext\s+week's\s+\w+day\s*,\s*(?=(?:the\s+)?\d)", ""),
    (r"\bnext\s+week's\s+(?P<day>\w+day)\b", r"\g<day> next week"),
    # "I meant “B”, please change it".
    (r"(?P<meant>\bi\s+meant?\s+[\ue000-\uf8ff])\s*[,;.]?\s+(?:so\s+|and\s+)?(?:please\s+)?(?:change|correct|fix|rename|update|edit)\s+(?:it|that)[^\w\ue000-\uf8ff]*$", r"\g<meant>"),
    # "I reset the password" tells a deed, though its verb looks the same.
    (r"^(?P<lead>[^\w\ue000-\uf8ff]*(?:(?:ok(?:ay)?|and|so|well|yes)\b\W*)*)(?P<who>i|we)\s+(?:(?:just|already|finally|now)\s+)?(?P<verb>reset|cut|shut|read|set\s+up|put\s+(?:away|up|out|down|together)|shut\s+down)\s+(?=(?:the|my|our|all)\b)", r"\g<lead>\g<who> finished to \g<verb> "),
    (r"^[^\w\ue000-\uf8ff]*(?:(?:finally|just|already|at\s+last)\s+)+(?=did\s+(?:the|my|our|it|that)\b)", ""),
    (r"\b(?P<who>i|we)\s+(?:just\s+|already\s+)?did\s+so\b(?:\s+(?:this\s+morning|today|earlier|yesterday|last\s+night))?", r"\g<who> did it"),
    (r"^(?P<it>[^\w\ue000-\uf8ff]*(?:it|that|this)(?:'s|\s+is))\s+(?:(?:really|very|pretty|quite|so|rather)\s+)*(?P<level>urgent|important)\s*[,;\u2013\u2014-]+\s*(?:(?:he|she|they|we|i|it)(?:'s|'re|'m|\s+\w+)|because|since|the|my)\s(?!.*\b(?:high|low|medium|priority|due|by)\b)[^,;]*$", r"\g<it> \g<level>"),
    (r"^[^\w\ue000-\uf8ff]*(?:(?:well|yes|but|oh)\b\W*)*(?P<who>i|we)\s+(?:have|did|just\s+have)\s+now[\s.!]*$", r"\g<who> did it"),
    # "Done, he's fine": how it went.
    (r"^[^\w\ue000-\uf8ff]*(?P<done>(?:all\s+)?(?:done|finished|completed))\s*[,;:\u2013\u2014-]+\s*(?:(?:he|she|it|they|all|everything)(?:'s|'re|\s+is|\s+are|\s+was|\s+went)|all)\s+(?:all\s+)?(?:fine|good|well|great|ok(?:ay)?|sorted|happy|lovely|perfect|easy)\b[^,;]*$", r"it's \g<done>"),
    (r"^[^\w\ue000-\uf8ff]*(?P<done>(?:all\s+)?(?:done|finished|completed))\s*[,;:\u2013\u2014-]+\s*(?:he|she|they|it)(?:'s|'ve|'re|\s+(?:has|have|is|are|was|were))\s+(?:got\s+)?(?:it|them|that|coming(?:\s+\w+)?|on\s+(?:his|her|their|the|its)\s+way|there|here|in|home|back|out|over|gone|away)[\s.!]*$", r"it's \g<done>"),
    # "Paid him already": the deed says that it is done.
    (r"^(?P<deed>[^\w\ue000-\uf8ff]*(?:(?:i|we)\s+(?:have\s+)?)?[a-z]+\s+(?:him|her|them))\s+already[\s.!]*$", r"\g<deed>"),
    # "Done, paid him", "done, I called him": the deed tells which.
    (r"^[^\w\ue000-\uf8ff]*(?:all\s+)?(?:done|finished|sorted)\s*[,;:\u2013\u2014-]+\s*(?=(?:paid|sent|called|bought|emailed|rang|texted|posted|did|got)\s+(?:him|her|it|them)\b)", "I "),
    (r"^[^\w\ue000-\uf8ff]*(?:all\s+)?(?:done|finished|completed|sorted)\s*[,;:\u2013\u2014-]+\s*(?=(?:i|we|he|she|they)\s+\w+)", ""),
)  # fmt: skip
