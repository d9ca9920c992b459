"""The key that signs our own tokens: given by a setting, else made once and shared by all copies."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING

import structlog

from taskchat.errors import StartError

if TYPE_CHECKING:
    from pathlib import Path

    from taskchat.db.database import Database, Transaction

log = structlog.get_logger()

MIN_BYTES = 32
"""As long as HS256's own output (RFC 7518 section 3.2)."""
FILE_NAME = "signing.key"
ROW_NAME = "signing_key"
_LOOSE = 0o077
_DAMAGED = (
    "The signing key that was kept is damaged; set TASKCHAT_SIGNING_KEY, or remove {where} to have"
    " a new one made (everyone then signs in again)."
)


async def signing_key(db: Database, data_dir: Path, given: str | None) -> bytes:
    """The key of our own tokens, the same for every process on this database.

    Args:
        db: a server database keeps the key in one row; commits it where it was missing.
        data_dir: the embedded database's key is a file here, which only its owner can read.
        given: `TASKCHAT_SIGNING_KEY`, where it is set; nothing is kept then.

    Raises:
        StartError: the given key is too short, or the kept one cannot be made or read.
        DatabaseError: the database failed.
    """
    if given is not None:
        return secret_bytes("TASKCHAT_SIGNING_KEY", given)
    if db.dialect == "sqlite":
        return await asyncio.to_thread(_key_in_file, data_dir / FILE_NAME)
    return await db.transaction(_key_in_row)


def secret_bytes(setting: str, value: str) -> bytes:
    """A shared secret as the bytes that sign and check.

    Raises:
        StartError: it is too short to be safe, or is really a public key, which is no secret.
    """
    secret = value.encode()
    if len(secret) < MIN_BYTES:
        message = (
            f"{setting} has {len(secret)} bytes; a signing secret needs {MIN_BYTES} or more,"
            " for example the output of: openssl rand -hex 32"
        )
        raise StartError(message)
    from jwt import InvalidKeyError
    from jwt.algorithms import HMACAlgorithm

    try:
        HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(secret)
    except InvalidKeyError as error:
        message = f"{setting} holds a key pair or a certificate; it must be a random secret."
        raise StartError(message) from error
    return secret


async def _key_in_row(tx: Transaction) -> bytes:
    await tx.execute(
        "INSERT INTO secrets (name, value, created_at) VALUES ($1, $2, clock_timestamp())"
        " ON CONFLICT DO NOTHING",
        ROW_NAME,
        secrets.token_hex(MIN_BYTES),
    )
    row = await tx.fetchrow("SELECT value FROM secrets WHERE name = $1", ROW_NAME)
    return _read_key("" if row is None else row["value"], "that row of the table secrets")


def _key_in_file(path: Path) -> bytes:
    try:
        if not path.exists():
            _make_file(path)
        if os.name == "posix":
            _close_to_others(path)
        return _read_key(path.read_text(encoding="ascii", errors="replace"), "the file signing.key")
    except OSError as error:
        message = (
            f"The key file {FILE_NAME} in TASKCHAT_DATA_DIR cannot be made or read"
            f" ({error.strerror}); make that directory writable, or set TASKCHAT_SIGNING_KEY."
        )
        raise StartError(message) from error


def _make_file(path: Path) -> None:
    """Write a whole file, then give it its name: two processes at once end with one key.

    A link, unlike a rename, fails where the name is taken; and nobody ever sees half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(MIN_BYTES).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def _close_to_others(path: Path) -> None:
    """Repair a key file that others on this machine could read, and say so in the log."""
    mode = path.stat().st_mode
    if mode & _LOOSE:
        path.chmod(mode & ~_LOOSE & 0o777)
        log.warning("signing_key.permissions_tightened", was=oct(mode & 0o777))


def _read_key(text: str, where: str) -> bytes:
    key = text.strip().encode()
    if len(key) < MIN_BYTES:
        raise StartError(_DAMAGED.format(where=where))
    return key
