"""Gives the web page its cookie, keeps it fresh, and takes it away."""

from __future__ import annotations

from fastapi import Request, Response

from taskchat.auth.local_issuer import SESSION_LIFE
from taskchat.auth.page import Page
from taskchat.auth.principal import Principal
from taskchat.http.deps import parts_of


def set_page_cookie(response: Response, page: Page, token: str) -> None:
    """Sign the page in: scripts cannot read the cookie, and no other site can make it sent."""
    response.set_cookie(
        page.cookie_name,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=page.is_secure,
        httponly=True,
        samesite="strict",
    )


def clear_page_cookie(response: Response, page: Page) -> None:
    """Sign the page out. The attributes are repeated: `__Host-` is not deleted without them."""
    response.delete_cookie(
        page.cookie_name, path="/", secure=page.is_secure, httponly=True, samesite="strict"
    )


async def slide_page_cookie(request: Request, response: Response, principal: Principal) -> None:
    """Give a page that comes back a new week, at most once a day.

    Does nothing for a bearer token: its holder asked for the end that it has.

    Raises:
        DatabaseError: the database failed.
    """
    parts = parts_of(request)
    page = parts.tokens.page
    if "authorization" in request.headers or not page.token_in(request.headers.get("cookie", "")):
        return
    renewed = await parts.accounts.sessions.renew(principal)
    if renewed is not None:
        set_page_cookie(response, page, renewed.token)
