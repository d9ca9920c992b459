"""Serves the tools of one user over stdio, as `taskchat mcp` does: `DATABASE-URL USER-ID`."""

from __future__ import annotations

import asyncio
import sys
from zoneinfo import ZoneInfo

from taskchat.db.opening import open_database
from taskchat.db.urls import DatabaseUrl, parse_database_url
from taskchat.ids import UserId
from taskchat.tasks.stdio import serve_stdio


async def main(url: DatabaseUrl, user: UserId) -> None:
    db = await open_database(url)
    await serve_stdio(db, user, ZoneInfo("Europe/Paris"))
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(parse_database_url(sys.argv[1]), UserId(int(sys.argv[2]))))
