"""What the conversation alone tells for certain, so that the list need not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.model.embedded.english.known_titles import may_be_told_of
from taskchat.model.embedded.requests import Act, Add, Correct, Look, Offer, Parts, Same, Tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Request


def needs_list(requests: Sequence[Request], memory: Memory) -> bool:
    """Whether the list must be read before anything can be decided."""
    return any(
        isinstance(one, Look | Same | Tail | Correct | Parts)
        or (isinstance(one, Offer) and may_be_told_of(one.add.title))
        or (isinstance(one, Add) and (one.is_bare or one.day_of))
        or (isinstance(one, Act) and known_choice(one, memory) is None)
        for one in requests
    )


def known_choice(act: Act, memory: Memory) -> tuple[int, ...] | None:
    """The ids that an act means for certain by the conversation alone, or None."""
    target = act.target
    if (
        act.is_hedged
        or act.deed
        or act.state
        or act.changes.day_of
        or memory.unheard
        or act.otherwise is not None
        or target.words
        or target.is_all
        or target.but
        or target.is_any
        or target.background
        or target.is_newest
        or target.status != "all"
        or target.offset
        or target.priority
        or target.due
    ):
        return None
    if act.verb == "restore":
        return None
    if target.numbers or target.ordinals:
        return None
    plain = target.is_pronoun and not target.is_plural and not target.is_other
    gone = {effect.task_id for effect in memory.deleted}
    if plain and len(memory.focus) == 1 and memory.focus[0] not in gone:
        return memory.focus
    return None
