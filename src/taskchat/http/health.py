"""`GET /health`: whether this copy can serve. `GET /ready`: whether it should be sent requests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from taskchat.auth.key_set import KeySet
from taskchat.db.database import Database, Transaction
from taskchat.db.migrate import current_revision, latest_revision
from taskchat.errors import DatabaseError
from taskchat.http.deps import parts_of

router = APIRouter(tags=["operations"])

PROBE_TIMEOUT_S = 2


@router.head("/health", include_in_schema=False)  # what many monitors ask
@router.get(
    "/health",
    summary="Whether this copy can serve",
    responses={
        200: {
            "description": "The database answers.",
            "content": {"application/json": {"example": {"status": "healthy"}}},
        },
        503: {"description": "The database does not answer."},
    },
)
async def health(request: Request) -> JSONResponse:
    """200 while the database answers, else 503."""

    async def probe(tx: Transaction) -> None:
        await tx.fetchrow("SELECT 1")

    db = parts_of(request).db
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            await db.read(probe)
    except (DatabaseError, TimeoutError):
        return JSONResponse({"status": "unhealthy", "database": "down"}, 503)
    return JSONResponse({"status": "healthy", "database": db.dialect})


@router.head("/ready", include_in_schema=False)
@router.get(
    "/ready",
    summary="Whether this copy should be sent requests",
    responses={
        200: {
            "description": "It should.",
            "content": {
                "application/json": {
                    "example": {
                        "status": "ready",
                        "database": "postgres",
                        "migrations": "current",
                        "issuer": "known",
                    }
                }
            },
        },
        503: {
            "description": "The database is `down`, its migrations are `behind`, an outside"
            " issuer's keys are `unknown`, or this copy is `stopping`."
        },
    },
)
async def ready(request: Request) -> JSONResponse:
    """Looks at the database, its migrations and the outside issuer's keys."""
    parts = parts_of(request)
    # The model is not asked: where it is down, people are told so, and the list can be used.
    found = {
        "database": parts.db.dialect,
        "migrations": await _in_time(_migrations(parts.db), "down"),
        "issuer": await _in_time(_issuer(parts.key_set), "unknown"),
    }
    if found["migrations"] == "down":
        found = {"database": "down", "issuer": found["issuer"]}
    status = "ready"
    if parts.turns.stopping:
        status = "stopping"
    elif {"down", "behind", "unknown"} & set(found.values()):
        status = "not ready"
    return JSONResponse({"status": status, **found}, 200 if status == "ready" else 503)


async def _migrations(db: Database) -> str:
    revision, latest = await current_revision(db), latest_revision()
    if revision == latest:
        return "current"
    # While copies are replaced one by one, old ones serve on what the new ones have migrated.
    return "behind" if revision is None or revision < latest else "newer"


async def _issuer(key_set: KeySet | None) -> str:
    if key_set is None:
        return "none"
    return "known" if await key_set.has_keys() else "unknown"


async def _in_time(finding: Coroutine[None, None, str], otherwise: str) -> str:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            return await finding
    except (DatabaseError, TimeoutError):
        return otherwise
