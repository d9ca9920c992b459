"""What a database address means: a file of ours, or a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from taskchat.errors import StartError


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A parsed `DATABASE_URL`: exactly one of `path` (SQLite) and `dsn` (Postgres) is set."""

    path: Path | None = None
    dsn: str = ""

    @property
    def shown(self) -> str:
        """The address without its password."""
        if self.path is not None:
            return f"sqlite:///{self.path}"
        parts = urlsplit(self.dsn)
        if parts.password is None:
            return self.dsn
        return urlunsplit(
            parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@"))
        )


def parse_database_url(url: str) -> DatabaseUrl:
    """Read an address; which driver is used is our choice, so `postgresql+asyncpg://` will do.

    Raises:
        StartError: it is neither SQLite nor Postgres, or has no file.
    """
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind in ("postgresql", "postgres") and rest:
        return DatabaseUrl(dsn=f"postgresql://{rest}")
    if kind == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return DatabaseUrl(path=Path(unquote(rest[1:])).expanduser().absolute())
    message = (
        "DATABASE_URL must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME,"
        f" and it begins with {scheme[:20]!r}."
    )
    raise StartError(message)
