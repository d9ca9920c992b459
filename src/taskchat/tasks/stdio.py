"""The tools over standard input and output, for a program that starts `taskchat mcp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.tasks.caller import ToolCaller, acting_for
from taskchat.tasks.tools import make_tool_server

if TYPE_CHECKING:
    from datetime import tzinfo

    from taskchat.db.database import Database
    from taskchat.ids import UserId


async def serve_stdio(db: Database, user: UserId, zone: tzinfo) -> None:
    """Serve the tools to one client as this user, until it closes our standard input.

    Meanwhile the protocol alone reaches standard output: whatever else is printed goes to standard
    error. Each call is a transaction of its own.
    """
    with acting_for(ToolCaller(user, zone, db=db)):
        await make_tool_server().run_stdio_async()
