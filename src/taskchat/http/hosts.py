"""Which Host headers are ours, so that another site's name cannot be made to point here.

DNS rebinding: a page of `evil.example` has its own name resolve to our address, and is then of one
origin with us to the browser. The browser still sends that name as Host. A name that is an address,
and the names of this machine for itself, cannot be made to point elsewhere.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from taskchat.addresses import is_loopback, read_address
from taskchat.errors import FieldError, InvalidInputError

OPEN_PATHS = frozenset({"/health", "/ready", "/metrics"})
"""Probes and Prometheus come by any address, HTTP/1.0 probes without a Host. What probes are told is
public; Prometheus has a token, without which `/metrics` looks at the Host itself.
"""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class HostCheck:
    """Knows the names by which this server may be called."""

    def __init__(self, address: str, public_url: str | None, *, everywhere: bool = False) -> None:
        """Take down our addresses.

        Args:
            address: where this process listens, `http://127.0.0.1:8000`.
            public_url: where people reach it, if that is elsewhere.
            everywhere: it listens on all addresses of the machine.
        """
        own = urlsplit(public_url or address)
        self._default_port = _DEFAULT_PORTS[own.scheme]
        self._own = (own.hostname or "", own.port or self._default_port)
        self._answers_locally = everywhere or is_loopback(urlsplit(address).hostname)
        # Through a mapped port or a second network card: no name of ours is known yet.
        self._any_address = everywhere and public_url is None
        self._usual = own.netloc.lower().encode()

    def admits(self, host: bytes | None) -> bool:
        """Whether a request with this Host may be answered."""
        return host == self._usual or (host is not None and self._is_ours(host))

    def _is_ours(self, host: bytes) -> bool:
        found = _HOST.fullmatch(host.decode("latin-1").lower())
        if found is None:
            return False
        name, written = found[1].strip("[]"), found[2]
        if (name, int(written or self._default_port)) == self._own:
            return True
        if self._any_address:
            return is_loopback(name) or read_address(name) is not None
        # On any port: through a tunnel it is another one than ours.
        return self._answers_locally and is_loopback(name)


def host_name(host: str) -> str | None:
    """The name or address in a Host header, without its port; None where it is none."""
    found = _HOST.fullmatch(host.lower())
    return None if found is None else found[1].strip("[]")


def host_refusal() -> InvalidInputError:
    """What is told to whoever came by another name."""
    return InvalidInputError(
        FieldError(
            "Host",
            "is not an address of this server; its operator sets TASKCHAT_PUBLIC_URL to the"
            " address that people use, and a proxy in front has to pass that Host on",
        )
    )
