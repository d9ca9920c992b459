"""Our own issuer: makes the tokens of local accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from taskchat.auth.claims import (
    VerificationKey,
    check_audience,
    check_signature,
    check_times,
    read_token,
    session_of,
    subject_of,
)

if TYPE_CHECKING:
    from uuid import UUID

LOCAL_ISSUER = "taskchat"
LOCAL_AUDIENCE = "taskchat"
LINK_AUDIENCE = "taskchat-link"
"""A sign-in link's code is no bearer token: it is for this audience and for nothing else."""
ALGORITHM = "HS256"
SESSION_LIFE = timedelta(days=7)
LINK_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Signs tokens with the key that all copies share."""

    key: bytes

    def token(self, subject: str, session: UUID, issued_at: datetime, expires_at: datetime) -> str:
        """A bearer token of one session; it counts only while the session's row says so."""
        return self._sign(LOCAL_AUDIENCE, subject, session, issued_at, expires_at)

    def link_code(self, subject: str, session: UUID, issued_at: datetime) -> str:
        """A code that begins the named session, once: a session's uid can be taken only once."""
        expires_at = issued_at + LINK_LIFE
        return self._sign(LINK_AUDIENCE, subject, session, issued_at, expires_at)

    def read_link_code(self, code: str, now_s: float) -> tuple[str, UUID]:
        """The subject and the session that a link's code is for; whether it was used is not known.

        Raises:
            RefusedError: it is not one of ours, or too old.
        """
        token = read_token(code)
        check_signature(token, VerificationKey(self.key, ALGORITHM))
        check_audience(token.claims, LINK_AUDIENCE)
        check_times(token.claims, now_s)
        return subject_of(token.claims), session_of(token.claims)

    def _sign(
        self, audience: str, subject: str, session: UUID, issued_at: datetime, expires_at: datetime
    ) -> str:
        claims = {
            "iss": LOCAL_ISSUER,
            "aud": audience,
            "sub": subject,
            "iat": _seconds(issued_at),
            "exp": _seconds(expires_at),
            "jti": str(session),
            "sid": str(session),
        }
        return jwt.encode(claims, self.key, algorithm=ALGORITHM)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def to_moment(now_s: float) -> datetime:
    """A clock's reading as an aware UTC time, in whole seconds as tokens have them."""
    return datetime.fromtimestamp(int(now_s), UTC)
