"""Whose request it is, as an address: the caller's own, or what a trusted proxy says of it."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from taskchat.addresses import Address, is_within, read_address, read_networks
from taskchat.http.deps import parts_of

UNKNOWN = "unknown"
"""Who comes over a unix socket without a proxy's word: all of them count as one."""


def client_address(request: Request) -> str:
    """The address the request came from, behind the proxies of `TASKCHAT_TRUSTED_PROXIES`."""
    peer = "" if request.client is None else request.client.host
    forwarded = request.headers.getlist("x-forwarded-for")
    return address_behind(peer, forwarded, parts_of(request).settings.trusted_proxies or "")


def address_behind(peer: str, forwarded: Iterable[str], trusted: str) -> str:
    """The rightmost address that is no trusted proxy's.

    Every proxy appends the address that called it, so that the list is to be believed from its end
    up to the first hop that is none of ours; what stands before that, the client wrote itself.

    Args:
        peer: the other end of the connection.
        forwarded: the `X-Forwarded-For` headers, in their order.
        trusted: `TASKCHAT_TRUSTED_PROXIES`.
    """
    networks = read_networks(trusted)
    hops = [hop for header in forwarded for hop in header.split(",")]
    address = read_address(peer)
    while address is not None and is_within(address, networks) and hops:
        before = _hop(hops.pop())
        if before is None:  # the last one that can be believed is the proxy itself
            break
        address = before
    return (peer or UNKNOWN) if address is None else str(address)


def _hop(text: str) -> Address | None:
    """An entry of the list: `1.2.3.4`, `1.2.3.4:567`, `2001:db8::1` or `[2001:db8::1]:567`."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    return read_address(plain)
