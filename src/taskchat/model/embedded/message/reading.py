"""What a message asks for: its clauses read one by one, then weighed against each other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from taskchat.dates.sentences import find_due
from taskchat.dates.spans import find_spans
from taskchat.model.embedded.clauses.adding import clean_title
from taskchat.model.embedded.clauses.asides import without_asides
from taskchat.model.embedded.clauses.cutting import Heard, cut
from taskchat.model.embedded.clauses.list_questions import asked_status
from taskchat.model.embedded.clauses.mood import (
    RETRACTS,
)
from taskchat.model.embedded.clauses.needs import read_needs
from taskchat.model.embedded.clauses.orders import read_order, read_question
from taskchat.model.embedded.english.cues import (
    ADD_CUE,
    NEVER_MIND,
    QUESTION,
    correct_cues,
    correct_slips,
)
from taskchat.model.embedded.english.known_titles import titles_in
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.english.preamble import PREAMBLE
from taskchat.model.embedded.english.talk import read_talk
from taskchat.model.embedded.english.words import ERRAND_VERBS
from taskchat.model.embedded.finding.due_ones import cut_due_ones, of_those
from taskchat.model.embedded.finding.same_day import cut_same_day, with_day_of
from taskchat.model.embedded.message.combining import combine, weigh
from taskchat.model.embedded.message.correction_words import order_after, read_correction
from taskchat.model.embedded.message.exchange_words import guess_exchange, read_exchange
from taskchat.model.embedded.message.parting import may_have_parts, read_parts, with_parts
from taskchat.model.embedded.message.softening import doubt_add, soften
from taskchat.model.embedded.message.standing_for import with_name
from taskchat.model.embedded.requests import Act, Add, Look, Offer, Same, Talk, Undo
from taskchat.model.embedded.wording.leading_date import put_date_last, refine_date
from taskchat.model.embedded.wording.phrasing import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskchat.model.embedded.clauses.cutting import Clause, Message
    from taskchat.model.embedded.requests import Request


MAX_READ_CHARS = 700
# More wishes at once are no list of wishes any more.
MAX_REQUESTS = 20


def read_message(text: str, now: datetime, titles: Iterable[str] = ()) -> list[Request]:
    """What the message asks for, in order; talk only where it asks for nothing else.

    `titles` are those of the list, where it is known: no cue is read inside of them.
    Longer messages than `MAX_READ_CHARS` are not read: a letter that happens to hold "delete" is
    no order to delete.
    """
    if len(text) > MAX_READ_CHARS:
        return [Talk("too_long")]
    return list(_read(text, now.isoformat(), now.tzinfo, titles_in(text, titles)))


# The steps of a turn all read its message. The zone is in the key: the same moment has other words
# for it in another ("tomorrow").
@lru_cache(maxsize=32)
def _read(
    text: str, clock: str, zone: tzinfo | None, titles: tuple[str, ...]
) -> tuple[Request, ...]:
    now = datetime.fromisoformat(clock).astimezone(zone)
    message = _date_joined(cut(text, titles), now)
    requests: list[Request] = []
    background, before = "", ""
    for clause in message.clauses:
        heard = Heard(message, now, background, before)
        found = _read_clause(clause, heard)
        if clause is message.clauses[-1] and may_have_parts(found):
            # What follows may lean on the clause as it stands.
            found = with_parts(found, read_parts(clause, heard, _read_clause))
        requests = combine(requests, found, clause, message, now)
        before = message.reveal(clause.text)
        background = f"{background}\n{message.reveal(clause.text)}".strip()
    if _LISTS.match(text):
        requests = [_as_line(one) for one in requests]
    if len(requests) > MAX_REQUESTS:
        return (Talk("too_long"),)
    return tuple(weigh(requests)) or (Talk("nothing"),)


# A message that is a list itself: "1. Cancel the gym", and so on.
_LISTS = re.compile(
    r"\s*(?:\d{1,2}[.)]|[-*\u2022])\s+\S[^\n]*(?:\n\s*(?:\d{1,2}[.)]|[-*\u2022])|\s2[.)])\s+\S"
)


def _as_line(request: Request) -> Request:
    """A line of a list, to be kept where it is no order to a task that is there: "cancel the gym"."""
    if isinstance(request, Offer):
        return request.add
    meant = request.otherwise if isinstance(request, Act) and not request.is_stated else None
    return meant.add if isinstance(meant, Offer) else request


def _date_joined(message: Message, now: datetime) -> Message:
    """The message with a date that stands alone at its front joined to what follows it."""
    if len(message.clauses) < 2:
        return message
    first, second, *rest = message.clauses
    due = find_due(first.text, now)
    is_noted = _FOR_TASK.fullmatch(first.text) and _NOTE.search(second.text)
    if is_noted and second.before.startswith(first.text):
        joined = replace(second, text=f"{first.text}, {second.text}", before="")
        return replace(message, clauses=(joined, *rest))
    if due is None or re.search(r"\w", due.rest) or second.before != f"{first.text}, ":
        return message
    joined = replace(second, text=f"{first.text}, {second.text}", before="")
    return replace(message, clauses=(joined, *rest))


# "For the printer, add the note …" is one wish.
_FOR_TASK = re.compile(r"\W*(?:for|on|to|in)\s+\S.{0,40}", re.IGNORECASE)
_NOTE = re.compile(r"\b(?:note|description|comment)\b", re.IGNORECASE)


def _read_clause(clause: Clause, heard: Heard) -> list[Request]:
    said, other = cut_same_day(clause.text)
    if other:
        dated = replace(clause, text=f"{said} today")
        name = heard.message.reveal(other)
        return [with_day_of(one, name) for one in _read_clause(dated, heard)]
    ones = cut_due_ones(clause.text, heard.now)
    if ones.due is not None:
        meant = _read_clause(replace(clause, text=ones.text), heard)
        return [of_those(one, ones.due) for one in meant]
    status = asked_status(clause.text, is_asked=clause.is_asked) or asked_status(
        PREAMBLE.sub("", clause.text), is_asked=clause.is_asked
    )
    if status is not None:
        return [Look(status=status)]
    text = correct_cues(PREAMBLE.sub("", correct_slips(clause.text)))
    text = _BARE_DAY.sub(r"\1 the \2", text)
    text = _THEY_MOVED.sub(_as_move, order_after(text))
    text = _SAID_DUE.sub("", text)
    text = put_date_last(refine_date(without_asides(text, heard.now), heard.now), heard.now)
    text = phrase(_with_then(text, heard), heard.now)
    retracted = RETRACTS.match(clause.text) or RETRACTS.match(text)
    if heard.background and retracted is not None:
        # "Scratch that, buy rice": what stands in its place is read for itself.
        rest = retracted.string[retracted.end() :].strip(" ,.!-")
        clause = replace(clause, text=rest)
        again = _read_clause(clause, replace(heard, background="")) if " " in rest else []
        asked = [one for one in again if isinstance(one, Add | Act) and _is_meant(one)]
        return [Talk("left_alone", retracts=True), *asked]
    if heard.background and (_RATHER_NOT.search(clause.text) or _NO_WAIT.fullmatch(clause.text)):
        return [Talk("left_alone", retracts=True)]
    if not heard.background and NEVER_MIND.fullmatch(clause.text):
        return [Undo(is_of_last=True)]
    if _JOKES.match(clause.text):
        return [Talk("left_alone")]
    talk = read_talk(text) or read_talk(clause.text)
    plain: list[Request] = [Talk(talk)] if talk is not None else _read_wish(text, clause, heard)
    plain = _or_new(plain, clause, heard)
    more = _MORE.match(clause.text) or (_SAME_FOR.match(text) and _MORE.match(text))
    if more is not None and clause.is_asked and isinstance(plain[0], Offer | Talk):
        # "And the bag?" asks, it orders nothing.
        return [
            Look(target=read_target(more["one"] or more["other"], []), status="all", asks_one=True)
        ]
    if (
        more is not None
        and len(plain) == 1
        and (_may_be_same(plain[0], text) or (more["is"] and plain == [Talk("repeat_please")]))
    ):
        words = more["one"] or more["other"]
        target = read_target(heard.message.reveal(words), heard.message.quoted(words))
        otherwise = plain[0] if isinstance(plain[0], Add | Offer) else None
        return [Same(target, clean_title(heard.message.reveal(words)), otherwise)]
    said = phrase(without_asides(clause.text, heard.now), heard.now)
    correction = (
        read_exchange(clause.text, plain, heard)
        or read_correction(said, plain, heard)
        or guess_exchange(clause.text, plain, heard)
    )
    return plain if correction is None else [correction]


def _or_new(plain: list[Request], clause: Clause, heard: Heard) -> list[Request]:
    """The date of a task that is to be finished then, or that task where there is none of that name."""
    one = plain[0] if len(plain) == 1 else None
    if not isinstance(one, Act) or one.otherwise or not one.changes.due or not one.target.words:
        return plain
    needed = read_needs(clause.text, heard) if _TO_FINISH.match(clause.text) else []
    meant = needed[0] if len(needed) == 1 else None
    meant = meant.at_last if isinstance(meant, Act) else meant
    return [replace(one, otherwise=meant, is_stated=True)] if isinstance(meant, Add) else plain


# "I have to complete the training by friday" may be a new task as well.
_TO_FINISH = re.compile(
    r"\W*(?:i|we)\s+(?:also\s+|still\s+|really\s+)?(?:need|have|must|ought)\s+(?:to\s+)?(?:finish|complete|do)\b",
    re.IGNORECASE,
)


def _with_then(text: str, heard: Heard) -> str:
    """The clause with the date that "for then", "put that date on …" take from what was said before."""
    then = _THEN.search(text)
    spans = find_spans(heard.background, heard.now) if then else []
    if then is None or not spans or find_spans(text, heard.now):
        return text
    told = heard.background[spans[0].start : spans[-1].end]
    named = then["on"] or then["on_it"] or then["given"] or then["dated"]
    if named:
        return f"move {named} to {told}"
    return f"{text[: then.start()]} {told}{text[then.end() :]}"


_THEN = re.compile(
    r"\b(?:for|by|on|at|due)\s+(?:then|(?:that|the\s+same)\s+(?:day|date|time|evening|morning))\b"
    r"|\bto\s+that(?:\s+(?:date|day))?(?=\W*$)"
    r"|^\W*(?:put|set|use|stick|pop)\s+that\s+(?:date\s+|day\s+|time\s+)?(?:on|for|against)\s+(?P<on>(?:the|my)\s+(?!(?:[\w-]+\s+)?list\b)[\w' -]+?)\W*$"
    r"|^\W*(?:put|set|use|stick|pop)\s+that\s+(?:date|day|time)\s+(?:on|for)\s+(?P<on_it>it|them|that\s+one)\W*$"
    r"|^\W*(?:please\s+)?(?:give\s+(?P<given>it|them|that\s+one|(?:the|my)\s+[\w' -]+?)\s+that\s+(?:date|day|time)|date\s+(?P<dated>it|them|that\s+one)\s+accordingly)\W*$",
    re.IGNORECASE,
)


def _as_move(found: re.Match[str]) -> str:
    what = found["what"].lower()
    me = found["who"] or "it"  # "the dentist called and moved me to friday"
    return f"move {me if what in {'me', 'us'} else found['what']} to "


def _may_be_same(plain: Request, text: str) -> bool:
    """Whether "… too" or "the same for …" may mean the last act once more."""
    if isinstance(plain, Add):
        return plain.is_bare and not plain.due and not plain.priority and bool(_TOO.search(text))
    return isinstance(plain, Offer) or bool(_SAME_FOR.match(text))


_TOO = re.compile(r"\b(?:too|as\s+well)\W*$", re.IGNORECASE)
_SAME_FOR = re.compile(r"\W*(?:the\s+)?same\b", re.IGNORECASE)


def _is_meant(request: Add | Act) -> bool:
    return isinstance(request, Add) or request.otherwise is None


def _read_wish(text: str, clause: Clause, heard: Heard) -> list[Request]:
    # "Do the milk on saturday" and "can we do the …" are orders, "do the plants need water?" is none.
    does = bool(_DO_THE.match(text)) and (not clause.is_asked or bool(_CAN_WE.match(clause.text)))
    is_told = not clause.is_asked and _DID_THE.fullmatch(text) and not _ENDS_IN_VERB.search(text)
    text = f"I {text}" if is_told else text
    is_question = QUESTION.match(text) and not does
    reader = read_question if is_question else read_order
    found = [soften(one, clause, text, heard.now) for one in reader(text, heard)]
    is_favour = _FAVOUR.match(clause.text) and not ADD_CUE.search(text)
    if is_favour or (clause.is_asked and _REMEMBER.match(text)):
        # "Remember the dentist?", "can you send Bob an email" asks for what only a person can do.
        return [Offer(one) if isinstance(one, Add) else one for one in found]
    if len(found) == 1 and isinstance(found[0], Add):
        told = heard.message.reveal(f"{heard.background}. {clause.before} {clause.text}")
        return [doubt_add(with_name(_with_date(found[0], text, heard), told), heard)]
    return [_dated_at_last(one, text, heard) if isinstance(one, Act) else one for one in found]


def _dated_at_last(act: Act, text: str, heard: Heard) -> Act:
    """The act, with the date that was told where it is a new task after all."""
    match act.otherwise:
        case Add() as add:
            return replace(act, otherwise=_with_date(add, text, heard))
        case Act() as other:
            return replace(act, otherwise=_dated_at_last(other, text, heard))
        case _:
            return act


def _with_date(add: Add, text: str, heard: Heard) -> Add:
    """The task with the date that was told outside of its title: "… on there for saturday"."""
    due = None if add.due else find_due(text, heard.now)
    if due is None and add.due is None and _FOR_THEN.search(text):
        due = find_due(heard.background, heard.now)
    return replace(add, due=due.due) if due else add


# "The plumber comes friday. Add "be home" for then."
_FOR_THEN = re.compile(
    r"\b(?:for|by|on|at)\s+(?:then|(?:that|the\s+same)\s+(?:day|date|time|evening|morning))\W*$|[\ue000-\uf8ff]\s+for\s+that\W*$",
    re.IGNORECASE,
)


# "And the rent", "the rent too": what was just done, to one more.
_MORE = re.compile(
    r"^\W*(?:(?:oh|ah|um+|hm+|ok(?:ay)?|yes|yeah|right|sorry|wait|great|good|cool|lovely|perfect)\b[\s,.!]*)*"
    r"(?:(?:and|also|plus|(?:the\s+)?same(?:\s+(?:date|day|time|due\s+date|deadline|priority|thing|level))?\s+(?:for|with|goes\s+for|applies\s+to|on))\s+(?:also\s+)?(?P<one>[\w\ue000-\uf8ff].*?)"
    r"|(?P<other>[\w\ue000-\uf8ff].*?)(?P<is>\s+is|\s+are|'s)?,?\s+(?:too|as\s+well))"
    r"(?:[\s,]+(?:too|as\s+well|please|pls|now|then))*\W*$",
    re.IGNORECASE,
)
# "Until 15th" is until the 15th.
_BARE_DAY = re.compile(
    r"\b(until|till|by|on|for|due|to)\s+(\d{1,2}(?:st|nd|rd|th))(?=\s*(?:[,.!]|$|please\b|at\b))",
    re.IGNORECASE,
)
# Others may set the date of what is the speaker's: "they moved it, 7pm".
_THEY_MOVED = re.compile(
    r"^\W*(?:(?:they|he|she|(?P<who>(?:the|my)\s+[\w-]+))\s+(?:just\s+)?(?:called|rang|phoned|wrote|emailed|texted)(?:\s+(?:me|us))?\s+and(?=\s+(?:moved|pushed|postponed|rescheduled|shifted|delayed|extended|changed)\b)|they|he|she|(?:the|my)\s+[\w-]+(?=\s+(?:just\s+)?\w+\s+(?:it|me|us)\s+to\b)|(?:(?:the|my)\s+)?[\w-]+(?=(?:'s|'ve|\s+has|\s+have)\s+\w+\s+(?:it|me|us|that)\s+to\b))(?:'ve|'s|\s+have|\s+has)?\s+(?:just\s+)?(?:moved|pushed|postponed|rescheduled|shifted|delayed|extended|changed)\s+(?P<what>it|that|me|us|(?:the|my)\s+[\w-]+?)\s*(?:,|:|\b(?:back\s+|forward\s+)?to\b|\buntil\b)\s*",
    re.IGNORECASE,
)
# Who says when a thing must be ready does not matter: "my boss says the report has to be done by friday".
_SAID_DUE = re.compile(
    r"^\W*(?:(?:my|the|our)\s+)?[\w-]+\s+(?:says?|said|told\s+me)\s+(?:that\s+)?(?=(?:the|my)\s+[\w' -]+?\s+(?:(?:has|have|needs?)\s+to\s+be|must\s+be|is\s+due|are\s+due)\b|[\w' -]+?\s+(?:is|are)\s+(?:now\s+|really\s+|very\s+)?(?:urgent|important|(?:high|low|medium)\s+priority)\W*$)",
    re.IGNORECASE,
)
# "Add dinner on friday... no, lunch is enough, don't".
_RATHER_NOT = re.compile(
    r"^\W*(?:no|wait|actually|oh|hm+|sorry|nah)\b.*[\s,]don't(?:\s+(?:do|add)\s+(?:it|that))?\W*$",
    re.IGNORECASE,
)
# "Delete the milk, no wait": what was said is not to be done.
_NO_WAIT = re.compile(
    r"\W*(?:(?:oh|um+|actually|hang\s+on|hold\s+on)\W+)*(?:no\W+wait|wait\W+no|no|wait|(?:but\s+)?not\s+(?:just\s+)?yet)\W*",
    re.IGNORECASE,
)
_JOKES = re.compile(
    r"\W*(?:(?:just|only)\s+(?:kidding|joking)|jk\b|ignore\s+(?:that|what))", re.IGNORECASE
)
_DO_THE = re.compile(r"do\s+(?:the|my)\b", re.IGNORECASE)
# "Did the dentist this morning" tells, "did the dentist call?" asks.
_DID_THE = re.compile(
    r"did\s+(?:it|that|this|them|both(?:\s+of\s+(?:them|those|these))?|all\s+of\s+(?:them|those)|(?:the|my)\s+(?:\w+\s+){0,2}?\w+)"
    r"(?:\s+(?:thing|one|today|already|this\s+morning|yesterday|earlier|finally|now|at\s+last|just\s+now|too|as\s+well))*\W*",
    re.IGNORECASE,
)
# "Did the bank call" asks without its mark.
_ENDS_IN_VERB = re.compile(
    rf"\s(?:come|arrive|happen|answer|leave|{'|'.join(sorted(ERRAND_VERBS))})\W*$", re.IGNORECASE
)
_CAN_WE = re.compile(r"\W*(?:can|could)\s+(?:we|i)\s+do\b", re.IGNORECASE)
_REMEMBER = re.compile(r"\W*remember\s+(?!to\b)", re.IGNORECASE)
_FAVOUR = re.compile(r"\W*(?:please\s+)?(?:can|could|would|will)\s+(?:you|u)\b", re.IGNORECASE)
