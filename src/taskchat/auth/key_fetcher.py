"""Fetches a key set from its issuer, and takes no more than an issuer would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskchat.auth.published_keys import KeySetUnreadableError, PublishedKeys, read_key_set

if TYPE_CHECKING:
    import aiohttp

TIMEOUT_S = 5
MAX_BYTES = 64 * 1024
_OK = 200
_REDIRECTS = range(300, 400)


class FetchFailedError(Exception):
    """The key set could not be had. The text says why, in words of ours for the operator."""


class KeyFetcher:
    """One issuer's key set over HTTP. Give it to `close()` in the loop in which it was used."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        """Remember where; nothing is opened before the first fetch.

        Args:
            url: `TASKCHAT_JWKS_URL`, which the settings have checked.
            timeout_s: for the whole of one fetch.
        """
        self._url = url
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self) -> PublishedKeys:
        """The keys that the issuer publishes now.

        Raises:
            FetchFailedError: no answer in time, not one of status 200, too large, or no key set.
        """
        import aiohttp

        try:
            body = await self._get()
        except TimeoutError as error:
            message = f"it took over {self._timeout_s:g} s"
            raise FetchFailedError(message) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            message = "the issuer cannot be reached"
            raise FetchFailedError(message) from error
        try:
            return read_key_set(body)
        except KeySetUnreadableError as error:
            message = "the answer is no key set"
            raise FetchFailedError(message) from error

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def _get(self) -> bytes:
        # No redirects: the address that the operator wrote is the one that is trusted.
        async with self._opened().get(self._url, allow_redirects=False) as answer:
            if answer.status in _REDIRECTS:
                message = "the address redirects; set TASKCHAT_JWKS_URL to the last one"
                raise FetchFailedError(message)
            if answer.status != _OK:
                message = f"the answer has status {answer.status}"
                raise FetchFailedError(message)
            body = bytearray()
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > MAX_BYTES:
                    message = f"the answer is over {MAX_BYTES // 1024} KiB"
                    raise FetchFailedError(message)
            return bytes(body)

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made at the first fetch; importing aiohttp takes 0.2 s."""
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                # Not unpacked: a small packed answer could be a large one.
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
