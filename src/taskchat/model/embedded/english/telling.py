"""Whether a message tells how things stand now, as after something was done: "the fish have had their dinner"."""

from __future__ import annotations

import re

from taskchat.model.embedded.english.cues import QUESTION
from taskchat.model.embedded.english.openings import I_NEED
from taskchat.model.embedded.english.words import ERRAND_VERBS, is_past, tokens

_STANDS = re.compile(
    r"\b(?:has|have|had|is|are|got|went|gone|came|arrived)\b|(?<=\w)'(?:s|ve|re)\b", re.IGNORECASE
)
# What is to come, what is not, what went wrong, and what is only thought tells of nothing that is done.
_NOT_SO = re.compile(
    r"\b(?:not|never|no|nobody|nothing|neither|if|when|unless|maybe|perhaps|will|would|should|could|can|must|may|might|going|gonna|hope|wish|want|needs?|still|yet|until"
    r"|again|soon|tomorrow|next|late|missing|lost|broken|wrong|off|bad|cancelled|canceled|delayed|closed|sold|out|worse|sorry|hate|love|why|how|what|add|list|tasks?|due|urgent|important|priority"
    r"|delete|remove|change|rename|move|undo)\b|n't\b|'(?:ll|d)\b|\?",
    re.IGNORECASE,
)
_MAX_WORDS = 16


def tells_deed(text: str) -> bool:
    """Whether words tell a deed of the speaker's own, or that something was done: "I reset it", "it has been reset"."""
    if _NOT_SO.search(text) or QUESTION.match(text) or len(tokens(text)) > _MAX_WORDS:
        return False
    mine = _I_DID.match(text)
    if mine is not None:
        deed = mine["deed"].lower()
        return is_past(deed) or deed in _AS_PAST
    return _WAS_DONE.search(text) is not None


_I_DID = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|well|and|oh|yes|great|good\s+news)\b\W*)*(?:i|we)\b(?:'ve|\s+have)?(?:\s+(?:just|already|now|finally|also))*\s*(?P<deed>[a-z]*)",
    re.IGNORECASE,
)
# Their past looks like their order.
_AS_PAST = frozenset({"read", "set", "reset", "put", "cut", "shut", "hit", "split"})
_WAS_DONE = re.compile(
    r"(?!.*\bby\b).*\b(?:has|have|was|were|is|are)\s+(?:now\s+|just\s+|already\s+|finally\s+|all\s+)*(?:been\s+)?(?:[a-z]{2,}(?:ed|ught|pt|lt|wn|ten|ven)|(?:re)?set|cut|put|shut|read|done|sent|paid|made|built|hung|sewn|swept|told|sold)\b",
    re.IGNORECASE,
)


def tells_state(text: str) -> bool:
    """Whether words are a sentence about the present or the past that wishes, asks and denies nothing."""
    said = tokens(text)
    if not 2 < len(said) <= _MAX_WORDS or said[0] in ERRAND_VERBS:
        return False
    if _NOT_SO.search(text) or QUESTION.match(text) or I_NEED.match(text):
        return False
    return bool(_STANDS.search(text)) or any(is_past(word) for word in said)
