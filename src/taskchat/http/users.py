"""The caller's own profile and use: `/api/v1/users/me`, for users of every issuer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel, Field

from taskchat.auth.account_texts import MAX_NAME_CHARS
from taskchat.auth.passwords import MAX_CHARS
from taskchat.auth.profiles import Profile, ProfileChanges
from taskchat.auth.tokens import bearer_in
from taskchat.chat.budget import DayUsage
from taskchat.errors import FieldError, InvalidInputError
from taskchat.http.client_address import client_address
from taskchat.http.cookies import clear_page_cookie, slide_page_cookie
from taskchat.http.deps import CurrentUser, parts_of
from taskchat.http.envelope import Envelope, data_response
from taskchat.http.refusals import v1_refusals
from taskchat.http.requests import Body, Text, read_json, takes, zone_named
from taskchat.people.export_json import MEDIA_TYPE as JSON
from taskchat.people.export_json import json_of
from taskchat.people.export_text import MEDIA_TYPE as TEXT
from taskchat.people.export_text import text_of
from taskchat.people.exporting import gathered

router = APIRouter(prefix="/api/v1/users", tags=["users"])


def _stripped(name: str) -> str:
    plain = name.strip()
    if not plain:
        message = "must not be empty; send null to clear it"
        raise ValueError(message)
    return plain


def _known_zone(name: str) -> str:
    try:
        return zone_named(name).key
    except InvalidInputError as error:
        raise ValueError(error.errors[0].message) from None


_NAME = "How to be called."
_ZONE = "The IANA name of the zone in which `tomorrow` is meant."
Name = Annotated[
    Text,
    Field(min_length=1, max_length=MAX_NAME_CHARS, examples=["Anna"]),
    AfterValidator(_stripped),
]
Zone = Annotated[
    Text,
    Field(min_length=1, max_length=64, examples=["Europe/Paris"]),
    AfterValidator(_known_zone),
]


class ProfileAnswer(BaseModel):
    """A user as that user sees it."""

    id: Annotated[str, Field(description="What stands for `{user_id}` in paths.")]
    email: Annotated[
        str | None,
        Field(description="A login name, or what the token said.", examples=["anna@example.com"]),
    ]
    name: Annotated[str | None, Field(description=_NAME, examples=["Anna"])]
    time_zone: Annotated[str | None, Field(description=_ZONE, examples=["Europe/Paris"])]
    created_at: Annotated[datetime, Field(description="When the user was first seen, in UTC.")]


class ProfileBody(Body):
    """What is to be different: absent fields stay as they are, null clears."""

    name: Annotated[Name | None, Field(description=_NAME)] = None
    time_zone: Annotated[Zone | None, Field(description=_ZONE)] = None


class EraseBody(Body):
    """What deleting an account takes."""

    password: Annotated[
        Text | None,
        Field(
            max_length=MAX_CHARS,
            description="The account's password; needed from a page that comes with its cookie.",
            examples=["correct horse battery"],
        ),
    ] = None


class DayUsageAnswer(BaseModel):
    """What the model has used for one user in one day."""

    day: Annotated[date, Field(description="The UTC day; a turn counts where it was accepted.")]
    input_tokens: Annotated[int, Field(description="Tokens that the model was given.")]
    output_tokens: Annotated[int, Field(description="Tokens that it wrote.")]
    requests: Annotated[int, Field(description="How often it answered.")]
    limit: Annotated[
        int | None,
        Field(description="How many tokens, given and written together, a day has; null: any."),
    ]
    resets_at: Annotated[datetime, Field(description="The next midnight in UTC.")]

    @classmethod
    def of(cls, day: DayUsage, limit: int | None) -> DayUsageAnswer:
        """A day as the world sees it."""
        return cls(
            day=day.begins_at.date(),
            input_tokens=day.usage.input_tokens,
            output_tokens=day.usage.output_tokens,
            requests=day.usage.requests,
            limit=limit,
            resets_at=day.resets_at,
        )


@router.get(
    "/me",
    summary="Who you are",
    response_model=Envelope[ProfileAnswer],
    responses=v1_refusals("401 500"),
)
async def read_me(request: Request, user: CurrentUser) -> Response:
    """Give the caller's profile; a page that comes back also gets a new week for its cookie."""
    answer = _answer(await parts_of(request).profiles.read(user))
    await slide_page_cookie(request, answer, user)
    return answer


@router.patch(
    "/me",
    summary="Change your name or time zone",
    response_model=Envelope[ProfileAnswer],
    openapi_extra=takes(ProfileBody),
    responses=v1_refusals("400 401 403 413 415 500"),
)
async def change_me(request: Request, user: CurrentUser) -> Response:
    """Set what the body holds. The zone counts from the next request on."""
    body = await read_json(request, ProfileBody)
    changes = ProfileChanges()
    if "name" in body.model_fields_set:
        changes["name"] = body.name
    if "time_zone" in body.model_fields_set:
        changes["time_zone"] = body.time_zone
    return _answer(await parts_of(request).profiles.change(user, changes))


@router.get(
    "/me/usage",
    summary="What you have used today",
    response_model=Envelope[DayUsageAnswer],
    responses=v1_refusals("401 500"),
)
async def read_usage(request: Request, user: CurrentUser) -> Response:
    """What your turns of this UTC day have used of the model, and when the next day begins.

    Turns of deleted conversations count; of one that runs, what is known of it.
    """
    budget = parts_of(request).budget
    return data_response(DayUsageAnswer.of(await budget.today(user.user), budget.tokens_per_day))


@router.get(
    "/me/export",
    summary="Everything that is stored of you",
    response_class=Response,
    responses={
        200: {
            "description": "One file, without the envelope; docs/export.md says what stands where.",
            "content": {
                JSON: {"schema": {"type": "object", "additionalProperties": True}},
                TEXT: {"schema": {"type": "string"}},
            },
        }
    }
    | v1_refusals("400 401 500"),
)
async def export_me(
    request: Request,
    user: CurrentUser,
    form: Annotated[
        Literal["json", "text"],
        Query(alias="format", description="For programs (`taskchat import` reads it), or people."),
    ] = "json",
) -> Response:
    """Profile, sign-ins, tasks, conversations with messages and turns, and use, as one file.

    What you deleted is in it until it is purged. It is written while it is read, so it is no picture
    of one moment, and a file that broke off is no whole JSON.
    """
    db = parts_of(request).db
    pieces = json_of(db, user.user) if form == "json" else text_of(db, user.user)
    first = await anext(pieces)  # here it can still be refused

    async def body() -> AsyncGenerator[str]:
        yield first
        async for piece in gathered(pieces):
            yield piece

    ending, media_type = ("json", JSON) if form == "json" else ("txt", TEXT)
    name = f"taskchat-export-{datetime.now(UTC):%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body(), headers=headers, media_type=media_type)


@router.delete(
    "/me",
    status_code=204,
    response_class=Response,
    summary="Delete your account and everything in it",
    openapi_extra=takes(EraseBody, required=False),
    responses={204: {"description": "All of it is gone, for good."}}
    | v1_refusals(
        "400 401 403 413 415 429 500",
        _401="No token, one that does not count, or a wrong password.",
        _429="Too many passwords were tried; try again after `Retry-After` seconds.",
        _500="The database failed. If it had begun, a server goes on with it within minutes.",
    ),
)
async def erase_me(request: Request, user: CurrentUser) -> Response:
    """Delete all that is stored of you, for good: profile, tasks, conversations, messages, use.

    A page that comes with its cookie has to send the account's password; with a bearer token it is
    asked for no more, and checked where it is there. Running turns are cancelled. Your tokens count
    no more: here at once, on other copies within 60 seconds; an outside issuer's from before never
    do again.
    """
    parts = parts_of(request)
    body = await _erase_body(request)
    if body.password is not None:
        # Whoever found an open page shall not find the password too.
        await parts.sign_ins.admit(client_address(request), user.subject)
        await parts.accounts.check_password(user, body.password)
    elif bearer_in(request.headers) is None:
        raise InvalidInputError(FieldError("password", "is needed, to be sure that it is you"))
    await parts.erasing.erase(user.user)
    answer = Response(status_code=204)
    clear_page_cookie(answer, parts.tokens.page)
    return answer


async def _erase_body(request: Request) -> EraseBody:
    return await read_json(request, EraseBody) if await request.body() else EraseBody()


def _answer(profile: Profile) -> Response:
    return data_response(
        ProfileAnswer(
            id=profile.subject,
            email=profile.email,
            name=profile.name,
            time_zone=profile.time_zone,
            created_at=profile.created_at,
        )
    )
