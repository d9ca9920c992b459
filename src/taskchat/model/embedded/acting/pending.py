"""A message read as an answer to the question that is open, or, where it is none, as one of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.consent import is_yes
from taskchat.model.embedded.acting.answering import (
    changes_asked,
    changes_told,
    is_no,
    named_task,
    pick,
    spares,
    split_from_wish,
    split_named,
)
from taskchat.model.embedded.acting.following_up import added_then, follow_up, then_add
from taskchat.model.embedded.acting.planning import Plan, Planner
from taskchat.model.embedded.clauses.exchanging import holds
from taskchat.model.embedded.clauses.same_task import points
from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.conversation.showing import displayed
from taskchat.model.embedded.english.words import content_stems
from taskchat.model.embedded.finding.choosing import MAX_NAMED
from taskchat.model.embedded.message.reading import read_message
from taskchat.model.embedded.requests import (
    Act,
    Add,
    Look,
    Offer,
    Request,
    Talk,
    Target,
)
from taskchat.model.embedded.wording.courtesy import without_small_talk
from taskchat.model.embedded.wording.same_words import plain_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import Conversation, SeenTask, Turn
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.conversation.questions import Question
    from taskchat.model.embedded.requests import Verb


def read_reply(conversation: Conversation, memory: Memory) -> Plan | Sequence[Request]:
    """Read the message as an answer to the pending question, else as a message of its own."""
    question = memory.question
    if question is None:
        return follow_up(_read(conversation), conversation, memory)
    for said in _ways_to_hear(question, conversation):
        answered = _answer_to(question, said, memory)
        if answered is not None:
            return answered
    return _read_beside(question, conversation)


def _answer_to(
    question: Question, conversation: Conversation, memory: Memory
) -> Plan | Sequence[Request] | None:
    """Read the message as an answer to a question; None where it is none."""
    followed = _answer_then_wish(question, conversation, memory)
    if followed is not None:
        return followed
    if question.kind in {"choose", "confirm"} and question.verb is not None:
        verb = question.verb
        return _answer_and_more(verb, conversation, memory) or _answer_choice(
            question, verb, conversation, memory
        )
    text, now = conversation.current.text, conversation.now
    if question.kind == "change":
        changes = changes_told(text, now, memory.asked_about)
        is_meant = changes is not None and len(memory.focus) == 1
        return [Act("update", Target(is_pronoun=True), changes)] if changes and is_meant else None
    if is_no(text):
        return [Talk("cancelled")]
    if question.kind == "name":
        add = named_task(text, now)
        return None if add is None else [add]
    return _answer_add(question, conversation, memory)


def _ways_to_hear(question: Question, conversation: Conversation) -> list[Conversation]:
    """A message as an answer: whole, or the one of its two sentences beside which the other only chats."""
    whole = without_small_talk(conversation.current.text)
    said = [whole]
    if question.kind in {"choose", "confirm"}:
        told = _TWO_SENTENCES.fullmatch(whole)
        said = [plain_words(whole)]
        pairs = [(told["first"], told["last"]), (told["last"], told["first"])] if told else []
        # A bare "ok" beside chat takes note of something, and agrees to nothing.
        said += [
            one
            for one, other in pairs
            if _may_answer(one)
            and _IDLE.fullmatch(other)
            and (question.kind == "choose" or _CERTAIN.search(one))
        ]
    return [replace(conversation, current=replace(conversation.current, text=one)) for one in said]


def _may_answer(text: str) -> bool:
    return len(text.split()) <= _MAX_ANSWER_WORDS and not _TELLS_ELSE.search(text)


_MAX_ANSWER_WORDS = 6
# "Good to know. Maybe I'll oil the chain later." answers nothing.
_TELLS_ELSE = re.compile(r"\b(?:i|we|he|she|they|maybe|perhaps|later|not|never)\b", re.IGNORECASE)
# What is said beside an answer and bears on nothing. Whatever else stands there is heard first.
_IDLE = re.compile(
    r"\W*(?:it's\s+been\s+(?:an?\s+)?(?:\w+\s+)?(?:day|week|morning|night)|what\s+a\s+(?:\w+\s+)?(?:day|week|mess)|(?:i'm|i\s+am)\s+(?:(?:so|very|really|quite|a\s+bit)\s+)?(?:tired|busy|exhausted|in\s+a\s+(?:hurry|rush|meeting)|at\s+(?:work|home|the\s+\w+)|on\s+(?:my|the)\s+\w+)(?:\s+(?:now|today|right\s+now))?"
    r"|(?:i\s+(?:have|need|'ve\s+got)\s+to|gotta|got\s+to|must)\s+(?:run|go|dash|leave)(?:\s+now)?|my\s+(?:phone|battery|train|bus)\s+is\s+[\w ]{2,25}|(?:thanks|thank\s+you|cheers)(?:\s+(?:a\s+lot|so\s+much|very\s+much|again|for\s+(?:asking|that|checking)))?"
    r"|(?:have\s+a|good|nice)\s+(?:\w+\s+)?(?:day|morning|evening|night|afternoon|weekend)|see\s+you(?:\s+\w+)?|(?:hi|hello|hey)(?:\s+(?:there|again))?|perfect|great|good|ok(?:ay)?|cool|lovely|sorry\s+(?:for|about)\s+the\s+(?:late|slow)\s+\w+|just\s+got\s+(?:home|back|in))\W*",
    re.IGNORECASE,
)
_TWO_SENTENCES = re.compile(r"(?P<first>[^.!?\n]+[.!])\s+(?P<last>[^.!?\n]+[.!]*)")


def _read_beside(question: Question, conversation: Conversation) -> Plan | Sequence[Request]:
    """Read a message that does not answer the question that was asked."""
    read = _read(conversation)
    if question.kind not in {"add", "name"}:
        return read
    # It is not there to be deleted, and no other task is to go in its place.
    requests = [one for one in read if not _deletes_it(one)]
    if not requests:
        return Plan(remarks=[replies.TALK["cancelled"]])
    if any(_changes_it(one) for one in requests):
        # "Make it high priority": of the task that is not there yet.
        return [Offer(Add(question.title))] if question.title else [Talk("what_to_add")]
    return requests


def _answer_and_more(
    verb: Verb, conversation: Conversation, memory: Memory
) -> Sequence[Request] | None:
    """The act on the one candidate that an answer opens with, and what it wants besides."""
    now = conversation.now
    answer = split_named(conversation.current.text)
    if answer is None:
        return None
    one, more = answer
    opens_otherwise = any(_is_other_act(read, verb) for read in read_message(one, now))
    if is_no(one) or is_yes(one, verb) or opens_otherwise:
        return None
    act = _act_on_one(one, verb, conversation, memory)
    if act is None:
        return None
    wishes = read_message(more, now, _titles(conversation)) if more else []
    # "Ben, and make it high priority": it is the one that was just named.
    return [act, *(_of_task(one, act.target) for one in wishes)]


def _act_on_one(said: str, verb: Verb, conversation: Conversation, memory: Memory) -> Act | None:
    """The act that was asked about, on the one candidate that words name; None where they name no one."""
    asked = conversation.earlier[-1]
    changes = changes_asked(memory.asked_about, verb, conversation.now)
    candidates = _candidates(asked)
    chosen = pick(said, candidates, verb, memory) if asked.listed else []
    if changes is None or len(chosen) != 1 or candidates == chosen:
        return None
    return Act(verb, Target(chosen[0].title), changes)


def _answer_then_wish(
    question: Question, conversation: Conversation, memory: Memory
) -> Sequence[Request] | None:
    """What an answer comes to, and the wish of its own that follows it: "Yes. And add milk"."""
    split = split_from_wish(conversation.current.text)
    if split is None:
        return None
    said, more = split
    wishes = read_message(more, conversation.now, _titles(conversation))
    if is_yes(conversation.current.text, question.verb or "add") or _POSTPONES.search(more):
        return None
    if is_no(said) and len(said.split()) <= _MAX_REFUSAL_WORDS:
        return wishes if all(map(_is_new, wishes)) else None
    if question.kind == "add":
        return _added_with(question, said, wishes, conversation, memory)
    if question.verb is None or not all(_stands_alone(one, question.verb) for one in wishes):
        return None
    if question.kind == "confirm" and is_yes(said, question.verb):
        is_certain = _CERTAIN.search(said) and all(isinstance(one, Add | Look) for one in wishes)
        return [*_agreed(question.verb, conversation, memory), *wishes] if is_certain else None
    if _TELLS_ELSE.search(said) or len(said.split()) > _MAX_ANSWER_WORDS:
        return None
    act = _act_on_one(said, question.verb, conversation, memory)
    return None if act is None else [act, *wishes]


def _added_with(
    question: Question,
    said: str,
    wishes: Sequence[Request],
    conversation: Conversation,
    memory: Memory,
) -> Sequence[Request] | None:
    """The task that was offered and those wished for beside it; None where they may be the same."""
    if not all(map(_is_new, wishes)) or not _CERTAIN.search(said) or not is_yes(said, "add"):
        return None
    if any(isinstance(one, Add) and _shares_words(one, question.title) for one in wishes):
        return None  # "Yes, then add “book a taxi”", after "Shall I add “Book me a taxi”?"
    heard = replace(conversation, current=replace(conversation.current, text=said))
    added = _answer_add(question, heard, memory)
    return None if added is None else [*added, *wishes]


def _shares_words(add: Add, title: str) -> bool:
    return not set(content_stems(add.title)).isdisjoint(content_stems(title))


def _is_new(request: Request) -> bool:
    """Whether a wish is plainly for a new task."""
    return isinstance(request, Add) and not (request.is_bare or request.is_hint)


def _stands_alone(request: Request, verb: Verb) -> bool:
    """Whether a wish has nothing to do with the act that was asked about."""
    if isinstance(request, Act):
        is_named = bool(request.target.words) and not request.target.is_all
        return is_named and request.verb != verb and request.verb in {"complete", "update"}
    return _is_new(request) or (isinstance(request, Look) and not request.target.words)


_POSTPONES = re.compile(
    r"\b(?:first|before|until|later|instead|only|just|not|but|when|if)\b|n't\b", re.IGNORECASE
)
_CERTAIN = re.compile(
    r"\b(?:yes|yeah|yep|yup|sure|go\s+ahead|do\s+it|absolutely|definitely|of\s+course)\b",
    re.IGNORECASE,
)
_MAX_REFUSAL_WORDS = 3


def _agreed(verb: Verb, conversation: Conversation, memory: Memory) -> Sequence[Request]:
    """The acts on all candidates; where they are many to be deleted, what asks for them once more."""
    candidates = _candidates(conversation.earlier[-1])
    changes = changes_asked(memory.asked_about, verb, conversation.now)
    titles = {task.title for task in candidates}
    if changes is None or len(candidates) > MAX_NAMED or len(titles) < len(candidates):
        return read_message(memory.asked_about, conversation.now, _titles(conversation))
    return [Act(verb, Target(task.title), changes) for task in candidates]


def _of_task(request: Request, target: Target) -> Request:
    is_it = isinstance(request, Act) and points(request.target) and not request.target.is_plural
    return replace(request, target=target) if isinstance(request, Act) and is_it else request


def _answer_choice(
    question: Question, verb: Verb, conversation: Conversation, memory: Memory
) -> Plan | None:
    """The act on the candidates that an answer agrees to or names; None where it does neither."""
    text, now = conversation.current.text, conversation.now
    candidates = _candidates(conversation.earlier[-1])
    named = _by_day(text, candidates)
    if named is None and any(_is_other_act(one, verb) for one in _read(conversation)):
        # "I paid the rent" tells something of its own, though a candidate is named.
        return None
    if is_no(text) and not text.rstrip().endswith("?") and not pick(text, candidates, verb, memory):
        if any(_is_own_wish(one, verb) for one in _read(conversation)):
            # "No, just show them", "no, only delete the lamp" are wishes of their own.
            return None
        return Plan(remarks=[replies.TALK["cancelled"]])
    is_agreed = question.kind == "confirm" and is_yes(text, verb)
    chosen = candidates if is_agreed else pick(text, candidates, verb, memory)
    if named is not None:
        chosen = [named]
    elif not chosen and all(isinstance(one, Offer | Talk) for one in _read(conversation)):
        chosen = _by_title(text, candidates)
    changes = changes_asked(memory.asked_about, verb, now)
    if not chosen or changes is None:
        return None
    planner = Planner(memory, candidates, now)
    if verb == "delete" and len(chosen) > MAX_NAMED and spares(text):
        # "Yes, but keep the rent": so many that are left are shown again.
        planner.confirm(chosen, verb)
        return planner.plan([])
    planner.act_on([task.id for task in chosen], verb, changes)
    return planner.plan([])


def _by_day(text: str, candidates: Sequence[SeenTask]) -> SeenTask | None:
    """The one candidate that a mere weekday names: "Thursday", of two appointments."""
    day = _DAY_ALONE.fullmatch(text)
    held = [one for one in candidates if day and day["day"].lower() in one.title.lower()]
    return held[0] if len(held) == 1 else None


def _by_title(text: str, candidates: Sequence[SeenTask]) -> list[SeenTask]:
    """The one candidate whose title holds an answer word by word: "project A"; or none."""
    said = _BARE_NAME.fullmatch(text)
    held = [one for one in candidates if said and holds(one.title, said["name"])]
    return held if len(held) == 1 and not is_no(text) else []


_DAY_ALONE = re.compile(
    r"\W*(?:(?:the|on|sorry|for)\s+)*(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?:\s+(?:one|please))*\W*",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(
    r"\W*(?:(?:the|sorry)\s+)*(?P<name>[\w'-]+(?:\s+[\w'-]+){1,3}?)(?:\s+(?:one|please))*\W*",
    re.IGNORECASE,
)


def _candidates(asked: Turn) -> list[SeenTask]:
    """The tasks that a question showed, as far as the list was read for it."""
    found = (asked.listed.find(one) for one in displayed(asked)) if asked.listed else ()
    return [task for task in found if task is not None]


def _is_own_wish(request: Request, verb: Verb) -> bool:
    if isinstance(request, Act):
        return request.verb == verb and bool(request.target.words) and not request.target.is_all
    return isinstance(request, Look)


def _is_other_act(request: Request, verb: Verb) -> bool:
    if not isinstance(request, Act):
        return False
    if request.verb == verb == "update" and request.target.words:
        # "And the cab wash in three days" has a date of its own.
        is_own = request.otherwise is None and bool(request.changes.title)
        return is_own or request.changes.due is not None
    return request.verb != verb and not isinstance(request.otherwise, Add | Offer)


def _changes_it(request: Request) -> bool:
    return isinstance(request, Act) and request.verb == "update" and points(request.target)


def _deletes_it(request: Request) -> bool:
    return isinstance(request, Act) and request.verb == "delete" and points(request.target)


def _answer_add(
    question: Question, conversation: Conversation, memory: Memory
) -> Sequence[Request] | None:
    text, now = conversation.current.text, conversation.now
    told = then_add(text)
    if not is_yes(text, "add") and told is None and not _KEEPS_IT.fullmatch(text):
        return None
    offered = Add(question.title)
    for request in read_message(memory.asked_about, now, _titles(conversation)):
        meant = getattr(request, "add", None) or getattr(
            getattr(request, "otherwise", None), "add", None
        )
        if isinstance(meant, Add):
            offered = meant
            break
    more = added_then(question.title, told, conversation) if told and told["rest"] else None
    if more is None:
        return [offered]
    # "Yes, add it, high priority."
    due, priority = more.due or offered.due, more.priority or offered.priority
    return [replace(offered, due=due, priority=priority)]


_KEEPS_IT = re.compile(r"\W*(?:please\s+)?keep\s+(?:it|that|this)\W*(?:please\W*)?", re.IGNORECASE)


def _read(conversation: Conversation) -> list[Request]:
    return read_message(conversation.current.text, conversation.now, _titles(conversation))


def _titles(conversation: Conversation) -> list[str]:
    """The titles of the list, as far as it was read in this turn or the one before."""
    turns = (conversation.current, *conversation.earlier[-1:])
    listed = next((turn.listed for turn in turns if turn.listed), None)
    return [title for _, title in listed.titles] if listed else []
