"""What comes from outside: clients, copies that crash or pause, leases, cancel, delete."""

from __future__ import annotations

from collections.abc import Iterator

from tests.protocol.model import COPIES, MOST_TAKEOVERS, Model, Step, ViolationError
from tests.protocol.requests import job_for
from tests.protocol.states import Request, State, Turn, ordered, put


def client_steps(model: Model, state: State) -> Iterator[Step]:
    """Clients send, or leave."""
    for number, client in enumerate(state.clients):
        if client.at in {"new", "again"} and client.tries:
            waiting = client._replace(at="waits", tries=client.tries - 1)
            for copy in COPIES:
                if state.copies[copy] != "down":
                    sent = Request(number, copy, model.scenario.clients[number])
                    yield (
                        f"client {number} sends to {copy}",
                        state._replace(
                            clients=put(state.clients, number, waiting),
                            requests=ordered((*state.requests, sent)),
                        ),
                    )
        if client.at == "waits" and state.budget.leave:
            yield (
                f"client {number} leaves",
                state._replace(
                    clients=put(state.clients, number, client._replace(at="again")),
                    budget=state.budget._replace(leave=state.budget.leave - 1),
                    requests=ordered(
                        tuple(r.left() if r.client == number else r for r in state.requests)
                    ),
                    tickets=tuple(
                        tuple(ticket for ticket in tickets if ticket.client != number)
                        for tickets in state.tickets
                    ),
                ),
            )


def copy_steps(model: Model, state: State) -> Iterator[Step]:
    """Copies crash, pause, start again, and hand their turns over to end."""
    budget = state.budget
    for copy in COPIES:
        at = state.copies[copy]
        if at == "up" and budget.crash:
            yield (
                f"crash {copy}",
                _down(state, copy)._replace(budget=budget._replace(crash=budget.crash - 1)),
            )
        if at == "up" and budget.pause:
            paused = state._replace(copies=put(state.copies, copy, "paused"))
            yield f"pause {copy}", paused._replace(budget=budget._replace(pause=budget.pause - 1))
        if at != "up":
            up = state._replace(copies=put(state.copies, copy, "up"))
            yield f"{'resume' if at == 'paused' else 'restart'} {copy}", up
        if at == "up" and budget.term and state.copies[1 - copy] == "up":
            lease = "offered" if model.has("offer_free") else "over"
            turns = tuple(
                turn._replace(lease=lease) if _is_owned(state, copy, number, turn) else turn
                for number, turn in enumerate(state.turns)
            )
            yield (
                f"hand over {copy}",
                _down(state, copy)._replace(
                    turns=turns, budget=budget._replace(term=budget.term - 1)
                ),
            )


def _is_owned(state: State, copy: int, number: int, turn: Turn) -> bool:
    return turn.status == "running" and any(
        (job.copy, job.turn, job.epoch) == (copy, number, turn.epoch) for job in state.jobs
    )


def _down(state: State, copy: int) -> State:
    """The same without that copy; its clients come again."""
    lost = {request.client for request in state.requests if request.copy == copy}
    return state._replace(
        copies=put(state.copies, copy, "down"),
        jobs=tuple(job for job in state.jobs if job.copy != copy),
        requests=tuple(request for request in state.requests if request.copy != copy),
        clients=tuple(
            client._replace(at="again") if number in lost else client
            for number, client in enumerate(state.clients)
        ),
    )


def lease_steps(model: Model, state: State) -> Iterator[Step]:
    """Leases run out, and running turns are taken over, given up and cancelled."""
    for number, turn in enumerate(state.turns):
        if turn.status != "running":
            continue
        is_renewed = any(
            (job.turn, job.epoch) == (number, turn.epoch) and state.copies[job.copy] == "up"
            for job in state.jobs
        )
        if turn.lease == "held" and not is_renewed:
            over = state.with_turn(number, turn._replace(lease="over"))
            yield f"the lease of {number} runs out", over
        for copy in COPIES:
            if state.copies[copy] == "up" and _may_take_over(model, state, copy, number):
                yield from _take_over(model, state, copy, number)
        if state.budget.cancel:
            ended = _cancelled(state, model, number, raises_epoch=model.has("cancel_fence"))
            budget = state.budget._replace(cancel=state.budget.cancel - 1)
            yield f"cancel {number}", ended._replace(budget=budget)


def _cancelled(state: State, model: Model, number: int, *, raises_epoch: bool) -> State:
    turn = state.turns[number]
    turn = turn.doubted() if model.has("cancel_doubts") else turn
    lost = turn._replace(epoch=turn.epoch + raises_epoch, owner=turn.owner + 1)
    return model.end(state, number, lost, "cancelled")


def _faults(model: Model, state: State) -> int:
    """How many faults there were that explain a take-over."""
    given, left = model.scenario.budget, state.budget
    return given.crash + given.pause + given.lost - left.crash - left.pause - left.lost


def _may_take_over(model: Model, state: State, copy: int, number: int) -> bool:
    turn = state.turns[number]
    if not model.has("recover"):
        return False
    if turn.lease != "held":
        return model.has("db_clock_slow")
    # A clock that is ahead: once for each fault, so that the search comes to an end.
    return (
        not model.has("db_clock")
        and copy == 0
        and turn.takeovers < 1 + _faults(model, state)
        and not _works_on(state, copy, number)
    )


def _works_on(state: State, copy: int, number: int) -> bool:
    return any((job.copy, job.turn) == (copy, number) for job in state.jobs)


def _take_over(model: Model, state: State, copy: int, number: int) -> Iterator[Step]:
    turn = state.turns[number]
    if turn.takeovers >= MOST_TAKEOVERS and turn.lease != "offered":
        lost = turn._replace(epoch=turn.epoch + 1, owner=turn.owner + 1)
        yield f"{copy} gives {number} up", model.end(state, number, lost, "given up")
        return
    taken = (turn.doubted() if model.has("takeover_doubts") else turn)._replace(
        epoch=turn.epoch + model.has("takeover_epoch"),
        lease="held",
        takeovers=turn.takeovers + (turn.lease != "offered"),
        owner=turn.owner + 1,
    )
    if taken.takeovers > _faults(model, state):
        message = "a turn was taken over though nothing had failed"
        raise ViolationError(message)
    job = job_for(state, copy, number, taken)
    if model.has("takeover_atomic"):
        claimed = state.with_turn(number, taken)
        yield f"{copy} takes over {number}", claimed.with_job(None, job)
        if state.budget.lost:
            # Claimed, and the claimer does not know: the lease runs out once more.
            budget = state.budget._replace(lost=state.budget.lost - 1)
            yield f"{copy} takes over {number}, answer lost", claimed._replace(budget=budget)
    elif turn.lease == "over" and not _works_on(state, copy, number):
        seen = state.with_job(None, job._replace(at="claim"))
        yield f"{copy} sees {number} run out", seen


def delete_steps(model: Model, state: State) -> Iterator[Step]:
    """The first conversation is deleted."""
    if not state.budget.delete or state.conversations[0].is_deleted:
        return
    after = state
    if model.has("delete_ends"):
        for number, turn in enumerate(state.turns):
            if turn.conversation == 0 and turn.status == "running":
                after = _cancelled(after, model, number, raises_epoch=True)
    hidden = after.conversations[0]._replace(is_deleted=True)
    yield (
        "delete conversation 0",
        after._replace(
            conversations=put(after.conversations, 0, hidden),
            budget=state.budget._replace(delete=state.budget.delete - 1),
        ),
    )
