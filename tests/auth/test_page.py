"""The page's cookie speaks for the page alone."""

from __future__ import annotations

import pytest

from taskchat.auth.page import Page
from taskchat.errors import NotAuthenticatedError, OriginNotAllowedError, TokenInvalidError
from tests.auth.conftest import PASSWORD, Identity

LOOPBACK = "http://127.0.0.1:8000"
PUBLIC = "https://tasks.example.com"


@pytest.mark.parametrize(
    ("public_url", "origin", "host"),
    [
        (PUBLIC, "https://tasks.example.com", "tasks.example.com"),
        (PUBLIC, "https://tasks.example.com", "10.0.0.7:8000"),  # behind a proxy
        (PUBLIC + ":443/", "https://tasks.example.com", None),
        ("https://Tasks.Example.com", "https://tasks.example.com", None),
        ("http://nas.lan:9000", "http://nas.lan:9000", "nas.lan:9000"),
        (LOOPBACK, "http://127.0.0.1:8000", "127.0.0.1:8000"),
        (LOOPBACK, "http://localhost:8000", "localhost:8000"),
        (LOOPBACK, "http://[::1]:8000", "[::1]:8000"),
        (LOOPBACK, "http://localhost:9000", "localhost:9000"),  # through a tunnel
        ("http://localhost:80", "http://localhost", "localhost"),
    ],
)
def test_our_own_page_is_known(public_url: str, origin: str, host: str | None) -> None:
    assert Page(public_url).is_own_origin(origin, host)


@pytest.mark.parametrize(
    ("public_url", "origin", "host"),
    [
        (PUBLIC, None, "tasks.example.com"),
        (PUBLIC, "null", "tasks.example.com"),
        (PUBLIC, "", "tasks.example.com"),
        (PUBLIC, "http://tasks.example.com", "tasks.example.com"),
        (PUBLIC, "https://tasks.example.com:8443", "tasks.example.com"),
        (PUBLIC, "https://tasks.example.com.evil.com", "tasks.example.com"),
        (PUBLIC, "https://evil.com", "evil.com"),
        (PUBLIC, "https://evil.com/https://tasks.example.com", "tasks.example.com"),
        (PUBLIC, "http://localhost:8000", "localhost:8000"),
        (LOOPBACK, "http://localhost:3000", "localhost:8000"),  # another program of the machine
        (LOOPBACK, "http://127.0.0.1:3000", "127.0.0.1:8000"),
        (LOOPBACK, "http://localhost:8000", "127.0.0.1:9999"),
        (LOOPBACK, "http://evil.com:8000", "evil.com:8000"),  # a rebound name
        (LOOPBACK, "http://localhost.evil.com:8000", "localhost.evil.com:8000"),
        (LOOPBACK, "https://localhost:8000", "localhost:8000"),
        (LOOPBACK, "http://localhost:8000", None),
        (LOOPBACK, "http://localhost:99999", "localhost:99999"),
        (LOOPBACK, "http://[::1", "[::1"),
        ("nonsense", "nonsense", "nonsense"),
        ("http://nas.lan:9000", "http://localhost:9000", "localhost:9000"),
    ],
)
def test_no_other_page_is_taken_for_ours(
    public_url: str, origin: str | None, host: str | None
) -> None:
    assert not Page(public_url).is_own_origin(origin, host)


def test_the_cookie_is_bound_to_the_host_under_https() -> None:
    assert Page(PUBLIC).cookie_name == "__Host-taskchat"
    assert Page(LOOPBACK).cookie_name == "taskchat"
    assert Page(PUBLIC).is_secure
    assert not Page(LOOPBACK).is_secure


def test_the_cookie_is_found_among_others() -> None:
    page = Page(LOOPBACK)

    assert page.token_in("a=1; taskchat=token; b=2") == "token"
    assert page.token_in("__Host-taskchat=token; taskchatty=1; x") is None
    assert page.token_in("") is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_cookie_reads_without_an_origin(identity: Identity, method: str) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)

    principal = await identity.tokens.principal_of({"cookie": f"taskchat={begun.token}"}, method)

    assert principal.user == begun.user.user


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "ANYTHING"])
async def test_a_cookie_writes_only_from_our_own_page(identity: Identity, method: str) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    cookie = {"cookie": f"taskchat={begun.token}", "host": "localhost:8000"}

    for origin in ({}, {"origin": "http://localhost:3000"}, {"origin": "null"}):
        with pytest.raises(OriginNotAllowedError):
            await identity.tokens.principal_of({**cookie, **origin}, method)

    ours = {"origin": "http://localhost:8000"}
    assert await identity.tokens.principal_of({**cookie, **ours}, method)


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "bearer wrong", "BEARER  wrong", "Bearer", "Bearer "]
)
async def test_a_cookie_never_stands_in_for_a_bad_bearer(
    identity: Identity, authorization: str
) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    headers = {"cookie": f"taskchat={begun.token}", "authorization": authorization}

    with pytest.raises(NotAuthenticatedError):
        await identity.tokens.principal_of(headers, "GET")


async def test_a_good_bearer_needs_no_origin(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    headers = {"authorization": f"bearer {begun.token}", "cookie": "taskchat=wrong"}

    assert await identity.tokens.principal_of(headers, "POST")


@pytest.mark.parametrize("headers", [{}, {"cookie": "taskchat="}, {"authorization": "Basic YTpi"}])
async def test_no_token_is_not_authenticated(identity: Identity, headers: dict[str, str]) -> None:
    with pytest.raises(NotAuthenticatedError, match="not authenticated"):
        await identity.tokens.principal_of(headers, "GET")


async def test_a_proxys_own_password_leaves_the_cookie_alone(identity: Identity) -> None:
    begun = await identity.accounts.sign_up("anna@example.com", PASSWORD)
    headers = {"authorization": "Basic YTpi", "cookie": f"taskchat={begun.token}"}

    assert await identity.tokens.principal_of(headers, "GET")


async def test_a_bad_cookie_is_refused_before_its_origin_is_looked_at(identity: Identity) -> None:
    with pytest.raises(TokenInvalidError):
        await identity.tokens.principal_of({"cookie": "taskchat=wrong"}, "POST")
