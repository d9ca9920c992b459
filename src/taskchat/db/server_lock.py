"""One process runs turns on an embedded database; this is how the others know, and find it."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from taskchat.errors import StartError

if TYPE_CHECKING:
    from pathlib import Path


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
            StartError: another process holds it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            holder = self.holder()
            who = f"the server at {holder}" if holder else "another taskchat command"
            message = f"The database is in use by {who}; stop it, or use its address."
            raise StartError(message) from None
        os.ftruncate(file, 0)
        os.write(file, address.encode())
        self._file = file

    def holder(self) -> str | None:
        """The address of the process that holds the lock; None where nobody does."""
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
