"""Who is asking, once that has been proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from taskchat.ids import UserId


@dataclass(frozen=True, slots=True)
class Principal:
    """The user a good token was issued for. Only `auth/tokens.py` makes one."""

    user: UserId
    subject: str
    """The user's id as the world sees it: what stands in paths and in `user_id` fields."""
    issuer: str
    time_zone: str | None = None
    """The zone of the user's profile."""
    session: UUID | None = None
    """The sign-in the token belongs to; None for an outside issuer's token."""
