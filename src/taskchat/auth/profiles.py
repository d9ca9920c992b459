"""What users may know and say of themselves: their own row, of whichever issuer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from taskchat.db.database import Database, Row, Transaction, as_time
from taskchat.errors import TokenInvalidError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from taskchat.auth.principal import Principal
    from taskchat.ids import UserId


@dataclass(frozen=True, slots=True)
class Profile:
    """A user as that user sees it."""

    subject: str
    email: str | None
    name: str | None
    time_zone: str | None
    created_at: datetime


class ProfileChanges(TypedDict, total=False):
    """What is to be different: absent values stay as they are, None clears. Checked at the edge."""

    name: str | None
    time_zone: str | None


class Profiles:
    """Reads and changes them; each method is one transaction of its own."""

    def __init__(self, db: Database, forget: Callable[[UserId], None]) -> None:
        """Join the parts.

        Args:
            db: where users are.
            forget: told whose tokens must be checked anew, since a principal knows its time zone.
        """
        self._db = db
        self._forget = forget

    async def read(self, principal: Principal) -> Profile:
        """The profile of whoever asks.

        Raises:
            TokenInvalidError: the user is no more.
        """

        async def work(tx: Transaction) -> Row | None:
            return await tx.fetchrow(
                "SELECT subject, email, name, time_zone, created_at FROM users WHERE id = $1",
                principal.user,
            )

        return _profile(await self._db.read(work, user=principal.user))

    async def change(self, principal: Principal, changes: ProfileChanges) -> Profile:
        """Set what `changes` holds, and say what the profile is now.

        A zone counts from the next request on: here at once, on other copies within a minute.

        Raises:
            TokenInvalidError: the user is no more.
        """

        async def work(tx: Transaction) -> Row | None:
            return await tx.fetchrow(
                "UPDATE users SET name = CASE WHEN $2 THEN $3 ELSE name END,"
                " time_zone = CASE WHEN $4 THEN $5 ELSE time_zone END,"
                " updated_at = clock_timestamp() WHERE id = $1"
                " RETURNING subject, email, name, time_zone, created_at",
                principal.user,
                "name" in changes,
                changes.get("name"),
                "time_zone" in changes,
                changes.get("time_zone"),
            )

        row = await self._db.transaction(work, user=principal.user)
        self._forget(principal.user)
        return _profile(row)


def _profile(row: Row | None) -> Profile:
    if row is None:
        raise TokenInvalidError
    return Profile(
        row["subject"],
        row["email"],
        row["name"],
        row["time_zone"],
        as_time(row["created_at"]),
    )
