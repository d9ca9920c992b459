"""Reads a key set (RFC 7517): which public keys an issuer publishes, and what each is for.

A key is for exactly one algorithm, told by its own type and never by a token. What is not for
signatures, too weak, unknown or malformed is left out, and does not spoil the others.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from taskchat.auth.claims import VerificationKey

ALGORITHMS: Final = ("EdDSA", "ES256", "RS256")
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""A larger one only costs time: every check of a signature is work for us."""

Jwk = Mapping[str, object]


class KeySetUnreadableError(Exception):
    """What the issuer published is no key set."""


class KeyUnusableError(Exception):
    """One key of a set cannot be used here; the text is for the log."""


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The keys of a set that can be used."""

    keys: Sequence[tuple[str | None, VerificationKey]] = ()
    """Each with its name, which not every issuer gives."""
    ignored: Sequence[str] = ()
    """Why each of the others cannot."""

    def fitting(self, algorithm: str, key_id: str | None) -> Sequence[VerificationKey]:
        """The keys for that algorithm: those of that name, or all where none is asked for."""
        return [
            key for name, key in self.keys if key.algorithm == algorithm and key_id in (None, name)
        ]


def read_key_set(body: bytes) -> PublishedKeys:
    """The keys in the body of an issuer's answer.

    Raises:
        KeySetUnreadableError: it is not a JSON object with a list of `keys`.
    """
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise KeySetUnreadableError from error
    listed = cast("Jwk", found).get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise KeySetUnreadableError
    keys: list[tuple[str | None, VerificationKey]] = []
    ignored: list[str] = []
    for entry in cast("list[object]", listed):
        try:
            named = _read_key(entry)
        except KeyUnusableError as error:
            ignored.append(str(error))
        else:
            if named not in keys:
                keys.append(named)
    return PublishedKeys(keys, ignored)


def _read_key(entry: object) -> tuple[str | None, VerificationKey]:
    if not isinstance(entry, dict):
        raise KeyUnusableError("malformed")
    jwk = cast("Jwk", entry)
    name = jwk.get("kid")
    if not isinstance(name, str | None):
        raise KeyUnusableError("malformed")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not (
        isinstance(operations, list) and "verify" in operations
    ):
        raise KeyUnusableError("not for signatures")
    if "d" in jwk:
        raise KeyUnusableError("private")  # everybody could sign with it
    key = _key_in(jwk)
    if jwk.get("alg", key.algorithm) != key.algorithm:
        raise KeyUnusableError("for another algorithm")
    return name, key


def _key_in(jwk: Jwk) -> VerificationKey:
    try:
        match (jwk.get("kty"), jwk.get("crv")):
            case ("OKP", "Ed25519"):
                return _ed25519(jwk)
            case ("EC", "P-256"):
                return _p256(jwk)
            case ("RSA", _):
                return _rsa(jwk)
            case _:
                raise KeyUnusableError("of an unknown type")
    except ValueError as error:
        raise KeyUnusableError("malformed") from error


# cryptography, which checks that the numbers are a key, is imported when the first one comes.


def _ed25519(jwk: Jwk) -> VerificationKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return VerificationKey(Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x")), "EdDSA")


def _p256(jwk: Jwk) -> VerificationKey:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers

    point = EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), SECP256R1())
    return VerificationKey(point.public_key(), "ES256")


def _rsa(jwk: Jwk) -> VerificationKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    modulus = _number(jwk, "n")
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise KeyUnusableError("too weak or too large")
    return VerificationKey(RSAPublicNumbers(_number(jwk, "e"), modulus).public_key(), "RS256")


def _bytes(jwk: Jwk, name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise KeyUnusableError("malformed")
    return urlsafe_b64decode(value.encode() + b"=" * (-len(value) % 4))


def _number(jwk: Jwk, name: str) -> int:
    return int.from_bytes(_bytes(jwk, name), "big")
