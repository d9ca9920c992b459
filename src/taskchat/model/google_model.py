"""`google:NAME`: the Gemini API through Google's SDK, the extra `taskchat[google]`.

Importing this module imports the SDK, which takes seconds; `providers.py` does so when such a model
is made, so that no request has to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
from google.genai.errors import APIError
from google.genai.types import GetModelConfig, HttpOptions
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from taskchat.model.sdk_model import CHECK_TIMEOUT_S, NO_KEY, SDK_SETTINGS, SdkModel, Server

if TYPE_CHECKING:
    from pydantic_ai.models import Model

GOOGLE_BASE_URL = "https://generativelanguage.googleapis.com"


def make_google_model(name: str, *, base_url: str | None, api_key: str | None) -> Model:
    """Make a model of that name; nothing is connected yet.

    Args:
        name: as the server knows it, such as `gemini-2.5-flash`.
        base_url: a server of one's own, with or without the `/v1beta` of its routes; None is Google.
        api_key: None where that server needs none.
    """
    # Always given: left out, the SDK would look for an address and a key in the environment.
    address = (base_url or GOOGLE_BASE_URL).rstrip("/").removesuffix("/v1beta")
    provider = GoogleProvider(base_url=address, api_key=api_key or NO_KEY)
    options = GetModelConfig(http_options=HttpOptions(timeout=CHECK_TIMEOUT_S * 1000))

    async def status() -> int | None:
        try:
            await provider.client.aio.models.get(model=name, config=options)
        except APIError as error:
            return error.code
        except httpx2.TransportError:
            return None
        return 200

    server = Server(
        "Google" if base_url is None else "The model's server",
        "GEMINI_API_KEY (or GOOGLE_API_KEY)" if base_url is None else "TASKCHAT_MODEL_API_KEY",
        # A key that is none at all is a bad request to Google.
        frozenset({400, 401, 403}),
        status,
        is_ours=base_url is not None,
    )
    return SdkModel(GoogleModel(name, provider=provider, settings=SDK_SETTINGS), server)
