"""From requests to tool calls: which calls, in which order, and what is left to say or to ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.acting.calls import (
    Call,
    call_act,
    call_add,
    one_update_each,
    without_changed_minds,
)
from taskchat.model.embedded.acting.correcting import (
    DONE_VERBS,
    changes_of,
    has_set,
    mend,
    part_of,
    take_back,
)
from taskchat.model.embedded.acting.listing import answer_look
from taskchat.model.embedded.acting.settling import can_shift, settle
from taskchat.model.embedded.clauses.exchanging import holds
from taskchat.model.embedded.clauses.same_task import with_new_task
from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.conversation.questions import (
    ask_add,
    ask_change,
    ask_confirm,
    ask_name,
    ask_which,
)
from taskchat.model.embedded.english.cues import takes_back
from taskchat.model.embedded.finding.certain import known_choice
from taskchat.model.embedded.finding.choosing import MAX_NAMED, Choice, choose
from taskchat.model.embedded.finding.counted import counts, miscounts
from taskchat.model.embedded.finding.meaning import choose_for, may_be_there, task_told_again
from taskchat.model.embedded.finding.same_day import settle_day
from taskchat.model.embedded.finding.spoken_of import NAMED, choose_deleted, told_before
from taskchat.model.embedded.message.doubt import tells_part, tells_title, tells_whole, unexplained
from taskchat.model.embedded.requests import (
    Act,
    Add,
    Changes,
    Correct,
    Look,
    Offer,
    Parts,
    Request,
    Same,
    Tail,
    Talk,
    Undo,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from taskchat.model.embedded.conversation.history import SeenTask
    from taskchat.model.embedded.conversation.memory import Memory
    from taskchat.model.embedded.requests import Verb


# What is done to one task and what to another may not be taken for the same.
_UNLIKE = {"complete_task", "delete_task"}
_STATES = {"complete_task", "delete_task", "restore_task"}


@dataclass(slots=True)
class Plan:
    """The calls to make, then the remarks to say, and at most one question at the end.

    `has_looked` is set where a remark tells of the list, which the calls change.
    """

    calls: list[Call] = field(default_factory=list[Call])
    remarks: list[str] = field(default_factory=list[str])
    question: str = ""
    has_looked: bool = False


def _changed(plan: Plan) -> set[object]:
    """The ids of the tasks that a plan changes."""
    return {call.arguments["task_id"] for call in plan.calls if "task_id" in call.arguments}


_CHANGES_IT = re.compile(
    r"\W*(?:please\s+)?(?:change|correct|update|edit|set)\s+(?:it|that)\s+to\b", re.IGNORECASE
)


class Planner:
    """Makes one plan for one message.

    `tasks` is the list before the message changes anything, `seen` as it was read last.
    """

    def __init__(
        self,
        memory: Memory,
        tasks: Sequence[SeenTask],
        now: datetime,
        seen: Sequence[SeenTask] | None = None,
    ) -> None:
        self._memory = memory
        self._tasks = tasks
        self._seen = tasks if seen is None else seen
        self._by_id = {task.id: task for task in tasks}
        self._now = now
        self._plan = Plan()

    def plan(self, requests: Sequence[Request]) -> Plan:
        """Plan all requests of a message in their order."""
        for one in self._with_new(requests):
            self._plan_one(one)
        self._plan.calls = one_update_each(without_changed_minds(list(self._distinct())))
        return self._plan

    def _with_new(self, requests: Sequence[Request]) -> list[Request]:
        """The requests with what one says of a task that another creates, where no task there is meant."""
        told: list[Request] = []
        for one in requests:
            act, new = (one.act, [*told, one.head]) if isinstance(one, Tail) else (one, told)
            merged = with_new_task(new, act) if isinstance(act, Act) else None
            is_there = isinstance(act, Act) and merged is not None and self._is_meant(act)
            told = [*told, one] if merged is None or is_there else merged
        return told

    def _is_meant(self, act: Act) -> bool:
        """Whether an act means a task that is on the list."""
        return bool(choose(act.target, act.verb, self._tasks, self._memory).tasks)

    def ask_told(self, text: str) -> Plan | None:
        """The question whether the one task that a message speaks of is done; None where it is of no one task."""
        open_ones = [task for task in self._tasks if not task.completed]
        told = told_before(text, open_ones)
        if len(told) != 1 or told[0].title < NAMED:
            return None
        self._plan = Plan()
        self.confirm([told[0].task], "complete")
        return self._plan

    def _distinct(self) -> Iterator[Call]:
        """The calls; the very same change of a task's state, told twice in a message, once."""
        made: list[tuple[str, dict[str, object]]] = []
        for call in self._plan.calls:
            change = call.tool, call.arguments
            if call.tool in _STATES and change in made:
                continue
            made.append(change)
            yield call

    def do_told(self, text: str) -> Plan | None:
        """The plan to complete the one open task of which a message tells all; None for no such one."""
        open_ones = [task for task in self._tasks if not task.completed]
        told = [task for task in open_ones if tells_title(text, task.title)]
        if len(told) != 1:
            return None
        self._plan = Plan()
        self.act_on([told[0].id], "complete", Changes())
        return self._plan

    def act_on(self, ids: Sequence[int], verb: Verb, changes: Changes) -> None:
        """Plan one act on tasks that are known."""
        for task_id in ids:
            title = self._title(task_id)
            settled = settle(changes, title, self._task(task_id), self._now)
            self._plan.calls.append(call_act(verb, task_id, title, settled, self._now))

    def _plan_one(self, request: Request) -> None:
        match request:
            case Add():
                self._plan_add(request)
            case Act():
                self._plan_act(request)
            case Look():
                self._plan.has_looked = True
                self._plan.remarks.append(answer_look(request, self._seen, self._memory, self._now))
            case Talk():
                self._say(request)
            case Offer():
                self._plan.question = ask_add(request.add.title)
            case Undo():
                self._plan_undo(request)
            case Same():
                self._plan_same(request)
            case Correct():
                self._plan_correction(request)
            case Tail() | Parts():
                self._plan_joined(request)

    def _say(self, talk: Talk) -> None:
        if talk.topic == "what_to_add":
            self._plan.question = ask_name()
        else:
            self._plan.remarks.append(replies.TALK[talk.topic])

    def _plan_joined(self, request: Tail | Parts) -> None:
        if isinstance(request, Parts):
            self._plan_parts(request)
        else:
            self._plan_tail(request)

    def _plan_tail(self, tail: Tail) -> None:
        choice = choose(tail.act.target, tail.act.verb, self._tasks, self._memory)
        fits = bool(choice.tasks) and choice.is_clear
        for one in (tail.head, tail.act) if fits else (tail.whole,):
            self._plan_one(one)

    def _plan_same(self, same: Same) -> None:
        last = self._memory.last if self._memory.is_just_changed else None
        status = last.effects[-1].status if last else ""
        verb = DONE_VERBS.get(status)
        if status == "created" and same.words:
            self._plan_add(Add(same.words))
        elif last is not None and verb is not None:
            changes = changes_of(last.steps[-1]) if verb == "update" else Changes()
            changes = replace(changes, title="")
            self._plan_act(Act(verb, same.target, changes, otherwise=same.otherwise))
        elif self._memory.is_fresh_show and same.target.is_all and not same.target.words:
            # "And now all of them", after a part of the list.
            self._plan_one(Look(status="all"))
        else:
            self._plan_one(same.otherwise or Look(target=same.target, status="all"))

    def _plan_parts(self, parts: Parts) -> None:
        """Plan the parts of a clause where each of them is an act on a task of its own, else the whole."""
        plans = [self._alone((one,)) for one in parts.parts]
        fit = all(
            plan.calls
            and not (plan.remarks or plan.question)
            and (isinstance(one, Add) or all("task_id" in call.arguments for call in plan.calls))
            for one, plan in zip(parts.parts, plans, strict=True)
        )
        for one in parts.parts if fit and self._say_more(plans, parts.whole) else parts.whole:
            self._plan_one(one)

    def _say_more(self, plans: Sequence[Plan], whole: Sequence[Request]) -> bool:
        """Whether plans of parts reach tasks of their own, and more than the whole does."""
        changed = [_changed(plan) for plan in plans]
        reached = set[object]().union(*changed)
        if sum(map(len, changed)) != len(reached):
            return False
        if {call.tool for plan in plans for call in plan.calls} >= _UNLIKE:
            return True
        plan = self._alone(whole)
        return not plan.calls or bool(plan.remarks or plan.question) or _changed(plan) < reached

    def _alone(self, requests: Sequence[Request]) -> Plan:
        settled = [settle_day(one, self._tasks, self._memory, self._now) for one in requests]
        return Planner(self._memory, self._tasks, self._now).plan(settled)

    def _plan_correction(self, correction: Correct) -> None:
        mended = mend(correction, self._memory, self._tasks, self._now)
        self._plan.calls += mended.calls
        for one in mended.requests:
            self._plan_one(one)

    def _plan_add(self, add: Add) -> None:
        if add.is_bare and self._is_there(add):
            return
        call = call_add(add, self._now)
        if call in self._plan.calls:
            return  # said twice in one breath
        self._plan.calls.append(call)
        if call.arguments["title"] != add.title:
            self._plan.remarks.append(replies.TITLE_CUT)
        if add.asks_repeat:
            self._plan.remarks.append(replies.NO_REPEATS)
        elif add.asks_reminder and replies.NO_REMINDERS not in self._plan.remarks:
            self._plan.remarks.append(replies.NO_REMINDERS)

    def _is_there(self, add: Add) -> bool:
        """Plan what a bare order is where it speaks of a task that exists: its date, or a question."""
        said = add.title.casefold()
        same = [one for one in self._tasks if one.title.casefold() == said]
        there = task_told_again(add, self._tasks)
        if len(same) == 1 and not (add.due or add.priority or same[0].completed):
            self._plan.remarks.append(f"{replies.quote(same[0].title)} is on your list already.")
            self.confirm(same, "complete")
        elif there is not None:
            self.act_on([there.id], "update", Changes(priority=add.priority, due=add.due))
        elif may_be_there(add, self._tasks):
            self._plan.question = ask_add(add.title)
        else:
            return False
        return True

    def _plan_act(self, act: Act) -> None:
        known = known_choice(act, self._memory)
        if known is not None:
            self._do(known, act)
            return
        if act.verb == "restore":
            self._restore(act)
            return
        choice = choose_for(act, self._tasks, self._memory)
        # "The dentist was painful" holds a word too many to tell of it as done.
        is_deed = act.is_stated and act.verb == "complete" and bool(act.target.words)
        fits = choice.is_clear or (choice.is_full and (act.is_stated or act.verb == "complete"))
        fits = choice.is_full if is_deed or act.is_gist else fits
        is_doubtful = act.otherwise is not None and not (choice.tasks and fits)
        is_named = act.target.words or act.deed
        names_several = is_named and len(choice.candidates) > 1 and not choice.missing
        if is_doubtful and names_several and not act.is_gist:
            self._ask_which(choice, act)
            return
        if is_doubtful and act.otherwise is not None:
            self._plan_one(act.otherwise)
            return
        self._follow(choice, act)

    def _follow(self, choice: Choice, act: Act) -> None:
        tasks = self._still_to_do(choice.tasks, act.verb)
        missing = replies.tell_missing(choice.missing) if choice.missing else ""
        if missing and missing not in self._plan.remarks:
            self._plan.remarks.append(missing)
        if not tasks:
            if choice.missing and choice.candidates and not choice.tasks:
                self._ask_near(choice, act)
            elif not choice.tasks and not choice.missing:
                self._ask_which(choice, act)
            return
        is_told = act.is_stated and not act.target.is_all
        is_doubtful = act.is_hedged or self._leaves_words(act, choice.tasks)
        is_doubtful = is_doubtful or miscounts(act, len(choice.tasks))
        is_doubtful = is_doubtful or any(tells_part(act, task.title) for task in tasks)
        if is_doubtful or (
            self._must_confirm(choice, act.verb, is_told=is_told) and not counts(act, len(tasks))
        ):
            self.confirm(tasks, act.verb)
            return
        self._do([task.id for task in tasks], act)

    def _leaves_words(self, act: Act, tasks: Sequence[SeenTask]) -> bool:
        if len(tasks) == 1 and tells_whole(act, tasks[0].title):
            return False
        # "Complete the passport and the milk" where the passport is done: it is accounted for.
        is_done = act.verb == "complete"
        settled = [task for task in self._tasks if task.completed == is_done]
        known = [*tasks, *settled] if act.verb in {"complete", "reopen"} else tasks
        return bool(unexplained(act, [task.title for task in known], self._now))

    def _ask_near(self, choice: Choice, act: Act) -> None:
        if len(choice.candidates) == 1:
            self.confirm(choice.candidates, act.verb)
        else:
            self._ask_which(choice, act)

    def _ask_which(self, choice: Choice, act: Act) -> None:
        if not choice.candidates:
            is_empty = not self._tasks
            self._plan.remarks.append(replies.nothing_to(act.verb, is_empty=is_empty))
            return
        if len(choice.candidates) == 1:
            self.confirm(choice.candidates, act.verb)
            return
        in_order = [task for task in self._tasks if task in choice.candidates]
        self._show(replies.SEVERAL_FIT, in_order)
        self._plan.question = ask_which(act.verb)

    def _show(self, opening: str, tasks: Sequence[SeenTask]) -> None:
        # A yes is about the lines that were shown, so none may be left out.
        lines = replies.show_tasks(tasks, self._now, most=len(tasks))
        shown = f"{opening}\n{lines}\n"
        if shown not in self._plan.remarks:
            self._plan.remarks.append(shown)

    def _must_confirm(self, choice: Choice, verb: Verb, *, is_told: bool) -> bool:
        count = len(choice.tasks)
        if count < 2:
            return False
        if verb != "delete":
            return choice.is_guess or (is_told and choice.is_bulk and count > MAX_NAMED)
        return choice.is_bulk or count > MAX_NAMED

    def confirm(self, tasks: Sequence[SeenTask], verb: Verb) -> None:
        """Show tasks, and ask whether the act is to be done to them."""
        self._show(replies.THIS_ONE if len(tasks) == 1 else replies.ALL_OF_THESE, tasks)
        self._plan.question = ask_confirm(verb, len(tasks))

    def _still_to_do(self, tasks: Sequence[SeenTask], verb: Verb) -> list[SeenTask]:
        if verb not in {"complete", "reopen"}:
            return list(tasks)
        wanted = verb == "complete"
        ready = [replies.quote(task.title) for task in tasks if task.completed == wanted]
        if ready:
            state = "already complete" if wanted else "still open"
            verb_form = "is" if len(ready) == 1 else "are"
            self._plan.remarks.append(f"{replies.and_join(ready)} {verb_form} {state}.")
        return [task for task in tasks if task.completed != wanted]

    def _do(self, ids: Sequence[int], act: Act) -> None:
        title, part = self._title(ids[0]), act.changes.instead_of
        has_nothing = act.changes.are_none or part.casefold() not in title.casefold()
        has_nothing = has_nothing or not holds(title, act.changes.drops or title)
        moves_none = act.changes.shift and not can_shift(
            [self._task(one) for one in ids], act.changes.shift
        )
        if act.verb == "update" and (has_nothing or moves_none):
            self._plan.question = ask_change(title)
            return
        self.act_on(ids, act.verb, self._of_note(act))

    def _of_note(self, act: Act) -> Changes:
        """The changes of an act; of "change it to …", said of a note that was just set, a new note."""
        last, changes = self._memory.last, act.changes
        is_it = bool(changes.title) and _CHANGES_IT.match(act.said) is not None
        if last is None or not (is_it and self._memory.is_just_changed):
            return changes
        was_note = has_set(last, "description") and not has_set(last, "title")
        return Changes(note=changes.title) if was_note else changes

    def _restore(self, act: Act) -> None:
        found = choose_deleted(act.target, self._memory)
        is_put_back = act.is_stated and not (found or act.target.words)
        on_mind = self._memory.focus if is_put_back else ()
        if len(on_mind) == 1 and (ticked := self._task(on_mind[0])) and ticked.completed:
            # "The chain came off again, put it back on the list."
            self.act_on(on_mind, "reopen", Changes())
            return
        done = [task for task in self._tasks if task.completed]
        told = [] if found or act.target.words else told_before(act.target.background, done)
        if len(told) == 1:
            # "The contract needs changes, put it back on the list."
            self.act_on([told[0].task.id], "reopen", Changes())
            return
        if not found and act.target.words:
            # "Put the passport back on the list": it may be there, as done.
            choice = choose(act.target, "reopen", self._tasks, self._memory)
            if choice.tasks and choice.is_clear:
                self._follow(choice, replace(act, verb="reopen"))
                return
        is_kept = act.otherwise == Talk("left_alone")
        if not found and act.otherwise is not None and (act.target.words or is_kept):
            self._plan_one(act.otherwise)
            return
        if not found:
            self._plan.remarks.append(
                "I can only bring back what was deleted in this conversation, and I found nothing "
                "that fits."
            )
        self.act_on([effect.task_id for effect in found], "restore", Changes())

    def _plan_undo(self, undo: Undo) -> None:
        undoable = self._memory.undoable
        turns = self._memory.turns
        is_taken_back = bool(turns) and takes_back(turns[-1].text)
        if undo.is_of_last and (is_taken_back or not self._memory.is_just_changed):
            self._plan.remarks.append(replies.TALK["left_alone"])
            return
        if not undoable or (undo.field and not has_set(undoable[-1], undo.field)):
            self._plan.remarks.append(replies.TALK["no_undo"])
            return
        self._plan.calls += take_back(part_of(undoable[-1], undo.words), self._now)

    def _task(self, task_id: int) -> SeenTask | None:
        return self._by_id.get(task_id) or self._memory.task(task_id)

    def _title(self, task_id: int) -> str:
        task = self._task(task_id)
        if task is not None:
            return task.title
        effects = (*self._memory.last_effects, *self._memory.deleted)
        return next((one.title for one in effects if one.task_id == task_id), "that task")
