"""What a reply says was done, held against what the turn has done.

Models say "I've added it" without having called a tool. This finds such claims in English text, and
would rather miss one than doubt a true sentence: questions, plans, denials and what people did
themselves are no claims.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from taskchat.chat.receipts import OUR_TOOLS, effects
from taskchat.dates.numbers import NUMBER_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# How people say each status that a tool returns.
_KINDS: Mapping[str, str] = {
    "reopened": r"re-?opened|unchecked|marked\b[^.;!?]{0,80}\b(?:incomplete|not (?:done|complete)|open)",
    "completed": r"completed|finished|(?:checked|ticked|crossed)\b[^.;!?]{0,80}\boff"
    r"|marked\b[^.;!?]{0,80}\b(?:complete|completed|done|finished)",
    "created": r"added|created|noted(?: down)?|jotted down|put\b[^.;!?]{0,80}\bon your list",
    "updated": r"updated|changed|renamed|moved|rescheduled|postponed|edited|modified|pushed"
    r"|set\b[^.;!?]{0,80}\b(?:due|deadline|date|priority|title|description)",
    "deleted": r"deleted|removed|erased|cleared|discarded",
    "restored": r"restored|recovered|undone|undid|brought\b[^.;!?]{0,80}\bback",
}
_VERBS = {kind: rf"(?:{verbs})\b" for kind, verbs in _KINDS.items()}
_ANY_VERB = "|".join(_VERBS.values())

_ADVERBS = (
    r"(?:(?:just|now|also|successfully|already|both|all|then|gone ahead and|went ahead and)\s+)*"
)
_BEGINNING = (
    r"(?:(?:done|ok|okay|sure|sure thing|great|alright|perfect|got it|all set|certainly|of course"
    r"|absolutely|yes|no problem|and)\b[\s,:!.-]*)*"
)
# Somebody did it: "I've added", "Added", "has been added", "is now deleted".
_CLAIM = re.compile(
    rf"(?:\b(?:I|we)(?:'ve| have| had)?\s+{_ADVERBS}|^\W*{_BEGINNING}{_ADVERBS}"
    rf"|\b(?:has|have) (?:now )?been {_ADVERBS}|\b(?:is|are) now {_ADVERBS}"
    rf"|\b(?:was|were) {_ADVERBS}|\band (?:I(?:'ve| have)? )?{_ADVERBS})(?P<verb>{_ANY_VERB})"
    # "Completed tasks:", "Completed (2):" are headings.
    r"(?!\s+(?:tasks?|items?|ones?|to-?dos?)\b(?!\s*#?\d))(?<!completed(?=\s*[:(]))",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^[\w-]+ (?:nothing|none|no(?: \w+)? (?:tasks?|items?|changes?))\b", re.IGNORECASE
)
_LONG_AGO = re.compile(
    r"\b(?:yesterday|earlier|before|previously|already|ago|last (?:week|month|time|night)"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|at \d)\b",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(
    r"n't\b|\b(?:not|never|no longer|nothing|none|neither|nobody|cannot|unable|fail(?:ed)?|without"
    r"|if|once|when|unless|until|whether|would|could|can|will|should|shall|may|might|must|let me"
    r"|'ll|going to|you(?:'ve| have| had| already)?(?: just)?|they|he|she|someone"
    r"|ever|previously|earlier|yesterday|ago|last (?:week|month|time|night))\b|'ll\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;\n]+|$)")
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|\*\*([^*]+)\*\*|(?<!\w)'([^']+)'(?!\w)")
_PLAIN = str.maketrans(
    {"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{EM DASH}": ";", "\N{EN DASH}": ";"}
)
_HOLE = "\x00"
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_DETAIL = re.compile(
    r"\b(?:due|dates?|deadline|notes?|description|details?|priority|time|reminder)\b", re.IGNORECASE
)
_NO_TITLES = re.compile(
    r"(?:done|not done|complete[d]?|incomplete|pending|open|high|medium|low|deleted|added)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:all\s+)?(?P<count>\d{1,4}|two|three|four|five|six|seven|eight|nine|ten)\s+(?:of\s+)?"
    r"(?:\w+\s+)?(?:tasks|items|to-?dos)\b",
    re.IGNORECASE,
)
_DONE = re.compile(r"^\W*(?:all\s+)?(?:done|set|sorted|taken care of)\W*$", re.IGNORECASE)
_ORDER = re.compile(
    r"^\W*(?:(?:please|ok|okay|and|now|then|can you|could you|would you|will you)\W+)*(?:add|create|"
    r"delete|remove|complete|finish|mark|check off|update|change|rename|move|reschedule|remind me to"
    r"|set|restore|reopen|clear)\b",
    re.IGNORECASE,
)
_INQUIRY = re.compile(
    r"^\W*(?:did|have|has|had|was|were|is|are|do|does|what|when|which|who|why|how|tell me"
    r"|summari[sz]e|recap)\b",
    re.IGNORECASE,
)
_MAX_CHARS = 4_000
"""Of a reply: a claim stands near its beginning, and this must cost nothing."""
_CLOSE_TITLE = 80
"""Of 100: models shorten and bend titles when they repeat them."""


@dataclass(frozen=True, slots=True)
class _Claim:
    kind: str | None
    """None for a bare "Done"."""
    titles: Sequence[str]
    count: int
    is_detail: bool
    """It speaks of a date or a note rather than of a task."""


def is_unbacked(
    reply: str,
    question: str,
    results: Sequence[Mapping[str, Any]],
    earlier: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Whether a reply claims an effect that no tool call has had.

    Args:
        reply: what the model says.
        question: the user's message that it answers.
        results: those of this turn's calls: `name`, `ok`, `result`.
        earlier: those of the turns before, which a question about the past may be answered from.
    """
    if any(each["ok"] and each["name"] not in OUR_TOOLS for each in results):
        return False  # a further server did something, and nobody here knows what
    done = effects(results)
    if _INQUIRY.search(question):
        done += effects(earlier)
    return any(
        not _is_backed(claim, done)
        for claim in _claims(reply[:_MAX_CHARS].translate(_PLAIN), question)
    )


def _claims(reply: str, question: str) -> Iterator[_Claim]:
    if _DONE.match(reply) and _ORDER.match(question):
        yield _Claim(None, (), 1, is_detail=False)
    titles: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted = next(group for group in found.groups() if group)
        # "**Done!** I've added it": emphasis, and no title.
        if _CLAIM.match(quoted) or _DONE.match(quoted):
            return quoted
        titles.append(quoted)
        return _HOLE

    for sentence in _SENTENCE.findall(_QUOTED.sub(keep, reply)):
        held = [titles.pop(0) for _ in range(sentence.count(_HOLE))]
        if not sentence.rstrip().endswith("?"):
            yield from _claims_in(_BULLET.sub("", sentence).strip(), held)


def _claims_in(sentence: str, titles: list[str]) -> Iterator[_Claim]:
    found = [*_CLAIM.finditer(sentence)]
    for match, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(sentence)
        before = _last_clause(sentence[: match.start("verb")])
        if _NO_CLAIM.search(before):
            continue
        said = sentence[match.start("verb") : end]
        is_passive = match[0].lower().startswith(("was", "were"))
        if _NOTHING.search(said) or (is_passive and _LONG_AGO.search(said)):
            continue
        first = sentence[: match.start()].count(_HOLE)
        last = sentence[:end].count(_HOLE)
        named = [title for title in titles[first:last] if not _NO_TITLES.fullmatch(title.strip())]
        yield _Claim(
            _kind_of(match["verb"]), named, _count(before + said), bool(_DETAIL.search(said))
        )


def _last_clause(text: str) -> str:
    """The words just before a verb: what stands before a comma or "but" says nothing about it."""
    return re.split(r"[,:(]|\bbut\b|\bso\b", text)[-1]


def _kind_of(verb: str) -> str:
    return next(kind for kind, verbs in _VERBS.items() if re.fullmatch(verbs, verb, re.IGNORECASE))


def _count(said: str) -> int:
    found = _COUNT.search(said)
    if found is None:
        return 1
    count = found["count"].lower()
    return int(count) if count.isdecimal() else NUMBER_WORDS[count]


def _is_backed(claim: _Claim, effects: Sequence[Mapping[str, Any]]) -> bool:
    fitting = [effect for effect in effects if _fits(claim, effect["status"])]
    if len(fitting) < claim.count:
        return False
    if claim.kind == "updated" or claim.is_detail:
        return True  # it names old titles and values as well as new ones
    return all(any(_same(title, effect["title"]) for effect in fitting) for title in claim.titles)


def _fits(claim: _Claim, status: str) -> bool:
    """Whether an effect may be meant: "removed the date" is an update, "undone" may be anything."""
    if claim.kind in {None, "updated", "restored", status}:
        return True
    if claim.kind == "deleted" and status == "completed":
        return True  # "cleared", "crossed off": people say either
    return claim.is_detail and status in {"updated", "created"}


def _same(said: str, title: str) -> bool:
    said, title = said.casefold().strip(" .,!"), title.casefold()
    return said in title or title in said or fuzz.partial_ratio(said, title) >= _CLOSE_TITLE
