"""The web page's cookie: its name, and which requests it may speak for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from taskchat.addresses import is_loopback

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Page:
    """Our own page, at the address by which people reach us."""

    public_url: str

    @property
    def is_secure(self) -> bool:
        """Whether people come by https."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def cookie_name(self) -> str:
        """`__Host-` makes browsers refuse the cookie from a sibling domain; it needs https."""
        return "__Host-taskchat" if self.is_secure else "taskchat"

    def token_in(self, cookies: str) -> str | None:
        """The page's token in a Cookie header."""
        for cookie in cookies.split(";"):
            name, _, value = cookie.strip().partition("=")
            if name == self.cookie_name:
                return value
        return None

    def is_own_origin(self, origin: str | None, host: str | None) -> bool:
        """Whether a request was made by our own page.

        Args:
            origin: the Origin header; a browser sends it with every writing request.
            host: the Host header. It counts only on a machine's own address, which has several
                names: there the page is at the name that the browser used. Cookies do not tell
                ports apart and neither does SameSite, so another local program's page is told
                from ours by nothing but this.
        """
        if origin is None:
            return False
        asked = _origin_of(origin)
        if asked is None:
            return False
        own = _origin_of(self.public_url)
        if asked == own:
            return True
        if own is None or own[0] != "http" or not is_loopback(own[1]):
            return False
        return is_loopback(asked[1]) and asked == _origin_of(f"http://{host}")


def _origin_of(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (RFC 6454 section 4), or None where there is no such thing."""
    try:
        parts: SplitResult = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
