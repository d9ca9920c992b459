"""What can go wrong with a model, whoever serves it: one error, one log line, no words of theirs."""

from __future__ import annotations

from typing import NoReturn

import structlog

from taskchat.errors import ContextTooLongError, ModelError

log: structlog.stdlib.BoundLogger = structlog.get_logger()

PASSING_STATUSES = frozenset({408, 409, 425, 429})
"""Timeout, conflict, too early, rate limit: these may pass by themselves, like every 5xx."""

TOO_LARGE = 413
"""A body over what the server, or a proxy before it, takes; with fewer messages it is shorter."""

_TOO_LONG = (
    # OpenAI's code, which DeepSeek, Groq and OpenRouter have, too; its words, also Mistral's, vLLM's.
    "context_length_exceeded",
    "maximum context length",
    "reduce the length of the messages",
    "input tokens exceed",
    # vLLM, newer and older; SGLang.
    "context length is only",
    "longer than the maximum model length",
    "longer than the model's context length",
    # llama.cpp; its Python server.
    "exceed_context_size_error",
    "exceeds the available context size",
    "context size has been exceeded",
    "context window",
    # Ollama, where it does not cut the beginning off; LM Studio.
    "exceeds the context length",
    "greater than the context length",
    # xAI, Kimi.
    "maximum prompt length",
    "exceeded model token limit",
    # Anthropic and Gemini, behind a gateway that speaks chat completions.
    "prompt is too long",
    "input token count",
)


def says_too_long(refusal: str) -> bool:
    """Whether the words of a refusal mean that the model was given more than it reads.

    The servers share no status or code, so it is the words that tell. They are looked for in what
    has been refused already: a wrong guess only makes it another refusal.
    """
    refusal = refusal.lower()
    return any(words in refusal for words in _TOO_LONG)


_SPENT = (
    "insufficient_quota",
    "billing_hard_limit_reached",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
)
"""OpenAI's codes, https://developers.openai.com/api/docs/guides/error-codes; pydantic-ai's, too."""


def says_spent(refusal: str) -> bool:
    """Whether the words of a refusal mean that the money is spent: that does not pass by waiting."""
    return any(code in refusal for code in _SPENT)


def is_passing(status: int) -> bool:
    """Whether a refusal with this status may pass by itself."""
    return status >= 500 or status in PASSING_STATUSES


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


def fail_too_long(status: int | None = None) -> NoReturn:
    """The same where the model was given more than it reads; with as much it never will.

    Raises:
        ContextTooLongError: always.
    """
    log.warning("model.failed", status=status, kind="context_too_long")
    raise ContextTooLongError from None
