"""Erases a person: every row, for good, and nothing is written to them afterwards.

    mark      in one transaction: name, password and sessions go, a tombstone is set
    remove    conversation by conversation: lock it, end its turn as cancelled, delete its turns in
              small pieces; then the tasks
    scrub     leave nothing of it in the database's files; what cannot be done now is done later
    finish    lock the user's row; where nothing refers to it any more, delete it, else go round again

From the mark on no token finds the user: here at once, on other copies once they have forgotten what
they remember of it (60 s). A request that comes in there meanwhile is undone by another round, and
after the end a foreign key refuses it. Whoever works on one of the turns has lost it: its fence finds
no row. A mark outlives a crash, so any copy finishes what one has begun; two at it at once do no harm.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from taskchat.auth import account_rows
from taskchat.chat.journal import settled
from taskchat.chat.journal_cancel import cancel_running
from taskchat.errors import DatabaseError
from taskchat.ids import ConversationId
from taskchat.people.removing import ROWS_AT_ONCE, Removed, remove_turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from taskchat.db.database import Database, Transaction
    from taskchat.ids import TurnId, UserId

log = structlog.get_logger()

OWNED = (
    "conversations",
    "messages",
    "turns",
    "steps",
    "turn_events",
    "waiters",
    "tasks",
    "sessions",
)
"""Whatever refers to a user; a test holds it against the tables."""


class Erasing:
    """Erases people; each step is a transaction of its own, which it commits."""

    def __init__(
        self,
        db: Database,
        forget: Callable[[UserId], None] = lambda _: None,
        let_go: Callable[[TurnId, ConversationId], None] = lambda _, __: None,
    ) -> None:
        """Join the parts.

        Args:
            db: where everything is.
            forget: told whose tokens must be checked anew (`TokenVerifier.forget`).
            let_go: told which turns were ended (`Turns.let_go`); commands run none.
        """
        self._db = db
        self._forget = forget
        self._let_go = let_go

    async def erase(self, user: UserId) -> Removed | None:
        """Erase a user whole; says how much there was, or None where there is no such user (more).

        Raises:
            DatabaseError: it broke off; once it was marked, a copy goes on with it within minutes.
        """
        sessions = await settled(
            lambda again: self._db.transaction(lambda tx: self._mark(tx, user, again), user=user)
        )
        self._forget(user)
        if sessions is None:
            return None
        return Removed(sessions=sessions) + await self._remove(user)

    async def finish(self, quiet_for: timedelta) -> Removed | None:
        """Go on with what others began so long ago and did not finish; None where there is nothing."""
        before = datetime.now(UTC) - quiet_for
        marked = await self._db.read(lambda tx: account_rows.being_erased(tx, before))
        removed = Removed()
        for user in marked:
            removed += await self._remove(user)
        return removed if marked else None

    async def _mark(self, tx: Transaction, user: UserId, again: bool) -> int | None:
        sessions = await account_rows.begin_erasing(tx, user)
        return 0 if sessions is None and again else sessions  # the lost answer was that of a commit

    async def _remove(self, user: UserId) -> Removed:
        removed = Removed()
        is_gone = False
        while not is_gone:
            while piece := await settled(lambda _: self._piece(user)):
                removed += piece
            if not await self._is_clean():
                break  # the mark stays, so this is gone on with
            is_gone = await settled(
                lambda _: self._db.transaction(lambda tx: _delete_user(tx, user), user=user)
            )
        # Numbers alone: of whom they are is what had to be forgotten.
        log.info("user.erased", is_clean=is_gone, **removed)
        return removed

    async def _is_clean(self) -> bool:
        """Scrub the database; says whether that could be done. All rows but the mark are gone."""
        try:
            return await self._db.scrub()
        except DatabaseError:  # there may be no room for it now
            return False

    async def _piece(self, user: UserId) -> Removed:
        """Delete some of what there is; nothing where nothing is left."""
        ended: list[tuple[TurnId, ConversationId]] = []

        async def work(tx: Transaction) -> Removed:
            ended.clear()  # it may be done again
            row = await tx.fetchrow(
                "SELECT id FROM conversations WHERE user_id = $1 ORDER BY id LIMIT 1 FOR UPDATE",
                user,
            )
            if row is None:
                return await _remove_rest(tx, user)
            conversation = ConversationId(row["id"])
            if (turn := await cancel_running(tx, user, conversation)) is not None:
                ended.append((turn, conversation))
            removed, _ = await remove_turns(tx, user, conversation)
            return removed

        removed = await self._db.transaction(work, user=user)
        for turn, conversation in ended:
            self._let_go(turn, conversation)
        return removed


async def _remove_rest(tx: Transaction, user: UserId) -> Removed:
    """Some of the tasks, and sessions that slipped in."""
    removed = Removed()
    removed["tasks"] += await tx.execute(
        "DELETE FROM tasks WHERE user_id = $1 AND id IN"
        " (SELECT id FROM tasks WHERE user_id = $1 ORDER BY id LIMIT $2)",
        user,
        ROWS_AT_ONCE,
    )
    removed["sessions"] += await tx.execute("DELETE FROM sessions WHERE user_id = $1", user)
    return +removed


async def _delete_user(tx: Transaction, user: UserId) -> bool:
    """Delete the row, unless something refers to it; says whether it is gone.

    The lock waits for whoever is just writing a row of the user's, and holds off the next. It is taken
    last and nothing is waited for under it: others lock a conversation first, and then this.
    """
    await tx.fetchrow("SELECT id FROM users WHERE id = $1 FOR UPDATE", user)
    for table in OWNED:
        left = await tx.fetchrow(f"SELECT 1 FROM {table} WHERE user_id = $1 LIMIT 1", user)  # noqa: S608
        if left is not None:
            return False
    await tx.execute("DELETE FROM users WHERE id = $1", user)
    return True
