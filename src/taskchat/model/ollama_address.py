"""Where an Ollama server is, by its own setting."""

from __future__ import annotations

from urllib.parse import urlsplit

DEFAULT_PORT = 11434


def ollama_base_url(host: str | None) -> str:
    """Where the server of `OLLAMA_HOST` speaks chat completions, read as Ollama itself reads it.

    Scheme and port may be missing, and an address that means every interface is this machine.

    Raises:
        ValueError: it is no address.
    """
    host = (host or "").strip()
    scheme, mark, rest = host.partition("://")
    if not mark:
        scheme, rest = "http", host
    parts = urlsplit(f"{scheme}://{rest}")
    if parts.username is not None:
        raise ValueError
    # As in Ollama: a scheme that was written brings its own port.
    default = {"http": 80, "https": 443}.get(scheme, DEFAULT_PORT) if mark else DEFAULT_PORT
    name = parts.hostname or "127.0.0.1"
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)  # noqa: S104  only compared
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme}://{shown}:{parts.port or default}{parts.path.rstrip('/')}/v1"
