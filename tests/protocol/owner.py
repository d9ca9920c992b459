"""What a copy does for a turn that it believes to be its own: act, call elsewhere, fail, close."""

from __future__ import annotations

from collections.abc import Iterator

from tests.protocol.model import Model, Step, ViolationError
from tests.protocol.states import Job, Message, State, put


def owner_steps(model: Model, state: State) -> Iterator[Step]:
    """The next writes of every job in a copy that is up."""
    for job in state.jobs:
        if state.copies[job.copy] == "up":
            yield from _steps_of(model, state, job)


def _steps_of(model: Model, state: State, job: Job) -> Iterator[Step]:
    turn = state.turns[job.turn]
    if job.at == "claim":
        yield _late_claim(state, job)
        return
    if turn.user_seq - 1 != job.history:
        message = "the model was given a history with a hole"
        raise ViolationError(message)
    work = model.work(turn)
    is_last = job.step >= len(work)
    verb = "close" if is_last else "act"
    is_fenced_in = model.is_fenced_in(turn, job, f"{verb}_epoch")
    if job.at == "go" and is_fenced_in and not model.has(f"{verb}_same_stmt"):
        # Tested here, and written later without a test.
        yield f"{job.copy} checks {job.turn}", state.with_job(job, job._replace(at="checked"))
    elif job.at == "go" and not is_fenced_in:
        yield _fenced_off(state, job)
    elif is_last:
        yield from _close(model, state, job)
    elif work[job.step] == "elsewhere":
        yield from _call_elsewhere(model, state, job)
    else:
        yield from _act(model, state, job)


def _fenced_off(state: State, job: Job) -> Step:
    return f"{job.copy} is fenced off {job.turn}", state.with_job(job)


def _late_claim(state: State, job: Job) -> Step:
    """A take-over whose write does not repeat its test."""
    turn = state.turns[job.turn]
    if turn.status != "running":
        return f"{job.copy} drops {job.turn}", state.with_job(job)
    claimed = turn.doubted()._replace(
        epoch=max(job.epoch, turn.epoch),
        lease="held",
        takeovers=turn.takeovers + 1,
        owner=turn.owner + 1,
    )
    begun = job._replace(at="go", step=len(turn.steps), owner=claimed.owner)
    return f"{job.copy} claims {job.turn}", state.with_turn(job.turn, claimed).with_job(job, begun)


def _close(model: Model, state: State, job: Job) -> Iterator[Step]:
    turn, label = state.turns[job.turn], f"{job.copy} closes {job.turn}"
    if job.at == "half":
        if model.has("close_epoch"):
            model.check_owner(turn, job)
        if turn.status == "running" and turn.epoch == job.epoch:
            ended = state.with_turn(job.turn, turn._replace(status="completed"))
            yield f"{job.copy} sets the status of {job.turn}", ended.with_job(job)
        else:
            yield _fenced_off(state, job)
        return
    model.check_owner(turn, job)
    if not model.has("close_one_tx"):
        yield _reply_only(state, job)
        return
    if not model.has("delete_ends") and state.conversations[turn.conversation].is_deleted:
        yield f"{job.copy} cannot close {job.turn}", state.with_job(job)
        return
    ended = model.end(state, job.turn, turn, "completed")
    yield label, ended.with_job(job)
    if state.budget.lost:
        # Committed, and the owner saw an error: it sends the same again.
        lost = state.budget._replace(lost=state.budget.lost - 1)
        again = ended.with_job(job, job._replace(at="go"))
        yield f"{label}, answer lost", again._replace(budget=lost)
    yield from _fail(model, state, job)


def _reply_only(state: State, job: Job) -> Step:
    """The first half of a close that is two transactions."""
    turn = state.turns[job.turn]
    place, seq = turn.conversation, turn.user_seq + 1
    reply = Message(seq, "assistant", job.turn, "completed")
    counted = state.conversations[place]._replace(last_seq=seq)
    stored = state._replace(
        messages=put(state.messages, place, (*state.messages[place], reply)),
        conversations=put(state.conversations, place, counted),
    )
    return f"{job.copy} stores the reply of {job.turn}", stored.with_job(
        job, job._replace(at="half")
    )


def _call_elsewhere(model: Model, state: State, job: Job) -> Iterator[Step]:
    """Begin, call, result: only the first and the last are writes of ours.

    The calls of one answer are begun together. Begin is fenced by `_steps_of`.
    """
    turn = state.turns[job.turn]
    if job.at == "call":
        yield _make_call(state, job)
    elif job.at == "result":
        yield from _result(model, state, job)
    elif job.at == "sent again":
        # Its own begin, whose answer was lost: nobody else can have called.
        if model.is_fenced_in(turn, job, "act_epoch"):
            yield f"{job.copy} finds its begin", state.with_job(job, job._replace(at="call"))
        else:
            yield _fenced_off(state, job)
    elif job.step < len(turn.steps):
        further = job._replace(at="go", step=job.step + 1)
        yield f"{job.copy} finds step {job.step}", state.with_job(job, further)
    elif model.has("begin_first"):
        yield from _begin(model, state, job)
    else:
        model.check_owner(turn, job)
        yield _make_call(state, job)


def _begin(model: Model, state: State, job: Job) -> Iterator[Step]:
    turn, label = state.turns[job.turn], f"{job.copy} begins {job.turn}.{job.step}"
    model.check_owner(turn, job)
    work = model.work(turn)[job.step :]
    calls = next((n for n, each in enumerate(work) if each != "elsewhere"), len(work))
    begun = state.with_turn(job.turn, turn._replace(steps=(*turn.steps, *["begun"] * calls)))
    yield label, begun.with_job(job, job._replace(at="call"))
    if state.budget.lost:
        again = begun.with_job(job, job._replace(at="sent again"))
        yield f"{label}, answer lost", again.spending(lost=1)


def _make_call(state: State, job: Job) -> Step:
    """No write of ours, and no fence: a copy that stood still may make it late."""
    called = state.with_turn(job.turn, state.turns[job.turn].done(job.step))
    label = f"{job.copy} calls {job.turn}.{job.step}"
    return label, called.with_job(job, job._replace(at="result"))


def _result(model: Model, state: State, job: Job) -> Iterator[Step]:
    turn, name = state.turns[job.turn], f"{job.turn}.{job.step}"
    if not model.is_fenced_in(turn, job, "result_epoch"):
        yield _fenced_off(state, job)
        return
    model.check_owner(turn, job)
    has_next = turn.steps[job.step + 1 : job.step + 2] == ("begun",)
    further = job._replace(at="call" if has_next else "go", step=job.step + 1)
    told = state.with_turn(job.turn, turn.marked(job.step, "done"))
    yield f"{job.copy} has the result of {name}", told.with_job(job, further)
    if state.budget.lost:
        # The answer of the other server is lost, or that of our own commit.
        doubtful = state.with_turn(job.turn, turn.marked(job.step, "in doubt"))
        yield (
            f"{job.copy} has no result of {name}",
            doubtful.with_job(job, further).spending(lost=1),
        )
        label = f"{job.copy} has the result of {name}, answer lost"
        yield label, told.spending(lost=1)


def _act(model: Model, state: State, job: Job) -> Iterator[Step]:
    """An effect on our tasks, and the step that records it."""
    turn, name = state.turns[job.turn], f"{job.turn}.{job.step}"
    further = job._replace(at="go", step=job.step + 1)
    with_step = turn._replace(steps=(*turn.steps, "done"))
    if job.step < len(turn.steps) and model.has("step_unique") and job.at != "half":
        yield f"{job.copy} finds step {job.step}", state.with_job(job, further)
    elif job.at == "half":
        if not model.is_fenced_in(turn, job, "act_epoch"):
            yield _fenced_off(state, job)
        elif not model.has("effect_with_step"):
            recorded = state.with_turn(job.turn, with_step)
            yield f"{job.copy} records {name}", recorded.with_job(job, further)
        else:
            done = state.with_turn(job.turn, turn.done(job.step))
            yield f"{job.copy} does {name}", done.with_job(job, further)
    else:
        model.check_owner(turn, job)
        half = job._replace(at="half")
        if not model.has("effect_with_step"):
            done = state.with_turn(job.turn, turn.done(job.step))
            yield f"{job.copy} does {name}", done.with_job(job, half)
        elif not model.has("step_first"):
            recorded = state.with_turn(job.turn, with_step)
            yield f"{job.copy} records {name}", recorded.with_job(job, half)
        else:
            acted = state.with_turn(job.turn, with_step.done(job.step))
            yield f"{job.copy} acts {name}", acted.with_job(job, further)
            if state.budget.lost:
                again = acted.with_job(job, job._replace(at="go"))
                yield f"{job.copy} acts {name}, answer lost", again.spending(lost=1)
        yield from _fail(model, state, job)


def _fail(model: Model, state: State, job: Job) -> Iterator[Step]:
    """The model refuses: an end that the same key may continue."""
    budget = state.budget
    if not budget.fail:
        return
    label, budget = f"{job.copy} fails {job.turn}", budget._replace(fail=budget.fail - 1)
    ended = model.end(state, job.turn, state.turns[job.turn], "failed")._replace(budget=budget)
    yield label, ended.with_job(job)
    if budget.lost:
        again = ended.with_job(job, job._replace(at="go"))
        yield f"{label}, answer lost", again._replace(budget=budget._replace(lost=budget.lost - 1))
