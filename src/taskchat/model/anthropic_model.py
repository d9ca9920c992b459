"""`anthropic:NAME`: Anthropic's Messages API through its SDK, the extra `taskchat[anthropic]`.

Importing this module imports the SDK, which takes seconds; `providers.py` does so when such a model
is made, so that no request has to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from anthropic import APIConnectionError, APIStatusError, AsyncAnthropic
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from taskchat.model.sdk_model import CHECK_TIMEOUT_S, NO_KEY, SDK_SETTINGS, SdkModel, Server

if TYPE_CHECKING:
    from pydantic_ai.models import Model

ANTHROPIC_BASE_URL = "https://api.anthropic.com"


def make_anthropic_model(name: str, *, base_url: str | None, api_key: str | None) -> Model:
    """Make a model of that name; nothing is connected yet.

    Args:
        name: as the server knows it.
        base_url: a server of one's own, with or without the `/v1` of its routes; None is Anthropic.
        api_key: None where that server needs none.
    """
    # Always given: left out, the SDK would look for an address and a key in the environment.
    address = (base_url or ANTHROPIC_BASE_URL).rstrip("/").removesuffix("/v1")
    provider = AnthropicProvider(base_url=address, api_key=api_key or NO_KEY)
    client = cast("AsyncAnthropic", provider.client)
    # The SDK imports the rest of itself at the first use, which else is a request.
    _ = client.beta.messages

    async def status() -> int | None:
        try:
            await client.with_options(max_retries=0, timeout=CHECK_TIMEOUT_S).models.retrieve(name)
        except APIStatusError as error:
            return error.status_code
        except APIConnectionError:
            return None
        return 200

    server = Server(
        "Anthropic" if base_url is None else "The model's server",
        "ANTHROPIC_API_KEY" if base_url is None else "TASKCHAT_MODEL_API_KEY",
        frozenset({401, 403}),
        status,
        is_ours=base_url is not None,
    )
    return SdkModel(AnthropicModel(name, provider=provider, settings=SDK_SETTINGS), server)
