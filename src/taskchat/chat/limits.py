"""What one user may have, and how a refusal tells of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskchat.chat.journal_reads import moment
from taskchat.errors import TokenBudgetSpentError, TooManyRequestsError
from taskchat.rates import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_READ = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one user may have; None is no limit."""

    rate: Rate | None = None
    """Turns opened within a window."""
    at_once: int | None = None
    """Turns that run; one that waits for its conversation does not run."""
    tokens_per_day: int | None = None
    """Tokens of the model, read and written together, in a UTC day."""

    @property
    def window(self) -> Rate | None:
        """The rate as it is looked up: of a large one only its share of a shorter window.

        So a look-up never reads more than `MOST_READ` turns, however high the limit is.
        """
        if self.rate is None or self.rate.limit <= MOST_READ:
            return self.rate
        return Rate(MOST_READ, self.rate.window_s * MOST_READ / self.rate.limit)

    def refusal(self, found: Mapping[str, Any]) -> TooManyRequestsError:
        """Which limit is reached, and when there is room again.

        Args:
            found: the outcome `limited` of an open.
        """
        reset_s = max(1, math.ceil(found["room_s"]))
        if found["by"] == "rate" and self.rate is not None:
            return TooManyRequestsError(limit=self.rate.limit, reset_s=reset_s)
        if found["by"] == "tokens":
            return TokenBudgetSpentError(
                limit=self.tokens_per_day or 0,
                reset_s=reset_s,
                resets_at=moment(found["resets_at"]),
            )
        return TooManyRequestsError(
            limit=self.at_once or 0,
            reset_s=reset_s,
            text="Too many of your messages are being answered at once; wait for one to end.",
        )
