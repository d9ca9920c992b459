"""Web origins, as browsers write them: `https://tasks.example.com`, `http://localhost:3000`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEB = frozenset(_DEFAULT_PORTS)
_NAME = re.compile(r"[a-z0-9._:-]+")


def web_origin(text: str) -> str:
    """The origin of a server on the web, in the form in which browsers send it.

    Raises:
        ValueError: it is none, or more than one; the text says what would be one.
    """
    origin = _origin(text)
    if origin is None or origin.partition("://")[0] not in _WEB:
        message = "it must be http:// or https:// and a host, such as https://tasks.example.com"
        raise ValueError(message)
    return origin


def origin_list(text: str) -> str:
    """Origins with commas between them, in the form in which browsers send them.

    Those of apps (`capacitor://localhost`) and extensions are admitted, too.

    Raises:
        ValueError: one of them is none; the text says what would be one.
    """
    origins: list[str] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        if "*" in part:
            message = (
                "* would admit pages of every site; name the origins, such as"
                " https://app.example.com"
            )
            raise ValueError(message)
        origin = _origin(part)
        if origin is None:
            message = (
                "it must be origins with commas between them, each a scheme and a host without a"
                " path, such as https://app.example.com"
            )
            raise ValueError(message)
        origins.append(origin)
    return ",".join(dict.fromkeys(origins))


def _origin(text: str) -> str | None:
    """RFC 6454 section 6.2; None where there is more, or less, than scheme, host and port."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    more = (parts.path.removeprefix("/"), parts.query, parts.fragment, parts.username)
    # A name in other letters is sent in its ASCII form (punycode) and would never be equal to this.
    if not parts.scheme or not host or any(more) or not _NAME.fullmatch(host):
        return None
    name = f"[{host}]" if ":" in host else host
    shown = "" if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{port}"
    return f"{parts.scheme}://{name}{shown}"
