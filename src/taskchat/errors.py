"""Every failure that Taskchat tells someone about, as one tree.

AppError
├── InvalidInputError            the request says something that cannot be done as written
│   └── InvalidMessageError          ... in the message itself
├── NotAuthenticatedError        no token
│   ├── TokenExpiredError
│   ├── TokenInvalidError
│   └── SignInFailedError            unknown address or wrong password: never which
├── NotAllowedError              known, but may not
│   ├── ForeignConversationError     another user's, where a surface says so
│   ├── OriginNotAllowedError        a cookie from another site's page
│   └── SignUpClosedError
├── NotFoundError
│   ├── ConversationNotFoundError
│   ├── MessageNotFoundError
│   ├── TaskNotFoundError
│   └── TurnNotFoundError
├── MethodNotAllowedError
├── EmailTakenError
├── ConversationBusyError        another turn runs there
├── TurnCancelledError
├── KeyReusedError               one Idempotency-Key, two requests
├── BodyTooLargeError
├── UnsupportedMediaTypeError
├── TooManyRequestsError         a limit of requests per time is reached
│   └── TokenBudgetSpentError        ... of the model's tokens per day
├── TurnFailedError              the turn was accepted and did not end well
│   ├── ModelError                   the model refused, failed or could not be reached
│   │   └── ContextTooLongError              ... since it was given more than it reads
│   ├── MaxIterationsError
│   ├── AgentTimeoutError
│   └── TurnInterruptedError
├── NotInstalledError            the server lacks what this part of it needs
├── StoppingError                this copy is going down
├── DatabaseError                the database failed or is gone
└── InternalError                a fault of ours

StartError stands apart: it ends a command with one sentence, and no request ever sees it.

A class carries what it says to people and its `code`, which is API: codes are added, never
renamed. Which status a class becomes is said once, in `http/errors.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with a request: where, and what would be right."""

    field: str
    message: str


class AppError(Exception):
    """A failure that may be told to the caller, in words that reveal nothing internal."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    text: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, text: str | None = None, *, retry_after_s: int | None = None) -> None:
        self.message = text or self.text
        self.retry_after_s = retry_after_s
        super().__init__(self.message)


class InvalidInputError(AppError):
    """The body, path or query is not what the contract says."""

    code = "INVALID_REQUEST"
    text = "The request is not valid."

    def __init__(self, *errors: FieldError) -> None:
        self.errors: Sequence[FieldError] = errors
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors) or None)


class InvalidMessageError(InvalidInputError):
    """The message is empty, too long, or holds what cannot be stored."""

    code = "INVALID_MESSAGE"


class NotAuthenticatedError(AppError):
    """There is no token, or it does not count."""

    code = "UNAUTHORIZED"
    text = "not authenticated"


class TokenExpiredError(NotAuthenticatedError):
    """The token was good once."""

    text = "token expired"


class TokenInvalidError(NotAuthenticatedError):
    """Any other failed check of a token; which one is logged, never told."""

    text = "token invalid"


class SignInFailedError(NotAuthenticatedError):
    """Unknown address or wrong password; the caller cannot tell which."""

    text = "email or password is wrong"


class NotAllowedError(AppError):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
    text = "This belongs to someone else."


class ForeignConversationError(NotAllowedError):
    """The conversation is another user's. Only `/api/v1/chat` tells this from one that is not."""

    code = "UNAUTHORIZED_CONVERSATION_ACCESS"
    text = "This conversation belongs to someone else."


class OriginNotAllowedError(NotAllowedError):
    """A cookie came with a writing request that another site's page made."""

    code = "ORIGIN_NOT_ALLOWED"
    text = "A cookie counts only for requests from our own page; send a bearer token instead."


class SignUpClosedError(NotAllowedError):
    """The operator has closed sign-up."""

    text = "Sign-up is closed here; ask the operator for an account."


class NotFoundError(AppError):
    """There is nothing there, or it is someone else's, which is the same to the caller."""

    code = "NOT_FOUND"
    text = "not found"


class ConversationNotFoundError(NotFoundError):
    """No such conversation of this user, or it was deleted."""

    code = "CONVERSATION_NOT_FOUND"
    text = "conversation not found"


class MessageNotFoundError(NotFoundError):
    """No such message in this conversation, or it was deleted."""

    code = "MESSAGE_NOT_FOUND"
    text = "message not found"


class TaskNotFoundError(NotFoundError):
    """No such task of this user."""

    code = "TASK_NOT_FOUND"
    text = "task not found"


class TurnNotFoundError(NotFoundError):
    """No such turn of this user."""

    code = "TURN_NOT_FOUND"
    text = "turn not found"


class MethodNotAllowedError(AppError):
    """The route exists, and not for this method."""

    code = "METHOD_NOT_ALLOWED"
    text = "method not allowed"


class EmailTakenError(AppError):
    """There is an account with this address already."""

    code = "EMAIL_TAKEN"
    text = "There is an account with this address already; sign in instead."


class ConversationBusyError(AppError):
    """Earlier messages of the conversation are still being answered."""

    code = "CONVERSATION_BUSY"
    text = "Earlier messages of this conversation are still being answered; try again shortly."


class TurnCancelledError(AppError):
    """The turn was stopped while this client waited for its answer."""

    code = "TURN_CANCELLED"
    text = "The turn was cancelled."


class KeyReusedError(AppError):
    """The key names a turn with another message, conversation or metadata."""

    code = "IDEMPOTENCY_KEY_REUSED"
    text = "This Idempotency-Key was used with another request; choose a new one."


class BodyTooLargeError(AppError):
    """The request's body is over the limit."""

    code = "BODY_TOO_LARGE"
    text = "The request body is over 1 MiB."


class UnsupportedMediaTypeError(AppError):
    """The body is not JSON by its own word."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    text = "Send the body as application/json."


class TooManyRequestsError(AppError):
    """A limit of requests per time is reached; nothing was done.

    Args:
        limit: how many are admitted in a window.
        remaining: how many are left now.
        reset_s: in how many seconds the window has room again, at least 1; also the time to wait.
        text: in place of the class's own.
    """

    code = "RATE_LIMITED"
    text = "Too many requests; wait a moment and try again."

    def __init__(
        self, *, limit: int, reset_s: int, remaining: int = 0, text: str | None = None
    ) -> None:
        self.limit = limit
        self.remaining = remaining
        self.reset_s = reset_s
        super().__init__(text, retry_after_s=reset_s)


class TokenBudgetSpentError(TooManyRequestsError):
    """The user has spent the model's tokens of the day; nothing was done.

    Args:
        limit: how many tokens a day has.
        reset_s: in how many seconds there are new ones, at least 1.
        resets_at: the same as a time: the next midnight in UTC.
    """

    code = "TOKEN_BUDGET_SPENT"

    def __init__(self, *, limit: int, reset_s: int, resets_at: datetime) -> None:
        text = f"Your tokens for today are spent; there are new ones at {resets_at:%Y-%m-%d %H:%M} UTC."
        super().__init__(limit=limit, reset_s=reset_s, text=text)


class TurnFailedError(AppError):
    """An accepted turn ended without its answer. The user's message is stored.

    `retryable` says whether the same Idempotency-Key goes on with the turn where it stopped.
    """

    def __init__(self, text: str | None = None, *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(text)


class ModelError(TurnFailedError):
    """The language model refused, failed, or could not be reached."""

    code = "MODEL_ERROR"
    text = "The assistant is not available right now. Your message is kept; try again shortly."


class ContextTooLongError(ModelError):
    """The model was given more than it reads; with fewer messages it may answer."""


class MaxIterationsError(TurnFailedError):
    """The model went round more often than `TASKCHAT_AGENT_MAX_ITERATIONS` allows."""

    code = "MAX_ITERATIONS"
    text = "The assistant did not come to an end with this. Your message is kept; ask for less."


class AgentTimeoutError(TurnFailedError):
    """The attempt took longer than `TASKCHAT_AGENT_TIMEOUT_S`."""

    code = "AGENT_TIMEOUT"
    text = "The assistant took too long. Your message is kept; try again shortly."


class TurnInterruptedError(TurnFailedError):
    """The turn's servers died again and again."""

    code = "TURN_INTERRUPTED"
    text = "The turn was interrupted too often and has been given up. Your message is kept."


class NotInstalledError(AppError):
    """A part of the server that its operator has not installed; the text names it."""

    code = "NOT_INSTALLED"
    text = (
        "ChatKit is not installed on this server; its operator adds it with:"
        " pip install 'taskchat[chatkit]'."
    )


class StoppingError(AppError):
    """This copy takes no new turns because it is about to end."""

    code = "SHUTTING_DOWN"
    text = "This server is stopping; try again in a moment."


class DatabaseError(AppError):
    """The database failed, or cannot be reached."""

    code = "INTERNAL_ERROR"
    text = "The server could not reach its database; try again shortly."


class InternalError(TurnFailedError):
    """A fault of ours; its details are in the log."""

    code = "INTERNAL_ERROR"
    text = "Something went wrong on our side. Your message is kept."


def turn_failure(code: str | None, *, retryable: bool) -> AppError:
    """The failure that a turn's stored `error_code` stands for; without one it was cancelled."""
    if code is None:
        return TurnCancelledError()
    for kind in (ModelError, MaxIterationsError, AgentTimeoutError, TurnInterruptedError):
        if kind.code == code:
            return kind(retryable=retryable)
    return InternalError()


class StartError(Exception):
    """Why a command cannot start: one sentence that names the setting and what to do."""


class ImportRefusedError(StartError):
    """A file is no export that this version understands, or it cannot be imported here."""


class DatabaseInUseError(StartError):
    """Another process holds the embedded database; it may let go of it in a moment."""
