"""What of a clause is left unexplained, when all that was understood in it is taken out.

An act is done only where every word is accounted for: by the act itself, by the task it is done to, by
what is to be changed, or as a word that never changes what is meant. One stranger among them ("the
report is *80%* done", "the meeting with *Bob*") and the act is asked about instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.dates.spans import find_spans, without_spans
from taskchat.model.embedded.clauses.asides import is_statement
from taskchat.model.embedded.english.cues import correct_cues, correct_slips
from taskchat.model.embedded.english.pointing import without_reason
from taskchat.model.embedded.english.preamble import PREAMBLE
from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    ORDINAL_WORDS,
    STOP_WORDS,
    content_stems,
    is_errand_stem,
    is_past,
    opening_stem,
    read_number,
    same_deed,
    stem,
    telling_words,
    tokens,
    word_set,
)
from taskchat.model.embedded.finding.meaning import fits_deed
from taskchat.model.embedded.finding.targets import split_phrases, unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from taskchat.model.embedded.requests import Act, Add, Verb

# Words that leave open neither which act is meant, nor whether, nor on what.
_HARMLESS = word_set(
    "a an the this that these those my mine our your its it it's them they em one ones i i'm im i've ive "
    "i'd i'll me we we've us you u your of for in on at by with w from as and to into onto off out up "
    "down over back about is are was were be been being am has have had having do does did got gotten "
    "get getting can could will would shall please pls plz thanks thank thx ty just also too now then here "
    "there already finally so ok okay yes yeah yep hey hi hello oh well good great nice perfect lovely yay "
    "numbers weekend than altogether entirely night last though although tho officially min mins minute minutes hour hours ago situation phew hooray woohoo luckily happily proudly actually really sorry oops mate buddy dear kindly let "
    "let's want wants wanted like all both each every everything whole entire lot rest others other task "
    "appointment matter business affair tasks todo todos to-do to-dos reminder reminders item items thing things stuff list lists entry "
    "entries chore chores errand errands number named called titled title titles same again today "
    "tonight yesterday morning evening afternoon week which who that's thats ahead go am pm btw fyi "
    "regarding concerning monday tuesday wednesday thursday friday saturday sunday job online cash card home work way lunch long recently quickly eventually earlier god anyway damn bloody stupid boring "
    "except but apart besides related least they're he's she's self myself completely totally fully only s t d m ve ll re don"
)
_COMPLETE = word_set(
    "resolved solved fixed away count counts counted mark marked marking complete completed completing finish finished finishing done tick ticked "
    "ticking check checked checking cross crossed strike struck knock knocked scratch scratched close "
    "closed consider considered sorted deal dealt take taken took care through accomplished achieved "
    "handled wrapped wrap pending open remaining outstanding unfinished incomplete left box next beside against under set put turn change move make status dusted "
    "line record recorded note log leave mission managed ended instead around chance success successfully state call"
)
_DELETE = word_set(
    "arrived came anything see keep track anymore scratch strike dispose delete deleted deleting del remove removed removing cancel canceled cancelled cancelling erase "
    "come go instead rather than erased nix scrub scrap scrapped discard dump trash bin binned ditch nuke purge wipe clear drop dropped lose "
    "kill axe toss eliminate rid throw away take kick knock leave forget need needs needed don't dont "
    "doesn't won't isn't aren't needed necessary required relevant wanted was chuck after not no longer anymore any more not empty gone cross strike keep without completed done finished pending open"
)
_NOT_DONE = word_set(
    "reopen reopened re-open uncheck untick unmark un-mark uncomplete un-complete un-check un-tick unfinish "
    "reactivate incomplete undone unfinished uncompleted pending open not never isn't aren't wasn't "
    "haven't hasn't didn't don't couldn't can't yet after still forgot need needs wrong no nope undo "
    "either restore should active again doing turns my mistake wait nah"
)
_UPDATE = word_set(
    "wants requires turning gonna gotta wanna remaining use marked status needed required expected wanted goes go going pop stick altogether rename renamed retitle relabel reword rephrase change changed changing edit update updated modify "
    "replace correct fix typo switch swap alter reschedule rescheduled move moved postpone postponed "
    "push pushed delay delayed shift shifted bump bumped snooze defer bring forward put set make flag "
    "prio priority prioritize prioritise deprioritize deprioritise de-prioritize de-prioritise importance urgent important high "
    "highest low lowest medium normal top due deadline date day time instead say says read reads should "
    "needs need must ought rather than title name text wording note notes description comment add attach give raise "
    "lower reduce increase adjust turn call until till schedule scheduled clear clears remove drop no not "
    "mark wait take later earlier finish handle remind before super very existing delete erase anymore any more doesn't don't longer unset"
)
_WORDS: dict[Verb, frozenset[str]] = {
    "complete": _HARMLESS | _COMPLETE,
    "delete": _HARMLESS | _DELETE,
    "reopen": _HARMLESS | _COMPLETE | _NOT_DONE,
    "update": _HARMLESS | _UPDATE,
    "restore": _HARMLESS,
}
_AFTER_QUOTE = _HARMLESS | _UPDATE | word_set("added adding only nothing else more new under asap")
_PLACES = frozenset(ORDINAL_WORDS) | word_set(
    "last latest newest bottom middle penultimate top next no nr very"
)


def unexplained(act: Act, titles: Sequence[str], now: datetime) -> list[str]:
    """The words of an act's clause that nothing in its reading accounts for.

    Args:
        act: what was read; an act without the words it was read from explains everything.
        titles: the titles of the tasks it is about to be done to.
        now: the user's clock, to know what words tell a date.
    """
    said = correct_cues(PREAMBLE.sub("", correct_slips(without_reason(act.said))))
    target, changes = act.target, act.changes
    told = " ".join((target.but, changes.title, changes.note, *titles))
    known = _WORDS[act.verb] | set(tokens(told)) | word_set("not" if target.but else "")
    if target.is_plural:
        known |= {word for word in tokens(said) if read_number(word) == len(titles)}
    if target.status == "pending":
        known |= word_set("left only which remaining over open still")
    if target.is_newest:
        known |= word_set("new newly brand added what just last latest created entered")
    if changes.is_open_hour:
        known |= {word for word in tokens(said) if read_number(word) is not None}
    if target.offset:
        known |= word_set("right directly immediately before above after below under following")
    if target.priority:
        known |= word_set(
            "high medium low top highest lowest priority prio importance urgent important"
        )
    if changes.shift:
        known |= {
            *word_set("half day days week weeks"),
            *(word for word in tokens(said) if read_number(word) is not None),
        }
    known |= _told_by_form(act, said, titles)
    points = bool(target.numbers or target.ordinals)
    said_words = tokens(without_spans(said, now))
    # "Washed and hung up": one deed that fits is enough.
    is_done = act.verb == "complete" and any(_is_deed_of(word, titles) for word in said_words)
    strange = [
        word
        for word in said_words
        if word not in known
        and not (points and _is_place(word))
        and not (is_done and is_past(word) and is_errand_stem(stem(word)))
    ]
    if not strange:
        return []
    in_titles = {stem(word) for title in titles for word in tokens(title)}
    strange = [word for word in strange if stem(word) not in in_titles]
    return unmatched(strange, titles) if strange else []


def _told_by_form(act: Act, said: str, titles: Sequence[str]) -> frozenset[str]:
    """The words that "should be deleted" and "has to be done by friday" only use to wish."""
    if act.verb == "delete" and not any(_is_its_own_verb(said, title) for title in titles):
        return word_set("should")
    if act.verb == "update" and _TO_BE_DONE.search(said):
        return word_set("done finished completed complete ready")
    return frozenset()


def _is_its_own_verb(said: str, title: str) -> bool:
    """Whether words tell what a title wants done: the lease that should be cancelled, of "Cancel lease"."""
    return opening_stem(title) in {stem(word) for word in tokens(said)}


def _is_deed_of(word: str, titles: Sequence[str]) -> bool:
    """Whether a word tells what one of the titles wants done: the bins that were *put* out."""
    told = stem(word)
    is_deed = is_past(word) and is_errand_stem(told)
    return is_deed and any(fits_deed(told, title) for title in titles)


def tells_whole(act: Act, title: str) -> bool:
    """Whether a report tells all that a title wants done: whatever else it says is a story around it.

    "I picked up the dry cleaning on my way home", but not "the meeting with Bob" of one with Ann.
    """
    if act.verb != "complete" or _DOUBTS.search(act.said):
        return False
    wanted = telling_words(title)
    verbs = {word.stem for word in wanted if word.is_verb}
    nouns = {word.stem for word in wanted if not word.is_verb}
    words = tokens(act.said)
    stems = [stem(word) for word in words]
    deeds = [at for at, word in enumerate(words) if is_past(word)]
    told = [at for at in deeds if any(stems[at] in {verb} | same_deed(verb) for verb in verbs)]
    places = [at for at, one in enumerate(stems) if one in nouns]
    if not told or not nouns or not nouns <= set(stems) or not told[0] < places[0]:
        return False
    # "I called Ben a liar" and "I bought a book about bread" are of other things.
    between = [word for word in words[told[0] + 1 : places[0]] if word not in STOP_WORDS]
    after = words[places[-1] + 1 : places[-1] + 2]
    return len(between) < _PARTICLE and (not after or after[0] in _GOES_AROUND)


def tells_title(text: str, title: str) -> bool:
    """Whether a short message tells a deed by the very verb and the nouns of a title: "the password was reset"."""
    opens = opening_stem(title)
    if not opens or _DOUBTS.search(text):
        return False
    wanted, said = telling_words(title), content_stems(text)
    nouns = {word.stem for word in wanted if word.stem != opens}
    turned = _PARTICLES & set(tokens(title))
    return bool(nouns) and set(said) == {opens, *nouns} and turned <= set(tokens(text))


_PARTICLES = word_set("on off in out up down")
_PARTICLE = 1
_GOES_AROUND = word_set(
    "on at from after before during today yesterday this just back now already please earlier"
)
_DOUBTS = re.compile(
    r"\b(?:not|no|never|nearly|almost|half|partly|part|some|only|if|unless|and|maybe|perhaps|might|should|would|could|will|going|try|tried|trying|wish|hope|want|wanted|need|needed|forgot|but|except|another|wrong|sure|dream|accident|mistake|old|again|before|after|when|until|who|why)\b|n't\b|\d|%|\?",
    re.IGNORECASE,
)


def tells_part(act: Act, title: str) -> bool:
    """Whether only a part of a task is told as done: "I bought the milk" of milk and eggs."""
    if act.verb != "complete" or not (act.deed or act.is_stated or act.otherwise):
        return False
    parts = [
        {word.stem for word in telling_words(part) if not word.is_verb}
        for part in split_phrases(title)
    ]
    said = {word.stem for word in telling_words(f"{act.said} {act.target.words}")}
    named = [not part.isdisjoint(said) for part in parts]
    return all(parts) and any(named) and not all(named)


def is_odd_title(add: Add, now: datetime) -> bool:
    """Whether a title looks like words that were cut wrongly, or that are no task at all.

    A date that is left in it, a word that leans on nothing ("… moved to", "on the …"), another order or a
    second thought within it. What was quoted is kept as it stands.
    """
    quote = _QUOTE.search(add.heard)
    if quote is not None:
        # What follows is dropped, so it may say no more than where to and when: "… to my list".
        rest = tokens(without_spans(quote["rest"], now))
        return any(word not in _AFTER_QUOTE for word in rest)
    return bool(_ODD.search(add.title) or _is_torn(add.title) or find_spans(add.title, now))


def _is_torn(title: str) -> bool:
    """Whether what follows a comma is nothing like what stands before: no errand, no further object."""
    parts = re.split(r"\s*[,;]\s*", title)
    if any(is_statement(part) or _ADDS_NOTHING.match(part) for part in parts[1:]):
        return True
    first, *others = (tokens(part) for part in parts)
    if not others or not first or first[0] not in ERRAND_VERBS or first[0] in _TAKES_MANY:
        return False
    return not ({"and", "or"} & set(others[-1])) and not all(
        not words or words[0] in ERRAND_VERBS or words[0] in _GOES_ON for words in others
    )


# "Order coffee, down to the last two": how things stand is no thing to order.
_ADDS_NOTHING = re.compile(
    r"\W*(?:down|up|out|only|just|not|no|too|so|already|almost|nearly|running|getting|apparently|again)\b",
    re.IGNORECASE,
)
_TAKES_MANY = word_set("buy get grab pick pack bring order fetch collect purchase")
_GOES_ON = word_set(
    "with for to from in on at about of by near before after and or then plus without both"
)


_QUOTE = re.compile("[\ue000-\uf8ff](?P<rest>[^\ue000-\uf8ff]*)$")
_TO_BE_DONE = re.compile(
    r"\b(?:be|need\s.*|want\s.*)\s+(?:done|finished|completed?|ready)\b", re.IGNORECASE
)
_ODD = re.compile(
    r"^(?:does|is|are|was|were|did|could|would)n't\b|^(?:went|was|were|got|has|had|came)\s|,\s*,|\b(?:is|are)\s*,|,\s*(?:kindly|please)\W*$|^be\s+\w+ing\b|^\d+\s+\w+ed\W*$|\band\s+i\W*$|\b(?:right\s+)?(?:after|before)\s+that\W*$|^(?:high|low|medium|urgent)(?:\s+prio(?:rity)?)?\W*$|^(?:on|in|at|with|from|of|because|up)\s|^(?:planning|hoping|thinking|trying|meaning)\s+(?:to|of|about)\b|^(?:i|we)\s+(?:did|do|have|was)n't\b|^(?:it|them|those|all\s+(?:of\s+)?(?:them|those|two|three|four|five))\b|\bif\s+it(?:'s|\s+is|\s+isn't)\b|\b(?:to|(?<!looked\s)at|the|a|an|and|or|of|from|until|my|but|is|are|was|were|be|very)\W*$"
    r"|\b(?:a|an|the)\s+(?:on|for|in|to|at|of|with|from|by|and|about|is|are)\b"
    r"|\bis\s+what\b|\bi\s+(?:did|do|was|am)\b|,\s*(?:oh|ah|um)\b|^(?:\w+\s+){0,3}(?:this|that|it|following)\s*:"
    r"|\b(?:says|said|tells)\b|[\s,]don't\W*$|^(?:she|he|they|it)(?:'s|'re|\s+(?:is|are|was|will|has|have))\s"
    r"|\bbut\s+(?:i|we|it|he|she|they)(?:'|\s)|^(?:back|off|out|in|here|there|away|home)\W*$"
    r"|\s(?:is|are|was|were)\s+(?:so\s+|really\s+|very\s+)?(?:great|good|bad|awful|nice|lovely|terrible|amazing|expensive|cheap|horrible|gorgeous|rubbish)\W*$"
    r"|^(?:you|u)\s|^be\s+\w+ed\b|[,.]\s*(?:put|add|note|mark|set|use|give|enter|take|make)\s+(?:that|it|this|them)\b"
    r"|^(?:make|set|put|mark|move|change|tick|stick|give|add|delete|remove)\s+(?:it|that|this|them|those)\b"
    r"|^(?:wrong|right|mixed\s+up)\W*$|^(?:some|more|any)(?:\s+(?:yesterday|today|already|now|earlier|too|last\s+\w+|this\s+\w+))?\W*$|^(?:something|anything|things?|stuff|reminding|jog|make\s+sure)\b|:\s*i\b|\bmake\s+sure\s+it"
    r"|\band\s+(?:i've|ive|i'd|id|i'm|im)\s|\b(?:it|that)(?:'s|s)?\s+got\b"
    r"|^(?:this|that|it|these|those)\s+(?:down|on|in|up|to|off)\b|,\s*\w+\s+(?:it|that|this|them)\W*$|\d\s*[ap]m\b"
    rf"|^[24]\s+(?:{'|'.join(sorted(ERRAND_VERBS))})\b"
    r"|,\s*(?:i|we|he|she|they|it|it's|its|that's|my|his|her|our|their)\s|\band\s+(?:that|i|we|he|she|they|it's)\s"
    r"|,\s*[\w' ]{1,25}(?:'s|\sis|\sare)\s+\w+\W*$|^\(|\band\s+\S+(?:\s+\S+)?\s+(?:to|for|into)\s+(?:call|buy|pay|be)\b"
    r"|\b(?:any\s?more|no\s+longer)\b|\b(?:title|name)\s+is\b|(?:'s|\sis|\sare)\s+(?:done|finished|sorted)\W*$"
    r"|^(?:why|whether|if|(?:how|what|when|where|who|which)\s+(?!to\b))\b"
    r"|\b(?:tasks?|my\s+list|due\s+(?:in|on|by|at))\b"
    r"|\b(?:no\s+wait|never\s*mind|nvm|scratch\s+that|i\s+mean|just\s+kidding|on\s+second\s+thoughts?)\b"
    r"|(?:,|\bthen|\bbut)\s+(?:please\s+)?(?:delete|remove|mark|complete|rename|undo|show|move|don't|not(?!\s+(?:urgent|important)))\b",
    re.IGNORECASE,
)


def _is_place(word: str) -> bool:
    is_counted = read_number(word) is not None or re.fullmatch(r"\d+(?:st|nd|rd|th|-\d+)?", word)
    return word in _PLACES or bool(is_counted)
