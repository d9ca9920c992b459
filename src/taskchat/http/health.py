"""`GET /health`: whether this copy can serve."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from taskchat.db.database import Transaction
from taskchat.errors import DatabaseError
from taskchat.http.deps import parts_of

router = APIRouter(tags=["operations"])

PROBE_TIMEOUT_S = 2


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
