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
    return (
        not _NOT_SO.search(text)
        and not QUESTION.match(text)
        and _DEED.search(text) is not None
        and len(tokens(text)) <= _MAX_WORDS
    )


_DEED = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|well|and|oh|yes|great|good\s+news)\b\W*)*(?:i|we)(?:'ve|\s+have)?\s+(?:just\s+|already\s+|now\s+|finally\s+|also\s+)*(?!(?:thank|need|have|want|got|must|will|am|was|do|did|had|think|hope|like|love)\b)[a-z]{3,}\s"
    r"|\b(?:has|have|was|were|is|are)\s+(?:now\s+|just\s+|already\s+|finally\s+|all\s+)*(?:been\s+)?(?:[a-z]{2,}(?:ed|ught|pt|lt|wn|ten|ven)|(?:re)?set|cut|put|shut|read|done|sent|paid|made|built|hung|sewn|swept|told|sold)\b",
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
