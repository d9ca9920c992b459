"""How many streams of each user are open on this copy, so that one user cannot hold all of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from taskchat.errors import TooManyRequestsError

if TYPE_CHECKING:
    from taskchat.ids import UserId


class OpenStreams:
    """Counts what is open now; forgets a user whose last stream has ended."""

    def __init__(self, limit: int | None) -> None:
        """Admit so many at once for each user; None for no limit."""
        self._limit = limit
        self._open: Counter[UserId] = Counter()

    def enter(self, user: UserId) -> None:
        """Count one more.

        Raises:
            TooManyRequestsError: the user has as many as are admitted.
        """
        if self._limit is not None and self._open[user] >= self._limit:
            raise TooManyRequestsError(
                limit=self._limit,
                reset_s=1,
                text="Too many of your streams are open at once; close one.",
            )
        self._open[user] += 1

    def leave(self, user: UserId) -> None:
        """Count one less."""
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]
