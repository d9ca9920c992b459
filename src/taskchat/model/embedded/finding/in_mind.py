"""Which tasks "it" and "them" are: told of just before, last spoken of, or beside the one in mind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskchat.model.embedded.conversation.showing import displayed
from taskchat.model.embedded.finding.spoken_of import NAMED, last_sentence, told_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Target, Verb

_BOTH = 2


def in_mind(target: Target, tasks: Sequence[SeenTask], memory: Memory) -> list[SeenTask]:
    """The tasks that the conversation was about last, or the others of them."""
    by_id = {task.id: task for task in tasks}
    if target.is_other and len(memory.focus) == 1:
        pair = [by_id[one] for one in _pair(memory) if one in by_id]
        if pair:
            return pair
        row = memory.shown or tuple(by_id)
        others = [by_id[one] for one in row if one in by_id and one not in memory.focus]
        return others or [task for task in tasks if task.id not in memory.focus]
    if target.is_other and not target.is_plural:
        # "Rename the other one", after two of three were done.
        others = [by_id[one] for one in memory.shown if one in by_id and one not in memory.focus]
        if len(others) == 1:
            return others
    return [by_id[one] for one in memory.focus if one in by_id]


def _pair(memory: Memory) -> tuple[int, ...]:
    """The other one of two that were changed together, before the one in mind was."""
    for turn in reversed(memory.turns[-_MAX_BACK:]):
        changed = {effect.task_id for effect in turn.effects}
        if len(changed) == _BOTH and changed.issuperset(memory.focus):
            return tuple(changed.difference(memory.focus))
        if displayed(turn):
            break
    return ()


_MAX_BACK = 3


_THE = re.compile(r"\W*(?:(?:the|my)\s|(?:we|i)(?:'re|'m|\s+are|\s+am)\s+not\b)", re.IGNORECASE)


def told_of(target: Target, pool: Sequence[SeenTask]) -> tuple[SeenTask, ...]:
    """The tasks that the words before "it" or "them" speak of; none where it is not clear which."""
    nearest = last_sentence(target.background)
    # "Change the coffee; the sink is clean, so that's finished", but not "… Tom has plenty. Delete it."
    is_own = not target.is_plural and _THE.match(nearest) is not None
    told = told_before(nearest, pool) if is_own else []
    told = (
        told
        if len(told) == 1
        else told_before(target.background, pool, of_several=target.is_plural)
    )
    named = all(match.title >= NAMED for match in told)
    is_both = target.is_both and len(told) == _BOTH
    # "Called Stevens, the backups look fine, tick those off."
    is_several = target.is_plural and not target.is_all and len(told) > 1 and named
    return tuple(match.task for match in told) if len(told) == 1 or is_both or is_several else ()


def still_open(row: list[SeenTask], target: Target, verb: Verb) -> list[SeenTask]:
    """Of several in mind those that "it" may be: "high priority", after one was done and another added."""
    if len(row) < _BOTH or target.is_plural or verb not in {"update", "complete"}:
        return row
    return [task for task in row if not task.completed] or row


def beside(
    row: Sequence[SeenTask], offset: int, tasks: Sequence[SeenTask], memory: Memory
) -> SeenTask | None:
    """The task that stands so many places from the one in `row`, in the list last shown or the whole one."""
    order = [task.id for task in tasks]
    if len(row) == 1 and row[0].id in memory.shown:
        order = [one for one in memory.shown if one in order]
    place = order.index(row[0].id) + offset if len(row) == 1 and row[0].id in order else -1
    found = order[place] if 0 <= place < len(order) else None
    return next((task for task in tasks if task.id == found), None)
