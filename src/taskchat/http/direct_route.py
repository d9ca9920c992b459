"""A route whose function is called directly, without FastAPI's solver of dependencies in between.

The solver takes a tenth of a turn's time. What it would find for the routes that take a message is
always the same: the request, the token's user and words of the path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute

from taskchat.http.deps import token_of_request

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response


class DirectRoute(APIRoute):
    """Calls `function(request=…, user=…, **words of the path)`; OpenAPI shows it like any other.

    Only for functions that take nothing else, and whose words of the path are any text.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What FastAPI calls with the request."""
        function = self.endpoint

        async def handle(request: Request) -> Response:
            user = await token_of_request(request)
            return await function(request=request, user=user, **request.path_params)

        return handle
