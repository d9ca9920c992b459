"""What a copy does for a request: open a turn, find it, continue it, wait for its place, answer."""

from __future__ import annotations

from collections.abc import Iterator

from tests.protocol.model import Model, Step, ViolationError
from tests.protocol.states import (
    FINAL,
    Client,
    Job,
    Message,
    Outcome,
    Request,
    Seen,
    State,
    Ticket,
    Turn,
    put,
)

MOST_TURNS = 4
NOT_THERE, RESERVED = -1, -2


def request_steps(model: Model, state: State) -> Iterator[Step]:
    """The next move of every request in a copy that is up, and tickets that run out."""
    for request in state.requests:
        if state.copies[request.copy] != "up":
            continue
        if not request.key:
            # Its client left before anything was stored: nothing to keep.
            yield "request dropped", state.with_request(request)
        elif request.at == "look":
            yield _look(model, state, request)
        elif request.at == "write":
            yield from _write(model, state, request)
        elif request.at == "anew":
            yield from _open_anew(model, state, request)
        elif request.at == "queue":
            yield from _queue(model, state, request)
        elif state.turns[request.turn].status != "running":
            outcome = state.turns[request.turn].status
            answered = _answer(state, request, request.turn, outcome)
            yield f"{request.copy} answers {request.key}", answered
    if model.has("ticket_expiry"):
        yield from _expired_tickets(state)


def _answer(state: State, request: Request, turn: int, outcome: Outcome) -> State:
    """Tell the client, if it is still there; it comes again unless that was final."""
    told = state.with_request(request)
    if request.client < 0:
        return told
    client = state.clients[request.client]
    answer = client.answer
    if outcome in FINAL:
        if answer is not None and answer != (turn, outcome):
            message = "one key, two answers"
            raise ViolationError(message)
        answer = (turn, outcome)
    is_done = outcome in FINAL or outcome == "not found" or not client.tries
    client = Client("done" if is_done else "again", client.tries, answer)
    return told._replace(clients=put(state.clients, request.client, client))


def _look(model: Model, state: State, request: Request) -> Step:
    """The snapshot of an open."""
    key, place = request.key, model.scenario.keys[request.key][0]
    keys = [turn.key for turn in state.turns]
    number = keys.index(key) if key in keys else NOT_THERE
    must_reserve = number == NOT_THERE and not model.has("key_same_tx")
    if must_reserve and key in state.reserved:
        number = RESERVED
    found = state.turns[number] if number >= 0 else None
    seen = Seen(
        turn=number,
        status="" if found is None else found.status,
        epoch=0 if found is None else found.epoch,
        is_busy=state.is_running(place),
        last_seq=state.conversations[place].last_seq,
        messages=len(state.messages[place]),
    )
    looked = state.with_request(request, request._replace(at="write", seen=seen))
    if must_reserve and key not in state.reserved:
        reserved = looked._replace(reserved=(*state.reserved, key))
        return f"{request.copy} reserves key {key}", reserved
    return f"{request.copy} looks for {key}", looked


def _write(model: Model, state: State, request: Request) -> Iterator[Step]:
    """The rest of an open, under the lock of its conversation."""
    seen, key = request.seen, request.key
    assert seen is not None
    place = model.scenario.keys[key][0]
    turns = state.turns
    if state.conversations[place].is_deleted:
        yield "404", _without_ticket(_answer(state, request, -1, "not found"), request, place)
    elif seen.turn == RESERVED:
        yield "key in use", state.with_request(request, request.from_the_start())
    elif seen.turn >= 0:
        yield _join(model, state, request, seen.turn)
    elif seen.is_busy or (model.has("ticket_order") and _older(state, request, place)):
        yield f"{request.copy} waits for {key}", _with_ticket(state, request, place)
    elif model.has("key_unique") and any(turn.key == key for turn in turns):
        yield "key clash", state.with_request(request, request.from_the_start())
    elif model.has("running_unique") and state.is_running(place):
        yield "running clash", state.with_request(request, request.from_the_start())
    else:
        yield from _open(model, state, request, seen)


def _join(model: Model, state: State, request: Request, number: int) -> Step:
    """Listen to the turn of this key; one that failed goes on where it may."""
    turn = state.turns[number]
    place = turn.conversation
    heard = _without_ticket(state.with_request(request, request.listens(number)), request, place)
    is_last = not _has_later(model, state, turn) or not model.has("continue_last")
    if turn.status != "failed" or state.is_running(place) or not is_last:
        return f"{request.copy} attaches to {number}", heard
    continued = turn.doubted()._replace(
        status="running",
        epoch=turn.epoch + model.has("continue_epoch"),
        lease="held",
        attempt=turn.attempt + 1,
        owner=turn.owner + 1,
    )
    job = job_for(state, request.copy, number, continued)
    going_on = heard.with_turn(number, continued).with_job(None, job)
    return f"{request.copy} continues {number}", going_on


def _has_later(model: Model, state: State, turn: Turn) -> bool:
    if state.conversations[turn.conversation].last_seq > turn.user_seq + 1:
        return True
    return model.has("continue_rows") and any(
        other.conversation == turn.conversation and other.user_seq > turn.user_seq
        for other in state.turns
    )


def job_for(state: State, copy: int, number: int, turn: Turn) -> Job:
    """A job that goes on with a turn from its steps."""
    history = sum(1 for m in state.messages[turn.conversation] if m.seq < turn.user_seq)
    return Job(copy, number, turn.epoch, "go", len(turn.steps), history, turn.owner)


def _open(model: Model, state: State, request: Request, seen: Seen) -> Iterator[Step]:
    place, number = model.scenario.keys[request.key][0], len(state.turns)
    if any(_is_waiting(state, ticket) for ticket in _older(state, request, place)):
        message = "a message overtook an older one that waits"
        raise ViolationError(message)
    if number >= MOST_TURNS:
        return
    before = state.conversations[place].last_seq if model.has("seq_lock") else seen.last_seq
    known = len(state.messages[place]) if model.has("history_check") else seen.messages
    opened = _without_ticket(_stored(state, request, place, before + 1), request, place)
    job = Job(request.copy, number, 1, "go", 0, known, 0)
    label = f"{request.copy} opens {number} for {request.key}"
    yield label, opened.with_job(None, job)
    if not state.budget.lost:
        return
    lost = opened._replace(budget=state.budget._replace(lost=state.budget.lost - 1))
    if model.has("open_uid"):
        # The same statement again finds its own turn; where it does not, the lease runs out.
        yield f"{label}, answer lost", lost
        yield f"{label}, answer lost, found", lost.with_job(None, job)
    else:
        listening = request.listens(number)
        anew = request._replace(at="anew")
        yield f"{label}, answer lost", lost.with_request(listening, anew)


def _open_anew(model: Model, state: State, request: Request) -> Iterator[Step]:
    """A lost open that is taken for a failure, and made again under another name."""
    place, number = model.scenario.keys[request.key][0], len(state.turns)
    if state.is_running(place) or number >= MOST_TURNS:
        return
    seq = state.conversations[place].last_seq + 1
    job = Job(request.copy, number, 1, "go", 0, seq - 1, 0)
    opened = _stored(state, request, place, seq).with_job(None, job)
    yield f"{request.copy} opens {number} anew", opened


def _stored(state: State, request: Request, place: int, seq: int) -> State:
    """A new turn with its question; the request listens to it."""
    number = len(state.turns)
    counted = state.conversations[place]._replace(last_seq=seq)
    messages = (*state.messages[place], Message(seq, "user", number))
    return state._replace(
        turns=(*state.turns, Turn(request.key, place, seq)),
        conversations=put(state.conversations, place, counted),
        messages=put(state.messages, place, messages),
    ).with_request(request, request.listens(number))


# ---- waiting ----


def _queue(model: Model, state: State, request: Request) -> Iterator[Step]:
    place = model.scenario.keys[request.key][0]
    if request.client < 0:
        gone = _without_ticket(state.with_request(request), request, place)
        yield "waiter whose client left", gone
        return
    again = state.with_request(request, request.from_the_start())
    yield f"{request.copy} tries {request.key} again", again
    refused = _answer(state, request, NOT_THERE, "busy")
    yield f"409 for {request.key}", _without_ticket(refused, request, place)


def _older(state: State, request: Request, place: int) -> tuple[Ticket, ...]:
    """The tickets before that of a request."""
    tickets, mine = state.tickets[place], Ticket(request.client, request.copy)
    return tickets[: tickets.index(mine)] if mine in tickets else tickets


def _is_waiting(state: State, ticket: Ticket) -> bool:
    """Whether the request of a ticket is still there."""
    return any(
        (request.client, request.copy) == ticket
        and request.client >= 0
        and state.copies[request.copy] == "up"
        for request in state.requests
    )


def _with_ticket(state: State, request: Request, place: int) -> State:
    tickets, mine = state.tickets[place], Ticket(request.client, request.copy)
    waiting = state.with_request(request, request.waits())
    if mine in tickets:
        return waiting
    return waiting._replace(tickets=put(state.tickets, place, (*tickets, mine)))


def _without_ticket(state: State, request: Request, place: int) -> State:
    mine = Ticket(request.client, request.copy)
    kept = tuple(ticket for ticket in state.tickets[place] if ticket != mine)
    return state._replace(tickets=put(state.tickets, place, kept))


def _expired_tickets(state: State) -> Iterator[Step]:
    for place, tickets in enumerate(state.tickets):
        for ticket in tickets:
            is_alive = any(
                (request.client, request.copy) == ticket and state.copies[request.copy] == "up"
                for request in state.requests
            )
            if not is_alive:
                kept = tuple(other for other in tickets if other != ticket)
                yield "ticket runs out", state._replace(tickets=put(state.tickets, place, kept))
