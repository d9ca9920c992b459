"""Where failures become statuses: one table, and the two forms of an error body.

Surfaces A and B, accounts and tasks: `{"detail": text}`, or for bad input
`{"detail": [{"field", "message"}, ...]}`. Everything under `/api/v1`: the envelope
`{"data": null, "error": {error_code, error_message, status_code, details}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.routing import Match

from taskchat import errors
from taskchat.errors import AppError, FieldError, InvalidInputError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

V1_PREFIX = "/api/v1"

STATUS: Mapping[type[AppError], int] = {
    errors.InvalidInputError: 400,
    errors.NotAuthenticatedError: 401,
    errors.NotAllowedError: 403,
    errors.NotFoundError: 404,
    errors.MethodNotAllowedError: 405,
    errors.EmailTakenError: 409,
    errors.ConversationBusyError: 409,
    errors.TurnCancelledError: 409,
    errors.BodyTooLargeError: 413,
    errors.UnsupportedMediaTypeError: 415,
    errors.KeyReusedError: 422,
    errors.TooManyRequestsError: 429,
    errors.TurnFailedError: 503,
    errors.InternalError: 500,
    errors.NotInstalledError: 503,
    errors.StoppingError: 503,
    errors.DatabaseError: 500,
    AppError: 500,
}
STATUS_V1: Mapping[type[AppError], int] = {
    **STATUS,
    errors.TurnFailedError: 500,
    errors.AgentTimeoutError: 504,
}


def status_of(error: AppError, table: Mapping[type[AppError], int] = STATUS) -> int:
    """The status of a failure: its own, else the nearest of the classes above it."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def headers_of(error: AppError) -> dict[str, str]:
    """The headers that go with a failure."""
    headers: dict[str, str] = {}
    if isinstance(error, errors.NotAuthenticatedError):
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.TooManyRequestsError):
        headers["X-RateLimit-Limit"] = str(error.limit)
        headers["X-RateLimit-Remaining"] = str(error.remaining)
        headers["X-RateLimit-Reset"] = str(error.reset_s)
    return headers


def is_v1(path: str) -> bool:
    """Whether answers on that path come in the envelope."""
    return path == V1_PREFIX or path.startswith(f"{V1_PREFIX}/")


def failure_response(
    path: str, error: AppError, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of a failure, in the form of the surface that `path` belongs to."""
    told = {**headers_of(error), **(headers or {})}
    if is_v1(path):
        status = status_of(error, STATUS_V1)
        return JSONResponse({"data": None, "error": _v1_error(error, status)}, status, told)
    detail: object = error.message
    if isinstance(error, InvalidInputError):
        detail = _fields(error)
    return JSONResponse({"detail": detail}, status_of(error), told)


def _v1_error(error: AppError, status: int) -> dict[str, object]:
    details: dict[str, object] | None = None
    if isinstance(error, InvalidInputError):
        details = {"fields": _fields(error)}
    elif error.retry_after_s is not None:
        details = {"retry_after": error.retry_after_s}
    return {
        "error_code": error.code,
        "error_message": error.message,
        "status_code": status,
        "details": details,
    }


def _fields(error: InvalidInputError) -> list[dict[str, str]]:
    return [{"field": each.field, "message": each.message} for each in error.errors]


def install(app: FastAPI) -> None:
    """Give every failure its answer; what is none of these, `http/middleware.py` answers."""

    async def app_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)  # noqa: S101  registered for that class
        return failure_response(request.url.path, error)

    async def bad_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        found = [
            FieldError(
                ".".join(str(part) for part in each["loc"][1:]) or "path",
                each["msg"].removeprefix("Value error, "),
            )
            for each in error.errors()
        ]
        return failure_response(request.url.path, InvalidInputError(*found))

    async def unrouted(request: Request, error: Exception) -> Response:
        # Starlette's own: an unknown route or method.
        status: int = getattr(error, "status_code", 400)
        failure = {404: errors.NotFoundError(), 405: errors.MethodNotAllowedError()}.get(
            status, InvalidInputError()
        )
        headers = {"Allow": ", ".join(_methods_at(request))} if status == 405 else None
        return failure_response(request.url.path, failure, headers)

    app.add_exception_handler(AppError, app_error)
    app.add_exception_handler(RequestValidationError, bad_request)
    for status in (400, 404, 405):
        app.add_exception_handler(status, unrouted)


def _methods_at(request: Request) -> list[str]:
    """All methods of a path. Starlette's own answer knows those of its first route only."""
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] == Match.FULL
            for route in request.app.router.routes
        )
    ]
