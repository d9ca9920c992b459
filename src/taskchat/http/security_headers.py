"""The headers that every answer carries, where its route did not choose its own.

`X-Frame-Options` is not among them: `frame-ancestors` is its successor, in every current browser.
"""

from __future__ import annotations

from urllib.parse import urlsplit

API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For JSON: should a browser ever show it as a page, it can do nothing."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
"""For pages of ours: everything from here, nothing written into the page itself."""

YEAR_S = 31_536_000


def page_policy(token_url: str | None) -> str:
    """For the web page: as `PAGE_POLICY`, and its scripts can put no text into the page as HTML.

    Args:
        token_url: where the page gets an outside issuer's token; the one place elsewhere that it asks.
    """
    policy = PAGE_POLICY + "; require-trusted-types-for 'script'; trusted-types 'none'"
    if token_url is None:
        return policy
    parts = urlsplit(token_url)
    return policy.replace(
        "connect-src 'self'", f"connect-src 'self' {parts.scheme}://{parts.netloc}"
    )


def usual_headers(public_url: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of every answer; with `Strict-Transport-Security` where people come by https."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"content-security-policy", API_POLICY.encode()),
        (b"cache-control", b"no-store"),
    ]
    if public_url.startswith("https://"):
        # Without includeSubDomains: the sibling names are not ours.
        headers.append((b"strict-transport-security", f"max-age={YEAR_S}".encode()))
    return tuple(headers)
