"""What is counted, for Prometheus: `GET /metrics`, and `docs/operating.md` for those who read it.

Like the log, these are the process's own and not a part that is passed on: what counts, calls one
function here. No label is ever a user, a title, or anything else that people or models write: each has
few values, which are known beforehand.

What a turn costs here is held to by `tests/architecture/test_cost_of_a_turn.py`; so the series are
looked up once, and gauges are set when somebody looks (`Parts.tell_load`).
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from taskchat.settings import shared_metrics

if TYPE_CHECKING:
    from pathlib import Path

    from taskchat.measures.pool_use import PoolUse

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format, which everything that scrapes can read."""
NO_MODEL = "none"
UNKNOWN = "unknown"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TURN_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)

# When a series began says nothing that its first sample does not say.
disable_created_metrics()
_registry = CollectorRegistry()

_turns = Counter(
    "taskchat_turns_total",
    "Attempts of turns that ended, by how, and by the model that was asked last.",
    ("status", "model"),
    registry=_registry,
)
_turn_failures = Counter(
    "taskchat_turn_failures_total",
    "Attempts of turns that failed, by the error code that their users were told.",
    ("error_code",),
    registry=_registry,
)
_turn_seconds = Histogram(
    "taskchat_turn_seconds",
    "How long attempts of turns ran, from their start to their end being stored.",
    ("status",),
    buckets=_TURN_BUCKETS,
    registry=_registry,
)
_wait_seconds = Histogram(
    "taskchat_turn_wait_seconds",
    "How long messages waited for their conversation, of those that had to.",
    buckets=_TURN_BUCKETS,
    registry=_registry,
)
_model_seconds = Histogram(
    "taskchat_model_seconds",
    "How long requests to a model took, of those that were answered.",
    ("model",),
    buckets=_TURN_BUCKETS,
    registry=_registry,
)
_model_failures = Counter(
    "taskchat_model_failures_total",
    "Requests to a model that failed, by whether the same request may be answered later.",
    ("model", "retryable"),
    registry=_registry,
)
_tokens = Counter(
    "taskchat_model_tokens_total",
    "Tokens as the model's server counted them: input is read, output is written.",
    ("model", "direction"),
    registry=_registry,
)
_requests = Counter(
    "taskchat_requests_total",
    "HTTP requests, by their route as it is in the docs.",
    ("method", "route", "status"),
    registry=_registry,
)
_takeovers = Counter(
    "taskchat_takeovers_total",
    "Turns that were taken over from a server that was gone or had handed them over.",
    registry=_registry,
)
_limiter_failures = Counter(
    "taskchat_limiter_failures_total",
    "Sign-ins that were admitted because they could not be counted.",
    registry=_registry,
)
_in_flight = Gauge(
    "taskchat_turns_in_flight",
    "Turns that run now.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_connections = Gauge(
    "taskchat_database_connections",
    "Connections to Postgres that are open, by whether they are in use.",
    ("state",),
    registry=_registry,
    multiprocess_mode="livesum",
)
_most_connections = Gauge(
    "taskchat_database_connections_max",
    "How many connections to Postgres there may be.",
    registry=_registry,
    multiprocess_mode="livesum",
)
_queued = Gauge(
    "taskchat_database_queue",
    "Transactions that wait for the writer of the embedded database.",
    registry=_registry,
    multiprocess_mode="livesum",
)

_turn_counter = cache(_turns.labels)
_turn_timer = cache(_turn_seconds.labels)
_model_timer = cache(_model_seconds.labels)
_token_counter = cache(_tokens.labels)
_request_counter = cache(_requests.labels)

_asked: ContextVar[str] = ContextVar("asked", default=NO_MODEL)
"""The model that this turn's job asked last; each job has a context of its own."""


def turn_ended(status: str, error_code: str | None, seconds: float) -> None:
    """An attempt of a turn has ended, in the job that ran it."""
    _turn_counter(status, _asked.get()).inc()
    _turn_timer(status).observe(seconds)
    if error_code is not None:
        _turn_failures.labels(error_code).inc()


def turn_cancelled() -> None:
    """A turn was ended from outside, perhaps on another copy than its own."""
    _turn_counter("cancelled", NO_MODEL).inc()


def message_waited(seconds: float) -> None:
    """A message had to wait for its conversation, and got its place or gave up."""
    _wait_seconds.observe(seconds)


model_asked = _asked.set
"""A model is being asked, by its name in the settings."""


def model_answered(
    model: str, seconds: float | None, input_tokens: int, output_tokens: int
) -> None:
    """It has answered.

    Args:
        model: its name in the settings.
        seconds: from its being asked to the end; None where its answer broke off.
        input_tokens: what the request has used, whatever became of its answer.
        output_tokens: the same.
    """
    if seconds is not None:
        _model_timer(model).observe(seconds)
    if input_tokens:
        _token_counter(model, "input").inc(input_tokens)
    if output_tokens:
        _token_counter(model, "output").inc(output_tokens)


def model_failed(model: str, *, retryable: bool) -> None:
    """It has not, or not to the end."""
    _model_failures.labels(model, str(retryable).lower()).inc()


def known_method(method: str) -> str:
    """A method of HTTP, which a client writes as it likes."""
    return method if method in _METHODS else UNKNOWN


def request_served(method: str, route: str | None, status: int | None) -> None:
    """A request was answered.

    Args:
        method: as the client wrote it, which may be anything.
        route: the template of its path; None where no route was found.
        status: None where its client left before there was one.
    """
    _request_counter(known_method(method), route or UNKNOWN, status or UNKNOWN).inc()


def turn_taken_over() -> None:
    """A turn whose server was gone runs on here."""
    _takeovers.inc()


def limiter_failed() -> None:
    """A limit could not be looked up, and nobody was refused for that."""
    _limiter_failures.inc()


def set_load(in_flight: int, database: PoolUse) -> None:
    """What this process does at this moment."""
    _in_flight.set(in_flight)
    _connections.labels("used").set(database.used)
    _connections.labels("idle").set(database.idle)
    _most_connections.set(database.most)
    _queued.set(database.queued)


def exposition() -> bytes:
    """All of it as Prometheus reads it, over all workers of this server. It may read files."""
    folder = shared_metrics()
    if folder is None:
        return generate_latest(_registry)
    _bury_the_dead(folder)
    together = CollectorRegistry()
    MultiProcessCollector(together, str(folder))
    return generate_latest(together)


def _bury_the_dead(folder: Path) -> None:
    """Forget what workers were doing that are no more; what they have counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
