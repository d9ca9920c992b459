"""Where failures become statuses: the one table, and the body of surfaces A and B.

`{"detail": text}`, or for bad input `{"detail": [{"field", "message"}, ...]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from taskchat import errors
from taskchat.errors import AppError, FieldError, InternalError, InvalidInputError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

log = structlog.get_logger()

STATUS: Mapping[type[AppError], int] = {
    errors.InvalidInputError: 400,
    errors.NotAuthenticatedError: 401,
    errors.NotAllowedError: 403,
    errors.NotFoundError: 404,
    errors.EmailTakenError: 409,
    errors.ConversationBusyError: 409,
    errors.TurnCancelledError: 409,
    errors.BodyTooLargeError: 413,
    errors.UnsupportedMediaTypeError: 415,
    errors.KeyReusedError: 422,
    errors.TurnFailedError: 503,
    errors.InternalError: 500,
    errors.StoppingError: 503,
    errors.DatabaseError: 500,
    AppError: 500,
}


def status_of(error: AppError) -> int:
    """The status of a failure: its own, else the nearest of the classes above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def headers_of(error: AppError) -> dict[str, str]:
    """The headers that go with a failure."""
    headers: dict[str, str] = {}
    if isinstance(error, errors.NotAuthenticatedError):
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return headers


def detail_response(error: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer of surfaces A and B, of accounts and of tasks."""
    detail: object = error.message
    if isinstance(error, InvalidInputError):
        detail = [{"field": each.field, "message": each.message} for each in error.errors]
    return JSONResponse(
        {"detail": detail}, status_of(error), {**headers_of(error), **(headers or {})}
    )


def install(app: FastAPI) -> None:
    """Give every failure its answer."""

    async def app_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)  # noqa: S101  registered for that class
        return detail_response(error)

    async def bad_request(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        found = [
            FieldError(".".join(str(part) for part in each["loc"][1:]) or "path", each["msg"])
            for each in error.errors()
        ]
        return detail_response(InvalidInputError(*found))

    async def http_error(_: Request, error: Exception) -> Response:
        # Starlette's own: an unknown route or method.
        status: int = getattr(error, "status_code", 400)
        headers: Mapping[str, str] | None = getattr(error, "headers", None)
        text = {404: "not found", 405: "method not allowed"}.get(status, "bad request")
        return JSONResponse({"detail": text}, status, headers)

    async def unexpected(_: Request, error: Exception) -> Response:
        log.error("request.crashed", kind=type(error).__name__)
        return detail_response(InternalError())

    app.add_exception_handler(AppError, app_error)
    app.add_exception_handler(RequestValidationError, bad_request)
    app.add_exception_handler(404, http_error)
    app.add_exception_handler(405, http_error)
    app.add_exception_handler(400, http_error)
    app.add_exception_handler(Exception, unexpected)
