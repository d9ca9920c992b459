"""How busy a database's connections are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What is in use at this moment."""

    used: int = 0
    """Connections that somebody has."""
    idle: int = 0
    """Open ones that nobody has."""
    most: int = 0
    """How many there may be; 0 where there is no pool."""
    queued: int = 0
    """Transactions that wait for the one writer, where there is one."""
