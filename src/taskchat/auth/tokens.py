"""Turns the token of a request into the principal it was issued for; nothing else makes one.

    principal = await tokens.principal_of(request.headers, request.method)

The issuer that a token names decides which key it is checked with, and only the algorithms of that
key are done (RFC 8725 sections 3.1 and 3.8). A principal is remembered for a minute at most, so
that a request costs no look-up; signing out is seen at once on this copy, by then on the others.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from taskchat.auth.claims import (
    RefusedError,
    check_audience,
    check_signature,
    check_times,
    read_token,
    subject_of,
)
from taskchat.auth.identities import Identity, identity_of_session, identity_of_subject
from taskchat.auth.issuers import TokenRules, TrustedIssuer, trusted_issuers
from taskchat.auth.page import READING_METHODS, Page
from taskchat.auth.principal import Principal
from taskchat.errors import (
    NotAuthenticatedError,
    OriginNotAllowedError,
    TokenExpiredError,
    TokenInvalidError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskchat.auth.local_issuer import LocalIssuer
    from taskchat.db.database import Database
    from taskchat.ids import UserId

log = structlog.get_logger()

REMEMBERED_S = 60
MAX_REMEMBERED = 10_000


class TokenVerifier:
    """Knows whose tokens count here, and remembers those it has just proven."""

    def __init__(
        self,
        db: Database,
        rules: TokenRules,
        local: LocalIssuer | None,
        page: Page,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Join the parts.

        Args:
            db: where sessions and users are.
            rules: which outside tokens count.
            local: our own issuer, or None where local accounts are off.
            page: our own page, whose cookie may stand in for a bearer token.
            now: the clock, in seconds of the epoch.

        Raises:
            StartError: a rule is unsafe.
        """
        self.page = page
        self._db = db
        self._issuers = trusted_issuers(rules, local)
        self._now = now
        self._remembered: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()
        self._forgettings = 0

    async def principal_of(self, headers: Mapping[str, str], method: str) -> Principal:
        """The user a request comes from: by its bearer token, else by the page's cookie.

        Args:
            headers: names in any case, or in lower case where the mapping is a plain one.
            method: a cookie counts for a writing one only with our own Origin.

        Raises:
            NotAuthenticatedError: there is no token.
            TokenExpiredError: there is one that was good.
            TokenInvalidError: there is one that does not count. A cookie beside it is not tried.
            OriginNotAllowedError: a cookie with a writing request of another site's page.
            DatabaseError: the database failed.
        """
        if (bearer := bearer_in(headers)) is not None:
            if not bearer:
                raise NotAuthenticatedError
            return await self.verify(bearer)
        raw = self.page.token_in(headers.get("cookie", ""))
        if not raw:
            raise NotAuthenticatedError
        principal = await self.verify(raw)
        if method.upper() not in READING_METHODS and not self.page.is_own_origin(
            headers.get("origin"), headers.get("host")
        ):
            log.info("cookie.refused")
            raise OriginNotAllowedError
        return principal

    async def verify(self, raw: str) -> Principal:
        """The user a token was issued for. Makes an outside user at the first token.

        Raises:
            TokenExpiredError: it was good, and its time is over.
            TokenInvalidError: any other failed check. Which one is logged, never told.
            DatabaseError: the database failed.
        """
        mark = sha256(raw.encode(errors="surrogatepass")).digest()
        now_s = self._now()
        remembered = self._remembered.get(mark)
        if remembered is not None and now_s < remembered[0]:
            return remembered[1]
        forgettings = self._forgettings
        try:
            principal, expires_s = await self._prove(raw, now_s)
        except RefusedError as error:
            raise _refusal(error) from None
        # Whoever signed out while the database was asked must not be remembered after it.
        if forgettings == self._forgettings:
            self._remember(mark, principal, min(now_s + REMEMBERED_S, expires_s))
        return principal

    def forget(self, user: UserId) -> None:
        """Ask the database again at the user's next request: a session or the profile changed."""
        self._forgettings += 1
        stale = [mark for mark, (_, kept) in self._remembered.items() if kept.user == user]
        for mark in stale:
            del self._remembered[mark]

    async def _prove(self, raw: str, now_s: float) -> tuple[Principal, float]:
        token = read_token(raw)
        issuer = self._issuer_of(token.claims)
        check_signature(token, await issuer.keys.find(token))
        if issuer.audience is not None:
            check_audience(token.claims, issuer.audience)
        expires_s = check_times(token.claims, now_s)
        subject = subject_of(token.claims)
        if issuer.has_sessions:
            found = await identity_of_session(self._db, subject, token.claims, now_s)
        else:
            found = await identity_of_subject(self._db, issuer.name, subject, token.claims)
        return _principal(found), expires_s

    def _issuer_of(self, claims: Mapping[str, object]) -> TrustedIssuer:
        name = claims.get("iss")
        # A null is not an absence: an issuer that says so is malformed.
        if ("iss" in claims) != isinstance(name, str):
            raise RefusedError("unknown_issuer")
        issuer = self._issuers.get(name if isinstance(name, str) else None)
        if issuer is None:
            raise RefusedError("unknown_issuer")
        return issuer

    def _remember(self, mark: bytes, principal: Principal, until_s: float) -> None:
        self._remembered[mark] = (until_s, principal)
        self._remembered.move_to_end(mark)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)


def bearer_in(headers: Mapping[str, str]) -> str | None:
    """The bearer token of a request; None where there is none, so that its cookie counts."""
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else None


def _principal(found: Identity) -> Principal:
    return Principal(found.user, found.subject, found.issuer, found.time_zone, found.session)


def _refusal(error: RefusedError) -> NotAuthenticatedError:
    log.info("token.refused", reason=error.reason)
    return TokenExpiredError() if error.reason == "expired" else TokenInvalidError()
