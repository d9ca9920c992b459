"""`GET /metrics`: what Prometheus scrapes. The figures are of all people together, and of nobody's words."""

from __future__ import annotations

import asyncio
import hmac

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from taskchat.addresses import is_loopback
from taskchat.errors import NotAuthenticatedError, TokenInvalidError
from taskchat.http.deps import parts_of
from taskchat.http.hosts import host_name
from taskchat.measures import metrics
from taskchat.settings import Settings

router = APIRouter(tags=["operations"])

FORWARDED = ("x-forwarded-", "forwarded", "x-real-ip", "via")
"""What the headers begin with that tell of a proxy."""


@router.get(
    "/metrics",
    summary="What Prometheus scrapes",
    response_class=PlainTextResponse,
    responses={
        200: {
            "description": "Counts, times and gauges of all workers, in Prometheus' text format.",
            "content": {"text/plain": {"example": "taskchat_turns_in_flight 3.0\n"}},
        },
        401: {"description": "Neither from this machine itself nor with the token."},
    },
)
async def scrape(request: Request) -> Response:
    """Answers programs on this machine, and those that have `TASKCHAT_METRICS_TOKEN` as bearer."""
    parts = parts_of(request)
    _check_scraper(request, parts.settings)
    parts.tell_load()
    # The workers' files are read and added up, which takes some milliseconds.
    told = await asyncio.to_thread(metrics.exposition)
    return Response(told, media_type=metrics.CONTENT_TYPE)


def _check_scraper(request: Request, settings: Settings) -> None:
    token = settings.metrics_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token is not None:
        if not hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode()):
            raise TokenInvalidError
    elif not _is_direct(request):
        raise NotAuthenticatedError


def _is_direct(request: Request) -> bool:
    """Whether it comes from this machine itself and not through a proxy on it.

    A proxy that tells nothing of itself still passes on the Host that its client asked for.
    """
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(host_name(request.headers.get("host", "")))
        and not any(name.startswith(FORWARDED) for name in request.headers)
    )
