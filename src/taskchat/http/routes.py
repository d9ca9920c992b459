"""Routes that are plain ASGI apps: like FastAPI's they tell the log their path's template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Match, Route

if TYPE_CHECKING:
    from starlette.types import Scope


class NamedRoute(Route):
    """A route that can be found in the scope as `route`; Starlette's own cannot."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette's."""
        match, child_scope = super().matches(scope)
        if match != Match.NONE:
            child_scope["route"] = self
        return match, child_scope
