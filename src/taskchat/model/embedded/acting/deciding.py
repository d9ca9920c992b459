"""The next step of a turn: first the list if it is needed, then the changes, then the reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from taskchat.model.embedded.acting.calls import Call, call_act
from taskchat.model.embedded.acting.pending import read_reply
from taskchat.model.embedded.acting.planning import Plan, Planner
from taskchat.model.embedded.conversation import replies
from taskchat.model.embedded.conversation.history import Effect, Failure, Listed
from taskchat.model.embedded.conversation.memory import recall
from taskchat.model.embedded.conversation.questions import read_question
from taskchat.model.embedded.english.telling import tells_deed, tells_state
from taskchat.model.embedded.finding.certain import needs_list
from taskchat.model.embedded.finding.same_day import settle_day
from taskchat.model.embedded.requests import Changes, Look, Offer, Request, Talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import Conversation, SeenTask, Step, Turn
    from taskchat.model.embedded.conversation.memory import Memory


# The most that list_tasks gives at once; asked for where its usual first page was not all.
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """Tool calls to make now, or, where there are none, the text that ends the turn."""

    calls: tuple[Call, ...] = ()
    text: str = ""


def decide(conversation: Conversation) -> Decision:
    """Decide the next step of the current turn from the conversation alone."""
    conversation, memory = _remember(conversation)
    steps = conversation.current.steps
    answered = read_reply(conversation, memory)
    if isinstance(answered, Plan):
        plan = answered
    else:
        requests = answered
        lists = [step for step in steps if step.tool == "list_tasks"]
        if needs_list(requests, memory) or _may_tell(requests, conversation.current.text):
            arguments = _list_arguments(requests)
            if not lists:
                return Decision((Call("list_tasks", arguments),))
            if isinstance(lists[-1].result, Failure):
                return Decision(text=replies.LIST_FAILED)
            if _is_cut(lists):
                return Decision((Call("list_tasks", {**arguments, "limit": MAX_LISTED}),))
        tasks, now = _tasks_before(steps), conversation.now
        settled = [settle_day(one, tasks, memory, now) for one in requests]
        planner = Planner(memory, tasks, now, seen=_tasks(conversation))
        plan = planner.plan(settled)
        if _is_lost(plan):
            plan = _of_told(conversation.current.text, planner) or plan
    written = [step for step in steps if step.tool != "list_tasks"]
    if plan.calls and not written:
        return Decision(tuple(plan.calls))
    following = _following(plan, written, conversation)
    if following:
        return Decision(following)
    if plan.has_looked and written and steps[-1].tool != "list_tasks":
        # "Add milk and show my list": the list as it is now.
        return Decision((Call("list_tasks", {"status": "all"}),))
    return Decision(text=_tell(plan, written))


def _remember(conversation: Conversation) -> tuple[Conversation, Memory]:
    """The conversation without mere thanks, and what it has in mind."""
    heard = _without_chat(conversation.earlier)
    is_chat_between = bool(heard) and heard[-1] is not conversation.earlier[-1]
    conversation = replace(conversation, earlier=heard)
    memory = recall(conversation)
    if is_chat_between:
        # What was asked is open no longer.
        memory = replace(memory, question=None, asked_about="", unheard="")
    return conversation, memory


def _without_chat(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns without those that only said thanks or "ok": what was spoken of is spoken of still."""
    return tuple(turn for turn in turns if turn.steps or turn.reply not in replies.CHAT)


def _may_tell(requests: Sequence[Request], text: str) -> bool:
    """Whether a message that was not understood may tell a deed, which only the list can show."""
    one = requests[0] if len(requests) == 1 else None
    return (isinstance(one, Offer) or one == Talk("repeat_please")) and tells_deed(text)


def _of_told(text: str, planner: Planner) -> Plan | None:
    """What a message comes to that was not understood, where it tells a task as done; None for another."""
    if tells_deed(text):
        # "Dana's password has been reset."
        done = planner.do_told(text)
        if done is not None:
            return done
    # "The fish have had their dinner" tells no deed, but speaks of the task to feed them.
    return planner.ask_told(text) if tells_state(text) else None


def _is_lost(plan: Plan) -> bool:
    """Whether a plan only says that nothing was understood, or offers to keep the words."""
    asked = read_question(plan.question)
    is_offer = asked is not None and asked.kind == "add" and not plan.remarks
    return not plan.calls and (is_offer or plan.remarks == [replies.TALK["repeat_please"]])


def _following(plan: Plan, written: Sequence[Step], conversation: Conversation) -> tuple[Call, ...]:
    """What is to be done to the tasks that were just created, once their ids are known."""
    if len(written) != len(plan.calls):
        return ()
    return tuple(
        call_act(call.then, step.result.task_id, step.result.title, Changes(), conversation.now)
        for call, step in zip(plan.calls, written, strict=True)
        if call.then and isinstance(step.result, Effect)
    )


def _is_cut(lists: Sequence[Step]) -> bool:
    return len(lists) == 1 and isinstance(lists[0].result, Listed) and lists[0].result.is_cut


def _list_arguments(requests: Sequence[Request]) -> dict[str, object]:
    looks = [one for one in requests if isinstance(one, Look)]
    is_plain = len(looks) == len(requests) == 1 and not looks[0].counts
    if is_plain and not looks[0].target.numbers and not looks[0].target.ordinals:
        return {"status": looks[0].status}
    return {"status": "all"}


def _tasks_before(steps: Sequence[Step]) -> tuple[SeenTask, ...]:
    """The list as it was read before anything was changed."""
    found: tuple[SeenTask, ...] = ()
    for step in steps:
        if isinstance(step.result, Listed):
            found = step.result.tasks
        elif step.tool != "list_tasks":
            break
    return found


def _tasks(conversation: Conversation) -> tuple[SeenTask, ...]:
    listed = conversation.current.listed
    return listed.tasks if listed else ()


def _tell(plan: Plan, written: Sequence[Step]) -> str:
    done: list[tuple[Effect, str]] = []
    failed: list[tuple[str, str]] = []
    for number, step in enumerate(written):
        call = plan.calls[number] if number < len(plan.calls) else None
        match step.result:
            case Effect() as effect:
                done.append((effect, call.detail if call else ""))
            case Failure(reason):
                failed.append((call.what if call and call.what else "do that", reason))
            case Listed():
                pass
    if done:
        # What was not understood beside it only told why.
        plan.remarks = [one for one in plan.remarks if one != replies.TALK["repeat_please"]]
    parts = [
        replies.tell_effects(done),
        replies.tell_failures(failed),
        *plan.remarks,
        plan.question,
    ]
    text = ""
    for part in parts:
        if part:
            text += (
                part
                if not text or text.endswith("\n")
                else f"{'' if part.startswith(chr(10)) else ' '}{part}"
            )
    return text.strip() or replies.TALK["repeat_please"]
