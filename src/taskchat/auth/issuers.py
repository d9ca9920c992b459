"""Whose tokens count: each issuer's name, its keys, and what is asked of its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from taskchat.auth.account_rows import ERASED_ISSUER
from taskchat.auth.claims import VerificationKey
from taskchat.auth.local_issuer import ALGORITHM, LOCAL_AUDIENCE, LOCAL_ISSUER, LocalIssuer
from taskchat.auth.signing_key import secret_bytes
from taskchat.errors import StartError

if TYPE_CHECKING:
    from taskchat.auth.claims import UnprovenToken
    from taskchat.auth.key_set import KeySet

SHARED_SECRET_ISSUER = "shared-secret"  # noqa: S105  a name in a column
ANY_AUDIENCE = "any"


class Keys(Protocol):
    """An issuer's keys: one secret, or a set that it publishes."""

    async def find(self, token: UnprovenToken) -> VerificationKey:
        """The key that a token must have been signed with.

        Raises:
            RefusedError: there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class OneSecret:
    """A secret that its issuer shares with us."""

    secret: bytes

    async def find(self, token: UnprovenToken) -> VerificationKey:
        """The secret, whatever the token calls it."""
        del token
        return VerificationKey(self.secret, ALGORITHM)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Who may vouch for users, and how that is proven."""

    name: str
    """What stands in `users.issuer`."""
    keys: Keys
    audience: str | None = None
    """For whom its tokens must be made; None asks for nothing."""
    has_sessions: bool = False
    """Ours: every token belongs to a row of `sessions`, and its user exists already."""


TrustedIssuers = Mapping[str | None, TrustedIssuer]
"""By the token's `iss`; None is the key of tokens that have none."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Which outside tokens count.

    Args:
        shared_secret: `BETTER_AUTH_SECRET`, where it is set.
        issuer: `TASKCHAT_JWT_ISSUER`, where it is set.
        audience: `TASKCHAT_JWT_AUDIENCE`; the issuer where it is not set, `any` asks for nothing.
        key_set: the keys at `TASKCHAT_JWKS_URL`, where it is set. The issuer's tokens are then
            checked with these alone, and the shared secret is for tokens that name no issuer.
    """

    shared_secret: str | None = None
    issuer: str | None = None
    audience: str | None = None
    key_set: KeySet | None = None


def trusted_issuers(rules: TokenRules, local: LocalIssuer | None) -> TrustedIssuers:
    """All whose tokens count; `local` is None where local accounts are off.

    Raises:
        StartError: the shared secret is unsafe, a key set has no issuer, or the outside issuer
            has a name of ours.
    """
    found: dict[str | None, TrustedIssuer] = {}
    if rules.shared_secret is not None:
        secret = OneSecret(secret_bytes("BETTER_AUTH_SECRET", rules.shared_secret))
        name = rules.issuer or SHARED_SECRET_ISSUER
        found[None] = TrustedIssuer(name, secret, _outside_audience(rules))
        if rules.issuer is not None:
            found[rules.issuer] = found[None]
    if rules.key_set is not None:
        if rules.issuer is None:
            message = "TASKCHAT_JWKS_URL needs TASKCHAT_JWT_ISSUER."
            raise StartError(message)
        found[rules.issuer] = TrustedIssuer(rules.issuer, rules.key_set, _outside_audience(rules))
    if rules.issuer in (LOCAL_ISSUER, ERASED_ISSUER):
        message = (
            f"TASKCHAT_JWT_ISSUER must not be {rules.issuer!r}, which is a name of Taskchat's own;"
            " set it to the issuer's address."
        )
        raise StartError(message)
    if local is not None:
        found[LOCAL_ISSUER] = TrustedIssuer(
            LOCAL_ISSUER, OneSecret(local.key), LOCAL_AUDIENCE, has_sessions=True
        )
    return found


def _outside_audience(rules: TokenRules) -> str | None:
    audience = rules.audience or rules.issuer
    return None if audience == ANY_AUDIENCE else audience
