"""A message cut into clauses, one wish each, with what people quote kept out of the rules' sight."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.english.cues import correct_slips
from taskchat.model.embedded.english.known_titles import pattern_of
from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.wording.levels import plain_levels
from taskchat.model.embedded.wording.tidying import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Quoted words become one private character each, so that no cue is ever read inside a title.
_FIRST_MARK = 0xE000
_QUOTED = re.compile(r'"([^"\n]+)"|(?<!\w)\'([^\'\n]+?)\'(?!\w)|`([^`\n]+)`')
_NAMED = re.compile(
    r"\b(?:called|named|titled|entitled|with (?:the )?(?:title|name)|that says|which says)\b"
    r"[\s:]*(?![\s:])(?P<title>[^\ue000-\uf8ff]+?)(?=,\s*(?:due\s+(?:on|by|at|today|tomorrow|next|this|\w+day|the|\d)\b|(?:with\s+)?(?:high|low|medium|top)\s+prio|with\s+(?:an?\s+|the\s+)?(?:note|description|due)\b|and\s+(?:make|set|mark)\s+it\b).*$|$)",
    re.IGNORECASE | re.DOTALL,
)
_MAKES_TASK = re.compile(
    r"\b(?:add|create|make|new|set|put|throw)\b.*\b(?:task|to-?\s?do|todo|reminder|item|entry|one|job|chore|errand)\s*$",
    re.I | re.S,
)

_SENTENCE_END = re.compile(
    r"(?:[!?]+|(?<!\bdr)(?<!\bmr)(?<!\bst)(?<!\bms)(?<!\bmrs)(?:(?<!\bno)|(?!\.\s*\d))(?<!\bvs)(?<!\b[a-z])\.+|;"
    r"|\n)"
    r"(?:\s+|$)|\n+",
    re.IGNORECASE,
)
_NEW_TASK = (
    r"(?:(?:a|an|another|one)\s+(?:more\s+|new\s+|other\s+)?(?:task|reminder|to-?do|todo|one)"
    r"|one|another)\s+"
    r"(?:to|for|about|called|named)\b"
)
_ASK = (
    r"(?:please\s+|also\s+|then\s+|just\s+|now\s+){0,3}(?:(?:can|could|would|will)\s+(?:you|u)\s+"
    r"|(?:you|u|we)\s+can\s+|"
    r"you\s+may\s+)?(?:please\s+|also\s+|just\s+|then\s+){0,3}"
)
_STARTERS = (
    r"(?:add|create|delete|remove|erase|get\s+rid\s+of|rename|remind\s+(?:me|us)|restore|recover|undelete|undo"
    r"|reopen|"
    r"re-open|mark|uncheck|untick|reschedule|postpone|don'?t\s+(?:let\s+me\s+)?forget|"
    r"(?:set|make|create)\s+(?:a|an|another|the|me)\s+(?:new\s+)?(?:task|reminder|to-?do|todo)|"
    r"note\s+(?:down\s+)?that\s+(?:(?:the|my|he|she|it|they|we|i)\b|\w+\s+(?:is|are|has|have)\b)|"
    r"put\s+in\s+(?:an?|another)\s+(?:new\s+)?(?:task|one|item)\b|"
    r"put\s+(?:it|that|them)\s+(?:on|at|for)\s+(?:\w+day|today|tomorrow|the\s+\d|\d|high|low|medium|next)\b|(?:tick|check|cross)\s+(?:\S+\s+){0,6}?off\b|(?:tick|check|cross)\s+off|"
    r"take\s+(?:\S+\s+){1,6}?off\b|put\s+(?:\S+\s+){1,8}?(?:on|to|in)\s+(?:my|the|there)|"
    r"make\s+(?:it|that|this|them|those|the|my|task|number)|give\s+(?:it|that|the\s+\w+)|un-?mark|"
    r"put\s+(?:\S+\s+){1,4}?back|schedule|"
    r"(?:bin|tick|trash|scrap|finish|close|kill|ditch|dump)\s+(?:it|that|this|the|my|task|number"
    r"|#)|"
    rf"(?:task|reminder|to-?do|todo)\s+(?:to\s+)?(?:{'|'.join(sorted(ERRAND_VERBS))})|"
    r"show\s+(?:me|my|the|all|what)|what(?:'s|s|\s+is|\s+else)|list\s+(?:my|the|all)|cancel|complete|finish|change|move|set|push|"
    r"(?:un-?complete|shift|bump|defer|delay|flag|prioriti[sz]e|un-?tick|un-?check|reopen)\b|open\s+(?:it|that|them|that\s+one|the\s+\w+)\s+(?:up\s+)?again\b|"
    r"(?:lose|ditch|bin|trash|toss|dump|kill|add|drop)\s+(?:it|that|this|them)|drop(?!\s+(?:off|by|in|round|over)\b)|bring\s+(?:it"
    r"|that)\s+back|scrap|(?:(?:on\s+\w+day|tomorrow|today)\s+)?(?:i|we)\s+(?:also\s+|still\s+)?(?:(?:need|have)\s+to|must)|let's\s+(?:add|put|delete|remove|mark|move)\b|"
    r"take\s+(?:it|that|them)\s+out(?=\W*$)|(?:clear|empty|wipe)\s+(?:out\s+)?(?:my|the|this)\s+(?:\w+\s+)?(?:list|tasks)\b|"
    r"read\s+(?:me|out)\s+(?:the|my)|(?:write|note|jot)\s+down(?=\s+[\ue000-\uf8ff]|\s+\S[^,;.]*\sas\s+an?\s+(?:new\s+)?(?:task|to-?do|item)\b)|tell\s+me\s+(?:what|which|how\s+many|everything|all))\b"
)
# Where the speaker takes up again: "delete milk, no wait, the bread", "… - never mind".
_SECOND_THOUGHT = (
    r"(?:oh\s+|um+\s+|ah\s+)?(?:no\b(?!\s+(?:later|more|need|rush|less|longer|one|matter|worries|hurry|stress|pressure"
    r"|problem))"
    r"|wait\b|actually\b|sorry\b(?!\s+(?:for|about|to|if|i'm))|i\s+meant?\b|scratch\s+that"
    r"|never\s*mind|nvm\b"
    r"|(?:just|only)\s+(?:kidding|joking)|jk\b|on\s+second\s+thought|or\s+rather|or\s+not\b"
    r"|make\s+that\b"
    r"|not\s+that\b|please\s+don'?t\b|don'?t\s+(?:do|actually)\b|(?:all\s+)?done\W*$)"
)
# What is told as done, at the end of a sentence: "add the gas bill, and the rent's done".
_TOLD_DONE = (
    r"(?:(?!add\b|mark\b|so\b|the\s+following)[\w'-]+\s+){0,4}?[\w-]+(?:'s|\s+is|\s+was|\s+are|\s+were|(?:'s|\s+has|\s+have)\s+been)\s+(?:all\s+|already\s+|now\s+)*"
    r"(?:done|finished|completed?|sorted|paid|bought|booked|sent|made|called|signed|shipped|delivered|fixed|resolved|closed|cleaned|washed|submitted|posted|published|printed|ordered|repaired|returned|covered|settled|behind\s+(?:me|us)|off\s+my\s+\w+|dealt\s+with|out\s+of\s+the\s+way)\W*$"
)
# What is concluded from what was told: "…, so strike that one", "…, so that one's off my plate".
_CONCLUDES = (
    r"(?:please\s+|just\s+|then\s+|now\s+|(?:we|you|i)\s+can\s+(?:now\s+)?|let's\s+)*"
    r"(?!(?:i|we|he|she|they|you|it|that|this|is|are|was|do|does|did|will|can|could|should|would|much|many|far|the|my|a)\b)[a-z]+\s+(?:it|that|this|them|those|these|both)\b"
    r"|off\s+with\s+(?:it|that|them)\b|(?:that|this|it)(?:\s+(?:one|task))?(?:(?:'s|\s+is)\s+(?:still|not)|\s+isn't)\s+(?:\w+\s+)?(?:open|pending|done|finished|complete)\b|(?:that|this|it)(?:\s+(?:one|task))?(?:'s|\s+is)\s+(?:(?:now|all|another)\s+)*(?:done|finished|sorted|dealt\s+with|covered|settled|off\s+my|out\s+of|behind|(?:one\s+)?(?:down|less))\b"
    rf"|{_TOLD_DONE}"
)
# "Move it to Monday, and I already phoned Ann."
_DID = r"(?:[a-z]{3,}ed|did|paid|bought|sent|made|wrote|got|took|rang|found|fed|met|brought|sold|swept|picked|spoke)"
_JOINT = re.compile(
    r"\s*,\s*(?:and\s+)?(?=(?:the|my)\s+(?:[\w'-]+\s+){1,4}?(?:can|should|must|may)\s+(?:now\s+)?be\s+(?:deleted|removed|dropped|scrapped|ticked|marked|checked)\b)|"
    r"\s*,\s*(?:and\s+)?(?=(?:task|number)\s+\d+\s+(?:is|was|can|should|must|needs|has)\b)|"
    rf"\s*,\s*(?:(?:and|but)\s+)?(?={_TOLD_DONE})|\s+and\s+(?=the\s+{_TOLD_DONE})|"
    rf"\s*[,;\u2026]\s*(?={_SECOND_THOUGHT})|\s+[\u2013\u2014-]+\s+(?={_SECOND_THOUGHT})|"
    r"\s+(?=(?:no\s+wait|wait\s+no|scratch\s+that|or\s+rather|just\s+kidding)\b)|"
    r"(?:\s*,)?\s+but\s+(?=(?:(?:i|we)\s+)?(?:still|haven't|have|didn't|did\s+not|couldn't"
    r"|need)\b)|"
    r"(?:\s*,)?\s+but\s+(?=(?:the|my)\s+[\w -]{2,30}?(?:n't|\s+not)\b)|"
    r"\s*,\s*(?=[\w -]{2,25}?\s(?:done|finished|not\s+yet|not\s+done)\W*(?:$|,))|"
    r"\s*,\s*(?=(?:the\s+|my\s+)?[\w-]+(?:'s|\s+is|\s+are)\s+not\W*$)|"
    r"\s*,\s*(?=(?:(?:i|we)(?:'m|'re)?\s+)?still\s+(?:need|have\s+to|working|waiting|doing)\b)|"
    r"\s*,\s*(?:so\s+)?(?=(?:the|its)\s+(?:note|description|title|name|due\s+date|date|deadline)\s+(?:should|must|needs?\s+to|has\s+to)\b)|"
    r"(?:\s*,)?\s+so\s+(?=(?:that|it|this|they|those|the\s+[\w-]+)(?:\s+(?:one|task|item))?\s+(?:has\s+to|have\s+to|must|can|could|may|should|needs?\s+to)\b)|"
    r"\s*,\s*(?=(?:so\s+)?(?:that|it)(?:'s|\s+is)\s+(?:(?:all|that\s+one)\s+)?(?:done|finished|sorted)\W*$)|"
    r"\s*,\s*(?:and\s+)?(?=(?!(?:it|that|this|so)\b)[\w'-]+(?:\s+[\w'-]+){0,2}\s+(?:is|are)\s+(?:a\s+)?(?:high|low|medium|top)(?:\s+priority)?\W*$)|"
    rf"\s*,\s*(?:and|but)\s+(?=(?:i|we)(?:'ve|\s+have)?\s+(?:already\s+|just\s+|also\s+)*{_DID}\s)|\s+and\s+(?=(?:i|we)(?:'ve|\s+have)?\s+(?:(?:already|just)\s+{_DID}\s|{_DID}\s+(?:the|my|our)\s))|"
    rf"\s*,\s*(?:and\s+)?then\s+(?=(?:i|we)(?:'ve|ve|\s+have)\s+(?:already\s+|just\s+)?{_DID}\s)|"
    r"(?:\s*,)?\s+and\s+(?=(?:i'm|we're|i\s+am|we\s+are)\s+(?:\w+\s+)?(?:out\s+of|low\s+on)\s)|"
    rf"\s*[&+]\s*(?={_ASK}{_STARTERS})"
    rf"|(?:\s*,)?\s+(?:and\s+also|plus)\s+(?=(?:{'|'.join(sorted(ERRAND_VERBS))})\b)|"
    rf"(?:\s*,)?\s+(?:and\s+then|and\s+also|and|then|plus|but|so)\s+(?={_NEW_TASK}"
    rf"|{_ASK}{_STARTERS})"
    rf"|,\s*(?={_ASK}{_STARTERS})|\s+[\u2013\u2014-]+\s+(?={_ASK}{_STARTERS})"
    rf"|\s+(?=please\s+{_STARTERS})"
    rf"|(?:\s*,)?\s+so\s+(?=(?:you\s+can|please|can\s+you|(?:that|it)(?:'s|\s+is)\s+(?:(?:all|that\s+one)\s+)?(?:done|sorted|finished))\b)"
    rf"|(?:\s*,)?\s+so\s+(?={_CONCLUDES})",
    re.IGNORECASE,
)
_DONE_FOLLOWS = re.compile(_TOLD_DONE, re.IGNORECASE)
ORDER_START = re.compile(rf"\W*{_ASK}{_STARTERS}", re.IGNORECASE)
# After these, what follows "and" is more often the rest of a title than another wish.
_WEAK_STARTER = re.compile(
    rf"{_ASK}(?:cancel|complete|finish|change|move|set|push|drop|scrap|delete|remove|erase|"
    r"postpone|reschedule|rename|get\s+rid|i\s+(?:also\s+|still\s+)?(?:(?:need|have)\s+to|must)|check|tick|cross|restore|mark"
    r"|make|give|"
    r"schedule)\b",
    re.IGNORECASE,
)


# "No sorry, I meant …" is one clause: what opens it says how the rest is meant.
_ONLY_OPENS = re.compile(
    r"\W*(?:(?:oh|no|nope|nah|wait|sorry|actually|um+|hmm+|well|ok(?:ay)?|oops|whoops|ah"
    r"|my\s+bad|hey|hi|"
    r"(?:the\s+)?wrong\s+(?:one|task)|not\s+that(?:\s+one)?|that(?:'s|\s+is"
    r"|\s+was)\s+(?:the\s+)?wrong(?:\s+(?:one|task))?|i\s+was\s+wrong|i\s+mean(?:t)?)\b\W*)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One wish: its text with quotes hidden, and whether it may be the end of the one before.

    `is_asked` is set in a sentence that ends with a question mark; `before` is what stands before
    the clause in its sentence.
    """

    text: str
    joined_by: str = ""
    is_asked: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in clauses; `reveal` puts quoted words back."""

    clauses: tuple[Clause, ...]
    quotes: tuple[str, ...]

    def reveal(self, text: str) -> str:
        """The text with the quoted words in their places."""
        return re.sub(
            r"[\ue000-\uf8ff]", lambda mark: self.quotes[ord(mark[0]) - _FIRST_MARK], text
        )

    def quoted(self, text: str) -> list[str]:
        """The quoted words that stand in a piece of text."""
        return [
            self.quotes[ord(mark) - _FIRST_MARK] for mark in re.findall("[\ue000-\uf8ff]", text)
        ]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a clause is read with: its message, the user's time, and what was said before it.

    `background` is all that the message said before the clause, `before` the clause before it.
    """

    message: Message
    now: datetime
    background: str = ""
    before: str = ""


def cut(text: str, titles: Sequence[str] = ()) -> Message:
    """Cut a message at sentence ends, and where another request begins within a sentence.

    `titles` are those of the list that stand in it and are to be read as if they were quoted.
    """
    quotes: list[str] = []
    text = _hide_quotes(tidy(text), quotes)
    for title in sorted(titles, key=len, reverse=True):
        text, count = pattern_of(title).subn(chr(_FIRST_MARK + len(quotes)), text, count=1)
        quotes += [title] * count
    text = plain_levels(correct_slips(text))
    clauses: list[Clause] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        clauses += _cut_sentence(text[start : end.start()].strip(), is_asked="?" in end[0])
        start = end.end()
    clauses += _cut_sentence(text[start:].strip(), is_asked=False)
    return Message(tuple(_join_corrections(clauses)), tuple(quotes))


def _join_corrections(clauses: list[Clause]) -> list[Clause]:
    """Join "not the milk!" and "the rent": one wish, what is not meant and what is."""
    joined: list[Clause] = []
    for clause in clauses:
        if joined and _I_MEANT.fullmatch(clause.text):
            joined[-1] = replace(joined[-1], text=f"I meant {joined[-1].text}")
        elif joined and _takes_up(joined[-1], clause):
            joined[-1] = replace(clause, text=f"{joined[-1].text}, {clause.text}")
        else:
            joined.append(clause)
    return joined


def _takes_up(before: Clause, clause: Clause) -> bool:
    """Whether a clause says in full what the one before only refused: "No! The milk."."""
    if _NOT_THAT.fullmatch(before.text):
        return True
    is_short = not clause.is_asked and len(clause.text.split()) <= _MAX_TAKEN_UP
    return is_short and bool(_REFUSES.fullmatch(before.text))


_MAX_TAKEN_UP = 6
_REFUSES = re.compile(
    r"\W*(?:(?:no|nope|wrong|oops|sorry|wait|not\s+that|wrong\s+(?:one|task)|that's\s+wrong)\b\W*)+",
    re.IGNORECASE,
)
_I_MEANT = re.compile(r"\W*i\s+mean(?:t)?(?:\s+to\s+say)?\W*", re.IGNORECASE)
_NOT_THAT = re.compile(
    r"(?:(?:no|nope|oops|sorry)\b\W*)*not\s+(?:the|my|that)\s+(?!(?:i|we|it|he|she|they|you)\b)[\w' -]{2,40}",
    re.IGNORECASE,
)


def _hide_quotes(text: str, quotes: list[str]) -> str:
    def hide(words: str) -> str:
        if len(quotes) >= 0xF8FF - _FIRST_MARK:
            return words
        quotes.append(" ".join(words.split()))
        return chr(_FIRST_MARK + len(quotes) - 1)

    text = _QUOTED.sub(lambda m: hide(m[1] or m[2] or m[3]), text)
    named = _NAMED.search(text)
    if named is not None and _MAKES_TASK.search(text[: named.start()]):
        rest = text[named.end() :]
        text = text[: named.start("title")] + hide(named["title"].strip(" .:")) + rest
    return text


_HANGING = re.compile(r"(?:[\s,]+(?:oh|ah|um+|uh+|and|plus))+\s*$", re.IGNORECASE)


def _cut_sentence(sentence: str, *, is_asked: bool) -> list[Clause]:
    clauses: list[Clause] = []
    start, joint = 0, ""
    for match in _JOINT.finditer(sentence):
        piece = _HANGING.sub("", sentence[start : match.start()]).strip(" ,")
        if not re.search(r"[\w\ue000-\uf8ff]", piece) or _ONLY_OPENS.fullmatch(piece):
            continue
        is_bare = match[0].strip() in {",", "and", ", and", ""}
        follows = is_bare and _DONE_FOLLOWS.match(sentence, match.end())
        is_it = _IT_IS.match(sentence, match.end())
        if follows and not (
            is_it
            or ORDER_START.match(piece)
            or _I_DID.match(piece)
            or _DONE_FOLLOWS.fullmatch(piece)
        ):
            # "Milk, rent and the report is done": a list, and no order before it.
            continue
        goes_on = _I_DID.match(sentence, match.end())
        if is_bare and goes_on and (is_asked or _TELLS_NOTE.search(piece)):
            continue
        if is_bare and goes_on and _ENDS_IN_NAME.search(piece) and match[0].strip() == "and":
            # "Bob and I cleaned the oven" has two who did it.
            continue
        if is_bare and _TELLS_NOTE.search(piece) and _THINKS_AGAIN.match(sentence, match.end()):
            # "Put in the notes: dark chocolate, no nuts": the note goes on.
            continue
        clauses.append(Clause(piece, joint, is_asked, sentence[:start]))
        weak = _WEAK_STARTER.match(sentence, match.end())
        start, joint = match.end(), (match[0] or " ") if weak else ""
    last = sentence[start:].strip(" ,")
    if last:
        clauses.append(Clause(last, joint, is_asked, sentence[:start]))
    if is_asked and _ASKS.match(last):
        # "I called mom, what's left?": only the end is asked.
        clauses[:-1] = [replace(clause, is_asked=False) for clause in clauses[:-1]]
    return clauses


_I_DID = re.compile(
    r"\W*(?:i|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:got|bought|paid|sent|made|wrote|did|picked|\w+ed)\b",
    re.IGNORECASE,
)
_ENDS_IN_NAME = re.compile(r"(?:^|[\s,])(?-i:[A-Z])[\w'-]+$")
_IT_IS = re.compile(r"(?:so\s+)?(?:that|it)(?:'s|\s+is)\b", re.IGNORECASE)
_TELLS_NOTE = re.compile(
    r"\b(?:notes?|description|comments?|details?)\b.*(?::|\bthat\b)", re.IGNORECASE
)
_THINKS_AGAIN = re.compile(_SECOND_THOUGHT, re.IGNORECASE)
_ASKS = re.compile(r"\W*(?:and\s+|so\s+)?(?:what|which|how|when|where|show)\b", re.IGNORECASE)
