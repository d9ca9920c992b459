"""Surface C, `/api/v1/chat/turns`: how a turn stands, what it tells, and how to stop or resume it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Request, Response

from taskchat.http.chat_v1_shapes import Turn
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.envelope import Envelope, data_response
from taskchat.http.refusals import v1_refusals
from taskchat.http.sse import DESCRIBED, EventStream, last_event_id
from taskchat.logs import failure

router = APIRouter(prefix="/api/v1/chat/turns", tags=["turns"])
log = structlog.get_logger()

CANCEL_WAIT_S = 2

_NO_TURN = "There is no such turn, or its conversation was deleted."

TurnUid = Annotated[UUID, Path(description="`Turn-Id` of an answer, `turn_id` of a message.")]


@router.get(
    "/{turn_id}",
    summary="Read a turn",
    response_model=Envelope[Turn],
    responses=v1_refusals("400 401 404 500", _404=_NO_TURN),
)
async def get_turn(turn_id: TurnUid, request: Request, user: CurrentUser) -> Response:
    """How a turn stands: whether it runs, how it ended, what it used."""
    return data_response(Turn.of(await parts_of(request).turns.find(user.user, turn_id)))


@router.get(
    "/{turn_id}/events",
    summary="Follow a turn",
    response_class=Response,
    openapi_extra={
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The `id` of the last event seen: what came after it is told.",
                "schema": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
            }
        ]
    },
    responses={200: {"description": "The events, to the turn's end.", "content": DESCRIBED}}
    | v1_refusals(
        "400 401 404 429 500", _404=_NO_TURN, _429="Too many of your streams are open at once."
    ),
)
async def follow_turn(turn_id: TurnUid, request: Request, user: CurrentUser) -> Response:
    """What a turn has told and tells, from any copy; a day after its end only that end."""
    parts = parts_of(request)
    last_id = last_event_id(request)
    turn = await parts.turns.find(user.user, turn_id)
    parts.streams.enter(user.user)
    return EventStream(
        parts.turns.follow(turn, last_id),
        {"Turn-Id": str(turn.uid)},
        partial(parts.streams.leave, user.user),
    )


@router.post(
    "/{turn_id}/cancel",
    summary="Stop a turn",
    response_model=Envelope[Turn],
    responses={202: {"model": Envelope[Turn], "description": "It is being stopped; read it again."}}
    | v1_refusals("400 401 403 404 500", _404=_NO_TURN),
)
async def cancel_turn(turn_id: TurnUid, request: Request, user: CurrentUser) -> Response:
    """End a running turn, on whichever copy it runs; its words and effects so far are kept.

    One that had ended comes back unchanged.
    """
    turns = parts_of(request).turns
    cancelling = asyncio.create_task(turns.cancel(user.user, turn_id))
    # Neither the limit nor a client that leaves ends it: what was asked for is done.
    await asyncio.wait([cancelling], timeout=CANCEL_WAIT_S)
    if cancelling.done():
        return data_response(Turn.of(cancelling.result()))
    _unfinished.add(cancelling)
    cancelling.add_done_callback(_cancelled_late)
    return data_response(Turn.of(await turns.find(user.user, turn_id)), 202)


@router.post(
    "/{turn_id}/retry",
    summary="Resume a turn that failed",
    response_model=Envelope[Turn],
    responses=v1_refusals(
        "400 401 403 404 429 500 503",
        _404=_NO_TURN,
        _429="The tokens of your day are spent; the turn may go on after `Retry-After` seconds.",
    ),
)
async def retry_turn(turn_id: TurnUid, request: Request, user: CurrentUser) -> Response:
    """Let a turn that failed run again from where it was, and give it as it then stands.

    Unchanged where it may not go on: it did not fail, it is not retryable, or its conversation has
    gone on since.
    """
    return data_response(Turn.of(await parts_of(request).turns.retry(user.user, turn_id)))


_unfinished: set[asyncio.Task[object]] = set()
"""Else asyncio may drop a task that nobody holds."""


def _cancelled_late(task: asyncio.Task[object]) -> None:
    _unfinished.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("cancel.failed", **failure(error))
