"""What can go wrong with a chat-completions server: one table, one error, one log line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import aiohttp
import structlog

from taskchat.errors import ModelError
from taskchat.model.openai_wire import AnswerUnreadableError

if TYPE_CHECKING:
    from collections.abc import Generator

log: structlog.stdlib.BoundLogger = structlog.get_logger()

LOST = (TimeoutError, aiohttp.ClientError, OSError)
"""What the client raises where the server does not answer, or no longer."""

# 408 timeout, 409 conflict, 425 too early, 429 rate limit; every 5xx is added in `refuse`.
_PASSING_STATUSES = frozenset({408, 409, 425, 429})


@contextmanager
def failures_told() -> Generator[None]:
    """Turn what fails inside into the error of a failed model.

    Put only around what talks to the server or reads its words: other code has `OSError`s of its
    own.

    Raises:
        ModelError: it may pass by itself.
    """
    try:
        yield
    except TimeoutError:
        fail("timeout", retryable=True)
    except aiohttp.ClientConnectorError:
        fail("unreachable", retryable=True)
    except (aiohttp.ClientError, OSError):
        fail("connection_lost", retryable=True)
    except AnswerUnreadableError as error:
        fail(error.kind, status=200, retryable=True)


def refuse(response: aiohttp.ClientResponse) -> NoReturn:
    """Raise what a head with another status than 200 means.

    Raises:
        ModelError: `retryable` where it may pass by itself, with the wait that the server asks for.
    """
    status = response.status
    if 300 <= status < 400:
        # Followed, it would carry the key and the conversation to a place nobody has chosen.
        fail("redirect", status=status, retryable=False)
    retryable = status >= 500 or status in _PASSING_STATUSES
    waits = response.headers.get("Retry-After", "")
    # At most nine digits, since it is the server's to write; the form with a date is left aside.
    retry_after_s = int(waits) if retryable and waits.isdecimal() and len(waits) < 10 else None
    fail("refused", status=status, retryable=retryable, retry_after_s=retry_after_s)


def fail(
    kind: str, *, retryable: bool, status: int | None = None, retry_after_s: int | None = None
) -> NoReturn:
    """Log a failure by its kind, and raise it.

    Raises:
        ModelError: always.
    """
    log.warning("model.failed", status=status, kind=kind)
    error = ModelError(retryable=retryable)
    error.retry_after_s = retry_after_s
    # Without its cause: that holds the server's address and words, and logs print causes.
    raise error from None
