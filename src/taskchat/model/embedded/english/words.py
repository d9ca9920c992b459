"""English as the rules need it: words that carry no meaning here, stems, and what is a verb."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from taskchat.dates.numbers import NUMBER_WORDS


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set to look words up in."""
    return frozenset(text.split())


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
ORDINAL_WORDS = {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}

# Words that never tell one task from another.
STOP_WORDS = word_set(
    "a an the this that these those my mine our your his her their its it them they he she me i we "
    "you to of for in on at by with from as and or but so is are was were be been being am do does "
    "did done have has had having got gotten will would can could should shall may might must just "
    "also already now then there here one ones thing things stuff please pls plz thanks thank "
    "thing's about regarding concerning re up off out down over back into onto not no yes ok okay "
    "well actually really finally still yet too any some all every each both more task tasks todo "
    "todos to-do to-dos reminder reminders item items list lists entry chore chores errand errands "
    "i'm i've i'll i'd it's that's there's don't let's number named titled which what who "
    "when where why how if whether again today anyway sorry hey hi oh oops um uh hmm actually "
    "s t ll ve d m typo mistake spelling need needs title description contains contain "
    "containing mention mentions mentioning word only everything anything something nothing lot "
    "after we're you're they're not n't mate buddy dear kindly ahead go thx ty great awesome "
    "him em cool new im ive thats its dont whats bot "
    "same instead whatever whole entire full myself per own very quite pretty sure done wait nope yep"
)

# Verbs a person starts an errand with. Device and question verbs (play, turn, show, tell) are left
# out on purpose: "play chopin" is no task.
ERRAND_VERBS = word_set(
    "accept analyse analyze announce apologize apply approve archive arrange ask assemble assess "
    "assign attach attend back backup bake bath bathe bleach bleed boil book borrow brainstorm "
    "bring brush build buy calculate calibrate call cancel carry catch caulk change charge chase "
    "check chop circulate claim clarify clean clear collect compare compile complete compose "
    "conduct configure confirm congratulate consult contact contribute convert cook coordinate "
    "crochet cut cycle darn debug decline declutter decorate defend defrost deliver demolish "
    "deploy deposit descale design detach dig dine discuss dismantle dispatch dispose dispute "
    "distribute do donate download draft drain drill drive drop dry dust dye e-mail edit email "
    "embroider empty enrol enroll escort estimate evaluate examine exchange exercise explore feed "
    "fertilize fetch file fill finalize find finish fix flush fold follow freeze fry gather "
    "generate get glue grab grade grate grease greet grill grind groom grow hammer hand handle "
    "hang harvest heat hem hire hoover host hunt identify implement improve inflate inform "
    "inquire inspect install insulate insure interview introduce investigate invite invoice iron "
    "jog join knead knit label laminate launch lay learn lend load lock look lubricate mail "
    "maintain marinate mash measure meditate meet memorise memorize mend message migrate mix "
    "monitor mop mount mow mulch negotiate notify obtain oil optimise optimize order organise "
    "organize pack paint paper pay peel phone photocopy photograph pick pitch plan plant polish "
    "post pour practice practise prep prepare preserve press print proofread propose prune "
    "publish pump purchase put rake reach read realign reapply rearrange reassemble rebook reboot "
    "rebuild recharge reconcile recruit recycle redecorate redeem redesign redo refactor refill "
    "refuel refund register regrout reheat rehome reinstall reject release relocate remodel renew "
    "renovate rent reorder reorganise reorganize repaint repair repay replace replant replenish "
    "reply repot request rescue reseal research reserve reset resize resolve respond restock "
    "restring resubmit rethink retrieve return reuse review revise revisit rewire rewrite ride "
    "ring rinse roast rotate rsvp run sand sanitise sanitize scan schedule scrape scrub seal "
    "search see sell send service settle sew sharpen shave ship shop shovel shred sign sing "
    "sketch skim slice soak solder solve sort source sow speak spray steam sterilise sterilize "
    "stir stitch stock straighten strip study stuff submit subscribe supervise sweep swim sync "
    "tailor take talk taste teach text thank thaw tidy tie tighten transcribe transfer translate "
    "transplant travel trim troubleshoot try tune type unblock unclog unfold uninstall unload "
    "unpack unplug unroll unsubscribe untangle unwrap upcycle update upgrade upload vaccinate "
    "vacuum validate varnish verify visit volunteer vote wake walk warm wash watch water wax "
    "weave weed weigh welcome weld whip whisk wipe withdraw work workout wrap write"
)

# Of the errand verbs, those that open other sentences as well: alone they are no wish for a task.
WEAK_VERBS = word_set(
    "ask cancel check change clear complete do finish get handle look put read run see take try update "
    "watch translate drop back cut fill join reach request speak talk work paper label wake learn edit"
)

_IRREGULAR = {
    "setup": "set", "bought": "buy", "paid": "pay", "sent": "send", "wrote": "write", "written": "write",
    "got": "get", "gotten": "get", "took": "take", "taken": "take", "made": "make", "went": "go",
    "gone": "go", "did": "do", "done": "do", "met": "meet", "fed": "feed", "sold": "sell",
    "told": "tell", "said": "say", "spoke": "speak", "found": "find", "brought": "bring",
    "drove": "drive", "swept": "sweep", "hung": "hang", "rang": "ring", "rung": "ring",
    "saw": "see", "seen": "see", "built": "build", "gave": "give", "given": "give", "ate": "eat",
    "left": "leave", "ran": "run", "swam": "swim", "woke": "wake", "wound": "wind", "spent": "spend",
    "chosen": "choose", "frozen": "freeze", "drawn": "draw", "flown": "fly", "sewn": "sew", "sown": "sow", "mown": "mow", "dug": "dig",
    "won": "win", "lost": "lose", "caught": "catch", "hid": "hide", "hidden": "hide", "drank": "drink", "drunk": "drink", "sang": "sing",
    "sung": "sing", "threw": "throw", "thrown": "throw", "broke": "break", "broken": "break", "grew": "grow", "grown": "grow", "bent": "bend",
    "stuck": "stick", "bound": "bind", "lit": "light", "laid": "lay", "heard": "hear", "learnt": "learn", "burnt": "burn", "eaten": "eat",
    "driven": "drive", "ridden": "ride", "rode": "ride", "woken": "wake", "worn": "wear", "torn": "tear", "began": "begin", "begun": "begin",
    "forgot": "forget", "dealt": "deal", "shown": "show", "stood": "stand", "slept": "sleep", "felt": "feel", "meant": "mean", "fought": "fight",
    "taught": "teach", "thought": "think", "held": "hold", "kept": "keep", "lent": "lend",
    "payment": "pay", "renewal": "renew", "purchase": "buy", "delivery": "deliver", "reservation": "reserve",
    "backup": "back", "pickup": "pick", "handover": "hand", "cleanup": "clean", "followup": "follow", "signup": "sign", "dropoff": "drop",
    "application": "apply", "registration": "register", "cancellation": "cancel", "submission": "submit", "installation": "install",
    "inspection": "inspect", "translation": "translate", "subscription": "subscribe", "confirmation": "confirm", "preparation": "prepare",
    "mum": "mom", "mother": "mom", "mommy": "mom", "father": "dad", "groceries": "grocery", "invites": "invitation",
    "dr": "doctor", "doc": "doctor", "docs": "doctor", "appt": "appointment", "appts": "appointment",
    "mtg": "meeting", "meetings": "meeting", "meeting": "meeting", "bday": "birthday", "photos": "photo", "shoes": "shoe",
    "chose": "choose", "drew": "draw", "flew": "fly", "gym": "gym", "bus": "bus", "gas": "gas",
    "tv": "tv", "phoned": "phone", "deadline": "deadline",
}  # fmt: skip

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*", re.UNICODE)


def tokens(text: str) -> list[str]:
    """The words of `text` in lower case, possessives dropped ("mom's" is "mom")."""
    words = _TOKEN.findall(text.lower())
    return [word.removesuffix("'s").removesuffix("\u2019s") for word in words]


def opening_stem(title: str) -> str:
    """The stem of the word that a title opens with; "" where it has no word."""
    return next(map(stem, tokens(title)[:1]), "")


class Word(NamedTuple):
    """A word as it was said, in lower case, its stem, and whether it tells what to do there."""

    said: str
    stem: str
    is_verb: bool


_BEFORE_NOUNS = word_set("the a an my our your his her their this that these those some any new")


@lru_cache(maxsize=4096)
def telling_words(text: str) -> tuple[Word, ...]:
    """The words that can tell tasks apart, one for each stem; all words where none can."""
    said = tokens(text)
    words = [_word(said, place) for place in range(len(said))]
    telling = [word for word in words if word.said not in STOP_WORDS] or words
    return tuple({word.stem: word for word in reversed(telling)}.values())[::-1]


def _word(said: list[str], place: int) -> Word:
    # "Rent" is a verb in "rent a car" and none in "pay rent" and "the rent".
    word, before = said[place], said[place - 1] if place else ""
    is_noun = before in _BEFORE_NOUNS or before in ERRAND_VERBS
    return Word(word, stem(word), is_errand_stem(stem(word)) and not is_noun)


def content_stems(text: str) -> list[str]:
    """The stems of the words that can tell tasks apart, in order and without repeats."""
    found = [stem(word) for word in tokens(text) if word not in STOP_WORDS]
    return list(dict.fromkeys(found))


_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A rough stem that joins "booked", "booking" and "book"; not a word that is ever shown."""
    word = (
        word.lower().replace("\u2019", "'").removesuffix("'s").removesuffix("s'").replace("-", "")
    )
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
        return word[:-1] if len(word) > 3 and word.endswith("e") else word
    for ending, least in (("ing", 5), ("ied", 5), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4)):
        is_ending = word.endswith(ending) and not word.endswith("ss")
        # What is left of a verb has a vowel: "shred" is no past of "shr".
        if is_ending and len(word) >= least and not _VOWELS.isdisjoint(word[: -len(ending)]):
            word = word.removesuffix(ending) + ("y" if ending in {"ied", "ies"} else "")
            break
    # "planned" and "planning" lose the doubled letter, "make" and "making" the silent e.
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_ERRAND_STEMS = frozenset(stem(verb) for verb in ERRAND_VERBS) | {"go", "mak", "giv", "leav", "com"}


def is_errand_stem(stemmed: str) -> bool:
    """Whether a stem is a common verb, which alone does not name a task ("buy", "call")."""
    return stemmed in _ERRAND_STEMS


# Verbs that tell the same errand done: "picked up the milk" is "buy milk".
_DEEDS = [
    frozenset(stem(verb) for verb in group.split())
    for group in (
        "buy get grab pick purchase order fetch collect acquire",
        "call phone ring telephone speak talk",
        "finish complete wrap do hand",
        "email e-mail mail write message text send",
        "fix repair mend resolve solve",
        "clean tidy wash hoover vacuum",
        "book reserve schedule arrange",
        "return take bring",
        "pay settle",
        "pick fetch collect",
        "submit hand file send",
    )
]


@lru_cache(maxsize=1024)
def same_deed(stemmed: str) -> frozenset[str]:
    """The stems of verbs that may tell the same errand as this one; empty for other words."""
    groups = [group for group in _DEEDS if stemmed in group]
    return frozenset[str]().union(*groups) - {stemmed}


_PAST = word_set(
    "came gone went fell bought paid sent wrote got took made went met fed sold spoke brought drove swept hung rang built gave "
    "ran left written taken picked gotten done been rung seen told kept held lent taught woke eaten chosen drawn frozen shrunk hurt "
    "flown drunk sung begun spent hung found won lost caught sewn sewed shown hid hidden dug stuck bound ground "
    "mown sown knitted ate drank flew sang swam beat beaten bent bit bitten blown broken grown threw thrown stolen sought shot "
    "heard laid lit mowed fought shaken dealt fixed learnt learned burnt spoken ridden rode worn wore torn tore given woken begun bred slept"
)


_BEFORE_PAST = word_set("already just now finally also all not never actually really only even")


def is_past(word: str) -> bool:
    """Whether a word tells what was done ("booked", "paid"), as far as its form shows."""
    is_formed = word.endswith("ed") and not word.endswith("eed") and word not in ERRAND_VERBS
    return word in _PAST or (is_formed and len(word) > 3)


def tells_past(text: str) -> bool:
    """Whether a text begins with what was done, after words like "already"."""
    words = [w for w in tokens(text) if w not in _BEFORE_PAST and not w.endswith("ly")]
    return bool(words) and is_past(words[0])


def read_number(word: str) -> int | None:
    """The value of "3" or "three", None for any other word."""
    if word.isdecimal() and len(word) <= 9:
        return int(word)
    return NUMBER_WORDS.get(word.lower())
