"""A message that only makes sense after the turn before it, though no question is open.

A mere name after an act that was not understood, and "then add it" after a task that was not found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.clauses.adding import build_add, take_priority
from taskchat.model.embedded.clauses.cutting import Message
from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.english.pointing import read_target
from taskchat.model.embedded.message.reading import read_message
from taskchat.model.embedded.requests import Act, Add, Correct, Look, Offer, Request, Same, Talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import Conversation
    from taskchat.model.embedded.conversation.memory import Memory


def follow_up(
    requests: Sequence[Request], conversation: Conversation, memory: Memory
) -> Sequence[Request]:
    """Read the requests of a message by the turn before it; as they are where it says nothing to that."""
    return _of_named(requests, conversation, memory) or _with_missing(requests, conversation)


def _of_named(
    requests: Sequence[Request], conversation: Conversation, memory: Memory
) -> Sequence[Request]:
    """Read a mere name, said after an act was not understood, as the task that the act was about."""
    text = conversation.current.text
    one = requests[0] if len(requests) == 1 else None
    if isinstance(one, Correct) and one.otherwise:
        one = one.otherwise[0]
    if not memory.unheard or len(text.split()) > _MAX_NAME_WORDS:
        return []
    told = read_message(memory.unheard, conversation.now)
    act = told[0] if len(told) == 1 else None
    if not isinstance(act, Act):
        return []
    if isinstance(one, Same):
        return [replace(act, target=one.target, otherwise=None, said="")]
    looks = [read for read in requests if isinstance(read, Look)]
    if len(looks) == 1 and _NUMBER_ALONE.search(text):
        # "Sorry, it's number 2", after a number that is not there.
        return [replace(act, target=looks[0].target, otherwise=None, said="")]
    if not isinstance(one, Offer):
        return []
    target = read_target(_OPENS.sub("", text), [])
    if target.numbers and not target.words:
        return [Act(act.verb, target, act.changes)]
    return [Act(act.verb, target, act.changes, otherwise=one, is_stated=True, is_gist=True)]


_MAX_NAME_WORDS = 6
_NUMBER_ALONE = re.compile(
    r"^(?:\W*\b(?:sorry|no|oh|oops|wait|typo|i\s+mean(?:t)?|it's|it\s+is|that's|make\s+that|my\s+mistake|a)\b)*\W*(?:task|number|no\.?|#)\s*\d+\W*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\W*(?:(?:sorry|no|oh|oops|wait|hm+|i\s+mean(?:t)?)\b\W*)+(?=\w)", re.IGNORECASE
)


def _with_missing(requests: Sequence[Request], conversation: Conversation) -> Sequence[Request]:
    """Read "then add it for friday", said after a task was not found, as a wish for that task."""
    if not conversation.earlier:
        return requests
    words = replies.read_missing(conversation.earlier[-1].reply)
    found = then_add(conversation.current.text) if words else None
    if found is None and (not words or list(requests) != [Talk("what_to_add")]):
        return requests
    add = added_then(words, found, conversation)
    return requests if add is None else [add]


def added_then(words: str, said: re.Match[str] | None, conversation: Conversation) -> Add | None:
    """The task of these words, with what "then add it for friday" says of it."""
    title, level = take_priority(f"{words} {said['rest'] if said else ''}")
    return build_add(title, Message((), ()), conversation.now, priority=level)


# "Oh no, I thought I had it. Put it on for friday, low priority."
_THEN_ADD = re.compile(
    r"\W*(?:(?:oh|ah|no|hm+|well|right|ok(?:ay)?|yes|strange|odd|really|i\s+see|i\s+thought\s[^.,!?]{0,40}(?=[.,!?])|i\s+must(?:'ve|\s+have)\s[^.,!?]{0,40}(?=[.,!?])|i\s+(?:never|must\s+have\s+forgotten\s+to|forgot\s+to|didn't|haven't)\s+add(?:ed)?\s+it|i\s+forgot|it\s+should(?:\s+be)?|if\s+it(?:'s|\s+is)?(?:n't|\s+not)\s[^.,!?]{0,20}(?=[.,!?]))\b\W*)*(?:(?:please|then|so|ok(?:ay)?|right|in\s+that\s+case|go\s+ahead\s+and|can\s+you|could\s+you|let's|do)\b\W*)*"
    r"(?:add|put|create|make|note|save)\s+(?:it|that|this|one)\b(?:\s+(?:on|down|in|there|then|now|please|(?:to|on)\s+(?:my|the)\s+list|as\s+(?:a|an)\s+(?:new\s+)?(?:task|one|item|to-?do|entry)))*(?P<rest>(?:[\s,]+(?:for|on|by|due|with|at)\s+[^.!?]{2,40})?(?:\s*,\s*(?:high|low|medium|top|urgent|important)(?:\s+prio(?:rity)?)?)?)(?:[\s,]+(?:please|then|now|instead))*\W*",
    re.IGNORECASE,
)


def then_add(text: str) -> re.Match[str] | None:
    """The answer "then add it for friday", or None."""
    return _THEN_ADD.fullmatch(text) if len(text) <= _MAX_THEN_ADD_CHARS else None


# The pattern takes long over a longer text, and no such answer needs one.
_MAX_THEN_ADD_CHARS = 160
