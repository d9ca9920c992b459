"""Reads tokens and judges their claims: pure functions, with the clock as an argument.

A good signature and acceptable claims are two things. PyJWT checks the first; the second is here
in full, since its own checks accept a missing `exp`, an empty `sub`, `exp` as text and claims that
stand twice, and look at the machine's clock.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from uuid import UUID

import jwt

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPublicKeys

LEEWAY_S = 30
"""How far our clock and an issuer's may differ."""
MAX_TOKEN_CHARS = 8 * 1024
MAX_SUBJECT_CHARS = 255
SUBJECT_CLAIMS = ("sub", "user_id", "userId", "id")

Claims = Mapping[str, object]
Reason = Literal[
    "not_a_token",
    "too_long",
    "claims_unreadable",
    "claim_twice",
    "forbidden_header",
    "wrong_type",
    "unknown_issuer",
    "unknown_key",
    "wrong_algorithm",
    "wrong_signature",
    "wrong_audience",
    "no_expiry",
    "expired",
    "not_yet_valid",
    "no_subject",
    "subject_malformed",
    "subject_of_another_issuer",
    "erased",
    "session_malformed",
    "session_unknown",
    "session_ended",
]
FORBIDDEN_HEADERS: Final = ("jku", "x5u", "jwk", "crit")
"""Keys that a token brings along or points to are nobody's keys; extensions are not understood."""

_jws = jwt.PyJWS()


class RefusedError(Exception):
    """A check of a token failed. For the log: the caller is never told which."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """What proves a signature, and the one algorithm it is for (RFC 8725 section 3.1).

    With two families to choose from, a token could have a public key taken for an HS256 secret.
    """

    material: bytes | AllowedPublicKeys
    algorithm: str


@dataclass(frozen=True, slots=True)
class UnprovenToken:
    """What a token says, before anything of it is proven."""

    raw: str
    header: Claims
    claims: Claims

    @property
    def algorithm(self) -> object:
        """What the header names; it only has to be the key's own."""
        return self.header.get("alg")

    @property
    def key_id(self) -> str | None:
        """The name of the issuer's key; PyJWT has refused one that is no string."""
        return cast("str | None", self.header.get("kid"))


def read_token(raw: str) -> UnprovenToken:
    """Take a compact JWS apart and refuse what no issuer of ours would write.

    Raises:
        RefusedError: it is too long, malformed, or its header asks for what is not done here.
    """
    if len(raw) > MAX_TOKEN_CHARS:
        raise RefusedError("too_long")
    if not raw.isascii():
        raise RefusedError("not_a_token")
    try:
        parts = _jws.decode_complete(raw, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise RefusedError("not_a_token") from error
    header = cast("Claims", parts["header"])
    if any(name in header for name in FORBIDDEN_HEADERS):
        raise RefusedError("forbidden_header")
    kind = header.get("typ", "JWT")
    # Other kinds of token are signed with the same keys: Better Auth's session cache, for one.
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise RefusedError("wrong_type")
    return UnprovenToken(raw, header, _read_claims(parts["payload"]))


def check_signature(token: UnprovenToken, key: VerificationKey) -> None:
    """Prove that the holder of `key`, or of its private half, wrote the token.

    Raises:
        RefusedError: its algorithm is not the key's, or the signature is wrong.
    """
    if token.algorithm != key.algorithm:
        raise RefusedError("wrong_algorithm")
    try:
        _jws.decode_complete(token.raw, key.material, [key.algorithm])
    except jwt.PyJWTError as error:
        raise RefusedError("wrong_signature") from error


def check_audience(claims: Claims, audience: str) -> None:
    """Require that the token was made for `audience` (RFC 7519 section 4.1.3).

    Raises:
        RefusedError: it was made for another, or does not say for whom.
    """
    found = claims.get("aud")
    if audience not in (cast("list[object]", found) if isinstance(found, list) else [found]):
        raise RefusedError("wrong_audience")


def check_times(claims: Claims, now_s: float) -> float:
    """Require that the token counts now, and say until when (seconds of the epoch).

    Raises:
        RefusedError: no `exp`, a time that is no number, too late or too early.
    """
    expires_s = _seconds(claims.get("exp"), "no_expiry")
    if expires_s + LEEWAY_S <= now_s:
        raise RefusedError("expired")
    if "nbf" in claims and _seconds(claims["nbf"], "not_yet_valid") > now_s + LEEWAY_S:
        raise RefusedError("not_yet_valid")
    return expires_s


def subject_of(claims: Claims) -> str:
    """Whom the token is about.

    The first claim that is present decides, whatever it holds: falling through from a broken `sub`
    to the next would let one token name two users.

    Raises:
        RefusedError: there is none, or it is not a string that can be stored.
    """
    name = next((name for name in SUBJECT_CLAIMS if name in claims), None)
    if name is None:
        raise RefusedError("no_subject")
    subject = claims[name]
    if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_SUBJECT_CHARS:
        raise RefusedError("subject_malformed")
    if not is_storable(subject):
        raise RefusedError("subject_malformed")
    return subject


def session_of(claims: Claims) -> UUID:
    """The sign-in that a token of ours belongs to.

    Raises:
        RefusedError: it names none.
    """
    session = claims.get("sid")
    try:
        return UUID(session if isinstance(session, str) else "")
    except ValueError as error:
        raise RefusedError("session_malformed") from error


def is_storable(text: str) -> bool:
    """Whether both databases can keep it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _read_claims(payload: bytes) -> Claims:
    try:
        claims: object = json.loads(payload.decode(), object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise RefusedError("claims_unreadable") from error
    if not isinstance(claims, dict):
        raise RefusedError("claims_unreadable")
    return cast("Claims", claims)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 7519 section 4 lets us take the last of two equal names or refuse; two readers may differ."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("claim_twice")
    return found


def _seconds(value: object, otherwise: Reason) -> float:
    # A bool is an int, and 1e999 a float, to Python's JSON reader.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(otherwise)
    if isinstance(value, float) and not math.isfinite(value):
        raise RefusedError(otherwise)
    return value
