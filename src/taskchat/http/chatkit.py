"""`POST /chatkit`: the one address that a ChatKit front end talks to.

Its maker's SDK is an extra and takes seconds to import, so it is loaded at the first request, in a
thread; the rest of the door is `chatkit_server.py` and what that imports.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from taskchat.errors import NotInstalledError
from taskchat.http.chat import MESSAGE_HEADERS, TOLD, key_of
from taskchat.http.deps import CurrentUser
from taskchat.http.refusals import refusals
from taskchat.http.requests import json_body, takes
from taskchat.http.sse import MEDIA_TYPE
from taskchat.tasks.mcp_library import LOADING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from taskchat.auth.principal import Principal

    Answer = Callable[[Request, Principal, bytes], Awaitable[Response]]

router = APIRouter(tags=["chatkit"])

Operation = Literal[
    "threads.create",
    "threads.add_user_message",
    "threads.retry_after_item",
    "threads.custom_action",
    "threads.get_by_id",
    "threads.list",
    "threads.update",
    "threads.delete",
    "threads.sync_custom_action",
    "items.list",
]


class ChatKitBody(BaseModel):
    """A request of the ChatKit protocol; its maker's SDK has the exact types."""

    type: Annotated[
        Operation,
        Field(description="What is asked for; the first four are answered by a stream."),
    ]
    params: Annotated[
        dict[str, Any],
        Field(
            description="What the operation takes.",
            examples=[
                {
                    "input": {
                        "content": [{"type": "input_text", "text": "Add a task to buy milk"}],
                        "attachments": [],
                        "inference_options": {},
                    }
                }
            ],
        ),
    ]
    metadata: Annotated[dict[str, Any], Field(description="Not looked at.")] = {}


_ANSWERED: dict[str, Any] = {
    "description": "A thread, a page or nothing as JSON; or the events of a reply.",
    "headers": TOLD["headers"],
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": "What the operation gives."}
        },
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "description": "One server-sent event; it has neither a name nor a number.",
                "properties": {
                    "data": {
                        "type": "string",
                        "contentMediaType": "application/json",
                        "description": "An event of the protocol.",
                    }
                },
                "required": ["data"],
            }
        },
    },
}


@router.post(
    "/chatkit",
    summary="Talk ChatKit",
    response_class=Response,
    openapi_extra=takes(ChatKitBody) | {"parameters": MESSAGE_HEADERS},
    responses={200: _ANSWERED}
    | refusals(
        "401 403 404 409 413 415 422 429 500 503",
        _404="There is no such thread or item of this user.",
        _503="ChatKit is not installed here; or this server is stopping.",
    ),
)
async def serve_chatkit(request: Request, user: CurrentUser) -> Response:
    """One request of a ChatKit front end, over the same conversations as the other routes."""
    answer = await asyncio.to_thread(_loaded)
    body = await json_body(request)
    key_of(request)  # here, as requests that are no message have one, too
    return await answer(request, user, body)


def _loaded() -> Answer:
    """The door itself.

    Raises:
        NotInstalledError: the extra is not there.
    """
    # Its SDK imports the MCP library, too.
    with LOADING:
        try:
            from taskchat.http.chatkit_server import answer
        except ModuleNotFoundError as error:
            if error.name is not None and error.name.startswith("taskchat"):
                raise
            raise NotInstalledError from None
    return answer
