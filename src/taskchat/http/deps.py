"""What routes ask for, as types: `CurrentUser` is the proven caller, `Parts` what the app is made of."""

from __future__ import annotations

from typing import Annotated, cast

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from taskchat.auth.principal import Principal
from taskchat.parts import Parts


def parts_of(request: Request) -> Parts:
    """The parts of the app that serves this request."""
    return cast("Parts", request.app.state.parts)


class TokenOfRequest(SecurityBase):
    """Finds the user whose token came with a request; OpenAPI shows it as the bearer scheme."""

    model = HTTPBearer(bearerFormat="JWT", description="A token of /auth/sign-in, or the issuer's.")
    scheme_name = "bearer"

    async def __call__(self, request: Request) -> Principal:
        """The user of the bearer token, else of the page's cookie.

        Raises:
            NotAuthenticatedError: there is none, or it does not count.
            OriginNotAllowedError: a cookie with a writing request of another site's page.
        """
        principal = await parts_of(request).tokens.principal_of(request.headers, request.method)
        return known(principal)


def known(principal: Principal) -> Principal:
    """The same principal, whose id is from here on in every line that is logged."""
    structlog.contextvars.bind_contextvars(user_id=principal.user)
    return principal


token_of_request = TokenOfRequest()
CurrentUser = Annotated[Principal, Depends(token_of_request)]
