"""Whose request it is: the caller's address, or what a trusted proxy says of it."""

from __future__ import annotations

import pytest

from taskchat.http.client_address import UNKNOWN, address_behind

PROXIES = "127.0.0.1, 10.0.0.0/8, 2001:db8:f::/48"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.9, 10.1.2.3"], "198.51.100.9"),
        ("127.0.0.1", ["1.1.1.1", "198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        ("127.0.0.1", ["198.51.100.9:4711"], "198.51.100.9"),
        ("127.0.0.1", ["[2001:db8::9]:4711"], "2001:db8::9"),
        ("127.0.0.1", ["2001:db8::9"], "2001:db8::9"),
        ("127.0.0.1", ["2001:DB8:0::9"], "2001:db8::9"),
        ("2001:db8:f::1", ["198.51.100.9"], "198.51.100.9"),
        ("::ffff:127.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.9, "], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.9, x, 10.1.2.3"], "10.1.2.3"),
        ("testclient", ["198.51.100.9"], "testclient"),
        ("", ["198.51.100.9"], UNKNOWN),
    ],
)
def test_the_rightmost_address_that_is_no_proxys_counts(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert address_behind(peer, forwarded, PROXIES) == expected


def test_without_trusted_proxies_only_the_connection_counts() -> None:
    assert address_behind("127.0.0.1", ["198.51.100.9"], "") == "127.0.0.1"
