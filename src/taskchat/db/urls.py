"""What a database address means: a file of ours, or a server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from taskchat.errors import StartError
from taskchat.settings import without_password


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A parsed `DATABASE_URL`: exactly one of `path` (SQLite) and `dsn` (Postgres) is set."""

    path: Path | None = None
    dsn: str = ""
    pooled: bool = False
    """Whether a transaction pooler stands before the server."""

    @property
    def role(self) -> str | None:
        """Who we are on a server, where the address says so."""
        try:
            name = urlsplit(self.dsn).username
        except ValueError:  # it cannot be read at all, which connecting will tell
            return None
        return None if name is None else unquote(name)

    @property
    def shown(self) -> str:
        """The address without its password."""
        return without_password(self.dsn) if self.path is None else f"sqlite:///{self.path}"


def parse_database_url(url: str, setting: str = "DATABASE_URL") -> DatabaseUrl:
    """Read an address; which driver is used is our choice, so `postgresql+asyncpg://` will do.

    Args:
        url: as it was written.
        setting: where it was written.

    Raises:
        StartError: it is neither SQLite nor Postgres, has no file, or asks for what the driver does
            not know.
    """
    scheme, _, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if kind in ("postgresql", "postgres") and rest:
        if "channel_binding=" in rest.rpartition("?")[2]:
            message = (
                f"Take channel_binding out of {setting}, which the driver does not know;"
                " sslmode=verify-full protects from the same."
            )
            raise StartError(message)
        return DatabaseUrl(dsn=f"postgresql://{rest}")
    if kind == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return DatabaseUrl(path=Path(unquote(rest[1:])).expanduser().absolute())
    # What was written is not repeated: without a scheme it may begin with the password.
    message = f"{setting} must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
    raise StartError(message)
