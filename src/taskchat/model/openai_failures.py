"""What can go wrong with a chat-completions server, told as the failures of any model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import aiohttp

from taskchat.error_border import ErrorBorder
from taskchat.model.direct_client import UnreachableError
from taskchat.model.failures import (
    TOO_LARGE,
    fail,
    fail_too_long,
    is_passing,
    says_spent,
    says_too_long,
)
from taskchat.model.openai_wire import AnswerUnreadableError

if TYPE_CHECKING:
    from taskchat.model.openai_answer import Answer

LOST = (TimeoutError, aiohttp.ClientError, OSError)
"""What the client raises where the server does not answer, or no longer."""


def _translate(error: BaseException) -> None:
    if isinstance(error, TimeoutError):
        fail("timeout", retryable=True)
    if isinstance(error, UnreachableError | aiohttp.ClientConnectorError):
        fail("unreachable", retryable=True)
    if isinstance(error, aiohttp.ClientError | OSError):
        fail("connection_lost", retryable=True)
    if isinstance(error, AnswerUnreadableError):
        if says_too_long(error.told):
            fail_too_long(200)
        fail(error.kind, status=200, retryable=True)


failures_told = ErrorBorder(_translate)
"""Turns what fails inside into the error of a failed model.

Put only around what talks to the server or reads its words: other code has `OSError`s of its own.
It raises `ModelError`, which may pass by itself, or `ContextTooLongError`, where the server says so in
the midst of an answer.
"""


def refuse(response: Answer, refusal: str) -> NoReturn:
    """Raise what a head with another status than 200 means.

    Args:
        response: the head.
        refusal: what could be read of its body (`openai_body.refusal_in`).

    Raises:
        ModelError: `retryable` where it may pass by itself, with the wait that the server asks for.
        ContextTooLongError: the server says so.
    """
    status = response.status
    if 300 <= status < 400:
        # Followed, it would carry the key and the conversation to a place nobody has chosen.
        fail("redirect", status=status, retryable=False)
    if status == TOO_LARGE or says_too_long(refusal):
        fail_too_long(status)
    # OpenAI tells the one as the other: a rate limit.
    retryable = is_passing(status) and not says_spent(refusal)
    waits = response.headers.get("Retry-After", "")
    # At most nine digits, since it is the server's to write; the form with a date is left aside.
    retry_after_s = int(waits) if retryable and waits.isdecimal() and len(waits) < 10 else None
    fail("refused", status=status, retryable=retryable, retry_after_s=retry_after_s)
