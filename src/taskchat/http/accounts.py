"""Local accounts over HTTP: `/auth/*`. The router is included only where they are on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from taskchat.auth.account_texts import MAX_EMAIL_CHARS, MAX_NAME_CHARS, login_name
from taskchat.auth.passwords import MAX_CHARS, MIN_CHARS
from taskchat.auth.sessions import SignIn
from taskchat.errors import SignUpClosedError
from taskchat.http.client_address import client_address
from taskchat.http.cookies import clear_page_cookie, set_page_cookie
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.requests import Body, Text, read_json, takes

router = APIRouter(prefix="/auth", tags=["accounts"])

_WRITTEN = {
    400: {"description": "A field is missing, unknown or not valid; `detail` lists them."},
    413: {"description": "The body is over 1 MiB."},
    415: {"description": "The body is not JSON."},
    500: {"description": "The database failed."},
}
_LIMITED = {
    429: {
        "description": "Too many sign-ins from this address or to this account"
        " (`TASKCHAT_AUTH_RATE_LIMIT`); `Retry-After` says how long to wait.",
        "headers": {
            name: {"description": text, "schema": {"type": "integer"}}
            for name, text in (
                ("Retry-After", "Seconds to wait."),
                ("X-RateLimit-Limit", "How many are admitted in a window."),
                ("X-RateLimit-Remaining", "How many are left now."),
                ("X-RateLimit-Reset", "In how many seconds there is room again."),
            )
        },
    }
}
_SIGNED_IN = {
    401: {"description": "No token, or one that does not count."},
    403: {"description": "A cookie without our own `Origin`, or the account of an outside issuer."},
}

Email = Annotated[
    Text,
    Field(
        max_length=MAX_EMAIL_CHARS,
        description="The login name; capitals make no difference, and no mail is ever sent to it.",
        examples=["anna@example.com"],
    ),
]
NewPassword = Annotated[
    Text,
    Field(
        min_length=MIN_CHARS,
        max_length=MAX_CHARS,
        description=f"{MIN_CHARS} to {MAX_CHARS} characters of any kind.",
        examples=["correct horse battery"],
    ),
]
KnownPassword = Annotated[
    Text,
    Field(
        max_length=MAX_CHARS,
        description="The account's password.",
        examples=["correct horse battery"],
    ),
]


class SignUpBody(Body):
    """What a new account is made of."""

    email: Email
    password: NewPassword
    name: Annotated[
        Text | None,
        Field(max_length=MAX_NAME_CHARS, description="How to be called.", examples=["Anna"]),
    ] = None


class SignInBody(Body):
    """What signing in takes."""

    email: Email
    password: KnownPassword


class PasswordBody(Body):
    """The password so far, and the one from now on."""

    current: KnownPassword
    new: NewPassword


class UserAnswer(BaseModel):
    """An account as its owner sees it."""

    id: Annotated[
        str,
        Field(
            description="What stands for `{user_id}` in paths.",
            examples=["01980a3e-7f52-7c3b-9d55-0f6f3b1f2a11"],
        ),
    ]
    email: Annotated[
        str | None, Field(description="The login name.", examples=["anna@example.com"])
    ]
    name: Annotated[str | None, Field(description="How to be called.", examples=["Anna"])]


class SignInAnswer(BaseModel):
    """A session that has begun."""

    user: UserAnswer
    token: Annotated[str, Field(description="Send it as `Authorization: Bearer <token>`.")]
    expires_at: Annotated[datetime, Field(description="When the token ends, in UTC.")]


@router.post(
    "/sign-up",
    status_code=201,
    summary="Make an account",
    openapi_extra=takes(SignUpBody),
    responses={
        **_WRITTEN,
        **_LIMITED,
        403: {"description": "Sign-up is closed here; the operator makes the accounts."},
        409: {"description": "There is an account with this address already."},
    },
)
async def sign_up(request: Request, response: Response) -> SignInAnswer:
    """Make an account and sign in to it; the page also gets its cookie."""
    accounts = parts_of(request).accounts
    if not accounts.sign_up_open:
        raise SignUpClosedError  # whatever the body says
    body = await read_json(request, SignUpBody)
    await _admit(request, login_name(body.email))
    begun = await accounts.sign_up(body.email, body.password, body.name)
    return _signed_in(request, response, begun)


@router.post(
    "/sign-in",
    summary="Sign in",
    openapi_extra=takes(SignInBody),
    responses={
        **_WRITTEN,
        **_LIMITED,
        401: {"description": "Unknown address or wrong password; which one is not told."},
    },
)
async def sign_in(request: Request, response: Response) -> SignInAnswer:
    """Begin a session of seven days; the page also gets its cookie."""
    body = await read_json(request, SignInBody)
    await _admit(request, login_name(body.email))
    begun = await parts_of(request).accounts.sign_in(body.email, body.password)
    return _signed_in(request, response, begun)


@router.post(
    "/sign-out",
    status_code=204,
    summary="Sign out",
    responses={**_SIGNED_IN, 500: _WRITTEN[500]},
)
async def sign_out(request: Request, response: Response, user: CurrentUser) -> None:
    """End the token's session: here at once, on every other copy within 60 seconds."""
    parts = parts_of(request)
    await parts.accounts.sessions.end(user)
    clear_page_cookie(response, parts.tokens.page)


@router.post(
    "/password",
    status_code=204,
    summary="Change the password",
    openapi_extra=takes(PasswordBody),
    responses={
        **_WRITTEN,
        **_SIGNED_IN,
        **_LIMITED,
        401: {"description": "No token, one that does not count, or a wrong `current`."},
    },
)
async def change_password(request: Request, response: Response, user: CurrentUser) -> None:
    """Set another password. Every session of the account ends, this one too: sign in again."""
    body = await read_json(request, PasswordBody)
    parts = parts_of(request)
    await _admit(request, user.subject)  # whoever found a token shall not find the password too
    await parts.accounts.change_password(user, body.current, body.new)
    clear_page_cookie(response, parts.tokens.page)


@router.get(
    "/link",
    status_code=303,
    response_class=RedirectResponse,
    summary="Follow a sign-in link",
    responses={
        303: {"description": "Signed in: the cookie is set, and the page is at `/`."},
        400: {"description": "There is no `code`."},
        401: {"description": "The link was used already, or is too old."},
        500: _WRITTEN[500],
    },
)
async def follow_link(
    request: Request,
    code: Annotated[str, Query(description="From the link that `taskchat serve` prints.")],
) -> Response:
    """Sign the browser in by the link that `taskchat serve` prints: once, within ten minutes."""
    parts = parts_of(request)
    begun = await parts.accounts.sessions.begin_by_link(code)
    # The redirect keeps the code out of the browser's history and of what it tells other sites.
    response = RedirectResponse("/", status_code=303, headers={"Referrer-Policy": "no-referrer"})
    set_page_cookie(response, parts.tokens.page, begun.token)
    return response


async def _admit(request: Request, account: str) -> None:
    await parts_of(request).sign_ins.admit(client_address(request), account)


def _signed_in(request: Request, response: Response, begun: SignIn) -> SignInAnswer:
    set_page_cookie(response, parts_of(request).tokens.page, begun.token)
    user = UserAnswer(id=begun.user.subject, email=begun.user.email, name=begun.user.name)
    return SignInAnswer(user=user, token=begun.token, expires_at=begun.expires_at)
