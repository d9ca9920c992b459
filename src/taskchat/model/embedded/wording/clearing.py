"""Wordings of a wish that tasks be deleted, most of them of all or the finished ones: "the completed ones can go"."""

from __future__ import annotations

from taskchat.model.embedded.wording.tables import reword, wordings

_END = r"(?=\s*(?:[.,;!?]|$))"
_DONE = r"(?:done|finished|completed|ticked\s+off|checked\s+off|crossed\s+off)"
_DROP = r"^\W*(?:(?:please|and|then|also|now|ok(?:ay)?|can\s+you|could\s+you)\b\W*)*(?:delete|remove|erase|clear(?:\s+(?:out|away|up))?|clean(?:\s+out)?|get\s+rid\s+of|wipe|drop|purge|throw\s+(?:out|away))\s+"
_WORDINGS = wordings(
    # "All finished, mark everything done" says it once.
    (r"^\W*all\s+(?:done|finished)\s*[,.;!]\s*(?:so\s+)?(?:please\s+)?(?=(?:mark|tick|check|complete)\b)", ""),
    # "Please tidy up by removing …".
    (r"^(?P<lead>\W*(?:please\s+)?)(?:tidy|clean)\s+up(?:\s+(?:my|the)\s+list)?\s+by\s+(?:removing|deleting|clearing)\s+", r"\g<lead>delete "),
    # Which tasks are done: "delete the ones I've finished".
    (rf"{_DROP}(?:what's|what\s+is|whatever\s+is|everything\s+(?:that's|that\s+is|which\s+is)|(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:ones|tasks|things|items|those|everything|stuff|what)\s+(?:that\s+|which\s+)?(?:i(?:'ve|\s+have)?|are|were|have\s+been))\s+(?:already\s+|now\s+)?{_DONE}{_END}", "delete the completed tasks"),
    (rf"{_DROP}(?:up\s+)?(?P<all>(?:all\s+)?(?:of\s+)?)the\s+(?:completed|finished|done)\s+(?P<ones>ones|tasks|items|things|to-?dos){_END}", r"delete \g<all>the completed \g<ones>"),
    (rf"(?P<lead>^\W*|[.!]\s+)(?:all\s+)?the\s+(?:completed|finished|done)\s+(?:ones|tasks|items|things)\s+(?:can|could|may|should)\s+(?:now\s+)?(?:all\s+)?(?:go|be\s+(?:deleted|removed|cleared|dropped))(?:\s+now)?{_END}", r"\g<lead>delete all the completed tasks"),
    (rf"^\W*(?:i|we)\s+(?:don't|do\s+not|no\s+longer)\s+need\s+(?:all\s+)?the\s+(?:completed|finished|done)\s+(?:ones|tasks|items)(?:\s+(?:any\s?more|any\s+longer|now))?{_END}", "delete all the completed tasks"),
    # The whole list.
    (rf"(?P<lead>^\W*(?:please\s+)?)(?:drop\s+everything(?:\s+(?:on|from)\s+(?:my|the)\s+list)?|reset\s+(?:my|the)\s+(?:to-?do\s+)?list|i\s+want\s+an\s+empty\s+list){_END}", r"\g<lead>delete everything on my list"),
    # Why something is deleted: "no leeks here, delete that one".
    (r"^\W*(?:(?:ok(?:ay)?|hm+|well)\W+)?no\s+(?P<what>(?!(?:more|need|one|longer|idea|problem|worries|rush|thanks)\b)[\w'-]+(?:\s+[\w'-]+)?)\s+(?:here|left)\s*[,;.]\s*(?:so\s+)?(?:please\s+)?(?:delete|remove|drop|scrap)\s+that\s+one\W*$", r"delete the \g<what>"),
    (r"^(?P<do>\W*(?:\w+\s+){0,3}?(?:delete|remove|drop|scrap|erase|take|get\s+rid)\b[^.;\n]*?)\s*[.;,]\s*(?:it|that|this|they)(?:'s|\s+is|\s+was|\s+were|\s+are|\s+got|\s+has|\s+have)\s+(?:been\s+|just\s+|now\s+)*(?:cancelled|canceled|called\s+off)\W*$", r"\g<do>"),
)  # fmt: skip


def phrase_clearing(text: str) -> str:
    """The message in the words that the rules know, or as it was."""
    return reword(text, _WORDINGS)
