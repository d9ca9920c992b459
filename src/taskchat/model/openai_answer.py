"""An answer of a server of chat completions, whichever client brought it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import aiohttp

    from taskchat.model.direct_client import DirectAnswer

Answer: TypeAlias = "DirectAnswer | aiohttp.ClientResponse"
"""A head that has come, and the body that is to be read."""
