"""What OpenAPI says of refusals: the two forms of an error body, and a sentence for each status."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

_SENTENCES = {
    400: "The path, query, header or body is not valid.",
    401: "No token, or one that does not count.",
    403: "A cookie without our own `Origin`.",
    404: "There is no such conversation of this user, or it was deleted.",
    409: "The conversation is busy: try again after `Retry-After` seconds. Or the turn was cancelled"
    " while this request waited for it.",
    413: "The body is over 1 MiB.",
    415: "The body is not JSON.",
    422: "The `Idempotency-Key` was used with another message, conversation or metadata.",
    429: "Too many turns, or the tokens of your day are spent; try again after `Retry-After`"
    " seconds.",
    500: "The database failed.",
    503: "This server is stopping; try again after `Retry-After` seconds.",
    504: "The assistant took too long; the message is kept.",
}
_RATE_HEADERS = {
    name: {"description": text, "schema": {"type": "integer"}}
    for name, text in (
        ("Retry-After", "Seconds to wait."),
        ("X-RateLimit-Limit", "How many are admitted in a window; or how many tokens a day has."),
        ("X-RateLimit-Remaining", "How many are left now."),
        ("X-RateLimit-Reset", "In how many seconds there is room again."),
    )
}


class Refusal(BaseModel):
    """Why not, in words."""

    detail: Annotated[
        str, Field(description="For people to read.", examples=["conversation not found"])
    ]


class FieldProblem(BaseModel):
    """One thing that is wrong with a request."""

    field: Annotated[str, Field(description="Where, with dots between.", examples=["message"])]
    message: Annotated[str, Field(description="What to mend.", examples=["must not be empty"])]


class BadInput(BaseModel):
    """All that is wrong with a request."""

    detail: Annotated[list[FieldProblem], Field(description="One or more.")]


class Failure(BaseModel):
    """Why not, for programs and for people."""

    error_code: Annotated[
        str, Field(description="For programs.", examples=["CONVERSATION_NOT_FOUND"])
    ]
    error_message: Annotated[
        str, Field(description="For people.", examples=["conversation not found"])
    ]
    status_code: Annotated[int, Field(description="The answer's own status.", examples=[404])]
    details: Annotated[
        dict[str, Any] | None,
        Field(
            description="`fields`, a list of `{field, message}`, for bad input; `retry_after`, in"
            " seconds, where trying again helps; else null."
        ),
    ]


class FailedEnvelope(BaseModel):
    """Every answer under `/api/v1` that did not go well."""

    data: Annotated[Literal[None], Field(description="Null: there is none.")] = None
    error: Failure


def refusals(statuses: str, **sentences: str) -> dict[int | str, Any]:
    """The refusals of an operation on the surfaces with `{"detail": ...}`.

    Args:
        statuses: all that can come, with spaces between.
        sentences: by `_403` and the like, in place of the usual ones.
    """
    return _refusals(statuses, sentences, Refusal) | (
        {400: {"model": BadInput, "description": sentences.get("_400", _SENTENCES[400])}}
    )


def v1_refusals(statuses: str, **sentences: str) -> dict[int | str, Any]:
    """The same for an operation under `/api/v1`."""
    return _refusals(statuses, sentences, FailedEnvelope)


def _refusals(
    statuses: str, sentences: dict[str, str], model: type[BaseModel]
) -> dict[int | str, Any]:
    return {
        int(status): {
            "model": model,
            "description": sentences.get(f"_{status}", _SENTENCES[int(status)]),
        }
        | ({"headers": _RATE_HEADERS} if status == "429" else {})
        for status in statuses.split()
    }
