"""One process runs turns on an embedded database; this is how the others know, and find it."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from taskchat.errors import DatabaseInUseError, StartError

if TYPE_CHECKING:
    from pathlib import Path


TRIES = 10
"""Whoever is refused and then finds no holder met one who only looked."""


class ServerLock:
    """A lock file beside the database, with the holder's address in it.

    The lock is the kernel's and ends with the process, so a crash leaves none behind.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._file: int | None = None

    def acquire(self, address: str) -> None:
        """Become the holder.

        Args:
            address: where this process serves, or empty where it serves nobody.

        Raises:
            DatabaseInUseError: another process holds it.
            StartError: there can be no file beside the database.
        """
        holder = None
        for _ in range(TRIES):
            if self._try(address):
                return
            if (holder := self.holder()) is not None:
                break
        message = "The database is in use by another taskchat command; wait for its end, or end it."
        if holder:
            message = f"The database is in use by the server at {holder}; use it there, or stop it."
        raise DatabaseInUseError(message)

    def _try(self, address: str) -> bool:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = (
                f"No file can be made beside the database ({error.strerror}); set TASKCHAT_DATA_DIR"
                " or DATABASE_URL to where this account may write."
            )
            raise StartError(message) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.write(file, address.encode())
        self._file = file
        return True

    def holder(self) -> str | None:
        """The address of the process that holds the lock; None where nobody does.

        To look is to hold a shared lock for a moment, which is why `acquire` tries more than once.
        """
        try:
            file = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.read(file, 1024).decode()
        else:
            return None
        finally:
            os.close(file)

    def release(self) -> None:
        """Let another process have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
