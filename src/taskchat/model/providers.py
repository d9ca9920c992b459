"""From the name in `TASKCHAT_MODEL` to a model, with nothing imported that is not chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taskchat.errors import StartError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_CHOICES = "embedded, or openai:NAME"
_LATER_KINDS = frozenset({"google", "anthropic", "ollama"})


def make_model(name: str, *, base_url: str | None, api_key: str | None) -> Model:
    """Make the model that `name` stands for; nothing is connected yet.

    Enter it with `async with` where it is used, so that it closes what it has opened.

    Args:
        name: `embedded`, or `openai:NAME`.
        base_url: a chat-completions server for `openai:NAME`; None means OpenAI's own.
        api_key: sent as a bearer token; None is fine for a server that asks for none.

    Raises:
        StartError: one sentence that names the setting and what to do.
    """
    name = name.strip()
    if not name:
        raise StartError(f"TASKCHAT_MODEL is empty: set it to {_CHOICES}.")
    if "," in name:
        raise StartError(
            f"TASKCHAT_MODEL names several models, and this version takes one: {_CHOICES}."
        )
    if name == "embedded":
        # Lazily: its dates and matching take a while to import, and openai:NAME needs neither.
        from taskchat.model.embedded.model import EmbeddedModel

        return EmbeddedModel()
    kind, _, model_name = name.partition(":")
    if kind in _LATER_KINDS:
        raise StartError(f"TASKCHAT_MODEL: this version has no {kind}: models; use {_CHOICES}.")
    if kind != "openai":
        raise StartError(f"TASKCHAT_MODEL names no kind of model that exists: use {_CHOICES}.")
    if not model_name.strip():
        raise StartError(
            "TASKCHAT_MODEL lacks the name of the model: write it as openai:NAME, such as"
            " openai:gpt-5-mini."
        )
    return _make_chat_model(model_name.strip(), base_url=base_url, api_key=api_key)


async def check_model(model: Model) -> None:
    """See that the model can be used, without asking it anything; `embedded` always can.

    Raises:
        StartError: one sentence that names the setting and what to do.
    """
    from taskchat.model.openai_chat import ChatCompletionsModel

    if isinstance(model, ChatCompletionsModel):
        await model.check()


def _make_chat_model(name: str, *, base_url: str | None, api_key: str | None) -> Model:
    base_url = (base_url or "").strip() or None
    api_key = (api_key or "").strip() or None
    if base_url is not None:
        _require_plain_http(base_url)
    elif api_key is None:
        raise StartError(
            "TASKCHAT_MODEL_API_KEY (or OPENAI_API_KEY) is not set, and OpenAI needs one: set it,"
            " or TASKCHAT_MODEL_BASE_URL to a server of your own."
        )
    if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
        raise StartError(
            "TASKCHAT_MODEL_API_KEY (or OPENAI_API_KEY) holds characters that no key has: copy it"
            " again."
        )
    # Lazily: aiohttp takes 0.15 s of CPU to import.
    from taskchat.model.openai_chat import ChatCompletionsModel

    return ChatCompletionsModel(name, base_url=base_url, api_key=api_key)


def _require_plain_http(base_url: str) -> None:
    """Refuse what would only fail at the first message.

    A user name in the address would clash with the key's header and show up in logs.
    """
    try:
        parts = urlsplit(base_url)
        # Read for its check of the range.
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise StartError(
            "TASKCHAT_MODEL_BASE_URL must be an http or https address without a user name or a"
            " query, such as http://localhost:8000/v1."
        )
