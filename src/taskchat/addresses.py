"""Addresses of machines: which are this one's own, and which belong to a list of networks."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network

Address = IPv4Address | IPv6Address
_V6_HOST_BITS = 64


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address of a URL is this machine's own."""
    if host == "localhost":
        return True
    found = read_address(host or "")
    return found is not None and found.is_loopback


def read_address(text: str) -> Address | None:
    """The address that a text holds, or None; an IPv4 one in IPv6 form is the IPv4 one."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def household(text: str) -> str:
    """Whom to count an address as: an IPv6 one as its network, of which one customer has 2^64."""
    found = read_address(text)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), _V6_HOST_BITS), strict=False))
    return text if found is None else str(found)


@lru_cache(maxsize=16)
def read_networks(text: str) -> Sequence[IPv4Network | IPv6Network]:
    """A list with commas: addresses, and networks as `10.0.0.0/8`.

    Raises:
        ValueError: an entry is neither.
    """
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    return [ip_network(entry, strict=False) for entry in entries]


def is_within(address: Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address.version == network.version and address in network for network in networks)
